import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { test } from "@playwright/test";
import type { Team } from "./pages.js";
import { frontage, ROOT } from "./system.js";

/** A child's build with a changed module, like a developer's next build, among the test's own output. */
export async function changed(team: Team, change: (source: string) => string): Promise<string> {
  const { outputDir } = test.info();
  await mkdir(outputDir, { recursive: true });
  const dist = await mkdtemp(join(outputDir, `${team}-`));
  await cp(resolve(ROOT, "assets", team, "dist"), dist, { recursive: true });
  const description = JSON.parse(await readFile(join(dist, "frontage.json"), "utf8")) as { entry: string };
  const source = change(await readFile(join(dist, description.entry), "utf8"));
  const hash = createHash("sha256").update(source).digest("hex").slice(0, 8);
  const entry = `assets/main-${hash}.js`;
  await rename(join(dist, description.entry), join(dist, entry));
  await writeFile(join(dist, entry), source);
  await writeFile(join(dist, "frontage.json"), JSON.stringify({ ...description, entry }));
  return dist;
}

/** The output of `release publish`. */
export interface Published {
  readonly version: string;
  readonly uploaded: number;
}

/** Publishes a build. */
export async function publish(team: Team, dist: string, ...more: string[]): Promise<Published> {
  const said = await frontage("release", "publish", team, "--dir", dist, "--format", "json", ...more);
  return JSON.parse(said) as Published;
}

/** Publishes a build as a preview. */
export async function preview(
  team: Team,
  dist: string,
  name: string,
  ...more: string[]
): Promise<{ readonly version: string; readonly link: string }> {
  const published = await publish(team, dist, "--preview", name, ...more);
  return published as Published & { readonly link: string };
}
