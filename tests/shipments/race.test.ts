import { expect, test } from "vitest";
import { paidBasket, refund } from "../payments/giving-back.ts";
import { times, together } from "../payments/together.ts";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { openShipments, paidParcel, thingsParcel } from "./parcels.ts";

const database = useDatabase();

test("a parcel that many hand over at once leaves once", async () => {
  const { shipmentId, orderId } = await thingsParcel(database.sql);
  await together(database, [
    ...times(8, () => (sql: Pool) => sql`select public.hand_over_shipment(${shipmentId}, 'JNE', 'race')`),
  ]);
  const [found] = await database.sql`select orders.status,
    (select count(*)::int from public.events where subject_id = ${shipmentId} and name = 'shipment.picked_up') as left,
    (select count(*)::int from public.events where subject_id = ${orderId} and name = 'order.shipped') as shipped
    from public.orders where id = ${orderId}`;
  expect(found).toEqual({ status: "shipped", left: 1, shipped: 1 });
  await expectInvariants(database.sql);
});

test("an order whose parcels are opened by many at once has one", async () => {
  const { orderId } = await paidBasket(database.sql);
  await together(database, [...times(8, () => (sql: Pool) => openShipments(sql, orderId))]);
  expect(await database.sql`select from public.shipments where order_id = ${orderId}`).toHaveLength(1);
  await expectInvariants(database.sql);
});

test("the same units never go into two parcels", async () => {
  await manyWantTheSame(database);
});

test("without the locks on the order and its line they do", async () => {
  const bug = allOf(
    replaceInFunction(
      "private.create_shipment",
      "orders.id = create_shipment.order_id for update",
      "orders.id = create_shipment.order_id",
    ),
    replaceInFunction(
      "private.tg_shipment_items__check_units",
      "perform from public.order_items where order_items.id = new.order_item_id for update;",
      "",
    ),
  );
  await withSabotage(bug, manyWantTheSame, { rounds: 8 });
});

async function manyWantTheSame(target: TestDatabase): Promise<void> {
  const { orderId, things, shipmentId } = await thingsParcel(target.sql);
  await target.sql`select public.cancel_shipment(${shipmentId})`;
  const lines = JSON.stringify([{ order_item_id: things, quantity: 3 }]);
  await together(target, [
    ...times(6, () => (sql: Pool) => sql`select public.create_shipment(${orderId}, ${lines}::text::jsonb)`),
  ]);
  expect(
    await target.sql`select from public.shipments where order_id = ${orderId} and status = 'pending'`,
  ).toHaveLength(1);
  await expectInvariants(target.sql);
}

test("a refund and a hand-over at once end as if one had come after the other", async () => {
  for (let round = 0; round < raceRounds(3); round++) {
    const { orderId, shipmentId, things } = await paidParcel(database.sql);
    await together(database, [
      (sql: Pool) => sql`select public.hand_over_shipment(${shipmentId})`,
      (sql: Pool) => refund(sql, orderId, round === 0 ? {} : { lines: [{ order_item_id: things, quantity: 2 }] }),
      (sql: Pool) => sql`select public.mark_delivered(${orderId})`,
    ]);
    const [shipment] = await database.sql`select status, sum(shipment_items.quantity - refunded_quantity)::int as units
      from public.shipments join public.shipment_items on shipment_id = id where id = ${shipmentId} group by 1`;
    if (round === 0) expect(["cancelled", "picked_up", "delivered"]).toContain(shipment?.status);
    else expect(shipment?.units).toBe(2);
    await expectInvariants(database.sql);
  }
});
