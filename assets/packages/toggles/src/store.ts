import type { Toggle, ToggleValue } from "@frontage/contract";
import { type Removal, revisionOf, toggleFrom } from "./message.js";

export interface StoreOptions {
  /** The key in the storage. */
  readonly key: string;
  readonly storage: Storage | undefined;
  /** The user whose answers these are: what another one has stored is not shown. Absent: everybody's. */
  readonly owner?: string;
  /** What is shown until a connection says more, if nothing is stored. */
  readonly instead?: Iterable<Toggle>;
  /** Milliseconds: what was stored before that is not shown any more. */
  readonly maxAge: number;
  /** Whether this tab stores: of those that show the same, one does. */
  readonly stores: () => boolean;
  /** Is called with the ids of new, changed and deleted toggles. */
  readonly changed: (ids: readonly string[]) => void;
}

/** The stored form. */
interface Saved {
  /** When this was the state for certain, in milliseconds since the epoch. */
  readonly at: number;
  readonly owner?: string;
  readonly toggles: readonly Record<string, ToggleValue>[];
}

/** How much older than a connection's messages a snapshot may be: the edge keeps it for some seconds. */
const SNAPSHOT_LAG = 30_000;
/** Changes that follow one another this closely are stored together. */
const SAVE_AFTER = 1_000;

/**
 * The known toggles, stored in the browser for times without a connection. Those of a user are as long as that user is
 * signed in.
 *
 * A message costs as much as it contains, however many toggles there are: order and storage wait until they are needed.
 */
export class Store {
  readonly #options: StoreOptions;
  #toggles = new Map<string, Toggle>();
  #inOrder = true;
  /** The ids of the toggles with each name. */
  readonly #names = new Map<string, Set<string>>();
  /** Known before this connection, and not confirmed by it yet. */
  readonly #unconfirmed = new Set<string>();
  /** A user's own answers: a snapshot, which has everybody's, overrides them only with a later change of the toggle. */
  readonly #own = new Set<string>();
  /** The highest revision of each toggle, deleted ones too: a late message has a lower one. */
  readonly #revisions = new Map<string, number>();
  #at = 0;
  /** When a connection last confirmed something. */
  #heardAt = 0;
  #save: ReturnType<typeof setTimeout> | undefined;

  constructor(options: StoreOptions) {
    this.#options = options;
    const stored = this.#load();
    for (const toggle of stored) {
      this.#isCurrent(toggle.id, revisionOf(toggle));
      this.#set(toggle);
      this.#isOwn(toggle);
    }
    for (const toggle of stored.length > 0 ? [] : (options.instead ?? [])) {
      this.#set(toggle);
    }
  }

  /** All toggles in the order of their ids. */
  get toggles(): ReadonlyMap<string, Toggle> {
    if (!this.#inOrder) {
      this.#toggles = new Map([...this.#toggles].sort(([a], [b]) => ORDER.compare(a, b)));
      this.#inOrder = true;
    }
    return this.#toggles;
  }

  get(id: string): Toggle | undefined {
    return this.#toggles.get(id);
  }

  /** The ids of the toggles with a name, in their order. */
  named(name: string): readonly string[] {
    return [...(this.#names.get(name) ?? [])].sort(ORDER.compare);
  }

  /**
   * Takes the first array of a connection. A large state is sent in several, and nothing says how many: so toggles
   * missing from this one are not deleted yet, but unconfirmed until `settle`.
   *
   * @param fresh The connection before was lost. This state was read after everything that was received on that one, so
   * it is right even if its revisions are lower, as in a table that was restored.
   */
  begin(toggles: readonly Toggle[], fresh: boolean): void {
    if (fresh) {
      this.#revisions.clear();
    }
    this.#unconfirmed.clear();
    for (const id of this.#toggles.keys()) {
      this.#unconfirmed.add(id);
    }
    this.put(toggles);
  }

  /** Takes toggles that a connection has sent. */
  put(toggles: readonly Toggle[]): void {
    for (const toggle of toggles) {
      this.#isOwn(toggle);
    }
    this.#take(toggles);
  }

  #take(toggles: readonly Toggle[]): void {
    const changed = toggles.filter((toggle) => {
      this.#unconfirmed.delete(toggle.id);
      return this.#isCurrent(toggle.id, revisionOf(toggle)) && this.#set(toggle);
    });
    this.#tell(changed);
  }

  #isOwn({ id }: Toggle): void {
    if (this.#options.owner !== undefined) {
      this.#own.add(id);
    }
  }

  remove(removals: readonly Removal[]): void {
    this.#tell(
      removals.filter(({ id, revision }) => this.#isCurrent(id, revision, false) && this.#delete(id)),
    );
  }

