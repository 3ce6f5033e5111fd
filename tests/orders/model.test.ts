import fc from "fast-check";
import { expect, test } from "vitest";
import { cancelOrder, confirmPayment, endHold, type OpenedPayment, openPayment, orderOne } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { effort } from "../support/effort.ts";
import { refusalOf } from "../support/expect-error.ts";
import { violations } from "../support/invariants.ts";
import { asOwner, newCustomer } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { type ModelIntake, ShopModel } from "./shop-model.ts";

const histories = effort(8);

const database = useDatabase();

/** A history that chance does not always bring: two holds on two seats end, and a third person comes before the worker does. */
const beforeTheWorker: Action[] = [
  { does: "places", who: 0, which: [1] },
  { does: "places", who: 1, which: [1] },
  { does: "sleeps", which: 0 },
  { does: "sleeps", which: 1 },
  { does: "places", who: 2, which: [1] },
];

const number = fc.nat({ max: 99 });
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant("places" as const),
      who: number,
      which: fc.subarray([0, 1, 2], { minLength: 1 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom("pays" as const, "sleeps" as const), which: number }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constantFrom("cancels" as const, "is cancelled" as const), which: number }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("worker" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant("seats" as const), which: fc.nat({ max: 2 }), seats: fc.nat({ max: 4 }) }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

test(
  "whatever people, provider, worker and staff do in whatever order, the shop ends each step where the model does",
  () => manyHistories(database, histories),
  60_000 + histories * 5_000,
);

test("that test notices a shop that waits for its worker before it sells what is due", () => {
  const waitForWorker = replaceInFunction(
    "private.draw_units_in_order",
    /perform private\.release_due_units\([^;]*;/,
    "",
  );
  return withSabotage(waitForWorker, (shop) => manyHistories(shop, 8));
}, 60_000);

async function manyHistories(shop: TestDatabase, numRuns: number): Promise<void> {
  const history = fc.array(action, { minLength: 20, maxLength: 40 });
  const lived = fc.asyncProperty(history, (steps) => shop.rolledBack((sql) => live(sql, steps)));
  const details = await fc.check(lived, { numRuns, endOnFailure: true, examples: [[beforeTheWorker]] });
  expect(details.failed, fc.defaultReportMessage(details)).toBe(false);
}

/** Plays a history in the database and in the model, and compares after every step. */
async function live(sql: Sql, history: Action[]): Promise<void> {
  const intakes = await Promise.all(
    [0, 100_00, 250_00].map(async (price) => ({
      price,
      seats: 2,
      ...(await publishedIntake(sql, { seats: 2, price })),
    })),
  );
  intakes.sort((one, other) => (one.variantId < other.variantId ? -1 : 1));
  const people: string[] = [];
  for (let person = 0; person < 3; person++) people.push(await newCustomer(sql));
  const [staff] =
    await sql`insert into public.role_members (profile_id, role) values (${await newCustomer(sql)}, 'support') returning profile_id`;
  const model = new ShopModel(
    intakes.map(({ variantId, price, seats }): ModelIntake => ({ variant: variantId, price, seats })),
  );
  const orders: { id: string; payment: OpenedPayment | null }[] = [];

  for (const step of history) {
    const index =
      "which" in step && typeof step.which === "number" && orders.length > 0 ? step.which % orders.length : -1;
    const order = orders[index];
    if (step.does === "places") {
      const person = step.who % people.length;
      const variants = step.which.map((intake) => intakes[intake]?.variantId as string);
      let placed: string | undefined;
      const code = await codeOf(async () => {
        placed = (await orderOne(sql, people[person] as string, ...variants)).id;
      });
      expect(code, say(step)).toBe(model.place(person, step.which));
      if (placed)
        orders.push({
          id: placed,
          payment:
            model.orders.at(-1)?.status === "pending" ? await openPayment(sql, people[person] as string, placed) : null,
        });
    } else if (step.does === "worker") {
      await sql`select private.expire_due_orders()`;
      model.workerComes();
    } else if (step.does === "seats") {
      const code = await codeOf(
        () =>
          sql`update public.intakes set seats = ${step.seats} where id = ${intakes[step.which]?.intakeId as string}`,
      );
      expect(code, say(step)).toBe(model.setSeats(step.which, step.seats));
    } else if (!order) {
      continue;
    } else if (step.does === "pays") {
      if (!order.payment) continue;
      await confirmPayment(sql, order.payment);
      order.payment = null;
      model.paid(index);
    } else if (step.does === "sleeps") {
      if (model.orders[index]?.status === "pending") await endHold(sql, order.id);
      model.holdEnds(index);
    } else {
      const byStaff = step.does === "is cancelled";
      const who = byStaff ? staff?.profile_id : people[model.orders[index]?.person as number];
      expect(await codeOf(() => cancelOrder(sql, who, order.id, { reason: "a test" })), say(step)).toBe(
        model.cancel(index),
      );
    }
    await compare(sql, model, orders, intakes, say(step));
  }
}

async function compare(
  sql: Sql,
  model: ShopModel,
  orders: { id: string }[],
  intakes: { variantId: string }[],
  step: string,
): Promise<void> {
  await asOwner(sql);
  const rows = await sql`select id, status from public.orders`;
  const found = new Map(rows.map(({ id, status }) => [id, status]));
  expect(
    orders.map(({ id }) => found.get(id)),
    step,
  ).toEqual(model.orders.map(({ status }) => status));
  const levels = await sql`select variant_id, available from public.stock_levels`;
  const available = new Map(levels.map((level) => [level.variant_id, level.available]));
  expect(
    intakes.map(({ variantId }) => available.get(variantId) ?? 0),
    step,
  ).toEqual(intakes.map((_, intake) => model.free(intake)));
  expect(await violations(sql), step).toEqual([]);
}

const codeOf = async (attempt: () => PromiseLike<unknown>) => (await refusalOf(attempt))?.code ?? null;
const say = (step: Action) => JSON.stringify(step);
