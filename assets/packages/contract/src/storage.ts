/**
 * A storage of the browser that never throws: what cannot be kept, since cookies are blocked or it is full, lasts as long as
 * the page.
 *
 * @param access `() => localStorage` or `() => sessionStorage`: with cookies blocked, the mere access throws.
 */
export function storageOf(access: () => Storage): Storage {
  try {
    return new SafeStorage(access());
  } catch {
    return new SafeStorage();
  }
}

class SafeStorage implements Storage {
  readonly #storage: Storage | undefined;
  /** What the browser's did not take. */
  readonly #here = new Map<string, string>();

  constructor(storage?: Storage) {
    this.#storage = storage;
  }

  get length(): number {
    return this.#keys().length;
  }

  key(index: number): string | null {
    return this.#keys()[index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#here.get(key) ?? this.#storage?.getItem(key) ?? null;
  }

  setItem(key: string, value: string): void {
    try {
      this.#here.delete(key);
      if (this.#storage === undefined) {
        this.#here.set(key, value);
      } else {
        this.#storage.setItem(key, value);
      }
    } catch {
      this.#here.set(key, value);
    }
  }

  removeItem(key: string): void {
    this.#here.delete(key);
    this.#storage?.removeItem(key);
  }

  clear(): void {
    this.#here.clear();
    this.#storage?.clear();
  }

  #keys(): string[] {
    const { length } = this.#storage ?? [];
    const kept = Array.from({ length }, (_, index) => this.#storage?.key(index) ?? "");
    return [...new Set([...kept, ...this.#here.keys()])];
  }
}
