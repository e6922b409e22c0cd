import type { Unsubscribe } from "@frontage/contract";

/** Listeners of one kind of event. If one throws, that is reported, and the others are still called. */
export class Listeners<T> {
  readonly #all = new Set<(event: T) => void>();

  add(listener: (event: T) => void): Unsubscribe {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(event: T): void {
    for (const listener of [...this.#all]) {
      try {
        listener(event);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
