import { type BrowserContext, expect, type Locator, type Page } from "@playwright/test";
import { running } from "./system.js";

/** The teams of the example system, with the titles of their menu entries. */
export const TEAMS = ["shipping", "profile", "billing"] as const;
export type Team = (typeof TEAMS)[number];

/** A child of the shell: of one of them, or of the team that has a repository in `dev`. */
export type Child = Team | "stock";

/** A child's area in the shell. */
export function area(page: Page, team: Child): Locator {
  return page.locator(`[data-child="${team}"]`);
}

/** Waits until a child is shown in its area. */
export async function stands(page: Page, team: Child): Promise<Locator> {
  const child = area(page, team);
  await expect(child).toHaveAttribute("data-state", "ready");
  return child;
}

/** Who signs in. */
export interface Account {
  readonly user: string;
  readonly password: string;
}

/** Opens a path of the shell, and signs in on the login page: as the user that `dev` has made, if nobody else is said. */
export async function signIn(page: Page, path = "/", account: Account = running()): Promise<void> {
  const { shell } = running();
  const { user, password } = account;
  await page.goto(shell + path);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/amazoncognito\.localhost/);
  await page.locator("#username").fill(user);
  await page.locator("#password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(
    (url) => url.origin === running().shell && url.pathname === new URL(shell + path).pathname,
  );
  await expect(page.getByRole("navigation").first()).toBeVisible();
}

/** Opens a path of the shell in another tab of a browser that is signed in: without another sign-in. */
export async function openTab(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(running().shell + path);
  await page.waitForURL(running().shell + path);
  await expect(page.getByRole("navigation").first()).toBeVisible();
  return page;
}

/** Goes to a child's route through the shell's menu: without a page load. */
export async function visit(page: Page, team: Child): Promise<Locator> {
  const title = team.charAt(0).toUpperCase() + team.slice(1);
  await page.getByRole("link", { name: title, exact: true }).first().click();
  await expect(page).toHaveURL(new RegExp(`/${team}`));
  return stands(page, team);
}
