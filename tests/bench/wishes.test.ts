import { expect, test } from "vitest";
import { createBench } from "../../bench/bench.ts";
import { chooseDriver } from "../../bench/drivers/choose-driver.ts";
import { wishes } from "../../bench/measurements/paid-purchase.ts";
import { readOptions } from "../../bench/options.ts";
import type { Stack } from "../../packages/stack/src/index.ts";
import { loadKeys } from "../../packages/stack/src/keys.ts";

test("nobody wishes for a seat twice, through all measurements of a run", async () => {
  const bench = createBench(readOptions(["node", "bench", "--quick"]), chooseDriver(), AbortSignal.any([]));
  try {
    const stack = { keys: loadKeys(bench.home), urls: { api: "http://127.0.0.1" } } as unknown as Stack;
    const [journey, report] = [wishes(bench, stack), wishes(bench, stack)];
    const wished = Array.from({ length: 600 }, (_, turn) => (turn % 3 === 0 ? report() : journey()));
    expect(new Set(wished.map(({ buyer, variant }) => `${buyer.number} ${variant}`)).size).toBe(600);
  } finally {
    await bench.stop();
  }
});
