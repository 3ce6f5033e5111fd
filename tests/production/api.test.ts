import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createSeatline } from "../../packages/sdk/src/index.ts";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { signUp, signUpStaff, useStack } from "../support/stack.ts";
import { signatureOf, waitingPush } from "./handing-over.ts";

const stack = useStack();
const unsigned = { code: "signature_invalid", status: 401 };

const seatlineOf = (token: string) =>
  createSeatline({ url: stack.urls.api, key: stack.keys.publishableKey, accessToken: async () => token });

function send(body: string, signature: string | null): Promise<Response> {
  return fetch(`${stack.urls.api}/functions/v1/process-update`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(signature ? { "seatline-signature": signature } : {}) },
    body,
  });
}

const tell = (report: Record<string, unknown>) => {
  const body = JSON.stringify(report);
  return send(body, signatureOf(body, stack.keys.reportSecret));
};

test("a paid order reaches the production system, whose reports staff see to the end", async () => {
  const buyer = await signUp(stack);
  const support = await signUpStaff(stack, "support");
  const { intakeId } = await publishedIntake(stack.sql, { seats: 5 });
  const { data } = await buyer.client.rpc("enroll", { intake_id: intakeId });
  const seatline = seatlineOf(support.token);
  const process = async () =>
    (await seatline.processes.list({ subject_id: data.order.id, task: "production.push-order" })).data[0];
  const end = { status: "done", progress: 100, message: "Handed over.", reported_at: expect.any(String) };
  await expect.poll(process).toMatchObject(end);
});

test("staff say by hand how work stands, and customers say nothing", async () => {
  const admin = await signUpStaff(stack, "admin");
  const { processId } = await waitingPush(stack.sql);
  const told = { process_id: processId, status: "done", message: "They called." } as const;
  await expectRefusal(seatlineOf((await signUp(stack)).token).processes.update(told), {
    code: "permission_denied",
    status: 403,
  });
  expect(await seatlineOf(admin.token).processes.update(told)).toMatchObject({
    status: "done",
    message: "They called.",
  });
});

describe("a report over HTTP", () => {
  test("is taken with the reporter's signature, once under its key", async () => {
    const { processId } = await waitingPush(stack.sql);
    const report = { process_id: processId, status: "waiting", progress: 30, idempotency_key: randomUUID() };
    for (let time = 0; time < 2; time++) {
      const answer = await tell(report);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ id: processId, status: "waiting", progress: 30 });
    }
    await expectRefusal(tell({ ...report, progress: 31 }), { code: "idempotency_key_reused", status: 422 });
    expect((await tell({ process_id: processId, status: "done" })).status).toBe(200);
    await expectRefusal(tell({ process_id: processId, status: "failed" }), {
      code: "illegal_status_move",
      status: 409,
    });
  });

  test("is refused unsigned, altered, with another secret, too old or dated ahead", async () => {
    const { processId } = await waitingPush(stack.sql);
    const body = JSON.stringify({ process_id: processId, status: "done" });
    const now = Math.floor(Date.now() / 1000);
    const { reportSecret, productionSecret } = stack.keys;
    await expectRefusal(send(body, null), unsigned);
    await expectRefusal(send(`${body} `, signatureOf(body, reportSecret)), unsigned);
    // what the shop signs for production must not be good for reports
    await expectRefusal(send(body, signatureOf(body, productionSecret)), unsigned);
    for (const seconds of [now - 302, now + 302])
      await expectRefusal(send(body, signatureOf(body, reportSecret, seconds)), unsigned);
    const [row] = await stack.sql`select status from public.processes where id = ${processId}`;
    expect(row?.status).toBe("waiting");
  });

  test("is refused when it is none, or about what production was never given", async () => {
    for (const body of [
      {},
      { process_id: "x", status: "done" },
      { process_id: randomUUID(), status: "done", task: "x" },
    ])
      await expectRefusal(tell(body), { code: "invalid_body", status: 400 });
    await expectRefusal(tell({ process_id: randomUUID(), status: "done" }), { code: "process_not_found", status: 404 });
    await expectRefusal(tell({ process_id: randomUUID(), status: "paid" }), { code: "invalid_report", status: 422 });
  });
});
