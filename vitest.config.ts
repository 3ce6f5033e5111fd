import { defineConfig } from "vitest/config";
import { CountReporter } from "./tests/support/count-reporter.ts";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    globalSetup: ["tests/support/global-setup.ts"],
    setupFiles: ["tests/support/replayable-randomness.ts"],
    // Three files at a time: the reference machine has two cores, and much of the time a test waits for a worker or a clock.
    pool: "forks",
    maxWorkers: 3,
    // Files that share a process load the libraries once: a third less work. What a file must not share it makes itself: a database, a home.
    isolate: false,
    // Patience costs nothing while a test passes, and a busy machine does everything slowly: only what promises a time says one itself.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 45_000, interval: 100 } },
    teardownTimeout: 30_000,
    reporters: [["default", { summary: false }], new CountReporter()],
  },
});
