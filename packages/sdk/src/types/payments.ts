import type { Refund } from "../types.ts";
import type {
  DisputeStatus,
  GiftCardPurchaseStatus,
  OrderStatus,
  PaymentMethod,
  PaymentProofStatus,
  PaymentStatus,
  RefundDestination,
} from "../vocabularies.ts";

/** What a buyer showed for a bank transfer. */
export interface PaymentProof {
  id: string;
  payment_id: string;
  order_id: string;
  order_number: string;
  status: PaymentProofStatus;
  /** What the file is by its content; null until it was submitted. */
  mime_type: string | null;
  byte_size: number | null;
  sha256: string | null;
  created_at: string;
  submitted_at: string | null;
  reviewed_at: string | null;
  /** Why staff rejected it, or what they noted. The buyer sees it. */
  reason: string | null;
}

/** One bank account of the shop. */
export interface TransferAccount {
  bank: string;
  number: string;
  holder: string;
}

/** A refund as the verbs of staff answer it. */
export interface StaffRefund extends Refund {
  order_id: string;
  note: string | null;
  destination: RefundDestination;
  /** How much of `amount` is for shipping, its tax on top included. */
  shipping_amount: number;
  /** What it was for; empty when it was for everything or for an amount. */
  lines: { order_item_id: string; quantity: number; restock: boolean }[];
  /** 1 for the first try. */
  attempt: number;
  /** Why the provider refused the last try. */
  failure: string | null;
  created_at: string;
}

/** A payment that the buyer's bank questions, in minor units of `currency`. For staff. */
export interface Dispute {
  id: string;
  payment_id: string;
  order_id: string;
  provider: string;
  /** The provider's id, to answer it there. */
  provider_dispute_id: string;
  status: DisputeStatus;
  /** The provider's word for it, such as `fraudulent`. */
  reason: string | null;
  currency: string;
  amount: number;
  /** What the provider took for it, as far as it was told. */
  fee_amount: number;
  /** Until when somebody has to answer at the provider. */
  respond_by: string | null;
  created_at: string;
  decided_at: string | null;
}

/** What a person has as store credit in one currency. */
export interface StoreCredit {
  currency_code: string;
  /** Minor units. */
  balance_amount: number;
}

/** A gift card as staff see it. */
export interface GiftCard {
  id: string;
  /** The end of its code. */
  hint: string;
  /** The whole code, in the answer that made it and nowhere else. */
  code: string | null;
  currency: string;
  /** What it was issued with, in minor units. */
  amount: number;
  /** What is left. */
  balance_amount: number;
  expires_at: string | null;
  recipient_name: string | null;
  recipient_email: string | null;
  message: string | null;
  created_at: string;
}

/** One gift card that somebody bought; its code is in the mail to its recipient and nowhere else. */
export interface GiftCardPurchase {
  id: string;
  order_item_id: string;
  status: GiftCardPurchaseStatus;
  recipient_email: string;
  recipient_name: string | null;
  message: string | null;
  /** When its code is mailed; null: as soon as it is paid. */
  deliver_at: string | null;
  /** When its mail was sent off. */
  announced_at: string | null;
  created_at: string;
}

/** What whoever has its code is told of a gift card. */
export interface GiftCardBalance {
  hint: string;
  currency_code: string;
  expires_at: string | null;
  /** Minor units; 0 once it expired, and while its payment is disputed. */
  balance_amount: number;
}

/** A card or the like that a person keeps with the provider. */
export interface SavedMethod {
  id: string;
  /** `card`, or the provider's word for something else. */
  kind: string;
  brand: string;
  last4: string | null;
  exp_month: number | null;
  exp_year: number | null;
  /** Set on the one that is charged unless another is named. */
  default_since: string | null;
  created_at: string;
}

/** What one account of the ledger holds in one currency. */
export interface AccountBalance {
  account: string;
  name: string;
  kind: "asset" | "liability" | "income" | "expense";
  currency_code: string;
  /** Minor units: debit positive, credit negative. */
  balance_amount: number;
}

/** Every unit that an order moved, in minor units of `currency`. */
export interface OrderMoney {
  order_id: string;
  number: string;
  status: OrderStatus;
  currency: string;
  subtotal_amount: number;
  discount_amount: number;
  tax_amount: number;
  tax_included_amount: number;
  shipping_amount: number;
  shipping_discount_amount: number;
  shipping_tax_amount: number;
  shipping_tax_included_amount: number;
  shipping_refunded_amount: number;
  total_amount: number;
  payments: {
    id: string;
    attempt: number;
    method: PaymentMethod;
    status: PaymentStatus;
    captured_amount: number;
    refunded_amount: number;
  }[];
  refunds: (Omit<Refund, "currency"> & { note: string | null })[];
  disputes: Pick<Dispute, "id" | "payment_id" | "status" | "amount" | "fee_amount" | "respond_by">[];
  /** Both sides of every transaction, in the order in which they were posted. */
  entries: {
    posted_at: string;
    effect: string;
    effect_key: string;
    account: string;
    currency: string;
    amount: number;
  }[];
  /** What the order left in each account; accounts at zero are left out. */
  balances: Record<string, number>;
  /** Captured and not given back. */
  kept_amount: number;
  /** On its way back. */
  returning_amount: number;
  /** Owed by the customer; negative: owed to them. */
  owed_amount: number;
  /** 0 when payments and ledger agree. */
  unexplained_amount: number;
}

/** What a provider sent to the shop's bank account, in minor units. */
export interface Payout {
  id: string;
  provider: "stripe" | "ewallet";
  currency: string;
  /** What arrived. */
  amount: number;
  /** What the provider kept. */
  fee_amount: number;
  reference: string;
  recorded_by: string | null;
  recorded_at: string;
  /** When it turned out to be written down wrongly. */
  cancelled_at: string | null;
  cancel_reason: string | null;
}
