import { expect } from "vitest";
import { actingAs } from "../payments/acting-as.ts";
import { deliver } from "../payments/deliver.ts";
import { intentEvent, paid } from "../payments/provider-events.ts";
import { attach, type OpenOrder, openOrder, PRICE, type Sale } from "../payments/sale.ts";
import type { Sql } from "../support/database.ts";

/** A plan that buyers may take; gives its id. */
export async function newPlan(
  sql: Sql,
  wish: { count?: number; first?: number | null; productId?: string | null } = {},
) {
  const { count = 3, first = null, productId = null } = wish;
  const [row] = await sql`insert into public.instalment_plans (title, product_id, count, first_basis_points, status)
    values ('In parts', ${productId}, ${count}, ${first}, 'active') returning id`;
  return row?.id as string;
}

/** Takes a plan for an order. */
export const start = (sql: Sql, order: OpenOrder, planId: string) =>
  actingAs(sql, order.customerId, async (tx) => {
    const [row] = await tx`select public.start_instalments(${order.orderId}, ${planId}) as schedule`;
    return row?.schedule;
  });
/** Status and amount of each part, in order. */
export const parts = async (sql: Sql, { orderId }: OpenOrder) => {
  const rows = await sql`select status, amount from public.instalments where order_id = ${orderId} order by number`;
  return rows.map(({ status, amount }) => `${status} ${amount}`);
};
/** Where order, schedule, debt and seat stand. */
export const state = async (sql: Sql, { orderId }: OpenOrder) => {
  const [row] =
    await sql`select orders.status as order, instalment_schedules.status as schedule, private.due_amount(orders.id) as due, enrollments.status as seat
    from public.orders join public.instalment_schedules on instalment_schedules.order_id = orders.id
    join public.order_items on order_items.order_id = orders.id join public.enrollments on enrollments.order_item_id = order_items.id
    where orders.id = ${orderId}`;
  return row;
};

/** Pays this much at the screen. */
export async function payOnPage(sql: Sql, order: OpenOrder, amount: number | null): Promise<Sale> {
  const payment = await actingAs(sql, order.customerId, async (tx) => {
    const [row] = await tx`select public.start_payment(${order.orderId}, 'checkout', ${amount}) as started`;
    return row?.started.payment as { id: string; amount: number };
  });
  const ids = { paymentId: payment.id, sessionId: `cs_${payment.id}`, intentId: `pi_${payment.id}` };
  await attach(sql, ids.paymentId, ids.sessionId);
  const sale = { ...order, ...ids, amount: payment.amount };
  expect(await deliver(sql, paid(sale))).toBe("applied");
  return sale;
}

/** An order of a seat in three equal parts, the first one paid. */
export async function running(sql: Sql, plan?: Parameters<typeof newPlan>[1]): Promise<OpenOrder & { first: Sale }> {
  const order = await openOrder(sql);
  const { instalments } = await start(sql, order, await newPlan(sql, plan));
  const first = await payOnPage(sql, order, instalments[0].amount);
  return { ...order, first };
}

/** Each of three equal parts. */
export const third = PRICE / 3;
/** Everything that is dated lies so many days further back. */
export const days = (sql: Sql, { orderId }: OpenOrder, count: number) =>
  sql`update public.instalments set due_at = due_at - make_interval(days => ${count}), next_try_at = next_try_at - make_interval(days => ${count}),
    overdue_since = overdue_since - make_interval(days => ${count}) where order_id = ${orderId}`;
/** What the schedule does each minute. */
export const tick = (sql: Sql) => sql`select private.run_instalments() as moved`;
/** The charge that is with the provider. */
export const charge = async (sql: Sql, order: OpenOrder): Promise<Sale> => {
  const [row] =
    await sql`select id, amount from public.payments where order_id = ${order.orderId} and status = 'processing'`;
  if (!row) throw new Error("Nothing is being charged.");
  return { ...order, paymentId: row.id, sessionId: `pi_${row.id}`, intentId: `pi_${row.id}`, amount: row.amount };
};
const declined = { status: "requires_payment_method", last_payment_error: { code: "card_declined" } };
/** The provider declines that charge. */
export const decline = async (sql: Sql, order: OpenOrder) =>
  deliver(sql, intentEvent("payment_intent.payment_failed", await charge(sql, order), declined));
