import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Page } from "@playwright/test";
import { type Account, signIn, visit } from "../src/pages.js";
import { noteSockets, socketsOf } from "../src/sockets.js";
import { frontage, ROOT, running } from "../src/system.js";
import { expect, test } from "../src/test.js";
import { join, leave, tokensAsDescribed, tokensOf, tokensOfSeconds, user } from "../src/users.js";

const PROTOCOL = "frontage.toggles.v1";

/** How long a token lives, in seconds, instead of ten minutes: within this time the session has a new one. */
const TOKEN_LIFE = 40;

/**
 * Applies the example system with other doors of its toggles. The sites are at names of this machine that the
 * description does not know, so any origin may connect, as `dev` has it.
 */
async function applyDoors(connect: string): Promise<void> {
  const example = await readFile(resolve(ROOT, "frontage.toml"), "utf8");
  const file = resolve(ROOT, "target/e2e-doors.toml");
  await writeFile(file, example.replace("[toggles]", `[toggles]\nconnect = "${connect}"\norigins = ["*"]`));
  await frontage("--config", file, "--stack", "toggles", "--stack", "shell", "apply", "--yes");
}

/** What comes of a connection that a page attempts itself. */
function attempt(page: Page, url: string, protocols: readonly string[]): Promise<string> {
  return page.evaluate(
    ([url, protocols]) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url, [...protocols]);
        socket.onopen = () => {
          socket.close();
          resolve("open");
        };
        socket.onerror = () => resolve("refused");
      }),
    [url, protocols] as const,
  );
}

/**
 * Renewed tokens of the emulator have no groups; those of Cognito have the groups that the user is in then. So the pool
 * is asked for tokens of that moment in another way, and these are what the page gets.
 */
async function renewAsCognito(page: Page, account: Account): Promise<void> {
  await page.route("**/oauth2/token", async (route) => {
    const renews = route.request().postData()?.includes("grant_type=refresh_token");
    if (!renews) return route.continue();
    await route.fulfill({
      headers: { "access-control-allow-origin": "*" },
      json: { ...(await tokensOf(account)), token_type: "Bearer", expires_in: TOKEN_LIFE },
    });
  });
}

test.beforeAll(async () => {
  test.setTimeout(300_000);
  await applyDoors("required");
});

test.afterAll(async () => {
  test.setTimeout(300_000);
  await applyDoors("public");
});

test("where a token is required, a page connects once somebody has signed in, with the session's token", async ({
  page,
  context,
}) => {
  await frontage("toggles", "set", "1", "on");
  await noteSockets(context);
  await page.goto(`${running().shell}/toggles`);
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  expect(await socketsOf(page)).toEqual([]);

  await signIn(page, "/toggles");
  const row = page.locator('[data-toggle="1"]');
  await expect(page.locator("html")).toHaveAttribute("data-toggles", "live");
  await expect(row).toHaveAttribute("data-active", "true");
  await frontage("toggles", "set", "1", "off");
  await expect(row).toHaveAttribute("data-active", "false");

  // One before it may have failed.
  const socket = (await socketsOf(page)).at(-1);
  expect(socket).toMatchObject({ protocol: PROTOCOL, state: 1 });
  const { url = "", offered = [] } = socket ?? {};
  const [protocol, token = ""] = offered;
  expect(protocol).toBe(PROTOCOL);
  expect(token).toMatch(/^jwt\.[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(new URL(url).search).toBe("");

  expect(await attempt(page, url, [PROTOCOL])).toBe("refused");
  expect(await attempt(page, url, [PROTOCOL, `${token.slice(0, -8)}AAAAAAAA`])).toBe("refused");
  expect(await attempt(page, url, [PROTOCOL, token])).toBe("open");
});

test("a changed group counts with the next token, without a reload", async ({ page }) => {
  test.setTimeout(300_000);
  await frontage("toggles", "set", "1", "on", "--group", "beta");
  const name = "gwen@example.com";
  const account = await user(name);
  await tokensOfSeconds(TOKEN_LIFE);
  // A connection takes its time to be made.
  const within = { timeout: (TOKEN_LIFE + 15) * 1_000 };
  try {
    await renewAsCognito(page, account);
    await signIn(page, "/", account);
    const child = await visit(page, "shipping");
    await expect(page.locator("html")).toHaveAttribute("data-toggles", "live");
    await expect(child).not.toContainText("Express");
    await page.evaluate(() => Object.assign(window, { mark: "the same page" }));

    await join(name, "beta");
    await expect(child).toContainText("Express", within);
    await leave(name, "beta");
    await expect(child).not.toContainText("Express", within);
    expect(await page.evaluate(() => (window as { mark?: string }).mark)).toBe("the same page");
    await expect(page.locator("html")).toHaveAttribute("data-toggles", "live");
  } finally {
    await tokensAsDescribed();
  }
});
