import { lowStock } from "../templates/low-stock.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventTask } from "./task.ts";

type ReaderRow = {
  profile_id: string;
  first_name: string;
  locale: string;
  shop: string | null;
  title: string;
  sku: string;
  available: number;
  threshold: number;
};

/** stock.low: tells everybody who keeps stock or the catalogue, unless it rose again meanwhile. */
export const sendLowStock: EventTask = async (job, context) => {
  const { sql } = context;
  const readers = await sql<ReaderRow[]>`
    select distinct on (profiles.id) profiles.id as profile_id, profiles.first_name, profiles.locale, private.setting('shop_name') #>> '{}' as shop,
      products.title, variants.sku, (events.payload ->> 'available')::int as available, (events.payload ->> 'threshold')::int as threshold
    from public.events
    join private.low_stock_marks on low_stock_marks.variant_id = events.subject_id and low_stock_marks.low_since is not null
    join public.variants on variants.id = events.subject_id
    join public.products on products.id = variants.product_id
    join public.role_members on role_members.role in ('warehouse', 'catalog_manager')
    join public.profiles on profiles.id = role_members.profile_id
    where events.id = ${job.event_id}
    order by profiles.id`;
  // The process is done when the last mail is: until then a mail only marks its own notification.
  const each = {
    ...context,
    complete: async (effect: Parameters<typeof context.complete>[0]) => await sql.begin(effect),
  };
  for (const reader of readers) {
    await deliverMail(
      {
        profileId: reader.profile_id,
        type: "low_stock",
        effectKey: `low-stock:${job.event_id}:${reader.profile_id}`,
        rendered: lowStock(
          { ...reader, shop: reader.shop ?? "Seatline", firstName: reader.first_name },
          toLocale(reader.locale),
        ),
      },
      each,
    );
  }
};
