import { describe, expect, it } from "vitest";
import type { Json, Rules, Toggle } from "../../src/pages/toggles/answers.js";
import { localOf, momentOf } from "../../src/pages/toggles/editor/moment.js";
import {
  changedFields,
  creationOf,
  type Form,
  faultsOf,
  formOf,
  patchOf,
  rebased,
} from "../../src/pages/toggles/form.js";
import { meantBy, textOf } from "../../src/pages/toggles/rules/json.js";
import { faultOf as rampFault, rampOf, stepsOf, unitOf } from "../../src/pages/toggles/rules/ramp.js";
import { EVERYBODY, targetingOf, whomOf } from "../../src/pages/toggles/rules/targeting.js";
import { daysOf, faultOf, textOfDays, windowsOf } from "../../src/pages/toggles/rules/windows.js";
import { brief, differenceText, sentences } from "../../src/pages/toggles/rules/words.js";

export function toggle(rules: Rules = {}, more: Partial<Toggle> = {}): Toggle {
  return {
    id: "shipping.express",
    name: "Express",
    isActive: true,
    value: undefined,
    revision: 7,
    lastChange: undefined,
    rules,
    attributes: {},
    isProtected: false,
    mayFlip: true,
    proposal: undefined,
    ...more,
  };
}

const GROUP = { in: ["beta", { var: "groups" }] };
const USERS = { in: [{ var: "sub" }, ["u1", "u2"]] };
const SEGMENT = { $ref: "staff" };
const QUARTER = {
  fractional: [
    ["on", 25],
    ["off", 75],
  ],
};

describe("targeting", () => {
  it.each<[Json, object]>([
    [QUARTER, { percent: 25 }],
    [{ if: [GROUP, "on", "off"] }, { groups: ["beta"] }],
    [{ if: [USERS, QUARTER, "off"] }, { users: ["u1", "u2"], percent: 25 }],
    [
      { if: [{ or: [GROUP, USERS, SEGMENT] }, "on", "off"] },
      { groups: ["beta"], users: ["u1", "u2"], segments: ["staff"] },
    ],
  ])("that the command line writes is shown and written as it is (%#)", (json, whom) => {
    expect(whomOf(json)).toEqual({ ...EVERYBODY, ...whom });
    expect(targetingOf({ ...EVERYBODY, ...whom })).toEqual(json);
  });

  it("of nobody is that of everybody", () => {
    expect(whomOf(undefined)).toEqual(EVERYBODY);
    expect(targetingOf(EVERYBODY)).toBeUndefined();
  });

  it("is shown in whatever order its conditions are", () => {
    expect(whomOf({ if: [{ or: [SEGMENT, GROUP] }, "on", "off"] })).toMatchObject({
      groups: ["beta"],
      segments: ["staff"],
    });
  });

  it.each<Json>([
    {},
    "on",
    null,
    { if: [GROUP, "on"] },
    { if: [GROUP, "off", "on"] },
    { if: [GROUP, "red", "off"] },
    { if: [{ and: [GROUP, SEGMENT] }, "on", "off"] },
    { if: [{ or: [GROUP, { "!": GROUP }] }, "on", "off"] },
    { if: [{ or: [GROUP] }, "on", "off"] },
    { if: [{ or: [] }, "on", "off"] },
    { if: [{ in: ["beta", { var: "roles" }] }, "on", "off"] },
    { if: [{ in: [{ var: "targetingKey" }, ["u1", 2]] }, "on", "off"] },
    { if: [{ ...SEGMENT, in: [] }, "on", "off"] },
    { if: [GROUP, "on", { if: [SEGMENT, "on", "off"] }] },
    { if: [GROUP, "on", "off"], $comment: "kept" },
    { fractional: [{ var: "email" }, ["on", 25], ["off", 75]] },
    {
      fractional: [
        ["on", 1],
        ["off", 3],
      ],
    },
    {
      fractional: [
        ["on", 25],
        ["maybe", 25],
        ["off", 50],
      ],
    },
  ])("that says more stays JSON (%#)", (json) => {
    expect(whomOf(json)).toBeUndefined();
    expect(formOf(toggle({ targeting: json })).targeting).toEqual({
      kind: "json",
      text: JSON.stringify(json, null, 2),
    });
  });

  it("with variants is JSON, since it names them", () => {
    expect(formOf(toggle({ variants: { red: "#f00" } })).targeting).toEqual({ kind: "json", text: "" });
  });
});

