import type { InstalmentScheduleStatus, InstalmentStatus } from "../vocabularies.ts";

/** How an order may be paid in parts. */
export interface InstalmentPlan {
  id: string;
  title: string;
  /** Set: only orders of this product alone. */
  product_id: string | null;
  /** How many parts, 2 to 12. */
  count: number;
  period: string;
  /** The share of the first part in 1/100 percent; null: all parts are equal. */
  first_basis_points: number | null;
  status: string;
}

/** One part of an order's price, in minor units. */
export interface Instalment {
  id: string;
  number: number;
  amount: number;
  due_at: string;
  status: InstalmentStatus;
  /** How often it was charged. */
  tries: number;
  next_try_at: string | null;
  overdue_since: string | null;
  failure_code: string | null;
  paid_at: string | null;
}

/** The parts that an order is paid in. */
export interface InstalmentSchedule {
  order_id: string;
  plan_id: string;
  status: InstalmentScheduleStatus;
  /** What is charged when a part is due; null: the buyer's default at that time. */
  payment_method_id: string | null;
  currency: string;
  total_amount: number;
  /** What is still to pay of the order. */
  due_amount: number;
  instalments: Instalment[];
}
