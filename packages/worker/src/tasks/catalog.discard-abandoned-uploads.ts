import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

/** Every night: drops uploads of every kind that were started a day ago or earlier and never finished, and files of imports and exports whose time is over. */
export const discardAbandonedUploads: ScheduledTask = async ({ sql, correlationId }) => {
  const [row] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ uploads: number }[]>`select private.discard_abandoned_uploads() as uploads`,
  );
  return row?.uploads ?? 0;
};
