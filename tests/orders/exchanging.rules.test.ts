import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Order, OrderPage } from "../../packages/sdk/src/index.ts";
import { invoicesOf, issueCreditNote, issueInvoice } from "../invoices/issuing.ts";
import { deliver } from "../payments/deliver.ts";
import { customerWithAddress, refund, resolve, told } from "../payments/giving-back.ts";
import { moneyOf } from "../payments/parts.ts";
import { disputeEvent, paid } from "../payments/provider-events.ts";
import type { Sale } from "../payments/sale.ts";
import { settleDown, tell, together } from "../payments/together.ts";
import {
  as,
  cancelOrder,
  confirmPayment,
  endHold,
  getOrder,
  openPayment,
  payOrder,
  placeOrder,
} from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Pool, type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds, randomRounds } from "../support/effort.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { stockedVariant } from "../support/goods.ts";
import { expectInvariants } from "../support/invariants.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

type Wish = { variant_id: string; quantity: number };
type Edited = { order: Order; supplement: Order };
const of = (variant_id: string, quantity = 1): Wish => ({ variant_id, quantity });

async function admin(sql: Sql): Promise<string> {
  const id = await asStaff(sql, "admin");
  await asOwner(sql);
  return id;
}

const edit = (sql: Sql, person: string, orderId: string, lines: Wish[]): Promise<Edited> =>
  as(sql, person, async (tx) => {
    const [row] =
      await tx`select public.edit_order(${orderId}, ${JSON.stringify(lines)}::text::jsonb, 'they called') as answer`;
    return row?.answer;
  });

const levels = async (sql: Sql | Pool, variant: string) => {
  const [row] = await sql`select available, reserved from public.stock_levels where variant_id = ${variant}`;
  return [row?.available, row?.reserved];
};

/** A paid order for one thing, and another thing that costs something else. */
async function paidFor(sql: Sql, price: number, other: number) {
  const buyer = await customerWithAddress(sql);
  const had = await stockedVariant(sql, 5, { status: "published", price });
  const wanted = await stockedVariant(sql, 5, { status: "published", price: other });
  const order = await placeOrder(sql, buyer, [of(had)]);
  expect(await payOrder(sql, buyer, order.id)).toBe("applied");
  return { buyer, had, wanted, orderId: order.id, staff: await admin(sql) };
}

/** What came from outside and stayed, and what the goods cost that its buyer kept. */
async function keptBy(sql: Sql | Pool, buyer: string) {
  const [row] = await sql`
    select (select coalesce(sum(captured_amount), 0) from public.payments join public.orders on orders.id = order_id
        where customer_id = ${buyer} and provider <> 'exchange')
      - (select coalesce(sum(refunds.amount), 0) from public.refunds join public.payments on payments.id = payment_id join public.orders on orders.id = refunds.order_id
        where customer_id = ${buyer} and provider <> 'exchange' and destination = 'payment' and refunds.status in ('pending', 'success')) as money,
      (select coalesce(sum(order_items.total_amount - round(order_items.total_amount::numeric * refunded_quantity / quantity)), 0)
        from public.order_items join public.orders on orders.id = order_id
        where customer_id = ${buyer} and parent_id is null and status in ('paid', 'processing', 'partially_refunded')) as goods`;
  return { money: Number(row?.money), goods: Number(row?.goods) };
}

/** Issues every document of these orders as the worker does; what invoices ask for, less what credit notes give back. */
async function documented(sql: Sql, orderIds: string[]): Promise<number> {
  let sum = 0;
  for (const orderId of orderIds) {
    await issueInvoice(sql, orderId);
    for (const {
      id,
    } of await sql`select id from public.refunds where order_id = ${orderId} and status = 'success' order by created_at, id`)
      await issueCreditNote(sql, id);
    for (const { kind, total_amount } of await invoicesOf(sql, orderId))
      sum += (kind === "invoice" ? 1 : -1) * Number(total_amount);
  }
  return sum;
}

