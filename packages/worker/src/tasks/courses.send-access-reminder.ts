import { accessEnding } from "../templates/access-ending.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type Row = {
  id: string;
  learner_id: string;
  ends_at: Date;
  slug: string;
  course: string;
  time_zone: string;
  is_renewable: boolean;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** access.ending: tells a learner until when their lessons are open, unless that is over or was moved meanwhile. */
export const sendAccessReminder: EventTask = async (job, context) => {
  const [seat] = await context.sql<Row[]>`
    select enrollments.id, enrollments.learner_id, reminders.ends_at, products.slug, products.title as course, intakes.time_zone,
      courses.renewal_days is not null as is_renewable, profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.enrollments
    join private.access_reminders as reminders on reminders.enrollment_id = enrollments.id
    join public.intakes on intakes.id = enrollments.intake_id
    join public.courses on courses.product_id = intakes.product_id
    join public.products on products.id = intakes.product_id
    join public.profiles on profiles.id = enrollments.learner_id
    where enrollments.id = ${job.subject_id} and enrollments.status in ('active', 'completed') and reminders.ends_at > now()
      and reminders.ends_at = private.seat_ends_at(enrollments.id)`;
  if (!seat) return;
  const facts = {
    shop: seat.shop ?? "Seatline",
    firstName: seat.first_name,
    course: seat.course,
    endsAt: seat.ends_at.toISOString(),
    timeZone: seat.time_zone,
    isRenewable: seat.is_renewable,
    courseUrl: `${context.settings.storefrontUrl}/courses/${seat.slug}`,
  };
  await deliverMail(
    {
      profileId: seat.learner_id,
      type: "access_ending",
      effectKey: `access-ending:${seat.id}:${seat.ends_at.toISOString()}`,
      rendered: accessEnding(facts, toLocale(seat.locale)),
    },
    context,
  );
};
