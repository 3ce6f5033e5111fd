import { describe, expect, test } from "vitest";
import { as, cancelOrder, endHold, orderOne, payOrder, placeOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { bundleOf, buyUnits, goods, sellBeyondStock, stockedVariant } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";
import {
  adjust,
  availableByPlace,
  deduct,
  levelOf,
  main,
  newPlace,
  receive,
  release,
  reserve,
  transfer,
} from "../support/stock-keeping.ts";

const database = useDatabase();
const conflict = (code: string) => ({ code, status: 409 });
const invalid = (code: string) => ({ code, status: 422 });
const anything = "00000000-0000-4000-8000-00000000dead";

test("goods on hand are not deleted with their product or variant; what is off the books is", () =>
  database.rolledBack(async (sql) => {
    const variant = await stockedVariant(sql, 2);
    const product = () =>
      sql`delete from public.products using public.variants where variants.id = ${variant} and products.id = product_id`;
    const itself = () => sql`delete from public.variants where id = ${variant}`;
    await adjust(sql, [{ variant_id: variant, delta: -1 }], "damage");
    for (const remove of [product, itself]) await expectRefusal(remove, conflict("variant_in_use"));
    expect(await levelOf(sql, variant)).toMatchObject({ on_hand: 1 });
    await adjust(sql, [{ variant_id: variant, delta: -1 }], "damage");
    await product();
    expect(await sql`select from public.variants where id = ${variant}`).toEqual([]);
  }));

test("a counted thing of which nothing was ever there has no level, and its page says that none can be bought", () =>
  database.rolledBack(async (sql) => {
    const variant = await goods(sql, { status: "published" });
    const page = async () => {
      const [row] =
        await sql`select public.product_document(product_id => product_id) as page from public.variants where id = ${variant}`;
      return row?.page.variants[0];
    };
    expect(await levelOf(sql, variant)).toBeUndefined();
    expect(await page()).toMatchObject({ stock_mode: "tracked", units_available: 0 });
    await sql`select public.set_stock_mode(${variant}, 'none')`;
    expect(await page()).toMatchObject({ stock_mode: "none", units_available: null });
  }));

describe("places", () => {
  test("are drawn from in order: main, then by priority, and what one lacks comes from the next", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 2);
      const [far, near] = [await newPlace(sql, 20), await newPlace(sql, 10)];
      await receive(sql, variant, 3, far);
      await receive(sql, variant, 3, near);
      const buy = async (quantity: number) => {
        await buyUnits(sql, await newCustomer(sql), [{ variant, quantity }]);
        return availableByPlace(sql, variant);
      };
      expect(await availableByPlace(sql, variant)).toEqual([2, 3, 3]);
      expect(await buy(1)).toEqual([1, 3, 3]);
      expect(await buy(2)).toEqual([1, 1, 3]);
      expect(await buy(4)).toEqual([0, 0, 1]);
      await sql`select public.update_location(${far}, 'Renamed', 5)`;
      expect(await buy(1)).toEqual([0, 0, 0]);
      await expectRefusal(() => buy(1), conflict("out_of_stock"));
    }));

  test("are closed when they are empty, and then take nothing; what was sold from them returns to main", () =>
    database.rolledBack(async (sql) => {
      const variant = await goods(sql);
      const place = await newPlace(sql);
      await receive(sql, variant, 2, place);
      const order = await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 2 }]);
      await receive(sql, variant, 1, place);
      const close = () => sql`select public.update_location(${place}, null, null, false)`;
      await expectRefusal(close, conflict("location_in_use"));
      await transfer(sql, [{ variant_id: variant, quantity: 1 }], place, main);
      await close();
      await expectRefusal(() => receive(sql, variant, 1, place), { code: "location_not_found", status: 404 });
      await sql`select private.undo_order(${order}, 'changed their mind')`;
      expect(await levelOf(sql, variant)).toMatchObject({ available: 3, on_hand: 3 });
      expect(await availableByPlace(sql, variant)).toEqual([3, 0]);
      for (const location of [main, "00000000-0000-4000-8000-000000000002"])
        await expectRefusal(() => sql`select public.update_location(${location}, null, 7)`, conflict("location_fixed"));
    }));
});

