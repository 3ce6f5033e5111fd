import { type RefundWay, type RefundWhy, refundNotice } from "../templates/refund-notice.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type RefundRow = {
  refund_id: string;
  amount: number;
  currency: string;
  minor_units: number | null;
  reason: string;
  destination: string;
  provider: string;
  order_id: string;
  number: string;
  customer_id: string;
  first_name: string;
  locale: string;
  shop: string | null;
};

const WHY: Record<string, RefundWhy> = {
  order_cancelled: "cancelled",
  undeliverable: "sold_out",
  late_payment: "late",
  order_expired: "unpaid",
  duplicate_payment: "twice",
  intake_cancelled: "intake",
  by_learner: "given_back",
  gift_expired: "unclaimed",
};

/**
 * refund.requested: tells the buyer that money is on its way back, how much and why, once per refund. Quiet about one that has failed, about money
 * that only moves between two of their orders, and where the mail about a cancelled course said it.
 */
export const sendRefundNotice: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [refund] = await sql<RefundRow[]>`
    select refunds.id as refund_id, refunds.amount, refunds.currency, currencies.minor_units, refunds.reason, refunds.destination, payments.provider,
      orders.id as order_id, orders.number, orders.customer_id, profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.refunds
    join public.payments on payments.id = refunds.payment_id
    join public.orders on orders.id = refunds.order_id
    join public.profiles on profiles.id = orders.customer_id
    left join public.currencies on currencies.code = refunds.currency
    where refunds.id = ${job.subject_id} and refunds.status <> 'failed' and refunds.destination <> 'exchange' and payments.provider <> 'exchange'
      and not (refunds.reason = 'intake_cancelled' and orders.purpose is null)`;
  if (!refund) return;
  const facts = {
    shop: refund.shop ?? "Seatline",
    firstName: refund.first_name,
    number: refund.number,
    amount: refund.amount,
    currency: refund.currency,
    minorUnits: refund.minor_units ?? 2,
    why: WHY[refund.reason] ?? "shop",
    way: wayOf(refund),
    orderUrl: `${settings.storefrontUrl}/orders/${refund.order_id}`,
  };
  await deliverMail(
    {
      profileId: refund.customer_id,
      type: "refund",
      effectKey: `refund:${refund.refund_id}`,
      rendered: refundNotice(facts, toLocale(refund.locale)),
    },
    context,
  );
};

function wayOf({ destination, provider }: RefundRow): RefundWay {
  if (destination === "store_credit" || provider === "store_credit") return "store_credit";
  if (provider === "gift_card") return "gift_card";
  return provider === "stripe" || provider === "ewallet" ? "same_way" : "by_hand";
}
