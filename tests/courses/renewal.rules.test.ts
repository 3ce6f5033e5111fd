import { describe, expect, test } from "vitest";
import { call, newLearnerIn, readable } from "../learning/teaching.ts";
import { refund } from "../payments/giving-back.ts";
import { confirmPayment, openPayment, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asCustomer, newCustomer } from "../support/people.ts";
import { endOf, renew, renewable } from "./renewing.ts";

const database = useDatabase();
const conflict = (code: string) => ({ code, status: 409 });
const DAY = 86_400_000;

describe("renewing access", () => {
  test("adds to the old end while it lasts, whatever day it is paid, and having the seat is no obstacle", () =>
    database.rolledBack(async (sql) => {
      const { learner, seat } = await renewable(sql);
      const before = await endOf(sql, seat);
      const quote = await call<{ renewed_until: string }>(sql, learner, "quote_renewal", { enrollment_id: seat });
      expect(quote).toMatchObject({ days: 30, quote: { total_amount: 2000 } });
      expect(Date.parse(quote.renewed_until)).toBe(Math.floor(before + 30 * DAY));
      const order = await renew(sql, learner, seat);
      expect(order).toMatchObject({
        purpose: "renewal",
        status: "pending",
        total_amount: 2000,
        items: [{ enrollment: null }],
      });
      expect(await endOf(sql, seat)).toBe(before);
      await payOrder(sql, learner, order.id);
      expect(await endOf(sql, seat)).toBe(before + 30 * DAY);
      await payOrder(sql, learner, (await renew(sql, learner, seat)).id);
      expect(await endOf(sql, seat)).toBe(before + 60 * DAY);
    }));

  test("counts from now once access is over, and opens the lessons again", () =>
    database.rolledBack(async (sql) => {
      const { learner, seat, lessons } = await renewable(sql);
      await sql`update public.enrollments set access_ends_at = now() - interval '5 days' where id = ${seat}`;
      expect(await readable(sql, learner, lessons)).toEqual([]);
      await payOrder(sql, learner, (await renew(sql, learner, seat)).id);
      const [left] = await sql`select private.seat_ends_at(${seat}) = now() + interval '720 hours' as exactly`;
      expect(left?.exactly).toBe(true);
      expect(await readable(sql, learner, lessons)).toEqual(lessons);
    }));

  test("is taken back by a refund, once, and a later renewal keeps its own time", () =>
    database.rolledBack(async (sql) => {
      const { learner, seat } = await renewable(sql);
      const before = await endOf(sql, seat);
      const first = await renew(sql, learner, seat);
      await payOrder(sql, learner, first.id);
      await payOrder(sql, learner, (await renew(sql, learner, seat)).id);
      await refund(sql, first.id);
      expect(await endOf(sql, seat)).toBe(before + 30 * DAY);
    }));

  test("that is paid after the seat ended gives the money back", () =>
    database.rolledBack(async (sql) => {
      const { learner, seat } = await renewable(sql);
      const payment = await openPayment(sql, learner, (await renew(sql, learner, seat)).id);
      const [bought] =
        await sql`select order_items.order_id from public.enrollments join public.order_items on order_items.id = order_item_id where enrollments.id = ${seat}`;
      await call(sql, learner, "cancel_order", { order_id: bought?.order_id });
      await confirmPayment(sql, payment);
      const refunds = await sql`select amount::int from public.refunds where order_id = ${payment.order_id}`;
      expect(refunds).toEqual([{ amount: 2000 }]);
    }));

  test("is for one's own live seat, where access ends and a renewal is sold", () =>
    database.rolledBack(async (sql) => {
      const { learner, seat, productId } = await renewable(sql);
      await expectRefusal(async () => renew(sql, await newCustomer(sql), seat), {
        code: "enrollment_not_found",
        status: 404,
      });
      await sql`update public.courses set renewal_days = null where product_id = ${productId}`;
      await expectRefusal(() => renew(sql, learner, seat), conflict("renewal_not_sold"));
      await sql`update public.enrollments set status = 'suspended' where id = ${seat}`;
      await expectRefusal(() => renew(sql, learner, seat), conflict("enrollment_not_renewable"));
      const open = await publishedIntake(sql);
      const other = await newLearnerIn(sql, open);
      const [unlimited] = await sql`select id from public.enrollments where learner_id = ${other}`;
      await expectRefusal(() => renew(sql, other, unlimited?.id), conflict("access_unlimited"));
      await asCustomer(sql, learner);
      await expectRefusal(() => sql`select public.set_course_renewal(${productId}, 30)`, {
        code: "permission_denied",
        status: 403,
      });
      const [hidden] = await sql`select count(*)::int as products from public.products where slug like '%-renewal-%'`;
      expect(hidden?.products).toBe(0);
    }));
});

test("who is about to lose access is told once for each end", () =>
  database.rolledBack(async (sql) => {
    const { learner, seat } = await renewable(sql);
    const told = async () => (await sql`select private.remind_of_access_ends() as seats`)[0]?.seats;
    expect(await told()).toBe(0);
    await sql`update public.enrollments set enrolled_at = now() - interval '5 days' where id = ${seat}`;
    expect([await told(), await told()]).toEqual([1, 0]);
    await payOrder(sql, learner, (await renew(sql, learner, seat)).id);
    await sql`update public.enrollments set access_ends_at = now() + interval '1 day' where id = ${seat}`;
    expect([await told(), await told()]).toEqual([1, 0]);
  }));
