import { expect, test } from "vitest";
import { customerWithAddress } from "../payments/giving-back.ts";
import { paid } from "../payments/provider-events.ts";
import { tell, times, together } from "../payments/together.ts";
import { openPayment, placeOrder } from "../support/buying.ts";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { stockedVariant } from "../support/goods.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

test("an order that is edited, paid, cancelled and expired at once holds what it sells and costs what it says", async () => {
  for (let round = 0; round < raceRounds(4); round++) await manyHands(database, true);
});

test("without the lock on the order it holds what it does not sell", async () => {
  const bug = replaceInFunction("private.edit_order", "edit_order.order_id for update", "edit_order.order_id");
  await withSabotage(bug, (target) => manyHands(target, false), { rounds: 8 });
});

async function manyHands(target: TestDatabase, ends: boolean): Promise<void> {
  const buyer = await customerWithAddress(target.sql);
  const things = await Promise.all(
    [10_00, 3_00].map((price) => stockedVariant(target.sql, 40, { status: "published", price })),
  );
  const [first, second] = things as [string, string];
  const order = await placeOrder(target.sql, buyer, [{ variant_id: first, quantity: 2 }]);
  const payment = await openPayment(target.sql, buyer, order.id);
  const sale = {
    orderId: order.id,
    paymentId: payment.id,
    sessionId: payment.session,
    intentId: `pi_${order.id}`,
    amount: payment.amount,
  };
  const edits = times(4, (index) => (sql: Pool) => {
    const lines = JSON.stringify([
      { variant_id: first, quantity: index + 1 },
      { variant_id: second, quantity: 5 - index },
    ]);
    return sql`select public.edit_order(${order.id}, ${lines}::text::jsonb, 'a test')`;
  });
  await together(target, [
    ...edits,
    (sql) => sql`select public.cancel_order(${order.id}, 'a test')`,
    ...(ends ? [tell(paid(sale as never)), (sql: Pool) => sql`select private.expire_due_orders()`] : []),
  ]);
  const [found] = await target.sql`select orders.status, orders.total_amount,
    (select sum(total_amount)::bigint from public.order_items where order_id = orders.id) as lines,
    (select coalesce(sum(quantity), 0)::int from public.reservations where holder_id = orders.id and status = 'held') as held,
    (select sum(quantity)::int from public.order_items where order_id = orders.id) as sold
    from public.orders where id = ${order.id}`;
  expect(found?.lines).toBe(found?.total_amount);
  if (found?.status === "pending") expect(found.held).toBe(found.sold);
  else expect(found?.held).toBe(0);
  await expectInvariants(target.sql);
}
