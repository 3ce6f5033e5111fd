import type Stripe from "stripe";
import { Collection } from "./collection.ts";
import type { SavedAnswer } from "./idempotency.ts";

type OnTheWire<Of, Replaced> = Omit<Of, keyof Replaced> & Replaced;

/** A price as JSON carries it: decimals are strings there, the client library turns them into objects. */
export type Price = OnTheWire<Stripe.Price, { unit_amount_decimal: string | null }>;
/** A line of a checkout session as JSON carries it. */
export type LineItem = OnTheWire<Stripe.LineItem, { price: Price }>;

/** A customer. */
export interface CustomerRow {
  id: string;
  object: Stripe.Customer;
  deleted: boolean;
}

/** A checkout session with what Stripe keeps to itself. */
export interface SessionRow {
  id: string;
  object: Stripe.Checkout.Session;
  /** Milliseconds since the epoch. */
  created_ms: number;
  completed_ms: number | null;
  lines: LineItem[];
  /** Names of products by id, for the pay page. */
  products: Record<string, { name: string; description: string | null }>;
  intent_data: {
    metadata: Record<string, string>;
    description: string | null;
    receipt_email: string | null;
    capture_method: "automatic" | "automatic_async" | "manual";
    setup_future_usage: "off_session" | "on_session" | null;
  };
  /** The metadata of the subscription that this session begins; null when it is paid once. */
  begins: Record<string, string> | null;
  /** How this session decides itself, when its amount says so. */
  outcome: { succeeds: boolean; begins_ms: number; ends_ms: number } | null;
}

/** A payment intent; `session` is the checkout session it belongs to, `method` the test payment method it was tried with. */
export interface IntentRow {
  id: string;
  object: Stripe.PaymentIntent;
  session: string | null;
  method: string | null;
}

/** A card that is kept for a customer; `method` is the test method it behaves as. Without a customer it was detached. */
export interface MethodRow {
  id: string;
  object: Stripe.PaymentMethod;
  method: string;
}

/** A setup intent: somebody wants to keep a card without paying. */
export interface SetupRow {
  id: string;
  object: Stripe.SetupIntent;
}

/** A price that is paid again and again, with the name of what it buys. */
export interface PriceRow {
  id: string;
  object: Price;
  name: string;
}

/** A subscription; `periods` were billed so far, `tries` of the open bill were in vain. */
export interface SubscriptionRow {
  id: string;
  object: Stripe.Subscription;
  price: string;
  periods: number;
  tries: number;
}

/** A bill of one period, and the intent it is paid by. */
export interface InvoiceRow {
  id: string;
  object: Stripe.Invoice;
  subscription: string;
  intent: string | null;
}

/** A charge with the refunds made of it, oldest first. */
export interface ChargeRow {
  id: string;
  object: Stripe.Charge;
  method: string;
  refunds: string[];
  disputes: string[];
}

/** A refund. */
export interface RefundRow {
  id: string;
  object: Stripe.Refund;
}

/** A dispute. */
export interface DisputeRow {
  id: string;
  object: Stripe.Dispute;
}

/** A payment by the e-wallet. */
export interface WalletPaymentRow {
  id: string;
  object: {
    id: string;
    object: "payment";
    status: "pending" | "processing" | "succeeded" | "failed" | "expired" | "cancelled";
    amount: number;
    currency: string;
    refunded_amount: number;
    /** What the shop calls it, and the order it belongs to. */
    reference: string;
    order: string;
    description: string;
    failure_code: string | null;
    redirect_url: string;
    return_url: string;
    expires_at: number;
    created: number;
  };
  /** How it ends by itself, and when. */
  decides: { status: "succeeded" | "failed"; at_ms: number } | null;
}

/** A refund of the e-wallet. */
export interface WalletRefundRow {
  id: string;
  object: {
    id: string;
    object: "refund";
    payment: string;
    status: "pending" | "succeeded";
    amount: number;
    currency: string;
    reference: string;
    order: string;
  };
  arrives_ms: number;
}

/** What happened to a parcel, as the carrier tells it. */
export interface ParcelEvent {
  id: string;
  tracking_number: string;
  status: string;
  occurred_at: string;
  location: string | null;
  description: string | null;
}

