import type { TogglesStatus } from "@frontage/contract";
import type { Feed, LinkEvent, Source } from "./link.js";
import type { Notice } from "./surroundings.js";

/** What tabs of one browser share a connection with. */
export interface Sharing {
  /** The Web Locks API. */
  readonly locks: Pick<LockManager, "request">;
  readonly Channel: new (name: string) => Channel;
}

/** The part of `BroadcastChannel` that is used. */
export interface Channel {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

export interface SharedOptions {
  readonly sharing: Sharing;
  /** Tabs with the same name share one link. */
  readonly name: string;
  /** Makes the link, once this tab leads. */
  readonly link: Source;
  /** What this tab has to know. */
  readonly emit: (event: LinkEvent) => void;
  /** What a tab has to know that comes later. */
  readonly summary: () => readonly LinkEvent[];
}

/** Between tabs. */
type Post =
  /** Of a tab that follows: it knows nothing. */
  | { readonly kind: "hello"; readonly from: string }
  /** Of a tab that follows: something happened to its page, and does the leader still run? */
  | { readonly kind: "notice"; readonly notice: Notice }
  /** Of a tab that follows: a message for the service. */
  | { readonly kind: "send"; readonly message: string }
  /** Of the leader: it does. */
  | { readonly kind: "alive" }
  /** Of the leader: for one tab, or for all. */
  | { readonly kind: "events"; readonly events: readonly LinkEvent[]; readonly to?: string };

/** Tabs of another release that post otherwise have a connection of their own. */
const PROTOCOL = 1;
/** A leader that does not answer for so long is frozen, as in the background of a phone. */
const LEADER_PATIENCE = 5_000;
/**
 * How often, and how many times, a tab looks after its leader once it is used or not live: a hidden leader's timers are late
 * by up to a minute (Chromium, *Intensive Wake Up Throttling*), and its events are not.
 */
const LOOK_EVERY = 5_000;
const LOOKS = 12;
/** A tab that takes over has the state of the leader before, and needs a moment for a connection of its own. */
const HANDOVER_PATIENCE = 3_000;
const UNSHARED: ReadonlySet<Notice> = new Set(["offline", "hidden", "left", "woke"]);

/**
 * One link for all tabs of a browser. The tab that holds a lock leads: it has the link, and passes on its events. The
 * lock goes to the next tab when the leader ends, however that happens. A tab that is looked at or used asks for the
 * leader's sign of life, and takes its place if there is none: Chromium freezes no tab of a computer that holds a lock,
 * but phones freeze any tab (blink-dev, *Freezing on Energy Saver*; Chromium, `freezing_opt_out_opt_in.md`).
 */
export class Shared implements Feed {
  readonly #options: SharedOptions;
  readonly #name: string;
  readonly #id = crypto.randomUUID();
  #channel: Channel | undefined;
  /** The request for the lock, while this tab has or awaits it. */
  #request: AbortController | undefined;
  #link: Feed | undefined;
  #release: (() => void) | undefined;
  #status: TogglesStatus | undefined;
  #silence: Timer;
  #handover: Timer;
  /** The status that is said at the end of the handover, unless it is `live` by then. */
  #held: TogglesStatus | undefined;
  #look: Timer;
  #looks = 0;

  constructor(options: SharedOptions) {
    this.#options = options;
    this.#name = `${options.name}:${PROTOCOL}`;
  }

  get leads(): boolean {
    return this.#link !== undefined;
  }

  start(): void {
    this.#channel = new this.#options.sharing.Channel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#heard(data as Post);
    this.#follow();
  }

  stop(): void {
    this.#request?.abort();
    this.#request = undefined;
    this.#resign();
    this.#channel?.close();
    this.#channel = undefined;
    this.#status = undefined;
    this.#answered();
    this.#lookAway();
  }

  noticed(notice: Notice): void {
    if (this.#link !== undefined) {
      this.#link.noticed(notice);
    } else if (!UNSHARED.has(notice)) {
      if (notice !== "used" || this.#look === undefined) {
        this.#tell(notice);
      }
      this.#lookOften();
    }
  }

  /** A tab that follows gets what the leader does: that one's session learns of the same change. */
  renew(): void {
    this.#link?.renew();
  }