describe("windows", () => {
  const OFFICE = { days: "MON-FRI", from: "09:00", to: "17:00", zone: "Europe/Berlin" };

  it.each<Json>([
    [OFFICE],
    [{ from: "22:00", to: "06:00", zone: "UTC" }],
    [{ to: "2026-12-24T18:00:00+01:00" }],
  ])("are shown and written as they are (%#)", (window) => {
    const json = [window];
    const base = toggle({ windows: json });
    const form = formOf(base);
    expect(form.windows.kind).toBe("built");
    // With one more, those that were there stay.
    const [first] = windowsOf(json) ?? [];
    if (!first) throw new Error("no window");
    const more: Form = { ...form, windows: { kind: "built", value: [first, first] } };
    expect(patchOf(more, base)?.rules?.windows).toEqual([window, window]);
  });

  it.each<Json>([
    [],
    {},
    [{ ...OFFICE, until: "x" }],
    [{ days: "MON", from: "2026-12-24T18:00:00Z" }],
    [{ ...OFFICE, from: 9 }],
    [{ ...OFFICE, days: "MO" }],
    [{ from: "09:00", zone: "UTC" }],
  ])("that say more stay JSON (%#)", (json) => {
    expect(windowsOf(json)).toBeUndefined();
  });

  it.each(["MON-FRI", "SAT,SUN", "MON,WED-FRI,SUN", "MON-SAT"])("have days: %s", (text) => {
    expect(textOfDays(daysOf(text) ?? [])).toBe(text);
  });

  it("may span the end of the week", () => {
    expect(textOfDays(daysOf("FRI-MON") ?? [])).toBe("MON,FRI-SUN");
  });

  it.each([
    [{ kind: "span", from: undefined, to: undefined }, "from when"],
    [{ kind: "span", from: "2026-12-24T00:00:00Z", to: "2026-12-23T00:00:00Z" }, "end after"],
    [{ kind: "daily", days: [], from: "09:00", to: "10:00", zone: "UTC" }, "Choose a day"],
    [{ kind: "daily", days: [true], from: "", to: "10:00", zone: "UTC" }, "which time"],
    [{ kind: "daily", days: [true], from: "09:00", to: "10:00", zone: "Mars" }, "no time zone “Mars”"],
  ] as const)("that are no windows are told (%#)", (window, fault) => {
    expect(faultOf(window)).toContain(fault);
  });
});

describe("a ramp", () => {
  const RAMP = { from: "2026-12-01T09:00:00Z", every: 3600, steps: [5, 25, 100] };

  it("is shown and written as it is", () => {
    const base = toggle({ ramp: RAMP });
    const form = formOf(base);
    expect(form.ramp).toEqual({ kind: "built", value: RAMP });
    const ramp = { kind: "built", value: { ...RAMP, steps: [5, 100] } } as const;
    expect(patchOf({ ...form, ramp }, base)?.rules).toEqual({ ramp: { ...RAMP, steps: [5, 100] } });
    expect(patchOf({ ...form, ramp: { kind: "built", value: null } }, base)?.rules).toEqual({ ramp: null });
  });

  it.each<Json>([{ ...RAMP, salt: 1 }, { ...RAMP, steps: ["5"] }, { from: RAMP.from, every: 1 }, 5])(
    "that says more stays JSON (%#)",
    (json) => {
      expect(rampOf(json)).toBeUndefined();
    },
  );

  it("has steps in whatever way they are written, and lasts as people say it", () => {
    expect(stepsOf("5, 25;50 100 %")).toEqual([5, 25, 50, 100]);
    expect(unitOf(5400)).toEqual([90, "minutes"]);
    expect(unitOf(172_800)).toEqual([2, "days"]);
    expect(rampFault({ ...RAMP, steps: stepsOf("5, x") })).toContain("whole percentages");
    expect(rampFault({ ...RAMP, steps: [50, 25] })).toContain("at least the one before");
    expect(rampFault({ ...RAMP, every: 0 })).toContain("how long");
    expect(rampFault({ ...RAMP, from: "" })).toContain("when it begins");
  });
});

