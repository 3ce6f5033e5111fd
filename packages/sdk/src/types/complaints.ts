import type {
  ComplaintAction,
  ComplaintResolution,
  ComplaintSettlement,
  ComplaintStatus,
  ComplaintType,
  ComplaintWish,
  OrderStatus,
  RefundDestination,
  RefundStatus,
} from "../vocabularies.ts";

/** What a customer says is wrong with an order. Every verb on complaints answers it, for whoever asks. */
export interface Complaint {
  id: string;
  /** The number people see. */
  number: string;
  order_id: string;
  type: ComplaintType;
  status: ComplaintStatus;
  /** The customer's words; null once their account was closed. */
  description: string | null;
  /** What the customer would like. */
  wanted: ComplaintWish | null;
  /** 2 once it was reopened. */
  round: number;
  opened_at: string;
  /** Since when the customer waits for an answer; null when they do not. */
  waiting_since: string | null;
  resolution: ComplaintResolution | null;
  resolution_note: string | null;
  resolved_at: string | null;
  erased_at: string | null;
  updated_at: string;
  /** Whether what it was resolved by has arrived; null while it is not resolved. `failed`: somebody has to act. */
  settlement: ComplaintSettlement | null;
  /** Null for customers, and while nobody looks after it. */
  assignee: { id: string; name: string } | null;
  /** Who complains; null for staff without `people.read`. */
  customer: { id: string; name: string; email: string | null } | null;
  order: ComplaintOrder;
  /** What it is about; empty: the order as a whole. */
  lines: ComplaintLine[];
  /** Pictures and PDFs, oldest first; `complaints.evidenceLink` opens one. */
  evidence: ComplaintEvidence[];
  /** Oldest first. Customers see those that are for them. */
  messages: ComplaintMessage[];
  /** What it ended in, by round. */
  resolutions: ComplaintOutcome[];
  /** Oldest first, beginning with its opening. */
  history: ComplaintChange[];
  /** What the caller may do with it now. */
  actions: ComplaintAction[];
  /** How the caller may resolve it now. */
  choices: ComplaintResolution[];
}

/** The order of a complaint, in short. */
export interface ComplaintOrder {
  id: string;
  number: string;
  status: OrderStatus;
  currency: string;
  total_amount: number;
  placed_at: string;
  paid_at: string | null;
  shipped_at: string | null;
  delivered_at: string | null;
  /** What is left of what was paid. */
  refundable_amount: number;
}

/** A line of the order that a complaint is about. */
export interface ComplaintLine {
  order_item_id: string;
  /** How many of them. */
  quantity: number;
  variant_id: string;
  sku: string;
  title: string;
  bought_quantity: number;
  refunded_quantity: number;
  total_amount: number;
}

/** A picture or PDF beside a complaint. */
export interface ComplaintEvidence {
  id: string;
  mime_type: string;
  byte_size: number;
  submitted_at: string;
}

/** What customer or staff wrote about a complaint. */
export interface ComplaintMessage {
  id: string;
  /** Null: the words of a customer who closed their account. */
  body: string | null;
  visible_to_customer: boolean;
  author_kind: "customer" | "staff" | "system";
  /** Null for customers. */
  author_name: string | null;
  written_at: string;
}

/** What one round of a complaint ended in, and how that stands now. */
export interface ComplaintOutcome {
  round: number;
  resolution: ComplaintResolution;
  note: string;
  lines: { order_item_id: string; quantity: number }[];
  resolved_at: string;
  /** Null for customers. */
  resolved_by_name: string | null;
  refunds: {
    id: string;
    amount: number;
    currency: string;
    status: RefundStatus;
    destination: RefundDestination;
    /** Null for customers. */
    failure: string | null;
  }[];
  /** The order that was sent instead. */
  replacement: { order_id: string; number: string; status: OrderStatus } | null;
}

/** One move in the history of a complaint. */
export interface ComplaintChange {
  from_status: ComplaintStatus | null;
  to_status: ComplaintStatus;
  reason: string | null;
  changed_at: string;
  actor_kind: "customer" | "staff" | "system";
  /** Null for customers. */
  actor_name: string | null;
}

/** A complaint in a list. */
export interface FoundComplaint {
  id: string;
  number: string;
  order_id: string;
  order_number: string;
  type: ComplaintType;
  status: ComplaintStatus;
  wanted: ComplaintWish | null;
  resolution: ComplaintResolution | null;
  settlement: ComplaintSettlement | null;
  round: number;
  opened_at: string;
  waiting_since: string | null;
  resolved_at: string | null;
  /** Null for staff without `people.read`, and in one's own list. */
  customer_name: string | null;
  customer_email: string | null;
  /** Null for customers. */
  assignee_id: string | null;
  assignee_name: string | null;
  item_titles: string[];
}

/** A complaint as an order page lists it. */
export interface OrderComplaint {
  id: string;
  number: string;
  type: ComplaintType;
  status: ComplaintStatus;
  resolution: ComplaintResolution | null;
  settlement: ComplaintSettlement | null;
  opened_at: string;
  resolved_at: string | null;
  /** Empty: the order as a whole. */
  order_item_ids: string[];
}
