import { describe, expect, it } from "vitest";
import { type Cause, Pace } from "../src/pace.js";

const SECOND = 1_000;

describe("a mass return", () => {
  // A run of its own per crowd: 75,000 clients are those that the default longest wait is for.
  it.each([
    ["broken", 500, 5],
    ["broken", 75_000, 600],
    ["closed", 75_000, 600],
  ] as const)("after connections were %s: %d clients are back within %d s", (cause, clients, limit) => {
    const { seconds, attempts, busiestLater } = comeBack(clients, cause);
    expect(seconds).toBeLessThan(limit);
    expect(attempts / clients).toBeLessThan(8);
    // After the first waits the clients do not knock together any more: two or three for each that is let in.
    expect(busiestLater).toBeLessThan(1_500);
  });

  it("does not begin with everybody in one second if the service has closed the connections", () => {
    expect(comeBack(75_000, "closed").busiest).toBeLessThan(12_000);
    expect(comeBack(75_000, "roll-over").busiest).toBeLessThan(4_000);
  });
});

/** All clients lose their connections at once, and API Gateway lets 500 a second in. */
function comeBack(clients: number, cause: Cause) {
  const random = numbers();
  const waiting = new Map<number, Pace[]>();
  // Attempts of this very second are part of the list that is being gone through.
  const add = (pace: Pace, at: number) => {
    const second = Math.floor(at / SECOND);
    const list = waiting.get(second);
    list ? list.push(pace) : waiting.set(second, [pace]);
  };
  for (let client = 0; client < clients; client++) {
    const pace = new Pace(random, 300 * SECOND);
    add(pace, pace.wait(cause));
  }
  let back = 0;
  let second = 0;
  const perSecond: number[] = [];
  for (; back < clients; second++) {
    let admitted = 0;
    let attempts = 0;
    for (const pace of waiting.get(second) ?? []) {
      attempts += 1;
      if (admitted < 500) {
        admitted += 1;
      } else {
        add(pace, second * SECOND + SECOND * random() + pace.wait("broken"));
      }
    }
    back += admitted;
    perSecond.push(attempts);
  }
  return {
    seconds: second,
    attempts: perSecond.reduce((sum, count) => sum + count, 0),
    busiest: Math.max(...perSecond),
    busiestLater: Math.max(0, ...perSecond.slice(60)),
  };
}

/** A repeatable source of randomness (mulberry32). */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
