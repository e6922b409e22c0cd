import { test as base } from "@playwright/test";
import { restore } from "./state.js";

export { expect } from "@playwright/test";

/**
 * A test that begins with the system as it was before the first one, wherever the test before it has stopped: so one
 * failure stays one failure. The system is put back before a test and not after it, since a worker that has crashed does
 * nothing afterwards.
 */
export const test = base.extend<{ state: undefined }>({
  state: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs.
    async ({}, use) => {
      await restore();
      await use(undefined);
    },
    { auto: true, timeout: 60_000 },
  ],
});
