import { describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asService, asStaff } from "../support/people.ts";

const database = useDatabase();
const denied = { code: "42501", status: 403 };

describe("settings", () => {
  test("are seen and changed by an admin, and the change is in the audit log", async () => {
    await database.rolledBack(async (sql) => {
      const admin = await asStaff(sql, "admin");
      const changed = await sql`update public.settings set value = '20' where key = 'hold_minutes' returning key`;
      expect(changed).toHaveLength(1);
      const [entry] =
        await sql`select actor_id, action, row_key, before ->> 'value' as before, after ->> 'value' as after
        from public.audit_log where table_name = 'settings' order by id desc limit 1`;
      expect(entry).toEqual({ actor_id: admin, action: "update", row_key: "hold_minutes", before: "35", after: "20" });
    });
  });

  test("are seen, not changed, by an auditor; by nobody else who signed in", async () => {
    await database.rolledBack(async (sql) => {
      await asStaff(sql, "auditor");
      expect((await sql`select key from public.settings`).length).toBeGreaterThan(0);
      expect(await sql`update public.settings set value = '1' returning key`).toHaveLength(0);
      await asStaff(sql, "support");
      expect(await sql`select key from public.settings`).toHaveLength(0);
      await asCustomer(sql);
      expect(await sql`select key from public.settings`).toHaveLength(0);
    });
  });

  test("take no new key, and no other column, from anybody", async () => {
    await database.rolledBack(async (sql) => {
      await asStaff(sql, "admin");
      await expectRefusal(
        () => sql`insert into public.settings (key, value, description) values ('new_key', '1', 'x')`,
        denied,
      );
      await expectRefusal(() => sql`update public.settings set description = 'x'`, denied);
      await expectRefusal(() => sql`delete from public.settings`, denied);
      await asAnon(sql);
      await expectRefusal(() => sql`select key from public.settings`, { code: "42501", status: 401 });
    });
  });
});

describe("what is private", () => {
  const hidden = ["idempotency_keys", "status_moves", "provider_events", "invariant_violations"];

  test.each(hidden)("private.%s is out of reach for every role of the API", async (relation) => {
    await database.rolledBack(async (sql) => {
      for (const become of [asAnon, asCustomer, asService, (tx: typeof sql) => asStaff(tx, "admin")]) {
        await become(sql);
        await expectRefusal(() => sql`select from ${sql(`private.${relation}`)}`, denied);
      }
    });
  });

  test.each([
    "fail('a', 400, 'b')",
    "remember_answer(gen_random_uuid(), 'k', 'v', '{}', '{}')",
    "purge_idempotency_keys()",
    "setting('shop_name')",
  ])("private.%s cannot be called by a client", async (call) => {
    await database.rolledBack(async (sql) => {
      for (const become of [asAnon, asCustomer, asService]) {
        await become(sql);
        await expectRefusal(() => sql.unsafe(`select private.${call}`), denied);
      }
    });
  });
});

test("nobody writes history by hand", async () => {
  await database.rolledBack(async (sql) => {
    for (const become of [asCustomer, asService]) {
      await become(sql);
      await expectRefusal(
        () =>
          sql`insert into public.status_changes (machine, subject_id, from_status, to_status) values ('order', gen_random_uuid(), 'a', 'b')`,
        denied,
      );
    }
  });
});
