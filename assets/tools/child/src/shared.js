// @ts-check

/** The packages of which a page has one instance: the shell's import map names them, no child has them inside. */
export const SHARED = ["@frontage/session", "@frontage/toggles", "@frontage/ui"];

/** A scheme in front of a shared package's name makes Vite leave the import as it is. */
const MARK = "shared://";

/**
 * Keeps imports of shared packages bare on the development server too.
 *
 * Vite answers every import of a browser with a path of its own server, also what is declared external: a second copy
 * of the session would come from there. So the names are marked when they are resolved, and the mark is taken away
 * after Vite's own import analysis, which is the last of its plugins. The host page has an import map for them.
 *
 * @returns {import("vite").Plugin}
 */
export function keepShared() {
  return {
    name: "frontage:shared",
    enforce: "pre",
    // Vitest has no import map: there the packages are found as usual.
    apply: (_config, { command }) => command === "serve" && !process.env.VITEST,
    resolveId(name, importer) {
      const asked = importer && !importer.endsWith(".html");
      return asked && SHARED.includes(name) ? { id: MARK + name, external: true } : undefined;
    },
    configResolved: ({ plugins }) => {
      /** @type {import("vite").Plugin[]} */ (plugins).push(unmark);
    },
    transformIndexHtml: () => [
      { tag: "script", attrs: { type: "importmap" }, children: importMap(), injectTo: "head-prepend" },
    ],
  };
}

/** @type {import("vite").Plugin} */
const unmark = {
  name: "frontage:unmark",
  transform: (code) => (code.includes(MARK) ? { code: code.replaceAll(MARK, ""), map: null } : undefined),
};

/** The host page's import map: the packages as this server has them. */
function importMap() {
  const imports = Object.fromEntries(SHARED.map((name) => [name, `/@id/${name}`]));
  return JSON.stringify({ imports });
}
