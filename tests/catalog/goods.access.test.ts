import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff } from "../support/people.ts";
import { type BuiltProduct, newFile, newPicture, type ProductWish, publishedProduct } from "../support/products.ts";

const database = useDatabase();
const past = new Date(Date.now() - 1_000);
const future = new Date(Date.now() + 60_000);

/** A product with everything that can hang on it. */
const whole = async (sql: Sql, wish: ProductWish = {}) => {
  const product = await publishedProduct(sql, { kind: "digital", options: true, ...wish });
  await newFile(sql, product.productId);
  return { ...product, pictureId: await newPicture(sql, product.productId) };
};
type Whole = Awaited<ReturnType<typeof whole>>;

// How much of it the API shows: product, options, values, variants, pictures, files.
const seen = async (sql: Sql, { productId }: BuiltProduct, files = true): Promise<number[]> => {
  const [row] = await sql`select
    (select count(*) from public.products where id = ${productId}) as products,
    (select count(*) from public.product_options where product_id = ${productId}) as options,
    (select count(*) from public.product_option_values join public.product_options on product_options.id = option_id where product_id = ${productId}) as values,
    (select count(*) from public.variants where product_id = ${productId}) as variants,
    (select count(*) from public.media where product_id = ${productId}) as media`;
  const [file] = files
    ? await sql`select count(*) from public.digital_files where product_id = ${productId}`
    : [{ count: 0 }];
  return [...Object.values(row ?? {}), file?.count].map(Number);
};

describe("visitors and customers", () => {
  const wishes: Record<string, [ProductWish, number[]]> = {
    "a product on sale": [{}, [1, 1, 2, 2, 1, 0]],
    "one whose time has come": [{ publishAt: past, unpublishAt: future }, [1, 1, 2, 2, 1, 0]],
    "one whose time has not come": [{ publishAt: future }, [0, 0, 0, 0, 0, 0]],
    "one whose time is over": [{ publishAt: new Date(0), unpublishAt: past }, [0, 0, 0, 0, 0, 0]],
    "a draft": [{ status: "draft" }, [0, 0, 0, 0, 0, 0]],
    "an archived one": [{ status: "archived" }, [0, 0, 0, 0, 0, 0]],
  };
  for (const [name, [wish, expected]] of Object.entries(wishes)) {
    test(`see of ${name} what they may, in tables and in the answers of functions`, () =>
      database.rolledBack(async (sql) => {
        const product = await whole(sql, wish);
        for (const become of [asAnon, asCustomer]) {
          await asOwner(sql);
          await become(sql);
          expect(await seen(sql, product, become === asCustomer)).toEqual(expected);
          const reads = [
            () => sql`select public.product_document(${product.slug})`,
            () => sql`select public.media_file(${product.pictureId})`,
          ];
          for (const read of reads) expect((await refusalOf(read))?.status).toBe(expected[0] ? undefined : 404);
        }
      }));
  }

  test("write none of it and may call no verb of staff", () =>
    database.rolledBack(async (sql) => {
      const product = await whole(sql, { category: true });
      for (const [become, status] of [
        [asAnon, 401],
        [asCustomer, 403],
      ] as const) {
        for (const write of [...inserts(sql, product), ...verbs(sql, product)]) {
          await asOwner(sql);
          await become(sql);
          const refusal = await refusalOf(write);
          expect(["42501", "permission_denied"]).toContain(refusal?.code);
          if (refusal?.status) expect(refusal.status).toBe(status);
        }
        await asOwner(sql);
        await become(sql);
        for (const table of [
          "categories",
          "product_options",
          "product_option_values",
          "media",
          "category_attributes",
        ]) {
          const refusal = await refusalOf(() => sql.unsafe(`delete from public.${table}`));
          expect(refusal?.code ?? "42501").toBe("42501");
        }
      }
      await asOwner(sql);
      expect(await seen(sql, product)).toEqual([1, 1, 2, 2, 1, 1]);
    }));
});

describe("staff", () => {
  test("who may read the catalogue see drafts with everything on them; catalog managers and admins write", () =>
    database.rolledBack(async (sql) => {
      const draft = await whole(sql, { status: "draft", category: true });
      for (const role of ["instructor", "support", "warehouse", "auditor"] as const) {
        await asStaff(sql, role);
        expect(await seen(sql, draft), role).toEqual([1, 1, 2, 2, 1, 1]);
        for (const write of [...inserts(sql, draft), ...verbs(sql, draft)])
          expect(["42501", "permission_denied"], role).toContain((await refusalOf(write))?.code);
      }
      for (const role of ["catalog_manager", "admin"] as const) {
        await asStaff(sql, role);
        for (const write of [...inserts(sql, draft), ...verbs(sql, draft)]) {
          await sql`savepoint one`;
          expect(await write(), role).toHaveLength(1);
          await sql`rollback to savepoint one`;
        }
      }
      for (const role of ["finance", "courier"] as const) {
        await asStaff(sql, role);
        expect(await seen(sql, draft), role).toEqual([0, 0, 0, 0, 0, 0]);
      }
    }));

  test("cannot say what a file is, where it lies or that it has arrived: only the function that looked at it can", () =>
    database.rolledBack(async (sql) => {
      const product = await whole(sql);
      await asStaff(sql, "admin");
      const attempts = [
        () => sql`insert into public.media (product_id) values (${product.productId})`,
        () => sql`update public.media set sha256 = ${"0".repeat(64)} where id = ${product.pictureId}`,
        () => sql`update public.media set ready_at = now() where id = ${product.pictureId}`,
        () => sql`update public.digital_files set byte_size = 1 where product_id = ${product.productId}`,
        () => sql`select public.finish_upload('image', ${product.pictureId}, '{}')`,
        () => sql`select public.discard_upload('image', ${product.pictureId})`,
        () => sql`update public.categories set parent_depth = 1`,
        () => sql`update public.downloads set used_count = 0`,
      ];
      for (const attempt of attempts) await expectRefusal(attempt, { code: "42501", status: 403 });
      await asOwner(sql);
      await asService(sql);
      await expectRefusal(() => sql`select public.finish_upload('image', gen_random_uuid(), '{}')`, {
        code: "upload_not_found",
        status: 404,
      });
    }));
});

function inserts(sql: Sql, { productId, categoryId }: Whole) {
  return [
    () => sql`insert into public.categories (slug, title) values ('new', 'New') returning slug`,
    () =>
      sql`insert into public.category_attributes (category_id, key, title, type) values (${categoryId}, 'new', 'New', 'text') returning key`,
    () => sql`insert into public.collections (slug, title) values ('new', 'New') returning slug`,
    () => sql`insert into public.product_options (product_id, title) values (${productId}, 'New') returning title`,
  ];
}

function verbs(sql: Sql, { productId, categoryId }: Whole) {
  return [
    () => sql`select public.move_category(${categoryId}, null, 5)`,
    () => sql`select public.generate_variants(${productId}, '[{"title": "Size", "values": ["XL"]}]')`,
    () => sql`select public.start_upload('image', ${productId})`,
  ];
}
