import type { NavigateOptions, Unsubscribe } from "@frontage/contract";
import { Listeners } from "@frontage/contract/listeners";
import { Guards } from "./guards.js";

/**
 * The origin of a navigation: `within` is a child that navigates in its own pages, by a link, through its context or with a
 * router of its own; `history` is the browser's back and forward.
 */
export type Cause = "link" | "within" | "history";

/** What is served as a file: everything else is a page (`stacks/src/sites/distribution.rs`). */
const FILE = /^\/(\.well-known|assets|releases|shared)\/.|^\/[^/]+\.[^/]+$/;

/** The page's URL, with the history API: clicks on links of this origin change it without a page load. */
export class Router {
  /** Asked before the address changes to another page's. */
  readonly guards = new Guards();
  readonly #listeners = new Listeners<Cause>();
  #last = this.path;
  #isOwn = false;

  /** Path and query. */
  get path(): string {
    return location.pathname + location.search;
  }

  onNavigate(listener: (cause: Cause) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  /** Handles the page's clicks and history events, and what routers of children do to the history. */
  start(): void {
    document.addEventListener("click", (event) => this.#clicked(event));
    window.addEventListener("popstate", () => this.#returned());
    this.guards.start();
    for (const method of ["pushState", "replaceState"] as const) {
      const change = history[method].bind(history);
      history[method] = (...args) => {
        if (this.#isOwn) {
          change(...args);
        } else if (this.guards.mayGo(new URL(args[2] ?? "", location.href))) {
          change(...args);
          this.#moved("within");
        }
      };
    }
  }

  navigate(path: string, cause: Cause = "link", { replace = false }: NavigateOptions = {}): void {
    const url = new URL(path, location.href);
    if (!this.guards.mayGo(url)) {
      return;
    }
    if (url.href !== location.href) {
      this.#change(() => history[replace ? "replaceState" : "pushState"](null, "", url));
    }
    this.#moved(cause);
  }

  /** Changes the address, and tells nobody. */
  replace(path: string): void {
    this.#change(() => history.replaceState(history.state, "", path));
    this.#last = this.path;
  }

  #returned(): void {
    if (this.path === this.#last || this.guards.mayGo(new URL(location.href))) {
      this.#moved("history");
    } else {
      this.#change(() => history.pushState(null, "", this.#last));
    }
  }

  #change(change: () => void): void {
    this.#isOwn = true;
    try {
      change();
    } finally {
      this.#isOwn = false;
    }
  }

  #moved(cause: Cause): void {
    // A jump to a fragment of the same page is handled by the browser.
    if (cause === "link" || this.path !== this.#last) {
      this.#last = this.path;
      this.#listeners.notify(cause);
    }
  }

  #clicked(event: MouseEvent): void {
    const link = linkOf(event);
    if (link && isOurs(event, link)) {
      event.preventDefault();
      this.navigate(link.href, event.composedPath().some(isChildArea) ? "within" : "link");
    }
  }
}

/** The link that was clicked, also in a shadow root. */
function linkOf(event: MouseEvent): HTMLAnchorElement | undefined {
  return event
    .composedPath()
    .find(
      (node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement && node.hasAttribute("href"),
    );
}

/** A plain click on a link to another page of this origin; all others are left to the browser. */
function isOurs(event: MouseEvent, link: HTMLAnchorElement): boolean {
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  const isElsewhere = link.origin !== location.origin || (link.target !== "" && link.target !== "_self");
  const isFragment =
    link.hash !== "" && link.pathname === location.pathname && link.search === location.search;
  const isFree = isPlain && !event.defaultPrevented && !link.hasAttribute("download");
  return isFree && !isElsewhere && !isFragment && !FILE.test(link.pathname);
}

function isChildArea(node: EventTarget): boolean {
  return node instanceof HTMLElement && node.dataset.child !== undefined;
}
