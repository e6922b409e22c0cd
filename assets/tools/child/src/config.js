// @ts-check
import { record } from "./record.js";
import { reload } from "./reload.js";
import { keepShared, SHARED } from "./shared.js";

/** The version of the contract between shell and child that this configuration builds for. */
const CONTRACT = 1;

/** @type {typeof import("./types.js").defineChild} */
export function defineChild({ kind, title, port, entry = "src/main.ts", plugins = [], define = {} }) {
  return {
    publicDir: false,
    plugins: [...plugins, keepShared(), reload(entry), record({ kind, title, contract: CONTRACT })],
    define: { ...define },
    build: singleFile(entry),
    optimizeDeps: { entries: [entry, "dev.ts"], exclude: SHARED },
    // A shell on another origin may load modules from here: the override of a deployed shell.
    server: { port, strictPort: true, cors: true },
    test: { environment: "happy-dom", ...reports() },
  };
}

/**
 * The results of tests as JUnit too, where a pipeline's step `test` asks for them.
 *
 * @returns {Pick<import("vitest/node").InlineConfig, "reporters">}
 */
function reports() {
  const folder = process.env.FRONTAGE_REPORTS;
  if (!folder) return {};
  return { reporters: ["default", ["junit", { outputFile: `${folder}/tests.xml` }]] };
}

/**
 * @param {string} entry
 * @returns {import("vite").BuildEnvironmentOptions}
 */
function singleFile(entry) {
  return {
    target: "es2022",
    // The oldest browsers with `light-dark()`, which would be lowered to variables that nothing sets.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    reportCompressedSize: false,
    rolldownOptions: {
      input: entry,
      external: SHARED,
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "assets/main-[hash].js", hashCharacters: "hex", codeSplitting: false },
    },
  };
}
