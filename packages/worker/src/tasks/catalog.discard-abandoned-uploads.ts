import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

/** Every night: drops uploads that were started a day ago or earlier and never finished. */
export const discardAbandonedUploads: ScheduledTask = async ({ sql, correlationId }) => {
  const [row] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ uploads: number }[]>`select private.discard_abandoned_uploads() as uploads`,
  );
  return row?.uploads ?? 0;
};
