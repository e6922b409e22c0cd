import { defineChild } from "@frontage/child-build";
import { createServer, type ViteDevServer } from "vite";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

let server: ViteDevServer;

beforeEach(async () => {
  // The plugin steps aside for Vitest, where no import map answers.
  vi.stubEnv("VITEST", "");
  const { test, ...config } = defineChild({ kind: "element", title: "Example", port: 5998 });
  const root = new URL("example", import.meta.url).pathname;
  server = await createServer({
    ...config,
    root,
    configFile: false,
    logLevel: "silent",
    optimizeDeps: { noDiscovery: true },
  });
});

afterEach(async () => {
  await server.close();
  vi.unstubAllEnvs();
});

it("leaves the shared packages to the page's import map", async () => {
  const module = await server.transformRequest("/src/main.ts");
  expect(module?.code).toContain(`from "@frontage/ui"`);
});

it("reloads the page that has the child, whosever it is", async () => {
  const module = await server.transformRequest("/src/main.ts");
  expect(module?.code).toContain(`import "/@vite/client"`);
});

it("gives its own page an import map", async () => {
  const page = await server.transformIndexHtml("/", "<html><head></head><body></body></html>");
  expect(page).toContain(`<script type="importmap">`);
  expect(page).toContain(`"@frontage/ui":"/@id/@frontage/ui"`);
});
