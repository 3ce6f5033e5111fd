import type { ErrorCode } from "./error-codes.ts";
import { SeatlineError } from "./errors.ts";
import { hintForWord, wordForNativeCode, wordForStatus } from "./native-codes.ts";

/** Words of the server are lower case with underscores; codes of Postgres and PostgREST never are. */
const stableWord = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

const databaseAway = {
  code: "service_unavailable",
  message: "The database closed the connection before it answered.",
  hint: "Send the call again with the same idempotencyKey.",
};

const objectTooLarge = { code: "file_too_large", hint: "Make the file smaller." };

/** Turns an answer that is not 2xx into the error to throw, whoever gave the answer: the database, a function or a proxy. */
export function readError(status: number, body: unknown, requestId: string): SeatlineError {
  const fields = isRecord(body) ? body : {};
  // PostgREST's word for a database that closed the connection in the middle: no mistake of the caller, and worth another try.
  if (status === 400 && fields.code === "") return readError(503, { ...databaseAway, details: text(body) }, requestId);
  // Storage says 400 to all, and in the body what it is.
  if (status === 400 && fields.statusCode === "413" && !("code" in fields))
    return readError(413, { ...objectTooLarge, message: fields.message }, requestId);
  const given = text(fields.code) ?? text(fields.error_code);
  const message = text(fields.message) ?? text(fields.msg) ?? text(fields.error) ?? `The server answered ${status}.`;
  const code = codeOf(status, given);
  return new SeatlineError({
    code,
    message,
    status,
    hint: text(fields.hint) ?? (code === given ? null : hintForWord(code)),
    details: text(fields.details),
    requestId,
    cause: body ?? undefined,
  });
}

function codeOf(status: number, given: string | null): ErrorCode {
  if (given === null) return wordForStatus(status);
  // 42501 without a user means that nobody is signed in: PostgREST tells the two apart by the status only.
  if (given === "42501" && status === 401) return "sign_in_required";
  // A word that this version does not list is handed on as it came: hiding it would help nobody.
  if (stableWord.test(given)) return given as ErrorCode;
  return wordForNativeCode(given) ?? wordForStatus(status);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}
