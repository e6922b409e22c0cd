import type { Toggle, TogglesStatus } from "@frontage/contract";
import type { Answers } from "./answers.js";
import { type Address, Connection, type SocketClass } from "./connection.js";
import type { Message } from "./message.js";
import { type Cause, Pace } from "./pace.js";
import type { Notice, Surroundings } from "./surroundings.js";

/** What a link finds out, in order. It is data: other tabs apply it as well. */
export type LinkEvent =
  /** The first array of a connection. `fresh`: nothing connects it to the connection before, which was lost. */
  | { readonly kind: "begin"; readonly toggles: readonly Toggle[]; readonly fresh: boolean }
  /** A later message: a further array of the state, changed toggles, a removal. */
  | { readonly kind: "message"; readonly message: Message }
  /** The state is complete: it does not contain toggles that have not been mentioned. */
  | { readonly kind: "settled" }
  /** All toggles as they were some seconds ago, while there is no connection. */
  | { readonly kind: "snapshot"; readonly toggles: readonly Toggle[] }
  | { readonly kind: "status"; readonly status: TogglesStatus };

/** Where a client's events come from. */
export interface Feed {
  /** Whether this tab has the connection. */
  readonly leads: boolean;
  start(): void;
  stop(): void;
  /** Something has happened to the page. */
  noticed(notice: Notice): void;
  /** The same user gets other answers from now on. */
  renew(): void;
  /** Sends a message to the service. `false` if there is no connection. */
  send(message: string): boolean;
}

/** Makes a feed whose events go to `emit`. */
export type Source = (emit: (event: LinkEvent) => void) => Feed;

export interface LinkOptions {
  /** Where to connect: asked for each attempt anew, since a token of an earlier one may have expired. */
  readonly address: () => Address | Promise<Address>;
  readonly WebSocket: SocketClass;
  readonly surroundings: Surroundings;
  readonly answers: Answers;
  readonly random: () => number;
  /** Milliseconds. */
  readonly longestWait: number;
}

const MINUTE = 60_000;
/** A connection that lived this long ends a series of failures. */
const STABLE_AFTER = MINUTE;
/** API Gateway ends a connection after two hours. Spread, so that clients that connected together do not leave together. */
const ROLL_OVER_AFTER = 90 * MINUTE;
const ROLL_OVER_SPREAD = 28 * MINUTE;
/** The arrays of a large state follow one another immediately: after this silence no further one is expected. */
const QUIET_AFTER = 1_000;
/**
 * Only after this silence is it certain. The service tries for 20 seconds to send each array, waits for 5 seconds for the
 * last response, and closes the connection if it has failed (`lambda-src/README.md`, *Limits*). Toggles that are
 * missing are kept until then: none vanishes for a moment because its array is late.
 */
const SETTLE_AFTER = 35_000;
/** From `stale` to `offline`. */
const OFFLINE_AFTER = 30_000;
/** API Gateway has closed a connection that was silent for so long. */
const DEAD_AFTER = 10 * MINUTE;
/** How soon a client connects that has a reason not to wait: somebody looks at it, or the network is back for a whole office. */
const SOON = { shown: 1_000, network: 5_000 };
/** Notices of a page that nobody looks at. */
const IDLE: ReadonlySet<Notice> = new Set(["hidden", "left", "returned"]);
/** A timer of this interval that is late by more than a minute, as in a hidden tab, shows that the machine slept. */
const TICK = 20_000;
const SLEPT_AFTER = 100_000;

/** Keeps one connection to the service open: opens it, proves it, rolls it over before its end, and opens it again. */
export class Link implements Feed {
  readonly leads = true;
  readonly #options: LinkOptions;
  readonly #emit: (event: LinkEvent) => void;
  readonly #pace: Pace;
  #status: TogglesStatus | undefined;
  /** The connection whose state has arrived. */
  #current: Connection | undefined;
  /** The connection that is being opened: the first, one after a failure, or the one to roll over to. */
  #next: Connection | undefined;
  #retry: Timer;
  #retryAt = 0;
  #rollOver: Timer;
  #stable: Timer;
  #quiet: Timer;
  #settle: Timer;
  #offline: Timer;
  #clock: Timer;

  constructor(options: LinkOptions, emit: (event: LinkEvent) => void) {
    this.#options = options;
    this.#emit = emit;
    this.#pace = new Pace(options.random, options.longestWait);
  }

  start(): void {
    this.#lost();
    this.#watchClock(Date.now());
    this.#open();
  }

