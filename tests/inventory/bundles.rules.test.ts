import { describe, expect, test } from "vitest";
import { endHold, orderOne, payOrder, placeOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { bundleOf, buyUnits, stockedVariant } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";
import { levelOf } from "../support/stock-keeping.ts";

const database = useDatabase();
const conflict = (code: string) => ({ code, status: 409 });
const invalid = (code: string) => ({ code, status: 422 });

describe("a bundle", () => {
  test("says on its page what is in it, and leads to what is on sale by itself", () =>
    database.rolledBack(async (sql) => {
      const [hidden, mug] = [await stockedVariant(sql, 5), await stockedVariant(sql, 5, { status: "published" })];
      const seat = await publishedIntake(sql, { seats: 2 });
      const bundle = await bundleOf(
        sql,
        [
          { variant: hidden, quantity: 3 },
          { variant: mug, quantity: 1 },
          { variant: seat.variantId, quantity: 1 },
        ],
        300_00,
      );
      await sql`update public.products set translations = '{"en": {"title": "Mug"}}' where id = (select product_id from public.variants where id = ${mug})`;
      const page = async (variant: string) =>
        (
          await sql`select public.product_document(product_id => product_id, locale => 'en') as page from public.variants where id = ${variant}`
        )[0]?.page;
      const { components } = (await page(bundle)).variants[0];
      const part = (variant: string) =>
        components.find(({ variant_id }: { variant_id: string }) => variant_id === variant);
      expect(components).toHaveLength(3);
      expect(part(hidden)).toMatchObject({ title: "Goods", kind: "physical", quantity: 3, slug: null });
      expect(part(mug)).toMatchObject({ title: "Mug", quantity: 1, slug: (await page(mug)).slug });
      expect(part(seat.variantId)).toMatchObject({ kind: "course", quantity: 1, slug: expect.any(String) });
      expect((await page(mug)).variants[0].components).toEqual([]);
    }));

  test("is bought as its parts: goods and a seat, paid once, cancelled at once", () =>
    database.rolledBack(async (sql) => {
      const [book, seat] = [await stockedVariant(sql, 5), await publishedIntake(sql, { seats: 2, price: 500_00 })];
      const bundle = await bundleOf(
        sql,
        [
          { variant: book, quantity: 2 },
          { variant: seat.variantId, quantity: 1 },
        ],
        300_00,
      );
      expect(await sellable(sql, bundle)).toBe(2);
      const buyer = await newCustomer(sql);
      await sql`select set_config('request.jwt.claims', ${JSON.stringify({ sub: buyer, role: "authenticated" })}, true)`;
      await sql`select public.add_address('Sari', '+62 811 222 333', 'Jl. Dago 12', 'Bandung', 'Jawa Barat', '40135')`;
      const order = await placeOrder(sql, buyer, [{ variant_id: bundle, quantity: 1 }]);
      expect(order.total_amount).toBe(300_00);
      const whole = order.items.find(({ kind }) => kind === "bundle");
      const parts = order.items.filter(({ parent_id }) => parent_id === whole?.id);
      expect(
        parts
          .map(({ kind, quantity, total_amount }) => ({ kind, quantity, total_amount }))
          .toSorted((a, b) => a.kind.localeCompare(b.kind)),
      ).toEqual([
        { kind: "course", quantity: 1, total_amount: 0 },
        { kind: "physical", quantity: 2, total_amount: 0 },
      ]);
      expect(parts.find(({ kind }) => kind === "course")?.enrollment).toMatchObject({ status: "reserved" });
      expect(await levelOf(sql, book)).toMatchObject({ available: 3, reserved: 2 });
      await payOrder(sql, buyer, order.id);
      const enrolled = async () =>
        (await sql`select status from public.enrollments where learner_id = ${buyer}`)[0]?.status;
      expect([await enrolled(), (await levelOf(sql, book)).on_hand]).toEqual(["active", 3]);
      await sql`select set_config('request.jwt.claims', '', true)`;
      await sql`select private.cancel_order(${order.id}, 'a test', null)`;
      expect([await enrolled(), (await levelOf(sql, book)).on_hand, await sellable(sql, bundle)]).toEqual([
        "cancelled",
        5,
        2,
      ]);
    }));

  test("and a plain line share the stock: units are summed before it is asked", () =>
    database.rolledBack(async (sql) => {
      const file = await stockedVariant(sql, 5, { kind: "digital", status: "published", price: 10_00 });
      await sql`update public.variants set stock_mode = 'tracked' where id = ${file}`;
      const bundle = await bundleOf(sql, [{ variant: file, quantity: 2 }], 15_00);
      const buyer = await newCustomer(sql);
      const lines = (bundles: number, files: number) => [
        { variant_id: bundle, quantity: bundles },
        { variant_id: file, quantity: files },
      ];
      await expectRefusal(() => placeOrder(sql, buyer, lines(2, 2)), conflict("out_of_stock"));
      expect((await placeOrder(sql, buyer, lines(2, 1))).items).toHaveLength(3);
      expect(await levelOf(sql, file)).toMatchObject({ available: 0, reserved: 5 });
    }));

  test("that is paid late takes all its parts again, or the money goes back", () =>
    database.rolledBack(async (sql) => {
      const [first, second] = [
        await stockedVariant(sql, 2, { kind: "digital" }),
        await stockedVariant(sql, 2, { kind: "digital" }),
      ];
      await sql`update public.variants set stock_mode = 'tracked' where id in (${first}, ${second})`;
      const bundle = await bundleOf(
        sql,
        [
          { variant: first, quantity: 1 },
          { variant: second, quantity: 1 },
        ],
        15_00,
      );
      const buyers = [await newCustomer(sql), await newCustomer(sql)];
      const orders: { id: string }[] = [];
      for (const buyer of buyers) orders.push(await orderOne(sql, buyer, bundle));
      for (const order of orders) await endHold(sql, order.id);
      await buyUnits(sql, await newCustomer(sql), [{ variant: second, quantity: 1 }]);
      await sql`select private.confirm_order(${orders[0]?.id as string})`;
      await expectRefusal(
        () => sql`select private.confirm_order(${orders[1]?.id as string})`,
        conflict("out_of_stock"),
      );
      expect([(await levelOf(sql, first)).on_hand, (await levelOf(sql, second)).on_hand]).toEqual([1, 0]);
      // What confirms without a payment must not stay: books and payments are compared at the end.
      await sql`insert into public.payments (order_id, attempt, status, currency, amount, captured_amount) values (${orders[0]?.id as string}, 1, 'success', 'IDR', 1500, 1500)`;
      await sql`select private.post_entries('capture:' || id, order_id, 'IDR', '{"cash_in_transit": 1500, "receivable": -1500}') from public.payments where order_id = ${orders[0]?.id as string}`;
    }));

  test("has parts that are no bundles, and is not sold without any", () =>
    database.rolledBack(async (sql) => {
      const part = await stockedVariant(sql, 1);
      const bundle = await bundleOf(sql, [{ variant: part, quantity: 1 }], 10_00);
      const outer = await bundleOf(sql, [], 10_00);
      const add = (whole: string, piece: string) =>
        sql`insert into public.bundle_items (bundle_variant_id, component_variant_id) values (${whole}, ${piece})`;
      await expectRefusal(() => add(outer, bundle), conflict("bundle_in_bundle"));
      await expectRefusal(() => add(part, outer), conflict("not_a_bundle"));
      await expectRefusal(() => add(outer, outer), conflict("bundle_in_bundle"));
      const buyer = await newCustomer(sql);
      expect(await sellable(sql, outer)).toBe(0);
      await expectRefusal(() => orderOne(sql, buyer, outer), { code: "variant_not_found", status: 404 });
      const { variantId: seat } = await publishedIntake(sql, { seats: 5, price: 1_00 });
      await add(outer, seat);
      await expectRefusal(
        () => placeOrder(sql, buyer, [{ variant_id: outer, quantity: 2 }]),
        invalid("invalid_quantity"),
      );
      await expectRefusal(() => orderOne(sql, buyer, outer, seat), invalid("invalid_quantity"));
    }));
});

async function sellable(sql: Sql, variant: string): Promise<number | null> {
  return (await sql`select private.sellable_units(${variant}) as units`)[0]?.units;
}
