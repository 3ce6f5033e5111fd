import { expect, test } from "vitest";
import { createSeatline, type GuestStorage, type Seatline } from "../../packages/sdk/src/index.ts";
import { bandung } from "../people/addresses.ts";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newLearner } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";
import { contents, thingOnSale } from "./carts.ts";

const stack = useStack();
const password = "a-long-Passphrase-7";
let people = 0;

function browser(send?: typeof fetch): { client: Seatline; kept: Map<string, string>; signUp: () => Promise<void> } {
  const kept = new Map<string, string>();
  const storage: GuestStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
  const options = { url: stack.urls.api, key: stack.keys.publishableKey, ...(send ? { fetch: send } : {}) };
  const client = createSeatline({ ...options, storage: storage as never });
  const signUp = async () => {
    const email = `cart-${Date.now()}-${people++}@example.test`;
    const { error } = await client.auth.signUp({ email, password });
    if (error) throw error;
  };
  return { client, kept, signUp };
}

test("a guest fills a cart, signs up, and has it; the order comes from it", async () => {
  const [mug, file] = [await thingOnSale(stack.sql), await thingOnSale(stack.sql, { kind: "digital", price: 5_00 })];
  const seat = (await publishedIntake(stack.sql, { seats: 3, price: 100_00 })).variantId;
  const { client, kept, signUp } = browser();
  expect((await client.cart.get()).problems).toMatchObject([{ code: "cart_empty" }]);
  await Promise.all([client.cart.add({ variant_id: mug }), client.cart.add({ variant_id: mug, quantity: 2 })]);
  await client.cart.add({ variant_id: file });
  const guest = await client.cart.add({ variant_id: seat });
  // the seed's rate within Indonesia, for what weighs less than a kilo
  const shipped = { shipping_amount: 20_000_00, shipping: { method: { name: "Reguler" } } };
  expect(guest).toMatchObject({ id: null, quote: { ...shipped, total_amount: 135_00 + 20_000_00 }, changes: [] });
  expect(contents(guest)).toEqual({ [mug]: 3, [file]: 1, [seat]: 1 });
  await expectRefusal(client.cart.add({ variant_id: seat }), { code: "invalid_quantity", status: 422 });
  await client.cart.remove(file);
  expect([...kept.keys()]).toContain("seatline.guest-cart");

  await signUp();
  const mine = await client.cart.get();
  expect(contents(mine)).toEqual({ [mug]: 3, [seat]: 1 });
  expect(mine.id).not.toBeNull();
  expect([...kept.keys()]).not.toContain("seatline.guest-cart");
  expect(contents(await client.cart.get())).toEqual({ [mug]: 3, [seat]: 1 });
  await expectRefusal(client.orders.place({ cart: true }), { code: "address_required", status: 422 });
  const home = await client.people.addresses.add({ ...bandung, label: "home" });
  expect(await client.people.addresses.list()).toEqual([home]);
  const work = await client.people.addresses.add({ ...bandung, recipient: "Office" });
  expect((await client.cart.setAddress(work.id)).shipping_address).toMatchObject({ recipient: "Office" });
  const clicks = await Promise.all(Array.from({ length: 10 }, () => client.orders.place({ cart: true })));
  expect(new Set(clicks.map(({ id }) => id)).size).toBe(1);
  expect(clicks[0]).toMatchObject({
    status: "pending",
    total_amount: 130_00 + 10_000_00,
    shipping_address: { recipient: "Office" },
    shipping_method: { name: "Reguler", carrier: "JNE", min_days: 2, max_days: 5 },
  });
  expect((await client.cart.get()).lines).toEqual([]);
  await client.orders.cancel({ order_id: clicks[0]?.id as string });
  expect(contents(await client.cart.get())).toEqual({ [mug]: 3, [seat]: 1 });
  expect(await client.people.addresses.remove(home.id)).toMatchObject([{ id: work.id }]);
});

