/** The storage key of a tab's overrides: sign-in leaves the page and returns without its query. */
const KEY = "frontage:overrides";
const PREFIX = "mfe:";

/**
 * Modules from a developer's own machine instead of released ones: `?mfe:shipping=http://localhost:5173/src/main.ts`.
 * They apply to the tab, until they are removed. Without `allowed` there are none, and those requested by a URL are
 * ignored.
 */
export class Overrides {
  readonly #storage: Storage;
  readonly #urls: Map<string, string>;

  constructor(allowed: boolean, storage: Storage) {
    this.#storage = storage;
    this.#urls = new Map(allowed ? load(storage) : []);
  }

  /** Takes the overrides from the query; returns the remaining query. */
  take(search: string, allowed: boolean): string {
    const query = new URLSearchParams(search);
    for (const [key, url] of [...query]) {
      if (key.startsWith(PREFIX)) {
        query.delete(key);
        this.#add(key.slice(PREFIX.length), url, allowed);
      }
    }
    const left = query.toString();
    return left && `?${left}`;
  }

  get(team: string): string | undefined {
    return this.#urls.get(team);
  }

  all(): [team: string, url: string][] {
    return [...this.#urls];
  }

  remove(team: string): void {
    this.#urls.delete(team);
    this.#save();
  }

  #add(team: string, url: string, allowed: boolean): void {
    if (!allowed) {
      console.warn(
        `Overrides are off here (shell.overrides in frontage.toml): ${team} keeps its released version`,
      );
    } else if (!isLocal(url)) {
      console.warn(`An override must be on http://localhost: ${team} keeps its released version`);
    } else {
      this.#urls.set(team, url);
      this.#save();
    }
  }

  #save(): void {
    this.#storage.setItem(KEY, JSON.stringify([...this.#urls]));
  }
}

/** A link that anyone may send must not load a stranger's module into the page; the policy enforces the same. */
function isLocal(url: string): boolean {
  if (!URL.canParse(url)) {
    return false;
  }
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && hostname === "localhost";
}

function load(storage: Storage): [string, string][] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    return (kept as [string, string][]).filter(([, url]) => isLocal(url));
  } catch {
    return [];
  }
}
