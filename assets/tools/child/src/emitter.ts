import type { Unsubscribe } from "@frontage/contract";

/** Listeners that can be counted: one that a child leaves behind when it is unmounted is a leak. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  get size(): number {
    return this.#listeners.size;
  }

  /** Adds a listener. The same function added twice is called twice. */
  on(listener: (value: T) => void): Unsubscribe {
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
