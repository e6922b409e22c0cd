import type { SessionUser, ShellConfig } from "@frontage/contract";
import { beforeEach, expect, it } from "vitest";
import { Router } from "../src/router.js";
import { contextOf, type Shell } from "../src/shell.js";

const TEAMS: ShellConfig["teams"] = [
  { name: "shipping", title: "Shipping", route: "/shipping", url: "https://d1.example" },
  { name: "billing", title: "Billing", route: "/billing", url: "https://d2.example", groups: ["staff"] },
];
const user: SessionUser = { id: "u1", name: "Ada", email: "ada@example.com", groups: ["customers"] };

const router = new Router();
const shell = { config: { title: "Acme", teams: TEAMS }, session: { user }, router } as unknown as Shell;
const [shipping] = TEAMS as [ShellConfig["teams"][0]];
const context = contextOf(shell, shipping);

beforeEach(() => router.replace("/shipping"));

it("leads within the application, and anywhere", () => {
  const before = history.length;
  context.navigate("/orders/7", { replace: true });
  expect([router.path, context.path, history.length - before]).toEqual([
    "/shipping/orders/7",
    "/orders/7",
    0,
  ]);
  context.go("/billing?a=1");
  expect([router.path, context.path]).toEqual(["/billing?a=1", "/"]);
});

it("names the applications that the user sees", () => {
  expect(context.applications).toEqual([{ title: "Shipping", route: "/shipping" }]);
});

it("says what is shown, as long as the application is", () => {
  context.setTitle("FR-20931");
  expect(document.title).toBe("FR-20931 · Shipping · Acme");
  context.setTitle();
  expect(document.title).toBe("Shipping · Acme");
  router.replace("/billing");
  context.setTitle("late");
  expect(document.title).toBe("Shipping · Acme");
});
