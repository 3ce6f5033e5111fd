import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

const BATCH = 100;

/** Every hour: tells learners whose lessons close soon, once for each end. */
export const remindAccessEnds: ScheduledTask = async ({ sql, correlationId, signal }) => {
  let told = 0;
  while (!signal.aborted) {
    const [row] = await correlated(
      sql,
      correlationId,
      (transaction) => transaction<{ seats: number }[]>`select private.remind_of_access_ends(${BATCH}) as seats`,
    );
    if (!row?.seats) break;
    told += row.seats;
  }
  return told;
};
