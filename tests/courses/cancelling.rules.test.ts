import { describe, expect, test } from "vitest";
import type { CancellationQuote, CancelledEnrollment } from "../../packages/sdk/src/index.ts";
import { as, enroll, getOrder, orderOne, payOrder } from "../support/buying.ts";
import { type BuiltIntake, type IntakeWish, publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";
import { joinWaitlist, standing } from "../support/waiting.ts";
import { newStaff } from "./running.ts";

const database = useDatabase();
const hour = 3_600_000;
const refused = { code: "cancellation_not_allowed", status: 409 };

const quote = (sql: Sql, person: string, id: string): Promise<CancellationQuote> =>
  as(sql, person, async (tx) => (await tx`select public.cancellation_quote(${id}) as answer`)[0]?.answer);

const giveBack = (sql: Sql, person: string, id: string, key: string | null = null): Promise<CancelledEnrollment> =>
  as(sql, person, async (tx) => (await tx`select public.cancel_enrollment(${id}, ${key}) as answer`)[0]?.answer);

/** An intake with terms, and a paid seat in it. */
async function seatIn(sql: Sql, terms: Record<string, unknown>, wish: IntakeWish = {}) {
  const intake = await publishedIntake(sql, { seats: 1, price: 30_00, ...wish });
  await sql`update public.courses set ${sql(terms)} where product_id = ${intake.productId}`;
  const learner = await newCustomer(sql);
  const order = await orderOne(sql, learner, intake.variantId);
  if (order.total_amount > 0) await payOrder(sql, learner, order.id);
  return { ...intake, learner, orderId: order.id, seat: order.items[0]?.enrollment?.id as string };
}

const progress = (
  sql: Sql,
  { seat, learner, productId }: { seat: string; learner: string } & BuiltIntake,
  percent: number,
) =>
  sql`insert into public.results (enrollment_id, product_id, learner_id, progress_percent) values (${seat}, ${productId}, ${learner}, ${percent})
    on conflict (enrollment_id) do update set progress_percent = excluded.progress_percent`;

describe("a learner gives a seat back", () => {
  test("before the start, as the terms say: that line's money goes back, the rest of the order and the progress stay, the next in line is offered it", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 1, price: 30_00, starts: new Date(Date.now() + 72 * hour) });
      await sql`update public.courses set cancel_days_before_start = 2 where product_id = ${intake.productId}`;
      const kept = await publishedIntake(sql, { seats: 5, price: 20_00 });
      const [learner, waiter] = [await newCustomer(sql), await newCustomer(sql)];
      const order = await orderOne(sql, learner, intake.variantId, kept.variantId);
      await payOrder(sql, learner, order.id);
      const item = order.items.find(({ variant_id }) => variant_id === intake.variantId);
      const seat = item?.enrollment?.id as string;
      await progress(sql, { ...intake, seat, learner }, 10);
      await joinWaitlist(sql, waiter, intake.intakeId);
      const before = await quote(sql, learner, seat);
      expect(before).toMatchObject({
        allowed: true,
        reason: null,
        refund_amount: 30_00,
        currency: "IDR",
        progress_percent: 10,
      });
      expect(Math.abs(Date.parse(before.until ?? "") - Date.now() - 24 * hour)).toBeLessThan(60_000);
      const answer = await giveBack(sql, learner, seat, "once");
      expect(answer).toMatchObject({
        status: "cancelled",
        refund_amount: 30_00,
        refund: { amount: 30_00, reason: "by_learner", status: "pending" },
      });
      expect(await giveBack(sql, learner, seat, "once")).toEqual(answer);
      await expectRefusal(() => giveBack(sql, learner, seat), refused);
      expect(await standing(sql, intake.intakeId, [waiter])).toEqual(["offered"]);
      const after = await getOrder(sql, learner, order.id);
      expect(after.status).toBe("partially_refunded");
      expect(after.items.map(({ enrollment }) => enrollment?.status).sort()).toEqual(["active", "cancelled"]);
      expect(await sql`select progress_percent from public.results where enrollment_id = ${seat}`).toEqual([
        { progress_percent: 10 },
      ]);
      expect(await sql`select count(*)::int as refunds from public.refunds where order_id = ${order.id}`).toEqual([
        { refunds: 1 },
      ]);
    }));

  test("for some days after the purchase while little of it is done, and not when the days or the progress are over", () =>
    database.rolledBack(async (sql) => {
      const terms = { cancel_days_after_purchase: 14, cancel_progress_percent: 20 };
      const bought = await seatIn(sql, terms);
      await progress(sql, bought, 19);
      expect(await quote(sql, bought.learner, bought.seat)).toMatchObject({ allowed: true, refund_amount: 30_00 });
      await progress(sql, bought, 20);
      expect(await quote(sql, bought.learner, bought.seat)).toMatchObject({
        allowed: false,
        reason: "too_much_done",
        refund_amount: 0,
      });
      await expectRefusal(() => giveBack(sql, bought.learner, bought.seat), refused);
      await progress(sql, bought, 0);
      await sql`update public.enrollments set enrolled_at = now() - interval '336 hours' where id = ${bought.seat}`;
      expect(await quote(sql, bought.learner, bought.seat)).toMatchObject({ allowed: false, reason: "too_late" });
      await sql`update public.enrollments set enrolled_at = now() - interval '335 hours' where id = ${bought.seat}`;
      expect(await giveBack(sql, bought.learner, bought.seat)).toMatchObject({ status: "cancelled" });
      expect((await getOrder(sql, bought.learner, bought.orderId)).status).toBe("refunded");
    }));

  test("by the intake's own terms where it has some, else by the course's; without any not at all", () =>
    database.rolledBack(async (sql) => {
      const bought = await seatIn(sql, { cancel_days_after_purchase: 14 });
      await sql`update public.intakes set cancel_days_before_start = 1, starts_at = now() + interval '1 hour' where id = ${bought.intakeId}`;
      expect(await quote(sql, bought.learner, bought.seat)).toMatchObject({ allowed: false, reason: "too_late" });
      await sql`update public.intakes set cancel_days_before_start = null where id = ${bought.intakeId}`;
      expect(await quote(sql, bought.learner, bought.seat)).toMatchObject({ allowed: true });
      await sql`update public.courses set cancel_days_after_purchase = null where product_id = ${bought.productId}`;
      expect(await quote(sql, bought.learner, bought.seat)).toMatchObject({
        allowed: false,
        reason: "no_terms",
        until: null,
      });
    }));

  test("at any time when it cost nothing", () =>
    database.rolledBack(async (sql) => {
      const { learner, seat, intakeId } = await seatIn(sql, { cancel_days_after_purchase: null }, { price: 0 });
      expect(await quote(sql, learner, seat)).toMatchObject({ allowed: true, refund_amount: 0 });
      expect(await giveBack(sql, learner, seat)).toMatchObject({ status: "cancelled", refund: null });
      expect((await enroll(sql, learner, intakeId)).enrollment.status).toBe("active");
    }));

  test("only their own, bought alone, paid, active", () =>
    database.rolledBack(async (sql) => {
      const terms = { cancel_days_after_purchase: 14 };
      const bought = await seatIn(sql, terms);
      const hidden = { code: "enrollment_not_found", status: 404 };
      for (const person of [await newCustomer(sql), await newStaff(sql, "admin")]) {
        await expectRefusal(() => quote(sql, person, bought.seat), hidden);
        await expectRefusal(() => giveBack(sql, person, bought.seat), hidden);
      }
      const reason = async () => (await quote(sql, bought.learner, bought.seat)).reason;
      await sql`update public.enrollments set status = 'suspended' where id = ${bought.seat}`;
      expect(await reason()).toBe("not_active");
      await sql`update public.enrollments set status = 'active' where id = ${bought.seat}`;
      await sql`select private.flag_order(${bought.orderId}, 'somebody looks')`;
      expect(await reason()).toBe("order_in_review");
      const open = await publishedIntake(sql, { seats: 1, price: 30_00 });
      const order = await orderOne(sql, bought.learner, open.variantId);
      const unpaid = order.items[0]?.enrollment?.id as string;
      expect((await quote(sql, bought.learner, unpaid)).reason).toBe("unpaid");
      await expectRefusal(() => giveBack(sql, bought.learner, unpaid), refused);
    }));
});

