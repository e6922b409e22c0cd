import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { FlagdCore } from "@openfeature/flagd-core";
import { expect, it } from "vitest";

/** What flagd's own engine answers, which the functions' engine is compared with (`cargo test -p toggle-rules`). */
const EXPECTED = new URL("../../../../lambda-src/toggle-rules/tests/flagd.json", import.meta.url);
const USERS = 100_000;

const VARIANTS = { on: true, off: false, red: "#f00", many: [1, 2] };
const beta = { in: ["beta", { var: "groups" }] };
const RULES = [
  { if: [beta, "on", "off"] },
  { if: [{ and: [beta, { ends_with: [{ var: "email" }, "@example.com"] }] }, "red", null] },
  {
    if: [
      { starts_with: [{ var: "email" }, "ann"] },
      "many",
      { if: [{ "==": [{ var: "plan" }, "gold"] }, "red", "off"] },
    ],
  },
  { if: [{ sem_ver: [{ var: "version" }, ">=", "1.2.0"] }, "on", "off"] },
  { if: [{ sem_ver: [{ var: "version" }, "^", "2.0.0"] }, "on", "off"] },
  { if: [{ "<": [17, { var: "age" }, 65] }, "on", "off"] },
  { if: [{ some: [{ var: "groups" }, { "==": [{ var: "" }, "staff"] }] }, "on", "off"] },
  {
    if: [
      { "!": [{ var: "targetingKey" }] },
      "off",
      {
        fractional: [
          ["on", 50],
          ["red", 30],
          ["many", 20],
        ],
      },
    ],
  },
  { fractional: [{ var: "email" }, ["on", 1], ["off", 1]] },
  { fractional: [{ cat: [{ var: "$flagd.flagKey" }, { var: "plan" }] }, ["on", 25], ["red", 75]] },
  { if: [{ ">": [{ var: "$flagd.timestamp" }, 1_700_000_000] }, "on", "off"] },
  { if: [{ in: [{ var: "plan" }, ["gold", "silver"]] }, "on", null] },
];
const CONTEXTS = [
  {},
  { targetingKey: "u1", groups: [] },
  { targetingKey: "u2", groups: ["beta"], email: "ann@example.com", plan: "gold", version: "1.2.0", age: 18 },
  {
    targetingKey: "u3",
    groups: ["staff", "beta"],
    email: "bob@example.org",
    plan: "silver",
    version: "v2.1",
    age: 65,
  },
  { targetingKey: "u4", groups: ["staff"], email: "annette@example.com", version: "1.1.9-rc.1", age: 40 },
  {
    targetingKey: "ü5",
    groups: ["beta"],
    email: "ann@example.org",
    plan: "iron",
    version: "2.0.0+5",
    age: "30",
  },
];

function engine(targeting: unknown): FlagdCore {
  const core = new FlagdCore();
  const flag = { state: "ENABLED", variants: VARIANTS, defaultVariant: "off", targeting };
  core.setConfigurations(JSON.stringify({ flags: { cart: flag } }));
  return core;
}

function variant(core: FlagdCore, context: object): string | undefined {
  return core
    .getFlags()
    .get("cart")
    ?.evaluate(context as never).variant;
}

it("answers as the functions' engine is expected to", () => {
  const rules = RULES.map((targeting) => {
    const core = engine(targeting);
    return { targeting, answers: CONTEXTS.map((context) => variant(core, context)) };
  });
  const tenth = {
    fractional: [
      ["on", 10],
      ["off", 90],
    ],
  };
  const core = engine(tenth);
  const users = Array.from(
    { length: USERS },
    (_, user) => variant(core, { targetingKey: `user-${user}` }) === "on",
  );
  const bits = users.map(Number).join("");
  const share = {
    targeting: tenth,
    users: USERS,
    on: users.filter(Boolean).length,
    sha256: createHash("sha256").update(bits).digest("hex"),
  };
  const answers = `${JSON.stringify({ variants: VARIANTS, contexts: CONTEXTS, rules, share }, null, 1)}\n`;
  if (process.env["UPDATE_FLAGD"]) {
    writeFileSync(EXPECTED, answers);
  }
  expect(readFileSync(EXPECTED, "utf8")).toBe(answers);
});
