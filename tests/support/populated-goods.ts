import type { Pool } from "./database.ts";
import { bundleOf, goods, sellBeyondStock, stockedVariant } from "./goods.ts";

/** Goods on sale: one that is sold beyond its stock and held, a bundle of it, and a bundle that is not published. Gives the one sold beyond stock. */
export async function populateGoods(sql: Pool): Promise<string> {
  const scarce = await stockedVariant(sql, 2, { status: "published", price: 0 });
  await sellBeyondStock(sql, scarce, 10);
  await sql`select public.reserve_stock(${JSON.stringify([{ variant_id: scarce, quantity: 1 }])}::text::jsonb)`;
  await bundleOf(sql, [{ variant: scarce, quantity: 2 }]);
  const draft = await goods(sql, { kind: "bundle" });
  await sql`insert into public.bundle_items (bundle_variant_id, component_variant_id) values (${draft}, ${scarce})`;
  await populateShipping(sql);
  return scarce;
}

/** A way of sending to everywhere that costs nothing, and one that is offered no more. */
async function populateShipping(sql: Pool): Promise<void> {
  const [zone] = await sql`insert into public.shipping_zones (name) values ('Everywhere') returning id`;
  const [method] =
    await sql`insert into public.shipping_methods (name, min_days, max_days) values ('Post', 1, 9) returning id`;
  await sql`insert into public.shipping_methods (name, min_days, max_days, archived_at) values ('Pigeon', 1, 2, now())`;
  await sql`insert into public.shipping_zone_places (shipping_zone_id) values (${zone?.id})`;
  await sql`insert into public.shipping_rates (shipping_zone_id, shipping_method_id, currency, amount) values (${zone?.id}, ${method?.id}, 'IDR', 0)`;
}

/** An import of each kind, one with an error, and an export that this person asked for. */
export async function populateImports(sql: Pool, person: string): Promise<void> {
  await sql`insert into public.imports (kind, dry_run, file_name) values ('products', true, 'a.csv'), ('prices', true, 'b.csv'), ('stock', true, 'c.csv')`;
  await sql`insert into public.import_errors (import_id, code, message) select id, 'not_csv', 'No.' from public.imports`;
  await sql`insert into public.exports (kind, created_by) values ('stock', ${person})`;
  await sql`select private.request_report(kind, null, 0, null) from (values ('sales'), ('events')) as asked (kind)`;
}

/** A parcel of each customer's order of goods, handed over, so that something was said of it. */
export async function populateShipments(sql: Pool, customers: string[]): Promise<void> {
  for (const customer of customers) {
    const [order] = await sql`select id from public.orders where customer_id = ${customer} and status = 'paid'
      and exists (select from public.order_items where order_id = orders.id and kind = 'physical') limit 1`;
    await sql`select public.mark_shipped(${order?.id}, 'JNE', ${`JNE-${customer}`})`;
  }
}
