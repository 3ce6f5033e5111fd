/*
Catalog, collections: shelves that fill themselves by rules, with what staff put in front by hand.

Promise: a collection shows what is on sale now and fits its rules now; nothing is copied, so nothing is stale. Which collections exist is
public while they are published; by which rules they fill is for staff.
*/

create table public.collections (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique,
  title text not null,
  description text not null default '',
  status text not null default 'draft',
  publish_at timestamptz,
  unpublish_at timestamptz,
  match text not null default 'all',
  position integer not null default 0,
  translations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint collections_have_a_known_status check (status in ('draft', 'published', 'archived')),
  constraint collections_match_all_rules_or_any check (match in ('all', 'any')),
  constraint collections_have_a_slug_for_urls check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 120),
  constraint collections_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200),
  constraint collections_have_a_text_of_sane_length check (length(description) <= 50000),
  constraint collections_close_after_they_opened check (unpublish_at > publish_at)
);
comment on table public.collections is 'A shelf of products: those of collection_members in their order, then those that fit all (or any) of its collection_rules. Read it with collection_products.';

insert into private.status_moves (machine, from_status, to_status) values
  ('collection', 'draft', 'published'), ('collection', 'draft', 'archived'), ('collection', 'published', 'draft'),
  ('collection', 'published', 'archived'), ('collection', 'archived', 'draft'), ('collection', 'archived', 'published');

create trigger _100_stamp_update before update on public.collections for each row execute function private.tg__stamp_update();
create trigger _110_check_translations before insert or update of translations on public.collections for each row when (new.translations <> '{}') execute function private.tg__check_translations('title', 'description');
create trigger _200_guard_status after update of status on public.collections for each row when (old.status <> new.status) execute function private.tg__guard_status('collection');
create trigger _900_audit after insert or update or delete on public.collections for each row execute function private.tg__audit('id');

alter table public.collections enable row level security;
create policy select_published on public.collections for select to anon using (private.is_on_sale(status, publish_at, unpublish_at));
create policy select_published_or_staff on public.collections for select to authenticated
  using (private.is_on_sale(status, publish_at, unpublish_at) or (select private.has_permission('catalog.read')));
create policy insert_staff on public.collections for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.collections for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.collections for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.collections to anon, authenticated, service_role;
grant insert (slug, title, description, status, publish_at, unpublish_at, match, position, translations) on public.collections to authenticated, service_role;
grant update (slug, title, description, status, publish_at, unpublish_at, match, position, translations) on public.collections to authenticated, service_role;
grant delete on public.collections to authenticated, service_role;

create table public.collection_rules (
  id uuid primary key default gen_random_uuid(),
  collection_id uuid not null references public.collections (id) on delete cascade,
  type text not null,
  category_id uuid references public.categories (id) on delete restrict, -- a rule that vanished would let everything in
  tag text,
  kind text,
  key text,
  equals jsonb,
  currency text, -- no foreign key: pricing comes later, and an unknown one fits nothing
  min numeric,
  max numeric,
  constraint collection_rules_are_of_a_known_type check (type in ('category', 'tag', 'kind', 'attribute', 'price')),
  constraint collection_rules_name_a_known_kind check (kind in ('course', 'physical', 'digital', 'bundle', 'gift_card')),
  constraint collection_rules_have_texts_of_sane_length check (length(tag) between 1 and 100 and length(key) between 1 and 63 and currency ~ '^[A-Z]{3}$'),
  constraint collection_rules_compare_with_one_value check (jsonb_typeof(equals) in ('string', 'number', 'boolean')),
  constraint collection_rules_have_a_range_that_holds_something check (min <= max),
  constraint collection_rules_say_what_their_type_needs check (case type
    when 'category' then category_id is not null and num_nonnulls(tag, kind, key, equals, currency, min, max) = 0
    when 'tag' then tag is not null and num_nonnulls(category_id, kind, key, equals, currency, min, max) = 0
    when 'kind' then kind is not null and num_nonnulls(category_id, tag, key, equals, currency, min, max) = 0
    when 'attribute' then key is not null and num_nonnulls(category_id, tag, kind, currency) = 0 and (equals is null) = (num_nonnulls(min, max) > 0)
    when 'price' then currency is not null and num_nonnulls(category_id, tag, kind, key, equals) = 0 and num_nonnulls(min, max) > 0
    else true
  end)
);
comment on table public.collection_rules is
  'What a product must be to fill a collection: in a category or below it, tagged, of a kind, with an attribute that equals a value or is in a range, with a base price (minor units) in a range.';
