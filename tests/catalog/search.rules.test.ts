import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { listPrice } from "../pricing/offers.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { bundleOf, buyUnits } from "../support/goods.ts";
import { asAnon, asCustomer, asOwner, asStaff, newCustomer } from "../support/people.ts";
import { replaceInFunction } from "../support/sabotage.ts";
import { strangeText } from "../support/strange-values.ts";
import { category, type Search, search, sell, slugsFor } from "./searching.ts";

const database = useDatabase();

/** Lowers a limit that a function is written with. */
async function lower(sql: Sql, name: string, limit: string, instead: string): Promise<void> {
  const patch = replaceInFunction(name, limit, instead);
  if (typeof patch !== "string") await patch(sql);
}

describe("words", () => {
  test("are found in titles, translations, tags, SKUs, summaries and descriptions, in any form, the title first", () =>
    database.rolledBack(async (sql) => {
      const described = await sell(sql, { title: "Meja", description: "Untuk bermain gitar di rumah" });
      const titled = await sell(sql, { title: "Gitar Akustik", sku: "GTR-77X" });
      const english = await sell(sql, { title: "Biola", translations: { en: { title: "Violins and running shoes" } } });
      const tagged = await sell(sql, { title: "Topi", tags: ["winter-sale"], summary: "Penutup kepala" });
      expect(await slugsFor(sql, { q: "gitar" })).toEqual([titled.slug, described.slug]);
      expect(await slugsFor(sql, { q: "GTR-77X" })).toEqual([titled.slug]);
      for (const q of ["violin", "run shoe", "shoes violins"])
        expect(await slugsFor(sql, { q })).toEqual([english.slug]);
      for (const q of ["winter", "kepala", "penutup kepala topi"])
        expect(await slugsFor(sql, { q }), q).toContain(tagged.slug);
      expect(await search(sql, { q: "gitar topi" })).toMatchObject({ alike: true });
    }));

  test("are found whatever their case and accents, without fillers, and misspelt once nothing on sale has them", () =>
    database.rolledBack(async (sql) => {
      const { slug } = await sell(sql, { title: "Café Crème Brûlée" });
      await sell(sql, { title: "Crem", status: "draft" });
      for (const q of ["cafe creme", "CAFÉ", "the café", "creme dan brulee"])
        expect(await slugsFor(sql, { q }), q).toEqual([slug]);
      for (const q of ["cafe bruleé", "brulle", "creme brule"]) expect(await slugsFor(sql, { q }), q).toEqual([slug]);
      expect(await search(sql, { q: "brulle" })).toMatchObject({ alike: true, total: 1 });
      expect(await search(sql, { q: "creme" })).toMatchObject({ alike: false, total: 1 });
      expect(await search(sql, { q: "zzzzz" })).toMatchObject({ data: [], total: 0, next_cursor: null });
    }));

  test("are found in their Indonesian forms as in their English ones", () =>
    database.rolledBack(async (sql) => {
      const { slug } = await sell(sql, { title: "Membaca cepat" });
      for (const q of ["bacaan", "pembacaan"])
        expect(await search(sql, { q }), q).toMatchObject({ alike: false, data: [{ slug }] });
    }));

  test("of a translation into Indonesian are found and sorted by, whatever the language of the base text", () =>
    database.rolledBack(async (sql) => {
      await sql`update public.settings set value = '"en"' where key = 'catalog_locale'`;
      const first = await sell(sql, { title: "Reading", translations: { id: { title: "Membaca cepat" } } });
      const second = await sell(sql, { title: "Writing", translations: { id: { title: "Kursus membaca" } } });
      for (const q of ["bacaan", "pembacaan"])
        expect(await search(sql, { q })).toMatchObject({ alike: false, total: 2 });
      const sorted = (locale: string) => slugsFor(sql, { q: "bacaan", sort: "title", locale });
      expect(await sorted("id")).toEqual([second.slug, first.slug]);
      expect(await sorted("en")).toEqual([first.slug, second.slug]);
    }));

  test("of a category are found in its translations, and those of attributes as they are and as translations call them", () =>
    database.rolledBack(async (sql) => {
      const shelf = await category(sql, "motorcycles");
      await sql`update public.categories set translations = '{"id": {"title": "Sepeda motor"}, "en": {"title": "Motorbikes"}}' where id = ${shelf}`;
      await sql`insert into public.category_attributes (category_id, key, title, type, level, choices) values
        (${shelf}, 'drive', 'Drive', 'choice', 'product', '{Petrol,Boxed set}'), (${shelf}, 'maker', 'Maker', 'text', 'product', null),
        (${shelf}, 'colour', 'Colour', 'choice', 'variant', '{Crimson}'), (${shelf}, 'year', 'Year', 'integer', 'product', null)`;
      const { id, variant, slug } = await sell(sql, {
        title: "Jalur",
        category: shelf,
        attributes: { drive: "Petrol", maker: "Dewi Anggraini", year: 2019 },
      });
      await sql`update public.variants set attributes = '{"colour": "Crimson"}' where id = ${variant}`;
      const found = async (q: string) => {
        const answer = await search(sql, { q, with_facets: false });
        return answer.alike ? [] : answer.data.map((product: { slug: string }) => product.slug);
      };
      for (const q of ["sepeda motor", "motorbike", "petrol", "anggraini dewi", "crimson", "jalur petrol"])
        expect(await found(q), q).toEqual([slug]);
      for (const q of ["bensin", "2019", "merah", "steam"]) expect(await found(q), q).toEqual([]);
      const before = await sql`select xmin from private.product_search where product_id = ${id}`;
      await sql`update public.category_attributes set translations = '{"id": {"choices": {"Petrol": "Bensin", "Boxed set": "Kotak"}}}' where key = 'drive'`;
      await sql`update public.category_attributes set translations = '{"id": {"choices": {"Crimson": "Mérah tua"}}}' where key = 'colour'`;
      for (const q of ["bensin", "BENSIN jalur", "merah", "merah tua petrol"])
        expect(await found(q), q).toEqual([slug]);
      expect(await found("kotak")).toEqual([]);
      expect(await sql`select xmin from private.product_search where product_id = ${id}`).toEqual(before);
      await sql`update public.products set attributes = '{"drive": "Boxed set"}' where id = ${id}`;
      expect([await found("kotak"), await found("bensin")]).toEqual([[slug], []]);
    }));

  test("of many products are the same when another process makes a part of them, and everything asked there may be asked there", () =>
    database.rolledBack(async (sql) => {
      const kept = await category(sql, "kept");
      await sql`insert into public.category_attributes (category_id, key, title, type, level)
        values (${kept}, 'colour', 'Colour', 'text', 'product'), (${kept}, 'watt', 'Watt', 'integer', 'product'), (${kept}, 'length', 'Length', 'integer', 'variant')`;
      for (const colour of ["merah", "biru", "Café au lait"]) {
        const translations = { en: { title: `Lamp ${colour}` }, id: { description: "Membaca di malam hari" } };
        await sell(sql, { title: `Lampu ${colour}`, description: "Menyala terang", tags: ["baru"], category: kept });
        const attributes = { watt: 5, colour };
        await sell(sql, { title: `Lampu ${colour}`, summary: "Terang", translations, category: kept, attributes });
      }
      await sql`insert into public.variants (product_id, sku, title, attributes)
        select id, left(slug, 40) || '-2', 'Other one', '{"length": 7}' from public.products where attributes ? 'watt'`;
      const made = async (processes: number) => {
        await sql`select set_config('max_parallel_workers_per_gather', ${String(processes)}, true)`;
        return await sql`select made::text from private.product_documents(array(select id from public.products)) as made order by product_id`;
      };
      await sql`select set_config('debug_parallel_query', 'on', true)`;
      for (const free of ["parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"])
        await sql`select set_config(${free}, '0', true)`;
      const alone = await made(0);
      expect(alone.length).toBeGreaterThanOrEqual(6);
      expect(await made(2)).toEqual(alone);
      expect(await sql`select made::text from private.product_search as made order by product_id`).toEqual(alone);
      expect(
        await sql`select proname::text from pg_proc where pronamespace = 'private'::regnamespace and proparallel <> 's'
        and proname in ('language_of', 'search_text', 'translated_words', 'unaccented', 'words_of')`,
      ).toEqual([]);
    }));

  test("that are strange are searched for or refused, never failed over", async () => {
    await fc.assert(
      fc.asyncProperty(strangeText, async (q) => {
        const error = await search(database.sql, { q }).then(
          () => null,
          (cause) => cause,
        );
        expect(["PGRST", "22021", "22P05", undefined]).toContain(error?.code);
      }),
      { numRuns: 60, seed: inject("seed") },
    );
  });
});

