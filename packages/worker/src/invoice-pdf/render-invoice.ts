import { formatMoney } from "../templates/format-money.ts";
import { toLocale } from "../templates/rendered.ts";
import type { InvoiceDocument, InvoiceLine, InvoiceTax } from "./invoice-document.ts";
import { INK, measure, openPaper, PAGE, type Pdf, rule, toBytes, write } from "./paper.ts";
import { WORDS, type Words } from "./words.ts";

// Where the columns of the table begin and how wide they are.
const COLUMNS = {
  title: { x: PAGE.left + 10, width: 218 },
  quantity: { x: 288, width: 50 },
  unit: { x: 340, width: 92 },
  amount: { x: 434, width: 95 },
} as const;
const TOTALS = { x: 288, label: 144, amount: COLUMNS.amount } as const;
const TOTAL_NOTE = { size: 8.5, color: INK.quiet } as const;

/** One document being drawn: `y` is where the next thing begins. */
type Sheet = { pdf: Pdf; words: Words; invoice: InvoiceDocument; money: (amount: number) => string; y: number };

/**
 * The A4 PDF of an invoice or credit note, in the buyer's language. The same document gives the same bytes, at any time and on any machine
 * with these versions of the libraries.
 */
export async function renderInvoice(invoice: InvoiceDocument): Promise<Buffer> {
  const locale = toLocale(invoice.locale);
  const words = WORDS[locale];
  const title = `${words.title[invoice.kind]} ${invoice.number}`;
  const pdf = openPaper(new Date(invoice.issued_at), words.region, {
    title,
    author: invoice.seller_name,
    subject: invoice.id,
  });
  const money = (amount: number) => formatMoney(amount, invoice.currency, invoice.minor_units, locale);
  const sheet: Sheet = { pdf, words, invoice, money, y: PAGE.top };
  drawHead(sheet);
  drawParties(sheet);
  drawTableHead(sheet);
  for (const line of invoice.lines) drawLine(sheet, line);
  drawTotals(sheet);
  drawClosing(sheet);
  drawFooters(sheet, title);
  return await toBytes(pdf);
}

function drawHead(sheet: Sheet): void {
  const { pdf, words, invoice } = sheet;
  const seller = { x: PAGE.left, width: 270 };
  const document = { x: 340, width: PAGE.right - 340, align: "right" } as const;
  let left = sheet.y;
  left += write(pdf, invoice.seller_name, { ...seller, y: left, size: 15, weight: "bold" }) + 4;
  const about = [invoice.seller_address.trim(), invoice.seller_tax_id && `${words.taxId} ${invoice.seller_tax_id}`];
  for (const text of about) {
    if (text) left += write(pdf, text, { ...seller, y: left, size: 9, color: INK.quiet });
  }
  let right = sheet.y - 5;
  right += write(pdf, words.title[invoice.kind], {
    ...document,
    y: right,
    size: 22,
    weight: "bold",
    color: INK.accent,
  });
  right += write(pdf, invoice.number, { ...document, y: right, size: 11, weight: "bold" });
  sheet.y = Math.max(left, right) + 18;
  rule(pdf, sheet.y);
  sheet.y += 18;
}

function drawParties(sheet: Sheet): void {
  const { pdf, words, invoice } = sheet;
  const buyer = { x: PAGE.left, width: 250 };
  let left = sheet.y;
  left += write(pdf, words.billTo, { ...buyer, y: left, size: 8.5, color: INK.quiet }) + 2;
  const who = [
    invoice.buyer_name,
    invoice.buyer_address ?? "",
    invoice.buyer_tax_id ? `${words.taxId} ${invoice.buyer_tax_id}` : "",
    invoice.buyer_email ?? "",
  ].filter((text) => text !== "");
  if (who.length === 0) who.push("–"); // the account was closed before the invoice was issued
  who.forEach((text, index) => {
    left += write(pdf, text, {
      ...buyer,
      y: left,
      weight: index === 0 ? "bold" : "regular",
      size: index === 0 ? 11 : 9.5,
    });
  });
  const facts: [string, string][] = [
    [words.date, dateOf(sheet, new Date(invoice.issued_at), invoice.time_zone)],
    [words.order, invoice.order_number],
    ...(invoice.corrects_number ? [[words.corrects, invoice.corrects_number] as [string, string]] : []),
  ];
  let right = sheet.y;
  for (const [label, value] of facts) {
    write(pdf, label, { x: 340, y: right, width: 80, color: INK.quiet });
    right += write(pdf, value, { x: 420, y: right, width: PAGE.right - 420, align: "right" }) + 3;
  }
  sheet.y = Math.max(left, right) + 22;
}

function drawTableHead(sheet: Sheet): void {
  const { pdf, words } = sheet;
  pdf.roundedRect(PAGE.left, sheet.y, PAGE.width, 24, 3).fill(INK.shade);
  const style = { y: sheet.y + 7, size: 8.5, weight: "bold", color: INK.quiet } as const;
  write(pdf, words.description, { ...COLUMNS.title, ...style });
  write(pdf, words.quantity, { ...COLUMNS.quantity, ...style, align: "right" });
  write(pdf, words.unitPrice, { ...COLUMNS.unit, ...style, align: "right" });
  write(pdf, words.amount, { ...COLUMNS.amount, ...style, align: "right" });
  sheet.y += 24;
}

