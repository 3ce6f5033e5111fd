import { describe, expect, test } from "vitest";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { race } from "../support/race.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";

const database = useDatabase();

describe("one effect told by thirty workers at once", () => {
  test("is one notification, and each of them gets it", async () => {
    await oneNotification(database);
  });

  test("is thirty notifications without its unique key", async () => {
    await withSabotage(
      allOf(
        "alter table public.notifications drop constraint notifications_effect_key_key",
        replaceInFunction(
          "private.queue_notification",
          "on conflict on constraint notifications_effect_key_key do nothing",
          "",
        ),
      ),
      oneNotification,
      { rounds: 1 },
    );
  });
});

async function oneNotification(target: TestDatabase): Promise<void> {
  const person = await newCustomer(target.sql);
  const { values, errors } = await race(target, 30, async (sql) => {
    const rows = await sql`
      select notification_id from private.queue_notification(${person}, 'welcome', 'email', ${`welcome:${person}`}, 'Welcome', 'Hello.')`;
    return rows.map((row) => row.notification_id).join();
  });
  expect(errors.map(String)).toEqual([]);
  expect(new Set(values).size).toBe(1);
  expect(await target.sql`select from public.notifications where profile_id = ${person}`).toHaveLength(1);
}

describe("a mail marked sent and failed at once", () => {
  test("is sent", async () => {
    await sentIsFinal(database);
  });

  test("is failed when being sent is not final", async () => {
    await withSabotage(
      allOf(
        replaceInFunction("private.mark_notification", "and notifications.status <> 'sent'", ""),
        "insert into private.status_moves values ('notification', 'sent', 'failed')",
      ),
      sentIsFinal,
    );
  });
});

async function sentIsFinal(target: TestDatabase): Promise<void> {
  const person = await newCustomer(target.sql);
  const [queued] = await target.sql`
    select notification_id as id from private.queue_notification(${person}, 'welcome', 'email', ${`final:${person}`}, 'Welcome', 'Hello.')`;
  const { errors } = await race(target, 12, async (sql, index) => {
    await sql`select private.mark_notification(${queued?.id}, ${index === 0 ? "sent" : "failed"}, 'no such mailbox')`;
  });
  expect(errors.map(String)).toEqual([]);
  const [row] =
    await target.sql`select status, sent_at is not null as dated from public.notifications where id = ${queued?.id}`;
  expect(row).toEqual({ status: "sent", dated: true });
}
