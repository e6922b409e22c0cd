import { expect, type Page, test } from "@playwright/test";
import { area, signIn, stands, visit } from "../src/pages.js";
import { changed, publish } from "../src/releases.js";
import { directly, frontage } from "../src/system.js";

const SHIPPING = { name: "Shipping", exact: true } as const;

/** Only the child's own area says that it failed; the rest of the page goes on. */
async function onlyShippingFails(page: Page): Promise<void> {
  const shipping = area(page, "shipping");
  await page.getByRole("link", SHIPPING).first().click();
  await expect(shipping).toHaveAttribute("data-state", "failed", { timeout: 40_000 });
  await expect(shipping.getByRole("alert")).toBeVisible();
  await visit(page, "profile");
  await visit(page, "billing");
}

/** Every file of a release of shipping's, its second copy too. */
const SCRIPT = /\/(assets|releases\/[^/]+(\/assets)?)\/main-[^/]+\.js/;

test("a script that is missing", async ({ page }) => {
  await signIn(page);
  await page.route(SCRIPT, (route) => route.fulfill({ status: 404, body: "" }));
  await onlyShippingFailsUntilAskedAgain(page);
});

test("a script that never comes", async ({ page }) => {
  await signIn(page);
  await page.route(SCRIPT, () => {});
  await onlyShippingFailsUntilAskedAgain(page);
});

test("a script whose bytes are not the release's", async ({ page }) => {
  await signIn(page);
  let ran = false;
  page.on("console", (message) => (ran ||= message.text().includes("tampered")));
  await page.route(SCRIPT, async (route) => {
    const answer = await route.fetch(directly(route.request().url()));
    await route.fulfill({ response: answer, body: `console.warn("tampered");\n${await answer.text()}` });
  });
  await onlyShippingFailsUntilAskedAgain(page);
  expect(ran, "what fails its integrity check never runs").toBe(false);
});

/** What the network does to shipping's script shows in its area alone, and is over once it is asked for again. */
async function onlyShippingFailsUntilAskedAgain(page: Page): Promise<void> {
  const shipping = area(page, "shipping");
  await page.getByRole("link", SHIPPING).first().click();
  await expect(shipping).toHaveAttribute("data-state", "failed", { timeout: 40_000 });
  await expect(shipping.getByRole("alert")).toBeVisible();
  await expect(page.getByRole("navigation").first()).toBeVisible();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await shipping.getByRole("button", { name: /again/i }).click();
  await stands(page, "shipping");
  await visit(page, "profile");
  await visit(page, "billing");
}

test("a module that throws as it loads, as it mounts, or later", async ({ page }) => {
  await signIn(page);
  const faults = [
    (source: string) => `throw new Error("as it loads");\n${source}`,
    () =>
      'export default class extends HTMLElement { connectedCallback() { throw new Error("as it mounts"); } }',
    () => "await new Promise(() => {});",
  ];
  for (const fault of faults) {
    await publish("shipping", await changed("shipping", fault));
    await onlyShippingFails(page);
    await frontage("release", "rollback", "shipping");
  }
  await visit(page, "shipping");
});
