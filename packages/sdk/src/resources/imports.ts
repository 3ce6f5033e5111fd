import { type Api, secondStep } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { Export, ImportKind, ImportReport } from "../types/imports.ts";
import type { Bytes } from "./catalog-staff.ts";

/** Products, prices and stock as CSV, for staff: bring a file, see what it would do, let it be done, take one home. docs/imports.md. */
export class Imports {
  readonly #api: Api;
  readonly #url: string;

  constructor(api: Api, url: string) {
    this.#api = api;
    this.#url = url.replace(/\/+$/, "");
  }

  /**
   * Uploads a CSV file and queues it; ask {@link Imports.get} how it goes. Without `dry_run: false` nothing is written. Errors: `permission_denied`,
   * `invalid_import`, `file_too_large`.
   */
  async start(params: StartImportParams, options?: ChangeOptions): Promise<ImportReport> {
    const { bytes, ...wish } = params;
    const started = await this.#api.invoke<Started>("import-upload", { step: "start", ...wish }, options);
    // No path: the bytes of this very import have arrived before.
    if (started.path) await this.#api.put(started.path, bytes, "text/csv", options);
    return await this.#api.invoke(
      "import-upload",
      { step: "finish", import_id: started.import_id },
      secondStep(options),
    );
  }

  /** How an import goes, or went: progress, counts, errors by row and column. Errors: `import_not_found`. */
  get(import_id: string, options?: CallOptions): Promise<ImportReport> {
    return this.#api.ask("find_import", { import_id }, options);
  }

  /** Asks for a file of everything there is of a kind. Errors: `permission_denied`, `invalid_import`. */
  startExport(kind: ImportKind, options?: ChangeOptions): Promise<Export> {
    return this.#api.perform("start_export", { kind }, options);
  }

  /** How an export goes. Errors: `export_not_found`, `permission_denied`. */
  getExport(export_id: string, options?: CallOptions): Promise<Export> {
    return this.#api.ask("export_file", { export_id }, options);
  }

  /** A link that downloads the file of an export, for five minutes and without a key. Errors: `export_not_found`, `export_not_ready`. */
  async exportLink(export_id: string, options?: CallOptions): Promise<ExportLink> {
    const { path, ...link } = await this.#api.invoke<Omit<ExportLink, "url"> & { path: string }>(
      "export-link",
      { export_id },
      options,
    );
    return { ...link, url: `${this.#url}${path}` };
  }
}

/** What {@link Imports.start} takes. */
export interface StartImportParams {
  kind: ImportKind;
  /** The name that the file is remembered by. */
  file_name: string;
  /** Default true: says what would be done and does nothing. */
  dry_run?: boolean;
  /** UTF-8, separated by commas or semicolons. */
  bytes: Bytes;
}

/** What {@link Imports.exportLink} answers. */
export interface ExportLink {
  export_id: string;
  /** The name that the browser saves it under. */
  file_name: string;
  url: string;
  expires_at: string;
}

type Started = { import_id: string; path: string | null };
