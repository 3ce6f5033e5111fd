import { as } from "../support/buying.ts";
import type { Sql } from "../support/database.ts";
import { buyUnits } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";

/** Something that was made to be sold. */
export type Thing = { id: string; variant: string; slug: string };

/** Somebody new, or this person, buys one of each, some days ago; gives the person. */
export async function bought(sql: Sql, things: Thing[], options: { by?: string; daysAgo?: number } = {}) {
  const person = options.by ?? (await newCustomer(sql));
  const wishes = things.map(({ variant }) => ({ variant, quantity: 1 }));
  const order = await buyUnits(sql, person, wishes);
  await sql`update public.orders set paid_at = now() - make_interval(days => ${options.daysAgo ?? 0}) where id = ${order}`;
  return { person, order };
}

/** Runs the job; gives how many rows changed. */
export async function refresh(sql: Sql): Promise<number> {
  return (await sql`select private.refresh_recommendations() as rows`)[0]?.rows;
}

/** How popular a thing is counted to be; null when it is not. */
export async function scoreOf(sql: Sql, thing: Thing): Promise<number | null> {
  const [row] = await sql`select score::integer from private.product_popularity where product_id = ${thing.id}`;
  return row?.score ?? null;
}

/** The score of a pair, from one side; null when there is none. */
export async function pairOf(sql: Sql, one: Thing, other: Thing): Promise<number | null> {
  const [row] =
    await sql`select score::integer from private.product_pairs where product_id = ${one.id} and other_id = ${other.id}`;
  return row?.score ?? null;
}

/** What an answer recommends, as slugs in its order. */
const slugs = (answer: { data: { slug: string }[] }) => answer.data.map(({ slug }) => slug);

/** What popular_products answers to whoever the connection is. */
export async function popular(sql: Sql, wish: { kind?: string; category?: string; maxRows?: number } = {}) {
  const [row] =
    await sql`select public.popular_products(kind => ${wish.kind ?? null}, category => ${wish.category ?? null},
    max_rows => ${wish.maxRows ?? null}) as answer`;
  return slugs(row?.answer);
}

/** What similar_products answers to whoever the connection is. */
export async function similar(sql: Sql, productId: string | null, maxRows = 50) {
  const [row] = await sql`select public.similar_products(product_id => ${productId}, max_rows => ${maxRows}) as answer`;
  return slugs(row?.answer);
}

/** What recommended_products answers to this person. */
export function recommended(sql: Sql, person: string, maxRows = 50): Promise<string[]> {
  return as(sql, person, async (tx) => {
    const [row] = await tx`select public.recommended_products(max_rows => ${maxRows}) as answer`;
    return slugs(row?.answer);
  });
}
