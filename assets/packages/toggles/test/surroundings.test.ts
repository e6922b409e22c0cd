// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Notice } from "../src/index.js";
import { page } from "../src/surroundings.js";

let notices: Notice[];
let end: () => void;
let network: EventTarget & { type?: string; effectiveType?: string };

beforeEach(() => {
  notices = [];
  network = new EventTarget();
  network.effectiveType = "4g";
  vi.stubGlobal("navigator", { onLine: true, connection: network });
  end = page().watch((notice) => notices.push(notice));
});

afterEach(() => {
  end();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it.each([
  ["online", "online"],
  ["offline", "offline"],
  ["pagehide", "left"],
  ["pointerdown", "used"],
  ["keydown", "used"],
] as const)("%s of the window is noticed as %s", (type, notice) => {
  window.dispatchEvent(new Event(type));
  expect(notices).toEqual([notice]);
});

it("a page is shown or hidden", () => {
  const visibility = vi.spyOn(document, "visibilityState", "get");
  for (const state of ["hidden", "visible"] as const) {
    visibility.mockReturnValue(state);
    document.dispatchEvent(new Event("visibilitychange"));
  }
  expect(notices).toEqual(["hidden", "shown"]);
});

it("only a page that comes from the back/forward cache has returned", () => {
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  expect(notices).toEqual(["returned"]);
});

it("a use is noticed although the page stops the event", () => {
  const stop = (event: Event) => event.stopPropagation();
  document.addEventListener("pointerdown", stop);
  document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  document.removeEventListener("pointerdown", stop);
  expect(notices).toEqual(["used"]);
});

it("another network is noticed, and another estimate of the same one is not", () => {
  network.dispatchEvent(new Event("change"));
  network.effectiveType = "3g";
  network.dispatchEvent(new Event("change"));
  network.dispatchEvent(new Event("change"));
  network.type = "wifi";
  network.dispatchEvent(new Event("change"));
  expect(notices).toEqual(["network", "network"]);
});

it("nothing is noticed any more after the end", () => {
  end();
  window.dispatchEvent(new Event("online"));
  document.dispatchEvent(new Event("visibilitychange"));
  network.type = "cellular";
  network.dispatchEvent(new Event("change"));
  expect(notices).toEqual([]);
});
