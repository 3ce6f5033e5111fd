import type { AddressSnapshot } from "./types/people.ts";
import type { LinePricing } from "./types/pricing.ts";
import type { ShippingChoice, ShippingPricing } from "./types/shipping.ts";
import type { Tax } from "./types/taxes.ts";
import type {
  CourseLevel,
  EnrollmentStatus,
  IntakeStatus,
  InvoiceKind,
  LessonKind,
  NotificationChannel,
  NotificationStatus,
  OrderStatus,
  PaymentMethod,
  PaymentStatus,
  RefundStatus,
  WaitlistStatus,
} from "./vocabularies.ts";

/** A price: minor units (cents, sen) of its currency. */
export interface Price {
  currency: string;
  amount: number;
}

/** A course of the catalogue. */
export interface Course {
  /** The product's id. */
  id: string;
  slug: string;
  title: string;
  summary: string;
  image_url: string | null;
  created_at: string;
  level: CourseLevel;
  language: string;
  duration_minutes: number | null;
  /** The runs of the course, soonest first. */
  intakes: Intake[];
}

/** A course with its long text. */
export interface CourseDetail extends Course {
  description: string;
}

/** One run of a course. */
export interface Intake {
  id: string;
  /** What a line of an order points to. */
  variant_id: string;
  title: string;
  /** Null: not counted, so never full. */
  seats: number | null;
  /** Seats that can be taken now; null when not counted. */
  seats_available: number | null;
  enroll_opens_at: string;
  enroll_closes_at: string | null;
  starts_at: string | null;
  ends_at: string | null;
  time_zone: string;
  location: string | null;
  /** Whether a full intake takes people on a waiting list. */
  has_waitlist: boolean;
  status: IntakeStatus;
  /** How many learners it needs to take place; null: any number. */
  min_seats: number | null;
  /** When it is decided whether it takes place. */
  decide_at: string | null;
  /** Whether enough learners are in it; null when it needs no number of them. */
  guaranteed: boolean | null;
  /** Until how many days before its start learners give their seat back themselves; null with the next one: as the course says. */
  cancel_days_before_start: number | null;
  /** Or until how many days after they got it. */
  cancel_days_after_purchase: number | null;
  /** And with less progress than this. */
  cancel_progress_percent: number | null;
  /** No price in a currency: not sold in it. Amount 0: free. */
  prices: Price[];
}

/** A learner's place in an intake. */
export interface Enrollment {
  id: string;
  intake_id: string;
  status: EnrollmentStatus;
  /** Since when the seat is the learner's; null while its order is unpaid. */
  enrolled_at: string | null;
}

/** What `enroll` answers. */
export interface Enrolled {
  enrollment: Enrollment;
  order: Order;
}

/** One card of a learner's dashboard. */
export interface MyCourse {
  /** Null while waiting for a seat. */
  enrollment_id: string | null;
  /** Of the enrolment; while waiting, of the place on the waiting list. */
  status: EnrollmentStatus | "waiting" | "offered";
  /** What the learner can do: wait for a seat or take the one that is offered (waiting), nothing before it is paid (reserved) or while suspended, learn (active), look back (ended). */
  state: "waiting" | "reserved" | "active" | "suspended" | "ended";
  product_id: string;
  slug: string;
  title: string;
  summary: string;
  image_url: string | null;
  intake_id: string;
  intake_title: string;
  starts_at: string | null;
  ends_at: string | null;
  time_zone: string;
  location: string | null;
  enrolled_at: string | null;
  order_id: string | null;
  order_number: string | null;
  /** Of the required lessons; null where there are none. */
  progress_percent: number | null;
  /** The first required lesson that is not completed. */
  next_lesson: { id: string; kind: LessonKind; title: string; duration_minutes: number | null } | null;
  /** The next that is not over. */
  next_session: { id: string; title: string; starts_at: string; ends_at: string } | null;
  /** Null: for good. */
  access_ends_at: string | null;
  result: "passed" | null;
  score_percent: number | null;
  /** Of the certificate, unless it was revoked. */
  certificate_number: string | null;
  /** 1 is next; null unless waiting. */
  waitlist_place: number | null;
  /** Until when an offered seat is held. */
  offer_expires_at: string | null;
}

