import type { Order } from "../../packages/sdk/src/index.ts";
import { type BuiltCourse, buildCourse, call } from "../learning/teaching.ts";
import { payOrder } from "../support/buying.ts";
import type { Sql } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";

/** A paid order of gifts of one course with one lesson. */
export type Given = { buyer: string; order: Order; course: BuiltCourse; gifts: string[] };

/** What a gift may say. */
export type GiftWish = { recipient_email?: string; recipient_name?: string; message?: string; deliver_at?: string };

/** Orders gifts; the lines may be anything. */
export const orderGifts = (sql: Sql, buyer: string, lines: unknown): Promise<Order> =>
  call(sql, buyer, "order_gifts", { lines });

/** Buys one gift per wish and pays them. */
export async function give(
  sql: Sql,
  wishes: GiftWish[] = [{}],
  { price = 50_00, seats = 10 }: { price?: number; seats?: number } = {},
): Promise<Given> {
  const course = await buildCourse(sql, [{}], { seats, price });
  const buyer = await newCustomer(sql);
  const lines = wishes.map((gift) => ({
    variant_id: course.variantId,
    gift: { recipient_email: "ayu@example.test", ...gift },
  }));
  const order = await orderGifts(sql, buyer, lines);
  if (price > 0) await payOrder(sql, buyer, order.id);
  const gifts = await sql`select id from public.gifts where buyer_id = ${buyer} order by id`;
  return { buyer, order, course, gifts: gifts.map(({ id }) => id) };
}

/** The code that a mail about this gift would carry. */
export async function codeOf(sql: Sql, gift: string | undefined): Promise<string> {
  const [issued] = await sql`select private.issue_gift_code(${gift ?? ""}) as code`;
  return issued?.code;
}

/** Takes a gift. */
export const claimGift = (
  sql: Sql,
  learner: string,
  code: string,
): Promise<{ gift_id: string; enrollment_id: string; message: string | null }> =>
  call(sql, learner, "claim_gift", { code });

/** Where each gift of a buyer stands. */
export async function standingOfGifts(sql: Sql, buyer: string): Promise<string[]> {
  const rows = await sql`select status from public.gifts where buyer_id = ${buyer} order by status`;
  return rows.map(({ status }) => status);
}

/** Lets a gift run out. Nothing ends it yet: that is up to whoever comes next. */
export async function endGift(sql: Sql, gift: string | undefined): Promise<void> {
  await sql`update public.gifts set expires_at = now() - interval '1 second' where id = ${gift ?? ""}`;
}
