import { randomUUID } from "node:crypto";
import type { Sql } from "./database.ts";

/** What goods may be; what is left out is a draft that is sold at no price. */
export type GoodsWish = { kind?: "physical" | "digital" | "bundle"; status?: "draft" | "published"; price?: number };

/** A product with one variant and no stock yet; gives the variant. */
export async function goods(sql: Sql, wish: GoodsWish = {}): Promise<string> {
  const name = `goods-${randomUUID()}`;
  const [product] = await sql`insert into public.products (kind, slug, title, status)
    values (${wish.kind ?? "physical"}, ${name}, 'Goods', ${wish.status ?? "draft"}) returning id`;
  const [variant] =
    await sql`insert into public.variants (product_id, sku, title) values (${product?.id}, ${name}, 'Goods') returning id`;
  if (wish.price !== undefined)
    await sql`insert into public.prices (variant_id, currency, amount) values (${variant?.id}, 'IDR', ${wish.price})`;
  return variant?.id;
}

/** A counted thing that is sold in any quantity, with units in the location main. */
export async function stockedVariant(sql: Sql, units: number, wish: GoodsWish = {}): Promise<string> {
  const variant = await goods(sql, wish);
  await sql`select private.change_capacity(${variant}, ${units})`;
  return variant;
}

/** Lets a variant be sold beyond its stock; acts as whoever the connection is, so the owner or the secret key. */
export async function sellBeyondStock(sql: Sql, variant: string, limit: number): Promise<void> {
  await sql`select public.set_stock_mode(${variant}, 'backorder', ${limit})`;
}

/** A published bundle of these parts. */
export async function bundleOf(sql: Sql, parts: { variant: string; quantity: number }[], price = 0): Promise<string> {
  const bundle = await goods(sql, { kind: "bundle", status: "published", price });
  for (const { variant, quantity } of parts) {
    await sql`insert into public.bundle_items (bundle_variant_id, component_variant_id, quantity) values (${bundle}, ${variant}, ${quantity})`;
  }
  return bundle;
}

/** Buys units as `place_order` does once lines are priced, in any quantity, and gives the order's id; with nothing to pay it is paid at once. */
export async function buyUnits(
  sql: Sql,
  customer: string,
  wishes: { variant: string; quantity: number }[],
  amount = 0,
): Promise<string> {
  const lines = wishes.map(({ variant, quantity }) => ({
    variant_id: variant,
    quantity,
    kind: "physical",
    sku: "goods",
    title: "Goods",
    unit_amount: amount,
    subtotal_amount: amount * quantity,
    discount_amount: 0,
    tax_amount: 0,
    tax_included_amount: 0,
    counted: true,
    intake_id: null,
    snapshot: {},
  }));
  const [row] = await sql`
    select private.place_quote(${customer}, private.sum_lines('IDR', array(
      select line from jsonb_populate_recordset(null::private.order_line, ${JSON.stringify(lines)}::text::jsonb) as line order by line.variant_id
    ))) as id`;
  return row?.id;
}
