// @ts-check
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";
import { record } from "./record.js";
import { SHARED, keepShared } from "./shared.js";

/** The version of the contract between shell and child that this configuration builds for. */
export const CONTRACT = 1;

/**
 * @typedef {object} Child
 * @property {"element" | "module"} kind What the entry's default export is: a class that extends `HTMLElement`, or
 *   `{ mount, unmount }`.
 * @property {string} title What the shell's navigation shows.
 * @property {number} port Where the development server listens. Each child has its own, so that several run at once.
 * @property {string} [entry] The module whose default export is the child. Default: `src/main.ts`.
 * @property {import("vite").PluginOption[]} [plugins] The framework's own plugins.
 * @property {Record<string, string>} [define] Constants that the framework's build asks for.
 */

/**
 * The Vite configuration of a child application.
 *
 * A build is one JavaScript file, because integrity covers one file: no chunks, and styles inside it. What the shell
 * shares (`@frontage/session`, `@frontage/toggles`, `@frontage/ui`) stays a bare import, which its import map answers.
 * The development server leaves those imports bare too: so a deployed shell can load the child from it and both use
 * the same session.
 *
 * @param {Child} child
 */
export function defineChild({ kind, title, port, entry = "src/main.ts", plugins = [], define = {} }) {
  const root = process.cwd();
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return defineConfig({
    root,
    publicDir: false,
    plugins: [...plugins, keepShared(), record({ version, extras: { kind, title, contract: CONTRACT } })],
    define,
    build: singleFile(entry),
    optimizeDeps: { entries: [entry], exclude: SHARED },
    // A shell at another origin loads modules from here: the override of a deployed shell.
    server: { port, strictPort: true, cors: true },
  });
}

/**
 * @param {string} entry
 * @returns {import("vite").BuildEnvironmentOptions}
 */
function singleFile(entry) {
  return {
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    reportCompressedSize: false,
    rolldownOptions: {
      input: entry,
      external: SHARED,
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "assets/main-[hash].js", codeSplitting: false },
    },
  };
}
