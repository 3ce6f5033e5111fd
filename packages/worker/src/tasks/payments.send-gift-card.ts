import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { correlated } from "../database.ts";
import { giftCard } from "../templates/gift-card.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type Row = {
  id: string;
  recipient_email: string;
  recipient_name: string | null;
  message: string | null;
  amount: number;
  currency: string;
  minor_units: number;
  expires_at: Date | null;
  time_zone: string;
  effect_key: string;
  giver: string;
  locale: string;
  shop: string | null;
};

/** gift_card.due: mails the code of a gift card that was bought to its recipient, unless it ended or was corrected meanwhile. */
export const sendGiftCard: EventTask = async (job, context) => {
  const { sql, settings, correlationId } = context;
  // one that is corrected is delivered anew, which is another mail
  const [row] = await sql<Row[]>`
    select purchases.id, purchases.recipient_email, purchases.recipient_name, purchases.message, gift_cards.amount, gift_cards.currency, currencies.minor_units,
      gift_cards.expires_at, private.setting('shop_time_zone') #>> '{}' as time_zone,
      'gift-card:' || purchases.id || ':' || extract(epoch from purchases.announced_at) as effect_key,
      btrim(profiles.first_name || ' ' || profiles.last_name) as giver, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.gift_card_purchases as purchases
    join public.gift_cards on gift_cards.id = purchases.gift_card_id
    join public.currencies on currencies.code = gift_cards.currency
    join public.profiles on profiles.id = purchases.buyer_id
    where purchases.id = ${job.subject_id} and purchases.status = 'issued' and purchases.announced_at is not null`;
  if (!row) return;
  const [sent] = await sql`select from public.notifications where effect_key = ${row.effect_key} and status = 'sent'`;
  if (sent) return;
  const [issued] = await correlated(
    sql,
    correlationId,
    (transaction) => transaction<{ code: string | null }[]>`select private.issue_purchased_code(${row.id}) as code`,
  );
  if (!issued?.code) return;
  await failpoint("gift_card.coded", row.id);
  const facts = {
    shop: row.shop ?? "Seatline",
    recipientName: row.recipient_name ?? "",
    giver: row.giver,
    message: row.message ?? "",
    amount: row.amount,
    currency: row.currency,
    minorUnits: row.minor_units,
    code: issued.code,
    expiresAt: row.expires_at?.toISOString() ?? null,
    timeZone: row.time_zone,
    shopUrl: settings.storefrontUrl,
  };
  await deliverMail(
    {
      profileId: null,
      address: row.recipient_email,
      type: "gift_card",
      effectKey: row.effect_key,
      rendered: giftCard(facts, toLocale(row.locale)),
      secret: issued.code,
    },
    context,
  );
};
