import type { Order, Organisation, OrganisationInvite, OrganisationSeat } from "../../packages/sdk/src/index.ts";
import { type BuiltCourse, buildCourse, call } from "../learning/teaching.ts";
import { as, payOrder } from "../support/buying.ts";
import type { Sql } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";

/** An organisation with seats, its manager, and the order by which they were bought. */
export type Company = { id: string; manager: string; order: Order; course: BuiltCourse };

/** Founds an organisation with this manager, a new one unless named. */
export async function found(sql: Sql, manager?: string): Promise<{ id: string; manager: string }> {
  const person = manager ?? (await newCustomer(sql));
  const { id } = await call<Organisation>(sql, person, "create_organisation", { name: "PT Contoh" });
  return { id, manager: person };
}

/** Orders seats for an organisation. */
export function orderSeats(sql: Sql, company: { id: string; manager: string }, lines: unknown): Promise<Order> {
  return call(sql, company.manager, "order_seats", { organisation_id: company.id, lines });
}

/** An organisation that has paid this many seats of a course with one lesson; `free` costs nothing. */
export async function companyWithSeats(
  sql: Sql,
  quantity: number,
  wish: { seats?: number; price?: number } = {},
): Promise<Company> {
  const { seats = 20, price = 100_00 } = wish;
  const course = await buildCourse(sql, [{}], { seats, price });
  const organisation = await found(sql);
  const order = await orderSeats(sql, organisation, [{ variant_id: course.variantId, quantity }]);
  if (price > 0) await payOrder(sql, organisation.manager, order.id);
  return { ...organisation, order, course };
}

/** A code that takes any free seat. */
export async function codeFor(sql: Sql, company: Company): Promise<OrganisationInvite & { code: string }> {
  return call(sql, company.manager, "invite_to_seats", {
    organisation_id: company.id,
    intake_id: company.course.intakeId,
  });
}

/** Takes a seat by a code. */
export const claim = (sql: Sql, learner: string, code: string): Promise<OrganisationSeat> =>
  call(sql, learner, "claim_seat", { code });

/** Takes a seat back as its manager. */
export const reclaim = (sql: Sql, company: Company, seat_id: string): Promise<OrganisationSeat> =>
  call(sql, company.manager, "reclaim_seat", { seat_id });

/** How many seats are in each status. */
export async function standingOf(sql: Sql, company: { id: string }): Promise<Record<string, number>> {
  const rows =
    await sql`select status, count(*)::int as seats from public.organisation_seats where organisation_id = ${company.id} group by 1`;
  return Object.fromEntries(rows.map(({ status, seats }) => [status, seats]));
}

/** What is on sale of an intake. */
export async function available(sql: Sql, { variantId }: { variantId: string }): Promise<number> {
  const [level] = await sql`select available from public.stock_levels where variant_id = ${variantId}`;
  return level?.available;
}

/** The rows that a question answers to this person. */
export function rowsOf<T = Record<string, unknown>>(
  sql: Sql,
  person: string,
  question: string,
  argument?: string,
): Promise<T[]> {
  return as(sql, person, async (tx) => {
    const call = `public.${question}(${argument ? "$1" : ""})`;
    const rows = await tx.unsafe(
      `select to_jsonb(answer) as answer from ${call} as answer`,
      argument ? [argument] : [],
    );
    return rows.map(({ answer }) => answer as T);
  });
}
