import { describe, expect, test } from "vitest";
import { cancelOrder, orderOne, payOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { bundleOf, stockedVariant } from "../support/goods.ts";
import { asOwner, asStaff } from "../support/people.ts";
import { actingAs } from "./acting-as.ts";
import { type Basket, customerWithAddress, paidBasket, refund, told } from "./giving-back.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { cancel, openSale, PRICE } from "./sale.ts";

const database = useDatabase();
const TOTAL = 95_00;
const nothing = { code: "nothing_to_refund", status: 409 };
const tooMuch = { code: "refund_exceeds_payment", status: 409 };

/** What the buyer still has of a basket, and what is on sale again. */
async function left(sql: Sql, basket: Basket) {
  const [row] = await sql`select
    (select status from public.orders where id = ${basket.orderId}) as "order",
    (select status from public.enrollments where order_item_id = ${basket.seat}) as seat,
    (select count(*) from public.downloads where order_item_id = ${basket.book} and ended_at is null) as downloads,
    (select available from public.stock_levels where variant_id = ${basket.thing}) as things,
    (select available from public.stock_levels where variant_id = ${basket.variantId}) as seats,
    (select concat_ws(' ', status, captured_amount, refunded_amount) from public.payments where id = ${basket.paymentId}) as payment`;
  return row;
}
const all = { seat: "active", downloads: 1, things: 6, seats: 2 };

describe("a refund by line", () => {
  test("gives back what the line cost, and ends that line's seat or download and nothing else", async () => {
    await database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      const first = await refund(sql, basket.orderId, { lines: [{ order_item_id: basket.seat }] });
      expect(first.refund).toMatchObject({
        amount: 30_00,
        reason: "by_staff",
        lines: [{ order_item_id: basket.seat, quantity: 1 }],
      });
      expect(await left(sql, basket)).toEqual({
        ...all,
        order: "partially_refunded",
        seat: "cancelled",
        seats: 3,
        payment: `refunding ${TOTAL} 0`,
      });
      await told(sql, first.refund.id, "success");
      await refund(sql, basket.orderId, { lines: [{ order_item_id: basket.book }] });
      expect(await left(sql, basket)).toMatchObject({
        seat: "cancelled",
        downloads: 0,
        things: 6,
        payment: `refunding ${TOTAL} 3000`,
      });
    });
  });

  test("takes units back on sale or writes them off; a part of a line is its share", async () => {
    await database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      const one = (quantity: number, restock: boolean) =>
        refund(sql, basket.orderId, { lines: [{ order_item_id: basket.things, quantity }], restock });
      expect((await one(1, true)).refund.amount).toBe(10_00);
      expect(await left(sql, basket)).toMatchObject({ things: 7, order: "partially_refunded" });
      expect((await one(2, false)).order.items.find(({ id }) => id === basket.things)?.refunded_quantity).toBe(3);
      expect(await left(sql, basket)).toMatchObject({ things: 7 });
      await expectRefusal(() => one(2, true), { code: "invalid_lines", status: 422 });
      // what was written off does not come back with the rest
      const rest = await refund(sql, basket.orderId);
      expect(rest.refund.amount).toBe(TOTAL - 30_00);
      expect(await left(sql, basket)).toEqual({
        order: "refunded",
        seat: "cancelled",
        downloads: 0,
        things: 8,
        seats: 3,
        payment: `refunding ${TOTAL} 0`,
      });
    });
  });

  test("shares a line that does not divide, to the unit", async () => {
    await database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      await sql`set constraints all immediate`;
      await sql`set constraints all deferred`;
      await sql`update public.order_items set discount_amount = 2, total_amount = total_amount - 2 where id = ${basket.things}`;
      const shares = [];
      for (let count = 0; count < 4; count++)
        shares.push(
          (await refund(sql, basket.orderId, { lines: [{ order_item_id: basket.things, quantity: 1 }] })).refund.amount,
        );
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(40_00 - 2);
      await sql`update public.order_items set discount_amount = 0, total_amount = total_amount + 2 where id = ${basket.things}`;
    });
  });

  test("takes a bundle with all its parts, and no part alone", async () => {
    await database.rolledBack(async (sql) => {
      const part = await stockedVariant(sql, 9, { status: "published" });
      const bundle = await bundleOf(sql, [{ variant: part, quantity: 3 }], 60_00);
      const buyer = await customerWithAddress(sql);
      const order = await orderOne(sql, buyer, bundle);
      await payOrder(sql, buyer, order.id);
      const [whole, component] = [
        order.items.find(({ parent_id }) => !parent_id),
        order.items.find(({ parent_id }) => parent_id),
      ];
      const lines = [{ order_item_id: component?.id as string }];
      await expectRefusal(() => refund(sql, order.id, { lines }), { code: "invalid_lines", status: 422 });
      expect((await refund(sql, order.id, { lines: [{ order_item_id: whole?.id as string }] })).order.status).toBe(
        "refunded",
      );
      const [stock] = await sql`select available from public.stock_levels where variant_id = ${part}`;
      expect(stock?.available).toBe(9);
    });
  });

  test("names items of the order, each once, whole and positive", async () => {
    await database.rolledBack(async (sql) => {
      const [basket, other] = [await paidBasket(sql), await paidSale(sql)];
      const [foreign] = await sql`select id from public.order_items where order_id = ${other.orderId}`;
      const bad = [
        [],
        [{}],
        [{ order_item_id: "x" }],
        [{ order_item_id: foreign?.id }],
        [{ order_item_id: basket.seat, quantity: 2 }],
        [{ order_item_id: basket.seat }, { order_item_id: basket.seat.toUpperCase() }],
        [{ order_item_id: basket.things, quantity: 0 }],
        [{ order_item_id: basket.things, quantity: 1.5 }],
        [{ order_item_id: basket.things, amount: 5 }],
        "all",
      ];
      for (const lines of bad)
        await expectRefusal(() => refund(sql, basket.orderId, { lines: lines as [] }), {
          code: "invalid_lines",
          status: 422,
        });
      expect(await left(sql, basket)).toMatchObject({ ...all, order: "paid" });
    });
  });
});

