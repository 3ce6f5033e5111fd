import type { ErrorCode } from "./error-codes.ts";

/**
 * Codes of PostgREST and Postgres themselves, each with the stable word that stands for it. A key that ends in `*` holds
 * for every code that begins so; the exact code comes first. docs/errors.md shows the same list and a test compares them.
 */
export const nativeCodes = {
  "42501": "permission_denied",
  PGRST301: "invalid_token",
  PGRST302: "sign_in_required",
  PGRST303: "invalid_token",
  PGRST116: "not_found",
  PGRST202: "unknown_operation",
  PGRST203: "unknown_operation",
  PGRST205: "unknown_operation",
  "42883": "unknown_operation",
  "42P01": "unknown_operation",
  "23505": "already_exists",
  "23P01": "already_exists",
  "23503": "invalid_reference",
  "23502": "invalid_input",
  "23514": "invalid_input",
  "22*": "invalid_input",
  "PGRST1*": "invalid_input",
  "PGRST2*": "unknown_operation",
  "57014": "statement_timeout",
  "40*": "service_unavailable",
  "53*": "service_unavailable",
  "55*": "service_unavailable",
  "PGRST0*": "service_unavailable",
} as const satisfies Record<string, ErrorCode>;

const exact: ReadonlyMap<string, ErrorCode> = new Map(Object.entries(nativeCodes));

/** The stable word for a code of PostgREST or Postgres, or null when the list has none. */
export function wordForNativeCode(code: string): ErrorCode | null {
  const word = exact.get(code);
  if (word) return word;
  for (let length = code.length - 1; length >= 2; length -= 1) {
    const byPrefix = exact.get(`${code.slice(0, length)}*`);
    if (byPrefix) return byPrefix;
  }
  return null;
}

const byStatus: ReadonlyMap<number, ErrorCode> = new Map([
  [400, "invalid_input"],
  [401, "sign_in_required"],
  [403, "permission_denied"],
  [404, "not_found"],
  [406, "not_found"],
  [408, "request_timeout"],
  [413, "invalid_input"],
  [429, "rate_limited"],
  [501, "not_supported"],
  [502, "service_unavailable"],
  [503, "service_unavailable"],
  [504, "service_unavailable"],
]);

/** The stable word for an answer that carries no code, such as one of a proxy in between. */
export function wordForStatus(status: number): ErrorCode {
  return byStatus.get(status) ?? "unexpected_answer";
}

const hints: ReadonlyMap<ErrorCode, string> = new Map([
  ["sign_in_required", "Sign in, and call again as who is signed in."],
  ["permission_denied", "Ask an admin for a role that may do this."],
  ["already_exists", "Take another value, or change what is there."],
  ["invalid_reference", "Check the ids: one names nothing that is there, or what is still used elsewhere."],
  ["invalid_input", "Correct the value; a constraint that is named says what must hold."],
]);

/** What to do about a refusal of Postgres or PostgREST, which seldom say so themselves. */
export function hintForWord(word: ErrorCode): string | null {
  return hints.get(word) ?? null;
}
