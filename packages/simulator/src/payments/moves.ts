import type Stripe from "stripe";
import { newId } from "../identifiers.ts";
import { createCharge, outcomeOf } from "../resources/charges.ts";
import { scheduleDispute } from "../resources/disputes.ts";
import { emit } from "../resources/events.ts";
import { NO_REQUEST, type Origin, type Simulation } from "../simulation.ts";
import type { ChargeRow, IntentRow } from "../store.ts";
import { type Decline, documentationOf, StripeFailure } from "../stripe-errors.ts";
import { tellIntent } from "./intent.ts";
import { namedMethod, saveMethod } from "./saved-methods.ts";

const CONFIRMABLE = ["requires_payment_method", "requires_confirmation", "requires_action"];
const CANCELABLE = [...CONFIRMABLE, "requires_capture"];

const AUTHENTICATION_REQUIRED: Decline = {
  code: "authentication_required",
  decline_code: "authentication_required",
  message: "Your card was declined. This transaction requires authentication.",
};

/** Refuses a move that the intent's status does not allow, as Stripe does. */
export function assertStatus(row: IntentRow, allowed: readonly string[], verb: string): void {
  if (allowed.includes(row.object.status)) return;
  throw new StripeFailure(400, {
    type: "invalid_request_error",
    code: "payment_intent_unexpected_state",
    message: `You cannot ${verb} this PaymentIntent because it has a status of ${row.object.status}. Only a PaymentIntent with one of the following statuses may be used here: ${allowed.join(", ")}.`,
    payment_intent: row.object,
  });
}

/** Tries to pay with a test card. A refusal is returned and leaves the intent open for another card. */
export function payWithCard(
  simulation: Simulation,
  row: IntentRow,
  methodName: string,
  origin: Origin,
  offSession = false,
): { decline: Decline; charge: string } | null {
  assertStatus(row, CONFIRMABLE, "confirm");
  const { saved, behaves, details: method } = namedMethod(simulation, methodName, row.object.customer as string | null);
  row.method = methodName;
  row.object.payment_method = saved?.id ?? newId("pm_1");
  row.object.next_action = null;
  if (method.needs_action && !offSession) {
    row.object.status = "requires_action";
    row.object.next_action = { type: "use_stripe_sdk", use_stripe_sdk: {} };
    tellIntent(simulation, "payment_intent.requires_action", row, origin);
    return null;
  }
  const decline = method.needs_action ? AUTHENTICATION_REQUIRED : method.decline;
  const status = decline === null ? "succeeded" : "failed";
  const charge = createCharge(simulation, row, { method: behaves, details: method, status, decline });
  row.object.latest_charge = charge.id;
  if (decline !== null) {
    fail(simulation, row, charge, decline, "card_error", origin);
    return { decline, charge: charge.id };
  }
  const { customer, payment_method, setup_future_usage } = row.object;
  if (saved === null && setup_future_usage === "off_session" && customer !== null) {
    saveMethod(simulation, behaves, customer as string, origin, payment_method as string);
  }
  succeed(simulation, row, charge, origin);
  scheduleDispute(simulation, charge, method.disputed ? {} : simulation.faults.strike("dispute"));
  return null;
}

/** The buyer's e-wallet took the payment over; it will say later whether it went well. */
export function beginProcessing(simulation: Simulation, row: IntentRow): void {
  assertStatus(row, CONFIRMABLE, "confirm");
  row.object.payment_method = newId("pm_1");
  row.object.payment_method_types = ["grabpay"];
  row.object.status = "processing";
  const charge = createCharge(simulation, row, { method: "wallet", details: null, status: "pending", decline: null });
  row.object.latest_charge = charge.id;
  emit(simulation, "charge.pending", charge.object, { session: row.session });
  tellIntent(simulation, "payment_intent.processing", row, NO_REQUEST);
}

