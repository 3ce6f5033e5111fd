import { describe, expect, test } from "vitest";
import type { Alert, Concern } from "../../packages/sdk/src/index.ts";
import { deliver } from "../payments/deliver.ts";
import { told } from "../payments/giving-back.ts";
import { paidSale } from "../payments/paid-sale.ts";
import { type ProviderEvent, paid } from "../payments/provider-events.ts";
import { openSale } from "../payments/sale.ts";
import { as, cancelOrder } from "../support/buying.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asOwner, asStaff, newCustomer, type StaffRole, staffRoles } from "../support/people.ts";
import { race } from "../support/race.ts";
import { withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

async function staff(sql: Sql, role: StaffRole): Promise<string> {
  const id = await asStaff(sql, role);
  await asOwner(sql);
  return id;
}

const raise = async (sql: Sql) => (await sql`select private.raise_alerts() as moved`)[0]?.moved as number;
const alertsOf = (sql: Sql, kind: string) =>
  sql<Alert[]>`select * from public.alerts where kind = ${kind} order by raised_at, id`;
const concerns = (sql: Sql, person: string, kind: string | null = null): Promise<Concern[]> =>
  as(sql, person, async (tx) => (await tx`select public.open_concerns(${kind}) as answer`)[0]?.answer);
const acknowledge = (sql: Sql, person: string, alertId: string, note: string | null = null): Promise<Alert> =>
  as(
    sql,
    person,
    async (tx) => (await tx`select public.acknowledge_concern(${alertId}, ${note}) as answer`)[0]?.answer,
  );

/** Everything else of the database is as it should be: no event waits for a relay that tests do not run. */
const relayed = (sql: Sql) => sql`update public.events set relayed_at = now() where relayed_at is null`;

/** Hands an event to the inbox as the worker does. */
async function read(sql: Sql, event: ProviderEvent, how = "reading"): Promise<string> {
  const [row] = await sql`
    select private.receive_provider_event('stripe', ${event.id}, ${event.type}, ${JSON.stringify(event)}::text::jsonb, ${how}) as answer`;
  return row?.answer.outcome;
}
const minutesPass = (sql: Sql, minutes: number) =>
  sql`update private.provider_events set received_at = received_at - ${minutes} * interval '1 minute',
    delivered_at = delivered_at - ${minutes} * interval '1 minute'`;

describe("a concern", () => {
  test("is an order in review: one alert at once, which somebody takes, closed when it is decided, another when it comes back", () =>
    database.rolledBack(async (sql) => {
      const sale = await paidSale(sql);
      await sql`select private.flag_order(${sale.orderId}, 'a test flags it')`;
      await relayed(sql);
      expect(await raise(sql)).toBe(1);
      await relayed(sql);
      expect(await raise(sql)).toBe(0);
      expect(await alertsOf(sql, "order_in_review")).toMatchObject([
        { subject_type: "order", subject_id: sale.orderId, closed_at: null },
      ]);
      const finance = await staff(sql, "finance");
      expect(await concerns(sql, finance, "order_in_review")).toMatchObject([
        { owner_role: "finance", age_seconds: 0, alert_id: expect.any(String), acknowledged_at: null },
      ]);
      const [alert] = await alertsOf(sql, "order_in_review");
      await acknowledge(sql, finance, alert?.id as string, "I ask the customer.");
      expect(await raise(sql)).toBe(0);
      expect(await concerns(sql, finance, "order_in_review")).toMatchObject([
        { acknowledged_by: finance, note: "I ask the customer." },
      ]);
      await sql`select public.resolve_order_review(${sale.orderId}, 'fulfil', 'all is well')`;
      expect(await raise(sql)).toBe(1);
      expect(await alertsOf(sql, "order_in_review")).toMatchObject([{ closed_at: expect.any(Date) }]);
      await sql`select private.flag_order(${sale.orderId}, 'again')`;
      await relayed(sql);
      expect(await raise(sql)).toBe(1);
      expect(await alertsOf(sql, "order_in_review")).toHaveLength(2);
      const raised = await sql`select count(*)::int as events from public.events where name = 'alert.raised'`;
      expect(raised).toEqual([{ events: 2 }]);
    }));

  test("is an event about a payment that nobody knows, until somebody has looked at it", () =>
    database.rolledBack(async (sql) => {
      const lie = paid(await openSale(sql));
      const object = lie.data.object as { id: string; metadata: Record<string, string> };
      object.metadata = { payment_id: crypto.randomUUID() };
      object.id = "cs_of_somebody_else";
      expect(await deliver(sql, lie)).toBe("needs_review");
      await relayed(sql);
      expect(await raise(sql)).toBe(1);
      const finance = await staff(sql, "finance");
      const [concern] = await concerns(sql, finance);
      expect(concern).toMatchObject({
        kind: "provider_event_unknown",
        owner_role: "finance",
        subject: expect.stringContaining(lie.id),
      });
      expect(await acknowledge(sql, finance, concern?.alert_id as string, "of the test shop")).toMatchObject({
        acknowledged_by: finance,
        note: "of the test shop",
      });
      expect(await concerns(sql, finance)).toEqual([]);
      expect(await raise(sql)).toBe(1);
      expect(await raise(sql)).toBe(0);
      expect(await alertsOf(sql, "provider_event_unknown")).toHaveLength(1);
    }));

  test("is each thing that waits for somebody", () =>
    database.rolledBack(async (sql) => {
      const open = await openSale(sql);
      await sql`update public.payments set expires_at = now() - interval '1 hour' where id = ${open.paymentId}`;
      const refunded = await paidSale(sql);
      await cancelOrder(sql, await staff(sql, "support"), refunded.orderId, { reason: "a test" });
      await sql`update public.refunds set requested_at = now() - interval '2 hours' where order_id = ${refunded.orderId}`;
      const failed = await paidSale(sql);
      await cancelOrder(sql, await staff(sql, "support"), failed.orderId, { reason: "a test" });
      const [refund] = await sql`select id from public.refunds where order_id = ${failed.orderId}`;
      await told(sql, refund?.id, "failed");
      await sql`update public.events set occurred_at = now() - interval '10 minutes'`;
      await sql`insert into private.provider_events (provider, event_id, type, payload, outcome, received_at)
        values ('stripe', 'evt_stuck', 'x', '{}', 'failed', now() - interval '10 minutes')`;
      await sql`insert into public.processes (task, event_id, subject_type, subject_id, status, started_at, finished_at)
        select 'production.push-order', min(id), 'order', ${open.orderId}, 'waiting', now() - interval '3 days', null from public.events`;
      await sql`insert into public.processes (task, event_id, subject_type, status, finished_at)
        select 'notifications.send-welcome', id, 'profile', 'failed', now() from public.events order by id limit 2`;
      await sql`insert into public.processes (task, subject_type, status, finished_at) select 'payments.reconcile', 'schedule', 'failed', now() from generate_series(1, 3)`;
      await sql`insert into public.processes (task, subject_type, status, finished_at) values ('carts.expire-due', 'schedule', 'failed', now())`;
      const admin = await staff(sql, "admin");
      const found = (await concerns(sql, admin)).map(({ kind, subject }) => [kind, subject]);
      const number = async (id: string) => (await sql`select number from public.orders where id = ${id}`)[0]?.number;
      expect(found).toHaveLength(9);
      expect(found).toEqual(
        expect.arrayContaining([
          ["payment_open", await number(open.orderId)],
          ["refund_pending", await number(refunded.orderId)],
          ["refund_failed", await number(failed.orderId)],
          ["order_in_review", await number(failed.orderId)],
          ["provider_event_failed", "x evt_stuck"],
          ["production_waiting", await number(open.orderId)],
          ["job_failed", "notifications.send-welcome (2)"],
          ["schedule_failing", "payments.reconcile"],
          ["events_undelivered", expect.stringMatching(/^from \d+ on$/)],
        ]),
      );
      expect(await raise(sql)).toBe(9);
    }));

  test("is that webhooks do not arrive: one alert for all that had to be read, until they arrive again and nothing more had to be", () =>
    database.rolledBack(async (sql) => {
      const lost = [paid(await openSale(sql)), paid(await openSale(sql)), paid(await openSale(sql))] as const;
      const late = paid(await openSale(sql));
      for (const event of [...lost, late]) expect(await read(sql, event)).toBe("applied");
      expect(await deliver(sql, late), "its webhook was only on its way").toBe("duplicate");
      await relayed(sql);
      expect(await raise(sql), "a webhook may be on its way").toBe(0);
      await minutesPass(sql, 2);
      expect(await raise(sql)).toBe(1);
      expect(await raise(sql)).toBe(0);
      const alerts = () => alertsOf(sql, "webhooks_missing");
      expect(await alerts()).toMatchObject([{ key: "webhooks:stripe", subject: "stripe (3)", closed_at: null }]);
      await minutesPass(sql, 20);
      expect(await raise(sql), "quiet is no webhook").toBe(0);
      await deliver(sql, paid(await openSale(sql)));
      await relayed(sql);
      expect(await raise(sql)).toBe(1);
      expect(await alerts()).toMatchObject([{ closed_at: expect.any(Date) }]);
      await sql`update public.alerts set closed_at = closed_at - interval '1 hour' where kind = 'webhooks_missing'`;
      await minutesPass(sql, 60);
      await read(sql, paid(await openSale(sql)));
      await relayed(sql);
      await minutesPass(sql, 2);
      expect(await raise(sql), "another disturbance").toBe(1);
      const admin = await staff(sql, "admin");
      const [concern] = await concerns(sql, admin, "webhooks_missing");
      await acknowledge(sql, admin, concern?.alert_id as string, "the endpoint had the wrong secret");
      expect(await raise(sql), "it happened just now").toBe(0);
      await minutesPass(sql, 20);
      await sql`update private.provider_events set delivered_at = null`;
      expect(await raise(sql), "somebody has looked at it").toBe(1);
      expect(await raise(sql)).toBe(0);
      expect((await alerts()).every(({ closed_at }) => closed_at !== null)).toBe(true);
    }));

  test("is no word of the provider that changed nothing, and none that answered us", () =>
    database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      await deliver(sql, paid(sale));
      expect(await read(sql, paid(sale))).toBe("ignored");
      expect(await read(sql, paid(await openSale(sql)), "answer")).toBe("applied");
      await relayed(sql);
      await minutesPass(sql, 2);
      expect(await raise(sql)).toBe(0);
    }));

  test("is told to whoever owns its kind, and to the admins when nobody does", () =>
    database.rolledBack(async (sql) => {
      const admin = await staff(sql, "admin");
      const [alert] = await sql`insert into public.alerts (kind, key, subject_type, subject, since)
        values ('order_in_review', 'order:test', 'order', 'SL-1', now()) returning id`;
      const readers = async () =>
        (await sql`select profile_id from private.alert_readers(${alert?.id})`).map(({ profile_id }) => profile_id);
      expect(await readers()).toContain(admin);
      const finance = await staff(sql, "finance");
      expect(await readers()).toContain(finance);
      expect(await readers()).not.toContain(admin);
    }));
});

