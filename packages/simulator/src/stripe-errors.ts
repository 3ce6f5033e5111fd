/** The `error` object of Stripe's answers. */
export interface StripeErrorBody {
  type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";
  message: string;
  code?: string;
  decline_code?: string;
  doc_url?: string;
  param?: string;
  charge?: string;
  payment_intent?: unknown;
  request_log_url?: string;
}

/**
 * A refusal that leaves as Stripe's error. `remembered` says whether the answer belongs to the idempotency key:
 * Stripe keeps it only once the endpoint began to work, so a refused parameter can be corrected under the same key.
 */
export class StripeFailure extends Error {
  readonly status: number;
  readonly body: StripeErrorBody;
  readonly remembered: boolean;

  constructor(status: number, body: StripeErrorBody, remembered = true) {
    super(body.message);
    this.status = status;
    this.body = body.code === undefined ? body : { ...body, doc_url: documentationOf(body.code) };
    this.remembered = remembered;
  }
}

/** 400 with a sentence; `code` and `param` where Stripe gives them. */
export function invalidRequest(message: string, more: { code?: string; param?: string } = {}): StripeFailure {
  return new StripeFailure(400, { type: "invalid_request_error", message, ...more });
}

/** 400 for a parameter that does not pass its check; never remembered under an idempotency key. */
export function invalidParameter(message: string, code: string | undefined, param: string): StripeFailure {
  return new StripeFailure(400, { type: "invalid_request_error", message, ...(code && { code }), param }, false);
}

/** 404 `resource_missing`; 400 where the id came in a parameter instead of the path. */
export function resourceMissing(noun: string, id: string, param: string, status = 404): StripeFailure {
  const message = `No such ${noun}: '${id}'`;
  return new StripeFailure(status, { type: "invalid_request_error", code: "resource_missing", message, param });
}

/** 401 without a usable key. */
export function unauthenticated(message: string): StripeFailure {
  return new StripeFailure(401, { type: "invalid_request_error", message }, false);
}

/** 404 for a path that this simulator does not serve. */
export function unrecognizedUrl(method: string, path: string): StripeFailure {
  const message = `Unrecognized request URL (${method}: ${path}). The simulator serves only the part of Stripe that Seatline uses.`;
  return new StripeFailure(404, { type: "invalid_request_error", message }, false);
}

/** 400: the key was used before with other parameters or another endpoint. */
export function idempotencyMismatch(message: string): StripeFailure {
  return new StripeFailure(400, { type: "idempotency_error", message }, false);
}

/** 409: a request with this key is still running. */
export function idempotencyKeyInUse(key: string): StripeFailure {
  const message =
    "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, " +
    `and the other request is still going through): ${key}. Please try again later.`;
  return new StripeFailure(409, { type: "idempotency_error", code: "idempotency_key_in_use", message }, false);
}

/** Why a card was refused, in Stripe's words. */
export interface Decline {
  code: string;
  decline_code?: string;
  message: string;
}

/** 402 `card_error`, with the payment intent as it stands after the refusal. */
export function cardError(decline: Decline, charge: string | null, paymentIntent: unknown): StripeFailure {
  return new StripeFailure(402, {
    type: "card_error",
    ...decline,
    ...(charge !== null && { charge }),
    payment_intent: paymentIntent,
  });
}

/** 500 for a fault of the simulator itself. */
export function simulatorBroken(): StripeFailure {
  const message = "The simulator failed while it answered this request. Its log says why.";
  return new StripeFailure(500, { type: "api_error", message }, false);
}

/** Where Stripe explains an error code. */
export function documentationOf(code: string): string {
  return `https://docs.stripe.com/error-codes/${code.replaceAll("_", "-")}`;
}
