import type Stripe from "stripe";
import { newId } from "../identifiers.ts";
import { type EventType, emit } from "../resources/events.ts";
import type { Origin, Simulation } from "../simulation.ts";
import type { IntentRow } from "../store.ts";

/** What a payment intent is made from. */
export interface IntentStart {
  amount: number;
  currency: string;
  capture_method: "automatic" | "automatic_async" | "manual";
  customer: string | null;
  description: string | null;
  metadata: Record<string, string>;
  receipt_email: string | null;
  /** Keeps the card for the customer once it was paid with. */
  setup_future_usage?: "off_session" | "on_session" | null;
  automatic_payment_methods: Stripe.PaymentIntent.AutomaticPaymentMethods | null;
  /** The checkout session it belongs to, null for an intent made through the API. */
  session: string | null;
}

/** Makes a payment intent that waits for a payment method. */
export function createIntent(simulation: Simulation, start: IntentStart, origin: Origin): IntentRow {
  const id = newId("pi_3");
  const row: IntentRow = {
    id,
    session: start.session,
    method: null,
    object: {
      id,
      object: "payment_intent",
      allowed_payment_method_types: null,
      amount: start.amount,
      amount_capturable: 0,
      amount_details: { tip: {} },
      amount_received: 0,
      application: null,
      application_fee_amount: null,
      automatic_payment_methods: start.automatic_payment_methods,
      canceled_at: null,
      cancellation_reason: null,
      capture_method: start.capture_method,
      client_secret: `${id}_secret_${newId("wd_").slice(3)}`,
      confirmation_method: "automatic",
      created: simulation.clock.seconds(),
      currency: start.currency,
      customer: start.customer,
      customer_account: null,
      description: start.description,
      excluded_payment_method_types: null,
      last_payment_error: null,
      latest_charge: null,
      livemode: false,
      managed_payments: null,
      metadata: start.metadata,
      next_action: null,
      on_behalf_of: null,
      payment_method: null,
      payment_method_configuration_details: null,
      payment_method_options: null,
      payment_method_types: ["card"],
      payment_record: null,
      processing: null,
      receipt_email: start.receipt_email,
      review: null,
      setup_future_usage: start.setup_future_usage ?? null,
      shipping: null,
      source: null,
      statement_descriptor: null,
      statement_descriptor_suffix: null,
      status: "requires_payment_method",
      transfer_data: null,
      transfer_group: null,
    },
  };
  simulation.store.intents.add(row);
  tellIntent(simulation, "payment_intent.created", row, origin);
  return row;
}

/** Saves an intent and tells what happened to it. */
export function tellIntent(simulation: Simulation, type: EventType, row: IntentRow, origin: Origin): void {
  simulation.store.onChange("intent", row);
  emit(simulation, type, row.object, { origin, session: row.session });
}
