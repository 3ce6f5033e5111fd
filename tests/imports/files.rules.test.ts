import { describe, expect, test } from "vitest";
import { sell } from "../catalog/searching.ts";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asOwner, newCustomer } from "../support/people.ts";
import { counts, csv, importText, problems, report, startImport, work } from "./importing.ts";

const database = useDatabase();

describe("a file", () => {
  test("that is none, or has another header, is refused with a sentence", () =>
    database.rolledBack(async (sql) => {
      const tell = async (text: string | Buffer) => problems(await importText(sql, "stock", text));
      expect(await tell(Buffer.from([0x50, 0x4b, 3, 4, 0xff, 0xfe, 0]))).toEqual(["- - not_text"]);
      expect(await tell("sku,on_hand\nA\0,1")).toEqual(["- - not_text"]);
      expect(await tell('sku,on_hand\n"A,1')).toEqual(["- - not_csv"]);
      expect(await tell("\n\n")).toEqual(["- - not_csv"]);
      expect(await tell("sku,on_hand\n")).toEqual(["- - not_csv"]);
      expect(await tell("sku,sku,colour\nA,B,C")).toEqual([
        "1 colour unknown_column",
        "1 on_hand missing_column",
        "1 sku double_column",
      ]);
      await sql`update public.settings set value = '1' where key = 'import_max_rows'`;
      expect(await tell("sku,on_hand\nA,1\nB,1")).toEqual(["- - too_many_rows"]);
      await sql`update public.settings set value = '10' where key = 'import_max_bytes'`;
      const id = await startImport(sql, "stock", "sku");
      await work(sql, id, "sku,on_hand\nA,1");
      expect(problems(await report(sql, id))).toEqual(["- - file_too_large"]);
      await expectRefusal(() => startImport(sql, "stock", "sku,on_hand\nA,1"), { code: "file_too_large", status: 413 });
    }));

  test("whose run broke off is run again from the start, and never twice once it ended", () =>
    database.rolledBack(async (sql) => {
      const text = csv(
        ["slug", "kind", "title"],
        ...Array.from({ length: 3000 }, (_, at) => [`again-${at}`, "physical", "Again"]),
      );
      const id = await startImport(sql, "products", text);
      await expect(work(sql, id, text, 70_000)).rejects.toThrow("connection lost");
      expect((await report(sql, id)).row_count).toBe(2000);
      await work(sql, id, text);
      expect(await report(sql, id)).toMatchObject({ status: "done", result: { products: counts(3000, 0, 0) } });
      await work(sql, id, text);
      const [all] = await sql`select count(*)::integer as products from public.products where slug like 'again-%'`;
      expect(all?.products).toBe(3000);
      expect(await sql`select run from public.imports where id = ${id}`).toEqual([{ run: 2 }]);
    }));

  test("is not applied for somebody who lost the permission meanwhile, nor in part when a rule of the table stops it", () =>
    database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const text = csv(["slug", "kind", "title"], ["late", "physical", "Late"]);
      const id = await startImport(sql, "products", text, { role: "catalog_manager", person });
      await sql`delete from public.role_members where profile_id = ${person}`;
      await work(sql, id, text);
      expect(problems(await report(sql, id))).toEqual(["- - permission_denied"]);
      await sql`create function pg_temp.stop() returns trigger language plpgsql as $$ begin perform private.fail('append_only', 409, 'No.'); end $$`;
      await sql`create trigger _999_stop before insert on public.variants for each row execute function pg_temp.stop()`;
      const half = await importText(
        sql,
        "products",
        csv(["slug", "kind", "title", "sku"], ["late", "physical", "Late", "L-1"]),
      );
      expect(problems(half)).toEqual(["- - append_only"]);
      expect(await sql`select from public.products where slug = 'late'`).toEqual([]);
    }));
});

describe("what nobody finished", () => {
  test("is gone with its bytes after a day, whatever kind of upload it was, and reports after 30 days", () =>
    database.rolledBack(async (sql) => {
      const { id: product } = await sell(sql);
      await sql`insert into public.media (product_id, created_at) values (${product}, now() - interval '25 hours'), (${product}, now())`;
      await sql`insert into public.imports (kind, dry_run, file_name, created_at) values ('stock', true, 'a.csv', now() - interval '25 hours'), ('stock', true, 'b.csv', now())`;
      await sql`insert into public.imports (kind, dry_run, file_name, status, finished_at) select 'stock', true, 'c.csv', 'refused', now() - make_interval(days => age) from unnest(array[29, 31]) as age`;
      await sql`insert into public.exports (kind, created_at) values ('stock', now() - interval '31 days'), ('stock', now())`;
      // without the lesson and the payment that they belong to
      await sql`select set_config('role', 'none', true), set_config('session_replication_role', 'replica', true)`;
      await sql`insert into public.learning_files (lesson_id, product_id, owner_id, file_name, content_type, bytes, created_at, arrived_at)
        select gen_random_uuid(), ${product}, gen_random_uuid(), 'a.pdf', 'application/pdf', 9, now() - interval '25 hours', arrived from unnest(array[null, now()]) as arrived`;
      await sql`insert into public.payment_proofs (payment_id, created_at) values (gen_random_uuid(), now() - interval '25 hours'), (gen_random_uuid(), now())`;
      await sql`select set_config('session_replication_role', 'origin', true)`;
      await asOwner(sql);
      expect(await sql`select private.discard_abandoned_uploads() as gone`).toEqual([{ gone: 6 }]);
      const told =
        await sql`select payload ->> 'bucket' as bucket from public.events where name = 'file.discarded' order by 1`;
      expect(told.map(({ bucket }) => bucket)).toEqual([
        "imports",
        "imports",
        "imports",
        "learning",
        "media",
        "payment-proofs",
      ]);
      expect(await sql`select private.discard_abandoned_uploads() as gone`).toEqual([{ gone: 0 }]);
      await sql`select set_config('role', 'none', true), set_config('session_replication_role', 'replica', true)`;
      await sql`delete from public.learning_files`;
      await sql`delete from public.payment_proofs`;
      await sql`select set_config('session_replication_role', 'origin', true)`;
    }));
});
