import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asCustomer, asOwner, newCustomer } from "../support/people.ts";

const database = useDatabase();

describe("a refusal", () => {
  test("carries code, status, sentence and hint as PostgREST wants them, and undoes its statement", async () => {
    await database.rolledBack(async (sql) => {
      await sql`savepoint here`;
      const error = await sql`select private.fail('seat_taken', 418, 'It is taken.', 'Take another.', 'seat 7')`.catch(
        (e) => e,
      );
      await sql`rollback to savepoint here`;
      expect(error.code).toBe("PGRST");
      expect(JSON.parse(error.message)).toEqual({
        code: "seat_taken",
        message: "It is taken.",
        details: "seat 7",
        hint: "Take another.",
      });
      expect(JSON.parse(error.detail)).toEqual({ status: 418, headers: { "Cache-Control": "private, no-store" } });
    });
  });
});

describe("a reason, note or reference", () => {
  const said = async (sql: Sql, text: string | null) => (await sql`select private.said(${text}) as said`)[0]?.said;

  test("says nothing by any kind of blank, or by what nobody can see", async () => {
    await database.rolledBack(async (sql) => {
      // every space of Unicode, every control character but the one Postgres does not take, and what has no width
      const unseen = [...Array(0x3200).keys(), 0x3164, 0xfeff, 0xffa0]
        .filter((code) => code > 0)
        .map((code) => String.fromCodePoint(code))
        .filter((character) =>
          /[\s\p{Cc}\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u2800\u3164\ufeff\uffa0]/u.test(
            character,
          ),
        );
      expect(unseen.length).toBeGreaterThan(100);
      for (const character of unseen)
        expect([character.codePointAt(0), await said(sql, character)]).toEqual([character.codePointAt(0), null]);
      expect(await said(sql, unseen.join(""))).toBeNull();
      expect(await said(sql, "\t\n\r ")).toBeNull();
      expect(await said(sql, "")).toBeNull();
      expect(await said(sql, null)).toBeNull();
    });
  });

  test("keeps every letter, and loses what stands around it", async () => {
    await database.rolledBack(async (sql) => {
      expect(await said(sql, "\t\u200bSalah ukuran,\nkata pembeli\u3000 ")).toBe("Salah ukuran,\nkata pembeli");
      for (const text of ["x", "0", ".", "é", "日", "👍", "نص", "-"]) expect(await said(sql, text)).toBe(text);
    });
  });

  test("over which a client sends a megabyte of blanks is read at once", async () => {
    await database.rolledBack(async (sql) => {
      await sql`set local statement_timeout = '2s'`;
      expect(await said(sql, `x${" ".repeat(1_000_000)}x`)).toHaveLength(1_000_002);
      expect(await said(sql, "\t".repeat(1_000_000))).toBeNull();
    });
  });
});

