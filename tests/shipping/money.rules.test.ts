import fc from "fast-check";
import { expect, test } from "vitest";
import type { Order, OrderMoney } from "../../packages/sdk/src/index.ts";
import { invoicesOf, issueCreditNote, issueInvoice } from "../invoices/issuing.ts";
import { actingAs } from "../payments/acting-as.ts";
import { promotion, tax } from "../pricing/offers.ts";
import { payOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { randomRounds } from "../support/effort.ts";
import { orderBy, parcel, quoteAt, receiver, simpleShipping } from "./parcels.ts";

const database = useDatabase();
const points = fc.integer({ min: 1, max: 4_000 });

const shop = fc.record({
  things: fc.array(
    fc.record({
      price: fc.integer({ min: 1_000, max: 9_999_999 }),
      quantity: fc.integer({ min: 1, max: 4 }),
      exempt: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  taxes: fc.array(fc.record({ points, inclusive: fc.boolean() }), { maxLength: 3 }),
  shipping: fc.oneof(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom(0, 1, 3)),
  free: fc.boolean(),
  discount: fc.option(points),
  refunds: fc.array(fc.record({ which: fc.nat(), units: fc.nat(), shipping: fc.constantFrom(null, true, false) }), {
    maxLength: 5,
  }),
});

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

test(
  "sums hold for whatever is sent, taxed, sent free and given back in parts, to the last unit of order, documents and books",
  async () => {
    await fc.assert(
      fc.asyncProperty(shop, (wish) => database.rolledBack((sql) => comesBackWhole(sql, wish))),
      { numRuns: randomRounds(8), endOnFailure: true },
    );
  },
  60_000 + randomRounds(8) * 4_000,
);

async function comesBackWhole(sql: Sql, wish: typeof shop extends fc.Arbitrary<infer T> ? T : never) {
  const { things, taxes, shipping, free, discount, refunds } = wish;
  const buyer = await receiver(sql);
  for (const [index, rate] of taxes.entries()) await tax(sql, { name: `T${index}`, ...rate });
  await simpleShipping(sql, shipping);
  if (free) await promotion(sql, { kind: "free_shipping" });
  if (discount !== null) await promotion(sql, { basis_points: discount });
  const wishes: [string, number][] = [];
  for (const { price, quantity, exempt } of things)
    wishes.push([await parcel(sql, price, 100, exempt ? "exempt" : "standard"), quantity]);

  const asked = await quoteAt(sql, wishes, { country: "ID" });
  const order = await orderBy(sql, buyer, wishes);
  expect(sumsOf(order)).toEqual(sumsOf(asked));
  const onItems = (name: "subtotal_amount" | "discount_amount" | "tax_amount" | "tax_included_amount") =>
    sum(order.items.map((item) => item[name]));
  expect(order.subtotal_amount).toBe(onItems("subtotal_amount"));
  expect(order.discount_amount).toBe(onItems("discount_amount"));
  expect(order.tax_amount).toBe(onItems("tax_amount") + order.shipping_tax_amount);
  expect(order.tax_included_amount).toBe(onItems("tax_included_amount") + order.shipping_tax_included_amount);
  expect(order.shipping_amount + order.shipping_discount_amount).toBe(shipping);
  expect(order.shipping_discount_amount).toBe(free ? shipping : 0);
  expect(sum(asked.taxes.map(({ amount }) => amount))).toBe(order.tax_amount + order.tax_included_amount);
  expect(sum(asked.discounts.map(({ amount }) => amount))).toBe(order.discount_amount + order.shipping_discount_amount);

  await payOrder(sql, buyer, order.id);
  await issueInvoice(sql, order.id);
  let now = order;
  for (const { which, units, shipping: include } of refunds) {
    const left = now.items.filter((item) => item.refunded_quantity < item.quantity);
    const item = left[which % left.length];
    if (!item || now.status === "refunded") break;
    const quantity = 1 + (units % (item.quantity - item.refunded_quantity));
    now = await giveBack(sql, order.id, [{ order_item_id: item.id, quantity }], include);
    expect(now.shipping_refunded_amount).toBeLessThanOrEqual(order.shipping_amount + order.shipping_tax_amount);
  }
  if (now.status !== "refunded") now = await giveBack(sql, order.id, null, null);
  expect(now.status).toBe("refunded");
  expect(now.shipping_refunded_amount).toBe(order.shipping_amount + order.shipping_tax_amount);
  await checkDocuments(sql, order);
}

const sumsOf = (
  from: Pick<Order, "subtotal_amount" | "discount_amount" | "tax_amount" | "shipping_amount" | "total_amount">,
) => {
  const { subtotal_amount, discount_amount, tax_amount, shipping_amount, total_amount } = from;
  expect(total_amount).toBe(subtotal_amount - discount_amount + tax_amount + shipping_amount);
  return [subtotal_amount, discount_amount, tax_amount, shipping_amount, total_amount];
};

async function giveBack(sql: Sql, orderId: string, lines: unknown[] | null, include: boolean | null): Promise<Order> {
  const order = await actingAs(sql, "service", async (tx) => {
    const [row] = await tx`select public.refund_order(${orderId}, ${lines && JSON.stringify(lines)}::text::jsonb,
      reason => 'a test gives it back', include_shipping => ${include}) as answer`;
    return row?.answer.order as Order;
  });
  await sql`select private.record_refund_result(id, 're_' || id, 'success') from public.refunds
    where order_id = ${orderId} and status = 'pending'`;
  for (const { id } of await sql`select id from public.refunds where order_id = ${orderId} order by created_at, id`)
    await issueCreditNote(sql, id);
  return order;
}

async function checkDocuments(sql: Sql, order: Order): Promise<void> {
  const documents = await invoicesOf(sql, order.id);
  for (const { id } of documents) {
    const [row] = await actingAs(sql, "service", (tx) => tx`select public.invoice_document(${id}) as document`);
    const document = row?.document;
    sumsOf(document);
    expect(sum(document.taxes.map((one: { amount: number }) => one.amount))).toBe(
      document.tax_amount + document.tax_included_amount,
    );
  }
  const [invoice, ...notes] = documents;
  expect(invoice?.total_amount).toBe(order.total_amount);
  expect(sum(notes.map(({ total_amount }) => total_amount))).toBe(order.total_amount);
  const [row] = await actingAs(sql, "service", (tx) => tx`select public.explain_order_money(${order.id}) as money`);
  const money = row?.money as OrderMoney & { balances: Record<string, number> };
  expect(money).toMatchObject({ kept_amount: 0, returning_amount: 0, owed_amount: 0, unexplained_amount: 0 });
  // what was tax is not owed any more, and what shipping brought is among the refunds
  expect(money.balances.tax_payable ?? 0).toBe(0);
  expect(money.balances.shipping ?? 0).toBe(-(order.shipping_amount - order.shipping_tax_included_amount) || 0);
}
