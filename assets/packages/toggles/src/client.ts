import type { Toggle, ToggleChange, TogglesStatus, TogglesView, Unsubscribe } from "@frontage/contract";
import { Listeners } from "@frontage/contract/listeners";
import { Answers } from "./answers.js";
import type { SocketClass } from "./connection.js";
import { addressOf, type DoorOptions, type Identity, isClosed, isSame, noLink } from "./door.js";
import { Exposures } from "./exposure.js";
import { Fallback } from "./fallback.js";
import { type Feed, Link, type LinkEvent, type Source } from "./link.js";
import type { Message } from "./message.js";
import { Shared, type Sharing, sharing } from "./shared.js";
import { erase, Store } from "./store.js";
import { type Notice, page, type Surroundings } from "./surroundings.js";

/** The options of a connection. The last six are for tests, and for environments other than browsers. */
export interface TogglesOptions extends DoorOptions {
  /** The WebSocket API's URL. */
  readonly url: string;
  /** The longest wait between two attempts to connect, in seconds. Default: 300. */
  readonly longestWait?: number;
  /** The URL of a snapshot of the toggles, which is polled while there is no connection. Default: none. */
  readonly snapshotUrl?: string;
  /** How old a state from an earlier visit may be that is shown until there is a connection, in seconds. Default: a day. */
  readonly maxAge?: number;
  /** The share of clients that tell which toggles they were asked for, above 0 and up to 1. Default: none. */
  readonly exposure?: number;
  /** Clients with another one share neither the connection nor the stored state. Those of two users never do. */
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
  readonly #options: TogglesOptions;
  readonly #surroundings: Surroundings;
  readonly #storage: Storage | undefined;
  #user: Identity | undefined;
  #store: Store;
  #feed: Feed;
  /** Between the start of the feed and its stop. */
  #runs = false;
  readonly #changes = new Listeners<ToggleChange>();
  readonly #statuses = new Listeners<TogglesStatus>();
  #status: TogglesStatus = "stale";
  #unwatch: Unsubscribe | undefined;
  /** Where it is told what was asked for, if this client is one that does. */
  readonly #exposures: Exposures | undefined;
  readonly asked?: (key: string) => void;
  /** Ambiguous names that were warned of. */
  readonly #warned = new Set<string>();

