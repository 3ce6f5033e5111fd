import { toLocale } from "../templates/rendered.ts";
import { type ShipmentNews, shipmentNews } from "../templates/shipment-news.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type MoveRow = {
  shipment_id: string;
  news: ShipmentNews;
  carrier: string | null;
  tracking_number: string | null;
  tracking_url: string | null;
  parts: number;
  order_id: string;
  number: string;
  customer_id: string;
  first_name: string;
  locale: string;
  shop: string | null;
};

const TYPES: Record<ShipmentNews, string> = {
  shipped: "order_shipped",
  out_for_delivery: "order_out_for_delivery",
  delivered: "order_delivered",
  failed: "order_delivery_failed",
};

/**
 * shipment.*: tells the customer where a parcel is: it left, is brought today, arrived, or could not be brought. What was overtaken meanwhile
 * is not said any more; a parcel that left and is under way at once gives one mail.
 */
export const sendShipmentNews: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [move] = await sql<MoveRow[]>`
    select shipments.id as shipment_id, moved.news, shipments.carrier, shipments.tracking_number,
      private.tracking_url(shipments.carrier, shipments.tracking_number) as tracking_url,
      (select count(*)::integer from public.shipments as parcels where parcels.order_id = orders.id and parcels.status <> 'cancelled') as parts,
      orders.id as order_id, orders.number, orders.customer_id, profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.events
    cross join lateral (
      select case events.name when 'shipment.out_for_delivery' then 'out_for_delivery' when 'shipment.delivered' then 'delivered'
        when 'shipment.failed' then 'failed' else 'shipped' end as news) as moved
    join public.shipments on shipments.id = events.subject_id
    join public.orders on orders.id = shipments.order_id
    join public.profiles on profiles.id = orders.customer_id
    where events.id = ${job.event_id}
      and (moved.news <> 'shipped' or (events.payload ->> 'left')::boolean)
      and case moved.news when 'shipped' then shipments.status in ('picked_up', 'in_transit') else shipments.status = moved.news end
      and orders.status not in ('cancelled', 'refunded')`;
  if (!move) return;
  const facts = {
    shop: move.shop ?? "Seatline",
    firstName: move.first_name,
    number: move.number,
    news: move.news,
    isPart: move.parts > 1,
    carrier: move.carrier,
    trackingNumber: move.tracking_number,
    trackingUrl: move.tracking_url,
    orderUrl: `${settings.storefrontUrl}/orders/${move.order_id}`,
  };
  await deliverMail(
    {
      profileId: move.customer_id,
      type: TYPES[move.news],
      effectKey: `${TYPES[move.news]}:${move.shipment_id}:${job.event_id}`,
      rendered: shipmentNews(facts, toLocale(move.locale)),
    },
    context,
  );
};
