/** What a CSV file is of; docs/imports.md has the columns. */
export type ImportKind = "products" | "prices" | "stock";

/** `done`: applied, or with `dry_run` looked through; `refused`: nothing was written, `errors` says why. */
export type ImportStatus = "uploading" | "queued" | "running" | "done" | "refused";

/** How many rows an import made or would make, changed or would change, and found as they are. */
export interface ImportCounts {
  created: number;
  changed: number;
  unchanged: number;
}

/** One thing that is wrong with a file. */
export interface ImportError {
  /** As a spreadsheet counts: the header is row 1. Null: the whole file. */
  row_number: number | null;
  column_name: string | null;
  /** A stable word; docs/imports.md lists them. */
  code: string;
  message: string;
}

/** A CSV file that staff brought. */
export interface Import {
  id: string;
  kind: ImportKind;
  dry_run: boolean;
  file_name: string;
  path: string;
  status: ImportStatus;
  created_by: string | null;
  byte_size: number | null;
  columns: string[] | null;
  /** Percent. */
  progress: number;
  row_count: number;
  /** All of them; `errors` has the first thousand. */
  error_count: number;
  /** By what was written: products and variants, prices, or levels and, with a column of modes, modes. */
  result: Record<string, ImportCounts> | null;
  created_at: string;
  updated_at: string;
  finished_at: string | null;
}

/** An import with its job and what is wrong with it. */
export interface ImportReport extends Import {
  process: { id: string; status: string; attempts: number; error: string | null } | null;
  errors: ImportError[];
}

/** A CSV file that staff asked for. */
export interface Export {
  id: string;
  kind: ImportKind;
  path: string;
  status: "queued" | "done";
  created_by: string | null;
  /** Without the header; null until it is done. */
  row_count: number | null;
  byte_size: number | null;
  created_at: string;
  updated_at: string;
  finished_at: string | null;
}