describe("the warehouse", () => {
  test("receives, counts, writes off and moves units, with a movement that says who, why and where", () =>
    database.rolledBack(async (sql) => {
      const [variant, other] = [await goods(sql), await goods(sql)];
      const place = await newPlace(sql);
      await adjust(
        sql,
        [
          { variant_id: variant, delta: 10 },
          { variant_id: other, delta: 4 },
        ],
        "receipt",
      );
      await transfer(sql, [{ variant_id: variant, quantity: 6 }], main, place);
      await adjust(
        sql,
        [
          { variant_id: variant, counted: 5, location_id: place },
          { variant_id: other, counted: 4 },
        ],
        "count",
      );
      await adjust(sql, [{ variant_id: variant, delta: -1 }], "damage");
      await deduct(sql, { lines: [{ variant_id: variant, quantity: 2 }] });
      const movements =
        await sql`select quantity, reason, location_id = ${place} as moved, note from public.stock_movements where variant_id = ${variant} order by id`;
      expect(movements.map(({ quantity, reason, moved }) => [quantity, reason, moved])).toEqual([
        [10, "receipt", false],
        [-6, "transfer", false],
        [6, "transfer", true],
        [-1, "count", true],
        [-1, "damage", false],
        [-2, "deduction", false],
      ]);
      expect(movements[0]?.note).toBe("by a test");
      expect(await availableByPlace(sql, variant)).toEqual([1, 5]);
      const [sound] =
        await sql`select sum(difference)::int as difference from public.stock_by_location(${[variant, other]}::uuid[])`;
      expect(sound).toEqual({ difference: 0 });
    }));

  test("changes all lines of a call or none, once per key", () =>
    database.rolledBack(async (sql) => {
      const [variant, other] = [await stockedVariant(sql, 5), await stockedVariant(sql, 1)];
      const lines = [
        { variant_id: variant, delta: -5 },
        { variant_id: other, delta: -2 },
      ];
      await expectRefusal(() => adjust(sql, lines, "loss"), conflict("out_of_stock"));
      expect(await levelOf(sql, variant)).toMatchObject({ available: 5 });
      const first = await adjust(sql, [{ variant_id: variant, delta: -2 }], "loss", "once");
      expect(await adjust(sql, [{ variant_id: variant, delta: -2 }], "loss", "once")).toEqual(first);
      await expectRefusal(
        () => adjust(sql, [{ variant_id: variant, delta: -3 }], "loss", "once"),
        invalid("idempotency_key_reused"),
      );
      expect(await levelOf(sql, variant)).toMatchObject({ available: 3 });
    }));

  test("cannot take what is held, but may count it", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 5);
      const hold = await reserve(sql, [{ variant_id: variant, quantity: 4 }]);
      await expectRefusal(() => adjust(sql, [{ variant_id: variant, counted: 3 }], "count"), conflict("out_of_stock"));
      expect((await adjust(sql, [{ variant_id: variant, counted: 4 }], "count")).lines).toMatchObject([{ delta: -1 }]);
      await release(sql, hold.id);
      expect(await levelOf(sql, variant)).toMatchObject({ available: 4, reserved: 0 });
    }));

  test("is refused seats, bundles, what is not counted, and lines that make no sense", () =>
    database.rolledBack(async (sql) => {
      const { variantId: seat } = await publishedIntake(sql, { seats: 5 });
      const variant = await stockedVariant(sql, 5);
      const bundle = await bundleOf(sql, [{ variant, quantity: 1 }]);
      const file = await goods(sql, { kind: "digital" });
      const refusals: [unknown, { code: string; status: number }][] = [
        [[{ variant_id: seat, delta: 1 }], conflict("seats_follow_the_intake")],
        [[{ variant_id: bundle, delta: 1 }], conflict("bundle_has_no_stock")],
        [[{ variant_id: file, delta: 1 }], conflict("not_counted")],
        [[{ variant_id: anything, delta: 1 }], { code: "variant_not_found", status: 404 }],
        [[{ variant_id: variant, delta: 1, location_id: anything }], { code: "location_not_found", status: 404 }],
        [[{ variant_id: variant, delta: 0 }], invalid("invalid_quantity")],
        [[{ variant_id: variant, delta: 1.5 }], invalid("invalid_quantity")],
        [[{ variant_id: variant, delta: 1, counted: 2 }], invalid("invalid_lines")],
        [[{ variant_id: variant }], invalid("invalid_lines")],
        [[{ variant_id: variant, delta: 1, price: 3 }], invalid("invalid_lines")],
        [
          [
            { variant_id: variant, delta: 1 },
            { variant_id: variant, delta: 2 },
          ],
          invalid("invalid_lines"),
        ],
        [[{ variant_id: variant, counted: 2 }], invalid("invalid_stock_reason")],
        [[{ variant_id: variant, delta: -2 }], invalid("invalid_stock_reason")],
        [[], invalid("invalid_lines")],
        [null, invalid("invalid_lines")],
        ["stock", invalid("invalid_lines")],
      ];
      for (const [lines, refusal] of refusals) await expectRefusal(() => adjust(sql, lines, "receipt"), refusal);
      await expectRefusal(
        () => adjust(sql, [{ variant_id: variant, delta: 1 }], "gift"),
        invalid("invalid_stock_reason"),
      );
      await expectRefusal(
        () => transfer(sql, [{ variant_id: variant, quantity: 1 }], main, main),
        invalid("invalid_location"),
      );
      await expectRefusal(() => reserve(sql, [{ variant_id: seat, quantity: 1 }]), conflict("seats_follow_the_intake"));
      await expectRefusal(() => reserve(sql, [{ variant_id: variant, quantity: 1 }], 0), invalid("invalid_hold_time"));
      await expectRefusal(() => deduct(sql, {}), invalid("invalid_lines"));
    }));
});

