import type Stripe from "stripe";
import { z } from "zod";
import { newId } from "../identifiers.ts";
import { createdRange, expand, isInRange, paging, text } from "../parameters.ts";
import type { TestMethod } from "../payments/test-methods.ts";
import { listOf, route } from "../route.ts";
import type { Simulation } from "../simulation.ts";
import type { ChargeRow, IntentRow } from "../store.ts";
import type { Decline } from "../stripe-errors.ts";

/** Makes the charge of one attempt to pay an intent; `amount` is what is really taken. */
export function createCharge(
  simulation: Simulation,
  intent: IntentRow,
  attempt: { method: string; details: TestMethod | null; status: Stripe.Charge["status"]; decline: Decline | null },
): ChargeRow {
  const { object } = intent;
  const { decline, status } = attempt;
  const succeeded = status === "succeeded";
  const captured = succeeded && object.capture_method !== "manual";
  const id = newId("ch_3");
  const row: ChargeRow = {
    id,
    method: attempt.method,
    refunds: [],
    disputes: [],
    object: {
      id,
      object: "charge",
      amount: object.amount,
      amount_captured: captured ? object.amount : 0,
      amount_refunded: 0,
      application: null,
      application_fee: null,
      application_fee_amount: null,
      balance_transaction: null,
      billing_details: {
        address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
        email: object.receipt_email,
        name: null,
        phone: null,
        tax_id: null,
      },
      calculated_statement_descriptor: succeeded ? "SEATLINE SIMULATOR" : null,
      captured,
      created: simulation.clock.seconds(),
      currency: object.currency,
      customer: object.customer,
      description: object.description,
      disputed: false,
      failure_balance_transaction: null,
      failure_code: decline?.code ?? null,
      failure_message: decline?.message ?? null,
      fraud_details: {},
      livemode: false,
      metadata: { ...object.metadata },
      on_behalf_of: null,
      outcome: outcomeOf(status, decline),
      paid: succeeded,
      payment_intent: object.id,
      payment_method: object.payment_method as string | null,
      payment_method_details: methodDetails(attempt.details),
      radar_options: {},
      receipt_email: object.receipt_email,
      receipt_number: null,
      receipt_url: null,
      refunded: false,
      review: null,
      shipping: null,
      source: null,
      source_transfer: null,
      statement_descriptor: null,
      statement_descriptor_suffix: null,
      status,
      transfer_data: null,
      transfer_group: null,
    },
  };
  simulation.store.charges.add(row);
  simulation.store.onChange("charge", row);
  return row;
}

/** What the network said about a charge. */
export function outcomeOf(status: Stripe.Charge["status"], decline: Decline | null): Stripe.Charge.Outcome | null {
  if (status === "pending") return null;
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: decline === null ? "approved_by_network" : "declined_by_network",
    reason: decline?.decline_code ?? decline?.code ?? null,
    risk_level: "normal",
    seller_message: decline === null ? "Payment complete." : "The bank did not return any further details.",
    type: decline === null ? "authorized" : "issuer_declined",
  };
}

// Only what a shop reads: the kind, and for cards what a receipt prints. The e-wallet is the method without a card.
function methodDetails(method: TestMethod | null): Stripe.Charge.PaymentMethodDetails {
  const details =
    method === null
      ? { type: "grabpay", grabpay: { transaction_id: null } }
      : {
          type: "card",
          card: {
            brand: method.brand,
            country: "US",
            exp_month: 12,
            exp_year: 2034,
            funding: "credit",
            last4: method.last4,
            network: method.brand,
          },
        };
  return details as Stripe.Charge.PaymentMethodDetails;
}

/** GET /v1/charges and /v1/charges/:id. */
export const chargeRoutes = [
  route("GET", "/v1/charges/:id", "charge", z.strictObject({ expand }), (simulation, { id }) => {
    return simulation.store.charges.get(id).object;
  }),
  route(
    "GET",
    "/v1/charges",
    "charge",
    z.strictObject({
      ...paging,
      created: createdRange,
      customer: text().optional(),
      payment_intent: text().optional(),
    }),
    (simulation, { parameters }) => {
      const page = simulation.store.charges.page(
        parameters,
        ({ object }) =>
          (parameters.customer === undefined || object.customer === parameters.customer) &&
          (parameters.payment_intent === undefined || object.payment_intent === parameters.payment_intent) &&
          isInRange(object.created, parameters.created),
      );
      return listOf("/v1/charges", page, (row) => row.object);
    },
  ),
];
