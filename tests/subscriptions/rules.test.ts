import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { actingAs } from "../payments/acting-as.ts";
import { deliver, deliverAll } from "../payments/deliver.ts";
import { again, type ProviderEvent } from "../payments/provider-events.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { randomRounds } from "../support/effort.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { expectInvariants } from "../support/invariants.ts";
import { asAnon, asCustomer, asOwner, asService, newCustomer } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import {
  act,
  type Begun,
  begun,
  captureEvent,
  FEE,
  invoiceEvent,
  newPlan,
  open,
  stateOf,
  subscriptionEvent,
} from "./subscribing.ts";

const database = useDatabase();
const DAY = 24 * 60 * 60;

const enroll = (sql: Sql, personId: string, intakeId: string) =>
  actingAs(sql, personId, (tx) => tx`select public.enroll_by_subscription(${intakeId}) as seat`);
const seats = async (sql: Sql, personId: string) => {
  const rows = await sql`select status from public.enrollments where learner_id = ${personId} order by created_at`;
  return rows.map(({ status }) => status);
};
/** Everything that is dated lies so many days further back. */
const pass = async (sql: Sql, { subscriptionId }: Begun, days: number) => {
  await sql`update public.subscriptions set period_started_at = period_started_at - make_interval(days => ${days}),
    period_ends_at = period_ends_at - make_interval(days => ${days}), past_due_since = past_due_since - make_interval(days => ${days}),
    cancels_at = cancels_at - make_interval(days => ${days}) where id = ${subscriptionId}`;
};
const stories: Record<string, { events: (it: Begun) => ProviderEvent[]; ends: Record<string, unknown> }> = {
  "begun and renewed": {
    events: (it) => [
      subscriptionEvent(it, "incomplete"),
      subscriptionEvent(it, "active"),
      invoiceEvent(it, 1, true),
      invoiceEvent(it, 2, true),
      captureEvent(it, 1),
    ],
    ends: { status: "active", orders: [`paid ${FEE} success capture`, `paid ${FEE} success -`] },
  },
  "a renewal failed and was paid in the end": {
    events: (it) => [
      invoiceEvent(it, 1, true),
      invoiceEvent(it, 2, false),
      invoiceEvent(it, 2, true),
      subscriptionEvent(it, "past_due"),
      subscriptionEvent(it, "active"),
    ],
    ends: { status: "active", orders: [`paid ${FEE} success -`, `paid ${FEE} success -`] },
  },
  "a renewal failed": {
    events: (it) => [
      invoiceEvent(it, 1, true),
      invoiceEvent(it, 2, false),
      subscriptionEvent(it, "active"),
      subscriptionEvent(it, "past_due"),
    ],
    ends: { status: "past_due", orders: [`paid ${FEE} success -`] },
  },
  "ended after failures": {
    events: (it) => [
      invoiceEvent(it, 1, true),
      invoiceEvent(it, 2, false),
      subscriptionEvent(it, "past_due"),
      subscriptionEvent(it, "canceled", { at: it.from + 40 * DAY }),
    ],
    ends: { status: "canceled", lock: "access_over", orders: [`paid ${FEE} success -`] },
  },
  "to end with its period, and not after all, and again in the same second": {
    events: (it) => [
      invoiceEvent(it, 1, true),
      subscriptionEvent(it, "active", { at: it.from + 10, cancel_at_period_end: true }),
      subscriptionEvent(it, "active", { at: it.from + 20 }),
      subscriptionEvent(it, "active", { at: it.from + 20, cancel_at_period_end: true }),
    ],
    ends: { status: "active", cancels: true },
  },
  "never paid": {
    events: (it) => [
      subscriptionEvent(it, "incomplete"),
      invoiceEvent(it, 1, false),
      subscriptionEvent(it, "incomplete_expired"),
    ],
    ends: { status: "expired", orders: [] },
  },
};

