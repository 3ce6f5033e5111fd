import { setTimeout as sleep } from "node:timers/promises";
import { type CsvRow, readCsv, UnreadableFile } from "../csv/read-csv.ts";
import type { Sql } from "../database.ts";
import type { EventTask } from "./task.ts";

type Run = { run: number; path: string; writes_words: boolean; byte_size: number; max_rows: number; max_bytes: number };
type Finding = { row_number: number | null; column_name: string | null; code: string; message: string };
type Staged = { row_number: number; record: Record<string, string> };

/** The private bucket of files that staff bring and take. */
export const IMPORTS_BUCKET = "imports";
const BATCH = 2000;
// The rest of the way is one call of the database, which says nothing until it is done.
const READING_PERCENT = 80;
const SORTING_MS = 250;

/**
 * import.queued: stages the rows of the file, then lets the database look at all of them and write them in one transaction. A run that dies leaves
 * staged rows only, which the next run throws away; one that was overtaken by another ends quietly.
 */
export const runImport: EventTask = async (job, { sql, storedFiles, signal, complete }) => {
  const id = job.subject_id ?? "";
  const [row] = await sql<{ run: Run | null }[]>`select private.start_import_run(${id}) as run`;
  if (!row?.run) return;
  const { run } = row.run;
  const bytes = await storedFiles.open(IMPORTS_BUCKET, row.run.path);
  const stage = new Staging(sql, id, row.run);
  const current = bytes
    ? await stage.read(bytes, signal)
    : await stage.end("upload_not_arrived", "The file is not there any more.");
  if (!current) return;
  const written = complete(async (transaction) => {
    // Some hundred thousand rows take longer than any statement of a purchase may.
    await transaction`set local statement_timeout = '30min'`;
    await transaction`select private.run_import(${id}, ${run})`;
  });
  await (row.run.writes_words ? sortWordsBeside(sql, written) : written);
};

/**
 * Sorts new words into the indexes of the search while another connection writes them, so that neither the import nor a search meanwhile has to.
 * What is left when this fails, the import does at its end.
 */
async function sortWordsBeside(sql: Sql, written: Promise<void>): Promise<void> {
  const ended = new AbortController();
  const sorting = (async () => {
    while (!ended.signal.aborted) {
      await sleep(SORTING_MS, null, { signal: ended.signal });
      await sql`select private.sort_pending_words()`;
    }
  })().catch(() => {});
  try {
    await written;
  } finally {
    ended.abort();
    await sorting;
  }
}

class Staging {
  #sql: Sql;
  #id: string;
  #run: Run;
  #columns: string[] | null = null;
  #columnsSent = false;
  #rows: Staged[] = [];
  #findings: Finding[] = [];
  #bytesRead = 0;
  #rowsRead = 0;
  #sent: Promise<boolean> = Promise.resolve(true);

  constructor(sql: Sql, id: string, run: Run) {
    this.#sql = sql;
    this.#id = id;
    this.#run = run;
  }

  /** Stages a whole file; false when another run has taken over. */
  async read(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<boolean> {
    try {
      for await (const row of readCsv(this.#count(bytes))) {
        signal.throwIfAborted();
        this.#take(row);
        if (this.#rows.length + this.#findings.length >= BATCH && !(await this.#send())) return false;
      }
    } catch (error) {
      if (error instanceof UnreadableFile) return await this.end(error.code, error.message);
      throw error;
    }
    if (!this.#columns) return await this.end("not_csv", "The file is empty.");
    if (this.#rowsRead === 0) return await this.end("not_csv", "The file has a header and no rows.");
    return (await this.#send()) && (await this.#sent);
  }

  /** Ends with something that is wrong with the whole file. */
  async end(code: string, message: string): Promise<boolean> {
    this.#findings.push({ row_number: null, column_name: null, code, message });
    return (await this.#send()) && (await this.#sent);
  }

  async *#count(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { max_bytes } = this.#run;
    for await (const chunk of bytes) {
      this.#bytesRead += chunk.length;
      if (this.#bytesRead > max_bytes) {
        throw new UnreadableFile("file_too_large", `A file of an import has at most ${max_bytes} bytes.`);
      }
      yield chunk;
    }
  }

  #take({ number, cells }: CsvRow): void {
    const { max_rows } = this.#run;
    if (!this.#columns) {
      this.#columns = cells.map((cell) => cell.trim());
      return;
    }
    this.#rowsRead += 1;
    if (this.#rowsRead > max_rows) {
      throw new UnreadableFile("too_many_rows", `A file of an import has at most ${max_rows} rows.`);
    }
    if (cells.length === this.#columns.length) {
      const record = Object.fromEntries(this.#columns.map((column, index) => [column, cells[index] ?? ""]));
      this.#rows.push({ row_number: number, record });
    } else {
      this.#findings.push({
        row_number: number,
        column_name: null,
        code: "wrong_cell_count",
        message: `This row has ${cells.length} cells, the header ${this.#columns.length}.`,
      });
    }
  }

  /** Sends what was read, and reads on while the database takes it; false when what was sent before found another run. */
  async #send(): Promise<boolean> {
    const progress = Math.floor(READING_PERCENT * Math.min(1, this.#bytesRead / this.#run.byte_size));
    const columns = this.#columnsSent ? null : this.#columns;
    const rows = JSON.stringify(this.#rows);
    const findings = JSON.stringify(this.#findings);
    this.#rows = [];
    this.#findings = [];
    this.#columnsSent = columns !== null || this.#columnsSent;
    if (!(await this.#sent)) return false;
    this.#sent = this.#sql<{ current: boolean }[]>`
      select private.load_import_rows(${this.#id}, ${this.#run.run}, ${columns}, ${rows}::text::jsonb,
        ${findings}::text::jsonb, ${progress}) as current`.then(([row]) => row?.current ?? false);
    this.#sent.catch(() => {}); // told to whoever waits for it next
    return true;
  }
}
