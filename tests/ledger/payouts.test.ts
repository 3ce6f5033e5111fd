import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Payout } from "../../packages/sdk/src/index.ts";
import { paidSale } from "../payments/paid-sale.ts";
import { PRICE } from "../payments/sale.ts";
import { as } from "../support/buying.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { asOwner, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { race } from "../support/race.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();
const FEE = 2_900_00;

type Wish = {
  amount?: number | null;
  currency?: string;
  reference?: string;
  fee?: number | null;
  provider?: string;
  key?: string;
};
const record = async (sql: Sql, wish: Wish = {}): Promise<Payout> => {
  const {
    amount = PRICE - FEE,
    currency = "IDR",
    reference = "po_1",
    fee = FEE,
    provider = "stripe",
    key = null,
  } = wish;
  const [row] =
    await sql`select public.record_payout(${amount}, ${currency}, ${reference}, ${fee}, ${provider}, ${key}) as payout`;
  return row?.payout;
};
const cancel = async (sql: Sql, id: string, reason = "another amount", key: string | null = null): Promise<Payout> =>
  (await sql`select public.cancel_payout(${id}, ${reason}, ${key}) as payout`)[0]?.payout;
const balances = async (sql: Sql) => {
  const rows = await sql`select account, sum(amount)::bigint as amount from public.ledger_entries
    where currency = 'IDR' and account in ('bank', 'fees', 'cash_in_transit') group by account`;
  return { bank: 0, fees: 0, cash_in_transit: 0, ...Object.fromEntries(rows.map((row) => [row.account, row.amount])) };
};
/** Finance, and what of the ledger changes while they work. */
async function finance(sql: Sql): Promise<string> {
  const id = await asStaff(sql, "finance");
  await asOwner(sql);
  return id;
}

describe("a payout", () => {
  test("moves what the provider held to the bank, and its fee to the fees", () =>
    database.rolledBack(async (sql) => {
      const before = await balances(sql);
      await paidSale(sql);
      const person = await finance(sql);
      const payout = await as(sql, person, (tx) => record(tx));
      expect(payout).toMatchObject({
        amount: PRICE - FEE,
        fee_amount: FEE,
        reference: "po_1",
        recorded_by: person,
        cancelled_at: null,
      });
      expect(await balances(sql)).toEqual({
        bank: before.bank + PRICE - FEE,
        fees: before.fees + FEE,
        cash_in_transit: before.cash_in_transit,
      });
      const audited =
        await sql`select actor_id from public.audit_log where table_name = 'payouts' and row_key = ${payout.id}`;
      expect(audited).toEqual([{ actor_id: person }]);
    }));

  test("is booked once per reference and per key, and never more than is there", () =>
    database.rolledBack(async (sql) => {
      await paidSale(sql);
      await paidSale(sql);
      const answer = await record(sql, { key: "once" });
      expect(await record(sql, { key: "once" })).toEqual(answer);
      await expectRefusal(() => record(sql, { key: "once", amount: 5 }), {
        code: "idempotency_key_reused",
        status: 422,
      });
      await expectRefusal(() => record(sql), { code: "payout_recorded", status: 409 });
      const { cash_in_transit } = await balances(sql);
      const tooMuch = { reference: "po_2", amount: cash_in_transit, fee: 1 };
      await expectRefusal(() => record(sql, tooMuch), { code: "payout_exceeds_transit", status: 409 });
      await expectRefusal(() => record(sql, { reference: "po_2", currency: "USD" }), {
        code: "payout_exceeds_transit",
        status: 409,
      });
    }));

  test.each<[string, Wish]>([
    ["nothing", { amount: 0 }],
    ["less than nothing", { amount: -1 }],
    ["no amount", { amount: null }],
    ["more than there is money", { amount: Number.MAX_SAFE_INTEGER }],
    ["a fee below nothing", { fee: -1 }],
    ["another word for a currency", { currency: "rupiah" }],
    ["somebody who is no provider", { provider: "cash" }],
  ])("of %s is refused", (_what, wish) =>
    database.rolledBack(async (sql) => {
      await paidSale(sql);
      await expectRefusal(() => record(sql, wish), { code: "invalid_payout", status: 422 });
      await expectRefusal(() => record(sql, { reference: " \t" }), { code: "invalid_reason", status: 422 });
    }),
  );

  test("that was written down wrongly is booked back once, and may be recorded again", () =>
    database.rolledBack(async (sql) => {
      await paidSale(sql);
      const before = await balances(sql);
      const wrong = await record(sql, { amount: 5, fee: 0 });
      const answer = await cancel(sql, wrong.id, "a typo", "back");
      expect(answer).toMatchObject({ cancelled_at: expect.any(String), cancel_reason: "a typo" });
      expect(await cancel(sql, wrong.id, "a typo", "back")).toEqual(answer);
      expect(await balances(sql)).toEqual(before);
      await expectRefusal(() => cancel(sql, wrong.id), { code: "payout_not_open", status: 409 });
      await expectRefusal(() => cancel(sql, randomUUID()), { code: "payout_not_found", status: 404 });
      expect((await record(sql)).id).not.toBe(wrong.id);
    }));

  test("is for finance and admins; auditors read it", () =>
    database.rolledBack(async (sql) => {
      await paidSale(sql);
      const { id } = await record(sql, { amount: 1, fee: 0, reference: "po_there" });
      for (const role of staffRoles) {
        const person = await asStaff(sql, role);
        await asOwner(sql);
        const may = ["finance", "admin"].includes(role);
        const code = await as(sql, person, (tx) => refusalOf(() => record(tx, { amount: 1, fee: 0, reference: role })));
        expect([role, code?.code ?? null]).toEqual([role, may ? null : "permission_denied"]);
        const seen = await as(sql, person, (tx) => tx`select id from public.payouts where id = ${id}`);
        expect([role, seen.length]).toEqual([role, may || role === "auditor" ? 1 : 0]);
      }
      const customer = await newCustomer(sql);
      await expectRefusal(() => as(sql, customer, (tx) => cancel(tx, id)), { code: "permission_denied", status: 403 });
      expect(await as(sql, customer, (tx) => tx`select id from public.payouts`)).toEqual([]);
    }));
});

describe("payouts of the same money, recorded at once under different references", () => {
  test("take it once", () => takenOnce(database));

  test("take it several times when they do not queue", () =>
    withSabotage(replaceInFunction("private.record_payout", /perform pg_advisory_xact_lock\([^;]*;/, ""), takenOnce));
});

async function takenOnce(target: TestDatabase): Promise<void> {
  await paidSale(target.sql);
  const { cash_in_transit } = await balances(target.sql);
  const { values } = await race(target, 12, (sql, index) =>
    record(sql, { amount: cash_in_transit, fee: 0, reference: `po_${randomUUID()}_${index}` }),
  );
  expect(values).toHaveLength(1);
  expect((await balances(target.sql)).cash_in_transit).toBe(0);
}
