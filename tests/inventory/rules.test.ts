import { describe, expect, test } from "vitest";
import { endHold } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { buyUnits, stockedVariant } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";

const database = useDatabase();

describe("units", () => {
  test("are spread evenly over a number of slots that grows with the quantity, up to 64", () =>
    database.rolledBack(async (sql) => {
      for (const [units, slots] of [
        [0, 0],
        [1, 1],
        [4, 1],
        [5, 2],
        [40, 16],
        [10_000, 64],
      ]) {
        const shape = await slotsOf(sql, await stockedVariant(sql, units as number));
        expect(shape).toHaveLength(slots as number);
        expect(shape.reduce((sum, { available }) => sum + available, 0)).toBe(units);
        const counts = shape.map(({ available }) => available);
        if (counts.length > 0) expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }
    }));

  test("are drawn from one slot when it has enough, and put together from several when none has", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 20);
      const [slots] = await sql`select count(*) as slots from public.stock_slots where variant_id = ${variant}`;
      expect(slots).toEqual({ slots: 8 });
      expect(await draw(sql, variant, 2)).toHaveLength(1);
      const split = await draw(sql, variant, 11);
      expect(split.length).toBeGreaterThan(1);
      expect(split.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(11);
      expect(await draw(sql, variant, 8)).toEqual([]);
      expect((await draw(sql, variant, 7)).reduce((sum, { quantity }) => sum + quantity, 0)).toBe(7);
      expect(await draw(sql, variant, 1)).toEqual([]);
      await sql`update public.stock_slots set available = available + 20 where variant_id = ${variant} and slot = 0`;
    }));

  test("move only with a movement that says why, and the movements add up to what is on hand", () =>
    database.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const variant = await stockedVariant(sql, 10);
      const order = await buyUnits(sql, buyer, [{ variant, quantity: 3 }]);
      await sql`select private.change_capacity(${variant}, -2)`;
      await sql`select private.return_units(${variant}, 3, ${order})`;
      const movements =
        await sql`select quantity, reason, reference_id from public.stock_movements where variant_id = ${variant} order by id`;
      expect(total(movements.filter(({ reason }) => reason === "sale"))).toBe(-3);
      expect(movements.filter(({ reason }) => reason !== "sale")).toEqual([
        { quantity: 10, reason: "capacity", reference_id: null },
        { quantity: -2, reason: "capacity", reference_id: null },
        { quantity: 3, reason: "return", reference_id: order },
      ]);
      expect(await level(sql, variant)).toEqual({ available: 8, reserved: 0, on_hand: 8 });
    }));

  test("that are sold or held cannot be taken away, and nothing is taken when too much is asked", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 10);
      await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 4 }], 100);
      await expectRefusal(() => sql`select private.change_capacity(${variant}, -7)`, {
        code: "capacity_in_use",
        status: 409,
      });
      expect(await level(sql, variant)).toEqual({ available: 6, reserved: 4, on_hand: 10 });
      await sql`select private.change_capacity(${variant}, -6)`;
      expect(await level(sql, variant)).toEqual({ available: 0, reserved: 4, on_hand: 4 });
    }));

  test("never go below zero, whatever forgets to look", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 2);
      const below = { code: "23514", status: 400 };
      await expectRefusal(
        () => sql`update public.stock_slots set available = available - 3 where variant_id = ${variant}`,
        below,
      );
      await expectRefusal(
        () => sql`update public.stock_slots set reserved = reserved - 1 where variant_id = ${variant}`,
        below,
      );
      await expectRefusal(
        () =>
          sql`insert into public.stock_slots (variant_id, slot, location_id) values (${variant}, 64, private.main_location())`,
        below,
      );
    }));

  test("lie in a place that there is, and no place is ever deleted", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 20);
      const nowhere = { code: "23503", status: 409 };
      await expectRefusal(
        () =>
          sql`insert into public.stock_slots (variant_id, slot, location_id) values (${variant}, 64, gen_random_uuid())`,
        nowhere,
      );
      await expectRefusal(() => sql`delete from public.locations where id = private.main_location()`, nowhere);
    }));
});

