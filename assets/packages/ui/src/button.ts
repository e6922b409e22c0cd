import { h } from "./dom.js";
import { define, FrElement } from "./element.js";
import { sheet } from "./sheet.js";

const styles = sheet(`
  :host { display: inline-block; }
  :host(:is([disabled], :disabled)) { pointer-events: none; }
  button, a {
    display: inline-flex; align-items: center; justify-content: center; gap: var(--fr-space-2);
    width: 100%; min-height: 2.5rem; padding: 0 var(--fr-space-4);
    border: 1px solid transparent; border-radius: var(--fr-radius);
    font: 550 var(--fr-size)/1.2 var(--fr-font); text-decoration: none; white-space: nowrap; cursor: pointer;
    color: var(--fr-text); background: var(--fr-surface); border-color: var(--fr-border);
    transition: background var(--fr-quick), border-color var(--fr-quick), color var(--fr-quick);
  }
  button:hover, a:hover { color: var(--fr-text); background: var(--fr-sunken); }
  button:focus-visible, a:focus-visible { border-radius: var(--fr-radius); }
  :host([variant="primary"]) :is(button, a) { color: var(--fr-on-accent); background: var(--fr-accent); border-color: transparent; }
  :host([variant="primary"]) :is(button, a):hover { background: var(--fr-accent-strong); }
  :host([variant="quiet"]) :is(button, a) { color: var(--fr-accent); background: transparent; border-color: transparent; }
  :host([variant="quiet"]) :is(button, a):hover { background: var(--fr-accent-soft); color: var(--fr-accent-strong); }
  :host([variant="danger"]) :is(button, a) { color: var(--fr-on-danger); background: var(--fr-danger); border-color: transparent; }
  :host([variant="danger"]) :is(button, a):hover { filter: brightness(1.08); }
  :host(:is([disabled], :disabled)) :is(button, a) { opacity: 0.5; }
`);

/** A button, or with `href` a link that looks like one. With `type="submit"` it submits its form. */
export class FrButton extends FrElement {
  static readonly formAssociated = true;
  static override readonly properties = {
    variant: String,
    type: String,
    href: String,
    label: String,
    disabled: Boolean,
  };
  static override readonly sheets = [styles];
  static override readonly delegatesFocus = true;

  declare variant: string;
  declare type: string;
  declare href: string;
  /** The accessible name, if the content is not text. */
  declare label: string;
  declare disabled: boolean;

  readonly #internals = this.formInternals();
  /** By a `<fieldset>` around it, too. */
  #isDisabled = false;

  constructor() {
    super();
    this.addEventListener("click", () => {
      if (this.type === "submit" && !this.disabled && !this.#isDisabled) {
        this.#internals?.form?.requestSubmit();
      }
    });
  }

  /** Its own attribute, or that of a `<fieldset>` around it, has changed. */
  formDisabledCallback(isDisabled: boolean): void {
    this.#isDisabled = isDisabled;
    this.update();
  }

  protected override update(): void {
    const label = { "aria-label": this.label || undefined, part: "control" };
    const disabled = this.disabled || this.#isDisabled;
    const control = this.hasAttribute("href")
      ? h("a", { ...label, ...(disabled ? { role: "link", "aria-disabled": "true" } : { href: this.href }) })
      : h("button", { ...label, type: "button", disabled });
    const present = this.root.firstElementChild;
    if (present?.cloneNode(false).isEqualNode(control)) {
      return;
    }
    control.append(document.createElement("slot"));
    const isFocused = present !== null && this.root.activeElement === present;
    this.root.replaceChildren(control);
    if (isFocused) {
      control.focus();
    }
  }
}

define("fr-button", FrButton);
