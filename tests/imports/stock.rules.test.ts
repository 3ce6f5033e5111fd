import { describe, expect, test } from "vitest";
import { sell } from "../catalog/searching.ts";
import { orderOne } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { bundleOf, buyUnits, goods, stockedVariant } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";
import { adjust, newPlace } from "../support/stock-keeping.ts";
import { counts, csv, exportText, importText, problems } from "./importing.ts";

const database = useDatabase();

const header = ["sku", "location", "on_hand", "stock_mode", "backorder_limit", "ships_at"];
const skuOf = async (sql: Sql, variant: string) =>
  (await sql`select sku from public.variants where id = ${variant}`)[0]?.sku;
const modes = (sql: Sql) => sql`
  select sku, stock_mode as mode, backorder_limit as limit, preorder_ships_at::date::text as ships,
    (select sum(quantity)::integer from public.stock_movements where variant_id = variants.id) as units
  from public.variants where sku like 'MODE-%' order by sku`;

describe("how goods are counted", () => {
  test("comes with their units, before or after them, and goes out again as it is, to the byte", () =>
    database.rolledBack(async (sql) => {
      await sell(sql, { sku: "MODE-1", units: 4 });
      await sell(sql, { sku: "MODE-2", kind: "digital" });
      await sell(sql, { sku: "MODE-3" });
      await sell(sql, { sku: "MODE-4", units: 2 });
      await sell(sql, { sku: "MODE-5" });
      const text = csv(
        header,
        ["MODE-1", "main", 0, "none", "", ""],
        ["MODE-2", "main", 7, "tracked", "", ""],
        ["MODE-3", "", 1, "preorder", 5, "2026-01-02"],
        ["MODE-4", "main", 2, "backorder", 0, ""],
        ["MODE-5", "main", 0, "", "", ""],
      );
      const dry = await importText(sql, "stock", text, { role: "warehouse", dryRun: true });
      const result = { levels: counts(0, 3, 2), modes: counts(0, 4, 1) };
      expect(dry).toMatchObject({ status: "done", result });
      expect(await importText(sql, "stock", text, { role: "warehouse" })).toMatchObject({ status: "done", result });
      expect(await modes(sql)).toEqual([
        { sku: "MODE-1", mode: "none", limit: null, ships: null, units: 0 },
        { sku: "MODE-2", mode: "tracked", limit: null, ships: null, units: 7 },
        { sku: "MODE-3", mode: "preorder", limit: 5, ships: "2026-01-02", units: 6 },
        { sku: "MODE-4", mode: "backorder", limit: 0, ships: null, units: 2 },
        { sku: "MODE-5", mode: "tracked", limit: null, ships: null, units: null },
      ]);
      const out = await exportText(sql, "stock");
      expect(out).toContain("MODE-1,main,,none,,\r\n");
      expect(out).toContain("MODE-3,main,1,preorder,5,2026-01-02T00:00:00.000000Z\r\n");
      expect(await importText(sql, "stock", out)).toMatchObject({
        status: "done",
        result: { levels: counts(0, 0, 5), modes: counts(0, 0, 5) },
      });
      expect(await exportText(sql, "stock")).toBe(out);
      // a file without the columns leaves it
      await importText(sql, "stock", csv(["sku", "on_hand"], ["MODE-4", 9]));
      expect((await modes(sql))[3]).toMatchObject({ mode: "backorder", limit: 0, units: 9 });
    }));

  test("is refused by row where the verb would refuse it", () =>
    database.rolledBack(async (sql) => {
      const { variant: ordered } = await sell(sql, { kind: "digital", sku: "OPEN", prices: { IDR: 5 } });
      await orderOne(sql, await newCustomer(sql), ordered);
      const beyond = await stockedVariant(sql, 1);
      await sql`select public.set_stock_mode(${beyond}, 'backorder', 5)`;
      await buyUnits(sql, await newCustomer(sql), [{ variant: beyond, quantity: 4 }]);
      await sell(sql, { sku: "LEFT", units: 3 });
      await sell(sql, { sku: "ODD" });
      await sell(sql, { sku: "TWO" });
      await newPlace(sql);
      const place = (await sql`select code from public.locations where kind = 'place'`)[0]?.code;
      const refused = await importText(
        sql,
        "stock",
        csv(
          header,
          ["OPEN", "", 1, "tracked", "", ""],
          [await skuOf(sql, beyond), "", 0, "backorder", 2, ""],
          ["LEFT", "", "", "none", "", ""],
          ["ODD", "", "", "sometimes", "", ""],
          ["TWO", "", 1, "backorder", "", ""],
          ["TWO", place, 1, "tracked", 3, "2099-01-01"],
        ),
      );
      expect(problems(refused)).toEqual([
        "2 stock_mode stock_mode_in_use",
        "3 backorder_limit stock_mode_in_use",
        "4 stock_mode stock_mode_in_use",
        "5 on_hand invalid_value",
        "5 stock_mode invalid_stock_mode",
        "6 backorder_limit invalid_stock_mode",
        "7 backorder_limit invalid_stock_mode",
        "7 ships_at invalid_stock_mode",
        "7 stock_mode conflicting_rows",
      ]);
    }));
});

