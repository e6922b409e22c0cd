// @ts-check
import { resolve } from "node:path";

/**
 * Connects the entry to the development server: a change reloads the page, even one of a deployed shell that loads the
 * child from here. Its own page would get that from Vite, a shell's page does not.
 *
 * @param {string} entry
 * @returns {import("vite").Plugin}
 */
export function reload(entry) {
  let file = "";
  return {
    name: "frontage:reload",
    apply: (_config, { command }) => command === "serve" && !process.env.VITEST,
    configResolved({ root }) {
      file = resolve(root, entry);
    },
    transform: (code, id) =>
      id === file ? { code: `${code}\nimport "/@vite/client";\n`, map: null } : undefined,
  };
}
