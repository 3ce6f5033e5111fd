import { randomUUID } from "node:crypto";
import { deliver } from "../payments/deliver.ts";
import { paidSale } from "../payments/paid-sale.ts";
import { refundEvent } from "../payments/provider-events.ts";
import { cancel, type Sale } from "../payments/sale.ts";
import type { Sql } from "../support/database.ts";

/** A row of `public.invoices`, in the parts that tests read. */
export type InvoiceRow = {
  id: string;
  kind: "invoice" | "credit_note";
  number: string;
  order_id: string;
  corrects_id: string | null;
  total_amount: number;
  buyer_name: string;
  buyer_email: string | null;
};

/** Issues the invoice of an order as the worker does; null when there is nothing to invoice. */
export async function issueInvoice(sql: Sql, orderId: string): Promise<string | null> {
  const [row] = await sql`select private.issue_invoice(${orderId}) as id`;
  return row?.id ?? null;
}

/** Issues the credit note of a refund as the worker does; null when it gives no sale back. */
export async function issueCreditNote(sql: Sql, refundId: string): Promise<string | null> {
  const [row] = await sql`select private.issue_credit_note(${refundId}) as id`;
  return row?.id ?? null;
}

/** Issues the credit note of a debt that is not owed any more, by its transaction, as the worker does. */
export async function issueCreditNoteOfDebt(sql: Sql, transactionId: string): Promise<string | null> {
  const [row] = await sql`select private.issue_credit_note_of_debt(${transactionId}) as id`;
  return row?.id ?? null;
}

/** What the worker is told that an order does not owe any more, in order: transactions of the ledger. */
export async function debtsOf(sql: Sql, orderId: string): Promise<string[]> {
  const rows = await sql`select subject_id from public.events
    where name = 'receivable.written_back' and subject_type = 'ledger_transaction' and payload ->> 'order_id' = ${orderId} order by id`;
  return rows.map((row) => row.subject_id);
}

/** The invoices and credit notes of an order, invoices first. */
export async function invoicesOf(sql: Sql, orderId: string): Promise<InvoiceRow[]> {
  return sql<InvoiceRow[]>`select * from public.invoices where order_id = ${orderId} order by kind desc, number`;
}

/** A paid sale with its invoice. */
export async function invoicedSale(
  sql: Sql,
  wish: Parameters<typeof paidSale>[1] = {},
): Promise<Sale & { invoiceId: string }> {
  const sale = await paidSale(sql, wish);
  const invoiceId = await issueInvoice(sql, sale.orderId);
  if (!invoiceId) throw new Error("A paid sale got no invoice.");
  return { ...sale, invoiceId };
}

/** A paid sale that staff cancelled and whose money is back; gives the refund. */
export async function refundedSale(sql: Sql): Promise<Sale & { refundId: string }> {
  const sale = await paidSale(sql);
  await cancel(sql, sale);
  return { ...sale, refundId: await settleRefund(sql, sale.orderId) };
}

/** Lets the provider say that the pending refund of an order succeeded. */
export async function settleRefund(sql: Sql, orderId: string): Promise<string> {
  const [refund] = await sql`
    select refunds.id, private.record_refund_result(refunds.id, 're_' || refunds.id, 'success') from public.refunds
    where refunds.order_id = ${orderId} and refunds.status = 'pending'`;
  return refund?.id as string;
}

/** Gives a part of a payment back at the provider, by hand; gives the refund. */
export async function refundPart(sql: Sql, sale: Sale, amount: number): Promise<string> {
  const id = `re_${randomUUID()}`;
  await deliver(sql, refundEvent("refund.created", sale, { id, status: "succeeded", amount }));
  const [refund] = await sql`select id from public.refunds where provider_refund_id = ${id}`;
  return refund?.id as string;
}
