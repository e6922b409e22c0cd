import type { WebSocket } from "@playwright/test";
import { area, openTab, signIn, stands, TEAMS, visit } from "../src/pages.js";
import { running } from "../src/system.js";
import { expect, test } from "../src/test.js";

test("one sign-in, by code with PKCE, serves the shell and all children", async ({ page }) => {
  const asked: URL[] = [];
  const sockets: WebSocket[] = [];
  const modules: Promise<string>[] = [];
  page.on("request", (request) => {
    asked.push(new URL(request.url()));
    // Those of the page before are closed with it.
    if (request.isNavigationRequest()) sockets.length = 0;
  });
  page.on("websocket", (socket) => sockets.push(socket));

  await signIn(page);
  const logins = () => asked.filter((url) => url.pathname === "/oauth2/authorize");
  expect(logins()).toHaveLength(1);
  expect(logins()[0]?.searchParams.get("response_type")).toBe("code");
  expect(logins()[0]?.searchParams.get("code_challenge_method")).toBe("S256");
  page.on("response", (response) => {
    const isScript = response.request().resourceType() === "script" && response.ok();
    // Not those that the shell loads later.
    if (isScript && new URL(response.url()).origin !== running().shell) modules.push(response.text());
  });

  for (const team of TEAMS) {
    const child = await visit(page, team);
    await expect(child).toContainText(running().user);
  }
  expect(logins(), "no child signs in").toHaveLength(1);
  // Requests of children's own, with the session's token.
  await expect(await visit(page, "billing")).toContainText(`Receipts go to ${running().user}.`);
  await visit(page, "profile");
  await expect(area(page, "profile")).toContainText("Confirmed");

  // One copy of what they share: the shell's. The children's modules name it, and have none of their own.
  const loaded = (path: RegExp) =>
    new Set(asked.filter((url) => path.test(url.pathname)).map((url) => url.href));
  for (const shared of ["session", "toggles", "ui"]) {
    expect([...loaded(new RegExp(`/${shared}-\\d+\\.js$`))], shared).toHaveLength(1);
  }
  const children = await Promise.all(modules);
  expect(children).toHaveLength(TEAMS.length);
  for (const module of children) {
    expect(module).toMatch(/from\s*["'`]@frontage\/(session|toggles|ui)["'`]/);
    for (const own of ["code_challenge", "new WebSocket"]) expect(module.includes(own), own).toBe(false);
  }
  // And one connection.
  expect(sockets).toHaveLength(1);
});

test("a link to a child's page leads there after the sign-in", async ({ page }) => {
  await signIn(page, "/billing");
  await stands(page, "billing");
});

test("a reload keeps the session without asking", async ({ page }) => {
  await signIn(page, "/shipping");
  await stands(page, "shipping");
  await page.reload();
  await stands(page, "shipping");
  expect(new URL(page.url()).pathname).toBe("/shipping");
});

test("signing out ends the session in every tab", async ({ page, context }) => {
  await signIn(page);
  const other = await openTab(context, "/profile");
  await stands(other, "profile");

  await page.getByRole("button", { name: running().user }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL((url) => url.origin === running().shell);
  for (const tab of [page, other]) {
    await expect(tab.getByRole("button", { name: "Sign in" })).toBeVisible();
    await expect(tab.locator("[data-child][data-state=ready]")).toHaveCount(0);
  }
  // The login page has forgotten it, too.
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.locator("#password")).toBeVisible();
});