describe("a hold", () => {
  test("moves units from available to reserved, remembers each slot, and ends as sold or free", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 20);
      const [first, second] = [await newCustomer(sql), await newCustomer(sql)];
      const kept = await buyUnits(sql, first, [{ variant, quantity: 9 }], 100);
      const dropped = await buyUnits(sql, second, [{ variant, quantity: 9 }], 100);
      expect(await level(sql, variant)).toEqual({ available: 2, reserved: 18, on_hand: 20 });
      const held = await sql`select quantity from public.reservations where holder_id = ${kept}`;
      expect(held.length).toBeGreaterThan(1);
      expect(total(held)).toBe(9);
      await sql`select private.end_order(${dropped}, 'cancelled', 'changed their mind')`;
      await sql`select private.confirm_order(${kept})`;
      expect(await level(sql, variant)).toEqual({ available: 11, reserved: 0, on_hand: 11 });
      await sql`insert into public.payments (order_id, attempt, status, currency, amount, captured_amount) values (${kept}, 1, 'success', 'IDR', 900, 900)`;
      await sql`select private.post_entries('capture:' || id, order_id, 'IDR', '{"cash_in_transit": 900, "receivable": -900}') from public.payments where order_id = ${kept}`;
    }));

  test("that is due is freed by the buyer who needs it, and left alone while there is enough", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 10);
      const due = await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 6 }], 100);
      await endHold(sql, due);
      await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 4 }]);
      expect(await level(sql, variant)).toEqual({ available: 0, reserved: 6, on_hand: 6 });
      await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 1 }]);
      expect(await level(sql, variant)).toEqual({ available: 5, reserved: 0, on_hand: 5 });
    }));

  test("that lives makes a variant sold out, and one that is due does not", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 10);
      const soldOut = async (quantity: number) =>
        (await sql`select private.is_sold_out(${variant}, ${quantity}) as answer`)[0]?.answer;
      expect([await soldOut(10), await soldOut(11)]).toEqual([false, true]);
      const order = await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 10 }], 100);
      expect(await soldOut(1)).toBe(true);
      await endHold(sql, order);
      expect(await soldOut(1)).toBe(false);
    }));

  test("that ends twice frees its units once", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 5);
      const order = await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 5 }], 100);
      await endHold(sql, order);
      await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 2 }]);
      expect(await sql`select private.expire_due_orders() as expired`).toEqual([{ expired: 1 }]);
      await sql`select private.settle_reservations(${order}, 'released')`;
      expect(await level(sql, variant)).toEqual({ available: 3, reserved: 0, on_hand: 3 });
    }));

  test("is of a positive number of units, and of a variant that exists", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 5);
      for (const quantity of [0, -1]) {
        await expectRefusal(
          () => sql`select private.reserve_units(gen_random_uuid(), ${variant}, ${quantity}, now())`,
          { code: "23514", status: 400 },
        );
      }
      expect(await sql`select private.reserve_units(gen_random_uuid(), gen_random_uuid(), 1, now()) as held`).toEqual([
        { held: null },
      ]);
    }));
});

const total = (rows: readonly { quantity?: number }[]) => rows.reduce((sum, { quantity = 0 }) => sum + quantity, 0);

async function slotsOf(sql: Sql, variant: string): Promise<{ slot: number; available: number }[]> {
  return sql<
    { slot: number; available: number }[]
  >`select slot, available from public.stock_slots where variant_id = ${variant} order by slot`;
}

async function draw(sql: Sql, variant: string, quantity: number): Promise<{ slot: number; quantity: number }[]> {
  return sql<
    { slot: number; quantity: number }[]
  >`select slot, quantity from private.draw_units(${variant}, ${quantity}, false)`;
}

async function level(sql: Sql, variant: string) {
  const [row] = await sql`select available, reserved, on_hand from public.stock_levels where variant_id = ${variant}`;
  return row;
}
