import { define, FrElement, h } from "./element.js";
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
    const label = h("span", {}, this.label || "Loading");
    this.root.replaceChildren(h("div", { role: "status" }, h("i", { "aria-hidden": "true" }), label));
  }
}

define("fr-spinner", FrSpinner);
