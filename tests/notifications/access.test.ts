import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";

const database = useDatabase();
const denied = { code: "42501", status: 403 };

async function notified(sql: Sql): Promise<string> {
  await asOwner(sql);
  const person = await newCustomer(sql);
  await sql`select private.queue_notification(${person}, 'welcome', 'email', ${`welcome:${person}`}, 'Welcome', 'Hello.')`;
  return person;
}

describe("a notification", () => {
  test("is read, and marked read and unread, by its person", async () => {
    await database.rolledBack(async (sql) => {
      const [person] = [await notified(sql), await notified(sql)];
      await asCustomer(sql, person);
      const seen = await sql`select profile_id from public.notifications`;
      expect(seen.map((row) => row.profile_id)).toEqual([person]);
      expect(await sql`update public.notifications set read_at = now() returning id`).toHaveLength(1);
      expect(await sql`update public.notifications set read_at = null returning id`).toHaveLength(1);
    });
  });

  test.each(["status", "subject", "content", "recipient", "profile_id", "effect_key", "sent_at", "error"])(
    "gives its person no other column to write: %s",
    async (column) => {
      await database.rolledBack(async (sql) => {
        await asCustomer(sql, await notified(sql));
        await expectRefusal(() => sql.unsafe(`update public.notifications set ${column} = ${column}`), denied);
      });
    },
  );

  test("of another is seen by staff with notifications.read, and marked by none of them", async () => {
    await database.rolledBack(async (sql) => {
      const seers = [];
      for (const role of staffRoles) {
        const person = await notified(sql);
        await asStaff(sql, role);
        if ((await sql`select from public.notifications where profile_id = ${person}`).length > 0) seers.push(role);
        const marked =
          await sql`update public.notifications set read_at = now() where profile_id = ${person} returning id`;
        expect(marked, role).toHaveLength(0);
      }
      expect(seers.toSorted()).toEqual(["admin", "auditor", "support"]);
    });
  });

  test("is not there for strangers and visitors", async () => {
    await database.rolledBack(async (sql) => {
      await notified(sql);
      await asCustomer(sql);
      expect(await sql`select from public.notifications`).toHaveLength(0);
      expect(await sql`update public.notifications set read_at = now() returning id`).toHaveLength(0);
      await asAnon(sql);
      await expectRefusal(() => sql`select from public.notifications`, { code: "42501", status: 401 });
    });
  });

  test("is written and removed by no client", async () => {
    await database.rolledBack(async (sql) => {
      const person = await notified(sql);
      for (const become of [(tx: Sql) => asCustomer(tx, person), asService, (tx: Sql) => asStaff(tx, "admin")]) {
        await become(sql);
        await expectRefusal(() => sql`insert into public.notifications default values`, denied);
        await expectRefusal(() => sql`delete from public.notifications`, denied);
        await expectRefusal(
          () => sql`select * from private.queue_notification(${person}, 'promotion', 'email', 'mine', 'Buy', 'Now.')`,
          denied,
        );
        await expectRefusal(() => sql`select private.mark_notification(gen_random_uuid(), 'sent')`, denied);
      }
    });
  });
});
