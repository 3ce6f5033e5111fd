import { describe, expect, test } from "vitest";
import { refund } from "../payments/giving-back.ts";
import { deleteAccount } from "../people/accounts.ts";
import { as, cancelOrder, getOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { bundleOf, buyUnits, sellBeyondStock, stockedVariant } from "../support/goods.ts";
import { expectInvariants } from "../support/invariants.ts";
import { newCustomer } from "../support/people.ts";
import { receive } from "../support/stock-keeping.ts";
import { call, openShipments, paidParcel, parcelsOf, staff, statusOf, thingsParcel } from "./parcels.ts";

const database = useDatabase();
const notReady = { code: "shipment_not_ready", status: 409 };
const invalidLines = { code: "invalid_lines", status: 422 };

const stockOf = async (sql: Sql, variant: string) => {
  const [row] = await sql`select available::int from public.stock_levels where variant_id = ${variant}`;
  return row?.available;
};

describe("the parcels of a paid order", () => {
  test("are opened once, one per place that its goods lie in, and hold goods only", () =>
    database.rolledBack(async (sql) => {
      const thing = await stockedVariant(sql, 2, { status: "published", price: 0 });
      const [far] = await sql`select private.create_location('far', 'Far', 100, null) ->> 'id' as id`;
      await receive(sql, thing, 5, far?.id);
      const order = await buyUnits(sql, await newCustomer(sql), [{ variant: thing, quantity: 4 }]);
      expect(await openShipments(sql, order)).toBe(2);
      expect(await openShipments(sql, order)).toBe(0);
      const parcels = await parcelsOf(sql, order);
      expect(parcels.map(({ items }) => items.map(({ quantity }) => quantity))).toEqual([[2], [2]]);
      expect(new Set(parcels.map(({ location_id }) => location_id)).size).toBe(2);
      const basket = await paidParcel(sql);
      expect(await parcelsOf(sql, basket.orderId)).toMatchObject([
        {
          status: "pending",
          items: [{ order_item_id: basket.things, quantity: 4 }],
          destination: { recipient: "Sari" },
        },
      ]);
      await expectInvariants(sql);
    }));

  test("hold the parts of bundles, and what has not come lies beyond stock", () =>
    database.rolledBack(async (sql) => {
      const scarce = await stockedVariant(sql, 1, { status: "published", price: 0 });
      await sellBeyondStock(sql, scarce, 10);
      const order = await buyUnits(sql, await newCustomer(sql), [{ variant: scarce, quantity: 3 }]);
      await openShipments(sql, order);
      const parts = (await parcelsOf(sql, order)).map(({ items }) => items[0]?.quantity);
      expect(parts.reduce<number>((sum, units) => sum + Number(units), 0)).toBe(3);
      const bundle = await bundleOf(sql, [
        { variant: await stockedVariant(sql, 9, { status: "published" }), quantity: 2 },
      ]);
      const buyer = await newCustomer(sql);
      await as(
        sql,
        buyer,
        (tx) =>
          tx`select public.add_address('Sari', '+62 811 222 333', 'Jl. Dago 12', 'Bandung', 'Jawa Barat', '40135')`,
      );
      const lines = JSON.stringify([{ variant_id: bundle, quantity: 2 }]);
      const [placed] = await as(
        sql,
        buyer,
        (tx) => tx`select public.place_order(${lines}::text::jsonb) ->> 'id' as id`,
      );
      await openShipments(sql, placed?.id);
      expect(await parcelsOf(sql, placed?.id)).toMatchObject([{ items: [{ quantity: 4 }] }]);
      await expectInvariants(sql);
    }));

  test("move their order: a part leaves, all leave, all arrive", () =>
    database.rolledBack(async (sql) => {
      const { orderId, customerId, things, shipmentId } = await thingsParcel(sql);
      const keeper = await staff(sql, "warehouse");
      const second = await call(sql, keeper, "split_shipment", {
        shipment_id: shipmentId,
        lines: [{ order_item_id: things, quantity: 1 }],
      });
      await call(sql, keeper, "hand_over_shipment", { shipment_id: second.id, carrier: "JNE", tracking_number: "1" });
      expect(await statusOf(sql, orderId)).toBe("processing");
      await expectRefusal(() => cancelOrder(sql, customerId, orderId), { code: "order_not_cancellable", status: 409 });
      const support = await staff(sql, "support");
      await expectRefusal(() => cancelOrder(sql, support, orderId, { reason: "late" }), {
        code: "order_not_cancellable",
        status: 409,
      });
      await call(sql, keeper, "pack_shipment", { shipment_id: shipmentId });
      await expectRefusal(() => call(sql, keeper, "pack_shipment", { shipment_id: shipmentId }), notReady);
      await call(sql, keeper, "hand_over_shipment", { shipment_id: shipmentId, cost_amount: 9_000_00 });
      expect(await statusOf(sql, orderId)).toBe("shipped");
      await expectRefusal(() => call(sql, keeper, "hand_over_shipment", { shipment_id: shipmentId }), notReady);
      await expectRefusal(() => call(sql, keeper, "cancel_shipment", { shipment_id: shipmentId }), notReady);
      for (const id of [second.id, shipmentId])
        await call(sql, keeper, "record_tracking_event", { shipment_id: id, status: "delivered" });
      const page = await getOrder(sql, customerId, orderId);
      expect(page).toMatchObject({
        status: "delivered",
        shipments: [{ status: "delivered" }, { status: "delivered" }],
      });
      expect(JSON.stringify(page)).not.toContain("cost_amount");
      await expectInvariants(sql);
    }));

  test("are made, merged and delivered by the short way as well", () =>
    database.rolledBack(async (sql) => {
      const { orderId, things, shipmentId } = await thingsParcel(sql);
      const keeper = await staff(sql, "warehouse");
      await call(sql, keeper, "split_shipment", {
        shipment_id: shipmentId,
        lines: [{ order_item_id: things, quantity: 3 }],
      });
      await call(sql, keeper, "mark_shipped", { order_id: orderId, carrier: "JNE", tracking_number: "JNE-7" });
      const parcels = await parcelsOf(sql, orderId);
      expect(parcels.map(({ status }) => status)).toEqual(["picked_up", "cancelled"]);
      expect(parcels[0]).toMatchObject({ carrier: "JNE", tracking_number: "JNE-7", items: [{ quantity: 4 }] });
      await call(sql, keeper, "mark_delivered", { order_id: orderId });
      expect((await parcelsOf(sql, orderId))[0]?.status).toBe("delivered");
      await expectInvariants(sql);
    }));
});

describe("what is given back", () => {
  test("before it left drops out of its parcel, and an ended order sends nothing", () =>
    database.rolledBack(async (sql) => {
      const basket = await paidParcel(sql);
      await refund(sql, basket.orderId, { lines: [{ order_item_id: basket.things, quantity: 1 }] });
      expect(await parcelsOf(sql, basket.orderId)).toMatchObject([{ status: "pending", items: [{ quantity: 3 }] }]);
      await refund(sql, basket.orderId);
      expect(await parcelsOf(sql, basket.orderId)).toMatchObject([{ status: "cancelled" }]);
      const other = await paidParcel(sql);
      await cancelOrder(sql, other.customerId, other.orderId);
      expect(await parcelsOf(sql, other.orderId)).toMatchObject([
        { status: "cancelled", cancel_reason: expect.any(String) },
      ]);
      await expectInvariants(sql);
    }));

  test("after it left is said by the parcel, and what is left of the order arrives with the rest", () =>
    database.rolledBack(async (sql) => {
      const basket = await paidParcel(sql);
      const keeper = await staff(sql, "warehouse");
      const lines = [{ order_item_id: basket.things, quantity: 1 }];
      const part = await call(sql, keeper, "split_shipment", { shipment_id: basket.shipmentId, lines });
      await call(sql, keeper, "hand_over_shipment", { shipment_id: basket.shipmentId });
      await refund(sql, basket.orderId, { lines: [{ order_item_id: basket.things, quantity: 2 }] });
      // the one that had not left first, then one of those that had
      expect(await parcelsOf(sql, basket.orderId)).toMatchObject([
        { id: basket.shipmentId, status: "picked_up", items: [{ quantity: 3, refunded_quantity: 1 }] },
        { id: part.id, status: "cancelled" },
      ]);
      expect(await statusOf(sql, basket.orderId)).toBe("shipped");
      await call(sql, keeper, "mark_delivered", { order_id: basket.orderId });
      expect(await statusOf(sql, basket.orderId)).toBe("delivered");
      await expectInvariants(sql);
    }));

  test("of a parcel that came back is taken into stock once, however it is asked for", () =>
    database.rolledBack(async (sql) => {
      const basket = await paidParcel(sql);
      const keeper = await staff(sql, "warehouse");
      const lines = [{ order_item_id: basket.things, quantity: 1 }];
      const part = await call(sql, keeper, "split_shipment", { shipment_id: basket.shipmentId, lines });
      await call(sql, keeper, "mark_shipped", { order_id: basket.orderId });
      const before = await stockOf(sql, basket.thing);
      await expectRefusal(() => call(sql, keeper, "mark_shipment_returned", { shipment_id: part.id, goods: "eaten" }), {
        code: "invalid_shipment",
        status: 422,
      });
      await call(sql, keeper, "mark_shipment_returned", {
        shipment_id: part.id,
        goods: "restocked",
        reason: "moved away",
      });
      expect(await stockOf(sql, basket.thing)).toBe(before + 1);
      await expectRefusal(
        () => call(sql, keeper, "mark_shipment_returned", { shipment_id: part.id, goods: "kept" }),
        notReady,
      );
      await refund(sql, basket.orderId, { lines });
      expect(await stockOf(sql, basket.thing)).toBe(before + 1);
      await expectInvariants(sql);
    }));

  test("came back and is kept: it is sent again, and the order arrives then", () =>
    database.rolledBack(async (sql) => {
      const { orderId, shipmentId, things } = await thingsParcel(sql);
      const keeper = await staff(sql, "warehouse");
      await expectRefusal(() => call(sql, keeper, "create_shipment", { order_id: orderId }), {
        code: "nothing_to_ship",
        status: 409,
      });
      await call(sql, keeper, "mark_shipped", { order_id: orderId });
      await call(sql, keeper, "record_tracking_event", { shipment_id: shipmentId, status: "returned_to_sender" });
      await expectRefusal(() => call(sql, keeper, "mark_delivered", { order_id: orderId }), {
        code: "order_not_ready",
        status: 409,
      });
      await call(sql, keeper, "mark_shipment_returned", { shipment_id: shipmentId, goods: "kept" });
      const tooMany = [{ order_item_id: things, quantity: 5 }];
      await expectRefusal(
        () => call(sql, keeper, "create_shipment", { order_id: orderId, lines: tooMany }),
        invalidLines,
      );
      const again = await call(sql, keeper, "create_shipment", { order_id: orderId });
      expect(again).toMatchObject({ status: "pending", items: [{ quantity: 4 }] });
      await call(sql, keeper, "hand_over_shipment", { shipment_id: again.id });
      await call(sql, keeper, "mark_delivered", { order_id: orderId });
      expect(await statusOf(sql, orderId)).toBe("delivered");
      await expectInvariants(sql);
    }));
});

describe("what is said of a parcel", () => {
  test("gives the same end in every order of arrival, and moves nothing back", () =>
    database.rolledBack(async (sql) => {
      const journeys = [
        { said: ["picked_up", "arrived_facility", "out_for_delivery", "delivered"], end: "delivered" },
        { said: ["picked_up", "out_for_delivery", "delivery_failed", "out_for_delivery"], end: "out_for_delivery" },
        { said: ["out_for_delivery", "delivery_failed", "departed_facility"], end: "failed" },
        { said: ["packing", "delivered", "returned_to_sender", "delivery_failed"], end: "returned" },
      ];
      const { shipmentId, orderId } = await thingsParcel(sql);
      for (const { said, end } of journeys) {
        for (const order of permutations(said)) {
          await sql`savepoint journey`;
          await sql`select from public.orders where id = ${orderId} for update`;
          for (const status of order) await sql`select private.add_tracking_event(${shipmentId}, ${status}, 'shop')`;
          const [shipment] = await sql`select status from public.shipments where id = ${shipmentId}`;
          expect(shipment?.status, order.join(", ")).toBe(end);
          await sql`rollback to savepoint journey`;
        }
      }
    }));

  test("is checked, kept for ever and shown with the carrier's page", () =>
    database.rolledBack(async (sql) => {
      await sql`update public.settings set value = '{"jne": {"tracking_url": "https://track.test/{number}"}}' where key = 'carriers'`;
      const { shipmentId, orderId } = await thingsParcel(sql);
      const other = await thingsParcel(sql);
      const keeper = await staff(sql, "warehouse");
      await call(sql, keeper, "add_tracking_number", {
        shipment_id: shipmentId,
        tracking_number: "AB-1",
        carrier: "JNE",
      });
      await expectRefusal(
        () =>
          call(sql, keeper, "hand_over_shipment", {
            shipment_id: other.shipmentId,
            tracking_number: "AB-1",
            carrier: "jne",
          }),
        { code: "tracking_number_taken", status: 409 },
      );
      const [shipment] = await parcelsOf(sql, orderId);
      expect(shipment).toMatchObject({ status: "pending", tracking_url: "https://track.test/AB-1" });
      const refused: [Record<string, unknown>, string][] = [
        [{ status: "eaten" }, "invalid_tracking_event"],
        [{ status: "delivered", occurred_at: "2124-01-01" }, "invalid_tracking_event"],
        [{ status: "delivered", description: "x".repeat(501) }, "invalid_tracking_event"],
      ];
      for (const [facts, code] of refused)
        await expectRefusal(() => call(sql, keeper, "record_tracking_event", { shipment_id: shipmentId, ...facts }), {
          code,
          status: 422,
        });
      await expectRefusal(() => call(sql, keeper, "hand_over_shipment", { shipment_id: shipmentId, cost_amount: -1 }), {
        code: "invalid_shipment",
        status: 422,
      });
      await sql`savepoint change`;
      await call(sql, keeper, "pack_shipment", { shipment_id: shipmentId });
      await expectRefusal(() => sql`delete from public.tracking_events`, { code: "append_only", status: 409 });
    }));

  test("that does not move, or came back and lies there, is told to the warehouse", () =>
    database.rolledBack(async (sql) => {
      const kinds = async () => (await sql`select kind from private.shipment_concerns()`).map(({ kind }) => kind);
      const { shipmentId } = await thingsParcel(sql);
      expect(await kinds()).toEqual([]);
      await sql`update public.shipments set moved_at = now() - interval '4 days' where id = ${shipmentId}`;
      expect(await kinds()).toEqual(["shipment_stuck"]);
      const keeper = await staff(sql, "warehouse");
      await call(sql, keeper, "hand_over_shipment", { shipment_id: shipmentId });
      expect(await kinds()).toEqual([]);
      await call(sql, keeper, "record_tracking_event", { shipment_id: shipmentId, status: "returned_to_sender" });
      expect(await kinds()).toEqual(["shipment_came_back"]);
      await call(sql, keeper, "mark_shipment_returned", { shipment_id: shipmentId, goods: "written_off" });
      expect(await kinds()).toEqual([]);
    }));
});

test("a closed account leaves no address on parcels that have ended", () =>
  database.rolledBack(async (sql) => {
    const gone = await thingsParcel(sql);
    const keeper = await staff(sql, "warehouse");
    await deleteAccount(sql, gone.customerId);
    expect((await parcelsOf(sql, gone.orderId))[0]?.destination).toMatchObject({ recipient: "Sari" });
    await call(sql, keeper, "mark_shipped", { order_id: gone.orderId });
    await call(sql, keeper, "mark_delivered", { order_id: gone.orderId });
    expect((await parcelsOf(sql, gone.orderId))[0]?.destination).toBeNull();
  }));

function permutations<Item>(items: Item[]): Item[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
