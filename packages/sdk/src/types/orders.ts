import type { Order, OrderItem, Refund } from "../types.ts";
import type { DraftOrderStatus, InvoiceKind, OrderAction } from "../vocabularies.ts";
import type { OrderComplaint } from "./complaints.ts";
import type { AddressSnapshot } from "./people.ts";
import type { Quote } from "./pricing.ts";
import type { Shipment, StaffShipment } from "./shipments.ts";

/** Everything an order page shows. */
export interface OrderPage extends Omit<Order, "items" | "refunds"> {
  items: OrderPageItem[];
  refunds: OrderPageRefund[];
  /** Who bought; null for staff without `people.read`. */
  customer: { id: string; name: string; email: string | null; phone: string | null } | null;
  /** What staff said when the goods left; null before. */
  shipment: { carrier: string | null; tracking_number: string | null; shipped_at: string } | null;
  /** Its parcels, oldest first; staff see more of each. */
  shipments: (Shipment | StaffShipment)[];
  /** Invoices and credit notes, oldest first. */
  invoices: OrderPageInvoice[];
  /** Oldest first, beginning with the placing. */
  history: OrderChange[];
  /** What it was before, oldest first. */
  edits: OrderEdit[];
  /** Oldest first. Customers see those that are for them. */
  notes: OrderNote[];
  /** The complaints about it that the caller may see, oldest first. */
  complaints: OrderComplaint[];
  /** What it is the supplement of, when it stands for something that went from there: how much of that order's money pays for it, and since when. */
  exchange: { order_id: string; number: string; amount: number; settled_at: string | null } | null;
  /** What the caller may do with it now. */
  actions: OrderAction[];
}

/** One line of an order page. */
export interface OrderPageItem extends OrderItem {
  /** What the catalogue said when it was bought: slug, dates, picture. */
  snapshot: Record<string, unknown>;
  image_url: string | null;
  /** Its files; none before it is paid. */
  downloads: {
    id: string;
    file_name: string;
    used_count: number;
    max_downloads: number;
    expires_at: string | null;
    /** Since when it was given back. */
    ended_at: string | null;
  }[];
}

/** Money on its way back, as an order page shows it. */
export interface OrderPageRefund extends Refund {
  created_at: string;
  /** What it was for; empty when it was for everything or for an amount. */
  lines: { order_item_id: string; quantity: number; restock: boolean }[];
  /** What staff wrote; null for customers. */
  note: string | null;
  /** Why the provider refused it; null for customers. */
  failure: string | null;
}

/** One document of an order; `invoices.link` gives its PDF. */
export interface OrderPageInvoice {
  id: string;
  kind: InvoiceKind;
  number: string;
  issued_at: string;
  total_amount: number;
  currency: string;
  refund_id: string | null;
  corrects_id: string | null;
}

/** One move in the history of an order, or of one of its payments or (for staff) refunds. */
export interface OrderChange {
  machine: string;
  subject_id: string;
  /** Null: its beginning. */
  from_status: string | null;
  to_status: string;
  reason: string | null;
  changed_at: string;
  actor_kind: "customer" | "staff" | "system";
  /** Staff are named to staff only. */
  actor_id: string | null;
  actor_name: string | null;
}

/** A note beside an order. */
export interface OrderNote {
  id: string;
  body: string;
  visible_to_customer: boolean;
  author_kind: "customer" | "staff" | "system";
  /** Null for customers. */
  author_name: string | null;
  written_at: string;
}

/** What a draft wants of one variant. */
export interface DraftOrderLine {
  variant_id: string;
  quantity: number;
  /** Minor units of the draft's currency, instead of the catalogue's price; with `agreed_reason`. */
  agreed_unit_amount?: number | null;
  /** Why; for staff only. */
  agreed_reason?: string | null;
}

/** An order that staff prepare for a customer, who sees nothing of it before it is placed. */
export interface DraftOrder {
  id: string;
  status: DraftOrderStatus;
  customer_id: string;
  currency: string;
  shipping_address_id: string | null;
  shipping_method_id: string | null;
  country: string | null;
  province: string | null;
  note: string | null;
  coupon_codes: string[];
  lines: Required<DraftOrderLine>[];
  /** What it costs now, with everything that would refuse it in `problems`; null once it is placed or cancelled. */
  quote: Quote | null;
  /** The order that it became. */
  order_id: string | null;
  created_by: string | null;
  created_at: string;
  updated_at: string;
}

/** A draft as a list shows it. */
export type DraftOrderSummary = Omit<DraftOrder, "coupon_codes" | "lines" | "quote">;

/** What an order was at one moment. */
export interface OrderSnapshot {
  total_amount: number;
  lines: { variant_id: string; title: string; quantity: number; unit_amount: number; total_amount: number }[];
  /** Where it went; of changes of the address only. */
  shipping_address?: AddressSnapshot | null;
}

/** One change of what an order consists of. */
export interface OrderEdit {
  id: string;
  edited_at: string;
  reason: string | null;
  before: OrderSnapshot;
  after: OrderSnapshot;
  /** The order of what was added to a paid one. */
  supplement_id: string | null;
  /** How much of what was paid stays and pays for the supplement; `settled_at` null: what goes goes once the rest of it is paid. Null when nothing goes. */
  exchange: { amount: number; settled_at: string | null } | null;
  actor_kind: "customer" | "staff" | "system";
  /** Null for customers. */
  actor_name: string | null;
}
