import { describe, expect, test } from "vitest";
import { anchorAudit } from "../../packages/worker/src/tasks/people.anchor-audit.ts";
import type { RunContext } from "../../packages/worker/src/tasks/task.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asOwner, asService, asStaff, newCustomer } from "../support/people.ts";

const database = useDatabase();

const breaks = async (sql: Sql) =>
  (await sql`select audit_id, problem from private.audit_chain_breaks() order by 1, 2`).map((row) => row.problem);

/** Writes three entries, each sealed by itself as if it were committed, and gives their ids. */
async function entries(sql: Sql): Promise<number[]> {
  await sql`set constraints all immediate`;
  const rows = [];
  for (const minutes of [10, 20, 30]) {
    await sql`update public.settings set value = ${minutes}::text::jsonb where key = 'hold_minutes'`;
    const [row] = await sql`select max(id) as id from public.audit_log`;
    rows.push(row?.id);
  }
  return rows;
}

/** Does what only the owner of the disk could: changes history, and takes it back. */
async function tampering(sql: Sql, work: () => Promise<unknown>, expected: string[]): Promise<void> {
  await sql`savepoint before_tampering`;
  await sql`alter table public.audit_log disable trigger _100_refuse_change`;
  await sql`alter table private.audit_seals disable trigger _100_refuse_change`;
  await work();
  expect(await breaks(sql)).toEqual(expected);
  const [shown] =
    await sql`select count(*) as broken from private.invariant_violations where invariant = 'the audit log is whole'`;
  expect(shown?.broken).toBe(expected.length);
  await sql`rollback to savepoint before_tampering`;
}

describe("a write by staff", () => {
  test("leaves who, as what, what, where, before, after and under which request", async () => {
    await database.rolledBack(async (sql) => {
      const { productId } = await publishedIntake(sql, { status: "draft" });
      const manager = await asStaff(sql, "catalog_manager");
      await sql`update public.products set summary = 'Better.' where id = ${productId}`;
      await asOwner(sql);
      const [entry] = await sql`
        select actor_id, actor_role, action, table_name, row_key, before ->> 'summary' as before, after ->> 'summary' as after, request_id
        from public.audit_log order by id desc limit 1`;
      expect(entry).toEqual({
        actor_id: manager,
        actor_role: "authenticated",
        action: "update",
        table_name: "products",
        row_key: productId,
        before: "Made by a test.",
        after: "Better.",
        request_id: "test-request",
      });
    });
  });

  test("by the secret key is told apart", async () => {
    await database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      await asService(sql);
      await sql`select public.grant_role(${person}, 'support')`;
      await asOwner(sql);
      const [entry] =
        await sql`select actor_id, actor_role, action, row_key from public.audit_log order by id desc limit 1`;
      expect(entry).toEqual({
        actor_id: null,
        actor_role: "service_role",
        action: "insert",
        row_key: `${person}/support`,
      });
    });
  });

  test("that changes nothing leaves nothing", async () => {
    await database.rolledBack(async (sql) => {
      const count = async () => (await sql`select count(*) as entries from public.audit_log`)[0]?.entries;
      const before = await count();
      await sql`update public.settings set value = value, updated_at = updated_at where false`;
      await sql`update public.role_permissions set role = role`;
      expect(await count()).toBe(before);
    });
  });
});

