import type { AskPerson } from "../access-token.ts";
import type { Api } from "../api.ts";
import { decodeCursor } from "../cursor.ts";
import type { CallOptions } from "../http.ts";
import { orderBy, rowsAfter, type SortColumn } from "../keyset-filter.ts";
import { onlyRow } from "../only-row.ts";
import { eachRow, type Page, type PageParams, pageSize, toPage } from "../page.ts";
import type { Notification } from "../types.ts";

const sort: readonly SortColumn[] = [
  { column: "created_at", direction: "desc" },
  { column: "id", direction: "desc" },
];

const columns = "id,type,channel,status,recipient,subject,content,read_at,sent_at,created_at";

/** Notifications: what the shop told the caller. */
export class Notifications {
  readonly #api: Api;
  readonly #person: AskPerson;

  constructor(api: Api, person: AskPerson) {
    this.#api = api;
    this.#person = person;
  }

  /** A page of the caller's own notifications, newest first. Errors: `sign_in_required`. */
  async list(params: ListNotificationsParams = {}, options?: CallOptions): Promise<Page<Notification>> {
    const limit = pageSize(params);
    const query = {
      select: columns,
      profile_id: `eq.${await this.#person()}`,
      read_at: params.unread ? "is.null" : undefined,
      or: params.cursor ? rowsAfter(sort, decodeCursor(params.cursor, sort.length)) : undefined,
      order: orderBy(sort),
      limit: String(limit + 1),
    };
    const rows = await this.#api.rows<Notification>("notifications", query, options);
    return toPage(rows, limit, (notification) => [notification.created_at, notification.id]);
  }

  /** Every notification that {@link Notifications.list} would page through. */
  iterate(
    params: Omit<ListNotificationsParams, "cursor"> = {},
    options?: CallOptions,
  ): AsyncGenerator<Notification, void> {
    return eachRow((cursor) => this.list({ ...params, cursor }, options));
  }

  /** Marks one of the caller's notifications as read. Errors: `sign_in_required`, `not_found`. */
  async markRead(notification_id: string, options?: CallOptions): Promise<Notification> {
    const match = { id: `eq.${notification_id}`, profile_id: `eq.${await this.#person()}`, select: columns };
    const rows = await this.#api.update<Notification>(
      "notifications",
      match,
      { read_at: new Date().toISOString() },
      options,
    );
    return onlyRow(rows, "There is no such notification.", "List the notifications and take an id from there.");
  }
}

/** What {@link Notifications.list} takes. */
export interface ListNotificationsParams extends PageParams {
  /** Only those that were not marked read. */
  unread?: boolean;
}