describe("a stock hold", () => {
  test("takes all lines or none, and ends once: delivered, given back, or due", () =>
    database.rolledBack(async (sql) => {
      const [variant, other] = [await stockedVariant(sql, 6), await stockedVariant(sql, 1)];
      const both = [
        { variant_id: variant, quantity: 2 },
        { variant_id: other, quantity: 1 },
      ];
      const hold = await reserve(sql, both, 10, "twice");
      expect(await reserve(sql, both, 10, "twice")).toEqual(hold);
      expect(hold).toMatchObject({ status: "held", lines: [{ beyond_stock: 0 }, { beyond_stock: 0 }] });
      await expectRefusal(() => reserve(sql, both), conflict("out_of_stock"));
      expect(await levelOf(sql, variant)).toMatchObject({ available: 4, reserved: 2 });
      expect(await deduct(sql, { hold: hold.id }, "deliver")).toMatchObject({ status: "deducted" });
      expect(await deduct(sql, { hold: hold.id }, "deliver")).toMatchObject({ status: "deducted" });
      await expectRefusal(() => deduct(sql, { hold: hold.id }), conflict("hold_ended"));
      await expectRefusal(() => release(sql, hold.id), conflict("hold_ended"));
      await expectRefusal(() => release(sql, anything), { code: "hold_not_found", status: 404 });
      expect(await levelOf(sql, variant)).toMatchObject({ available: 4, reserved: 0, on_hand: 4 });
    }));

  test("that is due is freed by whoever needs it, by the worker, and delivers nothing any more", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 3);
      const [first, second] = [
        await reserve(sql, [{ variant_id: variant, quantity: 2 }]),
        await reserve(sql, [{ variant_id: variant, quantity: 1 }]),
      ];
      await sql`update public.stock_holds set expires_at = now() - interval '1 second'`;
      await sql`update public.reservations set expires_at = now() - interval '1 second' where variant_id = ${variant}`;
      await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 3 }]);
      await expectRefusal(() => deduct(sql, { hold: first.id }), conflict("hold_ended"));
      await release(sql, second.id);
      expect(await sql`select private.expire_due_stock_holds() as ended`).toEqual([{ ended: 1 }]);
      expect(await levelOf(sql, variant)).toMatchObject({ available: 0, reserved: 0, on_hand: 0 });
    }));
});

