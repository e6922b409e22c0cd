import type { Json } from "../answers.js";

export type JsonObject = { readonly [name: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values are the same JSON, in whatever order the members of objects are. */
export function isSame(one: unknown, other: unknown): boolean {
  return ordered(one) === ordered(other);
}

/** JSON with the members of objects in the order of their names. */
function ordered(value: unknown): string {
  const text = JSON.stringify(value, (_, member: unknown) =>
    isObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
  return text ?? "";
}

/** JSON for an editor: nothing is an empty text. */
export function pretty(value: Json | undefined): string {
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}

/** The value of an editor's text: `undefined` if it is empty. @throws SyntaxError */
export function parsed(text: string): Json | undefined {
  return text.trim() === "" ? undefined : (JSON.parse(text) as Json);
}

/**
 * A value as people write it: text as it is, unless it would be read as something else, and other values as JSON. As
 * the command line has it.
 */
export function textOf(value: Json | undefined): string {
  if (value === undefined) {
    return "";
  }
  return typeof value === "string" && meantBy(value) === value && value.trim() === value && value !== ""
    ? value
    : JSON.stringify(value);
}

/** What people mean by a text: JSON if it is some, otherwise the text itself; `undefined` if it is empty. */
export function meantBy(text: string): Json | undefined {
  const trimmed = text.trim();
  try {
    return parsed(trimmed);
  } catch {
    return trimmed;
  }
}
