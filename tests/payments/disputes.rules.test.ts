import { describe, expect, test } from "vitest";
import type { OrderMoney } from "../../packages/sdk/src/index.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import { paidBasket, refund, resolve, told } from "./giving-back.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { again, disputeEvent, expired, type ProviderEvent, paid, refundEvent } from "./provider-events.ts";
import { attempt, cancel, expireDue, holdEnds, openOrder, openSale, PRICE, type Sale } from "./sale.ts";

const database = useDatabase();

const opened = (sale: Sale, changes = {}) => disputeEvent("created", sale, "needs_response", changes);
const won = (sale: Sale, changes = {}) => disputeEvent("closed", sale, "won", changes);
const lost = (sale: Sale, changes = {}) => disputeEvent("closed", sale, "lost", changes);

const disputesOf = async (sql: Sql, { orderId }: Pick<Sale, "orderId">) => {
  const rows = await sql`select concat_ws(' ', status, amount, held_amount, fee_amount) as line
    from public.disputes where order_id = ${orderId} order by amount`;
  return rows.map(({ line }) => line as string);
};
const explain = async (sql: Sql, { orderId }: Pick<Sale, "orderId">): Promise<OrderMoney> =>
  (await sql`select public.explain_order_money(${orderId}) as money`)[0]?.money;

describe("what is paid while a bank decides about something else", () => {
  /** Two attempts of one order, the first of them closed. */
  const twice = async (sql: Sql) => {
    const first = await openSale(sql);
    await deliver(sql, expired(first));
    return [first, await attempt(sql, first)] as const;
  };

  test("goes back as paid twice when the dispute is won", () =>
    database.rolledBack(async (sql) => {
      const [first, second] = await twice(sql);
      for (const event of [paid(second), opened(second), paid(first)]) await deliver(sql, event);
      expect(await outcomeOf(sql, first)).toMatchObject({ order: "needs_review", refunds: [] });
      await deliver(sql, won(second));
      expect(await outcomeOf(sql, first)).toMatchObject({
        order: "paid",
        refunds: [`duplicate_payment pending ${PRICE}`],
        enrollments: ["active"],
      });
    }));

  test("goes back as paid late when the order had ended", () =>
    database.rolledBack(async (sql) => {
      const [first, second] = await twice(sql);
      await cancel(sql, first);
      const back = { id: `re_${first.orderId}`, status: "succeeded" };
      for (const event of [paid(second), refundEvent("refund.created", second, back), opened(second), paid(first)])
        await deliver(sql, event);
      expect((await outcomeOf(sql, first)).order).toBe("needs_review");
      await deliver(sql, won(second));
      const outcome = await outcomeOf(sql, first);
      expect(outcome.order).toBe("cancelled");
      expect(outcome.refunds).toContain(`late_payment pending ${PRICE}`);
    }));
});

describe("a dispute that was opened", () => {
  test("takes the money out of cash, lets the seat rest and puts the order before a person, once", () =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      const event = opened(sale);
      expect([await deliver(sql, event), await deliver(sql, event)]).toEqual(["applied", "duplicate"]);
      expect(await deliver(sql, disputeEvent("funds_withdrawn", sale, "needs_response"))).toBe("ignored");
      expect(await deliver(sql, disputeEvent("updated", sale, "under_review"))).toBe("ignored");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "needs_review",
        payments: [`success ${PRICE} 0`],
        enrollments: ["suspended"],
        ledger: { revenue: -PRICE, disputed: PRICE },
        events: { "order.needs_review": 1 },
        stock: { available: 4, reserved: 0 },
      });
      expect(await disputesOf(sql, sale)).toEqual([`open ${PRICE} ${PRICE} 0`]);
      expect(await explain(sql, sale)).toMatchObject({
        unexplained_amount: 0,
        kept_amount: PRICE,
        disputes: [{ status: "open", amount: PRICE }],
      });
    }));

  test("leaves nothing to refund, and no decision to staff, until it is decided", () =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await deliver(sql, opened(sale));
      for (const resolution of ["fulfil", "refund", "close"])
        await expectRefusal(() => resolve(sql, sale.orderId, resolution), { code: "dispute_open", status: 409 });
      await expectRefusal(() => refund(sql, sale.orderId), { code: "order_not_refundable", status: 409 });
      const [left] = await sql`select private.refundable_amount(${sale.paymentId}) as amount`;
      expect(left?.amount).toBe(0);
      await expectRefusal(() => sql`update public.payments set refunded_amount = 1 where id = ${sale.paymentId}`, {
        code: "23514",
        status: 400,
      });
    }));

  test("lets access be when the shop says so", () =>
    database.rolledBack(async (sql) => {
      await sql`update public.settings set value = 'false' where key = 'dispute_suspends_access'`;
      const sale = await paidSale(sql);
      await deliver(sql, opened(sale));
      expect((await outcomeOf(sql, sale)).enrollments).toEqual(["active"]);
      await deliver(sql, won(sale));
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "paid", enrollments: ["active"] });
    }));

  test("that came before the capture it is about is not lost", () =>
    database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      expect(await deliver(sql, opened(sale))).toBe("ignored");
      expect(await deliver(sql, paid(sale))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "needs_review", ledger: { disputed: PRICE } });
      expect(await disputesOf(sql, sale)).toEqual([`open ${PRICE} ${PRICE} 0`]);
    }));
});

