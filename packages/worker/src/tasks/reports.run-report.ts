import type { EventTask } from "./task.ts";

type Report = { kind: string; parameters: object };

/**
 * report.queued: counts on the replica, in one look at it, and keeps the rows with the moment they are of. While the replica is away, or had to end the
 * question for the sake of what it replays, the job is tried again.
 */
export const runReport: EventTask = async (job, { sql, replica, complete }) => {
  const [report] = await sql<Report[]>`
    select kind, parameters from public.reports where id = ${job.subject_id} and status = 'queued'`;
  if (!report) return;
  const found = await replica.begin(async (transaction) => {
    await transaction`set transaction isolation level repeatable read, read only`;
    await transaction`set local statement_timeout = '30min'`;
    const [moment] = await transaction<{ as_of: Date }[]>`select private.data_as_of() as as_of`;
    const [counted] = await transaction<{ rows: object[] }[]>`
      select coalesce(jsonb_agg(line), '[]') as rows from private.count_report(${report.kind}, ${report.parameters}) as line`;
    return { as_of: moment?.as_of, rows: counted?.rows };
  });
  await complete(async (transaction) => {
    await transaction`select private.finish_report(${job.subject_id}, ${found.as_of}, ${JSON.stringify(found.rows)})`;
  });
};
