import { describe, expect, test } from "vitest";
import { orderOne, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { gatherCrowd, outcome } from "../support/crowd.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { cancelIntake, newStaff, windUp } from "./running.ts";

const database = useDatabase();

// Every third buyer is slow between the look at the intake and the seat: until all of it is over.
const lookOnce = allOf(
  replaceInFunction("private.refuse_cancelled_intakes", "if exists (", "if false and exists ("),
  replaceInFunction(
    "private.place_quote",
    "v_expired :=",
    `if random() < 0.3 then
      for v_try in 1 .. 200 loop
        exit when exists (select from public.intakes where wound_up_at is not null);
        perform pg_sleep(0.05);
      end loop;
    end if;
    v_expired :=`,
  ),
);
const giveBackAgain = replaceInFunction(
  "private.give_back_items",
  /perform private\.take_back_rest\([^;]+;/,
  "perform private.end_enrollments(give_back_items.item_ids, 'cancelled');",
);

describe("twenty buyers against the cancellation of their intake", () => {
  test("end without a seat, with all their money on its way back", async () => {
    for (let round = 0; round < raceRounds(2); round++) await buyersAgainstCancel(database, 20);
  });

  test("that test notices a purchase that looks at the intake only once", () =>
    withSabotage(lookOnce, (shop) => buyersAgainstCancel(shop, 20)));

  test("that test notices a line that is found again after it was given back", () =>
    withSabotage(giveBackAgain, (shop) => buyersAgainstCancel(shop, 6)));
});

async function buyersAgainstCancel(shop: TestDatabase, buyers: number): Promise<void> {
  const crowd = await gatherCrowd(shop, buyers);
  const admin = await newStaff(shop.sql, "admin");
  const intake = await publishedIntake(shop.sql, { seats: buyers, price: 30_00 });
  let paid = 0;
  const enough = Promise.withResolvers<void>();
  const buying = crowd.rush(buyers, async (sql, id, index) => {
    const order = await orderOne(sql, id, intake.variantId);
    await payOrder(sql, id, order.id);
    if (++paid >= 3 || index === buyers - 1) enough.resolve();
  });
  const cancelling = (async () => {
    await Promise.race([enough.promise, buying]);
    await cancelIntake(shop.sql, admin, intake.intakeId);
    // two workers at once, as after a restart
    for (let round = 0; round < 3; round++) await Promise.all([outcome(() => windUp(shop.sql)), windUp(shop.sql)]);
  })();
  const attempts = await buying;
  await cancelling;
  for (let left = 1; left > 0; ) left = await windUp(shop.sql, 200);
  for (const { code } of attempts)
    expect([null, "intake_cancelled", "order_not_payable"], "how a purchase may end").toContain(code);
  const [books] = await shop.sql`
    select (select count(*) from public.enrollments where intake_id = ${intake.intakeId} and status in ('reserved', 'active', 'suspended')) as seats,
      coalesce(sum(payments.captured_amount), 0)::int as captured, coalesce(sum(back.amount), 0)::int as back,
      count(*) filter (where back.times > 1) as twice
    from public.order_items join public.payments on payments.order_id = order_items.order_id and payments.captured_amount > 0
    left join lateral (
      select sum(refunds.amount) as amount, count(*) as times from public.refunds where refunds.payment_id = payments.id) as back on true
    where order_items.variant_id = ${intake.variantId}`;
  expect(books).toEqual({ seats: 0, captured: books?.captured, back: books?.captured, twice: 0 });
  await expectInvariants(shop.sql);
}
