import { appendFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { RowKind, Rows } from "./store.ts";

const FLUSH_AFTER_MS = 100;

type AnyRow = Rows[RowKind];

/**
 * Keeps rows over a restart: a file with one JSON line per change, the last line of a row counts. Changes are written
 * together a moment later, so a crash can lose a tenth of a second.
 */
export class StateFile {
  readonly #path: string;
  #changed = new Map<string, { kind: RowKind; row: AnyRow }>();
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The rows of the last run in the order they were made. The file is rewritten without the lines that no longer count. */
  async load(): Promise<{ kind: RowKind; row: AnyRow }[]> {
    await mkdir(dirname(this.#path), { recursive: true });
    const text = await readFile(this.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const rows = new Map<string, { kind: RowKind; row: AnyRow }>();
    for (const line of text.split("\n")) {
      const entry = parseLine(line);
      if (entry !== null) rows.set(`${entry.kind}/${entry.row.id}`, entry);
    }
    await this.#replace([...rows.values()].map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    return [...rows.values()];
  }

  /** Notes that a row changed. */
  put<Kind extends RowKind>(kind: Kind, row: Rows[Kind]): void {
    this.#changed.set(`${kind}/${row.id}`, { kind, row });
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS).unref();
  }

  /** Writes everything noted so far. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#changed.size > 0) {
      const lines = [...this.#changed.values()].map((entry) => `${JSON.stringify(entry)}\n`).join("");
      this.#changed.clear();
      this.#writing = this.#writing.then(() => appendFile(this.#path, lines));
    }
    return this.#writing;
  }

  /** Forgets everything. */
  clear(): Promise<void> {
    this.#changed.clear();
    this.#writing = this.#writing.then(() => this.#replace(""));
    return this.#writing;
  }

  async #replace(text: string): Promise<void> {
    const temporary = `${this.#path}.new`;
    await writeFile(temporary, text);
    await rename(temporary, this.#path);
  }
}

// The last line may be cut off by a crash; it is left out.
function parseLine(line: string): { kind: RowKind; row: AnyRow } | null {
  try {
    return line === "" ? null : JSON.parse(line);
  } catch {
    return null;
  }
}
