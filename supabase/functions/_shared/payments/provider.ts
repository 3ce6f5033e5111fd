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
  /** When the provider said it, in seconds; where the order of two words matters. */
  created?: number;
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

/** What a page of the shop's own needs to show the provider's fields. */
export type OpenedFields = { id: string; client_secret: string | null };

/** Who wants to keep a way to pay. */
export type SavingPerson = { person_id: string; email: string | null; name: string | null };

/** A saved method to charge while nobody is at the screen. `maybe_sent`: it may have been sent so long ago that the provider forgot its key, so look first. */
export type ChargeWish = {
  payment_id: string;
  order_id: string;
  number: string;
  amount: number;
  currency: string;
  provider_customer_id: string;
  provider_method_id: string;
  maybe_sent: boolean;
};

/** What became of a charge: the provider's id of it (null when there is none), and its event, or why it was declined. */
export type ChargeAnswer =
  | { id: string; event: ProviderEvent }
  | { id: string | null; declined: { code: string; message: string } };

/** A subscription to open a page for. */
export type SubscriptionWish = {
  id: string;
  price: string;
  customerId: string;
  returnTo: string;
  nowSeconds: number;
};

/** Payments on a page of the shop's own. */
export type PaymentFields = {
  /** Opens what one attempt is paid with; asked again for the same attempt it is the same. */
  open(wish: { started: StartedPayment; customerId: string | null }): Promise<OpenedFields>;
  retrieve(id: string): Promise<OpenedFields>;
};

/** Ways to pay that people keep at the provider. */
export type SavedMethods = {
  /** Who this person is at the provider; the same for two requests at once. */
  customer(person: SavingPerson): Promise<string>;
  /** Fields where something is kept without paying; the same key of a customer gives the same ones. */
  setUp(customerId: string, key: string | null): Promise<OpenedFields>;
  /** What this customer keeps, each as an event. */
  list(customerId: string): Promise<ProviderEvent[]>;
  /** Takes a kept method away; false when it was gone. */
  detach(methodId: string): Promise<boolean>;
  /** Charges a kept method once per payment. */
  charge(wish: ChargeWish): Promise<ChargeAnswer>;
};

/** Subscriptions that the provider renews by its own clock. */
export type Subscriptions = {
  makePrice(wish: { currency: string; amount: number; period: "month" | "year"; title: string }): Promise<string>;
  /** Opens the page of the first period; asked again within the hour it is the same page. */
  openPage(wish: SubscriptionWish): Promise<OpenedPage>;
  /** Everything that the provider says now of a subscription and its bills; nothing while its page is open. */
  retrieve(known: { subscription_id: string | null; session_id: string | null }): Promise<ProviderEvent[]>;
  end(subscriptionId: string): Promise<ProviderEvent[]>;
  /** Lets it end with its period or go on, and by which method it is paid from now on. */
  change(subscriptionId: string, wish: { cancels: boolean; methodId: string | null }): Promise<ProviderEvent[]>;
  /** Tries to collect its open bills now. */
  collect(subscriptionId: string): AsyncIterable<ProviderEvent>;
};

/** How a refund stands at the provider. */
export type RefundAnswer = { id: string; status: "pending" | "success" | "failed"; failure: string | null };

/** A payment provider. Everything that this shop asks of one goes through here; tests/payments/provider-contract.test.ts and provider-capabilities.test.ts hold each to it, and what it does not offer is missing. */
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
  /** Only where payments on a page of the shop's own are offered. */
  fields?: PaymentFields;
  /** Only where people can keep a way to pay. */
  savedMethods?: SavedMethods;
  /** Only where the provider renews by itself. */
  subscriptions?: Subscriptions;
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
