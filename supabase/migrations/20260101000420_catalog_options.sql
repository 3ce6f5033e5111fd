/*
Catalog, options: what a buyer chooses between, such as size and colour, and the variants that combine their values.

Promise: a variant names one value of each option of its product, or none; no two variants of a product name the same values.
Under concurrency: the unique index decides between two that write one combination. private.variant_option_values repeats the array as rows,
so that foreign keys keep a value somebody is just choosing.
*/

create table public.product_options (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.products (id) on delete cascade,
  title text not null,
  position integer not null default 0,
  translations jsonb not null default '{}',
  constraint product_options_are_named_once_per_product unique (product_id, title),
  constraint product_options_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200)
);
comment on table public.product_options is 'What a buyer of a product chooses: size, colour. Its values are product_option_values.';

create trigger _110_check_translations before insert or update of translations on public.product_options for each row when (new.translations <> '{}') execute function private.tg__check_translations('title');
create trigger _900_audit after delete on public.product_options for each row execute function private.tg__audit('id');
create trigger _900_audit_added after insert on public.product_options referencing new table as changed for each statement execute function private.tg__audit_added('id');
create trigger _900_audit_changed after update on public.product_options referencing old table as former new table as changed
  for each statement execute function private.tg__audit_changed('id');

alter table public.product_options enable row level security;
create policy select_anyone on public.product_options for select to anon, authenticated
  using (exists (select from public.products where products.id = product_options.product_id));
create policy insert_staff on public.product_options for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.product_options for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.product_options for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.product_options to anon, authenticated, service_role;
grant insert (product_id, title, position, translations) on public.product_options to authenticated, service_role;
grant update (title, position, translations) on public.product_options to authenticated, service_role;
grant delete on public.product_options to authenticated, service_role;

create table public.product_option_values (
  id uuid primary key default gen_random_uuid(),
  option_id uuid not null references public.product_options (id) on delete cascade,
  title text not null,
  position integer not null default 0,
  translations jsonb not null default '{}',
  constraint product_option_values_are_named_once_per_option unique (option_id, title),
  constraint product_option_values_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200)
);
comment on table public.product_option_values is 'One choice of an option: M, red. Variants name them in option_value_ids.';

create table private.variant_option_values (
  variant_id uuid not null references public.variants (id) on delete cascade,
  option_value_id uuid not null references public.product_option_values (id) on delete restrict,
  primary key (variant_id, option_value_id)
);
comment on table private.variant_option_values is 'variants.option_value_ids as rows, kept by a trigger, so that a foreign key keeps the values.';
create index on private.variant_option_values (option_value_id);

create function private.tg_product_option_values__keep_what_is_chosen()
returns trigger
language plpgsql
volatile
security definer -- reads a table that no client may see
set search_path = ''
as $$
begin
  if exists (select from private.variant_option_values where variant_option_values.option_value_id = old.id) then
    perform private.fail('option_in_use', 409, format('Variants have the value %s.', old.title), 'Delete those variants first, or give them another value.', old.id::text);
  end if;
  return old;
end
$$;
comment on function private.tg_product_option_values__keep_what_is_chosen() is 'Says clearly what the foreign key of variants enforces.';

create trigger _110_check_translations before insert or update of translations on public.product_option_values for each row when (new.translations <> '{}') execute function private.tg__check_translations('title');
create trigger _200_keep_what_is_chosen before delete on public.product_option_values for each row execute function private.tg_product_option_values__keep_what_is_chosen();
create trigger _900_audit after delete on public.product_option_values for each row execute function private.tg__audit('id');
create trigger _900_audit_added after insert on public.product_option_values referencing new table as changed for each statement execute function private.tg__audit_added('id');
create trigger _900_audit_changed after update on public.product_option_values referencing old table as former new table as changed
  for each statement execute function private.tg__audit_changed('id');

alter table public.product_option_values enable row level security;
create policy select_anyone on public.product_option_values for select to anon, authenticated
  using (exists (select from public.product_options where product_options.id = product_option_values.option_id));