describe("a paid order that is edited to something", () => {
  test("cheaper gives back the difference and nothing else, and the rest pays for what comes", () =>
    database.rolledBack(async (sql) => {
      const { buyer, had, wanted, orderId, staff } = await paidFor(sql, 100_00, 60_00);
      const { order, supplement } = await edit(sql, staff, orderId, [of(wanted)]);
      expect(order).toMatchObject({ status: "refunded", payments: [{ method: "checkout", captured_amount: 100_00 }] });
      expect(order.refunds.map(({ amount, status }) => [amount, status]).toSorted()).toEqual([
        [40_00, "pending"],
        [60_00, "success"],
      ]);
      expect(supplement).toMatchObject({
        status: "paid",
        due_amount: 0,
        payments: [{ method: "exchange", status: "success", captured_amount: 60_00 }],
      });
      expect([await levels(sql, had), await levels(sql, wanted)]).toEqual([
        [5, 0],
        [4, 0],
      ]);
      expect(await getOrder(sql, buyer, supplement.id)).toMatchObject({
        exchange: { order_id: orderId, amount: 60_00 },
      });
      expect(((await getOrder(sql, buyer, orderId)) as OrderPage).edits).toMatchObject([
        { reason: "they called", exchange: { amount: 60_00 }, supplement_id: supplement.id },
      ]);
      const pending = order.refunds.find(({ status }) => status === "pending")?.id as string;
      expect(await told(sql, pending, "success")).toBe("applied");
      for (const id of [orderId, supplement.id])
        expect(await moneyOf(sql, { orderId: id } as never)).toMatchObject({ unexplained_amount: 0, owed_amount: 0 });
      // gross: an invoice of 100 and its credit notes, an invoice of 60
      expect(await documented(sql, [orderId, supplement.id])).toBe(60_00);
      expect(
        (await invoicesOf(sql, orderId)).map(({ total_amount }) => Number(total_amount)).toSorted((a, b) => a - b),
      ).toEqual([40_00, 60_00, 100_00]);
      await expectInvariants(sql);
    }));

  test("that costs the same moves no money at all", () =>
    database.rolledBack(async (sql) => {
      const { buyer, wanted, orderId, staff } = await paidFor(sql, 100_00, 100_00);
      const { supplement } = await edit(sql, staff, orderId, [of(wanted)]);
      expect(supplement.status).toBe("paid");
      const moved = await sql`select id from public.refunds where order_id = ${orderId} and destination = 'payment'`;
      expect([moved, await keptBy(sql, buyer)]).toEqual([[], { money: 100_00, goods: 100_00 }]);
      await expectInvariants(sql);
    }));

  test("dearer collects the difference; until it is paid everything is as it was", () =>
    database.rolledBack(async (sql) => {
      const { buyer, had, wanted, orderId, staff } = await paidFor(sql, 100_00, 150_00);
      const { order, supplement } = await edit(sql, staff, orderId, [of(wanted)]);
      expect(order).toMatchObject({ status: "paid", refunds: [] });
      expect(supplement).toMatchObject({ status: "pending", total_amount: 150_00, due_amount: 50_00 });
      expect([await levels(sql, had), await levels(sql, wanted)]).toEqual([
        [4, 0],
        [4, 1],
      ]);
      await expectInvariants(sql);
      const payment = await openPayment(sql, buyer, supplement.id);
      expect(payment.amount).toBe(50_00);
      expect(await confirmPayment(sql, payment)).toBe("applied");
      expect([await levels(sql, had), await levels(sql, wanted)]).toEqual([
        [5, 0],
        [4, 0],
      ]);
      expect(await getOrder(sql, buyer, supplement.id)).toMatchObject({ status: "paid", due_amount: 0 });
      expect(await getOrder(sql, buyer, orderId)).toMatchObject({
        status: "refunded",
        refunds: [{ amount: 100_00, status: "success" }],
      });
      expect(await keptBy(sql, buyer)).toEqual({ money: 150_00, goods: 150_00 });
      expect(await documented(sql, [orderId, supplement.id])).toBe(150_00);
      await expectInvariants(sql);
    }));

  test("dearer that is not paid in time, or is paid when the order has left, stays what it was", () =>
    database.rolledBack(async (sql) => {
      const { buyer, wanted, orderId, staff } = await paidFor(sql, 100_00, 150_00);
      const first = await edit(sql, staff, orderId, [of(wanted)]);
      const late = await openPayment(sql, buyer, first.supplement.id);
      await endHold(sql, first.supplement.id);
      await sql`select private.expire_due_orders()`;
      expect(await confirmPayment(sql, late)).toBe("applied");
      expect(await keptBy(sql, buyer)).toEqual({ money: 100_00, goods: 100_00 });
      const second = await edit(sql, staff, orderId, [of(wanted)]);
      const payment = await openPayment(sql, buyer, second.supplement.id);
      await sql`select public.mark_shipped(${orderId})`;
      expect(await confirmPayment(sql, payment)).toBe("applied");
      expect(await getOrder(sql, buyer, second.supplement.id)).toMatchObject({
        status: "cancelled",
        refunds: [{ amount: 50_00 }],
      });
      expect([(await getOrder(sql, buyer, orderId)).status, await levels(sql, wanted)]).toEqual(["shipped", [5, 0]]);
      await expectInvariants(sql);
    }));

  test("gives way to the next edit, and its supplement is not edited while it waits", () =>
    database.rolledBack(async (sql) => {
      const { buyer, had, wanted, orderId, staff } = await paidFor(sql, 100_00, 150_00);
      const first = await edit(sql, staff, orderId, [of(wanted, 5)]);
      await expectRefusal(() => edit(sql, buyer, first.supplement.id, [of(wanted)]), {
        code: "order_not_editable",
        status: 409,
      });
      // the last units are held by what is given way to
      const second = await edit(sql, staff, orderId, [of(had), of(wanted, 5)]);
      expect((await getOrder(sql, buyer, first.supplement.id)).status).toBe("cancelled");
      expect(second.supplement).toMatchObject({ due_amount: 750_00, total_amount: 750_00 });
      await expectInvariants(sql);
    }));

  test("else and then given back sends the money where it came from", () =>
    database.rolledBack(async (sql) => {
      const { buyer, had, wanted, orderId, staff } = await paidFor(sql, 100_00, 60_00);
      const first = await edit(sql, staff, orderId, [of(wanted)]);
      // changed once more, so that the money came a long way
      const second = await edit(sql, staff, first.supplement.id, [of(had)]);
      expect(second.supplement.due_amount).toBe(40_00);
      expect(await payOrder(sql, buyer, second.supplement.id)).toBe("applied");
      await refund(sql, second.supplement.id);
      const back =
        await sql`select refunds.amount, reason from public.refunds join public.payments on payments.id = payment_id
        where provider = 'stripe' and refunds.status = 'pending' order by refunds.amount, reason`;
      expect(back).toEqual([
        { amount: 40_00, reason: "by_staff" },
        { amount: 40_00, reason: "by_staff" },
        { amount: 60_00, reason: "exchange_returned" },
      ]);
      expect(await keptBy(sql, buyer)).toEqual({ money: 0, goods: 0 });
      for (const { id } of await sql`select id from public.refunds where status = 'pending'`)
        expect(await told(sql, id, "success")).toBe("applied");
      const orders = [orderId, first.supplement.id, second.supplement.id];
      for (const id of orders)
        expect(await moneyOf(sql, { orderId: id } as never)).toMatchObject({
          unexplained_amount: 0,
          kept_amount: 0,
          owed_amount: 0,
        });
      expect(await documented(sql, orders)).toBe(0);
      await expectInvariants(sql);
    }));

  test("else, whose payment the bank then takes back, comes before a person beside it, who gives nothing back", () =>
    database.rolledBack(async (sql) => {
      const { buyer, wanted, had, orderId, staff } = await paidFor(sql, 100_00, 60_00);
      const { order, supplement } = await edit(sql, staff, orderId, [of(wanted)]);
      const difference = order.refunds.find(({ status }) => status === "pending")?.id as string;
      expect(await told(sql, difference, "success")).toBe("applied");
      // changed once more, so that the money came a long way
      const { supplement: last } = await edit(sql, staff, supplement.id, [of(had)]);
      expect(await payOrder(sql, buyer, last.id)).toBe("applied");
      const [row] =
        await sql`select provider_payment_id as intent, captured_amount as amount from public.payments where order_id = ${orderId}`;
      const sale = { orderId, intentId: row?.intent, amount: row?.amount } as Sale;
      await deliver(sql, disputeEvent("closed", sale, "won", { id: "dp_won" }));
      await sql`select private.review_supplements(id) from public.disputes`;
      expect((await getOrder(sql, buyer, last.id)).status).toBe("paid");
      await deliver(sql, disputeEvent("closed", sale, "lost"));
      await sql`select private.review_supplements(id) from public.disputes`;
      expect((await getOrder(sql, buyer, supplement.id)).status).toBe("refunded");
      expect((await getOrder(sql, buyer, last.id)).status).toBe("needs_review");
      await resolve(sql, last.id, "refund");
      expect((await getOrder(sql, buyer, last.id)).status).toBe("refunded");
      expect(await levels(sql, had)).toEqual([5, 0]);
      // only what was paid for the second change goes back
      const back =
        await sql`select refunds.order_id, refunds.amount from public.refunds join public.payments on payments.id = payment_id
        where provider = 'stripe' and refunds.status = 'pending'`;
      expect(back).toEqual([{ order_id: last.id, amount: 40_00 }]);
      for (const id of [orderId, supplement.id, last.id])
        expect(await moneyOf(sql, { orderId: id } as never)).toMatchObject({
          unexplained_amount: 0,
          kept_amount: id === last.id ? 40_00 : 0,
        });
      await expectInvariants(sql);
    }));

  test("is another course: the seat moves with the money, also from a free one", () =>
    database.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const [dear, cheap, free] = [
        await publishedIntake(sql, { price: 90_00 }),
        await publishedIntake(sql, { price: 30_00 }),
        await publishedIntake(sql),
      ];
      const order = await placeOrder(sql, buyer, [of(dear.variantId)]);
      expect(await payOrder(sql, buyer, order.id)).toBe("applied");
      const staff = await admin(sql);
      const second = await edit(sql, staff, order.id, [of(cheap.variantId)]);
      const third = await edit(sql, staff, second.supplement.id, [of(free.variantId)]);
      expect(third.supplement).toMatchObject({ status: "paid", total_amount: 0 });
      const seats =
        await sql`select intake_id from public.enrollments where learner_id = ${buyer} and status = 'active'`;
      expect(seats).toEqual([{ intake_id: free.intakeId }]);
      expect(await keptBy(sql, buyer)).toEqual({ money: 0, goods: 0 });
      const fourth = await edit(sql, staff, third.supplement.id, [of(dear.variantId)]);
      expect(fourth.supplement.due_amount).toBe(90_00);
      expect(await payOrder(sql, buyer, fourth.supplement.id)).toBe("applied");
      expect(await keptBy(sql, buyer)).toEqual({ money: 90_00, goods: 90_00 });
      await expectInvariants(sql);
    }));
});

