import { correlated } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

/** Every minute: decides about intakes whose day has come, one per transaction: guaranteed, cancelled, or put before staff. */
export const decideIntakes: ScheduledTask = async ({ sql, correlationId, signal }) => {
  let decided = 0;
  while (!signal.aborted) {
    const [row] = await correlated(
      sql,
      correlationId,
      (transaction) => transaction<{ decided: boolean }[]>`select private.decide_next_intake() as decided`,
    );
    if (!row?.decided) break;
    decided++;
  }
  return decided;
};
