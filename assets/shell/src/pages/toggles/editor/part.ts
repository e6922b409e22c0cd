import { h } from "@frontage/ui/dom";
import type { Json } from "../answers.js";
import type { Part } from "../form.js";
import { button, editor, fieldset } from "../parts/control.js";
import { parsed, pretty } from "../rules/json.js";

interface PartOptions<T> {
  readonly title: string;
  readonly part: Part<T>;
  /** The fields of the builder. */
  readonly build: (value: T, changed: (value: T) => void) => Node;
  readonly jsonOf: (value: T) => Json | undefined;
  /** `undefined` if the builder cannot show it. */
  readonly read: (json: Json | undefined) => T | undefined;
  readonly hint: string;
  readonly changed: (part: Part<T>) => void;
}

/** A section of the form. */
export interface Section {
  readonly element: HTMLElement;
  /** Shows what is wrong with it. */
  fail(error: string | undefined): void;
}

/**
 * A rule, in the builder or as JSON. What the builder cannot show is always JSON, so that nothing of it is lost; the
 * other way the person may choose.
 */
export function partSection<T>(options: PartOptions<T>): Section {
  const { title, jsonOf, read, hint, changed } = options;
  const error = h("p", { class: "error", role: "alert", hidden: true });
  const place = h("div", { class: "fr-stack" });
  const element = fieldset(title, place, error);
  let part = options.part;
  const become = (next: Part<T>) => {
    part = next;
    changed(part);
  };
  const fail = (text: string | undefined) => {
    error.textContent = text ?? "";
    error.hidden = text === undefined;
    element.toggleAttribute("data-invalid", text !== undefined);
  };
  const show = () => {
    fail(undefined);
    place.replaceChildren(...(part.kind === "json" ? jsonNodes(part.text) : builtNodes(part.value)));
  };
  const builtNodes = (value: T): Node[] => {
    const toJson = () => {
      become({ kind: "json", text: pretty(part.kind === "built" ? jsonOf(part.value) : undefined) });
      show();
      place.querySelector("textarea")?.focus();
    };
    const fields = options.build(value, (next) => become({ kind: "built", value: next }));
    return [fields, mode("Edit as JSON", toJson, title)];
  };
  const jsonNodes = (text: string): Node[] => {
    const json = editor(`${title}, as JSON`, text, hint);
    json.input.addEventListener("input", () => become({ kind: "json", text: json.input.value }));
    const toBuilder = () => {
      try {
        const value = read(parsed(json.input.value));
        if (value === undefined) {
          fail("The form cannot show this rule: it stays JSON.");
          return;
        }
        become({ kind: "built", value });
        show();
        place.querySelector<HTMLElement>("input, select, fr-button")?.focus();
      } catch {
        fail("This is not JSON.");
      }
    };
    return [json.element, mode("Use the form", toBuilder, title)];
  };
  show();
  return { element, fail };
}

function mode(text: string, pressed: () => void, title: string): HTMLElement {
  return h("div", {}, button(text, pressed, { variant: "quiet", label: `${text}: ${title}` }));
}
