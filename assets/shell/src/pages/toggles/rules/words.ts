import type { Json, Rules } from "../answers.js";
import { type Ramp, rampOf, unitOf } from "./ramp.js";
import { isNamed, type Whom, whomOf } from "./targeting.js";
import { runs, type Window, windowsOf } from "./windows.js";

const DAY_NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** A moment in the browser's time zone: `24 Dec 2026, 18:00`. */
export function momentText(at: number | string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? String(at)
    : new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" }).format(date);
}

/** `a`, `a or b`, `a, b or c`. */
export function listed(words: readonly string[], last: "and" | "or"): string {
  const head = words.slice(0, -1);
  const end = words.at(-1) ?? "";
  return head.length > 0 ? `${head.join(", ")} ${last} ${end}` : end;
}

/** What the switch and the rules of a toggle come to, in sentences. */
export function sentences(isActive: boolean, rules: Rules): readonly string[] {
  const conditions = [
    ...whomWords(rules),
    ...requiredWords(rules),
    ...windowWords(rules),
    ...rampWords(rules),
  ];
  if (isActive) {
    return conditions;
  }
  const hasRules = Object.keys(rules).length > 0;
  return [
    "Switched off: off for everybody.",
    ...(hasRules ? ["Once it is switched on:", ...conditions] : []),
  ];
}

/** The same in one line, for a list. */
export function brief(isActive: boolean, rules: Rules): string {
  if (!isActive) {
    return "Off for everybody";
  }
  return sentences(isActive, rules)
    .map((sentence) => sentence.replace(/\.$/, ""))
    .join(" · ");
}

function whomWords({ targeting, variants, defaultVariant }: Rules): readonly string[] {
  if (variants) {
    const names = listed(
      Object.keys(variants).map((name) => `“${name}”`),
      "or",
    );
    const choice = targeting === undefined ? "" : ", as its rule in JSON says";
    const otherwise =
      defaultVariant === undefined ? "otherwise it is off" : `otherwise it is “${defaultVariant}”`;
    return [`Its variant is ${names}${choice}; ${otherwise}.`];
  }
  const whom = whomOf(targeting);
  return [whom ? `On for ${whomText(whom)}.` : "On for whom its rule in JSON says."];
}

/** `everybody`, `25 % of people`, `people in the group beta or the segment staff`. */
export function whomText(whom: Whom): string {
  const share = whom.percent === undefined ? "" : `${whom.percent} % of `;
  if (!isNamed(whom)) {
    return share ? `${share}people, always the same ones` : "everybody";
  }
  const of = (word: string, names: readonly string[]) =>
    names.length === 0
      ? []
      : [`${names.length > 1 ? `one of the ${word}s` : `the ${word}`} ${listed(names, "or")}`];
  const places = [...of("group", whom.groups), ...of("segment", whom.segments)];
  const people = places.length > 0 ? [`people in ${listed(places, "or")}`] : [];
  const users =
    whom.users.length > 0 ? [whom.users.length === 1 ? "one user" : `${whom.users.length} users`] : [];
  return share + listed([...people, ...users], share ? "and" : "and");
}

function requiredWords({ prerequisites = [] }: Rules): readonly string[] {
  return prerequisites.length > 0
    ? [`Only where ${listed(prerequisites, "and")} ${prerequisites.length > 1 ? "are" : "is"} on.`]
    : [];
}

function windowWords({ windows: json }: Rules): readonly string[] {
  if (json === undefined) {
    return [];
  }
  const windows = windowsOf(json);
  return [
    windows ? `Only ${listed(windows.map(windowText), "or")}.` : "Only in the windows that its JSON says.",
  ];
}

function windowText(window: Window): string {
  if (window.kind === "daily") {
    return `${daysText(window.days)} from ${window.from} to ${window.to} (${window.zone})`;
  }
  const from = window.from === undefined ? "" : `from ${momentText(window.from)}`;
  const to = window.to === undefined ? "" : `until ${momentText(window.to)}`;
  return [from, to].filter((part) => part !== "").join(" ");
}

function daysText(days: readonly boolean[]): string {
  if (!days.includes(false)) {
    return "every day";
  }
  const rows = runs(days).flatMap(([first, last]) => {
    const names = DAY_NAMES.slice(first, last + 1);
    return names.length > 2 ? [`${names[0]} to ${names.at(-1)}`] : names;
  });
  return listed(rows, "and");
}

function rampWords({ ramp: json }: Rules): readonly string[] {
  const ramp = rampOf(json);
  if (ramp === null) {
    return [];
  }
  return [ramp ? rampText(ramp) : "Rolled out in the steps that its JSON says."];
}

function rampText({ from, every, steps }: Ramp): string {
  const [first, ...rest] = steps.map((step) => `${step} %`);
  const [count, unit] = unitOf(every);
  const after = count === 1 ? `each ${unit.slice(0, -1)}` : `every ${count} ${unit}`;
  const then = rest.length > 0 ? `, then ${after} ${listed(rest, "and")}` : "";
  return `In steps: ${first ?? "0 %"} of people from ${momentText(from)}${then}.`;
}

/** An attribute's value in a change, which is a JSON text: rules in words, if there are words for them. */
export function differenceText(name: string, json: string | undefined): string {
  if (json === undefined) {
    return "nothing";
  }
  try {
    const value = JSON.parse(json) as Json;
    return (
      wordsOf(name, value) ?? (typeof value === "string" && value !== "" ? value : JSON.stringify(value))
    );
  } catch {
    return json;
  }
}

function wordsOf(name: string, value: Json): string | undefined {
  switch (name) {
    case "isActive":
      return value === true ? "on" : "off";
    case "targeting": {
      const whom = whomOf(inText(value));
      return whom && whomText(whom);
    }
    case "windows":
      return windowsOf(inText(value))?.map(windowText).join(", or ");
    case "ramp": {
      const ramp = rampOf(inText(value));
      return ramp ? rampText(ramp) : undefined;
    }
    default:
      return undefined;
  }
}

/** Rules are kept as JSON in a text. @throws SyntaxError */
function inText(value: Json): Json {
  return typeof value === "string" ? (JSON.parse(value) as Json) : value;
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
  isActive: "Switch",
  featureName: "Name",
  value: "Value",
  targeting: "For whom",
  variants: "Variants",
  defaultVariant: "Default variant",
  prerequisites: "Needs",
  windows: "When",
  ramp: "Steps",
};

/** The page's own word for an attribute, or its name. */
export function attributeText(name: string): string {
  return ATTRIBUTES[name] ?? name;
}
