import { describe, expect, test } from "vitest";
import type { Order, StaffIntake } from "../../packages/sdk/src/index.ts";
import { buildCourse, call, newLearnerIn } from "../learning/teaching.ts";
import { claim, codeFor, companyWithSeats, standingOf } from "../organisations/seats.ts";
import { customerWithAddress } from "../payments/giving-back.ts";
import { as, confirmPayment, endHold, enroll, getOrder, openPayment, orderOne, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { stockedVariant } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";
import { joinWaitlist, standing } from "../support/waiting.ts";
import { cancelIntake, newStaff, newTeacher, windUp } from "./running.ts";

const database = useDatabase();
const cancelled = { code: "intake_cancelled", status: 409 };

const move = (sql: Sql, person: string, verb: "publish" | "close", intakeId: string): Promise<StaffIntake> =>
  as(sql, person, async (tx) => (await tx.unsafe(`select public.${verb}_intake('${intakeId}') as answer`))[0]?.answer);

const refundsOf = (sql: Sql, orderId: string) =>
  sql`select amount, reason, status from public.refunds where order_id = ${orderId}`;

const seatOf = async (sql: Sql, intakeId: string, learner: string) =>
  (
    await sql`select status from public.enrollments where intake_id = ${intakeId} and learner_id = ${learner} order by created_at desc limit 1`
  )[0]?.status;

describe("an intake", () => {
  test("is seen by nobody but staff and those who teach, and sells nothing, while it is a draft", () =>
    database.rolledBack(async (sql) => {
      const { intakeId, productId, variantId } = await publishedIntake(sql, { seats: 2 });
      await sql`update public.intakes set seats = 2 where id = ${intakeId}`;
      const [draft] =
        await sql`insert into public.intakes (product_id, title, seats, status) values (${productId}, 'Autumn', 3, 'draft')
        returning id, variant_id`;
      await sql`insert into public.prices (variant_id, currency, amount) values (${draft?.variant_id}, 'IDR', 0)`;
      const [learner, teacher] = [await newCustomer(sql), await newTeacher(sql, productId)];
      const seen = (tx: Sql) => tx`select id from public.intakes where product_id = ${productId}`;
      expect(await as(sql, learner, seen)).toHaveLength(1);
      expect(await as(sql, teacher, seen)).toHaveLength(2);
      expect(await as(sql, await newStaff(sql, "support"), seen)).toHaveLength(2);
      await expectRefusal(() => orderOne(sql, learner, draft?.variant_id), { code: "variant_not_found", status: 404 });
      await expectRefusal(() => enroll(sql, learner, draft?.id), { code: "intake_not_found", status: 404 });
      await expectRefusal(() => joinWaitlist(sql, learner, draft?.id), { code: "intake_not_found", status: 404 });
      expect(await move(sql, teacher, "publish", draft?.id)).toMatchObject({ status: "published", enrolled: 0 });
      expect(await as(sql, learner, seen)).toHaveLength(2);
      expect((await enroll(sql, learner, draft?.id)).enrollment.status).toBe("active");
      expect(variantId).not.toBe(draft?.variant_id);
    }));

  test("that is closed takes nobody more, keeps who is in it and whoever pays, and offers a free seat once it is open again", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 2, price: 10_00 });
      const teacher = await newTeacher(sql, intake.productId);
      const [payer, leaver, waiter] = [await newCustomer(sql), await newCustomer(sql), await newCustomer(sql)];
      const order = await orderOne(sql, payer, intake.variantId);
      const unpaid = await orderOne(sql, leaver, intake.variantId);
      await joinWaitlist(sql, waiter, intake.intakeId);
      expect(await move(sql, teacher, "close", intake.intakeId)).toMatchObject({
        status: "closed",
        reserved: 2,
        waiting: 1,
      });
      await expectRefusal(async () => orderOne(sql, await newCustomer(sql), intake.variantId), {
        code: "intake_closed",
        status: 409,
      });
      expect(await payOrder(sql, payer, order.id)).toBe("applied");
      expect(await seatOf(sql, intake.intakeId, payer)).toBe("active");
      await endHold(sql, unpaid.id);
      await sql`select private.expire_due_orders()`;
      expect(await standing(sql, intake.intakeId, [waiter])).toEqual(["waiting"]);
      await move(sql, teacher, "publish", intake.intakeId);
      expect(await standing(sql, intake.intakeId, [waiter])).toEqual(["offered"]);
    }));

  test("is published, closed and cancelled by those who may, and moves only as its machine allows", () =>
    database.rolledBack(async (sql) => {
      const { intakeId, productId } = await publishedIntake(sql, { seats: 2 });
      const hidden = { code: "intake_not_found", status: 404 };
      const denied = { code: "permission_denied", status: 403 };
      const other = await publishedIntake(sql);
      const [teacher, stranger] = [await newTeacher(sql, productId), await newTeacher(sql, other.productId)];
      for (const verb of ["close", "publish"] as const) {
        await expectRefusal(() => move(sql, stranger, verb, intakeId), hidden);
        await expectRefusal(async () => move(sql, await newStaff(sql, "support"), verb, intakeId), hidden);
        await expectRefusal(() => move(sql, teacher, verb, "00000000-0000-0000-0000-000000000001"), hidden);
        await move(sql, teacher, verb, intakeId);
        await move(sql, await newStaff(sql, "catalog_manager"), verb, intakeId);
      }
      for (const person of [teacher, stranger, await newStaff(sql, "support"), await newStaff(sql, "instructor")])
        await expectRefusal(() => cancelIntake(sql, person, intakeId), denied);
      const finance = await newStaff(sql, "finance");
      for (const reason of ["", "  ", "x".repeat(501)])
        await expectRefusal(() => cancelIntake(sql, finance, intakeId, reason), {
          code: "invalid_reason",
          status: 422,
        });
      const answer = await cancelIntake(sql, finance, intakeId, "too few", "once");
      expect(answer).toMatchObject({ status: "cancelled", cancel_reason: "too few", wound_up_at: null });
      expect(await cancelIntake(sql, finance, intakeId, "too few", "once")).toEqual(answer);
      expect(await cancelIntake(sql, finance, intakeId, "another word")).toMatchObject({ cancel_reason: "too few" });
      for (const verb of ["close", "publish"] as const)
        await expectRefusal(() => move(sql, teacher, verb, intakeId), cancelled);
      const over = await publishedIntake(sql, {
        starts: new Date(Date.now() - 9_000_000),
        ends: new Date(Date.now() - 9_000),
      });
      await expectRefusal(() => cancelIntake(sql, finance, over.intakeId), { code: "intake_over", status: 409 });
      expect(
        await sql`select reason from public.status_changes where machine = 'intake' and subject_id = ${intakeId} and to_status = 'cancelled'`,
      ).toEqual([{ reason: "too few" }]);
    }));

  test("is not moved by hand, and is not born closed or cancelled", () =>
    database.rolledBack(async (sql) => {
      const { intakeId, productId } = await publishedIntake(sql, { seats: 2 });
      const manager = await newStaff(sql, "catalog_manager");
      const refusal = { code: "42501", status: 403 };
      await expectRefusal(
        () => as(sql, manager, (tx) => tx`update public.intakes set status = 'closed' where id = ${intakeId}`),
        refusal,
      );
      await expectRefusal(
        () =>
          as(
            sql,
            manager,
            (tx) => tx`insert into public.intakes (product_id, title, status) values (${productId}, 'New', 'closed')`,
          ),
        refusal,
      );
      await as(
        sql,
        manager,
        (tx) => tx`insert into public.intakes (product_id, title, status) values (${productId}, 'New', 'draft')`,
      );
    }));
});