describe("the form", () => {
  const targeting = { if: [{ and: [GROUP, SEGMENT] }, "on", "off"] };
  const windows = [{ later: true }];

  it("that nobody has touched changes nothing", () => {
    const base = toggle({ targeting, windows, prerequisites: ["a"], variants: { on: 1 }, ramp: 3 });
    expect(patchOf(formOf(base), base)).toBeUndefined();
  });

  it("writes what was changed, and names nothing else", () => {
    const base = toggle({ targeting, windows }, { value: { size: 3 } });
    const form = formOf(base);
    expect(patchOf({ ...form, isActive: false }, base)).toEqual({ revision: 7, isActive: false });
    expect(patchOf({ ...form, prerequisites: ["a"], name: " New " }, base)).toEqual({
      revision: 7,
      name: "New",
      rules: { prerequisites: ["a"] },
    });
    expect(patchOf({ ...form, value: "" }, base)).toEqual({ revision: 7, value: null });
    expect(patchOf({ ...form, targeting: { kind: "json", text: " " } }, base)?.rules).toEqual({
      targeting: null,
    });
  });

  it("of JSON that was made shorter or laid out otherwise is a change only if it says something else", () => {
    const base = toggle({ targeting });
    const form = formOf(base);
    const text = JSON.stringify({ if: targeting.if });
    expect(patchOf({ ...form, targeting: { kind: "json", text } }, base)).toBeUndefined();
  });

  it("tells what cannot be saved", () => {
    const form = formOf(toggle());
    const faults = faultsOf({
      ...form,
      name: " ",
      targeting: { kind: "json", text: "{" },
      variants: "[]",
      windows: { kind: "built", value: [{ kind: "span", from: undefined, to: undefined }] },
    });
    expect(Object.keys(faults).sort()).toEqual(["name", "targeting", "variants", "windows"]);
    expect(faults.targeting).toMatch(/^This is not JSON: /);
    expect(faultsOf(form)).toEqual({});
    const percent = { kind: "built", value: { ...EVERYBODY, percent: 101 } } as const;
    expect(faultsOf({ ...form, targeting: percent }).targeting).toContain("0 to 100");
  });

  it("of a new toggle writes the rules that it has", () => {
    const form = { ...formOf(toggle()), prerequisites: ["a"], value: "3" };
    expect(creationOf(form)).toEqual({
      revision: 0,
      isActive: true,
      name: "Express",
      value: 3,
      rules: { prerequisites: ["a"] },
    });
  });

  it("keeps changes on a later state, and knows what both have changed", () => {
    const base = toggle();
    const form = { ...formOf(base), name: "Mine", value: "1" };
    const live = toggle({ prerequisites: ["a"] }, { name: "Theirs", isActive: false, revision: 8 });
    const { form: after, both } = rebased({ base, form }, live);
    expect(both).toEqual(["name"]);
    expect(after).toMatchObject({ name: "Mine", value: "1", isActive: false, prerequisites: ["a"] });
    expect(changedFields(after, formOf(live))).toEqual(["name", "value"]);
    expect(patchOf(after, live)).toEqual({ revision: 8, name: "Mine", value: 1 });
  });
});

