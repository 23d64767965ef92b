import { configDefaults, defineConfig } from "vitest/config";

const unhurried = [
  "e2e/deploy/*.test.ts",
  "e2e/{dead-letters,examples,house,logs,metrics,nats-users,observability,readme,server-api,traces}.test.ts",
] as const;

export default defineConfig({
  test: {
    globalSetup: "libs/devkit/src/global-setup.ts",
    projects: [
      {
        test: {
          name: "parts",
          include: ["{libs,services,apps}/*/src/**/*.test.ts", "{scripts,bench/src}/**/*.test.ts"],
          // Real servers start within tests: a generous limit, since machines differ; every wait inside has its own deadline.
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 3,
          // Not 0, which vitest takes for no order at all.
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "aside",
          // They hold nothing to a time or a size, so that two may run at once.
          include: [...unhurried],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "whole",
          include: ["e2e/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...unhurried],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // One at a time, after all others: each starts the whole system, and some hold it to a time or a size.
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
