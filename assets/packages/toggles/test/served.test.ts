import { readFileSync } from "node:fs";
import { FlagdCore } from "@openfeature/flagd-core";
import { afterEach, expect, it, vi } from "vitest";

/** The file for servers, and what toggles are for some clients at some times (`cargo test -p toggle-formats`). */
const FILE = new URL("../../../../lambda-src/toggle-formats/tests/served.json", import.meta.url);

type Served = {
  document: unknown;
  contexts: object[];
  toggles: string[];
  times: { atMs: number; answers: unknown[][] }[];
};

afterEach(() => {
  vi.useRealTimers();
});

it("flagd's engine reads the file for servers as toggles are sent to clients", () => {
  const { document, contexts, toggles, times } = JSON.parse(readFileSync(FILE, "utf8")) as Served;
  const core = new FlagdCore();
  core.setConfigurations(JSON.stringify(document));
  vi.useFakeTimers({ toFake: ["Date"] });
  for (const { atMs, answers } of times) {
    vi.setSystemTime(atMs);
    const given = contexts.map((context) => toggles.map((id) => value(core, id, context)));
    expect(given, new Date(atMs).toISOString()).toEqual(answers);
  }
});

/** The value of a flag; null if it leaves that to the code that asks, as one that is disabled does. */
function value(core: FlagdCore, id: string, context: object): unknown {
  const flag = core.getFlag(id);
  const resolution = flag?.evaluate(context as never);
  expect(resolution?.errorCode).toBeUndefined();
  return flag?.state === "DISABLED" ? null : (resolution?.value ?? null);
}
