import { describe, expect, test } from "vitest";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { refusalOf } from "../support/expect-error.ts";
import { expectInvariants } from "../support/invariants.ts";
import { asCustomer, newCustomer } from "../support/people.ts";
import { race } from "../support/race.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { deleteAccount } from "./accounts.ts";

const database = useDatabase();

describe("ten admins who remove each other at once", () => {
  test("leave one", async () => {
    await oneAdminStays(database);
  });

  test("leave none when the members are not locked", async () => {
    await withSabotage(
      replaceInFunction(
        "private.keep_an_admin",
        "order by role_members.profile_id for update",
        "order by role_members.profile_id",
      ),
      oneAdminStays,
      { rounds: 8 },
    );
  });
});

async function oneAdminStays(target: TestDatabase): Promise<void> {
  const admins: string[] = [];
  for (let count = 0; count < 10; count++) admins.push(await newCustomer(target.sql));
  await target.sql`delete from public.role_members where role = 'admin'`;
  await target.sql`insert into public.role_members (profile_id, role)
    select id, 'admin' from unnest(${admins}::uuid[]) as id`;
  const { values, errors } = await race(target, admins.length, async (sql, index) => {
    const next = admins[(index + 1) % admins.length] as string;
    const refusal = await refusalOf(() =>
      sql.begin(async (tx) => {
        await asCustomer(tx, admins[index] as string);
        await tx`select public.revoke_role(${next}, 'admin')`;
      }),
    );
    return refusal?.code ?? "revoked";
  });
  expect(errors.map(String)).toEqual([]);
  const left = await target.sql`select from public.role_members where role = 'admin'`;
  expect(left.length).toBeGreaterThanOrEqual(1);
  expect(values.filter((value) => value === "revoked")).toHaveLength(admins.length - left.length);
  for (const value of values) expect(["revoked", "last_admin", "permission_denied"]).toContain(value);
}

describe("ten admins whose accounts are deleted at once", () => {
  test("leave one", async () => {
    await oneAccountStays(database);
  });

  test("leave none when the members are not locked", async () => {
    await withSabotage(
      replaceInFunction(
        "private.keep_an_admin",
        "order by role_members.profile_id for update",
        "order by role_members.profile_id",
      ),
      oneAccountStays,
      { rounds: 8 },
    );
  });
});

async function oneAccountStays(target: TestDatabase): Promise<void> {
  const admins: string[] = [];
  for (let count = 0; count < 10; count++) admins.push(await newCustomer(target.sql));
  await target.sql`delete from public.role_members where role = 'admin'`;
  await target.sql`insert into public.role_members (profile_id, role)
    select id, 'admin' from unnest(${admins}::uuid[]) as id`;
  const { values, errors } = await race(target, admins.length, async (sql, index) => {
    const refusal = await refusalOf(() => sql.begin((tx) => deleteAccount(tx, admins[index] as string)));
    return refusal?.code ?? "deleted";
  });
  expect(errors.map(String)).toEqual([]);
  expect(values.toSorted()).toEqual([...Array(9).fill("deleted"), "last_admin"]);
  const [left] = await target.sql`select count(*) as admins from public.role_members
    join public.profiles on profiles.id = role_members.profile_id where role = 'admin' and closed_at is null`;
  expect(left?.admins).toBe(1);
}

describe("twenty writes by staff at once", () => {
  test("are one chain in the audit log", async () => {
    await oneChain(database);
  });

  test("are a broken chain when they do not queue", async () => {
    await withSabotage(
      replaceInFunction("private.last_audit_seal", /perform pg_advisory_xact_lock\([^;]*;/, ""),
      oneChain,
    );
  });
});

async function oneChain(target: TestDatabase): Promise<void> {
  const people: string[] = [];
  for (let count = 0; count < 20; count++) people.push(await newCustomer(target.sql));
  const before = await entries(target);
  const { errors } = await race(target, people.length, (sql, index) =>
    sql.begin(async (tx) => {
      await tx`select public.grant_role(${people[index] as string}, 'courier')`;
      await tx`select public.grant_role(${people[index] as string}, 'warehouse')`;
    }),
  );
  expect(errors.map(String)).toEqual([]);
  expect(await entries(target)).toBe(before + 40);
  await expectInvariants(target.sql);
}

async function entries(target: TestDatabase): Promise<number> {
  const [row] = await target.sql`select count(*) as entries from public.audit_log`;
  return row?.entries;
}

describe("an account deleted while it is given roles", () => {
  test("ends without a role", async () => {
    for (let round = 0; round < 3; round++) await deletedWithoutRoles(database);
  });

  test("ends with one when the grant does not look again", async () => {
    await withSabotage(replaceInFunction("private.grant_role", "for share", ""), deletedWithoutRoles, { rounds: 10 });
  });
});

async function deletedWithoutRoles(target: TestDatabase): Promise<void> {
  const people: string[] = [];
  for (let count = 0; count < 8; count++) people.push(await newCustomer(target.sql));
  const { errors } = await race(target, people.length * 2, async (sql, index) => {
    const person = people[index >> 1] as string;
    const refusal = await refusalOf(() =>
      index % 2 === 0
        ? sql.begin((tx) => deleteAccount(tx, person))
        : sql`select public.grant_role(${person}, ${index % 4 === 1 ? "courier" : "admin"})`,
    );
    expect([undefined, "profile_not_found"]).toContain(refusal?.code);
  });
  expect(errors.map(String)).toEqual([]);
  const left = await target.sql`select role from public.role_members where profile_id = any (${people}::uuid[])`;
  expect([...left]).toEqual([]);
}

describe("one role granted to one person by twenty admins at once", () => {
  test("is one membership, and nobody is refused", async () => {
    await oneMembership(database);
  });

  test("is refused to most when a membership that is there counts as a mistake", async () => {
    await withSabotage(replaceInFunction("private.grant_role", "on conflict do nothing", ""), oneMembership, {
      rounds: 1,
    });
  });
});

async function oneMembership(target: TestDatabase): Promise<void> {
  const person = await newCustomer(target.sql);
  const { values, errors } = await race(target, 20, async (sql) => {
    const rows = await sql`select role from public.grant_role(${person}, 'finance')`;
    return rows.map(({ role }) => role).join();
  });
  expect(errors.map(String)).toEqual([]);
  expect(new Set(values)).toEqual(new Set(["finance"]));
}
