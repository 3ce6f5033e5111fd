import { expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asStaff, type StaffRole, staffRoles } from "../support/people.ts";

const database = useDatabase();
const writers: StaffRole[] = ["admin", "catalog_manager"];

test("anybody reads currencies and the prices of what is published, and no price of a draft", () =>
  database.rolledBack(async (sql) => {
    const shown = await publishedIntake(sql, { price: 10_00 });
    const hidden = await publishedIntake(sql, { price: 20_00, status: "draft" });
    for (const become of [asAnon, asCustomer]) {
      await asOwner(sql);
      await become(sql);
      const variants = [shown.variantId, hidden.variantId];
      expect(await sql`select amount from public.prices where variant_id = any (${variants}::uuid[])`).toEqual([
        { amount: 10_00 },
      ]);
      expect(await sql`select code from public.currencies order by code`).toEqual([{ code: "IDR" }, { code: "USD" }]);
    }
  }));

for (const role of staffRoles) {
  const may = writers.includes(role);
  test(`staff with the role ${role} ${may ? "set" : "do not set"} prices`, () =>
    database.rolledBack(async (sql) => {
      const { variantId } = await publishedIntake(sql, { price: 10_00 });
      await asStaff(sql, role);
      const insert = () =>
        sql`insert into public.prices (variant_id, currency, amount) values (${variantId}, 'USD', 1)`;
      if (may) await insert();
      else await expectRefusal(insert, { code: "42501", status: 403 });
      const changed =
        await sql`update public.prices set amount = 1 where variant_id = ${variantId} and currency = 'IDR' returning id`;
      const deleted =
        await sql`delete from public.prices where variant_id = ${variantId} and currency = 'IDR' returning id`;
      expect([changed.length, deleted.length]).toEqual(may ? [1, 1] : [0, 0]);
    }));
}

test("nobody moves a price to another variant or currency, or adds a currency", () =>
  database.rolledBack(async (sql) => {
    const [one, two] = [await publishedIntake(sql, { price: 10_00 }), await publishedIntake(sql, { price: null })];
    await asStaff(sql, "admin");
    const forbidden = { code: "42501", status: 403 };
    await expectRefusal(
      () => sql`update public.prices set variant_id = ${two.variantId} where variant_id = ${one.variantId}`,
      forbidden,
    );
    await expectRefusal(
      () => sql`update public.prices set currency = 'USD' where variant_id = ${one.variantId}`,
      forbidden,
    );
    await expectRefusal(
      () => sql`insert into public.currencies (code, name, minor_units) values ('EUR', 'Euro', 2)`,
      forbidden,
    );
  }));
