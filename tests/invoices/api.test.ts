import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { describe, expect, test } from "vitest";
import type { InvoiceSummary } from "../../packages/sdk/src/index.ts";
import { renderInvoice } from "../../packages/worker/src/invoice-pdf/render-invoice.ts";
import { handleInvoiceLink, type InvoiceLinkDeps } from "../../supabase/functions/invoice-link/handler.ts";
import { newPlan } from "../instalments/paying.ts";
import { atProvider, type Buyer, newBuyer, seatlineOf, startCheckout } from "../payments/provider.ts";
import { refusal } from "../sdk/refusal.ts";
import { anonymousClient, signUpStaff, useStack } from "../support/stack.ts";

const stack = useStack();
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Buys a seat and waits until the invoice is issued, kept and mailed. */
async function invoicedPurchase(buyer: Buyer): Promise<{ orderId: string; invoice: InvoiceSummary }> {
  const { orderId, sessionId } = await startCheckout(stack, buyer);
  expect(await atProvider(stack, sessionId, "pay")).toBe(200);
  return { orderId, invoice: await documentOf(buyer, orderId, "invoice") };
}

/** Waits for the one document of this kind and its mail. */
async function documentOf(buyer: Buyer, orderId: string, kind: InvoiceSummary["kind"]): Promise<InvoiceSummary> {
  await expect.poll(async () => (await sent(orderId, kind)).map(({ status }) => status)).toEqual(["sent"]);
  const { data } = await buyer.seatline.invoices.list({ order_id: orderId, kind });
  expect(data).toHaveLength(1);
  return data[0] as InvoiceSummary;
}

async function sent(orderId: string, kind: string) {
  return stack.sql`select notifications.status from public.invoices
    join public.notifications on notifications.effect_key = 'invoice:' || invoices.id
    where invoices.order_id = ${orderId} and invoices.kind = ${kind}`;
}

/** The mails that the sink keeps for an address, newest first, parsed from what was sent. */
async function mailsTo(email: string) {
  const folder = join(stack.home, "mail");
  const files = readdirSync(folder).filter((name) => name.endsWith(".eml"));
  const raws = files.map((name) => readFileSync(join(folder, name))).filter((raw) => raw.includes(email));
  return Promise.all(raws.map((raw) => PostalMime.parse(raw)));
}

