import type { Database } from "./database.types.ts";
import type { DigitalFile, Media, MyDownload } from "./types/catalog.ts";
import type { Process } from "./types/events.ts";
import type { Export, Import } from "./types/imports.ts";
import type { Instalment, InstalmentPlan } from "./types/instalments.ts";
import type { Attendance, Certificate, LessonContent, Submission } from "./types/learning.ts";
import type { Organisation, OrganisationInvite, OrganisationSeat } from "./types/organisations.ts";
import type { Dispute, GiftCardPurchase, PaymentProof, SavedMethod } from "./types/payments.ts";
import type { Address } from "./types/people.ts";
import type { Gift } from "./types/seats.ts";
import type { ShippingMethod } from "./types/shipping.ts";
import type {
  Enrollment,
  Intake,
  InvoiceLine,
  InvoiceSummary,
  MyCourse,
  Notification,
  OrderItem,
  OrderSummary,
  Payment,
  Price,
  Profile,
  Refund,
  StockLevel,
  WaitlistEntry,
} from "./types.ts";

type Tables = Database["public"]["Tables"];
type Row<Name extends keyof Tables> = Tables[Name]["Row"];
type Shared<Refined, Generated> = Pick<Generated, keyof Refined & keyof Generated>;

/** True when every field of `Refined` that the generated row has as well is at least as narrow; else the fields that are not. */
type Fits<Refined, Generated> =
  Refined extends Shared<Refined, Generated>
    ? true
    : { [Field in keyof Refined & keyof Generated as Refined[Field] extends Generated[Field] ? never : Field]: never };

type True<Answer extends true> = Answer;

/** Fails to compile when a migration changes a column under a type of types.ts. */
export type TypesFit = [
  True<Fits<Address, Row<"addresses">>>,
  True<Fits<Attendance, Row<"attendances">>>,
  True<Fits<Certificate, Row<"certificates">>>,
  True<Fits<DigitalFile, Row<"digital_files">>>,
  True<Fits<Dispute, Row<"disputes">>>,
  True<Fits<Enrollment, Row<"enrollments">>>,
  True<Fits<Export, Row<"exports">>>,
  True<Fits<Omit<Import, "result">, Row<"imports">>>,
  True<Fits<Omit<Intake, "prices">, Row<"intakes">>>,
  True<Fits<Omit<InvoiceLine, "taxes">, Row<"invoice_lines">>>,
  True<Fits<Omit<InvoiceSummary, "number">, Row<"invoices">>>,
  True<Fits<Gift, Row<"gifts">>>,
  True<Fits<GiftCardPurchase, Row<"gift_card_purchases">>>,
  True<Fits<LessonContent, Row<"lesson_contents">>>,
  True<Fits<Media, Row<"media">>>,
  True<Fits<Notification, Row<"notifications">>>,
  True<Fits<Omit<OrderItem, "enrollment" | "pricing">, Row<"order_items">>>,
  True<Fits<OrderSummary, Row<"orders">>>,
  True<Fits<Organisation, Row<"organisations">>>,
  True<Fits<OrganisationInvite, Row<"organisation_invites">>>,
  True<Fits<OrganisationSeat, Row<"organisation_seats">>>,
  True<Fits<Payment, Row<"payments">>>,
  True<Fits<Omit<PaymentProof, "order_id" | "order_number">, Row<"payment_proofs">>>,
  True<Fits<SavedMethod, Row<"payment_methods">>>,
  True<Fits<Instalment, Row<"instalments">>>,
  True<Fits<InstalmentPlan, Row<"instalment_plans">>>,
  True<Fits<Price, Row<"prices">>>,
  True<Fits<Process, Row<"processes">>>,
  True<Fits<Profile, Row<"profiles">>>,
  True<Fits<Refund, Row<"refunds">>>,
  True<Fits<Omit<ShippingMethod, "translations">, Row<"shipping_methods">>>,
  True<Fits<Omit<Submission, "files">, Row<"submissions">>>,
  True<Fits<Omit<WaitlistEntry, "place">, Row<"waitlist_entries">>>,
  True<Fits<StockLevel, Database["public"]["Views"]["stock_levels"]["Row"]>>,
  // Generated results of functions know no nulls, so only the names are compared.
  True<keyof MyCourse extends keyof Database["public"]["Functions"]["my_courses"]["Returns"][number] ? true : false>,
  True<
    keyof MyDownload extends keyof Database["public"]["Functions"]["my_downloads"]["Returns"][number] ? true : false
  >,
  True<keyof Database["public"]["Functions"]["my_courses"]["Returns"][number] extends keyof MyCourse ? true : false>,
];