describe("a statement that writes many rows", () => {
  test("leaves an entry for each that changed, in one chain, whatever it did and wherever a key went", async () => {
    await database.rolledBack(async (sql) => {
      await entries(sql);
      const [{ id: product }] = (await sql`
        insert into public.products (kind, slug, title) values ('physical', 'many', 'Many') returning id`) as unknown as [
        { id: string },
      ];
      await sql`insert into public.variants (product_id, sku, title) select ${product}, 'MANY-' || n, 'Many' from generate_series(1, 3) as n`;
      const [list] = await sql`insert into public.price_lists (name) values ('Many') returning id`;
      await sql`insert into public.price_list_prices (price_list_id, variant_id, currency, min_quantity, amount)
        select ${list?.id}, id, 'IDR', 1, right(sku, 1)::integer from public.variants where product_id = ${product}`;
      const [mark] = await sql`select max(id) as id from public.audit_log`;
      const since = async () => {
        const rows = await sql`
          select action, row_key, before ->> 'amount' as before, after ->> 'amount' as after from public.audit_log where id > ${mark?.id} order by id`;
        return rows.map(
          ({ action, row_key, before, after }) => `${action} ${row_key.split("/").at(-1)} ${before} ${after}`,
        );
      };
      // the keys change places with each other, and one row stays as it is
      await sql`update public.price_list_prices set min_quantity = amount + 5, amount = case amount when 2 then 2 else amount * 10 end, updated_at = updated_at
        where price_list_id = ${list?.id}`;
      expect((await since()).sort()).toEqual(["update 6 1 10", "update 7 2 2", "update 8 3 30"]);
      await sql`insert into public.price_list_prices (price_list_id, variant_id, currency, min_quantity, amount)
        select ${list?.id}, id, 'IDR', 6, 99 from public.variants where product_id = ${product} order by sku
        on conflict on constraint price_list_prices_pkey do update set amount = excluded.amount`;
      expect((await since()).slice(3).sort()).toEqual(["insert 6 null 99", "insert 6 null 99", "update 6 10 99"]);
      await sql`delete from public.price_list_prices where price_list_id = ${list?.id} and amount = 99`;
      expect((await since()).slice(6)).toEqual(Array(3).fill("delete 6 99 null"));
      await sql`update public.variants set title = title where false`;
      expect(await since()).toHaveLength(9);
      expect(await breaks(sql)).toEqual([]);
    });
  });
});

