// @ts-check

/** The packages of which a page has one instance: the shell's import map names them, no child bundles them. */
export const SHARED = ["@frontage/session", "@frontage/toggles", "@frontage/ui"];

/** A scheme in front of a shared package's name makes Vite leave the import unchanged. */
const MARK = "shared://";

/**
 * Keeps imports of shared packages bare on the development server too.
 *
 * Vite rewrites every import of a browser to a path on its own server, even those declared external: a second copy of
 * the session would come from there. So the names are marked when they are resolved, and the mark is removed after
 * Vite's own import analysis, which is its last plugin. The host page has an import map for them.
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

/** The host page's import map: the packages as served by this server. */
function importMap() {
  const imports = Object.fromEntries(SHARED.map((name) => [name, `/@id/${name}`]));
  return JSON.stringify({ imports });
}
