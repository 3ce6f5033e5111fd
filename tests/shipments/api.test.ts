import { beforeAll, expect, test } from "vitest";
import { buyUnits, stockedVariant } from "../support/goods.ts";
import { newLearner } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
type Learner = Awaited<ReturnType<typeof newLearner>>;
let keeper: Learner;

beforeAll(async () => {
  keeper = await newLearner(stack);
  await stack.sql`insert into public.role_members (profile_id, role) values (${keeper.id}, 'warehouse')`;
});

/** Somebody who bought two things that cost nothing; resolves when the worker has opened the parcel. */
async function bought(): Promise<{ buyer: Learner; orderId: string; things: string; shipmentId: string }> {
  const buyer = await newLearner(stack);
  const variant = await stockedVariant(stack.sql, 10, { status: "published", price: 0 });
  // as place_order does, but for what the seed's shipping methods would cost
  const orderId = await buyUnits(stack.sql, buyer.id, [{ variant, quantity: 2 }]);
  const parcels = () => buyer.seatline.shipments.ofOrder(orderId);
  await expect.poll(async () => (await parcels()).length).toBe(1);
  const [parcel] = await parcels();
  return { buyer, orderId, things: parcel?.items[0]?.order_item_id as string, shipmentId: parcel?.id as string };
}

/** Lets something happen to a parcel at the simulated carrier. */
async function happens(number: string | null | undefined, deed: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${stack.urls.simulator}/simulator/carrier/${number}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(deed),
  });
  expect(answer.status).toBe(200);
}

async function mails(customer: string): Promise<string[]> {
  const rows =
    await stack.sql`select type from public.notifications where profile_id = ${customer} and status = 'sent' order by created_at`;
  return rows
    .map(({ type }) => type)
    .filter((type) => String(type).startsWith("order_") && type !== "order_confirmation");
}

test("a parcel is booked at the carrier, followed by its webhooks, and its customer gets a mail of each step", async () => {
  const { buyer, orderId, shipmentId } = await bought();
  const { shipments } = keeper.seatline;
  await shipments.book({ shipment_id: shipmentId, carrier: "parcels" });
  const parcel = async () => (await buyer.seatline.shipments.ofOrder(orderId))[0];
  await expect.poll(async () => (await parcel())?.tracking_number).toMatch(/^SIM/);
  const number = (await parcel())?.tracking_number;
  await happens(number, { status: "picked_up", location: "Bandung" });
  await expect.poll(async () => (await buyer.seatline.orders.get(orderId)).status).toBe("shipped");
  await expect.poll(() => mails(buyer.id)).toEqual(["order_shipped"]);
  await happens(number, { status: "delivered" });
  await expect.poll(async () => (await buyer.seatline.orders.get(orderId)).status).toBe("delivered");
  expect((await parcel())?.events).toMatchObject([
    { status: "picked_up", location: "Bandung", source: "carrier" },
    { status: "delivered" },
  ]);
  await expect.poll(() => mails(buyer.id)).toEqual(["order_shipped", "order_delivered"]);
  expect((await shipments.list({ status: "delivered" })).data.map(({ id }) => id)).toContain(shipmentId);
});

test("a webhook that the carrier did not sign is refused and changes nothing", async () => {
  const { orderId, buyer, shipmentId } = await bought();
  await keeper.seatline.shipments.addTrackingNumber({
    shipment_id: shipmentId,
    tracking_number: orderId,
    carrier: "parcels",
  });
  const event = { id: orderId, tracking_number: orderId, status: "delivered", occurred_at: "2026-11-20T08:00:00Z" };
  const answer = await fetch(`${stack.urls.api}/functions/v1/carrier-webhook`, {
    method: "POST",
    headers: { "carrier-signature": `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}` },
    body: JSON.stringify(event),
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: "webhook_signature_invalid" });
  expect((await buyer.seatline.orders.get(orderId)).status).toBe("paid");
});

test("parcels are split, packed, handed over, brought by a courier and taken back over HTTP", async () => {
  const { orderId, things, shipmentId, buyer } = await bought();
  const { shipments } = keeper.seatline;
  const courier = await newLearner(stack);
  await stack.sql`insert into public.role_members (profile_id, role) values (${courier.id}, 'courier')`;
  const part = await shipments.split({ shipment_id: shipmentId, lines: [{ order_item_id: things, quantity: 1 }] });
  await shipments.cancel({ shipment_id: part.id, reason: "not yet" });
  const again = await shipments.create({ order_id: orderId });
  expect((await shipments.pack(shipmentId)).packed_at).not.toBeNull();
  await shipments.handOver({ shipment_id: shipmentId, cost_amount: 5_00 });
  await shipments.recordEvent({ shipment_id: shipmentId, status: "delivered", description: "With the neighbour" });
  await shipments.assignCourier({ shipment_id: again.id, courier_id: courier.id });
  expect(await courier.seatline.shipments.myDeliveries()).toMatchObject([{ shipment_id: again.id, units: 1 }]);
  await courier.seatline.shipments.pickUpDelivery(again.id);
  await courier.seatline.shipments.reportDelivery({ shipment_id: again.id, outcome: "failed", note: "Nobody at home" });
  const back = await shipments.markReturned({ shipment_id: again.id, goods: "restocked" });
  expect(back).toMatchObject({ status: "returned", returned_goods: "restocked" });
  expect(await buyer.seatline.orders.get(orderId)).toMatchObject({ status: "shipped", shipments: [{}, {}, {}] });
});