test("units lie in the slots in which the warehouse would have put them, and are taken as it would", () =>
  database.rolledBack(async (sql) => {
    const attic = await newPlace(sql);
    const [place] = await sql`select code from public.locations where id = ${attic}`;
    const slots = async (variant: string) =>
      sql`select slot, location_id, available from public.stock_slots where variant_id = ${variant} order by 1, 2`;
    const pairs = await Promise.all([0, 1, 2].map(async () => [await goods(sql), await goods(sql)] as const));
    for (const wanted of [
      [5, 90, 700],
      [9, 31, 3],
      [0, 260, 4],
    ]) {
      const rows: (string | number)[][] = [];
      for (const [index, [byHand, byFile]] of pairs.entries()) {
        const counted = wanted[index] as number;
        const lines = [
          { variant_id: byHand, counted },
          { variant_id: byHand, location_id: attic, counted: counted + 1 },
        ];
        await adjust(sql, lines, "count");
        const sku = await skuOf(sql, byFile);
        rows.push([sku, "main", counted], [sku, place?.code, counted + 1]);
      }
      const done = await importText(sql, "stock", csv(["sku", "location", "on_hand"], ...rows));
      expect(problems(done)).toEqual([]);
      for (const [byHand, byFile] of pairs) expect(await slots(byFile)).toEqual(await slots(byHand));
    }
  }));

describe("parts of a bundle", () => {
  const parts = (sql: Sql) => sql`
    select part.sku, quantity from public.bundle_items join public.variants as part on part.id = component_variant_id
    join public.variants as bundle on bundle.id = bundle_variant_id where bundle.sku = 'SET' order by 1`;

  test("come with the bundle, also those that are new in the same file, and go where the cell no longer names them", () =>
    database.rolledBack(async (sql) => {
      const text = (cell: string) =>
        csv(
          ["slug", "kind", "title", "sku", "parts"],
          ["set", "bundle", "Set", "SET", cell],
          ["cup", "physical", "Cup", "CUP", ""],
          ["tea", "physical", "Tea", "TEA", ""],
        );
      expect(problems(await importText(sql, "products", text("TEA; CUP*2")))).toEqual([]);
      expect(await parts(sql)).toEqual([
        { sku: "CUP", quantity: 2 },
        { sku: "TEA", quantity: 1 },
      ]);
      const out = await exportText(sql, "products");
      expect(out).toContain(',"CUP*2;TEA*1"');
      expect((await importText(sql, "products", out)).result).toMatchObject({ variants: counts(0, 0, 3) });
      const changed = await importText(sql, "products", text("CUP*3"));
      expect(changed.result).toMatchObject({ variants: counts(0, 1, 2) });
      expect(await parts(sql)).toEqual([{ sku: "CUP", quantity: 3 }]);
      await importText(sql, "products", csv(["slug", "sku"], ["set", "SET"]));
      expect(await parts(sql)).toHaveLength(1);
      await importText(sql, "products", text(""));
      expect(await parts(sql)).toEqual([]);
    }));

  test("are told by row and code where they cannot be", () =>
    database.rolledBack(async (sql) => {
      const other = await skuOf(sql, await bundleOf(sql, []));
      const refused = await importText(
        sql,
        "products",
        csv(
          ["slug", "kind", "title", "sku", "parts"],
          ["one", "bundle", "One", "ONE", "CUP*0"],
          ["two", "bundle", "Two", "TWO", "CUP;CUP*2"],
          ["three", "bundle", "Three", "THREE", `${other};ONE*2`],
          ["four", "bundle", "Four", "FOUR", "NOWHERE*2"],
          ["cup", "physical", "Cup", "CUP", "TEA"],
          ["tea", "physical", "Tea", "TEA", ""],
        ),
      );
      expect(problems(refused)).toEqual([
        "2 parts invalid_value",
        "3 parts invalid_value",
        "4 parts bundle_in_bundle",
        "4 parts bundle_in_bundle",
        "5 parts variant_not_found",
        "6 parts not_a_bundle",
      ]);
    }));
});
