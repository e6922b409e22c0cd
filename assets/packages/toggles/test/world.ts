import {
  type Notice,
  type Socket,
  type SocketClass,
  TogglesClient,
  type TogglesOptions,
} from "../src/index.js";

/** A service that a test speaks for. */
export class World {
  readonly sockets: FakeSocket[] = [];
  readonly storage = new Map<string, string>();
  random = 0.5;
  online = true;
  #watchers = new Set<(notice: Notice) => void>();

  client(more: Partial<TogglesOptions> = {}): TogglesClient {
    const { sockets } = this;
    const Class = class extends FakeSocket {
      constructor(...how: [string, string[]?]) {
        super(...how);
        sockets.push(this);
      }
    };
    return new TogglesClient({
      url: "wss://toggles.example/live",
      WebSocket: Class as unknown as SocketClass,
      storage: storageOn(this.storage),
      random: () => this.random,
      sharing: null,
      surroundings: {
        isOnline: () => this.online,
        watch: (listener) => {
          this.#watchers.add(listener);
          return () => this.#watchers.delete(listener);
        },
      },
      ...more,
    });
  }

  /** The socket that was opened last. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) {
      throw new Error("No socket was opened");
    }
    return socket;
  }

  goes(what: "online" | "offline"): void {
    this.online = what === "online";
    this.notices(what);
  }

  notices(what: Notice): void {
    for (const watcher of this.#watchers) {
      watcher(what);
    }
  }
}

export class FakeSocket implements Socket {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  /** What it was constructed with. */
  readonly how: readonly (string | readonly string[] | undefined)[];
  readonly sent: string[] = [];
  closed = false;

  constructor(...how: [string, string[]?]) {
    this.how = how;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.closed = true;
  }

  says(message: unknown): void {
    const data = typeof message === "string" ? message : JSON.stringify(message);
    this.onmessage?.({ data } as never);
  }

  breaks(wasClean = false): void {
    this.onclose?.({ wasClean } as never);
  }
}

/** A toggle's item in DynamoDB's JSON. */
export function item(id: string, isActive: boolean, more: object = {}): object {
  return { featureId: { S: id }, featureName: { S: `Toggle ${id}` }, isActive: { BOOL: isActive }, ...more };
}

export function removal(id: string, revision?: number): object {
  const removed = { isRemoved: "true", featureId: { featureId: { S: id } } };
  return revision === undefined ? removed : { ...removed, revision: { N: `${revision}` } };
}

function storageOn(items: Map<string, string>): Storage {
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  } as Storage;
}
