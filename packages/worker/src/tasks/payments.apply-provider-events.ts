import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

const BATCH = 100;

/** Every minute: applies provider events that are in the inbox and failed the first time; answers how many it applied. */
export const applyProviderEvents: ScheduledTask = async ({ sql, correlationId }) => {
  const [row] = await correlated(
    sql,
    correlationId,
    (transaction) =>
      transaction<{ events: number }[]>`select private.apply_pending_provider_events(${BATCH}) as events`,
  );
  return row?.events ?? 0;
};