describe("what staff change", () => {
  test("is found as it is now: titles, SKUs, prices, categories, translations, and not at all once it is gone", () =>
    database.rolledBack(async (sql) => {
      const root = await category(sql, "kendaraan");
      const { id, variant, slug } = await sell(sql, { title: "Sepeda", prices: { IDR: 500 } });
      await sql`update public.products set title = 'Skuter', category_id = ${root}, translations = '{"en": {"title": "Kickboard"}}' where id = ${id}`;
      expect(await slugsFor(sql, { q: "sepeda" })).toEqual([]);
      for (const q of ["skuter", "kickboard", "kendaraan"]) expect(await slugsFor(sql, { q }), q).toEqual([slug]);
      await sql`update public.categories set title = 'Roda dua' where id = ${root}`;
      expect([await slugsFor(sql, { q: "roda" }), await slugsFor(sql, { q: "kendaraan" })]).toEqual([[slug], []]);
      await sql`update public.variants set sku = 'NEW-SKU-1' where id = ${variant}`;
      expect(await slugsFor(sql, { q: "new-sku-1" })).toEqual([slug]);
      await sql`update public.prices set amount = 900 where variant_id = ${variant}`;
      expect(await slugsFor(sql, { filters: { price: { min: 900, max: 900 } } })).toEqual([slug]);
      await sql`delete from public.prices where variant_id = ${variant}`;
      expect(await slugsFor(sql, { filters: { price: { min: 0 } } })).toEqual([]);
      await sql`update public.products set status = 'draft' where id = ${id}`;
      expect(await slugsFor(sql, { q: "skuter" })).toEqual([]);
      await sql`delete from public.products where id = ${id}`;
      expect(await sql`select from private.product_search where product_id = ${id}`).toEqual([]);
    }));

  test("of the language of base texts makes all of them found in its forms", () =>
    database.rolledBack(async (sql) => {
      const { slug } = await sell(sql, { title: "Dances" });
      expect((await search(sql, { q: "dancing" })).alike).toBe(true);
      await sql`update public.settings set value = '"en"' where key = 'catalog_locale'`;
      expect(await search(sql, { q: "dancing" })).toMatchObject({ alike: false, data: [{ slug }] });
    }));
});

