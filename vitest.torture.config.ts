import { globSync, readFileSync } from "node:fs";
import { defineConfig, mergeConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import quick from "./vitest.config.ts";

// A million attempts at the edge of stock (2 000 in `npm test`); what that means for everything else is in tests/support/effort.ts.
// The million alone takes the better part of an hour on two cores; how long all of it takes was not measured.
process.env.SEATLINE_EFFORT ??= "500";

/** What takes longer for more effort, found by itself: a file that asks how much. Beside those, what is a race or a crash in every run. */
const asks = (file: string) => /import \{[^}]*\} from "\.\.\/support\/effort\.ts"/.test(readFileSync(file, "utf8"));
const races = /[/.](race|crashes|relay|resilience|killed)\.test\.ts$/;

/** The million attempts take as long as half of all the others: they begin first, so that nothing waits for them at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => moduleId.endsWith("/tests/inventory/edge.race.test.ts");
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const torture = mergeConfig(
  quick,
  defineConfig({ test: { testTimeout: 600_000, sequence: { sequencer: LongestFirst } } }),
);

export default {
  ...torture,
  test: {
    ...torture.test,
    include: globSync("tests/**/*.test.ts").filter((file) => races.test(file) || asks(file)),
  },
};
