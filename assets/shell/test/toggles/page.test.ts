import type { SessionUser, ShellConfig, Toggle, TogglesStatus } from "@frontage/contract";
import "@frontage/ui";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "../../src/app.js";
import { Overrides } from "../../src/child/overrides.js";
import { Previews } from "../../src/child/previews.js";
import { Operators } from "../../src/operators.js";
import { Router } from "../../src/router.js";
import type { Shell } from "../../src/shell.js";
import { ThemeSwitch } from "../../src/theme.js";
import { Backend, type Person } from "./backend.js";

vi.setConfig({ testTimeout: 60_000 });

/** Waits for something that happens, however long a busy machine needs for it. */
function until<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 10 });
}

const API = "https://a1.execute-api.example";

const CONFIG: ShellConfig = {
  system: "acme",
  title: "Acme",
  login: { issuer: "https://i", url: "https://l", clientId: "c", scope: "openid" },
  toggles: { url: "wss://t", api: API },
  teams: [],
  overrides: false,
};

const PEOPLE: readonly Person[] = [
  { sub: "ada", name: "ada@example.com", groups: ["operators"] },
  { sub: "grace", name: "grace@example.com", groups: ["operators"] },
  { sub: "joan", name: "joan@example.com", groups: ["shipping"] },
  { sub: "cid", name: "cid@example.com", groups: ["customers"] },
  { sub: "eve", name: "eve@example.com", groups: [] },
];

class FakeSession {
  state = "signed-out";
  problem: string | undefined;
  user: SessionUser | undefined;
  getIdToken = async () => this.user?.id ?? "";
  #listeners = new Set<() => void>();
  onChange = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => undefined;
  };
  becomes(sub: string | undefined): void {
    const person = PEOPLE.find((each) => each.sub === sub);
    this.user = person && { id: person.sub, name: person.name, email: undefined, groups: person.groups };
    this.state = this.user ? "signed-in" : "signed-out";
    for (const tell of this.#listeners) tell();
  }
}

class FakeToggles {
  status: TogglesStatus = "live";
  toggles = new Map<string, Toggle>();
  readonly changes = new Set<(change: { changed: string[] }) => void>();
  onChange = (listener: (change: { changed: string[] }) => void) => {
    this.changes.add(listener);
    return () => this.changes.delete(listener);
  };
  onStatus = () => () => undefined;
}

let backend: Backend;
let session: FakeSession;
let live: FakeToggles;
let router: Router;
let asked: string[];
let config: ShellConfig;

beforeEach(() => {
  vi.stubGlobal("scrollTo", vi.fn());
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  live = new FakeToggles();
  asked = [];
  backend = new Backend({
    personOf: (token) => PEOPLE.find(({ sub }) => sub === token),
    mayFlip: { operators: ["*"], shipping: ["shipping.*"] },
    isProtected: ["payment.*"],
    segments: [{ name: "staff", condition: {} }],
    exposures: { "shipping.express": { on: 3, off: 9 } },
    connections: Array.from({ length: 40 }, (_, at) => (at < 4 ? ["beta"] : [])),
    changed: (id) => {
      for (const tell of live.changes) tell({ changed: [id] });
    },
  });
  vi.stubGlobal("fetch", async (...how: ConstructorParameters<typeof Request>) => {
    const request = new Request(...how);
    asked.push(`${request.method} ${new URL(request.url).pathname}`);
    return backend.handle(request);
  });
  backend.put("shipping.express", { name: "Express", isActive: false });
  backend.put("payment.cards", {
    name: "Cards",
    isActive: true,
    rules: { prerequisites: ["shipping.express"] },
  });
  backend.put("other", { isActive: true, rules: { targeting: { if: [{ $ref: "staff" }, "on", "off"] } } });
  history.replaceState(null, "", "/");
  document.body.innerHTML = '<div id="app"></div>';
  session = new FakeSession();
  router = new Router();
  config = CONFIG;
  const shell = {
    get config() {
      return config;
    },
    session,
    toggles: live,
    operators: new Operators(API, session as never),
    router,
    overrides: new Overrides(false, sessionStorage),
    previews: new Previews(sessionStorage),
    theme: new ThemeSwitch(),
    client: "a",
    failures: new Map(),
  };
  new App(shell as unknown as Shell, document.getElementById("app") as HTMLElement).start();
});

