import type { Toggle, ToggleValue } from "@frontage/contract";
import { exactNumber } from "./number.js";

/** A message from the service (`lambda-src/README.md` describes them). */
export type Message =
  /** Toggles. `more`: the array is so large that another one of the same state may follow. */
  | { readonly kind: "state"; readonly toggles: readonly Toggle[]; readonly more: boolean }
  | { readonly kind: "changed"; readonly toggle: Toggle }
  | ({ readonly kind: "removed" } & Removal)
  /** Nothing about toggles: API Gateway's own response to a keep-alive, or a message of a later service. */
  | { readonly kind: "other" };

/** A toggle was deleted. `revision`: the number of that change, if it has one. */
export interface Removal {
  readonly id: string;
  readonly revision?: number;
}

/**
 * The service begins another array if the next toggle would not fit into API Gateway's 131,072 bytes. So one that is
 * below half of that is the last, unless a single toggle that is larger than the other half follows.
 */
const LAST_BELOW = 65_536;

/** Reads a message. One that cannot be read is `other`: a single odd item must not end the connection. */
export function readMessage(text: string): Message {
  const value = parsed(text);
  if (Array.isArray(value)) {
    const toggles = value.map(toggleOf).filter((toggle) => toggle !== undefined);
    return { kind: "state", toggles, more: new TextEncoder().encode(text).length >= LAST_BELOW };
  }
  if (!isRecord(value)) {
    return { kind: "other" };
  }
  // A toggle's own attribute of this name is an object, as every attribute is.
  return typeof value.isRemoved === "string" ? removal(value) : change(value);
}

/** A toggle from decoded attributes, unless they contain no key. */
export function toggleFrom(attributes: Readonly<Record<string, ToggleValue>>): Toggle | undefined {
  const { featureId, featureName, isActive } = attributes;
  if (typeof featureId !== "string") {
    return undefined;
  }
  return {
    id: featureId,
    name: typeof featureName === "string" && featureName !== "" ? featureName : featureId,
    isActive: typeof isActive === "boolean" ? isActive : undefined,
    attributes,
  };
}

/** A number that rises with each change of a toggle, if the service's operators write one. */
export function revisionOf(toggle: Toggle): number | undefined {
  const { revision } = toggle.attributes;
  return typeof revision === "number" ? revision : undefined;
}

function change(item: Record<string, unknown>): Message {
  const toggle = toggleOf(item);
  return toggle ? { kind: "changed", toggle } : { kind: "other" };
}

function removal(value: Record<string, unknown>): Message {
  const key = isRecord(value.featureId) ? decode(value.featureId.featureId) : undefined;
  if (typeof key !== "string") {
    return { kind: "other" };
  }
  const revision = decode(value.revision);
  return { kind: "removed", id: key, ...(typeof revision === "number" && { revision }) };
}

function toggleOf(item: unknown): Toggle | undefined {
  return isRecord(item) ? toggleFrom(decodeMap(item)) : undefined;
}

/** Attributes sorted by name, so that equal items are equal as text. */
function decodeMap(item: Record<string, unknown>): Record<string, ToggleValue> {
  const names = Object.keys(item).sort();
  return Object.fromEntries(names.map((name) => [name, decode(item[name])]));
}

/** One value of DynamoDB's JSON: `{"S": "text"}`, `{"N": "1"}`, `{"BOOL": true}`, `{"M": {…}}`… */
function decode(value: unknown): ToggleValue {
  const [type, content] = isRecord(value) ? (Object.entries(value)[0] ?? []) : [];
  switch (type) {
    case "S":
    case "B":
      return String(content);
    case "N":
      return exactNumber(String(content));
    case "BOOL":
      return content === true;
    case "L":
      return Array.isArray(content) ? content.map(decode) : [];
    case "M":
      return isRecord(content) ? decodeMap(content) : {};
    case "SS":
    case "BS":
      return Array.isArray(content) ? content.map(String) : [];
    case "NS":
      return Array.isArray(content) ? content.map((each) => exactNumber(String(each))) : [];
    default:
      return null;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
