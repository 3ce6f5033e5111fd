import { callVerb, type Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";
import { readId } from "../_shared/read-id.ts";
import { requestId } from "../_shared/request-id.ts";

/** What a link needs from outside. */
export type InvoiceLinkDeps = {
  asUser: Database;
  asService: Database;
  now: () => number;
};

/** The private bucket that the worker keeps the PDFs in. */
const BUCKET = "invoices";
const LIFE_SECONDS = 5 * 60;

type Invoice = { id: string; number: string; pdf_path: string | null };

/**
 * Answers POST { invoice_id } with `{ invoice_id, file_name, path, expires_at }`: `path`, behind the API's own address, opens the PDF for
 * five minutes without any key. Who may read the invoice decides the database; the secret key only signs.
 */
export async function handleInvoiceLink(request: Request, deps: InvoiceLinkDeps): Promise<Response> {
  const invoice_id = await readId(request, "invoice_id");
  const invoice = await callVerb<Invoice>(deps.asUser, "invoice_document", { invoice_id }, requestId(request));
  if (!invoice.pdf_path) {
    throw new Problem("invoice_not_ready", 409, `The PDF of ${invoice.number} is still being made.`, {
      hint: "Ask again in a few seconds.",
    });
  }
  const file_name = `${invoice.number}.pdf`;
  const expires_at = new Date(deps.now() + LIFE_SECONDS * 1000).toISOString();
  const path = await sign(deps.asService, invoice.pdf_path, file_name);
  return Response.json({ invoice_id, file_name, path, expires_at }, { headers: { "cache-control": "no-store" } });
}

// Without the host: inside a container the API has another address than the caller knows it by.
async function sign(database: Database, name: string, download: string): Promise<string> {
  const { data, error } = await database.storage.from(BUCKET).createSignedUrl(name, LIFE_SECONDS, { download });
  if (error) {
    throw new Problem("storage_unavailable", 503, "The file of this invoice could not be reached just now.", {
      hint: "Nothing was lost. Try again in a few seconds.",
      headers: { "retry-after": "5" },
      cause: error,
    });
  }
  const { pathname, search } = new URL(data.signedUrl);
  return pathname + search;
}
