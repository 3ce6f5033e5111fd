import { expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { newLearner, newLearners, tallyAnswers, visitor } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

test("six hundred buyers on twenty seats over HTTP: twenty are sold, the rest out of stock, nobody waits longer than 15 s", async () => {
  const intake = await publishedIntake(stack.sql, { seats: 20 });
  const learners = await newLearners(stack, 600);
  const answers = await Promise.all(
    learners.map(async ({ call }) => {
      const started = performance.now();
      const answer = await call("enroll", { intake_id: intake.intakeId });
      return { ...answer, ms: performance.now() - started };
    }),
  );
  expect(tallyAnswers(answers)).toEqual({ "200": 20, "409 out_of_stock": 580 });
  expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(15_000);
  const [sold] =
    await stack.sql`select count(*) as seats from public.enrollments where intake_id = ${intake.intakeId} and status = 'active'`;
  expect(sold).toEqual({ seats: 20 });
}, 60_000);

test("two hundred buyers of paid seats hold them all, and whoever waits gets what is given back", async () => {
  const intake = await publishedIntake(stack.sql, { seats: 10, price: 50_000_00 });
  const learners = await newLearners(stack, 200);
  const lines = [{ variant_id: intake.variantId, quantity: 1 }];
  const answers = await Promise.all(learners.map(({ call }) => call("place_order", { lines })));
  expect(tallyAnswers(answers)).toEqual({ "200": 10, "409 out_of_stock": 190 });
  const winners = learners.filter((_, index) => answers[index]?.status === 200);
  const losers = learners.filter((_, index) => answers[index]?.status !== 200);
  await Promise.all(
    winners
      .slice(0, 4)
      .map(({ seatline }) =>
        seatline.orders.list().then(({ data }) => seatline.orders.cancel({ order_id: data[0]?.id as string })),
      ),
  );
  const second = await Promise.all(losers.slice(0, 30).map(({ call }) => call("place_order", { lines })));
  expect(tallyAnswers(second)).toEqual({ "200": 4, "409 out_of_stock": 26 });
}, 60_000);

test("levels follow a purchase and its end, for everybody to see", async () => {
  const intake = await publishedIntake(stack.sql, { seats: 3, price: 50_000_00 });
  const learner = await newLearner(stack);
  const levels = () => visitor(stack).inventory.levels([intake.variantId]);
  const level = { variant_id: intake.variantId, on_hand: 3, backordered: 0 };
  expect(await levels()).toEqual([{ ...level, available: 3, sellable: 3, reserved: 0 }]);
  const order = await learner.seatline.orders.place({ lines: [{ variant_id: intake.variantId, quantity: 1 }] });
  expect(await levels()).toEqual([{ ...level, available: 2, sellable: 2, reserved: 1 }]);
  await learner.seatline.orders.cancel({ order_id: order.id });
  expect(await levels()).toEqual([{ ...level, available: 3, sellable: 3, reserved: 0 }]);
});

test("an intake that is not counted and one that is not published have no level", async () => {
  const uncounted = await publishedIntake(stack.sql, { seats: null });
  const draft = await publishedIntake(stack.sql, { seats: 4, status: "draft" });
  expect(await visitor(stack).inventory.levels([uncounted.variantId, draft.variantId])).toEqual([]);
});
