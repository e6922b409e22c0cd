import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Router } from "../src/router.js";
import { pathBelow } from "../src/shell.js";

let heard: string[];
const router = new Router();
router.start();
// What the router leaves to the browser must not happen in a test.
window.addEventListener("click", (event) => event.preventDefault());
router.onNavigate((cause) => heard.push(`${cause} ${router.path}`));

beforeEach(() => {
  heard = [];
  router.replace("/");
});

function click(html: string, options: MouseEventInit = {}): void {
  document.body.innerHTML = html;
  const event = new MouseEvent("click", { bubbles: true, cancelable: true, composed: true, ...options });
  document.querySelector("a")?.dispatchEvent(event);
}

describe("a click on a link", () => {
  it("changes the page without a load", () => {
    click('<a href="/toggles?x=1">Toggles</a>');
    expect(heard).toEqual(["link /toggles?x=1"]);
  });

  it("in a child is the child's own affair", () => {
    click('<div data-child="shipping"><a href="/shipping/orders">Orders</a></div>');
    expect(heard).toEqual(["within /shipping/orders"]);
  });

  it("to a path with a dot is one to a page", () => {
    click('<a href="/profile/ada.lovelace">x</a>');
    expect(heard).toEqual(["link /profile/ada.lovelace"]);
  });

  it.each<[string, string, MouseEventInit]>([
    ["to another origin", '<a href="https://other.example/">x</a>', {}],
    ["for another tab", '<a href="/x" target="_blank">x</a>', {}],
    ["with a key held", '<a href="/x">x</a>', { ctrlKey: true }],
    ["with another button", '<a href="/x">x</a>', { button: 1 }],
    ["to a file", '<a href="/config.json">x</a>', {}],
    ["to a well-known file", '<a href="/.well-known/security.txt">x</a>', {}],
    ["to a release's file", '<a href="/assets/a/b.pdf">x</a>', {}],
    ["for a download", '<a href="/x" download>x</a>', {}],
    ["to a fragment of the page", '<a href="#main">x</a>', {}],
    ["without an address", "<a>x</a>", {}],
  ])("%s is left to the browser", (_, html, options) => {
    click(html, options);
    expect(heard).toEqual([]);
  });
});

describe("the router", () => {
  it("sees what routers of children do to the history, and only what changes the page's path", () => {
    history.pushState({ of: "a child" }, "", "/billing?x=1");
    history.replaceState(null, "", "/billing?x=2");
    history.replaceState(null, "", "/billing?x=2#part");
    expect(heard).toEqual(["within /billing?x=1", "within /billing?x=2"]);
  });

  it("tells all listeners, also after one that throws", () => {
    vi.stubGlobal("reportError", vi.fn());
    const end = router.onNavigate(() => {
      throw new Error("mine");
    });
    const after = vi.fn();
    const endToo = router.onNavigate(after);
    router.navigate("/releases");
    expect(after).toHaveBeenCalledOnce();
    end();
    endToo();
    vi.unstubAllGlobals();
  });

  it("says a link to the present page again, and a child's own move to it not", () => {
    router.navigate("/");
    router.navigate("/", "within");
    expect(heard).toEqual(["link /"]);
  });
});

describe("a guard", () => {
  let answer: boolean;
  let asked: number;

  beforeEach(() => {
    answer = false;
    asked = 0;
    vi.stubGlobal("confirm", () => {
      asked += 1;
      return answer;
    });
    router.navigate("/shipping/new");
    heard = [];
  });

  afterEach(() => {
    router.guards.clear();
    vi.unstubAllGlobals();
  });

  const stays = (path: string) => path.startsWith("/shipping");

  it("keeps the page while something is not saved, and lets it go if the person says so", () => {
    let isDirty = true;
    const end = router.guards.add({ isDirty: () => isDirty, stays });
    const ways = [
      () => router.navigate("/billing"),
      () => click('<a href="/billing">x</a>'),
      () => history.pushState(null, "", "/billing"),
    ];
    for (const go of ways) go();
    expect([asked, router.path, heard]).toEqual([3, "/shipping/new", []]);

    router.navigate("/shipping/7", "within");
    expect(asked, "within its own pages it is not asked").toBe(3);
    answer = true;
    router.navigate("/billing");
    expect([asked, router.path]).toEqual([4, "/billing"]);

    router.navigate("/shipping/new");
    isDirty = false;
    router.navigate("/billing");
    isDirty = true;
    end();
    router.navigate("/releases");
    expect(asked, "nothing would be lost").toBe(4);
  });

  it("returns to the page where Back cannot be stopped", () => {
    router.guards.add({ isDirty: () => true, stays });
    const { pushState } = Object.getPrototypeOf(history) as History;
    pushState.call(history, null, "", "/billing");
    window.dispatchEvent(new PopStateEvent("popstate"));
    expect([asked, router.path, heard]).toEqual([1, "/shipping/new", []]);
  });

  it("asks before the tab is closed", () => {
    const closing = () => window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
    expect(closing()).toBe(true);
    router.guards.add({ isDirty: () => true, stays });
    expect(closing()).toBe(false);
  });
});

it.each([
  ["/shipping", "/shipping", "/"],
  ["/shipping", "/shipping?a=1", "/?a=1"],
  ["/shipping", "/shipping/orders/7?a=1", "/orders/7?a=1"],
  ["/shipping", "/shippings", undefined],
  ["/shipping", "/", undefined],
])("below %s, %s is %s", (route, path, expected) => {
  expect(pathBelow(route, path)).toBe(expected);
});
