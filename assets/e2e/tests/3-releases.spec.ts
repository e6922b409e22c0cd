import type { APIRequestContext, Browser } from "@playwright/test";
import { bucket } from "../../shell/src/child/bucket.js";
import { chosenOf, entriesOf } from "../../shell/src/child/choice.js";
import { another, CLIENTS, type StorageState, split } from "../src/clients.js";
import { signIn, stands, visit } from "../src/pages.js";
import { changed, publish } from "../src/releases.js";
import { directly, frontage, frontageFails, running } from "../src/system.js";
import { expect, test } from "../src/test.js";

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
});

test("a canary of 30 shows to some 30 of 100 browsers, and stays with each", async ({
  browser,
  page,
  request,
}) => {
  test.setTimeout(300_000);
  const dist = await changed("billing", next("canary"));
  const { version } = await publish("billing", dist, "--canary", "30");
  const entries = await manifest(request);
  const canary = entries.find(({ metadata }) => metadata.version.endsWith(version));

  // What each of the hundred gets is a function of the manifest and of its id: the shell's own, asked here.
  const place = (client: string) => bucket("billing", client);
  const { some, others } = split("billing", 30);
  const chosen = (client: string) => chosenOf(entries, "billing", client);
  expect(CLIENTS.filter((client) => chosen(client) === canary).toSorted()).toEqual(some.toSorted());
  expect(some.length).toBeGreaterThanOrEqual(25);
  expect(some.length).toBeLessThanOrEqual(35);

  // That the page goes by it is shown by six: those next to the border, where another share would show first, and one
  // at each end.
  await signIn(page);
  const state = await page.context().storageState();
  const six = [...some.slice(0, 1), ...some.slice(-2), ...others.slice(0, 2), ...others.slice(-1)];
  for (const client of six) {
    const shown = await shownTo(client, browser, state);
    expect(shown, client).toEqual(Array(3).fill(chosen(client)?.metadata.version));
  }

  // And that the share is the manifest's: as it grows, the next browser gets the canary.
  const [first = ""] = others;
  await publish("billing", dist, "--canary", `${place(first) + 1}`);
  expect(await shownTo(first, browser, state), first).toEqual(Array(3).fill(canary?.metadata.version));
});

/** The version that a browser with this id shows: at its first visit, at the next one, and after a reload. */
async function shownTo(client: string, browser: Browser, state: StorageState): Promise<(string | null)[]> {
  const page = await another(browser, state, client, "/billing");
  const billing = await stands(page, "billing");
  const versions = [await billing.getAttribute("data-version")];
  await page.getByRole("link", { name: "Home", exact: true }).first().click();
  await visit(page, "billing");
  versions.push(await billing.getAttribute("data-version"));
  await page.reload();
  await stands(page, "billing");
  versions.push(await billing.getAttribute("data-version"));
  await page.context().close();
  return versions;
}

/** Billing's versions in its manifest. */
async function manifest(request: APIRequestContext): Promise<ReturnType<typeof entriesOf>> {
  const outputs = JSON.parse(await frontage("outputs", "--format", "json"));
  const site = directly(`${outputs["team/billing"].url}/manifest.json`);
  return entriesOf(await (await request.get(site.url, site)).json(), "acme", "billing");
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
