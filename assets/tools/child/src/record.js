// @ts-check

/**
 * Writes `frontage.json` beside the bundle: what a publisher has to know of it. The entry's name is the bundle's own.
 *
 * A bundle of more than one file fails the build: the shell checks the integrity of one.
 *
 * @param {{ version: string, extras: object }} about
 * @returns {import("vite").Plugin}
 */
export function record(about) {
  return {
    name: "frontage:record",
    apply: "build",
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle);
      const [entry] = files;
      if (files.length !== 1 || !entry) {
        this.error(
          `A child is one file, this one has ${files.length}: ${files.join(", ")}. Import styles with "?inline", load nothing lazily.`,
        );
      }
      const source = `${JSON.stringify({ entry, ...about }, null, 2)}\n`;
      this.emitFile({ type: "asset", fileName: "frontage.json", source });
    },
  };
}
