import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

/** Every minute: raises an alert for what has become too old, and closes those whose concern is settled; answers how many of both. */
export const raiseAlerts: ScheduledTask = async ({ sql, correlationId }) => {
  const [row] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ alerts: number }[]>`select private.raise_alerts() as alerts`,
  );
  return row?.alerts ?? 0;
};
