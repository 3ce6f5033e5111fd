/** An invoice or credit note as `invoice_document` answers it: everything its PDF says. Amounts in minor units of `currency`. */
export type InvoiceDocument = {
  id: string;
  kind: "invoice" | "credit_note";
  number: string;
  order_number: string;
  /** The invoice that a credit note corrects. */
  corrects_number: string | null;
  /** The refund that a credit note is for; null on invoices, and where less is owed instead. */
  refund_id: string | null;
  /** ISO 8601. */
  issued_at: string;
  /** IANA name; the document's dates are of this zone. */
  time_zone: string;
  /** YYYY-MM-DD in that zone; null on credit notes, and while something is owed. */
  paid_on: string | null;
  currency: string;
  minor_units: number;
  subtotal_amount: number;
  discount_amount: number;
  /** Tax on top of the prices. */
  tax_amount: number;
  /** Tax that the prices contain. */
  tax_included_amount: number;
  shipping_amount: number;
  /** How it was sent; null when nothing was. */
  shipping_title: string | null;
  total_amount: number;
  /** Every tax of the lines and of shipping, by name and rate. */
  taxes: InvoiceTax[];
  seller_name: string;
  seller_address: string;
  seller_tax_id: string;
  buyer_name: string;
  buyer_email: string | null;
  /** Of an organisation; null for a person. */
  buyer_address: string | null;
  buyer_tax_id: string | null;
  locale: string;
  lines: InvoiceLine[];
};

/** One tax: 1100 basis points are 11 %. */
export type InvoiceTax = { name: string; basis_points: number; inclusive: boolean; amount: number };

/** One line of it; subtotal − discount + tax = total. */
export type InvoiceLine = {
  position: number;
  title: string;
  sku: string | null;
  quantity: number;
  unit_amount: number;
  subtotal_amount: number;
  discount_amount: number;
  tax_amount: number;
  tax_included_amount: number;
  total_amount: number;
  taxes: InvoiceTax[];
};
