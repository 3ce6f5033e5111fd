import { beforeAll, expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asService, newCustomer, staffRoles } from "../support/people.ts";
import {
  courseCalled,
  numbersFor,
  orderPlaced,
  personCalled,
  searchAs,
  searchOrders,
  staffMember,
} from "./searching.ts";

const database = useDatabase();
let sari: string;
let budi: string;
let orders: [string, string];

beforeAll(async () => {
  const { sql } = database;
  sari = await personCalled(sql, { first_name: "Sari", last_name: "Wijaya" });
  budi = await personCalled(sql, { first_name: "Budi", last_name: "Santoso" });
  const course = await courseCalled(sql, "Python Weekend");
  const first = await orderPlaced(sql, sari, course.variantId, "2026-01-10T10:00:00Z");
  const second = await orderPlaced(sql, budi, course.variantId, "2026-01-11T10:00:00Z");
  orders = [second, first];
});

test("a customer finds own orders only, by title and number, and is told no names", async () => {
  const page = await searchAs(database.sql, sari, { q: "python" });
  expect(page).toMatchObject({
    data: [{ number: orders[1], customer_name: null, customer_email: null }],
    next_cursor: null,
  });
  expect(await numbersFor(database.sql, sari, {})).toEqual([orders[1]]);
  expect(await numbersFor(database.sql, sari, { q: "pythn" })).toEqual([orders[1]]);
  expect(await numbersFor(database.sql, sari, { q: orders[1] })).toEqual([orders[1]]);
  for (const q of ["budi", "santoso", "sari"]) expect(await numbersFor(database.sql, sari, { q }), q).toEqual([]);
  // another's number is to her a slip of her own
  expect(await numbersFor(database.sql, sari, { q: orders[0] })).toEqual([orders[1]]);
});

test("a customer finds own orders by e-mail, phone, and whom each was sent to, mistyped too, and nobody else's", () =>
  database.rolledBack(async (sql) => {
    const course = await courseCalled(sql, "Weaving");
    const wrap = (await orderPlaced(sql, sari, course.variantId, "2026-01-12T10:00:00Z")) as string;
    await sql`update public.profiles set email = 'sari.w@kantor.test', phone = '+62 812-3456-7890' where id = ${sari}`;
    await sql`update public.profiles set email = 'budi.s@kantor.test', phone = '+62 812-3456-7899' where id = ${budi}`;
    const sendTo = (number: string, recipient: string, phone: string) =>
      sql`update public.orders set shipping_address = ${JSON.stringify({ recipient, phone })}::text::jsonb where number = ${number}`;
    await sendTo(wrap, "Ibu Mahéswari", "+62 899 7766 554");
    await sendTo(orders[0], "Ibu Mahéswari", "+62 899 7766 554");
    for (const q of ["MAHESWARI", "mahewsari", "0899 7766", "899-7767-554"])
      expect(await numbersFor(sql, sari, { q }), q).toEqual([wrap]);
    for (const q of ["sari.w@kantor.test", "kantor", "sari.w@kantro.test", "0812 3456 7890", "812 3456 7809"])
      expect(await numbersFor(sql, sari, { q }), q).toEqual([wrap, orders[1]]);
    // one digit beside budi's number is sari's own; the orders of both never mix
    expect(await numbersFor(sql, sari, { q: "budi.s@kantor.test" })).not.toContain(orders[0]);
    expect(await numbersFor(sql, budi, { q: "maheswari" })).toEqual([orders[0]]);
    expect(await numbersFor(sql, budi, { q: `9${orders[1]}`.replace("9SL-", "SL-9") })).toEqual([]);
    expect(await numbersFor(sql, sari, { q: orders[1].replace("SL-", "SL-9") })).toEqual([orders[1]]);
    expect(await numbersFor(sql, sari, { q: "wijaya" })).toEqual([]);
  }));

test("a customer's cursor cannot name another's order", async () => {
  const { sql } = database;
  const [mine] = await sql`select id from public.orders where number = ${orders[1]}`;
  const [others] = await sql`select id from public.orders where number = ${orders[0]}`;
  const course = await courseCalled(sql, "Something else");
  await orderPlaced(sql, sari, course.variantId, "2026-01-12T10:00:00Z");
  const { next_cursor } = await searchAs(sql, sari, { limit: 1 });
  const forged = (id: string) => `e${id.replaceAll("-", "")}${next_cursor?.slice(33)}`;
  expect((await searchAs(sql, sari, { cursor: forged(mine?.id) })).data).toEqual([]);
  await expectRefusal(searchAs(sql, sari, { cursor: forged(others?.id) }), { code: "invalid_cursor", status: 422 });
});

test("staff find everybody's orders with orders.read, and people with people.read too", async () => {
  const { sql } = database;
  const readers = await sql`select role from public.role_permissions where permission = 'orders.read'`;
  for (const role of staffRoles) {
    const expected = readers.some((row) => row.role === role) ? orders : [];
    expect(await numbersFor(sql, await staffMember(sql, role), { q: "python" }), role).toEqual(expected);
  }
  const page = await searchAs(sql, await staffMember(sql, "support"), { q: "santoso" });
  expect(page.data).toMatchObject([{ number: orders[0], customer_name: "Budi Santoso", item_count: 1 }]);
  expect(page.data[0]?.customer_email).toContain("@");
});

test("orders.read without people.read shows and searches no people", () =>
  database.rolledBack(async (sql) => {
    const warehouse = await staffMember(sql, "warehouse");
    expect((await searchAs(sql, warehouse, { q: "python" })).data).toMatchObject([
      { number: orders[0], customer_name: null, customer_email: null },
      { number: orders[1], customer_name: null, customer_email: null },
    ]);
    expect(await numbersFor(sql, warehouse, { q: "santoso" })).toEqual([]);
    expect(await numbersFor(sql, warehouse, { q: "sntoso" })).toEqual([]);
  }));

test("the secret key finds everything; a visitor and a deleted account may not search", () =>
  database.rolledBack(async (sql) => {
    const gone = await newCustomer(sql);
    await sql`update public.profiles set email = null, closed_at = now() where id = ${gone}`;
    await expectRefusal(() => searchAs(sql, gone, {}), { code: "account_closed", status: 401 });
    await asService(sql);
    expect((await searchOrders(sql, { q: "santoso" })).data.map(({ number }) => number)).toEqual([orders[0]]);
    await asAnon(sql);
    await expectRefusal(() => searchOrders(sql, {}), { code: "42501", status: 401 });
  }));
