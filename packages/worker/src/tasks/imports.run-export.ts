import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { BYTE_ORDER_MARK, writeCsv } from "../csv/write-csv.ts";
import { IMPORTS_BUCKET } from "./imports.run-import.ts";
import type { EventTask } from "./task.ts";

type Export = { kind: string; path: string; columns: string[] };
type Row = { cells: (string | null)[] };

const BATCH = 2000;

/** export.queued: reads everything in one look at the database and keeps it as CSV. A run that is repeated replaces a file that nobody was told of. */
export const runExport: EventTask = async (job, { sql, storedFiles, signal, complete }) => {
  const [wanted] = await sql<Export[]>`
    select kind, path, private.export_columns(kind) as columns from public.exports where id = ${job.subject_id} and status = 'queued'`;
  if (!wanted) return;
  const lines: string[] = [BYTE_ORDER_MARK];
  let count = 0;
  await sql.begin(async (transaction) => {
    // The header and the rows are of one moment.
    await transaction`set transaction isolation level repeatable read`;
    await transaction`set local statement_timeout = '30min'`;
    const [now] = await transaction<{ columns: string[] }[]>`select private.export_columns(${wanted.kind}) as columns`;
    lines.push(writeCsv([now?.columns ?? wanted.columns]));
    await transaction`declare exported no scroll cursor for select cells from private.exported_rows(${wanted.kind}) as cells`;
    for (;;) {
      signal.throwIfAborted();
      const { rows } = await transaction.execute(`fetch ${BATCH} from exported`);
      if (rows.length === 0) break;
      count += rows.length;
      lines.push(writeCsv(rows.map((row: Row) => row.cells)));
    }
  });
  const content = Buffer.from(lines.join(""), "utf8");
  await failpoint("export.read", job.subject_id);
  await storedFiles.keep(IMPORTS_BUCKET, wanted.path, content, "text/csv; charset=utf-8");
  await failpoint("export.stored", job.subject_id);
  await complete(async (transaction) => {
    await transaction`select private.finish_export(${job.subject_id}, ${count}, ${content.length})`;
  });
  await failpoint("export.recorded", job.subject_id);
};