function drawLine(sheet: Sheet, line: InvoiceLine): void {
  const { pdf, words, money } = sheet;
  const { width } = COLUMNS.title;
  const notes = [line.sku ?? "", line.discount_amount > 0 ? `${words.discount} ${money(-line.discount_amount)}` : ""];
  const shown = notes.filter((note) => note !== "");
  const titleHeight = measure(pdf, line.title, { width });
  const height = titleHeight + shown.reduce((sum, note) => sum + measure(pdf, note, { width, size: 8 }), 18);
  if (sheet.y + height > PAGE.bottom) {
    turnPage(sheet);
    drawTableHead(sheet);
  }
  const y = sheet.y + 9;
  write(pdf, line.title, { ...COLUMNS.title, y });
  let below = y + titleHeight;
  for (const note of shown) below += write(pdf, note, { ...COLUMNS.title, y: below, size: 8, color: INK.quiet });
  write(pdf, String(line.quantity), { ...COLUMNS.quantity, y, align: "right" });
  write(pdf, money(line.unit_amount), { ...COLUMNS.unit, y, align: "right", oneLine: true });
  write(pdf, money(line.subtotal_amount), { ...COLUMNS.amount, y, align: "right", oneLine: true });
  sheet.y += height;
  rule(pdf, sheet.y);
}

function turnPage(sheet: Sheet): void {
  const { pdf, words } = sheet;
  write(pdf, words.continued, {
    x: PAGE.left,
    y: PAGE.bottom + 4,
    width: PAGE.width,
    size: 8,
    align: "right",
    color: INK.quiet,
  });
  pdf.addPage();
  sheet.y = PAGE.top;
}

function drawTotals(sheet: Sheet): void {
  const { pdf, words, invoice, money } = sheet;
  const onTop = invoice.taxes.filter((tax) => !tax.inclusive);
  const included = invoice.taxes.filter((tax) => tax.inclusive && tax.amount > 0);
  const rows: [string, number][] = [
    [words.subtotal, invoice.subtotal_amount],
    [words.discount, -invoice.discount_amount],
    [invoice.shipping_title ? `${words.shipping}: ${invoice.shipping_title}` : words.shipping, invoice.shipping_amount],
    ...onTop.map((tax): [string, number] => [nameOf(sheet, tax), tax.amount]),
  ];
  const shown = rows.filter(([, amount], index) => index === 0 || amount !== 0);
  if (sheet.y + (shown.length + included.length) * 18 + 130 > PAGE.bottom) turnPage(sheet);
  sheet.y += 12;
  for (const [label, amount] of shown) {
    write(pdf, label, { x: TOTALS.x, y: sheet.y, width: TOTALS.label, color: INK.quiet, oneLine: true });
    write(pdf, money(amount), { ...TOTALS.amount, y: sheet.y, align: "right", oneLine: true });
    sheet.y += 18;
  }
  rule(pdf, sheet.y, TOTALS.x, INK.text);
  sheet.y += 9;
  const total = { y: sheet.y, size: 12, weight: "bold" } as const;
  write(pdf, words.total[invoice.kind], { ...total, x: TOTALS.x, width: 118, oneLine: true });
  write(pdf, money(invoice.total_amount), { ...total, x: 408, width: 121, align: "right", oneLine: true });
  sheet.y += 22;
  for (const tax of included) {
    write(pdf, words.included(nameOf(sheet, tax)), { ...TOTAL_NOTE, x: TOTALS.x, y: sheet.y, width: TOTALS.label });
    write(pdf, money(tax.amount), { ...TOTAL_NOTE, ...TOTALS.amount, y: sheet.y, align: "right", oneLine: true });
    sheet.y += 14;
  }
  sheet.y += 12;
}

function nameOf({ words }: Sheet, tax: InvoiceTax): string {
  return `${tax.name} ${(tax.basis_points / 100).toLocaleString(words.region)} %`;
}

function drawClosing(sheet: Sheet): void {
  const { pdf, words, invoice } = sheet;
  const text = invoice.corrects_number
    ? words[invoice.refund_id ? "credited" : "released"](invoice.corrects_number)
    : invoice.paid_on && words.paid(dateOf(sheet, new Date(`${invoice.paid_on}T00:00:00Z`), "UTC"));
  if (!text) return;
  const height = measure(pdf, text, { width: PAGE.width - 28 }) + 18;
  pdf.roundedRect(PAGE.left, sheet.y, PAGE.width, height, 3).fill(INK.shade);
  pdf.rect(PAGE.left, sheet.y, 3, height).fill(INK.accent);
  write(pdf, text, { x: PAGE.left + 14, y: sheet.y + 10, width: PAGE.width - 28 });
  sheet.y += height;
}

function drawFooters({ pdf, words, invoice }: Sheet, title: string): void {
  const { count } = pdf.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    pdf.switchToPage(page);
    const style = { y: PAGE.footer, size: 8, color: INK.quiet } as const;
    write(pdf, `${invoice.seller_name} · ${title}`, { ...style, x: PAGE.left, width: 380, oneLine: true });
    write(pdf, words.page(page + 1, count), { ...style, x: PAGE.right - 100, width: 100, align: "right" });
  }
}

function dateOf({ words }: Sheet, moment: Date, timeZone: string): string {
  return new Intl.DateTimeFormat(words.region, { dateStyle: "long", timeZone }).format(moment);
}
