import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { barriers } from "../src/barriers.js";
import { signIn, stands, TEAMS } from "../src/pages.js";
import { ROOT, running } from "../src/system.js";
import { expect, test } from "../src/test.js";

/** Where the pictures are kept: in the documentation when they are to be renewed, otherwise beside the build. */
const FOLDER = resolve(ROOT, process.env.UPDATE_PICTURES ? "docs/pictures" : "target/pictures");

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } } as const;

for (const [size, viewport] of Object.entries(SIZES)) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`${size}, ${colorScheme}`, async ({ browser }) => {
      await mkdir(FOLDER, { recursive: true });
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      const picture = async (name: string): Promise<void> => {
        await page.screenshot({ path: resolve(FOLDER, `${name}-${size}-${colorScheme}.png`) });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow, `${name} is no wider than the screen`).toBeLessThanOrEqual(0);
        expect(await barriers(page), `${name} is for everyone`).toEqual([]);
      };
      await page.goto(running().shell);
      await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
      await picture("sign-in");
      await signIn(page);
      await picture("home");
      for (const path of ["toggles", "releases"]) {
        await page.goto(`${running().shell}/${path}`);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(page.locator("[data-toggle], [data-team]").first()).toBeVisible();
        await picture(path);
      }
      for (const team of TEAMS) {
        await page.goto(`${running().shell}/${team}`);
        await stands(page, team);
        await picture(team);
      }
      await context.close();
    });
  }
}
