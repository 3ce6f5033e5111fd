import { call } from "../learning/teaching.ts";
import type { Sql } from "../support/database.ts";
import { newStaff } from "./running.ts";

/** What of a granted seat tests look at. */
export type Granted = { id: string; status: string; access_ends_at: string | null };

/** A new member of support. */
export async function support(sql: Sql): Promise<string> {
  return newStaff(sql, "support");
}

/** Grants somebody a seat as this member of staff. */
export const grant = (
  sql: Sql,
  staff: string,
  intake_id: string,
  profile_id: string,
  rest: Record<string, unknown> = {},
) => call<Granted>(sql, staff, "grant_seat", { intake_id, profile_id, reason: "Won a raffle", ...rest });
