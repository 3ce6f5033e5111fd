import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { actingAs } from "../payments/acting-as.ts";
import { deliver } from "../payments/deliver.ts";
import { intentEvent, paid, succeeded } from "../payments/provider-events.ts";
import { attach, cancel, type OpenOrder, openOrder, PRICE, type Sale } from "../payments/sale.ts";
import { keepCard } from "../payments/saved-methods.ts";
import { together } from "../payments/together.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asStaff, newCustomer } from "../support/people.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

/** A plan that buyers may take; gives its id. */
async function newPlan(sql: Sql, wish: { count?: number; first?: number | null; productId?: string | null } = {}) {
  const { count = 3, first = null, productId = null } = wish;
  const [row] = await sql`insert into public.instalment_plans (title, product_id, count, first_basis_points, status)
    values ('In parts', ${productId}, ${count}, ${first}, 'active') returning id`;
  return row?.id as string;
}

const start = (sql: Sql, order: OpenOrder, planId: string) =>
  actingAs(sql, order.customerId, async (tx) => {
    const [row] = await tx`select public.start_instalments(${order.orderId}, ${planId}) as schedule`;
    return row?.schedule;
  });
const parts = async (sql: Sql, { orderId }: OpenOrder) => {
  const rows = await sql`select status, amount from public.instalments where order_id = ${orderId} order by number`;
  return rows.map(({ status, amount }) => `${status} ${amount}`);
};
const state = async (sql: Sql, { orderId }: OpenOrder) => {
  const [row] =
    await sql`select orders.status as order, instalment_schedules.status as schedule, private.due_amount(orders.id) as due, enrollments.status as seat
    from public.orders join public.instalment_schedules on instalment_schedules.order_id = orders.id
    join public.order_items on order_items.order_id = orders.id join public.enrollments on enrollments.order_item_id = order_items.id
    where orders.id = ${orderId}`;
  return row;
};

/** Pays this much at the screen. */
async function payOnPage(sql: Sql, order: OpenOrder, amount: number | null): Promise<Sale> {
  const payment = await actingAs(sql, order.customerId, async (tx) => {
    const [row] = await tx`select public.start_payment(${order.orderId}, 'checkout', ${amount}) as started`;
    return row?.started.payment as { id: string; amount: number };
  });
  const ids = { paymentId: payment.id, sessionId: `cs_${payment.id}`, intentId: `pi_${payment.id}` };
  await attach(sql, ids.paymentId, ids.sessionId);
  const sale = { ...order, ...ids, amount: payment.amount };
  expect(await deliver(sql, paid(sale))).toBe("applied");
  return sale;
}

/** An order of a seat in three equal parts, the first one paid. */
async function running(sql: Sql, plan?: Parameters<typeof newPlan>[1]): Promise<OpenOrder & { first: Sale }> {
  const order = await openOrder(sql);
  const { instalments } = await start(sql, order, await newPlan(sql, plan));
  const first = await payOnPage(sql, order, instalments[0].amount);
  return { ...order, first };
}

const third = PRICE / 3;
const days = (sql: Sql, { orderId }: OpenOrder, count: number) =>
  sql`update public.instalments set due_at = due_at - make_interval(days => ${count}), next_try_at = next_try_at - make_interval(days => ${count}),
    overdue_since = overdue_since - make_interval(days => ${count}) where order_id = ${orderId}`;
const tick = (sql: Sql) => sql`select private.run_instalments() as moved`;
const charge = async (sql: Sql, order: OpenOrder): Promise<Sale> => {
  const [row] =
    await sql`select id, amount from public.payments where order_id = ${order.orderId} and status = 'processing'`;
  if (!row) throw new Error("Nothing is being charged.");
  return { ...order, paymentId: row.id, sessionId: `pi_${row.id}`, intentId: `pi_${row.id}`, amount: row.amount };
};
const declined = { status: "requires_payment_method", last_payment_error: { code: "card_declined" } };
const decline = async (sql: Sql, order: OpenOrder) =>
  deliver(sql, intentEvent("payment_intent.payment_failed", await charge(sql, order), declined));

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
        { numRuns: 200 },
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

  test("is seen by its buyer and staff with payments.read, and written by nobody", async () => {
    await database.rolledBack(async (sql) => {
      const order = await running(sql);
      const seen = async () => (await sql`select from public.instalments where order_id = ${order.orderId}`).length;
      await asCustomer(sql, order.customerId);
      expect(await seen()).toBe(3);
      expect((await sql`select public.get_instalments(${order.orderId}) as schedule`)[0]?.schedule).toMatchObject({
        status: "running",
      });
      await expectRefusal(() => sql`update public.instalments set status = 'paid'`, { code: "42501", status: 403 });
      await asOwner(sql);
      await asCustomer(sql);
      expect(await seen()).toBe(0);
      await expectRefusal(() => sql`select public.get_instalments(${order.orderId})`, {
        code: "order_not_found",
        status: 404,
      });
      await asOwner(sql);
      await asStaff(sql, "finance");
      expect(await seen()).toBe(3);
      await asAnon(sql);
      await expectRefusal(seen, { code: "42501", status: 401 });
      await asOwner(sql);
      const plain = await openOrder(sql);
      await asCustomer(sql, plain.customerId);
      await expectRefusal(() => sql`select public.get_instalments(${plain.orderId})`, {
        code: "instalments_not_found",
        status: 404,
      });
      await asOwner(sql);
    });
  });
});

describe("workers at the same moment", () => {
  const once = async (target: TestDatabase) => {
    const order = await running(target.sql);
    await keepCard(target.sql, order.customerId);
    await days(target.sql, order, 32);
    await target.sql`update public.instalments set reminded_at = now() where order_id = ${order.orderId}`; // nobody waits for a reminder
    await together(
      target,
      Array.from({ length: 6 }, () => (sql) => sql`select private.run_instalments()`),
    );
    const [asked] =
      await target.sql`select count(*) from public.events join public.payments on payments.id = events.subject_id
      where events.name = 'payment.charge_requested' and payments.order_id = ${order.orderId}`;
    expect(asked?.count).toBe(1);
    await deliver(target.sql, succeeded(await charge(target.sql, order)));
  };

  test("charge a part once", () => once(database));

  test("charge it twice without the order's lock and its one open attempt", () =>
    withSabotage(
      allOf(
        replaceInFunction("private.run_instalments", "for update of orders skip locked", ""),
        replaceInFunction(
          "private.run_instalments",
          /and not exists \(select from public\.payments where payments\.order_id = v_order_id[^)]*\)\)/,
          "",
        ),
        replaceInFunction("private.open_payment", "for update", ""),
        replaceInFunction("private.open_payment", "v_payment.status = 'processing' or", "false or"),
        "drop index public.payments_one_open_per_order",
        "alter table public.payments drop constraint payments_are_numbered_per_order",
        "alter table private.saved_charges drop constraint saved_charges_pkey",
      ),
      once,
    ));
});
