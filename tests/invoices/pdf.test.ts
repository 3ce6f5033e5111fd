import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { InvoiceDocument } from "../../packages/worker/src/invoice-pdf/invoice-document.ts";
import { renderInvoice } from "../../packages/worker/src/invoice-pdf/render-invoice.ts";
import { invoiceIssued } from "../../packages/worker/src/templates/invoice-issued.ts";

const line = {
  position: 1,
  title: "TypeScript in depth, Next cohort",
  sku: "typescript-in-depth",
  quantity: 1,
  unit_amount: 165_000_000,
  subtotal_amount: 165_000_000,
  discount_amount: 0,
  tax_amount: 0,
  tax_included_amount: 0,
  total_amount: 165_000_000,
  taxes: [],
};
const invoice: InvoiceDocument = {
  id: "0b0f7e0e-7f0b-4c57-9b1c-3a6cb0d1c001",
  kind: "invoice",
  number: "INV-2026-000123",
  order_number: "SL-100123",
  corrects_number: null,
  refund_id: null,
  issued_at: "2026-12-31T18:30:00.123456+00:00",
  time_zone: "Asia/Jakarta",
  paid_on: "2027-01-01",
  currency: "IDR",
  minor_units: 2,
  subtotal_amount: 165_000_000,
  discount_amount: 0,
  tax_amount: 0,
  tax_included_amount: 0,
  shipping_amount: 0,
  shipping_title: null,
  total_amount: 165_000_000,
  taxes: [],
  seller_name: "PT Seatline Academy",
  seller_address: "Jalan Merdeka Selatan 17\nJakarta 10110",
  seller_tax_id: "",
  buyer_name: "Nguyễn Thị Dvořáková",
  buyer_address: null,
  buyer_tax_id: null,
  buyer_email: "buyer@example.test",
  locale: "id",
  lines: [line],
};
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const pagesOf = (bytes: Buffer) => bytes.toString("latin1").match(/\/Type \/Page\b/g)?.length;

describe("the PDF of an invoice", () => {
  test("is the same to the byte in another process, time zone and language", async () => {
    const module = new URL("../../packages/worker/src/invoice-pdf/render-invoice.ts", import.meta.url).href;
    const script = `import { renderInvoice } from ${JSON.stringify(module)};
      process.stdout.write(await renderInvoice(${JSON.stringify(invoice)}));`;
    const elsewhere = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      env: { ...process.env, TZ: "America/New_York", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8" },
    });
    // this process has drawn others before, and the fonts it has read stay in memory
    await renderInvoice({ ...invoice, buyer_name: "Ξένια Ωνάση", locale: "en" });
    expect(sha256(await renderInvoice(invoice))).toBe(sha256(elsewhere));
  }, 60_000);

  test("is another one when anything in it is", async () => {
    const changes: Partial<InvoiceDocument>[] = [
      {},
      { locale: "en" },
      { shipping_amount: 9_000_00 },
      { shipping_amount: 9_000_00, shipping_title: "Reguler" },
      { number: "INV-2026-000124" },
      { total_amount: 165_000_001, subtotal_amount: 165_000_001 },
      { taxes: [{ name: "PPN", basis_points: 1100, inclusive: true, amount: 16_351_351 }] },
      { lines: [{ ...line, discount_amount: 1 }] },
      { kind: "credit_note", corrects_number: "INV-2026-000001", paid_on: null },
      { issued_at: "2027-01-01T18:30:00Z" },
    ];
    const made = await Promise.all(changes.map((change) => renderInvoice({ ...invoice, ...change })));
    expect(new Set(made.map(sha256)).size).toBe(changes.length);
  });

  test("says in its properties what it is, when it was issued, and carries its fonts", async () => {
    const text = (await renderInvoice(invoice)).toString("latin1");
    expect(text).toContain("(Faktur INV-2026-000123)");
    expect(text).toContain("(D:20261231183000Z)");
    expect(text.match(/\/FontFile2/g)).toHaveLength(2);
    expect(text).not.toContain("/JavaScript");
  });

  test("of what sending an order costs alone has no line, and says how it was sent", async () => {
    const shipping = { shipping_amount: 600_000, shipping_title: "Reguler", total_amount: 600_000 };
    const alone = { ...invoice, ...shipping, subtotal_amount: 0, lines: [] };
    expect(pagesOf(await renderInvoice(alone))).toBe(1);
    expect(sha256(await renderInvoice({ ...alone, shipping_title: "Express" }))).not.toBe(
      sha256(await renderInvoice(alone)),
    );
  });

  test("takes as many pages as its lines need, and survives what people write", async () => {
    const lines = Array.from({ length: 50 }, (_, index) => ({ ...line, position: index + 1 }));
    expect(pagesOf(await renderInvoice({ ...invoice, lines }))).toBeGreaterThan(1);
    expect(pagesOf(await renderInvoice(invoice))).toBe(1);
    const strange = `${"x".repeat(400)}\u0000\u202e\u{1f600} 漢字 \ud800 (\\) <b>`;
    const odd = {
      ...invoice,
      buyer_name: strange,
      buyer_email: null,
      seller_address: strange,
      lines: [{ ...line, title: strange }],
    };
    expect(pagesOf(await renderInvoice(odd))).toBeGreaterThan(0);
  });
});

test("the mail of an invoice names it in the subject, and escapes what people wrote", () => {
  const facts = {
    shop: "Toko",
    firstName: "Ayu <b>",
    kind: "credit_note" as const,
    number: "CN-2026-000001",
    orderNumber: "SL-1",
    currency: "USD",
    minorUnits: 2,
    totalAmount: 1250,
    orderUrl: "http://shop.test/orders/1",
  };
  const mail = invoiceIssued(facts, "en");
  expect(mail.subject).toBe("Credit note CN-2026-000001 from Toko");
  expect(mail.html).toContain("Ayu &lt;b&gt;");
  expect(mail.text).toContain("$12.50");
});
