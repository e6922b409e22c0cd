import { h } from "@frontage/ui/dom";
import { control } from "../parts/control.js";
import { tokens } from "../parts/tokens.js";
import type { Whom } from "../rules/targeting.js";

/** Names that are known, to choose from. */
export interface Known {
  readonly groups: readonly string[];
  readonly segments: readonly string[];
  readonly toggles: readonly string[];
}

/** The fields of the common targeting. */
export function whomFields(value: Whom, known: Known, changed: (whom: Whom) => void): Node {
  let whom = value;
  const become = (change: Partial<Whom>) => {
    whom = { ...whom, ...change };
    changed(whom);
  };
  const names = (
    label: string,
    hint: string,
    field: "groups" | "users" | "segments",
    suggestions: readonly string[],
  ) =>
    tokens({
      label,
      hint,
      values: whom[field],
      suggestions,
      changed: (values) => become({ [field]: values }),
    });
  const share = h("input", { type: "number", min: "0", max: "100", step: "1", inputmode: "numeric" });
  share.value = whom.percent === undefined ? "" : String(whom.percent);
  share.addEventListener("input", () =>
    become({ percent: share.value === "" ? undefined : Number(share.value) }),
  );
  return h(
    "div",
    { class: "fr-stack" },
    h("p", { class: "fr-muted fr-small" }, "Whoever is in one of these. With none of them: everybody."),
    names("Groups", "Groups of the user pool.", "groups", known.groups),
    names("Segments", "Conditions with a name, which toggles share.", "segments", known.segments),
    names("Users", "By their id (sub) in the user pool.", "users", []),
    control("Share of them, in percent", share, "Empty: all of them. The same people stay on as it grows.")
      .element,
  );
}
