import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, staffRoles } from "../support/people.ts";
import { invoicedSale } from "./issuing.ts";

const database = useDatabase();
const readers = ["support", "finance", "admin", "auditor"];
const notFound = { code: "invoice_not_found", status: 404 };

const visible = async (sql: Sql) => ({
  invoices: (await sql`select from public.invoices`).length,
  lines: (await sql`select from public.invoice_lines`).length,
});

describe("invoices and their lines", () => {
  test("are read by the buyer, and by no other customer", async () => {
    await database.rolledBack(async (sql) => {
      const mine = await invoicedSale(sql);
      const theirs = await invoicedSale(sql);
      await asCustomer(sql, mine.customerId);
      expect(await visible(sql)).toEqual({ invoices: 1, lines: 1 });
      const [row] = await sql`select public.invoice_document(${mine.invoiceId}) as document`;
      expect(row?.document).toMatchObject({ id: mine.invoiceId, order_id: mine.orderId });
      await expectRefusal(() => sql`select public.invoice_document(${theirs.invoiceId})`, notFound);
      await expectRefusal(() => sql`select public.invoice_document(gen_random_uuid())`, notFound);
      await asCustomer(sql);
      expect(await visible(sql)).toEqual({ invoices: 0, lines: 0 });
    });
  });

  test.each(staffRoles)("are read by %s only with the permission invoices.read", async (role) => {
    await database.rolledBack(async (sql) => {
      const { invoiceId } = await invoicedSale(sql);
      await asStaff(sql, role);
      const may = readers.includes(role);
      expect(await visible(sql)).toEqual(may ? { invoices: 1, lines: 1 } : { invoices: 0, lines: 0 });
      const read = () => sql`select public.invoice_document(${invoiceId})`;
      if (may) await read();
      else await expectRefusal(read, notFound);
    });
  });

  test("are out of reach for visitors", async () => {
    await database.rolledBack(async (sql) => {
      const { invoiceId } = await invoicedSale(sql);
      await asAnon(sql);
      await expectRefusal(() => sql`select from public.invoices`, { code: "42501", status: 401 });
      await expectRefusal(() => sql`select public.invoice_document(${invoiceId})`, { code: "42501", status: 401 });
    });
  });

  test("are written by nobody, and nobody issues over the API", async () => {
    await database.rolledBack(async (sql) => {
      const { invoiceId, orderId } = await invoicedSale(sql);
      for (const become of [
        asCustomer,
        asService,
        (tx: Sql) => asStaff(tx, "admin"),
        (tx: Sql) => asStaff(tx, "finance"),
      ]) {
        await become(sql);
        for (const attempt of [
          () => sql`update public.invoices set buyer_name = 'x' where id = ${invoiceId}`,
          () => sql`delete from public.invoices where id = ${invoiceId}`,
          () => sql`insert into public.invoice_lines (invoice_id, position, title, quantity, unit_amount, total_amount)
            values (${invoiceId}, 9, 'x', 1, 0, 0)`,
          () => sql`select private.issue_invoice(${orderId})`,
          () => sql`select private.keep_invoice_pdf(${invoiceId}, 'x', 'x', 1)`,
          () => sql`select from private.invoice_series`,
        ])
          await expectRefusal(attempt, { code: "42501", status: 403 });
        await asOwner(sql);
      }
    });
  });
});
