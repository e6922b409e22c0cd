import type { Toggle, ToggleChange, TogglesStatus, TogglesView, Unsubscribe } from "@frontage/contract";
import { Listeners } from "@frontage/contract/listeners";
import { Connection, type SocketClass } from "./connection.js";
import type { Message } from "./message.js";
import { Store } from "./store.js";

/** The options of a connection. All but the URL are for tests, and for environments other than browsers. */
export interface TogglesOptions {
  /** The WebSocket API's URL. */
  readonly url: string;
  /** Default: the browser's. */
  readonly WebSocket?: SocketClass;
  /** The storage for the last known state. Default: the browser's `localStorage`; `null`: none. */
  readonly storage?: Storage | null;
  /** The source of `online`, `offline` and `visibilitychange`. Default: the browser's window and document. */
  readonly surroundings?: Surroundings;
  /** 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** The client's view of the page that it is on. */
export interface Surroundings {
  isOnline(): boolean;
  isVisible(): boolean;
  /** Calls back on every change of either. */
  watch(listener: (what: "online" | "offline" | "visibility") => void): Unsubscribe;
}

const MINUTE = 60_000;
/** The ceiling of the first pause before reconnecting; it doubles with each failure up to the other ceiling. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
/** A connection that lived this long ends a series of failures. */
const STABLE_AFTER = MINUTE;
/** API Gateway ends a connection after two hours. Spread, so that clients that connected together do not leave together. */
const ROLL_OVER_AFTER = 110 * MINUTE;
const ROLL_OVER_SPREAD = 8 * MINUTE;
/** The arrays of a large state follow one another immediately. */
const SETTLE_AFTER = 1_000;
/** From `stale` to `offline`. */
const OFFLINE_AFTER = 30_000;
/** Longer than any keep-alive interval: the machine slept, and the connection may have died unnoticed. */
const SLEPT_AFTER = 10 * MINUTE;

/** Live toggles over a WebSocket. A child gets the page's client in `context.toggles`. */
export class TogglesClient implements TogglesView {
  readonly #options: TogglesOptions;
  readonly #random: () => number;
  readonly #surroundings: Surroundings;
  readonly #store: Store;
  readonly #changes = new Listeners<ToggleChange>();
  readonly #statuses = new Listeners<TogglesStatus>();
  #status: TogglesStatus = "stale";
  /** The connection whose state has arrived. */
  #current: Connection | undefined;
  /** The connection that is being opened: the first, one after a failure, or the one to roll over to. */
  #next: Connection | undefined;
  #failures = 0;
  #retry: Timer;
  #rollOver: Timer;
  #stable: Timer;
  #settle: Timer;
  #offline: Timer;
  #unwatch: Unsubscribe | undefined;

  constructor(options: TogglesOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#surroundings = options.surroundings ?? page();
    this.#store = new Store(`frontage:toggles:${options.url}`, storageOf(options), (changed) =>
      this.#changes.notify({ changed }),
    );
  }

  get status(): TogglesStatus {
    return this.#status;
  }

  get toggles(): ReadonlyMap<string, Toggle> {
    return this.#store.toggles;
  }

  get(key: string): Toggle | undefined {
    return this.toggles.get(key) ?? [...this.toggles.values()].find((toggle) => toggle.name === key);
  }

  isActive(key: string, fallback = false): boolean {
    return this.get(key)?.isActive ?? fallback;
  }

  onChange(listener: (change: ToggleChange) => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  onStatus(listener: (status: TogglesStatus) => void): Unsubscribe {
    return this.#statuses.add(listener);
  }

  /** Connects, and stays connected until `stop`. */
  start(): void {
    if (this.#unwatch === undefined) {
      this.#unwatch = this.#surroundings.watch((what) => this.#noticed(what));
      this.#lost();
      this.#open();
    }
  }

  stop(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    for (const timer of [this.#retry, this.#rollOver, this.#stable, this.#settle, this.#offline]) {
      clearTimeout(timer);
    }
    this.#current?.close();
    this.#next?.close();
    this.#current = this.#next = undefined;
    this.#become("stale");
  }

  #open(): void {
    clearTimeout(this.#retry);
    if (this.#next !== undefined) {
      return;
    }
    const Class = this.#options.WebSocket ?? WebSocket;
    const connection = new Connection(this.#options.url, Class, this.#random, {
      onMessage: (message, first) => this.#heard(connection, message, first),
      onClosed: () => this.#closed(connection),
    });
    this.#next = connection;
  }

  #heard(connection: Connection, message: Message, first: boolean): void {
    if (first && message.kind === "state") {
      this.#switchTo(connection);
      this.#store.begin(message.toggles);
      this.#settleSoon();
      this.#become("live");
    } else if (connection === this.#current || this.#current === undefined) {
      this.#apply(message);
    }
    // Messages that a connection receives before its state while another one is live also reach that other one.
  }

