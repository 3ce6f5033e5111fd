import { outcomeOfAmount } from "../auto-outcomes.ts";
import { newId } from "../identifiers.ts";
import type { Simulation } from "../simulation.ts";
import type { WalletPaymentRow, WalletRefundRow } from "../store.ts";

/** What the shop asks for; `reference` and `order` come back in every event. */
export interface WalletPaymentWish {
  amount: number;
  currency: string;
  reference: string;
  order: string;
  description: string;
  return_url: string;
  expires_at: number;
}

/** A refusal that the e-wallet's API answers with. */
export class WalletRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Makes a payment that waits for its buyer. Amounts ending in 99 and 11 decide themselves, after the delay of the settings. */
export function createWalletPayment(simulation: Simulation, wish: WalletPaymentWish): WalletPaymentRow {
  const id = newId("ewp_");
  const delay = simulation.random.between("ewallet", simulation.settings.delay_ms);
  const outcome = outcomeOfAmount(wish.amount);
  const row: WalletPaymentRow = {
    id,
    object: {
      id,
      object: "payment",
      status: "pending",
      failure_code: null,
      refunded_amount: 0,
      created: simulation.clock.seconds(),
      redirect_url: `${simulation.publicUrl}/ewallet/pay/${id}`,
      ...wish,
    },
    decides: outcome && {
      status: outcome === "succeeds" ? "succeeded" : "failed",
      at_ms: simulation.clock.now() + delay,
    },
  };
  simulation.store.walletPayments.add(row);
  simulation.store.onChange("wallet_payment", row);
  resumeWalletPayment(simulation, row);
  return row;
}

/** Sets the timers of a payment, also after a restart. */
export function resumeWalletPayment(simulation: Simulation, row: WalletPaymentRow): void {
  const { scheduler } = simulation;
  if (row.object.status === "pending") scheduler.at(row.object.expires_at * 1000, () => expireIfDue(simulation, row));
  if (row.decides) scheduler.at(row.decides.at_ms, () => decide(simulation, row));
}

/** The buyer confirms: the wallet takes the delay of the settings to collect the money. */
export function approve(simulation: Simulation, row: WalletPaymentRow): void {
  expireIfDue(simulation, row);
  assertStatus(row, ["pending"], "approved");
  move(simulation, row, "processing");
  const delay = simulation.random.between("ewallet", simulation.settings.delay_ms);
  row.decides = {
    status: outcomeOfAmount(row.object.amount) === "fails" ? "failed" : "succeeded",
    at_ms: simulation.clock.now() + delay,
  };
  simulation.scheduler.at(row.decides.at_ms, () => decide(simulation, row));
}

/** The buyer says no. */
export function decline(simulation: Simulation, row: WalletPaymentRow): void {
  expireIfDue(simulation, row);
  assertStatus(row, ["pending"], "declined");
  row.object.failure_code = "declined_by_buyer";
  move(simulation, row, "failed");
}

/** The shop or the clock ends what nobody paid. */
export function end(simulation: Simulation, row: WalletPaymentRow, status: "cancelled" | "expired"): void {
  assertStatus(row, ["pending"], status);
  move(simulation, row, status);
}

/** A payment whose time is over ends whenever somebody looks: a timer may be late. */
export function expireIfDue(simulation: Simulation, row: WalletPaymentRow): void {
  if (row.object.status === "pending" && row.object.expires_at <= simulation.clock.seconds())
    end(simulation, row, "expired");
}

/** Gives money back; it arrives after the delay of the settings. */
export function refundWallet(
  simulation: Simulation,
  row: WalletPaymentRow,
  wish: { amount: number; reference: string },
): WalletRefundRow {
  if (row.object.status !== "succeeded")
    throw new WalletRefusal(409, "payment_not_paid", "Only a payment that succeeded is refunded.");
  if (wish.amount > row.object.amount - row.object.refunded_amount) {
    throw new WalletRefusal(409, "refund_exceeds_payment", "That is more than is left of the payment.");
  }
  row.object.refunded_amount += wish.amount;
  simulation.store.onChange("wallet_payment", row);
  const id = newId("ewr_");
  const refund: WalletRefundRow = {
    id,
    object: {
      id,
      object: "refund",
      payment: row.id,
      status: "pending",
      currency: row.object.currency,
      order: row.object.order,
      ...wish,
    },
    arrives_ms: simulation.clock.now() + simulation.random.between("ewallet", simulation.settings.delay_ms),
  };
  simulation.store.walletRefunds.add(refund);
  simulation.store.onChange("wallet_refund", refund);
  resumeWalletRefund(simulation, refund);
  return refund;
}

/** Sets the timer of a refund, also after a restart. */
export function resumeWalletRefund(simulation: Simulation, row: WalletRefundRow): void {
  if (row.object.status !== "pending") return;
  simulation.scheduler.at(row.arrives_ms, () => {
    row.object.status = "succeeded";
    simulation.store.onChange("wallet_refund", row);
    tell(simulation, "refund.succeeded", row.object);
  });
}

function decide(simulation: Simulation, row: WalletPaymentRow): void {
  if (row.decides === null || !["pending", "processing"].includes(row.object.status)) return;
  if (row.decides.status === "failed") row.object.failure_code = "insufficient_balance";
  const wrong = simulation.faults.rule("wrong_amount");
  if (row.decides.status === "succeeded" && wrong?.where === "payment" && simulation.faults.strike("wrong_amount")) {
    row.object.amount = Math.max(1, row.object.amount - wrong.by);
  }
  move(simulation, row, row.decides.status);
}

function move(simulation: Simulation, row: WalletPaymentRow, status: WalletPaymentRow["object"]["status"]): void {
  row.object.status = status;
  simulation.store.onChange("wallet_payment", row);
  tell(simulation, `payment.${status}`, row.object);
}

function assertStatus(row: WalletPaymentRow, allowed: string[], verb: string): void {
  if (allowed.includes(row.object.status)) return;
  throw new WalletRefusal(409, "payment_ended", `A payment that is ${row.object.status} cannot be ${verb}.`);
}

// The event holds the object as it is now; what happens later is another event.
function tell(simulation: Simulation, type: string, object: { id: string }): void {
  const subscribed = simulation.settings.ewallet_webhook_url !== null;
  const event = { id: newId("ewe_"), type, created: simulation.clock.seconds(), data: { object } };
  const row = {
    id: event.id,
    provider: "ewallet" as const,
    type,
    created: event.created,
    object_id: object.id,
    session: null,
    json: JSON.stringify(event),
    subscribed,
    delivered: false,
  };
  simulation.store.events.add(row);
  simulation.store.onChange("event", row);
  if (subscribed) simulation.webhooks.announce(row);
}
