import { toLocale } from "../templates/rendered.ts";
import { shipmentNews } from "../templates/shipment-news.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type MoveRow = {
  order_id: string;
  number: string;
  customer_id: string;
  event: "order.shipped" | "order.delivered";
  carrier: string | null;
  tracking_number: string | null;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** order.shipped and order.delivered: tells the customer where the goods are. "On its way" is not said of what has arrived meanwhile. */
export const sendShipmentNews: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [move] = await sql<MoveRow[]>`
    select orders.id as order_id, orders.number, orders.customer_id, events.name as event, events.payload ->> 'carrier' as carrier,
      events.payload ->> 'tracking_number' as tracking_number, profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.events
    join public.orders on orders.id = events.subject_id
    join public.profiles on profiles.id = orders.customer_id
    where events.id = ${job.event_id}
      and (events.name = 'order.delivered' and orders.delivered_at is not null or events.name = 'order.shipped' and orders.delivered_at is null)
      and orders.status not in ('cancelled', 'refunded')`;
  if (!move) return;
  const delivered = move.event === "order.delivered";
  const facts = {
    shop: move.shop ?? "Seatline",
    firstName: move.first_name,
    number: move.number,
    delivered,
    carrier: move.carrier,
    trackingNumber: move.tracking_number,
    orderUrl: `${settings.storefrontUrl}/orders/${move.order_id}`,
  };
  const type = delivered ? "order_delivered" : "order_shipped";
  await deliverMail(
    {
      profileId: move.customer_id,
      type,
      effectKey: `${type}:${move.order_id}:${job.event_id}`,
      rendered: shipmentNews(facts, toLocale(move.locale)),
    },
    context,
  );
};
