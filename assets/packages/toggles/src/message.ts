import type { Toggle, ToggleValue } from "@frontage/contract";

/** A message from the service (`lambda-src/README.md` describes them). */
export type Message =
  | { readonly kind: "state"; readonly toggles: readonly Toggle[] }
  | { readonly kind: "changed"; readonly toggle: Toggle }
  | { readonly kind: "removed"; readonly id: string }
  /** Nothing about toggles: API Gateway's own response to a keep-alive, or a message of a later service. */
  | { readonly kind: "other" };

/** Reads a message. One that cannot be read is `other`: a single odd item must not end the connection. */
export function readMessage(text: string): Message {
  const value = parsed(text);
  if (Array.isArray(value)) {
    return { kind: "state", toggles: value.map(toggleOf).filter((toggle) => toggle !== undefined) };
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
  return typeof key === "string" ? { kind: "removed", id: key } : { kind: "other" };
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
      return Number(content);
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
      return Array.isArray(content) ? content.map(Number) : [];
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
