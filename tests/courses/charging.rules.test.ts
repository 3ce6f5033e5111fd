import { describe, expect, test } from "vitest";
import type { WaitlistEntry } from "../../packages/sdk/src/index.ts";
import { keepCard, loseCard } from "../payments/saved-methods.ts";
import { as, cancelOrder, endHold, getOrder, orderOne } from "../support/buying.ts";
import { type IntakeWish, publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";
import { joinWaitlist, standing } from "../support/waiting.ts";

const database = useDatabase();

type Wish = { max_amount?: number | null; currency?: string | null; key?: string | null };
const joinToBeCharged = (sql: Sql, learner: string, intakeId: string, wish: Wish = {}): Promise<WaitlistEntry> => {
  const { max_amount = 30_00, currency = null, key = null } = wish;
  return as(sql, learner, async (tx) => {
    const [row] =
      await tx`select public.join_waitlist(${intakeId}, ${key}, true, ${max_amount}, ${currency}) as answer`;
    return row?.answer;
  });
};

const take = async (sql: Sql, { id }: WaitlistEntry): Promise<string | null> =>
  (await sql`select private.take_due_offer(${id}) as order_id`)[0]?.order_id;

const told = async (sql: Sql, { id }: WaitlistEntry) =>
  (await sql`select name from public.events where subject_id = ${id} order by id`).map(({ name }) => name);

/** A full intake with two people who wait to be charged, and the order that holds its only seat. */
async function fullIntake(sql: Sql, wish: IntakeWish = {}) {
  const intake = await publishedIntake(sql, { seats: 1, price: 30_00, ...wish });
  const owner = await newCustomer(sql);
  const held = await orderOne(sql, owner, intake.variantId);
  const [learner, second] = [await newCustomer(sql), await newCustomer(sql)];
  const card = await keepCard(sql, learner);
  await keepCard(sql, second);
  const [entry, next] = [
    await joinToBeCharged(sql, learner, intake.intakeId, { key: "join" }),
    await joinToBeCharged(sql, second, intake.intakeId),
  ];
  return { ...intake, owner, held, learner, second, card, entry, next };
}

const paymentOf = async (sql: Sql, orderId: string | null) =>
  (await sql`select id, status, method, amount from public.payments where order_id = ${orderId}`)[0];

describe("a seat that frees for somebody who agreed to be charged", () => {
  test("is ordered and charged as it costs then, in the order of joining, once", () =>
    database.rolledBack(async (sql) => {
      const list = await fullIntake(sql);
      expect(await joinToBeCharged(sql, list.learner, list.intakeId, { key: "join" })).toEqual(list.entry);
      expect(list.entry).toMatchObject({ status: "waiting", max_amount: 30_00, currency: "IDR" });
      await sql`update public.prices set amount = 2500 where variant_id = ${list.variantId}`;
      await cancelOrder(sql, list.owner, list.held.id);
      expect(await told(sql, list.entry)).toEqual(["waitlist.due"]);
      const orderId = await take(sql, list.entry);
      expect(await take(sql, list.entry)).toBeNull();
      expect(await standing(sql, list.intakeId, [list.learner, list.second])).toEqual(["accepted", "waiting"]);
      expect(await getOrder(sql, list.learner, orderId as string)).toMatchObject({
        status: "pending",
        total_amount: 25_00,
      });
      const payment = await paymentOf(sql, orderId);
      expect(payment).toMatchObject({ status: "processing", method: "saved_method", amount: 25_00 });
      await sql`select private.settle_payment(${payment?.id}, 2500, 'IDR', 'pi_charged')`;
      expect(await getOrder(sql, list.learner, orderId as string)).toMatchObject({
        status: "paid",
        items: [{ enrollment: { status: "active" } }],
      });
      expect(await told(sql, list.entry)).toEqual(["waitlist.due"]);
    }));

  test("stays theirs to pay until the offer would have ended when the charge is declined, then goes to the next", () =>
    database.rolledBack(async (sql) => {
      const list = await fullIntake(sql);
      await cancelOrder(sql, list.owner, list.held.id);
      const [offer] = await sql`select offer_expires_at from public.waitlist_entries where id = ${list.entry.id}`;
      const orderId = (await take(sql, list.entry)) as string;
      const payment = await paymentOf(sql, orderId);
      await sql`select private.fail_payment(${payment?.id}, 'failed', 'card_declined', 'no')`;
      const order = await getOrder(sql, list.learner, orderId);
      expect(order.status).toBe("pending");
      expect(Date.parse(order.expires_at as string)).toBe(offer?.offer_expires_at.getTime());
      await endHold(sql, orderId);
      await sql`select private.expire_due_orders()`;
      expect(await standing(sql, list.intakeId, [list.second])).toEqual(["offered"]);
      expect(await told(sql, list.next)).toEqual(["waitlist.due"]);
    }));

  test.each([
    [
      "it costs more than they agreed to",
      (sql: Sql, { variantId }: { variantId: string }) =>
        sql`update public.prices set amount = 3001 where variant_id = ${variantId}`,
    ],
    ["their card is gone", (sql: Sql, { card }: { card: string }) => loseCard(sql, card)],
    [
      "it is not sold in that currency any more",
      (sql: Sql, { variantId }: { variantId: string }) =>
        sql`delete from public.prices where variant_id = ${variantId}`,
    ],
  ])("is offered like any other when %s", (_, change) =>
    database.rolledBack(async (sql) => {
      const list = await fullIntake(sql);
      await change(sql, list);
      await cancelOrder(sql, list.owner, list.held.id);
      expect(await take(sql, list.entry)).toBeNull();
      expect(await told(sql, list.entry)).toEqual(["waitlist.due", "waitlist.offered"]);
      expect(await standing(sql, list.intakeId, [list.learner, list.second])).toEqual(["offered", "waiting"]);
      expect(await sql`select from public.orders where customer_id = ${list.learner}`).toHaveLength(0);
    }),
  );

  test("is simply theirs when it costs nothing by then", () =>
    database.rolledBack(async (sql) => {
      const list = await fullIntake(sql);
      await sql`update public.prices set amount = 0 where variant_id = ${list.variantId}`;
      await cancelOrder(sql, list.owner, list.held.id);
      const orderId = (await take(sql, list.entry)) as string;
      expect(await getOrder(sql, list.learner, orderId)).toMatchObject({
        status: "paid",
        items: [{ enrollment: { status: "active" } }],
      });
    }));

  test("may be taken or declined by them before the worker comes", () =>
    database.rolledBack(async (sql) => {
      const list = await fullIntake(sql);
      await cancelOrder(sql, list.owner, list.held.id);
      const order = await orderOne(sql, list.learner, list.variantId);
      expect(await take(sql, list.entry)).toBeNull();
      expect(await told(sql, list.entry)).toEqual(["waitlist.due"]);
      expect(await paymentOf(sql, order.id)).toBeUndefined();
    }));
});

test("to be charged one keeps a way to pay, and says in which currency and up to how much", () =>
  database.rolledBack(async (sql) => {
    const { intakeId } = await publishedIntake(sql, { seats: 0, price: 30_00 });
    const learner = await newCustomer(sql);
    await expectRefusal(() => joinToBeCharged(sql, learner, intakeId), {
      code: "payment_method_not_found",
      status: 404,
    });
    await keepCard(sql, learner);
    for (const max_amount of [null, 0, -1, 1_000_000_000_001])
      await expectRefusal(() => joinToBeCharged(sql, learner, intakeId, { max_amount }), {
        code: "invalid_max_amount",
        status: 422,
      });
    await expectRefusal(() => joinToBeCharged(sql, learner, intakeId, { currency: "XXX" }), {
      code: "currency_not_supported",
      status: 422,
    });
    expect(await joinToBeCharged(sql, learner, intakeId, { currency: "USD" })).toMatchObject({ currency: "USD" });
    expect(await joinWaitlist(sql, await newCustomer(sql), intakeId)).toMatchObject({
      max_amount: null,
      currency: null,
    });
  }));
