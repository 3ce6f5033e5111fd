import type { EnrollmentStatus, GiftStatus } from "../vocabularies.ts";
import type { Quote } from "./pricing.ts";

/** A seat that somebody pays for and somebody else takes. */
export interface Gift {
  id: string;
  order_item_id: string;
  intake_id: string;
  buyer_id: string;
  /** Who claimed it. */
  learner_id: string | null;
  enrollment_id: string | null;
  status: GiftStatus;
  recipient_email: string;
  recipient_name: string | null;
  message: string | null;
  /** Null: as soon as it is paid. */
  deliver_at: string | null;
  /** Until when it can be claimed; null while it is not paid. */
  expires_at: string | null;
  /** When its mail was last sent off. */
  announced_at: string | null;
  claimed_at: string | null;
}

/** What claiming a gift answers. */
export interface ClaimedGift {
  gift_id: string;
  intake_id: string;
  enrollment_id: string;
  message: string | null;
}

/** A seat that staff gave free of charge. */
export interface GrantedSeat {
  id: string;
  intake_id: string;
  learner_id: string;
  status: EnrollmentStatus;
  enrolled_at: string | null;
  access_starts_at: string | null;
  access_ends_at: string | null;
  reason: string;
  withdraw_reason: string | null;
}

/** What longer access to a seat costs, and until when it would last. */
export interface RenewalQuote {
  enrollment_id: string;
  days: number;
  access_ends_at: string;
  /** From the old end, or from now when that is over. */
  renewed_until: string;
  quote: Quote;
}

/** A move of a learner to another intake. */
export interface EnrollmentTransfer {
  id: string;
  enrollment_id: string;
  /** The same seat when the course is the same; null while the difference is not paid. */
  new_enrollment_id: string | null;
  learner_id: string;
  from_intake_id: string;
  to_intake_id: string;
  /** The order that collects the difference. */
  order_id: string | null;
  reason: string | null;
  /** Minor units: more than 0 is to be paid, less than 0 goes back. */
  difference_amount: number;
  currency: string;
  completed_at: string | null;
  created_at: string;
}
