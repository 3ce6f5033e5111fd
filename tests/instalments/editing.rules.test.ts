import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { customerWithAddress, refund } from "../payments/giving-back.ts";
import type { OpenOrder } from "../payments/sale.ts";
import { as, placeOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { randomRounds } from "../support/effort.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { stockedVariant } from "../support/goods.ts";
import { expectInvariants } from "../support/invariants.ts";
import { asOwner, asStaff } from "../support/people.ts";
import { newPlan, parts, payOnPage, start } from "./paying.ts";

const database = useDatabase();

type Line = { variant_id: string; quantity: number };
type Basket = { order: OpenOrder; variants: string[]; staff: string };

const of = (variants: string[], quantities: number[]): Line[] =>
  variants
    .map((variant_id, index) => ({ variant_id, quantity: quantities[index] ?? 0 }))
    .filter(({ quantity }) => quantity > 0);

/** An order of goods at 100, 50 and 33.34 to be paid in parts of its plan; unpaid as yet. */
async function basket(sql: Sql, quantities: number[], plan: Parameters<typeof newPlan>[1]): Promise<Basket> {
  const buyer = await customerWithAddress(sql);
  const variants: string[] = [];
  for (const price of [100_00, 50_00, 33_34]) {
    variants.push(await stockedVariant(sql, 100, { status: "published", price }));
  }
  const placed = await placeOrder(sql, buyer, of(variants, quantities));
  const order = { orderId: placed.id, customerId: buyer } as OpenOrder;
  await start(sql, order, await newPlan(sql, plan));
  const staff = await asStaff(sql, "admin");
  await asOwner(sql);
  return { order, variants, staff };
}

async function confirmed(sql: Sql, quantities: number[], plan: Parameters<typeof newPlan>[1] = {}): Promise<Basket> {
  const made = await basket(sql, quantities, plan);
  const [first] =
    await sql`select amount from public.instalments where order_id = ${made.order.orderId} and number = 1`;
  await payOnPage(sql, made.order, first?.amount);
  return made;
}

const edit = (sql: Sql, { order, staff }: Basket, lines: Line[]) =>
  as(sql, staff, async (tx) => {
    const [row] =
      await tx`select public.edit_order(${order.orderId}, ${JSON.stringify(lines)}::text::jsonb, 'a test') as answer`;
    return row?.answer;
  });

/** What is paid, owed, and worth by the lines that are left. */
async function money(sql: Sql, { order }: Basket) {
  const [row] = await sql`
    select orders.status, private.kept_amount(orders.id) as kept, private.due_amount(orders.id) as due,
      orders.total_amount - sum(round(order_items.total_amount::numeric * order_items.refunded_quantity / order_items.quantity))::bigint as left_amount,
      (private.explain_order_money(orders.id) ->> 'unexplained_amount')::bigint as unexplained
    from public.orders join public.order_items on order_items.order_id = orders.id
    where orders.id = ${order.orderId} group by orders.id`;
  return row as { status: string; kept: number; due: number; left_amount: number; unexplained: number };
}

describe("an order in parts that is edited", () => {
  test("owes less by what goes, the last part first, and nothing that was paid goes back", () =>
    database.rolledBack(async (sql) => {
      const made = await confirmed(sql, [2, 2, 0]); // 300 in three parts
      await edit(sql, made, of(made.variants, [1, 2]));
      expect(await money(sql, made)).toMatchObject({ kept: 100_00, due: 100_00, left_amount: 200_00, unexplained: 0 });
      expect(await parts(sql, made.order)).toEqual(["paid 10000", "scheduled 10000", "cancelled 10000"]);
      await edit(sql, made, of(made.variants, [1, 1]));
      expect(await parts(sql, made.order)).toEqual(["paid 10000", "scheduled 5000", "cancelled 10000"]);
      expect(await sql`select from public.refunds where order_id = ${made.order.orderId}`).toHaveLength(0);
      await payOnPage(sql, made.order, null);
      expect(await parts(sql, made.order)).toEqual(["paid 10000", "paid 5000", "cancelled 10000"]);
      const [schedule] =
        await sql`select status from public.instalment_schedules where order_id = ${made.order.orderId}`;
      expect(schedule?.status).toBe("completed");
    }));

  test("gives back what was paid above the new total, and is settled by that", () =>
    database.rolledBack(async (sql) => {
      const made = await confirmed(sql, [2, 2, 0], { count: 2, first: 8000 }); // 240 of 300 paid
      await edit(sql, made, of(made.variants, [1, 1]));
      expect(await money(sql, made)).toMatchObject({ kept: 150_00, due: 0, left_amount: 150_00, unexplained: 0 });
      expect(await parts(sql, made.order)).toEqual(["paid 24000", "cancelled 6000"]);
      const back = await sql`select amount from public.refunds where order_id = ${made.order.orderId}`;
      expect(back).toEqual([{ amount: 90_00 }]);
    }));

  test("keeps a part that is half paid, and the one that is overdue stays due", () =>
    database.rolledBack(async (sql) => {
      const made = await confirmed(sql, [3, 0, 0]);
      await payOnPage(sql, made.order, 40_00);
      await sql`update public.instalments set status = 'overdue', overdue_since = now() where order_id = ${made.order.orderId} and number = 2`;
      await edit(sql, made, of(made.variants, [2]));
      expect(await parts(sql, made.order)).toEqual(["paid 10000", "overdue 10000", "cancelled 10000"]);
      expect((await money(sql, made)).due).toBe(60_00);
      // less than is covered of it: it is paid, and the rest goes back
      await edit(sql, made, of(made.variants, [1]));
      expect(await parts(sql, made.order)).toEqual(["paid 10000", "paid 4000", "cancelled 10000"]);
      expect(await money(sql, made)).toMatchObject({ kept: 100_00, due: 0 });
    }));

  test("asks for what comes as an order of its own, and its parts stay as they are", () =>
    database.rolledBack(async (sql) => {
      const made = await confirmed(sql, [2, 2, 0]);
      const answer = await edit(sql, made, of(made.variants, [2, 1, 3]));
      expect(answer.supplement).toMatchObject({ status: "pending", total_amount: 100_02 });
      expect(await money(sql, made)).toMatchObject({ kept: 100_00, due: 150_00, left_amount: 250_00 });
      expect(await parts(sql, made.order)).toEqual(["paid 10000", "scheduled 10000", "scheduled 5000"]);
    }));

  test("while it is unpaid is split anew, and paid as a whole when its plan does not fit any more", () =>
    database.rolledBack(async (sql) => {
      const made = await basket(sql, [3, 0, 0], { count: 3 });
      await edit(sql, made, of(made.variants, [1, 1, 0]));
      expect(await parts(sql, made.order)).toEqual(["scheduled 5000", "scheduled 5000", "scheduled 5000"]);
      await payOnPage(sql, made.order, 40_00);
      // what was paid is its first part by now
      await edit(sql, made, of(made.variants, [1, 0, 0]));
      expect(await parts(sql, made.order)).toEqual(["paid 3334", "scheduled 3333", "scheduled 3333"]);
      expect(await money(sql, made)).toMatchObject({ status: "paid", kept: 40_00, due: 60_00 });

      const variant = made.variants[0] as string;
      const [product] = await sql`select product_id from public.variants where id = ${variant}`;
      const bound = await basket(sql, [1, 0, 0], { count: 2 });
      await sql`update public.instalment_plans set product_id = ${product?.product_id} where id = (
        select plan_id from public.instalment_schedules where order_id = ${bound.order.orderId})`;
      await edit(sql, bound, of(bound.variants, [1, 1, 0]));
      expect(await sql`select from public.instalment_schedules where order_id = ${bound.order.orderId}`).toHaveLength(
        0,
      );
      await payOnPage(sql, bound.order, null);
      expect(await money(sql, bound)).toMatchObject({ status: "paid", kept: 150_00, due: 0 });
    }));

  test("is refunded by line in the same way: what is owed first, then what was paid, and the rest stays", () =>
    database.rolledBack(async (sql) => {
      const made = await confirmed(sql, [2, 2, 0]);
      const items =
        await sql`select id, unit_amount from public.order_items where order_id = ${made.order.orderId} order by unit_amount desc`;
      const give = (index: number, quantity: number) =>
        refund(sql, made.order.orderId, { lines: [{ order_item_id: items[index]?.id, quantity }] });
      const first = await give(0, 1);
      expect(first).toMatchObject({ refund: null, order: { status: "partially_refunded" } });
      expect(await money(sql, made)).toMatchObject({ kept: 100_00, due: 100_00, left_amount: 200_00 });
      expect((await give(1, 2)).refund).toBeNull();
      expect(await parts(sql, made.order)).toEqual(["paid 10000", "cancelled 10000", "cancelled 10000"]);
      expect(await money(sql, made)).toMatchObject({ kept: 100_00, due: 0, left_amount: 100_00 });
      expect((await give(0, 1)).refund).toMatchObject({ amount: 100_00 });
      expect(await money(sql, made)).toMatchObject({ status: "refunded", kept: 0, due: 0 });
    }));

  test("needs somebody who may give money back, as every edit that takes something out", () =>
    database.rolledBack(async (sql) => {
      const made = await confirmed(sql, [2, 0, 0]);
      const support = await asStaff(sql, "support");
      await asOwner(sql);
      await expectRefusal(() => edit(sql, { ...made, staff: support }, of(made.variants, [1])), {
        code: "permission_denied",
        status: 403,
      });
    }));

  test("has paid and owed add up to what is left, whatever is edited and paid in whatever order", async () => {
    const step = fc.oneof(
      fc.record({ edit: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(4)) }),
      fc.record({ pay: fc.integer({ min: 1, max: 150_00 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(3), fc.nat(4)),
        fc.record({ count: fc.integer({ min: 2, max: 6 }), first: fc.option(fc.integer({ min: 500, max: 9000 })) }),
        fc.array(step, { minLength: 1, maxLength: 6 }),
        (quantities, plan, steps) =>
          database.rolledBack(async (sql) => {
            const made = await confirmed(sql, quantities, plan);
            for (const next of steps) {
              const before = await money(sql, made);
              if (before.status === "refunded") break;
              if ("pay" in next) {
                if (before.due > 0) await payOnPage(sql, made.order, Math.min(next.pay, before.due));
              } else if (next.edit.some((quantity) => quantity > 0)) {
                await edit(sql, made, of(made.variants, next.edit));
              }
              const after = await money(sql, made);
              expect(after.unexplained).toBe(0);
              expect(Math.min(after.kept, after.due)).toBeGreaterThanOrEqual(0);
              if (after.status === "refunded") continue;
              expect(after.kept + after.due).toBe(after.left_amount);
              await expectInvariants(sql);
            }
          }),
      ),
      { numRuns: randomRounds(12) },
    );
  });
});
