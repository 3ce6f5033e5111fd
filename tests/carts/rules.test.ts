import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { addAddress } from "../people/addresses.ts";
import { coupon, promotion } from "../pricing/offers.ts";
import { cancelOrder, confirmPayment, endHold, enroll, getOrder, openPayment, orderOne } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { bundleOf } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";
import { add, call, contents, getCart, placeCart, problemCodes, thingOnSale } from "./carts.ts";

const database = useDatabase();
const rolledBack = (work: (sql: Sql) => Promise<void>) => database.rolledBack(work);

describe("a cart", () => {
  test("is empty, and not there, until something is added; then every verb answers all of it, priced", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      expect(await getCart(sql, buyer)).toMatchObject({
        id: null,
        currency: "IDR",
        lines: [],
        problems: [{ code: "cart_empty" }],
      });
      expect(await sql`select from public.carts where customer_id = ${buyer}`).toHaveLength(0);
      const [book, file] = [await thingOnSale(sql), await thingOnSale(sql, { kind: "digital", price: 3_50 })];
      const seat = (await publishedIntake(sql, { seats: 2, price: 100_00 })).variantId;
      await add(sql, buyer, book, 2);
      await add(sql, buyer, file);
      const cart = await add(sql, buyer, seat);
      expect(cart).toMatchObject({
        lines: [
          { variant_id: book, kind: "physical", quantity: 2, unit_amount: 10_00, total_amount: 20_00, problem: null },
          { variant_id: file, kind: "digital", quantity: 1, total_amount: 3_50 },
          { variant_id: seat, kind: "course", quantity: 1, total_amount: 100_00 },
        ],
        quote: { subtotal_amount: 123_50, total_amount: 123_50, shipping_amount: 0 },
        changes: [],
        problems: [{ code: "address_required", status: 422 }],
      });
      expect(await getCart(sql, buyer)).toEqual(cart);
      expect(contents(await call(sql, buyer, "change_cart_item", { variant_id: book, quantity: 5 }))).toMatchObject({
        [book]: 5,
      });
      expect(contents(await call(sql, buyer, "remove_from_cart", { variant_id: file }))).toEqual({
        [book]: 5,
        [seat]: 1,
      });
      expect((await call(sql, buyer, "clear_cart")).lines).toEqual([]);
      const [row] =
        await sql`select sum(reserved) as held from public.stock_slots where variant_id = any (${[book, seat]})`;
      expect(row).toEqual({ held: 0 });
    }));

  test("adds up what is added, and takes no more than it may", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const thing = await thingOnSale(sql, { units: null });
      const seat = (await publishedIntake(sql)).variantId;
      const wrong = { code: "invalid_quantity", status: 422 };
      await add(sql, buyer, thing, 60);
      expect(contents(await add(sql, buyer, thing, 40))).toEqual({ [thing]: 100 });
      await expectRefusal(() => add(sql, buyer, thing), wrong);
      for (const quantity of [0, -1, 101, 1_000_000_000]) {
        await expectRefusal(() => add(sql, buyer, seat, quantity), wrong);
        await expectRefusal(() => call(sql, buyer, "change_cart_item", { variant_id: thing, quantity }), wrong);
      }
      await add(sql, buyer, seat);
      await expectRefusal(() => add(sql, buyer, seat), wrong);
      await expectRefusal(() => call(sql, buyer, "change_cart_item", { variant_id: seat, quantity: 2 }), wrong);
      await sql`update public.settings set value = '2' where key = 'max_order_lines'`;
      const third = await thingOnSale(sql);
      await expectRefusal(() => add(sql, buyer, third), { code: "cart_full", status: 409 });
      expect(contents(await getCart(sql, buyer))).toEqual({ [thing]: 100, [seat]: 1 });
    }));

  test("refuses what cannot be bought, with the code of place_order, and stays as it was", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const refusals: [string, number, { code: string; status: number }][] = [
        [randomUUID(), 1, { code: "variant_not_found", status: 404 }],
        [(await publishedIntake(sql, { status: "draft" })).variantId, 1, { code: "variant_not_found", status: 404 }],
        [await thingOnSale(sql, { currency: "USD" }), 1, { code: "price_missing", status: 422 }],
        [await thingOnSale(sql, { units: 3 }), 4, { code: "out_of_stock", status: 409 }],
        [(await publishedIntake(sql, { seats: 0 })).variantId, 1, { code: "out_of_stock", status: 409 }],
        [
          (await publishedIntake(sql, { closes: new Date(Date.now() - 1000) })).variantId,
          1,
          { code: "intake_closed", status: 409 },
        ],
        [
          (await publishedIntake(sql, { opens: new Date(Date.now() + 60_000) })).variantId,
          1,
          { code: "intake_not_open", status: 409 },
        ],
      ];
      const enrolled = await publishedIntake(sql);
      await enroll(sql, buyer, enrolled.intakeId);
      refusals.push([enrolled.variantId, 1, { code: "already_enrolled", status: 409 }]);
      const open = await publishedIntake(sql, { seats: 1, price: 5_00 });
      await orderOne(sql, buyer, open.variantId);
      refusals.push([open.variantId, 1, { code: "order_already_open", status: 409 }]);
      for (const [variant, quantity, refusal] of refusals)
        await expectRefusal(() => add(sql, buyer, variant, quantity), refusal);
      expect((await getCart(sql, buyer)).lines).toEqual([]);
      for (const verb of ["change_cart_item", "remove_from_cart"]) {
        const args = { variant_id: enrolled.variantId, ...(verb === "change_cart_item" ? { quantity: 1 } : {}) };
        await expectRefusal(() => call(sql, buyer, verb, args), { code: "cart_item_not_found", status: 404 });
      }
    }));

  test("lowers a line to what a bundle of the same thing leaves", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const thing = await thingOnSale(sql);
      const bundle = await bundleOf(sql, [{ variant: thing, quantity: 4 }], 15_00);
      await add(sql, buyer, thing, 6);
      await add(sql, buyer, bundle);
      await sql`select private.change_capacity(${thing}, -42)`;
      const cart = await getCart(sql, buyer);
      expect(cart.changes).toMatchObject([{ code: "quantity_reduced", variant_id: thing, from: 6, to: 4 }]);
      expect(contents(cart)).toEqual({ [thing]: 4, [bundle]: 1 });
      expect(problemCodes(cart)).not.toContain("out_of_stock");
    }));

  test("tells once what moved since it was last seen", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const [dearer, gone, scarce, same] = [
        await thingOnSale(sql),
        await thingOnSale(sql),
        await thingOnSale(sql),
        await thingOnSale(sql),
      ];
      for (const thing of [dearer, gone, scarce, same]) await add(sql, buyer, thing, 5);
      await sql`update public.prices set amount = 12_50 where variant_id = ${dearer}`;
      await sql`update public.products set status = 'archived' where id = (select product_id from public.variants where id = ${gone})`;
      await sql`select private.change_capacity(${scarce}, -48)`;
      const moved = await getCart(sql, buyer);
      expect(moved.changes).toMatchObject([
        { code: "quantity_reduced", variant_id: scarce, from: 5, to: 2 },
        { code: "price_changed", variant_id: dearer, from: 10_00, to: 12_50 },
        { code: "not_available", variant_id: gone, to: "variant_not_found" },
      ]);
      expect(contents(moved)).toEqual({ [dearer]: 5, [gone]: 5, [scarce]: 2, [same]: 5 });
      expect(moved.lines.find(({ variant_id }) => variant_id === gone)).toMatchObject({
        title: expect.stringMatching(/^Thing/),
        total_amount: 0,
        problem: { code: "variant_not_found" },
      });
      expect((await getCart(sql, buyer)).changes).toEqual([]);
      await sql`update public.products set status = 'published' where id = (select product_id from public.variants where id = ${gone})`;
      expect((await getCart(sql, buyer)).changes).toMatchObject([{ code: "available_again", variant_id: gone }]);
    }));

  test("is priced in the currency that was chosen, and goes to the address that was chosen", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const thing = await thingOnSale(sql);
      await sql`insert into public.prices (variant_id, currency, amount) values (${thing}, 'USD', 99)`;
      await add(sql, buyer, thing);
      expect(await call(sql, buyer, "set_cart_currency", { currency: "USD" })).toMatchObject({
        currency: "USD",
        quote: { total_amount: 99 },
        changes: [],
      });
      await expectRefusal(() => call(sql, buyer, "set_cart_currency", { currency: "EUR" }), {
        code: "currency_not_supported",
        status: 422,
      });
      const [first, other] = [await addAddress(sql, buyer), await addAddress(sql, buyer, { recipient: "Other" })];
      expect((await getCart(sql, buyer)).shipping_address).toMatchObject({ id: first.id });
      expect((await call(sql, buyer, "set_cart_address", { address_id: other.id })).shipping_address).toMatchObject({
        id: other.id,
        recipient: "Other",
      });
      const foreign = await addAddress(sql, await newCustomer(sql));
      await expectRefusal(() => call(sql, buyer, "set_cart_address", { address_id: foreign.id }), {
        code: "address_not_found",
        status: 404,
      });
    }));

  test("is kept for 30 days from the last touch, and then given up, by the worker or by whoever looks", () =>
    rolledBack(async (sql) => {
      for (const byWorker of [true, false]) {
        const buyer = await newCustomer(sql);
        const thing = await thingOnSale(sql);
        await add(sql, buyer, thing);
        const kept = sql`select extract(epoch from expires_at - now())::int / 3600 as hours from public.carts where customer_id = ${buyer}`;
        expect(await kept).toEqual([{ hours: 30 * 24 }]);
        await sql`update public.carts set expires_at = now() + interval '10 days' where customer_id = ${buyer}`;
        await getCart(sql, buyer);
        const [row] =
          await sql`select expires_at > now() + interval '29 days' as longer from public.carts where customer_id = ${buyer}`;
        expect(row).toEqual({ longer: true });
        await sql`update public.carts set expires_at = now() where customer_id = ${buyer}`;
        if (byWorker) expect(await sql`select private.expire_due_carts() as carts`).toEqual([{ carts: 1 }]);
        expect(await getCart(sql, buyer)).toMatchObject({ id: null, lines: [] });
        expect(await sql`select status from public.carts where customer_id = ${buyer}`).toEqual([
          { status: "abandoned" },
        ]);
        expect(contents(await add(sql, buyer, thing, 2))).toEqual({ [thing]: 2 });
      }
    }));

  test("is forgotten 90 days after it was given up, and never while it is open or ordered", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const thing = await thingOnSale(sql);
      for (const [days, status] of [
        [91, "abandoned"],
        [89, "abandoned"],
        [91, "open"],
      ] as const) {
        await add(sql, buyer, thing);
        await sql`update public.carts set expires_at = now() - make_interval(days => ${days}) where customer_id = ${buyer} and status = 'open'`;
        if (status === "abandoned")
          await sql`update public.carts set status = 'abandoned' where customer_id = ${buyer} and status = 'open'`;
      }
      expect(await sql`select private.purge_carts() as carts`).toEqual([{ carts: 1 }]);
      expect(
        (await sql`select status from public.carts where customer_id = ${buyer} order by 1`).map((row) => row.status),
      ).toEqual(["abandoned", "open"]);
      expect(await sql`select private.purge_carts() as carts`).toEqual([{ carts: 0 }]);
    }));
});

