/*
Catalog, downloads: the right of a buyer to fetch the files of what they bought.

Promise: whoever paid has a download per file in the same transaction that marks the order paid, and nobody else has; it works as often and as
long as was promised at that moment, and ends when the order is cancelled or refunded; of a unit that is given back beside others, its uses do. A file that is added later is also for those who bought
before, while their purchase counts and its days are not over.
Under concurrency: a use is one guarded update, so two clicks count two, and the check on used_count is the guarantee behind it. Asked again
with the same idempotency key a use is the same use, and its link ends when the first one did. An order that is paid while a
further file is being finished shares the product's advisory lock, which who finishes the file takes alone: one of them sees the other.
*/

create table public.downloads (
  id uuid primary key default gen_random_uuid(),
  order_item_id uuid not null references public.order_items (id) on delete restrict,
  digital_file_id uuid not null references public.digital_files (id) on delete restrict,
  customer_id uuid not null references public.profiles (id) on delete restrict,
  max_downloads integer not null,
  used_count integer not null default 0,
  granted_at timestamptz not null default now(),
  expires_at timestamptz,
  suspended_at timestamptz,
  ended_at timestamptz,
  constraint downloads_are_granted_once_per_line unique (order_item_id, digital_file_id),
  constraint downloads_are_used_no_more_often_than_granted check (used_count between 0 and max_downloads)
);
comment on table public.downloads is 'One file that a line of an order lets its buyer fetch, max_downloads times until expires_at. Ended by a refund or a cancellation; suspended while a payment of its order is disputed. Use the function download-link.';

-- serves: the files of a customer, newest first
create index on public.downloads (customer_id, granted_at desc, id desc);
create index on public.downloads (digital_file_id);

alter table public.downloads enable row level security;
create policy select_own_or_staff on public.downloads for select to authenticated
  using (customer_id = (select auth.uid()) or (select private.has_permission('orders.read')));
grant select on public.downloads to authenticated, service_role;
-- not granted: insert, update, delete. A payment grants, use_download counts.

create function private.tg_digital_files__keep_what_is_sold()
returns trigger
language plpgsql
volatile
security definer -- looks at what customers have
set search_path = ''
as $$
begin
  if exists (select from public.downloads where downloads.digital_file_id = old.id) then
    perform private.fail('file_in_use', 409, format('%s was sold and stays.', old.file_name), 'Archive the product; buyers keep what they paid for.', old.id::text);
  end if;
  return old;
end
$$;
comment on function private.tg_digital_files__keep_what_is_sold() is 'Says clearly what the foreign key of downloads enforces.';
create trigger _200_keep_what_is_sold before delete on public.digital_files for each row execute function private.tg_digital_files__keep_what_is_sold();

create function private.lock_files(product_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtextextended('seatline.files/' || lock_files.product_id, 0));
$$;
comment on function private.lock_files(uuid) is 'Held by who finishes a file of a product, before it looks at who bought it; who pays for the product shares it, before looking at its files.';

create function private.grant_downloads(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('seatline.files/' || sold.product_id, 0))
  from (
    select distinct variants.product_id from public.order_items join public.variants on variants.id = order_items.variant_id
    where order_items.order_id = grant_downloads.order_id and order_items.kind in ('digital', 'physical') order by 1
  ) as sold;
  insert into public.downloads (order_item_id, digital_file_id, customer_id, max_downloads, expires_at)
  select order_items.id, digital_files.id, orders.customer_id,
    coalesce(digital_files.max_downloads, (private.setting('download_limit'))::integer, 5) * order_items.quantity,
    now() + make_interval(days => coalesce(digital_files.access_days, (nullif(private.setting('download_days'), 'null'))::integer))
  from public.orders
  join public.order_items on order_items.order_id = orders.id
  join public.variants on variants.id = order_items.variant_id
  join public.digital_files on digital_files.product_id = variants.product_id and (digital_files.variant_id is null or digital_files.variant_id = variants.id)
  where orders.id = grant_downloads.order_id and order_items.kind <> 'course' and digital_files.ready_at is not null
  order by order_items.id, digital_files.id
  on conflict on constraint downloads_are_granted_once_per_line do update set ended_at = null;
