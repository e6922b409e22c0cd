import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Listeners } from "../src/listeners.js";

const report = vi.fn();
let listeners: Listeners<string>;
let heard: string[];

beforeEach(() => {
  vi.stubGlobal("reportError", report);
  listeners = new Listeners();
  heard = [];
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

it("calls all of them, in order", () => {
  listeners.add((event) => heard.push(`first ${event}`));
  listeners.add((event) => heard.push(`second ${event}`));
  listeners.notify("a");
  expect(heard).toEqual(["first a", "second a"]);
});

it("reports what a listener throws, and calls the others", () => {
  const mine = new Error("mine");
  listeners.add(() => {
    throw mine;
  });
  listeners.add((event) => heard.push(event));
  listeners.notify("a");
  expect(heard).toEqual(["a"]);
  expect(report).toHaveBeenCalledExactlyOnceWith(mine);
});

it("throws it as an uncaught error where there is no reportError, as in Node.js", () => {
  vi.stubGlobal("reportError", undefined);
  const microtask = vi.fn<typeof queueMicrotask>();
  vi.stubGlobal("queueMicrotask", microtask);
  listeners.add(() => {
    throw new Error("mine");
  });
  listeners.notify("a");
  expect(microtask.mock.calls[0]?.[0]).toThrow("mine");
});

it("no longer calls one that has ended, and ends it once", () => {
  const listener = (event: string) => heard.push(event);
  const [first, second] = [listeners.add(listener), listeners.add(listener)];
  listeners.notify("both");
  first();
  first();
  expect(listeners.size).toBe(1);
  listeners.notify("second");
  second();
  listeners.notify("none");
  expect(heard).toEqual(["both", "both", "second"]);
});

it("calls a listener that is added by another one from the next event on", () => {
  listeners.add((event) => {
    heard.push(event);
    listeners.add((later) => heard.push(`added: ${later}`));
  });
  listeners.notify("a");
  expect(heard).toEqual(["a"]);
  listeners.notify("b");
  expect(heard).toEqual(["a", "b", "added: b"]);
});

it("has all hear the events in the same order, also one that a listener causes", () => {
  listeners.add((event) => event === "signed in" && listeners.notify("signed out"));
  listeners.add((event) => heard.push(event));
  listeners.notify("signed in");
  expect(heard).toEqual(["signed in", "signed out"]);
});
