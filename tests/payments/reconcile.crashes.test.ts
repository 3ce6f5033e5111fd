import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import { closeSession } from "../../packages/worker/src/tasks/payments.close-session.ts";
import { readEvents } from "../../packages/worker/src/tasks/payments.read-events.ts";
import { reconcilePayments } from "../../packages/worker/src/tasks/payments.reconcile.ts";
import { reconcileRefunds } from "../../packages/worker/src/tasks/payments.reconcile-refunds.ts";
import { sendRefund } from "../../packages/worker/src/tasks/payments.send-refund.ts";
import type { ScheduledTask } from "../../packages/worker/src/tasks/task.ts";
import type { Failpoint } from "../../supabase/functions/_shared/failpoint.ts";
import { openProviders, type PaymentProviders } from "../../supabase/functions/_shared/payments/open-providers.ts";
import { createStripe } from "../../supabase/functions/_shared/stripe.ts";
import { handleCheckout } from "../../supabase/functions/checkout/handler.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { again, clientOf, crashAt, neverAgain, runByClock, runTask, stepsOf, workerSql } from "./crashing.ts";
import { outcomeOf } from "./outcome.ts";
import { cancel, openOrder, PRICE, type Sale } from "./sale.ts";

const database = useDatabase();
let simulator: Simulator;
let providers: PaymentProviders;

// No webhook address: whatever the provider says has to be asked for.
beforeAll(async () => {
  simulator = await startSimulator({ settings: { delay_ms: [0, 0] } });
  providers = openProviders(stripe(), {});
});
afterEach(() => {
  delete process.env.SEATLINE_FAILPOINTS_URL;
});
afterAll(() => simulator?.stop());

const stripe = () => createStripe({ STRIPE_SECRET_KEY: "sk_test_reconcile", STRIPE_API_BASE: simulator.url });

/** An order whose page is open at the provider. */
async function checkedOut(target: TestDatabase): Promise<Sale> {
  const order = await openOrder(target.sql);
  const body = JSON.stringify({ order_id: order.orderId });
  const deps = { asUser: clientOf(target, order.customerId), asService: clientOf(target, "service"), providers };
  const request = new Request("http://functions.test", { method: "POST", body });
  await handleCheckout(request, { ...deps, storefrontUrl: "http://shop.test", now: () => Date.now() });
  const [row] = await target.sql`select id, session_id from public.payments where order_id = ${order.orderId}`;
  return { ...order, paymentId: row?.id, sessionId: row?.session_id, intentId: "" };
}

const pay = ({ sessionId }: Sale) => fetch(`${simulator.url}/simulator/sessions/${sessionId}/pay`, { method: "POST" });
const minutesPass = (target: TestDatabase) =>
  target.sql`update public.payments set created_at = created_at - interval '5 minutes' where status in ('pending', 'processing')`;

/** Lets a task of the clock crash and run again. */
async function crashes(target: TestDatabase, step: Failpoint, task: ScheduledTask): Promise<void> {
  const sql = workerSql(target);
  try {
    await crashAt(simulator, step);
    await again(() => runByClock(task, { sql, providers }));
    expect(await runByClock(task, { sql, providers }), "what it finds minutes later").toBe(0);
  } finally {
    await sql.end();
  }
}

async function foundOnce(target: TestDatabase, step: Failpoint): Promise<void> {
  const sale = await checkedOut(target);
  await pay(sale);
  await minutesPass(target);
  await crashes(target, step, step.startsWith("reading.") ? readEvents : reconcilePayments);
  expect(await outcomeOf(target.sql, sale)).toMatchObject({
    order: "paid",
    payments: [`success ${PRICE} 0`],
    enrollments: ["active"],
    ledger: { cash_in_transit: PRICE, revenue: -PRICE },
    events: { "order.paid": 1, "payment.succeeded": 1 },
  });
  await expectInvariants(target.sql);
}

describe("a payment whose webhook was lost, found by a worker that crashes and looks again, is paid once", () => {
  test.each(stepsOf("reconcile", "reading"))("at %s", (step) => foundOnce(database, step));

  test("but twice when nobody remembers what was read", async () => {
    await withSabotage(
      allOf(
        replaceInFunction("private.apply_provider_event", "if v_event.processed_at is not null then", "if false then"),
        replaceInFunction("private.missing_provider_events", /where not exists .*;/, "where true;"),
        replaceInFunction(
          "private.settle_payment",
          "if v_payment.status in ('success', 'refunding', 'refunded', 'refund_failed') then",
          "if false then",
        ),
      ),
      (target) => foundOnce(target, "reading.recorded"),
      { rounds: 1 },
    );
  });
});

/** A refund that was sent and of which the provider has said nothing yet. */
async function refundUnderWay(target: TestDatabase): Promise<Sale> {
  const sale = await checkedOut(target);
  await pay(sale);
  const slow = { ...providers.stripe };
  slow.refund = async (wish) => ({ ...(await providers.stripe.refund(wish)), status: "pending" });
  const sql = workerSql(target);
  await runByClock(readEvents, { sql, providers });
  await target.sql`select private.undo_order(${sale.orderId}, 'a test gives it back')`;
  const [refund] = await target.sql`select id from public.refunds where order_id = ${sale.orderId}`;
  await runTask(sendRefund, refund?.id, { sql, providers: { stripe: slow } });
  await sql.end();
  await target.sql`alter table public.refunds disable trigger _100_stamp_update`;
  await target.sql`update public.refunds set updated_at = now() - interval '5 minutes' where id = ${refund?.id}`;
  await target.sql`alter table public.refunds enable trigger _100_stamp_update`;
  return sale;
}

describe("a refund that is followed by a worker that crashes and asks again goes back once", () => {
  const followed = async (step: Failpoint, tries = again) => {
    const sale = await refundUnderWay(database);
    const sql = workerSql(database);
    await crashAt(simulator, step);
    await tries(() => runByClock(reconcileRefunds, { sql, providers }));
    if (tries === again) expect(await runByClock(reconcileRefunds, { sql, providers }), "minutes later").toBe(0);
    await sql.end();
    expect(await outcomeOf(database.sql, sale)).toMatchObject({
      order: "cancelled",
      payments: [`refunded ${PRICE} ${PRICE}`],
      refunds: [`order_cancelled success ${PRICE}`],
      events: { "refund.succeeded": 1 },
    });
  };

  test.each(stepsOf("refunds"))("at %s", (step) => followed(step));

  test("but stays under way when nobody asks again", async () => {
    await expect(followed("refunds.asked", neverAgain)).rejects.toMatchObject({ name: "AssertionError" });
  });
});

describe("the page of an order that was cancelled is closed by a worker that crashes and tries again", () => {
  const closed = async (step: Failpoint, tries = again) => {
    const sale = await checkedOut(database);
    await cancel(database.sql, sale);
    const sql = workerSql(database);
    await crashAt(simulator, step);
    await tries(() => runTask(closeSession, sale.paymentId, { sql, providers }));
    await sql.end();
    expect((await stripe().checkout.sessions.retrieve(sale.sessionId)).status).toBe("expired");
    expect((await pay(sale)).status, "nobody pays there any more").not.toBe(200);
    expect(await outcomeOf(database.sql, sale)).toMatchObject({ order: "cancelled", payments: ["cancelled 0 0"] });
  };
  const steps = stepsOf("close");

  test.each(steps)("at %s", (step) => closed(step));

  test("but stays open when nobody tries again", async () => {
    await expect(closed(steps[0] as Failpoint, neverAgain)).rejects.toMatchObject({ name: "AssertionError" });
  });
});