describe("an idempotency key", () => {
  /** Enrols as this learner with a key. */
  const enroll = async (sql: Sql, learner: string, intakeId: string, key: string | null) => {
    await asCustomer(sql, learner);
    const [row] = await sql`select public.enroll(${intakeId}, ${key}) as answer`;
    await asOwner(sql);
    return row?.answer;
  };

  test("gives the same answer again, and nothing happens twice", async () => {
    await database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { intakeId } = await publishedIntake(sql);
      const first = await enroll(sql, learner, intakeId, "key");
      expect(await enroll(sql, learner, intakeId, "key")).toEqual(first);
      const orders = await sql`select from public.orders where customer_id = ${learner}`;
      expect(orders).toHaveLength(1);
    });
  });

  test("is refused for another body and for another verb", async () => {
    await database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const [one, two] = [await publishedIntake(sql), await publishedIntake(sql)];
      await enroll(sql, learner, one.intakeId, "key");
      const reused = { code: "idempotency_key_reused", status: 422 };
      await expectRefusal(() => enroll(sql, learner, two.intakeId, "key"), reused);
      const lines = JSON.stringify([{ variant_id: two.variantId, quantity: 1 }]);
      await asCustomer(sql, learner);
      await expectRefusal(
        () => sql`select public.place_order(lines => ${lines}::text::jsonb, idempotency_key => 'key')`,
        reused,
      );
    });
  });

  test("belongs to its person: another's same key gives their own answer", async () => {
    await database.rolledBack(async (sql) => {
      const [one, two] = [await newCustomer(sql), await newCustomer(sql)];
      const { intakeId } = await publishedIntake(sql);
      const first = await enroll(sql, one, intakeId, "key");
      const second = await enroll(sql, two, intakeId, "key");
      expect(second.order.id).not.toBe(first.order.id);
    });
  });

  test("is not burnt by a refusal", async () => {
    await database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { intakeId } = await publishedIntake(sql, { opens: new Date(Date.now() + 60_000) });
      await expectRefusal(() => enroll(sql, learner, intakeId, "key"), { code: "intake_not_open", status: 409 });
      await sql`update public.intakes set enroll_opens_at = now() where id = ${intakeId}`;
      expect((await enroll(sql, learner, intakeId, "key")).enrollment.status).toBe("active");
    });
  });

  test.each([
    ["nothing", ""],
    ["256 characters", "k".repeat(256)],
  ])("of %s is refused", async (_what, key) => {
    await database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { intakeId } = await publishedIntake(sql);
      await expectRefusal(() => enroll(sql, learner, intakeId, key), { code: "invalid_idempotency_key", status: 422 });
    });
  });

  test("is forgotten after thirty days, not before", async () => {
    await database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      await enroll(sql, learner, (await publishedIntake(sql)).intakeId, "old");
      await enroll(sql, learner, (await publishedIntake(sql)).intakeId, "young");
      await sql`update private.idempotency_keys set created_at = now() - interval '30 days 1 second' where key = 'old'`;
      await sql`update private.idempotency_keys set created_at = now() - interval '29 days' where key = 'young'`;
      const [purged] = await sql`select private.purge_idempotency_keys() as keys`;
      expect(purged?.keys).toBe(1);
      const left = await sql`select key from private.idempotency_keys where person_id = ${learner}`;
      expect(left.map(({ key }) => key)).toEqual(["young"]);
    });
  });
});

