import type { TeamConfig } from "@frontage/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Overrides } from "../src/child/overrides.js";
import { Previews } from "../src/child/previews.js";
import { previewBanner } from "../src/frame/preview-banner.js";
import { type Shell, versionsOf } from "../src/shell.js";

const TEAM: TeamConfig = {
  name: "shipping",
  title: "Shipping",
  route: "/shipping",
  url: "https://d1.example",
};

function document(version: string, more: object = {}): unknown {
  const root = version === "released" ? "" : "../";
  const entry = {
    url: `${root}assets/${version}.js`,
    fallbackUrl: `${root}releases/${version}.js`,
    metadata: { integrity: "sha384-AAAA", version },
    deployment: { traffic: 100, default: true },
  };
  return { microFrontends: { "@acme/shipping": [entry] }, ...more };
}

/** The answers of the site: a body, or a status. */
let answers: Record<string, unknown>;
let asked: string[];
let previews: Previews;

const versions = async () => {
  const shell = {
    config: { system: "acme" },
    client: "a",
    overrides: new Overrides(false, sessionStorage),
    previews,
  };
  const found = await versionsOf(shell as unknown as Shell, TEAM, {});
  return found.map(({ version, urls, integrity }) => ({ version, url: urls[0], integrity }));
};

const RELEASED = [
  { version: "released", url: "https://d1.example/assets/released.js", integrity: "sha384-AAAA" },
];
const SHOWN = [{ version: "next", url: "https://d1.example/assets/next.js", integrity: "sha384-AAAA" }];
const LATER = "2100-01-01T00:00:00Z";

beforeEach(() => {
  sessionStorage.clear();
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  asked = [];
  answers = {
    "/manifest.json": document("released"),
    "/previews/pr-12.json": document("next", { expires: LATER }),
  };
  vi.stubGlobal("fetch", async (url: string) => {
    const path = new URL(url).pathname;
    asked.push(path);
    const answer = answers[path] ?? 404;
    return typeof answer === "number"
      ? new Response("", { status: answer })
      : new Response(JSON.stringify(answer));
  });
  previews = new Previews(sessionStorage);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a preview", () => {
  it("is what its link shows, with its integrity, and nobody else's visit changes", async () => {
    expect(await versions()).toEqual(RELEASED);
    expect(previews.take("?mfe:shipping=@pr-12&a=1")).toBe("?a=1");
    asked = [];
    expect(await versions()).toEqual(SHOWN);
    expect(asked).toEqual(["/previews/pr-12.json"]);
    previews.remove("shipping");
    expect(await versions()).toEqual(RELEASED);
  });

  it("is kept for the tab", async () => {
    previews.take("?mfe:shipping=@pr-12");
    previews = new Previews(sessionStorage);
    expect(await versions()).toEqual(SHOWN);
  });

  it.each(["@", "@A", "@a/b", "@../manifest", `@${"a".repeat(64)}`])("has a plain name: %s", async (name) => {
    expect(previews.take(`?mfe:shipping=${encodeURIComponent(name)}`)).toBe("");
    expect(previews.all()).toEqual([]);
    sessionStorage.setItem("frontage:previews", JSON.stringify([["shipping", name.slice(1)]]));
    expect(new Previews(sessionStorage).all()).toEqual([]);
  });

  it("leaves overrides and other queries alone", () => {
    const query = "?mfe:shipping=http://localhost:5173/main.ts&b=@c";
    expect(previews.take(query)).toBe(query);
    expect(previews.all()).toEqual([]);
  });

  it.each([
    ["is absent", () => 404, "is not there"],
    ["is forbidden, as S3 says of what is absent", () => 403, "is not there"],
    ["has expired", () => document("next", { expires: "2000-01-01T00:00:00Z" }), "has expired"],
    ["is of another team", () => ({ microFrontends: {}, expires: LATER }), "is not there"],
    ["is malformed", () => ({}), "is not there"],
  ])("that %s is told, and the released version is shown", async (_, answer, problem) => {
    answers["/previews/pr-12.json"] = answer();
    previews.take("?mfe:shipping=@pr-12");
    expect(await versions()).toEqual(RELEASED);
    expect(previews.all()).toEqual([{ team: "shipping", name: "pr-12", problem }]);
    expect(new Previews(sessionStorage).all()).toEqual([]);
  });

  it("that cannot be reached is asked for again at the next visit", async () => {
    vi.useFakeTimers();
    const there = answers["/previews/pr-12.json"];
    answers["/previews/pr-12.json"] = 503;
    previews.take("?mfe:shipping=@pr-12");
    const found = versions();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await found).toEqual(RELEASED);
    expect(previews.all()).toEqual([{ team: "shipping", name: "pr-12", problem: "cannot be reached" }]);
    answers["/previews/pr-12.json"] = there;
    expect(await versions()).toEqual(SHOWN);
    expect(previews.all()).toEqual([{ team: "shipping", name: "pr-12", problem: undefined }]);
  });
});

describe("the notice", () => {
  it("says that a preview is shown, and is the way out", () => {
    const removed = vi.fn();
    const { element, stop } = previewBanner(previews, [TEAM], removed);
    expect(element.hidden).toBe(true);
    previews.take("?mfe:shipping=@pr-12&mfe:strange=@pr-12");
    expect(element.hidden).toBe(false);
    expect(element.textContent).toContain("The preview pr-12 is shown, in this tab only.");
    expect(element.children.length).toBe(1);
    element.querySelector("fr-button")?.click();
    expect(removed).toHaveBeenCalledOnce();
    expect(element.hidden).toBe(true);
    expect(previews.get("shipping")).toBeUndefined();
    stop();
    previews.take("?mfe:shipping=@pr-12");
    expect(element.hidden).toBe(true);
  });

  it("says why one is not shown, until it is dismissed", () => {
    const { element } = previewBanner(previews, [TEAM], () => undefined);
    previews.take("?mfe:shipping=@pr-12");
    previews.end("shipping", "has expired");
    expect(element.textContent).toContain("The preview pr-12 has expired. The released version is shown.");
    expect(element.querySelector("fr-alert")?.getAttribute("tone")).toBe("warning");
    element.querySelector("fr-button")?.click();
    expect(element.hidden).toBe(true);
  });
});
