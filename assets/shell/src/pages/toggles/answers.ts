import { Field, InvalidDocumentError } from "@frontage/contract/validate";

/** Plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** The signed-in person, as the API knows them. */
export interface You {
  readonly name: string;
  readonly groups: readonly string[];
  /** Patterns of ids that they may change: `*` is any characters, `?` one. */
  readonly mayFlip: readonly string[];
}

/** Who changed something, and why. `at` is in milliseconds since the epoch. */
export interface Act {
  readonly by: string;
  readonly at: number;
  readonly comment: string | undefined;
  readonly approvedBy: string | undefined;
}

/** The rules of a toggle. Those that it does not have are absent. */
export interface Rules {
  readonly targeting?: Json;
  readonly variants?: Readonly<Record<string, Json>>;
  readonly defaultVariant?: string;
  readonly prerequisites?: readonly string[];
  readonly windows?: Json;
  readonly ramp?: Json;
}

/** A toggle as operators see it: the switch and the rules, not what they come to for one person. */
export interface Toggle {
  readonly id: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly value: Json | undefined;
  readonly revision: number;
  readonly lastChange: Act | undefined;
  readonly rules: Rules;
  /** All other attributes. */
  readonly attributes: Readonly<Record<string, Json>>;
  /** Whether a change needs a second person. */
  readonly isProtected: boolean;
  readonly mayFlip: boolean;
  readonly proposal: Proposal | undefined;
}

/** A condition with a name. The page does not change it, and shows what is proposed for it. */
export interface Segment {
  readonly name: string;
  readonly revision: number;
  readonly mayFlip: boolean;
  readonly proposal: Proposal | undefined;
}

/** All that the list shows. */
export interface Overview {
  readonly you: You;
  readonly toggles: readonly Toggle[];
  readonly segments: readonly Segment[];
}