describe("statuses", () => {
  test("of every machine are guarded by the one trigger, and its moves are between statuses the table knows", async () => {
    const rows = await database.sql`
      select moves.machine, moves.statuses, trigger.tgrelid::regclass::text as "table",
        (select pg_get_constraintdef(oid) from pg_constraint
          where conrelid = trigger.tgrelid and contype = 'c' and conname like '%have_a_known_status') as known
      from (
        select machine, array_agg(distinct status) as statuses
        from private.status_moves, lateral (values (from_status), (to_status)) as ends (status) group by machine
      ) as moves
      left join pg_trigger as trigger on trigger.tgfoid = 'private.tg__guard_status'::regproc
        and pg_get_triggerdef(trigger.oid) like '%(''' || moves.machine || ''')'`;
    expect(rows.length).toBeGreaterThanOrEqual(7);
    for (const { machine, statuses, table, known } of rows) {
      expect(table, machine).not.toBeNull();
      for (const status of statuses) expect(known, machine).toMatch(new RegExp(`['{,]${status}['},]`));
    }
  });

  test("exist on no table without a guard", async () => {
    // reservations and the inbox move by one function each and keep no history; who was at a session is a note that may be corrected; what a carrier said
    // of a parcel never changes
    const unguarded = await database.sql`
      select attrelid::regclass::text as "table" from pg_attribute
      join pg_class on pg_class.oid = attrelid and relkind = 'r' and relnamespace = 'public'::regnamespace
      where attname = 'status' and not exists (
        select from pg_trigger where tgrelid = attrelid and tgfoid = 'private.tg__guard_status'::regproc)`;
    expect(unguarded.map(({ table }) => table.replace("public.", ""))).toEqual([
      "attendances",
      "reservations",
      "tracking_events",
    ]);
  });

  test("move along the rows only: every other move of a product is refused", async () => {
    await database.rolledBack(async (sql) => {
      const statuses = ["draft", "published", "archived"];
      const rows =
        await sql`select from_status || '>' || to_status as move from private.status_moves where machine = 'product'`;
      const allowed = new Set(rows.map(({ move }) => move));
      await sql`delete from private.status_moves where machine = 'product' and from_status = 'archived'`;
      for (const from of statuses) {
        for (const to of statuses.filter((status) => status !== from)) {
          const { productId } = await publishedIntake(sql, { status: from as "draft" });
          const move = () => sql`update public.products set status = ${to} where id = ${productId}`;
          if (allowed.has(`${from}>${to}`) && from !== "archived") await move();
          else await expectRefusal(move, { code: "illegal_status_move", status: 409 });
        }
      }
    });
  });

  test("leave history: from, to, who, why and under which request", async () => {
    await database.rolledBack(async (sql) => {
      const learner = await newCustomer(sql);
      const { variantId } = await publishedIntake(sql, { price: 100 });
      await asCustomer(sql, learner);
      const lines = JSON.stringify([{ variant_id: variantId, quantity: 1 }]);
      const [placed] = await sql`select public.place_order(${lines}::text::jsonb) as "order"`;
      await sql`select public.cancel_order(${placed?.order.id}, 'too dear')`;
      const history = await sql`select machine, from_status, to_status, reason, actor_id, request_id
        from public.status_changes where subject_id = ${placed?.order.id}`;
      expect([...history]).toEqual([
        {
          machine: "order",
          from_status: "pending",
          to_status: "cancelled",
          reason: "too dear",
          actor_id: learner,
          request_id: "test-request",
        },
      ]);
    });
  });

  test("keep a history that its owner cannot rewrite", async () => {
    await database.rolledBack(async (sql) => {
      const { productId } = await publishedIntake(sql, { status: "draft" });
      await sql`update public.products set status = 'published' where id = ${productId}`;
      const refused = { code: "append_only", status: 409 };
      await expectRefusal(() => sql`update public.status_changes set reason = 'another'`, refused);
      await expectRefusal(() => sql`delete from public.status_changes`, refused);
    });
  });
});

describe("the correlation id", () => {
  test("is what the worker set, else the request's header, cut to 128 characters", async () => {
    await database.rolledBack(async (sql) => {
      const read = async () => {
        const [row] = await sql`select private.request_id() as id`;
        return row?.id;
      };
      expect(await read()).toBeNull();
      await sql`select set_config('request.headers', ${JSON.stringify({ "x-request-id": "r".repeat(200) })}, true)`;
      expect(await read()).toBe("r".repeat(128));
      await sql`select set_config('seatline.request_id', 'from-the-worker', true)`;
      expect(await read()).toBe("from-the-worker");
    });
  });
});

test("a setting is read by key, and null when there is none", async () => {
  await database.rolledBack(async (sql) => {
    const [row] =
      await sql`select private.setting('default_currency') as currency, private.setting('nothing') as nothing`;
    expect(row).toEqual({ currency: "IDR", nothing: null });
  });
});

test("what a later migration makes is nobody's until it is granted", async () => {
  await database.rolledBack(async (sql) => {
    await sql`create table public.later (id integer)`;
    await sql`create sequence public.later_numbers`;
    await sql`create function public.later_verb() returns integer language sql as 'select 1'`;
    await sql`create function private.later_verb() returns integer language sql as 'select 1'`;
    for (const role of ["anon", "authenticated", "service_role"]) {
      const [may] = await sql`select
        has_table_privilege(${role}, 'public.later', 'select, insert, update, delete') as "table",
        has_sequence_privilege(${role}, 'public.later_numbers', 'usage, select, update') as sequence,
        has_function_privilege(${role}, 'public.later_verb()', 'execute') as verb,
        has_function_privilege(${role}, 'private.later_verb()', 'execute') as hidden`;
      expect(may, role).toEqual({ table: false, sequence: false, verb: false, hidden: false });
    }
  });
});