test(
  "whatever is edited, what stayed of the money is what the goods cost, and parts add up to the unit",
  async () => {
    const price = fc.integer({ min: 0, max: 99_99 });
    const quantity = fc.integer({ min: 0, max: 3 });
    const basket = fc.tuple(quantity, quantity, quantity).filter((wanted) => wanted.some((count) => count > 0));
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(price, price, price),
        fc.array(basket, { minLength: 2, maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        (prices, baskets, inclusive, pays) =>
          database.rolledBack(async (sql) => {
            await sql`insert into public.tax_rates (country, tax_category, name, basis_points, inclusive) values ('SG', 'standard', 'GST', 1100, ${inclusive})`;
            await sql`update public.settings set value = '"SG"' where key = 'default_tax_country'`;
            const buyer = await customerWithAddress(sql);
            await sql`update public.addresses set country = 'SG' where profile_id = ${buyer}`;
            const staff = await admin(sql);
            const things: string[] = [];
            for (const price of prices) things.push(await stockedVariant(sql, 30, { status: "published", price }));
            const wishes = baskets.map((counts) =>
              counts.flatMap((count, index) => (count ? [of(things[index] as string, count)] : [])),
            );
            let orderId = (await placeOrder(sql, buyer, wishes[0])).id;
            if ((await getOrder(sql, buyer, orderId)).status === "pending") await payOrder(sql, buyer, orderId);
            for (const wish of wishes.slice(1)) {
              let outcome: Edited | undefined;
              const refusal = await refusalOf(async () => {
                outcome = await edit(sql, staff, orderId, wish);
              });
              // free things only, or an order that is given back as a whole
              if (refusal) expect(["nothing_to_refund", "order_not_editable"]).toContain(refusal.code);
              if (pays && outcome?.supplement?.status === "pending") await payOrder(sql, buyer, outcome.supplement.id);
              const { money, goods } = await keptBy(sql, buyer);
              expect(money).toBe(goods);
              await expectInvariants(sql);
              const current = await getOrder(sql, buyer, orderId);
              if (outcome?.supplement && current.items.every((item) => item.refunded_quantity === item.quantity))
                orderId = outcome.supplement.id;
            }
          }),
      ),
      { numRuns: randomRounds(12) },
    );
  },
  120_000 + randomRounds(12) * 2_000,
);

