import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renew, renewable } from "../courses/renewing.ts";
import { call } from "../learning/teaching.ts";
import { claim, found, orderSeats } from "../organisations/seats.ts";
import { actingAs } from "../payments/acting-as.ts";
import { deliver } from "../payments/deliver.ts";
import { succeeded } from "../payments/provider-events.ts";
import { cancel, type OpenOrder, openOrder, PRICE } from "../payments/sale.ts";
import { keepCard } from "../payments/saved-methods.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { randomRounds } from "../support/effort.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { charge, days, decline, newPlan, parts, payOnPage, running, start, state, third, tick } from "./paying.ts";

const database = useDatabase();

describe("parts", () => {
  test("add up to the total to the unit, whatever is split, and are equal but for the first", async () => {
    await database.rolledBack((sql) =>
      fc.assert(
        fc.asyncProperty(
          fc.bigInt({ min: 2n, max: 10n ** 15n }),
          fc.integer({ min: 2, max: 12 }),
          fc.option(fc.integer({ min: 1, max: 9999 })),
          async (total, count, first) => {
            const [row] =
              await sql`select private.instalment_amounts(${String(total)}::bigint, ${count}, ${first}) as parts`;
            const amounts = ((row?.parts ?? []) as (string | number)[]).map(BigInt);
            expect(amounts).toHaveLength(count);
            expect(amounts.reduce((sum, amount) => sum + amount, 0n)).toBe(total);
            const equal = first === null ? amounts : amounts.slice(1);
            const sorted = equal.toSorted((a, b) => (a < b ? -1 : 1));
            expect((sorted.at(-1) as bigint) - (sorted[0] as bigint)).toBeLessThanOrEqual(1n);
          },
        ),
        { numRuns: randomRounds(200) },
      ),
    );
  });

  test("are offered by plans that are active and fit what is bought; another plan may be taken until the first part is paid", async () => {
    await database.rolledBack(async (sql) => {
      const [order, other] = [await openOrder(sql), await openOrder(sql)];
      const fitting = await newPlan(sql, { productId: order.productId, first: 5000, count: 2 });
      const notOffered = { code: "instalments_not_offered", status: 409 };
      await expectRefusal(() => start(sql, other, fitting), notOffered);
      await expectRefusal(() => start(sql, order, crypto.randomUUID()), notOffered);
      const draft = await newPlan(sql);
      await sql`update public.instalment_plans set status = 'archived' where id = ${draft}`;
      await expectRefusal(() => start(sql, order, draft), notOffered);
      await start(sql, order, await newPlan(sql, { count: 12 }));
      const schedule = await start(sql, order, fitting);
      expect(schedule).toMatchObject({
        status: "proposed",
        due_amount: PRICE,
        instalments: [{ amount: PRICE / 2 }, { amount: PRICE / 2 }],
      });
      await payOnPage(sql, order, PRICE / 2);
      await expectRefusal(() => start(sql, order, fitting), { code: "order_not_payable", status: 409 });
      await expectRefusal(() => start(sql, { ...other, customerId: order.customerId }, fitting), {
        code: "order_not_found",
        status: 404,
      });
    });
  });
});

