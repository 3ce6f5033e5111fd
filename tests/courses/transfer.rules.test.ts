import { describe, expect, test } from "vitest";
import type { Order } from "../../packages/sdk/src/index.ts";
import { type BuiltCourse, buildCourse, call } from "../learning/teaching.ts";
import { available } from "../organisations/seats.ts";
import { deliver } from "../payments/deliver.ts";
import { refund } from "../payments/giving-back.ts";
import { begun, invoiceEvent } from "../subscriptions/subscribing.ts";
import { cancelOrder, confirmPayment, enroll, openPayment, orderOne, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { gatherCrowd, tally } from "../support/crowd.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { expectInvariants } from "../support/invariants.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { joinWaitlist, standing } from "../support/waiting.ts";

const database = useDatabase();
const conflict = (code: string) => ({ code, status: 409 });

type Transfer = {
  id: string;
  new_enrollment_id: string | null;
  difference_amount: number;
  completed_at: string | null;
  order: Order | null;
};

/** Another intake of a course. */
async function intakeOf(sql: Sql, course: BuiltCourse, seats: number, price: number) {
  const [intake] =
    await sql`insert into public.intakes (product_id, title, seats) values (${course.productId}, 'Another', ${seats}) returning id, variant_id`;
  await sql`insert into public.prices (variant_id, currency, amount) values (${intake?.variant_id}, 'IDR', ${price})`;
  return { intakeId: intake?.id as string, variantId: intake?.variant_id as string };
}

/** A learner who has paid a seat of a course, and another intake of it. */
async function seated(sql: Sql, from: { price: number }, to: { price: number; seats?: number }) {
  const course = await buildCourse(sql, [{}], { seats: 3, price: from.price });
  const target = await intakeOf(sql, course, to.seats ?? 3, to.price);
  const learner = await newCustomer(sql);
  const order = await orderOne(sql, learner, course.variantId);
  if (from.price > 0) await payOrder(sql, learner, order.id);
  const [seat] = await sql`select id from public.enrollments where learner_id = ${learner}`;
  return { course, target, learner, order, seat: seat?.id as string };
}

const transfer = (
  sql: Sql,
  who: string,
  enrollment_id: string,
  to_intake_id: string,
  rest: Record<string, unknown> = {},
) => call<Transfer>(sql, who, "transfer_enrollment", { enrollment_id, to_intake_id, ...rest });
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

// A move that trusts what it read before it waited gives the same old seat back twice.
const moveUnseen = allOf(
  replaceInFunction(
    "private.transfer_now",
    "v_enrollment.status <> 'active' or v_enrollment.intake_id <> enrollment.intake_id",
    "false",
  ),
  replaceInFunction(
    "private.transfer_now",
    "move_enrollment(v_enrollment, target)",
    "move_enrollment(enrollment, target)",
  ),
);

describe("twelve learners who move to the same four seats, each in two tabs", () => {
  test("are four who moved once and others who stay where they are", () => crush(database, 3), 60_000);

  test(
    "that test notices a move that does not look again",
    () => withSabotage(moveUnseen, (shop) => crush(shop, 2, 12)),
    90_000,
  );
});

async function crush(shop: TestDatabase, rounds: number, room = 2): Promise<void> {
  const crowd = await gatherCrowd(shop, 24);
  for (let round = 1; round <= rounds; round++) {
    const course = await buildCourse(shop.sql, [{}], { seats: 12 });
    const targets = [await intakeOf(shop.sql, course, room, 0), await intakeOf(shop.sql, course, room, 0)];
    const seats: string[] = [];
    for (const { id } of crowd.people.slice(0, 12))
      seats.push((await enroll(shop.sql, id, course.intakeId)).enrollment.id);
    const moves = await crowd.rush(24, (sql, _id, index) =>
      transfer(
        sql,
        crowd.people[index % 12]?.id ?? "",
        seats[index % 12] ?? "",
        targets[index < 12 ? 0 : 1]?.intakeId ?? "",
      ),
    );
    const codes = tally(moves);
    expect(codes.accepted).toBeGreaterThanOrEqual(4);
    expect(
      Object.keys(codes).filter(
        (code) => !["accepted", "out_of_stock", "enrollment_not_transferable", "already_enrolled"].includes(code),
      ),
    ).toEqual([]);
    for (const target of targets) expect((await available(shop.sql, target)) >= 0).toBe(true);
    await expectInvariants(shop.sql);
  }
}
