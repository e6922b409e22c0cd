import type { Toggle, ToggleValue } from "@frontage/contract";
import { revisionOf, toggleFrom } from "./message.js";

/** The known toggles, stored in the browser for times without a connection. Toggles are not secret. */
export class Store {
  readonly #key: string;
  readonly #storage: Storage | undefined;
  readonly #changed: (ids: readonly string[]) => void;
  #toggles: ReadonlyMap<string, Toggle> = new Map();
  /** Known before this connection, and not confirmed by it yet. */
  readonly #unconfirmed = new Set<string>();
  /** The highest revision of each toggle since the last loss of connection: a late message has a lower one. */
  readonly #revisions = new Map<string, number>();

  constructor(key: string, storage: Storage | undefined, changed: (ids: readonly string[]) => void) {
    this.#key = key;
    this.#storage = storage;
    this.#changed = changed;
    this.#toggles = inOrder(this.#load());
  }

  get toggles(): ReadonlyMap<string, Toggle> {
    return this.#toggles;
  }

  get isConfirmed(): boolean {
    return this.#unconfirmed.size === 0;
  }

  /**
   * Takes the first array of a connection. A large state is sent in several, and nothing says how many: so toggles
   * missing from this one are not deleted yet, but unconfirmed until `settle`.
   */
  begin(toggles: readonly Toggle[]): void {
    this.#unconfirmed.clear();
    for (const id of this.#toggles.keys()) {
      this.#unconfirmed.add(id);
    }
    this.put(toggles);
  }

  put(toggles: readonly Toggle[]): void {
    const next = new Map(this.#toggles);
    for (const toggle of toggles) {
      this.#unconfirmed.delete(toggle.id);
      if (this.#isCurrent(toggle)) {
        next.set(toggle.id, toggle);
      }
    }
    this.#become(next);
  }

  /**
   * The connection was lost. The state of the next one is read after everything that was received on this one, so it is
   * right even if its revisions are lower, as in a table that was restored.
   */
  forgetRevisions(): void {
    this.#revisions.clear();
  }

  remove(ids: Iterable<string>): void {
    const next = new Map(this.#toggles);
    for (const id of ids) {
      next.delete(id);
    }
    this.#become(next);
  }

  /** The state is complete: toggles that it did not contain are deleted. */
  settle(): void {
    this.remove(this.#unconfirmed);
    this.#unconfirmed.clear();
  }

  #isCurrent(toggle: Toggle): boolean {
    const revision = revisionOf(toggle);
    if (revision === undefined) {
      this.#revisions.delete(toggle.id);
      return true;
    }
    const isCurrent = revision >= (this.#revisions.get(toggle.id) ?? revision);
    if (isCurrent) {
      this.#revisions.set(toggle.id, revision);
    }
    return isCurrent;
  }

  #become(next: ReadonlyMap<string, Toggle>): void {
    const before = this.#toggles;
    const ids = [...new Set([...before.keys(), ...next.keys()])];
    const changed = ids.filter((id) => text(before.get(id)) !== text(next.get(id)));
    if (changed.length > 0) {
      this.#toggles = inOrder(next.values());
      this.#save();
      this.#changed(changed);
    }
  }

  #load(): Toggle[] {
    try {
      const items: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? "[]");
      return (items as Record<string, ToggleValue>[])
        .map(toggleFrom)
        .filter((toggle) => toggle !== undefined);
    } catch {
      return [];
    }
  }

  #save(): void {
    try {
      const items = [...this.#toggles.values()].map((toggle) => toggle.attributes);
      this.#storage?.setItem(this.#key, JSON.stringify(items));
    } catch {
      // Storage is full or forbidden: then there is nothing to show offline, with no other consequence.
    }
  }
}

function inOrder(toggles: Iterable<Toggle>): ReadonlyMap<string, Toggle> {
  const sorted = [...toggles].sort((a, b) => ORDER.compare(a.id, b.id));
  return new Map(sorted.map((toggle) => [toggle.id, toggle]));
}

/** So that 10 is sorted after 9. */
const ORDER = new Intl.Collator("en", { numeric: true });

function text(toggle: Toggle | undefined): string {
  return JSON.stringify(toggle?.attributes);
}
