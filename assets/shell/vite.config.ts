import { defineConfig } from "vite";
import { developmentImportMap, importMap, sharedModules } from "./build/shared.js";

/** The source of `/config.json` for the developer's shell: a running `frontage dev` prints its shell's URL. */
const proxied = process.env.FRONTAGE_SHELL;

export default defineConfig({
  plugins: [importMap(), developmentImportMap(), sharedModules()],
  build: {
    target: "es2022",
    // The oldest browsers with `light-dark()`, which would be lowered to variables that nothing sets.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsDir: "assets",
    assetsInlineLimit: 0,
    // Every browser that knows import maps preloads modules by itself.
    modulePreload: { polyfill: false },
  },
  server: {
    host: "localhost",
    ...(proxied && { proxy: { "/config.json": { target: proxied, changeOrigin: true } } }),
  },
});