describe("by title", () => {
  test("goes by the title in the locale that was asked for, page by page, and no cursor of one serves the other", () =>
    database.rolledBack(async (sql) => {
      for (const [title, en] of [
        ["Urut Anggur", "Urut Wine"],
        ["Urut Buku", "Urut Book"],
        ["Urut Cincin", null],
      ] as const)
        await sell(sql, { title, translations: en ? { en: { title: en } } : {} });
      const titles = async (locale: string | undefined) => {
        const seen: string[] = [];
        for (let cursor: string | null = null, page = 0; page === 0 || cursor; page++) {
          const answer = await search(sql, { q: "urut", sort: "title", locale, cursor, max_rows: 1 });
          seen.push(...answer.data.map(({ title }: { title: string }) => title));
          cursor = answer.next_cursor;
        }
        return seen;
      };
      expect(await titles("en")).toEqual(["Urut Book", "Urut Cincin", "Urut Wine"]);
      expect(await titles("id")).toEqual(["Urut Anggur", "Urut Buku", "Urut Cincin"]);
      expect(await titles(undefined)).toEqual(await titles("id"));
      const { next_cursor: cursor } = await search(sql, { q: "urut", sort: "title", locale: "en", max_rows: 1 });
      await expectRefusal(() => search(sql, { q: "urut", sort: "title", locale: "id", cursor }), {
        code: "invalid_cursor",
        status: 422,
      });
    }));
});

