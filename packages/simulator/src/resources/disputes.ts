import type Stripe from "stripe";
import { z } from "zod";
import { newId } from "../identifiers.ts";
import { createdRange, expand, isInRange, paging, text } from "../parameters.ts";
import { listOf, route } from "../route.ts";
import { NO_REQUEST, type Origin, type Simulation } from "../simulation.ts";
import type { ChargeRow, DisputeRow } from "../store.ts";
import { invalidRequest } from "../stripe-errors.ts";
import { type EventType, emit } from "./events.ts";

const A_WEEK_S = 7 * 24 * 60 * 60;

const FEE = 15_00;

/** How a dispute begins and, when `ends` says so, how it ends by itself. */
export interface DisputeWish {
  after_ms?: number;
  reason?: string;
  inquiry?: boolean;
  ends?: "won" | "lost" | undefined;
  ends_after_ms?: number;
}

/** Lets a charge be disputed as wished, when there is a wish. */
export function scheduleDispute(simulation: Simulation, charge: ChargeRow, wish: DisputeWish | null): void {
  if (wish === null) return;
  simulation.scheduler.after(wish.after_ms ?? 0, () => {
    const row = openDispute(simulation, charge, wish);
    const { ends } = wish;
    if (ends === undefined) return;
    simulation.scheduler.after(wish.ends_after_ms ?? 0, () => decideDispute(simulation, row, ends, NO_REQUEST));
  });
}

/** The buyer's bank takes a payment back: the money is withdrawn until the dispute is decided. An inquiry only asks. */
export function openDispute(simulation: Simulation, charge: ChargeRow, wish: DisputeWish): DisputeRow {
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
    is_charge_refundable: wish.inquiry === true,
    livemode: false,
    metadata: {},
    payment_intent: object.payment_intent,
    reason: wish.reason ?? "fraudulent",
    status: wish.inquiry === true ? "warning_needs_response" : "needs_response",
  };
  // Evidence has thirty empty fields in Stripe; a shop that does not contest reads none of them.
  const row: DisputeRow = { id, object: dispute as unknown as Stripe.Dispute };
  simulation.store.disputes.add(row);
  charge.disputes.push(id);
  object.disputed = true;
  simulation.store.onChange("charge", charge);
  if (wish.inquiry !== true) moveMoney(simulation, row, -1);
  tell(simulation, "charge.dispute.created", row, NO_REQUEST);
  if (wish.inquiry !== true) tell(simulation, "charge.dispute.funds_withdrawn", row, NO_REQUEST);
  return row;
}

/** An inquiry becomes a dispute: now the money is withdrawn. */
export function escalateDispute(simulation: Simulation, row: DisputeRow): void {
  if (!row.object.status.startsWith("warning_needs")) throw invalidRequest("Only an inquiry can become a dispute.");
  row.object.status = "needs_response";
  row.object.is_charge_refundable = false;
  moveMoney(simulation, row, -1);
  tell(simulation, "charge.dispute.updated", row, NO_REQUEST);
  tell(simulation, "charge.dispute.funds_withdrawn", row, NO_REQUEST);
}

/** The bank decides. What was withdrawn comes back when the shop won; an inquiry can only be closed. */
export function decideDispute(
  simulation: Simulation,
  row: DisputeRow,
  status: "won" | "lost" | "warning_closed",
  origin: Origin,
): void {
  const inquiry = row.object.status === "warning_needs_response";
  if (row.object.status !== "needs_response" && !inquiry) throw invalidRequest("This dispute is already closed.");
  if (inquiry !== (status === "warning_closed")) throw invalidRequest("An inquiry is closed, a dispute won or lost.");
  row.object.status = status;
  if (status === "won") moveMoney(simulation, row, 1);
  if (status === "won") tell(simulation, "charge.dispute.funds_reinstated", row, origin);
  tell(simulation, "charge.dispute.closed", row, origin);
}

/** Whether the bank has the money of a dispute, for now or for good. */
export function isAgainstShop({ object }: DisputeRow): boolean {
  return object.status === "needs_response" || object.status === "lost";
}

// The fee is taken when the money is, and is not given back.
function moveMoney(simulation: Simulation, { object }: DisputeRow, sign: 1 | -1): void {
  const fee = sign === -1 ? FEE : 0;
  const movement = {
    id: newId("txn_1"),
    object: "balance_transaction",
    amount: sign * object.amount,
    created: simulation.clock.seconds(),
    currency: object.currency,
    fee,
    net: sign * object.amount - fee,
    reporting_category: sign === -1 ? "dispute" : "dispute_reversal",
    type: "adjustment",
  };
  object.balance_transactions.push(movement as unknown as Stripe.BalanceTransaction);
}

function tell(simulation: Simulation, type: EventType, row: DisputeRow, origin: Origin): void {
  simulation.store.onChange("dispute", row);
  const session = simulation.store.intents.find(row.object.payment_intent as string)?.session ?? null;
  emit(simulation, type, row.object, { origin, session });
}

/** /v1/disputes. */
export const disputeRoutes = [
  route("GET", "/v1/disputes/:id", "dispute", z.strictObject({ expand }), (simulation, { id }) => {
    return simulation.store.disputes.get(id).object;
  }),
  route("POST", "/v1/disputes/:id/close", "dispute", z.strictObject({ expand }), (simulation, { id, origin }) => {
    const row = simulation.store.disputes.get(id);
    decideDispute(simulation, row, row.object.status === "warning_needs_response" ? "warning_closed" : "lost", origin);
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
