import { readFileSync } from "node:fs";
import { build, type Plugin } from "vite";

/** The page's import map, as the content security policy has its hash: byte for byte. */
const TEXT = readFileSync(new URL("../import-map.json", import.meta.url), "utf8").trimEnd();

/** Where each shared module is on the page, by its bare name: `/shared/ui-1.js`. */
const SHARED = (JSON.parse(TEXT) as { imports: Record<string, string> }).imports;

/** Puts the map, and links to fetch ahead what every first load needs, into the page. */
export function importMap(): Plugin {
  const preloads = Object.values(SHARED).map((href) => ({
    tag: "link",
    attrs: { rel: "modulepreload", href },
    injectTo: "head" as const,
  }));
  return {
    name: "frontage:import-map",
    apply: "build",
    config: () => ({ build: { rolldownOptions: { external: Object.keys(SHARED) } } }),
    transformIndexHtml: () => [
      // First of all: a map has to stand before any module is asked for.
      { tag: "script", attrs: { type: "importmap" }, children: TEXT, injectTo: "head-prepend" },
      ...preloads,
      {
        tag: "link",
        attrs: { rel: "preload", href: "/config.json", as: "fetch", crossorigin: "anonymous" },
        injectTo: "head",
      },
    ],
  };
}

/**
 * Builds each shared package as a module of its own, with what it depends on inside. Shell and children import it by
 * its bare name, so that there is one copy of it on the page.
 */
export function sharedModules(): Plugin {
  let folder = "dist";
  return {
    name: "frontage:shared-modules",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
      for (const [name, path] of Object.entries(SHARED)) {
        await buildShared(name, path.slice(1), folder);
      }
    },
  };
}

async function buildShared(name: string, file: string, outDir: string): Promise<void> {
  const entry = new URL(`../../packages/${name.replace("@frontage/", "")}/src/index.ts`, import.meta.url);
  await build({
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    build: {
      target: "es2022",
      outDir,
      emptyOutDir: false,
      minify: true,
      lib: { entry: entry.pathname, formats: ["es"], fileName: () => file },
      rolldownOptions: { external: Object.keys(SHARED).filter((other) => other !== name) },
    },
  });
}
