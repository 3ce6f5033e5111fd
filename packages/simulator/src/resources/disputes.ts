import type Stripe from "stripe";
import { z } from "zod";
import { newId } from "../identifiers.ts";
import { createdRange, expand, isInRange, paging, text } from "../parameters.ts";
import { listOf, route } from "../route.ts";
import { NO_REQUEST, type Simulation } from "../simulation.ts";
import type { ChargeRow, DisputeRow } from "../store.ts";
import { invalidRequest } from "../stripe-errors.ts";
import { emit } from "./events.ts";

const A_WEEK_S = 7 * 24 * 60 * 60;

/** The buyer's bank takes a payment back: the money is withdrawn until the dispute is decided. */
export function openDispute(simulation: Simulation, charge: ChargeRow, reason: string): DisputeRow {
  const { object } = charge;
  const id = newId("dp_1");
  const dispute = {
    id,
    object: "dispute",
    amount: object.amount_captured - object.amount_refunded,
    balance_transactions: [],
    charge: charge.id,
    created: simulation.clock.seconds(),
    currency: object.currency,
    enhanced_eligibility_types: [],
    evidence: {},
    evidence_details: {
      due_by: simulation.clock.seconds() + A_WEEK_S,
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: object.payment_intent,
    reason,
    status: "needs_response",
  };
  // Evidence has thirty empty fields in Stripe; a shop that does not contest reads none of them.
  const row: DisputeRow = { id, object: dispute as unknown as Stripe.Dispute };
  simulation.store.disputes.add(row);
  simulation.store.onChange("dispute", row);
  charge.disputes.push(id);
  object.disputed = true;
  simulation.store.onChange("charge", charge);
  const session = simulation.store.intents.find(object.payment_intent as string)?.session ?? null;
  emit(simulation, "charge.dispute.created", row.object, { origin: NO_REQUEST, session });
  emit(simulation, "charge.dispute.funds_withdrawn", row.object, { origin: NO_REQUEST, session });
  return row;
}

/** /v1/disputes. */
export const disputeRoutes = [
  route("GET", "/v1/disputes/:id", "dispute", z.strictObject({ expand }), (simulation, { id }) => {
    return simulation.store.disputes.get(id).object;
  }),
  route("POST", "/v1/disputes/:id/close", "dispute", z.strictObject({ expand }), (simulation, { id, origin }) => {
    const row = simulation.store.disputes.get(id);
    if (row.object.status !== "needs_response") throw invalidRequest("This dispute is already closed.");
    row.object.status = "lost";
    simulation.store.onChange("dispute", row);
    const session = simulation.store.intents.find(row.object.payment_intent as string)?.session ?? null;
    emit(simulation, "charge.dispute.closed", row.object, { origin, session });
    return row.object;
  }),
  route(
    "GET",
    "/v1/disputes",
    "dispute",
    z.strictObject({
      ...paging,
      created: createdRange,
      charge: text().optional(),
      payment_intent: text().optional(),
    }),
    (simulation, { parameters }) => {
      const page = simulation.store.disputes.page(
        parameters,
        ({ object }) =>
          (parameters.charge === undefined || object.charge === parameters.charge) &&
          (parameters.payment_intent === undefined || object.payment_intent === parameters.payment_intent) &&
          isInRange(object.created, parameters.created),
      );
      return listOf("/v1/disputes", page, (row) => row.object);
    },
  ),
];
