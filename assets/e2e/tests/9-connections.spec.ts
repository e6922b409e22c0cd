import { chromium as engine, type Page } from "@playwright/test";
import { chromium } from "../src/chromium.js";
import { openTab, signIn } from "../src/pages.js";
import { noteSockets, socketsOf } from "../src/sockets.js";
import { frontage, running } from "../src/system.js";
import { expect, test } from "../src/test.js";

/** The states of a page's sockets: 1 is open, 3 is closed. */
const states = async (page: Page) => (await socketsOf(page)).map(({ state }) => state);

/** The sockets that the pages have open. */
async function open(pages: readonly Page[]): Promise<number> {
  const all = await Promise.all(pages.map(states));
  return all.flat().filter((state) => state === 1).length;
}

/** Notes every status that a page says from now on. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const root = document.documentElement;
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    new MutationObserver(() => heard.push(root.dataset.toggles)).observe(root, {
      attributeFilter: ["data-toggles"],
    });
  });
}

const heard = (page: Page) => page.evaluate(() => (window as { heard?: unknown[] }).heard);
const row = (page: Page) => page.locator('[data-toggle="1"]');

test("five tabs have one socket; closing the tab that has it costs the others nothing", async ({
  context,
}) => {
  await noteSockets(context);
  await frontage("toggles", "set", "1", "off");
  const first = await context.newPage();
  await signIn(first, "/toggles");
  const others: Page[] = [];
  for (let tab = 0; tab < 4; tab++) {
    others.push(await openTab(context, "/toggles"));
  }
  for (const page of [first, ...others]) {
    await expect(page.locator("html")).toHaveAttribute("data-toggles", "live");
    await expect(row(page)).toHaveAttribute("data-active", "false");
  }
  expect(await open([first, ...others])).toBe(1);

  await frontage("toggles", "set", "1", "on");
  for (const page of [first, ...others]) {
    await expect(row(page)).toHaveAttribute("data-active", "true");
  }

  for (const page of others) await listen(page);
  await first.close();
  await frontage("toggles", "set", "1", "off");
  for (const page of others) {
    await expect(row(page)).toHaveAttribute("data-active", "false");
    expect(await heard(page)).toEqual([]);
  }
  expect(await open(others)).toBe(1);
});

test("Back brings the page from the browser's cache, with a new connection", async () => {
  // Playwright turns this cache off.
  const { launchOptions } = chromium();
  const browser = await engine.launch({
    ...launchOptions,
    headless: true,
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  try {
    const context = await browser.newContext();
    await noteSockets(context);
    const page = await context.newPage();
    // A page without a user is loaded again when it comes back.
    await signIn(page);
    await expect(page.locator("html")).toHaveAttribute("data-toggles", "live");
    await page.evaluate(() => {
      Object.assign(window, { kept: true });
      addEventListener("pageshow", ({ persisted }) => Object.assign(window, { persisted }));
    });
    await page.goto(`${running().shell}/favicon.svg`);
    // A page from the cache is not loaded again: no later event comes.
    await page.goBack({ waitUntil: "commit" });
    const { kept, persisted } = await page.evaluate(() => {
      const { kept, persisted } = window as { kept?: boolean; persisted?: boolean };
      return { kept, persisted };
    });
    expect({ kept, persisted }).toEqual({ kept: true, persisted: true });
    await expect(page.locator("html")).toHaveAttribute("data-toggles", "live");
    expect(await states(page)).toEqual([3, 1]);
  } finally {
    await browser.close();
  }
});

test("where WebSockets are blocked, toggles come from a snapshot and are polled", async ({
  context,
  page,
}) => {
  test.setTimeout(240_000);
  const polls: number[] = [];
  page.on("response", (response) => {
    if (response.url().endsWith("/toggles.json")) polls.push(response.status());
  });
  await context.routeWebSocket(/./, (socket) => socket.close());
  await frontage("toggles", "set", "1", "on");
  await signIn(page, "/toggles");
  await expect(page.locator("html")).toHaveAttribute("data-toggles", "polling");
  for (const state of ["on", "off"]) {
    await frontage("toggles", "set", "1", state);
    // A poll comes every 30 s at most, and the edge keeps the file for 5 s.
    await expect(row(page)).toHaveAttribute("data-active", String(state === "on"), { timeout: 70_000 });
  }
  // Nothing changes any more: the site answers the next poll without the file.
  const changes = polls.length;
  await expect.poll(() => polls.slice(changes), { timeout: 70_000 }).toContain(304);
});
