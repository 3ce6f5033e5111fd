import { createHash, randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { PaymentProof } from "../../packages/sdk/src/index.ts";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { anonymousClient, signUpStaff, useStack } from "../support/stack.ts";
import { type Buyer, newBuyer, seatlineOf } from "./provider.ts";
import { offerTransfers } from "./transfer.ts";

const stack = useStack();
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const PDF = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
const picture = (bytes: Buffer = PNG, type = "image/png") => new Blob([new Uint8Array(bytes)], { type });

beforeAll(() => offerTransfers(stack.sql));

/** An order of a new buyer that is to be paid by transfer. */
async function transfer(): Promise<{ buyer: Buyer; orderId: string; paymentId: string }> {
  const buyer = await newBuyer(stack);
  const { variantId } = await publishedIntake(stack.sql, { seats: 5, price: 120_000_50 });
  const { id } = await buyer.seatline.orders.place({ lines: [{ variant_id: variantId, quantity: 1 }] });
  const { payment } = await buyer.seatline.transfers.start({ order_id: id });
  return { buyer, orderId: id, paymentId: payment.id };
}

test("a buyer sends a picture, staff look at it and reject it, the buyer is mailed why, and a PDF is approved", async () => {
  const { buyer, orderId, paymentId } = await transfer();
  const finance = seatlineOf(stack, await signUpStaff(stack, "finance"));
  const first = await buyer.seatline.transfers.sendProof({ payment_id: paymentId, file: picture() });
  const sha256 = createHash("sha256").update(PNG).digest("hex");
  expect(first).toMatchObject({ status: "submitted", mime_type: "image/png", byte_size: PNG.length, sha256 });

  const waiting = await finance.transfers.listProofs({ payment_id: paymentId, status: "submitted" });
  expect(waiting.data).toMatchObject([{ id: first.id, order_id: orderId, order_number: first.order_number }]);
  const link = await finance.transfers.proofLink(first.id);
  expect(link.file_name).toMatch(/\.png$/);
  expect(Buffer.from(await (await fetch(link.url)).arrayBuffer()).equals(PNG)).toBe(true);
  const reason = "The name on it is another one.";
  await finance.transfers.review({ proof_id: first.id, approve: false, reason });
  const mails = () =>
    stack.sql`select content from public.notifications where profile_id = ${buyer.id} and type = 'proof_rejected' and status = 'sent'`;
  await expect.poll(mails).toEqual([{ content: expect.stringContaining(reason) }]);

  const second = await buyer.seatline.transfers.sendProof({
    payment_id: paymentId,
    file: picture(PDF, "application/pdf"),
  });
  expect((await fetch((await buyer.seatline.transfers.proofLink(second.id)).url)).status).toBe(200);
  const { order } = await finance.transfers.review({ proof_id: second.id, approve: true });
  expect(order).toMatchObject({ id: orderId, status: "paid" });
  expect(await buyer.seatline.orders.get(orderId)).toMatchObject({
    status: "paid",
    payments: [{ method: "manual_transfer" }],
  });
});

describe("a file", () => {
  test("is judged by its content: a page named as a picture, an empty and a large one are refused and not kept", async () => {
    const { buyer, paymentId } = await transfer();
    const page = picture(Buffer.from("<html><script>alert(1)</script></html>"));
    const refused = { code: "media_type_not_allowed", status: 422 };
    await expectRefusal(buyer.seatline.transfers.sendProof({ payment_id: paymentId, file: page }), refused);
    const zip = picture(Buffer.from("PK\u0003\u0004 and some more bytes that are no picture"));
    await expectRefusal(buyer.seatline.transfers.sendProof({ payment_id: paymentId, file: zip }), refused);
    const large = picture(Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]));
    const attempt = await buyer.seatline.transfers
      .sendProof({ payment_id: paymentId, file: large })
      .catch((error) => error);
    expect(["file_too_large", "upload_failed"]).toContain(attempt.code);
    const proofs = await Array.fromAsync(buyer.seatline.transfers.iterateProofs({ payment_id: paymentId, limit: 2 }));
    expect(proofs.map(({ status }) => status)).toEqual(["uploading", "uploading", "uploading"]);
    const kept =
      await stack.sql`select name from storage.objects where bucket_id = 'payment-proofs' and name like any (${proofs.map(({ id }) => `%${id}`)})`;
    expect(kept.filter(({ name }) => !String(name).startsWith("incoming/"))).toEqual([]);
  });

  test("sent twenty times at once under one key is one proof with one file, and so it stays when it is sent again", async () => {
    const { buyer, paymentId } = await transfer();
    const options = { idempotencyKey: randomUUID() };
    const send = () => buyer.seatline.transfers.sendProof({ payment_id: paymentId, file: picture() }, options);
    const sent = await Promise.all(Array.from({ length: 20 }, send));
    const [{ id }] = sent as [PaymentProof];
    for (const proof of [...sent, await send()]) expect(proof).toMatchObject({ id, status: "submitted" });
    expect((await buyer.seatline.transfers.listProofs({ payment_id: paymentId })).data).toMatchObject([{ id }]);
    const kept =
      await stack.sql`select name from storage.objects where bucket_id = 'payment-proofs' and name like ${`%${id}`}`;
    expect(kept).toEqual([{ name: id }]);
  });

  test("cannot be exchanged once it was sent, nor submitted before", async () => {
    const { buyer, paymentId } = await transfer();
    const call = (name: string, body: object) =>
      fetch(`${stack.urls.api}/functions/v1/${name}`, {
        method: "POST",
        headers: {
          apikey: stack.keys.publishableKey,
          authorization: `Bearer ${buyer.token}`,
          "content-type": "application/json",
        },
        body: JSON.stringify(body),
      });
    const place = (await (await call("upload-proof", { payment_id: paymentId })).json()) as Record<string, string>;
    const proof_id = place.proof_id ?? "";
    await expectRefusal(call("submit-proof", { proof_id }), { code: "upload_not_arrived", status: 409 });
    const send = (bytes: Buffer) =>
      fetch(`${stack.urls.api}${place.path}`, {
        method: "PUT",
        body: picture(bytes),
        headers: { "content-type": "image/png" },
      });
    expect((await send(PNG)).ok).toBe(true);
    expect((await send(PDF)).ok).toBe(false);
    expect((await call("submit-proof", { proof_id })).status).toBe(200);
    await send(PDF);
    const submitted = (await (await call("submit-proof", { proof_id })).json()) as { mime_type: string };
    expect(submitted.mime_type).toBe("image/png");
    const { url } = await buyer.seatline.transfers.proofLink(proof_id);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(PNG)).toBe(true);
  });

  test("is opened to its buyer and to staff who may, and to nobody else", async () => {
    const { buyer, paymentId } = await transfer();
    const { id } = await buyer.seatline.transfers.sendProof({ payment_id: paymentId, file: picture() });
    const notFound = { code: "proof_not_found", status: 404 };
    for (const other of [(await newBuyer(stack)).seatline, seatlineOf(stack, await signUpStaff(stack, "warehouse"))]) {
      await expectRefusal(other.transfers.proofLink(id), notFound);
      expect(await other.transfers.listProofs({ payment_id: paymentId })).toEqual({ data: [], next_cursor: null });
      await expectRefusal(other.transfers.sendProof({ payment_id: paymentId, file: picture() }), {
        code: "payment_not_found",
        status: 404,
      });
    }
    for (const { client } of [buyer, { client: anonymousClient(stack) }]) {
      for (const name of [id, `incoming/${id}`]) {
        expect((await client.storage.from("payment-proofs").download(name)).data).toBeNull();
        expect((await client.storage.from("payment-proofs").createSignedUrl(name, 60)).data).toBeNull();
        expect((await client.storage.from("payment-proofs").upload(name, "x", { upsert: true })).error).not.toBeNull();
      }
    }
    expect((await fetch(`${stack.urls.api}/storage/v1/object/public/payment-proofs/${id}`)).ok).toBe(false);
  });
});
