import { h } from "@frontage/ui/dom";
import type { Page } from "./page.js";

/** For a path that is not a route. */
export function notFound(path: string): Page {
  const element = h(
    "fr-page",
    { heading: "Page not found", lead: "Nothing is at this address. It may be old, or mistyped." },
    h("p", {}, h("code", {}, path)),
    h("div", {}, h("fr-button", { href: "/", variant: "primary" }, "Go to the home page")),
  );
  return { title: "Page not found", element };
}
