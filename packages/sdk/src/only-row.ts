import { SeatlineError } from "./errors.ts";

/** The one row that was asked for. An update that matches nothing answers an empty list and no error: here it becomes `not_found`. */
export function onlyRow<T>(rows: T[], message: string, hint: string): T {
  const row = rows[0];
  if (row !== undefined) return row;
  throw new SeatlineError({ code: "not_found", message, status: 404, hint });
}
