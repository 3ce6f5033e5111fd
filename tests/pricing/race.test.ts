import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { asStaff } from "../support/people.ts";
import { race } from "../support/race.ts";
import { withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

describe("twenty managers who price one variant in one currency at once", () => {
  test("leave one price", async () => {
    await onePrice(database);
  });

  test("that test notices prices that need not be one per currency", async () => {
    await withSabotage("alter table public.prices drop constraint prices_are_one_per_currency", onePrice, {
      rounds: 1,
    });
  });
});

async function onePrice(target: TestDatabase): Promise<void> {
  const { variantId } = await publishedIntake(target.sql, { seats: 2, price: 100_00, currency: "IDR" });
  const { values } = await race(target, 20, (sql, index) =>
    sql.begin(async (transaction) => {
      await asStaff(transaction, "catalog_manager");
      await transaction`insert into public.prices (variant_id, currency, amount) values (${variantId}, 'USD', ${index + 1})`;
    }),
  );
  expect(values).toHaveLength(1);
  expect(await target.sql`select from public.prices where variant_id = ${variantId} and currency = 'USD'`).toHaveLength(
    1,
  );
}
