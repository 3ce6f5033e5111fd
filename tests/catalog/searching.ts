import { randomUUID } from "node:crypto";
import type { Sql } from "../support/database.ts";

/** What to sell; what is left out is a published thing without price, units or category. */
export type Wish = {
  kind?: "physical" | "digital" | "course" | "bundle";
  title?: string;
  summary?: string;
  description?: string;
  status?: "draft" | "published" | "archived";
  tags?: string[];
  category?: string | null;
  attributes?: Record<string, unknown>;
  translations?: Record<string, Record<string, string>>;
  unpublishAt?: Date;
  sku?: string;
  units?: number;
  /** Minor units by currency. */
  prices?: Record<string, number>;
};

/** Makes a product with one variant (none for a course or a bundle) and gives their ids. */
export async function sell(sql: Sql, wish: Wish = {}): Promise<{ id: string; variant: string; slug: string }> {
  const slug = `found-${randomUUID()}`;
  const kind = wish.kind ?? "physical";
  const [product] = await sql`
    insert into public.products (kind, slug, title, summary, description, status, unpublish_at, tags, category_id, attributes, translations)
    values (${kind}, ${slug}, ${wish.title ?? slug}, ${wish.summary ?? ""}, ${wish.description ?? ""}, ${wish.status ?? "published"}, ${wish.unpublishAt ?? null},
      ${wish.tags ?? []}, ${wish.category ?? null}, ${JSON.stringify(wish.attributes ?? {})}::text::jsonb, ${JSON.stringify(wish.translations ?? {})}::text::jsonb)
    returning id`;
  const [variant] = await sql`
    insert into public.variants (product_id, sku, title) values (${product?.id}, ${wish.sku ?? slug.slice(0, 40)}, 'Only one') returning id`;
  for (const [currency, amount] of Object.entries(wish.prices ?? {}))
    await sql`insert into public.prices (variant_id, currency, amount) values (${variant?.id}, ${currency}, ${amount})`;
  if (wish.units) await sql`select private.change_capacity(${variant?.id}, ${wish.units})`;
  return { id: product?.id, variant: variant?.id, slug };
}

/** Makes a category, below another when one is named, and gives its id. */
export async function category(sql: Sql, slug: string, parent: string | null = null): Promise<string> {
  const [row] =
    await sql`insert into public.categories (parent_id, slug, title) values (${parent}, ${slug}, ${`All ${slug}`}) returning id`;
  return row?.id;
}

/** What search_products takes. */
export type Search = {
  q?: string;
  filters?: Record<string, unknown>;
  sort?: string;
  currency?: string;
  locale?: string;
  cursor?: string | null;
  max_rows?: number;
  with_facets?: boolean;
};

/** Asks search_products as whoever the connection is. */
export async function search(sql: Sql, { filters, ...rest }: Search = {}) {
  const args: Record<string, unknown> = { ...rest, ...(filters ? { filters: JSON.stringify(filters) } : {}) };
  const names = Object.keys(args).filter((name) => args[name] != null);
  const list = names.map((name, at) => `${name} => $${at + 1}${name === "filters" ? "::text::jsonb" : ""}`).join(", ");
  const [row] = await sql.unsafe(
    `select public.search_products(${list}) as answer`,
    names.map((name) => args[name] as string),
  );
  return row?.answer;
}

/** The slugs that a search finds, in its order. */
export async function slugsFor(sql: Sql, params: Search): Promise<string[]> {
  return (await search(sql, params)).data.map(({ slug }: { slug: string }) => slug);
}