describe("a completed seat", () => {
  test.each([
    ["loses its certificate when it is refunded", "true", true],
    ["keeps it where the setting says so", "false", false],
  ])("%s; its learner cannot give it back", (_, setting, revoked) =>
    database.rolledBack(async (sql) => {
      await sql`update public.settings set value = ${setting}::text::jsonb where key = 'refund_revokes_certificate'`;
      const bought = await seatIn(sql, { cancel_days_after_purchase: 14 });
      await sql`update public.enrollments set status = 'completed' where id = ${bought.seat}`;
      await progress(sql, bought, 100);
      await sql`update public.results set passed_at = now() where enrollment_id = ${bought.seat}`;
      await sql`select private.issue_certificate(${bought.seat}, 'http://shop.test/')`;
      expect(await quote(sql, bought.learner, bought.seat)).toMatchObject({ allowed: false, reason: "not_active" });
      await as(
        sql,
        await newStaff(sql, "finance"),
        (tx) => tx`select public.refund_order(${bought.orderId}, reason => 'goodwill')`,
      );
      const [certificate] =
        await sql`select revoked_at is not null as revoked, revoke_reason from public.certificates where enrollment_id = ${bought.seat}`;
      expect(certificate).toEqual({ revoked, revoke_reason: revoked ? "goodwill" : null });
    }),
  );
});
