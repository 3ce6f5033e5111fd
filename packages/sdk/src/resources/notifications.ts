import type { Api } from "../api.ts";
import { decodeCursor } from "../cursor.ts";
import type { CallOptions } from "../http.ts";
import { orderBy, rowsAfter, type SortColumn } from "../keyset-filter.ts";
import { eachRow, type Page, type PageParams, pageSize, toPage } from "../page.ts";
import type { Notification } from "../types.ts";

const sort: readonly SortColumn[] = [
  { column: "created_at", direction: "desc" },
  { column: "id", direction: "desc" },
];

/** Notifications: what the shop told the caller. */
export class Notifications {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** A page of the caller's notifications, newest first. */
  async list(params: PageParams = {}, options?: CallOptions): Promise<Page<Notification>> {
    const limit = pageSize(params);
    const query = {
      select: "*",
      or: params.cursor ? rowsAfter(sort, decodeCursor(params.cursor, sort.length)) : undefined,
      order: orderBy(sort),
      limit: String(limit + 1),
    };
    const rows = await this.#api.rows<Notification>("notifications", query, options);
    return toPage(rows, limit, (notification) => [notification.created_at, notification.id]);
  }

  /** Every notification that {@link Notifications.list} would page through. */
  iterate(params: Omit<PageParams, "cursor"> = {}, options?: CallOptions): AsyncGenerator<Notification, void> {
    return eachRow((cursor) => this.list({ ...params, cursor }, options));
  }
}
