/**
 * A storage of the browser, or one in memory where the browser forbids it: with cookies blocked, the mere access throws.
 *
 * @param access `() => localStorage` or `() => sessionStorage`.
 */
export function storageOf(access: () => Storage): Storage {
  try {
    return access();
  } catch {
    return new MemoryStorage();
  }
}

/** Lasts as long as the page. */
class MemoryStorage implements Storage {
  readonly #items = new Map<string, string>();

  get length(): number {
    return this.#items.size;
  }

  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }

  clear(): void {
    this.#items.clear();
  }
}
