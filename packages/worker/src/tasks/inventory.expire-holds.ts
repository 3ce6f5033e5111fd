import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

const BATCH = 100;

/** Every minute: ends holds of stock that nobody delivered or gave back in time, in batches. */
export const expireHolds: ScheduledTask = async ({ sql, correlationId, signal }) => {
  let expired = 0;
  while (!signal.aborted) {
    const [row] = await correlated(
      sql,
      correlationId,
      (transaction) => transaction<{ holds: number }[]>`select private.expire_due_stock_holds(${BATCH}) as holds`,
    );
    if (!row?.holds) break;
    expired += row.holds;
  }
  return expired;
};
