import { describe, expect, test } from "vitest";
import { add, call, getCart, placeCart, problemCodes, thingOnSale } from "../carts/carts.ts";
import { actingAs } from "../payments/acting-as.ts";
import { addAddress } from "../people/addresses.ts";
import { coupon, promotion, tax } from "../pricing/offers.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { bundleOf } from "../support/goods.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { lines, method, orderBy, parcel, quoteAt, rate, receiver, simpleShipping, zone } from "./parcels.ts";

const database = useDatabase();

/** What sending one parcel to a place costs, or the code of what stands in the way. */
async function costTo(sql: Sql, variant: string, place: Parameters<typeof quoteAt>[2]) {
  const { shipping_amount, problems } = await quoteAt(sql, [[variant, 1]], place);
  return problems[0]?.code ?? shipping_amount;
}

describe("a zone", () => {
  test("is the one of the most specific place: postal code, province, country, everywhere", () =>
    database.rolledBack(async (sql) => {
      const express = await method(sql);
      const places = [
        [5, {}],
        [4, { country: "ID" }],
        [3, { country: "ID", province: "Jawa Barat" }],
        [2, { country: "ID", postal_prefix: "40" }],
        [1, { country: "ID", postal_prefix: "401" }],
        [0, { country: "ID", province: "Jawa Barat", postal_prefix: "401" }],
        [9, { country: "GB", postal_prefix: "SW1A" }],
      ] as const;
      for (const [amount, place] of places) await rate(sql, await zone(sql, place), express, { amount: amount * 1000 });
      const book = await parcel(sql, 100_000, 500);
      const cost = (place: Parameters<typeof quoteAt>[2]) => costTo(sql, book, place);
      expect(await cost({ country: "FR" })).toBe(5000);
      expect(await cost({ country: "ID" })).toBe(4000);
      expect(await cost({ country: "ID", province: " jawa BARAT ", postal_code: "99999" })).toBe(3000);
      expect(await cost({ country: "ID", province: "Jawa Barat", postal_code: "40999" })).toBe(2000);
      expect(await cost({ country: "ID", postal_code: "40135" })).toBe(1000);
      expect(await cost({ country: "ID", province: "Jawa Barat", postal_code: "40135" })).toBe(0);
      expect(await cost({ country: "GB", postal_code: "sw1a 2aa" })).toBe(9000);
      expect(await cost({ country: "GB", postal_code: "E1 6AN" })).toBe(5000);
    }));

  test("shares no place with another one, and a province or postal code lies in a country", () =>
    database.rolledBack(async (sql) => {
      const [one, other] = [await zone(sql, { country: "ID", province: "Bali" }, {}), await zone(sql)];
      const insert = (country: string | null, province: string | null, prefix: string | null) => () =>
        sql`insert into public.shipping_zone_places (shipping_zone_id, country, province, postal_prefix)
          values (${other}, ${country}, ${province}, ${prefix})`;
      await expectRefusal(insert("ID", "bali", null), { code: "23505", status: 409 });
      await expectRefusal(insert(null, null, null), { code: "23505", status: 409 });
      await expectRefusal(insert(null, "Bali", null), { code: "23514", status: 400 });
      await expectRefusal(insert("ID", null, "4 0"), { code: "23514", status: 400 });
      await expectRefusal(insert("id", null, null), { code: "23514", status: 400 });
      await sql`delete from public.shipping_zones where id = ${one}`;
      await insert(null, null, null)();
    }));
});

