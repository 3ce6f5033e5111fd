import { createHash } from "node:crypto";
import postgres from "postgres";
import { changeUrl } from "../../packages/stack/src/index.ts";
import { openDatabase } from "../../packages/worker/src/database.ts";
import { runImport } from "../../packages/worker/src/tasks/imports.run-import.ts";
import type { EventRunContext } from "../../packages/worker/src/tasks/task.ts";
import type { Bench } from "../bench.ts";
import { brokenInvariants, cloneDatabase } from "../database/prepare-database.ts";
import { plain, type Row } from "../report/row.ts";
import type { Outcome } from "./outcome.ts";

type Kind = "products" | "prices" | "stock";

/** Rows per second of the worker's task from the first byte to the commit: products with a variant each, their prices, their stock. */
export async function measureImport(bench: Bench): Promise<Outcome> {
  const { urls } = await bench.stack("database");
  const count = bench.options.quick ? 2_000 : 20_000;
  const superuser = await cloneDatabase(urls.superuser, "bench_imports");
  const url = changeUrl(superuser, { user: "postgres" });
  const admin = postgres(superuser, { max: 1, onnotice: () => {} });
  const sql = openDatabase(url);
  const rows: Row[] = [];
  const failures: string[] = [];
  try {
    await admin.unsafe(categories);
    const measure = async (what: string, kind: Kind, text: string, dryRun: boolean) => {
      bench.signal.throwIfAborted();
      const bytes = Buffer.from(text);
      const id = await queue(admin, kind, bytes.length, dryRun);
      const started = performance.now();
      await runImport({ process_id: id, event_id: null, subject_id: id, correlation_id: null }, contextFor(sql, bytes));
      const seconds = (performance.now() - started) / 1000;
      const [ended] = await admin`select status from public.imports where id = ${id}`;
      if (ended?.status !== "done") failures.push(`import: "${what}" ended ${ended?.status}`);
      const value = count / seconds;
      rows.push(
        plain({
          measurement: "import",
          what,
          clients: 1,
          value,
          unit: "rows/s",
          readings: [value],
          details: { rows: count, seconds },
        }),
      );
    };
    const products = productsText(count);
    await measure("products, dry run", "products", products, true);
    await measure("products, new", "products", products, false);
    await admin`vacuum analyze`;
    await measure("products, nothing new", "products", products, false);
    await measure("products, all changed", "products", products.replaceAll("Thing", "Good"), false);
    await measure(
      "prices, new",
      "prices",
      linesOf(count, "sku,currency,amount", (number) => `IMP-${number},IDR,${number * 100}`),
      false,
    );
    await measure(
      "stock, new",
      "stock",
      linesOf(count, "sku,on_hand", (number) => `IMP-${number},${1 + (number % 90)}`),
      false,
    );
    return { rows, failures: [...failures, ...(await brokenInvariants(superuser))] };
  } finally {
    await sql.end();
    await admin.end();
  }
}

const categories = `
  insert into public.categories (slug, title) values ('imported', 'Imported');
  insert into public.category_attributes (category_id, key, title, type)
  select categories.id, key, key, type from public.categories, (values ('weight', 'decimal'), ('colour', 'text')) as attribute (key, type)
  where categories.slug = 'imported'`;

async function queue(sql: postgres.Sql, kind: Kind, bytes: number, dryRun: boolean): Promise<string> {
  const [row] = await sql`select private.start_import(${kind}, 'bench.csv', ${dryRun}, null) as import`;
  await sql`select private.queue_import(${row?.import.id}, ${bytes})`;
  return row?.import.id;
}

function contextFor(sql: ReturnType<typeof openDatabase>, bytes: Buffer): EventRunContext {
  async function* arriving() {
    for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  }
  // The parts of the context that the task uses.
  return {
    sql,
    storedFiles: { open: async () => arriving() },
    signal: new AbortController().signal,
    complete: (effect: Parameters<EventRunContext["complete"]>[0]) => sql.begin(effect),
  } as unknown as EventRunContext;
}

function productsText(count: number): string {
  const header =
    "slug,kind,status,title,summary,description,category,tags,sku,variant_title,attribute:weight,attribute:colour";
  return linesOf(count, header, (number) => {
    const words = createHash("sha256").update(String(number)).digest("hex").replaceAll(/\d/g, " ").trim();
    return `imported-${number},physical,published,Thing ${words} ${number},Made to be imported,"${words}, ${words}, ${words}",imported,"tag-${number % 50},new",IMP-${number},One,${number % 300},red`;
  });
}

function linesOf(count: number, header: string, line: (number: number) => string): string {
  return `${header}\n${Array.from({ length: count }, (_, at) => line(at + 1)).join("\n")}\n`;
}
