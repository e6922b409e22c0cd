import { h } from "./dom.js";
import { define, FrElement } from "./element.js";
import { sheet } from "./sheet.js";

const styles = sheet(`
  :host { display: inline-flex; }
  div { display: inline-flex; align-items: center; gap: var(--fr-space-3); color: var(--fr-muted); }
  i {
    width: 1.25rem; height: 1.25rem; border-radius: 50%;
    border: 2px solid var(--fr-border); border-top-color: var(--fr-accent); animation: turn 900ms linear infinite;
  }
  @keyframes turn { to { transform: rotate(1turn); } }
  @keyframes breathe { 50% { opacity: 0.35; } }
  @media (prefers-reduced-motion: reduce) { i { border-color: var(--fr-accent); animation: breathe 2.4s ease-in-out infinite; } }
`);

/** Shows that work is in progress, also in words. */
export class FrSpinner extends FrElement {
  static override readonly properties = { label: String };
  static override readonly sheets = [styles];

  /** Default: `Loading`. */
  declare label: string;

  protected override update(): void {
    const label = this.label || "Loading";
    const words = this.root.querySelector("span");
    if (words) {
      // A status that stays and changes its words is read out; one that is replaced may not be.
      words.textContent = label;
      return;
    }
    const turning = h("i", { "aria-hidden": "true" });
    this.root.replaceChildren(h("div", { role: "status" }, turning, h("span", {}, label)));
  }
}

define("fr-spinner", FrSpinner);
