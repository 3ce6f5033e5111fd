import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { deliver } from "./deliver.ts";
import { resolve } from "./giving-back.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { type ProviderEvent, paid, refundEvent, sessionEvent, succeeded } from "./provider-events.ts";
import { cancel, openSale, PRICE, type Sale } from "./sale.ts";

const database = useDatabase();

type Lie = (sale: Sale, other: Sale) => ProviderEvent;

/** Signed by the provider, and wrong. */
const lies: [string, Lie][] = [
  ["a session of a smaller amount", (sale) => paid(sale, { amount_total: 1 })],
  ["a session of a larger amount", (sale) => paid(sale, { amount_total: PRICE + 1 })],
  ["a session of a negative amount", (sale) => paid(sale, { amount_total: -PRICE })],
  ["a session in another currency", (sale) => paid(sale, { currency: "usd" })],
  ["a session of another order", (sale, other) => paid(sale, { client_reference_id: other.orderId })],
  ["a session without an order", (sale) => paid(sale, { client_reference_id: null })],
  [
    "a session whose metadata names another order",
    (sale, other) => paid(sale, { metadata: { order_id: other.orderId, payment_id: sale.paymentId } }),
  ],
  ["an intent of a smaller amount", (sale) => succeeded(sale, { amount_received: PRICE - 1 })],
  ["an intent in another currency", (sale) => succeeded(sale, { currency: "usd" })],
  [
    "an intent of another order",
    (sale, other) => succeeded(sale, { metadata: { order_id: other.orderId, payment_id: sale.paymentId } }),
  ],
];

describe("an event that lies puts the order before a person and pays nothing:", () => {
  test.each(lies)("%s", (_what, lie) => paysNothing(database, lie));

  test.each([
    [
      "the amount",
      /settle_payment\.amount <> v_payment\.amount/,
      "private.settle_payment",
      "a session of a smaller amount",
    ],
    [
      "the currency",
      /upper\(settle_payment\.currency\) <> v_payment\.currency/,
      "private.settle_payment",
      "a session in another currency",
    ],
    [
      "the order",
      /session ->> 'client_reference_id' is distinct from[^;]*? then/,
      "private.apply_session",
      "a session of another order",
    ],
  ])("but pays when nobody compares %s", async (_what, guard, name, lie) => {
    const instead = name === "private.apply_session" ? "false then" : "false";
    const [, told] = lies.find(([what]) => what === lie) ?? expect.fail();
    await withSabotage(replaceInFunction(name, guard, instead), (target) => paysNothing(target, told));
  });

  test.each(lies)("%s, and is asked about at the provider meanwhile", async (_what, lie) => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      expect(await deliver(sql, lie(sale, await openSale(sql)))).toBe("needs_review");
      await sql`update public.payments set created_at = now() - interval '3 minutes'`;
      const asked = await sql`select id from private.open_payments()`;
      expect(asked.map(({ id }) => id)).toContain(sale.paymentId);
      const { data } = paid(sale);
      expect(await deliver(sql, sessionEvent("checkout.session.reconciled", sale, data.object))).toBe("applied");
      expect((await resolve(sql, sale.orderId, "fulfil")).status).toBe("paid");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        payments: [`success ${PRICE} 0`],
        enrollments: ["active"],
        refunds: [],
        ledger: { cash_in_transit: PRICE, revenue: -PRICE },
      });
      await expectInvariants(sql);
    });
  });

  test("one capture reported for two payments", async () => {
    await database.rolledBack(async (sql) => {
      const first = await paidSale(sql);
      const second = await openSale(sql);
      expect(await deliver(sql, paid(second, { payment_intent: first.intentId }))).toBe("needs_review");
      expect(await outcomeOf(sql, second)).toMatchObject({
        order: "needs_review",
        payments: ["pending 0 0"],
        ledger: {},
      });
      expect(await outcomeOf(sql, first)).toMatchObject({ order: "paid", payments: [`success ${PRICE} 0`] });
    });
  });

  test("one attempt captured twice", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      expect(await deliver(sql, paid(sale, { payment_intent: "pi_another" }))).toBe("needs_review");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "needs_review",
        payments: [`success ${PRICE} 0`, `success ${PRICE} 0 captured_twice`],
        ledger: { cash_in_transit: 2 * PRICE, receivable: -PRICE, revenue: -PRICE },
      });
      expect(await deliver(sql, paid(sale, { payment_intent: "pi_another" }))).toBe("ignored");
    });
  });

  test.each([
    ["of another amount", { amount: PRICE - 1 }],
    ["of more than was captured", { amount: PRICE + 1 }],
  ])("a refund of ours %s", async (_what, changes) => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await cancel(sql, sale);
      const [refund] = await sql`select id from public.refunds where order_id = ${sale.orderId}`;
      const event = refundEvent("refund.updated", sale, {
        id: "re_1",
        status: "succeeded",
        refundId: refund?.id,
        ...changes,
      });
      expect(await deliver(sql, event)).toBe("needs_review");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "needs_review",
        payments: [`refunding ${PRICE} 0`],
        refunds: [`order_cancelled pending ${PRICE}`],
      });
    });
  });

  test("a refund of ours of everything, after a part was given back by hand", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await cancel(sql, sale);
      await deliver(sql, refundEvent("refund.created", sale, { id: "re_part", status: "succeeded", amount: 1000 }));
      const everything = refundEvent("refund.created", sale, { id: "re_all", status: "succeeded" });
      expect(await deliver(sql, everything)).toBe("needs_review");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "needs_review",
        payments: [`refunding ${PRICE} 1000`],
        refunds: ["by_provider success 1000", `order_cancelled pending ${PRICE}`],
      });
    });
  });

  test("a refund at the provider of more than was captured", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      const event = refundEvent("refund.updated", sale, { id: "re_1", status: "succeeded", amount: PRICE + 1 });
      expect(await deliver(sql, event)).toBe("needs_review");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "needs_review",
        payments: [`success ${PRICE} 0`],
        refunds: [],
      });
    });
  });
});

