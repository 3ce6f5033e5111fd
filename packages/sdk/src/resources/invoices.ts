import type { Api } from "../api.ts";
import type { CallOptions } from "../http.ts";
import { eachRow, type Page, type PageParams } from "../page.ts";
import { newestFirst, type RowList, rowsPage } from "../rows-page.ts";
import type { Invoice, InvoiceSummary } from "../types.ts";
import type { InvoiceKind } from "../vocabularies.ts";

const listed: RowList = {
  relation: "invoices",
  select:
    "id,kind,number,order_id,refund_id,transaction_id,corrects_id,issued_at,time_zone,paid_on,currency,minor_units,subtotal_amount,discount_amount,tax_amount,tax_included_amount,shipping_amount,total_amount,pdf_sha256,pdf_bytes",
  sort: newestFirst("issued_at"),
};

/** Invoices and credit notes: list, read, download. The shop issues them; nobody changes them. */
export class Invoices {
  readonly #api: Api;
  readonly #url: string;

  constructor(api: Api, url: string) {
    this.#api = api;
    this.#url = url.replace(/\/+$/, "");
  }

  /** A page of the invoices and credit notes that the caller may see, newest first, without lines. */
  async list(params: ListInvoicesParams = {}, options?: CallOptions): Promise<Page<InvoiceSummary>> {
    const filter = {
      order_id: params.order_id && `eq.${params.order_id}`,
      kind: params.kind && `eq.${params.kind}`,
    };
    return rowsPage(this.#api, listed, filter, params, options);
  }

  /** Every invoice that {@link Invoices.list} would page through. */
  iterate(
    params: Omit<ListInvoicesParams, "cursor"> = {},
    options?: CallOptions,
  ): AsyncGenerator<InvoiceSummary, void> {
    return eachRow((cursor) => this.list({ ...params, cursor }, options));
  }

  /** The whole document with its lines. Errors: `invoice_not_found`. */
  get(invoice_id: string, options?: CallOptions): Promise<Invoice> {
    return this.#api.ask("invoice_document", { invoice_id }, options);
  }

  /** A link that downloads the PDF, for five minutes and without a key. Errors: `invoice_not_found`, `invoice_not_ready`. */
  async link(invoice_id: string, options?: CallOptions): Promise<InvoiceLink> {
    const { path, ...link } = await this.#api.invoke<Omit<InvoiceLink, "url"> & { path: string }>(
      "invoice-link",
      { invoice_id },
      options,
    );
    return { ...link, url: `${this.#url}${path}` };
  }
}

/** What {@link Invoices.link} answers. */
export interface InvoiceLink {
  invoice_id: string;
  /** The name that the browser saves it under. */
  file_name: string;
  url: string;
  expires_at: string;
}

/** What {@link Invoices.list} takes. */
export interface ListInvoicesParams extends PageParams {
  order_id?: string;
  kind?: InvoiceKind;
}