describe("concerns and alerts", () => {
  test("are seen and looked after by staff who may, once, and by nobody else", () =>
    database.rolledBack(async (sql) => {
      const denied = { code: "permission_denied", status: 403 };
      const insert = async (key: string) =>
        (
          await sql`insert into public.alerts (kind, key, subject_type, subject, since) values ('job_failed', ${key}, 'process', 'x', now()) returning id`
        )[0]?.id;
      const customer = await newCustomer(sql);
      await expectRefusal(() => concerns(sql, customer), denied);
      const first = await insert("task:first");
      await expectRefusal(() => acknowledge(sql, customer, first), denied);
      expect(await as(sql, customer, (tx) => tx`select id from public.alerts`)).toEqual([]);
      for (const role of staffRoles) {
        const id = await staff(sql, role);
        if (["support", "finance", "warehouse", "admin", "auditor"].includes(role)) await concerns(sql, id);
        else await expectRefusal(() => concerns(sql, id), denied);
        if (role === "auditor") await expectRefusal(() => acknowledge(sql, id, first), denied);
      }
      const support = await staff(sql, "support");
      await acknowledge(sql, support, first);
      await expectRefusal(() => acknowledge(sql, support, first), { code: "alert_not_open", status: 409 });
      await expectRefusal(() => acknowledge(sql, support, crypto.randomUUID()), {
        code: "alert_not_found",
        status: 404,
      });
      const second = await insert("task:second");
      await expectRefusal(() => acknowledge(sql, support, second, "x".repeat(501)), {
        code: "invalid_note",
        status: 422,
      });
      await expectRefusal(() => concerns(sql, support, "nothing"), { code: "invalid_concern", status: 422 });
      const audited =
        await sql`select actor_id from public.audit_log where table_name = 'alerts' and row_key = ${first}`;
      expect(audited).toEqual([{ actor_id: support }]);
    }));
});

test("an alert is raised once by many workers at once", async () => {
  await manyWorkers(database);
});

test("without its unique index and its lock it is raised several times", async () => {
  await withSabotage(
    `drop index public.alerts_one_open_per_concern;
     do $$ begin
       execute replace(replace(pg_get_functiondef('private.raise_alerts'::regproc), 'perform pg_advisory_xact_lock(hashtextextended(''seatline.alerts'', 0));', ''),
         'on conflict (key) where (closed_at is null) do nothing', '');
     end $$`,
    manyWorkers,
    { rounds: 8 },
  );
});

async function manyWorkers(target: TestDatabase): Promise<void> {
  await newCustomer(target.sql);
  await target.sql`insert into public.processes (task, event_id, subject_type, status, finished_at)
    select 'learning.send-grade', max(id), 'x', 'failed', now() from public.events`;
  await race(target, 6, async (sql) => sql`select private.raise_alerts()`);
  const found =
    await target.sql`select count(*)::int as alerts from public.alerts where kind = 'job_failed' and closed_at is null`;
  expect(found).toEqual([{ alerts: 1 }]);
}
