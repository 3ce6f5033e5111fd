import { expect, test } from "vitest";
import { expectRefusal } from "../support/expect-error.ts";
import { signUp, signUpStaff, useStack } from "../support/stack.ts";

const stack = useStack();

test("an event becomes a job that staff can follow to its end by its request id", async () => {
  const admin = await signUpStaff(stack, "admin");
  const { id } = await signUp(stack);
  const jobs = async () => {
    const { data } = await admin.client
      .from("processes")
      .select("task, status, attempts, error, events(name, relayed_at)")
      .eq("subject_id", id);
    return data;
  };
  await expect.poll(jobs).toEqual([
    {
      task: "notifications.send-welcome",
      status: "done",
      attempts: 1,
      error: null,
      events: { name: "profile.created", relayed_at: expect.any(String) },
    },
  ]);
});

test("a failed job is run again by the worker when staff retry it", async () => {
  const admin = await signUpStaff(stack, "admin");
  const { id } = await signUp(stack);
  const statusOf = async () => {
    const { data } = await admin.client
      .from("processes")
      .select("id, status, attempts")
      .eq("subject_id", id)
      .maybeSingle();
    return data;
  };
  await expect.poll(async () => (await statusOf())?.status).toBe("done");
  const job = await statusOf();
  // as if its last attempt had failed: no legal move leads from done to failed
  await stack.sql.begin(async (sql) => {
    await sql`select set_config('role', 'none', true), set_config('session_replication_role', 'replica', true)`;
    await sql`update public.processes set status = 'failed', error = 'no such mailbox' where id = ${job?.id}`;
  });
  const retried = await admin.client.rpc("retry_process", { process_id: job?.id });
  expect(retried.data).toMatchObject({ id: job?.id, status: "queued", error: null });
  await expect.poll(statusOf).toEqual({ id: job?.id, status: "done", attempts: 2 });
  await expectRefusal(admin.client.rpc("retry_process", { process_id: job?.id }), {
    code: "process_not_retryable",
    status: 409,
  });
});

test("customers see no events and no jobs, and retry nothing", async () => {
  const { client } = await signUp(stack);
  expect((await client.from("events").select("id")).data).toEqual([]);
  expect((await client.from("processes").select("id")).data).toEqual([]);
  await expectRefusal(client.rpc("retry_process", { process_id: crypto.randomUUID() }), {
    code: "permission_denied",
    status: 403,
  });
});
