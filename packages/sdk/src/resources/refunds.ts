import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import { eachRow, type Page, type PageParams } from "../page.ts";
import { newestFirst, type RowList, rowsPage } from "../rows-page.ts";
import type { StaffRefund } from "../types/payments.ts";
import type { Order } from "../types.ts";
import type { RefundDestination, RefundStatus, ReviewResolution } from "../vocabularies.ts";

const listed: RowList = {
  relation: "refunds",
  select:
    "id,payment_id,order_id,amount,currency,status,reason,note,destination,shipping_amount,lines,attempt,failure,created_at",
  sort: newestFirst("created_at"),
};

/** What staff decide about money: refunds, and orders that need a review. */
export class Refunds {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Gives money back, for staff with `payments.refund`. Neither `lines` nor `amount`: all that is left, and everything bought ends. `lines`:
   * what they cost, and they alone end. `amount`: money only, or with `lines` instead of what they cost. Errors: `order_not_refundable`,
   * `nothing_to_refund`, `refund_exceeds_payment`, `invalid_lines`, `invalid_reason`, `permission_denied`.
   */
  create(params: RefundOrderParams, options?: ChangeOptions): Promise<MadeRefund> {
    const { order_id, lines = null, amount = null, reason, restock = null, destination = "payment" } = params;
    const args = { order_id, lines, amount, reason, restock, destination, include_shipping: params.include_shipping };
    return this.#api.perform("refund_order", args, options);
  }

  /** A page of the refunds that the caller may see, newest first: for staff with `payments.read` all that fit, else those of own orders. */
  async list(params: ListRefundsParams = {}, options?: CallOptions): Promise<Page<StaffRefund>> {
    const filter = {
      status: params.status && `eq.${params.status}`,
      order_id: params.order_id && `eq.${params.order_id}`,
    };
    return rowsPage(this.#api, listed, filter, params, options);
  }

  /** Every refund that {@link Refunds.list} would page through. */
  iterate(params: Omit<ListRefundsParams, "cursor"> = {}, options?: CallOptions): AsyncGenerator<StaffRefund, void> {
    return eachRow((cursor) => this.list({ ...params, cursor }, options));
  }

  /** Asks the provider once more for a refund that failed. Errors: `refund_not_found`, `refund_not_open`, `refund_exceeds_payment`. */
  retry(refund_id: string, options?: ChangeOptions): Promise<StaffRefund> {
    return this.#api.perform("retry_refund", { refund_id }, options);
  }

  /**
   * Ends the review of an order, for staff with `payments.review`. `fulfil`: deliver it for exactly its money, or let stand what was delivered;
   * `refund`: everything goes back; `close`: goods come back and money that nobody can give back is written off. Errors: `order_not_in_review`,
   * `order_not_fulfillable`, `refund_in_progress`, `dispute_open`, `nothing_to_refund`, `money_left`, `out_of_stock`, `invalid_reason`, `permission_denied`.
   */
  resolveReview(params: ResolveReviewParams, options?: ChangeOptions): Promise<Order> {
    const { order_id, resolution, reason, restock = null } = params;
    return this.#api.perform("resolve_order_review", { order_id, resolution, reason, restock }, options);
  }
}

/** What {@link Refunds.create} answers. */
export interface MadeRefund {
  /** The first of `refunds`; null when nothing of it was paid yet and less is owed now. */
  refund: StaffRefund | null;
  /** One, or one per payment when no single one has enough. */
  refunds: StaffRefund[];
  order: Order;
}

/** What {@link Refunds.list} takes. */
export interface ListRefundsParams extends PageParams {
  /** `pending`: on its way; `failed`: the provider or the bank did not take it. */
  status?: RefundStatus;
  order_id?: string;
}

/** What {@link Refunds.create} takes. */
export interface RefundOrderParams {
  order_id: string;
  /** All that is left of a line when `quantity` is left out. */
  lines?: { order_item_id: string; quantity?: number }[];
  /** Minor units of the order's currency. */
  amount?: number;
  /** Kept in the history; at most 500 characters. */
  reason: string;
  /** Whether what comes back is on sale again. True when left out, unless the goods had left; a seat always is. */
  restock?: boolean;
  /** `store_credit`: the customer has it at once, and may spend it here. The way it came when left out. */
  destination?: Exclude<RefundDestination, "exchange">;
  /** Whether shipping goes back with these lines. Left out: with the last of what is sent. */
  include_shipping?: boolean;
}

/** What {@link Refunds.resolveReview} takes. */
export interface ResolveReviewParams {
  order_id: string;
  resolution: ReviewResolution;
  /** Kept in the history; at most 500 characters. */
  reason: string;
  /** Whether what comes back is on sale again. True when left out, unless the goods had left; a seat always is. */
  restock?: boolean;
}