create index on public.collection_rules (collection_id);
create index on public.collection_rules (category_id);

create trigger _900_audit after insert or update or delete on public.collection_rules for each row execute function private.tg__audit('id');

alter table public.collection_rules enable row level security;
create policy select_staff on public.collection_rules for select to authenticated using ((select private.has_permission('catalog.read')));
create policy insert_staff on public.collection_rules for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.collection_rules for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.collection_rules to authenticated, service_role;
grant insert (collection_id, type, category_id, tag, kind, key, equals, currency, min, max) on public.collection_rules to authenticated, service_role;
grant delete on public.collection_rules to authenticated, service_role;
-- not granted: update. A rule is replaced by another one.

create table public.collection_members (
  collection_id uuid not null references public.collections (id) on delete cascade,
  product_id uuid not null references public.products (id) on delete cascade,
  position integer not null default 0,
  primary key (collection_id, product_id)
);
comment on table public.collection_members is 'What staff put into a collection by hand, shown first and in this order.';
create index on public.collection_members (product_id);

create trigger _900_audit after insert or update or delete on public.collection_members for each row execute function private.tg__audit('collection_id', 'product_id');

alter table public.collection_members enable row level security;
create policy select_staff on public.collection_members for select to authenticated using ((select private.has_permission('catalog.read')));
create policy insert_staff on public.collection_members for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.collection_members for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.collection_members for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.collection_members to authenticated, service_role;
grant insert (collection_id, product_id, position), update (position), delete on public.collection_members to authenticated, service_role;

-- rules as conditions ------------------------------------------------------------------------------------------------------------------

create function private.rule_condition(rule public.collection_rules)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_value text;
begin
  case rule.type
    when 'category' then
      return format('products.category_id = any (%L::uuid[])', array(select private.category_subtree(rule.category_id)));
    when 'tag' then
      return format('products.tags @> %L::text[]', array[rule.tag]);
    when 'kind' then
      return format('products.kind = %L', rule.kind);
    when 'attribute' then
      if rule.equals is not null then
        return format('products.attributes @> %L::jsonb', jsonb_build_object(rule.key, rule.equals));
      end if;
      v_value := format('case when jsonb_typeof(products.attributes -> %1$L) = ''number'' then (products.attributes ->> %1$L)::numeric end', rule.key);
      return format('coalesce(%1$s >= %2$L::numeric and %1$s <= %3$L::numeric, false)', v_value, coalesce(rule.min, '-infinity'), coalesce(rule.max, 'infinity'));
    else
      return format('exists (select from public.variants join public.prices on prices.variant_id = variants.id
        where variants.product_id = products.id and prices.currency = %L and prices.amount >= %L::numeric and prices.amount <= %L::numeric)',
        rule.currency, coalesce(rule.min, '-infinity'), coalesce(rule.max, 'infinity'));
  end case;
end
$$;
comment on function private.rule_condition(public.collection_rules) is 'A rule as a condition on products: SQL in which every value is a quoted literal, so that the planner sees it and indexes serve it.';

create function private.collection_condition(collection public.collections)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(string_agg(private.rule_condition(collection_rules), case collection.match when 'any' then ' or ' else ' and ' end), 'false')
  from public.collection_rules where collection_rules.collection_id = collection.id;
$$;
comment on function private.collection_condition(public.collections) is 'The rules of a collection as one condition on products. Without rules it holds what was picked by hand only.';
