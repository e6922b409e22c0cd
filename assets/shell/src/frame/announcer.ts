import { h } from "@frontage/ui/dom";

/** Tells screen readers which page has come, as a page load would. */
export class Announcer {
  readonly element = h("div", {
    class: "fr-visually-hidden",
    "aria-live": "polite",
    "data-testid": "announcer",
  });

  say(text: string): void {
    this.element.textContent = "";
    // A text that was there before, and is set again at once, is no change to be read.
    setTimeout(() => {
      this.element.textContent = text;
    }, 50);
  }
}
