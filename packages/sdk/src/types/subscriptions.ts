import type { SubscriptionStatus } from "../vocabularies.ts";

/** A plan that can be subscribed to. */
export interface SubscriptionOffer {
  id: string;
  title: string;
  summary: string;
  period: "month" | "year";
  /** What a period costs, in minor units, taxes included. */
  prices: { currency: string; amount: number }[];
  /** Courses, categories (with everything below them) and collections; of each row one is set. */
  opens: { product_id: string | null; category_id: string | null; collection_id: string | null }[];
}

/** One's subscription to a plan. */
export interface Subscription {
  id: string;
  plan_id: string;
  title: string;
  period: "month" | "year";
  status: SubscriptionStatus;
  /** Why nothing is open by it now: `suspended` or `access_over`; null when it is open. */
  lock_reason: string | null;
  currency: string;
  /** What each period costs, in minor units. */
  amount: number;
  period_started_at: string | null;
  period_ends_at: string | null;
  past_due_since: string | null;
  /** It ends then; null: it goes on. */
  cancels_at: string | null;
  ended_at: string | null;
  /** The provider's page while the first period waits to be paid. */
  checkout_url: string | null;
  /** The provider's page for a renewal that failed. */
  pay_url: string | null;
  created_at: string;
}

/** The seat that a subscription opened. */
export interface SubscriptionEnrollment {
  id: string;
  intake_id: string;
  status: string;
  enrolled_at: string;
  subscription_id: string;
}
