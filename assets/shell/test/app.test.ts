import type { SessionUser, ShellConfig, Toggle, TogglesStatus } from "@frontage/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "../src/app.js";
import { Overrides } from "../src/child/overrides.js";
import { Previews } from "../src/child/previews.js";
import { BUSY } from "../src/retry.js";
import { Router } from "../src/router.js";
import type { Shell } from "../src/shell.js";
import { ThemeSwitch } from "../src/theme.js";

const CONFIG: ShellConfig = {
  system: "acme",
  title: "Acme",
  login: { issuer: "https://i", url: "https://l", clientId: "c", scope: "openid" },
  toggles: { url: "wss://t" },
  teams: [
    { name: "shipping", title: "Shipping", route: "/shipping", url: "https://d1.example" },
    { name: "returns", title: "Returns", route: "/shipping/returns", url: "https://d2.example" },
  ],
  overrides: true,
};

const ADA: SessionUser = { id: "u1", name: "Ada", email: "ada@example.com", groups: ["operators"] };

class FakeSession {
  state = "signed-out";
  problem: string | undefined;
  user: SessionUser | undefined;
  signIn = vi.fn();
  signOut = vi.fn();
  #listener: () => void = () => undefined;
  onChange = (listener: () => void) => {
    this.#listener = listener;
    return () => undefined;
  };
  becomes(user: SessionUser | undefined): void {
    this.user = user;
    this.state = user ? "signed-in" : "signed-out";
    this.#listener();
  }
}

class FakeToggles {
  status: TogglesStatus = "live";
  toggles = new Map<string, Toggle>();
  #changes = new Set<(change: { changed: string[] }) => void>();
  #statuses = new Set<(status: TogglesStatus) => void>();
  onChange = (listener: (change: { changed: string[] }) => void) => {
    this.#changes.add(listener);
    return () => this.#changes.delete(listener);
  };
  onStatus = (listener: (status: TogglesStatus) => void) => {
    this.#statuses.add(listener);
    return () => this.#statuses.delete(listener);
  };
  set(id: string, isActive: boolean): void {
    const attributes = { featureId: id, featureName: `Toggle ${id}`, isActive };
    this.toggles.set(id, { id, name: `Toggle ${id}`, isActive, attributes });
    for (const tell of this.#changes) tell({ changed: [id] });
  }
  becomes(status: TogglesStatus): void {
    this.status = status;
    for (const tell of this.#statuses) tell(status);
  }
}

let session: FakeSession;
let toggles: FakeToggles;
let overrides: Overrides;
let previews: Previews;
let router: Router;
let config: ShellConfig;
let manifest: () => unknown;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("reportError", vi.fn());
  vi.stubGlobal("scrollTo", vi.fn());
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(manifest())));
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  manifest = () => ({ microFrontends: {} });
  history.replaceState(null, "", "/");
  sessionStorage.clear();
  document.body.innerHTML = '<div id="app"></div>';
  session = new FakeSession();
  toggles = new FakeToggles();
  overrides = new Overrides(true, sessionStorage);
  previews = new Previews(sessionStorage);
  router = new Router();
  config = CONFIG;
  begin();
});

/** Starts the page. */
function begin(): void {
  const shell = { config, session, toggles, router, overrides, previews, theme: new ThemeSwitch() };
  const host = document.getElementById("app") as HTMLElement;
  new App({ ...shell, client: "a", failures: new Map() } as unknown as Shell, host).start();
}

/** The teams, one of which is for some groups alone. */
function restricted(name: string, groups: string[]): ShellConfig["teams"] {
  return CONFIG.teams.map((team) => (team.name === name ? { ...team, groups } : team));
}

