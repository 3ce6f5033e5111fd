import { expect, test } from "vitest";
import { paidBasket, refund } from "../payments/giving-back.ts";
import { times, together } from "../payments/together.ts";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

test("an order that many ship, process, cancel and refund at once leaves once or goes back, never both", async () => {
  for (let round = 0; round < raceRounds(3); round++) await manyHands(database);
});

// that it leaves once is guarded by its parcels as well (tests/shipments/race.test.ts)
test("without the lock on the order somebody begins to work on it twice", async () => {
  const bug = replaceInFunction(
    "private.fulfil_order",
    "orders.id = fulfil_order.order_id for update",
    "orders.id = fulfil_order.order_id",
  );
  await withSabotage(bug, (target) => manyHands(target, false), { rounds: 8 });
});

async function manyHands(target: TestDatabase, ends = true): Promise<void> {
  const { orderId } = await paidBasket(target.sql);
  await together(target, [
    ...times(4, () => (sql: Pool) => sql`select public.start_processing(${orderId})`),
    // the other paths would often be first, and hide the bug of the twin
    ...(ends
      ? [
          ...times(4, () => (sql: Pool) => sql`select public.mark_shipped(${orderId}, 'JNE')`),
          (sql: Pool) => sql`select public.cancel_order(${orderId}, 'a test cancels it')`,
          (sql: Pool) => refund(sql, orderId),
        ]
      : []),
  ]);
  const [found] = await target.sql`select orders.status,
    (select count(*)::int from public.events where subject_id = orders.id and name = 'order.processing') as processing,
    (select count(*)::int from public.events where subject_id = orders.id and name = 'order.shipped') as shipped,
    (select count(*)::int from public.events where subject_id = orders.id and name = 'order.cancelled') as cancelled
    from public.orders where id = ${orderId}`;
  expect(found?.processing).toBeLessThanOrEqual(1);
  expect(found?.shipped).toBeLessThanOrEqual(1);
  expect(found?.shipped + found?.cancelled).toBeLessThanOrEqual(1);
  expect(["shipped", "cancelled", "refunded", "processing"]).toContain(found?.status);
  await expectInvariants(target.sql);
}
