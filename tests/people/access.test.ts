import { describe, expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";

const database = useDatabase();
const denied = { code: "42501", status: 403 };

describe("a profile", () => {
  test("is seen and changed by its person", async () => {
    await database.rolledBack(async (sql) => {
      const id = await asCustomer(sql);
      expect((await sql`select id from public.profiles`).map((row) => row.id)).toEqual([id]);
      const changed = await sql`update public.profiles
        set first_name = 'Sari', last_name = 'Wijaya', phone = '+62 811 222 333', locale = 'en' returning id`;
      expect(changed.map((row) => row.id)).toEqual([id]);
    });
  });

  test.each(["id", "email", "created_at", "updated_at", "closed_at"])(
    "gives nobody its %s to write",
    async (column) => {
      await database.rolledBack(async (sql) => {
        for (const become of [asCustomer, asService, (tx: typeof sql) => asStaff(tx, "admin")]) {
          await become(sql);
          await expectRefusal(() => sql.unsafe(`update public.profiles set ${column} = ${column}`), denied);
        }
      });
    },
  );

  test("is not made or removed by hand", async () => {
    await database.rolledBack(async (sql) => {
      for (const become of [asCustomer, asService, (tx: typeof sql) => asStaff(tx, "admin")]) {
        await become(sql);
        await expectRefusal(() => sql`insert into public.profiles (id) values (gen_random_uuid())`, denied);
        await expectRefusal(() => sql`delete from public.profiles`, denied);
      }
    });
  });

  test("of another is seen by staff with people.read, and changed by none of them", async () => {
    await database.rolledBack(async (sql) => {
      const other = await newCustomer(sql);
      const seers = [];
      for (const role of staffRoles) {
        await asStaff(sql, role);
        if ((await sql`select from public.profiles where id = ${other}`).length > 0) seers.push(role);
        const changed = await sql`update public.profiles set first_name = 'Eve' where id = ${other} returning id`;
        expect(changed, role).toHaveLength(0);
      }
      expect(seers.toSorted()).toEqual(["admin", "auditor", "finance", "support"]);
      await asCustomer(sql);
      expect(await sql`select from public.profiles where id = ${other}`).toHaveLength(0);
      await asAnon(sql);
      await expectRefusal(() => sql`select from public.profiles`, { code: "42501", status: 401 });
    });
  });

  test.each([
    ["a phone that cannot be dialled", { phone: "call me" }],
    ["a language the shop does not speak", { locale: "de" }],
    ["a name of 101 letters", { first_name: "a".repeat(101) }],
  ])("refuses %s", async (_what, change) => {
    await database.rolledBack(async (sql) => {
      await asCustomer(sql);
      await expectRefusal(() => sql`update public.profiles set ${sql(change)}`, { code: "23514", status: 400 });
    });
  });
});

describe("roles", () => {
  test("are given by the verbs only: nobody writes their members", async () => {
    await database.rolledBack(async (sql) => {
      for (const become of [asCustomer, asService, (tx: typeof sql) => asStaff(tx, "admin")]) {
        const id = await newCustomer(sql);
        await become(sql);
        await expectRefusal(
          () => sql`insert into public.role_members (profile_id, role) values (${id}, 'admin')`,
          denied,
        );
        await expectRefusal(() => sql`update public.role_members set role = 'admin'`, denied);
        await expectRefusal(() => sql`delete from public.role_members`, denied);
      }
    });
  });

  test("are not granted by a customer, to himself or others, nor by a visitor", async () => {
    await database.rolledBack(async (sql) => {
      const id = await asCustomer(sql);
      const refused = { code: "permission_denied", status: 403 };
      await expectRefusal(() => sql`select public.grant_role(${id}, 'admin')`, refused);
      await expectRefusal(() => sql`select public.revoke_role(${id}, 'admin')`, refused);
      await asAnon(sql);
      await expectRefusal(() => sql`select public.grant_role(${id}, 'admin')`, { code: "42501", status: 401 });
    });
  });

  test("one has are seen; those of others only with people.read", async () => {
    await database.rolledBack(async (sql) => {
      await asStaff(sql, "admin");
      const courier = await asStaff(sql, "courier");
      const seen = await sql`select profile_id, role from public.role_members`;
      expect([...seen]).toEqual([{ profile_id: courier, role: "courier" }]);
      expect(await sql`select from public.role_permissions`).toHaveLength(0);
      await asStaff(sql, "auditor");
      expect((await sql`select from public.role_members`).length).toBeGreaterThan(1);
    });
  });

  test("get and lose permissions by an admin only", async () => {
    await database.rolledBack(async (sql) => {
      const give = () => sql`insert into public.role_permissions (role, permission) values ('courier', 'orders.read')`;
      const take = () => sql`delete from public.role_permissions where role = 'support' returning permission`;
      for (const role of staffRoles.filter((name) => name !== "admin")) {
        await asStaff(sql, role);
        await expectRefusal(give, denied);
        expect(await take(), role).toHaveLength(0);
      }
      await asStaff(sql, "admin");
      await give();
      expect((await take()).length).toBeGreaterThan(0);
      await expectRefusal(() => sql`update public.role_permissions set permission = 'orders.read'`, denied);
    });
  });
});
