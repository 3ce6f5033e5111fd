import { backoffMs, pause, retryAfterMs, retryableStatuses, unlessAborted } from "./backoff.ts";
import { SeatlineError } from "./errors.ts";
import { randomId } from "./random-id.ts";
import { readError } from "./read-error.ts";

/** Options that every call takes. */
export interface CallOptions {
  /** Gives the call up from outside. */
  signal?: AbortSignal;
  /** Gives the call up after so many ms, all attempts and waits included. Default 30 000. */
  timeoutMs?: number;
}

/** Options of a call that changes something. */
export interface ChangeOptions extends CallOptions {
  /** Same key and same input: same answer, one effect. Made for each call when left out. */
  idempotencyKey?: string;
}

/** One request, as {@link Http} sends it. */
export interface HttpRequest {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Path under the URL, with its leading slash. */
  path: string;
  query?: URLSearchParams;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as they are, in place of a body. */
  bytes?: Blob | Uint8Array<ArrayBuffer>;
  /** The answer is text and no JSON. */
  text?: boolean;
  /** Whether sending it twice has the effect of sending it once; only then is it tried again. */
  repeatable: boolean;
}

/** What {@link Http} needs from outside. */
export interface HttpDeps {
  url: string;
  fetch: typeof fetch;
  /** Headers that say who asks; asked for anew at each attempt, since tokens are renewed in between. */
  credentials: () => Promise<Record<string, string>>;
  /** Attempts after the first one. */
  maxRetries: number;
  timeoutMs: number;
}

type Outcome<T> = { data: T } | { error: SeatlineError; retryAfter: number | null };

/** Sends requests, repeats those that may be repeated, and throws {@link SeatlineError} for everything else. */
export class Http {
  readonly #deps: HttpDeps;

  constructor(deps: HttpDeps) {
    this.#deps = deps;
  }

  /** Sends one request and returns its parsed JSON body (null when empty). */
  async send<T>(request: HttpRequest, options: CallOptions = {}): Promise<T> {
    const requestId = randomId();
    const timeoutMs = options.timeoutMs ?? this.#deps.timeoutMs;
    const deadline = Date.now() + timeoutMs;
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;

    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#attempt<T>(request, requestId, signal);
      if ("data" in outcome) return outcome.data;
      if (!mayRepeat(request, outcome.error) || attempt >= this.#deps.maxRetries) throw outcome.error;
      const waitMs = outcome.retryAfter ?? backoffMs(attempt);
      // A wait beyond the deadline would only turn a clear answer into a timeout.
      if (Date.now() + waitMs >= deadline) throw outcome.error;
      await pause(waitMs, signal).catch((cause) => {
        throw withoutAnswer(cause, requestId, signal);
      });
    }
  }

  async #attempt<T>(request: HttpRequest, requestId: string, signal: AbortSignal): Promise<Outcome<T>> {
    let response: Response;
    let text: string;
    try {
      signal.throwIfAborted();
      response = await this.#fetch(request, requestId, signal);
      text = await response.text();
    } catch (cause) {
      return { error: withoutAnswer(cause, requestId, signal), retryAfter: null };
    }
    const answeredId = response.headers.get("x-request-id") ?? requestId;
    const body = parse(text);
    if (!response.ok) {
      const error = readError(response.status, body === undefined ? null : body, answeredId);
      return { error, retryAfter: retryAfterMs(response.headers.get("retry-after")) };
    }
    if (request.text) return { data: text as T };
    if (body === undefined) return { error: notJson(response.status, text, answeredId), retryAfter: null };
    return { data: body as T };
  }

  async #fetch(request: HttpRequest, requestId: string, signal: AbortSignal): Promise<Response> {
    const query = request.query?.toString();
    const hasBody = request.body !== undefined;
    return this.#deps.fetch(`${this.#deps.url}${request.path}${query ? `?${query}` : ""}`, {
      method: request.method,
      headers: {
        accept: "application/json",
        ...(hasBody ? { "content-type": "application/json" } : {}),
        ...(await unlessAborted(this.#deps.credentials(), signal)),
        ...request.headers,
        "x-request-id": requestId,
      },
      ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
      ...(request.bytes ? { body: request.bytes } : {}),
      signal,
    });
  }
}

function mayRepeat(request: HttpRequest, error: SeatlineError): boolean {
  if (!request.repeatable) return false;
  return error.code === "network_failed" || retryableStatuses.has(error.status);
}

function withoutAnswer(cause: unknown, requestId: string, signal: AbortSignal): SeatlineError {
  const given = { status: 0, requestId, cause };
  if (!signal.aborted) {
    const hint = "Check the URL and the connection, then send the call again with the same idempotencyKey.";
    return new SeatlineError({ ...given, code: "network_failed", message: "The server could not be reached.", hint });
  }
  if (signal.reason instanceof DOMException && signal.reason.name === "TimeoutError") {
    const hint =
      "It may still have taken effect: send it again with the same idempotencyKey, or allow a longer timeoutMs.";
    return new SeatlineError({ ...given, code: "request_timeout", message: "No answer came in time.", hint });
  }
  return new SeatlineError({ ...given, code: "request_aborted", message: "The call was given up by its signal." });
}

function notJson(status: number, text: string, requestId: string): SeatlineError {
  return new SeatlineError({
    code: "unexpected_answer",
    message: "The answer is not JSON.",
    status,
    hint: "Check that the URL is that of the Seatline gateway.",
    details: text.slice(0, 200),
    requestId,
  });
}

/** Undefined when the text is not JSON; null when it is empty. */
function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
