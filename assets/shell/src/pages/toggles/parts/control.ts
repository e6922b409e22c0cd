import { h } from "@frontage/ui/dom";

export type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** An input with its label, and a hint or an error below it: for what `fr-field` does not have. */
export interface Control<T extends Input = Input> {
  readonly element: HTMLElement;
  readonly input: T;
  /** Shows an error in place of the hint; none takes it away. */
  fail(error: string | undefined): void;
}

let count = 0;

/** An id that nothing else on the page has. */
export function uniqueId(): string {
  count += 1;
  return `toggles-${count}`;
}

export function control<T extends Input>(label: string, input: T, hint = ""): Control<T> {
  input.id = uniqueId();
  const below = h("div", { id: `${input.id}-below`, class: "hint" }, hint);
  input.setAttribute("aria-describedby", below.id);
  const fail = (error: string | undefined) => {
    below.textContent = error ?? hint;
    below.className = error ? "error" : "hint";
    below.hidden = !error && !hint;
    input.setAttribute("aria-invalid", String(error !== undefined));
  };
  fail(undefined);
  return {
    element: h("div", { class: "control" }, h("label", { for: input.id }, label), input, below),
    input,
    fail,
  };
}

/** A list to choose one of: values with their labels. */
export function select(
  label: string,
  choices: readonly (readonly [string, string])[],
  value: string,
): Control<HTMLSelectElement> {
  const input = h("select", {}, ...choices.map(([of, text]) => h("option", { value: of }, text)));
  input.value = value;
  return control(label, input);
}

/** An editor for JSON. */
export function editor(label: string, value: string, hint: string): Control<HTMLTextAreaElement> {
  const lines = Math.min(Math.max(value.split("\n").length + 1, 4), 16);
  const input = h("textarea", {
    class: "fr-mono",
    rows: String(lines),
    spellcheck: "false",
    autocapitalize: "off",
  });
  input.value = value;
  return control(label, input, hint);
}

export function checkbox(label: string, isChecked: boolean, changed: (is: boolean) => void): HTMLElement {
  const input = h("input", { type: "checkbox" });
  input.checked = isChecked;
  input.addEventListener("change", () => changed(input.checked));
  return h("label", { class: "choice" }, input, h("span", {}, label));
}

/** A button of the design system. While what it began is under way it keeps the focus, and does nothing. */
export function button(
  text: string,
  pressed: () => void | Promise<void>,
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap["fr-button"] {
  const element = h("fr-button", attributes, text);
  element.addEventListener("click", async () => {
    if (element.ariaBusy === "true") {
      return;
    }
    element.ariaBusy = "true";
    try {
      await pressed();
    } finally {
      element.ariaBusy = "false";
    }
  });
  return element;
}

/** A group of controls with a heading. */
export function fieldset(title: string, ...children: (Node | string)[]): HTMLElement {
  return h("fieldset", {}, h("legend", {}, title), ...children);
}
