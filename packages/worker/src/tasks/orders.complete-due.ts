import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

const BATCH = 100;

/** Every hour: completes orders of which nothing is left to do, in batches. */
export const completeDueOrders: ScheduledTask = async ({ sql, correlationId, signal }) => {
  let completed = 0;
  while (!signal.aborted) {
    const [row] = await correlated(
      sql,
      correlationId,
      (transaction) => transaction<{ orders: number }[]>`select private.complete_due_orders(${BATCH}) as orders`,
    );
    completed += row?.orders ?? 0;
    if ((row?.orders ?? 0) === 0) break;
  }
  return completed;
};
