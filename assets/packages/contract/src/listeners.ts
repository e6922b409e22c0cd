import type { Unsubscribe } from "./unsubscribe.js";

/**
 * The listeners of one kind of event. An error that one of them throws is reported as an uncaught one, and keeps
 * nothing from the others: on a page they belong to different teams.
 */
export class Listeners<T> {
  readonly #entries = new Set<{ readonly listener: (event: T) => void }>();
  /** The one that is being delivered, and those that wait. */
  readonly #events: T[] = [];

  /** How many there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** Adds a listener. The same function added twice is called twice, until both have ended. */
  add(listener: (event: T) => void): Unsubscribe {
    const entry = { listener };
    this.#entries.add(entry);
    return () => {
      this.#entries.delete(entry);
    };
  }

  /**
   * Calls every listener, in the order in which they were added; one that is added meanwhile is not called. An event
   * that a listener causes waits until all have heard this one, so that the last event is the last that each hears.
   */
  notify(event: T): void {
    if (this.#events.push(event) > 1) {
      return;
    }
    try {
      for (const next of this.#events) {
        this.#call(next);
      }
    } finally {
      this.#events.length = 0;
    }
  }

  #call(event: T): void {
    for (const { listener } of [...this.#entries]) {
      try {
        listener(event);
      } catch (error) {
        report(error);
      }
    }
  }
}

/** As an uncaught error, also where a child is unit-tested: Node.js has no `reportError`. */
function report(error: unknown): void {
  if (typeof reportError === "function") {
    reportError(error);
  } else {
    queueMicrotask(() => {
      throw error;
    });
  }
}
