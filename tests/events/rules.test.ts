import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asCustomer, asStaff, newCustomer } from "../support/people.ts";

const database = useDatabase();

describe("an event", () => {
  test("is seen by the relay once its cause is committed, and never when it is not", async () => {
    const { intakeId } = await publishedIntake(database.sql);
    const learner = await newCustomer(database.sql);
    const buyer = await database.connect().reserve();
    const seen = async (orderId: string) =>
      (
        await database.sql`select name from public.events where subject_id = ${orderId} and relayed_at is null order by id`
      ).map(({ name }) => name);
    const enroll = async () => {
      await buyer`begin`;
      await asCustomer(buyer, learner);
      const [row] = await buyer`select public.enroll(${intakeId}) as answer`;
      return row?.answer.order.id as string;
    };
    const undone = await enroll();
    expect(await seen(undone)).toEqual([]);
    await buyer`rollback`;
    expect(await seen(undone)).toEqual([]);
    const kept = await enroll();
    expect(await seen(kept)).toEqual([]);
    await buyer`commit`;
    expect(await seen(kept)).toEqual(["order.placed", "order.paid"]);
    buyer.release();
  });

  test("says who caused it and under which request, and holds ids instead of names", async () => {
    await database.rolledBack(async (sql) => {
      const { intakeId } = await publishedIntake(sql);
      const learner = await asCustomer(sql);
      const [row] = await sql`select public.enroll(${intakeId}) as answer`;
      await sql`select set_config('role', 'postgres', true)`;
      const events = await sql`select name, subject_type, payload, actor_id, correlation_id, relayed_at
        from public.events where subject_id = ${row?.answer.order.id} order by id`;
      const common = {
        subject_type: "order",
        payload: {},
        actor_id: learner,
        correlation_id: "test-request",
        relayed_at: null,
      };
      expect([...events]).toEqual([
        { name: "order.placed", ...common },
        { name: "order.paid", ...common },
      ]);
    });
  });

  test("is named subject.verb", async () => {
    await database.rolledBack(async (sql) => {
      for (const name of ["paid", "order paid", "Order.paid", "order.", ""]) {
        await expectRefusal(() => sql`select private.emit(${name}, 'order', gen_random_uuid())`, {
          code: "23514",
          status: 400,
        });
      }
    });
  });
});

/** A job of a new event. */
async function queue(sql: Sql, task = "notifications.send-welcome"): Promise<{ id: string; eventId: number }> {
  const [event] =
    await sql`insert into public.events (name, subject_type, subject_id) values ('profile.created', 'profile', gen_random_uuid()) returning id`;
  const [row] =
    await sql`select private.queue_process(${task}, ${event?.id}, 'profile', gen_random_uuid(), 'request') as id`;
  return { id: row?.id, eventId: event?.id };
}

const read = async (sql: Sql, id: string) => {
  const [row] =
    await sql`select status, attempts, error, finished_at is not null as finished from public.processes where id = ${id}`;
  return row;
};

