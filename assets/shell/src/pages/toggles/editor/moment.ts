import { h } from "@frontage/ui/dom";
import { type Control, control } from "../parts/control.js";

/** A field for a moment in the browser's time zone. What is not touched keeps its text, whatever offset it has. */
export function momentField(
  label: string,
  value: string | undefined,
  changed: (value: string | undefined) => void,
): Control<HTMLInputElement> {
  const input = h("input", { type: "datetime-local" });
  input.value = value === undefined ? "" : localOf(value);
  input.addEventListener("input", () => changed(momentOf(input.value)));
  return control(label, input, `In your time zone, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`);
}

/** `2026-12-24T18:00`: as the browser's field has it, in its time zone. */
export function localOf(moment: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) {
    return "";
  }
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const seconds = date.getSeconds() === 0 ? "" : `:${two(date.getSeconds())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}${seconds}`;
}

/** `2026-12-24T17:00:00Z`; `undefined` of an empty field. */
export function momentOf(local: string): string | undefined {
  const date = new Date(local);
  return local === "" || Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(".000Z", "Z");
}
