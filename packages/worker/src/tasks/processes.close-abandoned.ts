import { DEAD_LETTERS } from "../queues.ts";
import type { ScheduledTask } from "./task.ts";

/**
 * Every minute: marks processes failed whose job lies among the dead letters. A worker that was killed in its last attempt
 * could not write that itself.
 */
export const closeAbandonedProcesses: ScheduledTask = async ({ sql }) => {
  const rows = await sql`
    with abandoned as (
      select processes.id
      from pgboss.job
      join public.processes on processes.id::text = job.data ->> 'process_id'
      where job.name = ${DEAD_LETTERS} and job.state = 'created' and processes.status = 'running'
      limit 500
    )
    select private.fail_process(abandoned.id, 'The worker died in the last attempt.', true) from abandoned`;
  return rows.length;
};
