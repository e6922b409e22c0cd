import { h } from "@frontage/ui/dom";
import type { Change, Difference } from "../answers.js";
import { attributeText, differenceText } from "../rules/words.js";

/** What is not for people: it changes with everything. */
const HIDDEN = new Set(["revision", "lastChange", "touchedAt", "deliveryReceipt"]);

/** Whether a change is one of the clock's: it makes clients be sent what a window or a step has come to. */
export function isWake({ by, isDeletion, attributes }: Change): boolean {
  return by === CLOCK && !isDeletion && attributes.every(({ name }) => HIDDEN.has(name));
}

/** Who the clock is, as the history has it. */
const CLOCK = "toggle-clock";

/** The attributes of a change, before and after. */
export function differences(all: readonly Difference[]): HTMLElement {
  const shown = all.filter(({ name }) => !HIDDEN.has(name));
  if (shown.length === 0) {
    return h("p", { class: "fr-muted fr-small" }, "No attribute has changed.");
  }
  return h("dl", { class: "differences" }, ...shown.flatMap(entry));
}

function entry({ name, before, after }: Difference): readonly Node[] {
  const was = before === undefined ? [] : [h("del", {}, differenceText(name, before))];
  const is =
    after === undefined
      ? h("span", { class: "fr-muted" }, "removed")
      : h("ins", {}, differenceText(name, after));
  return [h("dt", {}, attributeText(name)), h("dd", {}, ...was, is)];
}

/** A change in one sentence: `Switch: off → on; Name: …`. */
export function differencesText(all: readonly Difference[]): string {
  return all
    .filter(({ name }) => !HIDDEN.has(name))
    .map(({ name, before, after }) => {
      const [was, is] = [differenceText(name, before), differenceText(name, after)];
      return `${attributeText(name)}: ${was} → ${is}`;
    })
    .join("; ");
}
