import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Context } from "../service.js";
import { SOMEBODY } from "./world.js";

/** What the functions' engine sends of the flags of flagd's test bed: `cargo test -p toggle-formats --test testbed` keeps it. */
const TOLD = new URL("../../../../../lambda-src/toggle-formats/tests/told.json", import.meta.url);

type Item = { readonly featureId: { readonly S: string } };

interface Suite {
  readonly nobody: readonly Item[];
  /** For each context, the items that differ from nobody's. */
  readonly contexts: readonly { readonly context: object; readonly told: readonly Item[] }[];
}

const SUITES: Readonly<Record<"evaluator" | "provider", Suite>> = JSON.parse(readFileSync(TOLD, "utf8"));

/** The items that the service sends to a client, of the flags of one suite. */
export function toldIn(suite: keyof typeof SUITES): (context: Context) => readonly Item[] {
  const { nobody, contexts } = SUITES[suite];
  return ({ groups, targetingKey, ...claims }) => {
    if (groups === undefined) {
      return nobody;
    }
    const context = targetingKey === SOMEBODY ? claims : { ...claims, targetingKey };
    const found = contexts.find((each) => isDeepStrictEqual(each.context, context));
    if (found === undefined) {
      throw new Error(`Nothing is written of ${JSON.stringify(context)}: UPDATE_TOLD=1`);
    }
    const own = new Map(found.told.map((item) => [item.featureId.S, item]));
    return nobody.map((item) => own.get(item.featureId.S) ?? item);
  };
}
