import type { TeamConfig } from "@frontage/contract";
import { h } from "@frontage/ui/dom";
import { fnv1a } from "./child/bucket.js";

/** A team's letter, on a colour that follows from its name: it is the same everywhere, and stays as teams come and go. */
export function monogram({ name, title }: TeamConfig): HTMLElement {
  const letter = [...title][0]?.toUpperCase() ?? "";
  const element = h("span", { class: "monogram", "aria-hidden": "true" }, letter);
  element.style.setProperty("--hue", String(fnv1a(name) % 360));
  return element;
}
