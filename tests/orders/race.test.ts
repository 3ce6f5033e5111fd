import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  cancelOrder,
  confirmPayment,
  endHold,
  enroll,
  type OpenedPayment,
  openPayment,
  orderOne,
  placeOrder,
} from "../support/buying.ts";
import { type BuiltIntake, publishedIntake } from "../support/catalog.ts";
import { gatherCrowd, outcome, tally } from "../support/crowd.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { newCustomer } from "../support/people.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

describe("one idempotency key", () => {
  test("used a hundred times at once has one effect and one answer", () => hundredTimes(database));

  test("that test notices keys that nobody guards", () =>
    withSabotage(
      allOf(
        "alter table private.idempotency_keys drop constraint idempotency_keys_pkey",
        replaceInFunction("private.recall_answer", /perform pg_advisory_xact_lock\([^;]*;/, ""),
      ),
      hundredTimes,
    ));
});

async function hundredTimes(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 100);
  const buyer = await newCustomer(shop.sql);
  const free = await publishedIntake(shop.sql, { seats: 100 });
  const paid = await publishedIntake(shop.sql, { seats: 100, price: 300_000_00 });
  const keys = [randomUUID(), randomUUID(), randomUUID()];
  const enrolled = await crowd.rush(100, (sql) => enroll(sql, buyer, free.intakeId, keys[0]));
  const lines = [{ variant_id: paid.variantId, quantity: 1 }];
  const placed = await crowd.rush(100, (sql) => placeOrder(sql, buyer, lines, { key: keys[1] }));
  expect([tally(enrolled), tally(placed)]).toEqual([{ accepted: 100 }, { accepted: 100 }]);
  expect(new Set(enrolled.map(({ value }) => JSON.stringify(value))).size).toBe(1);
  expect(new Set(placed.map(({ value }) => JSON.stringify(value))).size).toBe(1);
  const order = placed[0]?.value?.id as string;
  const cancelled = await crowd.rush(100, (sql) => cancelOrder(sql, buyer, order, { key: keys[2] }));
  expect(new Set(cancelled.map(({ value }) => JSON.stringify(value))).size).toBe(1);
  const [orders] = await shop.sql`select count(*) as orders from public.orders where customer_id = ${buyer}`;
  expect(orders).toEqual({ orders: 2 });
}

describe("one buyer in fifty tabs", () => {
  test("holds one seat, even when an older hold of theirs is just due", async () => {
    const crowd = await gatherCrowd(database, 50);
    for (let round = 0; round < raceRounds(4); round++) {
      const buyer = await newCustomer(database.sql);
      const intakes = [
        await publishedIntake(database.sql, { seats: 1, price: 500 }),
        await publishedIntake(database.sql, { seats: 3, price: 700 }),
      ];
      const variants = intakes.map(({ variantId }) => variantId);
      await endHold(database.sql, (await orderOne(database.sql, buyer, ...variants)).id);
      const attempts = await crowd.rush(50, (sql) => orderOne(sql, buyer, ...variants));
      expect(tally(attempts)).toEqual({ accepted: 1, order_already_open: 49 });
      const [held] = await database.sql`select count(*) as held from public.reservations
        where variant_id = any (${variants}::uuid[]) and status = 'held'`;
      expect(held).toEqual({ held: 2 });
    }
  });
});

describe("the end of a hold at the same moment as its payment", () => {
  test("has exactly one outcome", () => expiryAndPayment(database));

  test(
    "that test notices expiry that does not look again once it has the order",
    () =>
      withSabotage(
        allOf(
          replaceInFunction("private.expire_due_orders", " for update skip locked", ""),
          "insert into private.status_moves (machine, from_status, to_status) values ('order', 'paid', 'expired')",
        ),
        expiryAndPayment,
      ),
    90_000,
  );

  test("cannot give the same seat to a rival as well", () => rivalAndPayment(database));

  test("that test notices a payment that counts its holds before it has locked them", () =>
    withSabotage(
      replaceInFunction(
        "private.confirm_order",
        /perform from public\.reservations[^;]*for update;([\s\S]*)(perform private\.settle_reservations)/,
        "$1 perform pg_sleep(0.05); $2",
      ),
      rivalAndPayment,
    ));
});

// Provider, two workers and the buyer's own second thoughts meet at orders whose holds have just ended; the seat stays free for them.
async function expiryAndPayment(shop: TestDatabase): Promise<void> {
  const intake = await publishedIntake(shop.sql, { seats: 28 + raceRounds(12), price: 120_000_00 });
  for (let round = 0; round < raceRounds(12); round++) {
    const buyer = await newCustomer(shop.sql);
    const order = await orderOne(shop.sql, buyer, intake.variantId);
    const payment = await openPayment(shop.sql, buyer, order.id);
    await endHold(shop.sql, order.id);
    const { settled } = await race(shop, 5, (sql, index) =>
      outcome(async () => {
        if (index === 0) return confirmPayment(sql, payment);
        if (index === 4) return cancelOrder(sql, buyer, order.id);
        return sql`select private.expire_due_orders()`;
      }),
    );
    const codes = settled.map((ending) => (ending.status === "fulfilled" ? ending.value.code : "thrown"));
    expect(codes.filter((code) => code && code !== "order_not_cancellable")).toEqual([]);
    expect(["paid success active", "cancelled refunding cancelled", "expired refunding expired"]).toContain(
      await ending(shop.sql, order.id),
    );
    await expectInvariants(shop.sql);
  }
}

