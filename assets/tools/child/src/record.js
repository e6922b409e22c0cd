// @ts-check
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes `frontage.json` next to the bundle: the information that a publisher needs about it. The entry's name is the
 * bundle's own, the version is the package's.
 *
 * A bundle of more than one file fails the build: the shell checks the integrity of one.
 *
 * @param {object} extras Data that discovery passes to the shell.
 * @returns {import("vite").Plugin}
 */
export function record(extras) {
  let version = "";
  return {
    name: "frontage:record",
    apply: "build",
    configResolved({ root }) {
      ({ version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
    },
    generateBundle(_options, bundle) {
      const [entry, ...others] = Object.keys(bundle);
      if (others.length > 0) {
        this.error(
          `A child is one file. Import styles with "?inline", load nothing lazily: ${others.join(", ")}`,
        );
      }
      const source = `${JSON.stringify({ entry, version, extras }, null, 2)}\n`;
      this.emitFile({ type: "asset", fileName: "frontage.json", source });
    },
  };
}