describe("a dispute that was won", () => {
  test("brings money, seat and order back as they were", () =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      const before = await outcomeOf(sql, sale);
      for (const event of [opened(sale), disputeEvent("funds_reinstated", sale, "won"), won(sale)])
        await deliver(sql, event);
      expect(await deliver(sql, again(opened(sale)))).toBe("ignored");
      expect(await outcomeOf(sql, sale)).toEqual({
        ...before,
        events: expect.objectContaining({ "order.reviewed": 1 }),
      });
      expect(await disputesOf(sql, sale)).toEqual([`won ${PRICE} 0 0`]);
      expect((await refund(sql, sale.orderId)).refund.amount).toBe(PRICE);
    }));

  test("lets downloads work again, which rested meanwhile", () =>
    database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      await deliver(sql, opened(basket));
      const [download] = await sql`select id from public.downloads where customer_id = ${basket.customerId}`;
      const use = () =>
        actingAs(sql, basket.customerId, (tx) => tx`select public.use_download(${download?.id}, null) as used`);
      await expectRefusal(use, { code: "download_suspended", status: 409 });
      await deliver(sql, won(basket));
      expect((await use())[0]?.used).toMatchObject({ used_count: 1 });
    }));

  test("does not end a review that is about something else, nor wake a seat that rests for another reason", () =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await sql`select private.give_reason('asked for it')`;
      await sql`update public.enrollments set status = 'suspended' where intake_id = ${sale.intakeId}`;
      await sql`select private.flag_order(${sale.orderId}, 'somebody wants to look')`;
      await deliver(sql, opened(sale));
      await deliver(sql, won(sale));
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "needs_review", enrollments: ["suspended"] });
      expect((await resolve(sql, sale.orderId, "fulfil")).status).toBe("paid");
    }));
});

describe("a dispute that was lost", () => {
  test("ends the order and its access, and books the loss", () =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await deliver(sql, opened(sale));
      expect(await deliver(sql, lost(sale))).toBe("applied");
      expect(await deliver(sql, again(lost(sale)))).toBe("ignored");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "refunded",
        payments: [`refunded ${PRICE} ${PRICE}`],
        enrollments: ["cancelled"],
        refunds: [`dispute_lost success ${PRICE}`],
        ledger: { revenue: -PRICE, dispute_losses: PRICE },
        stock: { available: 5, reserved: 0 },
      });
      expect(await explain(sql, sale)).toMatchObject({ kept_amount: 0, unexplained_amount: 0 });
      const [gone] = await sql`select id from public.refunds where order_id = ${sale.orderId}`;
      expect(await told(sql, gone?.id, "failed")).toBe("ignored");
    }));

  test("is the same when nobody told of its beginning", () =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await deliver(sql, lost(sale));
      expect(await deliver(sql, opened(sale))).toBe("ignored");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "refunded",
        enrollments: ["cancelled"],
        ledger: { revenue: -PRICE, dispute_losses: PRICE },
      });
    }));

  test("of a part leaves what the rest pays for", () =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await deliver(sql, opened(sale, { amount: 1000 }));
      await deliver(sql, lost(sale, { amount: 1000 }));
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "partially_refunded",
        payments: [`success ${PRICE} 1000`],
        enrollments: ["active"],
        ledger: { cash_in_transit: PRICE - 1000, revenue: -PRICE, dispute_losses: 1000 },
      });
    }));

  test("is a loss of everything that was withdrawn, also of what a refund had given back", () =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await deliver(sql, refundEvent("refund.created", sale, { id: "re_1", status: "succeeded", amount: 1000 }));
      await deliver(sql, opened(sale));
      expect(await disputesOf(sql, sale)).toEqual([`open ${PRICE} ${PRICE - 1000} 0`]);
      await deliver(sql, lost(sale));
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "refunded",
        payments: [`refunded ${PRICE} ${PRICE}`],
        refunds: ["by_provider success 1000", `dispute_lost success ${PRICE - 1000}`],
        ledger: { cash_in_transit: -1000, revenue: -PRICE, refunds: 1000, dispute_losses: PRICE },
      });
      expect((await explain(sql, sale)).unexplained_amount).toBe(0);
    }));

  test("is no loss when the money was owed to the buyer anyway", () =>
    database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      await cancel(sql, sale);
      await deliver(sql, paid(sale));
      await deliver(sql, opened(sale));
      await deliver(sql, lost(sale));
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "cancelled",
        payments: [`refunded ${PRICE} ${PRICE}`],
        ledger: {},
      });
    }));
});

