import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { customerWithAddress, refund } from "../payments/giving-back.ts";
import { promotion } from "../pricing/offers.ts";
import {
  cancelOrder,
  confirmPayment,
  endHold,
  type OpenedPayment,
  openPayment,
  placeOrder,
} from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { randomRounds } from "../support/effort.ts";
import { refusalOf } from "../support/expect-error.ts";
import { stockedVariant } from "../support/goods.ts";
import { violations } from "../support/invariants.ts";
import { asOwner, newCustomer } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { receive } from "../support/stock-keeping.ts";
import { type ModelThing, ShopModel } from "./shop-model.ts";

const histories = randomRounds(6);

const database = useDatabase();

/** Histories that chance does not always bring. The things are three seats at no price, 100 and 250, and goods at 50 with an offer. */
const rare = {
  "two holds on two seats end, and a third person comes before the worker does": [
    { does: "places", who: 0, which: [1], crashes: false },
    { does: "places", who: 1, which: [1], crashes: false },
    { does: "sleeps", which: 0 },
    { does: "sleeps", which: 1 },
    { does: "places", who: 2, which: [1], crashes: true },
  ],
  "goods are written off, come back, and are sold again to the last": [
    { does: "places", who: 0, which: [1, 3], crashes: false },
    { does: "pays", which: 0, crashes: true },
    { does: "is given back", which: 0, line: 1, restock: false, crashes: true },
    { does: "places", who: 1, which: [3], crashes: false },
    { does: "pays", which: 1, crashes: false },
    { does: "is given back", which: 1, line: null, restock: true, crashes: false },
    { does: "places", who: 2, which: [3], crashes: false },
    { does: "goods arrive", units: 1 },
    { does: "places", who: 2, which: [3], crashes: false },
  ],
  "what was paid is written off, or its order cancelled": [
    { does: "places", who: 0, which: [3], crashes: false },
    { does: "pays", which: 0, crashes: false },
    { does: "is given back", which: 0, line: null, restock: false, crashes: false },
    { does: "places", who: 1, which: [1], crashes: false },
    { does: "pays", which: 1, crashes: false },
    { does: "cancels", which: 1, crashes: false },
  ],
  "a late payment finds its offer with somebody else": [
    { does: "offer has", limit: 1 },
    { does: "places", who: 0, which: [3], crashes: false },
    { does: "sleeps", which: 0 },
    { does: "places", who: 1, which: [3], crashes: false },
    { does: "pays", which: 0, crashes: false },
    { does: "is cancelled", which: 1, crashes: false },
    { does: "places", who: 2, which: [3], crashes: false },
  ],
} satisfies Record<string, Action[]>;