describe("a rate", () => {
  test("goes by weight and by worth before discounts, each band up to and not including its end", () =>
    database.rolledBack(async (sql) => {
      const [everywhere, express] = [await zone(sql, {}), await method(sql)];
      await rate(sql, everywhere, express, { amount: 10_000, weight: [0, 1000], worth: [0, 500_000] });
      await rate(sql, everywhere, express, { amount: 20_000, weight: [1000, 5000], worth: [0, 500_000] });
      await rate(sql, everywhere, express, { amount: 5_000, weight: [0, 5000], worth: [500_000, null] });
      const [light, dear] = [await parcel(sql, 1_000, 333), await parcel(sql, 250_000, null)];
      const cost = async (...wishes: [string, number][]) => {
        const { shipping_amount, problems } = await quoteAt(sql, wishes);
        return problems[0]?.code ?? shipping_amount;
      };
      expect(await cost([light, 3])).toBe(10_000);
      expect(await cost([light, 4])).toBe(20_000);
      expect(await cost([light, 15])).toBe(20_000);
      expect(await cost([light, 16])).toBe("shipping_not_available");
      expect(await cost([dear, 2])).toBe(5_000);
      await promotion(sql, { kind: "fixed", amount: 100_000 });
      expect(await cost([dear, 2])).toBe(5_000);
    }));

  test("never overlaps another one of its zone, method and currency", () =>
    database.rolledBack(async (sql) => {
      const [here, express] = [await zone(sql, {}), await method(sql)];
      await rate(sql, here, express, { amount: 1, weight: [0, 1000], worth: [0, 100] });
      const overlap = { code: "23P01", status: 400 };
      await expectRefusal(
        () => rate(sql, here, express, { amount: 2, weight: [999, null], worth: [99, null] }),
        overlap,
      );
      await rate(sql, here, express, { amount: 2, weight: [1000, null] });
      await rate(sql, here, express, { amount: 2, weight: [0, 1000], worth: [100, null] });
      await rate(sql, here, express, { amount: 2, currency: "USD" });
      await expectRefusal(() => rate(sql, here, express, { amount: 2, weight: [5, 5] }), {
        code: "23514",
        status: 400,
      });
      await expectRefusal(() => rate(sql, here, express, { amount: -1 }), { code: "23514", status: 400 });
    }));

  test("costs nothing from an amount on", () =>
    database.rolledBack(async (sql) => {
      await simpleShipping(sql, 15_000, { free_from: 300_000 });
      const book = await parcel(sql, 100_000, 500);
      expect((await quoteAt(sql, [[book, 2]])).shipping_amount).toBe(15_000);
      const free = await quoteAt(sql, [[book, 3]]);
      expect(free).toMatchObject({ shipping_amount: 0, total_amount: 300_000 });
      expect(free.shipping?.offers[0]).toMatchObject({
        rate_amount: 15_000,
        free_from_amount: 300_000,
        list_amount: 0,
      });
    }));
});