describe("a process", () => {
  test("is one per task and event, however often the event is relayed", async () => {
    await database.rolledBack(async (sql) => {
      const { id, eventId } = await queue(sql);
      const again = async (task: string) => {
        const [row] = await sql`select private.queue_process(${task}, ${eventId}, 'profile', gen_random_uuid()) as id`;
        return row?.id;
      };
      expect(await again("notifications.send-welcome")).toBe(id);
      expect(await again("notifications.send-order-confirmation")).not.toBe(id);
    });
  });

  test("counts its attempts, keeps why one failed, and ends once", async () => {
    await database.rolledBack(async (sql) => {
      const { id } = await queue(sql);
      await sql`select private.start_process(${id})`;
      await sql`select private.fail_process(${id}, 'the mail server was away')`;
      expect(await read(sql, id)).toEqual({
        status: "queued",
        attempts: 1,
        error: "the mail server was away",
        finished: false,
      });
      await sql`select private.start_process(${id})`;
      expect(await read(sql, id)).toEqual({ status: "running", attempts: 2, error: null, finished: false });
      await sql`select private.finish_process(${id})`;
      const done = { status: "done", attempts: 2, error: null, finished: true };
      expect(await read(sql, id)).toEqual(done);
      const [again] = await sql`select private.start_process(${id}) as started`;
      expect(again?.started).toBeNull();
      await sql`select private.fail_process(${id}, 'too late', true)`;
      await sql`select private.finish_process(${id})`;
      expect(await read(sql, id)).toEqual(done);
    });
  });

  test("whose worker died is taken up again", async () => {
    await database.rolledBack(async (sql) => {
      const { id } = await queue(sql);
      for (let run = 1; run <= 2; run++) {
        const [row] = await sql`select private.start_process(${id}) as started`;
        expect([row?.started, (await read(sql, id))?.attempts]).toEqual([run, run]);
      }
    });
  });

  test("hears nothing of an attempt that another overtook, however it ended", async () => {
    await database.rolledBack(async (sql) => {
      const { id } = await queue(sql);
      for (let run = 1; run <= 2; run++) await sql`select private.start_process(${id})`;
      const running = { status: "running", attempts: 2, error: null, finished: false };
      await sql`select private.finish_process(${id}, null, 1), private.fail_process(${id}, 'too slow', true, 1)`;
      await sql`select private.hand_over_process(${id}, null, 1)`;
      expect(await read(sql, id)).toEqual(running);
      await sql`select private.finish_process(${id}, null, 2)`;
      expect(await read(sql, id)).toEqual({ ...running, status: "done", finished: true });
    });
  });

  test("that is cancelled is not started", async () => {
    await database.rolledBack(async (sql) => {
      const { id } = await queue(sql);
      await sql`update public.processes set status = 'cancelled', finished_at = now() where id = ${id}`;
      const [row] = await sql`select private.start_process(${id}) as started`;
      expect(row?.started).toBeNull();
    });
  });

  test("keeps 2000 characters of a long error", async () => {
    await database.rolledBack(async (sql) => {
      const { id } = await queue(sql);
      await sql`select private.start_process(${id})`;
      await sql`select private.fail_process(${id}, ${"e".repeat(5000)}, true)`;
      expect((await read(sql, id))?.error).toHaveLength(2000);
    });
  });

  test("that failed for good is queued again by staff, with an event for the relay", async () => {
    await database.rolledBack(async (sql) => {
      const { id } = await queue(sql);
      await sql`select private.start_process(${id})`;
      await sql`select private.fail_process(${id}, 'no such mailbox', true)`;
      const admin = await asStaff(sql, "admin");
      const [answer] = await sql`select id, status, error, finished_at from public.retry_process(${id})`;
      expect(answer).toEqual({ id, status: "queued", error: null, finished_at: null });
      const events =
        await sql`select payload, actor_id from public.events where name = 'process.retried' and subject_id = ${id}`;
      expect([...events]).toEqual([
        { payload: { task: "notifications.send-welcome", process_id: id }, actor_id: admin },
      ]);
    });
  });

  test.each(["queued", "running", "done"])("that is %s is not retried", async (status) => {
    await database.rolledBack(async (sql) => {
      const { id } = await queue(sql);
      if (status !== "queued") await sql`select private.start_process(${id})`;
      if (status === "done") await sql`select private.finish_process(${id})`;
      await asStaff(sql, "admin");
      const refused = { code: "process_not_retryable", status: 409 };
      await expectRefusal(() => sql`select public.retry_process(${id})`, refused);
      await expectRefusal(() => sql`select public.retry_process(${randomUUID()})`, refused);
    });
  });

  test("makes no move that its machine does not have", async () => {
    await database.rolledBack(async (sql) => {
      const { id } = await queue(sql);
      const move = (status: string, finished: boolean) => () =>
        sql`update public.processes set status = ${status}, finished_at = ${finished ? new Date() : null} where id = ${id}`;
      const illegal = { code: "illegal_status_move", status: 409 };
      await expectRefusal(move("done", true), illegal);
      await sql`select private.start_process(${id})`;
      await sql`select private.finish_process(${id})`;
      for (const status of ["queued", "running"]) await expectRefusal(move(status, false), illegal);
      for (const status of ["failed", "cancelled"]) await expectRefusal(move(status, true), illegal);
    });
  });
});
