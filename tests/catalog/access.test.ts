import { describe, expect, test } from "vitest";
import { type BuiltIntake, publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asStaff, type StaffRole } from "../support/people.ts";

const database = useDatabase();
const forbidden = { code: "42501", status: 403 };

// Everything that hangs on a product, as the API sees it.
const partsOf = async (sql: Sql, { productId, variantId, intakeId }: BuiltIntake): Promise<number[]> => {
  const [row] = await sql`select
    (select count(*) from public.products where id = ${productId}) as products,
    (select count(*) from public.courses where product_id = ${productId}) as courses,
    (select count(*) from public.intakes where id = ${intakeId}) as intakes,
    (select count(*) from public.variants where id = ${variantId}) as variants,
    (select count(*) from public.prices where variant_id = ${variantId}) as prices,
    (select count(*) from public.stock_levels where variant_id = ${variantId}) as levels,
    (select count(*) from public.stock_slots where variant_id = ${variantId}) as slots`;
  return Object.values(row ?? {}).map(Number);
};

const everything = [1, 1, 1, 1, 1, 1, 1];
const nothing = [0, 0, 0, 0, 0, 0, 0];

describe("visitors and customers", () => {
  const wishes = {
    "a published product": [{ status: "published" }, everything],
    "one whose time to be published has come": [
      { status: "published", publishAt: new Date(Date.now() - 1_000) },
      everything,
    ],
    "one whose time has not come": [{ status: "published", publishAt: new Date(Date.now() + 60_000) }, nothing],
    "a draft": [{ status: "draft" }, nothing],
    "an archived one": [{ status: "archived" }, nothing],
  } as const;
  for (const [name, [wish, seen]] of Object.entries(wishes)) {
    test(`see ${seen === everything ? "all" : "nothing"} of ${name}`, () =>
      database.rolledBack(async (sql) => {
        const built = await publishedIntake(sql, { seats: 3, price: 10_00, ...wish });
        await asAnon(sql);
        expect(await partsOf(sql, built)).toEqual(seen);
        await asOwner(sql);
        await asCustomer(sql);
        expect(await partsOf(sql, built)).toEqual(seen);
      }));
  }

  test("see a product from the very moment it is due, without anybody's doing", () =>
    database.rolledBack(async (sql) => {
      const built = await publishedIntake(sql, { seats: 3, price: 10_00 });
      for (const [offset, seen] of [
        ["1 microsecond", nothing],
        ["0", everything],
      ] as const) {
        await asOwner(sql);
        await sql`update public.products set publish_at = now() + ${offset}::interval where id = ${built.productId}`;
        await asAnon(sql);
        expect(await partsOf(sql, built)).toEqual(seen);
      }
    }));

  test("can write nothing in the catalogue", () =>
    database.rolledBack(async (sql) => {
      const built = await publishedIntake(sql, { seats: 3, price: 10_00 });
      for (const [become, status] of [
        [asAnon, 401],
        [asCustomer, 403],
      ] as const) {
        await asOwner(sql);
        await become(sql);
        for (const write of writes(sql, built)) await expectRefusal(write, { code: "42501", status });
        for (const change of changes(sql, built)) expect(await rowsOrForbidden(change)).toBe(0);
      }
    }));
});

