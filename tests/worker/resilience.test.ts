import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { type Mailbox, openMailbox } from "./support/mailbox.ts";
import { eventually, runWorker, startWorkerProcess, type WorkerProcess } from "./support/worker-process.ts";

const database = useDatabase();
let mailbox: Mailbox;
let worker: WorkerProcess;

beforeAll(async () => {
  mailbox = await openMailbox();
  worker = await startWorkerProcess(options());
});
afterAll(async () => {
  await worker?.stop();
  await mailbox?.close();
}, 90_000);

const options = () => ({ databaseUrl: database.url, smtpUrl: mailbox.url });
const get = async (path: string) => await fetch(`http://127.0.0.1:${worker.port}${path}`);
const arrived = async (id: string) => {
  const [profile] = await database.sql`select email from public.profiles where id = ${id}`;
  await eventually(() => mailbox.mails.some(({ recipient }) => recipient === profile?.email), {
    within: 40_000,
    what: `a mail to ${profile?.email}\n${worker.output()}`,
  });
};

describe("a worker", () => {
  it("shows its queues, its oldest event and its runs to Prometheus", async () => {
    await arrived(await newCustomer(database.sql));
    const text = await eventually(async () => {
      const metrics = await (await get("/metrics")).text();
      return (
        /seatline_task_seconds_count\{task="notifications.send-welcome",outcome="done"\} 1/.test(metrics) && metrics
      );
    });
    expect(text).toMatch(/^seatline_oldest_event_seconds 0$/m);
    expect(text).toMatch(/^seatline_dead_letters 0$/m);
    expect(text).toMatch(/^seatline_oldest_open_payment_seconds 0$/m);
    expect(text).toMatch(/^seatline_queue_jobs\{queue="payments.send-refund",state="ready"\} 0$/m);
    expect(text).toMatch(/^seatline_events_relayed_total 1$/m);
  });

  it("goes on when the database drops all its connections", async () => {
    for (let round = 0; round < 3; round++) {
      await database.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like 'seatline worker%'`;
      await arrived(await newCustomer(database.sql));
    }
    expect((await get("/health")).status).toBe(200);
  }, 130_000);

  it("waits for a database that refuses connections, says so, and comes back", async () => {
    const [row] = await database.sql`select current_database() as name`;
    await database.sql.unsafe(`alter database "${row?.name}" with connection limit 0`);
    try {
      await database.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like 'seatline worker%'`;
      await eventually(async () => (await get("/health")).status === 503, { what: "health tells of it" });
    } finally {
      await database.sql.unsafe(`alter database "${row?.name}" with connection limit -1`);
    }
    await arrived(await newCustomer(database.sql));
    await eventually(async () => (await get("/health")).status === 200);
  }, 90_000);

  it("finishes what is running before it ends, and leaves the rest for the next one", async () => {
    const accepting = Promise.withResolvers<void>();
    const holding = Promise.withResolvers<void>();
    mailbox.hold = async () => {
      accepting.resolve();
      await holding.promise;
    };
    const id = await newCustomer(database.sql);
    await accepting.promise;
    worker.signal("SIGTERM");
    await eventually(async () => (await get("/health")).status === 503);
    mailbox.hold = async () => {};
    holding.resolve();
    expect(await worker.exited).toBe(0);
    const [process] = await database.sql`select status, attempts from public.processes where subject_id = ${id}`;
    expect(process).toEqual({ status: "done", attempts: 1 });

    const next = await newCustomer(database.sql);
    worker = await startWorkerProcess(options());
    await arrived(next);
  }, 90_000);

  it("hands a frozen worker's job to another; a mail that leaves twice by that keeps its Message-ID", async () => {
    const accepting = Promise.withResolvers<void>();
    const holding = Promise.withResolvers<void>();
    mailbox.hold = async () => {
      accepting.resolve();
      await holding.promise;
    };
    const id = await newCustomer(database.sql);
    await accepting.promise;
    worker.signal("SIGSTOP");
    mailbox.hold = async () => {};
    const other = await startWorkerProcess(options());
    await eventually(
      async () => {
        const [process] = await database.sql`select status from public.processes where subject_id = ${id}`;
        return process?.status === "done";
      },
      { within: 60_000, what: `the other worker takes the job over\n${other.output()}` },
    );
    worker.signal("SIGCONT");
    holding.resolve();
    await other.stop();
    await arrived(await newCustomer(database.sql));
    const rows =
      await database.sql`select status, sent_at is not null as sent from public.notifications where profile_id = ${id}`;
    expect([...rows]).toEqual([{ status: "sent", sent: true }]);
    const [profile] = await database.sql`select email from public.profiles where id = ${id}`;
    const mails = mailbox.mails.filter(({ recipient }) => recipient === profile?.email);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
  }, 180_000);

  it("sends dead letters back when told to", async () => {
    mailbox.refuse = () => Object.assign(new Error("no"), { responseCode: 550 });
    const id = await newCustomer(database.sql);
    await eventually(async () => {
      const [process] = await database.sql`select status from public.processes where subject_id = ${id}`;
      return process?.status === "failed";
    });
    mailbox.refuse = () => undefined;
    const listed = await runWorker({ ...options(), args: ["dead-letters"] });
    expect(listed.output).toContain("notifications.send-welcome");
    const redriven = await runWorker({ ...options(), args: ["redrive", "notifications.send-welcome"] });
    expect(redriven.output).toContain("1 jobs sent back.");
    await arrived(id);
    const wrong = await runWorker({ ...options(), args: ["redrive", "no.such-task"] });
    expect(wrong.code).toBe(1);
    expect(wrong.output).toContain("Known tasks");
  }, 90_000);

  it("says everything that is missing from its environment at once", async () => {
    const { code, output } = await runWorker({ databaseUrl: "mysql://x", smtpUrl: "" });
    expect(code).toBe(1);
    expect(output).toContain("DATABASE_URL");
    expect(output).toContain("SMTP_URL");
  }, 60_000);

  it("logs no address and no secret", () => {
    expect(worker.output()).not.toMatch(/@example\.test|sk_test_worker|postgres:\/\//);
  });
});
