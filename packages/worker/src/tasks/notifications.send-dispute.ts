import { correlated } from "../database.ts";
import { type DisputeFacts, dispute } from "../templates/dispute.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventRunContext, EventTask } from "./task.ts";

type DisputeRow = {
  id: string;
  order_id: string;
  number: string;
  status: DisputeFacts["status"];
  reason: string | null;
  currency: string;
  minor_units: number;
  amount: number;
  respond_by: Date | null;
  shop: string | null;
};
type Staff = { id: string; locale: string };

/** dispute.*: tells everybody who may settle orders that need review how a dispute stands, each once per status. */
export const sendDispute: EventTask = async (job, context) => {
  const { sql, settings, log } = context;
  const [row] = await sql<DisputeRow[]>`
    select disputes.id, disputes.order_id, orders.number, disputes.status, disputes.reason, disputes.currency, currencies.minor_units, disputes.amount,
      case when disputes.status in ('inquiry', 'open') then disputes.respond_by end as respond_by, private.setting('shop_name') #>> '{}' as shop
    from public.disputes
    join public.orders on orders.id = disputes.order_id
    join public.currencies on currencies.code = disputes.currency
    where disputes.id = ${job.subject_id}`;
  if (!row) return;
  const staff = await sql<Staff[]>`
    select distinct profiles.id, profiles.locale
    from public.role_members
    join public.role_permissions on role_permissions.role = role_members.role
    join public.profiles on profiles.id = role_members.profile_id
    where role_permissions.permission = 'payments.review' and profiles.email is not null
    order by profiles.id`;
  if (staff.length === 0)
    log.warn({ dispute_id: row.id }, "nobody has the permission payments.review: a dispute has no reader");
  const facts = {
    ...row,
    shop: row.shop ?? "Seatline",
    minorUnits: row.minor_units,
    respondBy: row.respond_by?.toISOString() ?? null,
    timeZone: settings.timeZone,
    orderUrl: `${settings.storefrontUrl}/orders/${row.order_id}`,
  };
  for (const [index, { id, locale }] of staff.entries()) {
    const mail = {
      profileId: id,
      type: "dispute",
      effectKey: `dispute:${row.id}:${row.status}:${id}`,
      rendered: dispute(facts, toLocale(locale)),
    };
    await deliverMail(mail, index === staff.length - 1 ? context : withoutEnd(context));
  }
};

/** The run goes on after this mail: its mark is written, and "done" is not. */
function withoutEnd(context: EventRunContext): EventRunContext {
  const { sql, correlationId } = context;
  return { ...context, complete: (effect) => correlated(sql, correlationId, effect) };
}