test.each([
  ["won, lost", [won, lost]],
  ["lost, won", [lost, won]],
])("a dispute that is decided twice (%s) keeps its first decision and asks for a person", (_what, decisions) =>
  database.rolledBack(async (sql) => {
    const sale = await paidSale(sql);
    const [first, second] = decisions as [typeof won, typeof won];
    expect(await deliver(sql, first(sale))).toBe("applied");
    expect(await deliver(sql, second(sale))).toBe("needs_review");
    expect((await outcomeOf(sql, sale)).order).toBe("needs_review");
  }),
);

test("a question of the bank moves no money; it ends, or becomes a dispute", () =>
  database.rolledBack(async (sql) => {
    const asked = await paidSale(sql);
    const before = await outcomeOf(sql, asked);
    await deliver(sql, disputeEvent("created", asked, "warning_needs_response"));
    expect(await outcomeOf(sql, asked)).toEqual(before);
    expect(await disputesOf(sql, asked)).toEqual([`inquiry ${PRICE} 0 0`]);
    await deliver(sql, disputeEvent("closed", asked, "warning_closed"));
    expect(await disputesOf(sql, asked)).toEqual([`closed ${PRICE} 0 0`]);
    expect(await outcomeOf(sql, asked)).toEqual(before);
    const pursued = await paidSale(sql);
    await deliver(sql, disputeEvent("created", pursued, "warning_under_review"));
    await deliver(sql, disputeEvent("updated", pursued, "needs_response"));
    expect(await deliver(sql, disputeEvent("updated", pursued, "warning_under_review"))).toBe("ignored");
    expect(await outcomeOf(sql, pursued)).toMatchObject({ order: "needs_review", ledger: { disputed: PRICE } });
  }));

test("the fee of each movement is booked once, whichever event names it", () =>
  database.rolledBack(async (sql) => {
    const sale = await paidSale(sql);
    const withdrawn = { id: "txn_1", amount: -PRICE, fee: 1500, currency: "idr" };
    const returned = { id: "txn_2", amount: PRICE, fee: -500, currency: "idr" };
    const foreign = { id: "txn_3", amount: 0, fee: 7, currency: "usd" };
    await deliver(sql, opened(sale, { balance_transactions: [withdrawn] }));
    await deliver(sql, won(sale, { balance_transactions: [withdrawn, returned, foreign, "txn_4"] }));
    await deliver(sql, disputeEvent("funds_withdrawn", sale, "needs_response", { balance_transactions: [withdrawn] }));
    expect(await disputesOf(sql, sale)).toEqual([`won ${PRICE} 0 1000`]);
    expect(await explain(sql, sale)).toMatchObject({
      balances: { cash_in_transit: PRICE - 1000, fees: 1000, revenue: -PRICE },
      unexplained_amount: 0,
    });
  }));

