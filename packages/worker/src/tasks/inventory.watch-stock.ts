import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

/** Every minute: what two calls at the same moment missed of each other: goods for who bought beyond stock, and stock that has become low. */
export const watchStock: ScheduledTask = async ({ sql, correlationId }) => {
  const [filled] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ units: number }[]>`select private.fill_waiting_backorders() as units`,
  );
  const [marks] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ moved: number }[]>`select private.sweep_low_stock() as moved`,
  );
  return (filled?.units ?? 0) + (marks?.moved ?? 0);
};
