import { signIn, stands } from "../src/pages.js";
import { expect, test } from "../src/test.js";

test("everything is reached with the keyboard, and a new page is announced", async ({ page }) => {
  await signIn(page);
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: /skip/i });
  await expect(skip).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();

  const shipping = page.getByRole("navigation").getByRole("link", { name: "Shipping", exact: true });
  await shipping.focus();
  await page.keyboard.press("Enter");
  await stands(page, "shipping");
  await expect(page).toHaveTitle(/Shipping/);
  await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
  await expect(page.getByRole("navigation").locator('[aria-current="page"]')).toHaveText(/Shipping/);
  await expect(page.getByTestId("announcer")).toContainText("Shipping");
});
