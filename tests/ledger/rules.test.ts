import { describe, expect, test } from "vitest";
import { deliver } from "../payments/deliver.ts";
import { paidSale } from "../payments/paid-sale.ts";
import { paid, refundEvent } from "../payments/provider-events.ts";
import { cancel, openOrder, openSale, PRICE } from "../payments/sale.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asCustomer, asOwner } from "../support/people.ts";

const database = useDatabase();

/** The transactions of an order by the kind of their effect, each with its entries. */
async function books(sql: Sql, orderId: string): Promise<Record<string, Record<string, number>>> {
  const rows = await sql`
    select split_part(effect_key, ':', 1) as effect, jsonb_object_agg(account, amount) as entries
    from public.ledger_transactions join public.ledger_entries on transaction_id = ledger_transactions.id
    where order_id = ${orderId} group by ledger_transactions.id, effect_key`;
  return Object.fromEntries(rows.map(({ effect, entries }) => [effect, entries]));
}

const post = (sql: Sql, key: string, orderId: string, entries: Record<string, number>, currency = "IDR") =>
  sql`select private.post_entries(${key}, ${orderId}, ${currency}, ${JSON.stringify(entries)}::text::jsonb)`;

async function transactions(sql: Sql, orderId: string): Promise<number> {
  return (await sql`select from public.ledger_transactions where order_id = ${orderId}`).length;
}

describe("money", () => {
  test("of a paid order is booked as a sale and its capture", async () => {
    await database.rolledBack(async (sql) => {
      const { orderId } = await paidSale(sql);
      expect(await books(sql, orderId)).toEqual({
        sale: { receivable: PRICE, revenue: -PRICE },
        capture: { cash_in_transit: PRICE, receivable: -PRICE },
      });
    });
  });

  test("of an unpaid order, and of a free one, is not booked", async () => {
    await database.rolledBack(async (sql) => {
      const unpaid = await openOrder(sql);
      expect(await books(sql, unpaid.orderId)).toEqual({});
      const { intakeId } = await publishedIntake(sql, { price: 0 });
      await asCustomer(sql);
      const [row] = await sql`select public.enroll(${intakeId}) as answer`;
      await asOwner(sql);
      expect(await books(sql, row?.answer.order.id)).toEqual({});
    });
  });

  test("given back after a sale is a refund of sales; money that was never a sale only clears what is owed", async () => {
    await database.rolledBack(async (sql) => {
      const sold = await paidSale(sql);
      await cancel(sql, sold);
      await confirmRefund(sql, sold.orderId);
      expect((await books(sql, sold.orderId)).refund).toEqual({ refunds: PRICE, cash_in_transit: -PRICE });

      const late = await openSale(sql);
      await cancel(sql, late);
      await deliver(sql, paid(late));
      expect(await books(sql, late.orderId)).toEqual({ capture: { cash_in_transit: PRICE, receivable: -PRICE } });
      await confirmRefund(sql, late.orderId);
      expect((await books(sql, late.orderId)).refund).toEqual({ receivable: PRICE, cash_in_transit: -PRICE });
    });
  });

  test("given back in parts is booked part by part, each once", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      for (const [id, amount] of [
        ["re_1", 100],
        ["re_2", 200],
        ["re_1", 100],
      ] as const) {
        await deliver(sql, refundEvent("refund.updated", sale, { id, amount, status: "succeeded" }));
      }
      const rows =
        await sql`select amount from public.ledger_entries join public.ledger_transactions on ledger_transactions.id = transaction_id
        where order_id = ${sale.orderId} and account = 'refunds' order by amount`;
      expect(rows.map(({ amount }) => amount)).toEqual([100, 200]);
    });
  });

  test("owed by or to a customer is nothing once an order is settled", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await cancel(sql, sale);
      await confirmRefund(sql, sale.orderId);
      const rows = await sql`select sum(amount) as balance from public.ledger_entries where account = 'receivable'`;
      expect(rows[0]?.balance ?? "0").toBe("0");
    });
  });
});

describe("a transaction of the ledger", () => {
  test("is posted once per effect", async () => {
    await database.rolledBack(async (sql) => {
      const { orderId } = await openOrder(sql);
      await post(sql, "test:once", orderId, { discounts: 5, revenue: -5 });
      await post(sql, "test:once", orderId, { discounts: 7, revenue: -7 });
      expect(await books(sql, orderId)).toEqual({ test: { discounts: 5, revenue: -5 } });
      await expectRefusal(
        () => sql`insert into public.ledger_transactions (effect_key, order_id) values ('test:once', ${orderId})`,
        {
          code: "23505",
          status: 409,
        },
      );
    });
  });

  test("leaves out sides of nothing", async () => {
    await database.rolledBack(async (sql) => {
      const { orderId } = await openOrder(sql);
      await post(sql, "test:sides", orderId, { discounts: 5, shipping: 0, revenue: -5 });
      expect(await books(sql, orderId)).toEqual({ test: { discounts: 5, revenue: -5 } });
    });
  });

  test("that does not balance is refused when it should be kept, in one currency as across two", async () => {
    await database.rolledBack(async (sql) => {
      const { orderId } = await openOrder(sql);
      const unbalanced = { code: "ledger_does_not_balance", status: 409 };
      await expectRefusal(async () => {
        await post(sql, "test:lopsided", orderId, { discounts: 5, revenue: -4 });
        await sql`set constraints all immediate`;
      }, unbalanced);
      await expectRefusal(async () => {
        const [row] =
          await sql`insert into public.ledger_transactions (effect_key, order_id) values ('test:mixed', ${orderId}) returning id`;
        await sql`insert into public.ledger_entries (transaction_id, account, currency, amount)
          values (${row?.id}, 'discounts', 'IDR', 5), (${row?.id}, 'revenue', 'USD', -5)`;
        await sql`set constraints all immediate`;
      }, unbalanced);
      await sql`set constraints all deferred`;
      expect(await transactions(sql, orderId)).toBe(0);
    });
  });

  test("names an account there is", async () => {
    await database.rolledBack(async (sql) => {
      const { orderId } = await openOrder(sql);
      await expectRefusal(() => post(sql, "test:account", orderId, { pocket: 5, revenue: -5 }), {
        code: "23503",
        status: 409,
      });
    });
  });

  test("is never changed or removed, not by its owner either", async () => {
    await database.rolledBack(async (sql) => {
      await paidSale(sql);
      const refused = { code: "append_only", status: 409 };
      await expectRefusal(() => sql`update public.ledger_entries set amount = amount + 1`, refused);
      await expectRefusal(() => sql`delete from public.ledger_entries`, refused);
      await expectRefusal(() => sql`update public.ledger_transactions set effect_key = 'x'`, refused);
      await expectRefusal(() => sql`delete from public.ledger_transactions`, refused);
    });
  });
});

async function confirmRefund(sql: Sql, orderId: string): Promise<void> {
  const [refund] = await sql`select id from public.refunds where order_id = ${orderId}`;
  await sql`select private.record_refund_result(${refund?.id}, ${`re_${refund?.id}`}, 'success')`;
}
