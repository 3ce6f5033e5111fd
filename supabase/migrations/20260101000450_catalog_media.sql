/*
Catalog, media: pictures of products and variants, and the files that are sold. The bytes are in Storage, in two private buckets; these rows
say what they are.

Promise: a picture is read by everybody exactly while its product is on sale, and by staff at any time; a sold file only through a link that
somebody paid for. What a file is was found out from its bytes, by the function that finished its upload, and never taken from the uploader.
A row that goes takes its object along: an event tells the worker.
*/

alter table public.variants add constraint variants_belong_to_one_product unique (id, product_id);

create table public.media (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.products (id) on delete cascade,
  variant_id uuid,
  path text not null unique generated always as (product_id || '/' || id) stored,
  alt text not null default '',
  translations jsonb not null default '{}',
  position integer not null default 0,
  mime_type text,
  byte_size integer,
  width integer,
  height integer,
  sha256 text,
  ready_at timestamptz,
  created_at timestamptz not null default now(),
  constraint media_show_a_variant_of_their_product foreign key (variant_id, product_id) references public.variants (id, product_id) on delete cascade,
  constraint media_have_a_text_of_sane_length check (length(alt) <= 500),
  constraint media_are_pictures check (mime_type in ('image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif')),
  constraint media_are_at_most_ten_megabytes check (byte_size between 1 and 10485760),
  constraint media_have_a_hash_of_their_bytes check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint media_are_known_once_ready check (ready_at is null or (mime_type is not null and byte_size is not null and sha256 is not null and width > 0 and height > 0))
);
comment on table public.media is
  'Pictures of a product (variant_id null) or of one variant, in order of position. ready_at is null until the upload was finished and looked at. GET /functions/v1/media/<id> gives the bytes.';

-- serves: the pictures of a product, in order
create index on public.media (product_id, position, id);
create index on public.media (variant_id, product_id);
-- serves: the tidying up of uploads that were not finished
create index on public.media (created_at) where ready_at is null;

create table public.digital_files (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.products (id) on delete cascade,
  variant_id uuid,
  path text not null unique generated always as (product_id || '/' || id) stored,
  file_name text not null,
  position integer not null default 0,
  max_downloads integer,
  access_days integer,
  mime_type text,
  byte_size bigint,
  sha256 text,
  ready_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint digital_files_come_with_a_variant_of_their_product foreign key (variant_id, product_id) references public.variants (id, product_id) on delete cascade,
  constraint digital_files_have_a_name_to_save_them_under check (file_name ~ '^[^/\\[:cntrl:]]{1,200}$' and file_name !~ '^\.+$'),
  constraint digital_files_are_taken_a_few_times check (max_downloads between 1 and 1000),
  constraint digital_files_are_open_for_some_days check (access_days between 1 and 36500),
  constraint digital_files_have_a_hash_of_their_bytes check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint digital_files_are_known_once_ready check (ready_at is null or (mime_type is not null and byte_size > 0 and sha256 is not null))
);
comment on table public.digital_files is
  'What a buyer of a product, or of one variant, may download. max_downloads and access_days go before the settings download_limit and download_days. Staff only.';

-- serves: the files of a product, in order
create index on public.digital_files (product_id, position, id);
create index on public.digital_files (variant_id, product_id);
-- serves: the tidying up of uploads that were not finished
create index on public.digital_files (created_at) where ready_at is null;

insert into public.settings (key, value, description) values
  ('download_limit', '5', 'How often a buyer may download one file of a product, unless the file says otherwise.'),
  ('download_days', '30', 'For how many days after the payment, unless the file says otherwise. null: for ever.'),
  ('download_link_seconds', '120', 'How long a download link works.');

create function private.tg_media__discard_object()
returns trigger
language plpgsql
volatile
security definer -- writes an event, which no client may
set search_path = ''
as $$
begin
  perform private.emit('file.discarded', 'file', old.id, jsonb_build_object('bucket', tg_argv[0], 'path', old.path));
  return null;
end
$$;
comment on function private.tg_media__discard_object() is 'Tells the worker to remove the object of a row that is gone; the argument is its bucket.';

