import { defineConfig, mergeConfig } from "vitest/config";
import quick from "./vitest.config.ts";

// A million attempts at the edge of stock instead of two thousand, and everything else random or racing in proportion: an hour at most.
process.env.SEATLINE_EFFORT ??= "500";

const torture = mergeConfig(quick, defineConfig({ test: { testTimeout: 600_000 } }));

export default {
  ...torture,
  test: {
    ...torture.test,
    include: [
      "tests/**/{race,*.race,race-for-money,model,permutations,fuzz,*.property,relay,resilience,killed}.test.ts",
    ],
  },
};
