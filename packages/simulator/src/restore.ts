import { scheduleOutcome } from "./auto-outcomes.ts";
import { resumeWalletPayment, resumeWalletRefund } from "./ewallet/moves.ts";
import { scheduleRenewal } from "./payments/billing.ts";
import { scheduleExpiry } from "./payments/checkout.ts";
import { followUp, isUnsettled } from "./resources/refunds.ts";
import type { Simulation } from "./simulation.ts";
import type { SavedRow } from "./state-file.ts";
import type { Rows, SessionRow } from "./store.ts";

/** Takes in the rows of the last run and continues what was under way: expiries, outcomes, refunds, deliveries. */
export function restore(simulation: Simulation, saved: readonly SavedRow[]): void {
  const { store, keys } = simulation;
  const collections = store.collections();
  for (const { kind, row } of saved) {
    if (kind === "answer") keys.restore(row as Rows["answer"]);
    else collections[kind].add(row as never);
  }
  for (const session of store.sessions.all()) resumeSession(simulation, session);
  for (const subscription of store.subscriptions.all()) scheduleRenewal(simulation, subscription);
  for (const refund of store.refunds.all()) {
    const charge = store.charges.find(refund.object.charge as string);
    if (isUnsettled(refund) && charge !== undefined) followUp(simulation, refund, charge);
  }
  for (const payment of store.walletPayments.all()) resumeWalletPayment(simulation, payment);
  for (const refund of store.walletRefunds.all()) resumeWalletRefund(simulation, refund);
  for (const delivery of store.deliveries.all()) {
    if (delivery.state === "waiting") simulation.webhooks.resume(delivery);
    const event = store.events.find(delivery.event);
    if (delivery.state === "delivered" && event !== undefined) event.delivered = true;
  }
}

function resumeSession(simulation: Simulation, session: SessionRow): void {
  if (session.object.status === "open") {
    // The port may be another one now.
    session.object.url = `${simulation.publicUrl}/pay/${session.id}`;
    scheduleExpiry(simulation, session);
  }
  if (session.outcome !== null && session.object.payment_status === "unpaid" && session.object.status !== "expired") {
    scheduleOutcome(simulation, session);
  }
}
