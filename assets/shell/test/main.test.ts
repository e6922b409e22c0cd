import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BUSY } from "../src/retry.js";

const find = (selector: string) => document.querySelector<HTMLElement>(selector);

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  document.body.innerHTML = '<div id="app"></div>';
  vi.resetModules();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("a page whose configuration does not come says so, then gives up and offers to try again", async () => {
  vi.stubGlobal("fetch", async () => new Response("", { status: 503 }));
  const reload = vi.spyOn(location, "reload").mockImplementation(() => undefined);
  await import("../src/main.js");
  expect(find("fr-spinner")?.getAttribute("label")).toBe("One moment");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(find("fr-spinner")?.getAttribute("label")).toBe(BUSY);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(find("h1")?.textContent).toBe("This page cannot start");
  expect(find("[role=alert]")?.textContent).toMatch(
    /^\/config\.json answered 503 \(tried \d+ times in \d+ seconds\)$/,
  );
  expect(find("fr-button")?.textContent).toBe("Try again");
  find("fr-button")?.click();
  expect(reload).toHaveBeenCalledOnce();
});

it("a page without a configuration does not wait for one", async () => {
  vi.stubGlobal("fetch", async () => new Response("", { status: 404 }));
  await import("../src/main.js");
  await vi.advanceTimersByTimeAsync(0);
  expect(find("h1")?.textContent).toBe("This page cannot start");
  expect(find("[role=alert]")?.textContent).toBe("/config.json answered 404");
});
