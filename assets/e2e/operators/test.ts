import { test as base } from "@playwright/test";
import { StandIn } from "../src/stand-in.js";

export { expect } from "@playwright/test";

const BETA = { in: ["beta", { var: "groups" }] };

/** A test with a system of its own, which has some toggles. */
export const test = base.extend<{ standIn: StandIn }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs.
  standIn: async ({}, use) => {
    const standIn = new StandIn();
    await standIn.start();
    fill(standIn);
    await use(standIn);
    standIn.stop();
  },
});

function fill(standIn: StandIn): void {
  standIn.put("shipping.express", { name: "Express parcels", attributes: { owner: "shipping" } });
  standIn.put(
    "shipping.express",
    { isActive: true, rules: { targeting: { if: [BETA, "on", "off"] } } },
    "grace@example.com",
    "first the testers",
  );
  standIn.put("shipping.returns", {
    name: "Returns at the door",
    isActive: true,
    rules: {
      windows: [{ days: "MON-FRI", from: "09:00", to: "17:00", zone: "Europe/Berlin" }],
      ramp: { from: "2026-12-01T09:00:00Z", every: 3600, steps: [5, 25, 50, 100] },
      prerequisites: ["shipping.express"],
    },
  });
  standIn.put("payment.cards", { name: "Payment by card", isActive: true });
  standIn.put("profile.colour", {
    name: "Colour of the button",
    isActive: true,
    rules: {
      targeting: { if: [{ and: [BETA, { $ref: "berlin" }] }, "red", "green"] },
      variants: { red: "#f00", green: "#0f0" },
      defaultVariant: "green",
    },
  });
  standIn.put("home.banner", { name: "Banner", value: { text: "Hello", size: 3 } });
}
