import type { ScheduledTask } from "./task.ts";

const BATCH = 500;

/** Hourly: gives up carts that nobody touched for `cart_days`, in batches, so that no transaction grows long. */
export const expireCarts: ScheduledTask = async ({ sql, signal }) => {
  let expired = 0;
  while (!signal.aborted) {
    const [row] = await sql<{ carts: number }[]>`select private.expire_due_carts(${BATCH}) as carts`;
    expired += row?.carts ?? 0;
    if ((row?.carts ?? 0) < BATCH) break;
  }
  return expired;
};
