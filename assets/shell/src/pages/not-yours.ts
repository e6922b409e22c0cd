import { h } from "@frontage/ui/dom";
import type { Page } from "./page.js";

/** For a page that is there, but not for this person's groups. */
export function notYours(title: string): Page {
  const element = h(
    "fr-page",
    { heading: title, lead: "Your account does not include this page." },
    h("p", {}, "If you need it, ask the people who run the platform to add you to one of its groups."),
    h("div", {}, h("fr-button", { href: "/", variant: "primary" }, "Go to the home page")),
  );
  return { title, element };
}