describe("the chain", () => {
  test("is whole after writes of many kinds", async () => {
    await database.rolledBack(async (sql) => {
      await entries(sql);
      await publishedIntake(sql, { seats: 3, price: 100 });
      expect(await breaks(sql)).toEqual([]);
    });
  });

  test("shows an entry that was altered, in every column it has", async () => {
    await database.rolledBack(async (sql) => {
      const [, middle] = await entries(sql);
      const lies = [
        "actor_id = gen_random_uuid()",
        "actor_role = 'anon'",
        "action = 'insert'",
        "table_name = 'roles'",
        "row_key = 'shop_name'",
        "before = '{}'",
        "after = null",
        "request_id = 'another'",
        "occurred_at = occurred_at - interval '1 microsecond'",
      ];
      for (const lie of lies) {
        await tampering(sql, () => sql.unsafe(`update public.audit_log set ${lie} where id = ${middle}`), ["altered"]);
      }
    });
  });

  test("shows that an entry was removed, added, or altered and hashed again, at its seal, and that a seal was at the next", async () => {
    await database.rolledBack(async (sql) => {
      const [, middle] = await entries(sql);
      const touched = ["an entry of its transaction was altered, added or removed"];
      const remove = () => sql`delete from public.audit_log where id = ${middle as number}`;
      await tampering(sql, remove, touched);
      const removeWithSeal = async () => {
        await remove();
        await sql`delete from private.audit_seals where last_id = ${middle as number}`;
      };
      await tampering(sql, removeWithSeal, ["what was sealed before it is missing"]);
      const add = async () => {
        await sql`insert into public.audit_log (actor_role, action, table_name, row_key, hash) values ('postgres', 'delete', 'settings', 'x', '')`;
        await sql`update public.audit_log set hash = private.audit_hash(audit_log) where hash = ''`;
      };
      await tampering(sql, add, ["never sealed"]);
      const hashAgain = async () => {
        await sql`update public.audit_log set after = '{}' where id = ${middle as number}`;
        await sql`update public.audit_log set hash = private.audit_hash(audit_log) where id = ${middle as number}`;
      };
      await tampering(sql, hashAgain, touched);
      const move = () => sql`update public.audit_log set transaction_id = '1' where id = ${middle as number}`;
      await tampering(sql, move, [...touched, "never sealed"].toSorted());
    });
  });

  test("shows that its end was cut off to whoever kept its head", async () => {
    await database.rolledBack(async (sql) => {
      await entries(sql);
      const ask = async (head: string | null) =>
        (await sql`select public.verify_audit(${head}) as verdict`)[0]?.verdict;
      const [{ anchor }] = (await sql`select public.audit_head() as anchor`) as unknown as [
        { anchor: { head: string } },
      ];
      expect(await ask(anchor.head)).toEqual({
        ...anchor,
        expected_head: anchor.head,
        found: true,
        whole: true,
        breaks: [],
      });
      await entries(sql);
      expect(await ask(anchor.head.toUpperCase())).toMatchObject({ found: true, whole: true });
      expect(await ask(null)).toMatchObject({ found: null, whole: true });
      // the last ones gone, and others in their place: whole in itself, and not what it was
      const cutOff = async () => {
        await sql`delete from public.audit_log where id >= (select first_id from private.audit_seals where hash = decode(${anchor.head}, 'hex'))`;
        await sql`delete from private.audit_seals where number >= (select number from private.audit_seals where hash = decode(${anchor.head}, 'hex'))`;
        await entries(sql);
        expect(await ask(anchor.head)).toMatchObject({ found: false, whole: false, breaks: [] });
        expect(await ask(null)).toMatchObject({ whole: true });
      };
      await tampering(sql, cutOff, []);
    });
  });

  test("has its head written to the worker's log", async () => {
    await database.rolledBack(async (sql) => {
      await entries(sql);
      const logged: unknown[] = [];
      await anchorAudit({ sql, log: { info: (facts: unknown) => logged.push(facts) } } as unknown as RunContext);
      const [row] = await sql`select public.audit_head() as anchor`;
      expect(row?.anchor.head).toMatch(/^[0-9a-f]{64}$/);
      expect(logged).toMatchObject([{ audit: row?.anchor }]);
    });
  });

  test("tells its head to admins, auditors and the worker only, and takes nothing for a head that is none", async () => {
    await database.rolledBack(async (sql) => {
      await entries(sql);
      for (const role of ["admin", "auditor"] as const) {
        await asStaff(sql, role);
        expect((await sql`select public.audit_head() ->> 'head' as head`)[0]?.head).toMatch(/^[0-9a-f]{64}$/);
        const invalid = { code: "invalid_audit_head", status: 422 };
        for (const head of ["", "0".repeat(63), `${"0".repeat(64)}\n`, "g".repeat(64)]) {
          await expectRefusal(() => sql`select public.verify_audit(${head})`, invalid);
        }
      }
      for (const role of ["support", "finance"] as const) {
        await asStaff(sql, role);
        const denied = { code: "permission_denied", status: 403 };
        await expectRefusal(() => sql`select public.audit_head()`, denied);
        await expectRefusal(() => sql`select public.verify_audit()`, denied);
      }
    });
  });

  test("cannot be written, changed or removed by anybody, its owner included", async () => {
    await database.rolledBack(async (sql) => {
      await entries(sql);
      const refused = { code: "append_only", status: 409 };
      await expectRefusal(() => sql`update public.audit_log set action = 'delete'`, refused);
      await expectRefusal(() => sql`delete from public.audit_log`, refused);
      const denied = { code: "42501", status: 403 };
      for (const become of [(tx: Sql) => asStaff(tx, "admin"), asService]) {
        await become(sql);
        await expectRefusal(() => sql`delete from public.audit_log`, denied);
        await expectRefusal(() => sql`update public.audit_log set action = 'delete'`, denied);
      }
    });
  });

  test("is read by admins and auditors only", async () => {
    await database.rolledBack(async (sql) => {
      await entries(sql);
      const seen: Record<string, boolean> = {};
      for (const role of ["admin", "auditor", "support", "finance"] as const) {
        await asStaff(sql, role);
        seen[role] = (await sql`select from public.audit_log`).length > 0;
      }
      expect(seen).toEqual({ admin: true, auditor: true, support: false, finance: false });
    });
  });
});
