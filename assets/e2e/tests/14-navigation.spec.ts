import type { Page } from "@playwright/test";
import { area, openTab, signIn, stands, visit } from "../src/pages.js";
import { changed, publish } from "../src/releases.js";
import { frontage, running } from "../src/system.js";
import { expect, test } from "../src/test.js";

const scrolled = (page: Page): Promise<number> => page.evaluate(() => Math.round(scrollY));

/** Makes a page longer than the screen, and scrolls. */
async function scrollTo(page: Page, y: number): Promise<void> {
  await page.evaluate((y) => {
    document.body.style.minHeight = "300vh";
    window.scrollTo(0, y);
  }, y);
  await expect.poll(() => scrolled(page)).toBe(y);
}

test("back and forward lead to where one was on the page, and a link to its top", async ({ page }) => {
  await signIn(page, "/shipping");
  await stands(page, "shipping");
  await scrollTo(page, 260);
  await visit(page, "profile");
  expect(await scrolled(page)).toBe(0);
  await page.goBack();
  await stands(page, "shipping");
  await expect.poll(() => scrolled(page)).toBe(260);
  await page.goForward();
  await stands(page, "profile");
  await expect.poll(() => scrolled(page)).toBe(0);
});

test("on a phone, moving within an application leaves the page where it is", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 700 });
  await signIn(page, "/billing");
  await stands(page, "billing");
  await scrollTo(page, 400);
  await page.evaluate(() => history.pushState(null, "", "/billing?tab=paid"));
  await expect(page).toHaveURL(/tab=paid/);
  expect(await scrolled(page)).toBe(400);
  const strip = page.getByRole("navigation").first();
  const [at, wide] = [
    await strip.getByRole("link", { name: "Billing" }).boundingBox(),
    await strip.boundingBox(),
  ];
  expect(at && wide && at.x >= 0 && at.x + at.width <= wide.x + wide.width).toBe(true);
});

test("a child's own router leads to other pages of the shell, and stays in its own", async ({ page }) => {
  await signIn(page, "/shipping");
  const shipping = await stands(page, "shipping");
  const before = await shipping.locator(":scope > *").first().elementHandle();
  await page.evaluate(() => history.pushState(null, "", "/shipping/FR-20931"));
  await expect(page.getByRole("link", { name: "Shipping", exact: true }).first()).toHaveAttribute(
    "aria-current",
    "page",
  );
  expect(await before?.evaluate((element) => element.isConnected), "it is not mounted again").toBe(true);
  await page.evaluate(() => history.pushState(null, "", "/billing"));
  await stands(page, "billing");
  await expect(page).toHaveTitle(/^Billing/);
  await expect(page.getByRole("link", { name: "Billing", exact: true }).first()).toHaveAttribute(
    "aria-current",
    "page",
  );
});

test("unsaved changes are asked about before they are left, by a link and by Back", async ({ page }) => {
  const dirty = (source: string) =>
    source.replace(
      /export\s*\{\s*(\w+) as default\s*\};?/,
      (_, name) => `export default class extends ${name} {
        connectedCallback() { this.context.guard(() => true); super.connectedCallback(); }
      }`,
    );
  await publish("shipping", await changed("shipping", dirty));
  try {
    await signIn(page, "/profile");
    await stands(page, "profile");
    await visit(page, "shipping");
    const questions: string[] = [];
    let answer = false;
    page.on("dialog", async (dialog) => {
      questions.push(dialog.type());
      await (answer ? dialog.accept() : dialog.dismiss());
    });
    await page.getByRole("link", { name: "Billing", exact: true }).first().click();
    await expect.poll(() => questions).toEqual(["confirm"]);
    await expect(page).toHaveURL(/\/shipping/);
    await stands(page, "shipping");
    await page.evaluate(() => history.back());
    await expect.poll(() => questions).toEqual(["confirm", "confirm"]);
    await expect(page).toHaveURL(/\/shipping/);
    await stands(page, "shipping");
    answer = true;
    await page.getByRole("link", { name: "Billing", exact: true }).first().click();
    await stands(page, "billing");
  } finally {
    await frontage("release", "rollback", "shipping");
  }
});

