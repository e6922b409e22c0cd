import { h } from "./dom.js";
import { define, FrElement } from "./element.js";
import { sheet } from "./sheet.js";

const styles = sheet(`
  :host { display: block; --tone: var(--fr-info); --ground: var(--fr-info-soft); }
  :host([tone="positive"]) { --tone: var(--fr-positive); --ground: var(--fr-positive-soft); }
  :host([tone="warning"]) { --tone: var(--fr-warning); --ground: var(--fr-warning-soft); }
  :host([tone="danger"]) { --tone: var(--fr-danger); --ground: var(--fr-danger-soft); }
  .alert {
    display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--fr-space-3) var(--fr-space-4);
    padding: var(--fr-space-3) var(--fr-space-4); border-radius: var(--fr-radius);
    background: var(--ground); border-inline-start: 3px solid var(--tone);
  }
  .words { flex: 1 1 16rem; min-width: 0; overflow-wrap: anywhere; }
  strong { display: block; font-weight: 620; color: var(--tone); }
`);

/** A message. `danger` and `warning` are read out at once, the others in turn. Slots: default, `actions`. */
export class FrAlert extends FrElement {
  static override readonly properties = { tone: String, heading: String };
  static override readonly sheets = [styles];

  declare tone: string;
  declare heading: string;

  protected override update(): void {
    const isUrgent = this.tone === "danger" || this.tone === "warning";
    const title = this.heading ? [h("strong", {}, this.heading)] : [];
    const words = h("div", { class: "words" }, ...title, h("slot"));
    const role = isUrgent ? "alert" : "status";
    this.root.replaceChildren(h("div", { class: "alert", role }, words, h("slot", { name: "actions" })));
  }
}

define("fr-alert", FrAlert);
