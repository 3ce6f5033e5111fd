import type { ScheduledTask } from "./task.ts";

const BATCH = 500;

/** Hourly: gives up carts that nobody touched for `cart_days`, and forgets those given up `cart_purge_days` ago, in batches, so that no transaction grows long. */
export const expireCarts: ScheduledTask = async ({ sql, signal }) => {
  const untilFew = async (next: () => Promise<{ carts: number }[]>) => {
    let moved = 0;
    while (!signal.aborted) {
      const carts = (await next())[0]?.carts ?? 0;
      moved += carts;
      if (carts < BATCH) break;
    }
    return moved;
  };
  const expired = await untilFew(() => sql`select private.expire_due_carts(${BATCH}) as carts`);
  return expired + (await untilFew(() => sql`select private.purge_carts(${BATCH}) as carts`));
};
