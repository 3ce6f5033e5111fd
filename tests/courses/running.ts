import type { StaffIntake } from "../../packages/sdk/src/index.ts";
import { as } from "../support/buying.ts";
import type { Pool, Sql } from "../support/database.ts";
import { asOwner, asStaff, newCustomer, type StaffRole } from "../support/people.ts";

/** A new member of staff. */
export async function newStaff(sql: Sql, role: StaffRole): Promise<string> {
  const id = await newCustomer(sql);
  await sql`insert into public.role_members (profile_id, role) values (${id}, ${role})`;
  return id;
}

/** Runs `work` in the open transaction as a new member of staff, and afterwards as the owner again. */
export async function asNewStaff<T>(sql: Sql, role: StaffRole, work: (sql: Sql) => Promise<T>): Promise<T> {
  await asStaff(sql, role);
  const result = await work(sql);
  await asOwner(sql);
  return result;
}

/** Somebody who teaches the course and has no role. */
export async function newTeacher(sql: Sql, productId: string): Promise<string> {
  const id = await newCustomer(sql);
  await sql`insert into public.course_instructors (product_id, profile_id) values (${productId}, ${id})`;
  return id;
}

/** Cancels an intake as this member of staff. */
export function cancelIntake(
  sql: Sql,
  person: string,
  intakeId: string,
  reason = "the teacher is ill",
  key: string | null = null,
): Promise<StaffIntake> {
  return as(
    sql,
    person,
    async (tx) => (await tx`select public.cancel_intake(${intakeId}, ${reason}, ${key}) as answer`)[0]?.answer,
  );
}

/** Does one round of what the worker does for cancelled intakes, at most `steps` steps; gives how many were done. */
export async function windUp(sql: Sql, steps = 1000): Promise<number> {
  const open = await sql`select step, intake_id, subject_id from private.wind_up_steps(${steps})`;
  for (const { step, intake_id, subject_id } of open.slice(0, steps)) {
    const one = (tx: Sql) => tx`select private.wind_up(${step}, ${intake_id}, ${subject_id})`;
    await ("begin" in sql ? (sql as Pool).begin(one) : one(sql));
  }
  await sql`select private.finish_wind_ups()`;
  return Math.min(open.length, steps);
}
