/*
Catalog, attributes: what products of a category say about themselves beyond title and text. Cars have mileage and fuel, shoes a size.

Promise: attributes of a product fit the schema of its category and of every category above it; those of a variant fit the part that the
schema asks of variants. What is required is there once the product is published. A schema cannot change under values that would break.
Under concurrency: who writes attributes shares the lock of the tree, who changes a schema or the tree has it alone, so neither passes the other.
*/

create table public.category_attributes (
  id uuid primary key default gen_random_uuid(),
  category_id uuid not null references public.categories (id) on delete cascade,
  key text not null,
  title text not null,
  type text not null,
  level text not null default 'product',
  required boolean not null default false,
  filterable boolean not null default true,
  unit text,
  min numeric,
  max numeric,
  choices text[],
  position integer not null default 0,
  translations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint category_attributes_have_a_key_of_their_own unique (category_id, key),
  constraint category_attributes_have_a_key_of_sane_form check (key ~ '^[a-z][a-z0-9_]{0,62}$'),
  constraint category_attributes_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200),
  constraint category_attributes_are_of_a_known_type check (type in ('text', 'integer', 'decimal', 'boolean', 'choice')),
  constraint category_attributes_are_at_a_known_level check (level in ('product', 'variant')),
  constraint category_attributes_have_a_short_unit check (length(btrim(unit)) between 1 and 20),
  constraint category_attributes_have_limits_when_they_are_numbers check ((min is null and max is null and unit is null) or type in ('integer', 'decimal')),
  constraint category_attributes_have_a_range_that_holds_something check (min <= max),
  constraint category_attributes_offer_choices_when_they_are_one check ((choices is not null) = (type = 'choice')),
  constraint category_attributes_offer_a_few_choices check (cardinality(choices) between 1 and 200 and array_position(choices, null) is null and array_position(choices, '') is null)
);
comment on table public.category_attributes is
  'The schema of attributes: what products (level product) or variants (level variant) of a category and of those below it say. A key is defined once on the way from the top down. '
  'translations: {locale: {title, choices: {choice: title}}}; values stay as choices has them, whatever the language.';

create function private.attribute_schema(category_id uuid)
returns setof public.category_attributes
language sql
stable
security invoker
set search_path = ''
as $$
  with recursive path as (
    select categories.id, categories.parent_id, categories.depth from public.categories where categories.id = attribute_schema.category_id
    union
    select categories.id, categories.parent_id, categories.depth from public.categories join path on categories.id = path.parent_id
  )
  select category_attributes.* from path join public.category_attributes on category_attributes.category_id = path.id
  order by path.depth, category_attributes.position, category_attributes.key;
$$;
comment on function private.attribute_schema(uuid) is 'What products and variants of a category may say: its own attributes after those of the categories above it.';
grant execute on function private.attribute_schema(uuid) to anon, authenticated, service_role;

