import { type ChildContext, reportChildError, type TeamConfig } from "@frontage/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChildArea } from "../src/child/area.js";
import type { Version } from "../src/child/choice.js";
import { BUSY, type RetryOptions, retry, TransientError } from "../src/retry.js";

const TEAM: TeamConfig = {
  name: "shipping",
  title: "Shipping",
  route: "/shipping",
  url: "https://d1.example",
};
const CONTEXT = { basePath: "/shipping" } as ChildContext;

const STABLE = version("1.0.0+aa");
const CANARY = version("1.1.0+bb");

function version(name: string, more: Partial<Version> = {}): Version {
  const urls = [`https://d1.example/assets/${name}.js`, `https://d1.example/releases/${name}.js`];
  return { version: name, urls, integrity: "sha384-AAAA", ...more };
}

/** A script that is there for nobody, that never comes, that is not what was released, or a server that is busy. */
type Fault = "missing" | "hangs" | "tampered" | "busy";

/** What the network and the modules do; every URL that is not named works and shows its own name. */
let network: Record<string, Fault>;
let modules: Record<string, () => unknown>;
let versions: (options: RetryOptions) => Promise<Version[]>;
/** What script elements have asked for, what has been fetched to know why one failed, and what was imported. */
let asked: string[];
let fetched: string[];
let imported: string[];
let area: ChildArea;

beforeEach(() => {
  vi.useFakeTimers();
  // happy-dom has none.
  vi.stubGlobal("reportError", vi.fn());
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  network = {};
  modules = {};
  versions = async () => [STABLE];
  asked = [];
  fetched = [];
  imported = [];
  area = new ChildArea(TEAM, {
    versions: (_, options) => versions(options),
    context: () => CONTEXT,
    failures: new Map(),
    loading: { addScript, fetch: fetchModule, import: importModule },
  });
  document.body.append(area.element);
});

