import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import { eachRow, type Page, type PageParams, pageSize } from "../page.ts";
import { rowsPage } from "../rows-page.ts";
import type { DraftOrder, DraftOrderLine, DraftOrderSummary, OrderNote, OrderPage } from "../types/orders.ts";
import type { AddressSnapshot } from "../types/people.ts";
import type { Order, OrderSummary } from "../types.ts";
import type { DraftOrderStatus, OrderStatus } from "../vocabularies.ts";
import type { Carts } from "./cart.ts";
import { listedDrafts, listedOrders } from "./order-rows.ts";

/** Orders: place, read, search, cancel. */
export class Orders {
  readonly #api: Api;
  readonly #carts: Carts;

  constructor(api: Api, carts: Carts) {
    this.#api = api;
    this.#carts = carts;
  }

  /**
   * Places an order for lines or for a cart and holds its seats and goods until `expires_at`. The server sets the prices; an order with
   * nothing to pay is paid at once. A cart is ordered once: placed again, it answers the same order. Errors: `out_of_stock` and others of
   * docs/errors.md, Orders and Carts.
   */
  async place(params: PlaceOrderParams, options?: ChangeOptions): Promise<Order> {
    const { lines, currency, shipping_address_id, shipping_method_id, country, province } = params;
    const cart_id = params.cart ? await this.#carts.placeable(options) : params.cart_id;
    const args = { lines, cart_id, currency, shipping_address_id, shipping_method_id, country, province };
    return this.#api.perform("place_order", args, options);
  }

  /** Everything an order page shows, and in `actions` what the caller may do next. Errors: `order_not_found`. */
  get(order_id: string, options?: CallOptions): Promise<OrderPage> {
    return this.#api.ask("get_order", { order_id }, options);
  }

