import type { Locale } from "../templates/rendered.ts";

/** What stands on an invoice beside its data, in one language. */
export type Words = {
  /** BCP 47, also the language that the PDF declares. */
  region: string;
  title: { invoice: string; credit_note: string };
  billTo: string;
  taxId: string;
  date: string;
  order: string;
  corrects: string;
  description: string;
  quantity: string;
  unitPrice: string;
  amount: string;
  subtotal: string;
  discount: string;
  shipping: string;
  included: (tax: string) => string;
  total: { invoice: string; credit_note: string };
  paid: (date: string) => string;
  credited: (invoice: string) => string;
  released: (invoice: string) => string;
  continued: string;
  page: (page: number, pages: number) => string;
};

/** The words of each language. */
export const WORDS: Record<Locale, Words> = {
  id: {
    region: "id-ID",
    title: { invoice: "Faktur", credit_note: "Nota kredit" },
    billTo: "Ditagihkan kepada",
    taxId: "NPWP",
    date: "Tanggal",
    order: "Pesanan",
    corrects: "Untuk faktur",
    description: "Keterangan",
    quantity: "Jumlah",
    unitPrice: "Harga satuan",
    amount: "Nilai",
    subtotal: "Subtotal",
    discount: "Diskon",
    shipping: "Ongkos kirim",
    included: (tax) => `Termasuk ${tax}`,
    total: { invoice: "Total", credit_note: "Total dikembalikan" },
    paid: (date) => `Lunas pada ${date}. Terima kasih.`,
    credited: (invoice) => `Nota ini mengoreksi faktur ${invoice}. Dananya sudah dikembalikan.`,
    released: (invoice) => `Nota ini mengoreksi faktur ${invoice}. Jumlah ini tidak perlu dibayar lagi.`,
    continued: "bersambung ke halaman berikut",
    page: (page, pages) => `Halaman ${page} dari ${pages}`,
  },
  en: {
    region: "en-GB",
    title: { invoice: "Invoice", credit_note: "Credit note" },
    billTo: "Billed to",
    taxId: "Tax ID",
    date: "Date",
    order: "Order",
    corrects: "For invoice",
    description: "Description",
    quantity: "Quantity",
    unitPrice: "Unit price",
    amount: "Amount",
    subtotal: "Subtotal",
    discount: "Discount",
    shipping: "Shipping",
    included: (tax) => `Including ${tax}`,
    total: { invoice: "Total", credit_note: "Total credited" },
    paid: (date) => `Paid in full on ${date}. Thank you.`,
    credited: (invoice) => `This credit note corrects invoice ${invoice}. The money has been returned.`,
    released: (invoice) => `This credit note corrects invoice ${invoice}. This amount need not be paid any more.`,
    continued: "continued on the next page",
    page: (page, pages) => `Page ${page} of ${pages}`,
  },
};