afterEach(async () => {
  area.leave();
  // Its child's clean-up.
  await vi.advanceTimersByTimeAsync(0);
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function addScript(url: string): Promise<void> {
  asked.push(url);
  const fault = network[path(url)];
  if (fault === "hangs") {
    await new Promise(() => undefined);
  } else if (fault !== undefined) {
    throw new Error(`${path(url)} could not be fetched, or is not what was released`);
  }
}

async function fetchModule(url: string): Promise<void> {
  fetched.push(url);
  const fault = network[path(url)];
  if (fault === "busy") {
    throw new TransientError(`${path(url)} answered 503`);
  } else if (fault === "missing") {
    throw new Error(`${path(url)} answered 404`);
  }
}

async function importModule(url: string): Promise<unknown> {
  imported.push(url);
  return (modules[path(url)] ?? (() => shows(path(url))))();
}

const path = (url: string) => url.replace("https://d1.example/", "").replace(/\?.*/, "");
const short = (urls: string[]) => urls.map((url) => url.replace("https://d1.example/", ""));

/** A module that renders a text. */
function shows(text: string): unknown {
  return { default: { mount: (element: HTMLElement) => element.append(text) } };
}

async function enter(): Promise<void> {
  void area.enter();
  await vi.advanceTimersByTimeAsync(60_000);
}

const button = (text: string) =>
  [...area.element.querySelectorAll<HTMLElement>("fr-button")].find((each) => each.textContent === text);
const state = () => [area.element.dataset.state, area.element.dataset.version];
const text = () => area.element.textContent;
const spinner = () => area.element.querySelector("fr-spinner")?.getAttribute("label");

describe("a child", () => {
  it("of kind module renders into its area", async () => {
    await enter();
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
    expect(text()).toBe("assets/1.0.0+aa.js");
  });

  it("of kind element gets a name of its release, and its context before it is connected", async () => {
    class Child extends HTMLElement {
      context?: ChildContext;
      connectedCallback(): void {
        this.textContent = `at ${this.context?.basePath}`;
      }
    }
    modules["assets/1.0.0+aa.js"] = () => ({ default: Child });
    await enter();
    expect(area.element.querySelector("mfe-shipping-aa")?.textContent).toBe("at /shipping");
    area.leave();
    await enter();
    expect(area.element.querySelector("mfe-shipping-aa")).not.toBeNull();
  });

  it("is loading until it stands", async () => {
    void area.enter();
    expect(area.element.dataset.state).toBe("loading");
    expect(area.element.getAttribute("aria-busy")).toBe("true");
    await vi.advanceTimersByTimeAsync(0);
    expect(area.element.dataset.state).toBe("ready");
    expect(area.element.hasAttribute("aria-busy")).toBe(false);
  });

  it("is unmounted when it is left, and its errors then stop nothing", async () => {
    const unmount = vi.fn(() => {
      throw new Error("mine");
    });
    modules["assets/1.0.0+aa.js"] = () => ({ default: { mount: renders, unmount } });
    await enter();
    area.leave();
    expect(unmount, "the work that left it may be a framework's, which renders it").not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(0);
    expect(unmount).toHaveBeenCalledOnce();
    expect(reportError).toHaveBeenCalledOnce();
    expect(area.element.childElementCount).toBe(0);
  });

  it("that is entered again stays as it is, unless there is a new release", async () => {
    await enter();
    const place = area.element.firstElementChild;
    await enter();
    expect(area.element.firstElementChild).toBe(place);
    versions = async () => [CANARY];
    await enter();
    expect(state()).toEqual(["ready", "1.1.0+bb"]);
    expect(text()).toBe("assets/1.1.0+bb.js");
  });

  it("stays when it cannot be asked for a new release", async () => {
    await enter();
    versions = () => Promise.reject(new Error("offline"));
    await enter();
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
  });

  it("that is left while it loads does not appear", async () => {
    void area.enter();
    area.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(area.element.childElementCount).toBe(0);
  });
});

describe("a script that does not come", () => {
  it("is taken from the second address, and never imported from the first", async () => {
    network["assets/1.0.0+aa.js"] = "missing";
    await enter();
    expect(short(imported)).toEqual(["releases/1.0.0+aa.js"]);
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
  });

  it("is waited for ten seconds", async () => {
    network["assets/1.0.0+aa.js"] = "hangs";
    void area.enter();
    await vi.advanceTimersByTimeAsync(9_999);
    expect(area.element.dataset.state).toBe("loading");
    await vi.advanceTimersByTimeAsync(1);
    expect(text()).toBe("releases/1.0.0+aa.js");
  });

  it("of a canary gives the default version", async () => {
    versions = async () => [CANARY, STABLE];
    network["assets/1.1.0+bb.js"] = network["releases/1.1.0+bb.js"] = "missing";
    await enter();
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
  });

  it("at all shows a card with the reason, whose button tries again under new URLs", async () => {
    network["assets/1.0.0+aa.js"] = network["releases/1.0.0+aa.js"] = "missing";
    await enter();
    expect(state()).toEqual(["failed", undefined]);
    expect(area.element.querySelector(".child-reason")?.textContent).toBe(
      "releases/1.0.0+aa.js answered 404",
    );
    expect(imported).toEqual([]);
    network = {};
    asked = [];
    button("Try again")?.click();
    await vi.advanceTimersByTimeAsync(0);
    expect(short(asked)).toEqual(["assets/1.0.0+aa.js?retry=2"]);
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
  });

  it("since the server is busy is asked for again, always with its integrity", async () => {
    network["assets/1.0.0+aa.js"] = network["releases/1.0.0+aa.js"] = "busy";
    void area.enter();
    await vi.advanceTimersByTimeAsync(900);
    expect(area.element.dataset.state).toBe("loading");
    expect(spinner()).toBe("Loading Shipping");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(spinner()).toBe(BUSY);
    network = {};
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
    expect(imported).toHaveLength(1);
    expect(asked.at(-1)).toBe(imported[0]);
    expect(new Set(fetched).size, "no URL is used again that has failed").toBe(fetched.length);
  });

  it("for ever gives a card that says how often it was tried", async () => {
    network["assets/1.0.0+aa.js"] = network["releases/1.0.0+aa.js"] = "busy";
    await enter();
    expect(area.element.querySelector(".child-reason")?.textContent).toMatch(
      /answered 503 \(tried \d+ times in \d+ seconds\)$/,
    );
    expect(imported).toEqual([]);
  });

  it("at one address for good, and is busy at the other, is asked for there alone", async () => {
    network = { "assets/1.0.0+aa.js": "missing", "releases/1.0.0+aa.js": "busy" };
    void area.enter();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(fetched.filter((url) => path(url) === "assets/1.0.0+aa.js")).toHaveLength(1);
    expect(fetched.filter((url) => path(url) === "releases/1.0.0+aa.js").length).toBeGreaterThan(1);
    network = {};
    await vi.advanceTimersByTimeAsync(10_000);
    expect(text()).toBe("releases/1.0.0+aa.js");
  });

  it("as it was released is not tried for long, and never imported", async () => {
    network["assets/1.0.0+aa.js"] = network["releases/1.0.0+aa.js"] = "tampered";
    void area.enter();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state()).toEqual(["failed", undefined]);
    expect(asked).toHaveLength(4);
    expect(imported).toEqual([]);
  });

  it("is not asked for any more once the area is left", async () => {
    network["assets/1.0.0+aa.js"] = network["releases/1.0.0+aa.js"] = "busy";
    void area.enter();
    await vi.advanceTimersByTimeAsync(2_000);
    area.leave();
    asked = [];
    fetched = [];
    await vi.advanceTimersByTimeAsync(60_000);
    expect([...asked, ...fetched]).toEqual([]);
    expect(area.element.childElementCount).toBe(0);
  });
});

describe("a manifest that does not come", () => {
  it("is asked for again, and the area says so", async () => {
    let attempts = 0;
    versions = (options) =>
      retry(async () => {
        attempts += 1;
        if (attempts <= 4) throw new TransientError("manifest.json answered 503");
        return [STABLE];
      }, options);
    vi.spyOn(Math, "random").mockReturnValue(1);
    void area.enter();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(spinner()).toBe(BUSY);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
  });

  it("leaves the child that stands as it is", async () => {
    await enter();
    versions = (options) => retry(() => Promise.reject(new TransientError("busy")), options);
    const place = area.element.firstElementChild;
    void area.enter();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(area.element.firstElementChild).toBe(place);
    expect(area.element.dataset.state).toBe("ready");
  });
});

describe("a child that fails", () => {
  it.each<[string, () => unknown, string]>([
    ["as it runs", () => Promise.reject(new Error("boom")), "boom"],
    ["by what it exports", () => ({ default: 7 }), "exports neither"],
    ["by throwing in mount", () => ({ default: { mount: fails } }), "boom"],
    ["by rejecting in mount", () => ({ default: { mount: async () => fails() } }), "boom"],
    [
      "by never ending its mount",
      () => ({ default: { mount: () => new Promise(() => undefined) } }),
      "10 seconds",
    ],
    ["by throwing in its constructor", () => ({ default: brokenElement() }), "boom"],
  ])("%s shows the card, and gets a new URL at the next try", async (_, module, reason) => {
    modules["assets/1.0.0+aa.js"] = module;
    await enter();
    expect(state()).toEqual(["failed", undefined]);
    expect(area.element.querySelector(".child-reason")?.textContent).toContain(reason);
    expect(short(asked)).toEqual(["assets/1.0.0+aa.js"]);
    modules = {};
    await enter();
    expect(short(asked).at(-1)).toBe("assets/1.0.0+aa.js?retry=1");
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
  });

  it("and is a canary gives way to the default", async () => {
    versions = async () => [CANARY, STABLE];
    modules["assets/1.1.0+bb.js"] = () => ({ default: { mount: fails } });
    await enter();
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
  });

  it("by its own word shows the card, and the word does not leave the area", async () => {
    const outside = vi.fn();
    document.body.addEventListener("mfe:error", outside, { once: true });
    await enter();
    const child = area.element.firstElementChild?.firstElementChild;
    reportChildError(child as Element, new Error("no more"));
    expect(area.element.querySelector(".child-reason")?.textContent).toBe("no more");
    expect(outside).not.toHaveBeenCalled();
  });

  it("by its own word in its first render shows the card, whatever its mount does", async () => {
    const mounts = [
      (element: HTMLElement) => reportChildError(element, new Error("first")),
      (element: HTMLElement) => {
        reportChildError(element, new Error("first"));
        return new Promise(() => undefined);
      },
      (element: HTMLElement) => void setTimeout(() => reportChildError(element, new Error("first")), 50),
    ];
    for (const mount of mounts) {
      const unmount = vi.fn();
      modules["assets/1.0.0+aa.js"] = () => ({ default: { mount, unmount } });
      await enter();
      expect(area.element.querySelector(".child-reason")?.textContent).toBe("first");
      expect(area.element.querySelector(".child-place")).toBeNull();
    }
    class Child extends HTMLElement {
      connectedCallback(): void {
        reportChildError(this, new Error("connected"));
      }
    }
    modules["assets/1.0.0+aa.js"] = () => ({ default: Child });
    await enter();
    expect(area.element.querySelector(".child-reason")?.textContent).toBe("connected");
  });

  it("uncaught, before it shows anything, shows the card at once", async () => {
    const mount = () => void setTimeout(() => throwUncaught(`https://d1.example/${path(imported[0] ?? "")}`));
    modules["assets/1.0.0+aa.js"] = () => ({ default: { mount } });
    void area.enter();
    await vi.advanceTimersByTimeAsync(100);
    expect(area.element.querySelector(".child-reason")?.textContent).toBe("uncaught");
  });

  it("by showing nothing shows the card after ten seconds; a child that fetches first has as long", async () => {
    modules["assets/1.0.0+aa.js"] = () => ({ default: { mount: () => undefined } });
    void area.enter();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(spinner()).toBe("Loading Shipping");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(area.element.querySelector(".child-reason")?.textContent).toContain("did not show anything");

    const later = (element: HTMLElement) => void setTimeout(() => renders(element), 9_000);
    modules["assets/1.0.0+aa.js"] = () => ({ default: { mount: later } });
    await enter();
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
  });

  it("outside of its area has no effect on it, and is not kept", async () => {
    await enter();
    area.leave();
    await throwUncaught("https://d1.example/assets/1.0.0+aa.js");
    await enter();
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
  });

  it("has a card whose details can be copied for the team", async () => {
    const writeText = vi.fn(async () => undefined);
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    modules["assets/1.0.0+aa.js"] = () => ({ default: { mount: fails } });
    await enter();
    button("Copy details")?.click();
    await vi.advanceTimersByTimeAsync(0);
    expect(button("Copied")).toBeDefined();
    expect(writeText.mock.lastCall?.join()).toMatch(
      /^Shipping \(shipping 1\.0\.0\+aa\)\n\S+Z \/\nboom\nError: boom\n/,
    );
  });

  it("later, uncaught, shows the card if nothing of it is to be seen", async () => {
    modules["assets/1.0.0+aa.js"] = () => ({ default: { mount: renders } });
    await enter();
    area.element.querySelector(".child-place > div")?.replaceChildren();
    await throwUncaught("https://other.example/x.js");
    expect(area.element.dataset.state).toBe("ready");
    await throwUncaught("https://d1.example/assets/1.0.0+aa.js");
    expect(area.element.dataset.state).toBe("failed");
  });

  it("in a click leaves the page that is there", async () => {
    await enter();
    await throwUncaught("https://d1.example/assets/1.0.0+aa.js");
    expect(area.element.dataset.state).toBe("ready");
  });

  it.each([0, 2])(
    "is not mounted if it was built for a contract that the shell does not show: %d",
    async (contract) => {
      versions = async () => [version("2.0.0+cc", { contract })];
      await enter();
      expect(area.element.querySelector(".child-reason")?.textContent).toContain(`contract ${contract}`);
      expect(asked).toEqual([]);
    },
  );

  it("because there is no manifest can be tried again", async () => {
    versions = () => Promise.reject(new Error("https://d1.example/manifest.json answered 503"));
    await enter();
    expect(area.element.querySelector(".child-reason")?.textContent).toContain("503");
    versions = async () => [STABLE];
    await enter();
    expect(state()).toEqual(["ready", "1.0.0+aa"]);
  });
});

describe("an override", () => {
  it("is imported without integrity", async () => {
    versions = async () => [{ version: "override", urls: ["http://localhost:5173/src/main.ts"] }];
    await enter();
    expect(asked).toEqual([]);
    expect(imported).toEqual(["http://localhost:5173/src/main.ts"]);
    expect(state()).toEqual(["ready", "override"]);
  });
});

function renders(element: HTMLElement): void {
  element.append("here");
}

function fails(): never {
  throw new Error("boom");
}

function brokenElement(): unknown {
  return class extends HTMLElement {
    constructor() {
      super();
      fails();
    }
  };
}

async function throwUncaught(filename: string): Promise<void> {
  window.dispatchEvent(new ErrorEvent("error", { error: new Error("uncaught"), filename }));
  await vi.advanceTimersByTimeAsync(0);
}
