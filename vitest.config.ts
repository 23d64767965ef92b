import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "libs/*/src/**/*.test.ts",
      "services/*/src/**/*.test.ts",
      "apps/*/src/**/*.test.ts",
      "scripts/**/*.test.ts",
      "e2e/**/*.test.ts",
    ],
    globalSetup: "libs/devkit/src/global-setup.ts",
    // Real servers start within tests: a generous limit, since machines differ; every wait inside has its own deadline.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
