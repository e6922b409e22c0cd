// Measures the size of the shell's first load, with a distribution's best compression, and fails above the limit.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT = 100_000;
const DIST = fileURLToPath(new URL("../dist", import.meta.url));

const files = ["index.html", ...scripts("assets"), ...scripts("shared")];
const sizes = files.map((file) => [file, gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);

for (const [file, size] of [...sizes, ["total", total]]) {
  process.stdout.write(`${String(size).padStart(8)}  ${file}\n`);
}
if (total > LIMIT) {
  process.stderr.write(`The first load is above ${LIMIT} bytes\n`);
  process.exit(1);
}

function scripts(folder) {
  return readdirSync(join(DIST, folder))
    .filter((file) => /\.(js|css)$/.test(file))
    .map((file) => `${folder}/${file}`);
}