create policy insert_staff on public.product_option_values for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.product_option_values for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.product_option_values for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.product_option_values to anon, authenticated, service_role;
grant insert (option_id, title, position, translations) on public.product_option_values to authenticated, service_role;
grant update (title, position, translations) on public.product_option_values to authenticated, service_role;
grant delete on public.product_option_values to authenticated, service_role;

-- variants name values -----------------------------------------------------------------------------------------------------------------

-- the guarantee: one variant per combination
create unique index variants_one_per_combination on public.variants (product_id, option_value_ids) where option_value_ids <> '{}';

create function private.tg_variants__order_options()
returns trigger
language plpgsql
volatile
security definer -- the values of a draft are for staff, whoever orders them
set search_path = ''
as $$
begin
  new.option_value_ids := array(
    select named.value_id
    from unnest(new.option_value_ids) as named (value_id)
    left join public.product_option_values on product_option_values.id = named.value_id
    left join public.product_options on product_options.id = product_option_values.option_id
    order by product_options.position, product_options.title, product_options.id, named.value_id
  );
  return new;
end
$$;
comment on function private.tg_variants__order_options() is 'Puts the values a variant names into the order of the options, so that the unique index can compare them.';

create function private.tg_variants__repeat_options()
returns trigger
language plpgsql
volatile
security definer -- writes a table that no client may write
set search_path = ''
as $$
begin
  -- after the row, when policies have let its writer through: a refusal tells a stranger nothing
  if new.option_value_ids <> '{}' and (
    select (count(*), count(distinct product_options.id)) is distinct from (cardinality(new.option_value_ids)::bigint,
      (select count(*) from public.product_options where product_options.product_id = new.product_id))
    from public.product_option_values join public.product_options on product_options.id = product_option_values.option_id
    where product_option_values.id = any (new.option_value_ids) and product_options.product_id = new.product_id
  ) then
    perform private.fail('invalid_options', 422, 'A variant names one value of each option of its product, or none at all.', 'Read product_options with their values.');
  end if;
  delete from private.variant_option_values
  where variant_option_values.variant_id = new.id and variant_option_values.option_value_id <> all (new.option_value_ids);
  insert into private.variant_option_values (variant_id, option_value_id)
  select new.id, value_id from unnest(new.option_value_ids) as value_id order by value_id on conflict do nothing;
  return null;
end
$$;
comment on function private.tg_variants__repeat_options() is 'Checks the values a variant names and keeps private.variant_option_values.';

create trigger _220_order_options before insert or update of option_value_ids on public.variants for each row when (new.option_value_ids <> '{}') execute function private.tg_variants__order_options();
create trigger _320_repeat_options_of_new after insert on public.variants for each row when (new.option_value_ids <> '{}') execute function private.tg_variants__repeat_options();
create trigger _320_repeat_options after update of option_value_ids on public.variants for each row execute function private.tg_variants__repeat_options();

-- the matrix ---------------------------------------------------------------------------------------------------------------------------

create function private.parse_option_matrix(options jsonb)
returns table (title text, "position" integer, "values" text[])
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_option jsonb;
  v_combinations bigint := 1;
  v_hint constant text := 'Send [{"title": "Size", "values": ["S", "M"]}, …].';
