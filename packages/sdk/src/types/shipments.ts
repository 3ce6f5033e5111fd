import type { ShipmentStatus, TrackingStatus } from "../vocabularies.ts";
import type { AddressSnapshot } from "./people.ts";

/** One parcel of an order. */
export interface Shipment {
  id: string;
  /** The number on the parcel. */
  number: string;
  order_id: string;
  status: ShipmentStatus;
  carrier: string | null;
  tracking_number: string | null;
  /** The carrier's page about it; null when the shop named none (setting `carriers`). */
  tracking_url: string | null;
  estimated_delivery_at: string | null;
  opened_at: string;
  packed_at: string | null;
  shipped_at: string | null;
  delivered_at: string | null;
  /** When it could last not be delivered. */
  failed_at: string | null;
  returned_at: string | null;
  cancelled_at: string | null;
  cancel_reason: string | null;
  /** Where it goes, as it was when it was opened. */
  destination: AddressSnapshot | null;
  items: ShipmentItem[];
  /** What was said of it, by when it happened. */
  events: TrackingEvent[];
}

/** What is in a parcel. */
export interface ShipmentItem {
  order_item_id: string;
  variant_id: string;
  sku: string;
  title: string;
  quantity: number;
  /** How many of them were given back after it had left. */
  refunded_quantity: number;
}

/** One thing that was said of a parcel. */
export interface TrackingEvent {
  status: TrackingStatus;
  location: string | null;
  description: string | null;
  source: "shop" | "courier" | "carrier";
  occurred_at: string;
}

/** A parcel as staff see it. */
export interface StaffShipment extends Shipment {
  /** Where it is packed. */
  location_id: string;
  /** Of one that came back, what became of its goods; null until somebody said so. */
  returned_goods: ReturnedGoods | null;
  /** The label to print, of a parcel that was booked. */
  label_url: string | null;
  /** What the carrier asks of the shop, in minor units. */
  cost_amount: number | null;
  cost_currency: string | null;
  /** Which of the shop's couriers brings it. */
  courier: { id: string; name: string } | null;
  assigned_at: string | null;
}

/** What becomes of goods that came back: to be sent again, on sale again, or lost. */
export type ReturnedGoods = "kept" | "restocked" | "written_off";

/** A parcel as its courier sees it. */
export interface Delivery {
  shipment_id: string;
  number: string;
  status: ShipmentStatus;
  tracking_number: string | null;
  estimated_delivery_at: string | null;
  assigned_at: string;
  delivered_at: string | null;
  failed_at: string | null;
  /** To whom, their phone and address. */
  destination: AddressSnapshot | null;
  /** The place where it is fetched. */
  from: string;
  /** How many things are in it. */
  units: number;
  /** How often it could not be delivered. */
  attempts: number;
}
