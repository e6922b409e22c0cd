import { h } from "./dom.js";
import { define, FrElement } from "./element.js";
import { sheet } from "./sheet.js";

const styles = sheet(`
  :host { display: inline-flex; vertical-align: middle; }
  span {
    display: inline-flex; align-items: center; gap: 0.375rem; padding: 0.125rem 0.5625rem;
    border-radius: 999px; font: 550 var(--fr-size-small)/1.4 var(--fr-font); white-space: nowrap;
    color: var(--fr-muted); background: var(--fr-sunken);
  }
  :host([dot]) span::before { content: ""; width: 0.4375rem; height: 0.4375rem; border-radius: 50%; background: currentcolor; }
  :host([tone="accent"]) span { color: var(--fr-accent); background: var(--fr-accent-soft); }
  :host([tone="info"]) span { color: var(--fr-info); background: var(--fr-info-soft); }
  :host([tone="positive"]) span { color: var(--fr-positive); background: var(--fr-positive-soft); }
  :host([tone="warning"]) span { color: var(--fr-warning); background: var(--fr-warning-soft); }
  :host([tone="danger"]) span { color: var(--fr-danger); background: var(--fr-danger-soft); }
`);

/** A word about a state. With `dot`, a dot before it. */
export class FrBadge extends FrElement {
  static override readonly properties = { tone: String, dot: Boolean };
  static override readonly sheets = [styles];

  declare tone: string;
  declare dot: boolean;

  protected override update(): void {
    if (!this.root.firstChild) {
      this.root.append(h("span", {}, h("slot")));
    }
  }
}

define("fr-badge", FrBadge);
