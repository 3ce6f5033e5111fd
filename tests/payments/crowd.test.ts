import { describe, expect, test } from "vitest";
import { applyTakenEvents } from "../../packages/worker/src/apply-taken-events.ts";
import { createLog } from "../../packages/worker/src/log.ts";
import type { Database } from "../../supabase/functions/_shared/call-verb.ts";
import type { ProviderEvent as InboxEvent } from "../../supabase/functions/_shared/payments/provider.ts";
import { WebhookInbox } from "../../supabase/functions/_shared/payments/webhook-inbox.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { expectInvariants } from "../support/invariants.ts";
import { withSabotage } from "../support/sabotage.ts";
import { actingAs } from "./acting-as.ts";
import { clientOf, workerSql } from "./crashing.ts";
import { outcomeOf } from "./outcome.ts";
import { paid } from "./provider-events.ts";
import { openSale, PRICE, type Sale } from "./sale.ts";

const database = useDatabase();
const CROWD = 25;

/** The database as the webhook has it, which counts its calls and can refuse to apply anything. */
function watched(target: TestDatabase, broken = false) {
  const client = clientOf(target, "service");
  const calls: string[] = [];
  const rpc = (verb: string, parameters: Record<string, unknown>) => {
    calls.push(verb);
    if (broken && verb === "receive_provider_event")
      return { setHeader: async () => ({ data: null, error: { message: "gone" }, status: 0 }) };
    return client.rpc(verb, parameters);
  };
  return { client: { rpc } as unknown as Database, calls };
}

const deliveryOf = (sale: Sale) => ({ event: paid(sale) as unknown as InboxEvent, requestId: "crowd-test" });
const paidOnce = { order: "paid", payments: [`success ${PRICE} 0`], enrollments: ["active"] };

