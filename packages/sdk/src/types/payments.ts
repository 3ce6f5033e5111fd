import type { Refund } from "../types.ts";
import type { PaymentProofStatus } from "../vocabularies.ts";

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
  /** What it was for; empty when it was for everything or for an amount. */
  lines: { order_item_id: string; quantity: number; restock: boolean }[];
  /** 1 for the first try. */
  attempt: number;
  /** Why the provider refused the last try. */
  failure: string | null;
  created_at: string;
}