describe("a subscription's events end the same in every order", () => {
  test.each(Object.entries(stories))("%s", async (_name, { events, ends }) => {
    await database.rolledBack(async (sql) => {
      const it = await begun(sql);
      const all = events(it);
      const wanted = JSON.parse(JSON.stringify(ends).replaceAll("capture", `pi_1_${it.providerId}`));
      await fc.assert(
        fc.asyncProperty(
          fc
            .array(fc.constantFrom(...all), { maxLength: 4 })
            .chain((more) => fc.shuffledSubarray([...all, ...more], { minLength: all.length + more.length })),
          async (order) => {
            await sql`savepoint before_the_events`;
            const outcomes = await deliverAll(
              sql,
              order.map((event, index) => (order.indexOf(event) < index ? again(event) : event)),
            );
            for (const outcome of outcomes) expect(["applied", "ignored"]).toContain(outcome);
            expect(await stateOf(sql, it)).toMatchObject(wanted);
            await expectInvariants(sql);
            await sql`rollback to savepoint before_the_events`;
          },
        ),
        { numRuns: randomRounds(25) },
      );
    });
  });

  test("is a rule that needs facts: where the last word counts, one of these orders ends otherwise", () =>
    withSabotage(
      replaceInFunction(
        "private.settle_subscription",
        "case when v_failed_at is null then 'active' else 'past_due' end",
        "coalesce(nullif(current_setting('test.told', true), ''), 'active')",
      ),
      async (target) => {
        await target.rolledBack(async (sql) => {
          const it = await begun(sql);
          await deliverAll(sql, [invoiceEvent(it, 1, true), invoiceEvent(it, 2, false)]);
          expect((await stateOf(sql, it))?.status).toBe("past_due");
        });
      },
      { rounds: 1 },
    ));
});

describe("a paid period", () => {
  test("is one paid order with an invoice, and its refund goes the usual way", async () => {
    await database.rolledBack(async (sql) => {
      const it = await open(sql);
      await deliver(sql, captureEvent(it, 1));
      const [order] =
        await sql`select orders.id, order_items.title from public.orders join public.order_items on order_items.order_id = orders.id where customer_id = ${it.personId}`;
      expect(order?.title).toMatch(/^All of it · \d{4}-\d\d-\d\d – \d{4}-\d\d-\d\d$/);
      const [invoice] = await sql`select private.issue_invoice(${order?.id}) as id`;
      expect(invoice?.id).toEqual(expect.any(String));
      await actingAs(sql, "service", (tx) => tx`select public.refund_order(${order?.id}, reason => 'asked for it')`);
      const [refund] =
        await sql`select refunds.amount, payments.provider_payment_id from public.refunds join public.payments on payments.id = payment_id where refunds.order_id = ${order?.id}`;
      expect(refund).toEqual({ amount: FEE, provider_payment_id: `pi_1_${it.providerId}` });
      expect((await stateOf(sql, it))?.status).toBe("active");
    });
  });

  test("of another amount goes before a person, of another currency or subscription is not believed", async () => {
    await database.rolledBack(async (sql) => {
      const it = await begun(sql);
      expect(await deliver(sql, invoiceEvent(it, 1, true, { currency: "usd" }))).toBe("needs_review");
      const elsewhere = {
        parent: { subscription_details: { subscription: "sub_x", metadata: { subscription_id: crypto.randomUUID() } } },
      };
      expect(await deliver(sql, invoiceEvent(it, 1, true, elsewhere))).toBe("needs_review");
      expect((await stateOf(sql, it))?.status).toBe("incomplete");
      await deliver(sql, invoiceEvent(it, 1, true, { amount_paid: FEE - 1 }));
      expect((await stateOf(sql, it))?.orders).toEqual([`needs_review ${FEE - 1} success -`]);
      expect(await deliver(sql, subscriptionEvent({ ...it, providerId: "sub_other" }, "active"))).toBe("needs_review");
    });
  });
});

