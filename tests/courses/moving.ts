import type { Order } from "../../packages/sdk/src/index.ts";
import { type BuiltCourse, buildCourse, call } from "../learning/teaching.ts";
import { orderOne, payOrder } from "../support/buying.ts";
import type { Sql } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";

/** What a move answers. */
export type Transfer = {
  id: string;
  new_enrollment_id: string | null;
  difference_amount: number;
  completed_at: string | null;
  order: Order | null;
};

/** Another intake of a course. */
export async function intakeOf(sql: Sql, course: BuiltCourse, seats: number, price: number) {
  const [intake] =
    await sql`insert into public.intakes (product_id, title, seats) values (${course.productId}, 'Another', ${seats}) returning id, variant_id`;
  await sql`insert into public.prices (variant_id, currency, amount) values (${intake?.variant_id}, 'IDR', ${price})`;
  return { intakeId: intake?.id as string, variantId: intake?.variant_id as string };
}

/** A learner who has paid a seat of a course, and another intake of it. */
export async function seated(sql: Sql, from: { price: number }, to: { price: number; seats?: number }) {
  const course = await buildCourse(sql, [{}], { seats: 3, price: from.price });
  const target = await intakeOf(sql, course, to.seats ?? 3, to.price);
  const learner = await newCustomer(sql);
  const order = await orderOne(sql, learner, course.variantId);
  if (from.price > 0) await payOrder(sql, learner, order.id);
  const [seat] = await sql`select id from public.enrollments where learner_id = ${learner}`;
  return { course, target, learner, order, seat: seat?.id as string };
}

/** Moves a seat as this person. */
export const transfer = (
  sql: Sql,
  who: string,
  enrollment_id: string,
  to_intake_id: string,
  rest: Record<string, unknown> = {},
) => call<Transfer>(sql, who, "transfer_enrollment", { enrollment_id, to_intake_id, ...rest });
