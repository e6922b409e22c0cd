import { type Browser, expect, test } from "@playwright/test";
import { area, signIn, visit } from "../src/pages.js";
import { changed, publish } from "../src/releases.js";
import { frontage, frontageFails, running } from "../src/system.js";

/** The text of billing's heading, in each of its builds. */
const HEADING = "Billing";

const next = (text: string) => (source: string) => source.replaceAll(`"${HEADING}"`, `"${HEADING} ${text}"`);

interface Release {
  readonly version: string;
  readonly current: boolean;
}

async function releases(): Promise<Release[]> {
  const listed = JSON.parse(await frontage("release", "list", "billing", "--format", "json"));
  return listed.releases as Release[];
}

test("a release shows at the next navigation, and a rollback brings the old one back", async ({ page }) => {
  await signIn(page);
  const billing = await visit(page, "billing");
  const first = await billing.getAttribute("data-version");
  const shipping = await visit(page, "shipping");
  const others = await shipping.getAttribute("data-version");

  await publish("billing", await changed("billing", next("two")));
  await visit(page, "billing");
  await expect(billing).toContainText("Billing two");
  expect(await billing.getAttribute("data-version")).not.toBe(first);
  await visit(page, "shipping");
  expect(await shipping.getAttribute("data-version")).toBe(others);

  await frontage("release", "rollback", "billing");
  await visit(page, "billing");
  await expect(billing).not.toContainText("Billing two");
  expect(await billing.getAttribute("data-version")).toBe(first);
});

test("the same build is published once", async () => {
  const dist = await changed("billing", next("again"));
  await publish("billing", dist);
  const before = await releases();
  await publish("billing", dist);
  expect(await releases()).toEqual(before);
  await frontage("release", "rollback", "billing");
});

test("a canary of 30 shows to some 30 of 100 browsers, and stays with each", async ({ browser }) => {
  test.setTimeout(300_000);
  const dist = await changed("billing", next("canary"));
  await publish("billing", dist, "--canary", "30");
  const version = (of: Release[]) => of.find(({ current }) => !current)?.version ?? "";
  expect(version(await releases())).not.toBe("");

  let canaries = 0;
  for (let client = 0; client < 100; client += 1) {
    canaries += Number(await getsTheCanary(browser, client % 20 === 0));
  }
  expect(canaries).toBeGreaterThanOrEqual(25);
  expect(canaries).toBeLessThanOrEqual(35);
  await frontage("release", "rollback", "billing");
});

/** A fresh browser's choice, which a second visit must not change. */
async function getsTheCanary(browser: Browser, visitTwice: boolean): Promise<boolean> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, "/billing");
  const child = area(page, "billing");
  await expect(child).toHaveAttribute("data-state", "ready");
  const version = await child.getAttribute("data-version");
  if (visitTwice) {
    await page.reload();
    await expect(child).toHaveAttribute("data-state", "ready");
    expect(await child.getAttribute("data-version")).toBe(version);
  }
  const canary = (await child.textContent())?.includes("Billing canary") ?? false;
  await context.close();
  return canary;
}

test("the shell shows each team's releases", async ({ page }) => {
  await signIn(page, "/releases");
  for (const team of ["shipping", "profile", "billing"]) {
    await expect(page.locator(`[data-team="${team}"]`)).toContainText("100");
  }
});

test("a canary of the shell is refused with the reason", async () => {
  expect(await frontageFails("release", "publish", "shell", "--canary", "30")).toContain("canary");
  expect(running().shell).toMatch(/^http:/);
});
