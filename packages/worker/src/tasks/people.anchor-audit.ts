import type { ScheduledTask } from "./task.ts";

type Head = { head: string | null; audit_id: number | null; occurred_at: string | null };

/** Hourly: writes the head of the audit log to this log, which lies outside the database, so that entries cut off later are missed. */
export const anchorAudit: ScheduledTask = async ({ sql, log }) => {
  const [row] = await sql<{ anchor: Head }[]>`select private.audit_head() as anchor`;
  if (!row?.anchor.head) return 0;
  log.info(
    { audit: row.anchor },
    "the audit log ends here: verify_audit with this head says whether it still holds all of it",
  );
  return 0;
};