describe("selling beyond stock", () => {
  test("ends for a preorder with the day it ships, at the moment of sale: then what is there is sold, and nothing else", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 2, { kind: "digital", status: "published", price: 10_00 });
      await sql`select public.set_stock_mode(${variant}, 'preorder', 3, now() + interval '1 hour')`;
      const buy = (quantity: number) => async () =>
        placeOrder(sql, await newCustomer(sql), [{ variant_id: variant, quantity }]);
      await buy(1)();
      const bundle = await bundleOf(sql, [{ variant, quantity: 1 }]);
      expect(await levelOf(sql, variant)).toMatchObject({ available: 1, sellable: 4 });
      await sql`update public.variants set preorder_ships_at = now() where id = ${variant}`;
      expect(await levelOf(sql, variant)).toMatchObject({ available: 1, sellable: 1 });
      const [units] =
        await sql`select private.sellable_units(${variant}) as one, private.sellable_units(${bundle}) as set`;
      expect(units).toEqual({ one: 1, set: 1 });
      await expectRefusal(buy(2), conflict("out_of_stock"));
      await buy(1)();
      await expectRefusal(buy(1), conflict("out_of_stock"));
      await sql`select public.set_stock_mode(${variant}, 'preorder', 3, now() + interval '1 hour')`;
      await buy(3)();
    }));

  test("takes real units first, up to the limit, and says on the order how many come later and when", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 2, { kind: "digital", status: "published", price: 10_00 });
      await sql`select public.set_stock_mode(${variant}, 'preorder', 3, '2030-01-02T00:00:00Z')`;
      expect(await levelOf(sql, variant)).toMatchObject({ available: 2, on_hand: 2, sellable: 5, backordered: 0 });
      // A buyer knows the day before there is an order: from the page, from the price, from the cart, and of a part of a bundle.
      const ships_at = "2030-01-02T00:00:00+00:00";
      const [shown] = await sql`select public.product_document(product_id => products.id) as page
        from public.products join public.variants on variants.product_id = products.id where variants.id = ${variant}`;
      expect(shown?.page.variants).toMatchObject([{ id: variant, ships_at }]);
      const bundle = await bundleOf(sql, [{ variant, quantity: 1 }]);
      const looker = await newCustomer(sql);
      const lines = JSON.stringify([{ variant_id: variant, quantity: 1 }]);
      const [seen] = await as(
        sql,
        looker,
        (tx) =>
          tx`select public.quote(lines => ${lines}::text::jsonb) as quote, public.add_to_cart(${variant}) as cart`,
      );
      expect(seen?.quote.lines).toMatchObject([{ variant_id: variant, ships_at }]);
      expect(seen?.cart.lines).toMatchObject([{ variant_id: variant, ships_at }]);
      const [both] = await as(sql, looker, (tx) => tx`select public.add_to_cart(${bundle}) as cart`);
      const set = both?.cart.lines.find((line: { variant_id: string }) => line.variant_id === bundle);
      expect(set).toMatchObject({ ships_at: null, components: [{ variant_id: variant, ships_at }] });
      const buyer = await newCustomer(sql);
      const order = await placeOrder(sql, buyer, [{ variant_id: variant, quantity: 4 }]);
      expect(order.items).toMatchObject([
        { quantity: 4, backordered_quantity: 2, ships_at: "2030-01-02T00:00:00+00:00" },
      ]);
      const another = await newCustomer(sql);
      await expectRefusal(
        () => placeOrder(sql, another, [{ variant_id: variant, quantity: 2 }]),
        conflict("out_of_stock"),
      );
      await payOrder(sql, buyer, order.id);
      expect(await levelOf(sql, variant)).toEqual({
        available: 0,
        reserved: 0,
        on_hand: 0,
        sellable: 1,
        backordered: 2,
      });
    }));

  test("ends with the goods: they go to the oldest first, and each filled unit may be sold beyond stock again", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 0);
      await sellBeyondStock(sql, variant, 6);
      const [first, second] = [await newCustomer(sql), await newCustomer(sql)];
      const orders = [
        await buyUnits(sql, first, [{ variant, quantity: 3 }]),
        await buyUnits(sql, second, [{ variant, quantity: 2 }]),
      ];
      expect(await receive(sql, variant, 4)).toBe(4);
      const open = async () =>
        (
          await sql`select open_quantity from public.backorders where holder_id = any (${orders}::uuid[]) order by number`
        ).map((row) => row.open_quantity);
      expect(await open()).toEqual([0, 1]);
      expect(await levelOf(sql, variant)).toEqual({
        available: 0,
        reserved: 0,
        on_hand: 0,
        sellable: 5,
        backordered: 1,
      });
      // What the first gives back fills the second; the rest lies on the shelf.
      await sql`select private.undo_order(${orders[0] as string}, 'changed their mind')`;
      expect(await open()).toEqual([0, 0]);
      expect(await levelOf(sql, variant)).toEqual({
        available: 2,
        reserved: 0,
        on_hand: 2,
        sellable: 8,
        backordered: 0,
      });
    }));

  test("gives the allowance back when what was never delivered is cancelled", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 1);
      await sellBeyondStock(sql, variant, 5);
      const order = await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 4 }]);
      expect(await receive(sql, variant, 1)).toBe(1);
      await sql`select private.undo_order(${order}, 'changed their mind')`;
      expect(await levelOf(sql, variant)).toEqual({
        available: 2,
        reserved: 0,
        on_hand: 2,
        sellable: 7,
        backordered: 0,
      });
    }));

  test("takes what has come by the time it is paid, or finds nothing promised when it expires", () =>
    database.rolledBack(async (sql) => {
      const variant = await goods(sql, { kind: "digital", status: "published", price: 10_00 });
      await sellBeyondStock(sql, variant, 5);
      const [buyer, sleeper] = [await newCustomer(sql), await newCustomer(sql)];
      const order = await placeOrder(sql, buyer, [{ variant_id: variant, quantity: 3 }]);
      const dropped = await placeOrder(sql, sleeper, [{ variant_id: variant, quantity: 2 }]);
      expect(await receive(sql, variant, 2)).toBe(0);
      await payOrder(sql, buyer, order.id);
      expect(await levelOf(sql, variant)).toEqual({
        available: 0,
        reserved: 0,
        on_hand: 0,
        sellable: 2,
        backordered: 1,
      });
      await endHold(sql, dropped.id);
      await sql`select private.expire_due_orders()`;
      expect(await levelOf(sql, variant)).toMatchObject({ sellable: 4, backordered: 1 });
    }));

  test("is changed and ended only as far as nothing is promised", () =>
    database.rolledBack(async (sql) => {
      const variant = await stockedVariant(sql, 0);
      const set = (mode: string, limit: number | null = null, ships: string | null = null) =>
        sql`select public.set_stock_mode(${variant}, ${mode}, ${limit}, ${ships})`;
      await sellBeyondStock(sql, variant, 5);
      const order = await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 3 }]);
      await expectRefusal(() => set("tracked"), conflict("stock_mode_in_use"));
      await expectRefusal(() => set("backorder", 2), conflict("stock_mode_in_use"));
      await expectRefusal(() => set("none"), conflict("stock_mode_in_use"));
      await set("backorder", 3);
      expect(await levelOf(sql, variant)).toMatchObject({ sellable: 0, backordered: 3 });
      await sql`select private.undo_order(${order}, 'changed their mind')`;
      await set("tracked");
      await receive(sql, variant, 1);
      await expectRefusal(() => set("none"), conflict("stock_mode_in_use"));
      await adjust(sql, [{ variant_id: variant, delta: -1 }], "own_use");
      await set("none");
      for (const [mode, limit, ships] of [
        ["tracked", 1],
        ["backorder"],
        ["backorder", -1],
        ["preorder", 1],
        ["preorder", 1, "2026-01-01"],
        ["tracked", null, "2030-01-01"],
        ["free"],
      ] as [string, number?, string?][])
        await expectRefusal(() => set(mode, limit, ships), invalid("invalid_stock_mode"));
    }));

  test("does not begin to count under an unpaid order", () =>
    database.rolledBack(async (sql) => {
      const file = await goods(sql, { kind: "digital", status: "published", price: 10_00 });
      const buyer = await newCustomer(sql);
      const order = await orderOne(sql, buyer, file);
      const count = () => sql`select public.set_stock_mode(${file}, 'tracked')`;
      await expectRefusal(count, conflict("stock_mode_in_use"));
      await cancelOrder(sql, buyer, order.id);
      await count();
      await expectRefusal(() => orderOne(sql, buyer, file), conflict("out_of_stock"));
    }));
});