/** A parcel of the carrier's, by its number; `key` is the idempotency key that booked it. */
export interface ParcelRow {
  id: string;
  key: string;
  reference: string;
  estimated_delivery_at: string;
  events: ParcelEvent[];
}

/** An event: its JSON never changes after it happened. */
export interface EventRow {
  id: string;
  provider: "stripe" | "ewallet" | "carrier";
  type: string;
  created: number;
  object_id: string;
  /** The checkout session the event is about, when there is one. */
  session: string | null;
  json: string;
  /** Whether the endpoint asked for this kind of event. */
  subscribed: boolean;
  delivered: boolean;
}

/** One attempt of a delivery; `status` is null when no answer came. */
export interface DeliveryAttempt {
  at: number;
  ms: number;
  status: number | null;
  error: string | null;
}

/** One event on its way to the shop. */
export interface DeliveryRow {
  id: string;
  provider: "stripe" | "ewallet" | "carrier";
  event: string;
  type: string;
  object_id: string;
  session: string | null;
  state: "waiting" | "delivered" | "dropped" | "refused" | "gave_up";
  faults: string[];
  created_ms: number;
  tries: number;
  /** The last attempts, at most twenty. */
  attempts: DeliveryAttempt[];
  /** What is sent instead of the event's own JSON, for lies and forgeries. */
  json: string | null;
  forged: "wrong_secret" | "altered_body" | "stale_timestamp" | "unsigned" | null;
}

/** The kinds of rows and what each holds. */
export interface Rows {
  customer: CustomerRow;
  session: SessionRow;
  intent: IntentRow;
  method: MethodRow;
  setup: SetupRow;
  price: PriceRow;
  subscription: SubscriptionRow;
  invoice: InvoiceRow;
  charge: ChargeRow;
  refund: RefundRow;
  dispute: DisputeRow;
  wallet_payment: WalletPaymentRow;
  wallet_refund: WalletRefundRow;
  parcel: ParcelRow;
  event: EventRow;
  delivery: DeliveryRow;
  answer: SavedAnswer;
}

/** The name of a kind of row. */
export type RowKind = keyof Rows;

// Stripe keeps events for 30 days; a simulator under load keeps so many instead.
const EVENTS_KEPT = 50_000;

/** Everything the simulator remembers. */
export class Store {
  readonly customers = new Collection<CustomerRow>("customer");
  readonly sessions = new Collection<SessionRow>("checkout.session");
  readonly intents = new Collection<IntentRow>("payment_intent");
  readonly methods = new Collection<MethodRow>("PaymentMethod");
  readonly setups = new Collection<SetupRow>("setupintent");
  readonly prices = new Collection<PriceRow>("price");
  readonly subscriptions = new Collection<SubscriptionRow>("subscription");
  readonly invoices = new Collection<InvoiceRow>("invoice");
  readonly charges = new Collection<ChargeRow>("charge");
  readonly refunds = new Collection<RefundRow>("refund");
  readonly disputes = new Collection<DisputeRow>("dispute");
  readonly walletPayments = new Collection<WalletPaymentRow>("payment");
  readonly walletRefunds = new Collection<WalletRefundRow>("refund");
  readonly parcels = new Collection<ParcelRow>("parcel");
  readonly events = new Collection<EventRow>("event", EVENTS_KEPT);
  readonly deliveries = new Collection<DeliveryRow>("delivery");

  /** Called after every change of a row; the state file listens here. */
  onChange: <Kind extends RowKind>(kind: Kind, row: Rows[Kind]) => void = () => {};

  clear(): void {
    for (const collection of Object.values(this.collections())) collection.clear();
  }

  /** The collections by the kind of their rows. */
  collections() {
    return {
      customer: this.customers,
      session: this.sessions,
      intent: this.intents,
      method: this.methods,
      setup: this.setups,
      price: this.prices,
      subscription: this.subscriptions,
      invoice: this.invoices,
      charge: this.charges,
      refund: this.refunds,
      dispute: this.disputes,
      wallet_payment: this.walletPayments,
      wallet_refund: this.walletRefunds,
      parcel: this.parcels,
      event: this.events,
      delivery: this.deliveries,
    };
  }
}
