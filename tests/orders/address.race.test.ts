import { expect, test } from "vitest";
import { paid } from "../payments/provider-events.ts";
import { tell, times, together } from "../payments/together.ts";
import { openPayment } from "../support/buying.ts";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { moveOrder, orderOfBooks, shippingByPlace } from "./moving.ts";

const database = useDatabase();

test("an order that is sent elsewhere, shipped and paid for its way at once leaves to the address that it shows", async () => {
  await shippingByPlace(database.sql);
  for (let round = 0; round < raceRounds(3); round++) await manyHands(database);
});

test("without the lock on the order a parcel leaves to another address", async () => {
  const bug = allOf(
    replaceInFunction(
      "private.change_order_address",
      "orders.id = change_order_address.order_id for update",
      "orders.id = change_order_address.order_id",
    ),
    // it looks, and writes a moment later
    replaceInFunction("private.send_elsewhere", "\nbegin\n", "begin perform pg_sleep(0.05);"),
  );
  await withSabotage(
    bug,
    async (target) => {
      await shippingByPlace(target.sql);
      await manyHands(target, false);
    },
    { rounds: 8 },
  );
});

async function manyHands(target: TestDatabase, pays = true): Promise<void> {
  const { buyer, order, to } = await orderOfBooks(target.sql);
  const bali = (await moveOrder(target.sql, buyer, order.id, to("Bali"))).supplement;
  const payment = await openPayment(target.sql, buyer, bali?.id as string);
  const sale = {
    orderId: payment.order_id,
    paymentId: payment.id,
    sessionId: payment.session,
    intentId: `pi_${payment.order_id}`,
    amount: payment.amount,
  };
  await together(target, [
    ...times(
      3,
      (index) => (sql: Pool) => moveOrder(sql, buyer, order.id, to(["Jawa Barat", "Banten"][index % 2] as string)),
    ),
    (sql) => sql`select public.mark_shipped(${order.id}, 'JNE')`,
    ...(pays ? [tell(paid(sale as never))] : []),
  ]);
  const [found] = await target.sql`select orders.status, orders.shipping_address, shipment_details.destination,
      (select max(order_edits.edited_at) from public.order_edits where order_edits.order_id = orders.id) < shipments.shipped_at as left_last
    from public.orders join public.shipments on shipments.order_id = orders.id
    join private.shipment_details on shipment_details.shipment_id = shipments.id where orders.id = ${order.id}`;
  expect(found?.status).toBe("shipped");
  expect(found?.destination).toEqual(found?.shipping_address);
  const later = await target.sql`select from public.events where subject_id = ${order.id} and name = 'order.edited'
    and id > (select min(id) from public.events where subject_id = ${order.id} and name = 'order.shipped')`;
  expect(later).toHaveLength(0);
  await expectInvariants(target.sql);
}
