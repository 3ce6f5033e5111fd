import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../packages/simulator/src/index.ts";
import type { Worker } from "../../packages/worker/src/index.ts";
import { openStripe } from "../../packages/worker/src/stripe.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { startSilentWorker } from "../support/worker.ts";
import { actingAs } from "./acting-as.ts";
import { capture, captureByHand, letGoByHand } from "./authorized.ts";
import { deliver } from "./deliver.ts";
import { outcomeOf } from "./outcome.ts";
import { intentEvent, succeeded } from "./provider-events.ts";
import { attach, openOrder, PRICE, type Sale } from "./sale.ts";

const database = useDatabase();

/** An order with an open intent. */
async function openIntent(sql: Sql, intentId = `pi_${randomUUID()}`): Promise<Sale> {
  const order = await openOrder(sql);
  const paymentId = await actingAs(sql, order.customerId, async (tx) => {
    const [row] = await tx`select public.start_payment(${order.orderId}, 'payment_intent') as started`;
    return row?.started.payment.id as string;
  });
  await actingAs(sql, "service", (tx) => attach(tx, paymentId, intentId, null as unknown as string));
  return { ...order, paymentId, sessionId: intentId, intentId };
}

describe("an intent's events", () => {
  test("pay the order by the same path as a page", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openIntent(sql);
      expect(await deliver(sql, succeeded(sale))).toBe("applied");
      expect(await deliver(sql, intentEvent("payment_intent.processing", sale, { status: "processing" }))).toBe(
        "ignored",
      );
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "paid",
        payments: [`success ${PRICE} 0`],
        enrollments: ["active"],
      });
    });
  });

  test("end an attempt whose processing came to nothing, so that another can begin; late success still counts", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openIntent(sql);
      await deliver(sql, intentEvent("payment_intent.processing", sale, { status: "processing" }));
      const failed = {
        status: "requires_payment_method",
        last_payment_error: { code: "bank_declined", message: "No." },
      };
      expect(await deliver(sql, intentEvent("payment_intent.payment_failed", sale, failed))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "pending",
        payments: ["failed 0 0 bank_declined"],
        events: { "payment.failed": 1 },
      });
      expect(await deliver(sql, succeeded(sale))).toBe("applied");
      expect((await outcomeOf(sql, sale)).order).toBe("paid");
    });
  });

  test("of another amount pay nothing, and are booked", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openIntent(sql);
      expect(await deliver(sql, succeeded(sale, { amount_received: PRICE - 1 }))).toBe("needs_review");
      expect((await outcomeOf(sql, sale)).payments).toEqual([`success ${PRICE - 1} 0 amount_mismatch`]);
    });
  });

  test("need a method that exists", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      const unknown = { code: "invalid_payment_method", status: 422 };
      for (const method of ["manual_transfer", "cash", "", null])
        await expectRefusal(
          () => actingAs(sql, order.customerId, (tx) => tx`select public.start_payment(${order.orderId}, ${method})`),
          unknown,
        );
    });
  });
});

describe("the reconciler", { timeout: 60_000 }, () => {
  let simulator: Simulator;
  let worker: Worker;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0, settings: { webhook_url: null } });
    worker = await startSilentWorker(database.url, { STRIPE_API_BASE: simulator.url });
  });
  afterAll(async () => {
    await worker?.stop();
    await simulator?.stop();
  });

  test("heals intents whose events were lost: paid, cancelled at the provider, and leaves one that nobody tried", async () => {
    const stripe = openStripe("sk_test_worker", simulator.url);
    const make = async () => {
      const intent = await stripe.paymentIntents.create({
        amount: PRICE,
        currency: "idr",
        automatic_payment_methods: { enabled: true, allow_redirects: "never" },
      });
      return await openIntent(database.sql, intent.id);
    };
    const [paid, cancelled, open] = [await make(), await make(), await make()];
    await stripe.paymentIntents.confirm(paid.intentId, { payment_method: "pm_card_visa" });
    await stripe.paymentIntents.cancel(cancelled.intentId);
    await database.sql`update public.payments set created_at = now() - interval '5 minutes'`;
    await worker.untilEmpty();
    expect(await outcomeOf(database.sql, paid)).toMatchObject({ order: "paid", payments: [`success ${PRICE} 0`] });
    expect(await outcomeOf(database.sql, cancelled)).toMatchObject({ order: "pending", payments: ["cancelled 0 0"] });
    expect(await outcomeOf(database.sql, open)).toMatchObject({ order: "pending", payments: ["pending 0 0"] });
  });

  test("captures and lets go what staff ask for, once, and learns what the provider decided before", async () => {
    const stripe = openStripe("sk_test_worker", simulator.url);
    const make = async () => {
      const intent = await stripe.paymentIntents.create({
        amount: PRICE,
        currency: "idr",
        capture_method: "manual",
        automatic_payment_methods: { enabled: true, allow_redirects: "never" },
      });
      await captureByHand(database.sql);
      const sale = await openIntent(database.sql, intent.id);
      await stripe.paymentIntents.confirm(intent.id, { payment_method: "pm_card_visa" });
      return sale;
    };
    const [taken, part, gone, decided] = [await make(), await make(), await make(), await make()];
    await database.sql`update public.payments set created_at = now() - interval '5 minutes'`;
    await worker.untilEmpty();
    for (const sale of [taken, part, gone, decided])
      expect(await outcomeOf(database.sql, sale)).toMatchObject({ order: "pending", payments: ["authorized 0 0"] });
    await stripe.paymentIntents.cancel(decided.intentId);
    await capture(database.sql, taken.paymentId);
    await capture(database.sql, part.paymentId, PRICE - 1);
    await capture(database.sql, decided.paymentId);
    await letGoByHand(database.sql, gone.paymentId);
    await worker.untilEmpty();
    expect(await outcomeOf(database.sql, taken)).toMatchObject({ order: "paid", payments: [`success ${PRICE} 0`] });
    expect(await outcomeOf(database.sql, part)).toMatchObject({
      order: "pending",
      payments: [`success ${PRICE - 1} 0`],
    });
    for (const sale of [gone, decided])
      expect(await outcomeOf(database.sql, sale)).toMatchObject({ order: "pending", payments: ["cancelled 0 0"] });
    expect((await stripe.paymentIntents.retrieve(taken.intentId)).amount_received).toBe(PRICE);
    expect((await stripe.paymentIntents.retrieve(gone.intentId)).status).toBe("canceled");
  });
});
