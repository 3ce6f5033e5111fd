import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  as,
  cancelOrder,
  confirmPayment,
  endHold,
  enroll,
  getOrder,
  openPayment,
  orderOne,
  payOrder,
} from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";

const database = useDatabase();

// Inside a transaction the database's clock stands still, so a second is as exact as a microsecond.
const setTimes = (sql: Sql, intakeId: string, opens: string, closes: string | null) =>
  sql`update public.intakes set enroll_opens_at = now() + ${opens}::interval, enroll_closes_at = now() + ${closes}::interval where id = ${intakeId}`;

describe("enrolment", () => {
  test("opens to the microsecond", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { intakeId, variantId } = await publishedIntake(sql, { seats: 3 });
      await setTimes(sql, intakeId, "1 microsecond", null);
      const refusal = { code: "intake_not_open", status: 409 };
      await expectRefusal(() => enroll(sql, learner, intakeId), refusal);
      await expectRefusal(() => orderOne(sql, learner, variantId), refusal);
      await setTimes(sql, intakeId, "0", null);
      expect((await enroll(sql, learner, intakeId)).enrollment.status).toBe("active");
    }));

  test("is closed from the moment it closes", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { intakeId, variantId } = await publishedIntake(sql, { seats: 3 });
      await setTimes(sql, intakeId, "-1 day", "0");
      const refusal = { code: "intake_closed", status: 409 };
      await expectRefusal(() => enroll(sql, learner, intakeId), refusal);
      await expectRefusal(() => orderOne(sql, learner, variantId), refusal);
      await setTimes(sql, intakeId, "-1 day", "1 microsecond");
      expect((await enroll(sql, learner, intakeId)).enrollment.status).toBe("active");
    }));

  test("that closed while an order was open does not take the seat from whoever pays in time", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { intakeId, variantId } = await publishedIntake(sql, { seats: 1, price: 10_00 });
      const order = await orderOne(sql, learner, variantId);
      await setTimes(sql, intakeId, "-1 day", "0");
      expect(await payOrder(sql, learner, order.id)).toBe("applied");
      expect(await myCourses(sql, learner)).toMatchObject([{ intake_id: intakeId, status: "active" }]);
    }));

  test("in an intake that is not free asks for payment, and in one that does not exist or is not on sale is not found", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const paid = await publishedIntake(sql, { seats: 3, price: 10_00 });
      const draft = await publishedIntake(sql, { seats: 3, status: "draft" });
      const unpriced = await publishedIntake(sql, { seats: 3, price: null });
      await expectRefusal(() => enroll(sql, learner, paid.intakeId), { code: "payment_required", status: 402 });
      await expectRefusal(() => enroll(sql, learner, unpriced.intakeId), { code: "price_missing", status: 422 });
      await expectRefusal(() => enroll(sql, learner, draft.intakeId), { code: "intake_not_found", status: 404 });
      await expectRefusal(() => enroll(sql, learner, randomUUID()), { code: "intake_not_found", status: 404 });
    }));

  test("a learner cannot hold two live seats, and may come back after leaving", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { intakeId } = await publishedIntake(sql, { seats: 1 });
      const { order } = await enroll(sql, learner, intakeId);
      await expectRefusal(() => enroll(sql, learner, intakeId), { code: "already_enrolled", status: 409 });
      await cancelOrder(sql, learner, order.id);
      expect((await enroll(sql, learner, intakeId)).enrollment.status).toBe("active");
    }));

  test("does not end because its course is archived", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { intakeId, productId, slug } = await publishedIntake(sql, { seats: 3 });
      await enroll(sql, learner, intakeId);
      await sql`update public.products set status = 'archived' where id = ${productId}`;
      expect(await myCourses(sql, learner)).toMatchObject([{ slug, status: "active" }]);
      await expectRefusal(() => enroll(sql, learner, intakeId), { code: "intake_not_found", status: 404 });
    }));
});

describe("two courses in one order, paid after the hold ended", () => {
  test("are both taken when both seats are still there", () =>
    database.rolledBack(async (sql) => {
      const { learner, order, payment } = await lateOrder(sql);
      expect(await confirmPayment(sql, payment)).toBe("applied");
      expect((await getOrder(sql, learner, order.id)).status).toBe("paid");
      expect(await myCourses(sql, learner)).toMatchObject([{ status: "active" }, { status: "active" }]);
    }));

  test("are neither taken when one seat is gone: the money goes back and the other seat is free", () =>
    database.rolledBack(async (sql) => {
      const { learner, order, payment, intakes } = await lateOrder(sql);
      await orderOne(sql, await newCustomer(sql), intakes[0]?.variantId as string);
      expect(await confirmPayment(sql, payment)).toBe("applied");
      expect(await getOrder(sql, learner, order.id)).toMatchObject({
        status: "cancelled",
        payments: [{ status: "refunding" }],
        refunds: [{ amount: 30_00, status: "pending", reason: "undeliverable" }],
      });
      expect(await myCourses(sql, learner)).toEqual([]);
      const [level] =
        await sql`select available, reserved from public.stock_levels where variant_id = ${intakes[1]?.variantId as string}`;
      expect(level).toEqual({ available: 1, reserved: 0 });
    }));
});

async function lateOrder(sql: Sql) {
  const learner = await newCustomer(sql);
  const intakes = [
    await publishedIntake(sql, { seats: 1, price: 10_00 }),
    await publishedIntake(sql, { seats: 1, price: 20_00 }),
  ];
  const order = await orderOne(sql, learner, ...intakes.map(({ variantId }) => variantId));
  const payment = await openPayment(sql, learner, order.id);
  await endHold(sql, order.id);
  return { learner, order, payment, intakes };
}