describe("what a subscription opens", () => {
  test("are uncounted, self-paced intakes of its plan's courses, while it is paid", async () => {
    await database.rolledBack(async (sql) => {
      const it = await begun(sql);
      const denied = { code: "not_in_subscription", status: 402 };
      await expectRefusal(() => enroll(sql, it.personId, it.intake.intakeId), denied);
      await deliver(sql, invoiceEvent(it, 1, true));
      await enroll(sql, it.personId, it.intake.intakeId);
      await expectRefusal(() => enroll(sql, it.personId, it.intake.intakeId), {
        code: "already_enrolled",
        status: 409,
      });
      const other = await publishedIntake(sql, { price: 1_00 });
      await expectRefusal(() => enroll(sql, it.personId, other.intakeId), denied);
      const counted = await publishedIntake(sql, { price: 1_00, seats: 3 });
      await sql`insert into public.subscription_plan_scopes (plan_id, product_id) values (${it.planId}, ${counted.productId})`;
      await expectRefusal(() => enroll(sql, it.personId, counted.intakeId), denied);
      expect(await seats(sql, it.personId)).toEqual(["active"]);
    });
  });

  test("by category and collection as they are now", async () => {
    await database.rolledBack(async (sql) => {
      const it = await open(sql);
      const [top] = await sql`insert into public.categories (slug, title) values ('sub-top', 'Top') returning id`;
      const [below] =
        await sql`insert into public.categories (parent_id, slug, title) values (${top?.id}, 'sub-below', 'Below') returning id`;
      const [shelf] =
        await sql`insert into public.collections (slug, title, status) values ('sub-shelf', 'Shelf', 'published') returning id`;
      await sql`insert into public.collection_rules (collection_id, type, tag) values (${shelf?.id}, 'tag', 'open')`;
      await sql`insert into public.subscription_plan_scopes (plan_id, category_id) values (${it.planId}, ${top?.id})`;
      await sql`insert into public.subscription_plan_scopes (plan_id, collection_id) values (${it.planId}, ${shelf?.id})`;
      const [inCategory, tagged, picked] = [
        await publishedIntake(sql, {}),
        await publishedIntake(sql, {}),
        await publishedIntake(sql, {}),
      ];
      for (const { intakeId } of [inCategory, tagged, picked])
        await expectRefusal(() => enroll(sql, it.personId, intakeId), { code: "not_in_subscription", status: 402 });
      await sql`update public.products set category_id = ${below?.id} where id = ${inCategory.productId}`;
      await sql`update public.products set tags = '{open}' where id = ${tagged.productId}`;
      await sql`insert into public.collection_members (collection_id, product_id) values (${shelf?.id}, ${picked.productId})`;
      for (const { intakeId } of [inCategory, tagged, picked]) await enroll(sql, it.personId, intakeId);
    });
  });

  test("is suspended beyond the grace of a failed payment, to the second, and open again once it is paid", async () => {
    await database.rolledBack(async (sql) => {
      const it = await open(sql);
      await enroll(sql, it.personId, it.intake.intakeId);
      await deliver(sql, invoiceEvent(it, 2, false));
      await sql`update public.subscriptions set past_due_since = now() where id = ${it.subscriptionId}`;
      expect(await stateOf(sql, it)).toMatchObject({ status: "past_due", lock: null });
      await pass(sql, it, 4);
      const [seat] =
        await sql`select private.course_lock(id, ${it.intake.productId}) as lock, status from public.enrollments where learner_id = ${it.personId}`;
      expect(seat).toEqual({ lock: "suspended", status: "active" }); // shut before the clock came
      await asCustomer(sql, it.personId);
      expect(await sql`select state from public.my_courses()`).toEqual([{ state: "suspended" }]);
      await asOwner(sql);
      expect((await sql`select private.follow_due_subscriptions() as moved`)[0]?.moved).toBe(1);
      expect((await sql`select private.follow_due_subscriptions() as moved`)[0]?.moved).toBe(0);
      expect(await seats(sql, it.personId)).toEqual(["suspended"]);
      await deliver(sql, invoiceEvent(it, 2, true));
      expect(await seats(sql, it.personId)).toEqual(["active"]);
    });
  });

  test("ends with the period after a cancellation, can be resumed before, and goes on where it was when subscribed again", async () => {
    await database.rolledBack(async (sql) => {
      const it = await open(sql);
      await enroll(sql, it.personId, it.intake.intakeId);
      expect(await act(sql, it, "cancel_subscription")).toMatchObject({
        status: "active",
        cancels_at: expect.any(String),
        lock_reason: null,
      });
      // what the provider told before is older than what was asked for here
      await deliver(sql, subscriptionEvent(it, "active"));
      expect((await stateOf(sql, it))?.cancels).toBe(true);
      expect(await act(sql, it, "resume_subscription")).toMatchObject({ cancels_at: null });
      await act(sql, it, "cancel_subscription");
      await pass(sql, it, 31);
      expect((await stateOf(sql, it))?.lock).toBe("access_over");
      await sql`select private.follow_due_subscriptions()`;
      expect(await seats(sql, it.personId)).toEqual(["cancelled"]);
      await deliver(sql, subscriptionEvent(it, "canceled", { at: it.from + 30 * DAY }));
      const [before] = await sql`select id from public.enrollments where learner_id = ${it.personId}`;
      const next = await begun(sql, { personId: it.personId, plan: { planId: it.planId, intake: it.intake } });
      await deliver(sql, invoiceEvent(next, 1, true));
      const [seat] = await enroll(sql, it.personId, it.intake.intakeId);
      expect(seat?.seat).toMatchObject({ id: before?.id, status: "active", subscription_id: next.subscriptionId });
    });
  });

  test("is over at once when it is cancelled at once", async () => {
    await database.rolledBack(async (sql) => {
      const it = await open(sql);
      await enroll(sql, it.personId, it.intake.intakeId);
      expect(await act(sql, it, "cancel_subscription", true)).toMatchObject({
        status: "canceled",
        lock_reason: "access_over",
      });
      expect(await seats(sql, it.personId)).toEqual(["cancelled"]);
      await expectRefusal(() => act(sql, it, "resume_subscription"), { code: "subscription_ended", status: 409 });
    });
  });
});

