/** A refusal by Auth. `code` is a word of Supabase Auth where it has one, so that supabase-js knows it. */
export class AuthProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: number | undefined;
  readonly more: Record<string, unknown>;

  constructor(
    status: number,
    code: string,
    message: string,
    options: { retryAfter?: number; more?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.name = "AuthProblem";
    this.status = status;
    this.code = code;
    this.retryAfter = options.retryAfter;
    this.more = options.more ?? {};
  }

  /** The answer in the form of Supabase Auth: `{code: <status>, error_code, msg}`. */
  toResponse(): Response {
    const headers: Record<string, string> = { "x-sb-error-code": this.code };
    if (this.retryAfter !== undefined) headers["retry-after"] = String(this.retryAfter);
    const body = { code: this.status, error_code: this.code, msg: this.message, ...this.more };
    return Response.json(body, { status: this.status, headers });
  }
}

/** A value in the request that cannot be used. */
export const invalid = (message: string, status = 400): AuthProblem =>
  new AuthProblem(status, "validation_failed", message);

/** One answer for a wrong password, an unknown address and an account without a password. */
export const wrongCredentials = (): AuthProblem =>
  new AuthProblem(400, "invalid_credentials", "Invalid login credentials");

/** One answer for a wrong, used, expired or withdrawn code or link. */
export const wrongCode = (): AuthProblem => new AuthProblem(403, "otp_expired", "Token has expired or is invalid");

/** Too many tries; `seconds` until the next is allowed. */
export const tooMany = (seconds: number, what = "Too many attempts. Wait before the next one."): AuthProblem =>
  new AuthProblem(429, "over_request_rate_limit", what, { retryAfter: seconds });
