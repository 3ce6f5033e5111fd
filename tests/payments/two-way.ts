import type { Sql } from "../support/database.ts";

/** What the provider says of itself: GET /simulator/truth. */
export type ProviderTruth = {
  sessions: { client_reference_id: string | null; payment_intent: string | null }[];
  payment_intents: { id: string; metadata: { order_id?: string } }[];
  charges: { payment_intent: string; amount_captured: number; amount_refunded: number }[];
  disputes: { payment_intent: string; withdrawn: number; fees: number; status: string }[];
  ewallet_payments: { order: string; status: string; amount: number; refunded_amount: number }[];
};

/** Money of one order on one side, in minor units. */
type Side = { captured: number; refunded: number; withdrawn: number; fees: number };

/**
 * Every order whose money differs between the provider and the database, in both directions, as one line each: what only one side knows is a
 * difference too. Orders since then count, those before a person too: what they have to decide about is in the books already.
 */
export async function differences(sql: Sql, truth: ProviderTruth, since: Date): Promise<string[]> {
  const there = sidesOf(truth);
  const rows = await sql<(Side & { order_id: string; status: string; cash: number })[]>`
    select orders.id as order_id, orders.status,
      (select coalesce(sum(captured_amount), 0)::bigint from public.payments where order_id = orders.id) as captured,
      (select coalesce(sum(amount), 0)::bigint from public.refunds
        where order_id = orders.id and status = 'success' and reason <> 'dispute_lost' and (reason <> 'written_off' or provider_refund_id is not null)) as refunded,
      (select coalesce(sum(amount), 0)::bigint from public.disputes where order_id = orders.id and status in ('open', 'lost')) as withdrawn,
      (select coalesce(sum(fee_amount), 0)::bigint from public.disputes where order_id = orders.id) as fees,
      (select coalesce(sum(ledger_entries.amount), 0)::bigint from public.ledger_entries
        join public.ledger_transactions on ledger_transactions.id = transaction_id
        where order_id = orders.id and account = 'cash_in_transit') as cash
    from public.orders where placed_at >= ${since}`;
  const lines: string[] = [];
  for (const { order_id, status, cash, ...here } of rows) {
    const other = there.get(order_id) ?? { captured: 0, refunded: 0, withdrawn: 0, fees: 0 };
    there.delete(order_id);
    const left = other.captured - other.refunded - other.withdrawn - other.fees;
    if (text(here) !== text(other) || cash !== left)
      lines.push(`${order_id} ${status}: here ${text(here)}, cash ${cash}; there ${text(other)}, left ${left}`);
  }
  for (const [order, side] of there) lines.push(`${order}: not here; there ${text(side)}`);
  return lines;
}

/** The provider's money by order. */
function sidesOf(truth: ProviderTruth): Map<string, Side> {
  const sides = new Map<string, Side>();
  const of = (order: string) => {
    const side = sides.get(order) ?? { captured: 0, refunded: 0, withdrawn: 0, fees: 0 };
    sides.set(order, side);
    return side;
  };
  const orderOf = new Map<string, string>();
  for (const { id, metadata } of truth.payment_intents) if (metadata.order_id) orderOf.set(id, metadata.order_id);
  for (const charge of truth.charges) {
    const side = of(orderOf.get(charge.payment_intent) ?? charge.payment_intent);
    side.captured += charge.amount_captured;
    side.refunded += charge.amount_refunded;
  }
  for (const dispute of truth.disputes) {
    const side = of(orderOf.get(dispute.payment_intent) ?? dispute.payment_intent);
    side.withdrawn += dispute.withdrawn;
    side.fees += dispute.fees;
  }
  for (const payment of truth.ewallet_payments) {
    if (payment.status !== "succeeded") continue;
    const side = of(payment.order);
    side.captured += payment.amount;
    side.refunded += payment.refunded_amount;
  }
  return sides;
}

const text = ({ captured, refunded, withdrawn, fees }: Side) => `${captured}-${refunded}-${withdrawn}-${fees}`;
