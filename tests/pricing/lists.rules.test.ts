import { describe, expect, test } from "vitest";
import { as, placeOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { groupOf, linesOf, listPrice, quote, thing } from "./offers.ts";

const database = useDatabase();

async function unit(sql: Sql, person: string | null, item: { variant: string; product: string }, quantity = 1) {
  const [line] = (await quote(sql, person, linesOf([item, quantity]))).lines;
  return [line?.unit_amount, line?.price_reason?.kind, line?.base_unit_amount];
}

const prices = (sql: Sql, person: string, variants: string[], quantity = 1) =>
  as(sql, person, async (tx) => {
    const [row] = await tx`select public.variant_prices(${variants}::uuid[], quantity => ${quantity}) as answer`;
    return row?.answer.prices;
  });

describe("the price of a unit", () => {
  test("is the base price, unless a list is lower: then the list says why, and until when", () =>
    database.rolledBack(async (sql) => {
      const item = await thing(sql, 100_00);
      expect(await unit(sql, null, item)).toEqual([100_00, "base", 100_00]);
      await listPrice(sql, item.variant, 120_00);
      expect(await unit(sql, null, item)).toEqual([100_00, "base", 100_00]);
      await listPrice(sql, item.variant, 80_00, { name: "November", ends: "1 day" });
      const [line] = (await quote(sql, null, linesOf([item, 2]))).lines;
      expect(line).toMatchObject({
        unit_amount: 80_00,
        base_unit_amount: 100_00,
        subtotal_amount: 160_00,
        price_reason: { kind: "sale", name: "November", min_quantity: 1, until: expect.any(String) },
      });
    }));

  test("counts a list from its first moment up to its last, by the database's clock", () =>
    database.rolledBack(async (sql) => {
      const item = await thing(sql, 100_00);
      await listPrice(sql, item.variant, 1_00, { starts: "1 second" });
      await listPrice(sql, item.variant, 2_00, { starts: "-1 day", ends: "0 seconds" });
      await listPrice(sql, item.variant, 3_00, { starts: "0 seconds", ends: "1 second" });
      expect(await unit(sql, null, item)).toEqual([3_00, "sale", 100_00]);
    }));

  test("is the lowest of all that overlap, and of equal ones the plainest says why", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const item = await thing(sql, 100_00);
      await listPrice(sql, item.variant, 50_00, { group: await groupOf(sql, person) });
      await listPrice(sql, item.variant, 50_00, { from: 3 });
      expect(await unit(sql, person, item, 3)).toEqual([50_00, "tier", 100_00]);
      await listPrice(sql, item.variant, 50_00);
      expect(await unit(sql, person, item, 3)).toEqual([50_00, "sale", 100_00]);
      await listPrice(sql, item.variant, 49_00, { from: 2 });
      expect(await unit(sql, person, item, 3)).toEqual([49_00, "tier", 100_00]);
      expect(await unit(sql, person, item, 1)).toEqual([50_00, "sale", 100_00]);
    }));

  test("of a tier counts the units of all lines of one variant", () =>
    database.rolledBack(async (sql) => {
      const item = await thing(sql, 10_00);
      await listPrice(sql, item.variant, 8_00, { from: 5 });
      const answer = await quote(sql, null, linesOf([item, 2], [item, 3]));
      expect(answer.lines).toHaveLength(1);
      expect(answer.total_amount).toBe(40_00);
      expect((await quote(sql, null, linesOf([item, 4]))).total_amount).toBe(40_00);
    }));

  test("is what the order takes and remembers; a list of nothing makes it free", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const item = await thing(sql, 100_00);
      await listPrice(sql, item.variant, 0, { group: await groupOf(sql, person) });
      const order = await placeOrder(sql, person, linesOf([item, 1]));
      expect(order).toMatchObject({ status: "paid", total_amount: 0 });
      expect(order.items[0]?.pricing).toMatchObject({ base_unit_amount: 100_00, price_reason: { kind: "group" } });
      expect(await placeOrder(sql, await newCustomer(sql), linesOf([item, 1]))).toMatchObject({ total_amount: 100_00 });
    }));

  test("is read for many variants at once, with the quantities from which it is lower", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const [one, two, draft] = [await thing(sql, 100_00), await thing(sql, 50_00), await thing(sql, 1_00)];
      await sql`update public.products set status = 'draft' where id = ${draft.product}`;
      await listPrice(sql, one.variant, 90_00, { from: 5 });
      await listPrice(sql, one.variant, 95_00, { from: 10 }); // higher than the tier before it: no step
      await listPrice(sql, one.variant, 80_00, { from: 20, group: await groupOf(sql, person) });
      const rows = await prices(sql, person, [two.variant, one.variant, draft.variant], 6);
      expect(rows).toMatchObject([
        { variant_id: two.variant, amount: 50_00, base_amount: 50_00, reason: { kind: "base" }, tiers: [] },
        { variant_id: one.variant, amount: 90_00, reason: { kind: "tier" } },
      ]);
      const steps = (row: { tiers: { min_quantity: number; amount: number }[] }) =>
        row.tiers.map(({ min_quantity, amount }) => [min_quantity, amount]);
      expect(steps(rows[1])).toEqual([
        [5, 90_00],
        [20, 80_00],
      ]);
      expect(steps((await prices(sql, await newCustomer(sql), [one.variant]))[0])).toEqual([[5, 90_00]]);
      await expectRefusal(() => prices(sql, person, []), { code: "invalid_variants", status: 422 });
      await asOwner(sql);
      await expectRefusal(() => prices(sql, person, [one.variant], 0), { code: "invalid_quantity", status: 422 });
      await asOwner(sql);
    }));

  test("of a group is seen by its members and by staff alone, in tables as in answers", () =>
    database.rolledBack(async (sql) => {
      const [member, other] = [await newCustomer(sql), await newCustomer(sql)];
      const item = await thing(sql, 100_00);
      const list = await listPrice(sql, item.variant, 10_00, { group: await groupOf(sql, member) });
      await listPrice(sql, item.variant, 20_00, { starts: "1 day" });
      const visible = async (tx: Sql) => [
        (await tx`select amount from public.price_list_prices order by amount`).map((row) => row.amount),
        (await tx`select from public.price_lists where id = ${list}`).length,
        (await tx`select from public.customer_groups`).length,
      ];
      expect(await as(sql, member, visible)).toEqual([[10_00], 1, 1]);
      expect(await as(sql, other, visible)).toEqual([[], 0, 0]);
      expect(await unit(sql, other, item)).toEqual([100_00, "base", 100_00]);
      expect(await unit(sql, null, item)).toEqual([100_00, "base", 100_00]);
      await asStaff(sql, "support");
      expect(await visible(sql)).toEqual([[10_00, 20_00], 1, 1]);
    }));
});
