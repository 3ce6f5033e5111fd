import type { Api } from "../api.ts";
import { decodeCursor } from "../cursor.ts";
import type { CallOptions } from "../http.ts";
import { orderBy, rowsAfter, type SortColumn } from "../keyset-filter.ts";
import { eachRow, type Page, type PageParams, pageSize, toPage } from "../page.ts";
import type { Dispute } from "../types/payments.ts";
import type { DisputeStatus } from "../vocabularies.ts";

const sort: readonly SortColumn[] = [
  { column: "created_at", direction: "desc" },
  { column: "id", direction: "desc" },
];
const columns =
  "id,payment_id,order_id,provider,provider_dispute_id,status,reason,currency,amount,fee_amount,respond_by,created_at,decided_at";

/** Disputes: payments that a buyer's bank questions, for staff with `payments.read`. They are answered at the provider. */
export class Disputes {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** A page of the disputes that fit, newest first. Nobody else gets a row. */
  async list(params: ListDisputesParams = {}, options?: CallOptions): Promise<Page<Dispute>> {
    const limit = pageSize(params);
    const query = {
      select: columns,
      order_id: params.order_id && `eq.${params.order_id}`,
      status: params.status && `eq.${params.status}`,
      or: params.cursor ? rowsAfter(sort, decodeCursor(params.cursor, sort.length)) : undefined,
      order: orderBy(sort),
      limit: String(limit + 1),
    };
    const rows = await this.#api.rows<Dispute>("disputes", query, options);
    return toPage(rows, limit, (dispute) => [dispute.created_at, dispute.id]);
  }

  /** Every dispute that {@link Disputes.list} would page through. */
  iterate(params: Omit<ListDisputesParams, "cursor"> = {}, options?: CallOptions): AsyncGenerator<Dispute, void> {
    return eachRow((cursor) => this.list({ ...params, cursor }, options));
  }
}

/** What {@link Disputes.list} takes. */
export interface ListDisputesParams extends PageParams {
  order_id?: string;
  status?: DisputeStatus;
}
