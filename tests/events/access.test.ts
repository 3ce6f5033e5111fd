import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";

const database = useDatabase();
const denied = { code: "42501", status: 403 };

/** An event and its job. */
async function work(sql: Sql): Promise<string> {
  await newCustomer(sql);
  const [row] = await sql`
    select private.queue_process('notifications.send-welcome', id, subject_type, subject_id) as id
    from public.events order by id desc limit 1`;
  await sql`select private.start_process(${row?.id})`;
  await sql`select private.fail_process(${row?.id}, 'no such mailbox', true)`;
  return row?.id;
}

describe.each([
  ["events", ["admin", "auditor"]],
  ["processes", ["admin", "auditor", "support"]],
])("%s", (relation, readers) => {
  test(`are read by ${readers.join(", ")} and the secret key`, async () => {
    await database.rolledBack(async (sql) => {
      await work(sql);
      const found = async () => (await sql`select from ${sql(`public.${relation}`)}`).length > 0;
      const seers = [];
      for (const role of staffRoles) {
        await asStaff(sql, role);
        if (await found()) seers.push(role);
      }
      expect(seers.toSorted()).toEqual(readers);
      await asCustomer(sql);
      expect(await found()).toBe(false);
      await asService(sql);
      expect(await found()).toBe(true);
      await asAnon(sql);
      await expectRefusal(found, { code: "42501", status: 401 });
    });
  });

  test("are written by nobody", async () => {
    await database.rolledBack(async (sql) => {
      await work(sql);
      for (const become of [asCustomer, asService, (tx: Sql) => asStaff(tx, "admin")]) {
        await become(sql);
        await expectRefusal(() => sql`insert into ${sql(`public.${relation}`)} default values`, denied);
        await expectRefusal(() => sql`update ${sql(`public.${relation}`)} set subject_type = 'x'`, denied);
        await expectRefusal(() => sql`delete from ${sql(`public.${relation}`)}`, denied);
      }
    });
  });
});

test("the verbs of the relay and the worker are nobody else's", async () => {
  await database.rolledBack(async (sql) => {
    const id = await work(sql);
    const calls = [
      "emit('order.paid', 'order', gen_random_uuid())",
      "queue_process('t', null, 'order', gen_random_uuid())",
      `start_process('${id}')`,
      `finish_process('${id}')`,
      `fail_process('${id}', 'x', true)`,
    ];
    for (const become of [asAnon, asCustomer, asService, (tx: Sql) => asStaff(tx, "admin")]) {
      await become(sql);
      for (const call of calls) await expectRefusal(() => sql.unsafe(`select private.${call}`), denied);
    }
  });
});

test("a process is retried by those with processes.write and the secret key, and by nobody else", async () => {
  await database.rolledBack(async (sql) => {
    for (const role of staffRoles) {
      const id = await work(sql);
      await asStaff(sql, role);
      const retry = () => sql`select public.retry_process(${id})`;
      if (role === "admin") await retry();
      else await expectRefusal(retry, { code: "permission_denied", status: 403 });
      await sql`select set_config('role', 'postgres', true)`;
    }
    const id = await work(sql);
    await asAnon(sql);
    await expectRefusal(() => sql`select public.retry_process(${id})`, { code: "42501", status: 401 });
    await asService(sql);
    await sql`select public.retry_process(${id})`;
  });
});
