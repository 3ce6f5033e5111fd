import type { Intake } from "../types.ts";

/** An intake as its staff see it. */
export interface StaffIntake extends Omit<Intake, "prices" | "seats_available"> {
  product_id: string;
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
