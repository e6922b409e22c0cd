import type { Page, Route } from "@playwright/test";
import { area, signIn, stands, type Team, visit } from "../src/pages.js";
import { changed, publish, rebuilt } from "../src/releases.js";
import { directly, frontage, running } from "../src/system.js";
import { expect, test } from "../src/test.js";

const SHIPPING = { name: "Shipping", exact: true } as const;

/** Only the child's own area says that it failed; the rest of the page goes on. */
async function onlyShippingFails(page: Page): Promise<void> {
  const shipping = area(page, "shipping");
  await page.getByRole("link", SHIPPING).first().click();
  await expect(shipping).toHaveAttribute("data-state", "failed", { timeout: 40_000 });
  await expect(shipping.getByRole("alert")).toBeVisible();
  await visit(page, "profile");
  await visit(page, "billing");
}

/** Every file of a release of shipping's, its second copy too. */
const SCRIPT = /\/(assets|releases\/[^/]+(\/assets)?)\/main-[^/]+\.js/;

test("a script that is missing", async ({ page }) => {
  await signIn(page);
  await page.route(SCRIPT, (route) => route.fulfill({ status: 404, body: "" }));
  await onlyShippingFailsUntilAskedAgain(page);
});

test("a script that never comes", async ({ page }) => {
  await signIn(page);
  await page.route(SCRIPT, () => {});
  await onlyShippingFailsUntilAskedAgain(page);
});

test("a script whose bytes are not the release's", async ({ page }) => {
  await signIn(page);
  let ran = false;
  page.on("console", (message) => (ran ||= message.text().includes("tampered")));
  await page.route(SCRIPT, async (route) => {
    const answer = await route.fetch(directly(route.request().url()));
    await route.fulfill({ response: answer, body: `console.warn("tampered");\n${await answer.text()}` });
  });
  await onlyShippingFailsUntilAskedAgain(page);
  expect(ran, "what fails its integrity check never runs").toBe(false);
});

/** What the network does to shipping's script shows in its area alone, and is over once it is asked for again. */
async function onlyShippingFailsUntilAskedAgain(page: Page): Promise<void> {
  const shipping = area(page, "shipping");
  await page.getByRole("link", SHIPPING).first().click();
  await expect(shipping).toHaveAttribute("data-state", "failed", { timeout: 40_000 });
  await expect(shipping.getByRole("alert")).toBeVisible();
  await expect(page.getByRole("navigation").first()).toBeVisible();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await shipping.getByRole("button", { name: /again/i }).click();
  await stands(page, "shipping");
  await visit(page, "profile");
  await visit(page, "billing");
}

test("a module that throws as it loads, as it mounts, or later", async ({ page }) => {
  await signIn(page);
  const faults = [
    (source: string) => `throw new Error("as it loads");\n${source}`,
    () =>
      'export default class extends HTMLElement { connectedCallback() { throw new Error("as it mounts"); } }',
    () => "await new Promise(() => {});\nexport default class extends HTMLElement {}",
  ];
  for (const fault of faults) {
    await publish("shipping", await changed("shipping", fault));
    await onlyShippingFails(page);
    await frontage("release", "rollback", "shipping");
  }
  await visit(page, "shipping");
});

/** What no compiler takes away. */
const FAULT = 'if (Date.now() > 0) throw new Error("not for us");';

/** A file of a child, and a change of it that makes the child fail as it renders, or right after. */
const IN_FRAMEWORKS: readonly (readonly [Team, string, string, (source: string) => string])[] = [
  ["shipping", "src/main.ts", "Lit's render", within(/override render\(\)[^{]*\{/, FAULT)],
  [
    "billing",
    "src/billing-page.vue",
    "Vue's setup",
    (source) => source.replace("</script>", `${FAULT}\n</script>`),
  ],
  ["profile", "src/app.tsx", "React's render", within(/function Profile\([^)]*\)[^{]*\{/, FAULT)],
  [
    "profile",
    "src/app.tsx",
    "React's render, outside of a boundary",
    within(/function App\([^)]*\)[^{]*\{/, FAULT),
  ],
  [
    "profile",
    "src/boundary.tsx",
    "React's life cycle",
    within(
      /extends Component<.*\{/,
      `override componentDidMount() { setTimeout(() => this.setState(() => {${FAULT}}), 50); }`,
    ),
  ],
];

/** Adds a statement at the beginning of a block. */
function within(block: RegExp, statement: string): (source: string) => string {
  return (source) => source.replace(block, (begin) => `${begin} ${statement}`);
}

for (const [team, file, where, change] of IN_FRAMEWORKS) {
  test(`an error in ${where} shows in the child's area alone`, async ({ page }) => {
    await publish(team, await rebuilt(team, file, change));
    try {
      await signIn(page, `/${team}`);
      const child = area(page, team);
      await expect(child).toHaveAttribute("data-state", "failed");
      await expect(child.locator(".child-reason")).toHaveText("not for us");
      await visit(page, team === "billing" ? "profile" : "billing");
    } finally {
      await frontage("release", "rollback", team);
    }
    await visit(page, team);
  });
}

test("a child that shows nothing is an error", async ({ page }) => {
  const empty = () => "export default class extends HTMLElement {}";
  await publish("shipping", await changed("shipping", empty));
  try {
    await signIn(page, "/shipping");
    const child = area(page, "shipping");
    await expect(child).toHaveAttribute("data-state", "failed", { timeout: 20_000 });
    await expect(child.locator(".child-reason")).toContainText("did not show anything");
  } finally {
    await frontage("release", "rollback", "shipping");
  }
});

test("a server that is busy for a moment keeps neither the page nor a child away", async ({ page }) => {
  const asked = new Map<string, number>();
  for (const file of [/\/config\.json$/, /\/manifest\.json$/, SCRIPT]) {
    await page.route(file, async (route) => {
      // A retry may have a query of its own.
      const { origin, pathname } = new URL(route.request().url());
      const count = (asked.get(origin + pathname) ?? 0) + 1;
      asked.set(origin + pathname, count);
      if (count <= 2) await isBusy(route);
      else await route.continue();
    });
  }
  await signIn(page);
  await visit(page, "shipping");
  const files = [...asked.keys()];
  for (const file of [/\/config\.json$/, /\/manifest\.json$/, /\/assets\/main-/]) {
    expect(
      files.filter((url) => file.test(url) && (asked.get(url) ?? 0) > 2),
      `${file}`,
    ).not.toEqual([]);
  }
});

test("a server that stays busy: the page says so while it tries again, and at the end", async ({ page }) => {
  await page.route(/\/config\.json$/, isBusy);
  await page.goto(running().shell);
  await expect(page.getByRole("status")).toContainText("trying again");
  await expect(page.getByRole("heading", { name: "This page cannot start" })).toBeVisible({
    timeout: 40_000,
  });
  await expect(page.getByRole("alert")).toHaveText(/config\.json answered 503 \(tried \d+ times/);
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
});

async function isBusy(route: Route): Promise<void> {
  await route.fulfill({ status: 503, headers: { "Access-Control-Allow-Origin": "*" }, body: "" });
}
