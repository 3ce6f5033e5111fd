import { describe, expect, test } from "vitest";
import { cancelOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asOwner, asService } from "../support/people.ts";
import { queuedPush, report, waitingPush } from "./handing-over.ts";

const database = useDatabase();
const illegal = { code: "illegal_status_move", status: 409 };

const read = async (sql: Sql, id: string) =>
  (
    await sql`select status, message, progress, error, attempts, finished_at is not null as ended from public.processes where id = ${id}`
  )[0];

describe("what production is told", () => {
  test("is the order, the customer and one effect key", async () => {
    await database.rolledBack(async (sql) => {
      const push = await queuedPush(sql);
      const [row] = await sql`select private.production_document(${push.eventId}) as told`;
      expect(row?.told).toMatchObject({
        type: "order.paid",
        effect_key: `order.paid:${push.orderId}`,
        order: { id: push.orderId, status: "paid", items: [{ quantity: 1 }] },
        customer: { id: push.customerId, email: expect.stringContaining("@") },
      });
      expect(row?.told.order).not.toHaveProperty("payments");
    });
  });

  test("is nothing once the order was cancelled", async () => {
    await database.rolledBack(async (sql) => {
      const push = await queuedPush(sql);
      await cancelOrder(sql, push.customerId, push.orderId);
      const [row] = await sql`select private.production_document(${push.eventId}) as told`;
      expect(row?.told).toBeNull();
    });
  });
});

test("a push that found the order before a person is not dropped once the review has ended", async () => {
  await database.rolledBack(async (sql) => {
    const push = await queuedPush(sql);
    await sql`select private.start_process(${push.processId})`;
    await sql`select private.flag_order(${push.orderId}, 'a test wants a person')`;
    await asService(sql);
    await sql`select public.resolve_order_review(${push.orderId}, 'fulfil', 'a test decides')`;
    await asOwner(sql);
    const [row] = await sql`select private.drop_push(${push.processId}, ${push.eventId}) as dropped`;
    expect([row?.dropped, (await read(sql, push.processId))?.status]).toEqual([false, "running"]);
    const [review] =
      await sql`select id from public.events where subject_id = ${push.orderId} and name = 'order.reviewed'`;
    const [again] = await sql`select private.production_document(${review?.id}) as told`;
    expect(again?.told, "while the first push is under way").toBeNull();
  });
});

describe("a report", () => {
  test("moves a process that waits: progress as often as wished, then an end for good", async () => {
    await database.rolledBack(async (sql) => {
      const { processId } = await waitingPush(sql);
      await asService(sql);
      expect(await report(sql, processId, { status: "waiting", progress: 40, message: "On the line." })).toMatchObject({
        status: "waiting",
        progress: 40,
      });
      await report(sql, processId, { status: "waiting", progress: 80 });
      expect(await read(sql, processId)).toMatchObject({
        status: "waiting",
        progress: 80,
        message: "On the line.",
        ended: false,
      });
      await report(sql, processId, { status: "done", message: "Handed over." });
      await report(sql, processId, { status: "done", message: "Handed over again." });
      const end = { status: "done", progress: 100, message: "Handed over.", error: null, ended: true };
      expect(await read(sql, processId)).toMatchObject(end);
      for (const status of ["waiting", "failed"])
        await expectRefusal(() => report(sql, processId, { status }), illegal);
      expect(await read(sql, processId)).toMatchObject(end);
    });
  });

  test("of failure keeps its reason, is history, and no job that is left starts it again", async () => {
    await database.rolledBack(async (sql) => {
      const { processId } = await waitingPush(sql);
      await asService(sql);
      await report(sql, processId, { status: "failed", message: "The mould broke." });
      await asOwner(sql);
      expect(await read(sql, processId)).toMatchObject({ status: "failed", error: "The mould broke.", ended: true });
      const [move] =
        await sql`select from_status, reason from public.status_changes where subject_id = ${processId} and to_status = 'failed'`;
      expect(move).toEqual({ from_status: "waiting", reason: "The mould broke." });
      const [started] = await sql`select private.start_process(${processId}) as started`;
      expect(started?.started).toBeNull();
      await sql`select public.retry_process(${processId})`;
      expect(await read(sql, processId)).toMatchObject({ status: "queued", message: null, progress: null });
    });
  });

  test("may overtake the answer to the push, and is then not undone by it", async () => {
    await database.rolledBack(async (sql) => {
      const [running, lost] = [await queuedPush(sql), await queuedPush(sql)];
      await sql`select private.start_process(${running.processId})`;
      await report(sql, running.processId, { status: "failed", message: "No material." });
      await sql`select private.hand_over_process(${running.processId})`;
      expect(await read(sql, running.processId)).toMatchObject({ status: "failed" });
      // its answer was lost, so the job waits for another try
      await report(sql, lost.processId, { status: "done" });
      const [started] = await sql`select private.start_process(${lost.processId}) as started`;
      expect(started?.started).toBeNull();
    });
  });

  test("with the same key is one report, whatever else is said under it is refused", async () => {
    await database.rolledBack(async (sql) => {
      const { processId } = await waitingPush(sql);
      const first = await report(sql, processId, { status: "waiting", progress: 10, key: "half-way" });
      await report(sql, processId, { status: "waiting", progress: 90 });
      expect(await report(sql, processId, { status: "waiting", progress: 10, key: "half-way" })).toEqual(first);
      expect(await read(sql, processId)).toMatchObject({ progress: 90 });
      const reused = { code: "idempotency_key_reused", status: 422 };
      await expectRefusal(() => report(sql, processId, { status: "done", key: "half-way" }), reused);
    });
  });

  test("says waiting, done or failed, within limits", async () => {
    await database.rolledBack(async (sql) => {
      const { processId } = await waitingPush(sql);
      const bad = [
        { status: "running" },
        { status: "queued" },
        { status: "" },
        { status: "done", message: "x".repeat(501) },
      ];
      const worse = [
        { status: "waiting", progress: 101 },
        { status: "waiting", progress: -1 },
      ];
      for (const told of [...bad, ...worse])
        await expectRefusal(() => report(sql, processId, told), { code: "invalid_report", status: 422 });
      expect(await read(sql, processId)).toMatchObject({ status: "waiting", progress: null });
    });
  });
});
