// Measures the size of the shell's first load, with a distribution's best compression, and fails above the limit.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT = 100_000;
const DIST = fileURLToPath(new URL("../dist", import.meta.url));

const sizes = [...firstLoad()].map((file) => [
  file,
  gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length,
]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);

for (const [file, size] of [...sizes, ["total", total]]) {
  process.stdout.write(`${String(size).padStart(8)}  ${file}\n`);
}
if (total > LIMIT) {
  process.stderr.write(`The first load is above ${LIMIT} bytes\n`);
  process.exit(1);
}

/** The page, the scripts and styles that it names, and those that they import: not what is loaded when it is needed. */
function firstLoad() {
  const html = read("index.html");
  const named = [...html.matchAll(/(?:src|href)="\/((?:assets|shared)\/[^"]+\.(?:js|css))"/g)];
  const files = new Set(["index.html", ...named.map(([, file]) => file)]);
  for (const file of files) {
    for (const [, name] of file.endsWith(".js")
      ? read(file).matchAll(/(?:from|import)\s*["'](\.[^"']+)["']/g)
      : []) {
      files.add(join(dirname(file), name));
    }
  }
  return files;
}

function read(file) {
  return readFileSync(join(DIST, file), "utf8");
}
