import { show, testContext } from "@frontage/child-build/testing";
import { afterEach, expect, it } from "vitest";
import { ITEMS } from "../src/items.js";
import Stock from "../src/main.js";

afterEach(() => document.body.replaceChildren());

it("lists every item, and says what runs short", async () => {
  const root = show(Stock, await testContext("/stock")).shadowRoot;
  const rows = [...(root?.querySelectorAll("tbody tr") ?? [])].map(({ textContent }) => textContent);
  expect(rows).toHaveLength(ITEMS.length);
  expect(rows.filter((text) => text?.includes("runs short"))).toHaveLength(2);
  expect(root?.querySelector("fr-page")?.getAttribute("lead")).toBe("2 of 5 items run short");
});