describe("a refund by amount", () => {
  test("is money only, until the rest is given back: then everything ends", async () => {
    await database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      const { refund: first } = await refund(sql, basket.orderId, { amount: 20_00 });
      expect(await left(sql, basket)).toEqual({ ...all, order: "partially_refunded", payment: `refunding ${TOTAL} 0` });
      for (const amount of [TOTAL, TOTAL - 20_00 + 1])
        await expectRefusal(() => refund(sql, basket.orderId, { amount }), tooMuch);
      for (const amount of [0, -1]) await expectRefusal(() => refund(sql, basket.orderId, { amount }), nothing);
      await told(sql, first.id, "success");
      expect(await left(sql, basket)).toMatchObject({ payment: `success ${TOTAL} 2000` });
      const { refund: second } = await refund(sql, basket.orderId, { amount: TOTAL - 20_00 });
      await told(sql, second.id, "success");
      expect(await left(sql, basket)).toEqual({
        order: "refunded",
        seat: "cancelled",
        downloads: 0,
        things: 10,
        seats: 3,
        payment: `refunded ${TOTAL} ${TOTAL}`,
      });
      await expectRefusal(() => refund(sql, basket.orderId), { code: "order_not_refundable", status: 409 });
    });
  });

  test("with lines stands instead of what they cost: a fee is kept", async () => {
    await database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      const answer = await refund(sql, basket.orderId, { lines: [{ order_item_id: basket.seat }], amount: 25_00 });
      expect(answer.refund.amount).toBe(25_00);
      expect(await left(sql, basket)).toMatchObject({ seat: "cancelled", downloads: 1, order: "partially_refunded" });
    });
  });

  test("leads to a credit note of that amount, and under one key is one refund", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      const answer = await refund(sql, sale.orderId, { amount: 5_00, key: "once" });
      expect(await refund(sql, sale.orderId, { amount: 5_00, key: "once" })).toEqual(answer);
      await expectRefusal(() => refund(sql, sale.orderId, { amount: 6_00, key: "once" }), {
        code: "idempotency_key_reused",
        status: 422,
      });
      await told(sql, answer.refund.id, "success");
      await sql`select private.issue_credit_note(${answer.refund.id})`;
      const [note] = await sql`select total_amount from public.invoices where refund_id = ${answer.refund.id}`;
      expect(note?.total_amount).toBe(5_00);
      expect(await outcomeOf(sql, sale)).toMatchObject({
        payments: [`success ${PRICE} 500`],
        enrollments: ["active"],
        refunds: ["by_staff success 500"],
      });
    });
  });
});

