import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

/** The page's import map, byte for byte, since the page's policy has its hash. */
const TEXT = readFileSync(new URL("../import-map.json", import.meta.url), "utf8").trimEnd();

/**
 * The page's own policy: the import map is its only inline script. It is part of the page, and not of the header that the
 * system's description is the source of, so that it changes with each release of the shell. Where scripts come from is the
 * header's matter: a browser loads what both allow.
 */
const POLICY = `script-src-elem * 'sha256-${createHash("sha256").update(TEXT).digest("base64")}'`;

/** The path of each shared module on the page, by its bare name: `/shared/ui-1.js`. */
const SHARED = (JSON.parse(TEXT) as { imports: Record<string, string> }).imports;

/** Adds the map and its policy to the page, and links that prefetch the modules of every first load. */
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
      // First of all: a policy holds for what comes after it, and a map must precede any module request.
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
        injectTo: "head-prepend",
      },
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

/** During development, released children already get the very modules that the development server serves. */
export function developmentImportMap(): Plugin {
  const imports = Object.keys(SHARED).map((name) => [name, `/@fs${sourceOf(name)}`]);
  const children = JSON.stringify({ imports: Object.fromEntries(imports) });
  return {
    name: "frontage:development-import-map",
    apply: "serve",
    transformIndexHtml: () => [
      { tag: "script", attrs: { type: "importmap" }, children, injectTo: "head-prepend" },
    ],
  };
}

function sourceOf(name: string): string {
  const folder = name.replace("@frontage/", "");
  return fileURLToPath(new URL(`../../packages/${folder}/src/index.ts`, import.meta.url));
}

/**
 * Builds each shared package as a separate module that includes its dependencies. Shell and children import it by its
 * bare name, so the page has one copy of it.
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
  await build({
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    build: {
      target: "es2022",
      outDir,
      emptyOutDir: false,
      minify: true,
      lib: { entry: sourceOf(name), formats: ["es"], fileName: () => file },
      rolldownOptions: { external: Object.keys(SHARED).filter((other) => other !== name) },
    },
  });
}
