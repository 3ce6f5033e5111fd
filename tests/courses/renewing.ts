import type { Order } from "../../packages/sdk/src/index.ts";
import { type BuiltCourse, buildCourse, call, newLearnerIn } from "../learning/teaching.ts";
import type { Sql } from "../support/database.ts";

/** A course of ten days whose renewal of thirty days costs 20, and somebody who learns in it. */
export async function renewable(sql: Sql): Promise<BuiltCourse & { learner: string; seat: string }> {
  const course = await buildCourse(sql, [{}], { accessDays: 10, seats: 5 });
  const [set] = await sql`select private.set_course_renewal(${course.productId}, 30, null) as answer`;
  await sql`insert into public.prices (variant_id, currency, amount) values (${set?.answer.renewal_variant_id}, 'IDR', 2000)`;
  const learner = await newLearnerIn(sql, course);
  const [seat] = await sql`select id from public.enrollments where learner_id = ${learner}`;
  return { ...course, learner, seat: seat?.id };
}

/** Orders longer access. */
export const renew = (sql: Sql, learner: string, enrollment_id: string) =>
  call<Order>(sql, learner, "renew_access", { enrollment_id });
/** When access ends, in ms. */
export const endOf = async (sql: Sql, seat: string) =>
  Number((await sql`select extract(epoch from private.seat_ends_at(${seat})) * 1000 as at`)[0]?.at);
