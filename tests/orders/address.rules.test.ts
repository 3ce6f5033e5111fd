import { describe, expect, test } from "vitest";
import type { OrderPage } from "../../packages/sdk/src/index.ts";
import { issueCreditNote, issueInvoice } from "../invoices/issuing.ts";
import { actingAs } from "../payments/acting-as.ts";
import { addAddress, bandung } from "../people/addresses.ts";
import { tax } from "../pricing/offers.ts";
import { orderBy, receiver } from "../shipping/parcels.ts";
import { confirmPayment, endHold, getOrder, openPayment, orderOne, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, newCustomer } from "../support/people.ts";
import { moveOrder, orderOfBooks, shippingByPlace } from "./moving.ts";
import { staffMember } from "./searching.ts";

const database = useDatabase();
const notEditable = { code: "order_not_editable", status: 409 };
const nowhere = { code: "shipping_not_available", status: 422 };

const pageOf = async (sql: Sql, person: string, orderId: string) => (await getOrder(sql, person, orderId)) as OrderPage;
const explained = async (sql: Sql, orderId: string) =>
  (await actingAs(sql, "service", (tx) => tx`select public.explain_order_money(${orderId}) as money`))[0]?.money;

describe("an unpaid order", () => {
  test("goes elsewhere in place, costs what sending there costs, and says where it went before", () =>
    database.rolledBack(async (sql) => {
      await shippingByPlace(sql);
      const { buyer, order, to } = await orderOfBooks(sql, false);
      const moved = await moveOrder(sql, buyer, order.id, to("Bali"));
      expect(moved).toMatchObject({
        supplement: null,
        order: { status: "pending", total_amount: 115_000, shipping_amount: 15_000, expires_at: order.expires_at },
      });
      const page = await pageOf(sql, buyer, order.id);
      expect(page.shipping_address).toMatchObject({ province: "Bali", recipient: "In Bali" });
      expect(page.actions).toContain("change_address");
      expect(page.edits).toMatchObject([
        {
          actor_kind: "customer",
          before: { total_amount: 109_000, shipping_address: { province: "Jawa Barat" } },
          after: { total_amount: 115_000, shipping_address: { province: "Bali" } },
        },
      ]);
      expect(await payOrder(sql, buyer, order.id)).toBe("applied");
      expect(await pageOf(sql, buyer, order.id)).toMatchObject({ status: "paid", payments: [{ amount: 115_000 }] });
    }));

  test("is priced anew with the taxes of the place, and stays where it is when nothing is sent there", () =>
    database.rolledBack(async (sql) => {
      await shippingByPlace(sql);
      await tax(sql, { name: "Province", points: 1000, inclusive: false, province: "Bali" });
      const { buyer, order, to } = await orderOfBooks(sql, false);
      expect((await moveOrder(sql, buyer, order.id, to("Bali"))).order).toMatchObject({
        tax_amount: 11_500,
        total_amount: 126_500,
        tax_province: "Bali",
      });
      await expectRefusal(() => moveOrder(sql, buyer, order.id, to("Aceh")), nowhere);
      expect(await getOrder(sql, buyer, order.id)).toMatchObject({ total_amount: 126_500, tax_province: "Bali" });
    }));
});

