import { writeCsv } from "../../packages/worker/src/csv/write-csv.ts";
import { runImport } from "../../packages/worker/src/tasks/imports.run-import.ts";
import type { EventRunContext } from "../../packages/worker/src/tasks/task.ts";
import type { Sql } from "../support/database.ts";
import { asOwner, asStaff, type StaffRole } from "../support/people.ts";

/** Kind of a file. */
export type Kind = "products" | "prices" | "stock";

/** What find_import answers, as far as tests look at it. */
export type Report = {
  id: string;
  status: string;
  progress: number;
  row_count: number;
  error_count: number;
  result: Record<string, { created: number; changed: number; unchanged: number }> | null;
  errors: { row_number: number | null; column_name: string | null; code: string; message: string }[];
};

/** How a file is imported; what is left out is applied by an admin. */
export type Way = { dryRun?: boolean; role?: StaffRole; person?: string };

/** Starts an import as staff and says that its file arrived; gives its id. */
export async function startImport(sql: Sql, kind: Kind, text: string | Buffer, way: Way = {}): Promise<string> {
  await asStaff(sql, way.role ?? "admin", way.person);
  const [row] = await sql`select public.start_import(${kind}, ${`${kind}.csv`}, ${way.dryRun ?? false}) as import`;
  await asOwner(sql);
  await sql`select public.queue_import(${row?.import.id}, ${Buffer.byteLength(text)})`;
  return row?.import.id;
}

/** Runs the worker's task in this transaction. `cut` ends the file after so many bytes with a broken connection. */
export async function work(sql: Sql, id: string, text: string | Buffer, cut?: number): Promise<void> {
  const query = (strings: TemplateStringsArray, ...values: unknown[]) => sql(strings, ...(values as string[]));
  const bytes = Buffer.from(text as string);
  async function* arriving() {
    // In odd pieces, so that characters and quotes are torn apart.
    for (let at = 0; at < (cut ?? bytes.length); at += 4093)
      yield bytes.subarray(at, Math.min(at + 4093, cut ?? bytes.length));
    if (cut !== undefined) throw new Error("connection lost");
  }
  const context = {
    sql: query,
    storedFiles: { open: async () => arriving() },
    signal: new AbortController().signal,
    complete: async (effect: (transaction: unknown) => Promise<void>) => effect(query),
  } as unknown as EventRunContext;
  await runImport({ process_id: id, event_id: null, subject_id: id, correlation_id: null }, context);
}

/** Imports a text from beginning to end and gives the report. */
export async function importText(sql: Sql, kind: Kind, text: string | Buffer, way: Way = {}): Promise<Report> {
  const id = await startImport(sql, kind, text, way);
  await work(sql, id, text);
  return report(sql, id);
}

/** The report of an import. */
export async function report(sql: Sql, id: string): Promise<Report> {
  const [row] = await sql`select public.find_import(${id}) as report`;
  return row?.report;
}

/** What an export of this kind has now, without the byte order mark. */
export async function exportText(sql: Sql, kind: Kind): Promise<string> {
  const [header] = await sql`select private.export_columns(${kind}) as columns`;
  const rows = await sql`select to_jsonb(cells) as cells from private.exported_rows(${kind}) as cells`;
  return writeCsv([header?.columns, ...rows.map((row) => row.cells)]);
}

/** A CSV text of rows of cells. */
export const csv = (...rows: (string | number)[][]): string =>
  rows
    .map((row) =>
      row.map((cell) => (/[",\n]/.test(`${cell}`) ? `"${`${cell}`.replaceAll('"', '""')}"` : cell)).join(","),
    )
    .join("\n");

/** The errors of a report as "row column code". */
export const problems = (of: Report): string[] =>
  of.errors.map(({ row_number, column_name, code }) => `${row_number ?? "-"} ${column_name ?? "-"} ${code}`);

/** Counts as they stand in a result. */
export const counts = (created: number, changed: number, unchanged: number) => ({ created, changed, unchanged });