const number = fc.nat({ max: 99 });
const crashes = fc.nat({ max: 3 }).map((chance) => chance === 0);
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant("places" as const),
      who: number,
      which: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
      crashes,
    }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("pays" as const), which: number, crashes }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("sleeps" as const), which: number }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom("cancels" as const, "is cancelled" as const),
      which: number,
      crashes,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant("is given back" as const),
      which: number,
      line: fc.option(fc.nat({ max: 3 })),
      restock: fc.boolean(),
      crashes,
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("worker" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant("seats" as const), which: fc.nat({ max: 2 }), seats: fc.nat({ max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant("goods arrive" as const), units: fc.integer({ min: 1, max: 2 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant("offer has" as const), limit: fc.integer({ min: 1, max: 3 }) }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

test(
  "whatever people, provider, worker and staff do in whatever order, the shop ends each step where the model does",
  () => manyHistories(database, histories),
  60_000 + histories * 5_000,
);

describe("that test notices", () => {
  test.each([
    [
      "a shop that waits for its worker before it sells what is due",
      "private.draw_units_in_order",
      /perform private\.release_due_units\([^;]*;/,
      "",
    ],
    [
      "units that are on sale again although they were written off",
      "private.take_back_lines",
      "take_back_lines.restock or",
      "true or",
    ],
    [
      "a late payment that keeps an offer which somebody else has",
      "private.claim_promotions",
      "perform private.use_promotion(",
      "perform concat(",
    ],
    [
      "an order that is given back and still counts as a use of its offer",
      "private.take_back_rest",
      /perform private\.give_back_promotions\([^;]*;/,
      "",
    ],
    ["a cancelled order whose money stays", "private.undo_order", /perform private\.give_back_captures\([^;]*;/, ""],
  ])("%s", (_what, name, guard, instead) =>
    withSabotage(replaceInFunction(name, guard, instead), (shop) => manyHistories(shop, 0), { rounds: 1 }),
  );
});

async function manyHistories(shop: TestDatabase, numRuns: number): Promise<void> {
  const history = fc.array(action, { minLength: 20, maxLength: 40 });
  const lived = fc.asyncProperty(history, (steps) => shop.rolledBack((sql) => live(sql, steps)));
  const examples = Object.values(rare).map((steps): [Action[]] => [steps]);
  const details = await fc.check(lived, { numRuns: numRuns + examples.length, endOnFailure: true, examples });
  expect(details.failed, `${fc.defaultReportMessage(details)}\n${details.errorInstance}`).toBe(false);
}

type PlacedOrder = { id: string; items: { id: string; variant_id: string }[]; payment: OpenedPayment | null };

/** Three intakes and goods on sale, three buyers, staff, and the same in the model. */
async function openShop(sql: Sql) {
  const made: (ModelThing & { intakeId?: string })[] = [];
  for (const price of [0, 100_00, 250_00]) {
    const { variantId, intakeId } = await publishedIntake(sql, { seats: 2, price });
    made.push({ variant: variantId, price, units: 2, isSeat: true, intakeId });
  }
  made.push({
    variant: await stockedVariant(sql, 2, { status: "published", price: 50_00 }),
    price: 50_00,
    units: 2,
    isSeat: false,
  });
  // who buys several things takes them in the order of their ids
  const things = made.toSorted((one, other) => (one.variant < other.variant ? -1 : 1));
  const goods = made[3] as ModelThing;
  const [product] = await sql`select product_id as id from public.variants where id = ${goods.variant}`;
  const offer = await promotion(sql, { usage_limit: 2 }, { products: [product?.id] });
  const people: string[] = [];
  for (let person = 0; person < 3; person++) people.push(await customerWithAddress(sql));
  const [staff] =
    await sql`insert into public.role_members (profile_id, role) values (${await newCustomer(sql)}, 'support') returning profile_id`;
  const indexOf = (thing: number) => things.indexOf(made[thing] as ModelThing);
  const model = new ShopModel(
    things.map(({ variant, price, units, isSeat }) => ({ variant, price, units, isSeat })),
    { thing: indexOf(3), limit: 2 },
  );
  return {
    things,
    people,
    offer,
    staff: String(staff?.profile_id),
    goods: goods.variant,
    indexOf,
    model,
    orders: [] as PlacedOrder[],
  };
}
type Shop = Awaited<ReturnType<typeof openShop>>;

/** Plays a history in the database and in the model, and compares after every step. */
async function live(sql: Sql, history: Action[]): Promise<void> {
  const shop = await openShop(sql);
  for (const step of history) {
    await play(sql, shop, step);
    await compare(sql, shop, JSON.stringify(step));
  }
}

async function play(sql: Sql, shop: Shop, step: Action): Promise<void> {
  const { model, orders, people } = shop;
  const said = JSON.stringify(step);
  const index =
    "which" in step && typeof step.which === "number" && orders.length > 0 ? step.which % orders.length : -1;
  const order = orders[index];
  /** Asks; when it crashes, once more: what was not committed never was. */
  const ask = async (request: () => Promise<unknown>, expected: () => string | null) => {
    if ("crashes" in step && step.crashes) {
      await sql`savepoint before_the_crash`;
      await refusalOf(request);
      await sql`rollback to savepoint before_the_crash`;
      await compare(sql, shop, `${said}, crashed`);
    }
    expect((await refusalOf(request))?.code ?? null, said).toBe(expected());
  };
  if (step.does === "places") return places(sql, shop, step, ask);
  if (step.does === "worker") {
    await sql`select private.expire_due_orders()`;
    return model.workerComes();
  }
  if (step.does === "seats") {
    const thing = shop.indexOf(step.which);
    const { intakeId } = shop.things[thing] as { intakeId?: string };
    const request = async () =>
      void (await sql`update public.intakes set seats = ${step.seats} where id = ${intakeId as string}`);
    return ask(request, () => model.setSeats(thing, step.seats));
  }
  if (step.does === "goods arrive") {
    await receive(sql, shop.goods, step.units);
    return model.receive(shop.indexOf(3), step.units);
  }
  if (step.does === "offer has") {
    const request = async () =>
      void (await sql`update public.promotions set usage_limit = ${step.limit} where id = ${shop.offer}`);
    return ask(request, () => model.setLimit(step.limit));
  }
  if (!order) return;
  if (step.does === "pays") {
    const { payment } = order;
    if (!payment) return;
    await ask(
      () => confirmPayment(sql, payment),
      () => {
        model.paid(index);
        return null;
      },
    );
    order.payment = null;
  } else if (step.does === "sleeps") {
    if (model.orders[index]?.status === "pending") await endHold(sql, order.id);
    model.holdEnds(index);
  } else if (step.does === "is given back") {
    const items = order.items.toSorted((one, other) => (one.variant_id < other.variant_id ? -1 : 1));
    const line = step.line === null ? undefined : items[step.line % items.length];
    const lines = line && [{ order_item_id: line.id }];
    await ask(
      () => refund(sql, order.id, { ...(lines && { lines }), restock: step.restock }),
      () => model.refund(index, step.line, step.restock),
    );
  } else {
    const who = step.does === "is cancelled" ? shop.staff : people[model.orders[index]?.person as number];
    await ask(
      () => cancelOrder(sql, who as string, order.id, { reason: "a test" }),
      () => model.cancel(index, step.does === "is cancelled"),
    );
  }
}

/** Places an order, and once more under its key: whoever lost the answer gets the same one. */
async function places(
  sql: Sql,
  { model, orders, people, things, indexOf }: Shop,
  step: Extract<Action, { does: "places" }>,
  ask: (request: () => Promise<unknown>, expected: () => string | null) => Promise<void>,
): Promise<void> {
  const person = step.who % people.length;
  const customer = people[person] as string;
  const wanted = step.which.map(indexOf).toSorted((one, other) => one - other);
  const lines = wanted.map((thing) => ({ variant_id: things[thing]?.variant as string, quantity: 1 }));
  const key = `order-${orders.length}-${Math.random()}`;
  const request = () => placeOrder(sql, customer, lines, { key });
  let refused: string | null = null;
  await ask(request, () => {
    refused = model.place(person, wanted);
    return refused;
  });
  if (refused) return;
  const { id, items } = await request();
  const isOpen = model.orders.at(-1)?.status === "pending";
  orders.push({ id, items, payment: isOpen ? await openPayment(sql, customer, id) : null });
}

async function compare(sql: Sql, { model, orders, things, offer }: Shop, step: string): Promise<void> {
  await asOwner(sql);
  const rows = await sql`select id, status, total_amount as total,
    (select coalesce(sum(captured_amount), 0)::bigint from public.payments where order_id = orders.id)
      - (select coalesce(sum(amount), 0)::bigint from public.refunds where order_id = orders.id and status in ('pending', 'success')) as money
    from public.orders`;
  const found = new Map(rows.map(({ id, ...row }) => [id, row]));
  expect(
    orders.map(({ id }) => found.get(id)),
    step,
  ).toEqual(
    model.orders.map((order) => ({ status: order.status, total: model.total(order), money: model.money(order) })),
  );
  expect(found.size, step).toBe(orders.length);
  const levels = await sql`select variant_id, available from public.stock_levels`;
  const available = new Map(levels.map((level) => [level.variant_id, level.available]));
  expect(
    things.map(({ variant }) => available.get(variant) ?? 0),
    step,
  ).toEqual(things.map((_, thing) => model.free(thing)));
  const [promoted] = await sql`select used_count from public.promotions where id = ${offer}`;
  expect(promoted?.used_count, step).toBe(model.orders.filter(({ usesOffer }) => usesOffer).length);
  expect(await violations(sql), step).toEqual([]);
}
