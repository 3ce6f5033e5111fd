import { describe, expect, test } from "vitest";
import { as, confirmPayment, type OpenedPayment, openPayment, orderOne } from "../support/buying.ts";
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

// The bug: nobody waits for who pays; and who pays takes a moment to commit.
const nobodyWaits = allOf(
  replaceInFunction("private.lock_files", /pg_advisory_xact_lock\(.*/, "pg_sleep(0.15);"),
  replaceInFunction(
    "private.confirm_order",
    "perform private.post_sale(",
    "perform pg_sleep(0.3); perform private.post_sale(",
  ),
);

describe("ten who pay for a book while a further file of it is finished", () => {
  test("all have that file", async () => {
    await everybodyHasIt(database);
  });

  test("that test notices a file that is finished without waiting for who is paying", async () => {
    await withSabotage(nobodyWaits, everybodyHasIt);
  });
});

async function everybodyHasIt(target: TestDatabase): Promise<void> {
  const book = await publishedProduct(target.sql, { kind: "digital", price: 10_000 });
  await newFile(target.sql, book.productId);
  const buyers: { id: string; payment: OpenedPayment }[] = [];
  for (let count = 0; count < 10; count++) {
    const id = await newCustomer(target.sql);
    const order = await orderOne(target.sql, id, book.variantIds[0] as string);
    buyers.push({ id, payment: await openPayment(target.sql, id, order.id) });
  }
  const { errors } = await race(target, 11, async (sql, index) => {
    const buyer = buyers[index];
    if (buyer) await confirmPayment(sql, buyer.payment);
    else await newFile(sql, book.productId);
  });
  expect(errors).toEqual([]);
  const granted = await target.sql`select count(*) as files from public.downloads
    where customer_id = any (${buyers.map(({ id }) => id)}) group by customer_id`;
  expect(granted).toEqual(buyers.map(() => ({ files: 2 })));
}

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