describe("an invoice over HTTP", () => {
  test("follows a payment, can be downloaded by link, is mailed, and comes out the same when it is made again", async () => {
    const buyer = await newBuyer(stack);
    const { orderId, invoice } = await invoicedPurchase(buyer);
    const whole = await buyer.seatline.invoices.get(invoice.id);
    expect(whole).toMatchObject({ ...invoice, order_id: orderId, buyer_email: buyer.email, locale: "en" });
    expect(whole.lines).toHaveLength(1);

    const link = await buyer.seatline.invoices.link(invoice.id);
    expect(link).toMatchObject({ invoice_id: invoice.id, file_name: `${invoice.number}.pdf` });
    const response = await fetch(link.url);
    expect(response.headers.get("content-type")).toBe("application/pdf");
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.subarray(0, 5).toString()).toBe("%PDF-");
    expect({ pdf_sha256: sha256(bytes), pdf_bytes: bytes.length }).toEqual({
      pdf_sha256: invoice.pdf_sha256,
      pdf_bytes: invoice.pdf_bytes,
    });
    expect((await renderInvoice(whole)).equals(bytes)).toBe(true);

    const mails = (await mailsTo(buyer.email)).filter(({ subject }) => subject?.includes(invoice.number));
    expect(mails).toHaveLength(1);
    const [attachment] = mails[0]?.attachments ?? [];
    expect(attachment).toMatchObject({ filename: `${invoice.number}.pdf`, mimeType: "application/pdf" });
    expect(sha256(new Uint8Array(attachment?.content as ArrayBuffer))).toBe(invoice.pdf_sha256);
  });

  test("is one, with one mail, although its events are told again and again", async () => {
    const buyer = await newBuyer(stack);
    const { orderId, invoice } = await invoicedPurchase(buyer);
    const again = await stack.sql`insert into public.events (name, subject_type, subject_id)
      select name, subject_type, subject_id from unnest(array['order.paid', 'invoice.issued', 'order.paid', 'invoice.issued'],
        array['order', 'invoice', 'order', 'invoice'], array[${orderId}, ${invoice.id}, ${orderId}, ${invoice.id}]::uuid[])
        as told (name, subject_type, subject_id)
      returning id`;
    const ids = again.map(({ id }) => id as number);
    const open = () => stack.sql`select task, status, error from public.processes
      where event_id = any (${ids}) and task like 'invoices.%' and status = 'done'`;
    await expect.poll(async () => (await open()).length).toBe(4);
    expect((await buyer.seatline.invoices.list({ order_id: orderId })).data).toEqual([invoice]);
    const mails = (await mailsTo(buyer.email)).filter(({ subject }) => subject?.includes(invoice.number));
    expect(mails).toHaveLength(1);
  });

  test("is corrected by a credit note when staff cancel the order and the money is back", async () => {
    const [buyer, support] = [await newBuyer(stack), await signUpStaff(stack, "support")];
    const { orderId, invoice } = await invoicedPurchase(buyer);
    await seatlineOf(stack, support).orders.cancel({ order_id: orderId, reason: "The teacher is ill." });
    const creditNote = await documentOf(buyer, orderId, "credit_note");
    expect(creditNote).toMatchObject({ corrects_id: invoice.id, total_amount: invoice.total_amount });
    expect(creditNote.number).toMatch(/^CN-\d{4}-\d{6}$/);
    const { url } = await buyer.seatline.invoices.link(creditNote.id);
    expect(sha256(new Uint8Array(await (await fetch(url)).arrayBuffer()))).toBe(creditNote.pdf_sha256);
    const all = await Array.fromAsync(buyer.seatline.invoices.iterate({ limit: 1 }), ({ kind }) => kind);
    expect(all).toEqual(["credit_note", "invoice"]);
    const mails = async () => (await mailsTo(buyer.email)).map(({ subject }) => subject ?? "");
    await expect.poll(async () => (await mails()).filter((each) => each.includes(creditNote.number)).length).toBe(1);
  });

  test("of an order in parts says that it is owed, and is corrected by a credit note when the rest is given up", async () => {
    const [buyer, finance] = [await newBuyer(stack), seatlineOf(stack, await signUpStaff(stack, "finance"))];
    const { orderId } = await startCheckout(stack, buyer);
    const schedule = await buyer.seatline.instalments.start({ order_id: orderId, plan_id: await newPlan(stack.sql) });
    const { payment } = await buyer.seatline.checkout.start({
      order_id: orderId,
      amount: schedule.instalments[0]?.amount ?? 0,
    });
    const [row] = await stack.sql`select session_id from public.payments where id = ${payment.id}`;
    expect(await atProvider(stack, row?.session_id, "pay")).toBe(200);
    const invoice = await documentOf(buyer, orderId, "invoice");
    expect(invoice.paid_on).toBeNull();
    await finance.instalments.writeOff({ order_id: orderId, reason: "cannot be reached" });
    const creditNote = await documentOf(buyer, orderId, "credit_note");
    expect(creditNote).toMatchObject({
      corrects_id: invoice.id,
      refund_id: null,
      total_amount: invoice.total_amount - payment.amount,
    });
    const [mail] = (await mailsTo(buyer.email)).filter(({ subject }) => subject?.includes(creditNote.number));
    expect(mail?.text).toContain("need not be paid any more");
  });

  test("is there for its buyer and for staff who may, and for nobody else", async () => {
    const buyer = await newBuyer(stack);
    const { invoice } = await invoicedPurchase(buyer);
    const finance = await signUpStaff(stack, "finance");
    expect((await fetch((await seatlineOf(stack, finance).invoices.link(invoice.id)).url)).status).toBe(200);
    const notFound = { code: "invoice_not_found", status: 404 };
    for (const other of [await newBuyer(stack), await signUpStaff(stack, "warehouse")]) {
      const { invoices } = seatlineOf(stack, other);
      expect(await refusal(invoices.get(invoice.id))).toMatchObject(notFound);
      expect(await refusal(invoices.link(invoice.id))).toMatchObject(notFound);
      expect((await invoices.list()).data).toEqual([]);
    }
    const name = await nameOf(invoice.id);
    for (const { client } of [buyer, finance, { client: anonymousClient(stack) }]) {
      expect((await client.storage.from("invoices").download(name)).data).toBeNull();
      expect((await client.storage.from("invoices").createSignedUrl(name, 60)).data).toBeNull();
      expect((await client.storage.from("invoices").upload(name, "x", { upsert: true })).error).not.toBeNull();
    }
    expect((await fetch(`${stack.urls.api}/storage/v1/object/public/invoices/${name}`)).ok).toBe(false);
    const anon = await fetch(`${stack.urls.api}/functions/v1/invoice-link`, {
      method: "POST",
      headers: { apikey: stack.keys.publishableKey, "content-type": "application/json" },
      body: JSON.stringify({ invoice_id: invoice.id }),
    });
    expect([anon.status, (await anon.json()).code]).toEqual([401, "sign_in_required"]);
  });

  test("whose link is altered opens nothing", async () => {
    const [first, second] = [await newBuyer(stack), await newBuyer(stack)];
    const [mine, theirs] = [await invoicedPurchase(first), await invoicedPurchase(second)];
    const { url } = await first.seatline.invoices.link(mine.invoice.id);
    const swapped = url.replace(await nameOf(mine.invoice.id), await nameOf(theirs.invoice.id));
    expect(swapped).not.toBe(url);
    expect((await fetch(swapped)).ok).toBe(false);
  });
});

