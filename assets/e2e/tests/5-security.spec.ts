import { readFile } from "node:fs/promises";
import { signIn, TEAMS, visit } from "../src/pages.js";
import { DEV_LOG, directly, frontage, running } from "../src/system.js";
import { expect, test } from "../src/test.js";

test("the policy blocks an injected script, a foreign origin and an injected import map", async ({
  page,
}) => {
  await signIn(page);
  const outputs = JSON.parse(await frontage("outputs", "--format", "json"));
  const blocked = await page.evaluate(async (login) => {
    const violations: string[] = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      violations.push(event.effectiveDirective),
    );
    const add = (type: string, text: string, src?: string): void => {
      const script = document.createElement("script");
      script.type = type;
      if (src) script.src = src;
      else script.textContent = text;
      document.head.append(script);
    };
    add("text/javascript", "window.injected = true");
    add("importmap", '{"imports":{"injected":"/x.js"}}');
    add("text/javascript", "", "http://127.0.0.1:9/foreign.js");
    // The page may connect to the one, and show images of the other; scripts come from neither.
    add("text/javascript", "", `${login}/script.js`);
    add("text/javascript", "", "data:text/javascript,window.injected=true");
    const image = new Image();
    image.src = "http://127.0.0.1:9/foreign.png";
    await fetch("http://127.0.0.1:9/foreign").catch(() => undefined);
    await new Promise((later) => setTimeout(later, 500));
    return { violations: violations.sort(), ran: "injected" in window };
  }, outputs.identity.login_url);
  expect(blocked.ran).toBe(false);
  // Each policy reports for itself. Inline scripts violate the page's own alone, the foreign one both of the header, the
  // login's the first of them, and the script in an address the first and the page's own.
  expect(blocked.violations).toEqual(["connect-src", "img-src", ...Array(7).fill("script-src-elem")]);
  const handled = await page.evaluate(async () => {
    const violated = new Promise<string>((told) => {
      document.addEventListener("securitypolicyviolation", (event) => told(event.effectiveDirective));
    });
    const place = document.createElement("div");
    place.innerHTML = '<img src="data:," onerror="window.injected = true">';
    document.body.append(place);
    return { directive: await violated, ran: "injected" in window };
  });
  expect(handled).toEqual({ directive: "script-src-attr", ran: false });
});

test("no object of a bucket is readable except through its distribution", async ({ request }) => {
  const outputs = JSON.parse(await frontage("outputs", "--format", "json"));
  for (const [stack, pointer] of [
    ["shell", "index.html"],
    ["shell", "config.json"],
    ["team/billing", "manifest.json"],
  ] as const) {
    const { bucket, url } = outputs[stack];
    const direct = await request.get(`${running().endpoint}/${bucket}/${pointer}`);
    expect(direct.status(), `${stack} ${pointer}`).toBe(403);
    const site = directly(`${url}/${pointer}`);
    expect((await request.get(site.url, site)).status()).toBe(200);
  }
});

test("a token never appears in an address, in storage, on the console, or in a log", async ({
  page,
  context,
}) => {
  const addresses: string[] = [];
  const said: string[] = [];
  const tokens: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));
  page.on("console", (message) => said.push(message.text()));
  page.on("response", async (response) => {
    if (!response.url().includes("/oauth2/token") || response.request().method() !== "POST") return;
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    for (const name of ["access_token", "id_token", "refresh_token"]) {
      if (typeof answer[name] === "string") tokens.push(answer[name]);
    }
  });
  await signIn(page);
  for (const team of TEAMS) await visit(page, team);
  await page.reload();
  await visit(page, "shipping");

  expect(tokens.length).toBeGreaterThanOrEqual(3);
  const stored = await page.evaluate(async () => {
    const databases = await indexedDB.databases();
    return JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      databases,
      document.cookie,
      location.href,
    ]);
  });
  const cookies = JSON.stringify(await context.cookies());
  const log = await readFile(DEV_LOG, "utf8");
  const html = await page.content();
  for (const token of tokens) {
    for (const place of [...addresses, ...said, stored, cookies, log, html]) {
      expect(place.includes(token)).toBe(false);
    }
  }
  expect(addresses.every((address) => !/[?&#](access_token|id_token|refresh_token)=/.test(address))).toBe(
    true,
  );
});

test("every answer of the shell and the teams has the strict headers", async ({ request }) => {
  const outputs = JSON.parse(await frontage("outputs", "--format", "json"));
  for (const stack of ["shell", "team/shipping"]) {
    const site = directly(`${outputs[stack].url}/${stack === "shell" ? "" : "manifest.json"}`);
    const headers = (await request.get(site.url, site)).headers();
    expect(headers["strict-transport-security"]).toContain("max-age=63072000");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-frame-options"]).toBe("DENY");
    const policy = headers["content-security-policy"];
    for (const none of ["base-uri", "form-action", "frame-ancestors"])
      expect(policy).toContain(`${none} 'none'`);
    if (stack === "shell") {
      // Which inline scripts it has, the page says itself, before the first of them.
      expect(policy).toContain("script-src-attr 'none'");
      const before = (await (await request.get(site.url, site)).text()).split("<script")[0];
      expect(before).toMatch(
        /<meta http-equiv="Content-Security-Policy" content="script-src-elem \* &#39;sha256-[^&]+&#39;">/,
      );
    } else {
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain("unsafe");
    }
    expect(policy).not.toContain("unsafe-eval");
    expect(headers["cache-control"]).toBe("no-cache");
  }
});
