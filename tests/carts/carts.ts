import { randomUUID } from "node:crypto";
import type { Cart, Order } from "../../packages/sdk/src/index.ts";
import { as } from "../support/buying.ts";
import type { Sql } from "../support/database.ts";

/** What a thing on sale is; left out: 50 pieces in stock at 10.00 IDR that are sent by post. */
export type ThingWish = {
  kind?: "physical" | "digital";
  /** Null is not counted. */
  units?: number | null;
  price?: number;
  currency?: string;
};

/** Puts a thing on sale and gives its variant. */
export async function thingOnSale(sql: Sql, wish: ThingWish = {}): Promise<string> {
  const { kind = "physical", units = kind === "digital" ? null : 50, price = 10_00, currency = "IDR" } = wish;
  const name = `thing-${randomUUID()}`;
  const [product] = await sql`insert into public.products (kind, slug, title, status)
    values (${kind}, ${name}, ${`Thing ${name.slice(6, 10)}`}, 'published') returning id`;
  const [variant] = await sql`insert into public.variants (product_id, sku, title, stock_mode)
    values (${product?.id}, ${name}, 'One', ${units === null ? "none" : "tracked"}) returning id`;
  await sql`insert into public.prices (variant_id, currency, amount) values (${variant?.id}, ${currency}, ${price})`;
  if (units !== null) await sql`select private.change_capacity(${variant?.id}, ${units})`;
  return variant?.id;
}

/** Calls a verb of the cart as this person and gives the cart. */
export function call(sql: Sql, person: string, verb: string, args: Record<string, unknown> = {}): Promise<Cart> {
  return as(sql, person, async (tx) => {
    const names = Object.keys(args);
    const given = names.map((name, index) => `${name} => $${index + 1}${name === "lines" ? "::text::jsonb" : ""}`);
    const values = names.map((name) => (name === "lines" ? JSON.stringify(args[name]) : args[name]));
    const [row] = await tx.unsafe(`select public.${verb}(${given.join(", ")}) as cart`, values as string[]);
    return row?.cart;
  });
}

/** Puts units into a person's cart. */
export const add = (sql: Sql, person: string, variant_id: string, quantity = 1): Promise<Cart> =>
  call(sql, person, "add_to_cart", { variant_id, quantity });

/** A person's cart. */
export const getCart = (sql: Sql, person: string): Promise<Cart> => call(sql, person, "get_cart");

/** Places a person's cart. */
export function placeCart(
  sql: Sql,
  person: string,
  cartId: string,
  more: Record<string, unknown> = {},
): Promise<Order> {
  return call(sql, person, "place_order", { cart_id: cartId, ...more }) as unknown as Promise<Order>;
}

/** What is in a cart, as variant and quantity. */
export const contents = (cart: Cart): Record<string, number> =>
  Object.fromEntries(cart.lines.map(({ variant_id, quantity }) => [variant_id, quantity]));

/** The codes of what is wrong with a cart. */
export const problemCodes = (cart: Cart): string[] => cart.problems.map(({ code }) => code).toSorted();
