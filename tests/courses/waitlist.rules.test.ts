import { describe, expect, test } from "vitest";
import { rowsOf } from "../organisations/seats.ts";
import { cancelOrder, endHold, enroll, orderOne, payOrder } from "../support/buying.ts";
import { type BuiltIntake, type IntakeWish, publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";
import { endOffer, joinWaitlist, leaveWaitlist, myWaitlist, standing } from "../support/waiting.ts";

const database = useDatabase();
const soldOut = { code: "out_of_stock", status: 409 };

/** An intake of one seat that somebody has, and who has it. */
async function fullIntake(sql: Sql, wish: IntakeWish = {}) {
  const intake = await publishedIntake(sql, { seats: 1, ...wish });
  const owner = await newCustomer(sql);
  const order = wish.price
    ? await orderOne(sql, owner, intake.variantId)
    : (await enroll(sql, owner, intake.intakeId)).order;
  return { ...intake, owner, order };
}

/** People who wait, in the order in which they joined. */
async function queue(sql: Sql, intake: BuiltIntake, length: number): Promise<string[]> {
  const people = [];
  for (let place = 1; place <= length; place++) {
    const person = await newCustomer(sql);
    expect((await joinWaitlist(sql, person, intake.intakeId)).place).toBe(place);
    people.push(person);
  }
  return people;
}

const available = async (sql: Sql, intake: BuiltIntake) =>
  (await sql`select available from public.stock_levels where variant_id = ${intake.variantId}`)[0]?.available;

describe("a learner joins the waiting list", () => {
  test("of a full intake once, and sees their place in it", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql);
      const [first = "", second = ""] = await queue(sql, intake, 2);
      await expectRefusal(() => joinWaitlist(sql, first, intake.intakeId), { code: "already_waiting", status: 409 });
      expect(await myWaitlist(sql, second)).toMatchObject([
        { intake_id: intake.intakeId, slug: intake.slug, status: "waiting", place: 2, offer_expires_at: null },
      ]);
      await leaveWaitlist(sql, first, intake.intakeId);
      expect(await myWaitlist(sql, second)).toMatchObject([{ place: 1 }]);
      expect(await myWaitlist(sql, first)).toEqual([]);
      expect((await joinWaitlist(sql, first, intake.intakeId)).place).toBe(2);
    }));

  test("and finds it on the dashboard: waiting, then the offer, then the seat", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql);
      const [first = "", second = ""] = await queue(sql, intake, 2);
      const card = async (person: string) => (await rowsOf(sql, person, "my_courses"))[0];
      const waits = { enrollment_id: null, state: "waiting", status: "waiting", slug: intake.slug, waitlist_place: 2 };
      expect(await card(second)).toMatchObject({ ...waits, offer_expires_at: null, progress_percent: null });
      await cancelOrder(sql, intake.owner, intake.order.id);
      const offered = {
        state: "waiting",
        status: "offered",
        waitlist_place: null,
        offer_expires_at: expect.any(String),
      };
      expect(await card(first)).toMatchObject(offered);
      await enroll(sql, first, intake.intakeId);
      expect(await rowsOf(sql, first, "my_courses")).toMatchObject([{ state: "active", waitlist_place: null }]);
      await leaveWaitlist(sql, second, intake.intakeId);
      expect(await card(second)).toBeUndefined();
    }));

  test("with the same key twice and gets one place and one answer; leaves in the same way", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql);
      const learner = await newCustomer(sql);
      const joined = await joinWaitlist(sql, learner, intake.intakeId, "join");
      expect(await joinWaitlist(sql, learner, intake.intakeId, "join")).toEqual(joined);
      const left = await leaveWaitlist(sql, learner, intake.intakeId, "leave");
      expect(left).toMatchObject({ id: joined.id, status: "left", place: null });
      expect(await leaveWaitlist(sql, learner, intake.intakeId, "leave")).toEqual(left);
      await expectRefusal(() => leaveWaitlist(sql, learner, intake.intakeId), { code: "not_waiting", status: 404 });
    }));

  test("only when it is full, open, published, keeps a list, and they have no seat in it", () =>
    database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const join = ({ intakeId }: BuiltIntake) => joinWaitlist(sql, learner, intakeId);
      const conflict = (code: string) => ({ code, status: 409 });
      const free = await publishedIntake(sql, { seats: 1 });
      await expectRefusal(async () => join(free), conflict("seats_available"));
      await expectRefusal(async () => join(await publishedIntake(sql)), conflict("seats_available"));
      const hour = 3_600_000;
      const later = await publishedIntake(sql, { seats: 0, opens: new Date(Date.now() + hour) });
      await expectRefusal(() => join(later), conflict("intake_not_open"));
      const over = await publishedIntake(sql, {
        seats: 0,
        opens: new Date(Date.now() - hour),
        closes: new Date(Date.now() - hour / 2),
      });
      await expectRefusal(() => join(over), conflict("intake_closed"));
      const draft = await publishedIntake(sql, { seats: 0, status: "draft" });
      await expectRefusal(() => join(draft), { code: "intake_not_found", status: 404 });
      const without = await publishedIntake(sql, { seats: 0 });
      await sql`update public.intakes set has_waitlist = false where id = ${without.intakeId}`;
      await expectRefusal(() => join(without), conflict("no_waitlist"));
      await enroll(sql, learner, free.intakeId);
      await expectRefusal(() => join(free), conflict("already_enrolled"));
    }));
});

