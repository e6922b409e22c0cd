import type { Toggle, TogglesStatus, TogglesView, ToggleValue, Unsubscribe } from "@frontage/contract";
import {
  ErrorCode,
  type FlagMetadata,
  type Hook,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  StandardResolutionReasons,
} from "@openfeature/web-sdk";
import { hooksOf } from "./exposure.js";

/** How long `initialize` waits for a first state if none is known from an earlier visit. */
const PATIENCE = 10_000;

/**
 * An OpenFeature web provider: `OpenFeature.setProvider(new FrontageProvider(context.toggles))`.
 *
 * A flag's key is the toggle's id or name. `getBooleanValue` returns its `isActive`; the others return its attribute
 * `value`, or the default if it has none (reason `DEFAULT`). If it is off, that is the reason (`DISABLED`), and others
 * than booleans are the default. A toggle with a `variant`, which the service chose, has one type, that of its `value`; it
 * is never `DISABLED`. Otherwise the reason is `STATIC` while connected, and `CACHED` if not: rules are evaluated by
 * the service, which does not tell why a toggle is as it is. A number with more digits than JavaScript's numbers have is a
 * text: `getNumberValue` returns the default with `TYPE_MISMATCH`, and `getStringValue` all digits.
 *
 * The texts, numbers and booleans of a toggle's attribute `metadata`, a map, are the flag's metadata, with its
 * `featureId` and `featureName`.
 *
 * OpenFeature's evaluation context changes nothing: rules are evaluated for who is signed in, as the token says.
 */
export class FrontageProvider implements Provider {
  readonly metadata = { name: "frontage" };
  readonly runsOn = "client";
  readonly hooks: Hook[];
  readonly events = new OpenFeatureEventEmitter();
  readonly #toggles: TogglesView;
  readonly #names = new Map<string, string>();
  #subscriptions: Unsubscribe[] = [];

  constructor(toggles: TogglesView) {
    this.#toggles = toggles;
    this.hooks = hooksOf(toggles);
  }

