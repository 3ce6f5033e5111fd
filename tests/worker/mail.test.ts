import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../packages/worker/src/database.ts";
import { windUpIntakes } from "../../packages/worker/src/tasks/courses.wind-up-intakes.ts";
import type { RunContext, ScheduledTask } from "../../packages/worker/src/tasks/task.ts";
import { orderOne, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { asCustomer, asOwner, newCustomer } from "../support/people.ts";
import { type Mailbox, openMailbox, smtpError } from "./support/mailbox.ts";
import { eventually, startWorkerProcess, type WorkerProcess } from "./support/worker-process.ts";

const database = useDatabase();
let mailbox: Mailbox;
let worker: WorkerProcess;

beforeAll(async () => {
  mailbox = await openMailbox();
  worker = await startWorkerProcess({ databaseUrl: database.url, smtpUrl: mailbox.url });
});
afterAll(async () => {
  await worker?.stop();
  await mailbox?.close();
});
beforeEach(() => {
  mailbox.refuse = () => undefined;
});

const addressOf = async (id: string) => {
  const [profile] = await database.sql`select email from public.profiles where id = ${id}`;
  return profile?.email as string;
};
const mailsTo = async (id: string, count = 1) => {
  const address = await addressOf(id);
  return await eventually(
    () => {
      const mails = mailbox.mails.filter((mail) => mail.recipient === address);
      return mails.length >= count && mails;
    },
    { what: `${count} mails to ${address}\n${worker.output()}` },
  );
};
const processOf = async (subjectId: string, task: string, status: string) =>
  await eventually(
    async () => {
      const [row] = await database.sql`
        select * from public.processes where subject_id = ${subjectId} and task = ${task} and status = ${status}`;
      return row;
    },
    { what: `${task} ${status}\n${worker.output()}` },
  );

async function signUp(firstName: string, locale: string): Promise<string> {
  return await database.sql.begin(async (sql) => {
    const id = await newCustomer(sql);
    await sql`update public.profiles set first_name = ${firstName}, locale = ${locale} where id = ${id}`;
    return id;
  });
}

async function placeFreeOrder(
  customerId: string,
  { forAPerson = false } = {},
): Promise<{ id: string; number: string }> {
  const { intakeId } = await publishedIntake(database.sql, { starts: new Date(Date.now() + 86_400_000) });
  return await database.sql.begin(async (sql) => {
    await asCustomer(sql, customerId);
    await sql`select set_config('request.headers', '{"x-request-id":"req-from-browser"}', true)`;
    const [row] = await sql`select public.enroll(${intakeId}) as answer`;
    await asOwner(sql);
    if (forAPerson) await sql`select private.flag_order(${row?.answer.order.id}, 'a test wants a person')`;
    return row?.answer.order;
  });
}

/** Runs a task of the schedule as the worker would; gives what it answers. */
async function runNow(task: ScheduledTask): Promise<number> {
  const sql = openDatabase(database.url);
  const log = pino({ level: "silent" });
  const signal = new AbortController().signal;
  const context = { sql, log, signal, correlationId: `test-${randomUUID()}` } as unknown as RunContext;
  return await task(context).finally(() => sql.end());
}

describe("mail", () => {
  it("tells everybody in a cancelled intake why it ended and what goes back", async () => {
    const [payer, waiter] = [await signUp("Ayu", "en"), await signUp("Budi", "id")];
    const intake = await publishedIntake(database.sql, { seats: 1, price: 150_000_00 });
    const order = await orderOne(database.sql, payer, intake.variantId);
    await payOrder(database.sql, payer, order.id);
    await database.sql.begin(async (sql) => {
      await asCustomer(sql, waiter);
      await sql`select public.join_waitlist(${intake.intakeId})`;
    });
    await database.sql`select private.cancel_intake(${intake.intakeId}, 'the teacher is ill', null)`;
    expect(await runNow(windUpIntakes)).toBe(2);
    expect(await runNow(windUpIntakes)).toBe(0);
    const told = async (id: string, count: number) =>
      (await mailsTo(id, count)).find(({ subject }) => subject?.match(/^(Cancelled|Dibatalkan): /))?.text;
    const text = await eventually(() => told(payer, 1), { what: `a mail about it\n${worker.output()}` });
    expect(text?.replaceAll("\u00a0", " ")).toMatch(/The reason: the teacher is ill[\s\S]*IDR 150,000 that you paid/);
    expect(await eventually(() => told(waiter, 1), { what: worker.output() })).not.toContain("kembalikan");
  });

  it("carries a message of those who teach to each learner once, in its own words", async () => {
    const learner = await signUp("Sari", "en");
    const intake = await publishedIntake(database.sql, { seats: 2 });
    await database.sql.begin(async (sql) => {
      await asCustomer(sql, learner);
      await sql`select public.enroll(${intake.intakeId})`;
    });
    const [sent] = await database.sql`
      select private.message_intake(${intake.intakeId}, 'Tomorrow', ${"Bring <b>a pen</b>.\n\nSee you."}, 'active', null) as answer`;
    const found = await eventually(async () => (await mailsTo(learner)).find(({ subject }) => subject === "Tomorrow"), {
      what: `the message\n${worker.output()}`,
    });
    expect(found?.text).toContain("Bring <b>a pen</b>.\n\nSee you.");
    expect(found?.html).toContain("&lt;b&gt;");
    const key = `intake-message:${sent?.answer.id}:${learner}`;
    expect(await database.sql`select type from public.notifications where effect_key = ${key}`).toEqual([
      { type: "intake_message" },
    ]);
  });

  it("greets a new person by name, in their language, once", async () => {
    const id = await signUp("Ayu <b>", "en");
    const [mail] = await mailsTo(id);
    expect(mail?.subject).toBe("Welcome to Seatline Academy");
    expect(mail?.text).toContain("Hello Ayu <b>,");
    expect(mail?.html).toContain("Hello Ayu &lt;b&gt;,");
    const done = await processOf(id, "notifications.send-welcome", "done");
    expect(done.attempts).toBe(1);
    const [notification] = await database.sql`select status from public.notifications where profile_id = ${id}`;
    expect(notification?.status).toBe("sent");
  });

  it("confirms an order with the request id of the browser that placed it", async () => {
    const id = await signUp("Budi", "id");
    const order = await placeFreeOrder(id);
    const mail = (await mailsTo(id, 2)).find(({ subject }) => subject?.includes(order.number));
    expect(mail?.subject).toBe(`Pesanan ${order.number} sudah lunas`);
    expect(mail?.headers).toContainEqual(
      expect.objectContaining({ key: "x-correlation-id", value: "req-from-browser" }),
    );
    const done = await processOf(order.id, "notifications.send-order-confirmation", "done");
    expect(done.correlation_id).toBe("req-from-browser");
  });

  it("confirms an order that came before a person before its mail went out when the review has ended, once", async () => {
    const id = await signUp("Citra", "en");
    const order = await placeFreeOrder(id, { forAPerson: true });
    const confirmed = async () => (await mailsTo(id)).filter(({ subject }) => subject?.includes(order.number)).length;
    await processOf(order.id, "notifications.send-order-confirmation", "done");
    expect(await confirmed(), "while it waits").toBe(0);
    for (const reviews of [1, 2]) {
      if (reviews === 2) await database.sql`select private.flag_order(${order.id}, 'a test wants a person again')`;
      await database.sql`select public.resolve_order_review(${order.id}, 'fulfil', 'a test decides')`;
      const ended = await eventually(
        async () => {
          const rows = await database.sql`select status from public.processes
            where subject_id = ${order.id} and task = 'notifications.send-order-confirmation' and status = 'done'`;
          return rows.length > reviews;
        },
        { what: `the mail after review ${reviews}\n${worker.output()}` },
      );
      expect([ended, await confirmed()]).toEqual([true, 1]);
    }
  });

  it("sends again when the mail server was busy, with the same Message-ID and one notification", async () => {
    let refusals = 0;
    mailbox.refuse = () => (refusals++ < 1 ? smtpError(451) : undefined);
    const id = await newCustomer(database.sql);
    await mailsTo(id);
    const done = await processOf(id, "notifications.send-welcome", "done");
    expect(done.attempts).toBe(2);
    const rows = await database.sql`select status from public.notifications where profile_id = ${id}`;
    expect(rows.map(({ status }) => status)).toEqual(["sent"]);
  });

  it("keeps a mail that is refused for good as a dead letter, the neighbours arrive, and staff can have it sent again", async () => {
    const poisoned = await database.sql.begin(async (sql) => {
      const id = await newCustomer(sql);
      const [profile] = await sql`select email from public.profiles where id = ${id}`;
      mailbox.refuse = (recipient) => (recipient === profile?.email ? smtpError(550) : undefined);
      return id;
    });
    const neighbours = await Promise.all(Array.from({ length: 5 }, () => newCustomer(database.sql)));
    for (const neighbour of neighbours) await mailsTo(neighbour);
    const failed = await processOf(poisoned, "notifications.send-welcome", "failed");
    expect(failed.error).toContain("550");
    const [notification] = await database.sql`select status from public.notifications where profile_id = ${poisoned}`;
    expect(notification?.status).toBe("failed");
    // the process says so first, then pg-boss moves the job
    const letters = () =>
      database.sql`select from pgboss.job where name = 'dead-letters' and data ->> 'process_id' = ${failed.id}`;
    await expect.poll(async () => (await letters()).length).toBe(1);

    mailbox.refuse = () => undefined;
    await database.sql`select public.retry_process(${failed.id})`;
    await mailsTo(poisoned);
    await processOf(poisoned, "notifications.send-welcome", "done");
  });

  it("writes to nobody when the account was closed meanwhile", async () => {
    const id = await database.sql.begin(async (sql) => {
      const person = await newCustomer(sql);
      await sql`update public.profiles set email = null, closed_at = now() where id = ${person}`;
      return person;
    });
    await processOf(id, "notifications.send-welcome", "done");
    const rows = await database.sql`select from public.notifications where profile_id = ${id}`;
    expect(rows).toHaveLength(0);
  });
});
