import { intakeMessage } from "../templates/intake-message.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type MessageRow = {
  profile_id: string;
  subject: string;
  body: string;
  slug: string;
  title: string;
  intake_title: string;
  locale: string;
  shop: string | null;
};

/** intake_message.sent: one message of those who teach to one person. */
export const sendIntakeMessage: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [message] = await sql<MessageRow[]>`
    select profiles.id as profile_id, intake_messages.subject, intake_messages.body, products.slug, products.title,
      intakes.title as intake_title, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.events
    join public.intake_messages on intake_messages.id = events.subject_id
    join public.intakes on intakes.id = intake_messages.intake_id
    join public.products on products.id = intakes.product_id
    join public.profiles on profiles.id = (events.payload ->> 'profile_id')::uuid
    where events.id = ${job.event_id}`;
  if (!message) return;
  const facts = {
    shop: message.shop ?? "Seatline",
    course: message.intake_title === message.title ? message.title : `${message.title} · ${message.intake_title}`,
    subject: message.subject,
    body: message.body,
    courseUrl: `${settings.storefrontUrl}/courses/${message.slug}`,
  };
  await deliverMail(
    {
      profileId: message.profile_id,
      type: "intake_message",
      effectKey: `intake-message:${job.subject_id}:${message.profile_id}`,
      rendered: intakeMessage(facts, toLocale(message.locale)),
    },
    context,
  );
};
