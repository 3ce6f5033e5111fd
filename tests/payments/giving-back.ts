import { randomUUID } from "node:crypto";
import type { Order, StaffRefund } from "../../packages/sdk/src/index.ts";
import { as, openPayment, placeOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import type { Sql } from "../support/database.ts";
import { stockedVariant } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";
import { newFile, publishedProduct } from "../support/products.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import { paid } from "./provider-events.ts";
import type { Sale } from "./sale.ts";

/** A paid order for a seat (30), four counted things (4 × 10) and a download (25), and what it was made of. */
export type Basket = Sale & {
  seat: string;
  things: string;
  book: string;
  thing: string;
  items: Record<string, string>;
};

/** Somebody that parcels can be sent to. */
export async function customerWithAddress(sql: Sql): Promise<string> {
  const customer = await newCustomer(sql);
  await as(
    sql,
    customer,
    (tx) => tx`select public.add_address('Sari', '+62 811 222 333', 'Jl. Dago 12', 'Bandung', 'Jawa Barat', '40135')`,
  );
  return customer;
}

/** Buys and pays such an order. */
export async function paidBasket(sql: Sql): Promise<Basket> {
  const customerId = await customerWithAddress(sql);
  const intake = await publishedIntake(sql, { seats: 3, price: 30_00 });
  const thing = await stockedVariant(sql, 10, { status: "published", price: 10_00 });
  const book = await publishedProduct(sql, { kind: "digital", price: 25_00 });
  const bookVariant = book.variantIds[0] as string;
  await newFile(sql, book.productId);
  const order = await placeOrder(sql, customerId, [
    { variant_id: intake.variantId, quantity: 1 },
    { variant_id: thing, quantity: 4 },
    { variant_id: bookVariant, quantity: 1 },
  ]);
  const payment = await openPayment(sql, customerId, order.id);
  const items = Object.fromEntries(order.items.map((item) => [item.variant_id, item.id]));
  const sale = {
    ...intake,
    customerId,
    orderId: order.id,
    amount: order.total_amount,
    paymentId: payment.id,
    sessionId: payment.session,
    intentId: `pi_${randomUUID()}`,
  };
  const outcome = await deliver(sql, paid(sale));
  if (outcome !== "applied") throw new Error(`The payment of a basket was ${outcome}.`);
  const itemOf = (variant: string) => items[variant] as string;
  return { ...sale, seat: itemOf(intake.variantId), things: itemOf(thing), book: itemOf(bookVariant), thing, items };
}

/** What a refund may say beside the order. */
export type RefundWish = {
  lines?: { order_item_id: string; quantity?: number }[];
  amount?: number;
  reason?: string | null;
  restock?: boolean | null;
  key?: string;
};

/** Gives money back as the secret key, or as a person. */
export async function refund(
  sql: Sql,
  orderId: string,
  wish: RefundWish = {},
  who = "service",
): Promise<{ refund: StaffRefund; order: Order }> {
  const { lines, amount = null, reason = "a test gives it back", restock = true, key = null } = wish;
  return actingAs(sql, who, async (tx) => {
    const [row] = await tx`select public.refund_order(${orderId}, ${lines ? JSON.stringify(lines) : null}::text::jsonb,
      ${amount}, ${reason}, ${restock}, ${key}) as answer`;
    return row?.answer;
  });
}

/** Ends a review as the secret key. */
export async function resolve(
  sql: Sql,
  orderId: string,
  resolution: string,
  reason = "a test decides",
  restock: boolean | null = null,
): Promise<Order> {
  return actingAs(sql, "service", async (tx) => {
    const [row] =
      await tx`select public.resolve_order_review(${orderId}, ${resolution}, ${reason}, null, ${restock}) as answer`;
    return row?.answer;
  });
}

/** The provider refuses to give a part of an order back: it comes before a person, with money that cannot go back. */
export async function failToGiveBack(sql: Sql, orderId: string): Promise<void> {
  const { refund: tried } = await refund(sql, orderId, { amount: 1 });
  await told(sql, tried.id, "failed");
}

/** Records what the provider said of a refund. */
export async function told(
  sql: Sql,
  refundId: string,
  status: string,
  providerId = `re_${randomUUID()}`,
): Promise<string> {
  const [row] = await sql`select private.record_refund_result(${refundId}, ${providerId}, ${status}) as result`;
  return row?.result;
}
