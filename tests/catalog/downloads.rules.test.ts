import { describe, expect, test } from "vitest";
import { as, cancelOrder, orderOne, payOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { bundleOf } from "../support/goods.ts";
import { asAnon, asOwner, asStaff, newCustomer } from "../support/people.ts";
import { newFile, publishedProduct } from "../support/products.ts";

const database = useDatabase();

type Use = { download_id: string; used_count: number; max_downloads: number; link_expires_at: string };
const use = (sql: Sql, customer: string, id: string, key: string | null = null): Promise<Use> =>
  as(sql, customer, async (tx) => (await tx`select public.use_download(${id}, ${key}) as used`)[0]?.used);
const mine = (sql: Sql, customer: string) => as(sql, customer, (tx) => tx`select * from public.my_downloads()`);
const boughtBook = async (sql: Sql, limits = {}, price = 0) => {
  const customer = await newCustomer(sql);
  const book = await publishedProduct(sql, { kind: "digital", price });
  const file = await newFile(sql, book.productId, limits);
  const order = await orderOne(sql, customer, book.variantIds[0] as string);
  if (price > 0) await payOrder(sql, customer, order.id);
  const [download] = await mine(sql, customer);
  return { customer, order, file, ...book, download: download?.download_id as string };
};
const refused = (code: string) => ({ code, status: code === "download_not_found" ? 404 : 409 });

describe("a download", () => {
  test("is granted when the order is paid, at once when there is nothing to pay, and to nobody before", () =>
    database.rolledBack(async (sql) => {
      const { customer } = await boughtBook(sql);
      expect(await mine(sql, customer)).toMatchObject([{ file_name: "book.pdf", used_count: 0, max_downloads: 5 }]);
      const book = await publishedProduct(sql, { kind: "digital" });
      await newFile(sql, book.productId, { variantId: book.variantIds[0] as string });
      const buyer = await newCustomer(sql);
      const order = await orderOne(sql, buyer, book.variantIds[0] as string);
      expect(await mine(sql, buyer)).toEqual([]);
      await payOrder(sql, buyer, order.id);
      expect(await mine(sql, buyer)).toHaveLength(1);
      const rights =
        await sql`select count(*) from public.downloads where expires_at - granted_at = interval '30 days'`;
      expect(rights).toEqual([{ count: 2 }]);
    }));

  test("of a file that was added later is granted to who bought before, while the purchase counts", () =>
    database.rolledBack(async (sql) => {
      const book = await publishedProduct(sql, { kind: "digital", price: 50_000_00 });
      const people = await Promise.all(["paid", "early", "cancelled", "old"].map(() => newCustomer(sql)));
      const [paid, early, cancelled, old] = people as [string, string, string, string];
      const buy = async (person: string) => {
        const order = await orderOne(sql, person, book.variantIds[0] as string);
        await payOrder(sql, person, order.id);
        return order.id;
      };
      const orders = { early: await buy(early), cancelled: await buy(cancelled), old: await buy(old) };
      const unpaid = await newCustomer(sql);
      await orderOne(sql, unpaid, book.variantIds[0] as string);
      const first = await newFile(sql, book.productId);
      await buy(paid);
      const admin = await asStaff(sql, "admin");
      await cancelOrder(sql, admin, orders.cancelled, { reason: "a test" });
      await asOwner(sql);
      await sql`update public.orders set paid_at = now() - interval '31 days' where id = ${orders.old}`;
      await sql`update public.orders set paid_at = now() - interval '10 days' where id = ${orders.early}`;
      await newFile(sql, book.productId);
      await sql`select private.finish_upload('file', ${first}, '{}')`;
      const live = async (person: string) =>
        (await mine(sql, person)).filter(({ ended_at }) => ended_at === null).length;
      const counts = [await live(paid), await live(early), await live(cancelled), await live(old), await live(unpaid)];
      expect(counts).toEqual([2, 2, 0, 1, 0]);
      const rights = await sql`select expires_at - now() = interval '20 days' as until from public.downloads
        where customer_id = ${early} order by granted_at desc, expires_at limit 1`;
      expect(rights).toEqual([{ until: true }]);
    }));

  test("works as often as its file says, and asked again with its key a use is the same use", () =>
    database.rolledBack(async (sql) => {
      const { customer, download } = await boughtBook(sql, { max_downloads: 2 });
      const first = await use(sql, customer, download, "one");
      expect(first).toMatchObject({ used_count: 1, max_downloads: 2 });
      expect(await use(sql, customer, download, "one")).toEqual(first);
      expect(await use(sql, customer, download)).toMatchObject({ used_count: 2 });
      await expectRefusal(() => use(sql, customer, download), refused("download_limit_reached"));
      await asOwner(sql);
      await expectRefusal(() => sql`update public.downloads set used_count = 3`, { code: "23514", status: 400 });
    }));

  test("works as long as its file or the shop says", () =>
    database.rolledBack(async (sql) => {
      const { customer, download } = await boughtBook(sql, { access_days: 3 });
      const [row] = await sql`select expires_at - granted_at = interval '3 days' as fits from public.downloads`;
      expect(row).toEqual({ fits: true });
      await sql`update public.downloads set expires_at = now()`;
      await expectRefusal(() => use(sql, customer, download), refused("download_expired"));
      await asOwner(sql);
      await sql`update public.settings set value = 'null' where key = 'download_days'`;
      const unlimited = await boughtBook(sql);
      expect(await mine(sql, unlimited.customer)).toMatchObject([{ expires_at: null }]);
    }));

  test("ends when its order is cancelled or refunded", () =>
    database.rolledBack(async (sql) => {
      const free = await boughtBook(sql);
      await cancelOrder(sql, free.customer, free.order.id);
      await expectRefusal(() => use(sql, free.customer, free.download), refused("download_ended"));
      await asOwner(sql);
      const paid = await boughtBook(sql, {}, 50_000_00);
      const admin = await asStaff(sql, "admin");
      await cancelOrder(sql, admin, paid.order.id, { reason: "a test" });
      await expectRefusal(() => use(sql, paid.customer, paid.download), refused("download_ended"));
    }));

  test("of several units goes with them: what is left works as often as the units that are left, and a later file too", () =>
    database.rolledBack(async (sql) => {
      const customer = await newCustomer(sql);
      const book = await publishedProduct(sql, { kind: "digital", price: 50_000_00 });
      await newFile(sql, book.productId, { max_downloads: 4 });
      const [variant_id] = book.variantIds as [string];
      const [order] = await as(
        sql,
        customer,
        (tx) => tx`select public.place_order(${tx.json([{ variant_id, quantity: 3 }])}) as order`,
      );
      await payOrder(sql, customer, order?.order.id);
      const giveBack = (quantity: number) => sql`
        select private.take_back_lines(${order?.order.id}, array_agg(id), array[${quantity}::integer], true, 'a test') from public.order_items where order_id = ${order?.order.id}`;
      const limits = async () => (await mine(sql, customer)).map(({ max_downloads }) => max_downloads);
      await giveBack(1);
      expect(await limits()).toEqual([8]);
      await newFile(sql, book.productId);
      expect(await limits()).toEqual(expect.arrayContaining([8, 10]));
      await sql`update public.downloads set used_count = 6 where max_downloads = 8`;
      await giveBack(1);
      expect(await limits()).toEqual(expect.arrayContaining([6, 5]));
      expect((await mine(sql, customer)).every(({ ended_at }) => ended_at === null)).toBe(true);
      await giveBack(1);
      expect((await mine(sql, customer)).every(({ ended_at }) => ended_at !== null)).toBe(true);
    }));

  test("is its buyer's alone: to everybody else there is none", () =>
    database.rolledBack(async (sql) => {
      const { download } = await boughtBook(sql);
      const stranger = await newCustomer(sql);
      await expectRefusal(() => use(sql, stranger, download), refused("download_not_found"));
      await asOwner(sql);
      expect(await mine(sql, stranger)).toEqual([]);
      await asAnon(sql);
      await expectRefusal(() => sql`select public.use_download(${download})`, { code: "42501", status: 401 });
      await expectRefusal(() => sql`select * from public.digital_files`, { code: "42501", status: 401 });
    }));

  test("keeps its file: what was sold cannot be deleted, and neither can its variant", () =>
    database.rolledBack(async (sql) => {
      const { file, variantIds, productId } = await boughtBook(sql);
      await sql`update public.products set status = 'draft' where id = ${productId}`;
      await expectRefusal(() => sql`delete from public.digital_files where id = ${file}`, {
        code: "file_in_use",
        status: 409,
      });
      await expectRefusal(() => sql`delete from public.variants where id = ${variantIds[0] as string}`, {
        code: "variant_in_use",
        status: 409,
      });
    }));

  test("comes with the parts of a bundle", () =>
    database.rolledBack(async (sql) => {
      const book = await publishedProduct(sql, { kind: "digital", price: null });
      await newFile(sql, book.productId);
      const bundle = await bundleOf(sql, [{ variant: book.variantIds[0] as string, quantity: 2 }]);
      const customer = await newCustomer(sql);
      await orderOne(sql, customer, bundle);
      expect(await mine(sql, customer)).toMatchObject([{ file_name: "book.pdf", max_downloads: 10 }]);
    }));

  test("comes with digital and physical products, not with courses and bundles", () =>
    database.rolledBack(async (sql) => {
      const bundle = await publishedProduct(sql, { kind: "bundle" });
      await expectRefusal(() => newFile(sql, bundle.productId), { code: "product_not_found", status: 404 });
      const { variantIds } = await publishedProduct(sql, { kind: "digital" });
      expect(await sql`select stock_mode from public.variants where id = ${variantIds[0] as string}`).toEqual([
        { stock_mode: "none" },
      ]);
    }));
});