afterEach(async () => {
  // What a test has begun may still have something to say on the console.
  await vi.advanceTimersByTimeAsync(0);
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const find = (selector: string) => document.querySelector<HTMLElement>(selector);
const heading = () => find("fr-page")?.shadowRoot?.getElementById("heading");
const current = () => find('nav [aria-current="page"]')?.textContent;

describe("somebody who is not signed in", () => {
  it("sees the sign-in card, with what went wrong", () => {
    expect(find("h1")?.textContent).toBe("Acme");
    expect(find("nav")).toBeNull();
    find("fr-button")?.click();
    expect(session.signIn).toHaveBeenCalledOnce();
    session.problem = "Your session has ended.";
    session.becomes(undefined);
    expect(find("fr-alert")?.textContent).toBe("Your session has ended.");
  });

  it("gets the card again when the session ends, and nothing of the page stays", () => {
    session.becomes(ADA);
    router.navigate("/shipping");
    session.becomes(undefined);
    expect(find("[data-child]")).toBeNull();
    expect(find("h1")?.textContent).toBe("Acme");
  });
});

describe("the frame", () => {
  beforeEach(() => session.becomes(ADA));

  it("has the teams and the platform's pages in its navigation", () => {
    const links = [...document.querySelectorAll("nav a")].map((link) => link.getAttribute("href"));
    expect(links).toEqual(["/", "/shipping", "/shipping/returns", "/toggles", "/releases"]);
    expect(find(".skip")?.getAttribute("href")).toBe("#main");
  });

  it("names who is signed in, and signs out", () => {
    expect(find(".user-button")?.textContent).toContain("Ada");
    find(".user-menu fr-button")?.click();
    expect(session.signOut).toHaveBeenCalledOnce();
  });

  it("switches the theme, and keeps the choice", () => {
    const dark = find('input[value="dark"]') as HTMLInputElement;
    dark.checked = true;
    dark.dispatchEvent(new Event("change"));
    expect(document.documentElement.dataset.theme).toBe("dark");
    expect(new ThemeSwitch().current).toBe("dark");
    new ThemeSwitch().choose("system");
    expect(document.documentElement.dataset.theme).toBeUndefined();
  });
});

describe("who sees what", () => {
  const links = () => [...document.querySelectorAll("nav a")].map((link) => link.getAttribute("href"));
  const CUSTOMER: SessionUser = { ...ADA, groups: ["customers"] };

  it("is all that groups do not restrict", () => {
    session.becomes({ ...ADA, groups: [] });
    expect(links()).toEqual(["/", "/shipping", "/shipping/returns", "/toggles", "/releases"]);
  });

  it("is what the person's groups have: in the navigation, on the home page, and at the address", async () => {
    config = { ...CONFIG, operators: ["operators"], teams: restricted("returns", ["operators"]) };
    begin();
    session.becomes(CUSTOMER);
    expect(links()).toEqual(["/", "/shipping"]);
    expect([...document.querySelectorAll("a.tile")].map((tile) => tile.getAttribute("href"))).toEqual([
      "/shipping",
    ]);
    for (const [path, title] of [
      ["/shipping/returns/1", "Returns"],
      ["/toggles/", "Toggles"],
      ["/releases", "Releases"],
    ]) {
      router.navigate(path as string);
      expect(heading()?.textContent).toBe(title);
      expect(find("fr-page")?.getAttribute("lead")).toContain("does not include");
      expect(find("[data-child]")).toBeNull();
    }
  });

  it("follows the token, and what is shown stays", async () => {
    config = { ...CONFIG, operators: ["operators"], teams: restricted("returns", ["operators"]) };
    begin();
    session.becomes(CUSTOMER);
    router.navigate("/shipping");
    const area = find("[data-child]");
    session.becomes({ ...ADA, name: "Ada L." });
    expect(links()).toContain("/releases");
    expect(current()).toBe("SShipping");
    expect(find(".user-button")?.textContent).toContain("Ada L.");
    expect(find("[data-child]")).toBe(area);
    router.navigate("/shipping/returns");
    expect(find("[data-child]")?.dataset.child).toBe("returns");
    session.becomes(CUSTOMER);
    expect(find("[data-child]")).toBeNull();
  });
});

describe("the home page", () => {
  it("asks no site for anything", async () => {
    const fetched = vi.fn();
    vi.stubGlobal("fetch", fetched);
    session.becomes(ADA);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(heading()?.textContent).toBe("Hello, Ada");
    expect(fetched).not.toHaveBeenCalled();
  });

  it("fetches an application ahead, once, when somebody is about to follow its link", async () => {
    const entry = { url: "/assets/main.js", metadata: { integrity: "sha384-AAAA", version: "1.0.0+aa" } };
    manifest = () => ({ microFrontends: { "@acme/shipping": [entry] } });
    session.becomes(ADA);
    for (const type of ["pointerover", "focusin"]) {
      find('a.tile[href="/shipping"] strong')?.dispatchEvent(new Event(type, { bubbles: true }));
      await vi.advanceTimersByTimeAsync(0);
    }
    const preloads = [...document.querySelectorAll<HTMLLinkElement>('link[rel="modulepreload"]')];
    expect(preloads.map((link) => [link.href, link.integrity])).toEqual([
      ["https://d1.example/assets/main.js", "sha384-AAAA"],
    ]);
  });
});

describe("navigation", () => {
  beforeEach(() => session.becomes(ADA));

  it("shows the page, its title and place, moves the focus to the heading, and announces it", async () => {
    router.navigate("/releases");
    expect(heading()?.textContent).toBe("Releases");
    expect(document.title).toBe("Releases · Acme");
    expect(current()).toBe("Releases");
    expect(find("fr-page")?.shadowRoot?.activeElement).toBe(heading());
    await vi.advanceTimersByTimeAsync(50);
    expect(find('[data-testid="announcer"]')?.textContent).toBe("Releases");
  });

  it("knows a team's pages by their beginning, and by the longest one", () => {
    router.navigate("/shipping/orders/7?tab=log");
    expect(find("[data-child]")?.dataset.child).toBe("shipping");
    router.navigate("/shipping/returns/1");
    expect(find("[data-child]")?.dataset.child).toBe("returns");
    router.navigate("/shippings");
    expect(heading()?.textContent).toBe("Page not found");
  });

  it("within a team's pages keeps the child's area", () => {
    router.navigate("/shipping");
    const area = find("[data-child]");
    router.navigate("/shipping/orders", "within");
    expect(find("[data-child]")).toBe(area);
  });

  it("shows a team without a release inside its own area", async () => {
    router.navigate("/shipping");
    await vi.advanceTimersByTimeAsync(0);
    expect(find("[data-child]")?.dataset.state).toBe("failed");
    expect(find(".child-reason")?.textContent).toContain("no release of @acme/shipping");
  });
});

describe("the toggles page", () => {
  beforeEach(() => {
    session.becomes(ADA);
    toggles.set("1", true);
    router.navigate("/toggles");
  });

  it("lists them, and follows changes in place", () => {
    toggles.set("2", false);
    const row = find('[data-toggle="1"]');
    expect(row?.dataset.active).toBe("true");
    toggles.set("2", true);
    expect(find('[data-toggle="1"]')).toBe(row);
    expect(find('[data-toggle="2"]')?.dataset.active).toBe("true");
  });

  it("says when what it shows may be old", () => {
    const note = find("fr-page > fr-alert");
    expect(note?.hidden).toBe(true);
    toggles.becomes("stale");
    expect(note?.hidden).toBe(false);
    expect(find("fr-page [data-testid=toggles-status]")?.textContent).toBe("Reconnecting");
    toggles.becomes("polling");
    expect(note?.hidden).toBe(false);
    expect(find("fr-page [data-testid=toggles-status]")?.textContent).toBe("Polling");
  });
});

describe("the releases page", () => {
  it("shows each version, its share, and which one is this browser's", async () => {
    const entry = (version: string, traffic: number, isDefault: boolean) => ({
      url: "/x.js",
      metadata: { integrity: "sha384-AAAA", version },
      deployment: { traffic, default: isDefault },
    });
    const versions = [entry("1.0.0+aa", 0, true), entry("1.1.0+bb", 100, false)];
    manifest = () => ({ microFrontends: { "@acme/shipping": versions } });
    session.becomes(ADA);
    router.navigate("/releases");
    await vi.advanceTimersByTimeAsync(0);
    const rows = [...document.querySelectorAll('[data-team="shipping"] .version')].map(
      (row) => row.textContent,
    );
    expect(rows).toEqual(["1.0.0aaDefault0 %", "1.1.0bbCanaryYours100 %"]);
    expect(find('[data-team="returns"]')?.textContent).toContain("no release of @acme/returns");
  });
});

describe("a manifest that does not come", () => {
  it("is asked for again, and the pages say so, and then how often", async () => {
    vi.stubGlobal("fetch", async () => new Response("", { status: 503 }));
    session.becomes(ADA);
    router.navigate("/releases");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(find('[data-team="shipping"] fr-spinner')?.getAttribute("label")).toBe(BUSY);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(find('[data-team="shipping"] fr-alert')?.textContent).toMatch(/answered 503 \(tried \d+ times/);
  });
});

describe("overrides", () => {
  it("are shown in a banner, and can be taken away", () => {
    overrides.take("?mfe:shipping=http://localhost:5173/src/main.ts", true);
    session.becomes(ADA);
    const banner = find('[data-testid="overrides"]');
    expect(banner?.textContent).toContain("http://localhost:5173/src/main.ts");
    banner?.querySelector("fr-button")?.click();
    expect(banner?.hidden).toBe(true);
    expect(overrides.all()).toEqual([]);
  });

  it("leave the rest of the query, and are kept for the tab", () => {
    expect(overrides.take("?a=1&mfe:shipping=http://localhost:1/x.ts", true)).toBe("?a=1");
    expect(new Overrides(true, sessionStorage).get("shipping")).toBe("http://localhost:1/x.ts");
  });

  it.each(["https://evil.example/x.js", "http://localhost.evil.example/", "javascript:1", "/x.js"])(
    "are never from elsewhere: %s",
    (url) => {
      overrides.take(`?mfe:shipping=${encodeURIComponent(url)}`, true);
      expect(overrides.all()).toEqual([]);
    },
  );

  it("do not exist where the system has them off", () => {
    overrides.take("?mfe:shipping=http://localhost:1/x.ts", true);
    const off = new Overrides(false, sessionStorage);
    off.take("?mfe:billing=http://localhost:1/x.ts", false);
    expect(off.all()).toEqual([]);
  });
});