  constructor(options: TogglesOptions) {
    this.#options = options;
    this.#surroundings = options.surroundings ?? page();
    this.#storage = storageOf(options);
    this.#store = this.#openStore();
    this.#feed = this.#openFeed(this.#store);
    const { exposure = 0, random = Math.random } = options;
    if (exposure > 0 && random() < exposure) {
      const exposures = new Exposures((message) => this.#feed.send(message));
      this.#exposures = exposures;
      this.asked = (key) => exposures.asked(this.get(key));
    }
  }

  /** What is known for the user. Users share one place in the storage: the next one's takes that of the one before. */
  #openStore(instead: Iterable<Toggle> = []): Store {
    const owner = this.#user?.id;
    const store: Store = new Store({
      key: owner === undefined ? nameOf(this.#options) : usersKey(this.#options),
      storage: this.#storage,
      ...(owner !== undefined && { owner }),
      instead,
      stores: () => store === this.#store && this.#feed.leads,
      maxAge: (this.#options.maxAge ?? MAX_AGE) * 1_000,
      changed: (changed) => store === this.#store && this.#changes.notify({ changed }),
    });
    return store;
  }

  #openFeed(store: Store): Feed {
    const options = this.#options;
    const answers = () => new Answers(`${nameOf(options)}:answers`, this.#storage);
    const source = sourceOf(options, this.#user, this.#surroundings, answers);
    const emit = (event: LinkEvent) => store === this.#store && this.#apply(event);
    const shared = options.sharing === undefined ? sharing() : options.sharing;
    const name = nameOf(options, this.#user);
    return shared
      ? new Shared({ sharing: shared, name, link: source, emit, summary: () => this.#summary() })
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
    this.asked?.(key);
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
      if (this.#user === undefined) {
        // Of somebody who has not signed out, but is not here any more.
        erase(this.#storage, usersKey(this.#options));
      }
      this.#run();
    }
  }

  /**
   * Says who asks from now on: `undefined` is nobody. It is called again when that user's groups have changed, and before
   * `start` if somebody has signed in by then. Without the option `connect` nothing depends on it.
   *
   * Nothing of a user's answers stays when another one, or nobody, asks: neither in the toggles, which are unknown until
   * a connection says otherwise, nor in the storage. A user whose groups have changed keeps the answers until the new
   * ones are here, and a user who signs in begins with those for nobody.
   */
  identify(user: Identity | undefined): void {
    const before = this.#user;
    if (this.#options.connect === undefined || isSame(before, user)) {
      return;
    }
    this.#user = user && { id: user.id, groups: [...user.groups] };
    if (before?.id !== user?.id) {
      this.#changeUser(before);
    } else if (this.#runs) {
      this.#feed.renew();
    }
  }

  #changeUser(before: Identity | undefined): void {
    const runs = this.#runs;
    const status = this.#status;
    const left = this.#store;
    const isNew = before === undefined && runs;
    if (isNew) {
      this.#save();
    } else if (before !== undefined) {
      left.forget();
    }
    this.#feed.stop();
    this.#status = "stale";
    this.#store = this.#openStore(isNew ? left.toggles.values() : []);
    this.#feed = this.#openFeed(this.#store);
    if (status !== "stale") {
      this.#statuses.notify("stale");
    }
    const changed = [...new Set([...left.toggles.keys(), ...this.#store.toggles.keys()])];
    if (changed.length > 0) {
      this.#changes.notify({ changed });
    }
    if (runs) {
      this.#feed.start();
    }
  }

  #run(): void {
    this.#runs = true;
    this.#feed.start();
  }

  #rest(): void {
    this.#runs = false;
    this.#feed.stop();
    this.#become("stale");
  }

  stop(): void {
    if (this.#unwatch !== undefined) {
      this.#unwatch();
      this.#unwatch = undefined;
      this.#save();
      this.#exposures?.tell();
      this.#rest();
    }
  }

  #noticed(notice: Notice): void {
    if (notice === "hidden" || notice === "left") {
      this.#save();
      this.#exposures?.tell();
    }
    // A page with an open connection, or with the browser's only one, cannot wait in the back/forward cache.
    if (notice === "left") {
      this.#rest();
    } else if (notice === "returned") {
      this.#run();
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
        this.#exposures?.tellSoon();
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
function sourceOf(
  options: TogglesOptions,
  user: Identity | undefined,
  surroundings: Surroundings,
  answers: () => Answers,
): Source {
  const { snapshotUrl, WebSocket = globalThis.WebSocket, random = Math.random } = options;
  const longestWait = (options.longestWait ?? LONGEST_WAIT) * 1_000;
  const address = addressOf(options, user);
  const link: Source = isClosed(options, user)
    ? noLink
    : (emit) => new Link({ address, WebSocket, surroundings, answers: answers(), random, longestWait }, emit);
  if (snapshotUrl === undefined) {
    return link;
  }
  // Called as a method, the browser's `fetch` throws.
  const { fetch = (...request) => globalThis.fetch(...request) } = options;
  return (emit) => new Fallback({ url: snapshotUrl, fetch, random, link, emit });
}

/** What the tabs of a browser share, and where is stored what is known: none of it is another user's. */
function nameOf({ url, partition = "" }: TogglesOptions, user?: Identity): string {
  const whose = user === undefined ? "" : `-of:${encodeURIComponent(user.id)}`;
  return `frontage:toggles${whose}:${url}${partition && `:${partition}`}`;
}

/** Where what is known for a user is stored. */
function usersKey({ url, partition = "" }: TogglesOptions): string {
  return `frontage:toggles-of-user:${url}${partition && `:${partition}`}`;
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
