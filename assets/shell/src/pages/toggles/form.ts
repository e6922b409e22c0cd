import type { Json, Rules, Toggle } from "./answers.js";
import type { Patch } from "./api.js";
import { isObject, isSame, meantBy, parsed, pretty, textOf } from "./rules/json.js";
import { type Ramp, faultOf as rampFault, jsonOf as rampJson, rampOf } from "./rules/ramp.js";
import { targetingOf, type Whom, whomOf } from "./rules/targeting.js";
import { type Window, faultOf as windowFault, jsonOf as windowsJson, windowsOf } from "./rules/windows.js";

/** A rule as the builder has it, or as JSON: always if it says what the builder cannot show. */
export type Part<T> =
  | { readonly kind: "built"; readonly value: T }
  | { readonly kind: "json"; readonly text: string };

/** What of a toggle can be changed, as the page's fields have it. */
export interface Form {
  readonly isActive: boolean;
  readonly name: string;
  /** Text, or JSON; empty for none. */
  readonly value: string;
  readonly targeting: Part<Whom>;
  readonly prerequisites: readonly string[];
  readonly windows: Part<readonly Window[]>;
  readonly ramp: Part<Ramp | null>;
  /** JSON; empty for none. */
  readonly variants: string;
  readonly defaultVariant: string;
}

export type FormField = keyof Form;

/** A form that is not saved, and the toggle that it was made of. */
export interface Draft {
  readonly base: Toggle;
  readonly form: Form;
}

/** What cannot be saved, by field. */
export type Faults = Partial<Record<FormField, string>>;

/** The form of a toggle. With variants, targeting is JSON: it names them. */
export function formOf({ name, isActive, value, rules }: Toggle): Form {
  return {
    isActive,
    name,
    value: textOf(value),
    targeting: part(rules.variants ? undefined : whomOf(rules.targeting), rules.targeting),
    prerequisites: rules.prerequisites ?? [],
    windows: part(windowsOf(rules.windows), rules.windows),
    ramp: part(rampOf(rules.ramp), rules.ramp),
    variants: pretty(rules.variants),
    defaultVariant: rules.defaultVariant ?? "",
  };
}

function part<T>(built: T | undefined, json: Json | undefined): Part<T> {
  return built === undefined ? { kind: "json", text: pretty(json) } : { kind: "built", value: built };
}

/** The fields in which two forms say something else. */
export function changedFields(one: Form, other: Form): readonly FormField[] {
  return (Object.keys(one) as FormField[]).filter(
    (field) => !isSame(meaning(one, field), meaning(other, field)),
  );
}

/** What a field says, however it is written. Of what is no JSON, the text. */
function meaning(form: Form, field: FormField): unknown {
  if (field === "isActive" || field === "name" || field === "value") {
    return form[field];
  }
  try {
    return ruleOf(form, field);
  } catch {
    return form[field];
  }
}

/** What is wrong with a form. */
export function faultsOf(form: Form): Faults {
  const faults: Faults = {};
  if (form.name.trim() === "") {
    faults.name = "Write a name.";
  }
  const check = (field: FormField, fault: () => string | undefined) => {
    const found = fault();
    if (found !== undefined) {
      faults[field] = found;
    }
  };
  check("targeting", () =>
    form.targeting.kind === "json" ? jsonFault(form.targeting.text) : percentFault(form.targeting.value),
  );
  check("windows", () =>
    form.windows.kind === "json"
      ? jsonFault(form.windows.text)
      : firstFault(form.windows.value.map(windowFault)),
  );
  check("ramp", () =>
    form.ramp.kind === "json"
      ? jsonFault(form.ramp.text)
      : form.ramp.value
        ? rampFault(form.ramp.value)
        : undefined,
  );
  check("variants", () => jsonFault(form.variants) ?? variantsFault(parsed(form.variants)));
  return faults;
}

function firstFault(faults: readonly (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined);
}

function percentFault({ percent }: Whom): string | undefined {
  const isGood = percent === undefined || (Number.isInteger(percent) && percent >= 0 && percent <= 100);
  return isGood ? undefined : "The share is a whole number from 0 to 100.";
}

function jsonFault(text: string): string | undefined {
  try {
    parsed(text);
    return undefined;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : error}`;
  }
}

function variantsFault(variants: Json | undefined): string | undefined {
  const isGood = variants === undefined || (isObject(variants) && Object.keys(variants).length > 0);
  return isGood ? undefined : 'Variants are an object of values by name, such as {"red": "#f00"}.';
}

/**
 * The change from a toggle to its form: it names only what differs, so that all else stays byte for byte. `undefined`
 * if nothing does. The form must have no fault.
 */
export function patchOf(form: Form, base: Toggle): Patch | undefined {
  const changed = changedFields(form, formOf(base));
  if (changed.length === 0) {
    return undefined;
  }
  const rules: Record<string, unknown> = {};
  const patch: Record<string, unknown> = { revision: base.revision };
  for (const field of changed) {
    if (field === "isActive" || field === "name") {
      patch[field] = typeof form[field] === "string" ? form[field].trim() : form[field];
    } else if (field === "value") {
      patch.value = meantBy(form.value) ?? null;
    } else {
      rules[field] = ruleOf(form, field) ?? null;
    }
  }
  return { ...patch, ...(Object.keys(rules).length > 0 && { rules }) } as unknown as Patch;
}

/** A patch for a toggle that does not exist. */
export function creationOf(form: Form): Patch {
  const fields = ["targeting", "prerequisites", "windows", "ramp", "variants", "defaultVariant"] as const;
  const rules = fields
    .map((field) => [field, ruleOf(form, field)])
    .filter(([, value]) => value !== undefined);
  const value = meantBy(form.value);
  return {
    revision: 0,
    isActive: form.isActive,
    name: form.name.trim(),
    ...(value !== undefined && { value }),
    ...(rules.length > 0 && { rules: Object.fromEntries(rules) }),
  };
}

/** The rules that a form describes. It must have no fault. */
export function rulesOf(form: Form): Rules {
  return (creationOf(form).rules as Rules | undefined) ?? {};
}

type RuleField = Exclude<FormField, "isActive" | "name" | "value">;

function ruleOf(form: Form, field: RuleField): Json | undefined {
  switch (field) {
    case "targeting":
      return form.targeting.kind === "json" ? parsed(form.targeting.text) : targetingOf(form.targeting.value);
    case "windows":
      return form.windows.kind === "json" ? parsed(form.windows.text) : windowsJson(form.windows.value);
    case "ramp":
      return form.ramp.kind === "json" ? parsed(form.ramp.text) : rampJson(form.ramp.value);
    case "prerequisites":
      return form.prerequisites.length > 0 ? form.prerequisites : undefined;
    case "variants":
      return parsed(form.variants);
    case "defaultVariant":
      return form.defaultVariant.trim() || undefined;
  }
}

/** A draft's changes on a later state of its toggle, and the fields that both have changed. */
export function rebased({ base, form }: Draft, live: Toggle): Merged {
  return merged(formOf(base), form, formOf(live));
}

export interface Merged {
  readonly form: Form;
  /** The fields that both have changed, each in another way. */
  readonly both: readonly FormField[];
}

/** Two changes of a form in one: where both have changed a field, it is as the first has it. */
export function merged(before: Form, mine: Form, theirs: Form): Merged {
  const fields = changedFields(mine, before);
  const others = changedFields(theirs, before);
  const kept = Object.fromEntries(fields.map((field) => [field, mine[field]]));
  const both = fields.filter((field) => others.includes(field) && !isSame(mine[field], theirs[field]));
  return { form: { ...theirs, ...kept } as Form, both };
}