end
$$;
comment on function private.grant_downloads(uuid) is 'Gives the buyer of a paid order the files of its lines. Called by whatever marks an order paid, in that transaction; twice does nothing.';

create function private.grant_further_file(file_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.downloads (order_item_id, digital_file_id, customer_id, max_downloads, expires_at, suspended_at)
  select order_items.id, digital_files.id, orders.customer_id,
    coalesce(digital_files.max_downloads, (private.setting('download_limit'))::integer, 5) * (order_items.quantity - order_items.refunded_quantity), term.expires_at, former.suspended_at
  from public.digital_files
  join public.variants on variants.product_id = digital_files.product_id and (digital_files.variant_id is null or digital_files.variant_id = variants.id)
  join public.order_items on order_items.variant_id = variants.id
  join public.orders on orders.id = order_items.order_id
  cross join lateral (
    select orders.paid_at + make_interval(days => coalesce(digital_files.access_days, (nullif(private.setting('download_days'), 'null'))::integer)) as expires_at
  ) as term
  cross join lateral (
    select bool_and(downloads.ended_at is not null) as ended, min(downloads.suspended_at) as suspended_at from public.downloads where downloads.order_item_id = order_items.id
  ) as former
  where digital_files.id = grant_further_file.file_id and digital_files.ready_at is not null and order_items.kind <> 'course'
    and orders.status in ('paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded')
    and order_items.refunded_quantity < order_items.quantity and former.ended is not true and (term.expires_at is null or term.expires_at > now())
  order by order_items.id
  on conflict on constraint downloads_are_granted_once_per_line do nothing;
end
$$;
comment on function private.grant_further_file(uuid) is
  'Gives a file to those who bought its product before it was there: as long as what they paid for lasts, counted from their payment; not to whom nothing is left after a refund or whose time is over. Twice does nothing.';

create function private.end_downloads(order_item_ids uuid[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.downloads set ended_at = now()
  where downloads.order_item_id = any (end_downloads.order_item_ids) and downloads.ended_at is null;
$$;
comment on function private.end_downloads(uuid[]) is 'Ends the downloads of lines that were given back. Links that were already signed end by themselves within download_link_seconds.';

create function private.reduce_downloads(order_item_ids uuid[], units integer[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.downloads
  set max_downloads = greatest(downloads.used_count,
    downloads.max_downloads - downloads.max_downloads::bigint * given.units / (given.units + order_items.quantity - order_items.refunded_quantity))
  from unnest(reduce_downloads.order_item_ids, reduce_downloads.units) as given (order_item_id, units)
  join public.order_items on order_items.id = given.order_item_id
  where downloads.order_item_id = given.order_item_id and downloads.ended_at is null and order_items.refunded_quantity < order_items.quantity;
$$;
comment on function private.reduce_downloads(uuid[], integer[]) is
  'Takes back the uses of these units of lines of which something is left after they were given back; uses that were made stay.';

create function private.use_download(download_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write downloads, only use their own
set search_path = ''
as $$
declare
  v_customer_id uuid := private.require_person();
  v_body jsonb := to_jsonb(use_download.download_id);
  v_answer jsonb := private.recall_answer(v_customer_id, use_download.idempotency_key, 'use_download', v_body);
  v_download public.downloads;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  update public.downloads set used_count = downloads.used_count + 1
  where downloads.id = use_download.download_id and downloads.customer_id = v_customer_id and downloads.ended_at is null and downloads.suspended_at is null
    and downloads.used_count < downloads.max_downloads and (downloads.expires_at is null or downloads.expires_at > now())
  returning * into v_download;
  if not found then
    perform private.refuse_download(use_download.download_id, v_customer_id);
  end if;
  perform private.emit('download.used', 'download', v_download.id, jsonb_build_object('used_count', v_download.used_count));
  return private.remember_answer(v_customer_id, use_download.idempotency_key, 'use_download', v_body, (
    select jsonb_build_object('download_id', v_download.id, 'file_name', digital_files.file_name, 'byte_size', digital_files.byte_size, 'path', digital_files.path,
      'used_count', v_download.used_count, 'max_downloads', v_download.max_downloads,
      'link_expires_at', now() + make_interval(secs => (private.setting('download_link_seconds'))::integer))
    from public.digital_files where digital_files.id = v_download.digital_file_id));
end
$$;
comment on function private.use_download(uuid, text) is 'Does the work of public.use_download.';
grant execute on function private.use_download(uuid, text) to authenticated;

create function private.refuse_download(download_id uuid, customer_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_download public.downloads;
begin
  select * into v_download from public.downloads
  where downloads.id = refuse_download.download_id and downloads.customer_id = refuse_download.customer_id;
  if v_download.id is null then
    perform private.fail('download_not_found', 404, 'There is no such download.', 'Read my_downloads for those you have.');
  elsif v_download.ended_at is not null then
    perform private.fail('download_ended', 409, 'This download ended when its order was cancelled or refunded.', 'Buy it again to have it again.');
  elsif v_download.suspended_at is not null then
    perform private.fail('download_suspended', 409, 'This download rests while the payment of its order is disputed.', 'It works again when the dispute is decided for the shop.');
  elsif v_download.expires_at <= now() then
    perform private.fail('download_expired', 409, 'The time for this download is over.', 'Ask the shop.', v_download.expires_at::text);
  end if;
  perform private.fail('download_limit_reached', 409, format('This file was downloaded %s times, which is all that was bought.', v_download.used_count), 'Ask the shop.');
end
$$;
comment on function private.refuse_download(uuid, uuid) is 'Says why a download cannot be used. Refuses download_not_found, download_ended, download_suspended, download_expired, download_limit_reached.';

create function public.use_download(download_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.use_download(use_download.download_id, use_download.idempotency_key);
$$;
comment on function public.use_download(uuid, text) is
  'Counts one use of the caller''s download and answers {download_id, file_name, byte_size, path, used_count, max_downloads, link_expires_at}. The function download-link calls it and signs the link. '
  'Errors: download_not_found, download_ended, download_expired, download_limit_reached, idempotency_key_reused, sign_in_required.';
grant execute on function public.use_download(uuid, text) to authenticated;

create function private.my_downloads()
returns table (
  download_id uuid, order_id uuid, order_number text, product_id uuid, slug text, title text, file_name text, mime_type text, byte_size bigint,
  used_count integer, max_downloads integer, granted_at timestamptz, expires_at timestamptz, ended_at timestamptz, suspended_at timestamptz
)
language plpgsql
stable
security definer -- what was bought is shown although it may be off sale now
set search_path = ''
as $$
begin
  return query
    select downloads.id, orders.id, orders.number, products.id, products.slug, order_items.title, digital_files.file_name, digital_files.mime_type, digital_files.byte_size,
      downloads.used_count, downloads.max_downloads, downloads.granted_at, downloads.expires_at, downloads.ended_at, downloads.suspended_at
    from public.downloads
    join public.digital_files on digital_files.id = downloads.digital_file_id
    join public.products on products.id = digital_files.product_id
    join public.order_items on order_items.id = downloads.order_item_id
    join public.orders on orders.id = order_items.order_id
    where downloads.customer_id = private.require_person()
    order by downloads.granted_at desc, downloads.id;
end
$$;
comment on function private.my_downloads() is 'Does the work of public.my_downloads.';
grant execute on function private.my_downloads() to authenticated;

create function public.my_downloads()
returns table (
  download_id uuid, order_id uuid, order_number text, product_id uuid, slug text, title text, file_name text, mime_type text, byte_size bigint,
  used_count integer, max_downloads integer, granted_at timestamptz, expires_at timestamptz, ended_at timestamptz, suspended_at timestamptz
)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.my_downloads();
$$;
comment on function public.my_downloads() is 'The files the caller bought, newest first, with how often each was downloaded; those of refunded orders have ended_at, those of disputed ones suspended_at. Errors: sign_in_required.';
grant execute on function public.my_downloads() to authenticated;
