import { h } from "@frontage/ui/dom";
import { checkbox, control, select } from "../parts/control.js";
import { type Ramp, stepsOf, UNITS, type Unit, unitOf } from "../rules/ramp.js";
import { momentField } from "./moment.js";

const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(UNITS);

/** A rollout in steps, or none. */
export function rampFields(value: Ramp | null, changed: (ramp: Ramp | null) => void): Node {
  const place = h("div", { class: "fr-stack" });
  const show = (ramp: Ramp | null) => place.replaceChildren(...(ramp ? stepFields(ramp, changed) : []));
  const box = checkbox("Roll out in steps", value !== null, (isOn) => {
    const ramp = isOn ? firstRamp() : null;
    show(ramp);
    changed(ramp);
  });
  show(value);
  return h("div", { class: "fr-stack" }, box, place);
}

function firstRamp(): Ramp {
  const now = new Date();
  now.setSeconds(0, 0);
  return { from: now.toISOString().replace(".000Z", "Z"), every: 3_600, steps: [5, 25, 50, 100] };
}

function stepFields(value: Ramp, changed: (ramp: Ramp) => void): readonly Node[] {
  let ramp = value;
  const become = (change: Partial<Ramp>) => {
    ramp = { ...ramp, ...change };
    changed(ramp);
  };
  const begin = momentField("It begins", ramp.from, (from) => become({ from: from ?? "" }));
  const steps = h("input", { type: "text", inputmode: "decimal", autocomplete: "off" });
  steps.value = ramp.steps.join(", ");
  steps.addEventListener("input", () => become({ steps: stepsOf(steps.value) }));
  const [count, unit] = unitOf(ramp.every);
  const each = h("input", { type: "number", min: "1", step: "1", inputmode: "numeric" });
  each.value = String(count);
  const choices = UNITS.map(([name]) => [name, name] as const);
  const units = select("Unit", choices, unit);
  const length = () => become({ every: Number(each.value) * (LENGTHS[units.input.value as Unit] ?? 1) });
  each.addEventListener("input", length);
  units.input.addEventListener("input", length);
  return [
    control("Steps, in percent of people", steps, "Rising: 5, 25, 50, 100. Who is on stays on.").element,
    h("div", { class: "pair" }, control("A step lasts", each).element, units.element),
    begin.element,
  ];
}
