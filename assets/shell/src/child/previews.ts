/** The storage key of a tab's previews: sign-in leaves the page and returns without its query. */
const KEY = "frontage:previews";
const PREFIX = "mfe:";
/** `release publish --preview` applies the same rule (`src/release/preview.rs`). */
const NAME = /^[a-z0-9-]{1,63}$/;

/** A preview that the tab asks for, and what is wrong with it if it is not shown. */
export interface Asked {
  readonly team: string;
  readonly name: string;
  readonly problem: string | undefined;
}

/**
 * Previews in place of released versions: `?mfe:shipping=@NAME`. A team publishes them on its own site, so a link leads
 * to nothing that the team has not published. They apply to the tab, until it leaves them or they end.
 */
export class Previews {
  readonly #storage: Storage;
  readonly #names: Map<string, string>;
  /** By team: why its preview is not shown, also once it has ended. */
  readonly #problems = new Map<string, { name: string; problem: string }>();
  readonly #listeners = new Set<() => void>();

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#names = new Map(load(storage));
  }

  /** Takes the previews from the query; returns the remaining query. */
  take(search: string): string {
    const query = new URLSearchParams(search);
    const asked = [...query].filter(([key, value]) => key.startsWith(PREFIX) && value.startsWith("@"));
    for (const [key, value] of asked) {
      query.delete(key);
      this.#add(key.slice(PREFIX.length), value.slice(1));
    }
    if (asked.length === 0) {
      return search;
    }
    const left = query.toString();
    return left && `?${left}`;
  }

  /** The name of a team's preview. */
  get(team: string): string | undefined {
    return this.#names.get(team);
  }

  /** Those that are asked for, and those that have ended and were not dismissed. */
  all(): Asked[] {
    const shown = [...this.#names].map(([team, name]) => {
      return { team, name, problem: this.#problems.get(team)?.problem };
    });
    const ended = [...this.#problems].filter(([team]) => !this.#names.has(team));
    return [...shown, ...ended.map(([team, of]) => ({ team, ...of }))];
  }

  /** Leaves a preview, or dismisses what is said of it. */
  remove(team: string): void {
    this.#names.delete(team);
    this.#problems.delete(team);
    this.#changed();
  }

  /** Notes that a preview is shown. */
  works(team: string): void {
    if (this.#problems.delete(team)) {
      this.#changed();
    }
  }

  /** Notes why a preview is not shown at this moment. The next visit asks for it again. */
  fails(team: string, problem: string): void {
    const name = this.#names.get(team);
    if (name !== undefined) {
      this.#problems.set(team, { name, problem });
      this.#changed();
    }
  }

  /** Ends a preview that will not be shown again. */
  end(team: string, problem: string): void {
    this.fails(team, problem);
    this.#names.delete(team);
    this.#changed();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #add(team: string, name: string): void {
    if (NAME.test(name)) {
      this.#problems.delete(team);
      this.#names.set(team, name);
      this.#changed();
    } else {
      console.warn(`A preview's name has a-z, 0-9 and -: ${team} keeps its released version`);
    }
  }

  #changed(): void {
    this.#storage.setItem(KEY, JSON.stringify([...this.#names]));
    for (const tell of this.#listeners) {
      tell();
    }
  }
}

function load(storage: Storage): [string, string][] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    return (kept as [string, string][]).filter(([, name]) => NAME.test(name));
  } catch {
    return [];
  }
}
