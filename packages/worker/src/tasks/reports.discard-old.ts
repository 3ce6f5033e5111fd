import type { ScheduledTask } from "./task.ts";

/** Every night: drops the rows of reports that are older than the setting report_days. */
export const discardOldReports: ScheduledTask = async ({ sql }) => {
  const [row] = await sql<{ reports: number }[]>`select private.discard_old_reports() as reports`;
  return row?.reports ?? 0;
};
