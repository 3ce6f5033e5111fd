import { expect, test } from "vitest";
import { call as callCart, thingOnSale } from "../carts/carts.ts";
import { buildCourse, call, newLearnerIn, rightAnswers } from "../learning/teaching.ts";
import { customerWithAddress, paidBasket, refund, told } from "../payments/giving-back.ts";
import { cancel, expireDue, holdEnds, openSale } from "../payments/sale.ts";
import { as, enroll, getOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { stockedVariant } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { adjust, deduct, main, newPlace, release, reserve, transfer } from "../support/stock-keeping.ts";

// What a person does costs the same in a shop with a long history as in a young one. So the same things are done in a shop of a few days and in one
// of many, by people and with goods of their own, and the rows that each of them reads are compared, in tables that hold a row of each day.
const DAYS = 50;
/** Less than a row for each day, and more than chance: in which slot of its own a verb finds units first. */
const BY_CHANCE = 30;

const database = useDatabase();

const askOfEveryRow = replaceInFunction(
  "private.study_lesson",
  "(select private.enrollment_in(v_lesson.product_id, study_lesson.learner_id))",
  "private.enrollment_in(v_lesson.product_id, study_lesson.learner_id)",
);

test("what a person does reads as much in a shop with a long history as in a young one", () => grownUp(database));

test("that test notices a lesson that asks about every seat there is", () => withSabotage(askOfEveryRow, grownUp));

async function grownUp(shop: TestDatabase): Promise<void> {
  const place = await newPlace(shop.sql);
  await passDays(shop, place, 4);
  const [young, few] = [await readBySteps(shop, place), await rowsIn(shop.sql)];
  await passDays(shop, place, DAYS);
  const [old, many] = [await readBySteps(shop, place), await rowsIn(shop.sql)];
  const grown = new Map<string, [number, number]>();
  for (const [step, rows] of Object.entries(old)) {
    const table = step.split(": ")[1] as string;
    const before = young[step] ?? 0;
    if (rows > before + BY_CHANCE && (many.get(table) ?? 0) >= (few.get(table) ?? 0) + DAYS)
      grown.set(step, [before, rows]);
  }
  expect(Object.fromEntries(grown)).toEqual({});
}

/** Lets so many days pass, four at a time, and Postgres look at what they left. */
async function passDays(shop: TestDatabase, place: string, days: number): Promise<void> {
  let left = days;
  const lane = async () => {
    while (left-- > 0) await liveThrough(shop.sql, place, (_, work) => work());
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  await shop.sql`analyze`;
}

/** How a thing is done: by name, so that it can be watched. */
type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Rows read by each step of a day in each table, as "step: table". */
async function readBySteps(shop: TestDatabase, place: string): Promise<Record<string, number>> {
  const read: Record<string, number> = {};
  await shop.rolledBack(async (sql) => {
    // Tables of some pages are read whole because that is cheaper, which says nothing about large ones.
    for (const way of ["seqscan", "hashjoin", "mergejoin"]) await sql.unsafe(`set local enable_${way} = off`);
    await liveThrough(sql, place, async (name, work) => {
      const before = await rowsRead(sql);
      const result = await work();
      for (const [table, rows] of await rowsRead(sql)) read[`${name}: ${table}`] = rows - (before.get(table) ?? 0);
      return result;
    });
  });
  return read;
}

/** How many rows each table holds, as Postgres last counted them. */
async function rowsIn(sql: Sql): Promise<Map<string, number>> {
  const tables =
    await sql`select relnamespace::regnamespace || '.' || relname as name, reltuples as rows from pg_class where relkind = 'r'`;
  return new Map(tables.map(({ name, rows }) => [name, rows]));
}

/** Rows that this transaction has read so far, by table. */
async function rowsRead(sql: Sql): Promise<Map<string, number>> {
  const rows =
    await sql`select schemaname || '.' || relname as name, (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as read
    from pg_stat_xact_user_tables where seq_tup_read + coalesce(idx_tup_fetch, 0) > 0`;
  return new Map(rows.map(({ name, read }) => [name, read]));
}

/** What happens in a shop in a day, once each, to people and things of its own. */
async function liveThrough(sql: Sql, place: string, step: Step): Promise<void> {
  await shopping(sql, step);
  await studying(sql, step);
  await keepingStock(sql, place, step);
}

async function shopping(sql: Sql, step: Step): Promise<void> {
  const basket = await step("buy and pay", () => paidBasket(sql));
  await step("invoice", () => sql`select private.issue_invoice(${basket.orderId})`);
  await step("read the order", () => getOrder(sql, basket.customerId, basket.orderId));
  const part = { lines: [{ order_item_id: basket.things, quantity: 1 }] };
  const { refund: given } = await step("give a part back", () => refund(sql, basket.orderId, part));
  await step("hear that it arrived", () => told(sql, given.id, "success", `re_${given.id}`));
  await step("hear that the bank sent it back", () => told(sql, given.id, "failed", `re_${given.id}`));
  const sale = await step("order and begin to pay", () => openSale(sql));
  await step("cancel", () => cancel(sql, sale, "customer"));
  const slow = await openSale(sql);
  await step("expire", async () => {
    await holdEnds(sql, slow);
    await expireDue(sql);
  });
  const buyer = await step("sign up and add an address", () => customerWithAddress(sql));
  const thing = await step("put a thing on sale", () => thingOnSale(sql));
  await step("fill a cart", () => callCart(sql, buyer, "add_to_cart", { variant_id: thing, quantity: 2 }));
  await step("read a cart", () => callCart(sql, buyer, "get_cart"));
}

async function studying(sql: Sql, step: Step): Promise<void> {
  const course = await step("build a course", () => buildCourse(sql, [{}, { kind: "quiz" }]));
  const [text, quiz] = course.lessons;
  const learner = await step("enrol", () => newLearnerIn(sql, course));
  await step("complete a lesson", () => call(sql, learner, "complete_lesson", { lesson_id: text }));
  const { id } = await step("start a quiz", () =>
    call<{ id: string }>(sql, learner, "start_quiz", { lesson_id: quiz }),
  );
  const answer = { attempt_id: id, answers: rightAnswers };
  await step("hand a quiz in", () => call(sql, learner, "submit_quiz", answer));
  await step("look at a course", () => sql`select public.product_document(product_id => ${course.productId})`);
  await step("read one's courses", () => call(sql, learner, "my_courses"));
  const full = await publishedIntake(sql, { seats: 1 });
  const [first, second] = [await newCustomer(sql), await newCustomer(sql)];
  const { enrollment } = await enroll(sql, first, full.intakeId);
  await step("join a waiting list", () => as(sql, second, (tx) => tx`select public.join_waitlist(${full.intakeId})`));
  await step("free a seat", () => as(sql, first, (tx) => tx`select public.cancel_enrollment(${enrollment.id})`));
  await step("take an offer", () => enroll(sql, second, full.intakeId));
}

async function keepingStock(sql: Sql, place: string, step: Step): Promise<void> {
  const variant = await stockedVariant(sql, 40);
  const lines = [{ variant_id: variant, quantity: 1 }];
  const held = [await reserve(sql, lines), await reserve(sql, lines)].map((hold) => hold.id);
  await step("adjust stock", () => adjust(sql, [{ variant_id: variant, delta: 1 }], "receipt"));
  await step("transfer stock", () => transfer(sql, lines, main, place));
  await step("reserve stock", () => reserve(sql, lines));
  await step("release stock", () => release(sql, held[0] as string));
  await step("deduct stock", () => deduct(sql, { lines }));
  await step("deduct what was held", () => deduct(sql, { hold: held[1] as string }));
  await step("look at stock by place", () => sql`select from public.stock_by_location(array[${variant}]::uuid[])`);
}
