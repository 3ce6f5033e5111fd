import type { Api } from "../api.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type { Page, PageParams } from "../page.ts";
import { newestFirst, type RowList, rowsPage } from "../rows-page.ts";
import type { Delivery, ReturnedGoods, Shipment, StaffShipment } from "../types/shipments.ts";
import type { ShipmentStatus, TrackingStatus } from "../vocabularies.ts";

const listed: RowList = {
  relation: "shipments",
  select:
    "id,number,order_id,location_id,status,carrier,tracking_number,courier_id,estimated_delivery_at,opened_at,packed_at,shipped_at,delivered_at,moved_at",
  sort: newestFirst("opened_at"),
};

/** Shipments: the parcels of orders. What may be done with which, and what an order is then: docs/shipments.md. */
export class Shipments {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The parcels of an order with what was said of them; staff with `orders.read` see more of each. Errors: `order_not_found`. */
  ofOrder(order_id: string, options?: CallOptions): Promise<(Shipment | StaffShipment)[]> {
    return this.#api.ask("order_shipments", { order_id }, options);
  }

  /** A page of the parcels that fit, newest first, without their parts: the caller's own, or all for staff with `orders.read`. */
  async list(params: ListShipmentsParams = {}, options?: CallOptions): Promise<Page<ShipmentSummary>> {
    const filter = {
      status: params.status && `eq.${params.status}`,
      location_id: params.location_id && `eq.${params.location_id}`,
      courier_id: params.courier_id && `eq.${params.courier_id}`,
    };
    return rowsPage(this.#api, listed, filter, params, options);
  }

  /**
   * Staff (`orders.fulfil`, as all below but deliveries): a parcel of goods that are in none. Errors: `permission_denied`, `order_not_found`,
   * `location_not_found`, `order_not_ready`, `nothing_to_ship`, `invalid_lines`.
   */
  create(params: CreateShipmentParams, options?: ChangeOptions): Promise<StaffShipment> {
    const { order_id, lines = null, location_id = null } = params;
    return this.#api.perform("create_shipment", { order_id, lines, location_id }, options);
  }

  /** A part of a parcel that has not left gets one of its own; answers that. Errors: `shipment_not_found`, `shipment_not_ready`, `invalid_lines`. */
  split(params: SplitShipmentParams, options?: ChangeOptions): Promise<StaffShipment> {
    return this.#api.perform("split_shipment", { ...params }, options);
  }

  /** It is packed. Errors: `shipment_not_found`, `shipment_not_ready`. */
  pack(shipment_id: string, options?: ChangeOptions): Promise<StaffShipment> {
    return this.#api.perform("pack_shipment", { shipment_id }, options);
  }

  /** It is not sent. Errors: `shipment_not_found`, `shipment_not_ready`, `invalid_reason`. */
  cancel(params: CancelShipmentParams, options?: ChangeOptions): Promise<StaffShipment> {
    const { shipment_id, reason = null } = params;
    return this.#api.perform("cancel_shipment", { shipment_id, reason }, options);
  }

  /** Names its carrier and number, or corrects them. Errors: `shipment_not_found`, `shipment_not_ready`, `invalid_shipment`, `tracking_number_taken`. */
  addTrackingNumber(params: AddTrackingNumberParams, options?: ChangeOptions): Promise<StaffShipment> {
    const { shipment_id, tracking_number, carrier = null, estimated_delivery_at = null } = params;
    const args = { shipment_id, tracking_number, carrier, estimated_delivery_at };
    return this.#api.perform("add_tracking_number", args, options);
  }

  /** Books it at its carrier, or at this one; number and label are there a moment later. Errors: `shipment_not_found`, `shipment_not_ready`. */
  book(params: BookShipmentParams, options?: ChangeOptions): Promise<StaffShipment> {
    const { shipment_id, carrier = null } = params;
    return this.#api.perform("book_shipment", { shipment_id, carrier }, options);
  }

  /** It has left; its customer gets a mail. Errors: as {@link Shipments.addTrackingNumber}. */
  handOver(params: HandOverShipmentParams, options?: ChangeOptions): Promise<StaffShipment> {
    const {
      shipment_id,
      carrier = null,
      tracking_number = null,
      estimated_delivery_at = null,
      cost_amount = null,
    } = params;
    const args = { shipment_id, carrier, tracking_number, estimated_delivery_at, cost_amount };
    return this.#api.perform("hand_over_shipment", args, options);
  }

  /** It came back, and what becomes of its goods. Errors: `shipment_not_found`, `shipment_not_ready`, `invalid_shipment`, `invalid_reason`. */
  markReturned(params: MarkShipmentReturnedParams, options?: ChangeOptions): Promise<StaffShipment> {
    const { shipment_id, goods, reason = null } = params;
    return this.#api.perform("mark_shipment_returned", { shipment_id, goods, reason }, options);
  }

  /** What was heard of it. Errors: `shipment_not_found`, `shipment_not_ready`, `invalid_tracking_event`. */
  recordEvent(params: RecordTrackingEventParams, options?: ChangeOptions): Promise<StaffShipment> {
    const { shipment_id, status, location = null, description = null, occurred_at = null } = params;
    const args = { shipment_id, status, location, description, occurred_at };
    return this.#api.perform("record_tracking_event", args, options);
  }

  /** Gives it to one of the shop's couriers; null takes it away. Errors: `shipment_not_found`, `shipment_not_ready`, `courier_not_found`. */
  assignCourier(params: AssignCourierParams, options?: ChangeOptions): Promise<StaffShipment> {
    return this.#api.perform("assign_courier", { ...params }, options);
  }

  /** Couriers (`shipments.deliver`): the parcels one was given, and those of the last day. Errors: `permission_denied`. */
  myDeliveries(options?: CallOptions): Promise<Delivery[]> {
    return this.#api.ask("my_deliveries", {}, options);
  }

  /** Couriers: one has it and is on the way, the first time or again. Errors: `permission_denied`, `shipment_not_found`, `shipment_not_ready`. */
  pickUpDelivery(shipment_id: string, options?: ChangeOptions): Promise<Delivery> {
    return this.#api.perform("pick_up_delivery", { shipment_id }, options);
  }

  /** Couriers: how bringing it ended. Errors: as {@link Shipments.pickUpDelivery}, `invalid_tracking_event`. */
  reportDelivery(params: ReportDeliveryParams, options?: ChangeOptions): Promise<Delivery> {
    const { shipment_id, outcome, note = null, location = null } = params;
    return this.#api.perform("report_delivery", { shipment_id, outcome, note, location }, options);
  }
}

/** A parcel in a list. */
export interface ShipmentSummary
  extends Pick<
    StaffShipment,
    | "id"
    | "number"
    | "order_id"
    | "location_id"
    | "status"
    | "carrier"
    | "tracking_number"
    | "estimated_delivery_at"
    | "opened_at"
    | "packed_at"
    | "shipped_at"
    | "delivered_at"
  > {
  courier_id: string | null;
  /** The last news of it. */
  moved_at: string;
}

/** Units of one line of an order; without a quantity all that there is. */
export interface ShipmentLine {
  order_item_id: string;
  quantity?: number;
}

/** What {@link Shipments.list} takes. */
export interface ListShipmentsParams extends PageParams {
  status?: ShipmentStatus;
  location_id?: string;
  courier_id?: string;
}

/** What {@link Shipments.create} takes. */
export interface CreateShipmentParams {
  order_id: string;
  /** All that is in no parcel when left out. */
  lines?: ShipmentLine[];
  /** Where it is packed; the main place when left out. */
  location_id?: string;
}

/** What {@link Shipments.split} takes. */
export interface SplitShipmentParams {
  shipment_id: string;
  lines: ShipmentLine[];
}

/** What {@link Shipments.cancel} takes. */
export interface CancelShipmentParams {
  shipment_id: string;
  reason?: string;
}

/** What {@link Shipments.addTrackingNumber} takes. */
export interface AddTrackingNumberParams {
  shipment_id: string;
  tracking_number: string;
  carrier?: string;
  estimated_delivery_at?: string;
}

/** What {@link Shipments.book} takes. */
export interface BookShipmentParams {
  shipment_id: string;
  carrier?: string;
}

/** What {@link Shipments.handOver} takes. What is left out stays as it is. */
export interface HandOverShipmentParams extends Partial<AddTrackingNumberParams> {
  shipment_id: string;
  /** What the carrier asks of the shop, in minor units of the order's currency. */
  cost_amount?: number;
}

/** What {@link Shipments.markReturned} takes. */
export interface MarkShipmentReturnedParams {
  shipment_id: string;
  goods: ReturnedGoods;
  reason?: string;
}

/** What {@link Shipments.recordEvent} takes. */
export interface RecordTrackingEventParams {
  shipment_id: string;
  status: TrackingStatus;
  location?: string;
  description?: string;
  /** Now when left out. */
  occurred_at?: string;
}

/** What {@link Shipments.assignCourier} takes. */
export interface AssignCourierParams {
  shipment_id: string;
  courier_id: string | null;
}

/** What {@link Shipments.reportDelivery} takes. */
export interface ReportDeliveryParams {
  shipment_id: string;
  outcome: "delivered" | "failed";
  /** The customer reads it. */
  note?: string;
  location?: string;
}
