import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { Page, PageParams } from "../page.ts";
import { newestFirst, type RowList, rowsPage } from "../rows-page.ts";
import type { Alert, Concern } from "../types/alerts.ts";
import type { ConcernKind } from "../vocabularies.ts";

const listed: RowList = { relation: "alerts", select: "*", sort: newestFirst("raised_at") };

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
    return rowsPage(this.#api, listed, {}, params, options);
  }

  /**
   * Staff (`alerts.write`): one looks after it; it stays open until what it is about is settled. Errors: `permission_denied`,
   * `alert_not_found`, `alert_not_open`, `invalid_note`.
   */
  acknowledge(params: { alert_id: string; note?: string }, options?: ChangeOptions): Promise<Alert> {
    return this.#api.perform("acknowledge_concern", { alert_id: params.alert_id, note: params.note ?? null }, options);
  }
}
