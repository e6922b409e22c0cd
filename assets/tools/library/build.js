// @ts-check
/**
 * Builds a shared package for use outside this workspace: `dist` is the published package, with modules and
 * declarations instead of the sources, and its own package.json. The workspace itself uses the sources.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const DIST = "dist";
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

rmSync(DIST, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "--build", "--force", "tsconfig.build.json"], { stdio: "inherit" });

const { scripts, devDependencies, publishConfig, exports, ...described } = JSON.parse(
  readFileSync("package.json", "utf8"),
);
const built = Object.entries(exports).map(([name, source]) => {
  const path = source.replace("./src/", "./").replace(/\.ts$/, "");
  return [name, { types: `${path}.d.ts`, default: `${path}.js` }];
});
const published = { ...described, exports: Object.fromEntries(built) };
writeFileSync(`${DIST}/package.json`, `${JSON.stringify(published, null, 2)}\n`);
if (existsSync("README.md")) copyFileSync("README.md", `${DIST}/README.md`);
