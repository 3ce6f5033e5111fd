import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { SearchOrdersParams } from "../../packages/sdk/src/index.ts";
import { addAddress } from "../people/addresses.ts";
import { as, cancelOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { goods } from "../support/goods.ts";
import { newCustomer } from "../support/people.ts";
import { replaceInFunction } from "../support/sabotage.ts";
import { strangeText } from "../support/strange-values.ts";
import { courseCalled, numbersFor, orderPlaced, personCalled, searchAs, staffMember } from "./searching.ts";

const database = useDatabase();
let support: string;
let jose: string;
let budi: string;
let cafe: string;
let cheap: string;
let cancelled: string;

beforeAll(async () => {
  const { sql } = database;
  support = await staffMember(sql, "support");
  jose = await personCalled(sql, {
    first_name: "José",
    last_name: "Núñez-Łukasz",
    email: "jose_100%@kantor.test",
    phone: "+62 812-3456-7890",
  });
  budi = await personCalled(sql, { first_name: "Budi", last_name: "Santoso" });
  const management = await courseCalled(sql, "Café Management 100%_sure", 250_000);
  const dollars = await courseCalled(sql, "Fotografi", 90_000);
  cafe = await orderPlaced(sql, jose, management.variantId, "2026-01-10T10:00:00Z");
  cheap = await orderPlaced(sql, budi, dollars.variantId, "2026-01-11T10:00:00Z");
  cancelled = await orderPlaced(sql, budi, management.variantId, "2026-01-12T10:00:00Z");
  const [row] = await sql`select id from public.orders where number = ${cancelled}`;
  await cancelOrder(sql, budi, row?.id);
});

const find = (params: Parameters<typeof searchAs>[2]) => numbersFor(database.sql, support, params);

describe("words", () => {
  test("are found as a part of a title, a number, a name, an e-mail and a phone", async () => {
    expect(await find({ q: "Management" })).toEqual([cancelled, cafe]);
    expect(await find({ q: "Santoso" })).toEqual([cancelled, cheap]);
    expect(await find({ q: "kantor.test" })).toEqual([cafe]);
    expect(await find({ q: "812-3456" })).toEqual([cafe]);
    for (const q of [cafe, cafe.slice(-5), cafe.slice(0, -1), cafe.slice(3, 7), cafe.slice(2)])
      expect(await find({ q }), q).toContain(cafe);
  });

  test("are found whatever their case, accents and spaces", async () => {
    for (const q of ["jose nunez", "JOSÉ  NÚÑEZ", "Jose\u0301 Nu\u0301n", "lukasz", "cafe management", "ＣＡＦÉ"])
      expect(await find({ q }), q).toContain(cafe);
    expect(await find({ q: cheap.toLowerCase() })).toEqual([cheap]);
  });

  test("are found although a letter is wrong, once nothing has them as they are", async () => {
    expect(await find({ q: "fotogarfi" })).toEqual([cheap]);
    expect(await find({ q: "santsoo" })).toEqual([cancelled, cheap]);
    expect(await find({ q: "managment" })).toEqual([cancelled, cafe]);
    expect(await find({ q: "santoso budi" })).toEqual([cancelled, cheap]);
    expect(await find({ q: "SL-999999" })).toEqual([]);
    expect(await find({ q: "qqzzxxyy" })).toEqual([]);
  });

  test("of a phone or a number are found although one digit is wrong, left out, too many or swapped with the next", async () => {
    const slips = [
      "81234567891",
      "8123456789",
      "0812 3465 7890",
      "+62 812 34566 7890",
      "0812-456-7890",
      "628124567890",
      "+62 912 3456 7890",
    ];
    for (const q of slips) expect(await find({ q }), q).toEqual([cafe]);
    for (const q of ["0812 3465 7809", "812 3456 1190", "99934567890"])
      expect(await find({ q }), q).not.toContain(cafe);
    const digits = cafe.slice(3);
    // nobody has these numbers, so they are slips of the one that is nearest
    for (const q of [`9${digits}`, `SL-${digits}9`, `sl-7${digits.slice(1)}`])
      expect(await find({ q }), q).toContain(cafe);
    expect(await find({ q: `SL-77${digits.slice(2)}` })).toEqual([]);
    // what is somebody's number is no slip of another one
    expect(await find({ q: cheap })).toEqual([cheap]);
  });

  test("of a phone are found however it is grouped, with the country's 0", async () => {
    for (const q of ["81234567", "0812 3456 7890", "+62 (812) 3456", "628123456"])
      expect(await find({ q }), q).toEqual([cafe]);
  });

  test("take % and _ and \\ as characters", async () => {
    expect(await find({ q: "100%" })).toEqual([cancelled, cafe]);
    expect(await find({ q: "%_s" })).toEqual([cancelled, cafe]);
    expect(await find({ q: "jose_1" })).toEqual([cafe]);
    for (const q of ["c_f", "%", "\\", "__", "\\%"])
      expect(await find({ q }), q).toEqual(q === "%" ? [cancelled, cafe] : []);
  });

  test("of a title find the orders that were placed under it, not those placed after it changed", () =>
    database.rolledBack(async (sql) => {
      const course = await courseCalled(sql, "Zeppelin Flying");
      const before = await orderPlaced(sql, jose, course.variantId, "2026-02-01T10:00:00Z");
      await sql`update public.products set title = 'Airship Piloting' where id = ${course.productId}`;
      const after = await orderPlaced(sql, budi, course.variantId, "2026-02-02T10:00:00Z");
      expect(await numbersFor(sql, support, { q: "zeppelin" })).toEqual([before]);
      expect(await numbersFor(sql, support, { q: "airship" })).toEqual([after]);
    }));

  test("of a title find goods and seats under every name they had, in whatever order product and intake were renamed", () =>
    database.rolledBack(async (sql) => {
      const file = await goods(sql, { kind: "digital", status: "published", price: 5_000 });
      const course = await courseCalled(sql, "Origami");
      const placed: [string, string][] = [];
      const call = async (productTitle: string, intakeTitle: string) => {
        await sql`update public.products set title = ${productTitle}
          where id in (${course.productId}, (select product_id from public.variants where id = ${file}))`;
        await sql`update public.intakes set title = ${intakeTitle} where product_id = ${course.productId}`;
        for (const [variant, words] of [
          [file, productTitle],
          [course.variantId, `${productTitle} · ${intakeTitle}`],
        ] as const)
          placed.push([await orderPlaced(sql, await newCustomer(sql), variant, "2026-02-01T10:00:00Z"), words]);
      };
      for (const [productTitle, intakeTitle] of [
        ["Quilling", "Spring"],
        ["Marbling", "Spring"],
        ["Quilling", "Autumn"],
        ["Marbling", "Autumn"],
        ["Bookbinding", "Winter"],
      ])
        await call(productTitle as string, intakeTitle as string);
      for (const [number, words] of placed)
        expect(await numbersFor(sql, support, { q: words }), words).toContain(number);
    }));

  test("of a person follow the profile, and go when the account goes", () =>
    database.rolledBack(async (sql) => {
      await sql`update public.profiles set last_name = 'Wijaya' where id = ${budi}`;
      expect(await numbersFor(sql, support, { q: "wijaya" })).toEqual([cancelled, cheap]);
      expect(await numbersFor(sql, support, { q: "santoso" })).toEqual([]);
      await sql`update public.profiles set email = null, phone = null, first_name = '', last_name = '', closed_at = now() where id = ${budi}`;
      expect(await numbersFor(sql, support, { q: "wijaya" })).toEqual([]);
      expect(await numbersFor(sql, support, { q: "fotografi" })).toEqual([cheap]);
    }));
});

describe("filters", () => {
  test("of a recipient find the orders of whoever has parcels sent to them, as long as the address is kept", () =>
    database.rolledBack(async (sql) => {
      const numbers = () => numbersFor(sql, support, { q: "mahéswari" });
      const { id } = await addAddress(sql, budi, { recipient: "Ibu Maheswari" });
      expect(await numbers()).toEqual([cancelled, cheap]);
      await as(sql, budi, (tx) => tx`select public.remove_address(${id})`);
      expect(await numbers()).toEqual([]);
    }));

  test("of a recipient and their phone find where an order went, also when the address is gone", () =>
    database.rolledBack(async (sql) => {
      const { id } = await addAddress(sql, budi, { recipient: "Ibu Maheswari", phone: "+62 899 7766 554" });
      await sql`update public.orders set shipping_address = '{"recipient": "Ibu Maheswari", "phone": "+62 899 7766 554"}' where number = ${cheap}`;
      await as(sql, budi, (tx) => tx`select public.remove_address(${id})`);
      for (const q of ["maheswari", "0899 7766", "899-7766-554"])
        expect(await numbersFor(sql, support, { q }), q).toEqual([cancelled, cheap]);
      await sql`update public.profiles set email = null, phone = null, first_name = '', last_name = '', closed_at = now() where id = ${budi}`;
      expect(await numbersFor(sql, support, { q: "maheswari" })).toEqual([]);
    }));

  test("narrow by status, time, amount and currency, with words and without", async () => {
    expect(await find({})).toEqual([cancelled, cheap, cafe]);
    expect(await find({ q: "  " })).toEqual([cancelled, cheap, cafe]);
    expect(await find({ statuses: ["cancelled"] })).toEqual([cancelled]);
    expect(await find({ statuses: ["pending", "cancelled"], q: "budi" })).toEqual([cancelled, cheap]);
    expect(await find({ statuses: [] })).toEqual([cancelled, cheap, cafe]);
    expect(await find({ placed_from: "2026-01-11T10:00:00Z" })).toEqual([cancelled, cheap]);
    expect(await find({ placed_to: "2026-01-11T10:00:00Z" })).toEqual([cafe]);
    expect(await find({ q: "management", placed_to: "2026-01-12T00:00:00Z" })).toEqual([cafe]);
    expect(await find({ min_amount: 100_000 })).toEqual([cancelled, cafe]);
    expect(await find({ max_amount: 90_000, currency: "IDR" })).toEqual([cheap]);
    expect(await find({ currency: "USD" })).toEqual([]);
  });

  test("that make no sense are refused with invalid_search", async () => {
    const senseless = [
      { q: "a".repeat(101) },
      { limit: 0 },
      { limit: 101 },
      { currency: "rupiah" },
      { min_amount: 2, max_amount: 1 },
      { placed_from: "2026-01-02T00:00:00Z", placed_to: "2026-01-01T00:00:00Z" },
      { statuses: ["lost" as never] },
      { statuses: [null as never] },
      { statuses: Array.from({ length: 21 }, () => "paid" as const) },
    ];
    for (const params of senseless)
      await expectRefusal(searchAs(database.sql, support, params), { code: "invalid_search", status: 422 });
  });
});

describe("pages", () => {
  test("show each order once, newest first, also when orders come in between", () =>
    database.rolledBack(async (sql) => {
      const course = await courseCalled(sql, "Paged");
      const placed: string[] = [];
      for (let day = 1; day <= 5; day++) {
        const at = day === 3 ? "2026-03-02T00:00:00Z" : `2026-03-0${day}T00:00:00Z`;
        placed.unshift(await orderPlaced(sql, await newCustomer(sql), course.variantId, at));
      }
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await searchAs(sql, support, { q: "paged", limit: 2, cursor });
        seen.push(...page.data.map(({ number }) => number));
        cursor = page.next_cursor;
        await orderPlaced(sql, await newCustomer(sql), course.variantId, "2026-04-01T00:00:00Z");
      } while (cursor);
      expect(seen.toSorted()).toEqual(placed.toSorted());
      expect([seen.at(0), seen.at(-1)]).toEqual([placed.at(0), placed.at(-1)]);
    }));

  test("of words with a wrong letter go on with what is alike", async () => {
    const first = await searchAs(database.sql, support, { q: "managment", limit: 1 });
    const second = await searchAs(database.sql, support, { q: "managment", limit: 1, cursor: first.next_cursor });
    expect([...first.data, ...second.data].map(({ number }) => number)).toEqual([cancelled, cafe]);
    expect(second.next_cursor).toBeNull();
  });

  test("refuse a cursor of another search, of nobody's order, and whatever is none", async () => {
    const { next_cursor } = await searchAs(database.sql, support, { q: "management", limit: 1 });
    const refused = { code: "invalid_cursor", status: 422 };
    await expectRefusal(searchAs(database.sql, support, { q: "budi", cursor: next_cursor }), refused);
    await expectRefusal(searchAs(database.sql, budi, { q: "management", cursor: next_cursor }), refused);
    for (const cursor of ["", "x", "e", `e${"0".repeat(40)}`, `${next_cursor}0`, "é", "a".repeat(10_000)])
      await expectRefusal(searchAs(database.sql, support, { q: "management", cursor }), refused);
  });
});

