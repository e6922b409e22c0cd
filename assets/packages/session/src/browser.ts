import { storageOf } from "@frontage/contract/storage";

/** The parts of the browser that a session uses; a test provides its own. */
export interface Browser {
  /** The page's URL. */
  href(): string;
  /** Leaves the page. */
  assign(url: string): void;
  /** Leaves the page, which Back does not return to. */
  replace(url: string): void;
  /** Changes the URL without leaving the page. `path` begins with `/`. */
  replacePath(path: string): void;
  /** Reloads the page. */
  reload(): void;
  /** Outlives the tab and is shared by all tabs: only ever contains a flag. */
  readonly local: Storage;
  /** The tab's own: contains the state of a sign-in in progress, which has no token. */
  readonly tab: Storage;
  /** Absent if the browser has none; renewal then works without. */
  readonly locks: LockManager | undefined;
  openChannel(name: string): BroadcastChannel;
}

export function realBrowser(): Browser {
  return {
    href: () => window.location.href,
    assign: (url) => window.location.assign(url),
    replace: (url) => window.location.replace(url),
    replacePath: (path) => window.history.replaceState(null, "", path),
    reload: () => window.location.reload(),
    local: storageOf(() => window.localStorage),
    tab: storageOf(() => window.sessionStorage),
    locks: navigator.locks,
    openChannel: (name) => new BroadcastChannel(name),
  };
}
