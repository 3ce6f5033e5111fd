import { expect } from "vitest";
import type { Order } from "../../packages/sdk/src/index.ts";
import { call } from "../learning/teaching.ts";
import { payOrder } from "../support/buying.ts";
import type { Sql } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { publishedProduct } from "../support/products.ts";
import type { TestStack } from "../support/stack.ts";

/** What a card of an order may say. */
export type CardWish = { recipient_email?: string; recipient_name?: string; message?: string; deliver_at?: string };
/** An order of gift cards, and what it became. */
export type SoldCards = {
  buyer: string;
  order: Order;
  variant: string;
  item: string;
  purchases: string[];
  cards: string[];
};

/** What each card costs and is worth. */
export const WORTH = 250_00;

/** A gift card on sale; gives its variant. */
export async function cardOnSale(sql: Sql, price = WORTH): Promise<string> {
  const product = await publishedProduct(sql, { kind: "gift_card", price });
  return product.variantIds[0] as string;
}

/** Orders gift cards; the lines may be anything. */
export const orderCards = (sql: Sql, buyer: string, lines: unknown, key: string | null = null): Promise<Order> =>
  call(sql, buyer, "order_gift_cards", { lines, idempotency_key: key });

/** Orders one gift card per wish, unpaid. */
export async function openCards(sql: Sql, wishes: CardWish[] = [{}]): Promise<SoldCards> {
  const buyer = await newCustomer(sql);
  const variant = await cardOnSale(sql);
  const lines = wishes.map((gift) => ({ variant_id: variant, gift: { recipient_email: "ayu@example.test", ...gift } }));
  const order = await orderCards(sql, buyer, lines);
  return { buyer, order, variant, item: order.items[0]?.id ?? "", ...(await madeOf(sql, order.id)) };
}

/** Buys one gift card per wish and pays them. */
export async function soldCards(sql: Sql, wishes?: CardWish[]): Promise<SoldCards> {
  const open = await openCards(sql, wishes);
  await payOrder(sql, open.buyer, open.order.id);
  return { ...open, ...(await madeOf(sql, open.order.id)) };
}

/** The purchases of an order and the cards they became, in order. */
export async function madeOf(sql: Sql, orderId: string): Promise<{ purchases: string[]; cards: string[] }> {
  const rows = await sql`select gift_card_purchases.id, gift_card_id from public.gift_card_purchases
    join public.order_items on order_items.id = order_item_id where order_id = ${orderId} order by gift_card_purchases.id`;
  return { purchases: rows.map(({ id }) => id), cards: rows.map(({ gift_card_id }) => gift_card_id) };
}

/** The code that the mail about a purchase would carry. */
export async function codeOf(sql: Sql, purchase: string | undefined): Promise<string> {
  const [issued] = await sql`select private.issue_purchased_code(${purchase ?? ""}) as code`;
  return issued?.code;
}

/** Where each purchase of an order stands, and what is on its card. */
export async function standing(sql: Sql, { order }: SoldCards): Promise<string[]> {
  const rows =
    await sql`select status, private.gift_card_balance_of(gift_card_id) as balance from public.gift_card_purchases
    join public.order_items on order_items.id = order_item_id where order_id = ${order.id} order by status, balance`;
  return rows.map(({ status, balance }) => `${status} ${balance}`);
}

/** The code in the mail that reached an address. */
export async function mailedCard(stack: TestStack, email: string): Promise<string> {
  let code = "";
  const look = async () => {
    const found = await fetch(`${stack.urls.mail}/api/v1/messages?query=${encodeURIComponent(email)}`);
    const [mail] = ((await found.json()) as { messages: { ID: string; To: { Address: string }[] }[] }).messages;
    if (mail?.To[0]?.Address !== email) return "";
    const message = await fetch(`${stack.urls.mail}/api/v1/message/${mail.ID}`);
    code = /(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}/.exec(((await message.json()) as { Text: string }).Text)?.[0] ?? "";
    return code;
  };
  await expect.poll(look).not.toBe("");
  return code;
}