describe("a coupon in a cart", () => {
  test("takes off what it promises, in the cart and in its order, and comes off again", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      await addAddress(sql, buyer);
      const tenPercent = await promotion(sql, { automatic: false, minimum_quantity: 2 });
      const code = (await coupon(sql, tenPercent)).code.replace(/^(....)/, "$1-").toLowerCase();
      const thing = await thingOnSale(sql);
      await add(sql, buyer, thing);
      await expectRefusal(() => call(sql, buyer, "apply_coupon", { code }), {
        code: "coupon_not_applicable",
        status: 422,
      });
      expect((await add(sql, buyer, thing)).coupon_codes).toEqual([]);
      const cheaper = await call(sql, buyer, "apply_coupon", { code });
      expect(cheaper).toMatchObject({
        quote: { discount_amount: 2_00, total_amount: 18_00 },
        changes: [],
        problems: [],
      });
      expect(cheaper.coupon_codes).toHaveLength(1);
      // it does not fit any more: the order would be refused, and says why
      const less = await call(sql, buyer, "change_cart_item", { variant_id: thing, quantity: 1 });
      expect(problemCodes(less)).toEqual(["coupon_not_applicable"]);
      await expectRefusal(() => placeCart(sql, buyer, less.id as string), {
        code: "coupon_not_applicable",
        status: 422,
      });
      expect(problemCodes(await call(sql, buyer, "remove_coupon", { code }))).toEqual([]);
      await expectRefusal(() => call(sql, buyer, "remove_coupon", { code }), {
        code: "coupon_not_in_cart",
        status: 404,
      });
      await add(sql, buyer, thing, 3);
      const { id } = await call(sql, buyer, "apply_coupon", { code });
      expect(await placeCart(sql, buyer, id as string)).toMatchObject({ discount_amount: 4_00, total_amount: 36_00 });
    }));
});