describe("a seat that frees", () => {
  test.each([0, 150_000_00])("is held for the first in line for a day, at a price of %d", (price) =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql, { price });
      const [first = "", second = ""] = await queue(sql, intake, 2);
      await cancelOrder(sql, intake.owner, intake.order.id);
      expect(await standing(sql, intake.intakeId, [first, second])).toEqual(["offered", "waiting"]);
      expect(await available(sql, intake)).toBe(0);
      const [offer] = await myWaitlist(sql, first);
      const hours = (Date.parse(offer?.offer_expires_at ?? "") - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(23.9);
      expect(hours).toBeLessThanOrEqual(24);
      expect(await sql`select subject_id from public.events where name = 'waitlist.offered'`).toEqual([
        { subject_id: offer?.id },
      ]);
    }),
  );

  test("is out of reach of a stranger and of the next in line", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql);
      const [, second = ""] = await queue(sql, intake, 2);
      await cancelOrder(sql, intake.owner, intake.order.id);
      for (const other of [await newCustomer(sql), second, intake.owner])
        await expectRefusal(() => enroll(sql, other, intake.intakeId), soldOut);
    }));

  test("is theirs by enroll when it is free", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql);
      const [first = ""] = await queue(sql, intake, 1);
      await cancelOrder(sql, intake.owner, intake.order.id);
      expect((await enroll(sql, first, intake.intakeId)).enrollment.status).toBe("active");
      expect(await standing(sql, intake.intakeId, [first])).toEqual(["accepted"]);
      expect(await myWaitlist(sql, first)).toEqual([]);
    }));

  test("is theirs by place_order and a payment, and goes on when that order is not paid", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql, { price: 1_00 });
      const [first = "", second = ""] = await queue(sql, intake, 2);
      await cancelOrder(sql, intake.owner, intake.order.id);
      const unpaid = await orderOne(sql, first, intake.variantId);
      expect(unpaid.items[0]?.enrollment?.status).toBe("reserved");
      await endHold(sql, unpaid.id);
      expect(await sql`select private.expire_due_orders() as expired`).toEqual([{ expired: 1 }]);
      expect(await standing(sql, intake.intakeId, [first, second])).toEqual(["accepted", "offered"]);
      expect(await payOrder(sql, second, (await orderOne(sql, second, intake.variantId)).id)).toBe("applied");
      expect(await standing(sql, intake.intakeId, [second])).toEqual(["accepted"]);
    }));

  test("goes to the next when the offer runs out, is declined, or its learner closes the account before", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql);
      const [first = "", second = "", third = "", fourth = ""] = await queue(sql, intake, 4);
      await sql`update public.profiles set email = null, first_name = '', last_name = '', closed_at = now() where id = ${third}`;
      await cancelOrder(sql, intake.owner, intake.order.id);
      await endOffer(sql, intake.intakeId, first);
      await expectRefusal(() => enroll(sql, first, intake.intakeId), soldOut);
      expect(await sql`select private.expire_due_offers() as expired`).toEqual([{ expired: 1 }]);
      expect(await sql`select private.expire_due_offers() as expired`).toEqual([{ expired: 0 }]);
      await leaveWaitlist(sql, second, intake.intakeId);
      expect(await standing(sql, intake.intakeId, [first, second, third, fourth])).toEqual([
        "expired",
        "left",
        "left",
        "offered",
      ]);
      await leaveWaitlist(sql, fourth, intake.intakeId);
      expect(await available(sql, intake)).toBe(1);
    }));

  test("goes to the first in line too when a paid order is cancelled by staff", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql, { price: 1_00 });
      await payOrder(sql, intake.owner, intake.order.id);
      const [first = ""] = await queue(sql, intake, 1);
      await sql`select private.undo_order(${intake.order.id}, 'the shop agreed')`;
      expect(await standing(sql, intake.intakeId, [first])).toEqual(["offered"]);
    }));

  test("is never taken from the queue by a payment that comes after its hold ended", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql, { price: 1_00 });
      const [first = ""] = await queue(sql, intake, 1);
      await endHold(sql, intake.order.id);
      await sql`select private.expire_due_orders()`;
      expect(await standing(sql, intake.intakeId, [first])).toEqual(["offered"]);
      await expectRefusal(() => sql`select private.confirm_order(${intake.order.id})`, soldOut);
    }));
});

