import type { TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";

const TINTS = 5;

/** A team's letter, on a colour that depends on its position among the teams: neighbours never have the same. */
export function monogram({ title }: TeamConfig, place: number): HTMLElement {
  const letter = [...title][0]?.toUpperCase() ?? "";
  return h("span", { class: `monogram tint-${place % TINTS}`, "aria-hidden": "true" }, letter);
}
