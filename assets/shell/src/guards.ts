import type { Unsubscribe } from "@frontage/contract";

/** What a page would lose. */
export interface Guard {
  /** Whether something is not saved. */
  isDirty(): boolean;
  /** Whether the page stays at this path. */
  stays(path: string): boolean;
}

/** Asks before a page is left that would lose something. The question is the browser's own, which every reader knows. */
export class Guards {
  readonly #guards = new Set<Guard>();
  /** The address that the person has just said yes to: it is not asked about twice. */
  #allowed: string | undefined;

  add(guard: Guard): Unsubscribe {
    this.#guards.add(guard);
    return () => this.#guards.delete(guard);
  }

  /** Another page is shown: what guarded the one before is over, also if it forgot to say so. */
  clear(): void {
    this.#guards.clear();
    this.#allowed = undefined;
  }

  /** Asks, if something would be lost by going there. */
  mayGo({ href, pathname, search }: URL): boolean {
    if (this.#allowed === href) {
      this.#allowed = undefined;
      return true;
    }
    const path = pathname + search;
    const isLost = [...this.#guards].some((guard) => !guard.stays(path) && guard.isDirty());
    return !isLost || confirm("Leave without saving? What you have entered will be lost.");
  }

  start(): void {
    window.addEventListener("beforeunload", (event) => {
      if ([...this.#guards].some((guard) => guard.isDirty())) {
        event.preventDefault();
      }
    });
    // Back and forward can be stopped where the browser has the Navigation API; elsewhere the router returns.
    const { navigation } = window as { navigation?: EventTarget };
    navigation?.addEventListener("navigate", (event) => {
      const { navigationType, cancelable, destination } = event as NavigateEvent;
      if (navigationType === "traverse" && cancelable && this.#guards.size > 0) {
        const url = new URL(destination.url);
        if (this.mayGo(url)) {
          this.#allowed = url.href;
        } else {
          event.preventDefault();
        }
      }
    });
  }
}

interface NavigateEvent extends Event {
  readonly navigationType: string;
  readonly destination: { readonly url: string };
}
