import { expect, test } from "vitest";
import { getOrder } from "../support/buying.ts";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asOwner, newCustomer, staffRoles } from "../support/people.ts";
import { call, deliveries, staff, statusOf, thingsParcel } from "./parcels.ts";

const database = useDatabase();
const denied = { code: "permission_denied", status: 403 };
const notFound = { code: "shipment_not_found", status: 404 };

test("the warehouse works on parcels, and nobody else of the staff does", () =>
  database.rolledBack(async (sql) => {
    const { shipmentId, orderId, customerId, things } = await thingsParcel(sql);
    const verbs: [string, Record<string, unknown>][] = [
      ["pack_shipment", { shipment_id: shipmentId }],
      ["split_shipment", { shipment_id: shipmentId, lines: [{ order_item_id: things, quantity: 1 }] }],
      ["cancel_shipment", { shipment_id: shipmentId }],
      ["add_tracking_number", { shipment_id: shipmentId, tracking_number: "1" }],
      ["hand_over_shipment", { shipment_id: shipmentId }],
      ["mark_shipment_returned", { shipment_id: shipmentId, goods: "kept" }],
      ["record_tracking_event", { shipment_id: shipmentId, status: "delivered" }],
      ["assign_courier", { shipment_id: shipmentId, courier_id: null }],
      ["create_shipment", { order_id: orderId }],
    ];
    const others = staffRoles.filter((role) => !["warehouse", "admin"].includes(role));
    for (const person of [customerId, ...(await Promise.all(others.map((role) => staff(sql, role))))])
      for (const [verb, args] of verbs) await expectRefusal(() => call(sql, person, verb, args), denied);
    const keeper = await staff(sql, "warehouse");
    for (const [verb, args] of verbs.slice(0, -1))
      await expectRefusal(() => call(sql, keeper, verb, { ...args, shipment_id: crypto.randomUUID() }), notFound);
    const first = await call(sql, keeper, "pack_shipment", { shipment_id: shipmentId, idempotency_key: "one" });
    expect(await call(sql, keeper, "pack_shipment", { shipment_id: shipmentId, idempotency_key: "one" })).toEqual(
      first,
    );
    await expectRefusal(
      () => call(sql, keeper, "hand_over_shipment", { shipment_id: shipmentId, idempotency_key: "one" }),
      {
        code: "idempotency_key_reused",
        status: 422,
      },
    );
  }));

test("a customer reads their own parcels without what is the shop's, and others find no order", () =>
  database.rolledBack(async (sql) => {
    const { orderId, customerId, shipmentId } = await thingsParcel(sql);
    const keeper = await staff(sql, "warehouse");
    await call(sql, keeper, "hand_over_shipment", { shipment_id: shipmentId, carrier: "JNE", cost_amount: 5_00 });
    const own = await call<Record<string, unknown>[]>(sql, customerId, "order_shipments", { order_id: orderId });
    expect(own).toMatchObject([
      { status: "picked_up", carrier: "JNE", events: [{ status: "picked_up", source: "shop" }] },
    ]);
    for (const secret of ["cost_amount", "courier", "location_id", "returned_goods"])
      expect(own[0]).not.toHaveProperty(secret);
    const stranger = await newCustomer(sql);
    await asOwner(sql);
    const noOrder = { code: "order_not_found", status: 404 };
    await expectRefusal(() => call(sql, stranger, "order_shipments", { order_id: orderId }), noOrder);
    await expectRefusal(() => getOrder(sql, stranger, orderId), noOrder);
    await asAnon(sql);
    await expectRefusal(() => sql`select public.order_shipments(${orderId})`, { code: "42501", status: 401 });
  }));

test("a courier sees and reports the parcels that are theirs, and of those no more than they need", () =>
  database.rolledBack(async (sql) => {
    await sql`set constraints all immediate`; // what is audited at commit, at once
    const { shipmentId, orderId } = await thingsParcel(sql);
    const other = await thingsParcel(sql);
    const keeper = await staff(sql, "warehouse");
    const [courier, colleague] = [await staff(sql, "courier"), await staff(sql, "courier")];
    await expectRefusal(() => call(sql, keeper, "assign_courier", { shipment_id: shipmentId, courier_id: keeper }), {
      code: "courier_not_found",
      status: 404,
    });
    await call(sql, keeper, "assign_courier", { shipment_id: shipmentId, courier_id: courier });
    expect(await deliveries(sql, colleague)).toEqual([]);
    const [delivery] = await deliveries(sql, courier);
    expect(delivery).toMatchObject({
      shipment_id: shipmentId,
      units: 4,
      destination: { recipient: "Sari", phone: "+62 811 222 333" },
    });
    expect(Object.keys(delivery ?? {}).join()).not.toMatch(/order|amount|price|customer/);
    for (const person of [courier, colleague]) {
      const theirs = person === courier ? other.shipmentId : shipmentId;
      await expectRefusal(() => call(sql, person, "pick_up_delivery", { shipment_id: theirs }), notFound);
      await expectRefusal(
        () => call(sql, person, "report_delivery", { shipment_id: theirs, outcome: "delivered" }),
        notFound,
      );
    }
    await expectRefusal(
      () => call(sql, courier, "report_delivery", { shipment_id: shipmentId, outcome: "delivered" }),
      {
        code: "shipment_not_ready",
        status: 409,
      },
    );
    await call(sql, courier, "pick_up_delivery", { shipment_id: shipmentId });
    expect(await statusOf(sql, orderId)).toBe("shipped");
    await expectRefusal(() => call(sql, courier, "report_delivery", { shipment_id: shipmentId, outcome: "lost" }), {
      code: "invalid_tracking_event",
      status: 422,
    });
    const failed = { shipment_id: shipmentId, outcome: "failed", note: "Nobody at home" };
    expect(await call(sql, courier, "report_delivery", failed)).toMatchObject({ status: "failed", attempts: 1 });
    expect(await call(sql, courier, "pick_up_delivery", { shipment_id: shipmentId })).toMatchObject({
      status: "out_for_delivery",
    });
    await call(sql, courier, "report_delivery", { shipment_id: shipmentId, outcome: "delivered" });
    expect(await statusOf(sql, orderId)).toBe("delivered");
    await expectRefusal(() => deliveries(sql, keeper), denied);
    const audited = await sql`select actor_id, after::text from public.audit_log where table_name = 'shipments'`;
    expect(new Set(audited.map(({ actor_id }) => actor_id))).toEqual(new Set([keeper, courier]));
    expect(audited.filter(({ after }) => after.includes("Sari"))).toEqual([]);
  }));
