import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { asAuth, deleteAccount } from "./accounts.ts";

const database = useDatabase();

describe("whoever signs up", () => {
  test("has a profile and a welcome event in the same transaction", async () => {
    await database.rolledBack(async (sql) => {
      const id = await newCustomer(sql, { first_name: "Sari", last_name: "Wijaya", locale: "en" });
      const [found] = await sql`
        select first_name, last_name, locale, profiles.email = users.email as same_address, events.name, events.actor_id,
          profiles.xmin = events.xmin as together
        from public.profiles join auth.users on users.id = profiles.id join public.events on events.subject_id = profiles.id
        where profiles.id = ${id}`;
      expect(found).toEqual({
        first_name: "Sari",
        last_name: "Wijaya",
        locale: "en",
        same_address: true,
        name: "profile.created",
        actor_id: id,
        together: true,
      });
    });
  });

  test("and whose sign-up is undone has neither", async () => {
    const sql = await database.sql.reserve();
    await sql`begin`;
    const id = await newCustomer(sql);
    await sql`rollback`;
    sql.release();
    expect(await database.sql`select from public.profiles where id = ${id}`).toHaveLength(0);
    expect(await database.sql`select from public.events where subject_id = ${id}`).toHaveLength(0);
  });

  test("is not believed more than a name: long ones are cut, other languages and roles are left out", async () => {
    await database.rolledBack(async (sql) => {
      const id = await newCustomer(sql, { first_name: "a".repeat(500), locale: "xx", role: "admin", roles: ["admin"] });
      const [found] = await sql`select length(first_name) as letters, locale from public.profiles where id = ${id}`;
      expect(found).toEqual({ letters: 100, locale: "id" });
      expect(await sql`select from public.role_members where profile_id = ${id}`).toHaveLength(0);
    });
  });

  test("and changes the address has it changed in the profile", async () => {
    await database.rolledBack(async (sql) => {
      const id = await newCustomer(sql);
      await asAuth(sql, () => sql`update auth.users set email = 'new@example.test' where id = ${id}`);
      expect(await sql`select email from public.profiles where id = ${id}`).toEqual([{ email: "new@example.test" }]);
    });
  });
});

describe("a deleted account", () => {
  test("leaves its orders and an empty profile, and no roles", async () => {
    await database.rolledBack(async (sql) => {
      const { intakeId } = await publishedIntake(sql);
      const id = await asStaff(sql, "support", await newCustomer(sql, { first_name: "Sari", last_name: "Wijaya" }));
      await sql`update public.profiles set phone = '+62 812 0000 0000' where id = ${id}`;
      await sql`select public.enroll(${intakeId})`;
      await asOwner(sql);
      await deleteAccount(sql, id);
      const [left] = await sql`
        select email, phone, first_name, last_name, closed_at is not null as closed,
          (select count(*) from public.orders where customer_id = profiles.id) as orders,
          (select count(*) from public.role_members where profile_id = profiles.id) as roles
        from public.profiles where id = ${id}`;
      const blank = { email: null, phone: null, first_name: "", last_name: "", closed: true };
      expect(left).toEqual({ ...blank, orders: 1, roles: 0 });
    });
  });

  test("is refused with a token that outlived it, by every verb", async () => {
    await database.rolledBack(async (sql) => {
      const { intakeId, variantId } = await publishedIntake(sql);
      const id = await newCustomer(sql);
      await deleteAccount(sql, id);
      await asCustomer(sql, id);
      const closed = { code: "account_closed", status: 401 };
      const lines = JSON.stringify([{ variant_id: variantId, quantity: 1 }]);
      await expectRefusal(() => sql`select public.enroll(${intakeId})`, closed);
      await expectRefusal(() => sql`select public.place_order(${lines}::text::jsonb)`, closed);
      await expectRefusal(() => sql`select public.my_courses()`, closed);
      await expectRefusal(() => sql`select public.start_payment(gen_random_uuid())`, closed);
    });
  });

  test("cannot be filled again", async () => {
    await database.rolledBack(async (sql) => {
      const id = await newCustomer(sql);
      await deleteAccount(sql, id);
      await expectRefusal(() => sql`update public.profiles set first_name = 'Sari' where id = ${id}`, {
        code: "23514",
        status: 400,
      });
      await asService(sql);
      await expectRefusal(() => sql`select public.grant_role(${id}, 'support')`, {
        code: "profile_not_found",
        status: 404,
      });
    });
  });
});

