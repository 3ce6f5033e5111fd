import { describe, expect, test } from "vitest";
import { running } from "../instalments/paying.ts";
import { paidSale } from "../payments/paid-sale.ts";
import type { Sale } from "../payments/sale.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { expectInvariants } from "../support/invariants.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { debtsOf, invoicesOf, issueCreditNote, issueCreditNoteOfDebt, issueInvoice, refundPart } from "./issuing.ts";

const database = useDatabase();

// Where the row of the series is not locked, a number comes from a sequence: unique, and gone when its transaction is rolled back.
const plainSequence = allOf(
  "create sequence private.plain_sequence",
  replaceInFunction(
    "private.next_invoice_serial",
    /update private\.invoice_series[\s\S]*returning invoice_series\.last_serial/,
    "select nextval('private.plain_sequence')::integer",
  ),
  replaceInFunction("private.lock_invoice_series", "for update", ""),
);

describe("invoice numbers", () => {
  test("have no gap when thirty are issued at once and every third is rolled back", () => noGap(database), 60_000);

  test("that test notices a plain sequence", () => withSabotage(plainSequence, noGap, { rounds: 2 }), 60_000);
});

describe("one order", () => {
  test("has one invoice although ten listeners issue it at once", () => oneInvoice(database), 60_000);

  test(
    "that test notices a second invoice",
    () =>
      withSabotage(
        allOf(
          "drop index public.invoices_one_per_order",
          replaceInFunction("private.issue_invoice", "if v_invoice_id is not null then", "if false then"),
        ),
        oneInvoice,
      ),
    60_000,
  );

  test(
    "has one credit note per refund although listeners of both events run at once",
    () => oneCreditNote(database),
    60_000,
  );

  test(
    "that test notices a second credit note",
    () =>
      withSabotage(
        allOf(
          "drop index public.invoices_one_per_refund",
          replaceInFunction("private.credit_invoice", "if v_credit_note_id is not null then", "if false then"),
        ),
        oneCreditNote,
      ),
    60_000,
  );

  test("has one credit note per debt that is not owed any more", () => oneCreditNoteOfDebt(database), 60_000);

  test(
    "that test notices a second one",
    () =>
      withSabotage(
        allOf(
          "drop index public.invoices_one_per_transaction",
          replaceInFunction("private.credit_invoice", "if v_credit_note_id is not null then", "if false then"),
        ),
        oneCreditNoteOfDebt,
      ),
    60_000,
  );
});

async function noGap(target: TestDatabase): Promise<void> {
  const sales: Sale[] = [];
  for (let index = 0; index < 30; index++) sales.push(await paidSale(target.sql));
  const before = await serials(target);
  const undone = new Error("rolled back on purpose");
  const { errors } = await race(target, sales.length, (sql, index) =>
    sql.begin(async (tx) => {
      await issueInvoice(tx, sales[index]?.orderId ?? "");
      if (index % 3 === 0) throw undone;
    }),
  );
  expect(errors.filter((error) => error !== undone)).toEqual([]);
  // the undone ones are repeated, as the worker does
  for (const { orderId } of sales) await issueInvoice(target.sql, orderId);
  const after = await serials(target);
  expect(after).toEqual(Array.from({ length: before.length + 30 }, (_, index) => index + 1));
  const dates = await target.sql`select from public.invoices as earlier join public.invoices as later using (kind, year)
    where earlier.serial < later.serial and earlier.issued_at > later.issued_at`;
  expect(dates).toHaveLength(0);
  await expectInvariants(target.sql);
}

async function serials(target: TestDatabase): Promise<number[]> {
  const rows = await target.sql`select serial from public.invoices where kind = 'invoice' order by serial`;
  return rows.map(({ serial }) => serial as number);
}

async function oneInvoice(target: TestDatabase): Promise<void> {
  const { orderId } = await paidSale(target.sql);
  const { values, errors } = await race(target, 10, (sql) => issueInvoice(sql, orderId));
  expect(errors).toEqual([]);
  expect(await invoicesOf(target.sql, orderId)).toHaveLength(1);
  expect(new Set(values).size).toBe(1);
}

async function oneCreditNote(target: TestDatabase): Promise<void> {
  const sale = await paidSale(target.sql);
  const refundId = await refundPart(target.sql, sale, 2_000_000);
  const { errors } = await race(target, 12, (sql, index) =>
    index % 2 === 0 ? issueCreditNote(sql, refundId) : issueInvoice(sql, sale.orderId),
  );
  expect(errors).toEqual([]);
  expect((await invoicesOf(target.sql, sale.orderId)).map(({ kind }) => kind)).toEqual(["invoice", "credit_note"]);
}

async function oneCreditNoteOfDebt(target: TestDatabase): Promise<void> {
  const order = await running(target.sql);
  await target.sql`select public.write_off_instalments(${order.orderId}, 'cannot be reached')`;
  const [debt] = await debtsOf(target.sql, order.orderId);
  const { errors } = await race(target, 12, (sql, index) =>
    index % 2 === 0 ? issueCreditNoteOfDebt(sql, debt ?? "") : issueInvoice(sql, order.orderId),
  );
  expect(errors).toEqual([]);
  expect((await invoicesOf(target.sql, order.orderId)).map(({ kind }) => kind)).toEqual(["invoice", "credit_note"]);
}
