import { randomUUID } from "node:crypto";
import type { Sql } from "./database.ts";

/** A counted thing that is sold in any quantity: the catalogue has no goods yet, the stock behind it does. */
export async function stockedVariant(sql: Sql, units: number): Promise<string> {
  const name = `goods-${randomUUID()}`;
  const [product] =
    await sql`insert into public.products (kind, slug, title) values ('course', ${name}, 'Goods') returning id`;
  const [variant] =
    await sql`insert into public.variants (product_id, sku, title) values (${product?.id}, ${name}, 'Goods') returning id`;
  await sql`select private.change_capacity(${variant?.id}, ${units})`;
  return variant?.id;
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
    kind: "goods",
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