describe("in stock", () => {
  const found = async (sql: Sql, in_stock: boolean) =>
    new Set(await slugsFor(sql, { filters: { in_stock }, max_rows: 100 }));

  test("is goods with a unit, a course with an open intake and a seat, a bundle whose parts are there, and what is not counted", () =>
    database.rolledBack(async (sql) => {
      const [there, gone] = [await sell(sql, { units: 2 }), await sell(sql)];
      const file = await sell(sql, { kind: "digital" });
      const courses = {
        seat: await publishedIntake(sql, { seats: 1 }),
        endless: await publishedIntake(sql),
        full: await publishedIntake(sql, { seats: 0 }),
        later: await publishedIntake(sql, { opens: new Date(Date.now() + 3_600_000) }),
        over: await publishedIntake(sql, {
          opens: new Date(Date.now() - 120_000),
          closes: new Date(Date.now() - 60_000),
        }),
      };
      const bundles = [
        await bundleOf(sql, [{ variant: there.variant, quantity: 2 }]),
        await bundleOf(sql, [{ variant: there.variant, quantity: 3 }]),
      ];
      const [full, short] = (
        await sql`select slug from public.products join public.variants on variants.product_id = products.id
          where variants.id = any (${bundles}) order by array_position(${bundles}::uuid[], variants.id)`
      ).map(({ slug }) => slug);
      expect(await found(sql, true)).toEqual(
        new Set([there.slug, file.slug, courses.seat.slug, courses.endless.slug, full]),
      );
      expect(await found(sql, false)).toEqual(
        new Set([gone.slug, courses.full.slug, courses.later.slug, courses.over.slug, short]),
      );
      await buyUnits(sql, await newCustomer(sql), [{ variant: there.variant, quantity: 1 }]);
      expect(await found(sql, true)).not.toContain(full);
    }));

  test("changes with a sale although a sale writes nothing in the search", () =>
    database.rolledBack(async (sql) => {
      const { id, variant, slug } = await sell(sql, { units: 1 });
      const row = () => sql`select xmin, * from private.product_search where product_id = ${id}`;
      const before = await row();
      await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 1 }]);
      expect(await found(sql, true)).not.toContain(slug);
      expect(await row()).toEqual(before);
    }));
});

describe("who may see what", () => {
  test("visitors and customers find what is on sale now, staff also drafts when they ask for them", () =>
    database.rolledBack(async (sql) => {
      const here = await sell(sql, { title: "Payung" });
      const draft = await sell(sql, { title: "Payung lipat", status: "draft" });
      await sell(sql, { title: "Payung besar", unpublishAt: new Date(Date.now() - 1_000) });
      const drafts = { q: "payung", filters: { status: ["draft"] } };
      for (const act of [asAnon, asCustomer]) {
        await act(sql);
        expect(await search(sql, { q: "payung" })).toMatchObject({
          total: 1,
          data: [{ slug: here.slug, status: "published" }],
        });
        await expectRefusal(() => search(sql, drafts), { code: "permission_denied", status: 403 });
      }
      await asStaff(sql, "catalog_manager");
      expect(await slugsFor(sql, { q: "payung" })).toEqual([here.slug]);
      expect(await slugsFor(sql, drafts)).toEqual([draft.slug]);
      await asOwner(sql);
    }));

  test("nobody but the search reads its tables", () =>
    database.rolledBack(async (sql) => {
      await asStaff(sql, "admin");
      for (const table of ["product_search", "product_prices"])
        await expectRefusal(() => sql.unsafe(`select * from private.${table}`), { code: "42501", status: 403 });
      await asOwner(sql);
    }));
});

