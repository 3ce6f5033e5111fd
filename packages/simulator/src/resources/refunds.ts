import { z } from "zod";
import { newId } from "../identifiers.ts";
import {
  changeMetadata,
  createdRange,
  expand,
  integer,
  isInRange,
  metadata,
  oneOf,
  paging,
  text,
} from "../parameters.ts";
import { formatAmount } from "../payments/amounts.ts";
import { testMethod } from "../payments/test-methods.ts";
import { listOf, route } from "../route.ts";
import { NO_REQUEST, type Origin, type Simulation } from "../simulation.ts";
import type { ChargeRow, RefundRow } from "../store.ts";
import { invalidRequest, StripeFailure } from "../stripe-errors.ts";
import { isAgainstShop } from "./disputes.ts";
import { type EventType, emit } from "./events.ts";

const createParameters = z.strictObject({
  expand,
  amount: integer(1).optional(),
  charge: text().optional(),
  payment_intent: text().optional(),
  metadata: metadata.optional(),
  reason: oneOf(["duplicate", "fraudulent", "requested_by_customer"]).optional(),
});

type Wanted = z.output<typeof createParameters>;

function chargeToRefund(simulation: Simulation, wanted: Wanted): ChargeRow {
  if (wanted.payment_intent === undefined && wanted.charge === undefined) {
    throw invalidRequest("One of the following params should be provided for this request: payment_intent or charge.", {
      code: "parameter_missing",
      param: "payment_intent",
    });
  }
  if (wanted.payment_intent !== undefined && wanted.charge !== undefined) {
    throw invalidRequest("You may only specify one of these parameters: payment_intent, charge.", {
      param: "payment_intent",
    });
  }
  if (wanted.charge !== undefined) {
    const charge = simulation.store.charges.get(wanted.charge, "charge", 404);
    if (charge.object.status === "succeeded") return charge;
    throw invalidRequest(`Charge ${charge.id} has not succeeded and cannot be refunded.`, { param: "charge" });
  }
  const intent = simulation.store.intents.get(wanted.payment_intent as string, "payment_intent", 404);
  const charge = simulation.store.charges.find((intent.object.latest_charge as string | null) ?? "");
  if (charge?.object.captured) return charge;
  throw invalidRequest(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
    param: "payment_intent",
  });
}

function assertRefundable(simulation: Simulation, charge: ChargeRow, amount: number): void {
  const { object } = charge;
  const left = object.amount_captured - object.amount_refunded;
  if (charge.disputes.some((id) => isAgainstShop(simulation.store.disputes.get(id)))) {
    throw new StripeFailure(400, {
      type: "invalid_request_error",
      code: "charge_disputed",
      message: `Charge ${charge.id} has been charged back; cannot issue a refund.`,
    });
  }
  if (left === 0) {
    throw new StripeFailure(400, {
      type: "invalid_request_error",
      code: "charge_already_refunded",
      message: `Charge ${charge.id} has already been refunded.`,
    });
  }
  if (amount <= left) return;
  const asked = formatAmount(amount, object.currency);
  const message =
    object.amount_refunded === 0
      ? `Refund amount (${asked}) is greater than charge amount (${formatAmount(left, object.currency)})`
      : `Refund amount (${asked}) is greater than unrefunded amount on charge (${formatAmount(left, object.currency)})`;
  throw invalidRequest(message, { param: "amount" });
}

