import type { TogglesStatus } from "@frontage/contract";
import type { Feed, LinkEvent, Source } from "./link.js";
import { readMessage } from "./message.js";
import type { Notice } from "./surroundings.js";

export interface FallbackOptions {
  /** The URL of the snapshot: all toggles, as one array of a connection's state. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly random: () => number;
  /** Makes the link that this one stands in for. */
  readonly link: Source;
  readonly emit: (event: LinkEvent) => void;
}

/** Between two requests; the last fifth is spread. With the five seconds that the edge may lag, a change takes 35 s. */
const POLL_EVERY = 30_000;
/** The highest pause, after failures. */
const LONGEST_PAUSE = 5 * 60_000;
/** The first request after a connection was lost: most are opened again by then. */
const FIRST_AFTER = 10_000;
const RESPONSE_PATIENCE = 10_000;
/** What was read that long ago is no longer `polling`. */
const GOOD_FOR = 60_000;

/**
 * A link, and a snapshot of the toggles over plain HTTP for as long as the link is not live: at once for the first
 * paint, then every half a minute where WebSockets are blocked.
 */
export class Fallback implements Feed {
  readonly leads = true;
  readonly #options: FallbackOptions;
  readonly #link: Feed;
  #runs = false;
  #linkStatus: TogglesStatus = "stale";
  #status: TogglesStatus | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #failures = 0;
  #request: AbortController | undefined;
  /** The last good answer. */
  #snapshot: { readonly etag: string | null; readonly event: LinkEvent } | undefined;
  /** Runs for as long as that is good. */
  #good: ReturnType<typeof setTimeout> | undefined;

  constructor(options: FallbackOptions) {
    this.#options = options;
    this.#link = options.link((event) => this.#pass(event));
  }

  start(): void {
    this.#runs = true;
    this.#link.start();
    this.#pollAfter(0);
  }

  stop(): void {
    this.#runs = false;
    this.#rest();
    this.#expire();
    this.#link.stop();
    this.#status = undefined;
    this.#linkStatus = "stale";
  }

  noticed(notice: Notice): void {
    this.#link.noticed(notice);
    const isReason = notice === "shown" || notice === "used" || notice === "online";
    if (isReason && this.#timer !== undefined && Date.now() >= this.#due) {
      // The timer of a hidden page is late.
      this.#pollAfter(0);
    }
  }

  renew(): void {
    this.#link.renew();
  }

  send(message: string): boolean {
    return this.#link.send(message);
  }

  #pass(event: LinkEvent): void {
    if (event.kind !== "status") {
      this.#options.emit(event);
      return;
    }
    const wasLive = this.#linkStatus === "live";
    this.#linkStatus = event.status;
    if (event.status === "live") {
      this.#rest();
    } else if (wasLive && this.#runs) {
      this.#expire();
      this.#pollAfter(this.#options.random() * FIRST_AFTER);
    }
    this.#say();
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#request?.abort();
    this.#request = undefined;
  }

  #pollAfter(wait: number): void {
    this.#rest();
    this.#due = Date.now() + wait;
    this.#timer = setTimeout(() => void this.#poll(), wait);
  }

  async #poll(): Promise<void> {
    this.#timer = undefined;
    const request = new AbortController();
    this.#request = request;
    const patience = setTimeout(() => request.abort(), RESPONSE_PATIENCE);
    const event = await this.#ask(request.signal).catch(() => undefined);
    clearTimeout(patience);
    if (this.#request !== request) {
      return;
    }
    if (event === undefined) {
      this.#failures += 1;
    } else {
      this.#failures = 0;
      clearTimeout(this.#good);
      this.#good = setTimeout(() => {
        this.#expire();
        this.#say();
      }, GOOD_FOR);
      this.#options.emit(event);
    }
    this.#say();
    const pause = Math.min(LONGEST_PAUSE, POLL_EVERY * 2 ** Math.max(0, this.#failures - 1));
    this.#pollAfter(pause * (0.8 + 0.2 * this.#options.random()));
  }

  #expire(): void {
    clearTimeout(this.#good);
    this.#good = undefined;
  }

  /** The snapshot, unless the answer is something else, such as a page. */
  async #ask(signal: AbortSignal): Promise<LinkEvent | undefined> {
    const etag = this.#snapshot?.etag;
    const { url, fetch } = this.#options;
    const headers = etag ? { "If-None-Match": etag } : {};
    const response = await fetch(url, { signal, headers, cache: "no-store", credentials: "omit" });
    if (response.status === 304) {
      return this.#snapshot?.event;
    }
    const message = response.ok ? readMessage(await response.text()) : undefined;
    if (message?.kind !== "state") {
      return undefined;
    }
    const event: LinkEvent = { kind: "snapshot", toggles: message.toggles };
    this.#snapshot = { etag: response.headers.get("ETag"), event };
    return event;
  }

  #say(): void {
    const polls = this.#linkStatus !== "live" && this.#good !== undefined;
    const status = polls ? "polling" : this.#linkStatus;
    if (status !== this.#status) {
      this.#status = status;
      this.#options.emit({ kind: "status", status });
    }
  }
}
