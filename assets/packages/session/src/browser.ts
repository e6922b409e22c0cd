/** What a session needs of the browser; a test gives its own. */
export interface Browser {
  /** The page's address. */
  href(): string;
  /** Leaves the page. */
  assign(url: string): void;
  /** Changes the address without leaving the page. `path` begins with `/`. */
  replacePath(path: string): void;
  /** Begins the page anew. */
  reload(): void;
  /** Outlives the tab, shared by all of them: only ever holds a flag. */
  readonly local: Storage;
  /** The tab's own: holds the state of a sign-in under way, which has no token. */
  readonly tab: Storage;
  /** Absent where the browser has none; renewal then goes without. */
  readonly locks: LockManager | undefined;
  openChannel(name: string): BroadcastChannel;
}

export function realBrowser(): Browser {
  return {
    href: () => window.location.href,
    assign: (url) => window.location.assign(url),
    replacePath: (path) => window.history.replaceState(null, "", path),
    reload: () => window.location.reload(),
    local: window.localStorage,
    tab: window.sessionStorage,
    locks: navigator.locks,
    openChannel: (name) => new BroadcastChannel(name),
  };
}