describe("a cancelled intake", () => {
  test("sells no seat, takes no payment, and gives everybody's money back by line, once", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 4, price: 30_00 });
      const kept = await publishedIntake(sql, { seats: 4, price: 20_00 });
      const finance = await newStaff(sql, "finance");
      const [alone, both, unpaid, late, waiter] = await Promise.all(Array.from({ length: 5 }, () => newCustomer(sql)));
      if (!alone || !both || !unpaid || !late || !waiter) throw new Error("five people");
      const single = await orderOne(sql, alone, intake.variantId);
      const mixed = await orderOne(sql, both, intake.variantId, kept.variantId);
      await payOrder(sql, alone, single.id);
      await payOrder(sql, both, mixed.id);
      const open = await orderOne(sql, unpaid, intake.variantId, kept.variantId);
      const opened = await openPayment(sql, unpaid, open.id);
      const due = await orderOne(sql, late, intake.variantId);
      const lateMoney = await openPayment(sql, late, due.id);
      await endHold(sql, due.id);
      await sql`select private.expire_due_orders()`;
      const last = await newCustomer(sql);
      await orderOne(sql, last, intake.variantId);
      await joinWaitlist(sql, waiter, intake.intakeId);

      await cancelIntake(sql, finance, intake.intakeId);
      await expectRefusal(() => orderOne(sql, waiter, intake.variantId), cancelled);
      await expectRefusal(async () => joinWaitlist(sql, await newCustomer(sql), intake.intakeId), cancelled);
      expect(await windUp(sql)).toBeGreaterThan(3);
      expect(await windUp(sql)).toBe(0);

      expect(await refundsOf(sql, single.id)).toEqual([
        { amount: 30_00, reason: "intake_cancelled", status: "pending" },
      ]);
      expect(await getOrder(sql, alone, single.id)).toMatchObject({ status: "refunded" });
      expect(await refundsOf(sql, mixed.id)).toEqual([
        { amount: 30_00, reason: "intake_cancelled", status: "pending" },
      ]);
      expect(await getOrder(sql, both, mixed.id)).toMatchObject({ status: "partially_refunded" });
      expect(await seatOf(sql, intake.intakeId, both)).toBe("cancelled");
      expect(await seatOf(sql, kept.intakeId, both)).toBe("active");
      expect(await getOrder(sql, unpaid, open.id)).toMatchObject({ status: "cancelled" });
      expect(await standing(sql, intake.intakeId, [waiter])).toEqual(["cancelled"]);
      // money that was on its way goes back whole
      await confirmPayment(sql, opened);
      expect(await refundsOf(sql, open.id)).toEqual([{ amount: 50_00, reason: "late_payment", status: "pending" }]);
      await confirmPayment(sql, lateMoney);
      expect(await refundsOf(sql, due.id)).toEqual([{ amount: 30_00, reason: "late_payment", status: "pending" }]);
      expect(await seatOf(sql, intake.intakeId, late)).toBe("expired");
      const [row] = await sql`select wound_up_at is not null as over from public.intakes where id = ${intake.intakeId}`;
      expect(row?.over).toBe(true);
      const told =
        await sql`select name from public.events where name in ('enrollment.cancelled', 'waitlist.cancelled') order by id`;
      expect(told.map(({ name }) => name).sort()).toEqual([
        ...Array(4).fill("enrollment.cancelled"),
        "waitlist.cancelled",
      ]);
    }));

  test("may be wound up by a worker that dies at any step: the next one does the rest and nothing twice", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 6, price: 30_00 });
      const orders = [];
      for (let seat = 0; seat < 4; seat++) {
        const learner = await newCustomer(sql);
        const order = await orderOne(sql, learner, intake.variantId);
        await payOrder(sql, learner, order.id);
        orders.push(order.id);
      }
      await cancelIntake(sql, await newStaff(sql, "admin"), intake.intakeId);
      const seen = await sql`select step, intake_id, subject_id from private.wind_up_steps()`;
      for (let step = 0; step < 4; step++) expect(await windUp(sql, 1)).toBe(1);
      // what another worker still has on its list is found done
      for (const old of seen) await sql`select private.wind_up(${old.step}, ${old.intake_id}, ${old.subject_id})`;
      expect(await windUp(sql)).toBe(0);
      for (const id of orders) expect(await refundsOf(sql, id)).toHaveLength(1);
    }));

  test("lets who completed it keep it, ends free seats, and gives a bundle back whole", () =>
    database.rolledBack(async (sql) => {
      const free = await publishedIntake(sql, { seats: 6, price: 0 });
      const [graduate, learner] = [await newCustomer(sql), await newCustomer(sql)];
      const { order } = await enroll(sql, graduate, free.intakeId);
      await sql`update public.enrollments set status = 'completed' where learner_id = ${graduate}`;
      const seat = await enroll(sql, learner, free.intakeId);
      const buyer = await customerWithAddress(sql);
      const book = await stockedVariant(sql, 5, { status: "published", price: 10_00 });
      const [bundle] =
        await sql`insert into public.products (kind, slug, title, summary, status) values ('bundle', 'course-and-book', 'Both', '', 'published') returning id`;
      const [variant] =
        await sql`insert into public.variants (product_id, sku, title) values (${bundle?.id}, 'BOTH', 'Both') returning id`;
      await sql`insert into public.prices (variant_id, currency, amount) values (${variant?.id}, 'IDR', 4000)`;
      await sql`insert into public.bundle_items (bundle_variant_id, component_variant_id, quantity) values
        (${variant?.id}, ${book}, 1), (${variant?.id}, ${free.variantId}, 1)`;
      const both = await orderOne(sql, buyer, variant?.id);
      await payOrder(sql, buyer, both.id);
      await cancelIntake(sql, await newStaff(sql, "catalog_manager"), free.intakeId);
      await windUp(sql);
      expect(await getOrder(sql, graduate, order.id)).toMatchObject({ status: "paid" });
      expect(await seatOf(sql, free.intakeId, graduate)).toBe("completed");
      expect(await getOrder(sql, learner, seat.order.id)).toMatchObject({ status: "cancelled" });
      expect(await seatOf(sql, free.intakeId, learner)).toBe("cancelled");
      expect(await refundsOf(sql, both.id)).toMatchObject([{ amount: 40_00, reason: "intake_cancelled" }]);
      const [level] = await sql`select available from public.stock_levels where variant_id = ${book}`;
      expect(level?.available).toBe(5);
    }));

  test("ends the seats of an organisation, begun or not, but those that were completed, and gives back their share", () =>
    database.rolledBack(async (sql) => {
      const company = await companyWithSeats(sql, 5, { price: 100_00 });
      const { code } = await codeFor(sql, company);
      const [begun, graduate, late] = [await newCustomer(sql), await newCustomer(sql), await newCustomer(sql)];
      for (const learner of [begun, graduate]) await claim(sql, learner, code);
      await sql`insert into public.lesson_progress (enrollment_id, lesson_id, product_id, learner_id)
        select id, ${company.course.lessons[0] as string}, ${company.course.productId}, learner_id from public.enrollments where learner_id = ${begun}`;
      await sql`update public.enrollments set status = 'completed' where learner_id = ${graduate}`;
      await cancelIntake(sql, await newStaff(sql, "admin"), company.course.intakeId);
      await expectRefusal(() => claim(sql, late, code), cancelled);
      await windUp(sql);
      expect(await windUp(sql)).toBe(0);
      expect(await refundsOf(sql, company.order.id)).toEqual([
        { amount: 400_00, reason: "intake_cancelled", status: "pending" },
      ]);
      expect(await standingOf(sql, company)).toEqual({ ended: 4, assigned: 1 });
    }));

  test("gives back the time that was bought for a seat", () =>
    database.rolledBack(async (sql) => {
      const course = await buildCourse(sql, [{}], { accessDays: 10, seats: 5 });
      const [set] = await sql`select private.set_course_renewal(${course.productId}, 30, null) as answer`;
      await sql`insert into public.prices (variant_id, currency, amount) values (${set?.answer.renewal_variant_id}, 'IDR', 2000)`;
      const learner = await newLearnerIn(sql, course);
      const [seat] = await sql`select id from public.enrollments where learner_id = ${learner}`;
      const paid = await call<Order>(sql, learner, "renew_access", { enrollment_id: seat?.id });
      await payOrder(sql, learner, paid.id);
      const open = await call<Order>(sql, learner, "renew_access", { enrollment_id: seat?.id });
      const [terms] = await as(
        sql,
        learner,
        (tx) => tx`select public.cancellation_quote(${seat?.id}) ->> 'reason' as reason`,
      );
      expect(terms?.reason).toBe("not_bought_alone");
      await cancelIntake(sql, await newStaff(sql, "admin"), course.intakeId);
      while ((await windUp(sql, 1)) > 0);
      expect(await refundsOf(sql, paid.id)).toEqual([{ amount: 20_00, reason: "intake_cancelled", status: "pending" }]);
      expect((await getOrder(sql, learner, open.id)).status).toBe("cancelled");
      expect(await seatOf(sql, course.intakeId, learner)).toBe("cancelled");
      const [row] = await sql`select wound_up_at is not null as over from public.intakes where id = ${course.intakeId}`;
      expect(row?.over).toBe(true);
    }));

  test("waits for what a person decides about an order in review", () =>
    database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 6, price: 30_00 });
      const learner = await newCustomer(sql);
      const order = await orderOne(sql, learner, intake.variantId);
      await payOrder(sql, learner, order.id);
      await sql`select private.flag_order(${order.id}, 'somebody looks')`;
      const admin = await newStaff(sql, "admin");
      await cancelIntake(sql, admin, intake.intakeId);
      expect(await windUp(sql)).toBe(0);
      const over = async () =>
        (await sql`select wound_up_at from public.intakes where id = ${intake.intakeId}`)[0]?.wound_up_at;
      expect(await over()).toBeNull();
      await as(sql, admin, (tx) => tx`select public.resolve_order_review(${order.id}, 'fulfil', 'it was all right')`);
      expect(await windUp(sql)).toBe(1);
      expect(await refundsOf(sql, order.id)).toHaveLength(1);
      expect(await over()).not.toBeNull();
    }));
});