describe("sending", () => {
  test("costs nothing while the shop offers no method, and never for seats and downloads", () =>
    database.rolledBack(async (sql) => {
      const buyer = await receiver(sql);
      const [book, download] = [await parcel(sql, 50_000, 500), await thingOnSale(sql, { kind: "digital" })];
      const { variantId: seat } = await publishedIntake(sql, { seats: 3, price: 70_000 });
      expect(await quoteAt(sql, [[book, 1]])).toMatchObject({ shipping_amount: 0, shipping: null, problems: [] });
      expect((await orderBy(sql, buyer, [[book, 1]])).shipping_method).toBeNull();
      const { methodId } = await simpleShipping(sql, 12_000);
      expect(
        await quoteAt(sql, [
          [download, 1],
          [seat, 1],
        ]),
      ).toMatchObject({ shipping_amount: 0, shipping: null });
      const order = await orderBy(
        sql,
        buyer,
        [
          [download, 1],
          [seat, 1],
        ],
        methodId,
      );
      expect(order).toMatchObject({ shipping_amount: 0, shipping_method: null });
      await sql`update public.shipping_methods set archived_at = now()`;
      expect(await quoteAt(sql, [[book, 1]])).toMatchObject({ shipping_amount: 0, shipping: null, problems: [] });
    }));

  test("a bundle weighs what its parts weigh", () =>
    database.rolledBack(async (sql) => {
      await simpleShipping(sql, 9_000);
      const bundle = await bundleOf(sql, [{ variant: await parcel(sql, 1, 200), quantity: 3 }], 10_000);
      expect((await quoteAt(sql, [[bundle, 2]])).shipping).toMatchObject({ weight_grams: 1200, order_amount: 20_000 });
    }));

  test("goes by the cheapest method, of equal ones the quickest, and by another one when it is chosen", () =>
    database.rolledBack(async (sql) => {
      const { zoneId, methodId: slow } = await simpleShipping(sql, 9_000, { name: "Slow", max_days: 9 });
      const quick = await method(sql, { name: "Quick", max_days: 2 });
      const express = await method(sql, { name: "Express", min_days: 0, max_days: 1 });
      await rate(sql, zoneId, quick, { amount: 9_000 });
      await rate(sql, zoneId, express, { amount: 30_000 });
      const [buyer, book] = [await receiver(sql), await parcel(sql, 50_000, 500)];
      const answer = await quoteAt(sql, [[book, 1]]);
      expect(answer.shipping?.offers.map(({ name, amount, chosen }) => [name, amount, chosen])).toEqual([
        ["Quick", 9_000, true],
        ["Slow", 9_000, false],
        ["Express", 30_000, false],
      ]);
      expect(await orderBy(sql, buyer, [[book, 1]], slow)).toMatchObject({
        shipping_amount: 9_000,
        total_amount: 59_000,
        shipping_method: { method_id: slow, name: "Slow", carrier: "Kurir", min_days: 1, max_days: 9 },
      });
      expect((await orderBy(sql, buyer, [[book, 1]], express)).shipping_amount).toBe(30_000);
    }));

  test("to where nothing goes, or by what does not go there, is refused with what the quote said", () =>
    database.rolledBack(async (sql) => {
      const { zoneId } = await simpleShipping(sql, 9_000);
      const [here, far] = [await receiver(sql), await receiver(sql, { country: "JP", postal_code: "100-0001" })];
      const [book, other] = [await parcel(sql, 50_000, 500), await method(sql)];
      await rate(sql, zoneId, other, { amount: 1, weight: [10_000, null] });
      const codes = async (place: Parameters<typeof quoteAt>[2]) =>
        (await quoteAt(sql, [[book, 1]], place)).problems.map(({ code }) => code);
      expect(await codes({ country: "JP" })).toEqual(["shipping_not_available"]);
      expect(await codes({ method: other })).toEqual(["shipping_method_not_available"]);
      await expectRefusal(() => orderBy(sql, far, [[book, 1]]), { code: "shipping_not_available", status: 422 });
      const not = { code: "shipping_method_not_available", status: 409 };
      await expectRefusal(() => orderBy(sql, here, [[book, 1]], other), not);
      await expectRefusal(() => orderBy(sql, here, [[book, 1]], zoneId), {
        code: "shipping_method_not_found",
        status: 404,
      });
      await expectRefusal(
        () => sql`select public.quote(lines => ${lines([book, 1])}::text::jsonb, postal_code => '40135')`,
        { code: "invalid_place", status: 422 },
      );
    }));

  test("is offered to a visitor, to a place and to one's own addresses only", () =>
    database.rolledBack(async (sql) => {
      await simpleShipping(sql, 9_000);
      const [buyer, book] = [await receiver(sql), await parcel(sql, 50_000, 500)];
      const stranger = await addAddress(sql, await newCustomer(sql));
      const ask = (address: string | null, country: string | null = null) =>
        actingAs(sql, buyer, async (tx) => {
          const [row] = await tx`select public.shipping_offers(lines => ${lines([book, 1])}::text::jsonb,
            address_id => ${address}, country => ${country}) as answer`;
          return row?.answer;
        });
      expect(await ask(null)).toMatchObject({
        currency: "IDR",
        needed: true,
        problem: null,
        shipping: { amount: 9_000 },
      });
      expect(await ask(null, "FR")).toMatchObject({
        shipping: { offers: [] },
        problem: { code: "shipping_not_available" },
      });
      await expectRefusal(() => ask(stranger.id), { code: "address_not_found", status: 404 });
    }));
});

