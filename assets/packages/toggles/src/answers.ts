/**
 * Whether an endpoint answers keep-alives: AWS does, emulators need not. Only where it does, silence means something.
 * It is remembered for the next visit, whose first keep-alive may be the one that is not answered.
 */
export class Answers {
  readonly #key: string;
  readonly #storage: Storage | undefined;
  #expected: boolean;

  constructor(key: string, storage: Storage | undefined) {
    this.#key = key;
    this.#storage = storage;
    this.#expected = this.#load();
  }

  get expected(): boolean {
    return this.#expected;
  }

  /** A keep-alive was answered. */
  remember(): void {
    if (!this.#expected) {
      this.#expected = true;
      try {
        this.#storage?.setItem(this.#key, "yes");
      } catch {
        // Storage is full or forbidden: then the next visit learns it again.
      }
    }
  }

  #load(): boolean {
    try {
      return this.#storage?.getItem(this.#key) === "yes";
    } catch {
      return false;
    }
  }
}
