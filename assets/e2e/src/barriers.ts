import type { Page } from "@playwright/test";
import axe from "axe-core";

/** What keeps people out, by axe's rules: each with where it is. */
export async function barriers(page: Page): Promise<string[]> {
  // Evaluated by the debugger, which the page's policy does not hold back.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}