describe("an order from a cart", () => {
  test("has what the cart had, costs what it said and goes where it said; then the cart is a new one", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const { id: addressId } = await addAddress(sql, buyer);
      const [thing, seat] = [
        await thingOnSale(sql),
        (await publishedIntake(sql, { seats: 1, price: 100_00 })).variantId,
      ];
      await add(sql, buyer, thing, 3);
      const cart = await add(sql, buyer, seat);
      expect(cart.problems).toEqual([]);
      const order = await placeCart(sql, buyer, cart.id as string);
      expect(order).toMatchObject({
        status: "pending",
        total_amount: cart.quote.total_amount,
        shipping_address: { street: "Jl. Dago 12" },
      });
      expect(order.items.map(({ variant_id, quantity }) => [variant_id, quantity]).toSorted()).toEqual(
        [
          [thing, 3],
          [seat, 1],
        ].toSorted(),
      );
      await call(sql, buyer, "change_address", { address_id: addressId, street: "Elsewhere 1" });
      expect((await getOrder(sql, buyer, order.id)).shipping_address).toMatchObject({ street: "Jl. Dago 12" });
      expect(await getOrder(sql, buyer, order.id)).toMatchObject(await placeCart(sql, buyer, cart.id as string));
      expect(await getCart(sql, buyer)).toMatchObject({ id: null, lines: [] });
      const next = await add(sql, buyer, thing);
      expect(next.id).not.toBe(cart.id);
      expect(contents(next)).toEqual({ [thing]: 1 });
    }));

  test("is refused with a code that the cart had among its problems, and the cart stays", () =>
    rolledBack(async (sql) => {
      const spoil: Record<string, (variant: string, buyer: string) => PromiseLike<unknown>> = {
        address_required: () => Promise.resolve(),
        variant_not_found: (variant) =>
          sql`update public.products set status = 'archived' from public.variants where product_id = products.id and variants.id = ${variant}`,
        price_missing: (variant) => sql`delete from public.prices where variant_id = ${variant}`,
        out_of_stock: (variant) => sql`select private.change_capacity(${variant}, -50)`,
      };
      for (const [code, make] of Object.entries(spoil)) {
        const buyer = await newCustomer(sql);
        if (code !== "address_required") await addAddress(sql, buyer);
        const [thing, other] = [await thingOnSale(sql), await thingOnSale(sql)];
        await add(sql, buyer, thing, 2);
        const { id } = await add(sql, buyer, other, 1);
        await make(thing, buyer);
        const cart = await getCart(sql, buyer);
        expect(problemCodes(cart)).toEqual([code]);
        await expectRefusal(() => placeCart(sql, buyer, id as string), {
          code,
          status: cart.problems[0]?.status as number,
        });
        expect(await getCart(sql, buyer)).toEqual({ ...cart, changes: [] });
      }
    }));

  test("sums up one thing over lines and parts of bundles before it looks at stock", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      await addAddress(sql, buyer);
      const thing = await thingOnSale(sql, { units: 3 });
      const lines = [2, 2].map((quantity) => ({ variant_id: thing, quantity }));
      const short = { code: "out_of_stock", status: 409 };
      await expectRefusal(() => call(sql, buyer, "place_order", { lines }), short);
      const bundle = await bundleOf(sql, [{ variant: thing, quantity: 2 }], 15_00);
      await add(sql, buyer, bundle);
      await expectRefusal(() => add(sql, buyer, bundle), short);
      await expectRefusal(() => add(sql, buyer, thing, 2), short);
      const cart = await add(sql, buyer, thing);
      expect(cart.lines[0]).toMatchObject({ kind: "bundle", components: [{ variant_id: thing, quantity: 2 }] });
      await sql`select private.change_capacity(${thing}, -1)`;
      const scarce = await getCart(sql, buyer);
      // the bundle takes two, the piece beside it one, and two are left
      expect(scarce.lines.map(({ problem }) => problem?.code)).toEqual(["out_of_stock", "out_of_stock"]);
      await expectRefusal(() => placeCart(sql, buyer, cart.id as string), short);
      await call(sql, buyer, "remove_from_cart", { variant_id: thing });
      const order = await placeCart(sql, buyer, cart.id as string);
      expect(order).toMatchObject({ total_amount: 15_00, shipping_address: { city: "Bandung" } });
    }));

  test("needs a cart of one's own that is open and has something in it", () =>
    rolledBack(async (sql) => {
      const [buyer, stranger] = [await newCustomer(sql), await newCustomer(sql)];
      const { id } = await add(sql, buyer, await thingOnSale(sql));
      const notFound = { code: "cart_not_found", status: 404 };
      await expectRefusal(() => placeCart(sql, stranger, id as string), notFound);
      await expectRefusal(() => placeCart(sql, stranger, randomUUID()), notFound);
      const lines = [{ variant_id: await thingOnSale(sql), quantity: 1 }];
      await expectRefusal(() => placeCart(sql, buyer, id as string, { lines }), { code: "invalid_lines", status: 422 });
      await call(sql, buyer, "clear_cart");
      await expectRefusal(() => placeCart(sql, buyer, id as string), { code: "cart_empty", status: 409 });
      await sql`update public.carts set status = 'abandoned' where id = ${id}`;
      await expectRefusal(() => placeCart(sql, buyer, id as string), { code: "cart_not_open", status: 409 });
    }));
});

