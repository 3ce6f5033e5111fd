import { describe, expect, test } from "vitest";
import type { Order } from "../../packages/sdk/src/index.ts";
import { issueInvoice } from "../invoices/issuing.ts";
import { actingAs } from "../payments/acting-as.ts";
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
        return row?.answer as { refund: { amount: number }; order: Order };
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