describe("a hold that is due", () => {
  test("is for the queue and not for the stranger who finds it; the worker passes it on", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql, { price: 1_00 });
      const [first = "", second = ""] = await queue(sql, intake, 2);
      await endHold(sql, intake.order.id);
      const stranger = await newCustomer(sql);
      for (const other of [stranger, second])
        await expectRefusal(() => orderOne(sql, other, intake.variantId), soldOut);
      await sql`select private.expire_due_orders()`;
      expect(await standing(sql, intake.intakeId, [first, second])).toEqual(["offered", "waiting"]);
    }));

  test("is sold to the first in line when they try, worker or no worker", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql, { price: 1_00 });
      const [first = ""] = await queue(sql, intake, 1);
      await endHold(sql, intake.order.id);
      expect((await orderOne(sql, first, intake.variantId)).status).toBe("pending");
      expect(await standing(sql, intake.intakeId, [first])).toEqual(["accepted"]);
    }));

  test("is passed on by whoever joins; with nobody in line it is not waited for", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql, { price: 1_00 });
      const [first = ""] = await queue(sql, intake, 1);
      await endHold(sql, intake.order.id);
      const second = await newCustomer(sql);
      expect((await joinWaitlist(sql, second, intake.intakeId)).place).toBe(1);
      expect(await standing(sql, intake.intakeId, [first])).toEqual(["offered"]);
      await endOffer(sql, intake.intakeId, first);
      expect((await joinWaitlist(sql, first, intake.intakeId)).place).toBe(1);
      expect(await standing(sql, intake.intakeId, [first, second])).toEqual(["waiting", "offered"]);

      const other = await fullIntake(sql, { price: 1_00 });
      await endHold(sql, other.order.id);
      await expectRefusal(() => joinWaitlist(sql, first, other.intakeId), { code: "seats_available", status: 409 });
      expect((await orderOne(sql, first, other.variantId)).status).toBe("pending");
    }));
});

describe("an intake with a queue", () => {
  test("offers the seats that are added, one to each in order, and sells what is left", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql);
      const people = await queue(sql, intake, 12);
      await sql`update public.intakes set seats = 9 where id = ${intake.intakeId}`;
      const eight = [...Array(8).fill("offered"), ...Array(4).fill("waiting")];
      expect(await standing(sql, intake.intakeId, people)).toEqual(eight);
      await sql`update public.intakes set seats = 20 where id = ${intake.intakeId}`;
      expect(await standing(sql, intake.intakeId, people)).toEqual(Array(12).fill("offered"));
      expect(await available(sql, intake)).toBe(7);
      await expectRefusal(() => sql`update public.intakes set seats = 12 where id = ${intake.intakeId}`, {
        code: "capacity_in_use",
        status: 409,
      });
      for (const person of people.slice(0, 3)) await enroll(sql, person, intake.intakeId);
      expect(await available(sql, intake)).toBe(7);
    }));

  test("that closes offers nothing more, no offer outlasts its end, and reopened it gives what lay free to the queue", () =>
    database.rolledBack(async (sql) => {
      const closes = new Date(Date.now() + 3_600_000);
      const intake = await fullIntake(sql, { closes });
      const [first = "", second = ""] = await queue(sql, intake, 2);
      await sql`update public.intakes set seats = 2 where id = ${intake.intakeId}`;
      expect((await myWaitlist(sql, first))[0]?.offer_expires_at).toBe(
        (await sql`select to_jsonb(enroll_closes_at) as at from public.intakes where id = ${intake.intakeId}`)[0]?.at,
      );
      await sql`update public.intakes set enroll_opens_at = now() - interval '1 day', enroll_closes_at = now() where id = ${intake.intakeId}`;
      await cancelOrder(sql, intake.owner, intake.order.id);
      expect(await available(sql, intake)).toBe(1);
      expect(await standing(sql, intake.intakeId, [second])).toEqual(["waiting"]);
      await sql`update public.intakes set enroll_closes_at = null where id = ${intake.intakeId}`;
      expect(await standing(sql, intake.intakeId, [second])).toEqual(["offered"]);
      expect(await available(sql, intake)).toBe(0);
    }));

  test("that gives up its list lets everybody wait no more; offers stand until they end", () =>
    database.rolledBack(async (sql) => {
      const intake = await fullIntake(sql);
      const [first = "", second = ""] = await queue(sql, intake, 2);
      await cancelOrder(sql, intake.owner, intake.order.id);
      await sql`update public.intakes set has_waitlist = false where id = ${intake.intakeId}`;
      expect(await standing(sql, intake.intakeId, [first, second])).toEqual(["offered", "left"]);
      await leaveWaitlist(sql, first, intake.intakeId);
      expect((await enroll(sql, await newCustomer(sql), intake.intakeId)).enrollment.status).toBe("active");
    }));

  test("takes its offers out of an order of two courses that is cancelled", () =>
    database.rolledBack(async (sql) => {
      const intakes = [await publishedIntake(sql, { seats: 1 }), await publishedIntake(sql, { seats: 1 })];
      const owner = await newCustomer(sql);
      const order = await orderOne(sql, owner, ...intakes.map(({ variantId }) => variantId));
      const waiting = [];
      for (const intake of intakes) waiting.push(...(await queue(sql, intake, 1)));
      await cancelOrder(sql, owner, order.id);
      for (const [index, { intakeId }] of intakes.entries())
        expect(await standing(sql, intakeId, [waiting[index] ?? ""])).toEqual(["offered"]);
    }));
});
