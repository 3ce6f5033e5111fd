import { toLocale } from "../templates/rendered.ts";
import { seatOffer } from "../templates/seat-offer.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type OfferRow = {
  entry_id: string;
  learner_id: string;
  offer_expires_at: Date;
  slug: string;
  title: string;
  intake_title: string;
  time_zone: string;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** waitlist.offered: tells the first on a waiting list that a seat is held for them, unless they took or declined it meanwhile. */
export const sendSeatOffer: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [offer] = await sql<OfferRow[]>`
    select waitlist_entries.id as entry_id, waitlist_entries.learner_id, waitlist_entries.offer_expires_at, products.slug, products.title,
      intakes.title as intake_title, intakes.time_zone, profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.waitlist_entries
    join public.intakes on intakes.id = waitlist_entries.intake_id
    join public.products on products.id = intakes.product_id
    join public.profiles on profiles.id = waitlist_entries.learner_id
    where waitlist_entries.id = ${job.subject_id} and waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at > now()`;
  if (!offer) return;
  const facts = {
    shop: offer.shop ?? "Seatline",
    firstName: offer.first_name,
    course: offer.intake_title === offer.title ? offer.title : `${offer.title} · ${offer.intake_title}`,
    heldUntil: offer.offer_expires_at.toISOString(),
    timeZone: offer.time_zone,
    courseUrl: `${settings.storefrontUrl}/courses/${offer.slug}`,
  };
  await deliverMail(
    {
      profileId: offer.learner_id,
      type: "seat_offer",
      effectKey: `seat-offer:${offer.entry_id}`,
      rendered: seatOffer(facts, toLocale(offer.locale)),
    },
    context,
  );
};
