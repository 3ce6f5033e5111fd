import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { asStaff } from "../support/people.ts";
import { race } from "../support/race.ts";
import { withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

describe("twenty managers who take one slug at once", () => {
  test("make one product", async () => {
    await oneProduct(database);
  });

  test("that test notices a slug that need not be unique", async () => {
    await withSabotage("alter table public.products drop constraint products_slug_key", oneProduct, { rounds: 1 });
  });
});

async function oneProduct(target: TestDatabase): Promise<void> {
  const slug = `course-${randomUUID()}`;
  const { values } = await race(target, 20, (sql) =>
    sql.begin(async (transaction) => {
      await asStaff(transaction, "catalog_manager");
      await transaction`insert into public.products (kind, slug, title) values ('course', ${slug}, 'One course')`;
    }),
  );
  expect(values).toHaveLength(1);
  expect(await target.sql`select from public.products where slug = ${slug}`).toHaveLength(1);
}
