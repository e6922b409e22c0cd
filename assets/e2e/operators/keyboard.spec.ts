import { tabTo } from "../src/keyboard.js";
import { expect, test } from "./test.js";

test("a switch is flipped with the keyboard, and keeps the focus", async ({ page, standIn }) => {
  await standIn.open(page, "ada", "/toggles");
  const banner = page.getByRole("switch", { name: "Banner" });
  await expect(banner).toHaveAttribute("aria-checked", "false");
  await tabTo(page, "switch", "Banner");
  await page.keyboard.press("Space");
  // It would be on for all: the question has the focus, and its way back first.
  await expect(page.getByRole("alertdialog")).toContainText("It will be on for 340");
  await expect(page.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(banner).toBeFocused();
  await expect(banner).toHaveAttribute("aria-checked", "false");

  await page.keyboard.press("Enter");
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(banner).toHaveAttribute("aria-checked", "true");
  await expect(banner).toBeFocused();
  await page.keyboard.press("Space");
  await expect(banner).toHaveAttribute("aria-checked", "false");
});

test("a rule is written with the keyboard, and the way back leads to the same list", async ({
  page,
  standIn,
}) => {
  await standIn.open(page, "ada", "/toggles");
  await page.getByRole("radio", { name: "Off" }).focus();
  await page.keyboard.press("Space");
  await expect(page.locator("[data-toggle]")).toHaveCount(1);
  await tabTo(page, "link", "Banner");
  await page.keyboard.press("Enter");
  await expect(page).toHaveTitle(/home\.banner/);
  await expect(page.getByRole("heading", { level: 1, name: "Banner" })).toBeFocused();
  await expect(page.getByTestId("announcer")).toContainText("home.banner");

  await page.getByRole("combobox", { name: "Groups" }).focus();
  await page.keyboard.type("beta");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Remove beta" })).toBeVisible();
  await tabTo(page, "textbox", "Comment");
  await page.keyboard.type("testers first");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  expect(standIn.backend.kept("home.banner")).toMatchObject({
    revision: 2,
    value: { text: "Hello", size: 3 },
    rules: { targeting: { if: [{ in: ["beta", { var: "groups" }] }, "on", "off"] } },
  });

  await page.goBack();
  await expect(page.getByRole("radio", { name: "Off" })).toBeChecked();
  await expect(page.locator("[data-toggle]")).toHaveCount(1);
});

test("what others do shows at once, and what is not saved outlasts it", async ({ page, standIn }) => {
  await standIn.open(page, "ada", "/toggles");
  standIn.put("home.banner", { isActive: true });
  await expect(page.getByRole("switch", { name: "Banner" })).toHaveAttribute("aria-checked", "true");
  standIn.put("home.later", { name: "Later" });
  await expect(page.locator('[data-toggle="home.later"]')).toContainText("Later");

  await page.getByRole("link", { name: "Banner" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("My banner");
  standIn.put("home.banner", { value: "theirs" }, "grace@example.com", "for winter");
  const alert = page.locator("fr-alert");
  await expect(alert).toContainText("“for winter”");
  await page.getByRole("button", { name: "Look again" }).click();
  await expect(page.getByRole("textbox", { name: "Value" })).toHaveValue("theirs");
  await expect(page.getByRole("textbox", { name: "Name" })).toHaveValue("My banner");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  expect(standIn.backend.kept("home.banner")).toMatchObject({ name: "My banner", value: "theirs" });
});
