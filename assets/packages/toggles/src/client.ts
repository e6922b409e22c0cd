import type { Toggle, ToggleChange, TogglesStatus, TogglesView, Unsubscribe } from "@frontage/contract";
import { Listeners } from "@frontage/contract/listeners";
import { Answers } from "./answers.js";
import type { SocketClass } from "./connection.js";
import { Fallback } from "./fallback.js";
import { type Feed, Link, type LinkEvent, type Source } from "./link.js";
import type { Message } from "./message.js";
import { Shared, type Sharing, sharing } from "./shared.js";
import { Store } from "./store.js";
import { type Notice, page, type Surroundings } from "./surroundings.js";

/** The options of a connection. The last six are for tests, and for environments other than browsers. */
export interface TogglesOptions {
  /** The WebSocket API's URL. */
  readonly url: string;
  /** The longest wait between two attempts to connect, in seconds. Default: 300. */
  readonly longestWait?: number;
  /** The URL of a snapshot of the toggles, which is polled while there is no connection. Default: none. */
  readonly snapshotUrl?: string;
  /** How old a state from an earlier visit may be that is shown until there is a connection, in seconds. Default: a day. */
  readonly maxAge?: number;
  /** Clients with another one share neither the connection nor the stored state: of another user, for example. */
  readonly partition?: string;
  /** Default: the browser's. `null`: a connection for this tab alone. */
  readonly sharing?: Sharing | null;
  /** Default: the browser's. */
  readonly WebSocket?: SocketClass;
  /** Default: the browser's. */
  readonly fetch?: typeof fetch;
  /** The storage for the last known state. Default: the browser's `localStorage`; `null`: none. */
  readonly storage?: Storage | null;
  /** Default: the browser's window and document. */
  readonly surroundings?: Surroundings;
  /** 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

const LONGEST_WAIT = 300;
const MAX_AGE = 24 * 60 * 60;

/** Live toggles over a WebSocket. A child gets the page's client in `context.toggles`. */
export class TogglesClient implements TogglesView {
  readonly #surroundings: Surroundings;
  readonly #store: Store;
  readonly #feed: Feed;
  readonly #changes = new Listeners<ToggleChange>();
  readonly #statuses = new Listeners<TogglesStatus>();
  #status: TogglesStatus = "stale";
  #unwatch: Unsubscribe | undefined;
  /** Ambiguous names that were warned of. */
  readonly #warned = new Set<string>();

  constructor(options: TogglesOptions) {
    const { partition = "" } = options;
    const key = `frontage:toggles:${options.url}${partition && `:${partition}`}`;
    const storage = storageOf(options);
    this.#surroundings = options.surroundings ?? page();
    this.#store = new Store({
      key,
      storage,
      stores: () => this.#feed.leads,
      maxAge: (options.maxAge ?? MAX_AGE) * 1_000,
      changed: (changed) => this.#changes.notify({ changed }),
    });
    const answers = () => new Answers(`${key}:answers`, storage);
    const source = sourceOf(options, this.#surroundings, answers);
    const emit = (event: LinkEvent) => this.#apply(event);
    const shared = options.sharing === undefined ? sharing() : options.sharing;
    this.#feed = shared
      ? new Shared({ sharing: shared, name: key, link: source, emit, summary: () => this.#summary() })
      : source(emit);
  }

  get status(): TogglesStatus {
    return this.#status;
  }

  get toggles(): ReadonlyMap<string, Toggle> {
    return this.#store.toggles;
  }

  get(key: string): Toggle | undefined {
    return this.#store.get(key) ?? this.#named(key);
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
      this.#unwatch = this.#surroundings.watch((notice) => this.#noticed(notice));
      this.#feed.start();
    }
  }

  stop(): void {
    if (this.#unwatch !== undefined) {
      this.#unwatch();
      this.#unwatch = undefined;
      this.#save();
      this.#feed.stop();
      this.#become("stale");
    }
  }

  #noticed(notice: Notice): void {
    if (notice === "hidden" || notice === "left") {
      this.#save();
    }
    // A page with an open connection, or with the browser's only one, cannot wait in the back/forward cache.
    if (notice === "left") {
      this.#feed.stop();
      this.#become("stale");
    } else if (notice === "returned") {
      this.#feed.start();
    } else {
      this.#feed.noticed(notice);
    }
  }

  /** What another tab has to know that comes later. */
  #summary(): readonly LinkEvent[] {
    const status: LinkEvent = { kind: "status", status: this.#status };
    if (this.#status === "polling") {
      return [{ kind: "snapshot", toggles: [...this.toggles.values()] }, status];
    }
    if (this.#status !== "live") {
      return [status];
    }
    const { toggles, removals } = this.#store.confirmed();
    return [
      { kind: "begin", toggles, fresh: true },
      ...removals.map(
        (removal): LinkEvent => ({ kind: "message", message: { kind: "removed", ...removal } }),
      ),
      ...(this.#store.isSettled ? [{ kind: "settled" } as const] : []),
      status,
    ];
  }

  /** A page that is hidden may end without another event. */
  #save(): void {
    if (this.#status === "live") {
      this.#store.confirm();
    }
    this.#store.save();
  }

  /** Of several toggles with one name, the one with the first id: on every page the same. */
  #named(name: string): Toggle | undefined {
    const ids = this.#store.named(name);
    const [first] = ids;
    if (ids.length > 1 && !this.#warned.has(name)) {
      this.#warned.add(name);
      console.warn(
        `The toggles ${ids.join(", ")} are all named "${name}": ${first} is used. Ask for an id instead.`,
      );
    }
    return first === undefined ? undefined : this.#store.get(first);
  }

  #apply(event: LinkEvent): void {
    switch (event.kind) {
      case "begin":
        this.#store.confirm();
        this.#store.begin(event.toggles, event.fresh);
        break;
      case "message":
        this.#take(event.message);
        break;
      case "snapshot":
        this.#store.snapshot(event.toggles);
        break;
      case "settled":
        this.#store.settle();
        break;
      case "status":
        this.#become(event.status);
        break;
    }
  }

  #take(message: Message): void {
    if (this.#status === "live") {
      this.#store.confirm();
    }
    switch (message.kind) {
      case "state":
        this.#store.put(message.toggles);
        break;
      case "changed":
        this.#store.put([message.toggle]);
        break;
      case "removed":
        this.#store.remove([message]);
        break;
    }
  }

  #become(status: TogglesStatus): void {
    if (status !== this.#status) {
      if (this.#status === "live") {
        this.#store.confirm();
      }
      this.#status = status;
      this.#statuses.notify(status);
    }
  }
}

/** Makes what finds out about toggles: a link, with the snapshot that stands in for it. */
function sourceOf(options: TogglesOptions, surroundings: Surroundings, answers: () => Answers): Source {
  const { url, snapshotUrl, WebSocket = globalThis.WebSocket, random = Math.random } = options;
  const longestWait = (options.longestWait ?? LONGEST_WAIT) * 1_000;
  const link: Source = (emit) =>
    new Link({ url, WebSocket, surroundings, answers: answers(), random, longestWait }, emit);
  if (snapshotUrl === undefined) {
    return link;
  }
  // Called as a method, the browser's `fetch` throws.
  const { fetch = (...request) => globalThis.fetch(...request) } = options;
  return (emit) => new Fallback({ url: snapshotUrl, fetch, random, link, emit });
}

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
