import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { barriers } from "../src/barriers.js";
import { tabTo } from "../src/keyboard.js";
import { type Account, signIn, visit } from "../src/pages.js";
import { frontage, ROOT } from "../src/system.js";
import { expect, test } from "../src/test.js";
import { user } from "../src/users.js";

/** The time to deploy what an API for operators needs. */
const DEPLOYMENT = 600_000;

/** Applies the example system with ids whose changes need a second person. */
async function applyProtecting(...ids: string[]): Promise<void> {
  const example = await readFile(resolve(ROOT, "frontage.toml"), "utf8");
  const file = resolve(ROOT, "target/e2e-operators.toml");
  // The sites are at names of this machine that the description does not know, so any origin may connect, as in `dev`.
  const toggles = `[toggles]\norigins = ["*"]\nprotected = ${JSON.stringify(ids)}`;
  await writeFile(file, example.replace("[toggles]", toggles));
  await frontage("--config", file, "--stack", "toggles", "--stack", "shell", "apply", "--yes");
}

let olga: Account;
let otto: Account;
let customer: Account;

test.beforeAll(async () => {
  test.setTimeout(DEPLOYMENT);
  await applyProtecting();
  olga = await user("olga@example.com", "operators");
  otto = await user("otto@example.com", "operators");
  customer = await user("cora@example.com");
});

test.afterAll(async () => {
  test.setTimeout(DEPLOYMENT);
  await applyProtecting();
});

/** A path of the shell in a browser of its own. */
async function open(browser: Browser, account: Account, path: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, path, account);
  return page;
}

test("an operator flips a toggle with the keyboard, and a customer's page changes", async ({
  page,
  browser,
}) => {
  await frontage("toggles", "set", "1", "off", "--name", "Express");
  await signIn(page, "/", customer);
  const child = await visit(page, "shipping");
  await expect(child).not.toContainText("Express");

  const list = await open(browser, olga, "/toggles");
  const row = list.locator('[data-toggle="1"]');
  await expect(row).toHaveAttribute("data-active", "false");
  expect(await barriers(list)).toEqual([]);
  await tabTo(list, "switch", "Express");
  await list.keyboard.press("Space");
  await expect(row).toHaveAttribute("data-active", "true");
  await expect(list.getByRole("switch", { name: "Express" })).toBeFocused();
  await expect(child).toContainText("Express");
  await list.keyboard.press("Space");
  await expect(row).toHaveAttribute("data-active", "false");
  await expect(child).not.toContainText("Express");

  // What is done elsewhere shows on the page, and who did what is in the history.
  await frontage("toggles", "set", "1", "on");
  await expect(row).toHaveAttribute("data-active", "true");
  await tabTo(list, "link", "Express");
  await list.keyboard.press("Enter");
  await expect(list.locator("[data-part=history]")).toContainText("olga@example.com");
  await expect(list.locator("[data-figure=now]")).toContainText("on");
  // The customer's page has told which toggle it asked for, and what it was answered.
  await expect(async () => {
    await list.reload();
    await expect(list.locator("[data-part=exposure] [data-answer=on]")).toContainText(/\d/);
  }).toPass();
  await expect(list.locator("[data-part=exposure] [data-answer=off]")).toContainText(/\d/);
  expect(await barriers(list)).toEqual([]);
  await list.context().close();
});

test("an operator writes a rule, which the command line shows as it writes it, and undoes it", async ({
  browser,
}) => {
  await frontage("toggles", "set", "1", "on", "--name", "Express");
  const page = await open(browser, olga, "/toggles?id=1");
  await page.getByRole("combobox", { name: "Groups" }).fill("operators");
  await page.getByRole("button", { name: "Add: Groups" }).click();
  await page.getByRole("textbox", { name: "Comment" }).fill("staff first");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  const written = await frontage("toggles", "get", "1", "--format", "json");
  const condition = { in: ["operators", { var: "groups" }] };
  expect(JSON.parse(written).targeting).toBe(JSON.stringify({ if: [condition, "on", "off"] }));
  expect(await frontage("toggles", "history", "1")).toContain("staff first");

  await page.getByRole("button", { name: "Undo the last change" }).click();
  await expect(page.getByRole("button", { name: "Remove operators" })).toHaveCount(0);
  await expect(page.locator("[data-part=history]")).toContainText("Back to the state of");
  await page.context().close();
});

test("a customer cannot see the page, and the API answers nobody without a valid token", async ({ page }) => {
  await signIn(page, "/toggles", customer);
  await expect(page.getByText("This page is for operators")).toBeVisible();
  await expect(page.locator("[data-toggle]")).toHaveCount(0);
  await expect(page.getByRole("navigation").getByRole("link", { name: "Toggles" })).toHaveCount(0);
  await expect(page.getByRole("navigation").getByRole("link", { name: "Releases" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);

  const api = await page.evaluate(async () => (await (await fetch("/config.json")).json()).toggles.api);
  expect(typeof api).toBe("string");
  const answer = await page.evaluate(async (url) => {
    const headers = { Authorization: "Bearer of nobody" };
    return fetch(url, { headers })
      .then(({ status }) => status)
      .catch(() => "refused");
  }, `${api}/toggles`);
  expect([401, 403, "refused"]).toContain(answer);
});

test("a change of a protected toggle waits for a second operator; switching off does not", async ({
  browser,
}) => {
  test.setTimeout(DEPLOYMENT);
  await frontage("toggles", "set", "payment.cards", "off", "--name", "Cards");
  await applyProtecting("payment.*");
  try {
    const first = await open(browser, olga, "/toggles?id=payment.cards");
    await first.getByRole("switch", { name: "Switched on" }).click();
    await first.getByRole("textbox", { name: "Comment" }).fill("the contract is signed");
    await first.getByRole("button", { name: "Save" }).click();
    const proposal = first.locator('[data-proposal="payment.cards"]');
    await expect(proposal).toContainText("Awaiting a second person");
    await expect(proposal.getByRole("button", { name: /Approve/ })).toHaveCount(0);
    await expect(proposal.getByRole("button", { name: /Withdraw/ })).toBeVisible();
    await expect(first.locator('[data-toggle="payment.cards"]')).toHaveAttribute("data-active", "false");

    const second = await open(browser, otto, "/toggles");
    await expect(second.locator("[data-proposal]")).toContainText("the contract is signed");
    expect(await barriers(second)).toEqual([]);
    await second.getByRole("button", { name: "Approve the proposal for Cards" }).click();
    const row = second.locator('[data-toggle="payment.cards"]');
    await expect(row).toHaveAttribute("data-active", "true");
    await expect(second.locator("[data-proposal]")).toHaveCount(0);
    await expect(first.locator('[data-toggle="payment.cards"]')).toHaveAttribute("data-active", "true");
    await expect(first.locator("[data-part=history]")).toContainText(
      "olga@example.com, approved by otto@example.com",
    );

    await second.getByRole("switch", { name: "Cards" }).click();
    await expect(row).toHaveAttribute("data-active", "false");
    await first.context().close();
    await second.context().close();
  } finally {
    await applyProtecting();
  }
});
