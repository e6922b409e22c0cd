import type { SessionView } from "./session.js";
import type { TogglesView } from "./toggles.js";
import type { Unsubscribe } from "./unsubscribe.js";

export type Theme = "light" | "dark";

/** The current theme. Colours follow it automatically through the custom properties of `@frontage/ui`. */
export interface ThemeView {
  readonly current: Theme;
  onChange(listener: (theme: Theme) => void): Unsubscribe;
}

export interface NavigateOptions {
  /** Whether the page takes the place of the present one in the history. Default: no. */
  readonly replace?: boolean;
}

/** An application of the shell. */
export interface Application {
  readonly title: string;
  /** Without a trailing slash: `/shipping`. */
  readonly route: string;
}

/** The context that the shell gives a child. */
export interface ChildContext {
  readonly session: SessionView;
  readonly toggles: TogglesView;
  /** The child's route, without a trailing slash: `/shipping`. */
  readonly basePath: string;
  /** The page's path below `basePath`, including the query: `/`, `/orders/7?tab=log`. */
  readonly path: string;
  /**
   * Goes to a page below `basePath` (`navigate("/orders/7")`). Ordinary links with full paths work too, also in shadow
   * roots: the shell handles their clicks.
   */
  navigate(path: string, options?: NavigateOptions): void;
  /** Goes to any page of the shell (`go("/billing/invoices/7")`). */
  go(path: string): void;
  /** The applications that the user sees, in the menu's order. */
  readonly applications: readonly Application[];
  /** Says what is shown, for the browser's tab: `setTitle("FR-20931")` gives "FR-20931 · Shipping · Acme"; no text, the usual one. */
  setTitle(text?: string): void;
  /**
   * Has the shell ask "Leave without saving?" before the child's pages are left, by a link, Back, or closing the tab, while
   * `isDirty` says so. Call the result once nothing needs it any more.
   */
  guard(isDirty: () => boolean): Unsubscribe;
  /** Calls `listener` with the new `path` whenever it has changed while the child stays mounted. */
  onNavigate(listener: (path: string) => void): Unsubscribe;
  readonly theme: ThemeView;
}

/** An element of kind `element`: the shell sets `context` before the element is connected. */
export interface ChildElement extends HTMLElement {
  context?: ChildContext;
}

/** The default export of kind `element`. The child never defines it: the shell does, as `mfe-NAME-HASH`. */
export type ChildElementClass = new () => ChildElement;

/** The default export of kind `module`. */
export interface ChildModule {
  mount(element: HTMLElement, context: ChildContext): void | Promise<void>;
  unmount?(element: HTMLElement): void | Promise<void>;
}

export type ChildExport = ChildElementClass | ChildModule;

/** The event with which a child reports that it cannot continue; the shell shows a card in the child's area. */
export const CHILD_ERROR = "mfe:error";

/** Reports `error` from any node of a child, including its shadow roots. */
export function reportChildError(from: EventTarget, error: unknown): void {
  from.dispatchEvent(new CustomEvent(CHILD_ERROR, { detail: { error }, bubbles: true, composed: true }));
}

declare global {
  interface HTMLElementEventMap {
    "mfe:error": CustomEvent<{ error: unknown }>;
  }
}