  #apply(message: Message): void {
    switch (message.kind) {
      case "state":
        this.#store.put(message.toggles);
        this.#settleSoon();
        break;
      case "changed":
        this.#store.put([message.toggle]);
        break;
      case "removed":
        this.#store.remove([message.id]);
        break;
    }
  }

  #switchTo(connection: Connection): void {
    this.#current?.close();
    this.#current = connection;
    this.#next = undefined;
    clearTimeout(this.#offline);
    clearTimeout(this.#retry);
    clearTimeout(this.#stable);
    this.#stable = setTimeout(() => {
      this.#failures = 0;
    }, STABLE_AFTER);
    clearTimeout(this.#rollOver);
    this.#rollOver = setTimeout(() => this.#open(), ROLL_OVER_AFTER + this.#random() * ROLL_OVER_SPREAD);
  }

  #settleSoon(): void {
    clearTimeout(this.#settle);
    if (!this.#store.isConfirmed) {
      this.#settle = setTimeout(() => this.#store.settle(), SETTLE_AFTER);
    }
  }

  #closed(connection: Connection): void {
    if (connection === this.#next) {
      this.#next = undefined;
    } else if (connection === this.#current) {
      this.#current = undefined;
      clearTimeout(this.#stable);
      clearTimeout(this.#settle);
      clearTimeout(this.#rollOver);
      this.#lost();
    }
    if (this.#next === undefined) {
      this.#openLater();
    }
  }

  /** Full jitter: anything up to a ceiling that doubles, so that a recovering service is not overrun. */
  #openLater(): void {
    const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures);
    this.#failures += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), this.#random() * ceiling);
  }

  #lost(): void {
    this.#store.forgetRevisions();
    this.#become(this.#surroundings.isOnline() ? "stale" : "offline");
    clearTimeout(this.#offline);
    this.#offline = setTimeout(() => this.#become("offline"), OFFLINE_AFTER);
  }

  #noticed(what: "online" | "offline" | "visibility"): void {
    if (what === "offline") {
      this.#wentOffline();
    } else if (this.#isSuspect(what)) {
      this.#next?.close();
      this.#next = undefined;
      this.#open();
    }
  }

  /**
   * A connection is not notified when its network goes away. Connecting is still attempted: a service on this machine,
   * as in development, needs no network.
   */
  #wentOffline(): void {
    this.#current?.close();
    this.#next?.close();
    this.#current = this.#next = undefined;
    clearTimeout(this.#rollOver);
    this.#lost();
    this.#openLater();
  }

  #isSuspect(what: "online" | "visibility"): boolean {
    if (what === "online" || this.#current === undefined) {
      return what === "online" || (this.#surroundings.isVisible() && this.#next === undefined);
    }
    return this.#surroundings.isVisible() && Date.now() - this.#current.lastHeard > SLEPT_AFTER;
  }

  #become(status: TogglesStatus): void {
    if (status !== this.#status) {
      this.#status = status;
      this.#statuses.notify(status);
    }
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined;

function storageOf(options: TogglesOptions): Storage | undefined {
  if (options.storage !== undefined) {
    return options.storage ?? undefined;
  }
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

function page(): Surroundings {
  return {
    isOnline: () => navigator.onLine,
    isVisible: () => document.visibilityState === "visible",
    watch(listener) {
      const end = new AbortController();
      const on = (target: EventTarget, type: string, what: Parameters<typeof listener>[0]) =>
        target.addEventListener(type, () => listener(what), { signal: end.signal });
      on(window, "online", "online");
      on(window, "offline", "offline");
      on(window, "pageshow", "visibility");
      on(document, "visibilitychange", "visibility");
      return () => end.abort();
    },
  };
}
