import type { PickleStep } from "@cucumber/messages";
import { expect } from "vitest";
import type { Details, Scenario, Type } from "./world.js";

type Step = readonly [RegExp, (scenario: Scenario, words: readonly string[], table: Table) => unknown];
type Table = readonly Readonly<Record<string, string>>[];

/** Runs a step of a scenario. */
export async function run(scenario: Scenario, { text, argument }: PickleStep): Promise<void> {
  for (const [pattern, step] of STEPS) {
    const found = pattern.exec(text);
    if (found) {
      await step(scenario, found.slice(1).map(plain), tableOf(argument?.dataTable?.rows ?? []));
      return;
    }
  }
  throw new Error(`No step is known for "${text}"`);
}

const given: readonly Step[] = [
  [
    /^a (stable|not ready|error|stale)(?: flagd)? provider$/,
    (scenario, [state = ""]) => scenario.provide(state),
  ],
  [/^an evaluator$/, (scenario) => scenario.provide("stable")],
  [/^an option "cache" of type "CacheType" with value "disabled"$/, () => undefined],
  [
    /^a (\w+)-flag with key "(.*)" and a (?:fallback|default) value "(.*)"$/,
    (scenario, [type = "", key = "", fallback = ""]) => {
      scenario.flag = { type: typeOf(type), key, fallback };
    },
  ],
  [
    /^a context containing a key "(.*)", with type "(\w+)" and with value "(.*)"$/,
    (scenario, [key = "", type = "", value = ""]) => {
      scenario.context[key] = parsed(typeOf(type), value);
    },
  ],
  [
    /^a context containing a targeting key with value "(.*)"$/,
    (scenario, [key = ""]) => {
      scenario.user = key;
    },
  ],
  [
    /^a context containing a nested property with outer key "(.*)" and inner key "(.*)", with value "(.*)"$/,
    (scenario, [outer = "", inner = "", value = ""]) => {
      scenario.context[outer] = { [inner]: value };
    },
  ],
  [
    /^a context containing a key "(.*)" with null value$/,
    (scenario, [key = ""]) => {
      scenario.context[key] = null;
    },
  ],
  [
    /^context contains keys "(.*)", "(.*)", "(.*)", "(.*)" with values "(.*)", "(.*)", (\d+), "(.*)"$/,
    ({ context }, words) => {
      const [first = "", second = "", third = "", fourth = "", a, b, c, d] = words;
      Object.assign(context, { [first]: a, [second]: b, [third]: Number(c), [fourth]: d === "true" });
    },
  ],
  [/^a client with added hook$/, (scenario) => scenario.flags.addHooks(scenario.hook())],
  [/^evaluation options containing specific hooks$/, () => undefined],
  [
    /^an evaluation context with modifiable data$/,
    (scenario) => {
      scenario.context.list = ["a", { b: 1 }];
    },
  ],
];

const when: readonly Step[] = [
  [/^the flag was evaluated with details$/, (scenario) => scenario.evaluate()],
  [
    /^the flag was evaluated with details using the evaluation options$/,
    (scenario) => scenario.evaluate([scenario.hook("first "), scenario.hook("second ")]),
  ],
  [
    /^an? (?:non-existent )?(?:(\w+) )?flag with key "(.*)" is evaluated (?:with details and|with) a?n? ?(?:default|fallback|null default) value ?"?([^"]*)"?$/,
    (scenario, [type, key = "", fallback = ""]) => {
      scenario.flag = { type: typeOf(type || "string"), key, fallback: fallback === "" ? "null" : fallback };
      return scenario.evaluate();
    },
  ],
  [
    /^a string flag with key "(.*)" is evaluated as an integer, with details and a fallback value (\d+)$/,
    (scenario, [key = "", fallback = ""]) => {
      scenario.flag = { type: "Integer", key, fallback };
      return scenario.evaluate();
    },
  ],
];