  /** The state is complete: toggles that it did not contain are deleted. */
  settle(): void {
    this.remove([...this.#unconfirmed].map((id) => ({ id })));
    this.#unconfirmed.clear();
  }

  /** What a connection has confirmed, for a tab that knows nothing: toggles, and the revisions of deleted ones. */
  confirmed(): { readonly toggles: readonly Toggle[]; readonly removals: readonly Removal[] } {
    const removed = [...this.#revisions].filter(([id]) => !this.#toggles.has(id));
    return {
      toggles: [...this.toggles.values()].filter(({ id }) => !this.#unconfirmed.has(id)),
      removals: removed.map(([id, revision]) => ({ id, revision })),
    };
  }

  /** Whether every toggle is confirmed. */
  get isSettled(): boolean {
    return this.#unconfirmed.size === 0;
  }

  /** What is known now is the state: a connection says so. */
  confirm(): void {
    this.#at = this.#heardAt = Date.now();
  }

  /**
   * Takes all toggles as they were some seconds ago, with the answers for somebody of whom nothing is known. Nothing with a
   * higher revision is overridden; and as long as a connection may have said something newer, only what certainly is
   * newer is taken.
   */
  snapshot(toggles: readonly Toggle[]): void {
    const isLater = Date.now() - this.#heardAt > SNAPSHOT_LAG;
    const isNewer = (toggle: Toggle, than: number) =>
      (revisionOf(toggle) ?? -1) > (this.#revisions.get(toggle.id) ?? than);
    this.#at = Date.now();
    const taken = toggles.filter((toggle) =>
      isLater ? !this.#own.has(toggle.id) || isNewer(toggle, -1) : isNewer(toggle, Infinity),
    );
    this.#take(taken);
    for (const { id } of taken) {
      this.#own.delete(id);
    }
    if (isLater) {
      const ids = new Set(toggles.map(({ id }) => id));
      const gone = [...this.#toggles.keys()].filter((id) => !ids.has(id));
      this.remove(gone.map((id) => ({ id })));
    }
  }

  /** Its user is gone: nothing is stored later, and nothing stays stored. */
  forget(): void {
    clearTimeout(this.#save);
    const { storage, key } = this.#options;
    erase(storage, key);
  }

  /** Stores the state now, as for a page that is about to end. */
  save(): void {
    clearTimeout(this.#save);
    this.#save = undefined;
    if (!this.#options.stores()) {
      return;
    }
    const { owner } = this.#options;
    const toggles = [...this.toggles.values()].map(({ attributes }) => attributes);
    const saved: Saved = { at: this.#at, ...(owner !== undefined && { owner }), toggles };
    try {
      this.#options.storage?.setItem(this.#options.key, JSON.stringify(saved));
    } catch {
      // Storage is full or forbidden: then there is nothing to show offline, with no other consequence.
    }
  }

  /**
   * Whether a message about a toggle is not older than the last one. One without a revision is taken as it comes.
   * @param forgets Without one, the toggle has no revision any more: true of an item, not of a removal.
   */
  #isCurrent(id: string, revision: number | undefined, forgets = true): boolean {
    if (revision === undefined) {
      forgets && this.#revisions.delete(id);
      return true;
    }
    const isCurrent = revision >= (this.#revisions.get(id) ?? revision);
    if (isCurrent) {
      this.#revisions.set(id, revision);
    }
    return isCurrent;
  }

  #set(toggle: Toggle): boolean {
    const before = this.#toggles.get(toggle.id);
    if (before !== undefined && text(before) === text(toggle)) {
      return false;
    }
    this.#inOrder &&= before !== undefined;
    this.#toggles.set(toggle.id, toggle);
    if (before?.name !== toggle.name) {
      this.#forgetName(before);
      const ids = this.#names.get(toggle.name) ?? new Set();
      this.#names.set(toggle.name, ids.add(toggle.id));
    }
    return true;
  }

  #delete(id: string): boolean {
    this.#forgetName(this.#toggles.get(id));
    return this.#toggles.delete(id);
  }

  #forgetName(toggle: Toggle | undefined): void {
    const ids = toggle && this.#names.get(toggle.name);
    if (toggle && ids?.delete(toggle.id) && ids.size === 0) {
      this.#names.delete(toggle.name);
    }
  }

  #tell(changed: readonly { readonly id: string }[]): void {
    if (changed.length > 0) {
      this.#save ??= setTimeout(() => this.save(), SAVE_AFTER);
      this.#options.changed([...new Set(changed.map(({ id }) => id))]);
    }
  }

  #load(): Toggle[] {
    const { key, storage, maxAge, owner } = this.#options;
    try {
      const saved: Partial<Saved> | null = JSON.parse(storage?.getItem(key) ?? "null");
      const age = Date.now() - (saved?.at ?? 0);
      if (saved !== null && saved.owner !== owner) {
        erase(storage, key);
        return [];
      }
      if (!(age >= 0 && age <= maxAge) || !Array.isArray(saved?.toggles)) {
        return [];
      }
      this.#at = this.#heardAt = saved.at ?? 0;
      return saved.toggles.map(toggleFrom).filter((toggle) => toggle !== undefined);
    } catch {
      return [];
    }
  }
}

/** So that 10 is sorted after 9. */
const ORDER = new Intl.Collator("en", { numeric: true });

/** Forgets what is stored. */
export function erase(storage: Storage | undefined, key: string): void {
  try {
    storage?.removeItem(key);
  } catch {
    // Storage is forbidden: then nothing is there.
  }
}

function text(toggle: Toggle): string {
  return JSON.stringify(toggle.attributes);
}
