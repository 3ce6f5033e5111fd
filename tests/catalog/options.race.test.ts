import { describe, expect, test } from "vitest";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { asStaff, newCustomer } from "../support/people.ts";
import { publishedProduct } from "../support/products.ts";
import { race } from "../support/race.ts";
import { withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

describe("ten managers who combine the same values at once", () => {
  test("make one variant, by hand and by the verb", async () => {
    await oneVariant(database);
  });

  test("that test notices combinations that need not be unique", async () => {
    await withSabotage("drop index public.variants_one_per_combination", oneVariant);
  });
});

async function oneVariant(target: TestDatabase): Promise<void> {
  const { productId } = await publishedProduct(target.sql, { options: true, status: "draft" });
  const manager = await newCustomer(target.sql);
  const [gone] =
    await target.sql`delete from public.variants where product_id = ${productId} and title = 'M' returning option_value_ids`;
  const { values } = await race(target, 10, (sql, index) =>
    sql.begin(async (tx) => {
      await asStaff(tx, "catalog_manager", manager);
      const values = `{${gone?.option_value_ids}}`;
      await tx`insert into public.variants (product_id, sku, title, option_value_ids)
        values (${productId}, ${`${productId}-${index}`}, 'M', ${values})`;
    }),
  );
  const made = await target.sql`select from public.variants where product_id = ${productId} and title = 'M'`;
  expect({ accepted: values.length, made: made.length }).toEqual({ accepted: 1, made: 1 });
  const again =
    await target.sql`select private.generate_variants(${productId}, '[{"title": "Size", "values": ["S", "M"]}]', null, null) -> 'created' as created`;
  expect(again).toEqual([{ created: 0 }]);
}
