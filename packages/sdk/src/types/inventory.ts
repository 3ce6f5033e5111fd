import type { MovementReason, StockHoldStatus, StockMode } from "../vocabularies.ts";

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

/** Units of one variant in one place. */
export interface PlacedStock {
  variant_id: string;
  location_id: string;
  /** `main`, the code of a place, or `beyond-stock`: what may still be sold beyond stock. */
  location_code: string;
  available: number;
  reserved: number;
  on_hand: number;
  /** The sum of the movements. */
  movements: number;
  /** on hand − movements: 0 unless something is broken. */
  difference: number;
}

/** A place where units are. */
export interface StockLocation {
  id: string;
  code: string;
  name: string;
  /** `main` and `allowance` are the shop's own. */
  kind: string;
  /** The smallest is drawn first. */
  priority: number;
  /** Since when it is closed; null while it is open. */
  deactivated_at: string | null;
}

/** Why on hand of a variant changed. */
export interface StockMovement {
  id: number;
  variant_id: string;
  location_id: string;
  /** Negative when units left. */
  quantity: number;
  reason: MovementReason;
  /** The order, hold or transfer it belongs to. */
  reference_id: string | null;
  note: string | null;
  actor_id: string | null;
  moved_at: string;
}

/** Units held without an order. */
export interface StockHold {
  id: string;
  status: StockHoldStatus;
  note: string | null;
  expires_at: string;
  lines: { variant_id: string; quantity: number; beyond_stock: number }[];
}

/** What a change of stock left behind. */
export interface StockChange {
  /** Units that went to who had bought beyond stock. */
  filled: number;
  levels: StockLevel[];
}

/** What {@link Inventory.adjust} answers. */
export interface StockAdjustment extends StockChange {
  /** What was added (or, negative, taken away) by each line. */
  lines: { variant_id: string; location_id: string; delta: number }[];
}

/** How a variant is counted. */
export interface StockModeSetting {
  variant_id: string;
  mode: StockMode;
  backorder_limit: number | null;
  ships_at: string | null;
  /** Null when it is not counted. */
  sellable: number | null;
}

/** A line of {@link Inventory.adjust}: units more or less, or the units that were counted, held ones included. */
export type AdjustmentLine = { variant_id: string /** `main` when left out. */; location_id?: string } & (
  | { delta: number; counted?: never }
  | { counted: number; delta?: never }
);
