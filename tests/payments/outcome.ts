import type { Sql } from "../support/database.ts";
import type { OpenOrder } from "./sale.ts";

/** Everything that became of an order, without ids and times: two runs that ended the same compare equal. */
export type Outcome = {
  order: string;
  payments: string[];
  enrollments: string[];
  refunds: string[];
  /** Money per account, in minor units. */
  ledger: Record<string, number>;
  /** How often each event was written. */
  events: Record<string, number>;
  stock: { available: number; reserved: number } | null;
};

/** Reads everything that became of an order. */
export async function outcomeOf(sql: Sql, { orderId, variantId }: OpenOrder): Promise<Outcome> {
  const [row] = await sql`
    with subjects as (
      select ${orderId}::uuid as id
      union all select id from public.payments where order_id = ${orderId}
      union all select id from public.refunds where order_id = ${orderId}
    )
    select
      (select status from public.orders where id = ${orderId}) as "order",
      array(select concat_ws(' ', status, captured_amount, refunded_amount, failure_code) from public.payments
        where order_id = ${orderId} order by attempt) as payments,
      array(select enrollments.status from public.enrollments join public.order_items on order_items.id = order_item_id
        where order_id = ${orderId} order by 1) as enrollments,
      array(select concat_ws(' ', reason, status, amount) from public.refunds where order_id = ${orderId} order by 1) as refunds,
      (select coalesce(jsonb_object_agg(account, amount), '{}') from (
        select account, sum(ledger_entries.amount) as amount from public.ledger_entries
        join public.ledger_transactions on ledger_transactions.id = transaction_id
        where order_id = ${orderId} group by account having sum(ledger_entries.amount) <> 0) as balances) as ledger,
      (select coalesce(jsonb_object_agg(name, number), '{}') from (
        select name, count(*) as number from public.events where subject_id in (select id from subjects) group by name) as counts) as events,
      (select jsonb_build_object('available', available, 'reserved', reserved) from public.stock_levels
        where variant_id = ${variantId}) as stock`;
  return row as unknown as Outcome;
}