/** The e-wallet's answer. */
export function endProcessing(simulation: Simulation, row: IntentRow, succeeds: boolean): void {
  assertStatus(row, ["processing"], "settle");
  const charge = simulation.store.charges.get(row.object.latest_charge as string);
  if (succeeds) {
    Object.assign(charge.object, {
      status: "succeeded",
      paid: true,
      captured: true,
      amount_captured: row.object.amount,
    });
    charge.object.outcome = outcomeOf("succeeded", null);
    succeed(simulation, row, charge, NO_REQUEST);
    scheduleDispute(simulation, charge, simulation.faults.strike("dispute"));
    return;
  }
  const decline: Decline = {
    code: "payment_method_provider_decline",
    message: "The payment was declined by the buyer's wallet.",
  };
  Object.assign(charge.object, {
    status: "failed",
    failure_code: decline.code,
    failure_message: decline.message,
    outcome: outcomeOf("failed", decline),
  });
  fail(simulation, row, charge, decline, "invalid_request_error", NO_REQUEST);
}

/** Takes an authorised amount, or less. */
export function capture(simulation: Simulation, row: IntentRow, amount: number | undefined, origin: Origin): void {
  assertStatus(row, ["requires_capture"], "capture");
  const { object } = row;
  const taken = amount ?? object.amount_capturable;
  if (taken > object.amount_capturable) {
    throw new StripeFailure(400, {
      type: "invalid_request_error",
      code: "amount_too_large",
      message: `The amount could not be captured because it is greater than the capturable amount of ${object.amount_capturable}.`,
      param: "amount_to_capture",
    });
  }
  const charge = simulation.store.charges.get(object.latest_charge as string);
  Object.assign(charge.object, { captured: true, amount_captured: taken });
  Object.assign(object, { status: "succeeded", amount_received: taken, amount_capturable: 0 });
  simulation.store.onChange("charge", charge);
  emit(simulation, "charge.captured", charge.object, { origin, session: row.session });
  const session = row.session === null ? undefined : simulation.store.sessions.find(row.session);
  if (session !== undefined) {
    session.object.payment_status = "paid";
    simulation.store.onChange("session", session);
  }
  tellIntent(simulation, "payment_intent.succeeded", row, origin);
}

/** Ends an intent that was not paid; an authorisation is given back. */
export function cancel(
  simulation: Simulation,
  row: IntentRow,
  reason: Stripe.PaymentIntent.CancellationReason | null,
  origin: Origin,
): void {
  assertStatus(row, CANCELABLE, "cancel");
  Object.assign(row.object, {
    status: "canceled",
    amount_capturable: 0,
    canceled_at: simulation.clock.seconds(),
    cancellation_reason: reason,
    next_action: null,
  });
  tellIntent(simulation, "payment_intent.canceled", row, origin);
}

/** Whether an intent can still be ended without a refund. */
export function isCancelable(row: IntentRow): boolean {
  return CANCELABLE.includes(row.object.status);
}

function succeed(simulation: Simulation, row: IntentRow, charge: ChargeRow, origin: Origin): void {
  const { object } = row;
  object.last_payment_error = null;
  simulation.store.onChange("charge", charge);
  emit(simulation, "charge.succeeded", charge.object, { origin, session: row.session });
  if (object.capture_method === "manual") {
    Object.assign(object, { status: "requires_capture", amount_capturable: object.amount });
    tellIntent(simulation, "payment_intent.amount_capturable_updated", row, origin);
    return;
  }
  Object.assign(object, { status: "succeeded", amount_received: object.amount });
  tellIntent(simulation, "payment_intent.succeeded", row, origin);
}

function fail(
  simulation: Simulation,
  row: IntentRow,
  charge: ChargeRow,
  decline: Decline,
  type: "card_error" | "invalid_request_error",
  origin: Origin,
): void {
  row.object.status = "requires_payment_method";
  row.object.payment_method = null;
  row.object.last_payment_error = { type, ...decline, charge: charge.id, doc_url: documentationOf(decline.code) };
  simulation.store.onChange("charge", charge);
  emit(simulation, "charge.failed", charge.object, { origin, session: row.session });
  tellIntent(simulation, "payment_intent.payment_failed", row, origin);
}
