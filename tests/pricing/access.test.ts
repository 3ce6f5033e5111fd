import { expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import {
  asAnon,
  asCustomer,
  asOwner,
  asService,
  asStaff,
  newCustomer,
  type StaffRole,
  staffRoles,
} from "../support/people.ts";
import { buyWith, coupon, linesOf, promotion, thing } from "./offers.ts";

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

test("promotions are for staff; a customer sees the codes and uses that are their own, and nobody else's", () =>
  database.rolledBack(async (sql) => {
    const [person, other] = [await newCustomer(sql), await newCustomer(sql)];
    const offer = await promotion(sql, { automatic: false });
    const [own] = [await coupon(sql, offer, { customer: person }), await coupon(sql, offer)];
    await buyWith(sql, person, linesOf([await thing(sql, 1_000), 1]), [own.id]);
    const seen = async () => [
      (await sql`select from public.promotions`).length,
      (await sql`select from public.coupons`).length,
      (await sql`select from public.promotion_redemptions`).length,
    ];
    await asCustomer(sql, person);
    expect(await seen()).toEqual([0, 1, 1]);
    await asCustomer(sql, other);
    expect(await seen()).toEqual([0, 0, 0]);
    await asStaff(sql, "finance");
    expect(await seen()).toEqual([1, 2, 1]);
    await asOwner(sql);
    await asAnon(sql);
    for (const table of ["promotions", "coupons", "promotion_redemptions", "customer_groups"])
      await expectRefusal(() => sql.unsafe(`select from public.${table}`), { code: "42501", status: 401 });
  }));

test("nobody writes a use, a counter or the work behind the verbs, whoever they are", () =>
  database.rolledBack(async (sql) => {
    const person = await newCustomer(sql);
    const offer = await promotion(sql, { automatic: false });
    const attempts = [
      () => sql`insert into public.promotion_redemptions (promotion_id, order_id, customer_id, amount, currency)
        values (${offer}, ${person}, ${person}, 1, 'IDR')`,
      () => sql`update public.promotions set used_count = 0`,
      () => sql`update public.coupons set used_count = 0`,
      () => sql`update public.coupons set code = 'OTHER'`,
      () => sql`delete from public.coupons`,
      () => sql`delete from private.coupon_guesses`,
      () => sql`select private.give_back_promotions(array[${person}]::uuid[])`,
      () => sql`select private.find_coupon(${person}, 'CODE')`,
      () => sql`select private.compute_quote(${person}, '{}', 'IDR')`,
    ];
    for (const become of [(tx: Sql) => asCustomer(tx, person), (tx: Sql) => asStaff(tx, "admin"), asService]) {
      await asOwner(sql);
      await become(sql);
      for (const attempt of attempts) await expectRefusal(attempt, { code: "42501", status: 403 });
    }
  }));