describe("whatever is typed", () => {
  test("a search never breaks", async () => {
    const text = fc.oneof(
      strangeText,
      fc.string({ unit: "binary", maxLength: 100 }),
      fc.stringMatching(/^[slSL0-9%_\\ +-]{1,20}$/),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(support, budi), async (q, person) => {
        const storable = q.replaceAll("\0", "").toWellFormed().slice(0, 50).toWellFormed();
        const page = await searchAs(database.sql, person, { q: storable });
        expect(page.data.length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 150 },
    );
  });

  test("every part of every text is found, as a scan of everything finds it", async () => {
    const texts = await database.sql<{ text: string }[]>`
      select number as text from public.orders union select title from public.order_items
      union select first_name || ' ' || last_name from public.profiles union select email from public.profiles union select phone from public.profiles`;
    const known = texts.map(({ text }) => text).filter((text) => text?.trim());
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...known),
        fc.nat(30),
        fc.integer({ min: 1, max: 12 }),
        async (text, start, length) => {
          const q = text.slice(start % text.length).slice(0, length);
          const found = await find({ q, limit: 100 });
          const scanned = await database.sql`
          select number from public.orders join public.profiles on profiles.id = orders.customer_id
          where exists (
            select from unnest(array[number, first_name || ' ' || last_name, email, phone]
              || array(select title from public.order_items where order_id = orders.id)) as text
            where strpos(private.search_text(text), private.search_text(${q})) > 0)`;
          expect(found, q).toEqual(expect.arrayContaining(scanned.map(({ number }) => number)));
        },
      ),
      { numRuns: 150 },
    );
  });

  test("a text of ASCII alone is compared as every other", async () => {
    const { sql } = database;
    const rows = await sql`
      select original from (
        select 'A' || chr(first) || chr(second) || 'z ' as original from generate_series(1, 127) as first, generate_series(1, 127) as second
      ) as pairs
      where private.search_text(original) is distinct from btrim(regexp_replace(
        lower(extensions.unaccent('extensions.unaccent', normalize(original, NFKC)) collate pg_catalog.pg_c_utf8), '\\s+', ' ', 'g'))`;
    expect(rows).toEqual([]);
  });

  test("the numbers that contain a text are named completely, or not at all", async () => {
    const { sql } = database;
    await sql`select setval('private.order_numbers', 1000100)`;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100_001, max: 1_000_099 }),
        fc.nat(8),
        fc.integer({ min: 1, max: 9 }),
        async (n, start, length) => {
          const number = `sl-${n}`;
          const words = number.slice(start % number.length).slice(0, length);
          const [row] = await sql`select private.order_numbers_containing(${words}) as numbers`;
          if (row?.numbers === null) return;
          const named = ((row?.numbers ?? []) as string[]).filter(
            (name) => Number(name.slice(3)) < 1_000_100 && Number(name.slice(3)) > 100_000,
          );
          const [all] =
            await sql`select count(*) as many from generate_series(100001, 1000099) as n where strpos('sl-' || n, ${words}) > 0`;
          expect({ words, many: new Set(named).size }).toEqual({ words, many: all?.many });
          expect(named).toContain(number.toUpperCase());
        },
      ),
      { numRuns: 15 },
    );
  });
});

