import { randomUUID } from "node:crypto";
import type { Sale } from "./sale.ts";

/** A provider's event as the webhook gets it. */
export type ProviderEvent = {
  id: string;
  type: string;
  created: number;
  data: { object: Record<string, unknown> & { id: string } };
};

/** What a test changes in the provider's object. */
export type Changes = Record<string, unknown>;

// One second for all: an order by `created` must not matter.
const CREATED = 1_800_000_000;

function event(type: string, object: Record<string, unknown> & { id: string }): ProviderEvent {
  return { id: `evt_${randomUUID()}`, type, created: CREATED, data: { object } };
}

const metadata = ({ orderId, paymentId }: Sale) => ({ order_id: orderId, payment_id: paymentId });

/** Any event about the sale's Checkout Session; open and unpaid unless changed. */
export function sessionEvent(type: string, sale: Sale, changes: Changes = {}): ProviderEvent {
  return event(type, {
    id: sale.sessionId,
    object: "checkout.session",
    client_reference_id: sale.orderId,
    metadata: metadata(sale),
    status: "open",
    payment_status: "unpaid",
    amount_total: sale.amount,
    currency: "idr",
    payment_intent: null,
    ...changes,
  });
}

/** checkout.session.completed with the money collected. */
export function paid(sale: Sale, changes: Changes = {}): ProviderEvent {
  const state = { status: "complete", payment_status: "paid", payment_intent: sale.intentId };
  return sessionEvent("checkout.session.completed", sale, { ...state, ...changes });
}

/** checkout.session.completed by a method that takes its time. */
export function completedUnpaid(sale: Sale): ProviderEvent {
  return sessionEvent("checkout.session.completed", sale, { status: "complete", payment_intent: sale.intentId });
}

/** checkout.session.async_payment_failed: the slow method came to nothing. */
export function asyncFailed(sale: Sale): ProviderEvent {
  const state = { status: "complete", payment_intent: sale.intentId };
  return sessionEvent("checkout.session.async_payment_failed", sale, state);
}

/** checkout.session.expired. */
export function expired(sale: Sale): ProviderEvent {
  return sessionEvent("checkout.session.expired", sale, { status: "expired" });
}

/** Any event about the sale's PaymentIntent. */
export function intentEvent(type: string, sale: Sale, changes: Changes = {}): ProviderEvent {
  const object = { id: sale.intentId, object: "payment_intent", metadata: metadata(sale), currency: "idr" };
  return event(type, { ...object, amount: sale.amount, amount_received: 0, ...changes });
}

/** payment_intent.succeeded. */
export function succeeded(sale: Sale, changes: Changes = {}): ProviderEvent {
  return intentEvent("payment_intent.succeeded", sale, {
    status: "succeeded",
    amount_received: sale.amount,
    ...changes,
  });
}

/** payment_intent.payment_failed: a declined card; the page stays open. */
export function declined(sale: Sale): ProviderEvent {
  return intentEvent("payment_intent.payment_failed", sale, {
    status: "requires_payment_method",
    last_payment_error: { code: "card_declined", decline_code: "insufficient_funds", message: "Not enough money." },
  });
}

/** An event about a refund: of ours when `refundId` is named, else one that somebody made at the provider. */
export function refundEvent(
  type: string,
  sale: Sale,
  refund: { id: string; status: string; amount?: number; refundId?: string; failure_reason?: string },
): ProviderEvent {
  const { id, status, amount = sale.amount, refundId, failure_reason } = refund;
  return event(type, {
    id,
    object: "refund",
    payment_intent: sale.intentId,
    amount,
    currency: "idr",
    status,
    metadata: refundId ? { refund_id: refundId, order_id: sale.orderId } : {},
    ...(failure_reason ? { failure_reason } : {}),
  });
}

/** An event about a dispute of the sale's capture; it withdraws everything unless changed. */
export function disputeEvent(
  type: "created" | "updated" | "funds_withdrawn" | "funds_reinstated" | "closed",
  sale: Sale,
  status: string,
  changes: Changes = {},
): ProviderEvent {
  return event(`charge.dispute.${type}`, {
    id: `dp_${sale.orderId}`,
    object: "dispute",
    payment_intent: sale.intentId,
    amount: sale.amount,
    currency: "idr",
    reason: "fraudulent",
    status,
    metadata: {},
    balance_transactions: [],
    evidence_details: { due_by: CREATED },
    ...changes,
  });
}

/** The same event under another id, as when two endpoints or an outage send it twice. */
export function again(original: ProviderEvent): ProviderEvent {
  return { ...original, id: `evt_${randomUUID()}` };
}