  /** Resolves as soon as any state is known, even an old one: then the event `Stale` follows. */
  async initialize(): Promise<void> {
    this.#remember(this.#toggles.toggles.keys());
    this.#subscriptions = [
      this.#toggles.onChange(({ changed }) => this.#tell(changed)),
      this.#toggles.onStatus((status) =>
        this.events.emit(isFresh(status) ? ProviderEvents.Ready : ProviderEvents.Stale),
      ),
    ];
    if (this.#toggles.toggles.size === 0) {
      await this.#firstState();
    }
    this.#staleAgain();
  }

  /** The SDK makes the provider ready, whatever it was: nothing else comes of it. */
  onContextChange(): void {
    this.#staleAgain();
  }

  /** Says that the state is stale, if it is, after the SDK has made this provider ready. */
  #staleAgain(): void {
    if (!isFresh(this.#toggles.status)) {
      setTimeout(() => isFresh(this.#toggles.status) || this.events.emit(ProviderEvents.Stale), 0);
    }
  }

  async onClose(): Promise<void> {
    for (const end of this.#subscriptions.splice(0)) {
      end();
    }
  }

  resolveBooleanEvaluation(key: string, fallback: boolean): ResolutionDetails<boolean> {
    const toggle = this.#toggles.get(key);
    if (toggle === undefined) {
      return notFound(key, fallback);
    }
    const { isActive } = toggle;
    if (isActive === undefined) {
      return mismatch(`Toggle ${key} has no isActive that is true or false`, fallback);
    }
    if (hasVariant(toggle) && typeof toggle.attributes.value !== "boolean") {
      return mismatch(`The value of toggle ${key} is not true or false`, fallback);
    }
    return this.#found(toggle, isActive);
  }

  resolveStringEvaluation(key: string, fallback: string): ResolutionDetails<string> {
    return this.#resolve(key, fallback, "a text", (value) => typeof value === "string");
  }

  resolveNumberEvaluation(key: string, fallback: number): ResolutionDetails<number> {
    return this.#resolve(key, fallback, "a number", (value) => typeof value === "number");
  }

  resolveObjectEvaluation<T extends JsonValue>(key: string, fallback: T): ResolutionDetails<T> {
    return this.#resolve(
      key,
      fallback,
      "a map or a list",
      (value) => typeof value === "object" && value !== null,
    );
  }

  #resolve<T>(
    key: string,
    fallback: T,
    what: string,
    fits: (value: ToggleValue) => boolean,
  ): ResolutionDetails<T> {
    const toggle = this.#toggles.get(key);
    if (toggle === undefined) {
      return notFound(key, fallback);
    }
    const { value } = toggle.attributes;
    if (isOff(toggle) || value === undefined) {
      const { DISABLED, DEFAULT } = StandardResolutionReasons;
      return { value: fallback, reason: isOff(toggle) ? DISABLED : DEFAULT };
    }
    return fits(value)
      ? this.#found(toggle, value as T)
      : mismatch(`The value of toggle ${key} is not ${what}`, fallback);
  }

  #found<T>(toggle: Toggle, value: T): ResolutionDetails<T> {
    const { STATIC, CACHED, DISABLED } = StandardResolutionReasons;
    return {
      value,
      reason: isOff(toggle) ? DISABLED : isFresh(this.#toggles.status) ? STATIC : CACHED,
      ...(hasVariant(toggle) && { variant: toggle.attributes.variant }),
      flagMetadata: metadataOf(toggle),
    };
  }

  #firstState(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settled = (end: () => void) => {
        clearTimeout(timer);
        stop();
        end();
      };
      const timer = setTimeout(
        () => settled(() => reject(new Error("No toggles have arrived yet"))),
        PATIENCE,
      );
      const stop = this.#toggles.onStatus((status) => isFresh(status) && settled(resolve));
      if (isFresh(this.#toggles.status)) {
        settled(resolve);
      }
    });
  }

  /** Reports both keys that can be used for a flag; for a renamed toggle, the old one too. */
  #tell(changed: readonly string[]): void {
    const before = changed.map((id) => this.#names.get(id));
    this.#remember(changed);
    const after = changed.map((id) => this.#names.get(id));
    const keys = new Set([...changed, ...before, ...after].filter((key) => key !== undefined));
    this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...keys] });
  }

  #remember(ids: Iterable<string>): void {
    for (const id of ids) {
      const toggle = this.#toggles.get(id);
      // Another toggle may be named as this one's id.
      if (toggle?.id === id) {
        this.#names.set(id, toggle.name);
      } else {
        this.#names.delete(id);
      }
    }
  }
}

type Varied = Toggle & { readonly attributes: { readonly variant: string } };

function hasVariant(toggle: Toggle): toggle is Varied {
  return typeof toggle.attributes.variant === "string";
}

/** Switched off, or off for this user: the service sends a variant with each other answer of a toggle that has variants. */
function isOff(toggle: Toggle): boolean {
  return toggle.isActive === false && !hasVariant(toggle);
}

function metadataOf({ id, name, attributes: { metadata } }: Toggle): FlagMetadata {
  const entries = typeof metadata === "object" && metadata !== null ? Object.entries(metadata) : [];
  const scalars = entries.filter(([, value]) => value !== null && typeof value !== "object");
  return { ...Object.fromEntries(scalars), featureId: id, featureName: name };
}

/** Whether the known toggles are the state, or were within the last minute. */
function isFresh(status: TogglesStatus): boolean {
  return status === "live" || status === "polling";
}

function notFound<T>(key: string, value: T): ResolutionDetails<T> {
  return failed(value, ErrorCode.FLAG_NOT_FOUND, `There is no toggle ${key}`);
}

function mismatch<T>(message: string, value: T): ResolutionDetails<T> {
  return failed(value, ErrorCode.TYPE_MISMATCH, message);
}

function failed<T>(value: T, errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> {
  return { value, reason: StandardResolutionReasons.ERROR, errorCode, errorMessage };
}
