/** What can be asked of the books. */
export const reportKinds = [
  "sales",
  "orders",
  "products",
  "courses",
  "customers",
  "payments",
  "taxes",
  "dashboard",
  "events",
] as const;
/** One of {@link reportKinds}. */
export type ReportKind = (typeof reportKinds)[number];

/** Pieces of time that rows are cut into, on the calendar of `time_zone`; weeks begin on Monday. */
export type ReportBucket = "hour" | "day" | "week" | "month" | "year";

/** What a report is of; everything may be left out: the last thirty days by day on the shop's calendar. */
export interface ReportParameters {
  /** `2026-01-01`, which begins at midnight of `time_zone`, or a moment with its offset. */
  from?: string;
  /** Not included. */
  to?: string;
  bucket?: ReportBucket;
  /** IANA name. */
  time_zone?: string;
  /** All when left out, each in rows of its own. */
  currency?: string;
  limit?: number;
  /** Kind events only: `order.paid` and so on. */
  names?: string[];
  /** Kind events only: the id of the last row of the page before. */
  after_id?: number;
}

/** A figure of the dashboard: what waits `now`, or what happened in a time. Sales in minor units of `currency`. */
export interface DashboardRow {
  metric: string;
  currency: string | null;
  now: number | null;
  today: number | null;
  yesterday: number | null;
  last_7_days: number | null;
  previous_7_days: number | null;
  last_30_days: number | null;
  previous_30_days: number | null;
}

/** Sales in a piece of time, as the ledger has them: revenue − discount + shipping − refund = net, without tax. */
export interface SalesRow {
  starts_at: string;
  currency: string;
  /** Paid for the first time then. */
  orders: number;
  revenue_amount: number;
  discount_amount: number;
  shipping_amount: number;
  refund_amount: number;
  net_amount: number;
  tax_amount: number;
}

/** Orders placed in a piece of time, and what became of them until `as_of`. */
export interface OrdersRow {
  starts_at: string;
  currency: string;
  orders: number;
  /** Ever, whatever became of them since. */
  paid: number;
  pending: number;
  cancelled: number;
  expired: number;
  refunded: number;
  paid_amount: number;
  /** Of the paid ones; null where there are none. */
  average_amount: number | null;
}

/** What sold, by what it brought before refunds. */
export interface ProductsRow {
  variant_id: string;
  product_id: string;
  sku: string | null;
  title: string;
  variant_title: string;
  kind: string;
  currency: string;
  orders: number;
  units: number;
  refunded_units: number;
  /** After discounts, without tax. */
  net_amount: number;
}

/** An intake in which somebody took a seat in that time, and how they do. */
export interface CoursesRow {
  intake_id: string;
  product_id: string;
  title: string;
  intake_title: string;
  status: string;
  starts_at: string | null;
  /** Null: no limit. */
  seats: number | null;
  enrolled: number;
  active: number;
  completed: number;
  /** Given back, refunded, expired. */
  ended: number;
  completed_percent: number;
  progress_percent: number;
  score_percent: number | null;
  waiting: number;
}

/** People in a piece of time. */
export interface CustomersRow {
  starts_at: string;
  signed_up: number;
  buyers: number;
  first_time_buyers: number;
  returning_buyers: number;
}

/** Payments begun in a piece of time, by provider and method. */
export interface PaymentsRow {
  starts_at: string;
  provider: string;
  method: string;
  currency: string;
  payments: number;
  captured: number;
  failed: number;
  unfinished: number;
  captured_amount: number;
  refunded_amount: number;
  disputed_amount: number;
}

/** Taxes on invoices less credit notes issued in a piece of time. */
export interface TaxesRow {
  starts_at: string;
  name: string;
  /** 1100 is 11 %. */
  basis_points: number;
  /** Whether prices contained it. */
  inclusive: boolean;
  currency: string;
  /** Without the tax. */
  taxable_amount: number;
  tax_amount: number;
}

/** One event of the log. */
export interface EventsRow {
  id: number;
  name: string;
  subject_type: string;
  subject_id: string;
  actor_id: string | null;
  correlation_id: string | null;
  occurred_at: string;
  payload: Record<string, unknown>;
}

/** The rows of each kind of report. */
export interface ReportRows {
  sales: SalesRow;
  orders: OrdersRow;
  products: ProductsRow;
  courses: CoursesRow;
  customers: CustomersRow;
  payments: PaymentsRow;
  taxes: TaxesRow;
  dashboard: DashboardRow;
  events: EventsRow;
}

/** A question to the books. */
export interface Report<Kind extends ReportKind = ReportKind> {
  id: string;
  kind: Kind;
  /** With everything filled in. */
  parameters: ReportParameters;
  status: "queued" | "done";
  created_by: string | null;
  /** The moment of the data; null until it is done. */
  as_of: string | null;
  row_count: number | null;
  /** Whether there would have been more rows than `limit`. */
  truncated: boolean | null;
  created_at: string;
  updated_at: string;
  finished_at: string | null;
}

/** A report with its rows. */
export interface CountedReport<Kind extends ReportKind = ReportKind> extends Report<Kind> {
  columns: string[];
  /** Null until it is done. */
  rows: ReportRows[Kind][] | null;
  /** The background job; null before it is queued. */
  process: { status: string; attempts: number; error: string | null } | null;
}
