import { correlated } from "../database.ts";
import { alert } from "../templates/alert.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventRunContext, EventTask } from "./task.ts";

type AlertRow = {
  id: string;
  kind: string;
  sentence: string;
  subject: string;
  order_id: string | null;
  since: Date;
  shop: string | null;
};
type Staff = { profile_id: string; locale: string };

/** alert.raised: tells the owners of a concern that it stayed open too long, each once, unless it is settled meanwhile. */
export const sendAlert: EventTask = async (job, context) => {
  const { sql, settings, log } = context;
  const [row] = await sql<AlertRow[]>`
    select alerts.id, alerts.kind, concern_kinds.sentence, alerts.subject, case when alerts.subject_type = 'order' then alerts.subject_id end as order_id,
      alerts.since, private.setting('shop_name') #>> '{}' as shop
    from public.alerts join private.concern_kinds on concern_kinds.kind = alerts.kind
    where alerts.id = ${job.subject_id} and alerts.closed_at is null`;
  if (!row) return;
  const staff = await sql<Staff[]>`select profile_id, locale from private.alert_readers(${row.id})`;
  if (staff.length === 0) log.warn({ alert_id: row.id, kind: row.kind }, "nobody owns this alert: it has no reader");
  const facts = {
    shop: row.shop ?? "Seatline",
    kind: row.kind,
    sentence: row.sentence,
    subject: row.subject,
    since: row.since.toISOString(),
    timeZone: settings.timeZone,
    url: row.order_id ? `${settings.storefrontUrl}/orders/${row.order_id}` : null,
  };
  for (const [index, { profile_id, locale }] of staff.entries()) {
    const mail = {
      profileId: profile_id,
      type: "alert",
      effectKey: `alert:${row.id}:${profile_id}`,
      rendered: alert(facts, toLocale(locale)),
    };
    await deliverMail(mail, index === staff.length - 1 ? context : withoutEnd(context));
  }
};

/** The run goes on after this mail: its mark is written, and "done" is not. */
function withoutEnd(context: EventRunContext): EventRunContext {
  const { sql, correlationId } = context;
  return { ...context, complete: (effect) => correlated(sql, correlationId, effect) };
}
