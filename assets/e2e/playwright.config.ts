import { defineConfig } from "@playwright/test";
import { chromium } from "./src/chromium.js";

/**
 * One system for all tests, in a real browser: `src/global.ts` starts it with `frontage dev`. The tests change it, so
 * they run one after another, in the order of their file names.
 */
export default defineConfig({
  testDir: "tests",
  globalSetup: "./src/global.ts",
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: process.env.CI ? [["list"]] : [["list"]],
  outputDir: "../../target/e2e",
  use: {
    ...chromium(),
    viewport: { width: 1280, height: 800 },
    trace: "retain-on-failure",
  },
});
