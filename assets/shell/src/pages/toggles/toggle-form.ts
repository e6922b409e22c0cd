import { h } from "@frontage/ui/dom";
import type { Patch } from "./api.js";
import type { Desk } from "./desk.js";
import { Editor } from "./editor/editor.js";
import { changedFields, type Faults, type Form, faultsOf } from "./form.js";
import { button } from "./parts/control.js";
import { whomOf } from "./rules/targeting.js";

interface ToggleFormOptions {
  readonly desk: Desk;
  readonly form: Form;
  /** The text of the button that saves. */
  readonly save: string;
  /** What goes above the fields. */
  readonly before?: readonly Node[];
  readonly saved: (comment: string) => Promise<void>;
  readonly changed: () => void;
  /** A field's input is complete. */
  readonly settled: () => void;
  readonly discarded?: () => void;
}

/** The fields of a toggle, a comment, and the button that saves. What is written stays, whatever comes of it. */
export class ToggleForm {
  readonly element: HTMLFormElement;
  readonly editor: Editor;
  readonly #comment: HTMLElementTagNameMap["fr-field"];
  readonly #save: HTMLElementTagNameMap["fr-button"];
  readonly #discard: HTMLElementTagNameMap["fr-button"];
  readonly #state = h("p", { class: "fr-muted fr-small", role: "status" });
  readonly #options: ToggleFormOptions;
  #isSaving = false;

  constructor(options: ToggleFormOptions) {
    this.#options = options;
    this.editor = new Editor(options.form, knownNames(options.desk), options.changed);
    this.#comment = h("fr-field", {
      label: "Comment",
      hint: "Why. It is kept in the history, and shown to who approves.",
      autocomplete: "off",
    });
    this.#save = h("fr-button", { variant: "primary", type: "submit" }, options.save);
    this.#discard = button("Discard changes", () => options.discarded?.());
    this.#discard.hidden = true;
    const bar = h("div", { class: "fr-row" }, this.#save, this.#discard, this.#state);
    const card = h("fr-card", {}, h("div", { class: "fr-stack" }, this.#comment, bar));
    this.element = h(
      "form",
      { class: "fr-stack toggle-form", novalidate: true },
      ...(options.before ?? []),
      this.editor.element,
      card,
    );
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.editor.element.addEventListener("change", () => options.settled());
  }

  get isSaving(): boolean {
    return this.#isSaving;
  }

  get form(): Form {
    return this.editor.form;
  }

  /** Shows another state of the fields, if it is another one. The comment stays. */
  set form(form: Form) {
    if (changedFields(form, this.editor.form).length > 0) {
      this.editor.form = form;
    }
  }

  set comment(comment: string) {
    this.#comment.value = comment;
  }

  /** Says what is not saved. */
  showState(text: string, isDirty: boolean): void {
    if (this.#state.textContent !== text) {
      this.#state.textContent = text;
    }
    this.#discard.hidden = !isDirty || this.#options.discarded === undefined;
  }

  async #submit(): Promise<void> {
    if (this.#isSaving) {
      return;
    }
    const faults: Faults = faultsOf(this.form);
    this.editor.fail(faults);
    if (Object.keys(faults).length > 0) {
      return;
    }
    this.#isSaving = true;
    this.#save.setAttribute("aria-busy", "true");
    try {
      await this.#options.saved(this.#comment.value.trim());
    } finally {
      this.#isSaving = false;
      this.#save.removeAttribute("aria-busy");
    }
  }
}

/** A patch with its comment, if there is one. */
export function commented(patch: Patch, comment: string): Patch {
  return comment === "" ? patch : { ...patch, comment };
}

/** Names to choose from: the API does not list groups, so they are those of the person and of all rules. */
function knownNames({ overview, toggles }: Desk) {
  const inRules = [...toggles.values()].flatMap(({ rules }) => whomOf(rules.targeting)?.groups ?? []);
  return {
    groups: [...new Set([...overview.you.groups, ...inRules])].sort(),
    segments: overview.segments.map(({ name }) => name),
    toggles: [...toggles.keys()],
  };
}
