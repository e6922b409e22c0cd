import type { Unsubscribe } from "@frontage/contract";

/**
 * What the client is told about the page and its browser.
 *
 * - `online`, `offline`: what the browser thinks of its network. `network`: it is another one.
 * - `shown`, `hidden`: the page is looked at, or not any more.
 * - `left`: the page is about to end, or to wait in the back/forward cache. `returned`: it has come back from there.
 * - `used`: a pointer or a key was pressed.
 * - `woke`: the machine slept. The client finds that out by itself.
 */
export type Notice =
  | "online"
  | "offline"
  | "network"
  | "shown"
  | "hidden"
  | "used"
  | "woke"
  | "left"
  | "returned";

/** The client's view of the page that it is on. */
export interface Surroundings {
  isOnline(): boolean;
  /** Calls back for every notice. */
  watch(listener: (notice: Notice) => void): Unsubscribe;
}

/** The part of the Network Information API that is used. Only Chromium has it, and TypeScript's library does not. */
interface NetworkInformation extends EventTarget {
  readonly type?: string;
  readonly effectiveType?: string;
}

/** The page of a browser. */
export function page(): Surroundings {
  return {
    isOnline: () => navigator.onLine,
    watch(listener) {
      const end = new AbortController();
      const on = (target: EventTarget, type: string, what: (event: Event) => Notice | undefined) => {
        const notice = (event: Event) => {
          const found = what(event);
          found !== undefined && listener(found);
        };
        target.addEventListener(type, notice, { signal: end.signal, capture: true, passive: true });
      };
      on(window, "online", () => "online");
      on(window, "offline", () => "offline");
      on(window, "pagehide", () => "left");
      on(window, "pageshow", (event) => ((event as PageTransitionEvent).persisted ? "returned" : undefined));
      on(window, "pointerdown", () => "used");
      on(window, "keydown", () => "used");
      on(document, "visibilitychange", () => (document.visibilityState === "visible" ? "shown" : "hidden"));
      const { connection } = navigator as { connection?: NetworkInformation };
      if (connection) {
        on(connection, "change", changes(connection));
      }
      return () => end.abort();
    },
  };
}

/** The event is fired for each new estimate of the round trip as well, which says nothing about connections. */
function changes(connection: NetworkInformation): () => Notice | undefined {
  const kind = () => `${connection.type} ${connection.effectiveType}`;
  let last = kind();
  return () => {
    const before = last;
    last = kind();
    return before === last ? undefined : "network";
  };
}
