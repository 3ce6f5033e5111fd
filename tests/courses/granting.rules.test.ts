import { expect, test } from "vitest";
import { buildCourse, call, readable } from "../learning/teaching.ts";
import { available, rowsOf } from "../organisations/seats.ts";
import { enroll } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";
import { joinWaitlist, standing } from "../support/waiting.ts";
import { grant, support } from "./granting.ts";

const database = useDatabase();
const conflict = (code: string) => ({ code, status: 409 });

test("staff grant a seat that counts, is open at once, and leaves who, to whom and why", () =>
  database.rolledBack(async (sql) => {
    const course = await buildCourse(sql, [{}], { seats: 1, price: 90_00 });
    const [staff, learner] = [await support(sql), await newCustomer(sql)];
    const seat = await grant(sql, staff, course.intakeId, learner);
    expect(seat).toMatchObject({ status: "active", learner_id: learner, reason: "Won a raffle" });
    expect(await available(sql, course)).toBe(0);
    expect(await readable(sql, learner, course.lessons)).toEqual(course.lessons);
    expect(await rowsOf(sql, learner, "my_courses")).toMatchObject([{ enrollment_id: seat.id, order_id: null }]);
    const [entry] =
      await sql`select actor_id, after ->> 'reason' as reason from public.audit_log where table_name = 'seat_grants'`;
    expect(entry).toEqual({ actor_id: staff, reason: "Won a raffle" });
    await expectRefusal(() => grant(sql, staff, course.intakeId, learner), conflict("already_enrolled"));
    await expectRefusal(
      async () => grant(sql, staff, course.intakeId, await newCustomer(sql)),
      conflict("out_of_stock"),
    );
  }));

test("a granted seat is withdrawn once, and goes to whoever waits", () =>
  database.rolledBack(async (sql) => {
    const { intakeId } = await publishedIntake(sql, { seats: 1 });
    const [staff, learner, next] = [await support(sql), await newCustomer(sql), await newCustomer(sql)];
    const seat = await grant(sql, staff, intakeId, learner);
    await joinWaitlist(sql, next, intakeId);
    const withdraw = () => call(sql, staff, "withdraw_seat", { enrollment_id: seat.id, reason: "By mistake" });
    expect(await withdraw()).toMatchObject({ status: "cancelled", withdraw_reason: "By mistake" });
    expect(await standing(sql, intakeId, [next])).toEqual(["offered"]);
    await expectRefusal(withdraw, conflict("seat_ended"));
    const bought = await enroll(sql, next, intakeId);
    await expectRefusal(
      () => call(sql, staff, "withdraw_seat", { enrollment_id: bought.enrollment.id, reason: "No" }),
      {
        code: "seat_not_found",
        status: 404,
      },
    );
  }));

test("whoever waits is granted the seat they were offered, and leaves the list", () =>
  database.rolledBack(async (sql) => {
    const { intakeId } = await publishedIntake(sql, { seats: 0 });
    const [staff, first, second] = [await support(sql), await newCustomer(sql), await newCustomer(sql)];
    for (const learner of [first, second]) await joinWaitlist(sql, learner, intakeId);
    await sql`update public.intakes set seats = 1 where id = ${intakeId}`;
    await expectRefusal(() => grant(sql, staff, intakeId, second), conflict("out_of_stock"));
    await grant(sql, staff, intakeId, first);
    expect(await standing(sql, intakeId, [first, second])).toEqual(["accepted", "waiting"]);
  }));

test("access starts and ends at the times that were granted, and the outline says so", () =>
  database.rolledBack(async (sql) => {
    const course = await buildCourse(sql, [{}]);
    const staff = await support(sql);
    const hours = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
    const early = await newCustomer(sql);
    await grant(sql, staff, course.intakeId, early, { access_starts_at: hours(2), access_ends_at: hours(4) });
    expect(await readable(sql, early, course.lessons)).toEqual([]);
    const outline = await call<{ lock_reason: string }>(sql, early, "course_outline", { product_id: course.productId });
    expect(outline).toMatchObject({ lock_reason: "not_started" });
    const late = await newCustomer(sql);
    const seat = await grant(sql, staff, course.intakeId, late, { access_ends_at: hours(4) });
    expect(await readable(sql, late, course.lessons)).toEqual(course.lessons);
    await sql`update public.enrollments set access_ends_at = now() where id = ${seat.id}`;
    expect(await readable(sql, late, course.lessons)).toEqual([]);
    expect(await call(sql, late, "course_outline", { product_id: course.productId })).toMatchObject({
      lock_reason: "access_over",
    });
    const wrong = { access_starts_at: hours(4), access_ends_at: hours(2) };
    await expectRefusal(async () => grant(sql, staff, course.intakeId, await newCustomer(sql), wrong), {
      code: "invalid_access_dates",
      status: 422,
    });
  }));
