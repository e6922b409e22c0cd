import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AstBuilder, compile, GherkinClassicTokenMatcher, Parser } from "@cucumber/gherkin";
import { IdGenerator, type Pickle } from "@cucumber/messages";

/** A feature file, with each example of its scenarios as one of its own. */
export interface Feature {
  readonly file: string;
  readonly scenarios: readonly Pickle[];
}

/** The feature files of a folder, all or some. */
export function featuresIn(folder: string, some?: readonly string[]): readonly Feature[] {
  const files = some ?? readdirSync(folder).filter((file) => file.endsWith(".feature"));
  return files.map((file) => ({
    file,
    scenarios: scenariosOf(file, readFileSync(join(folder, file), "utf8")),
  }));
}

function scenariosOf(file: string, text: string): readonly Pickle[] {
  const newId = IdGenerator.incrementing();
  const parser = new Parser(new AstBuilder(newId), new GherkinClassicTokenMatcher());
  return compile(parser.parse(text), file, newId);
}
