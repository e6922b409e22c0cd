import type { TeamConfig } from "@frontage/contract";
import { fnv1a } from "./child/bucket.js";
import { h } from "./dom.js";

const TINTS = 5;

/** A team's letter, on a colour that its name always has. */
export function monogram({ name, title }: TeamConfig): HTMLElement {
  const letter = [...title][0]?.toUpperCase() ?? "";
  return h("span", { class: `monogram tint-${fnv1a(name) % TINTS}`, "aria-hidden": "true" }, letter);
}
