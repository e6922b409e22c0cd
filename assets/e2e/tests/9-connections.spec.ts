import { type BrowserContext, chromium as engine, type Page, type WebSocket } from "@playwright/test";
import { chromium } from "../src/chromium.js";
import { openTab, signIn } from "../src/pages.js";
import { frontage, running } from "../src/system.js";
import { expect, test } from "../src/test.js";

/** The toggles' sockets that the pages of a browser have open. */
function socketsOf(context: BrowserContext): () => readonly WebSocket[] {
  const sockets: WebSocket[] = [];
  context.on("page", (page) => page.on("websocket", (socket) => sockets.push(socket)));
  return () => sockets.filter((socket) => !socket.isClosed());
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
  const sockets = socketsOf(context);
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
  expect(sockets()).toHaveLength(1);

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
  expect(sockets()).toHaveLength(1);
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
    const sockets = socketsOf(context);
    const page = await context.newPage();
    await page.goto(running().shell);
    await expect(page.locator("html")).toHaveAttribute("data-toggles", "live");
    await page.evaluate(() => {
      Object.assign(window, { kept: true });
      addEventListener("pageshow", ({ persisted }) => Object.assign(window, { persisted }));
    });
    await page.goto(`${running().shell}/favicon.svg`);
    expect(sockets()).toHaveLength(0);
    // A page from the cache is not loaded again: no later event comes.
    await page.goBack({ waitUntil: "commit" });
    const { kept, persisted } = await page.evaluate(() => {
      const { kept, persisted } = window as { kept?: boolean; persisted?: boolean };
      return { kept, persisted };
    });
    expect({ kept, persisted }).toEqual({ kept: true, persisted: true });
    await expect(page.locator("html")).toHaveAttribute("data-toggles", "live");
    expect(sockets()).toHaveLength(1);
  } finally {
    await browser.close();
  }
});

test("where WebSockets are blocked, toggles come from a snapshot and are polled", async ({
  context,
  page,
}) => {
  test.setTimeout(120_000);
  const { shell } = running();
  const toggle = (isActive: boolean) => [{ featureId: { S: "1" }, isActive: { BOOL: isActive } }];
  let snapshot = toggle(true);
  const answers: number[] = [];
  await context.routeWebSocket(/./, (socket) => socket.close());
  await context.route(`${shell}/config.json`, async (route) => {
    const config = await (await route.fetch()).json();
    const toggles = { ...config.toggles, snapshotUrl: "/toggles.json" };
    await route.fulfill({ json: { ...config, toggles } });
  });
  await context.route(`${shell}/toggles.json`, async (route) => {
    const etag = `"${snapshot[0]?.isActive.BOOL}"`;
    const isKnown = (await route.request().headerValue("If-None-Match")) === etag;
    answers.push(isKnown ? 304 : 200);
    await route.fulfill(
      isKnown ? { status: 304, headers: { ETag: etag } } : { json: snapshot, headers: { ETag: etag } },
    );
  });
  await signIn(page, "/toggles");
  await expect(page.locator("html")).toHaveAttribute("data-toggles", "polling");
  await expect(row(page)).toHaveAttribute("data-active", "true");
  const before = answers.length;
  await expect.poll(() => answers.slice(before), { timeout: 35_000 }).toEqual([304]);
  snapshot = toggle(false);
  await expect(row(page)).toHaveAttribute("data-active", "false", { timeout: 35_000 });
});
