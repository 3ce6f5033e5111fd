import { beginWalletPayment, endWalletPayment } from "./payments/checkout.ts";
import type { Simulation } from "./simulation.ts";
import type { SessionRow } from "./store.ts";

/** How a session with this amount decides itself: minor units ending in 99 succeed, in 11 fail, others wait for a person. */
export function outcomeOfAmount(amount: number): "fails" | "succeeds" | null {
  const ending = amount % 100;
  if (ending === 99) return "succeeds";
  return ending === 11 ? "fails" : null;
}

/**
 * Gives a new session its outcome: after a random delay, counted from its creation, the e-wallet has answered. Half-way
 * the wallet takes over, which completes the session without money. A person may pay before that in the usual way.
 */
export function planOutcome(simulation: Simulation, row: SessionRow): void {
  const outcome = outcomeOfAmount(row.object.amount_total ?? 0);
  if (outcome === null) return;
  const delay = simulation.random.between("delay", simulation.settings.delay_ms);
  row.outcome = {
    succeeds: outcome === "succeeds",
    begins_ms: row.created_ms + Math.floor(delay / 2),
    ends_ms: row.created_ms + delay,
  };
  scheduleOutcome(simulation, row);
}

/** Sets the timers of a planned outcome, also after a restart. */
export function scheduleOutcome(simulation: Simulation, row: SessionRow): void {
  const { outcome } = row;
  if (outcome === null) return;
  simulation.scheduler.at(outcome.begins_ms, () => {
    beginWalletPayment(simulation, row);
    simulation.scheduler.at(outcome.ends_ms, () => endWalletPayment(simulation, row, outcome.succeeds));
  });
}
