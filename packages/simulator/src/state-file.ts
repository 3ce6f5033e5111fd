import { createReadStream } from "node:fs";
import { access, appendFile, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { RowKind, Rows } from "./store.ts";

const FLUSH_AFTER_MS = 100;
const LINES_AT_ONCE = 500;

/** A row with its kind, as one line of the file holds it. */
export interface SavedRow {
  kind: RowKind;
  row: Rows[RowKind];
}

/**
 * Keeps rows over a restart: a file with one JSON line per change, the last line of a row counts. Changes are written
 * together a moment later, so a crash can lose a tenth of a second.
 */
export class StateFile {
  readonly #path: string;
  readonly #onError: (error: unknown) => void;
  #changed = new Map<string, SavedRow>();
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, onError: (error: unknown) => void) {
    this.#path = path;
    this.#onError = onError;
  }

  /** The rows of the last run in the order they were made. The file is rewritten without the lines that no longer count. */
  async load(): Promise<SavedRow[]> {
    await mkdir(dirname(this.#path), { recursive: true });
    const rows = new Map<string, SavedRow>();
    for await (const line of this.#lines()) {
      const saved = parseLine(line);
      if (saved !== null) rows.set(keyOf(saved), saved);
    }
    await this.#replace([...rows.values()]);
    return [...rows.values()];
  }

  /** Notes that a row changed. */
  put<Kind extends RowKind>(kind: Kind, row: Rows[Kind]): void {
    const saved: SavedRow = { kind, row };
    this.#changed.set(keyOf(saved), saved);
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS).unref();
  }

  /** Writes everything noted so far. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#changed.size > 0) {
      const lines = [...this.#changed.values()].map(lineOf).join("");
      this.#changed.clear();
      this.#then(() => appendFile(this.#path, lines));
    }
    return this.#writing;
  }

  /** Forgets everything. */
  clear(): Promise<void> {
    this.#changed.clear();
    this.#then(() => this.#replace([]));
    return this.#writing;
  }

  // A full disk must not end the payments: what cannot be saved is reported and lost at the next restart.
  #then(write: () => Promise<void>): void {
    this.#writing = this.#writing.then(write).catch(this.#onError);
  }

  // The file can be longer than the longest string, and a line can hold any character but a line feed.
  async *#lines(): AsyncGenerator<string> {
    const exists = await access(this.#path).then(
      () => true,
      () => false,
    );
    if (!exists) return;
    let rest = "";
    for await (const chunk of createReadStream(this.#path, { encoding: "utf8", highWaterMark: 1024 * 1024 })) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() as string;
      yield* lines;
    }
    yield rest;
  }

  async #replace(rows: readonly SavedRow[]): Promise<void> {
    const temporary = `${this.#path}.new`;
    const file = await open(temporary, "w");
    try {
      for (let from = 0; from < rows.length; from += LINES_AT_ONCE) {
        await file.write(
          rows
            .slice(from, from + LINES_AT_ONCE)
            .map(lineOf)
            .join(""),
        );
      }
    } finally {
      await file.close();
    }
    await rename(temporary, this.#path);
  }
}

function keyOf({ kind, row }: SavedRow): string {
  return `${kind}/${row.id}`;
}

function lineOf(saved: SavedRow): string {
  return `${JSON.stringify(saved)}\n`;
}

// The last line may be cut off by a crash; it is left out.
function parseLine(line: string): SavedRow | null {
  try {
    return line === "" ? null : JSON.parse(line);
  } catch {
    return null;
  }
}
