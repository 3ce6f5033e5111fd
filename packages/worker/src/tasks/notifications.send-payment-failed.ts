import { paymentFailed } from "../templates/payment-failed.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type PaymentRow = {
  payment_id: string;
  order_id: string;
  number: string;
  customer_id: string;
  currency: string;
  minor_units: number;
  amount: number;
  needs_confirmation: boolean;
  held_until: Date | null;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** payment.failed: tells the customer that a payment failed, unless another one has paid the order meanwhile. */
export const sendPaymentFailed: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [payment] = await sql<PaymentRow[]>`
    select payments.id as payment_id, orders.id as order_id, orders.number, orders.customer_id, payments.currency,
      currencies.minor_units, payments.amount, payments.method = 'saved_method' and payments.failure_code = 'authentication_required' as needs_confirmation,
      case when orders.status = 'pending' and orders.expires_at > now() then orders.expires_at end as held_until,
      profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.payments
    join public.orders on orders.id = payments.order_id
    join public.profiles on profiles.id = orders.customer_id
    join public.currencies on currencies.code = payments.currency
    where payments.id = ${job.subject_id} and payments.status = 'failed' and orders.paid_at is null`;
  if (!payment) return;
  const facts = {
    shop: payment.shop ?? "Seatline",
    firstName: payment.first_name,
    number: payment.number,
    currency: payment.currency,
    minorUnits: payment.minor_units,
    amount: payment.amount,
    needsConfirmation: payment.needs_confirmation,
    heldUntil: payment.held_until?.toISOString() ?? null,
    timeZone: settings.timeZone,
    orderUrl: `${settings.storefrontUrl}/orders/${payment.order_id}`,
  };
  await deliverMail(
    {
      profileId: payment.customer_id,
      type: "payment_failed",
      effectKey: `payment_failed:${payment.payment_id}`,
      rendered: paymentFailed(facts, toLocale(payment.locale)),
    },
    context,
  );
};
