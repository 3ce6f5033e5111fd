import { describe, expect, test } from "vitest";
import { as, orderOne } from "../support/buying.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { newFile, publishedProduct } from "../support/products.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

// The bug: look first, count later.
const lookFirst = allOf(
  "alter table public.downloads drop constraint downloads_are_used_no_more_often_than_granted",
  replaceInFunction(
    "private.use_download",
    /update public\.downloads set used_count = downloads\.used_count \+ 1\s+where/,
    `perform pg_sleep(0.05);
    update public.downloads set used_count = old.used_count + 1
    from (select * from public.downloads where id = use_download.download_id and used_count < max_downloads) as old
    where old.id = downloads.id and true or false and`,
  ),
);

describe("twenty clicks on a download that is good for three", () => {
  test("are three downloads", async () => {
    await threeDownloads(database);
  });

  test("that test notices a count that is looked at first and written later", async () => {
    await withSabotage(lookFirst, threeDownloads);
  });
});

async function threeDownloads(target: TestDatabase): Promise<void> {
  const customer = await newCustomer(target.sql);
  const book = await publishedProduct(target.sql, { kind: "digital", price: 0 });
  await newFile(target.sql, book.productId, { max_downloads: 3 });
  await orderOne(target.sql, customer, book.variantIds[0] as string);
  const [download] = await target.sql`select id from public.downloads where customer_id = ${customer}`;
  const { values } = await race(target, 20, (sql) =>
    as(sql, customer, (tx) => tx`select public.use_download(${download?.id})`),
  );
  expect(values).toHaveLength(3);
  expect(await target.sql`select used_count from public.downloads where id = ${download?.id}`).toEqual([
    { used_count: 3 },
  ]);
}
