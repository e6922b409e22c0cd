import { h } from "@frontage/ui/dom";
import { button, control, uniqueId } from "./control.js";

interface TokensOptions {
  readonly label: string;
  readonly hint: string;
  readonly values: readonly string[];
  readonly suggestions: readonly string[];
  readonly changed: (values: readonly string[]) => void;
}

/** A list of names: each can be removed, and others added. */
export function tokens({ label, hint, values, suggestions, changed }: TokensOptions): HTMLElement {
  let current = values;
  const options = h("datalist", { id: uniqueId() }, ...suggestions.map((value) => h("option", { value })));
  const input = h("input", { type: "text", list: options.id, autocomplete: "off", autocapitalize: "off" });
  const field = control(label, input, hint);
  const chips = h("ul", { role: "list", class: "chips", "aria-label": `${label}: chosen` });

  const become = (next: readonly string[]) => {
    current = next;
    show();
    changed(next);
  };
  const show = () => {
    chips.hidden = current.length === 0;
    chips.replaceChildren(
      ...current.map((value) =>
        h(
          "li",
          {},
          chip(value, () => remove(value)),
        ),
      ),
    );
  };
  const remove = (value: string) => {
    become(current.filter((other) => other !== value));
    input.focus();
  };
  const add = () => {
    const value = input.value.trim();
    input.value = "";
    if (value !== "" && !current.includes(value)) {
      become([...current, value]);
    }
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) {
      // It adds a name, and does not save the form.
      event.preventDefault();
      add();
    }
  });
  // A name that was written and not added would be lost by saving.
  input.addEventListener("change", add);
  show();
  const row = h("div", { class: "add" }, input, button("Add", add, { label: `Add: ${label}` }));
  field.element.querySelector("label")?.after(chips, row);
  field.element.append(options);
  return field.element;
}

function chip(value: string, removed: () => void): HTMLElement {
  const remove = h("button", { type: "button", "aria-label": `Remove ${value}` }, "×");
  remove.addEventListener("click", removed);
  return h("span", { class: "chip" }, h("span", {}, value), remove);
}
