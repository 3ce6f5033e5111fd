import { newestFirst, type RowList } from "../rows-page.ts";

/** Orders, newest first, without items. */
export const listedOrders: RowList = {
  relation: "orders",
  select:
    "id,number,status,currency,subtotal_amount,discount_amount,tax_amount,tax_included_amount,shipping_amount,total_amount,placed_at,expires_at,paid_at,processing_at,shipped_at,delivered_at,completed_at,cancelled_at,cancel_reason",
  sort: newestFirst("placed_at"),
};

/** Drafts, newest first, without lines. */
export const listedDrafts: RowList = {
  relation: "draft_orders",
  select:
    "id,status,customer_id,currency,shipping_address_id,shipping_method_id,country,province,note,order_id,created_by,created_at,updated_at",
  sort: newestFirst("created_at"),
};
