/*
Catalog: what can be sold. A product is what people read about; a variant is the one thing a line of an order points to,
be it an SKU of goods or the seats of an intake.

Promise: nobody without catalog.read sees a product, or anything hanging on it, before it is published and its publish_at has come.
*/

create table public.products (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  slug text not null unique,
  title text not null,
  summary text not null default '',
  description text not null default '',
  image_url text,
  status text not null default 'draft',
  publish_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint products_are_of_a_known_kind check (kind in ('course')),
  constraint products_have_a_known_status check (status in ('draft', 'published', 'archived')),
  constraint products_have_a_slug_for_urls check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 120),
  constraint products_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200),
  constraint products_have_texts_of_sane_length check (length(summary) <= 500 and length(description) <= 50000),
  constraint products_show_images_from_the_web check (image_url ~ '^(https?://|/)')
);
comment on table public.products is 'What people read about and buy. Public once published and due; drafts and archived ones are for staff.';

-- serves: the catalogue, newest first, keyset by (created_at, id)
create index on public.products (kind, created_at desc, id desc) where status = 'published';

insert into private.status_moves (machine, from_status, to_status) values
  ('product', 'draft', 'published'), ('product', 'draft', 'archived'),
  ('product', 'published', 'draft'), ('product', 'published', 'archived'), ('product', 'archived', 'draft'), ('product', 'archived', 'published');

create trigger _100_stamp_update before update on public.products for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.products for each row when (old.status <> new.status) execute function private.tg__guard_status('product');
create trigger _900_audit after insert or update or delete on public.products for each row execute function private.tg__audit('id');

alter table public.products enable row level security;
create policy select_published on public.products for select to anon
  using (status = 'published' and (publish_at is null or publish_at <= now()));
create policy select_published_or_staff on public.products for select to authenticated
  using (status = 'published' and (publish_at is null or publish_at <= now()) or (select private.has_permission('catalog.read')));
create policy insert_staff on public.products for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.products for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.products for delete to authenticated
  using (status = 'draft' and (select private.has_permission('catalog.write')));
grant select on public.products to anon, authenticated, service_role;
grant insert (kind, slug, title, summary, description, image_url, status, publish_at) on public.products to authenticated, service_role;
grant update (slug, title, summary, description, image_url, status, publish_at) on public.products to authenticated, service_role;
grant delete on public.products to authenticated, service_role;

-- variants ---------------------------------------------------------------------------------------------------------------------------

create table public.variants (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.products (id) on delete cascade,
  sku text not null unique,
  title text not null,
  stock_mode text not null default 'tracked',
  position integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint variants_have_a_sku_of_sane_form check (sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  constraint variants_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200),
  constraint variants_count_stock_in_a_known_mode check (stock_mode in ('none', 'tracked'))
);
comment on table public.variants is 'The sellable thing: what a line of an order points to. Mode none is not counted (a self-paced course), tracked is.';

create index on public.variants (product_id, position);

create trigger _100_stamp_update before update on public.variants for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.variants for each row execute function private.tg__audit('id');

alter table public.variants enable row level security;
create policy select_anyone on public.variants for select to anon, authenticated
  using (exists (select from public.products where products.id = variants.product_id));
create policy insert_staff on public.variants for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.variants for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.variants for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.variants to anon, authenticated, service_role;
grant insert (product_id, sku, title, position) on public.variants to authenticated, service_role;
grant update (sku, title, position) on public.variants to authenticated, service_role;
grant delete on public.variants to authenticated, service_role;
-- not granted: stock_mode. An intake sets it from its seats.