  stop(): void {
    this.#status = undefined;
    this.#forget();
    clearTimeout(this.#retry);
    clearTimeout(this.#offline);
    clearTimeout(this.#clock);
    this.#current?.close();
    this.#next?.close();
    this.#current = this.#next = undefined;
  }

  /** Something has happened to a page that this link serves. */
  noticed(notice: Notice): void {
    if (notice === "offline") {
      this.#wentOffline();
    } else if (IDLE.has(notice)) {
      return;
    } else if (this.#current === undefined) {
      this.#hurry(notice);
    } else if (this.#current.silence > DEAD_AFTER) {
      this.#open();
    } else if (notice === "online" || notice === "woke") {
      this.#current.prove();
    } else {
      this.#current.use();
    }
  }

  /** Rolls over to a connection with other answers: the current one serves until the state of that one is here. */
  renew(): void {
    this.#next?.close();
    this.#next = undefined;
    this.#open();
  }

  send(message: string): boolean {
    this.#current?.send(message);
    return this.#current !== undefined;
  }

  #open(): void {
    clearTimeout(this.#retry);
    if (this.#next !== undefined) {
      return;
    }
    const { address, WebSocket, answers, random } = this.#options;
    const connection = new Connection(address(), WebSocket, answers, random, {
      onMessage: (message, first) => this.#heard(connection, message, first),
      onClosed: (byService) => this.#closed(connection, byService),
    });
    this.#next = connection;
  }

  #heard(connection: Connection, message: Message, first: boolean): void {
    if (first && message.kind === "state") {
      const fresh = this.#current === undefined;
      this.#switchTo(connection);
      this.#emit({ kind: "begin", toggles: message.toggles, fresh });
      this.#arrived(message.more);
    } else if (connection === this.#current || this.#current === undefined) {
      this.#emit({ kind: "message", message });
      if (message.kind === "state" && this.#settle !== undefined) {
        this.#arrived(message.more);
      }
    }
    // Messages that a connection receives before its state while another one is live also reach that other one.
  }

  #switchTo(connection: Connection): void {
    this.#current?.close();
    this.#current = connection;
    this.#next = undefined;
    clearTimeout(this.#offline);
    clearTimeout(this.#retry);
    clearTimeout(this.#stable);
    this.#stable = setTimeout(() => this.#pace.reset(), STABLE_AFTER);
    clearTimeout(this.#rollOver);
    const { random } = this.#options;
    this.#rollOver = setTimeout(() => this.#open(), ROLL_OVER_AFTER + random() * ROLL_OVER_SPREAD);
  }

  /** An array of the state is here: `live` is said once all are, as far as one can know. */
  #arrived(more: boolean): void {
    clearTimeout(this.#quiet);
    if (more) {
      this.#quiet = setTimeout(() => this.#become("live"), QUIET_AFTER);
    } else {
      this.#become("live");
    }
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      this.#settle = undefined;
      this.#emit({ kind: "settled" });
    }, SETTLE_AFTER);
  }

  #closed(connection: Connection, byService: boolean): void {
    const wasCurrent = connection === this.#current;
    if (connection === this.#next) {
      this.#next = undefined;
    } else if (wasCurrent) {
      this.#current = undefined;
      this.#lost();
    }
    if (this.#next === undefined) {
      this.#openLater(this.#current ? "roll-over" : byService ? "closed" : "broken");
    }
  }

  #openLater(cause: Cause): void {
    this.#openAfter(this.#pace.wait(cause));
  }

  #openAfter(wait: number): void {
    clearTimeout(this.#retry);
    this.#retryAt = Date.now() + wait;
    this.#retry = setTimeout(() => this.#open(), wait);
  }

  /** There is a reason to connect sooner than planned. Even then not at once: a whole office may have it. */
  #hurry(notice: Notice): void {
    if (this.#next === undefined && Date.now() >= this.#retryAt) {
      // The timer of a hidden page is late.
      this.#open();
      return;
    }
    const ceiling = notice === "shown" ? SOON.shown : SOON.network;
    if (notice !== "used" && this.#next === undefined && this.#retryAt - Date.now() > ceiling) {
      this.#openAfter(this.#pace.within(ceiling));
    }
  }

  /** Ends the timers of the current connection. */
  #forget(): void {
    for (const timer of [this.#stable, this.#quiet, this.#settle, this.#rollOver]) {
      clearTimeout(timer);
    }
    this.#settle = undefined;
  }

  /** The current connection was lost, or there has been none. */
  #lost(): void {
    this.#forget();
    this.#become(this.#options.surroundings.isOnline() ? "stale" : "offline");
    clearTimeout(this.#offline);
    this.#offline = setTimeout(() => this.#become("offline"), OFFLINE_AFTER);
  }

  /**
   * A connection is not notified when its network goes away. Connecting is still attempted: a service on this machine,
   * as in development, needs no network.
   */
  #wentOffline(): void {
    this.#current?.close();
    this.#next?.close();
    this.#current = this.#next = undefined;
    this.#lost();
    this.#openLater("broken");
  }

  #watchClock(before: number): void {
    this.#clock = setTimeout(() => {
      const now = Date.now();
      if (now - before > SLEPT_AFTER) {
        this.noticed("woke");
      }
      this.#watchClock(now);
    }, TICK);
  }

  #become(status: TogglesStatus): void {
    if (status !== this.#status) {
      this.#status = status;
      this.#emit({ kind: "status", status });
    }
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined;
