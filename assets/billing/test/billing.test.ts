import {
  listeners,
  reports,
  SOMEBODY,
  show,
  type TestContext,
  testContext,
} from "@frontage/child-build/testing";
import type { ChildElement } from "@frontage/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import Billing from "../src/main.js";

let context: TestContext;
let element: ChildElement;
let others: number;

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date("2030-06-15T12:00"), toFake: ["setTimeout", "clearTimeout", "Date"] });
  context = await testContext("/billing");
  others = context.toggles.changes.size;
  element = show(Billing, context);
  await nextTick();
});

afterEach(() => {
  document.body.replaceChildren();
  vi.useRealTimers();
});

function root(): ShadowRoot {
  if (!element.shadowRoot) throw new Error("Billing is not mounted");
  return element.shadowRoot;
}

function text(selector: string): string {
  return root().querySelector(selector)?.textContent?.trim() ?? "";
}

function row(number: string): HTMLElement {
  const found = root().querySelector<HTMLElement>(`tr[data-number="${number}"]`);
  if (!found) throw new Error(`There is no invoice ${number}`);
  return found;
}

async function pay(from: ParentNode | null): Promise<void> {
  from?.querySelector<HTMLElement>("fr-button")?.click();
  await nextTick();
  await vi.advanceTimersByTimeAsync(1_000);
  await nextTick();
}

describe("the invoices", () => {
  it("add up", () => {
    expect(text(".owed")).toBe("€1,027.68");
    expect(text(".overdue")).toBe("€300.00");
    expect(text(".paid")).toBe("€2,134.50");
    expect(text(".who")).toBe("Signed in as Ada Lovelace");
  });

  it("are paid one at a time", async () => {
    await pay(row("INV-0109"));
    expect(row("INV-0109").textContent).toContain("Paid");
    expect(text(".owed")).toBe("€727.68");
    expect(text(".overdue")).toBe("€0.00");
    expect(text(".told")).toBe("€300.00 paid. The bank saw: openid, email, profile, until 12:10.");
  });

  it("are paid all at once", async () => {
    root().querySelector<HTMLElement>(".pay-all")?.click();
    await vi.advanceTimersByTimeAsync(1_000);
    await nextTick();
    expect(text(".owed")).toBe("€0.00");
    expect(root().querySelectorAll("td fr-button")).toHaveLength(0);
  });

  it("are not paid by nobody", async () => {
    context.session.getAccessToken = () => Promise.reject(new Error("The session has ended."));
    await pay(row("INV-0118"));
    expect(text(".told")).toBe("Nothing was paid. The session has ended.");
    expect(row("INV-0118").textContent).toContain("Open");
    context.session.set(undefined);
    await nextTick();
    expect(text(".who")).toBe("Sign in to pay.");
  });
});

describe("receipts", () => {
  it("go to the address that the user pool knows", async () => {
    await vi.waitFor(() => expect(text(".receipts")).toBe("Receipts go to ada@example.com."));
    context.session.set(undefined);
    await nextTick();
    expect(root().querySelector(".receipts")).toBeNull();
  });

  it("have no address, where the user pool does not say, and why", async () => {
    vi.stubGlobal("fetch", async () => new Response(null, { status: 403 }));
    context.session.set({ ...SOMEBODY, id: "2" });
    await vi.waitFor(() => expect(text(".receipts fr-alert")).toBe("Your account may not do this."));
    vi.unstubAllGlobals();
  });
});

describe("the toggle", () => {
  it("takes something off what is early, without a reload", async () => {
    context.toggles.set("2", true);
    await nextTick();
    expect(root().querySelector(".early")).not.toBeNull();
    expect(text(".owed")).toBe("€1,005.85");
    expect(text(".saved")).toBe("You save €21.83");
    context.toggles.set("2", false);
    await nextTick();
    expect(text(".owed")).toBe("€1,027.68");
  });

  it("takes nothing off what was paid before", async () => {
    await pay(row("INV-0118"));
    context.toggles.set("2", true);
    await nextTick();
    expect(row("INV-0118").textContent).toContain("€576.00");
  });
});

it("leaves no listener behind", async () => {
  expect(context.toggles.changes.size).toBe(others + 1);
  element.remove();
  await nextTick();
  expect(context.toggles.changes.size).toBe(others);
  expect(listeners(context)).toBe(0);
});

it("adopts its styles, and makes no style element", () => {
  expect(root().adoptedStyleSheets).toHaveLength(2);
  expect(root().querySelector("style")).toBeNull();
});

it("reports what a render throws", async () => {
  const errors = reports(element);
  const failure = new Error("no number");
  context.session.set({
    id: "1",
    email: undefined,
    groups: [],
    get name(): string {
      throw failure;
    },
  });
  await nextTick();
  expect(errors).toEqual([failure]);
});