describe("a role", () => {
  const rolesOf = async (sql: Sql, verb: "grant_role" | "revoke_role", id: string, role: string) => {
    const rows = await sql`select role from ${sql(`public.${verb}`)}(${id}, ${role}) order by role`;
    return rows.map((row) => row.role);
  };

  test("is granted and revoked by an admin, who gets all that the person has; twice is as once", async () => {
    await database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const admin = await asStaff(sql, "admin");
      expect(await rolesOf(sql, "grant_role", person, "support")).toEqual(["support"]);
      expect(await rolesOf(sql, "grant_role", person, "finance")).toEqual(["finance", "support"]);
      expect(await rolesOf(sql, "grant_role", person, "finance")).toEqual(["finance", "support"]);
      expect(await rolesOf(sql, "revoke_role", person, "support")).toEqual(["finance"]);
      expect(await rolesOf(sql, "revoke_role", person, "support")).toEqual(["finance"]);
      const [member] = await sql`select granted_by from public.role_members where profile_id = ${person}`;
      expect(member?.granted_by).toBe(admin);
    });
  });

  test("that is unknown, or for a person who is not there, is refused", async () => {
    await database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      await asStaff(sql, "admin");
      await expectRefusal(() => rolesOf(sql, "grant_role", person, "emperor"), { code: "role_not_found", status: 404 });
      await expectRefusal(() => rolesOf(sql, "grant_role", randomUUID(), "support"), {
        code: "profile_not_found",
        status: 404,
      });
    });
  });

  test("of admin is not taken from the last one, not even by the secret key", async () => {
    await database.rolledBack(async (sql) => {
      await sql`delete from public.role_members where role = 'admin'`;
      const [one, two] = [await asStaff(sql, "admin"), await asStaff(sql, "admin")];
      expect(await rolesOf(sql, "revoke_role", one, "admin")).toEqual([]);
      const last = { code: "last_admin", status: 409 };
      await expectRefusal(() => rolesOf(sql, "revoke_role", two, "admin"), last);
      await asService(sql);
      await expectRefusal(() => rolesOf(sql, "revoke_role", two, "admin"), last);
    });
  });

  test("of admin keeps its last holder's account from being deleted, and no other", async () => {
    await database.rolledBack(async (sql) => {
      await sql`delete from public.role_members where role = 'admin'`;
      const [one, two, other] = [await newCustomer(sql), await newCustomer(sql), await newCustomer(sql)];
      await sql`insert into public.role_members (profile_id, role) values (${one}, 'admin'), (${two}, 'admin'), (${other}, 'finance')`;
      await deleteAccount(sql, one);
      await expectRefusal(() => deleteAccount(sql, two), { code: "last_admin", status: 409 });
      await deleteAccount(sql, other);
      const open =
        await sql`select id from public.profiles where id = any (${[one, two, other]}) and closed_at is null`;
      expect(open.map(({ id }) => id)).toEqual([two]);
    });
  });

  test.each(staffRoles.filter((role) => role !== "admin"))("of %s does not let its holder make roles", async (role) => {
    await database.rolledBack(async (sql) => {
      const id = await asStaff(sql, role);
      const denied = { code: "permission_denied", status: 403 };
      await expectRefusal(() => rolesOf(sql, "grant_role", id, "admin"), denied);
      await expectRefusal(() => rolesOf(sql, "revoke_role", id, role), denied);
    });
  });
});

describe("a permission", () => {
  const may = async (sql: Sql, permission: string) => {
    const [row] = await sql`select private.has_permission(${permission}) as may`;
    return row?.may;
  };

  test("is held by those whose role has it, and by nobody else", async () => {
    await database.rolledBack(async (sql) => {
      const permissions = (await sql`select name from public.permissions`).map(({ name }) => name as string);
      expect(permissions.length).toBeGreaterThan(10);
      const granted = await sql`select role || ' ' || permission as pair from public.role_permissions`;
      const expected = new Set(granted.map(({ pair }) => pair));
      for (const role of staffRoles) {
        await asStaff(sql, role);
        for (const permission of permissions) {
          expect(await may(sql, permission), `${role} ${permission}`).toBe(expected.has(`${role} ${permission}`));
        }
      }
      await asCustomer(sql);
      for (const permission of permissions) expect(await may(sql, permission), permission).toBe(false);
    });
  });

  test("of reading is all an auditor has; an admin has every one", async () => {
    const rows = await database.sql`
      select name, name like '%.read' as reads,
        exists (select from public.role_permissions where role = 'auditor' and permission = name) as auditor,
        exists (select from public.role_permissions where role = 'admin' and permission = name) as admin
      from public.permissions`;
    for (const { name, reads, auditor, admin } of rows) expect([name, auditor, admin]).toEqual([name, reads, true]);
  });

  test("given to a role counts at once, and is gone with the role", async () => {
    await database.rolledBack(async (sql) => {
      const id = await asStaff(sql, "courier");
      expect(await may(sql, "orders.read")).toBe(false);
      await asOwner(sql);
      await sql`insert into public.role_permissions (role, permission) values ('courier', 'orders.read')`;
      await asCustomer(sql, id);
      expect(await may(sql, "orders.read")).toBe(true);
      await asOwner(sql);
      await sql`delete from public.role_members where profile_id = ${id}`;
      await asCustomer(sql, id);
      expect(await may(sql, "orders.read")).toBe(false);
    });
  });
});
