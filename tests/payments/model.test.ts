import fc from "fast-check";
import { expect, test } from "vitest";
import { type BuiltIntake, publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { effort } from "../support/effort.ts";
import { refusalOf } from "../support/expect-error.ts";
import { violations } from "../support/invariants.ts";
import { newCustomer } from "../support/people.ts";
import { deliver } from "./deliver.ts";
import {
  asyncFailed,
  completedUnpaid,
  declined,
  disputeEvent,
  expired,
  type ProviderEvent,
  paid,
  refundEvent,
  succeeded,
} from "./provider-events.ts";
import { attempt, cancel, expireDue, holdEnds, openOrder, PRICE, type Sale } from "./sale.ts";

const stories = effort(25);

const database = useDatabase();

/** A shop of two seats and three buyers, and everything that was started in it. */
type World = { sql: Sql; intake: BuiltIntake; buyers: string[]; sales: Sale[]; told: ProviderEvent[]; refunds: number };

/** What can happen next; `pick` chooses whom it happens to. */
const deeds: Record<string, (world: World, pick: number) => Promise<unknown>> = {
  order: async (world, pick) => {
    const customerId = one(world.buyers, pick);
    const order = await openOrder(world.sql, { intake: world.intake, customerId });
    world.sales.push(await attempt(world.sql, order));
  },
  "another attempt": async (world, pick) => {
    const sale = await attempt(world.sql, one(world.sales, pick));
    const known = world.sales.some(({ paymentId }) => paymentId === sale.paymentId);
    if (!known) world.sales.push(sale);
  },
  paid: (world, pick) => tell(world, paid(one(world.sales, pick))),
  succeeded: (world, pick) => tell(world, succeeded(one(world.sales, pick))),
  "completed, not paid": (world, pick) => tell(world, completedUnpaid(one(world.sales, pick))),
  "slow method failed": (world, pick) => tell(world, asyncFailed(one(world.sales, pick))),
  expired: (world, pick) => tell(world, expired(one(world.sales, pick))),
  declined: (world, pick) => tell(world, declined(one(world.sales, pick))),
  "wrong amount": (world, pick) => tell(world, paid(one(world.sales, pick), { amount_total: 1 })),
  dispute: (world, pick) =>
    tell(
      world,
      disputeEvent("created", one(world.sales, pick), pick % 3 === 0 ? "warning_needs_response" : "needs_response"),
    ),
  "dispute won": (world, pick) => tell(world, disputeEvent("closed", one(world.sales, pick), "won")),
  "dispute lost": (world, pick) => tell(world, disputeEvent("closed", one(world.sales, pick), "lost")),
  "part disputed": (world, pick) =>
    tell(
      world,
      disputeEvent("created", one(world.sales, pick), "needs_response", { id: `dp_part_${pick}`, amount: 1000 }),
    ),
  "told again": (world, pick) => tell(world, one(world.told, pick)),
  "cancelled by staff": (world, pick) => cancel(world.sql, one(world.sales, pick), "staff"),
  "cancelled by the buyer": (world, pick) => cancel(world.sql, one(world.sales, pick), "customer"),
  "hold ends": (world, pick) => holdEnds(world.sql, one(world.sales, pick)),
  "expiry runs": (world) => expireDue(world.sql),
  "part given back by hand": (world, pick) => byHand(world, pick, 1000),
  "all given back by hand": (world, pick) => byHand(world, pick, PRICE),
  "refund sent": (world, pick) => answerRefund(world, pick, "success"),
  "refund failed": (world, pick) => answerRefund(world, pick, "failed"),
};

test(
  "whatever happens to the orders of two seats, in whatever order, every promise holds after every step",
  async () => {
    const steps = fc.array(fc.tuple(fc.constantFrom(...Object.keys(deeds)), fc.nat(11)), {
      minLength: 4,
      maxLength: 18,
    });
    await database.rolledBack(async (sql) => {
      const intake = await publishedIntake(sql, { seats: 2, price: PRICE });
      const buyers = [await newCustomer(sql), await newCustomer(sql), await newCustomer(sql)];
      await fc.assert(
        fc.asyncProperty(steps, async (story) => {
          await sql`savepoint before_the_story`;
          try {
            const world: World = { sql, intake, buyers, sales: [], told: [], refunds: 0 };
            for (const deed of ["order", "order"] as const) await deeds[deed]?.(world, world.sales.length);
            for (const [name, pick] of story) {
              const refusal = await refusalOf(async () => void (await deeds[name]?.(world, pick)));
              expect(refusal?.status ?? 200, `${name} ${refusal?.code}`).toBeLessThan(500);
              expect(await violations(sql), `after ${name}`).toEqual([]);
            }
            expect(await books(sql)).toBe("balanced");
          } finally {
            await sql`rollback to savepoint before_the_story`;
          }
        }),
        { numRuns: stories },
      );
    });
  },
  60_000 + stories * 3_000,
);

function one<T>(list: T[], pick: number): T {
  return list[pick % list.length] as T;
}

async function tell(world: World, event: ProviderEvent | undefined): Promise<void> {
  if (!event) return;
  world.told.push(event);
  const [outcome, [row]] = [
    await deliver(world.sql, event),
    await world.sql`select error from private.provider_events where event_id = ${event.id}`,
  ];
  expect(outcome, `${event.type}: ${row?.error}`).not.toBe("failed");
}

async function byHand(world: World, pick: number, amount: number): Promise<void> {
  const sale = one(world.sales, pick);
  const id = `re_hand_${world.refunds++}`;
  await tell(world, refundEvent("refund.created", sale, { id, status: "succeeded", amount }));
}

/** The provider answers the worker about a refund that was asked for. */
async function answerRefund({ sql }: World, pick: number, status: string): Promise<void> {
  const refunds =
    await sql`select id, provider_refund_id from public.refunds where reason not in ('by_provider', 'dispute_lost') order by created_at, id`;
  if (refunds.length === 0) return;
  const { id, provider_refund_id } = one([...refunds], pick) as { id: string; provider_refund_id: string | null };
  const providerId = pick > 8 ? `re_again_${id}_${pick}` : (provider_refund_id ?? `re_${id}`);
  await sql`select private.record_refund_result(${id}, ${providerId}, ${status})`;
}

/** Money in transit or with a bank is what was captured and not given back, whoever told it, less what a bank took beyond that. */
async function books(sql: Sql): Promise<string> {
  const [row] = await sql`select
    (select coalesce(sum(captured_amount - refunded_amount), 0)::bigint from public.payments) as kept,
    (select coalesce(sum(amount), 0)::bigint from public.ledger_entries where account in ('cash_in_transit', 'disputed')) as booked,
    (select coalesce(sum(amount - held_amount), 0)::bigint from public.disputes where status = 'lost') as beyond`;
  return row?.kept === row?.booked + row?.beyond
    ? "balanced"
    : `kept ${row?.kept}, booked ${row?.booked}, beyond ${row?.beyond}`;
}
