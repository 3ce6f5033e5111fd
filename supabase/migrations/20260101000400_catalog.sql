/*
Catalog: what can be sold. A product is what people read about; a variant is the one thing a line of an order points to,
be it an SKU of goods or the seats of an intake.

Promise: nobody without catalog.read sees a product, or anything hanging on it, unless it is published and publish_at <= now < unpublish_at.
Categories, options, attributes, collections, media and files have migrations of their own, which follow.
*/

create function private.is_on_sale(status text, publish_at timestamptz, unpublish_at timestamptz)
returns boolean
language sql
stable
security invoker
return status = 'published' and (publish_at is null or publish_at <= now()) and (unpublish_at is null or now() < unpublish_at);
comment on function private.is_on_sale(text, timestamptz, timestamptz) is
  'The one meaning of "on sale now", for policies, prices and search. Parsed when it is made, so no search path matters, and without a setting, so that it is inlined and indexes serve it.';
grant execute on function private.is_on_sale(text, timestamptz, timestamptz) to anon, authenticated, service_role;

create function private.is_importing()
returns boolean
language sql
stable
security invoker
return coalesce(current_setting('seatline.importing', true), '') = 'on';
comment on function private.is_importing() is
  'Whether this transaction is applying an import, which holds attributes against their schemas and follows with the search itself, for all rows at once. Only private.apply_import_products says so; no client can. Inlined into the conditions of triggers.';
grant execute on function private.is_importing() to authenticated, service_role;

create function private.translations_problem(translations jsonb, fields text[])
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_locale text;
  v_texts jsonb;
  v_field text;
begin
  if jsonb_typeof(translations_problem.translations) <> 'object' then
    return 'translations is an object of locales.';
  end if;
  for v_locale, v_texts in select * from jsonb_each(translations_problem.translations) loop
    if v_locale not in ('id', 'en') or jsonb_typeof(v_texts) <> 'object' then
      return format('translations has no place for %s.', left(v_locale, 20));
    end if;
    for v_field in select jsonb_object_keys(v_texts) loop
      if v_field <> all (translations_problem.fields) or jsonb_typeof(v_texts -> v_field) <> 'string'
        or length(btrim(v_texts ->> v_field)) not between 1 and (case v_field when 'body' then 200000 when 'description' then 50000 when 'summary' then 500 else 200 end) then
        return format('The text %s in %s is not known here, not a text, empty or too long.', left(v_field, 20), v_locale);
      end if;
    end loop;
  end loop;
  return null;
end
$$;
comment on function private.translations_problem(jsonb, text[]) is 'Why translations are not {locale: {field: text}} with these fields, as a sentence; null when they are.';

create function private.tg__check_translations()
returns trigger
language plpgsql
volatile
security definer -- refuses by a function that the writer may not call
set search_path = ''
as $$
declare
  v_problem constant text := private.translations_problem(new.translations, tg_argv);
begin
  if v_problem is not null then
    perform private.fail('invalid_translations', 422, v_problem, format('Send {"en": {"%s": "…"}}; locales are id and en, texts may be left out.', tg_argv[0]));
  end if;
  return new;
end
$$;
comment on function private.tg__check_translations() is 'translations is {locale: {field: text}}; the trigger''s arguments name the fields. What is not translated is read in the base text.';

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
  unpublish_at timestamptz,
  category_id uuid, -- the categories file adds the foreign key
  tags text[] not null default '{}',
  attributes jsonb not null default '{}',
  translations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint products_are_of_a_known_kind check (kind in ('course', 'physical', 'digital', 'bundle', 'gift_card')),
  constraint products_have_a_known_status check (status in ('draft', 'published', 'archived')),
  constraint products_have_a_slug_for_urls check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 120),
  constraint products_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200),
  constraint products_have_texts_of_sane_length check (length(summary) <= 500 and length(description) <= 50000),
  constraint products_show_images_from_the_web check (image_url ~ '^(https?://|/)'),
  constraint products_go_off_sale_after_they_came_on_it check (unpublish_at > publish_at),
  constraint products_have_a_few_tags_for_urls check (
    cardinality(tags) <= 30 and array_position(tags, null) is null
    and (tags = '{}' or array_to_string(tags, ',') ~ '^[a-z0-9]+(-[a-z0-9]+)*(,[a-z0-9]+(-[a-z0-9]+)*)*$') and length(array_to_string(tags, '')) <= 1500),
  constraint products_have_attributes_by_name check (jsonb_typeof(attributes) = 'object')
);
comment on table public.products is
  'What people read about and buy. Public while published and publish_at <= now < unpublish_at; the rest is for staff. title, summary and description are the base text, translations what differs per locale.';

-- serves: the catalogue, newest first, keyset by (created_at, id), and plain reads in that order: a policy that also shows drafts to staff finds no partial index
create index on public.products (kind, created_at desc, id desc);
-- serves: the same across kinds
create index on public.products (created_at desc, id desc);
-- serves: the foreign key, and lists of one category
create index on public.products (category_id, created_at desc, id desc);
-- serves: how many products each category has
create index on public.products (category_id) include (status, publish_at, unpublish_at) where status = 'published'; -- policies read status
-- serves: collections and search by tag
create index on public.products using gin (tags);
-- serves: collections and search by attribute
create index on public.products using gin (attributes jsonb_path_ops);

