import type { Answers } from "./answers.js";
import { type Message, readMessage } from "./message.js";

/** The callbacks of a connection. */
export interface ConnectionEvents {
  /** A message arrived. `first` for the array that is the connection's state. */
  onMessage(message: Message, first: boolean): void;
  /**
   * It was closed, does not respond any more, or could not be opened. Called once, and never after `close()`.
   * `byService` if the service has ended it in order.
   */
  onClosed(byService: boolean): void;
}

/** The part of the browser's `WebSocket` that is used. */
export type Socket = Pick<WebSocket, "close" | "send"> & {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
};

export type SocketClass = new (url: string, protocols?: string[]) => Socket;

/** Where to connect. A browser can state nothing but an address and subprotocols. */
export interface Address {
  readonly url: string;
  /** Absent: none are offered. */
  readonly protocols?: string[];
}

/** The time that a connection has to open and to send its state. */
const STATE_PATIENCE = 30_000;
/** The first keep-alive, after the last message: it shows early whether this network delivers at all. */
const FIRST_KEEP_ALIVE_AFTER = 30_000;
/** API Gateway closes a connection that was idle for ten minutes, and a hidden page's timer may be a minute late. */
const KEEP_ALIVE_AFTER = 7 * 60_000;
const KEEP_ALIVE_SPREAD = 90_000;
/** A connection that is in use proves itself this long after its last message. */
const PROVEN_FOR = 30_000;
/** The time limit for the response to a keep-alive. */
const ANSWER_PATIENCE = 15_000;

/**
 * A browser cannot send WebSocket pings, so a small message keeps an idle connection open. The API has no route for it,
 * and needs none: API Gateway counts it as traffic, calls no function, and
 * responds with `{"message":"Forbidden","connectionId":…}` by itself (aws-samples/simple-websockets-chat-app#24), which is
 * ignored as a message. Being closed every ten minutes instead would cost three functions' calls and the whole state
 * each time.
 */
const KEEP_ALIVE = '{"action":"keep-alive"}';

/** One WebSocket: from its opening until it closes, is closed, or falls silent. */
export class Connection {
  /** Once it is known where to connect. */
  #socket: Socket | undefined;
  #isOver = false;
  readonly #events: ConnectionEvents;
  readonly #answers: Answers;
  readonly #random: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasState = false;
  /** A keep-alive was sent, and nothing has arrived since. */
  #asked = false;
  #lastAsked = 0;
  #lastHeard = Date.now();

  /** @param address Where to connect. One that cannot be had is a connection that could not be opened. */
  constructor(
    address: Address | Promise<Address>,
    Class: SocketClass,
    answers: Answers,
    random: () => number,
    events: ConnectionEvents,
  ) {
    this.#events = events;
    this.#answers = answers;
    this.#random = random;
    if (address instanceof Promise) {
      const opened = address.then((known) => this.#isOver || this.#open(known, Class));
      opened.catch(() => this.#isOver || this.#end());
    } else {
      this.#open(address, Class);
    }
    this.#wait(STATE_PATIENCE, () => this.#end());
  }

  #open({ url, protocols }: Address, Class: SocketClass): void {
    const socket = protocols ? new Class(url, protocols) : new Class(url);
    socket.onmessage = (event: MessageEvent) => this.#heard(String(event.data));
    socket.onclose = (event: CloseEvent) => this.#end(event.wasClean);
    socket.onerror = () => this.#end();
    this.#socket = socket;
  }

  /** Milliseconds since data last arrived. */
  get silence(): number {
    return Date.now() - this.#lastHeard;
  }

  /**
   * Somebody relies on this connection now: it must have proved itself within `PROVEN_FOR`, or do so now. This page may be
   * hidden and its timers a minute late: so what is due is done at once.
   */
  use(): void {
    if (this.#isAwaited && Date.now() - this.#lastAsked >= ANSWER_PATIENCE) {
      this.#end();
    } else {
      this.#ask(Math.max(this.#lastAsked, this.#lastHeard) + PROVEN_FOR - Date.now());
    }
  }

  /** It may have died unnoticed, and must prove itself. */
  prove(): void {
    this.#ask(0);
  }

  /** Sends a message, once there is a state. The service answers none. */
  send(message: string): void {
    this.#socket?.send(message);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#isOver = true;
    if (this.#socket !== undefined) {
      this.#socket.onmessage = null;
      this.#socket.onclose = null;
      // A socket that is closed while it opens reports an error, which must not reach a listener.
      this.#socket.onerror = () => undefined;
      this.#socket.close();
    }
  }

  #end(byService = false): void {
    this.close();
    this.#events.onClosed(byService);
  }

  #heard(text: string): void {
    this.#lastHeard = Date.now();
    const message = readMessage(text);
    if (message.kind === "other" && this.#asked) {
      this.#answers.remember();
    }
    this.#asked = false;
    const first = message.kind === "state" && !this.#hasState;
    this.#hasState ||= first;
    if (this.#hasState) {
      this.#askLater();
    }
    this.#events.onMessage(message, first);
  }

  #askLater(): void {
    const idle = KEEP_ALIVE_AFTER + this.#random() * KEEP_ALIVE_SPREAD;
    this.#ask(this.#lastAsked > 0 ? idle : FIRST_KEEP_ALIVE_AFTER);
  }

  /** Whether the answer to a keep-alive has to come. */
  get #isAwaited(): boolean {
    return this.#asked && this.#answers.expected;
  }

  /** Sends a keep-alive after a while or now, unless the answer to one is awaited. */
  #ask(after: number): void {
    if (!this.#hasState || this.#isAwaited) {
      return;
    }
    if (after > 0) {
      this.#wait(after, () => this.#ask(0));
      return;
    }
    this.#asked = true;
    this.#lastAsked = Date.now();
    this.#socket?.send(KEEP_ALIVE);
    if (this.#isAwaited) {
      this.#wait(ANSWER_PATIENCE, () => this.#end());
    } else {
      this.#askLater();
    }
  }

  #wait(milliseconds: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, milliseconds);
  }
}
