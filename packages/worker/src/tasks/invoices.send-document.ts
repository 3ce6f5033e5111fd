import { createHash } from "node:crypto";
import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import type { InvoiceDocument } from "../invoice-pdf/invoice-document.ts";
import { PermanentFailure } from "../permanent-failure.ts";
import { type InvoiceIssuedFacts, invoiceIssued } from "../templates/invoice-issued.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventRunContext, EventTask } from "./task.ts";

type IssuedInvoice = InvoiceDocument & { order_id: string; pdf_path: string | null; pdf_sha256: string | null };
type Row = { document: IssuedInvoice; customer_id: string; first_name: string; shop: string | null };

/** invoice.issued: makes the PDF of an invoice or credit note, keeps it, and mails it to the buyer. */
export const sendDocument: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [row] = await sql<Row[]>`
    select private.invoice_document(invoices.id) as document, orders.customer_id, profiles.first_name,
      private.setting('shop_name') #>> '{}' as shop
    from public.invoices
    join public.orders on orders.id = invoices.order_id
    join public.profiles on profiles.id = orders.customer_id
    where invoices.id = ${job.subject_id}`;
  if (!row) return;
  const { document } = row;
  await failpoint("document.read", document.id);
  const content = document.pdf_path ? await readKept(document, context) : await makeAndKeep(document, context);
  await failpoint("document.kept", document.id);
  const facts = {
    shop: row.shop ?? "Seatline",
    firstName: row.first_name,
    kind: wordingOf(document),
    number: document.number,
    orderNumber: document.order_number,
    currency: document.currency,
    minorUnits: document.minor_units,
    totalAmount: document.total_amount,
    orderUrl: `${settings.storefrontUrl}/orders/${document.order_id}`,
  };
  await deliverMail(
    {
      profileId: row.customer_id,
      type: "invoice",
      effectKey: `invoice:${document.id}`,
      rendered: invoiceIssued(facts, toLocale(document.locale)),
      attachments: [{ filename: `${document.number}.pdf`, contentType: "application/pdf", content }],
    },
    context,
  );
};

/** What the mail says of the money: it came, it is still owed, it went back, or it need not come. */
function wordingOf({ kind, paid_on, refund_id }: IssuedInvoice): InvoiceIssuedFacts["kind"] {
  if (kind === "invoice") return paid_on ? "invoice" : "owed";
  return refund_id ? "credit_note" : "release";
}

async function makeAndKeep(document: IssuedInvoice, { sql, invoiceFiles }: EventRunContext): Promise<Buffer> {
  const name = `${document.issued_at.slice(0, 4)}/${document.id}.pdf`;
  // loaded with the first document: a worker that starts again does not wait for fonts
  const { renderInvoice } = await import("../invoice-pdf/render-invoice.ts");
  const bytes = await invoiceFiles.keep(name, await renderInvoice(document));
  await failpoint("document.stored", document.id);
  await sql`select private.keep_invoice_pdf(${document.id}, ${name}, ${sha256(bytes)}, ${bytes.length})`;
  return bytes;
}

async function readKept(document: IssuedInvoice, { invoiceFiles }: EventRunContext): Promise<Buffer> {
  const bytes = await invoiceFiles.read(document.pdf_path ?? "");
  if (sha256(bytes) === document.pdf_sha256) return bytes;
  throw new PermanentFailure(
    `The file of ${document.number} in Storage is not the one that was issued: somebody changed it.`,
  );
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