  /** A message of a tab that follows is lost if the leader ends at this moment. */
  send(message: string): boolean {
    if (this.#link !== undefined) {
      return this.#link.send(message);
    }
    const isLive = this.#status === "live" && this.#channel !== undefined;
    if (isLive) {
      this.#post({ kind: "send", message });
    }
    return isLive;
  }

  #tell(notice: Notice): void {
    this.#post({ kind: "notice", notice });
    this.#silence ??= setTimeout(() => this.#seize(), LEADER_PATIENCE);
  }

  #lookOften(): void {
    this.#looks = LOOKS;
    this.#look ??= setInterval(() => {
      this.#looks -= 1;
      if (this.#looks < 0 || this.leads) {
        this.#lookAway();
      } else {
        this.#tell("used");
      }
    }, LOOK_EVERY);
  }

  #lookAway(): void {
    clearInterval(this.#look);
    this.#look = undefined;
  }

  #follow(): void {
    this.#post({ kind: "hello", from: this.#id });
    const request = new AbortController();
    this.#contend(request, { signal: request.signal });
  }

  /** Takes the lock from a leader that does not answer. */
  #seize(): void {
    this.#silence = undefined;
    this.#request?.abort();
    this.#contend(new AbortController(), { steal: true });
  }

  #contend(request: AbortController, how: LockOptions): void {
    this.#request = request;
    const hold = () => new Promise<void>((release) => this.#lead(request, release));
    this.#options.sharing.locks.request(this.#name, how, hold).catch(() => this.#refused(request));
  }

  #lead(request: AbortController, release: () => void): void {
    if (request !== this.#request) {
      release();
      return;
    }
    this.#answered();
    this.#release = release;
    if (this.#status === "live") {
      this.#handover = setTimeout(() => this.#handedOver(), HANDOVER_PATIENCE);
    }
    this.#link = this.#options.link((event) => this.#publish(event));
    this.#link.start();
  }

  /** Another tab has taken the lock, or the browser gives this page none. */
  #refused(request: AbortController): void {
    if (request !== this.#request) {
      return;
    }
    if (this.#link !== undefined) {
      this.#resign();
      this.#follow();
    } else {
      this.#channel?.close();
      this.#channel = undefined;
      this.#lead(request, () => undefined);
    }
  }

  #resign(): void {
    clearTimeout(this.#handover);
    this.#handover = this.#held = undefined;
    this.#link?.stop();
    this.#link = undefined;
    this.#release?.();
    this.#release = undefined;
  }

  #publish(event: LinkEvent): void {
    if (event.kind === "status" && this.#handover !== undefined) {
      if (event.status !== "live") {
        this.#held = event.status;
        return;
      }
      clearTimeout(this.#handover);
      this.#handover = this.#held = undefined;
    }
    this.#take(event);
    this.#post({ kind: "events", events: [event] });
  }

  #handedOver(): void {
    const status = this.#held;
    this.#handover = this.#held = undefined;
    if (status !== undefined) {
      this.#publish({ kind: "status", status });
    }
  }

  #heard(post: Post): void {
    if (this.#link !== undefined) {
      this.#serve(post);
    } else if (post.kind === "alive" || post.kind === "events") {
      this.#answered();
      if (post.kind === "events" && (post.to === undefined || post.to === this.#id)) {
        for (const event of post.events) {
          this.#take(event);
        }
      }
    }
  }

  #serve(post: Post): void {
    if (post.kind === "hello") {
      this.#post({ kind: "events", events: this.#options.summary(), to: post.from });
    } else if (post.kind === "notice") {
      this.#post({ kind: "alive" });
      this.#link?.noticed(post.notice);
    } else if (post.kind === "send") {
      this.#link?.send(post.message);
    }
  }

  #take(event: LinkEvent): void {
    if (event.kind === "status") {
      this.#status = event.status;
      if (!this.leads && event.status !== "live") {
        this.#lookOften();
      }
    }
    this.#options.emit(event);
  }

  #answered(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #post(post: Post): void {
    this.#channel?.postMessage(post);
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined;

/** The browser's, where there is both: elsewhere each tab has a connection of its own. */
export function sharing(): Sharing | undefined {
  const locks = typeof navigator === "object" ? navigator.locks : undefined;
  return locks && typeof BroadcastChannel === "function" ? { locks, Channel: BroadcastChannel } : undefined;
}
