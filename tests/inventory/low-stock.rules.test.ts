import { describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { stockedVariant } from "../support/goods.ts";
import { receive, release, reserve } from "../support/stock-keeping.ts";

const database = useDatabase();

describe("low stock", () => {
  test("is told once when it falls to the threshold, and again only after it rose above", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 6);
      await sql`select public.set_low_stock_threshold(${variant}, 3)`;
      const told = async () =>
        (
          await sql`select payload from public.events where name = 'stock.low' and subject_id = ${variant} order by id`
        ).map((row) => row.payload.available);
      const holds: string[] = [];
      const hold = async (quantity: number) => holds.push((await reserve(sql, [{ variant_id: variant, quantity }])).id);
      await hold(2);
      expect(await told()).toEqual([]);
      await hold(1);
      await hold(1);
      expect(await told()).toEqual([3]);
      await release(sql, holds[0] as string);
      await hold(2);
      expect(await told()).toEqual([3, 2]);
      await sql`select public.set_low_stock_threshold(${variant}, null)`;
      await receive(sql, variant, 10);
      await hold(12);
      expect(await told()).toEqual([3, 2]);
    }));

  test("that a race left behind is found by the sweep", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 6);
      await sql`select public.set_low_stock_threshold(${variant}, 3)`;
      await sql`update public.stock_slots set watched_at = null where variant_id = ${variant}`;
      for (let unit = 0; unit < 3; unit++) await reserve(sql, [{ variant_id: variant, quantity: 1 }]);
      expect(await sql`select private.sweep_low_stock() as moved`).toEqual([{ moved: 1 }]);
      expect(await sql`select private.sweep_low_stock() as moved`).toEqual([{ moved: 0 }]);
      expect(await sql`select 1 from public.events where name = 'stock.low' and subject_id = ${variant}`).toHaveLength(
        1,
      );
    }));
});
