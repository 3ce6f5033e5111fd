import type { Intake } from "../types.ts";
import type { EnrollmentStatus } from "../vocabularies.ts";
import type { StaffRefund } from "./payments.ts";

/** An intake as its staff see it. */
export interface StaffIntake extends Omit<Intake, "prices" | "seats_available" | "guaranteed"> {
  product_id: string;
  /** Whether it is cancelled by itself when too few learners are in it at `decide_at`. */
  auto_cancel: boolean;
  decided_at: string | null;
  access_days: number | null;
  cancelled_at: string | null;
  cancel_reason: string | null;
  /** Since when nobody is in a cancelled intake any more and all money is on its way back. */
  wound_up_at: string | null;
  created_at: string;
  updated_at: string;
  /** Seats of unpaid orders. */
  reserved: number;
  /** Learners who have a seat, suspended and completed ones included. */
  enrolled: number;
  /** People on the waiting list, those with an offer included. */
  waiting: number;
}

/** A message to the learners of an intake. */
export interface IntakeMessage {
  id: string;
  intake_id: string;
  sender_id: string | null;
  audience: "active" | "waiting" | "all";
  subject: string;
  body: string;
  /** How many people it went to. */
  recipients: number;
  created_at: string;
}

/** What giving a seat back would do. Amounts are minor units of `currency`. */
export interface CancellationQuote {
  enrollment_id: string;
  intake_id: string;
  order_id: string | null;
  status: EnrollmentStatus;
  allowed: boolean;
  /** Why it is not allowed. `unpaid`: cancel the order; `not_bought_alone`: it is part of a bundle, somebody else bought it, or more was paid for it since (a renewal, a move). */
  reason:
    | "unpaid"
    | "not_active"
    | "not_bought_alone"
    | "order_in_review"
    | "no_terms"
    | "too_late"
    | "too_much_done"
    | null;
  /** Until when it is; null: never, or it cost nothing and can always be given back. */
  until: string | null;
  progress_percent: number;
  refund_amount: number;
  currency: string | null;
}

/** What came of giving a seat back. */
export interface CancelledEnrollment extends CancellationQuote {
  /** Null when the seat cost nothing. */
  refund: StaffRefund | null;
}
