import type { MyWaitlistEntry, WaitlistEntry } from "../../packages/sdk/src/index.ts";
import { as } from "./buying.ts";
import type { Sql } from "./database.ts";

/** Joins the waiting list of an intake. */
export function joinWaitlist(
  sql: Sql,
  learner: string,
  intakeId: string,
  key: string | null = null,
): Promise<WaitlistEntry> {
  return as(
    sql,
    learner,
    async (tx) => (await tx`select public.join_waitlist(${intakeId}, ${key}) as answer`)[0]?.answer,
  );
}

/** Leaves it, or declines the offered seat. */
export function leaveWaitlist(
  sql: Sql,
  learner: string,
  intakeId: string,
  key: string | null = null,
): Promise<WaitlistEntry> {
  return as(
    sql,
    learner,
    async (tx) => (await tx`select public.leave_waitlist(${intakeId}, ${key}) as answer`)[0]?.answer,
  );
}

/** The lists a learner is on, as they see them. */
export function myWaitlist(sql: Sql, learner: string): Promise<MyWaitlistEntry[]> {
  return as(sql, learner, async (tx) =>
    (await tx`select answer from public.my_waitlist() as answer`).map(({ answer }) => answer),
  );
}

/** Where each learner stands in the list of an intake, by their last entry; null for who never joined. */
export async function standing(sql: Sql, intakeId: string, learners: string[]): Promise<(string | null)[]> {
  const rows = await sql`select distinct on (learner_id) learner_id, status from public.waitlist_entries
    where intake_id = ${intakeId} order by learner_id, position desc`;
  return learners.map((learner) => rows.find(({ learner_id }) => learner_id === learner)?.status ?? null);
}

/** Moves the end of a learner's offer into the past. Nothing ends it yet: that is up to whoever comes next. */
export async function endOffer(sql: Sql, intakeId: string, learner: string): Promise<void> {
  await sql`with ended as (
      update public.waitlist_entries set offer_expires_at = now() - interval '1 second'
      where intake_id = ${intakeId} and learner_id = ${learner} and status = 'offered' returning id
    )
    update public.reservations set expires_at = now() - interval '1 second' from ended where holder_id = ended.id and reservations.status = 'held'`;
}
