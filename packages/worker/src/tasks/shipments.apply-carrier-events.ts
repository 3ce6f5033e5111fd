import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

const BATCH = 100;

/** Every minute: applies carriers' events that are in the inbox and could not be applied at once; answers how many it applied. */
export const applyCarrierEvents: ScheduledTask = async ({ sql, correlationId }) => {
  const [row] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ events: number }[]>`select private.apply_pending_carrier_events(${BATCH}) as events`,
  );
  return row?.events ?? 0;
};
