import { listeners, reports, SOMEBODY, type TestContext, testContext } from "@frontage/child-build/testing";
import { OpenFeature, ProviderEvents } from "@frontage/toggles";
import { act } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import profile from "../src/main.js";

vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);

let context: TestContext;
let area: HTMLElement;

beforeEach(async () => {
  context = await testContext("/profile");
  area = document.createElement("div");
  document.body.append(area);
  await act(async () => profile.mount(area, context));
});

afterEach(async () => {
  await act(async () => profile.unmount?.(area));
  area.remove();
});

function root(): ShadowRoot {
  const shadow = area.firstElementChild?.shadowRoot;
  if (!shadow) throw new Error("The profile is not mounted");
  return shadow;
}

function text(selector: string): string {
  return root().querySelector(selector)?.textContent ?? "";
}

async function type(value: string): Promise<void> {
  const field = root().querySelector("fr-field") as HTMLElement & { value: string };
  await act(async () => {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  });
}

async function submit(): Promise<void> {
  await act(async () => {
    root()
      .querySelector("form")
      ?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  });
}

describe("the user", () => {
  it("is who the session says", () => {
    expect(text(".person")).toContain("Ada Lovelace");
    expect(text(".person")).toContain("ada@example.com");
    expect(text(".person")).toContain("customers");
    expect(text(".avatar")).toBe("AL");
  });

  it("has an address that the user pool knows about, or a reason why that is not known", async () => {
    await vi.waitFor(() => expect(text(".facts")).toContain("Confirmed"));
    vi.stubGlobal("fetch", async () => new Response(null, { status: 403 }));
    await act(async () => context.session.set({ ...SOMEBODY, id: "2" }));
    await vi.waitFor(() => expect(text(".facts")).toContain("Your account may not do this."));
    vi.unstubAllGlobals();
    vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  });

  it("may change", async () => {
    await act(async () => context.session.set({ ...SOMEBODY, id: "2", name: "Grace Hopper" }));
    expect(text(".name")).toBe("Grace Hopper");
    await act(async () => context.session.set(undefined));
    expect(root().textContent).toContain("Sign in to see your profile.");
  });

  it("is called as they like", async () => {
    await type("Countess");
    await submit();
    expect(text(".name")).toBe("Countess");
    expect(text(".avatar")).toBe("C");
    expect(text("[role=status]")).toBe("Saved");
  });

  it("is called something", async () => {
    await type("  ");
    await submit();
    expect(text(".name")).toBe("Ada Lovelace");
    expect(root().querySelector("fr-field")?.getAttribute("error")).toBe("Enter at least one letter.");
  });
});

describe("the session", () => {
  it("shows what its token says, and never the token", async () => {
    expect(text(".session")).toContain("profile");
    expect(text(".session")).toMatch(/10 min left/);
    expect(root().innerHTML).not.toContain((await context.session.getAccessToken()).slice(0, 20));
  });
});

describe("the toggle", () => {
  it("shows passkeys while it is on, without a reload", async () => {
    expect(root().querySelector(".passkeys")).toBeNull();
    await act(async () => context.toggles.set("3", true));
    expect(root().querySelector(".passkeys")).not.toBeNull();
    await act(async () => context.toggles.set("3", false));
    expect(root().querySelector(".passkeys")).toBeNull();
  });
});

it("says which theme is in force", async () => {
  expect(text(".theme")).toBe("light");
  await act(async () => context.theme.set("dark"));
  expect(text(".theme")).toBe("dark");
});

it("leaves no listener and no node behind", async () => {
  expect(listeners(context)).toBeGreaterThan(0);
  await act(async () => profile.unmount?.(area));
  expect(listeners(context)).toBe(0);
  expect(OpenFeature.getClient("profile").getHandlers(ProviderEvents.ConfigurationChanged)).toHaveLength(0);
  expect(area.childNodes).toHaveLength(0);
});

it("may be mounted again in the same place", async () => {
  await act(async () => profile.unmount?.(area));
  await act(async () => profile.mount(area, context));
  expect(text(".name")).toBe("Ada Lovelace");
});

it("reports what a render throws", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const errors = reports(area);
  const failure = new Error("no name");
  const nameless = {
    ...SOMEBODY,
    id: "3",
    get name(): string {
      throw failure;
    },
  };
  await act(async () => context.session.set(nameless));
  expect(errors).toEqual([failure]);
});
