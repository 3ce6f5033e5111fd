import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

/** Every minute: suspends and ends enrolments of subscriptions that the clock has shut; answers how many subscriptions. */
export const followSubscriptions: ScheduledTask = async ({ sql, correlationId }) => {
  const [row] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ moved: number }[]>`select private.follow_due_subscriptions() as moved`,
  );
  return row?.moved ?? 0;
};