describe("a cart", () => {
  test("keeps the chosen method, says when it does not deliver any more, and orders by it", () =>
    database.rolledBack(async (sql) => {
      const { zoneId, methodId: slow } = await simpleShipping(sql, 9_000);
      const express = await method(sql, { name: "Express" });
      await rate(sql, zoneId, express, { amount: 30_000, weight: [0, 1000] });
      const [buyer, book] = [await receiver(sql), await parcel(sql, 50_000, 400)];
      const first = await add(sql, buyer, book, 2);
      expect(first.quote.shipping?.method?.method_id).toBe(slow);
      const chosen = await call(sql, buyer, "set_shipping_method", { shipping_method_id: express });
      expect(chosen.quote).toMatchObject({ shipping_amount: 30_000, total_amount: 130_000 });
      await add(sql, buyer, book);
      const heavy = await getCart(sql, buyer);
      expect([problemCodes(heavy), heavy.quote.shipping_amount]).toEqual([["shipping_method_not_available"], 0]);
      const not = { code: "shipping_method_not_available", status: 409 };
      await expectRefusal(() => placeCart(sql, buyer, heavy.id as string), not);
      await expectRefusal(() => call(sql, buyer, "set_shipping_method", { shipping_method_id: express }), not);
      const none = { code: "shipping_method_not_found", status: 404 };
      await expectRefusal(() => call(sql, buyer, "set_shipping_method", { shipping_method_id: zoneId }), none);
      const back = await call(sql, buyer, "set_shipping_method", { shipping_method_id: slow });
      expect(back.quote.shipping?.method?.method_id).toBe(slow);
      expect(await placeCart(sql, buyer, back.id as string)).toMatchObject({
        shipping_amount: 9_000,
        total_amount: back.quote.total_amount,
        shipping_method: { method_id: slow },
        shipping_pricing: { weight_grams: 1200, order_amount: 150_000, rate_amount: 9_000 },
      });
    }));
});

describe("free shipping", () => {
  test("takes off all of it, is counted as a use, and is no offer when there is nothing to take off", () =>
    database.rolledBack(async (sql) => {
      const [book, buyer] = [await parcel(sql, 100_000, 500), await receiver(sql)];
      const free = await promotion(sql, { kind: "free_shipping", name: "Free", minimum_quantity: 2, usage_limit: 1 });
      expect((await quoteAt(sql, [[book, 2]])).discounts).toEqual([]);
      await simpleShipping(sql, 15_000);
      expect(await quoteAt(sql, [[book, 1]])).toMatchObject({ shipping_amount: 15_000, discounts: [] });
      const answer = await quoteAt(sql, [[book, 2]]);
      expect(answer).toMatchObject({ shipping_amount: 0, discount_amount: 0, total_amount: 200_000 });
      expect(answer.discounts).toMatchObject([{ kind: "free_shipping", name: "Free", amount: 15_000 }]);
      expect(answer.shipping).toMatchObject({ list_amount: 15_000, discount_amount: 15_000, amount: 0 });
      expect(answer.shipping?.offers).toMatchObject([{ discount_amount: 15_000, total_amount: 0 }]);
      const order = await orderBy(sql, buyer, [[book, 2]]);
      expect(order).toMatchObject({ shipping_amount: 0, shipping_discount_amount: 15_000, total_amount: 200_000 });
      expect(await sql`select used_count from public.promotions where id = ${free}`).toEqual([{ used_count: 1 }]);
      expect((await quoteAt(sql, [[book, 2]])).shipping_amount).toBe(15_000);
    }));

  test("by a code fits goods that cost something to send, and nothing else", () =>
    database.rolledBack(async (sql) => {
      await simpleShipping(sql, 15_000);
      const { code } = await coupon(sql, await promotion(sql, { kind: "free_shipping", automatic: false }));
      const [book, file] = [await parcel(sql, 100_000, 500), await thingOnSale(sql, { kind: "digital" })];
      expect((await quoteAt(sql, [[book, 1]], { codes: [code] })).shipping_amount).toBe(0);
      expect((await quoteAt(sql, [[file, 1]], { codes: [code] })).problems).toMatchObject([
        { code: "coupon_not_applicable" },
      ]);
      await sql`update public.shipping_rates set amount = 0`;
      expect((await quoteAt(sql, [[book, 1]], { codes: [code] })).problems).toMatchObject([
        { code: "coupon_not_applicable" },
      ]);
    }));
});

