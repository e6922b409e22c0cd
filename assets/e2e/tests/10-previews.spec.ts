import type { Page } from "@playwright/test";
import { openTab, signIn, stands, visit } from "../src/pages.js";
import { changed, preview, publish } from "../src/releases.js";
import { frontage, running } from "../src/system.js";
import { expect, test } from "../src/test.js";

const next = (text: string) => (source: string) => {
  const changed = source.replaceAll("heading:`Billing`", `heading:\`Billing ${text}\``);
  if (changed === source) throw new Error("The heading is not where it was: see billing/dist");
  return changed;
};

const notice = (page: Page) => page.getByTestId("previews");

test("a preview shows to who has its link, in that tab, until they leave it", async ({ page }) => {
  await signIn(page);
  const released = await (await visit(page, "billing")).getAttribute("data-version");
  await expect(notice(page)).toBeHidden();

  const { link, version } = await preview("billing", await changed("billing", next("preview")), "pr-12");
  expect(link).toBe(`${running().shell}/billing?mfe:billing=@pr-12`);
  await page.goto(link);
  const billing = await stands(page, "billing");
  await expect(billing).toContainText("Billing preview");
  expect(await billing.getAttribute("data-version")).toMatch(new RegExp(`${version}$`));
  await expect(notice(page)).toContainText("The preview pr-12 is shown, in this tab only.");
  await expect(page).toHaveURL(`${running().shell}/billing`);

  // Another tab of the same browser has no link.
  const other = await openTab(page.context(), "/billing");
  expect(await (await stands(other, "billing")).getAttribute("data-version")).toBe(released);
  await expect(notice(other)).toBeHidden();

  await page.reload();
  await expect(await stands(page, "billing")).toContainText("Billing preview");
  await notice(page).getByRole("button", { name: "Leave the preview" }).click();
  await expect(notice(page)).toBeHidden();
  await expect(billing).toHaveAttribute("data-version", released ?? "");
  await page.reload();
  expect(await (await stands(page, "billing")).getAttribute("data-version")).toBe(released);
});

test("a link of a preview survives the sign-in", async ({ page }) => {
  const { version } = await preview("billing", await changed("billing", next("signed in")), "pr-13");
  await signIn(page, "/billing?mfe:billing=@pr-13");
  expect(await (await stands(page, "billing")).getAttribute("data-version")).toMatch(
    new RegExp(`${version}$`),
  );
});

test("a preview that is absent or has expired is told, and the released version shows", async ({ page }) => {
  await signIn(page);
  const released = await (await visit(page, "billing")).getAttribute("data-version");
  await page.goto(`${running().shell}/billing?mfe:billing=@nowhere`);
  expect(await (await stands(page, "billing")).getAttribute("data-version")).toBe(released);
  await expect(notice(page)).toContainText(
    "The preview nowhere is not there. The released version is shown.",
  );
  await notice(page).getByRole("button", { name: "Dismiss" }).click();
  await expect(notice(page)).toBeHidden();

  const dist = await changed("billing", next("short"));
  const { link } = await preview("billing", dist, "short", "--expires", "1s");
  await expect(async () => {
    await page.goto(link);
    await stands(page, "billing");
    await expect(notice(page)).toContainText("The preview short has expired.", { timeout: 1_000 });
  }).toPass();
  expect(await (await stands(page, "billing")).getAttribute("data-version")).toBe(released);
});

test("a preview that is promoted shows to everybody, without an upload", async ({ page }) => {
  const dist = await changed("billing", next("promoted"));
  const { version } = await preview("billing", dist, "pr-14");
  await signIn(page);
  await expect(await visit(page, "billing")).not.toContainText("Billing promoted");
  await frontage("release", "promote", "billing", "pr-14");
  await visit(page, "billing");
  await expect(await stands(page, "billing")).toContainText("Billing promoted");
  expect((await publish("billing", dist)).version).toBe(version);
});