function createRefund(simulation: Simulation, wanted: Wanted, origin: Origin): RefundRow {
  const charge = chargeToRefund(simulation, wanted);
  const amount = wanted.amount ?? charge.object.amount_captured - charge.object.amount_refunded;
  assertRefundable(simulation, charge, amount);
  const fate = charge.method === "wallet" ? undefined : testMethod(charge.method).refund;
  const id = newId("re_3");
  const row: RefundRow = {
    id,
    object: {
      id,
      object: "refund",
      amount,
      balance_transaction: null,
      charge: charge.id,
      created: simulation.clock.seconds(),
      currency: charge.object.currency,
      customer: charge.object.customer,
      customer_account: null,
      destination_details: {
        card: { reference_status: "pending", reference_type: "acquirer_reference_number", type: "refund" },
        type: "card",
      },
      metadata: changeMetadata({}, wanted.metadata),
      payment_intent: charge.object.payment_intent,
      payment_method: charge.object.payment_method,
      reason: wanted.reason ?? null,
      receipt_number: null,
      source_transfer_reversal: null,
      status: fate === "succeeds_later" ? "pending" : "succeeded",
      transfer_reversal: null,
    },
  };
  simulation.store.refunds.add(row);
  simulation.store.onChange("refund", row);
  charge.refunds.push(id);
  bookOnCharge(simulation, charge, amount);
  tell(simulation, "refund.created", row, origin);
  emit(simulation, "charge.refunded", charge.object, { origin, session: sessionOf(simulation, row) });
  followUp(simulation, row, charge);
  return row;
}

function bookOnCharge(simulation: Simulation, charge: ChargeRow, amount: number): void {
  charge.object.amount_refunded += amount;
  charge.object.refunded = charge.object.amount_refunded === charge.object.amount_captured;
  simulation.store.onChange("charge", charge);
}

/** What happens to a refund after its creation, by the card it goes back to: the bank's reference, the end, or the failure. */
export function followUp(simulation: Simulation, row: RefundRow, charge: ChargeRow): void {
  const fate = charge.method === "wallet" ? undefined : testMethod(charge.method).refund;
  const wait = fate === undefined ? 0 : simulation.random.between("refund", simulation.settings.delay_ms);
  simulation.scheduler.after(wait, () => {
    if (fate === "fails_later") {
      row.object.status = "failed";
      row.object.failure_reason = "expired_or_canceled_card";
      bookOnCharge(simulation, charge, -row.object.amount);
      tell(simulation, "refund.failed", row, NO_REQUEST);
    } else {
      row.object.status = "succeeded";
      const card = row.object.destination_details?.card;
      if (card !== undefined) {
        card.reference = row.id.slice(-12);
        card.reference_status = "available";
      }
    }
    tell(simulation, "refund.updated", row, NO_REQUEST);
  });
}

function tell(simulation: Simulation, type: EventType, row: RefundRow, origin: Origin): void {
  simulation.store.onChange("refund", row);
  emit(simulation, type, row.object, { origin, session: sessionOf(simulation, row) });
}

function sessionOf(simulation: Simulation, row: RefundRow): string | null {
  return simulation.store.intents.find(row.object.payment_intent as string)?.session ?? null;
}

/** Whether a refund still waits for what comes after its creation. */
export function isUnsettled(row: RefundRow): boolean {
  return row.object.status !== "failed" && row.object.destination_details?.card?.reference_status === "pending";
}

/** /v1/refunds. */
export const refundRoutes = [
  route("POST", "/v1/refunds", "refund", createParameters, (simulation, { parameters, origin }) => {
    return createRefund(simulation, parameters, origin).object;
  }),
  route("GET", "/v1/refunds/:id", "refund", z.strictObject({ expand }), (simulation, { id }) => {
    return simulation.store.refunds.get(id).object;
  }),
  route(
    "POST",
    "/v1/refunds/:id",
    "refund",
    z.strictObject({ expand, metadata: metadata.optional() }),
    (simulation, { id, parameters, origin }) => {
      const row = simulation.store.refunds.get(id);
      row.object.metadata = changeMetadata(row.object.metadata ?? {}, parameters.metadata);
      tell(simulation, "refund.updated", row, origin);
      return row.object;
    },
  ),
  route(
    "GET",
    "/v1/refunds",
    "refund",
    z.strictObject({
      ...paging,
      created: createdRange,
      charge: text().optional(),
      payment_intent: text().optional(),
    }),
    (simulation, { parameters }) => {
      const page = simulation.store.refunds.page(
        parameters,
        ({ object }) =>
          (parameters.charge === undefined || object.charge === parameters.charge) &&
          (parameters.payment_intent === undefined || object.payment_intent === parameters.payment_intent) &&
          isInRange(object.created, parameters.created),
      );
      return listOf("/v1/refunds", page, (row) => row.object);
    },
  ),
];
