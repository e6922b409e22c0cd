import { h } from "@frontage/ui/dom";
import { icon } from "../icons.js";
import type { Choice, ThemeSwitch } from "../theme.js";

const CHOICES: readonly (readonly [Choice, string])[] = [
  ["light", "Light"],
  ["dark", "Dark"],
  ["system", "Match the system"],
];

/** Three radio buttons that look like one switch. */
export function themeChoice(theme: ThemeSwitch): HTMLElement {
  const choices = CHOICES.map(([choice, label]) => {
    const radio = h("input", { type: "radio", name: "theme", value: choice, "aria-label": label });
    radio.checked = theme.choice === choice;
    radio.addEventListener("change", () => theme.choose(choice));
    return h("label", { title: label }, radio, icon(choice));
  });
  const legend = h("legend", { class: "fr-visually-hidden" }, "Theme");
  return h("fieldset", { class: "themes" }, legend, ...choices);
}
