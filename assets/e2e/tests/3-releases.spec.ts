import { expect, test } from "@playwright/test";
import { openTab, signIn, stands, visit } from "../src/pages.js";
import { changed, publish } from "../src/releases.js";
import { frontage, frontageFails, running } from "../src/system.js";

/** The text of billing's heading, in each of its builds. */
const HEADING = "Billing";

const next = (text: string) => (source: string) => {
  const changed = source.replaceAll(`heading:\`${HEADING}\``, `heading:\`${HEADING} ${text}\``);
  if (changed === source) throw new Error("The heading is not where it was: see billing/dist");
  return changed;
};

/** What `release list` says of billing's releases. */
async function releases(): Promise<unknown[]> {
  const listed: unknown = JSON.parse(await frontage("release", "list", "billing", "--format", "json"));
  if (!Array.isArray(listed)) throw new Error("release list has no list");
  return listed;
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
  expect(before.length).toBeGreaterThan(1);
  expect((await publish("billing", dist)).uploaded).toBe(0);
  expect(await releases()).toEqual(before);
  await frontage("release", "rollback", "billing");
});

test("a canary of 30 shows to some 30 of 100 browsers, and stays with each", async ({ browser, page }) => {
  test.setTimeout(900_000);
  await signIn(page);
  const cookies = await page.context().cookies();
  const signedIn = await page.evaluate(() => Object.entries({ ...localStorage }));
  /** What a browser shows that has an id of its own. The ids are the same in each run, and so is their share. */
  const shown = async (client: number): Promise<string | null> => {
    const kept = Object.entries({ ...Object.fromEntries(signedIn), "frontage:client": `client-${client}` });
    const localStorage = kept.map(([name, value]) => ({ name, value }));
    const origins = [{ origin: running().shell, localStorage }];
    const context = await browser.newContext({ storageState: { cookies, origins } });
    const tab = await openTab(context, "/billing");
    const billing = await stands(tab, "billing");
    const version = await billing.getAttribute("data-version");
    // Each comes again in the page, and every tenth by a new one.
    if (client % 10 === 0) {
      await tab.reload();
      await stands(tab, "billing");
    } else {
      await tab.getByRole("link", { name: "Home", exact: true }).first().click();
      await visit(tab, "billing");
    }
    expect(await billing.getAttribute("data-version"), "it stays").toBe(version);
    await context.close();
    return version;
  };

  const canary = await publish("billing", await changed("billing", next("canary")), "--canary", "30");
  let canaries = 0;
  for (let client = 0; client < 100; client += 4) {
    const four = await Promise.all([0, 1, 2, 3].map((more) => shown(client + more)));
    canaries += four.filter((version) => version?.includes(canary.version)).length;
  }
  expect(canaries).toBeGreaterThanOrEqual(25);
  expect(canaries).toBeLessThanOrEqual(35);
  await frontage("release", "rollback", "billing");
});

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
