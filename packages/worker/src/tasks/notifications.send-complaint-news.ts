import { type ComplaintNewsFacts, complaintNews } from "../templates/complaint-news.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type NewsRow = {
  id: string;
  number: string;
  order_number: string;
  customer_id: string;
  news: ComplaintNewsFacts["news"];
  text: string | null;
  replacement_number: string | null;
  first_name: string;
  locale: string;
  shop: string | null;
};

/** complaint.opened, reopened, answered, resolved and rejected: tells the customer, once for each. A message that is not for them says nothing. */
export const sendComplaintNews: EventTask = async (job, context) => {
  const { sql, settings } = context;
  const [row] = await sql<NewsRow[]>`
    select complaints.id, complaints.number, orders.number as order_number, complaints.customer_id,
      case when events.name in ('complaint.opened', 'complaint.reopened') then 'opened' when events.name = 'complaint.answered' then 'answered'
        else complaint_resolutions.resolution end as news,
      coalesce(complaint_messages.body, complaint_resolutions.note) as text, replacements.number as replacement_number,
      profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop
    from public.events
    join public.complaints on complaints.id = events.subject_id
    join public.orders on orders.id = complaints.order_id
    join public.profiles on profiles.id = complaints.customer_id
    left join public.complaint_messages on complaint_messages.id = (events.payload ->> 'message_id')::uuid and complaint_messages.visible_to_customer
    left join private.complaint_resolutions on complaint_resolutions.id = (events.payload ->> 'resolution_id')::uuid
    left join public.orders as replacements on replacements.id = complaint_resolutions.order_id
    where events.id = ${job.event_id} and (events.name <> 'complaint.answered' or complaint_messages.body is not null)`;
  if (!row) return;
  const facts = {
    shop: row.shop ?? "Seatline",
    firstName: row.first_name,
    number: row.number,
    orderNumber: row.order_number,
    news: row.news,
    text: row.text,
    replacementNumber: row.replacement_number,
    complaintUrl: `${settings.storefrontUrl}/complaints/${row.id}`,
  };
  const type = row.news === "opened" || row.news === "answered" ? `complaint_${row.news}` : "complaint_ended";
  await deliverMail(
    {
      profileId: row.customer_id,
      type,
      effectKey: `${type}:${row.id}:${job.event_id}`,
      rendered: complaintNews(facts, toLocale(row.locale)),
    },
    context,
  );
};