describe("a crowd of deliveries", () => {
  test("is kept by few calls, answered, and applied behind the answers", async () => {
    const sales = [];
    while (sales.length < CROWD) sales.push(await openSale(database.sql));
    const behind: Promise<unknown>[] = [];
    const { client, calls } = watched(database);
    const inbox = new WebhookInbox(client, "stripe", (work) => void behind.push(work), 2);
    const outcomes = await Promise.all(sales.map((sale) => inbox.receive(deliveryOf(sale))));
    expect(outcomes.filter((outcome) => outcome === "applied")).toHaveLength(2);
    expect(outcomes.filter((outcome) => outcome === "received")).toHaveLength(CROWD - 2);
    expect(calls.filter((verb) => verb === "take_provider_events").length).toBeLessThan(4);
    await Promise.all(behind);
    for (const sale of sales) expect(await outcomeOf(database.sql, sale)).toMatchObject(paidOnce);
    expect(await inbox.receive(deliveryOf(await openSale(database.sql))), "when it is gone").toBe("applied");
    await expectInvariants(database.sql);
  });

  test("that is never applied where it was taken is the worker's within seconds, and nothing of it is lost", () =>
    left(database));

  test("is lost when it is answered before it is kept", () =>
    withSabotage(
      `create or replace function private.take_provider_events(provider text, events jsonb) returns jsonb language sql security definer set search_path = ''
        as $$ select jsonb_build_object('taken', (select jsonb_agg(delivery #> '{event,id}') from jsonb_array_elements(events) as delivery)) $$`,
      left,
      { rounds: 1 },
    ));

  async function left(target: TestDatabase): Promise<void> {
    const sale = await openSale(target.sql);
    const behind: Promise<unknown>[] = [];
    const inbox = new WebhookInbox(watched(target, true).client, "stripe", (work) => void behind.push(work), 0);
    const delivery = deliveryOf(sale);
    expect(await Promise.all([inbox.receive(delivery), inbox.receive(delivery)])).toEqual(["received", "received"]);
    await Promise.all(behind);
    const sql = workerSql(target);
    try {
      const untried: number[] = [];
      const early = applyTakenEvents(sql, createLog("silent"), (events) => untried.push(events));
      expect(await early, "whoever took it has five seconds").toBe(0);
      expect(untried, "and all other work lets it pass").toEqual([1]);
      await target.sql`update private.provider_events set received_at = now() - interval '6 seconds' where processed_at is null`;
      const runs = await Promise.all([1, 2, 3].map(() => applyTakenEvents(sql, createLog("silent"))));
      expect(runs.toSorted()).toEqual([0, 0, 1]);
    } finally {
      await sql.end();
    }
    expect(await outcomeOf(target.sql, sale)).toMatchObject({ ...paidOnce, events: { "order.paid": 1 } });
  }

  test("is applied by several at once, each event once, and who holds one of it is not waited for", async () => {
    const sales = [];
    while (sales.length < 12) sales.push(await openSale(database.sql));
    const { client } = watched(database, true);
    const inbox = new WebhookInbox(client, "stripe", undefined, 0);
    const deliveries = sales.map(deliveryOf);
    await Promise.all(deliveries.map((delivery) => inbox.receive(delivery)));
    await database.sql`update private.provider_events set received_at = now() - interval '6 seconds' where processed_at is null`;
    const sql = workerSql(database);
    const found: number[] = [];
    const [held, ...others] = sales as [Sale, ...Sale[]];
    const eventId = deliveries[0]?.event.id ?? "";
    await database.sql.begin(async (holder) => {
      await holder`select from private.provider_events where event_id = ${eventId} for update`;
      const log = createLog("silent");
      await Promise.all([1, 2].map(() => applyTakenEvents(sql, log, (events) => found.push(events))));
    });
    expect(found).toEqual([12, 12]);
    for (const sale of others)
      expect(await outcomeOf(database.sql, sale)).toMatchObject({ ...paidOnce, events: { "order.paid": 1 } });
    expect(await outcomeOf(database.sql, held)).toMatchObject({ order: "pending" });
    expect(await applyTakenEvents(sql, createLog("silent"))).toBe(1);
    await sql.end();
    expect(await outcomeOf(database.sql, held)).toMatchObject({ ...paidOnce, events: { "order.paid": 1 } });
    const kept = await database.sql`select request_id from public.status_changes where subject_id = ${held.orderId}`;
    expect(kept).toContainEqual({ request_id: "crowd-test" });
    await expectInvariants(database.sql);
  });

  test("with one event that ends every try is marked and holds up no other, nor what follows sales", async () => {
    const sales = [await openSale(database.sql), await openSale(database.sql)];
    const deliveries = sales.map(deliveryOf);
    const inbox = new WebhookInbox(watched(database, true).client, "stripe", undefined, 0);
    await Promise.all(deliveries.map((delivery) => inbox.receive(delivery)));
    const [bad, good] = sales as [Sale, Sale];
    const badId = deliveries[0]?.event.id ?? "";
    await database.sql`update private.provider_events set received_at = now() - interval '6 seconds' where processed_at is null`;
    // no handler in SQL gets to see a statement that is cancelled
    await database.sql.unsafe(`
      create function private.cancel_it() returns trigger language plpgsql as $$ begin raise query_canceled; end $$;
      create trigger _900_cancel_it before update on private.provider_events for each row
        when (new.outcome = 'applied' and new.event_id = '${badId}') execute function private.cancel_it()`);
    const sql = workerSql(database);
    const untried: number[] = [];
    try {
      expect(await applyTakenEvents(sql, createLog("silent"))).toBe(2);
      expect(await applyTakenEvents(sql, createLog("silent"), (events) => untried.push(events))).toBe(0);
    } finally {
      await database.sql`drop function private.cancel_it() cascade`;
    }
    expect(untried).toEqual([0]);
    expect(await outcomeOf(database.sql, good)).toMatchObject(paidOnce);
    const rows = await database.sql`select outcome, attempts from private.provider_events where event_id = ${badId}`;
    expect(rows).toEqual([{ outcome: "failed", attempts: 1 }]);
    await sql`select private.apply_pending_provider_events()`;
    await sql.end();
    expect(await outcomeOf(database.sql, bad), "when it can be tried").toMatchObject(paidOnce);
  });

  test("is left to the worker by the function once the worker has come that far", async () => {
    const sales = [];
    while (sales.length < 6) sales.push(await openSale(database.sql));
    const { client, calls } = watched(database);
    const behind: Promise<unknown>[] = [];
    const rpc = (verb: string, parameters: Record<string, unknown>) => {
      if (verb !== "receive_provider_event") return client.rpc(verb, parameters);
      calls.push(verb);
      return { setHeader: async () => ({ data: { outcome: "duplicate" }, error: null, status: 200 }) };
    };
    const inbox = new WebhookInbox({ rpc } as unknown as Database, "stripe", (work) => void behind.push(work), 0);
    await Promise.all(sales.map((sale) => inbox.receive(deliveryOf(sale))));
    await Promise.all(behind);
    expect(calls.filter((verb) => verb === "receive_provider_event")).toHaveLength(1);
    await database.sql`update private.provider_events set received_at = now() - interval '6 seconds' where processed_at is null`;
    const sql = workerSql(database);
    expect(await applyTakenEvents(sql, createLog("silent"))).toBe(6);
    await sql.end();
    for (const sale of sales) expect(await outcomeOf(database.sql, sale)).toMatchObject(paidOnce);
  });

  test("with one event that the database cannot hold keeps the others", async () => {
    const sale = await openSale(database.sql);
    const inbox = new WebhookInbox(watched(database, true).client, "stripe", undefined, 0);
    const first = inbox.receive(deliveryOf(await openSale(database.sql)));
    const bad = { event: { ...deliveryOf(sale).event, id: "evt_\u0000" }, requestId: "crowd-test" };
    const results = await Promise.allSettled([first, inbox.receive(bad), inbox.receive(deliveryOf(sale))]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    await database.sql`update private.provider_events set received_at = now() - interval '6 seconds' where processed_at is null`;
    const sql = workerSql(database);
    expect(await applyTakenEvents(sql, createLog("silent"))).toBe(2);
    await sql.end();
    expect(await outcomeOf(database.sql, sale)).toMatchObject(paidOnce);
  });

  test("whose database is away is told so at once, each of it, and taken when it is back", async () => {
    const client = clientOf(database, "service");
    let asked = 0;
    let away = true;
    const rpc = (verb: string, parameters: Record<string, unknown>) => {
      asked++;
      if (!away) return client.rpc(verb, parameters);
      return { setHeader: async () => ({ data: null, error: { message: "away" }, status: 0 }) };
    };
    const inbox = new WebhookInbox({ rpc } as unknown as Database, "stripe", undefined, 0);
    const sales = [await openSale(database.sql), await openSale(database.sql), await openSale(database.sql)];
    const deliveries = sales.map(deliveryOf);
    const results = await Promise.allSettled(deliveries.map((delivery) => inbox.receive(delivery)));
    for (const result of results)
      expect(result).toMatchObject({ reason: { code: "database_unavailable", status: 503 } });
    expect(asked, "not each by itself").toBeLessThan(3);
    away = false;
    expect(await Promise.all(deliveries.map((delivery) => inbox.receive(delivery)))).toEqual(Array(3).fill("received"));
    const statuses = async () =>
      (
        await database.sql`select status from public.orders where id = any (${sales.map(({ orderId }) => orderId)})`
      ).map(({ status }) => status);
    await expect.poll(statuses).toEqual(Array(3).fill("paid"));
  });

  test.each([
    ["no array", "{}"],
    ["an empty array", "[]"],
    ["null", "null"],
    ["an event without an object", '[{"event": {"id": "e", "type": "t", "data": {}}}]'],
    ["more than a thousand", JSON.stringify(Array(1001).fill({}))],
  ])("is refused as %s", (_what, events) =>
    database.rolledBack((sql) =>
      expectRefusal(
        () =>
          actingAs(sql, "service", (tx) => tx`select public.take_provider_events('stripe', ${events}::text::jsonb)`),
        { code: "invalid_provider_event", status: 422 },
      ),
    ),
  );
});
