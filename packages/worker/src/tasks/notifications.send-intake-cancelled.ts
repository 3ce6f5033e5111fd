import { intakeCancelled } from "../templates/intake-cancelled.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type SeatRow = {
  learner_id: string;
  slug: string;
  title: string;
  intake_title: string;
  cancel_reason: string;
  refund_amount: number | null;
  currency: string | null;
  minor_units: number | null;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** enrollment.cancelled and waitlist.cancelled: tells who was in a cancelled intake, or waited for it, why it ended and what goes back. */
export const sendIntakeCancelled: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [seat] = await sql<SeatRow[]>`
    select left_behind.learner_id, products.slug, products.title, intakes.title as intake_title, intakes.cancel_reason,
      refunds.amount as refund_amount, refunds.currency, currencies.minor_units, profiles.first_name, profiles.locale,
      private.setting('shop_name') #>> '{}' as shop
    from (
      select learner_id, intake_id, id from public.enrollments union all select learner_id, intake_id, id from public.waitlist_entries
    ) as left_behind
    join public.intakes on intakes.id = left_behind.intake_id and intakes.status = 'cancelled'
    join public.products on products.id = intakes.product_id
    join public.profiles on profiles.id = left_behind.learner_id
    left join public.events on events.id = ${job.event_id}
    left join public.refunds on refunds.id = (events.payload ->> 'refund_id')::uuid
      and exists (select from public.orders where orders.id = refunds.order_id and orders.customer_id = left_behind.learner_id)
    left join public.currencies on currencies.code = refunds.currency
    where left_behind.id = ${job.subject_id}`;
  if (!seat) return;
  const facts = {
    shop: seat.shop ?? "Seatline",
    firstName: seat.first_name,
    course: seat.intake_title === seat.title ? seat.title : `${seat.title} · ${seat.intake_title}`,
    reason: seat.cancel_reason,
    refund:
      seat.refund_amount === null || seat.currency === null
        ? null
        : { amount: seat.refund_amount, currency: seat.currency, minorUnits: seat.minor_units ?? 0 },
    courseUrl: `${settings.storefrontUrl}/courses/${seat.slug}`,
  };
  await deliverMail(
    {
      profileId: seat.learner_id,
      type: "intake_cancelled",
      effectKey: `intake-cancelled:${job.subject_id}`,
      rendered: intakeCancelled(facts, toLocale(seat.locale)),
    },
    context,
  );
};
