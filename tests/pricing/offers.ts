import { randomUUID } from "node:crypto";
import type { Order, Quote } from "../../packages/sdk/src/index.ts";
import { as } from "../support/buying.ts";
import type { Sql } from "../support/database.ts";
import { asAnon, asOwner } from "../support/people.ts";

/** What a thing is; left out: a download without a count, in no category, taxed as usual. */
export type ThingWish = { category?: string; tax?: string; currency?: string };

/** One thing on sale: its variant and its product. */
export type Thing = { variant: string; product: string };

/** Puts a thing on sale that is never sold out and needs no address. */
export async function thing(sql: Sql, price: number, wish: ThingWish = {}): Promise<Thing> {
  const name = `thing-${randomUUID()}`;
  const [product] = await sql`insert into public.products (kind, slug, title, status, category_id, tax_category)
    values ('digital', ${name}, ${`Thing ${name.slice(6, 10)}`}, 'published', ${wish.category ?? null}, ${wish.tax ?? "standard"}) returning id`;
  const [variant] = await sql`insert into public.variants (product_id, sku, title, stock_mode)
    values (${product?.id}, ${name}, 'One', 'none') returning id`;
  await sql`insert into public.prices (variant_id, currency, amount) values (${variant?.id}, ${wish.currency ?? "IDR"}, ${price})`;
  return { variant: variant?.id, product: product?.id };
}

/** A category, below another one or at the top. */
export async function category(sql: Sql, parent: string | null = null): Promise<string> {
  const slug = `category-${randomUUID()}`;
  const [row] =
    await sql`insert into public.categories (parent_id, slug, title) values (${parent}, ${slug}, ${slug}) returning id`;
  return row?.id;
}

/** A price list that is active, with one price. Times are intervals from now, such as `-1 day`. */
export async function listPrice(
  sql: Sql,
  variant: string,
  amount: number,
  wish: { name?: string; from?: number; group?: string; starts?: string; ends?: string; currency?: string } = {},
): Promise<string> {
  const [list] = await sql`insert into public.price_lists (name, status, starts_at, ends_at, customer_group_id)
    values (${wish.name ?? "List"}, 'active', now() + ${wish.starts ?? null}::text::interval, now() + ${wish.ends ?? null}::text::interval, ${wish.group ?? null})
    returning id`;
  await sql`insert into public.price_list_prices (price_list_id, variant_id, currency, min_quantity, amount)
    values (${list?.id}, ${variant}, ${wish.currency ?? "IDR"}, ${wish.from ?? 1}, ${amount})`;
  return list?.id;
}

/** A group with these members. */
export async function groupOf(sql: Sql, ...people: string[]): Promise<string> {
  const [group] = await sql`insert into public.customer_groups (name) values (${`Group ${randomUUID()}`}) returning id`;
  for (const person of people)
    await sql`insert into public.customer_group_members (customer_group_id, profile_id) values (${group?.id}, ${person})`;
  return group?.id;
}

/** Columns of `public.promotions`; left out: ten percent off everything, active, automatic, combinable. */
export type PromotionWish = {
  name?: string;
  kind?: "percent" | "fixed" | "free_shipping" | "buy_x_get_y";
  status?: string;
  automatic?: boolean;
  combinable?: boolean;
  priority?: number;
  basis_points?: number | null;
  amount?: number;
  currency?: string;
  buy_quantity?: number;
  get_quantity?: number;
  minimum_amount?: number;
  minimum_quantity?: number;
  starts_at?: Date;
  ends_at?: Date;
  usage_limit?: number;
  per_user_limit?: number;
};

/** Makes a promotion, for everything or for these products and categories; gives its id. */
export async function promotion(
  sql: Sql,
  wish: PromotionWish = {},
  only: { products?: string[]; categories?: string[] } = {},
): Promise<string> {
  const kind = wish.kind ?? "percent";
  const share = kind === "percent" ? 1000 : kind === "buy_x_get_y" ? 10000 : null;
  const row = {
    name: "Offer",
    kind,
    status: "active",
    automatic: true,
    combinable: true,
    basis_points: share,
    ...(kind === "fixed" || wish.minimum_amount ? { currency: "IDR" } : {}),
    ...wish,
  };
  const [made] = await sql`insert into public.promotions ${sql(row as never)} returning id`;
  for (const id of only.products ?? [])
    await sql`insert into public.promotion_products (promotion_id, product_id) values (${made?.id}, ${id})`;
  for (const id of only.categories ?? [])
    await sql`insert into public.promotion_categories (promotion_id, category_id) values (${made?.id}, ${id})`;
  return made?.id;
}

