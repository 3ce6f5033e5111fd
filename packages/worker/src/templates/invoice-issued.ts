import { formatMoney } from "./format-money.ts";
import { page } from "./page.ts";
import type { Locale, Rendered } from "./rendered.ts";

/** What the mail with an invoice or a credit note says; the amount in minor units. */
export type InvoiceIssuedFacts = {
  shop: string;
  firstName: string;
  /** owed: an invoice that is not paid in full yet; release: a credit note by which less is owed, and no money went back. */
  kind: "invoice" | "owed" | "credit_note" | "release";
  number: string;
  orderNumber: string;
  currency: string;
  minorUnits: number;
  totalAmount: number;
  orderUrl: string;
};

const WORDS = {
  id: {
    greeting: (name: string) => (name ? `Halo ${name},` : "Halo,"),
    invoice: {
      subject: (number: string, shop: string) => `Faktur ${number} dari ${shop}`,
      attached: (order: string) => `terlampir faktur untuk pesanan ${order}. Simpanlah untuk catatan Anda.`,
      total: "Total, sudah lunas",
    },
    owed: {
      subject: (number: string, shop: string) => `Faktur ${number} dari ${shop}`,
      attached: (order: string) => `terlampir faktur untuk pesanan ${order}, yang dibayar secara bertahap.`,
      total: "Total",
    },
    credit_note: {
      subject: (number: string, shop: string) => `Nota kredit ${number} dari ${shop}`,
      attached: (order: string) => `dana untuk pesanan ${order} sudah kami kembalikan; nota kreditnya terlampir.`,
      total: "Dikembalikan",
    },
    release: {
      subject: (number: string, shop: string) => `Nota kredit ${number} dari ${shop}`,
      attached: (order: string) => `sebagian dari pesanan ${order} tidak perlu dibayar lagi; nota kreditnya terlampir.`,
      total: "Tidak perlu dibayar lagi",
    },
    number: "Nomor",
    order: "Lihat pesanan",
  },
  en: {
    greeting: (name: string) => (name ? `Hello ${name},` : "Hello,"),
    invoice: {
      subject: (number: string, shop: string) => `Invoice ${number} from ${shop}`,
      attached: (order: string) => `the invoice for order ${order} is attached, for your records.`,
      total: "Total, paid in full",
    },
    owed: {
      subject: (number: string, shop: string) => `Invoice ${number} from ${shop}`,
      attached: (order: string) => `the invoice for order ${order}, which is paid in parts, is attached.`,
      total: "Total",
    },
    credit_note: {
      subject: (number: string, shop: string) => `Credit note ${number} from ${shop}`,
      attached: (order: string) => `we have returned money for order ${order}; the credit note is attached.`,
      total: "Returned",
    },
    release: {
      subject: (number: string, shop: string) => `Credit note ${number} from ${shop}`,
      attached: (order: string) => `a part of order ${order} need not be paid any more; the credit note is attached.`,
      total: "Not owed any more",
    },
    number: "Number",
    order: "See the order",
  },
};

/** The mail that an invoice or credit note is attached to. */
export function invoiceIssued(facts: InvoiceIssuedFacts, locale: Locale): Rendered {
  const words = WORDS[locale];
  const kind = words[facts.kind];
  const body = page(locale, facts.shop, [
    { kind: "paragraph", text: words.greeting(facts.firstName) },
    { kind: "paragraph", text: kind.attached(facts.orderNumber) },
    {
      kind: "table",
      rows: [
        { label: words.number, value: facts.number },
        { label: kind.total, value: formatMoney(facts.totalAmount, facts.currency, facts.minorUnits, locale) },
      ],
    },
    { kind: "link", text: words.order, url: facts.orderUrl },
  ]);
  return { subject: kind.subject(facts.number, facts.shop), ...body };
}
