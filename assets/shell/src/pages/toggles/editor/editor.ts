import { h } from "@frontage/ui/dom";
import type { Rules } from "../answers.js";
import { type Faults, type Form, type FormField, rulesOf } from "../form.js";
import { editor, fieldset } from "../parts/control.js";
import { Switch } from "../parts/switch.js";
import { tokens } from "../parts/tokens.js";
import { jsonOf as rampJson, rampOf } from "../rules/ramp.js";
import { targetingOf, whomOf } from "../rules/targeting.js";
import { jsonOf as windowsJson, windowsOf } from "../rules/windows.js";
import { sentences } from "../rules/words.js";
import { partSection, type Section } from "./part.js";
import { rampFields } from "./ramp.js";
import { type Known, whomFields } from "./whom.js";
import { windowFields } from "./windows.js";

const LINK = "https://flagd.dev/reference/flag-definitions/";

/**
 * The fields of a toggle. `changed` is called with each input; its element dispatches `change` once a field's input is
 * complete.
 */
export class Editor {
  readonly element = h("div", { class: "fr-stack editor" });
  readonly #known: Known;
  readonly #changed: () => void;
  readonly #words = h("ul", { class: "words" });
  #form: Form;
  #sections: Partial<Record<FormField, Section>> = {};

  constructor(form: Form, known: Known, changed: () => void) {
    this.#form = form;
    this.#known = known;
    this.#changed = changed;
    this.#draw();
  }

  get form(): Form {
    return this.#form;
  }

  /** Shows another state. */
  set form(form: Form) {
    this.#form = form;
    this.#draw();
  }

  /** Shows what is wrong, and moves the focus to the first of it. */
  fail(faults: Faults): void {
    for (const [field, section] of Object.entries(this.#sections)) {
      section.fail(faults[field as FormField]);
    }
    const [first] = Object.keys(faults) as FormField[];
    const element = first && this.#sections[first]?.element;
    const details = element?.closest("details");
    if (details) {
      details.open = true;
    }
    element?.querySelector<HTMLElement>("input, select, textarea")?.focus();
    if (element?.localName === "fr-field") {
      element.focus();
    }
  }

  #update(change: Partial<Form>): void {
    this.#form = { ...this.#form, ...change };
    this.#say();
    this.#changed();
  }

  #draw(): void {
    this.#sections = {
      name: this.#textField("name", "Name", ""),
      value: this.#textField("value", "Value", "What applications read. JSON, or text; empty for none."),
      targeting: this.#targeting(),
      windows: this.#windows(),
      ramp: this.#ramp(),
      prerequisites: this.#prerequisites(),
      variants: this.#variants(),
    };
    const { name, value, targeting, windows, ramp, prerequisites, variants } = this.#sections;
    const elements = (...sections: (Section | undefined)[]) =>
      sections.flatMap((section) => (section ? [section.element] : []));
    this.element.replaceChildren(
      h(
        "fr-card",
        { heading: "State" },
        h("div", { class: "fr-stack" }, this.#switch(), ...elements(name, value)),
      ),
      h(
        "fr-card",
        { heading: "Rules" },
        h(
          "div",
          { class: "fr-stack" },
          h("div", { class: "in-words", role: "status", "aria-label": "The rules in words" }, this.#words),
          ...elements(targeting, windows, ramp, prerequisites),
          details("Variants", this.#form.variants !== "", ...elements(variants), this.#defaultVariant()),
        ),
      ),
    );
    this.#say();
  }

  /** The rules in words. While a field has no JSON, the words of before stay. */
  #say(): void {
    try {
      const rules: Rules = rulesOf(this.#form);
      const words = sentences(this.#form.isActive, rules).map((sentence) => h("li", {}, sentence));
      this.#words.replaceChildren(...words);
    } catch {
      // What is no JSON is said where it is, once it is to be saved.
    }
  }

  #switch(): HTMLElement {
    const state = h("strong", {});
    const show = () => {
      control.isOn = this.#form.isActive;
      state.textContent = this.#form.isActive ? "On" : "Off";
    };
    const control = new Switch("Switched on", (isActive) => {
      this.#update({ isActive });
      show();
      control.element.dispatchEvent(new Event("change", { bubbles: true }));
    });
    show();
    const hint = h(
      "span",
      { class: "fr-muted fr-small" },
      "Off is off for everybody. On is as the rules say.",
    );
    return h("div", { class: "switch-row" }, control.element, h("div", {}, state, h("br"), hint));
  }

  #textField(field: "name" | "value", label: string, hint: string): Section {
    const element = h("fr-field", { label, hint, value: this.#form[field], autocomplete: "off" });
    element.addEventListener("input", () => this.#update({ [field]: element.value }));
    return {
      element,
      fail: (error) => {
        element.error = error ?? "";
      },
    };
  }

  #targeting(): Section {
    return partSection({
      title: "For whom",
      part: this.#form.targeting,
      build: (value, changed) => whomFields(value, this.#known, changed),
      jsonOf: targetingOf,
      read: whomOf,
      hint: `flagd's targeting (${LINK}); {"$ref": "NAME"} is a segment. Empty for everybody.`,
      changed: (targeting) => this.#update({ targeting }),
    });
  }

  #windows(): Section {
    return partSection({
      title: "When",
      part: this.#form.windows,
      build: windowFields,
      jsonOf: windowsJson,
      read: windowsOf,
      hint: 'Such as [{"days": "MON-FRI", "from": "09:00", "to": "17:00", "zone": "Europe/Berlin"}].',
      changed: (windows) => this.#update({ windows }),
    });
  }

  #ramp(): Section {
    return partSection({
      title: "Step by step",
      part: this.#form.ramp,
      build: rampFields,
      jsonOf: rampJson,
      read: rampOf,
      hint: 'Such as {"from": "2026-12-01T09:00:00Z", "every": 3600, "steps": [5, 25, 100]}.',
      changed: (ramp) => this.#update({ ramp }),
    });
  }

  #prerequisites(): Section {
    const element = tokens({
      label: "Toggles that must be on",
      hint: "By their ids. It is off for whom any of them is off.",
      values: this.#form.prerequisites,
      suggestions: this.#known.toggles,
      changed: (prerequisites) => this.#update({ prerequisites }),
    });
    return { element: fieldset("Needs", element), fail: () => undefined };
  }

  #variants(): Section {
    const hint = 'Values by name that a rule in JSON chooses from, such as {"red": "#f00"}. Empty for none.';
    const { element, input, fail } = editor("Variants, as JSON", this.#form.variants, hint);
    input.addEventListener("input", () => this.#update({ variants: input.value }));
    return { element, fail };
  }

  #defaultVariant(): HTMLElement {
    const { defaultVariant: value } = this.#form;
    const hint = "For those of whom the rule says nothing. Empty: it is off for them.";
    const element = h("fr-field", { label: "Default variant", hint, value, autocomplete: "off" });
    element.addEventListener("input", () => this.#update({ defaultVariant: element.value }));
    return element;
  }
}

function details(title: string, isOpen: boolean, ...children: Node[]): HTMLElement {
  return h(
    "details",
    { open: isOpen },
    h("summary", {}, title),
    h("div", { class: "fr-stack" }, ...children),
  );
}
