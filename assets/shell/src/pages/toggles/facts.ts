import { h } from "@frontage/ui/dom";
import type { Act, Toggle } from "./answers.js";
import type { FormField } from "./form.js";
import { pretty } from "./rules/json.js";
import { momentText, sentences } from "./rules/words.js";

const FIELDS: Readonly<Record<FormField, string>> = {
  isActive: "switch",
  name: "name",
  value: "value",
  targeting: "for whom",
  prerequisites: "needs",
  windows: "when",
  ramp: "steps",
  variants: "variants",
  defaultVariant: "default variant",
};

/** The names of fields, for people. */
export function fieldNames(fields: readonly FormField[]): string {
  return fields.map((field) => FIELDS[field]).join(", ");
}

/** What is known of a toggle besides its fields. */
export function facts({ id, isActive, isProtected, lastChange }: Toggle): readonly Node[] {
  const badges = [
    h("code", {}, id),
    h("fr-badge", { tone: isActive ? "positive" : "neutral", dot: true }, isActive ? "On" : "Off"),
    ...(isProtected ? [h("fr-badge", { tone: "info" }, "Protected")] : []),
  ];
  const protection = isProtected ? ["A change needs a second person. Switching off does not."] : [];
  const words = [...(lastChange ? [changeText(lastChange)] : []), ...protection];
  return [
    h("div", { class: "fr-row" }, ...badges),
    ...words.map((text) => h("p", { class: "fr-muted fr-small" }, text)),
  ];
}

function changeText({ by, at, comment, approvedBy }: Act): string {
  const approval = approvedBy ? `, approved by ${approvedBy}` : "";
  return `Changed by ${by} on ${momentText(at)}${approval}${comment ? `: “${comment}”` : ""}`;
}

/** Other attributes are shown: the command line changes them. */
export function attributesCard({ attributes }: Toggle): readonly HTMLElement[] {
  const entries = Object.entries(attributes);
  if (entries.length === 0) {
    return [];
  }
  const list = entries.flatMap(([name, value]) => [
    h("dt", {}, name),
    h("dd", {}, typeof value === "string" ? value : JSON.stringify(value)),
  ]);
  return [h("fr-card", { heading: "Other attributes" }, h("dl", { class: "attributes" }, ...list))];
}

/** For whom may see it and not change it. */
export function readOnly({ isActive, value, rules }: Toggle, mayFlip: readonly string[]): HTMLElement {
  const words = sentences(isActive, rules).map((sentence) => h("li", {}, sentence));
  const json = [
    ...(value === undefined ? [] : [["value", value] as const]),
    ...Object.entries(rules).map(([name, rule]) => [name, rule] as const),
  ].map(([name, of]) => h("details", {}, h("summary", {}, name), h("pre", { class: "fr-mono" }, pretty(of))));
  const note = `You may change ${mayFlip.join(", ") || "none"}.`;
  return h(
    "fr-card",
    { heading: "Rules" },
    h(
      "div",
      { class: "fr-stack" },
      h("fr-alert", { tone: "info", heading: "You may not change this toggle" }, note),
      h("ul", { class: "words" }, ...words),
      ...json,
    ),
  );
}
