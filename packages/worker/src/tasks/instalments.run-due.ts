import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

const BATCH = 50;

/** Every minute: reminds of instalments, has those that are due charged, and suspends what is overdue beyond the grace; answers how many orders it looked at. */
export const runInstalments: ScheduledTask = async ({ sql, correlationId, signal }) => {
  let moved = 0;
  while (!signal.aborted) {
    const [row] = await correlated(
      sql,
      correlationId,
      (transaction) => transaction<{ orders: number }[]>`select private.run_instalments(${BATCH}) as orders`,
    );
    moved += row?.orders ?? 0;
    if ((row?.orders ?? 0) < BATCH) break;
  }
  return moved;
};
