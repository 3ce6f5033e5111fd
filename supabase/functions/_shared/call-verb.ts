import type { SupabaseContext } from "@supabase/server";
import { Problem } from "./problem.ts";

/** A database client as `withSupabase` hands it out: the caller's rights, or the service's. */
export type Database = SupabaseContext["supabase"];

/** Calls one SQL verb and returns its JSON; a refusal by the database passes through with its own code and status. */
export async function callVerb<Answer>(
  database: Database,
  verb: string,
  parameters: Record<string, unknown>,
  requestId: string,
): Promise<Answer> {
  const { data, error, status } = await database.rpc(verb, parameters).setHeader("x-request-id", requestId);
  if (!error) return data as Answer;
  // Status 0 is supabase-js' word for "no answer at all", 400 with an empty code PostgREST's for a connection that ended in the middle.
  if (status === 0 || status >= 500 || (status === 400 && error.code === "")) {
    throw new Problem("database_unavailable", 503, "The database could not be reached just now.", {
      hint: "Nothing was lost. Try again in a few seconds.",
      headers: { "retry-after": "2" },
      cause: error,
    });
  }
  throw new Problem(error.code || "request_refused", status, error.message, {
    hint: error.hint,
    details: error.details,
  });
}
