import { join } from "node:path";
import type { Pickle } from "@cucumber/messages";
import { describe, expect, it, vi } from "vitest";
import { type Feature, featuresIn } from "./features.js";
import { itemsFor } from "./flags.js";
import { run } from "./steps.js";
import { toldIn } from "./told.js";
import { Scenario } from "./world.js";

vi.setConfig({ testTimeout: 30_000 });

const FLAGD = join(import.meta.dirname, "../../../../../lambda-src/toggle-formats/tests/flagd-testbed");

/** A checkout of OpenFeature's specification, the repository `open-feature/spec` at v0.9.0, if it is to be played as well: no package has it. */
const SPECIFICATION = process.env.OPENFEATURE_SPEC;
/** Its features but for `contextMerging`, which is about the SDK of a server. */
const SPECIFIED = ["evaluation.feature", "evaluation_v2.feature", "hooks.feature", "metadata.feature"];

/** Scenarios, the service that they are played with, and what is known of its clients. */
interface Suite {
  readonly features: readonly Feature[];
  readonly answers: Parameters<typeof Scenario.start>[0];
  readonly known?: object;
}

const SUITES: Readonly<Record<string, Suite>> = {
  "our own": { features: featuresIn(import.meta.dirname), answers: itemsFor },
  ...(SPECIFICATION && {
    "OpenFeature's specification": {
      features: featuresIn(join(SPECIFICATION, "specification/assets/gherkin"), SPECIFIED),
      answers: itemsFor,
    },
  }),
  "flagd's evaluators": {
    features: featuresIn(join(FLAGD, "evaluator/gherkin")),
    answers: toldIn("evaluator"),
  },
  "flagd's providers": {
    features: featuresIn(join(FLAGD, "gherkin")),
    answers: toldIn("provider"),
    // flagd of the test bed adds it to each context. Here it is a claim.
    known: { injectedmetadata: "set" },
  },
};

/** Scenarios that do not concern this provider: a tag, the beginning of their name, or a step of theirs. */
const OTHERS: readonly RegExp[] = [
  // It connects again whatever has happened, and so has no state that is final.
  /^Provider in fatal state error|^a fatal provider$/,
  // The specification allows that an answer is kept. Here each is, and `CACHED` says that there is no connection.
  /^CACHED reason/,
  // The SDK for browsers evaluates without waiting, and has no other method.
  /^Asynchronous flag evaluation/,
  // flagd's other versions of `fractional`: the engine has the second one.
  /^@fractional-v[13]$/,
  // flagd has replaced them by others.
  /^@deprecated$/,
  // What only flagd has: its own connections, and sets of flags that it chooses by their source.
  /^@(grace|caching)$|^an option "selector"|^a metadata flagd provider$/,
];

/** What ends otherwise: which step in which scenarios, and what is so instead. The first one that fits counts. */
const INSTEAD: readonly { of?: RegExp; step: string; instead: string }[] = [
  // Without a variant, a toggle is off for whom no rule gives it one. It is off, too, if its rule is broken, which no message tells.
  { of: /no.default|undefined-default/, step: reason("DEFAULT"), instead: reason("DISABLED") },
  { of: /wrong argument count.*-with-wrong/, step: value("fallback"), instead: value("wrong") },
  { of: /wrong argument count.*-with-wrong/, step: reason("DEFAULT"), instead: reason("DISABLED") },
  { of: /null-default-flag.*"true"/, step: value("true"), instead: value("false") },
  { step: code("PARSE_ERROR"), instead: reason("DISABLED") },
  { step: code("GENERAL"), instead: reason("DISABLED") },
  // Messages say what a toggle is, and not whether a rule has decided that.
  { step: reason("TARGETING_MATCH"), instead: reason("STATIC") },
  { step: reason("DEFAULT"), instead: reason("STATIC") },
  // A flag can be asked for by its name, so each says which toggle it is.
  {
    step: "the resolved metadata is empty",
    instead: "the resolved metadata has nothing but the toggle's id and name",
  },
];

function reason(text: string): string {
  return `the reason should be "${text}"`;
}

function value(text: string): string {
  return `the resolved details value should be "${text}"`;
}

function code(text: string): string {
  return `the error-code should be "${text}"`;
}

const isOther = ({ name, steps, tags }: Pickle) =>
  OTHERS.some((other) =>
    [name, ...tags.map((tag) => tag.name), ...steps.map(({ text }) => text)].some((text) => other.test(text)),
  );

const titleOf = ({ name, steps }: Pickle) => `${name}: ${steps.map(({ text }) => text).join("; ")}`;

/** What is so in a scenario instead of a step of it. */
const insteadOf = (scenario: Pickle, step: string) =>
  INSTEAD.find((each) => each.step === step && each.of?.test(titleOf(scenario)) !== false)?.instead;

async function play(pickle: Pickle, { answers, known }: Suite): Promise<void> {
  const scenario = await Scenario.start(answers);
  Object.assign(scenario.context, known);
  try {
    for (const step of pickle.steps) {
      await run(scenario, { ...step, text: insteadOf(pickle, step.text) ?? step.text });
    }
  } finally {
    await scenario.end();
  }
}

for (const [name, suite] of Object.entries(SUITES)) {
  describe(name, () => {
    for (const { file, scenarios } of suite.features) {
      for (const scenario of scenarios.filter((each) => !isOther(each))) {
        it(`${file}: ${titleOf(scenario)}`, () => play(scenario, suite));
      }
    }
  });
}

it("runs so many scenarios of all, of which so many end otherwise", () => {
  const counts = Object.entries(SUITES).map(([name, { features }]) => {
    const all = features.flatMap(({ scenarios }) => scenarios);
    const run = all.filter((scenario) => !isOther(scenario));
    const otherwise = run.filter((each) => each.steps.some(({ text }) => insteadOf(each, text)));
    return [name, run.length, all.length, otherwise.length];
  });
  // The package's README has these numbers.
  expect(counts).toEqual([
    ["our own", 26, 26, 0],
    ...(SPECIFICATION ? [["OpenFeature's specification", 77, 103, 25]] : []),
    ["flagd's evaluators", 125, 140, 36],
    ["flagd's providers", 129, 290, 36],
  ]);
});