describe("an order that ends unpaid", () => {
  async function orderedCart(sql: Sql) {
    const buyer = await newCustomer(sql);
    const seat = (await publishedIntake(sql, { seats: 1, price: 100_00 })).variantId;
    const { id } = await add(sql, buyer, seat);
    const order = await placeCart(sql, buyer, id as string);
    return { buyer, seat, cartId: id as string, order };
  }

  test("gives its cart back, and the cart can be placed again", () =>
    rolledBack(async (sql) => {
      for (const how of ["cancelled", "expired"]) {
        const { buyer, seat, cartId, order } = await orderedCart(sql);
        if (how === "cancelled") await cancelOrder(sql, buyer, order.id);
        else {
          await endHold(sql, order.id);
          await sql`select private.expire_due_orders()`;
        }
        const cart = await getCart(sql, buyer);
        expect([cart.id, contents(cart), cart.problems]).toEqual([cartId, { [seat]: 1 }, []]);
        const again = await placeCart(sql, buyer, cartId);
        expect(again.id).not.toBe(order.id);
        expect(again.status).toBe("pending");
      }
    }));

  test("joins its cart with the one that was opened meanwhile, and wants nothing twice", () =>
    rolledBack(async (sql) => {
      const { buyer, seat, order } = await orderedCart(sql);
      const thing = await thingOnSale(sql);
      const { id } = await add(sql, buyer, thing, 2);
      await cancelOrder(sql, buyer, order.id);
      const joined = await getCart(sql, buyer);
      expect([joined.id, contents(joined)]).toEqual([id, { [thing]: 2, [seat]: 1 }]);
      expect(contents(await getCart(sql, buyer))).toEqual({ [thing]: 2, [seat]: 1 });
    }));

  test("and is paid after all takes back the cart that nobody touched", () =>
    rolledBack(async (sql) => {
      const { buyer, cartId, order } = await orderedCart(sql);
      const payment = await openPayment(sql, buyer, order.id);
      await endHold(sql, order.id);
      await sql`select private.expire_due_orders()`;
      expect((await getCart(sql, buyer)).id).toBe(cartId);
      await confirmPayment(sql, payment);
      expect((await getOrder(sql, buyer, order.id)).status).toBe("paid");
      expect((await getCart(sql, buyer)).id).toBeNull();
    }));

  test("and was paid before it was cancelled gives nothing back", () =>
    rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const { id } = await add(sql, buyer, (await publishedIntake(sql, { seats: 1 })).variantId);
      const order = await placeCart(sql, buyer, id as string);
      expect(order.status).toBe("paid");
      await cancelOrder(sql, buyer, order.id);
      expect((await getCart(sql, buyer)).id).toBeNull();
    }));
});
