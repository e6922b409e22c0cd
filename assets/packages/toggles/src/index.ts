import type { TogglesView } from "@frontage/contract";
import type { JsonValue, Provider, ProviderMetadata, ResolutionDetails } from "@openfeature/web-sdk";

export type { Toggle, ToggleChange, TogglesStatus, TogglesView, ToggleValue } from "@frontage/contract";
/** OpenFeature's API object: there is one on the page, and children need no copy of the SDK. */
export { OpenFeature } from "@openfeature/web-sdk";

/** How to connect. */
export interface TogglesOptions {
  /** The WebSocket API's URL. */
  readonly url: string;
}

/** Live toggles over a WebSocket. A child gets the page's one in `context.toggles`. */
export declare class TogglesClient implements TogglesView {
  constructor(options: TogglesOptions);
  readonly status: TogglesView["status"];
  readonly toggles: TogglesView["toggles"];
  get: TogglesView["get"];
  isActive: TogglesView["isActive"];
  onChange: TogglesView["onChange"];
  onStatus: TogglesView["onStatus"];
  /** Connects, and stays connected until `stop`. */
  start(): void;
  stop(): void;
}

/** An OpenFeature web provider: `OpenFeature.setProvider(new FrontageProvider(context.toggles))`. */
export declare class FrontageProvider implements Provider {
  constructor(toggles: TogglesView);
  readonly runsOn: "client";
  readonly metadata: ProviderMetadata;
  resolveBooleanEvaluation(key: string, fallback: boolean): ResolutionDetails<boolean>;
  resolveStringEvaluation(key: string, fallback: string): ResolutionDetails<string>;
  resolveNumberEvaluation(key: string, fallback: number): ResolutionDetails<number>;
  resolveObjectEvaluation<T extends JsonValue>(key: string, fallback: T): ResolutionDetails<T>;
}
