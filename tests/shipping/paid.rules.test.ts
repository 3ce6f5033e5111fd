import { describe, expect, test } from "vitest";
import type { Order, StaffRefund } from "../../packages/sdk/src/index.ts";
import { issueCreditNote, issueInvoice } from "../invoices/issuing.ts";
import { actingAs } from "../payments/acting-as.ts";
import { tax } from "../pricing/offers.ts";
import { payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { asOwner, asStaff } from "../support/people.ts";
import { lines, method, orderBy, parcel, rate, receiver, simpleShipping, zone } from "./parcels.ts";

const database = useDatabase();

describe("shipping that was paid", () => {
  /** A paid order of two books and a seat, for 100 000 + 70 000 and 9 000 of shipping. */
  async function paidOrder(sql: Sql) {
    await simpleShipping(sql, 9_000, { name: "Reguler" });
    const [buyer, book] = [await receiver(sql), await parcel(sql, 50_000, 400)];
    const { variantId: seat } = await publishedIntake(sql, { seats: 3, price: 70_000 });
    const order = await orderBy(sql, buyer, [
      [book, 2],
      [seat, 1],
    ]);
    await payOrder(sql, buyer, order.id);
    const itemOf = (variant: string) => order.items.find(({ variant_id }) => variant_id === variant)?.id as string;
    const refund = (wish: { which: string; quantity?: number; include?: boolean }) =>
      actingAs(sql, "service", async (tx) => {
        const line = JSON.stringify([
          { order_item_id: itemOf(wish.which), ...(wish.quantity ? { quantity: wish.quantity } : {}) },
        ]);
        const [row] = await tx`select public.refund_order(${order.id}, ${line}::text::jsonb, reason => 'a test',
          include_shipping => ${wish.include ?? null}) as answer`;
        return row?.answer as { refund: StaffRefund; order: Order };
      });
    return { buyer, order, book, seat, refund };
  }

  test("goes back with the last of what is sent, whatever else stays", () =>
    database.rolledBack(async (sql) => {
      const { book, seat, refund } = await paidOrder(sql);
      expect((await refund({ which: book, quantity: 1 })).refund.amount).toBe(50_000);
      const last = await refund({ which: book });
      expect(last.refund.amount).toBe(59_000);
      expect(last.order).toMatchObject({ status: "partially_refunded", shipping_refunded_amount: 9_000 });
      expect(await refund({ which: seat })).toMatchObject({
        refund: { amount: 70_000 },
        order: { status: "refunded" },
      });
    }));

  test("goes back earlier, or stays, when staff say so, and never twice", () =>
    database.rolledBack(async (sql) => {
      const { book, refund } = await paidOrder(sql);
      expect((await refund({ which: book, quantity: 1, include: true })).refund.amount).toBe(59_000);
      expect((await refund({ which: book, include: true })).refund.amount).toBe(50_000);
    }));

  test("stays when the last of what is sent goes back without it, until the rest of the order goes", () =>
    database.rolledBack(async (sql) => {
      const { book, seat, refund } = await paidOrder(sql);
      expect((await refund({ which: book, include: false })).refund.amount).toBe(100_000);
      expect(await refund({ which: seat })).toMatchObject({
        refund: { amount: 70_000 },
        order: { status: "partially_refunded", shipping_refunded_amount: 0 },
      });
    }));

  test("that went back with a refund that failed can go back again, and counts once when that one is tried again", () =>
    database.rolledBack(async (sql) => {
      const { order, book, refund } = await paidOrder(sql);
      const given = async () =>
        (await sql`select shipping_refunded_amount from public.orders where id = ${order.id}`)[0]
          ?.shipping_refunded_amount;
      const tell = (id: string, status: string, name = "re_1") =>
        sql`select private.record_refund_result(${id}, ${name}, ${status})`;
      const first = (await refund({ which: book, quantity: 1, include: true })).refund;
      expect(first).toMatchObject({ amount: 59_000, shipping_amount: 9_000 });
      expect(await given()).toBe(9_000);
      await tell(first.id, "success");
      await tell(first.id, "failed"); // the bank sent it back
      expect(await given()).toBe(0);
      const again = (name: string) => actingAs(sql, "service", (tx) => tx`select public.retry_refund(${name})`);
      await again(first.id);
      expect(await given()).toBe(9_000);
      await tell(first.id, "failed", "re_2");
      expect(await given()).toBe(0);
      // given back by hand meanwhile
      await sql`update public.orders set shipping_refunded_amount = 8000 where id = ${order.id}`;
      await again(first.id);
      expect(await sql`select shipping_amount from public.refunds where id = ${first.id}`).toEqual([
        { shipping_amount: 1_000 },
      ]);
      expect(await given()).toBe(9_000);
    }));

  test("is named on the credit note of the refund that gave it back, with its taxes, and on no other", () =>
    database.rolledBack(async (sql) => {
      await tax(sql, { points: 1100 });
      await tax(sql, { name: "City", points: 100, inclusive: false });
      const { order, book, seat, refund } = await paidOrder(sql);
      const noteOf = async (id: string) => {
        await sql`select private.record_refund_result(${id}, ${`re_${id}`}, 'success')`;
        const noteId = await issueCreditNote(sql, id);
        await sql`set constraints all immediate`;
        await sql`set constraints all deferred`;
        return (await sql`select private.invoice_document(${noteId}) as note`)[0]?.note;
      };
      const first = await noteOf((await refund({ which: book, quantity: 1 })).refund.id);
      expect(first).toMatchObject({ shipping_title: null, shipping_amount: 0, shipping_taxes: [] });
      const second = await noteOf((await refund({ which: book })).refund.id);
      expect(second).toMatchObject({
        shipping_title: "Reguler",
        shipping_amount: order.shipping_amount,
        shipping_tax_amount: order.shipping_tax_amount,
        shipping_tax_included_amount: order.shipping_tax_included_amount,
        shipping_taxes: [
          { name: "PPN", amount: order.shipping_tax_included_amount },
          { name: "City", amount: order.shipping_tax_amount },
        ],
        lines: [{ subtotal_amount: second.total_amount - second.tax_amount - order.shipping_amount }],
      });
      const third = await noteOf((await refund({ which: seat })).refund.id);
      expect(third).toMatchObject({ shipping_amount: 0 });
      expect(first.total_amount + second.total_amount + third.total_amount).toBe(order.total_amount);
    }));

  test("alone on a credit note leaves no line", () =>
    database.rolledBack(async (sql) => {
      const { order, book, refund } = await paidOrder(sql);
      await refund({ which: book, include: false });
      const [row] =
        await sql`update public.orders set shipping_refunded_amount = 9000 where id = ${order.id} returning id`;
      const [made] = await sql`select private.refund_across(${row?.id}, 9000, 'by_staff', 'a test') as ids`;
      await sql`select private.name_shipping(${made?.ids}, 9000), private.record_refund_result(${made?.ids[0]}, 're_9', 'success')`;
      const noteId = await issueCreditNote(sql, made?.ids[0]);
      expect(
        await sql`select subtotal_amount, shipping_amount, total_amount from public.invoices where id = ${noteId}`,
      ).toEqual([{ subtotal_amount: 0, shipping_amount: 9_000, total_amount: 9_000 }]);
      await sql`set constraints all immediate`;
    }));

  test("stands on the invoice by its name, and comes back with an order that is cancelled", () =>
    database.rolledBack(async (sql) => {
      const { order } = await paidOrder(sql);
      const invoice = await issueInvoice(sql, order.id);
      expect(await sql`select shipping_title, shipping_amount from public.invoices where id = ${invoice}`).toEqual([
        { shipping_title: "Reguler", shipping_amount: 9_000 },
      ]);
      await actingAs(sql, "service", (tx) => tx`select public.cancel_order(${order.id}, 'a test')`);
      expect(
        await sql`select amount, shipping_refunded_amount from public.refunds join public.orders on orders.id = order_id`,
      ).toEqual([{ amount: 179_000, shipping_refunded_amount: 9_000 }]);
    }));
});

describe("a paid order that is edited", () => {
  async function paidBook(sql: Sql) {
    const zoneId = await zone(sql, { country: "ID" });
    const methodId = await method(sql);
    await rate(sql, zoneId, methodId, { amount: 9_000, weight: [0, 1000] });
    await rate(sql, zoneId, methodId, { amount: 15_000, weight: [1000, null] });
    const [buyer, book] = [await receiver(sql), await parcel(sql, 50_000, 600)];
    const order = await orderBy(sql, buyer, [[book, 1]]);
    await payOrder(sql, buyer, order.id);
    const admin = await asStaff(sql, "admin");
    await asOwner(sql);
    const edit = (...wishes: [string, number][]) =>
      actingAs(sql, admin, async (tx) => {
        const [row] =
          await tx`select public.edit_order(${order.id}, ${lines(...wishes)}::text::jsonb, 'asked for it') as answer`;
        return row?.answer as { order: Order; supplement: Order };
      });
    return { order, book, edit };
  }

  test("pays for what is added only what the heavier parcel costs more", () =>
    database.rolledBack(async (sql) => {
      const { book, edit } = await paidBook(sql);
      expect((await edit([book, 2])).supplement).toMatchObject({
        shipping_amount: 6_000,
        total_amount: 56_000,
        shipping_pricing: { weight_grams: 1200, rate_amount: 15_000 },
      });
      const light = await parcel(sql, 10_000, 100);
      expect((await edit([book, 1], [light, 1])).supplement).toMatchObject({
        shipping_amount: 0,
        total_amount: 10_000,
      });
    }));

  test("moves its shipping along when all that is sent is exchanged", () =>
    database.rolledBack(async (sql) => {
      const { order, edit } = await paidBook(sql);
      const { supplement } = await edit([await parcel(sql, 50_000, 200), 1]);
      expect(supplement).toMatchObject({ status: "paid", shipping_amount: 9_000, total_amount: 59_000 });
      const [row] = await actingAs(sql, "service", (tx) => tx`select public.explain_order_money(${order.id}) as money`);
      expect(row?.money).toMatchObject({ kept_amount: 0, unexplained_amount: 0, shipping_refunded_amount: 9_000 });
    }));
});
