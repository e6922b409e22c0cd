import { openTab, signIn, visit } from "../src/pages.js";
import { frontage } from "../src/system.js";
import { expect, test } from "../src/test.js";

test("a toggle that is set changes shell and child on the screen, without a reload", async ({
  page,
  context,
}) => {
  await frontage("toggles", "set", "1", "off");
  await signIn(page);
  const child = await visit(page, "shipping");
  const list = await openTab(context, "/toggles");
  const row = list.locator('[data-toggle="1"]');
  await expect(row).toHaveAttribute("data-active", "false");
  await expect(child).not.toContainText("Express");

  let reloads = 0;
  page.on("framenavigated", () => (reloads += 1));
  await frontage("toggles", "set", "1", "on");
  await expect(row).toHaveAttribute("data-active", "true");
  await expect(child).toContainText("Express");
  await frontage("toggles", "set", "1", "off");
  await expect(row).toHaveAttribute("data-active", "false");
  await expect(child).not.toContainText("Express");
  expect(reloads).toBe(0);
});

test("a toggle that comes or goes is shown", async ({ page }) => {
  await signIn(page, "/toggles");
  await expect(page.locator("html")).toHaveAttribute("data-toggles", "live");
  await frontage("toggles", "set", "new", "on", "--name", "Brand-new");
  await expect(page.locator('[data-toggle="new"]')).toContainText("Brand-new");
  await frontage("toggles", "delete", "new");
  await expect(page.locator('[data-toggle="new"]')).toHaveCount(0);
});
