import type { Json } from "../answers.js";
import { isObject, type JsonObject } from "./json.js";

/** Monday first. */
export const DAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"] as const;

/** Times of day in a time zone, on some days; `to` is of the next day if it is not after `from`. */
export interface Daily {
  readonly kind: "daily";
  /** Seven, Monday first: whether it opens on that day. */
  readonly days: readonly boolean[];
  /** `09:00`. */
  readonly from: string;
  readonly to: string;
  /** `Europe/Berlin`. */
  readonly zone: string;
}

/** From a moment to another: times with an offset, of which one may be missing. */
export interface Span {
  readonly kind: "span";
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export type Window = Daily | Span;

/** Reads the windows of a toggle: none if it has no such rule, `undefined` if they say anything that this does not. */
export function windowsOf(json: Json | undefined): readonly Window[] | undefined {
  if (json === undefined) {
    return [];
  }
  if (!Array.isArray(json) || json.length === 0) {
    return undefined;
  }
  const windows = (json as readonly Json[]).map(windowOf);
  return windows.includes(undefined) ? undefined : (windows as readonly Window[]);
}

/** `undefined` without a window: then there is no such rule. */
export function jsonOf(windows: readonly Window[]): Json | undefined {
  return windows.length === 0 ? undefined : windows.map(oneOf);
}

/** What is wrong with a window; `undefined` if nothing is. */
export function faultOf(window: Window): string | undefined {
  if (window.kind === "span") {
    if (window.from === undefined && window.to === undefined) {
      return "Say from when, or until when.";
    }
    const isReverse =
      window.from !== undefined &&
      window.to !== undefined &&
      Date.parse(window.from) >= Date.parse(window.to);
    return isReverse ? "It must end after it begins." : undefined;
  }
  if (!window.days.includes(true)) {
    return "Choose a day.";
  }
  if (!window.from || !window.to) {
    return "Say from which time, and until which.";
  }
  return isZone(window.zone) ? undefined : `There is no time zone “${window.zone}”.`;
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "" && zone !== "";
  } catch {
    return false;
  }
}

function windowOf(json: Json): Window | undefined {
  if (!isObject(json) || !isText(json, ["days", "from", "to", "zone"])) {
    return undefined;
  }
  const { days, from, to, zone } = json as Readonly<Record<string, string>>;
  if (zone === undefined) {
    return days === undefined ? { kind: "span", from, to } : undefined;
  }
  const open = days === undefined ? DAYS.map(() => true) : daysOf(days);
  return from !== undefined && to !== undefined && open
    ? { kind: "daily", days: open, from, to, zone }
    : undefined;
}

/** Whether all members are texts of these names. */
function isText(json: JsonObject, names: readonly string[]): boolean {
  return Object.entries(json).every(([name, value]) => names.includes(name) && typeof value === "string");
}

function oneOf(window: Window): Json {
  if (window.kind === "span") {
    const { from, to } = window;
    return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  }
  const { days, from, to, zone } = window;
  return { ...(days.includes(false) && { days: textOfDays(days) }), from, to, zone };
}

const NAMES: readonly string[] = DAYS;

/** `MON-FRI`, `SAT,SUN`, `FRI-MON`; `undefined` if it is none. */
export function daysOf(text: string): readonly boolean[] | undefined {
  const open = DAYS.map(() => false);
  for (const part of text.split(",")) {
    const ends = part.split("-").map((day) => NAMES.indexOf(day.trim().toUpperCase()));
    const [first = -1, last = first] = ends;
    if (ends.length > 2 || first < 0 || last < 0) {
      return undefined;
    }
    for (let day = first; ; day = (day + 1) % DAYS.length) {
      open[day] = true;
      if (day === last) {
        break;
      }
    }
  }
  return open;
}

/** Three days or more in a row are a range: `MON-FRI`, `MON,TUE`. */
export function textOfDays(days: readonly boolean[]): string {
  return runs(days)
    .map(([first, last]) => {
      const names = DAYS.slice(first, last + 1);
      return names.length > 2 ? `${names[0]}-${names.at(-1)}` : names.join(",");
    })
    .join(",");
}

/** The first and the last day of each row of days. */
export function runs(days: readonly boolean[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  days.forEach((isOpen, day) => {
    const run = found.at(-1);
    if (isOpen && run?.[1] === day - 1) {
      run[1] = day;
    } else if (isOpen) {
      found.push([day, day]);
    }
  });
  return found;
}