test("filters, sorts and cursors that cannot be are refused with a sentence", () =>
  database.rolledBack(async (sql) => {
    await sell(sql);
    await sell(sql);
    const invalid = { code: "invalid_search", status: 422 };
    const filters = [
      [],
      "x",
      "{",
      { colour: 1 },
      { kind: "elephant" },
      { kind: [] },
      { tags: {} },
      { in_stock: "yes" },
      { price: 5 },
      { price: { min: -1 } },
    ];
    const more = [
      { price: { min: 5, max: 1 } },
      { price: { from: 1 } },
      { category: "nowhere" },
      { category: 7 },
      { status: "sold" },
    ];
    const attributes = [{ attributes: { nothing: 1 } }, { attributes: [] }];
    for (const each of [...filters, ...more, ...attributes])
      await expectRefusal(() => search(sql, { filters: each as Search["filters"] }), invalid);
    for (const params of [{ sort: "random" }, { max_rows: 0 }, { max_rows: 101 }, { q: "x".repeat(101) }])
      await expectRefusal(() => search(sql, params), invalid);
    await expectRefusal(() => search(sql, { currency: "XXX" }), { code: "currency_not_supported", status: 422 });
    const { next_cursor: cursor } = await search(sql, { max_rows: 1 });
    expect((await search(sql, { max_rows: 1, cursor })).data).toHaveLength(1);
    const refused = { code: "invalid_cursor", status: 422 };
    for (const wrong of ["x", "", cursor.slice(0, -4), btoa("[]"), btoa('{"a":1}'), btoa('["x","y","z","words"]')])
      await expectRefusal(() => search(sql, { cursor: wrong }), refused);
    await expectRefusal(() => search(sql, { cursor, sort: "title" }), refused);
    await expectRefusal(() => search(sql, { cursor, filters: { kind: "physical" } }), refused);
  }));

test("a facet counts a choice that is a number in another category, and numbers that are choices nowhere make no facet", () =>
  database.rolledBack(async (sql) => {
    const [shoes, pipes] = [await category(sql, "shoes-by-size"), await category(sql, "pipes-by-size")];
    await sql`insert into public.category_attributes (category_id, key, title, type, choices, filterable) values
      (${shoes}, 'size', 'Size', 'choice', '{S,M}', true), (${pipes}, 'size', 'Size', 'integer', null, true), (${pipes}, 'length', 'Length', 'decimal', null, true)`;
    await sell(sql, { category: shoes, attributes: { size: "S" }, tags: ["sized"] });
    for (const length of [1.5, 2.5])
      await sell(sql, { category: pipes, attributes: { size: 40, length }, tags: ["sized"] });
    const { facets } = await search(sql, { filters: { tags: ["sized"] } });
    expect(facets.attributes).toEqual({ size: { S: 1, 40: 2 } });
  }));

describe("filters", () => {
  test("take a product with any of the tags, numbers up to a max, and no attribute that is not filterable", () =>
    database.rolledBack(async (sql) => {
      const pipes = await category(sql, "pipes-to-filter");
      await sql`insert into public.category_attributes (category_id, key, title, type, choices, filterable) values
        (${pipes}, 'length', 'Length', 'decimal', null, true), (${pipes}, 'origin', 'Origin', 'choice', '{here,there}', false)`;
      const made = (length: number, tag: string) =>
        sell(sql, { category: pipes, attributes: { length, origin: "here" }, tags: [tag] });
      const [short, long] = [await made(1.5, "short-pipe"), await made(2.5, "long-pipe")];
      const found = async (filters: Search["filters"]) => new Set(await slugsFor(sql, { filters }));
      expect(await found({ tags: ["short-pipe", "long-pipe"] })).toEqual(new Set([short.slug, long.slug]));
      expect(await found({ attributes: { length: { max: 2 } } })).toEqual(new Set([short.slug]));
      expect(await found({ attributes: { length: { min: 1, max: 2.5 } } })).toEqual(new Set([short.slug, long.slug]));
      await expectRefusal(() => search(sql, { filters: { attributes: { origin: "here" } } }), {
        code: "invalid_search",
        status: 422,
      });
      expect((await search(sql, { filters: { category: pipes } })).facets.attributes).toEqual({});
    }));

  test("by stock are heeded among very many by looking at some, and the counts say that they are estimated", () =>
    database.rolledBack(async (sql) => {
      const shelf = await category(sql, "of-many");
      await sql`insert into public.category_attributes (category_id, key, title, type, choices) values (${shelf}, 'color', 'Colour', 'choice', '{red,blue,green}')`;
      for (let number = 0; number < 40; number++) {
        const color = number === 0 ? "green" : number % 4 < 2 ? "red" : "blue";
        await sell(sql, { category: shelf, units: number % 2, attributes: { color } });
      }
      const counts = async (filters: object) => {
        const { total, facets } = await search(sql, { filters: { category: shelf, ...filters } });
        return { total, ...facets };
      };
      const there = { in_stock: true };
      const exact = await counts(there);
      expect(exact).toMatchObject({ total: 20, exact: true, in_stock_exact: true, in_stock: { true: 20, false: 20 } });
      await lower(sql, "private.product_facets", "v_few constant integer := 10000", "v_few constant integer := 2");
      expect(await counts(there)).toEqual({ ...exact, exact: false, in_stock_exact: false }); // few enough to look at all
      await lower(
        sql,
        "private.product_facets",
        "v_sample constant integer := 4000",
        "v_sample constant integer := 20",
      );
      const some = await counts(there);
      expect([some.exact, some.in_stock_exact]).toEqual([false, false]);
      expect(some.total).toBeGreaterThan(0);
      expect(some.total).toBeLessThan(40);
      expect(some.in_stock.true + some.in_stock.false).toBe(40);
      expect(Object.keys(some.attributes.color)).toEqual(expect.arrayContaining(["blue", "red"]));
      expect(await counts(there)).toEqual(some);
      const all = await counts({});
      expect(all).toMatchObject({ total: 40, exact: true, in_stock_exact: false, kind: { physical: 40 } });
      expect(all.attributes).toEqual({ color: { red: 19, blue: 20, green: 1 } });
    }));
});