/** An attribute before and after a change, as JSON texts; `undefined` where it was not there. */
export interface Difference {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A change that waits for a second person. */
export interface Proposal extends Act {
  readonly id: string;
  readonly change: string;
  /** The toggle's revision that it was made on. */
  readonly revision: number;
  readonly expiresAt: number | undefined;
  readonly attributes: readonly Difference[];
  readonly isYours: boolean;
  readonly mayApprove: boolean;
}

/** A change of the history. */
export interface Change {
  readonly changedAt: number;
  readonly revision: number | undefined;
  readonly by: string | undefined;
  readonly approvedBy: string | undefined;
  readonly comment: string | undefined;
  readonly isDeletion: boolean;
  readonly attributes: readonly Difference[];
}

/** Connections of this moment: all, those for whom it is on, and those with each variant. */
export interface Counts {
  readonly connections: number;
  readonly on: number;
  readonly variants: Readonly<Record<string, number>>;
}

export interface Audience {
  readonly now: Counts;
  /** With the change that was asked for. */
  readonly after: Counts | undefined;
}

/** In how many of the counted page loads a toggle was asked for. */
export interface Exposure {
  /** The last day, in UTC, such as `2026-11-30`; `undefined` if nobody asked. */
  readonly last: string | undefined;
  /** By answer: the name of a variant, `on` or `off`. */
  readonly answers: Readonly<Record<string, number>>;
}

/** The outcome of a request that changes a toggle. */
export type Written =
  | { readonly kind: "written"; readonly toggle: Toggle | undefined }
  | { readonly kind: "proposed"; readonly proposal: Proposal };

/** Whether a toggle does not exist: it is proposed to make it, and nothing else is known of it. */
export function isToBeMade({ id, name, revision, value, rules, attributes, proposal }: Toggle): boolean {
  const isBare = name === id && value === undefined && isEmpty(rules) && isEmpty(attributes);
  return revision === 0 && proposal?.revision === 0 && isBare;
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

/** @throws InvalidDocumentError that names the first invalid field. */
export function overview(value: unknown): Overview {
  const root = new Field("toggles", value);
  const you = root.get("you");
  return {
    you: {
      name: you.get("name").text(),
      groups: texts(you.get("groups")),
      mayFlip: texts(you.get("mayFlip")),
    },
    toggles: root
      .get("toggles")
      .items()
      .map(toggleOf)
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    segments: root.get("segments").items().map(segment),
  };
}

/** @throws InvalidDocumentError that names the first invalid field. */
export function toggle(value: unknown): Toggle {
  return toggleOf(new Field("toggle", value));
}

/** The answer to a change: 202 is a proposal, and 204 has no toggle any more. */
export function written(value: unknown, status: number): Written {
  if (status === 202) {
    return { kind: "proposed", proposal: proposal(new Field("answer", value).get("proposal")) };
  }
  return { kind: "written", toggle: value === undefined ? undefined : toggle(value) };
}

/** @throws InvalidDocumentError that names the first invalid field. */
export function history(value: unknown): readonly Change[] {
  return new Field("history", value).get("changes").items().map(changeOf);
}

/** @throws InvalidDocumentError that names the first invalid field. */
export function audience(value: unknown): Audience {
  const root = new Field("audience", value);
  const after = root.get("then").optional();
  return { now: counts(root.get("now")), after: after && counts(after) };
}

/** @throws InvalidDocumentError that names the first invalid field. */
export function exposure(value: unknown): Exposure {
  const root = new Field("exposure", value);
  const answers = root.get("answers").entries();
  return {
    last: root.get("last").optional()?.text(),
    answers: Object.fromEntries(answers.map(([name, of]) => [name, of.number()])),
  };
}

function toggleOf(field: Field): Toggle {
  const id = field.get("id").text();
  const lastChange = field.get("lastChange").optional();
  const open = field.get("proposal").optional();
  return {
    id,
    name: text(field.get("name")) ?? id,
    isActive: field.get("isActive").optional()?.flag() ?? false,
    value: field.get("value").value as Json | undefined,
    revision: field.get("revision").optional()?.number() ?? 0,
    lastChange: lastChange && act(lastChange),
    rules: rules(field.get("rules").optional()),
    attributes: Object.fromEntries(
      (field.get("attributes").optional()?.entries() ?? []).map(([name, of]) => [name, of.value as Json]),
    ),
    isProtected: field.get("isProtected").flag(),
    mayFlip: field.get("mayFlip").flag(),
    proposal: open && proposal(open),
  };
}

function segment(field: Field): Segment {
  const open = field.get("proposal").optional();
  return {
    name: field.get("name").text(),
    revision: field.get("revision").optional()?.number() ?? 0,
    mayFlip: field.get("mayFlip").optional()?.flag() ?? false,
    proposal: open && proposal(open),
  };
}

function rules(field: Field | undefined): Rules {
  if (field === undefined) {
    return {};
  }
  const json = (name: string) => field.get(name).optional()?.value as Json | undefined;
  const variants = field.get("variants").optional()?.entries();
  const prerequisites = field.get("prerequisites").optional();
  const all = {
    targeting: json("targeting"),
    variants: variants && Object.fromEntries(variants.map(([name, of]) => [name, of.value as Json])),
    defaultVariant: field.get("defaultVariant").optional()?.text(),
    prerequisites: prerequisites && texts(prerequisites),
    windows: json("windows"),
    ramp: json("ramp"),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function proposal(field: Field): Proposal {
  return {
    ...act(field),
    id: field.get("id").text(),
    change: field.get("change").text(),
    revision: field.get("revision").optional()?.number() ?? 0,
    expiresAt: field.get("expiresAt").optional() && moment(field.get("expiresAt")),
    attributes: field.get("attributes").items().map(difference),
    isYours: field.get("isYours").flag(),
    mayApprove: field.get("mayApprove").flag(),
  };
}

function changeOf(field: Field): Change {
  return {
    changedAt: moment(field.get("changedAt")),
    revision: field.get("revision").optional()?.number(),
    by: text(field.get("by")),
    approvedBy: text(field.get("approvedBy")),
    comment: text(field.get("comment")),
    isDeletion: field.get("isDeletion").optional()?.flag() ?? false,
    attributes: field.get("attributes").items().map(difference),
  };
}

function difference(field: Field): Difference {
  return {
    name: field.get("name").text(),
    before: text(field.get("before")),
    after: text(field.get("after")),
  };
}

function act(field: Field): Act {
  return {
    by: text(field.get("by")) ?? "somebody",
    at: moment(field.get("at")),
    comment: text(field.get("comment")),
    approvedBy: text(field.get("approvedBy")),
  };
}

function counts(field: Field): Counts {
  const variants = field.get("variants").optional()?.entries() ?? [];
  return {
    connections: field.get("connections").number(),
    on: field.get("on").number(),
    variants: Object.fromEntries(variants.map(([name, of]) => [name, of.number()])),
  };
}

/** Milliseconds since the epoch, or a time such as `2026-12-24T18:00:00Z`. */
function moment(field: Field): number {
  return typeof field.value === "number" ? field.number() : Date.parse(field.time());
}

function text(field: Field): string | undefined {
  const { value } = field;
  return typeof value === "string" && value !== "" ? value : undefined;
}

function texts(field: Field): readonly string[] {
  return field.items().map((item) => {
    if (typeof item.value !== "string") {
      throw new InvalidDocumentError(`${item.path} must be a string`);
    }
    return item.value;
  });
}
