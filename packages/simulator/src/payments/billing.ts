import type Stripe from "stripe";
import { newId } from "../identifiers.ts";
import { type EventType, emit } from "../resources/events.ts";
import { NO_REQUEST, type Origin, type Simulation } from "../simulation.ts";
import type { IntentRow, InvoiceRow, PriceRow, SubscriptionRow } from "../store.ts";
import { type Decline, invalidRequest } from "../stripe-errors.ts";
import { createIntent } from "./intent.ts";
import { payWithCard } from "./moves.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
// How long after a failed try the next one comes; after the last one the subscription ends. Stripe's own default is as patient.
const RETRIES_MS = [3 * DAY_MS, 5 * DAY_MS, 7 * DAY_MS];

/** What a subscription is made from. */
export interface SubscriptionStart {
  customer: string;
  price: PriceRow;
  metadata: Record<string, string>;
  /** The saved method that pays it. */
  method: string | null;
}

/** Makes a subscription with its first bill, which nobody has tried to collect yet. */
export function createSubscription(simulation: Simulation, start: SubscriptionStart, origin: Origin): SubscriptionRow {
  const id = newId("sub_1");
  const now = simulation.clock.seconds();
  const period = { start: now, end: afterPeriod(now, 1, start.price) };
  const object = {
    id,
    object: "subscription",
    billing_cycle_anchor: now,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    collection_method: "charge_automatically",
    created: now,
    currency: start.price.object.currency,
    customer: start.customer,
    default_payment_method: start.method,
    description: null,
    ended_at: null,
    items: {
      object: "list",
      data: [itemOf(id, start.price, period)],
      has_more: false,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    latest_invoice: null,
    livemode: false,
    metadata: start.metadata,
    start_date: now,
    status: "incomplete",
  } as unknown as Stripe.Subscription;
  const row: SubscriptionRow = { id, object, price: start.price.id, periods: 1, tries: 0 };
  simulation.store.subscriptions.add(row);
  tell(simulation, "customer.subscription.created", row, origin);
  createInvoice(simulation, row, "subscription_create", origin);
  return row;
}

function itemOf(subscription: string, price: PriceRow, period: { start: number; end: number }) {
  return {
    id: newId("si_"),
    object: "subscription_item",
    current_period_start: period.start,
    current_period_end: period.end,
    price: price.object,
    quantity: 1,
    subscription,
  };
}

/** The end of the so-manieth period, by the calendar and counted from the first one, so that short months shift nothing. */
function afterPeriod(first: number, periods: number, { object }: PriceRow): number {
  const { interval, interval_count } = object.recurring as NonNullable<typeof object.recurring>;
  const count = periods * interval_count;
  const date = new Date(first * 1000);
  if (interval === "day" || interval === "week") return first + count * (interval === "day" ? 1 : 7) * 24 * 60 * 60;
  const months = interval === "year" ? 12 * count : count;
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return Math.floor(date.getTime() / 1000);
}

function createInvoice(simulation: Simulation, row: SubscriptionRow, reason: string, origin: Origin): InvoiceRow {
  const id = newId("in_1");
  const item = row.object.items.data[0] as Stripe.SubscriptionItem;
  const amount = item.price.unit_amount as number;
  const { currency, customer } = row.object;
  const object = {
    id,
    object: "invoice",
    amount_due: amount,
    amount_paid: 0,
    amount_remaining: amount,
    attempt_count: 0,
    attempted: false,
    billing_reason: reason,
    collection_method: "charge_automatically",
    created: simulation.clock.seconds(),
    currency,
    customer,
    hosted_invoice_url: null,
    lines: {
      object: "list",
      data: [
        {
          id: newId("il_1"),
          object: "line_item",
          amount,
          currency,
          description: null,
          period: { start: item.current_period_start, end: item.current_period_end },
          quantity: 1,
        },
      ],
      has_more: false,
      url: `/v1/invoices/${id}/lines`,
    },
    livemode: false,
    metadata: {},
    parent: {
      type: "subscription_details",
      quote_details: null,
      subscription_details: { metadata: { ...row.object.metadata }, subscription: row.id },
    },
    period_start: simulation.clock.seconds(),
    period_end: simulation.clock.seconds(),
    status: "open",
    status_transitions: {
      finalized_at: simulation.clock.seconds(),
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    subtotal: amount,
    total: amount,
  } as unknown as Stripe.Invoice;
  const invoice: InvoiceRow = { id, object, subscription: row.id, intent: null };
  simulation.store.invoices.add(invoice);
  row.object.latest_invoice = id;
  tellInvoice(simulation, "invoice.created", invoice, origin);
  tellInvoice(simulation, "invoice.finalized", invoice, origin);
  return invoice;
}

/** The newest bill of a subscription. */
export function latestInvoice(simulation: Simulation, row: SubscriptionRow): InvoiceRow {
  return simulation.store.invoices.get(row.object.latest_invoice as string);
}

/** Tries to collect a bill; a refusal is returned, and the subscription is then past due, or still incomplete. */
export function collect(
  simulation: Simulation,
  invoice: InvoiceRow,
  named: string | null,
  origin: Origin,
): Decline | null {
  if (invoice.object.status !== "open")
    throw invalidRequest("Invoice is already paid", { code: "invoice_already_paid" });
  const row = simulation.store.subscriptions.get(invoice.subscription);
  const method = named ?? (row.object.default_payment_method as string | null);
  if (method === null) {
    throw invalidRequest("There is no `default_payment_method` set on this Customer or Invoice.", {
      code: "missing",
    });
  }
  const intent = intentOf(simulation, invoice, origin);
  const refused = tryMethod(simulation, intent, method, origin);
  Object.assign(invoice.object, { attempted: true, attempt_count: invoice.object.attempt_count + 1 });
  if (refused !== null) {
    tellInvoice(simulation, "invoice.payment_failed", invoice, origin);
    if (row.object.status === "active") move(simulation, row, "past_due", origin);
    return refused;
  }
  paid(simulation, row, invoice, intent, origin);
  return null;
}

/** A bill that was paid on the provider's page together with the subscription's beginning. */
export function paid(
  simulation: Simulation,
  row: SubscriptionRow,
  invoice: InvoiceRow,
  intent: IntentRow,
  origin: Origin,
): void {
  const { object } = invoice;
  invoice.intent = intent.id;
  Object.assign(object, { status: "paid", attempted: true, amount_paid: object.amount_due, amount_remaining: 0 });
  object.status_transitions.paid_at = simulation.clock.seconds();
  row.tries = 0;
  tellInvoice(simulation, "invoice.paid", invoice, origin);
  emit(simulation, "invoice_payment.paid", paymentOf(invoice), { origin });
  if (row.object.status !== "canceled") {
    move(simulation, row, "active", origin);
    scheduleRenewal(simulation, row);
  }
}

/** The provider's object between a bill and the capture that paid it. */
export function paymentOf(invoice: InvoiceRow) {
  return {
    id: `inpay_${invoice.id.slice(3)}`,
    object: "invoice_payment",
    amount_paid: invoice.object.amount_paid,
    currency: invoice.object.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { type: "payment_intent", payment_intent: invoice.intent },
    status: "paid",
  };
}

function intentOf(simulation: Simulation, invoice: InvoiceRow, origin: Origin): IntentRow {
  const known = simulation.store.intents.find(invoice.intent ?? "");
  if (known !== undefined) return known;
  const intent = createIntent(
    simulation,
    {
      amount: invoice.object.amount_due,
      currency: invoice.object.currency,
      capture_method: "automatic",
      customer: invoice.object.customer as string,
      description: "Subscription",
      metadata: {},
      receipt_email: null,
      automatic_payment_methods: null,
      session: null,
    },
    origin,
  );
  invoice.intent = intent.id;
  return intent;
}

function tryMethod(simulation: Simulation, intent: IntentRow, method: string, origin: Origin): Decline | null {
  return payWithCard(simulation, intent, method, origin, true)?.decline ?? null;
}

/** Sets the timer of the next bill, or of the next try to collect one, also after a restart. */
export function scheduleRenewal(simulation: Simulation, row: SubscriptionRow): void {
  const { status } = row.object;
  if (status === "active") {
    const end = periodOf(row).current_period_end;
    simulation.scheduler.at(end * 1000, () => renewIfDue(simulation, row, end));
  } else if (status === "past_due") {
    const tries = row.tries;
    simulation.scheduler.after(RETRIES_MS[tries] ?? 0, () => retryIfOpen(simulation, row, tries));
  }
}

function periodOf(row: SubscriptionRow): Stripe.SubscriptionItem {
  return row.object.items.data[0] as Stripe.SubscriptionItem;
}

function renewIfDue(simulation: Simulation, row: SubscriptionRow, end: number): void {
  const item = periodOf(row);
  if (row.object.status !== "active" || item.current_period_end !== end) return;
  if (row.object.cancel_at_period_end) {
    close(simulation, row, NO_REQUEST);
    return;
  }
  row.periods += 1;
  item.current_period_start = end;
  const price = simulation.store.prices.get(row.price);
  item.current_period_end = afterPeriod(row.object.billing_cycle_anchor, row.periods, price);
  const invoice = createInvoice(simulation, row, "subscription_cycle", NO_REQUEST);
  if (collect(simulation, invoice, null, NO_REQUEST) !== null) scheduleRenewal(simulation, row);
}

function retryIfOpen(simulation: Simulation, row: SubscriptionRow, tries: number): void {
  if (row.object.status !== "past_due" || row.tries !== tries) return;
  if (tries >= RETRIES_MS.length) {
    close(simulation, row, NO_REQUEST);
    return;
  }
  row.tries += 1;
  if (collect(simulation, latestInvoice(simulation, row), null, NO_REQUEST) !== null) scheduleRenewal(simulation, row);
}

/** Ends a subscription now. */
export function endSubscription(simulation: Simulation, row: SubscriptionRow, origin: Origin): void {
  if (row.object.status === "canceled") {
    throw invalidRequest(`No such subscription: '${row.id}'`, { code: "resource_missing", param: "id" });
  }
  close(simulation, row, origin);
}

function close(simulation: Simulation, row: SubscriptionRow, origin: Origin): void {
  const now = simulation.clock.seconds();
  Object.assign(row.object, { status: "canceled", canceled_at: row.object.canceled_at ?? now, ended_at: now });
  tell(simulation, "customer.subscription.deleted", row, origin);
}

function move(simulation: Simulation, row: SubscriptionRow, status: Stripe.Subscription.Status, origin: Origin): void {
  row.object.status = status;
  tell(simulation, "customer.subscription.updated", row, origin);
}

/** Saves a subscription and tells what happened to it. */
export function tell(simulation: Simulation, type: EventType, row: SubscriptionRow, origin: Origin): void {
  simulation.store.onChange("subscription", row);
  emit(simulation, type, row.object, { origin });
}

function tellInvoice(simulation: Simulation, type: EventType, row: InvoiceRow, origin: Origin): void {
  simulation.store.onChange("invoice", row);
  emit(simulation, type, row.object, { origin });
}