describe("a page by relevance of words that very many have", () => {
  test("ranks the newest, then goes on newest first, and its pages give every product once", () =>
    database.rolledBack(async (sql) => {
      const slugs: string[] = [];
      for (let number = 0; number < 9; number++) {
        const { id, slug } = await sell(
          sql,
          number === 6 ? { title: "Kapstok" } : { description: "Untuk kapstok", units: number % 2 },
        );
        await sql`update public.products set created_at = now() - ${9 - number} * interval '1 day' where id = ${id}`;
        slugs.push(slug);
      }
      await lower(sql, "private.ranked_page", "v_ranked constant integer := 10000", "v_ranked constant integer := 4");
      const pages = async (filters: object) => {
        const seen: string[][] = [];
        for (let cursor: string | null = null; seen.length === 0 || cursor; ) {
          const answer = await search(sql, {
            q: "kapstok",
            filters: filters as Search["filters"],
            cursor,
            max_rows: 2,
            with_facets: false,
          });
          seen.push(answer.data.map(({ slug }: { slug: string }) => slug));
          cursor = answer.next_cursor;
        }
        return seen;
      };
      const seen = await pages({});
      expect(seen.map(({ length }) => length)).toEqual([2, 2, 2, 2, 1]);
      expect(seen[0]?.[0]).toBe(slugs[6]);
      expect(new Set(seen.flat().slice(0, 4))).toEqual(new Set(slugs.slice(5)));
      expect(seen.flat().slice(4)).toEqual(slugs.slice(0, 5).reverse());
      const there = (await pages({ in_stock: true })).flat();
      expect(there).toHaveLength(4);
      expect(there.slice(2)).toEqual([slugs[3], slugs[1]]);
      const { next_cursor } = await search(sql, { q: "kapstok", max_rows: 5 });
      expect(Buffer.from(next_cursor, "base64url").toString()).toContain("older ");
      const wrong = Buffer.from(next_cursor, "base64url")
        .toString()
        .replace(/older [^"]*/, "older x");
      await expectRefusal(
        () => search(sql, { q: "kapstok", max_rows: 5, cursor: Buffer.from(wrong).toString("base64url") }),
        {
          code: "invalid_cursor",
          status: 422,
        },
      );
    }));
});

test("a price on a list is the amount that is shown, beside the base price that filters and sorts go by", () =>
  database.rolledBack(async (sql) => {
    const { variant, slug } = await sell(sql, { tags: ["listed"], prices: { IDR: 1_000 } });
    await listPrice(sql, variant, 800);
    const { data } = await search(sql, { filters: { tags: ["listed"], price: { min: 1_000 } } });
    expect(data).toMatchObject([{ slug, price: { amount: 800, base_amount: 1_000 } }]);
  }));
