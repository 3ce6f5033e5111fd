/** One line of an order as the SQL verbs answer it; amounts in minor units of the order's currency. */
export type OrderItem = { title: string; quantity: number; unit_amount: number; total_amount: number };

/** The parts of an order that a checkout reads; the rest passes through to the caller unchanged. */
export type Order = {
  id: string;
  number: string;
  status: string;
  currency: string;
  total_amount: number;
  /** Until when the order's seats and goods are held. */
  expires_at: string | null;
  items: OrderItem[];
};

/** One attempt to pay an order. `checkout_url` is null until a session is attached. */
export type Payment = {
  id: string;
  order_id: string;
  attempt: number;
  status: string;
  amount: number;
  currency: string;
  /** manual: authorised by the buyer, captured by staff. */
  capture_method: "automatic" | "manual";
  checkout_url: string | null;
  expires_at: string | null;
};

/** What `start_payment` answers: the order, its open attempt, and who pays. */
export type StartedPayment = {
  order: Order;
  payment: Payment;
  /** The provider's id of the open attempt; null until one is attached. */
  session_id: string | null;
  customer: { email: string | null; name: string | null };
};
