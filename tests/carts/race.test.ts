import { describe, expect, test } from "vitest";
import { addAddress } from "../people/addresses.ts";
import { publishedIntake } from "../support/catalog.ts";
import { gatherCrowd, outcome, tally } from "../support/crowd.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { newCustomer } from "../support/people.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { add, call, contents, getCart, placeCart, thingOnSale } from "./carts.ts";

const database = useDatabase();
// Fifty tabs are the promise; a twin shows its bug with fewer.
const tabs = (shop: TestDatabase) => (shop === database ? 50 : 16);
const crowdOf = (shop: TestDatabase) => gatherCrowd(shop, tabs(shop));
const noLock = replaceInFunction("private.lock_cart", / for update;/, ";");

describe("50 clicks that add to one cart", () => {
  test("add up exactly, from no cart at all", async () => {
    for (let round = 0; round < raceRounds(3); round++) await addInFiftyTabs(database);
  });

  test("that test notices a quantity that is read and then written", () =>
    withSabotage(
      allOf(
        noLock,
        replaceInFunction(
          "private.add_to_cart",
          /insert into public\.cart_items[^;]*;/,
          `declare v_present integer := (select quantity from public.cart_items where cart_items.cart_id = v_cart.id and cart_items.variant_id = add_to_cart.variant_id);
           begin perform pg_sleep(0.01); insert into public.cart_items (cart_id, variant_id, quantity) values (v_cart.id, add_to_cart.variant_id, coalesce(v_present, 0) + add_to_cart.quantity)
             on conflict on constraint cart_items_pkey do update set quantity = excluded.quantity; end;`,
        ),
      ),
      addInFiftyTabs,
    ));
});

async function addInFiftyTabs(shop: TestDatabase): Promise<void> {
  const crowd = await crowdOf(shop);
  const buyer = await newCustomer(shop.sql);
  const [one, two] = [await thingOnSale(shop.sql, { units: null }), await thingOnSale(shop.sql, { units: null })];
  const count = tabs(shop);
  const attempts = await crowd.rush(count, (sql, _, index) => add(sql, buyer, index % 2 ? one : two, (index % 3) + 1));
  expect(tally(attempts)).toEqual({ accepted: count });
  const sum = (odd: number) =>
    Array.from({ length: count }, (_, index) => (index % 2 === odd ? (index % 3) + 1 : 0)).reduce((a, b) => a + b);
  expect(contents(await getCart(shop.sql, buyer))).toEqual({ [one]: sum(1), [two]: sum(0) });
  expect(await shop.sql`select from public.carts where customer_id = ${buyer}`).toHaveLength(1);
}

describe("50 clicks that place one cart", () => {
  test("make one order, which all of them get", () => placeInFiftyTabs(database));

  test("that test notices a cart that is looked at without a lock", () => withSabotage(noLock, placeInFiftyTabs));
});

async function placeInFiftyTabs(shop: TestDatabase): Promise<void> {
  const crowd = await crowdOf(shop);
  const buyer = await newCustomer(shop.sql);
  await addAddress(shop.sql, buyer);
  const thing = await thingOnSale(shop.sql, { units: 200 });
  const { id } = await add(shop.sql, buyer, thing, 2);
  const attempts = await crowd.rush(tabs(shop), (sql) => placeCart(sql, buyer, id as string));
  expect(tally(attempts)).toEqual({ accepted: tabs(shop) });
  expect(new Set(attempts.map(({ value }) => value?.id)).size).toBe(1);
  const [row] = await shop.sql`select available, reserved from public.stock_levels where variant_id = ${thing}`;
  expect(row).toEqual({ available: 198, reserved: 2 });
}

describe("a cart that is placed and changed at the same moment", () => {
  test("is ordered as it was before or after each change, and no change is lost", () => placeAndChange(database));

  test("that test notices a change that does not wait for the order", () =>
    withSabotage(noLock, placeAndChange, { rounds: 8 }));
});

// Each of five tabs adds one piece while a sixth places the cart: what is ordered and what is in the next cart is all that was added.
async function placeAndChange(shop: TestDatabase): Promise<void> {
  const crowd = await crowdOf(shop);
  for (let round = 0; round < raceRounds(6); round++) {
    const buyer = await newCustomer(shop.sql);
    const thing = await thingOnSale(shop.sql, { kind: "digital" });
    const { id } = await add(shop.sql, buyer, thing);
    const attempts = await crowd.rush(12, async (sql, _, index) => {
      if (index === 5) return (await placeCart(sql, buyer, id as string)).items[0]?.quantity as number;
      await add(sql, buyer, thing);
      return 0;
    });
    expect(tally(attempts)).toEqual({ accepted: 12 });
    const left = contents(await getCart(shop.sql, buyer))[thing] ?? 0;
    expect((attempts[5]?.value ?? 0) + left, `round ${round}`).toBe(12);
  }
}

test("buyers who cancel, look, add and place in many tabs get their answers, and nobody waits in a circle", async () => {
  const crowd = await crowdOf(database);
  const buyer = await newCustomer(database.sql);
  for (let round = 0; round < raceRounds(3); round++) {
    const seat = (await publishedIntake(database.sql, { seats: 3, price: 10_00 })).variantId;
    const { id } = await add(database.sql, buyer, seat);
    const order = await placeCart(database.sql, buyer, id as string);
    const attempts = await crowd.rush(16, async (sql, _, index) => {
      if (index % 4 === 0) return call(sql, buyer, "cancel_order", { order_id: order.id });
      if (index % 4 === 1) return getCart(sql, buyer);
      if (index % 4 === 2) return add(sql, buyer, seat);
      return placeCart(sql, buyer, id as string);
    });
    const expiring = await outcome(() => database.sql`select private.expire_due_orders()`);
    const codes = Object.keys(tally([...attempts, expiring]));
    const allowed = [
      "accepted",
      "order_not_cancellable",
      "order_already_open",
      "invalid_quantity",
      "cart_not_open",
      "cart_empty",
    ];
    expect(
      codes.filter((code) => !allowed.includes(code)),
      `round ${round}`,
    ).toEqual([]);
    const open = await database.sql`select id from public.orders where customer_id = ${buyer} and status = 'pending'`;
    for (const { id: orderId } of open) await call(database.sql, buyer, "cancel_order", { order_id: orderId });
    await call(database.sql, buyer, "clear_cart");
  }
});
