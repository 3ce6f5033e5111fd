import { type InstalmentNotice, instalmentNotice } from "../templates/instalment-notice.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type PartRow = {
  id: string;
  order_id: string;
  number: string;
  part: number;
  parts: number;
  amount: number;
  currency: string;
  minor_units: number;
  due_at: Date;
  status: string;
  tries: number;
  next_try_at: Date | null;
  failure_code: string | null;
  customer_id: string;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** instalment.due_soon: tells the buyer that a part is charged in some days, unless it was paid meanwhile. */
export const sendInstalmentReminder: EventTask = (job, context) => send("due_soon", job, context);

/** instalment.failed: tells the buyer that a part could not be charged, when it is tried again, and where to pay it, unless it was paid meanwhile. */
export const sendInstalmentFailed: EventTask = (job, context) => send("failed", job, context);

async function send(kind: InstalmentNotice["kind"], job: Parameters<EventTask>[0], context: Parameters<EventTask>[1]) {
  const { sql, settings } = context;
  const [part] = await sql<PartRow[]>`
    select instalments.id, orders.id as order_id, orders.number, instalments.number as part,
      (select count(*) from public.instalments as all_parts where all_parts.order_id = orders.id) as parts, instalments.amount, orders.currency,
      currencies.minor_units, instalments.due_at, instalments.status, instalments.tries, instalments.next_try_at, instalments.failure_code,
      orders.customer_id, profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.instalments
    join public.orders on orders.id = instalments.order_id
    join public.profiles on profiles.id = orders.customer_id
    join public.currencies on currencies.code = orders.currency
    where instalments.id = ${job.subject_id}`;
  const waits = kind === "due_soon" ? ["scheduled"] : ["overdue", "failed"];
  if (!part || !waits.includes(part.status)) return;
  const facts = {
    kind,
    shop: part.shop ?? "Seatline",
    firstName: part.first_name,
    number: part.number,
    part: part.part,
    parts: part.parts,
    amount: part.amount,
    currency: part.currency,
    minorUnits: part.minor_units,
    dueAt: part.due_at.toISOString(),
    nextTryAt: part.failure_code === "no_payment_method" ? null : (part.next_try_at?.toISOString() ?? null),
    needsConfirmation: part.failure_code === "authentication_required",
    timeZone: settings.timeZone,
    orderUrl: `${settings.storefrontUrl}/orders/${part.order_id}`,
  };
  await deliverMail(
    {
      profileId: part.customer_id,
      type: `instalment_${kind}`,
      effectKey: kind === "due_soon" ? `instalment_due_soon:${part.id}` : `instalment_failed:${part.id}:${part.tries}`,
      rendered: instalmentNotice(facts, toLocale(part.locale)),
    },
    context,
  );
}
