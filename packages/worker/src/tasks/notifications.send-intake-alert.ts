import { intakeAlert } from "../templates/intake-alert.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type AlertRow = {
  profile_id: string;
  title: string;
  intake_title: string;
  min_seats: number;
  enrolled: number;
  starts_at: Date | null;
  time_zone: string;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** intake.below_minimum: tells one of its staff that an intake has fewer learners than it needs, unless somebody has acted since. */
export const sendIntakeAlert: EventTask = async (job, context) => {
  const { sql } = context;
  const [alert] = await sql<AlertRow[]>`
    select profiles.id as profile_id, products.title, intakes.title as intake_title, intakes.min_seats,
      (select count(*) from public.enrollments
       where enrollments.intake_id = intakes.id and enrollments.status in ('active', 'suspended', 'completed')) as enrolled,
      intakes.starts_at, intakes.time_zone, profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.events
    join public.intakes on intakes.id = events.subject_id and intakes.status in ('published', 'closed') and intakes.decided_at is not null
    join public.products on products.id = intakes.product_id
    join public.profiles on profiles.id = (events.payload ->> 'profile_id')::uuid
    where events.id = ${job.event_id}`;
  if (!alert || alert.enrolled >= alert.min_seats) return;
  const facts = {
    shop: alert.shop ?? "Seatline",
    firstName: alert.first_name,
    course: alert.intake_title === alert.title ? alert.title : `${alert.title} · ${alert.intake_title}`,
    enrolled: alert.enrolled,
    needed: alert.min_seats,
    startsAt: alert.starts_at?.toISOString() ?? null,
    timeZone: alert.time_zone,
  };
  await deliverMail(
    {
      profileId: alert.profile_id,
      type: "intake_alert",
      effectKey: `intake-alert:${job.event_id}`,
      rendered: intakeAlert(facts, toLocale(alert.locale)),
    },
    context,
  );
};
