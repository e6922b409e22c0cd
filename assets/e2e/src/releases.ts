import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
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

/** A child's build from a source of which one file is changed. */
export async function rebuilt(team: Team, file: string, change: (source: string) => string): Promise<string> {
  const { outputDir } = test.info();
  await mkdir(outputDir, { recursive: true });
  const assets = resolve(ROOT, "assets");
  const copy = await mkdtemp(join(outputDir, `${team}-`));
  const filter = (path: string) => !/\/(node_modules|dist)$/.test(path);
  await cp(join(assets, team), copy, { recursive: true, filter });
  await symlink(join(assets, "node_modules"), join(copy, "node_modules"));
  const before = await readFile(join(copy, file), "utf8");
  const after = change(before);
  if (after === before) throw new Error(`${team}/${file} is not changed`);
  await writeFile(join(copy, file), after);
  await promisify(execFile)(join(assets, "node_modules/.bin/vite"), ["build"], { cwd: copy });
  return join(copy, "dist");
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
