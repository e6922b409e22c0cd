import { type Message, readMessage } from "./message.js";

/** The callbacks of a connection. */
export interface ConnectionEvents {
  /** A message arrived. `first` for the array that is the connection's state. */
  onMessage(message: Message, first: boolean): void;
  /** It was closed, does not respond any more, or could not be opened. Called once, and never after `close()`. */
  onClosed(): void;
}

/** The part of the browser's `WebSocket` that is used. */
export type Socket = Pick<WebSocket, "close" | "send"> & {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
};

export type SocketClass = new (url: string) => Socket;

/** The time that a connection has to open and to send its state. */
const STATE_PATIENCE = 30_000;
/** API Gateway closes a connection that was idle for ten minutes. */
const KEEP_ALIVE_AFTER = 7 * 60_000;
const KEEP_ALIVE_SPREAD = 2 * 60_000;
/** The time limit for the response to a keep-alive. */
const ANSWER_PATIENCE = 15_000;

/**
 * A browser cannot send WebSocket pings, so a small message keeps an idle connection open. The API has no route for it
 * (only `$connect` and `$disconnect`), and needs none: API Gateway counts it as traffic, calls no function, and
 * responds with `{"message":"Forbidden","connectionId":…}` by itself, which is ignored as a message. Being closed every
 * ten minutes instead would cost three functions' calls and the whole state each time.
 */
const KEEP_ALIVE = '{"action":"keep-alive"}';

/** Endpoints that have answered a keep-alive (AWS does, emulators need not): only their silence means something. */
const answering = new Set<string>();

/** One WebSocket: from its opening until it closes, is closed, or falls silent. */
export class Connection {
  readonly #url: string;
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #random: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasState = false;
  #asked = false;
  /** When data last arrived, in milliseconds since the epoch. */
  lastHeard = Date.now();

  constructor(url: string, Class: SocketClass, random: () => number, events: ConnectionEvents) {
    this.#url = url;
    this.#events = events;
    this.#random = random;
    this.#socket = new Class(url);
    this.#socket.onmessage = (event: MessageEvent) => this.#heard(String(event.data));
    this.#socket.onclose = () => this.#end();
    this.#socket.onerror = () => this.#end();
    this.#wait(STATE_PATIENCE, () => this.#end());
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    // A socket that is closed while it opens reports an error, which must not reach a listener.
    this.#socket.onerror = () => undefined;
    this.#socket.close();
  }

  #end(): void {
    this.close();
    this.#events.onClosed();
  }

  #heard(text: string): void {
    this.lastHeard = Date.now();
    const message = readMessage(text);
    if (message.kind === "other" && this.#asked) {
      answering.add(this.#url);
    }
    this.#asked = false;
    const first = message.kind === "state" && !this.#hasState;
    this.#hasState ||= first;
    if (this.#hasState) {
      this.#keepAlive();
    }
    this.#events.onMessage(message, first);
  }

  #keepAlive(): void {
    this.#wait(KEEP_ALIVE_AFTER + this.#random() * KEEP_ALIVE_SPREAD, () => {
      this.#asked = true;
      this.#socket.send(KEEP_ALIVE);
      if (answering.has(this.#url)) {
        this.#wait(ANSWER_PATIENCE, () => this.#end());
      } else {
        this.#keepAlive();
      }
    });
  }

  #wait(milliseconds: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, milliseconds);
  }
}
