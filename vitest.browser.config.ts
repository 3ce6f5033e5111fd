import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

/** `npm run test:browser`: what a person does, in a real Chromium. Fails, and says what to do, on a machine that has none. */
export default defineConfig({
  test: { ...base.test, include: ["tests/browser/**/*.walk.ts"], maxWorkers: 1, testTimeout: 60_000 },
});