describe("how long an answer may be kept", () => {
  /** What PostgREST would send as headers after calling the function for this request. */
  const keep = async (sql: Sql, role: string, path: string, settings: Record<string, string> = {}) => {
    const request = {
      role,
      "request.method": "GET",
      "request.path": path,
      "request.headers": "{}",
      "request.jwt.claims": JSON.stringify({ role }),
      "response.headers": "",
      ...settings,
    };
    for (const [name, value] of Object.entries(request)) await sql`select set_config(${name}, ${value}, true)`;
    await sql`select private.before_request()`;
    const [row] = await sql`select current_setting('response.headers') as headers`;
    await asOwner(sql);
    return row?.headers === "" ? null : Object.assign({}, ...JSON.parse(row?.headers))["Cache-Control"];
  };

  test("is what the settings say, for reads of the catalogue by nobody in particular, and not at all for others", async () => {
    await database.rolledBack(async (sql) => {
      expect(await keep(sql, "anon", "/products")).toBe("public, max-age=60, stale-while-revalidate=300");
      await sql`update public.settings set value = '7' where key = 'catalog_cache_seconds'`;
      expect(await keep(sql, "anon", "/products")).toBe("public, max-age=7, stale-while-revalidate=300");
      await sql`update public.settings set value = '0' where key = 'catalog_cache_seconds'`;
      expect(await keep(sql, "anon", "/products")).toBe("public, no-cache");
      for (const role of ["authenticated", "service_role"]) {
        expect(await keep(sql, role, "/products")).toBe("private, no-store");
      }
      const somebody = { "request.jwt.claims": '{"role": "anon", "sub": "8d0fd2b3-9ca7-4d9e-a95f-9e13dded323e"}' };
      expect(await keep(sql, "anon", "/products", somebody)).toBe("private, no-store");
      expect(await keep(sql, "anon", "/profiles")).toBe("private, no-store");
      expect(await keep(sql, "anon", "/rpc/quote", { "request.method": "POST" })).toBeNull();
    });
  });

  test("is a whole number of seconds, or the setting is refused", async () => {
    for (const value of ["-1", "1.5", '"60"', "null", '"60, public"']) {
      await database.rolledBack(async (sql) => {
        const change = sql`update public.settings set value = ${value}::jsonb where key = 'catalog_cache_seconds'`;
        await expectRefusal(change, { code: "23514", status: 400 });
      });
    }
  });

  test("is said of paths that are there, and everything visitors may read either says it or is not for all", async () => {
    const unknown = await database.sql`
      select path from private.cached_reads
      where to_regclass('public.' || ltrim(path, '/')) is null and to_regproc('public.' || substr(path, 6)) is null`;
    expect(unknown).toEqual([]);
    const unsaid = await database.sql`
      select relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') and has_table_privilege('anon', oid, 'select')
        and not exists (select from private.cached_reads where path = '/' || relname)
      order by 1`;
    expect(unsaid.map(({ relname }) => relname)).toEqual(["lesson_contents", "locations", "stock_slots"]);
    const unsaidQuestions = await database.sql`
      select proname from pg_proc
      where pronamespace = 'public'::regnamespace and provolatile <> 'v' and has_function_privilege('anon', oid, 'execute')
        and not exists (select from private.cached_reads where path = '/rpc/' || proname)
      order by 1`;
    expect(unsaidQuestions.map(({ proname }) => proname)).toEqual([
      "course_outline",
      "guaranteed",
      "lesson_document",
      "media_file",
      "subscription_offers",
      "verify_certificate",
    ]);
  });
});