describe("a paid order", () => {
  test("goes to another place of its zone at once, with its parcels, and costs the same although prices changed", () =>
    database.rolledBack(async (sql) => {
      await shippingByPlace(sql);
      const { buyer, order, to } = await orderOfBooks(sql);
      await sql`select private.open_shipments(${order.id})`;
      await sql`update public.shipping_rates set amount = amount + 1000`;
      const moved = await moveOrder(sql, buyer, order.id, to("Jawa Barat"), { key: "once" });
      expect(moved).toMatchObject({ supplement: null, order: { status: "paid", total_amount: 109_000, refunds: [] } });
      expect(await moveOrder(sql, buyer, order.id, to("Jawa Barat"), { key: "once" })).toEqual(moved);
      await expectRefusal(() => moveOrder(sql, buyer, order.id, to("Bali"), { key: "once" }), {
        code: "idempotency_key_reused",
        status: 422,
      });
      const there = await sql`select destination ->> 'recipient' as recipient from private.shipment_details`;
      expect(there).toEqual([{ recipient: "In Jawa Barat" }]);
      expect((await pageOf(sql, buyer, order.id)).edits).toHaveLength(1);
    }));

  test("gives back what sending it costs less, on a credit note that says so", () =>
    database.rolledBack(async (sql) => {
      await shippingByPlace(sql);
      await tax(sql, { points: 1000, inclusive: false });
      const { buyer, order, to } = await orderOfBooks(sql);
      await issueInvoice(sql, order.id);
      const { order: moved, supplement } = await moveOrder(sql, buyer, order.id, to("Banten"));
      expect(supplement).toBeNull();
      expect(moved).toMatchObject({
        status: "partially_refunded",
        shipping_refunded_amount: 5_500,
        shipping_address: { province: "Banten" },
        refunds: [{ amount: 5_500, reason: "address_changed" }],
      });
      const refundId = moved.refunds[0]?.id as string;
      await sql`select private.record_refund_result(${refundId}, 're_1', 'success')`;
      const note = await issueCreditNote(sql, refundId);
      expect(
        await sql`select subtotal_amount, shipping_amount, shipping_tax_amount from public.invoices where id = ${note}`,
      ).toEqual([{ subtotal_amount: 0, shipping_amount: 5_000, shipping_tax_amount: 500 }]);
      expect(await explained(sql, order.id)).toMatchObject({ unexplained_amount: 0 });
      // what it costs now is what it costs there: nothing goes back twice
      await moveOrder(sql, buyer, order.id, to("Banten"));
      expect((await getOrder(sql, buyer, order.id)).refunds).toHaveLength(1);
    }));

  test("asks for what sending it costs more, goes there once that is paid, and gives it back when it returns", () =>
    database.rolledBack(async (sql) => {
      await shippingByPlace(sql);
      const { buyer, order, to } = await orderOfBooks(sql);
      await sql`select private.open_shipments(${order.id})`;
      const { order: still, supplement } = await moveOrder(sql, buyer, order.id, to("Bali"));
      expect(still.shipping_address).toMatchObject({ province: "Jawa Barat" });
      expect(supplement).toMatchObject({
        status: "pending",
        items: [],
        subtotal_amount: 0,
        shipping_amount: 6_000,
        due_amount: 6_000,
        shipping_address: { province: "Bali" },
      });
      const extra = supplement?.id as string;
      expect(await payOrder(sql, buyer, extra)).toBe("applied");
      expect(await pageOf(sql, buyer, order.id)).toMatchObject({
        status: "paid",
        total_amount: 109_000,
        shipping_address: { province: "Bali" },
        edits: [{ supplement_id: extra, exchange: { amount: 0, settled_at: expect.any(String) } }],
      });
      expect(await sql`select destination ->> 'province' as province from private.shipment_details`).toEqual([
        { province: "Bali" },
      ]);
      expect(await issueInvoice(sql, extra)).not.toBeNull();
      const told = (id: string) =>
        sql`select private.production_document(id) ->> 'type' as type from public.events where subject_id = ${id} and name = 'order.paid'`;
      expect([...(await told(order.id)), ...(await told(extra))]).toEqual([{ type: "order.paid" }, { type: null }]);
      const back = await moveOrder(sql, buyer, order.id, to("Banten"));
      expect(back.order).toMatchObject({ shipping_refunded_amount: 5_000, shipping_address: { province: "Banten" } });
      expect(await getOrder(sql, buyer, extra)).toMatchObject({ status: "refunded", shipping_refunded_amount: 6_000 });
      for (const id of [order.id, extra]) expect(await explained(sql, id), id).toMatchObject({ unexplained_amount: 0 });
    }));

  test("stays where it is when what was asked for is not paid, or another place is wanted, or it left first", () =>
    database.rolledBack(async (sql) => {
      await shippingByPlace(sql);
      const { buyer, order, to } = await orderOfBooks(sql);
      const bali = async () => (await moveOrder(sql, buyer, order.id, to("Bali"))).supplement?.id as string;
      const first = await bali();
      await endHold(sql, first);
      await sql`select private.expire_due_orders()`;
      expect(await getOrder(sql, buyer, first)).toMatchObject({ status: "expired" });
      const [second, third] = [await bali(), await bali()];
      expect(await getOrder(sql, buyer, second)).toMatchObject({ status: "cancelled" });
      const payment = await openPayment(sql, buyer, third);
      await actingAs(sql, "service", (tx) => tx`select public.mark_shipped(${order.id})`);
      expect(await confirmPayment(sql, payment)).toBe("applied");
      expect(await getOrder(sql, buyer, third)).toMatchObject({
        status: "cancelled",
        refunds: [{ amount: 6_000, reason: "undeliverable" }],
      });
      expect(await getOrder(sql, buyer, order.id)).toMatchObject({ shipping_address: { province: "Jawa Barat" } });
      await expectRefusal(() => moveOrder(sql, buyer, order.id, to("Banten")), notEditable);
    }));

  test("is refused a place that nothing delivers to, and one whose carrier has the label stays", () =>
    database.rolledBack(async (sql) => {
      await shippingByPlace(sql);
      const { buyer, order, to } = await orderOfBooks(sql);
      await expectRefusal(() => moveOrder(sql, buyer, order.id, to("Aceh")), nowhere);
      await sql`select private.open_shipments(${order.id})`;
      await sql`update public.shipments set carrier = 'Kurir', tracking_number = 'K1' where order_id = ${order.id}`;
      await expectRefusal(() => moveOrder(sql, buyer, order.id, to("Banten")), notEditable);
      expect((await pageOf(sql, buyer, order.id)).actions).not.toContain("change_address");
      expect(await getOrder(sql, buyer, order.id)).toMatchObject({ shipping_address: { province: "Jawa Barat" } });
    }));

  test("whose goods are taxed otherwise there sells them anew for what they cost, discount and all, and moves only the difference", () =>
    database.rolledBack(async (sql) => {
      await shippingByPlace(sql);
      await tax(sql, { points: 1000, inclusive: false });
      const { variantId: seat } = await publishedIntake(sql, { seats: 3, price: 70_000 });
      const { buyer, book, to } = await orderOfBooks(sql, false);
      await sql`insert into public.promotions (name, kind, status, basis_points, automatic) values ('Tenth', 'percent', 'active', 1000, true)`;
      const order = await orderBy(sql, buyer, [
        [book, 2],
        [seat, 1],
      ]);
      expect(order).toMatchObject({ discount_amount: 17_000, tax_amount: 16_200, total_amount: 178_200 });
      await payOrder(sql, buyer, order.id);
      await issueInvoice(sql, order.id);
      await sql`update public.prices set amount = 99_000 where variant_id = ${book}`;
      const { order: left, supplement } = await moveOrder(sql, buyer, order.id, to("SG"));
      expect(supplement).toMatchObject({
        status: "paid",
        items: [{ variant_id: book, quantity: 2, unit_amount: 45_000, tax_amount: 0 }],
        shipping_amount: 9_000,
        total_amount: 99_000,
        shipping_address: { country: "SG" },
      });
      expect(left).toMatchObject({
        status: "partially_refunded",
        shipping_refunded_amount: 9_900,
        shipping_address: { province: "Jawa Barat" },
      });
      expect(left.refunds.map(({ amount }) => amount).toSorted((a, b) => a - b)).toEqual([9_900, 99_000]);
      expect(left.items.find(({ variant_id }) => variant_id === seat)?.enrollment).toMatchObject({ status: "active" });
      for (const id of [order.id, supplement?.id as string])
        expect(await explained(sql, id), id).toMatchObject({ unexplained_amount: 0 });
    }));

  test("in parts owes less where sending it costs less", () =>
    database.rolledBack(async (sql) => {
      await shippingByPlace(sql);
      const { buyer, order, to } = await orderOfBooks(sql, false);
      await sql`select private.confirm_order(${order.id}, 'instalments')`;
      const { order: moved } = await moveOrder(sql, buyer, order.id, to("Banten"));
      expect(moved).toMatchObject({ due_amount: 104_000, shipping_refunded_amount: 5_000, refunds: [] });
    }));
});

