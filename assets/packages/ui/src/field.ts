import { h } from "./dom.js";
import { define, FrElement } from "./element.js";
import { sheet } from "./sheet.js";

const styles = sheet(`
  :host { display: block; }
  .field { display: flex; flex-direction: column; gap: var(--fr-space-1); }
  label { font-weight: 550; font-size: var(--fr-size-small); }
  input {
    width: 100%; min-height: 2.5rem; padding: 0 var(--fr-space-3);
    font: 400 var(--fr-size)/1.4 var(--fr-font); color: var(--fr-text); background: var(--fr-surface);
    border: 1px solid var(--fr-border-strong); border-radius: var(--fr-radius);
    transition: border-color var(--fr-quick);
  }
  /* A phone enlarges the page at the focus of smaller text. */
  @media (pointer: coarse) { input { font-size: max(1rem, var(--fr-size)); } }
  input::placeholder { color: var(--fr-muted); opacity: 1; }
  input:focus-visible { border-radius: var(--fr-radius); border-color: var(--fr-accent); }
  input:read-only, input:disabled { background: var(--fr-sunken); }
  .hint { color: var(--fr-muted); font-size: var(--fr-size-small); }
  .error { color: var(--fr-danger); font-size: var(--fr-size-small); }
  :host([error]:not([error=""])) input { border-color: var(--fr-danger); }
`);

/** Passed on to the input unchanged. */
const INPUT_ATTRIBUTES = [
  "name",
  "type",
  "placeholder",
  "autocomplete",
  "inputmode",
  "required",
  "readonly",
  "disabled",
];

/** A text field with its label, and a hint or an error below it. It participates in forms. Events: `input`, `change`. */
export class FrField extends FrElement {
  static readonly formAssociated = true;
  static override readonly properties = {
    label: String,
    name: String,
    type: String,
    hint: String,
    error: String,
    placeholder: String,
    autocomplete: String,
    inputmode: String,
    required: Boolean,
    readonly: Boolean,
    disabled: Boolean,
  };
  static override readonly sheets = [styles];
  static override readonly delegatesFocus = true;

  static override get observedAttributes(): string[] {
    return [...Object.keys(FrField.properties), "value"];
  }

  declare label: string;
  declare name: string;
  declare type: string;
  declare hint: string;
  declare error: string;
  declare placeholder: string;
  declare autocomplete: string;
  declare inputmode: string;
  declare required: boolean;
  declare readonly: boolean;
  declare disabled: boolean;

  readonly #internals = this.formInternals();
  readonly #input = h("input", { id: "input", part: "input", "aria-describedby": "below" });
  readonly #label = h("label", { for: "input" });
  readonly #below = h("div", { id: "below" });
  /** Once text was entered or set, the attribute `value` is only the target of a reset. */
  #isDirty = false;
  /** By a `<fieldset>` around it, too. */
  #isDisabled = false;

  constructor() {
    super();
    this.root.append(h("div", { class: "field" }, this.#label, this.#input, this.#below));
    this.#input.addEventListener("input", () => this.#changed());
    // `change` does not leave a shadow root by itself; `input` does.
    this.#input.addEventListener("change", () => this.dispatchEvent(new Event("change", { bubbles: true })));
    this.#input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) {
        this.#internals?.form?.requestSubmit();
      }
    });
  }

  get value(): string {
    return this.#input.value;
  }

  set value(value: string) {
    this.#input.value = value ?? "";
    this.#changed();
  }

  /** Its own attribute, or that of a `<fieldset>` around it, has changed. */
  formDisabledCallback(isDisabled: boolean): void {
    this.#isDisabled = isDisabled;
    this.update();
  }

  formResetCallback(): void {
    this.#isDirty = false;
    this.update();
  }

  protected override update(): void {
    for (const name of INPUT_ATTRIBUTES) {
      const value = this.getAttribute(name);
      if (value === null) {
        this.#input.removeAttribute(name);
      } else {
        this.#input.setAttribute(name, value);
      }
    }
    this.#input.disabled = this.disabled || this.#isDisabled;
    if (!this.#isDirty) {
      this.#input.value = this.text("value");
    }
    this.#label.textContent = this.label;
    this.#label.hidden = !this.label;
    this.#below.textContent = this.error || this.hint;
    this.#below.className = this.error ? "error" : "hint";
    this.#below.hidden = !this.error && !this.hint;
    this.#input.setAttribute("aria-invalid", String(Boolean(this.error)));
    this.#report();
  }

  #changed(): void {
    this.#isDirty = true;
    this.#report();
  }

  #report(): void {
    this.#internals?.setFormValue(this.value);
    const { validity, validationMessage } = this.#input;
    this.#internals?.setValidity(validity, validationMessage, this.#input);
  }
}

define("fr-field", FrField);
