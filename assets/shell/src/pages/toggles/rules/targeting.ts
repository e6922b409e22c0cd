import type { Json } from "../answers.js";
import { isObject, isSame } from "./json.js";

/** The common targeting: on for whom any of the lists names, or for everybody; and of them for a share. */
export interface Whom {
  readonly groups: readonly string[];
  /** By their `sub` in the user pool. */
  readonly users: readonly string[];
  readonly segments: readonly string[];
  /** 0 to 100. `undefined`: all of them. */
  readonly percent: number | undefined;
}

export const EVERYBODY: Whom = { groups: [], users: [], segments: [], percent: undefined };

/** Whether it names anybody. */
export function isNamed({ groups, users, segments }: Whom): boolean {
  return groups.length + users.length + segments.length > 0;
}

/** flagd's targeting for it, in the form that the command line writes. */
export function targetingOf(whom: Whom): Json | undefined {
  const share =
    whom.percent === undefined
      ? undefined
      : {
          fractional: [
            ["on", whom.percent],
            ["off", 100 - whom.percent],
          ],
        };
  const conditions = conditionsOf(whom);
  const [first] = conditions;
  if (first === undefined) {
    return share;
  }
  return { if: [conditions.length === 1 ? first : { or: conditions }, share ?? "on", "off"] };
}

function conditionsOf({ groups, users, segments }: Whom): readonly Json[] {
  return [
    ...groups.map((group) => ({ in: [group, { var: "groups" }] })),
    ...(users.length > 0 ? [{ in: [{ var: "sub" }, users] }] : []),
    ...segments.map((name) => ({ $ref: name })),
  ];
}

/** Reads targeting; `undefined` if it says anything that this does not. */
export function whomOf(targeting: Json | undefined): Whom | undefined {
  const whom = targeting === undefined ? EVERYBODY : read(targeting);
  // What would be written must be what was read, whatever was looked at above.
  return whom && isSame(sorted(targetingOf(whom)), sorted(targeting)) ? whom : undefined;
}

function read(targeting: Json): Whom | undefined {
  if (!isObject(targeting)) {
    return undefined;
  }
  if (!Array.isArray(targeting.if)) {
    return { ...EVERYBODY, percent: percentOf(targeting) };
  }
  const [condition, then] = targeting.if as readonly Json[];
  const conditions = isObject(condition) && Array.isArray(condition.or) ? condition.or : [condition];
  let whom: Whom = { ...EVERYBODY, percent: percentOf(then) };
  for (const each of conditions as readonly Json[]) {
    whom = added(whom, each);
  }
  return whom;
}

function added(whom: Whom, condition: Json): Whom {
  if (!isObject(condition)) {
    return whom;
  }
  if (typeof condition.$ref === "string") {
    return { ...whom, segments: [...whom.segments, condition.$ref] };
  }
  const [what, where] = Array.isArray(condition.in) ? (condition.in as readonly Json[]) : [];
  if (typeof what === "string") {
    return { ...whom, groups: [...whom.groups, what] };
  }
  const users = Array.isArray(where) ? where.filter((user) => typeof user === "string") : [];
  return { ...whom, users: [...whom.users, ...users] };
}

function percentOf(share: Json | undefined): number | undefined {
  const buckets = isObject(share) && Array.isArray(share.fractional) ? share.fractional : [];
  const [bucket] = buckets as readonly Json[];
  const weight = Array.isArray(bucket) ? bucket[1] : undefined;
  return typeof weight === "number" ? weight : undefined;
}

/** The order of an `or` says nothing. */
function sorted(targeting: Json | undefined): Json | undefined {
  if (!isObject(targeting) || !Array.isArray(targeting.if)) {
    return targeting;
  }
  const [condition, ...rest] = targeting.if as readonly Json[];
  if (!isObject(condition) || !Array.isArray(condition.or)) {
    return targeting;
  }
  const text = (json: Json) => JSON.stringify(json);
  const or = [...(condition.or as readonly Json[])].sort((a, b) => (text(a) < text(b) ? -1 : 1));
  return { ...targeting, if: [{ ...condition, or }, ...rest] };
}