test("a merge whose answer was lost is sent again and adds nothing twice", async () => {
  const thing = await thingOnSale(stack.sql, { units: null });
  let lose = true;
  const { client, signUp } = browser(async (input, init) => {
    const answer = await fetch(input, init);
    if (!String(input).includes("merge_cart") || !lose) return answer;
    lose = false;
    throw new TypeError("the connection broke");
  });
  await client.cart.add({ variant_id: thing, quantity: 4 });
  await signUp();
  expect(contents(await client.cart.add({ variant_id: thing }))).toEqual({ [thing]: 5 });
  expect(lose).toBe(false);
});

test("a visitor asks what sending costs, a customer chooses, and the order is sent by what they chose", async () => {
  const [mug, visitor] = [await thingOnSale(stack.sql), browser().client];
  const lines = [{ variant_id: mug, quantity: 2 }];
  const answer = await visitor.shipping.offers({ lines, country: "ID", province: "Banten" });
  expect(answer).toMatchObject({
    currency: "IDR",
    needed: true,
    problem: null,
    shipping: { zone: "Jakarta and West Java" },
  });
  expect(answer.shipping?.offers.map(({ name, total_amount, chosen }) => [name, total_amount, chosen])).toEqual([
    ["Reguler", 10_000_00, true],
    ["Kilat", 24_000_00, false],
  ]);
  const express = answer.shipping?.offers[1]?.method_id as string;
  expect((await visitor.shipping.methods()).map(({ name }) => name)).toEqual(["Reguler", "Kilat", "Internasional"]);
  const abroad = await visitor.shipping.offers({ lines, country: "FR", shipping_method_id: express });
  expect(abroad.problem).toMatchObject({ code: "shipping_method_not_available", status: 409 });

  const { seatline, call } = await newLearner(stack);
  await seatline.people.addresses.add(bandung);
  await seatline.cart.add({ variant_id: mug, quantity: 2 });
  const chosen = await seatline.cart.setShippingMethod(express);
  expect(chosen.quote).toMatchObject({ shipping_amount: 24_000_00, total_amount: 20_00 + 24_000_00 });
  const order = await seatline.orders.place({ cart: true });
  expect(order).toMatchObject({ total_amount: chosen.quote.total_amount, shipping_method: { method_id: express } });
  const cheap = await seatline.orders
    .place({ lines, shipping_method_id: abroad.shipping?.offers[0]?.method_id })
    .catch((error) => error);
  expect(cheap).toMatchObject({ code: "shipping_method_not_available", status: 409 });
  for (const shipping_method_id of ["many", 7, "00000000-0000-0000-0000-000000000000"])
    expect([400, 404]).toContain((await call("set_shipping_method", { shipping_method_id })).status);
});

test("every verb of the cart answers over HTTP, and a code that is none is refused and counted", async () => {
  const [one, two] = [await thingOnSale(stack.sql), await thingOnSale(stack.sql)];
  await stack.sql`insert into public.prices (variant_id, currency, amount) values (${one}, 'USD', 99)`;
  const { seatline, call, id } = await newLearner(stack);
  await seatline.cart.add({ variant_id: one, quantity: 2 });
  await seatline.cart.add({ variant_id: two });
  expect(contents(await seatline.cart.change({ variant_id: one, quantity: 5 }))).toEqual({ [one]: 5, [two]: 1 });
  expect(contents(await seatline.cart.remove(two))).toEqual({ [one]: 5 });
  expect((await seatline.cart.setCurrency("USD")).quote).toMatchObject({ shipping_amount: 125, total_amount: 620 });
  await expectRefusal(seatline.cart.applyCoupon("NO-SUCH-CODE"), { code: "coupon_not_found", status: 404 });
  expect(await stack.sql`select wrong from private.coupon_guesses where person_id = ${id}`).toEqual([{ wrong: 1 }]);
  expect((await seatline.cart.clear()).lines).toEqual([]);
  for (const quantity of [1.5, "many", 1e10, -1])
    expect((await call("add_to_cart", { variant_id: one, quantity })).status, String(quantity)).toBeLessThan(500);
  expect((await seatline.cart.get()).lines).toEqual([]);
});
