import { h } from "./dom.js";
import { define, FrElement, heading } from "./element.js";
import { sheet } from "./sheet.js";

const styles = sheet(`
  :host { display: block; }
  .card {
    height: 100%; display: flex; flex-direction: column; gap: var(--fr-space-4);
    padding: clamp(1rem, 0.75rem + 1vw, 1.5rem);
    background: var(--fr-surface); border: 1px solid var(--fr-border); border-radius: var(--fr-radius-large);
    box-shadow: var(--fr-shadow);
  }
  header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--fr-space-3); }
  header[hidden] { display: none; }
  .body { flex: 1; min-width: 0; display: flow-root; }
  slot[name="footer"]::slotted(*) { padding-top: var(--fr-space-3); border-top: 1px solid var(--fr-border); }
`);

/** A surface for one topic, with a heading. Slots: default, `actions`, `footer`. */
export class FrCard extends FrElement {
  static override readonly properties = { heading: String, level: String };
  static override readonly sheets = [styles];

  declare heading: string;
  /** The heading's level, 1 to 4. Default: 2. */
  declare level: string;

  protected override update(): void {
    const title = this.heading ? [heading(this.level, 2, this.heading)] : [];
    // A group and no region: a page of cards would be one of landmarks.
    const name = this.heading ? { role: "group", "aria-labelledby": "heading" } : {};
    const card = h(
      "div",
      { class: "card", ...name },
      h("header", {}, ...title, h("slot", { name: "actions" })),
      h("div", { class: "body" }, h("slot")),
      h("slot", { name: "footer" }),
    );
    const header = card.firstElementChild as HTMLElement;
    header.hidden = !this.heading && !this.querySelector(':scope > [slot="actions"]');
    this.root.replaceChildren(card);
  }
}

define("fr-card", FrCard);