describe("to subscribe", () => {
  test("twice answers the one that waits; one is enough", async () => {
    await database.rolledBack(async (sql) => {
      const plan = await newPlan(sql);
      const it = await begun(sql, { plan });
      expect((await begun(sql, { plan, personId: it.personId })).subscriptionId).toBe(it.subscriptionId);
      await asService(sql);
      await sql`select public.attach_subscription(${it.subscriptionId}, 'price_1', 'cs_1', 'http://pay.test', now() - interval '1 second')`;
      await asOwner(sql);
      const later = await begun(sql, { plan, personId: it.personId });
      expect(later.subscriptionId).not.toBe(it.subscriptionId);
      await deliver(sql, invoiceEvent(later, 1, true));
      await expectRefusal(() => begun(sql, { plan, personId: it.personId }), {
        code: "already_subscribed",
        status: 409,
      });
    });
  });

  test("takes a plan that is active and has a price, and leaves its product off sale", async () => {
    await database.rolledBack(async (sql) => {
      const { planId } = await newPlan(sql);
      const person = await newCustomer(sql);
      const start = (id: string, currency: string | null = null) =>
        actingAs(sql, person, (tx) => tx`select public.start_subscription(${id}, ${currency})`);
      await expectRefusal(() => start(crypto.randomUUID()), { code: "plan_not_found", status: 404 });
      await expectRefusal(() => start(planId, "USD"), { code: "price_missing", status: 422 });
      await expectRefusal(
        () =>
          sql`update public.products set status = 'published' where id = (select product_id from public.subscription_plans where id = ${planId})`,
        {
          code: "plan_not_for_sale",
          status: 409,
        },
      );
      await asAnon(sql);
      const [offer] = await sql`select public.subscription_offers() as offer`;
      expect(offer?.offer).toMatchObject({
        id: planId,
        prices: [{ currency: "IDR", amount: FEE }],
        opens: [{ product_id: expect.any(String) }],
      });
      await asOwner(sql);
      await sql`update public.subscription_plans set status = 'archived' where id = ${planId}`;
      await expectRefusal(() => start(planId), { code: "plan_not_found", status: 404 });
    });
  });
});