insert into private.status_moves (machine, from_status, to_status) values
  ('product', 'draft', 'published'), ('product', 'draft', 'archived'),
  ('product', 'published', 'draft'), ('product', 'published', 'archived'), ('product', 'archived', 'draft'), ('product', 'archived', 'published');

create trigger _100_stamp_update before update on public.products for each row execute function private.tg__stamp_update();
create trigger _110_check_translations before insert or update of translations on public.products
  for each row when (new.translations <> '{}') execute function private.tg__check_translations('title', 'summary', 'description');
create trigger _200_guard_status after update of status on public.products for each row when (old.status <> new.status) execute function private.tg__guard_status('product');
create trigger _900_audit after delete on public.products for each row execute function private.tg__audit('id');
create trigger _900_audit_added after insert on public.products referencing new table as changed for each statement execute function private.tg__audit_added('id');
create trigger _900_audit_changed after update on public.products referencing old table as former new table as changed
  for each statement execute function private.tg__audit_changed('id');

alter table public.products enable row level security;
create policy select_published on public.products for select to anon
  using (private.is_on_sale(status, publish_at, unpublish_at));
create policy select_published_or_staff on public.products for select to authenticated
  using (private.is_on_sale(status, publish_at, unpublish_at) or (select private.has_permission('catalog.read')));
create policy insert_staff on public.products for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.products for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.products for delete to authenticated
  using (status = 'draft' and (select private.has_permission('catalog.write')));
grant select on public.products to anon, authenticated, service_role;
grant insert (kind, slug, title, summary, description, image_url, status, publish_at, unpublish_at, category_id, tags, attributes, translations)
  on public.products to authenticated, service_role;
grant update (slug, title, summary, description, image_url, status, publish_at, unpublish_at, category_id, tags, attributes, translations)
  on public.products to authenticated, service_role;
grant delete on public.products to authenticated, service_role;

-- variants ---------------------------------------------------------------------------------------------------------------------------

create table public.variants (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.products (id) on delete cascade,
  sku text not null unique,
  title text not null,
  stock_mode text not null default 'tracked',
  position integer not null default 0,
  option_value_ids uuid[] not null default '{}',
  attributes jsonb not null default '{}',
  translations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint variants_have_a_sku_of_sane_form check (sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]*$' and length(sku) <= 64),
  constraint variants_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200),
  constraint variants_have_attributes_by_name check (jsonb_typeof(attributes) = 'object'),
  constraint variants_count_stock_in_a_known_mode check (stock_mode in ('none', 'tracked', 'backorder', 'preorder'))
);
comment on table public.variants is 'The sellable thing: what a line of an order points to. Mode none is not counted (a self-paced course), tracked is; backorder and preorder are counted and sell beyond stock up to backorder_limit.';

create index on public.variants (product_id, position);

create function private.tg_variants__keep_what_is_sold()
returns trigger
language plpgsql
volatile
security definer -- looks into orders that staff of the catalogue may not see
set search_path = ''
as $$
begin
  if exists (select from public.order_items where order_items.variant_id = old.id) then
    perform private.fail('variant_in_use', 409, format('%s is in orders and stays.', old.sku), 'Delete its prices to take it off sale, or archive the product.', old.id::text);
  end if;
  -- a product that is being deleted is gone already when its variants follow
  if exists (select from public.products where products.id = old.product_id and products.status = 'published') then
    perform private.fail('variant_in_use', 409, format('%s belongs to a published product and stays.', old.sku), 'Delete its prices to take it off sale, or make the product a draft first.', old.id::text);
  end if;
  return old;
end
$$;
comment on function private.tg_variants__keep_what_is_sold() is 'Says clearly what the foreign keys of orders enforce, and keeps what a buyer may be looking at.';

create trigger _100_stamp_update before update on public.variants for each row execute function private.tg__stamp_update();
create trigger _110_check_translations before insert or update of translations on public.variants for each row when (new.translations <> '{}') execute function private.tg__check_translations('title');
create trigger _120_keep_what_is_sold before delete on public.variants for each row execute function private.tg_variants__keep_what_is_sold();
create trigger _900_audit after delete on public.variants for each row execute function private.tg__audit('id');
create trigger _900_audit_added after insert on public.variants referencing new table as changed for each statement execute function private.tg__audit_added('id');
create trigger _900_audit_changed after update on public.variants referencing old table as former new table as changed
  for each statement execute function private.tg__audit_changed('id');

alter table public.variants enable row level security;
create policy select_anyone on public.variants for select to anon, authenticated
  using (exists (select from public.products where products.id = variants.product_id));
create policy insert_staff on public.variants for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.variants for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.variants for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.variants to anon, authenticated, service_role;
grant insert (product_id, sku, title, position, option_value_ids, attributes, translations) on public.variants to authenticated, service_role;
grant update (sku, title, position, option_value_ids, attributes, translations) on public.variants to authenticated, service_role;
grant delete on public.variants to authenticated, service_role;
-- not granted: stock_mode. An intake sets it from its seats.
