import { expect, type Page } from "@playwright/test";

/** More than any page has. */
const PRESSES = 80;

/** Presses Tab until what has a role and a name has the focus, also in a shadow root. */
export async function tabTo(
  page: Page,
  role: "switch" | "link" | "button" | "textbox",
  name: string,
): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true });
  await expect(wanted).toBeVisible();
  for (let press = 0; press < PRESSES && !(await isFocused()); press += 1) {
    await page.keyboard.press("Tab");
  }
  await expect(wanted).toBeFocused();

  function isFocused(): Promise<boolean> {
    return wanted.evaluate((element) => {
      const root = element.getRootNode() as Document | ShadowRoot;
      return root.activeElement === element;
    });
  }
}
