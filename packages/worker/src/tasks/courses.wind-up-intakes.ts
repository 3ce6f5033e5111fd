import { correlated, type Sql } from "../database.ts";
import type { ScheduledTask } from "./task.ts";

const BATCH = 100;

type Step = { step: string; intake_id: string; subject_id: string };

/**
 * Every minute: winds up cancelled intakes, one order, seat or place in line per transaction. A worker that dies leaves the rest to the next
 * run. A step that fails does not stop the others; the run then fails with its error, and the next run tries it again.
 */
export const windUpIntakes: ScheduledTask = async ({ sql, correlationId, signal, log }) => {
  const failed = new Map<string, unknown>();
  let done = 0;
  while (!signal.aborted) {
    const steps = await sql<
      Step[]
    >`select step, intake_id, subject_id from private.wind_up_steps(${BATCH + failed.size})`;
    const open = steps.filter(({ subject_id }) => !failed.has(subject_id));
    if (open.length === 0) break;
    for (const step of open) {
      if (signal.aborted) return done;
      try {
        await windUp(sql, correlationId, step);
        done++;
      } catch (error) {
        log.error({ err: error, ...step }, "a step of a cancelled intake failed");
        failed.set(step.subject_id, error);
      }
    }
  }
  await correlated(sql, correlationId, (transaction) => transaction`select private.finish_wind_ups()`);
  for (const error of failed.values()) throw error;
  return done;
};

const windUp = (sql: Sql, correlationId: string, { step, intake_id, subject_id }: Step) =>
  correlated(
    sql,
    correlationId,
    (transaction) => transaction`select private.wind_up(${step}, ${intake_id}, ${subject_id})`,
  );