describe("the dashboard", () => {
  test("shows every live course, newest first, with its order; and none that was left or never paid", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const [free, open, left] = [
        await publishedIntake(sql),
        await publishedIntake(sql, { price: 1_00 }),
        await publishedIntake(sql),
      ];
      const taken = await enroll(sql, learner, free.intakeId);
      const order = await orderOne(sql, learner, open.variantId);
      await cancelOrder(sql, learner, (await enroll(sql, learner, left.intakeId)).order.id);
      await sql`update public.enrollments set created_at = created_at - interval '1 hour' where intake_id = ${free.intakeId}`;
      expect(await myCourses(sql, learner)).toMatchObject([
        {
          intake_id: open.intakeId,
          slug: open.slug,
          status: "reserved",
          enrolled_at: null,
          order_id: order.id,
          order_number: order.number,
        },
        {
          intake_id: free.intakeId,
          slug: free.slug,
          status: "active",
          order_id: taken.order.id,
          progress_percent: null,
        },
      ]);
      expect(await myCourses(sql, await newCustomer(sql))).toEqual([]);
    }));
});

describe("an intake", () => {
  test("without a number of seats is not counted", () =>
    database.rolledBack(async (sql) => {
      const { intakeId, variantId } = await publishedIntake(sql, { seats: null });
      for (let learner = 0; learner < 5; learner++) await enroll(sql, await newCustomer(sql), intakeId);
      expect(await sql`select * from public.stock_levels where variant_id = ${variantId}`).toEqual([]);
      expect(await sql`select * from public.stock_movements where variant_id = ${variantId}`).toEqual([]);
    }));

  test("with no seats is full, and seats can be added at once", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { intakeId } = await publishedIntake(sql, { seats: 0 });
      await expectRefusal(() => enroll(sql, learner, intakeId), { code: "out_of_stock", status: 409 });
      await setSeats(sql, intakeId, 1);
      expect((await enroll(sql, learner, intakeId)).enrollment.status).toBe("active");
    }));

  test("can lose the seats that are free, and none that is taken or held", () =>
    database.rolledBack(async (sql) => {
      const { intakeId, variantId } = await publishedIntake(sql, { seats: 10, price: 1_00 });
      const buyer = await newCustomer(sql);
      await payOrder(sql, buyer, (await orderOne(sql, buyer, variantId)).id);
      await orderOne(sql, await newCustomer(sql), variantId);
      await expectRefusal(() => setSeats(sql, intakeId, 1), { code: "capacity_in_use", status: 409 });
      await setSeats(sql, intakeId, 2);
      expect(
        await sql`select available, reserved, on_hand from public.stock_levels where variant_id = ${variantId}`,
      ).toEqual([{ available: 0, reserved: 1, on_hand: 1 }]);
    }));

  test("stays counted or uncounted once somebody has enrolled", () =>
    database.rolledBack(async (sql) => {
      const { intakeId } = await publishedIntake(sql, { seats: 4 });
      await setSeats(sql, intakeId, null);
      await setSeats(sql, intakeId, 4);
      await enroll(sql, await newCustomer(sql), intakeId);
      await expectRefusal(() => setSeats(sql, intakeId, null), { code: "seat_mode_fixed", status: 409 });
    }));

  test("that somebody enrolled in cannot be deleted, nor can its variant or product", () =>
    database.rolledBack(async (sql) => {
      const { intakeId, variantId, productId } = await publishedIntake(sql, { seats: 4 });
      await enroll(sql, await newCustomer(sql), intakeId);
      const sold = { code: "variant_in_use", status: 409 };
      await expectRefusal(() => sql`delete from public.intakes where id = ${intakeId}`, { code: "23503", status: 409 });
      await expectRefusal(() => sql`delete from public.variants where id = ${variantId}`, sold);
      await expectRefusal(() => sql`delete from public.products where id = ${productId}`, sold);
    }));

  test("names its variant after itself and follows a change of its title", () =>
    database.rolledBack(async (sql) => {
      const { intakeId, variantId } = await publishedIntake(sql, { seats: 4 });
      await sql`update public.intakes set title = 'Evening class' where id = ${intakeId}`;
      expect(await sql`select title, sku like 'SEAT-%' as named from public.variants where id = ${variantId}`).toEqual([
        { title: "Evening class", named: true },
      ]);
    }));

  test("has sane times, seats, title and time zone", () =>
    database.rolledBack(async (sql) => {
      const { intakeId } = await publishedIntake(sql, { seats: 4 });
      const constraint = { code: "23514", status: 400 };
      const wrong: [string, { code: string; status: number }][] = [
        ["enroll_closes_at = enroll_opens_at", constraint],
        ["starts_at = now(), ends_at = now() - interval '1 day'", constraint],
        ["title = '  '", constraint],
        ["seats = -1", constraint],
        ["seats = 1000001", constraint],
        ["time_zone = 'Mars/Olympus'", { code: "invalid_time_zone", status: 422 }],
      ];
      for (const [change, refusal] of wrong) {
        await expectRefusal(() => sql.unsafe(`update public.intakes set ${change} where id = '${intakeId}'`), refusal);
      }
      await sql`update public.intakes set time_zone = 'Europe/Berlin' where id = ${intakeId}`;
    }));
});

const setSeats = (sql: Sql, intakeId: string, seats: number | null) =>
  sql`update public.intakes set seats = ${seats} where id = ${intakeId}`;

const myCourses = (sql: Sql, learner: string) => as(sql, learner, (tx) => tx`select * from public.my_courses()`);
