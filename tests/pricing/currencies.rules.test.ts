import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asCustomer, asOwner, asStaff, staffRoles } from "../support/people.ts";
import { linesOf, quote, thing } from "./offers.ts";

const database = useDatabase();

const add = async (sql: Sql, code: string, name = "Money", key: string | null = null) =>
  (await sql`select public.add_currency(${code}, ${name}, ${key}) as answer`)[0]?.answer;
const retire = async (sql: Sql, code: string) =>
  (await sql`select public.retire_currency(${code}) as answer`)[0]?.answer;

describe("a currency", () => {
  test("is added by staff who price, with the minor units of ISO 4217, and things are sold in it", () =>
    database.rolledBack(async (sql) => {
      await asStaff(sql, "catalog_manager");
      const dollar = { code: "SGD", name: "Singapore dollar", minor_units: 2, retired_at: null };
      expect(await add(sql, "SGD", " Singapore dollar ", "once")).toEqual(dollar);
      expect(await add(sql, "SGD", " Singapore dollar ", "once")).toEqual(dollar);
      expect([await add(sql, "JPY"), await add(sql, "KWD")]).toMatchObject([{ minor_units: 0 }, { minor_units: 3 }]);
      await asOwner(sql);
      expect(
        await sql`select from public.audit_log where table_name = 'currencies' and action = 'insert'`,
      ).toHaveLength(3);
      const item = await thing(sql, 1_250, { currency: "SGD" });
      expect(await quote(sql, null, linesOf([item, 2]), { currency: "SGD" })).toMatchObject({
        currency: "SGD",
        total_amount: 2_500,
      });
    }));

  test("that is none, or that the bank counts otherwise, is refused, and so is one without a name", () =>
    database.rolledBack(async (sql) => {
      await asStaff(sql, "admin");
      const invalid = { code: "invalid_currency", status: 422 };
      for (const code of ["XXX", "sgd", "ISK", "", "EURO"]) await expectRefusal(() => add(sql, code), invalid);
      for (const name of ["", " \u200b ", "x".repeat(101)]) await expectRefusal(() => add(sql, "EUR", name), invalid);
      await expectRefusal(() => sql`select public.add_currency(null, null)`, invalid);
    }));

  test("that is retired takes nothing new, keeps what was, and comes back by being added", () =>
    database.rolledBack(async (sql) => {
      const item = await thing(sql, 1_000, { currency: "USD" });
      const lines = linesOf([item, 1]);
      await asStaff(sql, "admin");
      const retired = await retire(sql, "USD");
      expect(retired.retired_at).not.toBeNull();
      expect(await retire(sql, "USD")).toEqual(retired);
      await asOwner(sql);
      const refused = { code: "currency_not_supported", status: 422 };
      for (const ask of [
        () => quote(sql, null, lines, { currency: "USD" }),
        () => sql`select public.list_products(currency => 'USD')`,
        () => sql`select public.search_products(currency => 'USD')`,
        () => sql`select public.popular_products(currency => 'USD')`,
      ])
        await expectRefusal(ask, refused);
      expect(await sql`select amount from public.prices where variant_id = ${item.variant}`).toEqual([
        { amount: 1_000 },
      ]);
      await asStaff(sql, "admin");
      await expectRefusal(() => retire(sql, "IDR"), { code: "currency_in_use", status: 409 });
      await expectRefusal(() => retire(sql, "EUR"), refused);
      await add(sql, "USD", "US dollar");
      await asOwner(sql);
      expect(await quote(sql, null, lines, { currency: "USD" })).toMatchObject({ total_amount: 1_000 });
    }));

  test("that nobody sells in cannot be the one that the shop takes when nobody names one", () =>
    database.rolledBack(async (sql) => {
      const unsold = { code: "currency_not_supported", status: 422 };
      const become = (value: unknown) =>
        sql`update public.settings set value = ${JSON.stringify(value)}::text::jsonb where key = 'default_currency'`;
      await asStaff(sql, "admin");
      await retire(sql, "USD");
      for (const value of ["USD", "EUR", "", null, 1, ["IDR"]]) await expectRefusal(() => become(value), unsold);
      await add(sql, "USD", "US dollar");
      await become("USD");
      await retire(sql, "IDR");
      await expectRefusal(() => retire(sql, "USD"), { code: "currency_in_use", status: 409 });
    }));

  test("is no matter of customers, or of staff who do not price", () =>
    database.rolledBack(async (sql) => {
      const denied = { code: "permission_denied", status: 403 };
      const others = staffRoles.filter((role) => role !== "admin" && role !== "catalog_manager");
      for (const become of [asCustomer, ...others.map((role) => (tx: Sql) => asStaff(tx, role))]) {
        await become(sql);
        await expectRefusal(() => add(sql, "EUR"), denied);
        await expectRefusal(() => retire(sql, "USD"), denied);
        await asOwner(sql);
      }
    }));
});
