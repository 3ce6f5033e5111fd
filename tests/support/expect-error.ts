import { expect } from "vitest";
import { openTransaction } from "./database.ts";

/** What a caller can rely on in a refusal: never the text. */
export type Refusal = { code: string; status: number };

/**
 * Fails unless the attempt is refused with this code and status. Understands errors of SQL (as PostgREST would answer them), answers of
 * supabase-js, fetch responses and SeatlineError. Inside `rolledBack` the statement runs behind a savepoint, so the transaction goes on;
 * an attempt of several statements must be given as a function for that.
 */
export async function expectRefusal(
  attempt: PromiseLike<unknown> | (() => PromiseLike<unknown>),
  expected: Refusal,
): Promise<void> {
  const found = await refusalOf(attempt);
  // PostgREST answers 42501 with 401 to anon and 403 to everyone else, which SQL alone does not show.
  if (found?.code === "42501" && found.status === 0) found.status = expected.status === 401 ? 401 : 403;
  expect(found ?? "accepted").toEqual(expected);
}

/** The refusal an attempt ends with, or null when it was accepted. Errors that are no refusal (a broken connection) are thrown on. */
export async function refusalOf(attempt: PromiseLike<unknown> | (() => PromiseLike<unknown>)): Promise<Refusal | null> {
  const transaction = openTransaction.getStore();
  if (transaction) await transaction`savepoint before_refusal`;
  try {
    const answer = await (typeof attempt === "function" ? attempt() : attempt);
    if (transaction) await transaction`release savepoint before_refusal`;
    return await refusalInAnswer(answer);
  } catch (error) {
    const refusal = refusalInError(error);
    if (!refusal) throw error;
    if (transaction) await transaction`rollback to savepoint before_refusal`;
    return refusal;
  }
}

// By its shape: the class is not one and the same once a server library has put its own in place.
function isResponse(answer: unknown): answer is Response {
  return typeof answer === "object" && answer !== null && "ok" in answer && "headers" in answer && "clone" in answer;
}

/** The refusal in an answer of supabase-js or fetch, or null. */
export async function refusalInAnswer(answer: unknown): Promise<Refusal | null> {
  if (isResponse(answer)) {
    if (answer.ok) return null;
    const body = (await answer
      .clone()
      .json()
      .catch(() => ({}))) as { code?: unknown; error_code?: unknown };
    return { code: String(body.code ?? body.error_code ?? ""), status: answer.status };
  }
  if (typeof answer !== "object" || answer === null || !("error" in answer) || !answer.error) return null;
  const { code, status } = answer.error as { code?: string; status?: number };
  return { code: code ?? "", status: "status" in answer ? Number(answer.status) : (status ?? 0) };
}

/** The refusal an error stands for, or null when it is a fault of another kind. */
export function refusalInError(error: unknown): Refusal | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  const code = String(error.code);
  if (error.name !== "PostgresError") return "status" in error ? { code, status: Number(error.status) } : null;
  if (code !== "PGRST") return { code, status: statusOf(code) };
  const { detail } = error as unknown as { detail: string };
  return { code: JSON.parse(error.message).code, status: JSON.parse(detail).status };
}

// PostgREST's own table, as far as our schema can raise these; 0 stands for its 401 or 403.
function statusOf(sqlstate: string): number {
  if (sqlstate === "42501") return 0;
  if (sqlstate === "23503" || sqlstate === "23505") return 409;
  if (sqlstate === "25006") return 405;
  if (sqlstate === "42883" || sqlstate === "42P01") return 404;
  if (sqlstate === "P0001" || /^(22|23|42)/.test(sqlstate)) return 400;
  return 500;
}
