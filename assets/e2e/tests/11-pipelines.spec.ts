import type { Browser } from "@playwright/test";
import { alarm, ring, silence } from "../src/alarms.js";
import { another, type StorageState, split } from "../src/clients.js";
import { area, openTab, signIn, stands, visit } from "../src/pages.js";
import { frontage, running } from "../src/system.js";
import { push, Team } from "../src/team.js";
import { expect, test } from "../src/test.js";

/** Installing, testing and building an application, on a busy machine. */
const STEPS = 240_000;

const ALARM = "shipping errors";
const CANARY = "Parcels of a canary";

let team: Team;

test.beforeAll(async () => {
  test.setTimeout(STEPS);
  team = await Team.of("shipping");
});

test.afterAll(() => team?.remove());

test.beforeEach(async () => {
  test.setTimeout(STEPS);
  await team.back();
});

/** Gives the application another heading. */
const heading = (text: string) => (source: string) => source.replace('heading="Shipping', `heading="${text}`);

/** The versions that `release list` knows. */
async function releases(): Promise<string[]> {
  const listed = JSON.parse(await frontage("release", "list", "shipping", "--format", "json"));
  return listed.map(({ version }: { version: string }) => version);
}

test("a commit of a team's own repository is shown by the shell", async ({ page }) => {
  await signIn(page);
  const shipping = await visit(page, "shipping");
  await expect(shipping).not.toContainText("Parcels of a commit");

  await team.change("src/main.ts", heading("Parcels of a commit"));
  const commit = await team.commit("next");
  const { stderr, version } = await team.released("next");
  expect(stderr).toContain(`commit ${commit}`);
  await visit(page, "profile");
  await visit(page, "shipping");
  await expect(shipping).toContainText("Parcels of a commit");
  expect(await shipping.getAttribute("data-version")).toMatch(new RegExp(`${version}$`));
});

test("a pull request's preview is seen by who has its link alone", async ({ browser, page }) => {
  await signIn(page);
  const released = await (await visit(page, "shipping")).getAttribute("data-version");
  await team.change("src/main.ts", heading("Parcels of a pull request"));
  await team.commit("request");
  const { stdout, version } = await team.released("request", "--preview", "pr-7");
  const { link } = JSON.parse(stdout);
  expect(link).toMatch(/\/shipping\?mfe:shipping=@pr-7$/);
  await page.goto(new URL(link, running().shell).href);
  const shipping = await stands(page, "shipping");
  await expect(shipping).toContainText("Parcels of a pull request");
  expect(await shipping.getAttribute("data-version")).toMatch(new RegExp(`${version}$`));

  const visitor = await another(browser, await page.context().storageState(), "visitor", "/shipping");
  const ordinary = await stands(visitor, "shipping");
  await expect(ordinary).not.toContainText("Parcels of a pull request");
  expect(await ordinary.getAttribute("data-version")).toBe(released);
  await visitor.context().close();
});

test("a canary is seen by half of the visitors, and by nobody once its alarm has rung", async ({
  browser,
  page,
}) => {
  await alarm(ALARM);
  try {
    await signIn(page);
    const state = await page.context().storageState();
    const { some, others } = split("shipping", 50);
    expect(some.length).toBeGreaterThan(35);
    expect(some.length).toBeLessThan(65);
    const [some2, others2] = [some.slice(-2), others.slice(0, 2)];

    await team.change("src/main.ts", heading(CANARY));
    await team.commit("canary");
    const run = team.run("canary", "--canary", "50", "--every", "1h", "--watch", ALARM);
    await run.says("watching an alarm");
    for (const client of some2) expect(await headingFor(client, browser, state), client).toBe(CANARY);
    for (const client of others2) expect(await headingFor(client, browser, state), client).toBe("Shipping");

    await ring(ALARM, "7 errors in a minute");
    const { code, stderr } = await run.ended;
    expect(code).toBe(1);
    expect(stderr).toContain("is ringing: 7 errors in a minute");
    for (const client of [...some2, ...others2]) {
      expect(await headingFor(client, browser, state), client).toBe("Shipping");
    }
  } finally {
    await silence(ALARM);
  }
});

/** The application's heading in a browser with this id. */
async function headingFor(client: string, browser: Browser, state: StorageState): Promise<string> {
  const page = await another(browser, state, client, "/shipping");
  const shipping = await stands(page, "shipping");
  const shown = await shipping.getByRole("heading").first().innerText();
  await page.context().close();
  return shown;
}

test("a build that fails publishes nothing, and says why", async ({ page }) => {
  await signIn(page);
  const released = await (await visit(page, "shipping")).getAttribute("data-version");
  const before = await releases();
  await team.change("src/main.ts", (source) => `import "./nowhere.js";\n${source}`);
  // Otherwise the check and the tests fail first.
  await team.change("package.json", (text) => {
    const { scripts, ...described } = JSON.parse(text);
    const passing = { check: "node --version", test: "node --version" };
    return JSON.stringify({ ...described, scripts: { ...scripts, ...passing } });
  });
  await team.commit("broken");
  const { code, stdout, stderr } = await team.run("broken").ended;
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("./nowhere.js");
  expect(stderr).toContain("the step `build` failed with exit code 1; nothing was published");
  expect(await releases()).toEqual(before);
  const other = await openTab(page.context(), "/shipping");
  await stands(other, "shipping");
  await expect(area(other, "shipping")).toHaveAttribute("data-version", released ?? "");
});

for (const name of ["billing", "profile"] as const) {
  test(`the archive's template of ${name} passes the steps in a repository of its own`, async ({ page }) => {
    const other = await Team.of(name);
    try {
      const { stderr, version } = await other.released("main");
      for (const step of ["check", "test", "build"]) expect(stderr).toContain(`==> ${step}`);
      await signIn(page);
      const shown = await visit(page, name);
      expect(await shown.getAttribute("data-version")).toMatch(new RegExp(`${version}$`));
    } finally {
      await other.remove();
    }
  });
}

test("a push to the repository that a team has in dev is shown by the shell", async ({ page }) => {
  await signIn(page);
  const shown = async () => (await visit(page, "stock")).getByRole("heading").first().innerText();
  await expect.poll(shown, { timeout: STEPS }).toBe("Stock");
  await push(running().repository, "src/main.ts", (source) => source.replace('"Stock"', '"Goods in stock"'));
  // A release shows at the next navigation.
  const again = async () => {
    await visit(page, "profile");
    return shown();
  };
  await expect.poll(again, { timeout: STEPS }).toBe("Goods in stock");
});
