import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { Auditor } from "../support/auditor.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asService, asStaff, newCustomer } from "../support/people.ts";
import { race } from "../support/race.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

test("a person acts with the role and claims that PostgREST gives them", async () => {
  await database.rolledBack(async (sql) => {
    const who = () =>
      sql`select current_user::text as role, auth.uid() as id, auth.role() as claimed, current_setting('request.method') as method`;
    await asAnon(sql);
    expect(await who()).toEqual([{ role: "anon", id: null, claimed: "anon", method: "POST" }]);
    const customer = await asCustomer(sql);
    expect(await who()).toEqual([{ role: "authenticated", id: customer, claimed: "authenticated", method: "POST" }]);
    await asService(sql);
    expect(await who()).toEqual([{ role: "service_role", id: null, claimed: "service_role", method: "POST" }]);
    await asStaff(sql, "support");
    expect(
      await sql`select private.has_permission('orders.read') as reads, private.has_permission('people.manage') as manages`,
    ).toEqual([{ reads: true, manages: false }]);
  });
});

test("what runs rolled back is gone, and a refusal inside does not end it", async () => {
  const slug = await database.rolledBack(async (sql) => {
    const { slug, intakeId } = await publishedIntake(sql, { seats: 0 });
    await asCustomer(sql);
    await expectRefusal(sql`select public.enroll(${intakeId})`, { code: "out_of_stock", status: 409 });
    await expectRefusal(() => sql`select public.get_order(${randomUUID()})`, { code: "order_not_found", status: 404 });
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
    return slug;
  });
  expect(await database.sql`select 1 from public.products where slug = ${slug}`).toEqual([]);
});

test("an accepted call is no refusal", async () => {
  await expect(expectRefusal(database.sql`select 1`, { code: "out_of_stock", status: 409 })).rejects.toThrow(
    "accepted",
  );
});

test("contenders of a race run at the same moment on connections of their own", async () => {
  const { values } = await race(database, 8, async (sql) => {
    const [row] =
      await sql`select pg_backend_pid() as pid, clock_timestamp() as started, pg_sleep(0.3) as slept, clock_timestamp() as ended`;
    return row;
  });
  expect(new Set(values.map((row) => row?.pid)).size).toBe(8);
  const lastStart = Math.max(...values.map((row) => Number(row?.started)));
  const firstEnd = Math.min(...values.map((row) => Number(row?.ended)));
  expect(lastStart).toBeLessThan(firstEnd);
});

async function oneSeatOneWinner(shop: TestDatabase): Promise<void> {
  const { intakeId } = await publishedIntake(shop.sql, { seats: 1 });
  const buyers = await Promise.all(Array.from({ length: 12 }, () => newCustomer(shop.sql)));
  const auditor = new Auditor();
  await race(shop, buyers.length, (sql, index) => {
    const buyer = buyers[index] as string;
    const enroll = async () =>
      sql.begin(async (tx) => {
        await asCustomer(tx, buyer);
        return tx`select public.enroll(${intakeId})`;
      });
    return auditor.purchase(buyer, enroll);
  });
  expect({ sold: auditor.count("acknowledged"), refused: auditor.refusals() }).toEqual({
    sold: 1,
    refused: { out_of_stock: 11 },
  });
  await auditor.expectKept(shop.sql);
}

test("twelve buyers of one seat leave one winner, and the auditor finds what it was told", () =>
  oneSeatOneWinner(database));

test("the auditor misses an order that was acknowledged and is gone", async () => {
  const auditor = new Auditor();
  const customer = await newCustomer(database.sql);
  const told = { id: randomUUID(), number: "SL-0", currency: "IDR", total_amount: 1 };
  await auditor.purchase(customer, async () => told);
  await expect(auditor.expectKept(database.sql)).rejects.toThrow("acknowledged, but not in the database");
});

test("a sabotage twin is red when the check sees the bug, and complains when it does not", async () => {
  const dropped = "alter table public.stock_slots drop constraint stock_slots_never_sell_what_is_not_there";
  await expect(withSabotage(dropped, async () => {}, { rounds: 1 })).rejects.toThrow("stayed green");
  await expect(
    withSabotage(replaceInFunction("private.enroll", "no such guard", ""), oneSeatOneWinner),
  ).rejects.toThrow("bring the sabotage up to date");
  await withSabotage(
    replaceInFunction("private.sell_units", "return v_beyond;", "return coalesce(v_beyond, 0);"),
    oneSeatOneWinner,
  );
});
