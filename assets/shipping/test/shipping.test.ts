import { listeners, reports, show, type TestContext, testContext } from "@frontage/child-build/testing";
import type { ChildElement } from "@frontage/contract";
import { OpenFeature, ProviderEvents } from "@frontage/toggles";
import type { LitElement } from "lit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import Shipping from "../src/main.js";

let context: TestContext;
let element: ChildElement & LitElement;

beforeEach(async () => {
  context = await testContext("/shipping");
  element = show(Shipping, context) as ChildElement & LitElement;
  await settled();
});

afterEach(() => document.body.replaceChildren());

/** Waits until the token has come and what follows from it is drawn. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  await element.updateComplete;
}

function text(selector: string): string {
  return element.renderRoot.querySelector(selector)?.textContent?.replace(/\s+/g, " ").trim() ?? "";
}

function rows(): string[] {
  return [...element.renderRoot.querySelectorAll(".row strong")].map(({ textContent }) => textContent ?? "");
}

function press(name: string): void {
  const buttons = [...element.renderRoot.querySelectorAll<HTMLElement>("button, fr-button")];
  buttons.find(({ textContent }) => textContent?.includes(name))?.click();
}

describe("the list", () => {
  it("shows every parcel, and who is signed in until when", () => {
    expect(rows()).toHaveLength(6);
    expect(text(".who")).toMatch(/^Signed in as Ada Lovelace · access until \d\d:\d\d$/);
  });

  it("is filtered by status and by words", async () => {
    press("In transit");
    await settled();
    expect(rows()).toEqual(["Espresso machine", "Camera lens, 35 mm"]);
    const field = element.renderRoot.querySelector("fr-field") as HTMLElement & { value: string };
    field.value = "bologna";
    field.dispatchEvent(new Event("input"));
    await settled();
    expect(rows()).toEqual(["Camera lens, 35 mm"]);
  });

  it("says that nothing was found", async () => {
    press("Held at customs");
    const field = element.renderRoot.querySelector("fr-field") as HTMLElement & { value: string };
    field.value = "bologna";
    field.dispatchEvent(new Event("input"));
    await settled();
    expect(text(".empty")).toBe("No parcels match.");
    expect(text("[role=status]")).toBe("0 parcels");
  });
});

describe("the details", () => {
  it("are those of the parcel in the path", async () => {
    context.navigate("/FR-20917");
    await settled();
    expect(text(".scans")).toContain("Waiting for an import declaration");
    expect(element.renderRoot.querySelector("[aria-current]")?.textContent).toContain("Server rack");
    context.navigate("/");
    await settled();
    expect(element.renderRoot.querySelector(".details")).toBeNull();
  });

  it("take the focus when they open", async () => {
    context.navigate("/FR-20917");
    await settled();
    expect(element.shadowRoot?.activeElement?.className).toBe("details");
  });
});

describe("the toggle", () => {
  it("offers express while it is on, without a reload", async () => {
    context.navigate("/FR-20928");
    await settled();
    expect(element.renderRoot.querySelector(".express")).toBeNull();
    context.toggles.set("1", true);
    await settled();
    expect(element.renderRoot.querySelector(".express")).not.toBeNull();
    press("Send by express");
    await settled();
    expect(text(".hurried")).toContain("It arrives tomorrow.");
    context.toggles.set("1", false);
    await settled();
    expect(element.renderRoot.querySelector(".express")).toBeNull();
  });

  it("offers nothing for a parcel that is with the courier", async () => {
    context.toggles.set("1", true);
    context.navigate("/FR-20931");
    await settled();
    expect(element.renderRoot.querySelector("fr-button")).toBeNull();
  });
});

describe("the session", () => {
  it("ends without an error", async () => {
    context.session.set(undefined);
    await settled();
    expect(element.renderRoot.querySelector(".who")).toBeNull();
  });
});

it("leaves no listener behind", () => {
  const before = OpenFeature.getClient("shipping").getHandlers(ProviderEvents.ConfigurationChanged).length;
  expect(listeners(context)).toBeGreaterThan(0);
  element.remove();
  expect(listeners(context)).toBe(0);
  expect(OpenFeature.getClient("shipping").getHandlers(ProviderEvents.ConfigurationChanged)).toHaveLength(
    before - 1,
  );
});

it("reports what a render throws", async () => {
  const errors = reports(element);
  const failure = new Error("no user");
  Object.defineProperty(context.session, "user", {
    get() {
      throw failure;
    },
  });
  element.requestUpdate();
  await settled();
  expect(errors).toEqual([failure]);
});