create trigger _110_check_translations before insert or update of translations on public.media for each row when (new.translations <> '{}') execute function private.tg__check_translations('alt');
create trigger _300_discard_object after delete on public.media for each row execute function private.tg_media__discard_object('media');
create trigger _900_audit after insert or update or delete on public.media for each row execute function private.tg__audit('id');

alter table public.media enable row level security;
create policy select_published on public.media for select to anon
  using (ready_at is not null and exists (select from public.products where products.id = media.product_id));
create policy select_published_or_staff on public.media for select to authenticated
  using (ready_at is not null and exists (select from public.products where products.id = media.product_id) or (select private.has_permission('catalog.read')));
create policy update_staff on public.media for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.media for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.media to anon, authenticated, service_role;
grant update (alt, translations, position) on public.media to authenticated, service_role;
grant delete on public.media to authenticated, service_role;
-- not granted: insert. start_upload makes the row; the function upload finishes it.

create trigger _100_stamp_update before update on public.digital_files for each row execute function private.tg__stamp_update();
create trigger _300_discard_object after delete on public.digital_files for each row execute function private.tg_media__discard_object('downloads');
create trigger _900_audit after insert or update or delete on public.digital_files for each row execute function private.tg__audit('id');

alter table public.digital_files enable row level security;
create policy select_staff on public.digital_files for select to authenticated using ((select private.has_permission('catalog.read')));
create policy update_staff on public.digital_files for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.digital_files for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.digital_files to authenticated, service_role;
grant update (file_name, position, max_downloads, access_days) on public.digital_files to authenticated, service_role;
grant delete on public.digital_files to authenticated, service_role;
-- not granted: anything to anon; insert, as for media.

-- uploads ----------------------------------------------------------------------------------------------------------------------------

