import type { StartedPayment } from "../started-payment.ts";

/** The names of payment providers, as `payments.provider` holds them. */
export type ProviderName = "stripe" | "ewallet";

/**
 * What happened at a provider, in the one shape that the inbox takes. `type` and `object` use Stripe's words, whoever the provider is:
 * `checkout.session.*` with status, payment_status, amount_total, currency, payment_intent (the provider's id of the capture),
 * client_reference_id (the order) and metadata {order_id, payment_id}; `payment_intent.*`; `refund.*` with metadata {refund_id, order_id};
 * `charge.dispute.*`. Everything else is kept and ignored.
 */
export type ProviderEvent = {
  /** The provider's id of the event, or one made from what was retrieved: the inbox takes each once. */
  id: string;
  type: string;
  data: { object: Record<string, unknown> & { id: string } };
};

/** A page to send the buyer to. */
export type OpenedPage = { id: string; url: string; expires_at: string };

/** What to open a page for; `returnTo` is the order's page in the shop; `customerId` who the buyer is at the provider when the way they pay is to be kept. */
export type PageWish = { started: StartedPayment; returnTo: string; nowSeconds: number; customerId?: string | null };

/** An attempt as the database has it. */
export type KnownPayment = { session_id: string; provider_payment_id: string | null; status: string };

/** A refund to send. `maybe_sent`: it may have been sent so long ago that the provider forgot its key, so look first. */
export type RefundWish = {
  id: string;
  attempt: number;
  order_id: string;
  provider_payment_id: string;
  amount: number;
  maybe_sent: boolean;
};

/** An authorised payment to take (this much, and let the rest go) or, without an amount, to let go. `key` names the request. */
export type CaptureWish = { provider_payment_id: string; amount: number | null; key: string };

/** How a refund stands at the provider. */
export type RefundAnswer = { id: string; status: "pending" | "success" | "failed"; failure: string | null };

/** A payment provider. Everything that this shop asks of one goes through here; tests/payments/provider-contract.test.ts holds each to it. */
export type PaymentProvider = {
  readonly name: ProviderName;
  /** Opens the page of one attempt; asked again for the same attempt it is the same page. */
  openPage(wish: PageWish): Promise<OpenedPage>;
  /** Closes what is open, so that nobody pays; false when it had ended before. */
  close(sessionId: string): Promise<boolean>;
  /** What the payment says of itself now; null while nothing is decided. */
  retrieve(payment: KnownPayment): Promise<ProviderEvent | null>;
  /** Takes or lets go what was authorised, once per key, and answers what the payment says of itself then. Only where authorising is offered. */
  capture?(wish: CaptureWish): Promise<ProviderEvent>;
  /** Gives money back once per refund and attempt. */
  refund(wish: RefundWish): Promise<RefundAnswer>;
  retrieveRefund(id: string): Promise<RefundAnswer>;
  /** Every event since then that the inbox knows what to do with, in any order. */
  listEvents(since: Date): AsyncIterable<ProviderEvent>;
  /** The event of a delivery. Refuses webhook_signature_invalid and webhook_body_invalid (400). */
  readWebhook(body: string, headers: Headers): Promise<ProviderEvent>;
};

/** The provider understood and says no: asking again gives the same answer. Every other error may pass. */
export class ProviderRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "ProviderRefusal";
    this.code = code;
  }
}
