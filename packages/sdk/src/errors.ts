import type { ErrorCode } from "./error-codes.ts";

/** What a {@link SeatlineError} is made of. */
export interface SeatlineErrorFields {
  code: ErrorCode;
  message: string;
  /** HTTP status of the answer; 0 when there was none. */
  status: number;
  hint?: string | null;
  details?: string | null;
  requestId?: string | null;
  cause?: unknown;
}

/** The one error this SDK throws. Decide by `code`; show `message` and `hint` to people; log `requestId`. */
export class SeatlineError extends Error {
  override readonly name = "SeatlineError";
  /** Stable word, listed in docs/errors.md. A newer server may send a word that this version does not list. */
  readonly code: ErrorCode;
  /** HTTP status of the answer; 0 when there was none (network failure, timeout, aborted, invalid cursor). */
  readonly status: number;
  /** What to do about it, as a sentence, when the server knows. */
  readonly hint: string | null;
  /** More about this very refusal, such as the variant that ran out. Text, sometimes JSON. */
  readonly details: string | null;
  /** The `x-request-id` of the call: the same id stands in the server's logs and events. */
  readonly requestId: string | null;

  constructor(fields: SeatlineErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.status = fields.status;
    this.hint = fields.hint ?? null;
    this.details = fields.details ?? null;
    this.requestId = fields.requestId ?? null;
  }
}
