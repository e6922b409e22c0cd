import type { ChildContext, ChildModule } from "@frontage/contract";
import { base, sheet } from "@frontage/ui";
import { createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import { App } from "./app.jsx";
import css from "./profile.css?inline";

/** One mounted application: its place, and React's root in it. */
interface Mounted {
  readonly host: HTMLElement;
  readonly root: Root;
}

const mounted = new WeakMap<HTMLElement, Mounted>();
const own = sheet(css);

/**
 * Profile: the signed-in user, the session's claims, and settings that the user may change.
 *
 * It renders itself, into its own shadow root: the shell's styles and the profile's do not mix.
 */
const profile: ChildModule = {
  mount(element: HTMLElement, context: ChildContext): void {
    unmount(element);
    const host = document.createElement("div");
    element.append(host);
    const shadow = host.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [base, own];
    const root = createRoot(shadow);
    root.render(createElement(App, { context, host }));
    mounted.set(element, { host, root });
  },
  unmount,
};

function unmount(element: HTMLElement): void {
  const { host, root } = mounted.get(element) ?? {};
  root?.unmount();
  host?.remove();
  mounted.delete(element);
}

export default profile;
