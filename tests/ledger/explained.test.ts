import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { AccountBalance, OrderMoney } from "../../packages/sdk/src/index.ts";
import { deliver } from "../payments/deliver.ts";
import { refund, told } from "../payments/giving-back.ts";
import { paidSale } from "../payments/paid-sale.ts";
import { paid } from "../payments/provider-events.ts";
import { attempt, openSale, PRICE } from "../payments/sale.ts";
import { openTransfer, review, sendProof } from "../payments/transfer.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { violations } from "../support/invariants.ts";
import { asAnon, asCustomer, asOwner, asStaff, staffRoles } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

const explain = async (sql: Sql, orderId: string): Promise<OrderMoney> =>
  (await sql`select public.explain_order_money(${orderId}) as money`)[0]?.money;
const balance = async (sql: Sql, until: Date | null = null) => {
  const rows = await sql<AccountBalance[]>`select * from public.ledger_balance('IDR', ${until})`;
  return Object.fromEntries(rows.map(({ account, balance_amount }) => [account, balance_amount]));
};

describe("the money of an order", () => {
  test("is explained to the unit: paid, given back in part, on its way", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      const first = await refund(sql, sale.orderId, { amount: 5_00 });
      await told(sql, first.refund.id, "success");
      await refund(sql, sale.orderId, { amount: 7_00, reason: "a late start" });
      const money = await explain(sql, sale.orderId);
      // both were asked for in this transaction, so at one moment: neither comes first
      expect(money.refunds.toSorted((one, other) => one.amount - other.amount)).toMatchObject([
        { amount: 5_00 },
        { amount: 7_00, status: "pending", note: "a late start" },
      ]);
      expect(money).toMatchObject({
        total_amount: PRICE,
        payments: [{ captured_amount: PRICE, refunded_amount: 5_00, status: "refunding" }],
        balances: { cash_in_transit: PRICE - 5_00, revenue: -PRICE, refunds: 5_00 },
        kept_amount: PRICE - 5_00,
        returning_amount: 7_00,
        owed_amount: 0,
        unexplained_amount: 0,
      });
      expect(money.entries.map(({ effect, account, amount }) => `${effect} ${account} ${amount}`).toSorted()).toEqual(
        [
          `capture cash_in_transit ${PRICE}`,
          `capture receivable ${-PRICE}`,
          `refund cash_in_transit -500`,
          "refund refunds 500",
          `sale receivable ${PRICE}`,
          `sale revenue ${-PRICE}`,
        ].toSorted(),
      );
    });
  });

  test("is owed back when two payments came, and in the bank when one came by transfer", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      await sql`update public.payments set status = 'expired' where id = ${sale.paymentId}`;
      const second = await attempt(sql, sale);
      await deliver(sql, paid(sale));
      await deliver(sql, paid(second));
      expect(await explain(sql, sale.orderId)).toMatchObject({
        kept_amount: 2 * PRICE,
        returning_amount: PRICE,
        owed_amount: -PRICE,
        unexplained_amount: 0,
      });
      const transfer = await openTransfer(sql);
      await review(sql, await sendProof(sql, transfer), { approve: true });
      expect(await explain(sql, transfer.orderId)).toMatchObject({
        balances: { bank: PRICE, revenue: -PRICE },
        unexplained_amount: 0,
      });
    });
  });

  test("that payments and ledger do not agree about is named", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await sql`savepoint honest`;
      await sql`update public.payments set refunded_amount = 3 where id = ${sale.paymentId}`;
      expect((await explain(sql, sale.orderId)).unexplained_amount).toBe(-3);
      await sql`rollback to savepoint honest`;
    });
  });
});

test("a booking that is off by one unit breaks an invariant", async () => {
  const goneWrong = replaceInFunction(
    "private.settle_refund",
    "private.cash_account(payment.provider) end, -refund.amount",
    "private.cash_account(payment.provider) end, -refund.amount + 1, 'discounts', -1",
  );
  const givenBack = async (target: TestDatabase) =>
    target.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      const { refund: part } = await refund(sql, sale.orderId, { amount: 10_00 });
      await told(sql, part.id, "success");
      expect((await violations(sql)).map(({ invariant }) => invariant)).not.toContain(
        "payments and ledger agree on the money of every order",
      );
    });
  await givenBack(database);
  await withSabotage(goneWrong, givenBack, { rounds: 1 });
});

test("balances are the sums of what was posted, up to a moment", async () => {
  await database.rolledBack(async (sql) => {
    const before = await balance(sql);
    await paidSale(sql);
    expect(await balance(sql)).toEqual({
      ...before,
      cash_in_transit: (before.cash_in_transit ?? 0) + PRICE,
      revenue: (before.revenue ?? 0) - PRICE,
      receivable: 0,
    });
    expect(await balance(sql, new Date(0))).toEqual({});
    const sum = Object.values(await balance(sql)).reduce((total, amount) => total + amount, 0);
    expect(sum).toBe(0);
  });
});

test("finance, admin and auditor ask; others are told nothing", async () => {
  await database.rolledBack(async (sql) => {
    const sale = await paidSale(sql);
    const denied = { code: "permission_denied", status: 403 };
    for (const role of staffRoles) {
      await asStaff(sql, role);
      if (["finance", "admin", "auditor"].includes(role)) {
        expect((await explain(sql, sale.orderId)).kept_amount).toBe(PRICE);
        expect((await balance(sql)).revenue).toBeLessThanOrEqual(-PRICE);
        await expectRefusal(() => explain(sql, randomUUID()), { code: "order_not_found", status: 404 });
      } else {
        await expectRefusal(() => explain(sql, sale.orderId), denied);
        expect(await balance(sql)).toEqual({});
      }
    }
    await asOwner(sql);
    await asCustomer(sql, sale.customerId);
    await expectRefusal(() => explain(sql, sale.orderId), denied);
    expect(await balance(sql)).toEqual({});
    await asAnon(sql);
    await expectRefusal(() => explain(sql, sale.orderId), { code: "42501", status: 401 });
  });
});