test("an order that was refunded in part is cancelled by staff: the rest goes back, and everything ends", async () => {
  await database.rolledBack(async (sql) => {
    const basket = await paidBasket(sql);
    await refund(sql, basket.orderId, { lines: [{ order_item_id: basket.things, quantity: 1 }] });
    await cancel(sql, basket);
    expect(await left(sql, basket)).toMatchObject({
      order: "cancelled",
      seat: "cancelled",
      downloads: 0,
      things: 10,
      seats: 3,
    });
    const [back] = await sql`select sum(amount)::int as amount from public.refunds where order_id = ${basket.orderId}`;
    expect(back?.amount).toBe(TOTAL);
  });
});

describe("a refund is refused", () => {
  test("for orders that are unpaid or ended, without a reason, and to who may not", async () => {
    await database.rolledBack(async (sql) => {
      const [open, sale] = [await openSale(sql), await paidSale(sql)];
      await expectRefusal(() => refund(sql, open.orderId), { code: "order_not_refundable", status: 409 });
      for (const reason of [null, " ", "\t\n", "\u3000\u200b", "x".repeat(501)])
        await expectRefusal(() => refund(sql, sale.orderId, { reason }), { code: "invalid_reason", status: 422 });
      await expectRefusal(() => refund(sql, sale.orderId, {}, sale.customerId), {
        code: "permission_denied",
        status: 403,
      });
      for (const role of ["support", "auditor", "catalog_manager"] as const) {
        const person = await asStaff(sql, role);
        await asOwner(sql);
        await expectRefusal(() => refund(sql, sale.orderId, {}, person), { code: "permission_denied", status: 403 });
      }
      const finance = await asStaff(sql, "finance");
      await asOwner(sql);
      await refund(sql, sale.orderId, { reason: "The teacher is ill." }, finance);
      const [move] =
        await sql`select to_status, reason, actor_id from public.status_changes where subject_id = ${sale.orderId} order by id desc limit 1`;
      expect(move).toEqual({ to_status: "refunded", reason: "The teacher is ill.", actor_id: finance });
    });
  });
});

test("a partly refunded order is cancelled by staff: only the rest goes back, and its buyer cannot", async () => {
  await database.rolledBack(async (sql) => {
    const basket = await paidBasket(sql);
    await refund(sql, basket.orderId, { amount: 15_00 });
    await expectRefusal(() => cancelOrder(sql, basket.customerId, basket.orderId), {
      code: "order_not_cancellable",
      status: 409,
    });
    await actingAs(sql, "service", (tx) => tx`select public.cancel_order(${basket.orderId}, 'no longer made')`);
    const amounts =
      await sql`select amount, reason from public.refunds where order_id = ${basket.orderId} order by amount`;
    expect([...amounts]).toEqual([
      { amount: 15_00, reason: "by_staff" },
      { amount: TOTAL - 15_00, reason: "order_cancelled" },
    ]);
    expect(await left(sql, basket)).toMatchObject({
      order: "cancelled",
      seat: "cancelled",
      downloads: 0,
      things: 10,
      seats: 3,
    });
  });
});
