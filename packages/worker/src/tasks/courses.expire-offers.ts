import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

const BATCH = 100;

/** Every minute: ends offered seats that nobody took, in batches; each goes to the next on its waiting list. */
export const expireOffers: ScheduledTask = async ({ sql, correlationId, signal }) => {
  let expired = 0;
  while (!signal.aborted) {
    const [row] = await correlated(
      sql,
      correlationId,
      (transaction) => transaction<{ offers: number }[]>`select private.expire_due_offers(${BATCH}) as offers`,
    );
    if (!row?.offers) break;
    expired += row.offers;
  }
  return expired;
};
