import { correlated } from "../database.ts";
import { toLocale } from "../templates/rendered.ts";
import { seatInvite } from "../templates/seat-invite.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type Row = {
  id: string;
  email: string;
  expires_at: Date;
  organisation: string;
  title: string;
  intake_title: string;
  time_zone: string;
  locale: string;
  shop: string | null;
  is_sent: boolean;
};

/** organisation_invite.sent: mails the code of a seat that an organisation keeps for an address, unless the invitation ended meanwhile. */
export const sendInvite: EventTask = async (job, context) => {
  const { sql, settings, correlationId } = context;
  const [invite] = await sql<Row[]>`
    select organisation_invites.id, organisation_invites.email, organisation_invites.expires_at, organisations.name as organisation, products.title,
      intakes.title as intake_title, intakes.time_zone, profiles.locale, private.setting('shop_name') #>> '{}' as shop,
      exists (select from public.notifications
        where notifications.effect_key = 'seat-invite:' || organisation_invites.id and notifications.status = 'sent') as is_sent
    from public.organisation_invites
    join public.organisations on organisations.id = organisation_invites.organisation_id
    join public.intakes on intakes.id = organisation_invites.intake_id
    join public.products on products.id = intakes.product_id
    join public.profiles on profiles.id = organisation_invites.invited_by
    where organisation_invites.id = ${job.subject_id} and organisation_invites.email is not null`;
  if (!invite || invite.is_sent) return;
  const [issued] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ code: string | null }[]>`select private.issue_invite_code(${invite.id}) as code`,
  );
  if (!issued?.code) return;
  const facts = {
    shop: invite.shop ?? "Seatline",
    organisation: invite.organisation,
    course: invite.intake_title === invite.title ? invite.title : `${invite.title} · ${invite.intake_title}`,
    code: issued.code,
    expiresAt: invite.expires_at.toISOString(),
    timeZone: invite.time_zone,
    claimUrl: `${settings.storefrontUrl}/claim?code=${issued.code}`,
  };
  await deliverMail(
    {
      profileId: null,
      address: invite.email,
      type: "seat_invite",
      effectKey: `seat-invite:${invite.id}`,
      rendered: seatInvite(facts, toLocale(invite.locale)),
      secret: issued.code,
    },
    context,
  );
};
