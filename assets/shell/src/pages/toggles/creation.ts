import { h } from "@frontage/ui/dom";
import { explainProblem } from "./conflict.js";
import { creationOf, type Form } from "./form.js";
import { Notices } from "./parts/notices.js";
import { EVERYBODY } from "./rules/targeting.js";
import { commented, ToggleForm } from "./toggle-form.js";
import { allToggles, type View } from "./view.js";

const EMPTY: Form = {
  isActive: false,
  name: "",
  value: "",
  targeting: { kind: "built", value: EVERYBODY },
  prerequisites: [],
  windows: { kind: "built", value: [] },
  ramp: { kind: "built", value: null },
  variants: "",
  defaultVariant: "",
};

/** A toggle that is to be made. */
export function showCreation({ element, shell, desk, signal }: View): void {
  const notices = new Notices();
  const mayFlip = desk.overview.you.mayFlip.join(", ");
  const id = h("fr-field", {
    label: "Id",
    hint: `What applications ask for. You may make: ${mayFlip}`,
    autocomplete: "off",
    required: true,
  });
  const form = new ToggleForm({
    desk,
    form: EMPTY,
    save: "Create",
    before: [h("fr-card", {}, id)],
    changed: () => undefined,
    settled: () => undefined,
    saved: async (comment) => {
      const wanted = id.value.trim();
      id.error = wanted === "" ? "Write an id." : "";
      if (wanted === "") {
        id.focus();
        return;
      }
      notices.clear();
      const result = await desk.api.change(wanted, commented(creationOf(form.form), comment));
      if (signal.aborted) {
        return;
      }
      const path = `/toggles?id=${encodeURIComponent(wanted)}`;
      if (!result.ok) {
        await explainProblem(desk, notices, wanted, 0, result.problem, () => shell.router.navigate(path));
      } else {
        await desk.reread(wanted);
        shell.router.navigate(path);
      }
    },
  });
  element.replaceChildren(allToggles(), notices.element, form.element);
}
