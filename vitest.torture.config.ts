import { globSync, readFileSync } from "node:fs";
import { defineConfig, mergeConfig } from "vitest/config";
import quick from "./vitest.config.ts";

// A million attempts at the edge of stock instead of two thousand, and everything else random or racing in proportion. How long all of it takes was not measured.
process.env.SEATLINE_EFFORT ??= "500";

/** What takes longer for more effort, found by itself: a file that asks how much. Beside those, what is a race or a crash in every run. */
const asks = (file: string) => /import \{[^}]*\} from "\.\.\/support\/effort\.ts"/.test(readFileSync(file, "utf8"));
const races = /[/.](race|crashes|relay|resilience|killed)\.test\.ts$/;

const torture = mergeConfig(quick, defineConfig({ test: { testTimeout: 600_000 } }));

export default {
  ...torture,
  test: {
    ...torture.test,
    include: globSync("tests/**/*.test.ts").filter((file) => races.test(file) || asks(file)),
  },
};
