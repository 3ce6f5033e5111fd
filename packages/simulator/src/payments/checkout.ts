import { customerDetails } from "../resources/checkout-session-object.ts";
import { createCustomer } from "../resources/customers.ts";
import { emit } from "../resources/events.ts";
import { NO_REQUEST, type Origin, type Simulation } from "../simulation.ts";
import type { IntentRow, SessionRow } from "../store.ts";
import { type Decline, invalidRequest } from "../stripe-errors.ts";
import { createSubscription, latestInvoice, paid as settleInvoice } from "./billing.ts";
import { createIntent } from "./intent.ts";
import { beginProcessing, cancel, endProcessing, isCancelable, payWithCard } from "./moves.ts";

/** The moment a session ends by itself, looked at again whenever somebody asks for it: a timer may be late. */
export function expireIfDue(simulation: Simulation, row: SessionRow): void {
  if (row.object.status === "open" && row.object.expires_at <= simulation.clock.seconds()) {
    expire(simulation, row, NO_REQUEST);
  }
}

/** Sets the timer that ends an open session. */
export function scheduleExpiry(simulation: Simulation, row: SessionRow): void {
  simulation.scheduler.at(row.object.expires_at * 1000, () => expireIfDue(simulation, row));
}

/** Ends an open session; anything tried so far is given up with it. */
export function expire(simulation: Simulation, row: SessionRow, origin: Origin): void {
  assertOpen(row, "expired");
  row.object.status = "expired";
  row.object.url = null;
  const intent = simulation.store.intents.find((row.object.payment_intent as string | null) ?? "");
  if (intent !== undefined && isCancelable(intent)) cancel(simulation, intent, "automatic", origin);
  simulation.store.onChange("session", row);
  emit(simulation, "checkout.session.expired", row.object, { origin, session: row.id });
}

/** The buyer pays by card. A refused card is returned and leaves the session open. */
export function pay(
  simulation: Simulation,
  row: SessionRow,
  how: { method: string; email: string | null },
): Decline | null {
  expireIfDue(simulation, row);
  assertOpen(row, "paid");
  if (row.object.amount_total === 0) {
    complete(simulation, row, how.email);
    return null;
  }
  const intent = intentOf(simulation, row);
  const refused = payWithCard(simulation, intent, how.method, NO_REQUEST);
  if (refused !== null) return refused.decline;
  if (intent.object.status === "requires_action") {
    throw invalidRequest("The simulator's pay page cannot confirm a card at the bank; pay with another test card.");
  }
  if (intent.object.status === "succeeded") row.object.payment_status = "paid";
  if (row.begins !== null) beginSubscription(simulation, row, row.begins, intent);
  complete(simulation, row, how.email);
  return null;
}

function beginSubscription(
  simulation: Simulation,
  row: SessionRow,
  metadata: Record<string, string>,
  intent: IntentRow,
): void {
  const price = simulation.store.prices.get(row.lines[0]?.price.id ?? "");
  const method = intent.object.payment_method as string;
  const start = { customer: row.object.customer as string, price, metadata: { ...metadata }, method };
  const subscription = createSubscription(simulation, start, NO_REQUEST);
  row.object.subscription = subscription.id;
  row.object.payment_intent = null; // the session of a subscription names its invoice instead
  const invoice = latestInvoice(simulation, subscription);
  row.object.invoice = invoice.id;
  settleInvoice(simulation, subscription, invoice, intent, NO_REQUEST);
}

/** The buyer's e-wallet takes over: the session is complete, the money is not there yet. */
export function beginWalletPayment(simulation: Simulation, row: SessionRow): void {
  expireIfDue(simulation, row);
  if (row.object.status !== "open") return;
  const intent = intentOf(simulation, row);
  beginProcessing(simulation, intent);
  row.object.payment_method_types = ["grabpay"];
  complete(simulation, row, row.object.customer_email ?? DEFAULT_EMAIL);
}

/** The e-wallet's answer arrives. */
export function endWalletPayment(simulation: Simulation, row: SessionRow, succeeds: boolean): void {
  const intent = simulation.store.intents.find((row.object.payment_intent as string | null) ?? "");
  if (intent?.object.status !== "processing") return;
  endProcessing(simulation, intent, succeeds);
  if (succeeds) row.object.payment_status = "paid";
  simulation.store.onChange("session", row);
  const type = succeeds ? "checkout.session.async_payment_succeeded" : "checkout.session.async_payment_failed";
  emit(simulation, type, row.object, { session: row.id });
}

/** The address of a buyer who was not asked for one. */
export const DEFAULT_EMAIL = "buyer@example.com";

/** An address of the shop with the session's id in its place. */
export function shopUrl(template: string, row: SessionRow): string {
  return template.replaceAll("{CHECKOUT_SESSION_ID}", row.id).replaceAll("%7BCHECKOUT_SESSION_ID%7D", row.id);
}

function assertOpen(row: SessionRow, verb: string): void {
  if (row.object.status === "open") return;
  throw invalidRequest(
    `Only Checkout Sessions with a status in ["open"] can be ${verb}. This Checkout Session has a status of \`${row.object.status}\`.`,
  );
}

function complete(simulation: Simulation, row: SessionRow, email: string | null): void {
  const { object } = row;
  const address = object.customer_email ?? email;
  if (object.customer === null && object.customer_creation === "always") {
    object.customer = createCustomer(simulation, address === null ? {} : { email: address }, NO_REQUEST).id;
  }
  object.status = "complete";
  object.url = null;
  object.customer_details = customerDetails(address);
  row.completed_ms = simulation.clock.now();
  simulation.store.onChange("session", row);
  emit(simulation, "checkout.session.completed", object, { session: row.id });
}

// The intent is made when somebody first tries to pay, as Stripe does since 2022; a second try uses the same one.
function intentOf(simulation: Simulation, row: SessionRow): IntentRow {
  const existing = simulation.store.intents.find((row.object.payment_intent as string | null) ?? "");
  if (existing !== undefined) return existing;
  const wrong = simulation.faults.rule("wrong_amount")?.where === "payment" && simulation.faults.strike("wrong_amount");
  if (wrong) {
    const amount = Math.max((row.object.amount_total ?? 0) - wrong.by, 1);
    row.object.amount_total = amount;
    row.object.amount_subtotal = amount;
  }
  const intent = createIntent(
    simulation,
    {
      amount: row.object.amount_total as number,
      currency: row.object.currency as string,
      capture_method: row.intent_data.capture_method,
      customer: row.object.customer as string | null,
      description: row.intent_data.description,
      metadata: { ...row.intent_data.metadata },
      receipt_email: row.intent_data.receipt_email,
      setup_future_usage: row.intent_data.setup_future_usage,
      automatic_payment_methods: null,
      session: row.id,
    },
    NO_REQUEST,
  );
  row.object.payment_intent = intent.id;
  simulation.store.onChange("session", row);
  return intent;
}
