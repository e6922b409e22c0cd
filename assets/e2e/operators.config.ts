import { defineConfig } from "@playwright/test";
import { chromium } from "./src/chromium.js";

/** The operators' page in a real browser, with the built shell and a stand-in for the rest: `src/stand-in.ts`. */
export default defineConfig({
  testDir: "operators",
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  outputDir: "../../target/e2e-operators",
  use: { ...chromium(), viewport: { width: 1280, height: 800 }, trace: "retain-on-failure" },
});