begin
  if jsonb_typeof(parse_option_matrix.options) is distinct from 'array' or jsonb_array_length(parse_option_matrix.options) not between 1 and 5 then
    perform private.fail('invalid_options', 422, 'options is a list of one to five options.', v_hint);
  end if;
  for v_option in select jsonb_array_elements(parse_option_matrix.options) loop
    if jsonb_typeof(v_option) <> 'object' or jsonb_typeof(v_option -> 'title') is distinct from 'string'
      or jsonb_typeof(v_option -> 'values') is distinct from 'array' or v_option - array['title', 'values'] <> '{}' then
      perform private.fail('invalid_options', 422, 'An option has a title and a list of values.', v_hint);
    end if;
    if jsonb_array_length(v_option -> 'values') = 0 or exists (
      select from jsonb_array_elements((v_option -> 'values') || jsonb_build_array(v_option -> 'title')) as word
      where jsonb_typeof(word) <> 'string' or length(btrim(word #>> '{}')) not between 1 and 200
    ) then
      perform private.fail('invalid_options', 422, 'Options and values are texts of 1 to 200 characters, and an option has a value.', v_hint);
    end if;
    v_combinations := v_combinations * jsonb_array_length(v_option -> 'values');
    if v_combinations > 250 then
      perform private.fail('invalid_options', 422, 'One product has at most 250 combinations.', 'Split it into several products.');
    end if;
  end loop;
  return query
    select btrim(named.option ->> 'title'), named.ordinality::integer,
      array(select btrim(word) from jsonb_array_elements_text(named.option -> 'values') with ordinality as words (word, place)
        group by btrim(word) order by min(place))
    from jsonb_array_elements(parse_option_matrix.options) with ordinality as named (option, ordinality);
end
$$;
comment on function private.parse_option_matrix(jsonb) is 'Options and their values as rows. Refuses invalid_options.';

create function private.free_sku(wanted text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_base text := case when length(wanted) <= 60 then wanted else left(wanted, 51) || '-' || left(md5(wanted), 8) end;
  v_sku text := v_base;
  v_next integer := 2;
begin
  while exists (select from public.variants where variants.sku = v_sku) loop
    v_sku := v_base || '-' || v_next;
    v_next := v_next + 1;
  end loop;
  return v_sku;
end
$$;
comment on function private.free_sku(text) is 'The SKU as wanted, shortened where it is too long and numbered where it is taken.';

create function private.write_options(product_id uuid, options jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_option record;
  v_option_id uuid;
begin
  for v_option in select * from private.parse_option_matrix(write_options.options) loop
    insert into public.product_options (product_id, title, position) values (write_options.product_id, v_option.title, v_option.position)
    on conflict on constraint product_options_are_named_once_per_product do update set position = excluded.position
    returning product_options.id into v_option_id;
    insert into public.product_option_values (option_id, title, position)
    select v_option_id, words.word, words.place::integer from unnest(v_option.values) with ordinality as words (word, place)
    on conflict on constraint product_option_values_are_named_once_per_option do nothing;
  end loop;
end
$$;
comment on function private.write_options(uuid, jsonb) is 'Adds the options and values that a product does not have yet; takes none away.';

create function private.complete_variants(product_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.variants
  set option_value_ids = variants.option_value_ids || array(
    select (
      select product_option_values.id from public.product_option_values where product_option_values.option_id = product_options.id
      order by product_option_values.position, product_option_values.id limit 1
    )
    from public.product_options
    where product_options.product_id = variants.product_id and not exists (
      select from public.product_option_values
      where product_option_values.option_id = product_options.id and product_option_values.id = any (variants.option_value_ids)
    )
  )
  where variants.product_id = complete_variants.product_id and variants.option_value_ids <> '{}';
$$;
comment on function private.complete_variants(uuid) is 'Variants made before an option was added get its first value.';

create function private.generate_variants(product_id uuid, options jsonb, sku_prefix text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- one call, one check; keeps answers that no client may see
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_catalog_write();
  v_body jsonb := jsonb_build_object('product_id', generate_variants.product_id, 'options', generate_variants.options, 'sku_prefix', generate_variants.sku_prefix);
  v_answer jsonb := private.recall_answer(v_person_id, generate_variants.idempotency_key, 'generate_variants', v_body);
  v_product public.products;
  v_prefix text;
  v_combination record;
  v_created integer := 0;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_product from public.products where products.id = generate_variants.product_id for no key update;
  if v_product.id is null or v_product.kind = 'course' then
    perform private.fail('product_not_found', 404, 'There is no such product with options.', 'Check the id; a course has intakes instead of options.');
  end if;
  v_prefix := coalesce(nullif(btrim(generate_variants.sku_prefix), ''), upper(v_product.slug));
  if v_prefix !~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$' then
    perform private.fail('invalid_options', 422, 'sku_prefix has letters, digits, dots, dashes and underscores only.', 'Send something like TSHIRT, or leave it out.');
  end if;
  perform private.write_options(v_product.id, generate_variants.options);
  perform private.complete_variants(v_product.id);
  for v_combination in select * from private.missing_combinations(v_product.id) loop
    insert into public.variants (product_id, sku, title, position, option_value_ids)
    values (v_product.id, private.free_sku(v_prefix || v_combination.sku_tail), left(v_combination.title, 200), v_combination.position, v_combination.value_ids);
    v_created := v_created + 1;
  end loop;
  return private.remember_answer(v_person_id, generate_variants.idempotency_key, 'generate_variants', v_body, jsonb_build_object('created', v_created,
    'variants', (select coalesce(jsonb_agg(jsonb_build_object('id', variants.id, 'sku', variants.sku, 'title', variants.title, 'position', variants.position,
      'option_value_ids', variants.option_value_ids) order by variants.position, variants.sku), '[]') from public.variants where variants.product_id = v_product.id)));
end
$$;
comment on function private.generate_variants(uuid, jsonb, text, text) is 'Does the work of public.generate_variants.';
grant execute on function private.generate_variants(uuid, jsonb, text, text) to authenticated, service_role;

create function private.missing_combinations(product_id uuid)
returns table (value_ids uuid[], title text, sku_tail text, "position" integer)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if (select count(*) > 250 from private.all_combinations(missing_combinations.product_id)) then
    perform private.fail('invalid_options', 422, 'With what the product has already these are more than 250 combinations.', 'Split it into several products.');
  end if;
  return query
    select combinations.value_ids, combinations.title, combinations.sku_tail, combinations.place::integer
    from private.all_combinations(missing_combinations.product_id) with ordinality as combinations (value_ids, title, sku_tail, place)
    where not exists (
      select from public.variants where variants.product_id = missing_combinations.product_id and variants.option_value_ids = combinations.value_ids
    )
    order by combinations.place;
end
$$;
comment on function private.missing_combinations(uuid) is 'The combinations of a product''s option values that have no variant yet. Refuses invalid_options when there are more than 250 in all.';

create function private.all_combinations(product_id uuid)
returns table (value_ids uuid[], title text, sku_tail text)
language sql
volatile
security invoker
set search_path = ''
as $$
  with recursive ordered as (
    select product_options.id, row_number() over (order by product_options.position, product_options.title, product_options.id) as place
    from public.product_options where product_options.product_id = all_combinations.product_id
  ),
  grown as (
    select 0::bigint as place, '{}'::uuid[] as value_ids, '{}'::text[] as titles, '{}'::integer[] as places
    union all
    select ordered.place, grown.value_ids || product_option_values.id, grown.titles || product_option_values.title, grown.places || product_option_values.position
    from grown join ordered on ordered.place = grown.place + 1
    join public.product_option_values on product_option_values.option_id = ordered.id
    where cardinality(grown.value_ids) < 5
  )
  select grown.value_ids, array_to_string(grown.titles, ' / '),
    (select string_agg('-' || coalesce(nullif(regexp_replace(upper(word), '[^A-Z0-9]+', '', 'g'), ''), left(md5(word), 6)), '' order by place)
      from unnest(grown.titles) with ordinality as words (word, place))
  from grown where grown.place = (select max(ordered.place) from ordered)
  order by grown.places, grown.titles;
$$;
comment on function private.all_combinations(uuid) is 'Every combination of a product''s option values, in the order of options and values.';

create function public.generate_variants(product_id uuid, options jsonb, sku_prefix text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.generate_variants(generate_variants.product_id, generate_variants.options, generate_variants.sku_prefix, generate_variants.idempotency_key);
$$;
comment on function public.generate_variants(uuid, jsonb, text, text) is
  'Staff (catalog.write): gives a product options [{title, values}] and every missing combination a variant, SKU from sku_prefix (default: the slug); answers {created, variants}. '
  'Errors: permission_denied, product_not_found, invalid_options, idempotency_key_reused.';
grant execute on function public.generate_variants(uuid, jsonb, text, text) to authenticated, service_role;