describe("a value", () => {
  it.each<Json>(["red", "3", "", " x ", "true", '{"a":1}', 3, true, null, { a: [1] }])(
    "is read as it was: %j",
    (value) => {
      expect(meantBy(textOf(value))).toEqual(value);
    },
  );

  it("is text, JSON, or nothing", () => {
    expect(textOf("red")).toBe("red");
    expect(meantBy(" [1] ")).toEqual([1]);
    expect(meantBy(" ")).toBeUndefined();
  });
});

it("a moment of a field is that of the browser's time zone", () => {
  for (const moment of ["2026-12-24T18:00:00Z", "2026-07-01T00:00:05Z"]) {
    expect(momentOf(localOf(moment))).toBe(moment);
  }
  expect(momentOf("")).toBeUndefined();
  expect(localOf("never")).toBe("");
});

describe("the words", () => {
  it.each<[Rules, string[]]>([
    [{}, ["On for everybody."]],
    [{ targeting: QUARTER }, ["On for 25 % of people, always the same ones."]],
    [
      { targeting: { if: [{ or: [GROUP, USERS, SEGMENT] }, QUARTER, "off"] } },
      ["On for 25 % of people in the group beta or the segment staff and 2 users."],
    ],
    [
      { targeting: { if: [{ or: [GROUP, { in: ["ops", { var: "groups" }] }] }, "on", "off"] } },
      ["On for people in one of the groups beta or ops."],
    ],
    [{ targeting: { "==": [1, 1] } }, ["On for whom its rule in JSON says."]],
    [{ prerequisites: ["a", "b"] }, ["On for everybody.", "Only where a and b are on."]],
    [
      { windows: [{ days: "MON-FRI,SUN", from: "09:00", to: "17:00", zone: "UTC" }] },
      ["On for everybody.", "Only Monday to Friday and Sunday from 09:00 to 17:00 (UTC)."],
    ],
    [
      { variants: { red: 1, blue: 2 }, defaultVariant: "red", targeting: {} },
      ["Its variant is “red” or “blue”, as its rule in JSON says; otherwise it is “red”."],
    ],
  ])("say what rules come to (%#)", (rules, words) => {
    expect(sentences(true, rules)).toEqual(words);
  });

  it("say steps with their times", () => {
    const ramp = { from: "2026-12-01T09:00:00Z", every: 3600, steps: [5, 25, 100] };
    expect(sentences(true, { ramp })[1]).toMatch(
      /^In steps: 5 % of people from 1 Dec 2026, \d\d:00, then each hour 25 % and 100 %\.$/,
    );
  });

  it("say that off is off for everybody", () => {
    expect(sentences(false, {})).toEqual(["Switched off: off for everybody."]);
    expect(sentences(false, { targeting: QUARTER })).toHaveLength(3);
    expect(brief(false, { targeting: QUARTER })).toBe("Off for everybody");
    expect(brief(true, { prerequisites: ["a"] })).toBe("On for everybody · Only where a is on");
  });

  it.each([
    ["isActive", "true", "on"],
    ["isActive", undefined, "nothing"],
    ["targeting", JSON.stringify(JSON.stringify({ if: [GROUP, "on", "off"] })), "people in the group beta"],
    ["targeting", JSON.stringify(JSON.stringify({ "==": [1, 1] })), '{"==":[1,1]}'],
    ["targeting", JSON.stringify("{broken"), '"{broken"'],
    [
      "windows",
      JSON.stringify('[{"from":"22:00","to":"06:00","zone":"UTC"}]'),
      "every day from 22:00 to 06:00 (UTC)",
    ],
    ["featureName", '"Express"', "Express"],
    ["value", '""', '""'],
    ["prerequisites", '["a","b"]', '["a","b"]'],
  ])("say what an attribute was in a change (%#)", (name, json, words) => {
    expect(differenceText(name, json)).toBe(words);
  });
});