create function private.value_problem(attribute public.category_attributes, value jsonb)
returns text
language sql
stable
security invoker
return case attribute.type
  when 'boolean' then case when jsonb_typeof(value) <> 'boolean' then 'is true or false' end
  when 'text' then case when jsonb_typeof(value) <> 'string' or length(btrim(value #>> '{}')) not between 1 and 500 then 'is a text of 1 to 500 characters' end
  when 'choice' then case when jsonb_typeof(value) <> 'string' or (value #>> '{}') <> all (attribute.choices) then 'is one of ' || array_to_string(attribute.choices, ', ') end
  else case
    when jsonb_typeof(value) <> 'number' then case attribute.type when 'integer' then 'is a whole number' else 'is a number' end
    when attribute.type = 'integer' and trunc((value #>> '{}')::numeric) <> (value #>> '{}')::numeric then 'is a whole number'
    when (value #>> '{}')::numeric < attribute.min then format('is at least %s', attribute.min)
    when (value #>> '{}')::numeric > attribute.max then format('is at most %s', attribute.max)
  end
end;
comment on function private.value_problem(public.category_attributes, jsonb) is 'Why a value does not fit its attribute, as the end of a sentence; null when it does. Inlined.';

create function private.attributes_problem(schema public.category_attributes[], attributes jsonb, level text, complete boolean)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_attribute public.category_attributes;
  v_left jsonb := attributes_problem.attributes;
  v_problem text;
begin
  foreach v_attribute in array attributes_problem.schema loop
    continue when v_attribute.level <> attributes_problem.level;
    if v_left ? v_attribute.key then
      v_problem := private.value_problem(v_attribute, v_left -> v_attribute.key);
      v_left := v_left - v_attribute.key;
    elsif attributes_problem.complete and v_attribute.required then
      v_problem := 'is required';
    end if;
    if v_problem is not null then
      return jsonb_build_object('key', v_attribute.key, 'problem', format('%s %s.', v_attribute.title, left(v_problem, 300)));
    end if;
  end loop;
  if v_left <> '{}' then
    v_problem := (select left(min(keys.key), 60) from jsonb_object_keys(v_left) as keys (key));
    return jsonb_build_object('key', v_problem, 'problem', format('The schema of the category has no attribute %s.', v_problem));
  end if;
  return null;
end
$$;
comment on function private.attributes_problem(public.category_attributes[], jsonb, text, boolean) is
  'The first attribute that does not fit the schema, as {key, problem}; null when all do. complete: what is required must be there.';

create function private.first_misfit(root_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_category_id uuid;
  v_schema public.category_attributes[];
  v_misfit jsonb;
begin
  for v_category_id in select * from private.category_subtree(first_misfit.root_id) loop
    v_schema := array(select schema from private.attribute_schema(v_category_id) as schema);
    select jsonb_build_object('product_id', misfits.id, 'slug', misfits.slug) || misfits.problem into v_misfit
    from (
      select products.id, products.slug, private.attributes_problem(v_schema, products.attributes, 'product', products.status = 'published') as problem
      from public.products where products.category_id = v_category_id
      union all
      select products.id, products.slug, private.attributes_problem(v_schema, variants.attributes, 'variant', products.status = 'published')
      from public.products join public.variants on variants.product_id = products.id where products.category_id = v_category_id
    ) as misfits
    where misfits.problem is not null limit 1;
    if v_misfit is not null then
      return v_misfit;
    end if;
  end loop;
  return null;
end
$$;
comment on function private.first_misfit(uuid) is 'A product in a category or below it whose attributes do not fit the schema as it is now, and why; null when all fit.';

create function private.refuse_broken_values(root_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_twice record;
  v_misfit jsonb;
begin
  select schema.key into v_twice
  from private.category_subtree(refuse_broken_values.root_id) as below (id) cross join lateral private.attribute_schema(below.id) as schema
  group by below.id, schema.key having count(*) > 1 limit 1;
  if found then
    perform private.fail('attribute_exists', 409, format('A category above or below defines %s already.', v_twice.key), 'Choose another key, or change that one.', v_twice.key);
  end if;
  v_misfit := private.first_misfit(refuse_broken_values.root_id);
  if v_misfit is not null then
    perform private.fail('attribute_in_use', 409, format('The product %s would no longer fit: %s', v_misfit ->> 'slug', v_misfit ->> 'problem'),
      'Change that product first.', v_misfit::text);
  end if;
end
$$;
comment on function private.refuse_broken_values(uuid) is 'Refuses attribute_exists and attribute_in_use when the schema of a category or of those below it contradicts itself or what is there.';

create function private.tg_category_attributes__check_translations()
returns trigger
language plpgsql
volatile
security definer -- refuses by a function that the writer may not call
set search_path = ''
as $$
declare
  -- the titles are checked as everywhere, without the choices
  v_titles constant jsonb := case when jsonb_typeof(new.translations) = 'object' then (
    select jsonb_object_agg(locales.key, case when jsonb_typeof(locales.value) = 'object' then locales.value - 'choices' else locales.value end)
    from jsonb_each(new.translations) as locales) else new.translations end;
  v_problem text := private.translations_problem(v_titles, array['title']);
  v_locale text;
  v_choices jsonb;
begin
  for v_locale, v_choices in
    select locales.key, locales.value -> 'choices' from jsonb_each(case when v_problem is null then new.translations else '{}' end) as locales where locales.value ? 'choices'
  loop
    v_problem := coalesce(v_problem, case when jsonb_typeof(v_choices) <> 'object' then format('The choices in %s are an object of texts.', v_locale) end, (
      select case
        when said.key <> all (coalesce(new.choices, '{}')) then format('%s in %s is none of the choices.', left(said.key, 100), v_locale)
        else format('The choice %s in %s is not a text of 1 to 200 characters.', left(said.key, 100), v_locale) end
      from jsonb_each(case when jsonb_typeof(v_choices) = 'object' then v_choices else '{}' end) as said
      where said.key <> all (coalesce(new.choices, '{}')) or jsonb_typeof(said.value) <> 'string' or length(btrim(said.value #>> '{}')) not between 1 and 200
      limit 1));
  end loop;
  if v_problem is not null then
    perform private.fail('invalid_translations', 422, v_problem,
      'Send {"en": {"title": "…", "choices": {"<choice>": "…"}}}; locales are id and en, texts may be left out, and a choice that goes takes its texts with it.');
  end if;
  return new;
end
$$;
comment on function private.tg_category_attributes__check_translations() is
  'translations is {locale: {title, choices: {choice: text}}} with choices that the attribute has. What is not translated is read in the base text.';

create function private.tg_category_attributes__lock_tree()
returns trigger
language plpgsql
volatile
security definer -- takes the lock that every writer of the tree takes
set search_path = ''
as $$
begin
  perform private.lock_category_tree();
  return coalesce(new, old);
end
$$;
comment on function private.tg_category_attributes__lock_tree() is 'A schema is changed by one at a time, and while nobody writes attributes.';

create function private.tg_category_attributes__keep_values()
returns trigger
language plpgsql
volatile
security definer -- looks at drafts too
set search_path = ''
as $$
begin
  if tg_table_name = 'categories' then
    perform private.refuse_broken_values(new.id);
  elsif exists (select from public.categories where categories.id = old.category_id) then -- else it goes with its category, which is empty
    perform private.refuse_broken_values(old.category_id);
  elsif tg_op = 'INSERT' then
    perform private.refuse_broken_values(new.category_id);
  end if;
  return null;
end
$$;
comment on function private.tg_category_attributes__keep_values() is 'Refuses a change of a schema, or a move in the tree, that existing products would not survive.';

create trigger _100_stamp_update before update on public.category_attributes for each row execute function private.tg__stamp_update();
create trigger _110_check_translations before insert or update of translations, choices on public.category_attributes
  for each row when (new.translations <> '{}') execute function private.tg_category_attributes__check_translations();
create trigger _200_lock_tree before insert or update or delete on public.category_attributes for each row execute function private.tg_category_attributes__lock_tree();
create trigger _300_keep_values after insert or update or delete on public.category_attributes for each row execute function private.tg_category_attributes__keep_values();
create trigger _900_audit after insert or update or delete on public.category_attributes for each row execute function private.tg__audit('id');
create trigger _300_keep_values after update of parent_id on public.categories for each row when (old.parent_id is distinct from new.parent_id)
  execute function private.tg_category_attributes__keep_values();

alter table public.category_attributes enable row level security;
create policy select_anyone on public.category_attributes for select to anon, authenticated using (true);
create policy insert_staff on public.category_attributes for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.category_attributes for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.category_attributes for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.category_attributes to anon, authenticated, service_role;
grant insert (category_id, key, title, type, level, required, filterable, unit, min, max, choices, position, translations)
  on public.category_attributes to authenticated, service_role;
grant update (key, title, type, level, required, filterable, unit, min, max, choices, position, translations)
  on public.category_attributes to authenticated, service_role;
grant delete on public.category_attributes to authenticated, service_role;
-- not granted: update of category_id. An attribute stays where it was defined.

-- values -----------------------------------------------------------------------------------------------------------------------------

create function private.tg_products__check_attributes()
returns trigger
language plpgsql
volatile
security definer -- shares a lock, and looks at variants, whoever writes
set search_path = ''
as $$
declare
  v_schema public.category_attributes[];
  v_problem jsonb;
begin
  if new.category_id is null and new.attributes = '{}' and (tg_op = 'INSERT' or old.category_id is null) then
    return null;
  end if;
  perform private.share_category_tree();
  v_schema := array(select schema from private.attribute_schema(new.category_id) as schema);
  v_problem := private.attributes_problem(v_schema, new.attributes, 'product', new.status = 'published');
  if v_problem is null and tg_op = 'UPDATE' and (new.category_id is distinct from old.category_id or new.status <> old.status) then
    select private.attributes_problem(v_schema, variants.attributes, 'variant', new.status = 'published') || jsonb_build_object('sku', variants.sku) into v_problem
    from public.variants
    where variants.product_id = new.id and private.attributes_problem(v_schema, variants.attributes, 'variant', new.status = 'published') is not null limit 1;
  end if;
  if v_problem is not null then
    perform private.fail('invalid_attributes', 422, v_problem ->> 'problem', 'Read attribute_schema of the category for what it takes.', v_problem::text);
  end if;
  return null;
end
$$;
comment on function private.tg_products__check_attributes() is 'Attributes fit the schema of the category; a published product has all that are required, its variants too.';

create function private.tg_variants__check_attributes()
returns trigger
language plpgsql
volatile
security definer -- shares a lock, and looks at the product, whoever writes
set search_path = ''
as $$
declare
  v_product public.products;
  v_problem jsonb;
begin
  -- a product that is being published is waited for, and then found published
  select * into v_product from public.products where products.id = new.product_id for share;
  if v_product.category_id is null and new.attributes = '{}' then
    return null;
  end if;
  perform private.share_category_tree();
  select * into v_product from public.products where products.id = new.product_id;
  v_problem := private.attributes_problem(array(select schema from private.attribute_schema(v_product.category_id) as schema),
    new.attributes, 'variant', v_product.status = 'published');
  if v_problem is not null then
    perform private.fail('invalid_attributes', 422, v_problem ->> 'problem', 'Read attribute_schema of the category for what it takes.', v_problem::text);
  end if;
  return null;
end
$$;
comment on function private.tg_variants__check_attributes() is 'Attributes of a variant fit what the schema of the category asks of variants.';

create trigger _310_check_attributes after insert or update of attributes, category_id, status on public.products
  for each row when (not private.is_importing()) execute function private.tg_products__check_attributes();
create trigger _310_check_attributes after insert or update of attributes on public.variants
  for each row when (not private.is_importing()) execute function private.tg_variants__check_attributes();

create function public.attribute_schema(category_id uuid, locale text default null)
returns table (
  id uuid, category_id uuid, key text, title text, type text, level text, required boolean, filterable boolean,
  unit text, min numeric, max numeric, choices text[], choice_titles jsonb, "position" integer
)
language sql
stable
security invoker
set search_path = ''
as $$
  select schema.id, schema.category_id, schema.key, coalesce(schema.translations -> lower(left(attribute_schema.locale, 2)) ->> 'title', schema.title), schema.type, schema.level,
    schema.required, schema.filterable, schema.unit, schema.min, schema.max, schema.choices, (
      select jsonb_object_agg(choice, coalesce(schema.translations -> lower(left(attribute_schema.locale, 2)) -> 'choices' ->> choice, choice)) from unnest(schema.choices) as choice),
    schema.position
  from private.attribute_schema(attribute_schema.category_id) as schema;
$$;
comment on function public.attribute_schema(uuid, text) is
  'What products (level product) and variants (level variant) of a category say about themselves: its own attributes after those of the categories above it. '
  'choices are the values to write and filter by, choice_titles what each is called in the locale (id or en).';
grant execute on function public.attribute_schema(uuid, text) to anon, authenticated, service_role;
