import type { Unsubscribe } from "@frontage/contract";
import { OpenFeature, ProviderEvents } from "@frontage/toggles";

/** The toggle's key in the system. */
const EXPRESS = "1";

/** A client of the page's only OpenFeature instance: its provider is the shell's. */
const features = OpenFeature.getClient("shipping");

/** Whether parcels can be sent by express. */
export function isExpressOn(): boolean {
  return features.getBooleanValue(EXPRESS, false);
}

/** Calls `listener` whenever a toggle may have changed. */
export function onExpress(listener: () => void): Unsubscribe {
  const events = [ProviderEvents.Ready, ProviderEvents.ConfigurationChanged] as const;
  for (const event of events) features.addHandler(event, listener);
  return () => {
    for (const event of events) features.removeHandler(event, listener);
  };
}
