import type { FoundOrder, Page, SearchOrdersParams } from "../../packages/sdk/src/index.ts";
import { as, orderOne } from "../support/buying.ts";
import { type BuiltIntake, publishedIntake } from "../support/catalog.ts";
import type { Sql } from "../support/database.ts";
import { newCustomer, type StaffRole } from "../support/people.ts";

/** Searches as this person. */
export function searchAs(sql: Sql, person: string, params: SearchOrdersParams): Promise<Page<FoundOrder>> {
  return as(sql, person, (tx) => searchOrders(tx, params));
}

/** Searches as whoever the transaction acts as. The words may be anything, so that a test can send what no client would. */
export async function searchOrders(sql: Sql, params: SearchOrdersParams): Promise<Page<FoundOrder>> {
  const [row] = await sql`
    select public.search_orders(${params.q ?? null}, ${params.statuses ?? null}, ${params.placed_from ?? null}, ${params.placed_to ?? null},
      ${params.min_amount ?? null}, ${params.max_amount ?? null}, ${params.currency ?? null}, ${params.cursor ?? null}, ${params.limit ?? 20}) as page`;
  return row?.page;
}

/** The numbers of the orders that a search as this person finds on its first page. */
export async function numbersFor(sql: Sql, person: string, params: SearchOrdersParams): Promise<string[]> {
  return (await searchAs(sql, person, params)).data.map(({ number }) => number);
}

/** A person with these facts in their profile. */
export async function personCalled(
  sql: Sql,
  facts: { first_name: string; last_name: string; email?: string; phone?: string },
): Promise<string> {
  const id = await newCustomer(sql);
  await sql`update public.profiles set first_name = ${facts.first_name}, last_name = ${facts.last_name}, phone = ${facts.phone ?? null},
    email = coalesce(${facts.email ?? null}, email) where id = ${id}`;
  return id;
}

/** A person of staff with this role. */
export async function staffMember(sql: Sql, role: StaffRole): Promise<string> {
  const id = await newCustomer(sql);
  await sql`insert into public.role_members (profile_id, role) values (${id}, ${role})`;
  return id;
}

/** An intake of a course with this title. */
export async function courseCalled(sql: Sql, title: string, price = 100_000): Promise<BuiltIntake> {
  const intake = await publishedIntake(sql, { price });
  await sql`update public.products set title = ${title} where id = ${intake.productId}`;
  return intake;
}

/** An order of this person for this thing, and when it was placed. */
export async function orderPlaced(sql: Sql, person: string, variant: string, at: string): Promise<string> {
  const order = await orderOne(sql, person, variant);
  await sql`update public.orders set placed_at = ${at} where id = ${order.id}`;
  return order.number;
}
