import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { barriers } from "../src/barriers.js";
import { ROOT } from "../src/system.js";
import { expect, test } from "./test.js";

const FOLDER = resolve(ROOT, "target/pictures/operators");

const SETTINGS = {
  "desktop-light": { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  "phone-dark": { viewport: { width: 320, height: 700 }, colorScheme: "dark" },
  "desktop-forced": { viewport: { width: 1280, height: 800 }, forcedColors: "active" },
} as const;

for (const [setting, options] of Object.entries(SETTINGS)) {
  test(`each view is for everyone, and no wider than the screen: ${setting}`, async ({
    browser,
    standIn,
  }) => {
    await mkdir(FOLDER, { recursive: true });
    const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
    const page = await context.newPage();
    const picture = async (name: string): Promise<void> => {
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: resolve(FOLDER, `${name}-${setting}.png`), fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${name} is no wider than the screen`).toBeLessThanOrEqual(0);
      expect(await barriers(page), `${name} is for everyone`).toEqual([]);
    };
    await standIn.open(page, "ada", "/toggles");
    await expect(page.locator("[data-toggle]")).toHaveCount(5);
    await picture("list");

    await page.getByRole("link", { name: "Express parcels" }).click();
    await expect(page.locator("[data-revision]")).toHaveCount(2);
    await expect(page.locator("[data-figure=now]")).toContainText("20 of 340");
    await expect(page.locator("[data-part=exposure] [data-answer=on]")).toContainText("1,204 (6.1%)");
    await picture("detail");
    await page.getByRole("button", { name: "Remove beta" }).click();
    await page.getByRole("combobox", { name: "Segments" }).fill("staff");
    await page.getByRole("button", { name: "Add: Segments" }).click();
    await page.getByRole("button", { name: "Add a window" }).click();
    await page.getByRole("checkbox", { name: "Roll out in steps" }).check();
    await expect(page.locator("[data-figure=then]")).toContainText("+320");
    await picture("rules");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("alertdialog")).toBeVisible();
    await page.screenshot({ path: resolve(FOLDER, `question-${setting}.png`) });
    await page.getByRole("button", { name: "Cancel" }).click();
    standIn.put("shipping.express", { name: "Express, renamed" }, "grace@example.com", "a better name");
    await expect(page.getByText("Changed in the meantime")).toBeVisible();
    await picture("conflict");

    await page.getByRole("link", { name: "All toggles" }).click();
    await page.getByRole("link", { name: "Colour of the button" }).click();
    await expect(page.getByRole("textbox", { name: "For whom, as JSON" })).toBeVisible();
    await picture("json");

    await page.getByRole("link", { name: "All toggles" }).click();
    await page.getByRole("link", { name: "Payment by card" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Payment by any card");
    await page.getByRole("textbox", { name: "Comment" }).fill("the contract is signed");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Awaiting a second person")).toBeVisible();
    await picture("proposed");
    await context.close();

    const other = await (await browser.newContext({ ...options, reducedMotion: "reduce" })).newPage();
    await standIn.open(other, "grace", "/toggles");
    await expect(other.getByRole("button", { name: /^Approve/ })).toBeVisible();
    await other.screenshot({ path: resolve(FOLDER, `approval-${setting}.png`), fullPage: true });
    expect(await barriers(other)).toEqual([]);
    await other.context().close();

    const customer = await (await browser.newContext({ ...options, reducedMotion: "reduce" })).newPage();
    await standIn.open(customer, "cid", "/toggles");
    await expect(customer.getByText("This page is for operators")).toBeVisible();
    await customer.screenshot({ path: resolve(FOLDER, `customer-${setting}.png`) });
    expect(await barriers(customer)).toEqual([]);
    await customer.context().close();
  });
}