const then: readonly Step[] = [
  [
    /^the resolved details value should be "(.*)"$/,
    (scenario, [value = ""]) => {
      const { type } = scenario.flag ?? { type: "String" as const };
      expect(detailsOf(scenario).value).toEqual(parsed(type, value));
    },
  ],
  [
    /^the resolved (\w+) (?:value|response) should be "?([^"]*)"?$/,
    (scenario, [type = "", value = ""]) => {
      expect(detailsOf(scenario).value).toEqual(parsed(typeOf(type), value));
    },
  ],
  [
    /^the resolved (\w+) details value should be "?([^"]*)"?, the variant should be "(.*)", and the reason should be "(.*)"$/,
    (scenario, [type = "", text = "", variant, reason]) => {
      const value = parsed(typeOf(type), text);
      expect(detailsOf(scenario)).toMatchObject({ value, variant, reason });
    },
  ],
  [
    /^the resolved object (?:details )?value should be contain fields "(.*)", "(.*)", and "(.*)", with values "(.*)", "(.*)" and (\d+), respectively$/,
    (scenario, [first = "", second = "", third = "", a, b, c]) => {
      const value = { [first]: a === "true", [second]: b, [third]: Number(c) };
      expect(detailsOf(scenario).value).toEqual(value);
    },
  ],
  [
    /^the resolved flag value is "(.*)" when the context is empty$/,
    async (scenario, [value = ""]) => {
      for (const key of Object.keys(scenario.context)) {
        delete scenario.context[key];
      }
      await scenario.forget();
      await scenario.evaluate();
      expect(detailsOf(scenario).value).toBe(value);
    },
  ],
  [
    /^the default (?:string|integer) value should be returned$/,
    (scenario) => {
      const { type, fallback } = scenario.flag ?? { type: "String" as const, fallback: "" };
      expect(detailsOf(scenario).value).toBe(parsed(type, fallback));
    },
  ],
  [
    /^the flag key should be "(.*)"$/,
    (scenario, [key]) => {
      expect(detailsOf(scenario).flagKey).toBe(key);
    },
  ],
  [
    /^the variant should be "([^"]*)"$/,
    (scenario, [variant]) => {
      expect(detailsOf(scenario).variant).toBe(variant);
    },
  ],
  [
    /^the variant should be "([^"]*)", and the reason should be "([^"]*)"$/,
    (scenario, [variant, reason]) => {
      expect(detailsOf(scenario)).toMatchObject({ variant, reason });
    },
  ],
  [
    /^the reason should be "(.*)"$/,
    (scenario, [reason]) => {
      expect(detailsOf(scenario).reason).toBe(reason);
    },
  ],
  [
    /^the error-code should be "(.*)"$/,
    (scenario, [code]) => {
      expect(detailsOf(scenario).errorCode ?? "").toBe(code);
    },
  ],
  [
    /^the reason should indicate an error and the error code should indicate .* with "(.*)"$/,
    (scenario, [errorCode]) => {
      expect(detailsOf(scenario)).toMatchObject({ reason: "ERROR", errorCode });
    },
  ],
  [
    /^the provider status should be "(.*)"$/,
    ({ flags }, [status]) => {
      expect(flags.providerStatus).toBe(status);
    },
  ],
  [
    /^the resolved metadata should contain$/,
    (scenario, _, table) => {
      const entries = table.map(({ key = "", metadata_type = "", value = "" }) => [
        key,
        parsed(typeOf(metadata_type), value),
      ]);
      expect(detailsOf(scenario).flagMetadata).toMatchObject(Object.fromEntries(entries));
    },
  ],
  [
    /^the resolved metadata has nothing but the toggle's id and name$/,
    (scenario) => {
      const { flagKey: id, flagMetadata } = detailsOf(scenario);
      expect(flagMetadata).toEqual({ featureId: id, featureName: id });
    },
  ],
];

const hooks: readonly Step[] = [
  [
    /^the "(\w+)" hook should have been executed$/,
    ({ called }, [stage]) => {
      expect(called.map((each) => each.stage)).toContain(stage);
    },
  ],
  [
    /^the "(.*)" hooks should be called with evaluation details$/,
    ({ called }, [stages = ""], table) => {
      const wanted = table.map(({ data_type = "", key = "", value = "" }) => [
        camel(key),
        value === "null" ? undefined : parsed(typeOf(data_type), value),
      ]);
      for (const stage of stages.split(", ")) {
        const details = called.find((each) => each.stage === stage)?.details;
        for (const [key, value] of wanted) {
          expect(details?.[key as keyof Details], `${key} of ${stage}`).toBe(value);
        }
      }
    },
  ],
  [
    /^the specified hooks should execute during evaluation$/,
    ({ called }) => {
      expect(called.map(({ stage }) => stage)).toEqual(
        expect.arrayContaining(["first before", "second finally"]),
      );
    },
  ],
  [
    /^the hook order should be maintained$/,
    ({ called }) => {
      // Specification, 4.4.2: `before` in order, the others in reverse.
      expect(called.map(({ stage }) => stage)).toEqual([
        "first before",
        "second before",
        "second after",
        "first after",
        "second finally",
        "first finally",
      ]);
    },
  ],
  [
    /^the original evaluation context should remain unmodified$/,
    ({ context }) => {
      expect(context).toEqual({ list: ["a", { b: 1 }] });
    },
  ],
  [
    /^the evaluation details should be immutable$/,
    (scenario) => {
      expect(Object.isFrozen(detailsOf(scenario).flagMetadata)).toBe(true);
    },
  ],
];

const STEPS = [...given, ...when, ...then, ...hooks];

function detailsOf({ details }: Scenario): Details {
  if (details === undefined) {
    throw new Error("Nothing was evaluated");
  }
  return details;
}

function typeOf(name: string): Type {
  return (name.charAt(0).toUpperCase() + name.slice(1)) as Type;
}

function parsed(type: Type, text: string): unknown {
  switch (type) {
    case "Boolean":
      return text === "true";
    case "String":
      return text;
    case "Object":
      return JSON.parse(text);
    default:
      return Number(text);
  }
}

/** The files quote quotation marks within a value. */
const plain = (word: string | undefined): string => (word ?? "").replaceAll('\\"', '"');
const camel = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function tableOf(rows: readonly { readonly cells: readonly { readonly value: string }[] }[]): Table {
  const [names, ...values] = rows.map(({ cells }) => cells.map(({ value }) => value));
  return values.map((row) => Object.fromEntries(row.map((value, column) => [names?.[column], value])));
}
