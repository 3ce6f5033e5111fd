import { paymentRequest } from "../templates/payment-request.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type OrderRow = {
  id: string;
  number: string;
  customer_id: string;
  currency: string;
  minor_units: number;
  due_amount: number;
  expires_at: Date;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** draft_order.placed and order.supplemented: tells the customer that an order was prepared for them and waits for their payment, unless it does not any more. */
export const sendPaymentRequest: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [order] = await sql<OrderRow[]>`
    select orders.id, orders.number, orders.customer_id, orders.currency, currencies.minor_units, private.due_amount(orders.id) as due_amount, orders.expires_at,
      profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.orders
    join public.profiles on profiles.id = orders.customer_id
    join public.currencies on currencies.code = orders.currency
    where orders.id = ${job.subject_id} and orders.status = 'pending' and orders.expires_at > now()`;
  if (!order) return;
  const facts = {
    shop: order.shop ?? "Seatline",
    firstName: order.first_name,
    number: order.number,
    currency: order.currency,
    minorUnits: order.minor_units,
    amount: order.due_amount,
    heldUntil: order.expires_at.toISOString(),
    timeZone: settings.timeZone,
    orderUrl: `${settings.storefrontUrl}/orders/${order.id}`,
  };
  await deliverMail(
    {
      profileId: order.customer_id,
      type: "payment_request",
      effectKey: `payment_request:${order.id}`,
      rendered: paymentRequest(facts, toLocale(order.locale)),
    },
    context,
  );
};
