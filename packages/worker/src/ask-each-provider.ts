import type { RunContext } from "./tasks/task.ts";

const AT_ONCE = 4;
const AWAY_AFTER = 12;

/**
 * Asks about every item at its provider: all providers side by side, some items at once. One that is away, or an item that fails, holds up no
 * other; of a provider that fails again and again the rest waits for the next run. Throws at the end when anything failed.
 */
export async function askEachProvider<Item extends { provider: string }>(
  items: readonly Item[],
  ask: (item: Item) => Promise<void>,
  { log, signal }: Pick<RunContext, "log" | "signal">,
): Promise<void> {
  const errors: unknown[] = [];
  const askOne = async (provider: string) => {
    const own = items.filter((item) => item.provider === provider);
    let failedInARow = 0;
    for (let start = 0; start < own.length && failedInARow < AWAY_AFTER && !signal.aborted; start += AT_ONCE) {
      for (const result of await Promise.allSettled(own.slice(start, start + AT_ONCE).map(ask))) {
        failedInARow = result.status === "rejected" ? failedInARow + 1 : 0;
        if (result.status === "fulfilled") continue;
        errors.push(result.reason);
        log.error({ err: result.reason, provider }, "a provider could not be asked");
      }
    }
  };
  await Promise.all([...new Set(items.map(({ provider }) => provider))].map(askOne));
  if (errors.length === 0) return;
  const [cause] = errors;
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new Error(`${errors.length} of ${items.length} could not be asked about, the others were. The first: ${why}`, {
    cause,
  });
}