  /** A page of the orders that the caller may see, newest first, without items. */
  async list(params: ListOrdersParams = {}, options?: CallOptions): Promise<Page<OrderSummary>> {
    const filter = { status: params.status && `eq.${params.status}` };
    return rowsPage(this.#api, listedOrders, filter, params, options);
  }

  /** Every order that {@link Orders.list} would page through. */
  iterate(params: Omit<ListOrdersParams, "cursor"> = {}, options?: CallOptions): AsyncGenerator<OrderSummary, void> {
    return eachRow((cursor) => this.list({ ...params, cursor }, options));
  }

  /**
   * A page of the orders that fit, newest first: the caller's own, or all for staff with `orders.read`. Errors: `invalid_search`,
   * `invalid_cursor`.
   */
  search(params: SearchOrdersParams = {}, options?: CallOptions): Promise<Page<FoundOrder>> {
    const { q, statuses, placed_from, placed_to, min_amount, max_amount, currency, cursor } = params;
    const args = { q, statuses, placed_from, placed_to, min_amount, max_amount, currency, cursor };
    return this.#api.askInBody("search_orders", { ...args, max_rows: pageSize(params) }, options);
  }

  /** Every order that {@link Orders.search} would page through. */
  iterateSearch(
    params: Omit<SearchOrdersParams, "cursor"> = {},
    options?: CallOptions,
  ): AsyncGenerator<FoundOrder, void> {
    return eachRow((cursor) => this.search({ ...params, cursor }, options));
  }

  /** Cancels an order and frees what it holds; what was paid is refunded. Staff give a reason. Errors: docs/errors.md, Orders. */
  cancel(params: CancelOrderParams, options?: ChangeOptions): Promise<Order> {
    return this.#api.perform("cancel_order", { order_id: params.order_id, reason: params.reason ?? null }, options);
  }

  /**
   * Changes what an order consists of, before anything left. Unpaid (its customer, or staff with `orders.write`): in place, priced anew,
   * its items get new ids. Paid (staff): what goes is given back line by line,
   * what comes is an order of its own, `supplement`. Only the difference moves: it goes back, or is the supplement's `due_amount`, and
   * nothing changes before that is paid.
   * Errors: `order_not_editable`, `out_of_stock` and others of docs/errors.md, Orders and Payments.
   */
  edit(params: EditOrderParams, options?: ChangeOptions): Promise<{ order: Order; supplement: Order | null }> {
    const { order_id, lines, reason = null } = params;
    return this.#api.perform("edit_order", { order_id, lines, reason }, options);
  }

  /**
   * Sends an order elsewhere while nothing of it has left: its customer, or staff (`orders.write`), who say why. Unpaid: in place, priced anew.
   * Paid: what sending costs less goes back; what it costs more is `supplement`, and the order goes where it went until that is paid.
   * Goods that are taxed otherwise there are given back and sold anew in the supplement. Errors: `order_not_editable`,
   * `shipping_not_available`, `address_not_found`, `invalid_address`, `invalid_reason`, `out_of_stock`.
   */
  changeAddress(
    params: ChangeOrderAddressParams,
    options?: ChangeOptions,
  ): Promise<{ order: Order; supplement: Order | null }> {
    const { order_id, shipping_address_id = null, address = null, reason = null } = params;
    return this.#api.perform("change_order_address", { order_id, shipping_address_id, address, reason }, options);
  }

  /** Staff (`orders.fulfil`): somebody works on a paid order now. Errors: `permission_denied`, `order_not_found`, `order_not_ready`. */
  startProcessing(order_id: string, options?: ChangeOptions): Promise<Order> {
    return this.#api.perform("start_processing", { order_id }, options);
  }

  /** Staff (`orders.fulfil`): the goods have left; the customer gets a mail. Errors: as {@link Orders.startProcessing}, `invalid_shipment`. */
  markShipped(params: MarkShippedParams, options?: ChangeOptions): Promise<Order> {
    const { order_id, carrier = null, tracking_number = null } = params;
    return this.#api.perform("mark_shipped", { order_id, carrier, tracking_number }, options);
  }

  /** Staff (`orders.fulfil`): the goods have arrived; the customer gets a mail. Errors: as {@link Orders.startProcessing}. */
  markDelivered(order_id: string, options?: ChangeOptions): Promise<Order> {
    return this.#api.perform("mark_delivered", { order_id }, options);
  }

  /** Staff (`orders.fulfil`): nothing is left to do; most orders complete by themselves. Errors: as {@link Orders.startProcessing}. */
  complete(order_id: string, options?: ChangeOptions): Promise<Order> {
    return this.#api.perform("complete_order", { order_id }, options);
  }

  /**
   * Staff (`orders.write`): prepares an order for a customer and answers the draft with what it costs now; it holds nothing. Agreed
   * prices need `pricing.write`. Errors: docs/errors.md, Orders, Drafts.
   */
  createDraft(params: CreateDraftOrderParams, options?: ChangeOptions): Promise<DraftOrder> {
    return this.#api.perform("create_draft_order", { ...params }, options);
  }

  /** Staff (`orders.read`): a draft and, while it is open, what it costs now. Errors: `draft_order_not_found`. */
  getDraft(draft_order_id: string, options?: CallOptions): Promise<DraftOrder> {
    return this.#api.ask("get_draft_order", { draft_order_id }, options);
  }

  /** Staff (`orders.read`): a page of the drafts that fit, newest first, without lines. Nobody else gets a row. */
  async listDrafts(params: ListDraftOrdersParams = {}, options?: CallOptions): Promise<Page<DraftOrderSummary>> {
    const { status, customer_id } = params;
    const filter = { status: status && `eq.${status}`, customer_id: customer_id && `eq.${customer_id}` };
    return rowsPage(this.#api, listedDrafts, filter, params, options);
  }

  /** Every draft that {@link Orders.listDrafts} would page through. */
  iterateDrafts(
    params: Omit<ListDraftOrdersParams, "cursor"> = {},
    options?: CallOptions,
  ): AsyncGenerator<DraftOrderSummary, void> {
    return eachRow((cursor) => this.listDrafts({ ...params, cursor }, options));
  }

  /** Staff: changes an open draft; what is left out stays. Errors: `draft_order_not_open` and those of {@link Orders.createDraft}. */
  changeDraft(params: ChangeDraftOrderParams, options?: ChangeOptions): Promise<DraftOrder> {
    return this.#api.perform("change_draft_order", { ...params }, options);
  }

  /** Staff: puts a draft away. Errors: `draft_order_not_found`, `draft_order_not_open`. */
  cancelDraft(draft_order_id: string, options?: ChangeOptions): Promise<DraftOrder> {
    return this.#api.perform("cancel_draft_order", { draft_order_id }, options);
  }

  /**
   * Staff: makes a draft the customer's order, held until `hold_until`; the customer gets a mail and pays it like any other. Errors:
   * `draft_order_not_open`, `invalid_hold` and those of {@link Orders.place}.
   */
  placeDraft(params: PlaceDraftOrderParams, options?: ChangeOptions): Promise<Order> {
    return this.#api.perform("place_draft_order", { ...params }, options);
  }

  /**
   * Writes a note beside an order: staff (`orders.write`) among themselves unless it is visible to the customer, customers on their own
   * orders. Errors: `order_not_found`, `invalid_note`, `too_many_notes`.
   */
  addNote(params: AddOrderNoteParams, options?: ChangeOptions): Promise<Omit<OrderNote, "author_name">> {
    const { order_id, body, visible_to_customer = false } = params;
    return this.#api.perform("add_order_note", { order_id, body, visible_to_customer }, options);
  }
}

/** What a search shows of an order. */
export interface FoundOrder
  extends Pick<OrderSummary, "id" | "number" | "status" | "currency" | "total_amount" | "placed_at"> {
  /** Null unless the caller is staff with `orders.read` and `people.read`. */
  customer_name: string | null;
  /** Null unless the caller is staff with `orders.read` and `people.read`. */
  customer_email: string | null;
  /** The titles of its lines, as they were when it was placed. */
  item_titles: string[];
  /** Units in all its lines. */
  item_count: number;
}

/** What {@link Orders.place} takes. */
export interface PlaceOrderParams {
  /** What to buy, when it is not the cart. */
  lines?: { variant_id: string; quantity: number }[];
  /** Places the caller's cart, all of it. */
  cart?: true;
  /** The same by its id. */
  cart_id?: string;
  /** ISO 4217 code; the cart's, or the shop's own, when left out. */
  currency?: string;
  /** Where goods go; the cart's address, or the default one, when left out. */
  shipping_address_id?: string;
  /** How goods are sent; the cart's method, else the cheapest that delivers, when left out. */
  shipping_method_id?: string;
  /** Whose taxes count when nothing is sent to an address: ISO 3166-1; the shop's country when left out. */
  country?: string;
  province?: string;
}

/** What {@link Orders.list} takes. */
export interface ListOrdersParams extends PageParams {
  status?: OrderStatus;
}

/** What {@link Orders.listDrafts} takes. */
export interface ListDraftOrdersParams extends PageParams {
  status?: DraftOrderStatus;
  customer_id?: string;
}

/** What {@link Orders.search} takes. */
export interface SearchOrdersParams extends PageParams {
  /** A part of an order number, a title, a recipient, e-mail or phone (staff: with `people.read`, and of a name); at most 100 characters. What nothing contains may be mistyped. */
  q?: string;
  statuses?: OrderStatus[];
  /** ISO 8601, included. */
  placed_from?: string;
  /** ISO 8601, not included. */
  placed_to?: string;
  /** Minor units. */
  min_amount?: number;
  /** Minor units. */
  max_amount?: number;
  /** ISO 4217 code. */
  currency?: string;
}

/** What {@link Orders.cancel} takes. */
export interface CancelOrderParams {
  order_id: string;
  /** Kept in the order's history, and read by its customer. Staff must give one. */
  reason?: string;
}

/** What {@link Orders.addNote} takes. */
export interface AddOrderNoteParams {
  order_id: string;
  /** 1 to 2000 characters. */
  body: string;
  /** Staff: whether the customer sees it. What customers write, they see. */
  visible_to_customer?: boolean;
}

/** What {@link Orders.markShipped} takes. */
export interface MarkShippedParams {
  order_id: string;
  /** At most 100 characters. */
  carrier?: string;
  /** At most 100 characters. */
  tracking_number?: string;
}

/** What {@link Orders.createDraft} takes. */
export interface CreateDraftOrderParams {
  /** Whose order it will be. */
  customer_id: string;
  lines: DraftOrderLine[];
  /** ISO 4217 code; the shop's own when left out. */
  currency?: string;
  /** One of the customer's addresses; their default one when left out. */
  shipping_address_id?: string;
  /** How goods are sent; the cheapest way that delivers when left out. */
  shipping_method_id?: string;
  coupon_codes?: string[];
  /** Whose taxes count when nothing is sent to an address: ISO 3166-1. */
  country?: string;
  province?: string;
  /** For staff only. */
  note?: string;
}

/** What {@link Orders.changeDraft} takes. */
export interface ChangeDraftOrderParams
  extends Partial<
    Pick<CreateDraftOrderParams, "lines" | "shipping_address_id" | "shipping_method_id" | "coupon_codes" | "note">
  > {
  draft_order_id: string;
}

/** What {@link Orders.placeDraft} takes. */
export interface PlaceDraftOrderParams {
  draft_order_id: string;
  /** ISO 8601; `draft_hold_hours` from now when left out, `draft_hold_max_days` at most. */
  hold_until?: string;
}

/** What {@link Orders.edit} takes. */
export interface EditOrderParams {
  order_id: string;
  /** All that the order is to consist of. */
  lines: { variant_id: string; quantity: number }[];
  /** Staff say why; the customer reads it. */
  reason?: string;
}

/** What {@link Orders.changeAddress} takes: one of the two addresses. */
export interface ChangeOrderAddressParams {
  order_id: string;
  /** One of its customer's addresses. */
  shipping_address_id?: string;
  /** One that is written out, and is kept with the order only. */
  address?: Omit<AddressSnapshot, "district" | "subdistrict"> & Partial<AddressSnapshot>;
  /** Staff say why; the customer reads it. */
  reason?: string;
}
