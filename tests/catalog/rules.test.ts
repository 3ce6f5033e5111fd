import { describe, expect, test } from "vitest";
import { enroll } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";

const database = useDatabase();
const constraint = { code: "23514", status: 400 };

const newProduct = async (sql: Sql, slug = "a-course"): Promise<string> =>
  (await sql`insert into public.products (kind, slug, title) values ('course', ${slug}, 'A course') returning id`)[0]
    ?.id;

describe("a product", () => {
  test("starts as a draft", () =>
    database.rolledBack(async (sql) => {
      const [product] = await sql`select status, publish_at from public.products where id = ${await newProduct(sql)}`;
      expect(product).toEqual({ status: "draft", publish_at: null });
    }));

  test("has a slug for URLs, a title people can read, a known kind and status, and texts of sane length", () =>
    database.rolledBack(async (sql) => {
      const id = await newProduct(sql);
      const wrong = [
        "slug = 'Capital'",
        "slug = 'with space'",
        "slug = '-edge'",
        "slug = 'two--dashes'",
        "slug = ''",
        "slug = repeat('a', 121)",
        "title = ''",
        "title = '   '",
        "title = repeat('x', 201)",
        "summary = repeat('x', 501)",
        "description = repeat('x', 50001)",
        "image_url = 'javascript:alert(1)'",
        "kind = 'elephant'",
        "status = 'sold'",
      ];
      for (const change of wrong) {
        await expectRefusal(() => sql.unsafe(`update public.products set ${change} where id = '${id}'`), constraint);
      }
      await sql`update public.products set slug = 'fine-2', title = 'Ümläut ✓', image_url = '/images/a.png' where id = ${id}`;
    }));

  test("has a slug of its own", () =>
    database.rolledBack(async (sql) => {
      await newProduct(sql, "taken");
      await expectRefusal(() => newProduct(sql, "taken"), { code: "23505", status: 409 });
    }));

  test("goes between draft, published and archived, and each move is in its history", () =>
    database.rolledBack(async (sql) => {
      const id = await newProduct(sql);
      for (const status of ["published", "archived", "draft", "archived", "published", "draft"]) {
        await sql`update public.products set status = ${status} where id = ${id}`;
      }
      const changes = await sql`select to_status from public.status_changes where subject_id = ${id} order by id`;
      expect(changes.map((change) => change.to_status)).toEqual([
        "published",
        "archived",
        "draft",
        "archived",
        "published",
        "draft",
      ]);
    }));

  test("that nobody bought can be deleted, with its intakes, prices, stock and movements", () =>
    database.rolledBack(async (sql) => {
      const { productId, variantId } = await publishedIntake(sql, { seats: 5, price: 10_00 });
      await sql`delete from public.products where id = ${productId}`;
      expect(await sql`select id from public.variants where id = ${variantId}`).toEqual([]);
      expect(await sql`select id from public.stock_movements where variant_id = ${variantId}`).toEqual([]);
    }));

  test("that somebody bought stays", () =>
    database.rolledBack(async (sql) => {
      const { productId, intakeId } = await publishedIntake(sql, { seats: 5 });
      await enroll(sql, await newCustomer(sql), intakeId);
      await expectRefusal(() => sql`delete from public.products where id = ${productId}`, {
        code: "variant_in_use",
        status: 409,
      });
    }));

  test("leaves an audit row for every write, chained to the one before", () =>
    database.rolledBack(async (sql) => {
      const id = await newProduct(sql);
      await sql`update public.products set title = 'Another' where id = ${id}`;
      await sql`delete from public.products where id = ${id}`;
      const rows =
        await sql`select action, before ->> 'title' as before, after ->> 'title' as after from public.audit_log where row_key = ${id} order by id`;
      expect(rows).toEqual([
        { action: "insert", before: null, after: "A course" },
        { action: "update", before: "A course", after: "Another" },
        { action: "delete", before: "Another", after: null },
      ]);
      expect(await sql`select * from private.audit_chain_breaks()`).toEqual([]);
    }));
});

describe("a variant", () => {
  test("has a SKU of its own and of sane form, a title and a known way to count", () =>
    database.rolledBack(async (sql) => {
      const product = await newProduct(sql);
      await sql`insert into public.variants (product_id, sku, title) values (${product}, 'SKU-1', 'One')`;
      await expectRefusal(
        () => sql`insert into public.variants (product_id, sku, title) values (${product}, 'SKU-1', 'Two')`,
        {
          code: "23505",
          status: 409,
        },
      );
      for (const change of [
        "sku = ''",
        "sku = '-x'",
        "sku = 'a b'",
        "sku = repeat('x', 65)",
        "title = ' '",
        "stock_mode = 'guess'",
      ]) {
        await expectRefusal(() => sql.unsafe(`update public.variants set ${change} where sku = 'SKU-1'`), constraint);
      }
    }));

  test("belongs to a product that exists", () =>
    database.rolledBack(async (sql) => {
      const orphan = () =>
        sql`insert into public.variants (product_id, sku, title) values (gen_random_uuid(), 'SKU-2', 'Orphan')`;
      await expectRefusal(orphan, { code: "23503", status: 409 });
    }));
});
