import { randomUUID } from "node:crypto";
import type { Order, Quote } from "../../packages/sdk/src/index.ts";
import { actingAs } from "../payments/acting-as.ts";
import { addAddress } from "../people/addresses.ts";
import type { Pool, Sql } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";

/** A place of a zone; all left out: everywhere. */
export type Place = { country?: string; province?: string; postal_prefix?: string };

/** What a method is; left out: it takes one to three days and is taxed as usual. */
export type MethodWish = { name?: string; min_days?: number; max_days?: number; tax?: string };

/** A rate in the shop's currency; left out: for every weight and worth. */
export type RateWish = {
  amount: number;
  currency?: string;
  weight?: [number, number | null];
  worth?: [number, number | null];
  free_from?: number;
};

/** A zone of these places; gives its id. */
export async function zone(sql: Sql, ...places: Place[]): Promise<string> {
  const [row] =
    await sql`insert into public.shipping_zones (name) values (${`Zone ${randomUUID().slice(0, 8)}`}) returning id`;
  for (const { country = null, province = null, postal_prefix = null } of places)
    await sql`insert into public.shipping_zone_places (shipping_zone_id, country, province, postal_prefix)
      values (${row?.id}, ${country}, ${province}, ${postal_prefix})`;
  return row?.id;
}

/** A method; gives its id. */
export async function method(sql: Sql, wish: MethodWish = {}): Promise<string> {
  const { name = `Method ${randomUUID().slice(0, 8)}`, min_days = 1, max_days = 3, tax = "standard" } = wish;
  const [row] = await sql`insert into public.shipping_methods (name, carrier, min_days, max_days, tax_category)
    values (${name}, 'Kurir', ${min_days}, ${max_days}, ${tax}) returning id`;
  return row?.id;
}

/** A price of a method to a zone; gives its id. */
export async function rate(sql: Sql, zoneId: string, methodId: string, wish: RateWish): Promise<string> {
  const { amount, currency = "IDR", weight = [0, null], worth = [0, null], free_from = null } = wish;
  const [row] =
    await sql`insert into public.shipping_rates (shipping_zone_id, shipping_method_id, currency, amount, from_weight_grams,
      until_weight_grams, from_order_amount, until_order_amount, free_from_amount)
    values (${zoneId}, ${methodId}, ${currency}, ${amount}, ${weight[0]}, ${weight[1]}, ${worth[0]}, ${worth[1]}, ${free_from}) returning id`;
  return row?.id;
}

/** One zone for all of Indonesia with one method at this price; gives the method and the zone. */
export async function simpleShipping(sql: Sql, amount: number, wish: MethodWish & { free_from?: number } = {}) {
  const zoneId = await zone(sql, { country: "ID" });
  const methodId = await method(sql, wish);
  const rateId = await rate(sql, zoneId, methodId, {
    amount,
    ...(wish.free_from ? { free_from: wish.free_from } : {}),
  });
  return { zoneId, methodId, rateId };
}

/** Puts a physical thing on sale that weighs this much, 1 000 pieces of it; gives its variant. */
export async function parcel(sql: Sql, price: number, grams: number | null, tax = "standard"): Promise<string> {
  const name = `parcel-${randomUUID()}`;
  const [product] = await sql`insert into public.products (kind, slug, title, status, tax_category)
    values ('physical', ${name}, ${`Parcel ${name.slice(7, 11)}`}, 'published', ${tax}) returning id`;
  const [variant] = await sql`insert into public.variants (product_id, sku, title, weight_grams)
    values (${product?.id}, ${name}, 'One', ${grams}) returning id`;
  await sql`insert into public.prices (variant_id, currency, amount) values (${variant?.id}, 'IDR', ${price})`;
  await sql`select private.change_capacity(${variant?.id}, 1000)`;
  return variant?.id;
}

/** A customer with an address, in Bandung unless the wish says otherwise. */
export async function receiver(sql: Sql, wish: Record<string, unknown> = {}): Promise<string> {
  const person = await newCustomer(sql);
  await addAddress(sql, person, wish);
  return person;
}

/** Lines as verbs take them. */
export const lines = (...wishes: [string, number][]) =>
  JSON.stringify(wishes.map(([variant_id, quantity]) => ({ variant_id, quantity })));

/** What lines would cost at a place, as a visitor asks. */
export async function quoteAt(
  sql: Sql,
  wishes: [string, number][],
  place: { country?: string; province?: string; postal_code?: string; method?: string; codes?: string[] } = {},
): Promise<Quote> {
  const { country = null, province = null, postal_code = null, method = null, codes = null } = place;
  const [row] =
    await sql`select public.quote(lines => ${lines(...wishes)}::text::jsonb, country => ${country}, province => ${province},
    postal_code => ${postal_code}, shipping_method_id => ${method}, coupon_codes => ${codes}::text[]) as answer`;
  return row?.answer;
}

/** Orders lines as this person, by this method or the cheapest. */
export function orderBy(
  sql: Sql | Pool,
  person: string,
  wishes: [string, number][],
  method: string | null = null,
): Promise<Order> {
  return actingAs(sql as Sql, person, async (tx) => {
    const [row] =
      await tx`select public.place_order(lines => ${lines(...wishes)}::text::jsonb, shipping_method_id => ${method}) as answer`;
    return row?.answer;
  });
}