test("addresses with dots and with a slash at the end are pages", async ({ page }) => {
  await signIn(page, "/profile/ada.lovelace");
  await stands(page, "profile");
  await page.goto(`${running().shell}/toggles/`);
  await expect(page.getByRole("heading", { name: "Toggles", level: 1 })).toBeVisible();
  await page.goto(`${running().shell}/releases/`);
  await expect(page.getByRole("heading", { name: "Releases", level: 1 })).toBeVisible();
});

test("what is about to be opened is fetched ahead, and the home page asks no site", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await signIn(page);
  await page.waitForLoadState("networkidle");
  expect(asked.filter((path) => path.endsWith("/manifest.json"))).toEqual([]);
  await page.getByRole("link", { name: "Shipping", exact: true }).first().hover();
  await expect.poll(() => asked.filter((path) => /^\/assets\/main-/.test(path))).toHaveLength(1);
  await visit(page, "shipping");
  expect(
    asked.filter((path) => /^\/assets\/main-/.test(path)),
    "once",
  ).toHaveLength(1);
});

test("a child that was shown is shown again though its site is away", async ({ page }) => {
  await signIn(page, "/shipping");
  await stands(page, "shipping");
  await visit(page, "profile");
  await page.route(/manifest\.json$/, (route) => route.abort());
  await visit(page, "shipping");
  await page.unrouteAll();
});

test("a new tab is signed in by the open ones, and no reload adds to the history", async ({
  page,
  context,
}) => {
  await signIn(page, "/shipping");
  const logins: string[] = [];
  context.on("request", (request) => {
    if (request.url().includes("/oauth2/authorize")) logins.push(request.url());
  });
  const second = await openTab(context, "/billing");
  await stands(second, "billing");
  expect(logins).toEqual([]);
  const entries = () => second.evaluate(() => history.length);
  const before = await entries();
  for (let count = 0; count < 2; count++) {
    await second.reload();
    await stands(second, "billing");
  }
  expect(logins, "the other tab answers").toEqual([]);

  await page.close();
  await second.reload();
  await stands(second, "billing");
  expect(logins, "nobody answers").toHaveLength(1);
  expect(await entries()).toBe(before);
});

test("a signed-out tab notices a sign-in in another", async ({ page, context }) => {
  const waiting = page;
  await waiting.goto(running().shell);
  await expect(waiting.getByRole("button", { name: "Sign in" })).toBeVisible();
  await signIn(await context.newPage());
  await expect(waiting.getByRole("navigation").first()).toBeVisible();
  await visit(waiting, "billing");
});

test("with cookies and storage forbidden the page works", async ({ page }) => {
  await page.addInitScript(() => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      });
    }
  });
  await page.goto(running().shell);
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
});

test("each application has a colour of its own", async ({ page }) => {
  await signIn(page);
  const colours = await page
    .getByRole("navigation")
    .first()
    .locator(".monogram")
    .evaluateAll((all) => all.map((each) => getComputedStyle(each).backgroundColor));
  expect(colours).toHaveLength(4);
  expect(new Set(colours).size, "each its own").toBe(4);
  for (const colour of colours) expect(colour).toMatch(/^oklch\(/);
});

test("text has the reader's own size, and in forced colours the focus is seen", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await signIn(page, "/profile");
  await stands(page, "profile");
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe("16px");
  await page.getByRole("link", { name: "Home" }).first().focus();
  await page.keyboard.press("Tab");
  const outline = await page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement as Element);
    return `${outlineStyle} ${outlineWidth}`;
  });
  expect(outline).toBe("solid 2px");
  await expect(area(page, "profile")).toBeVisible();
});
