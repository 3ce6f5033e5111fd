import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

// An order that is being expired holds its slots until the batch ends, and the last buyers of a thing wait for them: batches are short.
const BATCH = 20;

/** Every minute: expires unpaid orders whose hold has ended, in batches, so that no transaction grows long. */
export const expireDueOrders: ScheduledTask = async ({ sql, correlationId, signal }) => {
  let expired = 0;
  while (!signal.aborted) {
    const [row] = await correlated(
      sql,
      correlationId,
      (transaction) => transaction<{ orders: number }[]>`select private.expire_due_orders(${BATCH}) as orders`,
    );
    expired += row?.orders ?? 0;
    if ((row?.orders ?? 0) < BATCH) break;
  }
  return expired;
};
