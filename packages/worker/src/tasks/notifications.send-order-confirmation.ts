import { orderConfirmation } from "../templates/order-confirmation.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type OrderRow = {
  id: string;
  number: string;
  customer_id: string;
  currency: string;
  minor_units: number;
  total_amount: number;
  shipping_name: string | null;
  shipping_amount: number;
  first_name: string;
  locale: string;
  shop: string | null;
};

type ItemRow = {
  title: string;
  kind: string;
  quantity: number;
  total_amount: number;
  starts_at: string | null;
  time_zone: string | null;
};

/** order.paid and order.reviewed: tells the customer what they bought, once. An order that was undone meanwhile is not confirmed, one before a person not yet. */
export const sendOrderConfirmation: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [order] = await sql<OrderRow[]>`
    select orders.id, orders.number, orders.customer_id, orders.currency, currencies.minor_units, orders.total_amount,
      orders.shipping_method ->> 'name' as shipping_name, orders.shipping_amount + orders.shipping_tax_amount as shipping_amount,
      profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.orders
    join public.profiles on profiles.id = orders.customer_id
    join public.currencies on currencies.code = orders.currency
    where orders.id = ${job.subject_id} and orders.paid_at is not null
      and orders.status not in ('cancelled', 'expired', 'refunded', 'needs_review')`;
  if (!order) return;
  const items = await sql<ItemRow[]>`
    select title, kind, quantity, total_amount, snapshot ->> 'starts_at' as starts_at, snapshot ->> 'time_zone' as time_zone
    from public.order_items
    where order_id = ${order.id}
    order by title, id`;
  const facts = {
    shop: order.shop ?? "Seatline",
    firstName: order.first_name,
    number: order.number,
    currency: order.currency,
    minorUnits: order.minor_units,
    totalAmount: order.total_amount,
    items: items.map((item) => ({
      title: item.title,
      quantity: item.quantity,
      totalAmount: item.total_amount,
      startsAt: item.starts_at,
      timeZone: item.time_zone,
    })),
    shipping: order.shipping_name === null ? null : { name: order.shipping_name, amount: order.shipping_amount },
    hasCourses: items.some((item) => item.kind === "course"),
    orderUrl: `${settings.storefrontUrl}/orders/${order.id}`,
    coursesUrl: `${settings.storefrontUrl}/my-courses`,
  };
  await deliverMail(
    {
      profileId: order.customer_id,
      type: "order_confirmation",
      effectKey: `order_confirmation:${order.id}`,
      rendered: orderConfirmation(facts, toLocale(order.locale)),
    },
    context,
  );
};
