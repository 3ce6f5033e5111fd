import { toLocale } from "../templates/rendered.ts";
import { welcome } from "../templates/welcome.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

/** profile.created: writes to a person who has just signed up. */
export const sendWelcome: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [person] = await sql<{ id: string; first_name: string; locale: string; shop: string | null }[]>`
    select id, first_name, locale, private.setting('shop_name') #>> '{}' as shop
    from public.profiles
    where id = ${job.subject_id} and closed_at is null`;
  if (!person) return;
  const facts = {
    shop: person.shop ?? "Seatline",
    firstName: person.first_name,
    coursesUrl: `${settings.storefrontUrl}/courses`,
  };
  await deliverMail(
    {
      profileId: person.id,
      type: "welcome",
      effectKey: `welcome:${person.id}`,
      rendered: welcome(facts, toLocale(person.locale)),
    },
    context,
  );
};
