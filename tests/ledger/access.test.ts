import { expect, test } from "vitest";
import { paidSale } from "../payments/paid-sale.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asService, asStaff, staffRoles } from "../support/people.ts";

const database = useDatabase();
const relations = ["ledger_accounts", "ledger_transactions", "ledger_entries"];

test.each(relations)("%s are read by finance, admins, auditors and the secret key", async (relation) => {
  await database.rolledBack(async (sql) => {
    const { customerId } = await paidSale(sql);
    const found = async () => (await sql`select from ${sql(`public.${relation}`)}`).length > 0;
    const seers = [];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      if (await found()) seers.push(role);
    }
    expect(seers.toSorted()).toEqual(["admin", "auditor", "finance"]);
    await asCustomer(sql, customerId);
    expect(await found()).toBe(false);
    await asService(sql);
    expect(await found()).toBe(true);
    await asAnon(sql);
    await expectRefusal(found, { code: "42501", status: 401 });
  });
});

test("nobody writes the books: not the secret key, not finance, not an admin", async () => {
  await database.rolledBack(async (sql) => {
    const { orderId } = await paidSale(sql);
    const denied = { code: "42501", status: 403 };
    for (const become of [
      asCustomer,
      asService,
      (tx: Sql) => asStaff(tx, "finance"),
      (tx: Sql) => asStaff(tx, "admin"),
    ]) {
      await become(sql);
      for (const relation of relations) {
        await expectRefusal(() => sql`insert into ${sql(`public.${relation}`)} default values`, denied);
        await expectRefusal(() => sql`delete from ${sql(`public.${relation}`)}`, denied);
      }
      await expectRefusal(() => sql`update public.ledger_entries set amount = 1`, denied);
      await expectRefusal(() => sql`select private.post_entries('x', ${orderId}, 'IDR', '{}')`, denied);
      await expectRefusal(() => sql`select private.post_sale(${orderId})`, denied);
    }
  });
});
