import type { Api } from "../api.ts";
import type { CallOptions } from "../http.ts";
import { eachRow, type Page, type PageParams } from "../page.ts";
import { newestFirst, type RowList, rowsPage } from "../rows-page.ts";
import type { Dispute } from "../types/payments.ts";
import type { DisputeStatus } from "../vocabularies.ts";

const listed: RowList = {
  relation: "disputes",
  select:
    "id,payment_id,order_id,provider,provider_dispute_id,status,reason,currency,amount,fee_amount,respond_by,created_at,decided_at",
  sort: newestFirst("created_at"),
};

/** Disputes: payments that a buyer's bank questions, for staff with `payments.read`. They are answered at the provider. */
export class Disputes {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** A page of the disputes that fit, newest first. Nobody else gets a row. */
  async list(params: ListDisputesParams = {}, options?: CallOptions): Promise<Page<Dispute>> {
    const filter = {
      order_id: params.order_id && `eq.${params.order_id}`,
      status: params.status && `eq.${params.status}`,
    };
    return rowsPage(this.#api, listed, filter, params, options);
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
