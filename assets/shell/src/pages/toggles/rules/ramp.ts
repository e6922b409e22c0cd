import type { Json } from "../answers.js";
import { isObject } from "./json.js";

/** A rollout in steps. */
export interface Ramp {
  /** When it begins: a time with an offset. */
  readonly from: string;
  /** Seconds between two steps. */
  readonly every: number;
  /** Percentages of people, rising. */
  readonly steps: readonly number[];
}

/** How long a step may be said to be, in seconds; the longest first. */
export const UNITS = [
  ["days", 86_400],
  ["hours", 3_600],
  ["minutes", 60],
  ["seconds", 1],
] as const;

export type Unit = (typeof UNITS)[number][0];

/** Reads a ramp: `null` if there is none, `undefined` if it says anything that this does not. */
export function rampOf(json: Json | undefined): Ramp | null | undefined {
  if (json === undefined) {
    return null;
  }
  if (!isObject(json) || Object.keys(json).sort().join() !== "every,from,steps") {
    return undefined;
  }
  const { from, every, steps } = json;
  const isRead = typeof from === "string" && typeof every === "number" && Array.isArray(steps);
  if (!isRead || !(steps as readonly Json[]).every((step) => typeof step === "number")) {
    return undefined;
  }
  return { from, every, steps: steps as readonly number[] };
}

export function jsonOf(ramp: Ramp | null): Json | undefined {
  return ramp ? { from: ramp.from, every: ramp.every, steps: ramp.steps } : undefined;
}

/** What is wrong with it; `undefined` if nothing is. */
export function faultOf({ from, every, steps }: Ramp): string | undefined {
  if (Number.isNaN(Date.parse(from))) {
    return "Say when it begins.";
  }
  if (!Number.isInteger(every) || every <= 0) {
    return "Say how long a step lasts.";
  }
  const isPercent = (step: number) => Number.isInteger(step) && step >= 0 && step <= 100;
  if (steps.length === 0 || !steps.every(isPercent)) {
    return "Steps are whole percentages from 0 to 100, such as 5, 25, 50, 100.";
  }
  const isRising = steps.every((step, at) => at === 0 || (steps[at - 1] ?? 0) <= step);
  return isRising ? undefined : "Each step must be at least the one before.";
}

/** The largest unit of which `seconds` is a whole number. */
export function unitOf(seconds: number): readonly [number, Unit] {
  const [unit, length] = UNITS.find(([, length]) => seconds >= length && seconds % length === 0) ?? [
    "seconds",
    1,
  ];
  return [seconds / length, unit];
}

/** The steps of a text such as `5, 25 50 100 %`. What is no number is `NaN`. */
export function stepsOf(text: string): readonly number[] {
  return text
    .split(/[\s,;%]+/)
    .filter((part) => part !== "")
    .map(Number);
}
