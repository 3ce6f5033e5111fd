import type { Api, Query } from "../api.ts";
import { decodeCursor } from "../cursor.ts";
import type { CallOptions } from "../http.ts";
import { orderBy, rowsAfter, type SortColumn } from "../keyset-filter.ts";
import { type Page, toPage } from "../page.ts";
import type { DraftOrderSummary } from "../types/orders.ts";
import type { OrderSummary } from "../types.ts";

const sort: readonly SortColumn[] = [
  { column: "placed_at", direction: "desc" },
  { column: "id", direction: "desc" },
];
const summaryColumns =
  "id,number,status,currency,subtotal_amount,discount_amount,tax_amount,tax_included_amount,shipping_amount,total_amount,placed_at,expires_at,paid_at,processing_at,shipped_at,delivered_at,completed_at,cancelled_at,cancel_reason";

/** A page of the orders that fit a filter and that the caller may see, newest first, without items. */
export async function ordersPage(
  api: Api,
  filter: Query,
  cursor: string | null | undefined,
  limit: number,
  options?: CallOptions,
): Promise<Page<OrderSummary>> {
  const query = {
    ...filter,
    select: summaryColumns,
    or: cursor ? rowsAfter(sort, decodeCursor(cursor, sort.length)) : undefined,
    order: orderBy(sort),
    limit: String(limit + 1),
  };
  const rows = await api.rows<OrderSummary>("orders", query, options);
  return toPage(rows, limit, (order) => [order.placed_at, order.id]);
}

const draftSort: readonly SortColumn[] = [
  { column: "created_at", direction: "desc" },
  { column: "id", direction: "desc" },
];
const draftColumns =
  "id,status,customer_id,currency,shipping_address_id,shipping_method_id,country,province,note,order_id,created_by,created_at,updated_at";

/** A page of the drafts that fit a filter and that the caller may see, newest first, without lines. */
export async function draftsPage(
  api: Api,
  filter: Query,
  cursor: string | null | undefined,
  limit: number,
  options?: CallOptions,
): Promise<Page<DraftOrderSummary>> {
  const query = {
    ...filter,
    select: draftColumns,
    or: cursor ? rowsAfter(draftSort, decodeCursor(cursor, draftSort.length)) : undefined,
    order: orderBy(draftSort),
    limit: String(limit + 1),
  };
  const rows = await api.rows<DraftOrderSummary>("draft_orders", query, options);
  return toPage(rows, limit, (draft) => [draft.created_at, draft.id]);
}
