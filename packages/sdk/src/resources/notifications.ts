import type { AskPerson } from "../access-token.ts";
import type { Api } from "../api.ts";
import type { CallOptions } from "../http.ts";
import { onlyRow } from "../only-row.ts";
import { eachRow, type Page, type PageParams } from "../page.ts";
import { newestFirst, type RowList, rowsPage } from "../rows-page.ts";
import type { Notification } from "../types.ts";

const columns = "id,type,channel,status,recipient,subject,content,read_at,sent_at,created_at";
const listed: RowList = { relation: "notifications", select: columns, sort: newestFirst("created_at") };

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
    const filter = {
      profile_id: `eq.${await this.#person()}`,
      read_at: params.unread ? "is.null" : undefined,
    };
    return rowsPage(this.#api, listed, filter, params, options);
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