create function private.start_upload(kind text, product_id uuid, variant_id uuid, file_name text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write these rows themselves
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_catalog_write();
  v_body jsonb := jsonb_build_object('kind', start_upload.kind, 'product_id', start_upload.product_id, 'variant_id', start_upload.variant_id, 'file_name', start_upload.file_name);
  v_answer jsonb := private.recall_answer(v_person_id, start_upload.idempotency_key, 'start_upload', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if start_upload.kind is null or start_upload.kind not in ('image', 'file') then
    perform private.fail('invalid_upload', 422, 'An upload is of kind image or file.', 'Send image for a picture, file for what is sold.');
  end if;
  perform from public.products where products.id = start_upload.product_id and (start_upload.kind = 'image' or products.kind not in ('course', 'bundle'));
  if not found or start_upload.variant_id is not null
    and not exists (select from public.variants where variants.id = start_upload.variant_id and variants.product_id = start_upload.product_id) then
    perform private.fail('product_not_found', 404, 'There is no such product or variant to upload for.', 'Check the ids; files hang on digital and physical products.');
  end if;
  if start_upload.kind = 'image' then
    insert into public.media (product_id, variant_id, position)
    select start_upload.product_id, start_upload.variant_id, coalesce(max(media.position) + 1, 0) from public.media where media.product_id = start_upload.product_id
    returning jsonb_build_object('kind', 'image', 'id', media.id, 'bucket', 'media', 'path', media.path) into v_answer;
  elsif coalesce(start_upload.file_name, '') !~ '^[^/\\[:cntrl:]]{1,200}$' or start_upload.file_name ~ '^\.+$' then
    perform private.fail('invalid_upload', 422, 'A file that is sold needs a name to save it under, of 1 to 200 characters.', 'Send something like handbook.pdf.');
  else
    insert into public.digital_files (product_id, variant_id, file_name, position)
    select start_upload.product_id, start_upload.variant_id, start_upload.file_name, coalesce(max(digital_files.position) + 1, 0)
    from public.digital_files where digital_files.product_id = start_upload.product_id
    returning jsonb_build_object('kind', 'file', 'id', digital_files.id, 'bucket', 'downloads', 'path', digital_files.path) into v_answer;
  end if;
  return private.remember_answer(v_person_id, start_upload.idempotency_key, 'start_upload', v_body, v_answer);
end
$$;
comment on function private.start_upload(text, uuid, uuid, text, text) is 'Does the work of public.start_upload.';
grant execute on function private.start_upload(text, uuid, uuid, text, text) to authenticated, service_role;

create function public.start_upload(kind text, product_id uuid, variant_id uuid default null, file_name text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_upload(start_upload.kind, start_upload.product_id, start_upload.variant_id, start_upload.file_name, start_upload.idempotency_key);
$$;
comment on function public.start_upload(text, uuid, uuid, text, text) is
  'Staff (catalog.write): makes the row of a picture (kind image) or of a file that is sold (kind file) and answers {kind, id, bucket, path}. The function upload calls it and signs. '
  'Errors: permission_denied, invalid_upload, product_not_found, idempotency_key_reused.';
grant execute on function public.start_upload(text, uuid, uuid, text, text) to authenticated, service_role;

create function private.find_upload(kind text, upload_id uuid)
returns jsonb
language plpgsql
stable
security definer -- one check for both tables
set search_path = ''
as $$
declare
  v_found jsonb;
begin
  perform private.require_catalog_write();
  if find_upload.kind = 'image' then
    select jsonb_build_object('kind', 'image', 'id', media.id, 'bucket', 'media', 'path', media.path, 'ready_at', media.ready_at) into v_found
    from public.media where media.id = find_upload.upload_id;
  else
    select jsonb_build_object('kind', 'file', 'id', digital_files.id, 'bucket', 'downloads', 'path', digital_files.path, 'ready_at', digital_files.ready_at) into v_found
    from public.digital_files where digital_files.id = find_upload.upload_id and find_upload.kind = 'file';
  end if;
  if v_found is null then
    perform private.fail('upload_not_found', 404, 'There is no such upload.', 'Start it again.');
  end if;
  return v_found;
end
$$;
comment on function private.find_upload(text, uuid) is 'Does the work of public.find_upload.';
grant execute on function private.find_upload(text, uuid) to authenticated, service_role;

create function public.find_upload(kind text, upload_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.find_upload(find_upload.kind, find_upload.upload_id);
$$;
comment on function public.find_upload(text, uuid) is 'Staff (catalog.write): where an upload was started: {kind, id, bucket, path, ready_at}. Errors: permission_denied, upload_not_found.';
grant execute on function public.find_upload(text, uuid) to authenticated, service_role;

create function private.finish_upload(kind text, upload_id uuid, facts jsonb, person_id uuid default null, idempotency_key text default null)
returns jsonb
language plpgsql
volatile
security definer -- the service role may not write these rows either
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(finish_upload.person_id, '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(finish_upload.kind, finish_upload.upload_id);
  v_row jsonb := private.recall_answer(v_person_id, finish_upload.idempotency_key, 'finish_upload', v_body);
begin
  if v_row is not null then
    return v_row;
  end if;
  if finish_upload.kind = 'image' then
    update public.media
    set mime_type = facts ->> 'mime_type', byte_size = (facts ->> 'byte_size')::integer, sha256 = facts ->> 'sha256',
      width = (facts ->> 'width')::integer, height = (facts ->> 'height')::integer, ready_at = now()
    where media.id = finish_upload.upload_id and media.ready_at is null;
    select to_jsonb(media) into v_row from public.media where media.id = finish_upload.upload_id and media.ready_at is not null;
  else
    perform private.lock_files(digital_files.product_id) from public.digital_files where digital_files.id = finish_upload.upload_id;
    update public.digital_files
    set mime_type = facts ->> 'mime_type', byte_size = (facts ->> 'byte_size')::bigint, sha256 = facts ->> 'sha256', ready_at = now()
    where digital_files.id = finish_upload.upload_id and digital_files.ready_at is null and finish_upload.kind = 'file';
    select to_jsonb(digital_files) into v_row from public.digital_files where digital_files.id = finish_upload.upload_id and digital_files.ready_at is not null;
    perform private.grant_further_file(finish_upload.upload_id);
  end if;
  if v_row is null then
    perform private.fail('upload_not_found', 404, 'There is no such upload.', 'Start it again.');
  end if;
  return private.remember_answer(v_person_id, finish_upload.idempotency_key, 'finish_upload', v_body, v_row - 'path');
end
$$;
comment on function private.finish_upload(text, uuid, jsonb, uuid, text) is 'Does the work of public.finish_upload.';
grant execute on function private.finish_upload(text, uuid, jsonb, uuid, text) to service_role;

create function public.finish_upload(kind text, upload_id uuid, facts jsonb, person_id uuid default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.finish_upload(finish_upload.kind, finish_upload.upload_id, finish_upload.facts, finish_upload.person_id, finish_upload.idempotency_key);
$$;
comment on function public.finish_upload(text, uuid, jsonb, uuid, text) is
  'Secret key only: what the bytes of an upload are, {mime_type, byte_size, sha256, width, height}, as the function upload found out; a second time changes nothing. Errors: upload_not_found.';
grant execute on function public.finish_upload(text, uuid, jsonb, uuid, text) to service_role;

create function private.discard_upload(kind text, upload_id uuid)
returns void
language plpgsql
volatile
security definer -- the service role may not see whose upload it is
set search_path = ''
as $$
begin
  delete from public.media where media.id = discard_upload.upload_id and media.ready_at is null and discard_upload.kind = 'image';
  delete from public.digital_files where digital_files.id = discard_upload.upload_id and digital_files.ready_at is null and discard_upload.kind = 'file';
end
$$;
comment on function private.discard_upload(text, uuid) is 'Does the work of public.discard_upload.';
grant execute on function private.discard_upload(text, uuid) to service_role;

create function public.discard_upload(kind text, upload_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.discard_upload(discard_upload.kind, discard_upload.upload_id);
$$;
comment on function public.discard_upload(text, uuid) is 'Secret key only: drops an unfinished upload whose bytes were refused, and with it the object.';
grant execute on function public.discard_upload(text, uuid) to service_role;

create function private.discard_abandoned_uploads(older_than interval default '1 day')
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_before constant timestamptz := now() - discard_abandoned_uploads.older_than;
  v_files integer;
  v_proofs integer;
  v_repeats integer;
begin
  with media as (
    delete from public.media where media.ready_at is null and media.created_at < v_before returning 1
  ), files as (
    delete from public.digital_files where digital_files.ready_at is null and digital_files.created_at < v_before returning 1
  ), learning as (
    delete from public.learning_files where learning_files.arrived_at is null and learning_files.created_at < v_before
      and not exists (select from public.lesson_contents where lesson_contents.file_id = learning_files.id)
    returning 1
  ), evidence as (
    delete from public.complaint_evidence where complaint_evidence.submitted_at is null and complaint_evidence.created_at < v_before returning 1
  )
  select (select count(*) from media) + (select count(*) from files) + (select count(*) from learning) + (select count(*) from evidence) into v_files;
  with proofs as (
    delete from public.payment_proofs where payment_proofs.status = 'uploading' and payment_proofs.created_at < v_before returning payment_proofs.id
  ), told as (
    select private.emit('file.discarded', 'file', proofs.id, jsonb_build_object('bucket', 'payment-proofs', 'path', 'incoming/' || proofs.id)) from proofs
  )
  select count(*) into v_proofs from told;
  -- what was sent once more after it had been taken
  select count(private.emit('file.discarded', 'file', substr(objects.name, 10)::uuid, jsonb_build_object('bucket', objects.bucket_id, 'path', objects.name))) into v_repeats
  from storage.objects
  where objects.bucket_id in ('payment-proofs', 'complaint-evidence') and objects.name ~ '^incoming/[0-9a-f-]{36}$' and objects.created_at < v_before
    and (exists (select from public.payment_proofs where 'incoming/' || payment_proofs.id = objects.name)
      or exists (select from public.complaint_evidence where 'incoming/' || complaint_evidence.id = objects.name));
  return v_files + v_proofs + v_repeats + private.discard_old_files();
end
$$;
comment on function private.discard_abandoned_uploads(interval) is
  'Drops uploads that nobody finished (pictures, sold files, files of lessons and learners, proofs of payment, evidence of complaints, imports), bytes that came again after they were taken, and imports and exports whose time is over, with their bytes; returns how many. The worker calls it nightly.';

create function private.arrange_images(product_id uuid, image_ids uuid[], idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- one call, one check; keeps answers that no client may see
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_catalog_write();
  v_body jsonb := jsonb_build_object('product_id', arrange_images.product_id, 'image_ids', arrange_images.image_ids);
  v_answer jsonb := private.recall_answer(v_person_id, arrange_images.idempotency_key, 'arrange_images', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if not exists (select from public.products where products.id = arrange_images.product_id) then
    perform private.fail('product_not_found', 404, 'There is no such product.', 'Check the id.');
  end if;
  -- two who arrange at once do it one after the other
  perform from public.media where media.product_id = arrange_images.product_id order by media.id for update;
  if arrange_images.image_ids is null or exists (
    select from unnest(arrange_images.image_ids) as wanted (id)
    where not exists (select from public.media where media.id = wanted.id and media.product_id = arrange_images.product_id)
  ) then
    perform private.fail('media_not_found', 404, 'One of these is no picture of this product.', 'Read the product again.');
  end if;
  update public.media set position = placed.place
  from (
    select media.id, row_number() over (order by array_position(arrange_images.image_ids, media.id), media.position, media.id) - 1 as place
    from public.media where media.product_id = arrange_images.product_id
  ) as placed
  where media.id = placed.id and media.position <> placed.place;
  return private.remember_answer(v_person_id, arrange_images.idempotency_key, 'arrange_images', v_body, (
    select coalesce(jsonb_agg(media.id order by media.position, media.id), '[]') from public.media where media.product_id = arrange_images.product_id));
end
$$;
comment on function private.arrange_images(uuid, uuid[], text) is 'Does the work of public.arrange_images.';
grant execute on function private.arrange_images(uuid, uuid[], text) to authenticated, service_role;

create function public.arrange_images(product_id uuid, image_ids uuid[], idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.arrange_images(arrange_images.product_id, arrange_images.image_ids, arrange_images.idempotency_key);
$$;
comment on function public.arrange_images(uuid, uuid[], text) is
  'Staff (catalog.write): puts these pictures of a product first, in this order, before those that are not named; answers all ids in their order. Errors: permission_denied, product_not_found, media_not_found, idempotency_key_reused.';
grant execute on function public.arrange_images(uuid, uuid[], text) to authenticated, service_role;

-- pictures for everybody ---------------------------------------------------------------------------------------------------------------

create function private.media_file(media_id uuid)
returns jsonb
language plpgsql
stable
security definer -- one check for visitors and staff, at every picture
set search_path = ''
as $$
declare
  v_file jsonb;
begin
  select jsonb_build_object('id', media.id, 'path', media.path, 'mime_type', media.mime_type, 'byte_size', media.byte_size, 'sha256', media.sha256,
    'on_sale', private.is_on_sale(products.status, products.publish_at, products.unpublish_at)) into v_file
  from public.media join public.products on products.id = media.product_id
  where media.id = media_file.media_id and media.ready_at is not null;
  if v_file is null or not ((v_file ->> 'on_sale')::boolean or private.is_service() or private.has_permission('catalog.read')) then
    perform private.fail('media_not_found', 404, 'There is no such picture.', 'Read the product again.');
  end if;
  return v_file;
end
$$;
comment on function private.media_file(uuid) is 'Does the work of public.media_file.';
grant execute on function private.media_file(uuid) to anon, authenticated, service_role;

create function public.media_file(media_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.media_file(media_file.media_id);
$$;
comment on function public.media_file(uuid) is
  'What the function media streams: {id, path, mime_type, byte_size, sha256, on_sale}, for everybody while the product is on sale, for staff with catalog.read always. Errors: media_not_found.';
grant execute on function public.media_file(uuid) to anon, authenticated, service_role;