describe("who may send an order elsewhere", () => {
  test("its customer, and staff with orders.write who say why; to an address of its customer, or one written out", () =>
    database.rolledBack(async (sql) => {
      await shippingByPlace(sql);
      const { buyer, order, to } = await orderOfBooks(sql);
      const admin = await staffMember(sql, "admin");
      const place = to("Jawa Barat");
      await expectRefusal(() => moveOrder(sql, admin, order.id, place), { code: "invalid_reason", status: 422 });
      await moveOrder(sql, admin, order.id, place, { reason: "She rang." });
      expect((await pageOf(sql, buyer, order.id)).edits).toMatchObject([{ actor_kind: "staff", reason: "She rang." }]);
      expect(
        await sql`select from public.audit_log where table_name = 'order_edits' and actor_id = ${admin}`,
      ).toHaveLength(1);
      const notFound = { code: "order_not_found", status: 404 };
      const stranger = await receiver(sql);
      const { id: theirs } = await addAddress(sql, stranger);
      for (const person of [stranger, await staffMember(sql, "warehouse"), await newCustomer(sql)])
        await expectRefusal(() => moveOrder(sql, person, order.id, place), notFound);
      await expectRefusal(() => moveOrder(sql, buyer, crypto.randomUUID(), place), notFound);
      for (const person of [buyer, "service"])
        await expectRefusal(() => moveOrder(sql, person, order.id, theirs, { reason: "x" }), {
          code: "address_not_found",
          status: 404,
        });
      const { district, subdistrict, ...short } = { ...bandung, country: "ID" };
      const written = (address: unknown, id: string | null = null) =>
        actingAs(
          sql,
          "service",
          (tx) =>
            tx`select public.change_order_address(${order.id}, ${id}, ${JSON.stringify(address)}::text::jsonb, 'asked for it')`,
        );
      const invalid = { code: "invalid_address", status: 422 };
      const { street, ...incomplete } = short;
      for (const bad of [
        null,
        [],
        "x",
        {},
        incomplete,
        { ...short, street: 1 },
        { ...short, street: null },
        { ...short, id: "x" },
      ])
        await expectRefusal(() => written(bad), invalid);
      await expectRefusal(() => written({ ...short, country: "Indonesia" }), invalid);
      await expectRefusal(() => written(short, place), invalid);
      await written({ ...short, district });
      expect(await getOrder(sql, buyer, order.id)).toMatchObject({
        shipping_address: { ...short, district, subdistrict: "" },
      });
      await asAnon(sql);
      await expectRefusal(() => sql`select public.change_order_address(${order.id}, ${place})`, {
        code: "42501",
        status: 401,
      });
    }));

  test("nobody, once it ended, or when nothing of it is sent", () =>
    database.rolledBack(async (sql) => {
      await shippingByPlace(sql);
      const { buyer, to } = await orderOfBooks(sql);
      const { variantId } = await publishedIntake(sql, { seats: 3, price: 70_000 });
      const seats = await orderOne(sql, buyer, variantId);
      await expectRefusal(() => moveOrder(sql, buyer, seats.id, to("Bali")), notEditable);
      const { order, ...other } = await orderOfBooks(sql, false);
      await endHold(sql, order.id);
      await expectRefusal(() => moveOrder(sql, other.buyer, order.id, other.to("Bali")), notEditable);
    }));
});