/** A code; gives its id and itself. */
export async function coupon(
  sql: Sql,
  promotionId: string,
  wish: { code?: string; limit?: number; customer?: string } = {},
): Promise<{ id: string; code: string }> {
  const code = wish.code ?? randomUUID().replaceAll("-", "").slice(0, 12).toUpperCase();
  const [row] = await sql`insert into public.coupons (promotion_id, code, usage_limit, customer_id)
    values (${promotionId}, ${code}, ${wish.limit ?? null}, ${wish.customer ?? null}) returning id, code`;
  return { id: row?.id, code: row?.code };
}

/** What a quote is asked for beside its lines. */
export type QuoteWish = {
  cart_id?: string;
  currency?: string;
  coupon_codes?: string[];
  country?: string;
  province?: string;
};

/** Lines as verbs take them: things and how many of each. */
export const linesOf = (...wishes: [Thing, number][]) =>
  wishes.map(([{ variant }, quantity]) => ({ variant_id: variant, quantity }));

/** Asks what lines (or a cart) would cost, as this person or as a visitor. The answer may be a refusal that was kept. */
export async function quote(
  sql: Sql,
  person: string | null,
  lines: unknown[] | null,
  wish: QuoteWish = {},
): Promise<Quote & { code?: string }> {
  const ask = async (tx: Sql) => {
    const [row] =
      await tx`select public.quote(lines => ${lines && JSON.stringify(lines)}::text::jsonb, cart_id => ${wish.cart_id ?? null},
      currency => ${wish.currency ?? null}, coupon_codes => ${wish.coupon_codes ?? null}::text[], country => ${wish.country ?? null},
      province => ${wish.province ?? null}) as answer`;
    return row?.answer;
  };
  if (person) return as(sql, person, ask);
  await asAnon(sql);
  const answer = await ask(sql);
  await asOwner(sql);
  return answer;
}

/** Fills a person's cart past its verbs, coupons included, and gives its id. */
export async function cartOf(sql: Sql, person: string, lines: ReturnType<typeof linesOf>, coupons: string[] = []) {
  const [cart] = await sql`insert into public.carts (customer_id, currency, expires_at)
    values (${person}, 'IDR', now() + interval '1 day') returning id`;
  for (const { variant_id, quantity } of lines)
    await sql`insert into public.cart_items (cart_id, variant_id, quantity) values (${cart?.id}, ${variant_id}, ${quantity})`;
  for (const id of coupons) await sql`insert into public.cart_coupons (cart_id, coupon_id) values (${cart?.id}, ${id})`;
  return cart?.id as string;
}

/** Places a person's cart. */
export function placeCart(sql: Sql, person: string, cartId: string): Promise<Order> {
  return as(
    sql,
    person,
    async (tx) => (await tx`select public.place_order(cart_id => ${cartId}) as answer`)[0]?.answer,
  );
}

/** Buys lines with coupons, through a cart. */
export async function buyWith(sql: Sql, person: string, lines: ReturnType<typeof linesOf>, coupons: string[] = []) {
  return placeCart(sql, person, await cartOf(sql, person, lines, coupons));
}

/** A tax of a country. */
export async function tax(
  sql: Sql,
  wish: {
    name?: string;
    country?: string;
    province?: string;
    category?: string;
    points: number;
    inclusive?: boolean;
    from?: string;
    until?: string;
  },
): Promise<void> {
  await sql`insert into public.tax_rates (country, province, tax_category, name, basis_points, inclusive, valid_from, valid_until)
    values (${wish.country ?? "ID"}, ${wish.province ?? null}, ${wish.category ?? "standard"}, ${wish.name ?? "PPN"}, ${wish.points},
      ${wish.inclusive ?? true}, coalesce(now() + ${wish.from ?? null}::text::interval, '-infinity'), coalesce(now() + ${wish.until ?? null}::text::interval, 'infinity'))`;
}