async function nameOf(invoiceId: string): Promise<string> {
  const [row] = await stack.sql`select pdf_path from public.invoices where id = ${invoiceId}`;
  return row?.pdf_path;
}

describe("the function invoice-link", () => {
  const invoice_id = "6f4f5a4e-0000-4000-8000-000000000001";
  const ask = (body: unknown, invoice: object, method = "POST", signed: object = {}) => {
    const deps = {
      now: () => 0,
      asUser: { rpc: () => ({ setHeader: async () => ({ data: invoice, error: null, status: 200 }) }) },
      asService: { storage: { from: () => ({ createSignedUrl: async () => signed }) } },
    } as unknown as InvoiceLinkDeps;
    const init = method === "POST" ? { method, body: JSON.stringify(body) } : { method };
    return handleInvoiceLink(new Request("http://functions.test/invoice-link", init), deps);
  };
  const ready = { id: invoice_id, number: "INV-2026-000001", pdf_path: "2026/a.pdf" };

  test("asks to wait while the PDF is being made", async () => {
    await expect(ask({ invoice_id }, { ...ready, pdf_path: null })).rejects.toMatchObject({
      code: "invoice_not_ready",
      status: 409,
    });
  });

  test("refuses another method and another body", async () => {
    await expect(ask(null, ready, "GET")).rejects.toMatchObject({ code: "method_not_allowed", status: 405 });
    for (const body of [{}, { invoice_id: "1" }, { invoice_id, more: 1 }, [], null])
      await expect(ask(body, ready)).rejects.toMatchObject({ code: "invalid_body", status: 400 });
  });

  test("answers a path without a host, and 503 when Storage is away", async () => {
    const signed = {
      data: { signedUrl: "http://inside:8000/storage/v1/object/sign/invoices/a.pdf?token=t" },
      error: null,
    };
    const answer = await (await ask({ invoice_id }, ready, "POST", signed)).json();
    expect(answer).toEqual({
      invoice_id,
      file_name: "INV-2026-000001.pdf",
      path: "/storage/v1/object/sign/invoices/a.pdf?token=t",
      expires_at: "1970-01-01T00:05:00.000Z",
    });
    const away = { data: null, error: new Error("away") };
    await expect(ask({ invoice_id }, ready, "POST", away)).rejects.toMatchObject({
      code: "storage_unavailable",
      status: 503,
    });
  });
});
