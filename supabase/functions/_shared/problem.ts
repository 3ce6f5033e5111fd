/** A refusal that the caller may read: `code` is stable and in docs/errors.md, `message` says what is wrong, `hint` what to do. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly hint: string | null;
  readonly details: string | null;
  readonly headers: Record<string, string>;

  constructor(
    code: string,
    status: number,
    message: string,
    options: {
      hint?: string | null;
      details?: string | null;
      headers?: Record<string, string>;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "Problem";
    this.code = code;
    this.status = status;
    this.hint = options.hint ?? null;
    this.details = options.details ?? null;
    this.headers = options.headers ?? {};
  }

  /** The response of this refusal, in the same form that PostgREST answers with. */
  toResponse(): Response {
    const { code, message, details, hint } = this;
    return Response.json({ code, message, details, hint }, { status: this.status, headers: this.headers });
  }
}
