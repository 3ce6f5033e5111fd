import { describe, expect, test } from "vitest";
import { actingAs } from "../payments/acting-as.ts";
import { payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { method, orderBy, parcel, rate, receiver, simpleShipping, zone } from "./parcels.ts";

const database = useDatabase();

describe("ten staff who write the same band of a rate at once", () => {
  test("leave one rate", () => oneRate(database));

  test("that test notices bands that may overlap", async () => {
    await withSabotage("alter table public.shipping_rates drop constraint shipping_rates_do_not_overlap", oneRate, {
      rounds: 1,
    });
  });
});

describe("orders that are placed while staff change the method and its rate", () => {
  test("are sent for the one price or the other, by the name that belongs to it", () => oneOfBoth(database));

  test("that test notices a price that is read anew when the order is written", async () => {
    const anew = "(select shipping_rates.amount from public.shipping_rates limit 1), quote.total_amount";
    await withSabotage(
      replaceInFunction("private.write_order", "quote.shipping_amount, quote.total_amount", anew),
      oneOfBoth,
    );
  });
});

describe("staff who give back the lines of an order at once, each with its shipping", () => {
  test("give shipping back once", () => shippingOnce(database));

  test("that test notices an order that is not locked and not guarded", async () => {
    await withSabotage(
      allOf(
        "alter table public.orders drop constraint orders_give_back_no_more_shipping_than_was_paid",
        replaceInFunction(
          "private.refund_order",
          "where orders.id = refund_order.order_id for update",
          "where orders.id = refund_order.order_id",
        ),
      ),
      shippingOnce,
    );
  });
});

describe("a seat that is ordered while somebody holds every table of shipping", () => {
  test("is ordered: who buys nothing that is sent asks nothing of shipping", () => seatAsksNothing(database));

  test("that test notices a quote that looks at shipping for everything", async () => {
    const patch = replaceInFunction("private.total_quote", "private.needs_address(total_quote.lines)", "true");
    await withSabotage(patch, seatAsksNothing, { rounds: 1 });
  });
});

async function seatAsksNothing(target: TestDatabase): Promise<void> {
  const { variantId } = await publishedIntake(target.sql, { seats: 3, price: 100_00 });
  const buyer = await newCustomer(target.sql);
  const holder = await target.sql.reserve();
  await holder`begin`;
  await holder`lock table public.shipping_methods, public.shipping_zones, public.shipping_zone_places, public.shipping_rates in access exclusive mode`;
  const ordered = target.sql.begin(async (tx) => {
    await tx`set local lock_timeout = '2s'`;
    return (await orderBy(tx, buyer, [[variantId, 1]])).status;
  });
  const outcome = await ordered.catch((error) => error.code);
  await holder`rollback`;
  holder.release();
  expect(outcome).toBe("pending");
}

async function oneRate(target: TestDatabase): Promise<void> {
  const [here, express] = [await zone(target.sql), await method(target.sql)];
  const { values } = await race(target, 10, (sql, index) =>
    rate(sql, here, express, { amount: index, weight: [index, 100] }),
  );
  expect(values).toHaveLength(1);
}

async function oneOfBoth(target: TestDatabase): Promise<void> {
  await target.sql`delete from public.shipping_zones`;
  await target.sql`delete from public.shipping_methods`;
  const { methodId, rateId } = await simpleShipping(target.sql, 5_000, { name: "at 5000" });
  const book = await parcel(target.sql, 50_000, 500);
  const buyers = await Promise.all(Array.from({ length: 10 }, () => receiver(target.sql)));
  const { values, errors } = await race(target, 12, async (sql, index) => {
    const buyer = buyers[index];
    if (buyer) return orderBy(sql, buyer, [[book, 1]]);
    for (const amount of [7_000, 5_000, 7_000, 5_000, 7_000]) {
      await sql.begin(async (tx) => {
        await tx`update public.shipping_methods set name = ${`at ${amount}`} where id = ${methodId}`;
        await tx`update public.shipping_rates set amount = ${amount} where id = ${rateId}`;
      });
    }
    return null;
  });
  expect(errors).toEqual([]);
  const orders = values.filter((order) => order !== null);
  expect(orders).toHaveLength(10);
  for (const { shipping_amount, shipping_method, shipping_pricing, total_amount } of orders) {
    expect([5_000, 7_000]).toContain(shipping_amount);
    expect(shipping_method?.name).toBe(`at ${shipping_amount}`);
    expect(shipping_pricing?.rate_amount).toBe(shipping_amount);
    expect(total_amount).toBe(50_000 + shipping_amount);
  }
}

async function shippingOnce(target: TestDatabase): Promise<void> {
  await target.sql`delete from public.shipping_zones`;
  await target.sql`delete from public.shipping_methods`;
  await simpleShipping(target.sql, 9_000);
  const wishes: [string, number][] = [];
  for (let count = 0; count < 5; count++) wishes.push([await parcel(target.sql, 10_000, 100), 1]);
  const buyer = await receiver(target.sql);
  const order = await orderBy(target.sql, buyer, wishes);
  await payOrder(target.sql, buyer, order.id);
  // the fifth line stays, so that no refund is the whole
  const { errors } = await race(target, 4, (sql, index) =>
    actingAs(sql, "service", (tx) => {
      const line = JSON.stringify([{ order_item_id: order.items[index]?.id }]);
      return tx`select public.refund_order(${order.id}, ${line}::text::jsonb, reason => 'a race', include_shipping => true)`;
    }),
  );
  expect(errors).toEqual([]);
  const [back] =
    await target.sql`select sum(amount)::integer as amount from public.refunds where order_id = ${order.id}`;
  expect(back?.amount).toBe(4 * 10_000 + 9_000);
}
