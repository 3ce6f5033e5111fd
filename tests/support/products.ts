import { randomBytes } from "node:crypto";
import type { Sql } from "./database.ts";

/** What to build; what is left out is a published physical product with one variant and nothing else. */
export type ProductWish = {
  kind?: "physical" | "digital" | "bundle" | "gift_card";
  status?: "draft" | "published" | "archived";
  publishAt?: Date | null;
  unpublishAt?: Date | null;
  /** A category to put it in; true makes one with an attribute `colour`. */
  category?: string | true;
  attributes?: Record<string, unknown>;
  tags?: string[];
  /** Whether it has the option Size with the values S and M, and a variant of each. */
  options?: boolean;
  /** Minor units of IDR, for every variant; null is not sold. */
  price?: number | null;
  translations?: Record<string, Record<string, string>>;
};

/** What was built. */
export type BuiltProduct = { productId: string; slug: string; categoryId: string | null; variantIds: string[] };

/** Builds a product of goods, as the owner of the database. */
export async function publishedProduct(sql: Sql, wish: ProductWish = {}): Promise<BuiltProduct> {
  const { kind = "physical", status = "published", price = 100_000_00 } = wish;
  const slug = `goods-${randomBytes(6).toString("hex")}`;
  const categoryId = wish.category === true ? await newCategory(sql) : (wish.category ?? null);
  if (wish.category === true)
    await sql`insert into public.category_attributes (category_id, key, title, type) values (${categoryId}, 'colour', 'Colour', 'text')`;
  const [product] = await sql`
    insert into public.products (kind, slug, title, summary, status, publish_at, unpublish_at, category_id, attributes, tags, translations)
    values (${kind}, ${slug}, ${`Goods ${slug}`}, 'Made by a test.', ${status}, ${wish.publishAt ?? null}, ${wish.unpublishAt ?? null},
      ${categoryId}, ${json(wish.attributes ?? {})}::text::jsonb, ${wish.tags ?? []}, ${json(wish.translations ?? {})}::text::jsonb)
    returning id`;
  const productId: string = product?.id;
  if (wish.options) {
    const matrix = [{ title: "Size", values: ["S", "M"] }];
    await sql`select private.generate_variants(${productId}, ${json(matrix)}::text::jsonb, null, null)`;
  } else {
    await sql`insert into public.variants (product_id, sku, title) values (${productId}, ${slug.toUpperCase()}, 'The one')`;
  }
  const variants = await sql`select id from public.variants where product_id = ${productId} order by position, sku`;
  const variantIds = variants.map((variant) => String(variant.id));
  for (const id of price === null ? [] : variantIds)
    await sql`insert into public.prices (variant_id, currency, amount) values (${id}, 'IDR', ${price})`;
  return { productId, slug, categoryId, variantIds };
}

/** A category under another one, or at the top; gives its id. */
export async function newCategory(sql: Sql, parent: string | null = null, slug = newSlug()): Promise<string> {
  const [row] = await sql`
    insert into public.categories (parent_id, slug, title) values (${parent}, ${slug}, ${`Category ${slug}`}) returning id`;
  return row?.id;
}

/** A picture of a product as the function upload leaves it; without `ready` its bytes have not arrived. Gives its id. */
export async function newPicture(sql: Sql, productId: string, ready = true): Promise<string> {
  const [upload] = await sql`select private.start_upload('image', ${productId}, null, null, null) ->> 'id' as id`;
  const facts = { mime_type: "image/png", byte_size: 68, sha256: "ab".repeat(32), width: 1, height: 1 };
  if (ready) await sql`select private.finish_upload('image', ${upload?.id}, ${json(facts)}::text::jsonb)`;
  return upload?.id;
}

/** A file that is sold with a product, as the function upload leaves it. Gives its id. */
export async function newFile(
  sql: Sql,
  productId: string,
  limits: { max_downloads?: number; access_days?: number; variantId?: string } = {},
): Promise<string> {
  const { max_downloads = null, access_days = null, variantId = null } = limits;
  const [upload] =
    await sql`select private.start_upload('file', ${productId}, ${variantId}, 'book.pdf', null) ->> 'id' as id`;
  const facts = { mime_type: "application/pdf", byte_size: 1000, sha256: "cd".repeat(32) };
  await sql`select private.finish_upload('file', ${upload?.id}, ${json(facts)}::text::jsonb)`;
  await sql`update public.digital_files set max_downloads = ${max_downloads}, access_days = ${access_days} where id = ${upload?.id}`;
  return upload?.id;
}

/** A collection with one rule and one product picked by hand; gives its id. */
export async function newCollection(sql: Sql, productId: string, status = "published"): Promise<string> {
  const [row] =
    await sql`insert into public.collections (slug, title, status) values (${newSlug()}, 'Shelf', ${status}) returning id`;
  await sql`insert into public.collection_rules (collection_id, type, tag) values (${row?.id}, 'tag', 'shelf')`;
  await sql`insert into public.collection_members (collection_id, product_id) values (${row?.id}, ${productId})`;
  return row?.id;
}

const newSlug = () => `category-${randomBytes(6).toString("hex")}`;
const json = (value: unknown) => JSON.stringify(value);
