import { join } from "node:path";
import type { Pickle } from "@cucumber/messages";
import { describe, expect, it } from "vitest";
import { featuresIn } from "./features.js";
import { run } from "./steps.js";
import { Scenario } from "./world.js";

/** A checkout of OpenFeature's specification, the repository `open-feature/spec`, whose own scenarios are run as well. */
const SPECIFICATION = process.env.OPENFEATURE_SPEC;

/** Its features of flag evaluation. `contextMerging` is about the SDK of a server. */
const THEIRS = ["evaluation.feature", "evaluation_v2.feature", "hooks.feature", "metadata.feature"];

/** What the service's messages do not carry, and what is said instead. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  // They say what a toggle is, and not whether a rule has decided that.
  ['the reason should be "TARGETING_MATCH"', 'the reason should be "STATIC"'],
  ['the reason should be "DEFAULT"', 'the reason should be "STATIC"'],
  // A flag can be asked for by its name, so each says which toggle it is.
  ["the resolved metadata is empty", "the resolved metadata has nothing but the toggle's id and name"],
]);

/** Scenarios that do not concern this provider: the beginnings of their names, or a step of theirs. */
const OTHERS: readonly RegExp[] = [
  // It connects again whatever has happened, and so has no state that is final.
  /^Provider in fatal state error|^a fatal provider$/,
  // The specification allows that an answer is kept. Here each is, and `CACHED` says that there is no connection.
  /^CACHED reason/,
  // The SDK for browsers evaluates without waiting, and has no other method.
  /^Asynchronous flag evaluation/,
];

const isOther = ({ name, steps }: Pickle) =>
  OTHERS.some((other) => [name, ...steps.map(({ text }) => text)].some((text) => other.test(text)));

const titleOf = ({ name, steps }: Pickle) => `${name}: ${steps.map(({ text }) => text).join("; ")}`;

async function play({ steps }: Pickle): Promise<void> {
  const scenario = await Scenario.start();
  try {
    for (const step of steps) {
      await run(scenario, { ...step, text: INSTEAD.get(step.text) ?? step.text });
    }
  } finally {
    await scenario.end();
  }
}

for (const { file, scenarios } of featuresIn(import.meta.dirname, /\.feature$/)) {
  describe(file, () => {
    it.each(scenarios.map((scenario) => [titleOf(scenario), scenario] as const))("%s", (_, scenario) =>
      play(scenario),
    );
  });
}

describe.skipIf(SPECIFICATION === undefined)("the specification's own scenarios", () => {
  const folder = join(SPECIFICATION ?? "", "specification/assets/gherkin");
  const features =
    SPECIFICATION === undefined ? [] : featuresIn(folder, new RegExp(`^(${THEIRS.join("|")})$`));

  it("are there", () => {
    expect(features.map(({ file }) => file)).toEqual(THEIRS);
  });

  for (const { file, scenarios } of features) {
    describe(file, () => {
      for (const scenario of scenarios) {
        it.skipIf(isOther(scenario))(titleOf(scenario), () => play(scenario));
      }
    });
  }
});
