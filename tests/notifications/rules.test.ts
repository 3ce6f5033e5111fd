import { describe, expect, test } from "vitest";
import { deleteAccount } from "../people/accounts.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";

const database = useDatabase();

type Queued = { notification_id: string; status: string; recipient: string };

/** Writes a notification as a task of the worker does. */
async function queue(sql: Sql, person: string, key: string, type = "welcome", channel = "email"): Promise<Queued[]> {
  return [
    ...(await sql<
      Queued[]
    >`select * from private.queue_notification(${person}, ${type}, ${channel}, ${key}, 'Welcome', 'Hello.')`),
  ];
}

async function mark(sql: Sql, id: string, status: string, error: string | null = null): Promise<unknown> {
  await sql`select private.mark_notification(${id}, ${status}, ${error})`;
  const [row] = await sql`select status, error, sent_at is not null as sent from public.notifications where id = ${id}`;
  return row;
}

describe("a notification", () => {
  test("is one per effect: a listener that runs twice finds what it wrote, and how it went", async () => {
    await database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const [first] = await queue(sql, person, "welcome:1");
      await mark(sql, first?.notification_id as string, "sent");
      expect(await queue(sql, person, "welcome:1")).toEqual([{ ...first, status: "sent" }]);
      expect(await sql`select from public.notifications where profile_id = ${person}`).toHaveLength(1);
    });
  });

  test("goes to the address the person had when it was written", async () => {
    await database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const [profile] = await sql`select email from public.profiles where id = ${person}`;
      const [queued] = await queue(sql, person, "welcome:2");
      expect(queued).toMatchObject({ recipient: profile?.email, status: "pending" });
    });
  });

  test("is not written for a person who is gone", async () => {
    await database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      await deleteAccount(sql, person);
      expect(await queue(sql, person, "welcome:3")).toEqual([]);
    });
  });

  test("carries the request that caused it", async () => {
    await database.rolledBack(async (sql) => {
      await sql`select set_config('seatline.request_id', 'the request', true)`;
      const [queued] = await queue(sql, await newCustomer(sql), "welcome:4");
      const [row] =
        await sql`select correlation_id from public.notifications where id = ${queued?.notification_id as string}`;
      expect(row?.correlation_id).toBe("the request");
    });
  });

  test("that failed may be sent later; one that was sent stays sent", async () => {
    await database.rolledBack(async (sql) => {
      const [queued] = await queue(sql, await newCustomer(sql), "welcome:5");
      const id = queued?.notification_id as string;
      expect(await mark(sql, id, "failed", "no such mailbox")).toEqual({
        status: "failed",
        error: "no such mailbox",
        sent: false,
      });
      const sent = { status: "sent", error: null, sent: true };
      expect(await mark(sql, id, "sent")).toEqual(sent);
      expect(await mark(sql, id, "failed", "too late")).toEqual(sent);
      await expectRefusal(
        () => sql`update public.notifications set status = 'pending', sent_at = null where id = ${id}`,
        {
          code: "illegal_status_move",
          status: 409,
        },
      );
    });
  });

  test.each([
    ["type", ["newsletter", "email"]],
    ["channel", ["welcome", "pigeon"]],
  ])("of an unknown %s is refused", async (_what, [type, channel]) => {
    await database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      await expectRefusal(() => queue(sql, person, "welcome:6", type, channel), { code: "23514", status: 400 });
    });
  });
});
