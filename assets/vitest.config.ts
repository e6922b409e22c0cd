import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: ["packages/*", "{shell,shipping,profile,billing,stock}", "tools/*"],
  },
});
