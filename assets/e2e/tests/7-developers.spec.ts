import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { signIn, stands, visit } from "../src/pages.js";
import { ROOT, running } from "../src/system.js";
import { expect, test } from "../src/test.js";

/** A child on its developer's own machine. */
const OWN = "http://localhost:5173";

let server: ChildProcess;

test.beforeAll(async () => {
  const vite = resolve(ROOT, "assets/node_modules/.bin/vite");
  server = spawn(vite, ["--strictPort"], { cwd: resolve(ROOT, "assets/shipping"), stdio: "ignore" });
  await expect
    .poll(async () => (await fetch(`${OWN}/src/main.ts`).catch(() => undefined))?.status, { timeout: 30_000 })
    .toBe(200);
});

test.afterAll(async () => {
  // The next worker, which there is after a failure, needs the port.
  const ended = once(server, "exit");
  if (server.kill()) await ended;
});

test("a child runs alone for its developers", async ({ page }) => {
  await page.goto(OWN);
  await expect(page.getByRole("heading", { name: "Shipping" })).toBeVisible();
  await expect(page.getByText("Standing desk, oak")).toBeVisible();
});

test("a child of a developer's own machine shows in the deployed shell, in that tab", async ({ page }) => {
  await signIn(page);
  const released = await (await visit(page, "shipping")).getAttribute("data-version");
  const loaded: string[] = [];
  page.on("response", (response) => loaded.push(response.url()));
  await page.goto(`${running().shell}/shipping?mfe:shipping=${OWN}/src/main.ts`);
  const child = await stands(page, "shipping");
  await expect(child).toContainText("Standing desk, oak");
  await expect(child).toContainText(running().user);
  expect(await child.getAttribute("data-version")).not.toBe(released);
  expect(loaded).toContain(`${OWN}/src/main.ts`);
  expect(
    loaded.filter((url) => /\/session-\d+\.js$/.test(url)),
    "the shell's session",
  ).not.toHaveLength(0);

  const other = await page.context().newPage();
  await other.goto(`${running().shell}/shipping`);
  expect(await (await stands(other, "shipping")).getAttribute("data-version")).toBe(released);
});