/** Delivers a lie about one of two sales and expects it before a person, and nothing paid: what was taken is owed to the buyer. */
async function paysNothing(target: TestDatabase, lie: Lie): Promise<void> {
  await target.rolledBack(async (sql) => {
    const sale = await openSale(sql);
    const other = await openSale(sql);
    expect(await deliver(sql, lie(sale, other))).toBe("needs_review");
    expect(await outcomeOf(sql, sale)).toMatchObject({
      order: "needs_review",
      payments: [expect.stringMatching(/^(pending 0 0|success \d+ 0 amount_mismatch)$/)],
      enrollments: ["reserved"],
      ledger: expect.not.objectContaining({ revenue: expect.anything() }),
      events: { "order.placed": 1, "order.needs_review": 1 },
    });
    expect(await outcomeOf(sql, other)).toMatchObject({ order: "pending", payments: ["pending 0 0"] });
  });
}

describe("an event of nobody we know", () => {
  const unknown: [string, (sale: Sale) => ProviderEvent, string][] = [
    ["names a payment that is not here", (sale) => elsewhere(paid(sale), { payment_id: randomUUID() }), "needs_review"],
    ["names a payment that is no id", (sale) => elsewhere(paid(sale), { payment_id: "1; drop table" }), "needs_review"],
    ["names no payment", (sale) => elsewhere(paid(sale), {}), "ignored"],
    [
      "is about a refund of an unknown capture",
      (sale) => refundEvent("refund.created", sale, { id: "re_x", status: "succeeded" }),
      "ignored",
    ],
    ["is of a type we do not use", (sale) => ({ ...paid(sale), type: "customer.created" }), "ignored"],
  ];

  test.each(unknown)("that %s changes nothing", async (_what, build, outcome) => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      const before = await outcomeOf(sql, sale);
      expect(await deliver(sql, build(sale))).toBe(outcome);
      expect(await outcomeOf(sql, sale)).toEqual(before);
      expect(await unfinished(sql)).toEqual([]);
    });
  });
});

/** The event as another shop's would look: other ids, other metadata. */
function elsewhere(event: ProviderEvent, metadata: Record<string, string>): ProviderEvent {
  const object = { ...event.data.object, id: `cs_${randomUUID()}`, payment_intent: `pi_${randomUUID()}`, metadata };
  return { ...event, data: { object } };
}

async function unfinished(sql: Sql): Promise<unknown[]> {
  return [...(await sql`select event_id from private.provider_events where processed_at is null`)];
}
