import type { Api } from "../api.ts";
import { decodeCursor } from "../cursor.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import { orderBy, rowsAfter, type SortColumn } from "../keyset-filter.ts";
import { type Page, type PageParams, pageSize, toPage } from "../page.ts";
import type { Alert, Concern } from "../types/alerts.ts";
import type { ConcernKind } from "../vocabularies.ts";

const sort: readonly SortColumn[] = [
  { column: "raised_at", direction: "desc" },
  { column: "id", direction: "desc" },
];

/** Alerts: what stays open too long, for staff with `alerts.read`. */
export class Alerts {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** What stays open for too long now, oldest first. Errors: `permission_denied`, `invalid_concern`. */
  open(params: { kind?: ConcernKind } = {}, options?: CallOptions): Promise<Concern[]> {
    return this.#api.ask("open_concerns", { kind: params.kind }, options);
  }

  /** A page of all alerts that there were, newest first. */
  async list(params: PageParams = {}, options?: CallOptions): Promise<Page<Alert>> {
    const limit = pageSize(params);
    const query = {
      select: "*",
      or: params.cursor ? rowsAfter(sort, decodeCursor(params.cursor, sort.length)) : undefined,
      order: orderBy(sort),
      limit: String(limit + 1),
    };
    const rows = await this.#api.rows<Alert>("alerts", query, options);
    return toPage(rows, limit, (alert) => [alert.raised_at, alert.id]);
  }

  /**
   * Staff (`alerts.write`): one looks after it; it stays open until what it is about is settled. Errors: `permission_denied`,
   * `alert_not_found`, `alert_not_open`, `invalid_note`.
   */
  acknowledge(params: { alert_id: string; note?: string }, options?: ChangeOptions): Promise<Alert> {
    return this.#api.perform("acknowledge_concern", { alert_id: params.alert_id, note: params.note ?? null }, options);
  }
}