describe("an order in parts", () => {
  test("is confirmed by the first, with the rest receivable; charges complete it", async () => {
    await database.rolledBack(async (sql) => {
      const order = await running(sql);
      expect(await state(sql, order)).toEqual({ order: "paid", schedule: "running", due: 2 * third, seat: "active" });
      await keepCard(sql, order.customerId);
      for (const left of [1, 0]) {
        await days(sql, order, 32);
        await tick(sql);
        const sale = await charge(sql, order);
        expect(sale.amount).toBe(third);
        await tick(sql); // one attempt at a time
        expect(await deliver(sql, succeeded(sale))).toBe("applied");
        expect((await state(sql, order))?.due).toBe(left * third);
      }
      expect(await parts(sql, order)).toEqual([`paid ${third}`, `paid ${third}`, `paid ${third}`]);
      expect((await state(sql, order))?.schedule).toBe("completed");
      const [money] = await sql`select private.explain_order_money(${order.orderId}) as money`;
      expect(money?.money).toMatchObject({ kept_amount: PRICE, owed_amount: 0, unexplained_amount: 0 });
    });
  });

  test("can be paid early in any amounts, and all at once", async () => {
    await database.rolledBack(async (sql) => {
      const order = await running(sql);
      await payOnPage(sql, order, third + third / 2);
      expect(await parts(sql, order)).toEqual([`paid ${third}`, `paid ${third}`, `scheduled ${third}`]);
      await payOnPage(sql, order, null);
      expect(await state(sql, order)).toMatchObject({ schedule: "completed", due: 0 });
      const whole = await openOrder(sql);
      await start(sql, whole, await newPlan(sql));
      await payOnPage(sql, whole, null);
      expect(await state(sql, whole)).toEqual({ order: "paid", schedule: "completed", due: 0, seat: "active" });
    });
  });

  test("reminds before a part is due, once", async () => {
    await database.rolledBack(async (sql) => {
      const order = await running(sql);
      await days(sql, order, 28);
      await tick(sql);
      await tick(sql);
      const [told] =
        await sql`select count(*) from public.events join public.instalments on instalments.id = events.subject_id
        where events.name = 'instalment.due_soon' and instalments.order_id = ${order.orderId}`;
      expect(told?.count).toBe(1);
    });
  });

  test("tries a failed charge again on days 3, 8 and 15, suspends after the grace, and opens at the moment it is paid", async () => {
    await database.rolledBack(async (sql) => {
      const order = await running(sql);
      await keepCard(sql, order.customerId);
      await days(sql, order, 31);
      const tries = [];
      for (const pause of [0, 4, 5, 7]) {
        await days(sql, order, pause);
        await tick(sql);
        await decline(sql, order);
        await tick(sql);
        const [row] =
          await sql`select status, tries, failure_code, (next_try_at::date - due_at::date) as day from public.instalments
          where order_id = ${order.orderId} and number = 2`;
        tries.push([row?.status, row?.tries, row?.day]);
        expect((await state(sql, order))?.seat).toBe(pause === 0 ? "active" : "suspended");
      }
      expect(tries).toEqual([
        ["overdue", 1, 3],
        ["overdue", 2, 8],
        ["overdue", 3, 15],
        ["failed", 4, null],
      ]);
      const [told] =
        await sql`select count(*) from public.events join public.instalments on instalments.id = events.subject_id
        where events.name = 'instalment.failed' and instalments.order_id = ${order.orderId}`;
      expect(told?.count).toBe(4);
      await payOnPage(sql, order, third);
      expect(await state(sql, order)).toMatchObject({ schedule: "running", due: third, seat: "active" });
    });
  });

  test("without a saved method is overdue, and charged once one is chosen", async () => {
    await database.rolledBack(async (sql) => {
      const order = await running(sql);
      await days(sql, order, 32);
      await tick(sql);
      expect(await parts(sql, order)).toEqual([`paid ${third}`, `overdue ${third}`, `scheduled ${third}`]);
      const methodId = await keepCard(sql, order.customerId);
      const choose = (who: string, id: string) =>
        actingAs(sql, who, (tx) => tx`select public.set_instalment_method(${order.orderId}, ${id}) as schedule`);
      const stranger = await newCustomer(sql);
      await expectRefusal(() => choose(stranger, methodId), { code: "order_not_found", status: 404 });
      await expectRefusal(async () => choose(order.customerId, await keepCard(sql, stranger)), {
        code: "payment_method_not_found",
        status: 404,
      });
      await choose(order.customerId, methodId);
      await tick(sql);
      expect(await deliver(sql, succeeded(await charge(sql, order)))).toBe("applied");
      expect(await parts(sql, order)).toEqual([`paid ${third}`, `paid ${third}`, `scheduled ${third}`]);
    });
  });

  test("that is cancelled stops the rest and gives back what was paid; what is being charged comes back too", async () => {
    await database.rolledBack(async (sql) => {
      const order = await running(sql);
      await keepCard(sql, order.customerId);
      await days(sql, order, 32);
      await tick(sql);
      const late = await charge(sql, order);
      await cancel(sql, order);
      expect(await parts(sql, order)).toEqual([`paid ${third}`, `cancelled ${third}`, `cancelled ${third}`]);
      expect(await deliver(sql, succeeded(late))).toBe("applied");
      const back =
        await sql`select amount, reason from public.refunds where order_id = ${order.orderId} order by reason`;
      expect(back).toEqual([
        { amount: third, reason: "late_payment" },
        { amount: third, reason: "order_cancelled" },
      ]);
      expect(await state(sql, order)).toMatchObject({
        order: "cancelled",
        schedule: "cancelled",
        due: 0,
        seat: "cancelled",
      });
    });
  });

  test("is given up by finance with the debt booked and the course open", async () => {
    await database.rolledBack(async (sql) => {
      const order = await running(sql);
      await days(sql, order, 40);
      await tick(sql);
      await days(sql, order, 4);
      await tick(sql);
      expect((await state(sql, order))?.seat).toBe("suspended");
      const giveUp = () => sql`select public.write_off_instalments(${order.orderId}, 'cannot be reached') as schedule`;
      await asStaff(sql, "support");
      await expectRefusal(giveUp, { code: "permission_denied", status: 403 });
      await asOwner(sql);
      await asStaff(sql, "finance");
      await giveUp();
      await expectRefusal(giveUp, { code: "instalments_not_found", status: 404 });
      await asOwner(sql);
      expect(await state(sql, order)).toEqual({ order: "paid", schedule: "written_off", due: 0, seat: "active" });
      const [books] = await sql`select private.written_off_amount(${order.orderId}) as given_up`;
      expect(books?.given_up).toBe(2 * third);
      await tick(sql);
      expect(
        await sql`select from public.payments where order_id = ${order.orderId} and status = 'processing'`,
      ).toEqual([]);
    });
  });
});

