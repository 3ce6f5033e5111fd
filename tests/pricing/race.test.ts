import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { asStaff } from "../support/people.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";

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

// The bug: look at the setting first, retire later; and set what was good when it was looked at.
const lookFirst = allOf(
  replaceInFunction(
    "private.retire_currency",
    "update public.currencies set",
    "perform pg_sleep(0.05); update public.currencies set",
  ),
  replaceInFunction("private.retire_currency", "for update;", ";"),
);

describe("a currency that becomes the default while it is retired", () => {
  test("is one or the other", async () => {
    await defaultIsSold(database);
  });

  test("that test notices who looks at the setting before holding the currency", async () => {
    await withSabotage(lookFirst, defaultIsSold);
  });
});

async function defaultIsSold(target: TestDatabase): Promise<void> {
  const { errors } = await race(target, 2, (sql, index) =>
    sql.begin(async (transaction) => {
      await asStaff(transaction, "admin");
      if (index === 0) await transaction`select public.retire_currency('USD')`;
      else await transaction`update public.settings set value = '"USD"' where key = 'default_currency'`;
    }),
  );
  expect(errors).toHaveLength(1);
  expect(
    await target.sql`select retired_at from public.currencies where to_jsonb(code) = private.setting('default_currency')`,
  ).toEqual([{ retired_at: null }]);
  await target.sql`update public.currencies set retired_at = null`;
  await target.sql`update public.settings set value = '"IDR"' where key = 'default_currency'`;
}

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