/** A learner's place on the waiting list of an intake. */
export interface WaitlistEntry {
  id: string;
  intake_id: string;
  status: WaitlistStatus;
  /** 1 is next; null unless waiting. */
  place: number | null;
  /** Until when an offered seat is held; then it goes to the next in line. */
  offer_expires_at: string | null;
  /** The most that may be charged by itself, in minor units of `currency`; null: the seat is only offered. */
  max_amount: number | null;
  currency: string | null;
  created_at: string;
}

/** One of the waiting lists the caller is on. */
export interface MyWaitlistEntry extends WaitlistEntry {
  /** The course's title. */
  title: string;
  slug: string;
  intake_title: string;
}

/** An order without its parts. Amounts are minor units of `currency`. */
export interface OrderSummary {
  id: string;
  /** The number that people see. */
  number: string;
  status: OrderStatus;
  currency: string;
  subtotal_amount: number;
  discount_amount: number;
  /** Tax that comes on top of the prices. */
  tax_amount: number;
  /** Tax that the prices contain; part of the total already. */
  tax_included_amount: number;
  shipping_amount: number;
  /** subtotal − discount + tax + shipping. */
  total_amount: number;
  placed_at: string;
  /** Until when an unpaid order holds its seats. */
  expires_at: string | null;
  paid_at: string | null;
  processing_at: string | null;
  shipped_at: string | null;
  delivered_at: string | null;
  completed_at: string | null;
  cancelled_at: string | null;
  cancel_reason: string | null;
}

/** A whole order. */
export interface Order extends OrderSummary {
  /** What is still to pay, in minor units. */
  due_amount: number;
  /** What it is for when the buyer does not simply take the seats: seats of an organisation, gifts, longer access, another intake. */
  purpose: "organisation" | "gift" | "renewal" | "transfer" | "gift_card" | null;
  organisation_id: string | null;
  /** Where it goes, as it was when it was placed; null when nothing is sent. */
  shipping_address: AddressSnapshot | null;
  /** How it is sent, as it was when it was placed; null when nothing is sent, or sending was free in this shop. */
  shipping_method: ShippingChoice | null;
  shipping_pricing: ShippingPricing | null;
  /** What free shipping took off; `shipping_amount` is what was left. */
  shipping_discount_amount: number;
  /** These two are part of `tax_amount` and `tax_included_amount`. */
  shipping_tax_amount: number;
  shipping_tax_included_amount: number;
  /** How much of shipping, its tax on top included, went back. */
  shipping_refunded_amount: number;
  /** The country whose taxes it was priced with, also when it is changed; null: nobody named one and nothing was to pay. */
  tax_country: string | null;
  tax_province: string | null;
  items: OrderItem[];
  payments: Payment[];
  refunds: Refund[];
}

/** One line of an order, as it was when it was bought. */
export interface OrderItem {
  id: string;
  variant_id: string;
  kind: string;
  sku: string;
  title: string;
  quantity: number;
  /** How many of them were given back. */
  refunded_quantity: number;
  /** The bundle this is a component of; its price is in the bundle's line. */
  parent_id: string | null;
  unit_amount: number;
  /** unit × quantity. */
  subtotal_amount: number;
  discount_amount: number;
  tax_amount: number;
  tax_included_amount: number;
  /** subtotal − discount + tax. */
  total_amount: number;
  pricing: LinePricing;
  /** Units that were sold beyond stock and come later. */
  backordered_quantity: number;
  /** When those ship; null unless they were preordered. */
  ships_at: string | null;
  /** The seat that this line gave; null for goods. */
  enrollment: Enrollment | null;
}

/** One attempt to pay an order. */
export interface Payment {
  id: string;
  order_id: string;
  /** 1 for the first. */
  attempt: number;
  provider: string;
  method: PaymentMethod;
  status: PaymentStatus;
  /** What this attempt asks for; parts of an order are paid by several. */
  amount: number;
  currency: string;
  /** What staff noted for what they recorded by hand. */
  reference: string | null;
  /** `manual`: authorised first, captured by staff. */
  capture_method: string;
  /** What the provider holds, or held, for the shop; 0 when it was charged at once. */
  authorized_amount: number;
  authorized_until: string | null;
  captured_amount: number;
  refunded_amount: number;
  /** What the order still asks for, by whatever attempt. */
  due_amount: number;
  /** The provider's page; null until the checkout opened one. */
  checkout_url: string | null;
  expires_at: string | null;
  failure_code: string | null;
  failure_message: string | null;
}

