import { expect, test } from "vitest";
import { times, together } from "../payments/together.ts";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { call, complain, newStaff, openComplaint, resolve } from "./complaining.ts";

const database = useDatabase();
const CROWD = 20;

test("of twenty who resolve one complaint at once one does it, and the money goes back once", async () => {
  await resolvedOnce(database);
});

test("twenty give the money back many times when nobody holds the complaint and a round may end twice", async () => {
  await withSabotage(
    allOf(
      replaceInFunction(
        "private.resolve_complaint",
        "where orders.id = v_complaint.order_id for update",
        "where orders.id = v_complaint.order_id",
      ),
      replaceInFunction(
        "private.lock_complaint",
        "where complaints.id = v_complaint.id for update",
        "where complaints.id = v_complaint.id",
      ),
      "alter table private.complaint_resolutions drop constraint complaint_resolutions_one_per_round",
    ),
    resolvedOnce,
    { rounds: 8 },
  );
});

async function resolvedOnce(target: TestDatabase): Promise<void> {
  const { basket, complaint } = await openComplaint(target.sql);
  const staff = [await newStaff(target.sql, "admin"), await newStaff(target.sql, "finance")];
  const answers = await together(
    target,
    times(CROWD, (index) => (sql: Pool) => resolve(sql, complaint.id, { amount: 3_00 }, staff[index % 2])),
  );
  expect(answers).toHaveLength(CROWD);
  const refunds = await target.sql`select amount from public.refunds where order_id = ${basket.orderId}`;
  expect(refunds).toEqual([{ amount: 3_00 }]);
  await expectInvariants(target.sql);
}

test("a replacement is sent once, and its units leave once", async () => {
  const { basket, complaint } = await openComplaint(database.sql);
  await together(
    database,
    times(8, () => (sql: Pool) => resolve(sql, complaint.id, { resolution: "replacement" })),
  );
  const [after] = await database.sql`select
    (select count(*) from public.orders where customer_id = ${basket.customerId}) as orders,
    (select available from public.stock_levels where variant_id = ${basket.thing}) as things`;
  expect(after).toEqual({ orders: 2, things: 4 });
});

test("withdrawn by its customer and resolved by staff at once, a complaint ends in one of the two", async () => {
  for (let round = 0; round < raceRounds(4); round++) {
    const { basket, complaint } = await openComplaint(database.sql);
    await together(database, [
      (sql) => call(sql, basket.customerId, "withdraw_complaint", complaint.id),
      (sql) => resolve(sql, complaint.id, { amount: 3_00 }),
      (sql) => call(sql, basket.customerId, "add_complaint_message", complaint.id, "One moment"),
      (sql) => call(sql, "service", "start_complaint_review", complaint.id),
    ]);
    const [row] =
      await database.sql`select status, (select count(*) from public.refunds where order_id = ${basket.orderId}) as refunds
      from public.complaints where id = ${complaint.id}`;
    expect(["withdrawn 0", "resolved 1"]).toContain(`${row?.status} ${row?.refunds}`);
  }
});

test("of many who complain about one line at once one is heard", async () => {
  await heardOnce(database);
});

test("many are heard when a line may have several live complaints", async () => {
  await withSabotage("drop index private.complaint_lines_one_live_complaint_each", heardOnce);
});

async function heardOnce(target: TestDatabase): Promise<void> {
  const { basket, complaint } = await openComplaint(target.sql);
  await call(target.sql, basket.customerId, "withdraw_complaint", complaint.id);
  const lines = [{ order_item_id: basket.things, quantity: 1 }];
  await together(
    target,
    times(10, () => (sql: Pool) => complain(sql, basket.customerId, basket.orderId, { lines })),
  );
  const live = await target.sql`select from public.complaints where order_id = ${basket.orderId} and status = 'open'`;
  expect(live).toHaveLength(1);
}

test("files that are added at once are never more than a complaint may have", async () => {
  const { basket, complaint } = await openComplaint(database.sql);
  await together(
    database,
    times(16, () => (sql: Pool) => call(sql, basket.customerId, "start_evidence", complaint.id)),
  );
  const files = await database.sql`select from public.complaint_evidence where complaint_id = ${complaint.id}`;
  expect(files).toHaveLength(10);
});
