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
  return scarce;
}

/** An import of each kind, one with an error, and an export that this person asked for. */
export async function populateImports(sql: Pool, person: string): Promise<void> {
  await sql`insert into public.imports (kind, dry_run, file_name) values ('products', true, 'a.csv'), ('prices', true, 'b.csv'), ('stock', true, 'c.csv')`;
  await sql`insert into public.import_errors (import_id, code, message) select id, 'not_csv', 'No.' from public.imports`;
  await sql`insert into public.exports (kind, created_by) values ('stock', ${person})`;
}
