import { afterEach, expect, it, vi } from "vitest";
import { ThemeSwitch } from "../src/theme.js";

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

it("says a new theme to all, also after a listener that throws", () => {
  vi.stubGlobal("reportError", vi.fn());
  const theme = new ThemeSwitch();
  const heard: string[] = [];
  theme.onChange(() => {
    throw new Error("mine");
  });
  const end = theme.onChange((current) => heard.push(current));
  theme.choose("dark");
  theme.choose("dark");
  end();
  theme.choose("light");
  expect(heard).toEqual(["dark"]);
  expect(reportError).toHaveBeenCalledTimes(2);
});