// One seat, held and due: its owner pays while another buyer takes what is due.
async function rivalAndPayment(shop: TestDatabase): Promise<void> {
  for (let round = 0; round < raceRounds(15); round++) {
    const intake = await publishedIntake(shop.sql, { seats: 1, price: 120_000_00 });
    const [buyer, rival] = [await newCustomer(shop.sql), await newCustomer(shop.sql)];
    const order = await orderOne(shop.sql, buyer, intake.variantId);
    const payment = await openPayment(shop.sql, buyer, order.id);
    await endHold(shop.sql, order.id);
    const { values, errors } = await race(shop, 2, (sql, index) =>
      outcome<unknown>(() => (index === 0 ? confirmPayment(sql, payment) : orderOne(sql, rival, intake.variantId))),
    );
    expect(errors).toEqual([]);
    const rivalCode = values[1]?.code;
    expect([null, "out_of_stock"]).toContain(rivalCode);
    expect(await ending(shop.sql, order.id)).toBe(
      rivalCode === null ? "cancelled refunding cancelled" : "paid success active",
    );
    await expectInvariants(shop.sql);
  }
}

describe("a buyer who cancels in one tab and tries again in another", () => {
  test("gets an answer in both, and one seat at most", () => cancelAndTryAgain(database));

  test("that test notices an order that ends its enrolments before its holds", () =>
    withSabotage(
      replaceInFunction(
        "private.end_order",
        /(perform private\.settle_reservations\([^;]*;)\s*(perform private\.end_enrollments\([^;]*;)/,
        "$2 perform pg_sleep(0.02); $1",
      ),
      cancelAndTryAgain,
    ));
});

async function cancelAndTryAgain(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 2);
  const buyer = crowd.people[0]?.id as string;
  for (let round = 0; round < raceRounds(12); round++) {
    const intake = await publishedIntake(shop.sql, { seats: 2, price: 10_00 });
    const order = await orderOne(shop.sql, buyer, intake.variantId);
    const [cancelled, again] = await crowd.rush(2, (sql, _, index) =>
      index === 0 ? cancelOrder(sql, buyer, order.id) : orderOne(sql, buyer, intake.variantId),
    );
    expect(cancelled?.code, `round ${round}`).toBe(null);
    expect([null, "order_already_open"], `round ${round}`).toContain(again?.code);
    await expectInvariants(shop.sql);
  }
}

describe("buyers, payments, cancellations and workers over the same few seats", () => {
  test(
    "never wait for each other in a circle, and leave the books whole",
    () => everybodyAtOnce(database),
    30_000 + raceRounds(4) * 15_000,
  );
});

// Half of the crowd holds two of three courses, all due: they pay, cancel or try again, while the other half wants the same seats.
async function everybodyAtOnce(shop: TestDatabase): Promise<void> {
  const crowd = await gatherCrowd(shop, 24);
  const workers = [shop.connect({ max: 1 }), shop.connect({ max: 1 })];
  const allowed = ["accepted", "out_of_stock", "order_already_open", "already_enrolled", "order_not_cancellable"];
  for (let round = 0; round < raceRounds(4); round++) {
    const intakes: BuiltIntake[] = [];
    for (let intake = 0; intake < 3; intake++)
      intakes.push(await publishedIntake(shop.sql, { seats: 8, price: 10_00 }));
    const two = (index: number) => [0, 1].map((step) => intakes[(index + step) % 3]?.variantId as string);
    const held = new Map<string, OpenedPayment>();
    for (const [index, { id, sql }] of crowd.people.slice(0, 12).entries()) {
      const order = await orderOne(sql, id, ...two(index));
      held.set(id, await openPayment(sql, id, order.id));
      await endHold(shop.sql, order.id);
    }
    const expiring = workers.map((sql) => outcome(() => sql`select private.expire_due_orders()`));
    const attempts = await crowd.rush(24, async (sql, id, index) => {
      const payment = held.get(id);
      if (payment && index % 3 === 0) return confirmPayment(sql, payment);
      if (payment && index % 3 === 1) return cancelOrder(sql, id, payment.order_id);
      return orderOne(sql, id, ...two(index + 1));
    });
    const codes = Object.keys(tally([...attempts, ...(await Promise.all(expiring))]));
    expect(
      codes.filter((code) => !allowed.includes(code)),
      `round ${round}`,
    ).toEqual([]);
    expect(await shop.sql`select error from private.provider_events where error like '40P01%'`).toEqual([]);
    await expectInvariants(shop.sql);
  }
}

async function ending(sql: Sql, orderId: string): Promise<string> {
  const [row] = await sql`
    select orders.status || ' ' || payments.status || ' ' || enrollments.status as ending
    from public.orders join public.payments on payments.order_id = orders.id
    join public.order_items on order_items.order_id = orders.id
    join public.enrollments on enrollments.order_item_id = order_items.id
    where orders.id = ${orderId}`;
  return row?.ending;
}