describe("staff", () => {
  test("who may read the catalogue see drafts, and only catalog managers and admins write it", () =>
    database.rolledBack(async (sql) => {
      const draft = await publishedIntake(sql, { seats: 3, price: 10_00, status: "draft" });
      const readers: StaffRole[] = ["instructor", "support", "warehouse", "auditor"];
      for (const role of readers) {
        await asStaff(sql, role);
        expect(await partsOf(sql, draft), role).toEqual(everything);
        for (const write of writes(sql, draft)) await expectRefusal(write, forbidden);
        for (const change of changes(sql, draft)) expect(await rowsOrForbidden(change), role).toBe(0);
      }
      for (const role of ["catalog_manager", "admin"] as const) {
        await asStaff(sql, role);
        for (const write of writes(sql, draft)) expect(await write(), role).toHaveLength(1);
        for (const change of changes(sql, draft)) expect(await change(), role).toHaveLength(1);
        await asOwner(sql);
        await sql`delete from public.products where slug = 'new'`;
      }
      for (const role of ["finance", "courier"] as const) {
        await asStaff(sql, role);
        expect(await partsOf(sql, draft), role).toEqual(nothing);
      }
    }));

  test("cannot choose ids, times, the way to count stock, or delete what is published", () =>
    database.rolledBack(async (sql) => {
      const built = await publishedIntake(sql, { seats: 3, price: 10_00 });
      await asStaff(sql, "admin");
      const attempts = [
        () => sql`update public.products set id = gen_random_uuid() where id = ${built.productId}`,
        () => sql`update public.products set created_at = now() where id = ${built.productId}`,
        () => sql`update public.products set kind = 'course' where id = ${built.productId}`,
        () => sql`update public.variants set stock_mode = 'none' where id = ${built.variantId}`,
        () => sql`update public.variants set product_id = gen_random_uuid() where id = ${built.variantId}`,
        () => sql`update public.intakes set variant_id = gen_random_uuid() where id = ${built.intakeId}`,
        () => sql`delete from public.intakes where id = ${built.intakeId}`,
        () => sql`truncate public.products cascade`,
      ];
      for (const attempt of attempts) await expectRefusal(attempt, forbidden);
      expect(await sql`delete from public.products where id = ${built.productId} returning id`).toEqual([]);
    }));

  test("are named in the audit log with what they changed", () =>
    database.rolledBack(async (sql) => {
      const built = await publishedIntake(sql, { price: 10_00 });
      const manager = await asStaff(sql, "catalog_manager");
      await sql`update public.products set title = 'Renamed' where id = ${built.productId}`;
      await asOwner(sql);
      const rows = await sql`select actor_id, actor_role, request_id, after ->> 'title' as title from public.audit_log
        where row_key = ${built.productId} and action = 'update'`;
      expect(rows).toEqual([
        { actor_id: manager, actor_role: "authenticated", request_id: "test-request", title: "Renamed" },
      ]);
    }));
});

function writes(sql: Sql, { productId, variantId }: BuiltIntake) {
  return [
    () => sql`insert into public.products (kind, slug, title) values ('course', 'new', 'New') returning id`,
    () =>
      sql`insert into public.variants (product_id, sku, title) select ${productId}, 'NEW-' || gen_random_uuid(), 'New' returning id`,
    () => sql`insert into public.intakes (product_id, title, seats) values (${productId}, 'New', 3) returning id`,
    () => sql`insert into public.prices (variant_id, currency, amount) values (${variantId}, 'USD', 100)
      on conflict on constraint prices_are_one_per_currency do update set amount = excluded.amount returning id`,
  ];
}

function changes(sql: Sql, { productId, variantId, intakeId }: BuiltIntake) {
  return [
    () => sql`update public.products set title = 'Changed' where id = ${productId} returning id`,
    () => sql`update public.courses set level = 'advanced' where product_id = ${productId} returning product_id`,
    () => sql`update public.variants set title = 'Changed' where id = ${variantId} returning id`,
    () => sql`update public.intakes set seats = seats + 1 where id = ${intakeId} returning id`,
    () =>
      sql`update public.prices set amount = amount + 1 where variant_id = ${variantId} and currency = 'IDR' returning id`,
  ];
}

// Without the grant a change is refused; with it, policies leave nothing to change.
async function rowsOrForbidden(change: () => PromiseLike<readonly unknown[]>): Promise<number> {
  let rows = 0;
  const refusal = await refusalOf(async () => {
    rows = (await change()).length;
  });
  if (refusal) expect(refusal.code).toBe("42501");
  return rows;
}