test("every title that an order carries is one that is searched", async () => {
  expect(
    await database.sql`
      select order_items.title from public.order_items
      where not exists (select from private.sold_titles where sold_titles.variant_id = order_items.variant_id and sold_titles.title = order_items.title)
        and not exists (
          select from private.variants_called(private.search_pattern(private.search_text(order_items.title)), null, null) as called
          where called.variant_id = order_items.variant_id and called.title = order_items.title)`,
  ).toEqual([]);
});

test("a search is as complete when words are common as when they are rare", () =>
  database.rolledBack(async (sql) => {
    const course = await courseCalled(sql, "Crowded");
    const [first] = await sql`select id from public.orders where number = ${cafe}`;
    // 2100 newer orders of somebody else, more than are looked at one by one
    await sql`
      with made as (
        insert into public.orders (customer_id, status, currency, subtotal_amount, total_amount, placed_at, paid_at)
        select ${budi}, 'paid', 'IDR', 5, 5, timestamptz '2026-05-01' + n * interval '1 minute', now() from generate_series(1, 2100) as n returning id)
      insert into public.order_items (order_id, variant_id, kind, sku, title, quantity, unit_amount, subtotal_amount, total_amount)
      select made.id, ${course.variantId}, 'course', 'x', sold_titles.title, 1, 5, 5, 5 from made, private.sold_titles
      where sold_titles.variant_id = ${course.variantId} and sold_titles.title like 'Crowded%'`;
    const all = { q: "e", placed_to: "2026-01-11T00:00:00Z" };
    expect((await searchAs(sql, support, all)).data.map(({ id }) => id)).toEqual([first?.id]);
    expect(await numbersFor(sql, support, { q: "crowded", statuses: ["cancelled"] })).toEqual([]);
    // rare amounts are found behind thousands of newer orders, with words, with other filters, and page by page
    expect(await numbersFor(sql, support, { min_amount: 6 })).toEqual([cancelled, cheap, cafe]);
    expect(await numbersFor(sql, support, { min_amount: 6, statuses: ["cancelled"] })).toEqual([cancelled]);
    expect(await numbersFor(sql, support, { min_amount: 6, q: "management" })).toEqual([cancelled, cafe]);
    expect(await numbersFor(sql, support, { min_amount: 6, placed_to: "2026-01-11T00:00:00Z" })).toEqual([cafe]);
    // what is somebody's name is no slip: nothing of it left is no reason to show what is alike
    expect(await numbersFor(sql, support, { q: "budi", min_amount: 900_000_000 })).toEqual([]);
    const seen: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await searchAs(sql, support, { q: "budi", limit: 100, cursor });
      seen.push(...page.data.map(({ number }) => number));
      cursor = page.next_cursor;
      if (!cursor) break;
    }
    expect([new Set(seen).size, ...seen.slice(-2)]).toEqual([2102, cancelled, cheap]);
    expect(await numbersFor(sql, support, { q: "budi", statuses: ["cancelled"] })).toEqual([cancelled]);
    expect(await numbersFor(sql, support, { q: "SL-1", max_amount: 250_000, min_amount: 6 })).toEqual([
      cancelled,
      cheap,
      cafe,
    ]);
    expect(await numbersFor(sql, support, { q: "management" })).toEqual([cancelled, cafe]);
    // every way there is to the answer finds the same: with other limits other questions count as rare
    const questions: SearchOrdersParams[] = [
      { q: "budi", limit: 2 },
      { q: "budi", statuses: ["cancelled", "pending"] },
      { q: "SL-1", max_amount: 250_000, min_amount: 6 },
      { q: "management", currency: "IDR" },
      { q: "managment" },
      { q: "e", placed_to: "2026-01-12T00:00:00Z", limit: 100 },
      { min_amount: 6, limit: 2 },
      { q: "crowded", max_amount: 5, limit: 100 },
    ];
    const answers = async () => {
      const found = [];
      for (const person of [support, budi])
        for (const question of questions) found.push(await numbersFor(sql, person, question));
      return found;
    };
    const before = await answers();
    for (const [rare, window] of [
      ["20001", "4"],
      ["5", "4"],
      ["5", "2001"],
    ] as const) {
      await sql`savepoint as_it_is`;
      const patch = (name: string, guard: string, instead: string) =>
        (replaceInFunction(name, guard, instead) as (sql: Sql) => Promise<void>)(sql);
      await patch("private.find_orders", "20000", rare);
      await patch("private.find_orders", ":= 2000;", `:= ${window};`);
      await patch("private.find_orders", ":= 200;", ":= 2;");
      await patch("private.filtered_orders", "20000", rare);
      expect(await answers(), `${rare} ${window}`).toEqual(before);
      await sql`rollback to savepoint as_it_is`;
    }
    await sql`delete from public.order_items where variant_id = ${course.variantId}`;
    await sql`delete from public.orders where total_amount = 5`;
  }));
