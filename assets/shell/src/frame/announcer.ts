import { h } from "@frontage/ui/dom";

/** Announces the new page to screen readers, as a page load would. */
export class Announcer {
  readonly element = h("div", {
    class: "fr-visually-hidden",
    "aria-live": "polite",
    "data-testid": "announcer",
  });

  say(text: string): void {
    this.element.textContent = "";
    // The same text, set again at once, is not a change and would not be read.
    setTimeout(() => {
      this.element.textContent = text;
    }, 50);
  }
}
