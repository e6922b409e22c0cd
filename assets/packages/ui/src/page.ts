import { h } from "./dom.js";
import { define, FrElement, heading } from "./element.js";
import { sheet } from "./sheet.js";

const styles = sheet(`
  :host { display: block; }
  .page { display: flex; flex-direction: column; gap: var(--fr-space-5); }
  header { display: flex; flex-wrap: wrap; align-items: end; justify-content: space-between; gap: var(--fr-space-4); }
  .titles { display: flex; flex-direction: column; gap: var(--fr-space-1); min-width: 0; }
  p { color: var(--fr-muted); font-size: var(--fr-size-large); max-width: 60ch; text-wrap: pretty; }
  .body { display: flex; flex-direction: column; gap: var(--fr-space-5); min-width: 0; }
  :is(h1, h2, h3) { font-size: var(--fr-size-title); letter-spacing: -0.022em; }
  :is(h1, h2, h3):focus { outline: none; }
  :is(h1, h2, h3):focus-visible { box-shadow: none; }
`);

/** A page, or a child's part of one (then `level` is 2): heading, a sentence below it, content. Slots: default, `actions`. */
export class FrPage extends FrElement {
  static override readonly properties = { heading: String, lead: String, level: String };
  static override readonly sheets = [styles];

  declare heading: string;
  declare lead: string;
  /** The heading's level, 1 to 3. Default: 1. */
  declare level: string;

  /** Moves the focus to the heading, as a page change without a reload must. */
  focusHeading(): void {
    const title = this.root.getElementById("heading");
    title?.setAttribute("tabindex", "-1");
    title?.focus({ preventScroll: true });
  }

  protected override update(): void {
    const titles = h("div", { class: "titles" });
    if (this.heading) {
      titles.append(heading(this.level, 1, this.heading));
    }
    if (this.lead) {
      titles.append(h("p", {}, this.lead));
    }
    const header = h("header", { part: "header" }, titles, h("slot", { name: "actions" }));
    this.root.replaceChildren(
      h("div", { class: "page" }, header, h("div", { class: "body", part: "body" }, h("slot"))),
    );
  }
}

define("fr-page", FrPage);
