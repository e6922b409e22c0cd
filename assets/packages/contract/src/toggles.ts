import type { Unsubscribe } from "./unsubscribe.js";

/**
 * An attribute of a toggle, decoded from DynamoDB's JSON. Sets are arrays, binary values stay base64 text. A number that
 * JavaScript's numbers do not have, such as one of 20 digits, is the text of its digits.
 */
export type ToggleValue =
  | string
  | number
  | boolean
  | null
  | readonly ToggleValue[]
  | { readonly [key: string]: ToggleValue };

/** A feature toggle. */
export interface Toggle {
  /** `featureId`, the key. */
  readonly id: string;
  /** `featureName`, or the id if it has none. */
  readonly name: string;
  /** `isActive`, if the toggle has it. */
  readonly isActive: boolean | undefined;
  /** All attributes, including these three. */
  readonly attributes: Readonly<Record<string, ToggleValue>>;
}

/**
 * - `live`: connected; the known toggles are the state.
 * - `polling`: not connected; the known toggles were the state within the last minute, and are asked for again and again.
 * - `stale`: not connected, or not yet; the known toggles were the state, and it is connecting.
 * - `offline`: the same, but the browser has no network, or there has been no response for a while.
 */
export type TogglesStatus = "live" | "polling" | "stale" | "offline";

export interface ToggleChange {
  /** The ids of the new, changed and deleted toggles. */
  readonly changed: readonly string[];
}

/** The live toggles of the system. */
export interface TogglesView {
  readonly status: TogglesStatus;
  /** Every known toggle by its id, in the order of ids. To be read again after each change. */
  readonly toggles: ReadonlyMap<string, Toggle>;
  /** Finds a toggle by its id or, failing that, by its name: of several with that name, the one with the first id. */
  get(key: string): Toggle | undefined;
  /** Whether a toggle is on. `fallback` (default `false`) if it is unknown, or has no `isActive`. */
  isActive(key: string, fallback?: boolean): boolean;
  /**
   * Says that a toggle was asked for, by its id or name. `isActive` and OpenFeature say it themselves; `get` does not, nor does
   * `toggles`. Absent on a page that does not count.
   */
  readonly asked?: (key: string) => void;
  onChange(listener: (change: ToggleChange) => void): Unsubscribe;
  onStatus(listener: (status: TogglesStatus) => void): Unsubscribe;
}
