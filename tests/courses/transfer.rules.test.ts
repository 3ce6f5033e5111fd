import { describe, expect, test } from "vitest";
import type { Order } from "../../packages/sdk/src/index.ts";
import { call } from "../learning/teaching.ts";
import { available } from "../organisations/seats.ts";
import { deliver } from "../payments/deliver.ts";
import { refund } from "../payments/giving-back.ts";
import { begun, invoiceEvent } from "../subscriptions/subscribing.ts";
import { cancelOrder, confirmPayment, enroll, openPayment, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { joinWaitlist, standing } from "../support/waiting.ts";
import { seated, transfer } from "./moving.ts";

const database = useDatabase();
const conflict = (code: string) => ({ code, status: 409 });

const where = async (sql: Sql, learner: string) =>
  sql`select id, intake_id, status from public.enrollments where learner_id = ${learner} and status in ('reserved', 'active', 'suspended', 'completed')`;

describe("a move to another intake", () => {
  test("of the same price is done at once, keeps the seat's progress, and frees the old one to who waits", () =>
    database.rolledBack(async (sql) => {
      const { course, target, learner, seat } = await seated(sql, { price: 50_00 }, { price: 50_00 });
      await sql`update public.intakes set seats = 1 where id = ${course.intakeId}`;
      const waiting = await newCustomer(sql);
      await joinWaitlist(sql, waiting, course.intakeId);
      await sql`insert into public.lesson_progress (enrollment_id, lesson_id, product_id, learner_id) values (${seat}, ${course.lessons[0] ?? ""}, ${course.productId}, ${learner})`;
      await sql`update public.intakes set starts_at = now() + interval '30 days' where id = ${course.intakeId}`;
      expect(await transfer(sql, learner, seat, target.intakeId)).toMatchObject({
        new_enrollment_id: seat,
        difference_amount: 0,
        order: null,
      });
      expect(await where(sql, learner)).toEqual([{ id: seat, intake_id: target.intakeId, status: "active" }]);
      expect(await standing(sql, course.intakeId, [waiting])).toEqual(["offered"]);
      expect(await available(sql, target)).toBe(2);
    }));

  test("that costs less gives the difference back, and ending the order frees the new seat", () =>
    database.rolledBack(async (sql) => {
      const { course, target, learner, order, seat } = await seated(sql, { price: 50_00 }, { price: 30_00 });
      expect(await transfer(sql, learner, seat, target.intakeId)).toMatchObject({ difference_amount: -20_00 });
      const refunds = await sql`select amount::int from public.refunds where order_id = ${order.id}`;
      expect(refunds).toEqual([{ amount: 20_00 }]);
      await refund(sql, order.id);
      expect(await where(sql, learner)).toEqual([]);
      expect([await available(sql, course), await available(sql, target)]).toEqual([3, 3]);
    }));

  test("that costs more holds the new seat and moves the learner when the difference is paid", () =>
    database.rolledBack(async (sql) => {
      const { course, target, learner, order, seat } = await seated(sql, { price: 50_00 }, { price: 80_00, seats: 1 });
      const moved = await transfer(sql, learner, seat, target.intakeId);
      expect(moved).toMatchObject({
        new_enrollment_id: null,
        difference_amount: 30_00,
        order: { purpose: "transfer", total_amount: 30_00 },
      });
      expect(await where(sql, learner)).toMatchObject([{ intake_id: course.intakeId }]);
      expect([await available(sql, course), await available(sql, target)]).toEqual([2, 0]);
      expect(await payOrder(sql, learner, moved.order?.id ?? "")).toBe("applied");
      expect(await where(sql, learner)).toMatchObject([{ id: seat, intake_id: target.intakeId }]);
      expect([await available(sql, course), await available(sql, target)]).toEqual([3, 0]);
      await expectRefusal(() => cancelOrder(sql, learner, moved.order?.id ?? ""), conflict("order_not_cancellable"));
      const line = { order_item_id: order.items[0]?.id ?? "", quantity: 1 };
      await refund(sql, order.id, { lines: [line] });
      expect([await available(sql, course), await available(sql, target)]).toEqual([3, 1]);
    }));

  test("whose difference is paid after the seat ended gives it back", () =>
    database.rolledBack(async (sql) => {
      const { target, learner, order, seat } = await seated(sql, { price: 50_00 }, { price: 80_00 });
      const moved = await transfer(sql, learner, seat, target.intakeId);
      const payment = await openPayment(sql, learner, moved.order?.id ?? "");
      await refund(sql, order.id);
      await confirmPayment(sql, payment);
      const refunds = await sql`select amount::int from public.refunds where order_id = ${payment.order_id}`;
      expect(refunds).toEqual([{ amount: 30_00 }]);
      expect(await available(sql, target)).toBe(3);
    }));

  test("to another course ends the old seat and gives a new one of the same order", () =>
    database.rolledBack(async (sql) => {
      const { learner, order, seat } = await seated(sql, { price: 50_00 }, { price: 50_00 });
      const other = await publishedIntake(sql, { seats: 2, price: 50_00 });
      const moved = await transfer(sql, learner, seat, other.intakeId);
      expect(moved.new_enrollment_id).not.toBe(seat);
      expect(await where(sql, learner)).toMatchObject([{ id: moved.new_enrollment_id, intake_id: other.intakeId }]);
      expect((await call<Order>(sql, learner, "get_order", { order_id: order.id })).items).toHaveLength(1);
      await refund(sql, order.id);
      expect(await available(sql, other)).toBe(2);
    }));

  test("is up to the learner until shortly before the start, and up to staff at any time, who may waive", () =>
    database.rolledBack(async (sql) => {
      const { course, target, learner, seat } = await seated(sql, { price: 50_00 }, { price: 80_00 });
      await sql`update public.intakes set starts_at = now() + interval '2 days' where id = ${course.intakeId}`;
      await expectRefusal(() => transfer(sql, learner, seat, target.intakeId), conflict("transfer_too_late"));
      const support = await asStaff(sql, "support");
      await asOwner(sql);
      expect(await transfer(sql, support, seat, target.intakeId, { waive_difference: true })).toMatchObject({
        difference_amount: 0,
        order: null,
      });
      expect(await where(sql, learner)).toMatchObject([{ intake_id: target.intakeId }]);
    }));

  test("of a granted seat is free within its course, and to another course up to staff; a subscription's moves nowhere", () =>
    database.rolledBack(async (sql) => {
      const { course, target } = await seated(sql, { price: 50_00 }, { price: 90_00 });
      const dear = await publishedIntake(sql, { seats: 2, price: 900_00 });
      const learner = await newCustomer(sql);
      const support = await asStaff(sql, "support");
      await asOwner(sql);
      const grant = { intake_id: course.intakeId, profile_id: learner, reason: "A prize" };
      const { id } = await call<{ id: string }>(sql, support, "grant_seat", grant);
      await expectRefusal(() => transfer(sql, learner, id, dear.intakeId), conflict("enrollment_not_transferable"));
      expect(await transfer(sql, learner, id, target.intakeId)).toMatchObject({ difference_amount: 0, order: null });
      await transfer(sql, support, id, dear.intakeId);
      const it = await begun(sql);
      await deliver(sql, invoiceEvent(it, 1, true));
      const opened = await call<{ id: string }>(sql, it.personId, "enroll_by_subscription", {
        intake_id: it.intake.intakeId,
      });
      for (const who of [it.personId, support])
        await expectRefusal(
          () => transfer(sql, who, opened.id, dear.intakeId),
          conflict("enrollment_not_transferable"),
        );
    }));

  test("is refused without a seat there, to where one sits, and for seats of others", () =>
    database.rolledBack(async (sql) => {
      const { course, target, learner, seat } = await seated(sql, { price: 0 }, { price: 0, seats: 0 });
      await expectRefusal(() => transfer(sql, learner, seat, target.intakeId), conflict("out_of_stock"));
      await expectRefusal(async () => transfer(sql, await newCustomer(sql), seat, target.intakeId), {
        code: "enrollment_not_found",
        status: 404,
      });
      await expectRefusal(() => transfer(sql, learner, seat, course.intakeId), {
        code: "intake_not_found",
        status: 404,
      });
      const other = await publishedIntake(sql);
      await enroll(sql, learner, other.intakeId);
      await expectRefusal(() => transfer(sql, learner, seat, other.intakeId), conflict("already_enrolled"));
    }));
});
