import { correlated } from "../database.ts";
import { gift } from "../templates/gift.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventRunContext, EventTask } from "./task.ts";

type Row = {
  id: string;
  recipient_email: string;
  recipient_name: string | null;
  message: string | null;
  expires_at: Date;
  effect_key: string;
  title: string;
  intake_title: string;
  time_zone: string;
  giver: string;
  locale: string;
  shop: string | null;
};

/** gift.due: mails the code of a gift to its recipient, unless it ended or was corrected meanwhile. */
export const sendGift: EventTask = (job, context) => sendCode(job.subject_id, false, context);

/** gift.running_out: reminds the recipient of a gift that nobody claimed yet. */
export const sendGiftReminder: EventTask = (job, context) => sendCode(job.subject_id, true, context);

async function sendCode(giftId: string | null, isReminder: boolean, context: EventRunContext): Promise<void> {
  const { sql, settings, correlationId } = context;
  // a gift that is corrected is delivered anew, which is another mail
  const [row] = await sql<Row[]>`
    select gifts.id, gifts.recipient_email, gifts.recipient_name, gifts.message, gifts.expires_at,
      ${isReminder ? "gift-reminder:" : "gift:"} || gifts.id || ':' || extract(epoch from gifts.announced_at) as effect_key,
      products.title, intakes.title as intake_title, intakes.time_zone, btrim(profiles.first_name || ' ' || profiles.last_name) as giver, profiles.locale,
      private.setting('shop_name') #>> '{}' as shop
    from public.gifts
    join public.intakes on intakes.id = gifts.intake_id
    join public.products on products.id = intakes.product_id
    join public.profiles on profiles.id = gifts.buyer_id
    where gifts.id = ${giftId} and gifts.status = 'waiting' and gifts.announced_at is not null and gifts.expires_at > now()`;
  if (!row) return;
  const [sent] = await sql`select from public.notifications where effect_key = ${row.effect_key} and status = 'sent'`;
  if (sent) return;
  const [issued] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ code: string | null }[]>`select private.issue_gift_code(${row.id}) as code`,
  );
  if (!issued?.code) return;
  const facts = {
    shop: row.shop ?? "Seatline",
    recipientName: row.recipient_name ?? "",
    giver: row.giver,
    message: row.message ?? "",
    course: row.intake_title === row.title ? row.title : `${row.title} · ${row.intake_title}`,
    code: issued.code,
    expiresAt: row.expires_at.toISOString(),
    timeZone: row.time_zone,
    claimUrl: `${settings.storefrontUrl}/gift?code=${issued.code}`,
    isReminder,
  };
  await deliverMail(
    {
      profileId: null,
      address: row.recipient_email,
      type: "gift",
      effectKey: row.effect_key,
      rendered: gift(facts, toLocale(row.locale)),
      secret: issued.code,
    },
    context,
  );
}