/** Lets the second part fall overdue beyond its grace, with no method to charge; the schedule has seen it. */
async function fallOverdue(sql: Sql, order: OpenOrder): Promise<void> {
  await days(sql, order, 32);
  await tick(sql);
  await days(sql, order, 4);
  await tick(sql);
}
const statusOf = async (sql: Sql, enrollmentId: string) =>
  (await sql`select status from public.enrollments where id = ${enrollmentId}`)[0]?.status;

describe("while a part is overdue", () => {
  test("a seat of an organisation rests, that is claimed when every try has failed too from that moment, and opens with the payment", async () => {
    await database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { price: third });
      const company = await found(sql);
      const { id } = await orderSeats(sql, company, [{ variant_id: intake.variantId, quantity: 3 }]);
      const order = { orderId: id, customerId: company.manager, ...intake } as OpenOrder;
      const { instalments } = await start(sql, order, await newPlan(sql));
      await payOnPage(sql, order, instalments[0].amount);
      const wish = { organisation_id: company.id, intake_id: intake.intakeId };
      const { code } = await call<{ code: string }>(sql, company.manager, "invite_to_seats", wish);
      const early = await claim(sql, await newCustomer(sql), code);
      await fallOverdue(sql, order);
      await sql`update public.instalments set status = 'failed', next_try_at = null where order_id = ${id} and status = 'overdue'`;
      expect(await statusOf(sql, early.enrollment_id ?? "")).toBe("suspended");
      const late = await claim(sql, await newCustomer(sql), code);
      expect(await statusOf(sql, late.enrollment_id ?? "")).toBe("suspended");
      await payOnPage(sql, order, third);
      for (const seat of [early, late]) expect(await statusOf(sql, seat.enrollment_id ?? "")).toBe("active");
    });
  });

  test("time that is bought in parts rests with its seat, which opens when no order of it owes anything", async () => {
    await database.rolledBack(async (sql) => {
      const course = await renewable(sql);
      const { id } = await renew(sql, course.learner, course.seat);
      const order = { orderId: id, customerId: course.learner } as OpenOrder;
      const { instalments } = await start(sql, order, await newPlan(sql, { count: 2 }));
      await payOnPage(sql, order, instalments[0].amount);
      const [seat] = await sql`select access_ends_at from public.enrollments where id = ${course.seat}`;
      expect(seat?.access_ends_at).not.toBeNull();
      await fallOverdue(sql, order);
      expect(await statusOf(sql, course.seat)).toBe("suspended");
      await payOnPage(sql, order, null);
      expect(await statusOf(sql, course.seat)).toBe("active");
    });
  });

  test("a seat that rests for a dispute is not opened by what is paid of the rest", async () => {
    await database.rolledBack(async (sql) => {
      const order = await running(sql);
      const [seat] =
        await sql`select enrollments.id from public.enrollments join public.order_items on order_items.id = order_item_id where order_id = ${order.orderId}`;
      await sql`select private.suspend_access(${order.orderId}, 'the customer disputes the payment')`;
      await payOnPage(sql, order, third);
      expect(await statusOf(sql, seat?.id)).toBe("suspended");
      await sql`select private.restore_access(${order.orderId}, 'the customer disputes the payment')`;
      expect(await statusOf(sql, seat?.id)).toBe("active");
    });
  });
});