test("a supplement that is paid, edited away, expired and cancelled at once leaves the money with the goods", () =>
  manyHands(database));

test("an order whose supplement is being paid is refused at once instead of waiting for each other", () =>
  whileItIsPaid(database));

test("without passing by what is locked they wait for each other", () =>
  withSabotage(
    replaceInFunction("private.lock_waiting_supplements", "for update of orders skip locked", "for update of orders"),
    whileItIsPaid,
    { rounds: 1 },
  ));

async function whileItIsPaid(target: TestDatabase): Promise<void> {
  const { wanted, orderId, staff, had } = await paidFor(target.sql as never, 100_00, 150_00);
  const { supplement } = await edit(target.sql as never, staff, orderId, [of(wanted)]);
  const payer = target.connect({ max: 1 });
  const holding = await payer.reserve();
  try {
    await holding`begin`;
    await holding`select from public.orders where id = ${supplement.id} for update`;
    const [outcome] = await together(target, [
      async (sql) => {
        await sql`set lock_timeout = '300ms'`;
        return edit(sql as never, staff, orderId, [of(had, 2)]);
      },
    ]);
    expect(outcome).toBe("order_not_editable");
  } finally {
    await holding`rollback`;
    holding.release();
    await payer.end();
  }
}

async function manyHands(target: TestDatabase): Promise<void> {
  for (let round = 0; round < raceRounds(5); round++) {
    const { buyer, had, wanted, orderId, staff } = await paidFor(target.sql as never, 100_00, 150_00);
    const { supplement } = await edit(target.sql as never, staff, orderId, [of(wanted)]);
    const payment = await openPayment(target.sql as never, buyer, supplement.id);
    const sale = {
      orderId: supplement.id,
      paymentId: payment.id,
      sessionId: payment.session,
      intentId: `pi_${supplement.id}`,
      amount: payment.amount,
    };
    await together(target, [
      tell(paid(sale as never)),
      (sql) => edit(sql as never, staff, orderId, [of(had), of(wanted)]),
      (sql) => cancelOrder(sql as never, staff, orderId, { reason: "a test" }),
      (sql) => cancelOrder(sql as never, buyer, supplement.id),
      (sql) => refund(sql as never, orderId),
      (sql) => sql`select private.expire_due_orders()`,
    ]);
    await settleDown(target);
    const { money, goods } = await keptBy(target.sql, buyer);
    const [open] =
      await target.sql`select coalesce(sum(total_amount), 0)::int as due from public.orders where customer_id = ${buyer} and status = 'needs_review'`;
    expect([money, open?.due], `round ${round}`).toEqual([goods, 0]);
    await expectInvariants(target.sql);
  }
}
