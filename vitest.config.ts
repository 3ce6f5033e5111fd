import { defineConfig } from "vitest/config";
import { CountReporter } from "./tests/support/count-reporter.ts";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    globalSetup: ["tests/support/global-setup.ts"],
    setupFiles: ["tests/support/replayable-randomness.ts"],
    // Two files at a time: the reference machine has two cores, and Postgres needs some of them.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    reporters: [["default", { summary: false }], new CountReporter()],
  },
});