/** Money on its way back. */
export interface Refund {
  id: string;
  payment_id: string;
  amount: number;
  currency: string;
  status: RefundStatus;
  reason: string;
}

/** An invoice or credit note without its lines. Amounts of both are positive minor units of `currency`. */
export interface InvoiceSummary {
  id: string;
  kind: InvoiceKind;
  /** Without gaps in its year: `INV-2026-000001`, `CN-2026-000001`. */
  number: string;
  order_id: string;
  /** The refund that a credit note is for; null on invoices, and where less is owed instead. */
  refund_id: string | null;
  /** The ledger's transaction by which less is owed that a credit note is for; null on all others. */
  transaction_id: string | null;
  /** The invoice that a credit note corrects; null on invoices. */
  corrects_id: string | null;
  issued_at: string;
  /** The shop's time zone, which the document's dates are of. */
  time_zone: string;
  /** YYYY-MM-DD; null on credit notes, and on the invoice of an order that was delivered before it was paid in full. */
  paid_on: string | null;
  currency: string;
  minor_units: number;
  subtotal_amount: number;
  discount_amount: number;
  /** Tax that comes on top of the prices. */
  tax_amount: number;
  /** Tax that the prices contain; part of the total already. */
  tax_included_amount: number;
  shipping_amount: number;
  /** subtotal − discount + tax + shipping. */
  total_amount: number;
  /** Of the PDF, in hexadecimal; null while it is being made. */
  pdf_sha256: string | null;
  pdf_bytes: number | null;
}

/** A whole invoice or credit note, as it was issued. */
export interface Invoice extends InvoiceSummary {
  order_number: string;
  corrects_number: string | null;
  /** How it was sent; null when nothing was. */
  shipping_title: string | null;
  /** These two are part of `tax_amount` and `tax_included_amount`. */
  shipping_tax_amount: number;
  shipping_tax_included_amount: number;
  shipping_taxes: Tax[];
  /** Every tax of the lines and of shipping, by name and rate. */
  taxes: Tax[];
  seller_name: string;
  seller_address: string;
  seller_tax_id: string;
  buyer_name: string;
  buyer_email: string | null;
  /** Of an organisation; null for a person. */
  buyer_address: string | null;
  buyer_tax_id: string | null;
  /** Language of the PDF: `id` or `en`. */
  locale: string;
  lines: InvoiceLine[];
}

/** One line of an invoice. */
export interface InvoiceLine {
  /** 1 for the first. */
  position: number;
  title: string;
  sku: string | null;
  quantity: number;
  unit_amount: number;
  /** unit × quantity. */
  subtotal_amount: number;
  discount_amount: number;
  tax_amount: number;
  tax_included_amount: number;
  /** subtotal − discount + tax. */
  total_amount: number;
  taxes: Tax[];
}

/** The caller's profile. */
export interface Profile {
  id: string;
  /** Follows the account of Supabase Auth. */
  email: string | null;
  first_name: string;
  last_name: string;
  phone: string | null;
  /** Language of mails: `id` or `en`. */
  locale: string;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
}

/** Units of one counted variant at all locations; available + reserved = on hand. */
export interface StockLevel {
  variant_id: string;
  available: number;
  reserved: number;
  on_hand: number;
  /** What can be bought now: available and what may still be sold beyond stock. */
  sellable: number;
  /** Sold beyond stock and not received yet. */
  backordered: number;
}

/** A message the shop sent to the caller. */
export interface Notification {
  id: string;
  /** What it is about, such as `welcome` or `order_confirmation`. */
  type: string;
  channel: NotificationChannel;
  status: NotificationStatus;
  recipient: string;
  subject: string;
  content: string;
  read_at: string | null;
  sent_at: string | null;
  created_at: string;
}
