import { describe, expect, test } from "vitest";
import { type Buyer, newBuyer, seatlineOf } from "../payments/provider.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { stockedVariant } from "../support/goods.ts";
import { anonymousClient, signUpStaff, useStack } from "../support/stack.ts";

const stack = useStack();
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const picture = (bytes: Buffer = PNG) => new Blob([new Uint8Array(bytes)], { type: "image/png" });

/** A new buyer who paid three of something with store credit, and complains about two of them. */
async function complaining() {
  const buyer = await newBuyer(stack);
  const thing = await stockedVariant(stack.sql, 10, { status: "published", price: 10_00 });
  await buyer.seatline.people.addresses.add({
    recipient: "Sari",
    phone: "+62 811 222 333",
    street: "Jl. Dago 12",
    city: "Bandung",
    province: "Jawa Barat",
    postal_code: "40135",
  });
  const order = await buyer.seatline.orders.place({ lines: [{ variant_id: thing, quantity: 3 }] });
  await stack.sql`select private.grant_store_credit(${buyer.id}, ${order.total_amount}, 'IDR', 'for a test', null)`;
  await buyer.client.rpc("pay_with_store_credit", { order_id: order.id });
  const complaint = await buyer.seatline.complaints.open({
    order_id: order.id,
    type: "damaged",
    description: "Two of the three are broken.",
    lines: [{ order_item_id: order.items[0]?.id as string, quantity: 2 }],
    wanted: "store_credit",
  });
  return { buyer, order, complaint };
}

const mailsOf = (buyer: Buyer) => async () =>
  (
    await stack.sql`select type from public.notifications where profile_id = ${buyer.id} and type like 'complaint%' and status = 'sent' order by created_at`
  ).map(({ type }) => type);

test("a customer complains with a picture, support asks and finance pays, and the customer is mailed of each", async () => {
  const { buyer, order, complaint } = await complaining();
  const { complaints } = buyer.seatline;
  const evidence = await complaints.addEvidence({ complaint_id: complaint.id, file: picture() });
  expect(evidence).toMatchObject({ mime_type: "image/png", byte_size: PNG.length });
  const support = seatlineOf(stack, await signUpStaff(stack, "support"));
  const finance = seatlineOf(stack, await signUpStaff(stack, "finance"));
  expect((await support.complaints.search({ q: complaint.number })).data).toMatchObject([
    { id: complaint.id, status: "open" },
  ]);
  const link = await support.complaints.evidenceLink(evidence.id);
  expect(link.file_name).toMatch(/\.png$/);
  expect(Buffer.from(await (await fetch(link.url)).arrayBuffer()).equals(PNG)).toBe(true);
  await support.complaints.startReview(complaint.id);
  await support.complaints.write({ complaint_id: complaint.id, body: "He is right." });
  await support.complaints.write({ complaint_id: complaint.id, body: "Which two?", visible_to_customer: true });
  await complaints.write({ complaint_id: complaint.id, body: "The blue ones." });
  const seen = await complaints.get(complaint.id);
  expect(seen.messages.map(({ body }) => body)).toEqual(["Which two?", "The blue ones."]);
  await expectRefusal(
    support.complaints.resolve({ complaint_id: complaint.id, resolution: "store_credit", note: "Sorry." }),
    {
      code: "permission_denied",
      status: 403,
    },
  );
  const resolved = await finance.complaints.resolve({
    complaint_id: complaint.id,
    resolution: "store_credit",
    note: "Sorry.",
  });
  expect(resolved).toMatchObject({
    status: "resolved",
    settlement: "settled",
    resolutions: [{ refunds: [{ amount: 20_00 }] }],
  });
  expect((await buyer.seatline.orders.get(order.id)).complaints).toMatchObject([
    { id: complaint.id, resolution: "store_credit" },
  ]);
  expect((await complaints.search()).data).toMatchObject([{ number: complaint.number, assignee_id: null }]);
  await expect.poll(mailsOf(buyer)).toEqual(["complaint_opened", "complaint_answered", "complaint_ended"]);
});

test("a complaint is changed, assigned, replaced, reopened, rejected, and another withdrawn", async () => {
  const { buyer, order, complaint } = await complaining();
  const { complaints } = buyer.seatline;
  const person = await signUpStaff(stack, "support");
  const support = seatlineOf(stack, person);
  expect(await complaints.update({ complaint_id: complaint.id, wanted: "replacement" })).toMatchObject({
    wanted: "replacement",
  });
  await support.complaints.assign({ complaint_id: complaint.id, assignee_id: person.id });
  expect((await support.complaints.search({ assignee_id: person.id })).data).toHaveLength(1);
  const sent = await support.complaints.resolve({
    complaint_id: complaint.id,
    resolution: "replacement",
    note: "On its way.",
  });
  const replacement = sent.resolutions[0]?.replacement;
  expect(await buyer.seatline.orders.get(replacement?.order_id as string)).toMatchObject({
    status: "paid",
    total_amount: 0,
  });
  await complaints.reopen({ complaint_id: complaint.id, message: "Broken again." });
  await support.complaints.resolve({ complaint_id: complaint.id, resolution: "rejected", note: "These are whole." });
  expect((await complaints.get(complaint.id)).resolutions).toHaveLength(2);
  const other = await complaints.open({ order_id: order.id, type: "other", description: "Late." });
  expect((await complaints.withdraw(other.id)).status).toBe("withdrawn");
  const pages = await Array.fromAsync(complaints.iterate({ limit: 1 }));
  expect(pages.map(({ id }) => id)).toEqual([other.id, complaint.id]);
});

describe("evidence", () => {
  test("is judged by its content, and opened to its customer and to staff who may, and to nobody else", async () => {
    const { buyer, complaint } = await complaining();
    const { complaints } = buyer.seatline;
    const page = picture(Buffer.from("<html><script>alert(1)</script></html>"));
    await expectRefusal(complaints.addEvidence({ complaint_id: complaint.id, file: page }), {
      code: "media_type_not_allowed",
      status: 422,
    });
    const { id } = await complaints.addEvidence({ complaint_id: complaint.id, file: picture() });
    const notFound = { code: "evidence_not_found", status: 404 };
    for (const other of [(await newBuyer(stack)).seatline, seatlineOf(stack, await signUpStaff(stack, "warehouse"))]) {
      await expectRefusal(other.complaints.evidenceLink(id), notFound);
      await expectRefusal(other.complaints.addEvidence({ complaint_id: complaint.id, file: picture() }), {
        code: "complaint_not_found",
        status: 404,
      });
    }
    for (const { client } of [buyer, { client: anonymousClient(stack) }])
      for (const name of [id, `incoming/${id}`])
        expect((await client.storage.from("complaint-evidence").download(name)).data).toBeNull();
    const { url } = await complaints.evidenceLink(id);
    expect((await fetch(url)).status).toBe(200);
    expect((await complaints.removeEvidence(id)).evidence).toEqual([]);
    await expect.poll(async () => (await fetch(url)).ok).toBe(false);
  });

  test("is asked for in one of three ways", async () => {
    const { buyer } = await complaining();
    const call = (method: string, body?: object) =>
      fetch(`${stack.urls.api}/functions/v1/complaint-evidence`, {
        method,
        headers: {
          apikey: stack.keys.publishableKey,
          authorization: `Bearer ${buyer.token}`,
          "content-type": "application/json",
        },
        body: body ? JSON.stringify(body) : undefined,
      });
    await expectRefusal(call("POST", { step: "finish" }), { code: "invalid_body", status: 400 });
    await expectRefusal(call("GET"), { code: "method_not_allowed", status: 405 });
  });
});