describe("an event about a dispute that lies", () => {
  test.each([
    ["more than was captured", { amount: PRICE + 1 }],
    ["nothing", { amount: 0 }],
    ["no amount", { amount: null }],
    ["another currency", { currency: "usd" }],
    ["a status of tomorrow", { status: "judged_by_coin" }],
  ])("is put before a person and books nothing: %s", (_what, changes) =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      expect(await deliver(sql, opened(sale, changes))).toBe("needs_review");
      expect(await disputesOf(sql, sale)).toEqual([]);
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "needs_review", ledger: { cash_in_transit: PRICE } });
    }),
  );

  test("of another payment, or another amount than at first", () =>
    database.rolledBack(async (sql) => {
      const [sale, other] = [await paidSale(sql), await paidSale(sql)];
      await deliver(sql, opened(sale));
      expect(await deliver(sql, opened(other, { id: `dp_${sale.orderId}` }))).toBe("needs_review");
      expect(await deliver(sql, lost(sale, { amount: PRICE - 1 }))).toBe("needs_review");
      expect(await disputesOf(sql, sale)).toEqual([`open ${PRICE} ${PRICE} 0`]);
      expect(await disputesOf(sql, other)).toEqual([]);
    }));
});

describe("a refund and a dispute of the same money", () => {
  test("asked for before: the provider refuses it, and after the dispute it can be tried again", () =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      const { refund: asked } = await refund(sql, sale.orderId, { amount: 1000 });
      await deliver(sql, opened(sale));
      expect(await told(sql, asked.id, "failed")).toBe("applied");
      await deliver(sql, won(sale));
      expect((await outcomeOf(sql, sale)).order).toBe("needs_review");
      await actingAs(sql, "service", (tx) => tx`select public.retry_refund(${asked.id})`);
      expect((await outcomeOf(sql, sale)).payments).toEqual([`refunding ${PRICE} 0`]);
      expect(await told(sql, asked.id, "success")).toBe("applied");
    }));

  test("made by the provider although it is disputed: both are booked, and the dispute holds what is left", () =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      const { refund: asked } = await refund(sql, sale.orderId, { amount: 1000 });
      await deliver(sql, opened(sale));
      expect(await told(sql, asked.id, "success")).toBe("applied");
      expect(await disputesOf(sql, sale)).toEqual([`open ${PRICE} ${PRICE - 1000} 0`]);
      expect((await explain(sql, sale)).unexplained_amount).toBe(0);
      await deliver(sql, won(sale));
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "partially_refunded",
        payments: [`success ${PRICE} 1000`],
        ledger: { cash_in_transit: PRICE - 1000, revenue: -PRICE, refunds: 1000 },
      });
    }));
});

test("a refund of everything at the provider while it is disputed ends the order when the bank has decided", () =>
  database.rolledBack(async (sql) => {
    const sale = await paidSale(sql);
    await deliver(sql, opened(sale));
    await deliver(sql, refundEvent("refund.created", sale, { id: "re_1", status: "succeeded" }));
    expect((await outcomeOf(sql, sale)).order).toBe("needs_review");
    await deliver(sql, won(sale));
    expect(await outcomeOf(sql, sale)).toMatchObject({
      order: "refunded",
      enrollments: ["cancelled"],
      ledger: { revenue: -PRICE, refunds: PRICE },
    });
  }));

test("two disputes of one order: it rests until the last one is decided", () =>
  database.rolledBack(async (sql) => {
    const sale = await paidSale(sql);
    const second = { id: "dp_second", amount: 1000 };
    await deliver(sql, opened(sale, { amount: 2000 }));
    await deliver(sql, opened(sale, second));
    await deliver(sql, won(sale, { amount: 2000 }));
    expect(await outcomeOf(sql, sale)).toMatchObject({ order: "needs_review", enrollments: ["suspended"] });
    await deliver(sql, lost(sale, second));
    expect(await outcomeOf(sql, sale)).toMatchObject({ order: "partially_refunded", enrollments: ["active"] });
  }));

test("a late payment that is disputed goes back by the dispute or by a refund, never both", () =>
  database.rolledBack(async (sql) => {
    const order = await openOrder(sql, { seats: 1 });
    const sale = await attempt(sql, order);
    await holdEnds(sql, sale);
    await expireDue(sql);
    await paidSale(sql, { intake: order });
    await deliver(sql, paid(sale));
    const [asked] = await sql`select id from public.refunds where order_id = ${sale.orderId}`;
    await deliver(sql, opened(sale));
    const events: ProviderEvent[] = [lost(sale)];
    expect(await told(sql, asked?.id, "failed")).toBe("applied");
    for (const event of events) await deliver(sql, event);
    const outcome = await outcomeOf(sql, sale);
    expect(outcome.payments).toEqual([`refunded ${PRICE} ${PRICE}`]);
    expect(outcome.ledger).toEqual({});
  }));