afterEach(async () => {
  session.becomes(undefined);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const find = <T extends HTMLElement = HTMLElement>(selector: string) => document.querySelector<T>(selector);
const text = (selector: string) => find(selector)?.textContent ?? "";

async function found<T extends HTMLElement = HTMLElement>(selector: string): Promise<T> {
  return until(() => find<T>(selector) ?? expect.fail(`no ${selector} in ${document.body.textContent}`));
}

async function says(selector: string, words: string | RegExp): Promise<void> {
  await until(() => expect(text(selector)).toMatch(words));
}

function press(words: string, within = "main"): void {
  const all = [...document.querySelectorAll<HTMLElement>(`${within} fr-button, ${within} button`)];
  const button = all.find(({ textContent }) => textContent?.trim() === words);
  if (!button) throw new Error(`no button ${words} in ${all.map(({ textContent }) => textContent)}`);
  button.click();
}

function submit(): void {
  find("form")?.dispatchEvent(new Event("submit", { cancelable: true, bubbles: true }));
}

async function open(sub: string, path = "/toggles"): Promise<void> {
  session.becomes(sub);
  router.navigate(path);
  await until(() => expect(find("main fr-spinner[label='Loading the toggles']")).toBeNull());
}

const rows = () =>
  [...document.querySelectorAll<HTMLElement>(".toggle-row")].map(
    ({ dataset }) => `${dataset.toggle} ${dataset.active}`,
  );
const switchOf = (id: string) => find(`[data-toggle="${id}"] [role=switch]`) as HTMLElement;

describe("who is no operator", () => {
  it.each(["cid", "eve"])("has no entry in the navigation, and is told on the page: %s", async (sub) => {
    await open(sub);
    expect(text("main fr-alert")).toContain("Ask an operator");
    expect(find('nav a[href="/toggles"]')?.parentElement?.hidden).toBe(true);
    expect(text("main")).not.toContain("Express");
    router.navigate("/");
    expect(find('main a[href="/toggles"]')?.parentElement?.hidden).toBe(true);
  });

  it("in no group is not even asked for", async () => {
    await open("eve");
    expect(asked).toEqual([]);
  });
});

describe("an operator", () => {
  it("has an entry in the navigation, once the API has said so, and is asked for once", async () => {
    session.becomes("ada");
    const entry = find('nav a[href="/toggles"]')?.parentElement;
    expect(entry?.hidden).toBe(true);
    await until(() => expect(entry?.hidden).toBe(false));
    router.navigate("/releases");
    router.navigate("/");
    expect(asked).toEqual(["GET /toggles"]);
  });

  it("is told which part of an answer is not what was agreed on", async () => {
    backend.answerNext(200, {
      you: { name: "ada", groups: [], mayFlip: [] },
      toggles: [{ id: 1 }],
      segments: [],
    });
    await open("ada");
    expect(text("main fr-alert")).toContain("toggles: toggles[0].id is 1: must be a non-empty string");
  });

  it("is asked for again if the API could not say", async () => {
    backend.answerNext(400, { title: "Out of order", detail: "Later." });
    await open("ada");
    expect(find("main fr-alert")?.getAttribute("heading")).toBe("Out of order");
    press("Try again");
    await until(() => expect(rows()).toHaveLength(3));
  });
});

describe("the list", () => {
  beforeEach(() => open("ada"));

  it("shows the switch and the rules of each, not what they come to for who looks", async () => {
    expect(rows()).toEqual(["other true", "payment.cards true", "shipping.express false"]);
    expect(text('[data-toggle="payment.cards"]')).toContain("Only where shipping.express is on");
    expect(text('[data-toggle="payment.cards"] fr-badge')).toBe("Protected");
  });

  it("is searched by id, name and whom rules name, and the URL says so", async () => {
    const search = find<HTMLElementTagNameMap["fr-field"]>("fr-field[type=search]");
    if (!search) throw new Error("no search");
    for (const [words, ids] of [
      ["express", ["payment.cards true", "shipping.express false"]],
      ["STAFF", ["other true"]],
      ["cards payment", ["payment.cards true"]],
      ["nothing of the kind", []],
    ] as const) {
      search.value = words;
      search.dispatchEvent(new Event("input"));
      expect(rows()).toEqual(ids);
    }
    expect(new URLSearchParams(location.search).get("search")).toBe("nothing of the kind");
    expect(text("main")).toContain("No toggle is like that");
  });

  it.each([
    ["off", ["shipping.express false"]],
    ["rules", ["other true", "payment.cards true"]],
    ["protected", ["payment.cards true"]],
    ["awaiting", []],
  ])("shows those that are %s, also from a link", async (show, ids) => {
    router.navigate("/");
    router.navigate(`/toggles?show=${show}`);
    await until(() => expect(rows()).toEqual(ids));
  });

  it("flips a switch once the API has said so", async () => {
    const express = switchOf("shipping.express");
    express.click();
    expect(express.getAttribute("aria-checked")).toBe("false");
    expect(express.getAttribute("aria-busy")).toBe("true");
    // It would be on for all 40.
    await found("dialog[open]");
    press("Switch on", "dialog");
    await until(() => expect(express.getAttribute("aria-checked")).toBe("true"));
    expect(backend.kept("shipping.express")).toMatchObject({ isActive: true, revision: 2 });
    expect(find("dialog")).toBeNull();
  });

  it("flips nothing if who is asked says no", async () => {
    switchOf("shipping.express").click();
    await found("dialog[open]");
    press("Cancel", "dialog");
    await until(() => expect(switchOf("shipping.express").getAttribute("aria-busy")).toBe("false"));
    expect(backend.kept("shipping.express")?.isActive).toBe(false);
  });

  it("switches off without a question", async () => {
    switchOf("other").click();
    await until(() => expect(rows()[0]).toBe("other false"));
    expect(asked).not.toContain("POST /audience");
  });

  it("follows others", async () => {
    backend.put("shipping.express", { isActive: true });
    backend.put("shipping.later", { name: "Later" });
    await until(() => expect(rows()).toContain("shipping.express true"));
    await until(() => expect(rows()).toHaveLength(4));
  });

  it("says who was first, and what they did, and looks again", async () => {
    live.changes.clear();
    backend.put("other", { isActive: true, name: "Another" }, "grace@example.com", "for the launch");
    switchOf("other").click();
    await says(
      '[data-toggle="other"] fr-alert',
      /grace@example.com changed it \(Name: other → Another\).*“for the launch”/,
    );
    expect(switchOf("other").getAttribute("aria-checked")).toBe("true");
    press("Look again");
    await says('[data-toggle="other"]', "Another");
    expect(find('[data-toggle="other"] fr-alert')).toBeNull();
  });

  it("says what the API refuses, and the switch stays", async () => {
    backend.answerNext(403, { title: "Not allowed", detail: "You may not change other", code: "forbidden" });
    switchOf("other").click();
    await says('[data-toggle="other"] fr-alert', "You may not change other");
    expect(rows()[0]).toBe("other true");
  });
});

it("who may flip some sees the state of the others", async () => {
  await open("joan");
  expect(find('[data-toggle="other"] [role=switch]')).toBeNull();
  expect(text('[data-toggle="other"] .toggle-switch')).toBe("On");
  expect(switchOf("shipping.express")).not.toBeNull();
  router.navigate("/toggles?id=other");
  await says("main", "You may change shipping.*");
  expect(find("form")).toBeNull();
});

describe("a toggle's own page", () => {
  beforeEach(async () => {
    await open("ada", "/toggles?id=shipping.express");
    await found("[data-revision]");
  });

  const add = (label: string, name: string) => {
    const input = [...document.querySelectorAll<HTMLInputElement>(".add input")].find(
      ({ id }) => text(`label[for="${id}"]`) === label,
    );
    if (!input) throw new Error(`no ${label}`);
    input.value = name;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  it("says what the rules come to, and counts whom a change affects, before it is saved", async () => {
    expect(document.title).toBe("shipping.express · Acme");
    await says("[data-figure=now]", "0 of 40");
    find("form [role=switch]")?.click();
    await says("[data-figure=then]", "+40");
    add("Groups", "beta");
    await says(".in-words", "On for people in the group beta.");
    await says("[data-figure=then]", "4 of 40");
    expect(text("form")).toContain("Not saved: switch, for whom.");
    const comment = [...document.querySelectorAll("fr-field")].at(-1);
    if (comment) comment.value = "first the testers";
    submit();
    await says("main .notices [role=status]", "Saved");
    expect(backend.kept("shipping.express")).toMatchObject({
      isActive: true,
      rules: { targeting: { if: [{ in: ["beta", { var: "groups" }] }, "on", "off"] } },
    });
    await says("[data-part=history]", "first the testers");
    expect(comment?.value).toBe("");
  });

  it("says in how many page loads it was asked for, and what was answered, if that is counted", async () => {
    expect(find("[data-part=exposure]")).toBeNull();
    expect(asked).not.toContain("GET /exposure");
    config = { ...CONFIG, toggles: { ...CONFIG.toggles, exposure: 0.01 } };
    router.navigate("/toggles?id=other");
    await says("[data-part=exposure]", "By nobody in 30 days");
    expect(find("[data-part=exposure] progress")).toBeNull();
    router.navigate("/toggles?id=shipping.express");
    await says("[data-answer=off]", "off 9 (75%)");
    expect(text("[data-answer=on]")).toBe("on 3 (25%)");
    expect(text("[data-part=exposure]")).toContain("of the 1% that are counted");
    expect(text("[data-part=exposure] time")).toBe("30 Nov 2026");
    backend.answerNext(500, {});
    router.navigate("/toggles?id=payment.cards");
    await says("[data-part=exposure]", /Not known|By nobody/);
  });

  it("keeps what was written if it is refused", async () => {
    add("Groups", "beta");
    await until(() => expect(asked.filter((each) => each === "POST /audience")).toHaveLength(2));
    submit();
    backend.answerNext(200, { now: { connections: 0, on: 0 } });
    backend.answerNext(422, { title: "No such group", detail: "beta is none", code: "invalid" });
    await says("main fr-alert", "beta is none");
    expect(text(".chips")).toContain("beta");
    expect(backend.kept("shipping.express")?.rules).toEqual({});
  });

  it("tells what others changed meanwhile, and keeps one's own changes on top of theirs", async () => {
    add("Groups", "beta");
    backend.put("shipping.express", { name: "Theirs" }, "grace@example.com");
    await says("main > fr-page > .notices fr-alert", "grace@example.com changed it (Name: Express → Theirs)");
    press("Look again");
    await says("main > fr-page > .notices fr-alert", "kept, on top of theirs");
    expect(find<HTMLElementTagNameMap["fr-field"]>('fr-field[label="Name"]')?.value).toBe("Theirs");
    expect(text(".chips")).toContain("beta");
  });

  it("takes the clock's changes without a word: they change nothing that people write", async () => {
    add("Groups", "beta");
    backend.put("shipping.express", {}, "toggle-clock");
    await until(() => expect(backend.kept("shipping.express")?.revision).toBe(2));
    await says("[data-part=history]", "A window has opened or closed, or a step has begun");
    expect(find("main > fr-page > .notices fr-alert")).toBeNull();
    expect(text(".chips")).toContain("beta");
  });

  it("shows what others did at once, if nothing is unsaved", async () => {
    backend.put("shipping.express", { isActive: true });
    await until(() => expect(find("form [role=switch]")?.getAttribute("aria-checked")).toBe("true"));
  });

  it("keeps what was not saved for the next visit", async () => {
    add("Groups", "beta");
    router.navigate("/toggles");
    router.navigate("/toggles?id=shipping.express");
    await says("main fr-alert", "last visit");
    expect(text(".chips")).toContain("beta");
    press("Discard changes");
    expect(find(".chips:not([hidden])")).toBeNull();
  });

  it("shows JSON that the form cannot show, and loses nothing of it", async () => {
    const targeting = { if: [{ and: [{ $ref: "staff" }, true] }, "on", "off"] };
    backend.put("shipping.express", { rules: { targeting, windows: [{ later: 1 }] } });
    await says(".in-words", "its rule in JSON");
    const [json] = [...document.querySelectorAll("textarea")];
    expect(JSON.parse(json?.value ?? "")).toEqual(targeting);
    press("Use the form");
    await says("form .error:not([hidden])", "it stays JSON");
    add("Toggles that must be on", "other");
    submit();
    await until(() => expect(backend.kept("shipping.express")?.rules.prerequisites).toEqual(["other"]));
    expect(backend.kept("shipping.express")?.rules).toEqual({
      targeting,
      windows: [{ later: 1 }],
      prerequisites: ["other"],
    });
  });

  it("saves nothing that is no JSON, and says where", async () => {
    press("Edit as JSON");
    const json = find<HTMLTextAreaElement>("textarea");
    if (!json) throw new Error("no editor");
    json.value = "{";
    json.dispatchEvent(new Event("input"));
    submit();
    await says("form .error:not([hidden])", "This is not JSON");
    expect(document.activeElement).toBe(json);
    expect(asked).not.toContain("PATCH /toggle");
  });

  it("undoes the last change, and goes back to an earlier one", async () => {
    backend.put("shipping.express", { isActive: true, name: "Second" });
    backend.put("shipping.express", { name: "Third" });
    await until(() => expect(find('[data-revision="3"]')).not.toBeNull());
    press("Undo", '[data-revision="3"]');
    await until(() =>
      expect(backend.kept("shipping.express")).toMatchObject({ name: "Second", revision: 4 }),
    );
    await found('[data-revision="4"]');
    press("Go back to this", '[data-revision="1"]');
    await until(() =>
      expect(backend.kept("shipping.express")).toMatchObject({ name: "Express", isActive: false }),
    );
  });

  it("is deleted after a question, and brought back", async () => {
    press("Delete this toggle");
    await found("dialog[open]");
    press("Delete", "dialog");
    await says("main", "Deleted");
    await until(() => expect(backend.kept("shipping.express")).toBeUndefined());
    await says('[data-revision="2"]', "Deleted");
    press("Undo", '[data-revision="2"]');
    await until(() => expect(backend.kept("shipping.express")).toMatchObject({ name: "Express" }));
    await found("form");
  });
});

describe("a protected toggle", () => {
  it("waits for a second person, whom the list tells, and who approves it", async () => {
    await open("ada", "/toggles?id=payment.cards");
    const name = await found<HTMLElementTagNameMap["fr-field"]>('fr-field[label="Name"]');
    name.value = "All cards";
    name.dispatchEvent(new Event("input"));
    submit();
    await says("main .notices [role=status]", "Proposed");
    await says("[data-proposal]", "Awaiting a second person");
    expect(text("[data-proposal]")).not.toContain("Approve");
    expect(backend.kept("payment.cards")?.name).toBe("Cards");

    session.becomes(undefined);
    await open("grace");
    await says("[data-proposal]", "Cards → All cards".replace(" → ", ""));
    press("Approve");
    await until(() => expect(backend.kept("payment.cards")?.name).toBe("All cards"));
    await until(() => expect(find("[data-proposal]")).toBeNull());
    router.navigate("/toggles?id=payment.cards");
    await says("[data-part=history]", "ada@example.com, approved by grace@example.com");
  });

  it("that is to be made is shown as that, and made once it is approved", async () => {
    await open("ada", "/toggles?new");
    const [id, name] = [...document.querySelectorAll("fr-field")];
    if (!id || !name) throw new Error("no fields");
    id.value = "payment.new";
    name.value = "New";
    name.dispatchEvent(new Event("input"));
    submit();
    await says("main", "It is made once it is approved");
    await says("[data-proposal]", "Awaiting a second person");

    session.becomes(undefined);
    await open("grace");
    await says('[data-toggle="payment.new"]', "Does not exist until it is approved");
    expect(switchOf("payment.new")).toBeNull();
    press("Approve");
    await until(() => expect(backend.kept("payment.new")?.name).toBe("New"));
    await until(() => expect(switchOf("payment.new")).not.toBeNull());
  });

  it("that has changed since can no longer be approved, and the proposal is refused", async () => {
    await open("ada", "/toggles?id=payment.cards");
    await found("[data-revision]");
    press("Delete this toggle");
    await found("dialog[open]");
    press("Delete", "dialog");
    await found("[data-proposal]");
    backend.put("payment.cards", { isActive: false });
    session.becomes(undefined);
    await open("grace");
    await says("[data-proposal]", "it cannot be approved any more");
    expect(text("[data-proposal]")).not.toContain("Approve");
    press("Refuse");
    await until(() => expect(find("[data-proposal]")).toBeNull());
    expect(backend.kept("payment.cards")).toBeDefined();
  });

  it("may depend on a segment, whose proposals are decided here, too", async () => {
    const act = { by: "ada@example.com", at: 1, comment: "all of them", revision: 3, expiresAt: 2 };
    const decision = { isYours: false, mayApprove: true, attributes: [{ name: "segment", after: '"{}"' }] };
    const proposal = { id: "p1", change: "patch", ...act, ...decision };
    const staff = { name: "staff", condition: {}, usedBy: [], revision: 3, mayFlip: true, proposal };
    const overview = { you: { name: "g", groups: [], mayFlip: ["*"] }, toggles: [], segments: [staff] };
    session.becomes(undefined);
    for (let times = 0; times < 2; times += 1) backend.answerNext(200, overview);
    await open("grace");
    await says('[data-proposal="segment:staff"]', "all of them");
    expect(find('[data-proposal="segment:staff"] a')).toBeNull();
    press("Approve");
    await until(() => expect(asked).toContain("POST /approve"));
  });

  it("is switched off at once", async () => {
    await open("ada");
    switchOf("payment.cards").click();
    await until(() => expect(backend.kept("payment.cards")?.isActive).toBe(false));
  });

  it("whose proposal is withdrawn stays", async () => {
    await open("ada", "/toggles?id=payment.cards");
    await found("[data-revision]");
    press("Delete this toggle");
    await found("dialog[open]");
    press("Delete", "dialog");
    await says("[data-proposal]", "Deletion, proposed by you");
    press("Withdraw");
    await until(() => expect(find("[data-proposal]")).toBeNull());
    expect(backend.kept("payment.cards")).toBeDefined();
  });
});

describe("a new toggle", () => {
  it("is made, and then shown", async () => {
    await open("ada", "/toggles?new");
    const field = (label: string) => find<HTMLElementTagNameMap["fr-field"]>(`fr-field[label="${label}"]`);
    const name = field("Name");
    if (!name) throw new Error("no name");
    name.value = "New";
    name.dispatchEvent(new Event("input"));
    submit();
    await until(() => expect(field("Id")?.error).toBe("Write an id."));
    const id = field("Id");
    if (id) id.value = "shipping.new";
    submit();
    await until(() => expect(location.search).toBe("?id=shipping.new"));
    expect(backend.kept("shipping.new")).toMatchObject({ name: "New", isActive: false, revision: 1 });
  });

  it("that exists is not replaced", async () => {
    await open("ada", "/toggles?new");
    const [id, name] = [...document.querySelectorAll("fr-field")];
    if (!id || !name) throw new Error("no fields");
    id.value = "other";
    name.value = "Mine";
    name.dispatchEvent(new Event("input"));
    submit();
    await says("main fr-alert", /changed it/);
    expect(backend.kept("other")?.name).toBe("other");
  });
});
