import { describe, expect, test } from "vitest";
import type { Address } from "../../packages/sdk/src/index.ts";
import { as } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { deleteAccount } from "./accounts.ts";
import { addAddress, bandung } from "./addresses.ts";

const database = useDatabase();

const changeAddress = (sql: Sql, person: string, id: string, change: Record<string, unknown>): Promise<Address> =>
  as(sql, person, async (tx) => {
    const names = Object.keys(change);
    const given = names.map((name, index) => `, ${name} => $${index + 2}`).join("");
    const values = [id, ...names.map((name) => change[name] as string)];
    const [row] = await tx.unsafe(`select public.change_address(address_id => $1${given}) as address`, values);
    return row?.address;
  });
const removeAddress = (sql: Sql, person: string, id: string): Promise<Address[]> =>
  as(sql, person, async (tx) => (await tx`select public.remove_address(${id}) as left`)[0]?.left);
const defaults = async (sql: Sql, person: string) =>
  (await sql`select recipient from public.addresses where profile_id = ${person} and default_since is not null`).map(
    ({ recipient }) => recipient,
  );

describe("a person's addresses", () => {
  test("have exactly one default: the first, then the one that was made it, then what is left", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const first = await addAddress(sql, person, { recipient: "First" });
      const second = await addAddress(sql, person, { recipient: "Second" });
      expect([first.default_since === null, second.default_since]).toEqual([false, null]);
      expect(await defaults(sql, person)).toEqual(["First"]);
      await changeAddress(sql, person, second.id, { make_default: true });
      expect(await defaults(sql, person)).toEqual(["Second"]);
      await addAddress(sql, person, { recipient: "Third", make_default: true });
      expect(await defaults(sql, person)).toEqual(["Third"]);
      const third = await sql`select id from public.addresses where recipient = 'Third'`;
      expect((await removeAddress(sql, person, third[0]?.id)).map(({ recipient }) => recipient).toSorted()).toEqual([
        "First",
        "Second",
      ]);
      expect(await defaults(sql, person)).toHaveLength(1);
      await removeAddress(sql, person, first.id);
      expect(await removeAddress(sql, person, second.id)).toEqual([]);
      expect(await defaults(sql, person)).toEqual([]);
    }));

  test("are changed field by field, and what is left out stays", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const { updated_at: _before, ...address } = await addAddress(sql, person);
      const { updated_at: _after, ...changed } = await changeAddress(sql, person, address.id, {
        street: "Jl. Baru 1",
        district: "",
      });
      expect(changed).toEqual({ ...address, street: "Jl. Baru 1", district: "" });
    }));

  test("are as many as the shop allows", () =>
    database.rolledBack(async (sql) => {
      await sql`update public.settings set value = '2' where key = 'max_addresses'`;
      const person = await newCustomer(sql);
      await addAddress(sql, person);
      const { id } = await addAddress(sql, person);
      await expectRefusal(() => addAddress(sql, person), { code: "too_many_addresses", status: 409 });
      await removeAddress(sql, person, id);
      await addAddress(sql, person);
    }));

  test("are kept once for one key, and go with the account", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const once = await addAddress(sql, person, { idempotency_key: "key" });
      expect(await addAddress(sql, person, { idempotency_key: "key" })).toEqual(once);
      await expectRefusal(() => addAddress(sql, person, { idempotency_key: "key", street: "Other" }), {
        code: "idempotency_key_reused",
        status: 422,
      });
      expect(await sql`select from public.addresses where profile_id = ${person}`).toHaveLength(1);
      await deleteAccount(sql, person);
      expect(await sql`select from public.addresses where profile_id = ${person}`).toHaveLength(0);
    }));

  test.each<[string, Record<string, string>]>([
    ["nobody to take it", { recipient: "  " }],
    ["a phone that cannot be dialled", { phone: "call me" }],
    ["a country that is no code", { country: "Indonesia" }],
    ["no province", { province: "" }],
    ["no city", { city: " " }],
    ["no street", { street: "" }],
    ["a street of 501 letters", { street: "a".repeat(501) }],
    ["a postal code of four digits", { country: "ID", postal_code: "4013" }],
    ["a postal code of other signs", { country: "NL", postal_code: "1012 <b>" }],
    ["a label of 51 letters", { label: "a".repeat(51) }],
    ["a control character", { recipient: "Sari\u0007" }],
  ])("with %s are refused", (_what, change) =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      await expectRefusal(() => addAddress(sql, person, change), { code: "invalid_address", status: 422 });
      const { id } = await addAddress(sql, person, { country: "NL", postal_code: "1012 AB" });
      await expectRefusal(() => changeAddress(sql, person, id, change), { code: "invalid_address", status: 422 });
      // the table refuses it as well, whoever writes
      await expectRefusal(
        () => sql`insert into public.addresses ${sql({ ...bandung, profile_id: person, ...change })}`,
        {
          code: "23514",
          status: 400,
        },
      );
    }),
  );
});

describe("an address", () => {
  test("is seen by its person and by staff with people.read; for others it is not there", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const { id } = await addAddress(sql, person);
      const rows = (tx: Sql) => tx`select id from public.addresses where id = ${id}`;
      expect(await as(sql, person, rows)).toHaveLength(1);
      const seers = [];
      for (const role of staffRoles) {
        await asStaff(sql, role);
        if ((await rows(sql)).length > 0) seers.push(role);
      }
      expect(seers.toSorted()).toEqual(["admin", "auditor", "finance", "support"]);
      const stranger = await asCustomer(sql);
      expect(await rows(sql)).toHaveLength(0);
      await asOwner(sql);
      const notFound = { code: "address_not_found", status: 404 };
      await expectRefusal(() => changeAddress(sql, stranger, id, { label: "mine" }), notFound);
      await expectRefusal(() => removeAddress(sql, stranger, id), notFound);
      await asAnon(sql);
      await expectRefusal(() => rows(sql), { code: "42501", status: 401 });
    }));

  test("is written by the verbs only", () =>
    database.rolledBack(async (sql) => {
      const { id } = await addAddress(sql, await newCustomer(sql));
      for (const become of [asCustomer, asService, (tx: Sql) => asStaff(tx, "admin")]) {
        const own = (await become(sql)) ?? id;
        const denied = { code: "42501", status: 403 };
        await expectRefusal(() => sql`insert into public.addresses ${sql({ ...bandung, profile_id: own })}`, denied);
        await expectRefusal(() => sql`update public.addresses set street = 'x'`, denied);
        await expectRefusal(() => sql`delete from public.addresses`, denied);
        await expectRefusal(() => sql`select private.make_default_address(${own}, ${id})`, denied);
      }
    }));
});