describe("the tax of shipping", () => {
  test("is that of the method's category in the place, contained or on top, and part of the order's", () =>
    database.rolledBack(async (sql) => {
      await tax(sql, { name: "PPN", points: 1100 });
      await tax(sql, { name: "Levy", points: 250, inclusive: false });
      await tax(sql, { name: "Low", points: 500, category: "reduced", inclusive: false });
      const { zoneId } = await simpleShipping(sql, 11_100, { name: "Usual" });
      const reduced = await method(sql, { tax: "reduced" });
      await rate(sql, zoneId, reduced, { amount: 20_000 });
      const [buyer, book] = [await receiver(sql), await parcel(sql, 50_000, 500, "exempt")];
      const usual = await quoteAt(sql, [[book, 1]]);
      expect(usual).toMatchObject({
        shipping_amount: 11_100,
        tax_included_amount: 1_100,
        tax_amount: 250,
        total_amount: 61_350,
        taxes: [
          { name: "PPN", amount: 1_100 },
          { name: "Levy", amount: 250 },
        ],
      });
      expect(usual.shipping?.offers[1]).toMatchObject({ amount: 20_000, tax_amount: 1_000, total_amount: 21_000 });
      expect(await orderBy(sql, buyer, [[book, 1]])).toMatchObject({
        tax_amount: 250,
        shipping_tax_amount: 250,
        shipping_tax_included_amount: 1_100,
        shipping_pricing: { taxes: [{ name: "PPN" }, { name: "Levy" }] },
      });
      expect((await orderBy(sql, buyer, [[book, 1]], reduced)).total_amount).toBe(71_000);
    }));
});

test("an order never gives back more shipping than it was paid, whoever writes it", () =>
  database.rolledBack(async (sql) => {
    await simpleShipping(sql, 9_000);
    const order = await orderBy(sql, await receiver(sql), [[await parcel(sql, 50_000, 400), 1]]);
    const write = (set: string) => () => sql.unsafe(`update public.orders set ${set} where id = '${order.id}'`);
    for (const set of ["shipping_refunded_amount = 9001", "shipping_refunded_amount = -1", "shipping_method = null"])
      await expectRefusal(write(set), { code: "23514", status: 400 });
  }));

test("a draft is sent as staff say, and an edit prices shipping anew", () =>
  database.rolledBack(async (sql) => {
    const { zoneId, methodId: slow } = await simpleShipping(sql, 9_000);
    const express = await method(sql, { name: "Express" });
    await rate(sql, zoneId, express, { amount: 30_000, weight: [0, 1000] });
    await rate(sql, zoneId, express, { amount: 45_000, weight: [1000, 2000] });
    const [buyer, book] = [await receiver(sql), await parcel(sql, 50_000, 400)];
    const support = await asStaff(sql, "support");
    await asOwner(sql);
    const verb = (name: string, args: Record<string, unknown>) =>
      call(sql, support, name, args) as unknown as Promise<Record<string, never>>;
    const draft = await verb("create_draft_order", {
      customer_id: buyer,
      lines: [{ variant_id: book, quantity: 1 }],
      shipping_method_id: express,
    });
    expect(draft).toMatchObject({ shipping_method_id: express, quote: { shipping_amount: 30_000 } });
    const order = await verb("place_draft_order", { draft_order_id: draft.id });
    expect(order).toMatchObject({ shipping_amount: 30_000, shipping_method: { method_id: express } });
    const edit = (quantity: number) =>
      verb("edit_order", { order_id: order.id, lines: [{ variant_id: book, quantity }], reason: "asked for it" });
    expect((await edit(3)).order).toMatchObject({ shipping_amount: 45_000, total_amount: 195_000 });
    expect((await edit(5)).order).toMatchObject({ shipping_amount: 9_000, shipping_method: { method_id: slow } });
  }));
