/*
Catalog, search: what was asked, checked, and what fits it.

Promise: nobody without catalog.read finds what is not on sale; what cannot be asked is refused with a sentence.
Under concurrency: reads only. What is searched stands in the file before this one; units are read from their slots; pages have a file of their own.
*/

create type private.catalog_search as (
  words text, query tsquery, alike boolean, likeness real, statuses text[], kinds text[], category_ids uuid[], tags text[], facts text[], others jsonb, attributes jsonb, in_stock boolean,
  min_amount bigint, max_amount bigint, currency text, sort text, locale text, asked text, after_key text, after_id uuid, max_rows integer
);
comment on type private.catalog_search is
  'A search that was checked: words as compared (null: none) and as they are looked up, the filters (facts: one attribute''s choices, for the index; others: what is asked beside them, null: nothing; attributes: all of them), and after which product it goes on.';

create function private.refuse_search(problem text)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if refuse_search.problem is not null then
    perform private.fail('invalid_search', 422, refuse_search.problem, 'Correct it, or leave it out.');
  end if;
end
$$;
comment on function private.refuse_search(text) is 'Refuses invalid_search with this sentence, if there is one.';

create function private.text_choices(value jsonb)
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
  select case jsonb_typeof(text_choices.value)
    when 'string' then array[text_choices.value #>> '{}']
    when 'array' then array(select each.value #>> '{}' from jsonb_array_elements(text_choices.value) as each where jsonb_typeof(each.value) in ('string', 'number', 'boolean'))
    when 'number' then array[text_choices.value #>> '{}']
    when 'boolean' then array[text_choices.value #>> '{}']
  end;
$$;
comment on function private.text_choices(jsonb) is 'One choice or a list of them as texts; null when it is neither.';

create function private.unwrapped_json(value jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case when jsonb_typeof(unwrapped_json.value) = 'string' then (unwrapped_json.value #>> '{}')::jsonb else unwrapped_json.value end;
exception when invalid_text_representation or untranslatable_character then
  return unwrapped_json.value;
end
$$;
comment on function private.unwrapped_json(jsonb) is 'The JSON inside a JSON text: in a GET, PostgREST gives an argument of type jsonb as the text it found in the address.';

create function private.check_catalog_filters(filters jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_key text;
  v_value jsonb;
begin
  perform private.refuse_search(case when jsonb_typeof(filters) <> 'object' then 'Filters are an object such as {"kind": ["course"], "in_stock": true}.' end);
  for v_key, v_value in select * from jsonb_each(filters) loop
    perform private.refuse_search(case
      when v_key not in ('kind', 'category', 'tags', 'in_stock', 'price', 'attributes', 'status')
        then format('There is no filter %s; those there are: kind, category, tags, in_stock, price, attributes, status.', left(v_key, 40))
      when v_key = 'in_stock' and jsonb_typeof(v_value) <> 'boolean' then 'in_stock is true or false.'
      when v_key in ('kind', 'tags', 'status') and (coalesce(cardinality(private.text_choices(v_value)), 0) not between 1 and 50) then format('%s is a text or a list of 1 to 50 texts.', v_key)
      when v_key = 'kind' and not private.text_choices(v_value) <@ array['course', 'physical', 'digital', 'bundle', 'gift_card'] then 'A kind is course, physical, digital, bundle or gift_card.'
      when v_key = 'status' and not private.text_choices(v_value) <@ array['draft', 'published', 'archived'] then 'A status is draft, published or archived.'
      when v_key = 'category' and jsonb_typeof(v_value) <> 'string' then 'category is the id or the slug of one category.'
      when v_key in ('price', 'attributes') and jsonb_typeof(v_value) <> 'object' then format('%s is an object.', v_key)
      when v_key = 'price' and exists (
        select from jsonb_each(v_value) as limits where limits.key not in ('min', 'max') or limits.value::text !~ '^[0-9]{1,15}$'
      ) then 'price is {min, max}, either may be left out, in whole minor units of the currency.'
      when v_key = 'price' and (v_value ->> 'min')::bigint > (v_value ->> 'max')::bigint then 'The min of price is more than its max.'
    end);
  end loop;
  if filters ? 'status' and not private.is_service() and not private.has_permission('catalog.read') then
    perform private.fail('permission_denied', 403, 'Only staff with catalog.read see what is not on sale.', 'Leave the filter status out.');
  end if;
end
$$;
comment on function private.check_catalog_filters(jsonb) is 'Refuses invalid_search for filters that do not exist or cannot be, and permission_denied for status without catalog.read.';

create function private.read_attribute_filters(attributes jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_key text;
  v_value jsonb;
  v_read jsonb := '{}';
begin
  for v_key, v_value in select * from jsonb_each(attributes) loop
    perform private.refuse_search(case
      when not exists (select from public.category_attributes where category_attributes.key = v_key and category_attributes.filterable)
        then format('There is no attribute %s to filter by.', left(v_key, 63))
      when jsonb_typeof(v_value) = 'object' and (v_value = '{}' or exists (
        select from jsonb_each(v_value) as limits where limits.key not in ('min', 'max') or jsonb_typeof(limits.value) <> 'number' or length(limits.value::text) > 30))
        then format('The range of %s is {min, max} in numbers; either may be left out.', v_key)
      when jsonb_typeof(v_value) <> 'object' and (coalesce(cardinality(private.text_choices(v_value)), 0) not between 1 and 50)
        then format('%s is a value, a list of 1 to 50 values, or a range {min, max}.', v_key)
    end);
    v_read := v_read || jsonb_build_object(v_key, case when jsonb_typeof(v_value) = 'object' then v_value
      else to_jsonb(array(select v_key || '=' || choice from unnest(private.text_choices(v_value)) as choice)) end);
  end loop;
  perform private.refuse_search(case when (select count(*) from jsonb_object_keys(v_read)) > 20 then 'At most 20 attributes are filtered by at once.' end);
  return nullif(v_read, '{}');
end
$$;
comment on function private.read_attribute_filters(jsonb) is 'Attribute filters as {key: [key=value, …] or {min, max}}, null when there are none. Refuses invalid_search.';

create function private.forms_of(words text)
returns tsquery
language sql
immutable
security invoker
return plainto_tsquery('pg_catalog.english', words) || plainto_tsquery('pg_catalog.indonesian', words) || plainto_tsquery('pg_catalog.simple', words);
comment on function private.forms_of(text) is 'Words in any of the languages. Inlined.';

create function private.choices_called(word text)
returns tsquery
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_choice text;
  v_query tsquery := '';
begin
  for v_choice in select distinct choice_titles.choice from private.choice_titles where choice_titles.words @@ private.forms_of(choices_called.word) limit 20 loop
    v_query := v_query || private.forms_of(v_choice);
  end loop;
  return v_query;
end
$$;
comment on function private.choices_called(text) is
  'What to look up for a word that choices of attributes are called by in some language: the values themselves, which the search holds. So a new translation is found at once and no product is written.';

create function private.search_query(words text)
returns tsquery
language sql
stable
security invoker
set search_path = ''
as $$
  with each as (
    select part.word, part.place, to_tsvector('pg_catalog.english', part.word) = '' or to_tsvector('pg_catalog.indonesian', part.word) = '' as is_filler
    from unnest(string_to_array(search_query.words, ' ')) with ordinality as part (word, place) limit 16
  )
  -- a word in any of the languages, and all words; fillers (the, dan) count only when there is nothing else
  select string_agg('(' || (private.forms_of(each.word) || private.choices_called(each.word))::text || ')', ' & ' order by each.place)::tsquery
  from each
  where numnode(plainto_tsquery('pg_catalog.simple', each.word)) > 0 and (not each.is_filler or not exists (select from each as other where not other.is_filler));
$$;
comment on function private.search_query(text) is 'What to look up for these words: each in its forms in every language of the shop, and the choices of attributes that are called so. Null when there is none.';

create function private.read_catalog_search(q text, filters jsonb, sort text, currency text, locale text, max_rows integer)
returns private.catalog_search
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_search private.catalog_search;
  v_filters jsonb := coalesce(private.unwrapped_json(read_catalog_search.filters), '{}');
begin
  perform private.refuse_search(case
    when length(q) > 100 then 'The words to search for have at most 100 characters.'
    when max_rows not between 1 and 100 then 'A page has 1 to 100 products.'
    when sort not in ('relevance', 'newest', 'price_asc', 'price_desc', 'title') then 'A sort is relevance, newest, price_asc, price_desc or title.'
  end);
  perform private.check_catalog_filters(v_filters);
  v_search.words := nullif(private.search_text(q), '');
  v_search.query := private.search_query(v_search.words);
  v_search.alike := false;
  v_search.likeness := case when length(v_search.words) < 6 then 0.5 else 0.4 end; -- short words are alike soon
  v_search.statuses := private.text_choices(v_filters -> 'status');
  v_search.kinds := private.text_choices(v_filters -> 'kind');
  v_search.tags := private.text_choices(v_filters -> 'tags');
  v_search.in_stock := (v_filters ->> 'in_stock')::boolean;
  v_search.min_amount := (v_filters -> 'price' ->> 'min')::bigint;
  v_search.max_amount := (v_filters -> 'price' ->> 'max')::bigint;
  v_search.attributes := private.read_attribute_filters(coalesce(v_filters -> 'attributes', '{}'));
  select array(select jsonb_array_elements_text(chosen.value)), nullif(v_search.attributes - chosen.key, '{}') into v_search.facts, v_search.others
  from jsonb_each(v_search.attributes) as chosen where jsonb_typeof(chosen.value) = 'array' order by jsonb_array_length(chosen.value), chosen.key limit 1; -- what is narrow comes by the index
  if not found then
    v_search.others := v_search.attributes;
  end if;
  if v_filters ? 'category' then
    v_search.category_ids := array(select private.category_subtree(categories.id) from public.categories where v_filters ->> 'category' in (categories.slug, categories.id::text));
    perform private.refuse_search(case when v_search.category_ids = '{}' then 'There is no such category.' end);
  end if;
  v_search.currency := coalesce(read_catalog_search.currency, private.setting('default_currency') #>> '{}');
  if not exists (select from public.currencies where currencies.code = v_search.currency and currencies.retired_at is null) then
    perform private.fail('currency_not_supported', 422, 'The shop does not sell in this currency.', 'Take one of the table currencies.');
  end if;
  v_search.sort := coalesce(read_catalog_search.sort, case when v_search.words is null then 'newest' else 'relevance' end);
  if v_search.sort = 'relevance' and v_search.words is null then
    v_search.sort := 'newest';
  end if;
  v_search.locale := private.short_locale(read_catalog_search.locale);
  v_search.max_rows := coalesce(read_catalog_search.max_rows, 20);
  v_search.asked := left(md5(jsonb_build_array(v_search.words, v_filters, v_search.sort, v_search.currency, case v_search.sort when 'title' then v_search.locale end)::text), 8);
  return v_search;
end
$$;
comment on function private.read_catalog_search(text, jsonb, text, text, text, integer) is 'A search as it was asked, checked and with the caller''s rights. Refuses invalid_search, permission_denied, currency_not_supported.';

-- what fits --------------------------------------------------------------------------------------------------------------------------

create function private.stock_now(product_id uuid, kind text, counted_variants uuid[], has_uncounted boolean, variant_ids uuid[] default null)
returns table (in_stock boolean)
language sql
stable
security invoker
begin atomic
  select stock_now.has_uncounted and (stock_now.variant_ids is null or not stock_now.variant_ids <@ stock_now.counted_variants)
    or exists (select from public.stock_slots where stock_slots.variant_id = any (stock_now.counted_variants) and stock_slots.available > 0
      and (stock_now.variant_ids is null or stock_slots.variant_id = any (stock_now.variant_ids))
      and (stock_slots.slot < 128 or not exists (
        select from public.variants where variants.id = stock_slots.variant_id and variants.stock_mode = 'preorder' and variants.preorder_ships_at <= now())))
    or stock_now.kind = 'course' and exists (
      select from public.intakes join public.variants on variants.id = intakes.variant_id
      where intakes.product_id = stock_now.product_id and (stock_now.variant_ids is null or variants.id = any (stock_now.variant_ids)) and intakes.enroll_opens_at <= now() and (intakes.enroll_closes_at is null or intakes.enroll_closes_at > now())
        and (variants.stock_mode = 'none' or exists (select from public.stock_slots where stock_slots.variant_id = variants.id and stock_slots.available > 0)))
    or stock_now.kind = 'bundle' and exists (
      select from public.variants where variants.product_id = stock_now.product_id and (stock_now.variant_ids is null or variants.id = any (stock_now.variant_ids))
        and coalesce(private.sellable_units(variants.id), 1) > 0);
end;
comment on function private.stock_now(uuid, text, uuid[], boolean, uuid[]) is
  'Whether one unit at least of a product, or of these variants of it, can be bought now: uncounted, with a free unit, a course with an intake that is open and has a seat, a bundle whose parts are there. Inlined.';

create function private.missed_attributes(facts text[], numbers jsonb, wanted jsonb)
returns table (misses text[])
language sql
immutable
security invoker
begin atomic
  select array(
    select 'attributes.' || chosen.key from jsonb_each(missed_attributes.wanted) as chosen
    where not case jsonb_typeof(chosen.value)
      when 'array' then jsonb_exists_any(chosen.value, missed_attributes.facts)
      else exists (
        select from jsonb_array_elements(missed_attributes.numbers -> chosen.key) as number
        where number::numeric between coalesce((chosen.value ->> 'min')::numeric, '-infinity') and coalesce((chosen.value ->> 'max')::numeric, 'infinity'))
    end);
end;
comment on function private.missed_attributes(text[], jsonb, jsonb) is
  'The attribute filters that a product does not fit, each as attributes.<key>. A row, since a table is inlined and a value with a query in it is not: a call for each product takes seconds.';

create function private.fits_attribute(attributes jsonb, key text, wanted jsonb)
returns boolean
language sql
immutable
security invoker
return coalesce(case
  when jsonb_typeof(wanted) = 'array' then jsonb_exists(wanted, key || '=' || (attributes ->> key))
  when jsonb_typeof(attributes -> key) = 'number' then (attributes ->> key)::numeric between coalesce((wanted ->> 'min')::numeric, '-infinity') and coalesce((wanted ->> 'max')::numeric, 'infinity')
end, false);
comment on function private.fits_attribute(jsonb, text, jsonb) is 'Whether what one variant says fits the filter by this attribute. Inlined.';

create function private.fitting_variants(differing jsonb, wanted jsonb)
returns table (variant_ids uuid[])
language sql
immutable
security invoker
begin atomic
  select case when fitting_variants.differing is not null and fitting_variants.wanted is not null then array(
    select variants.key::uuid from jsonb_each(fitting_variants.differing) as variants
    where not exists (select from jsonb_each(fitting_variants.wanted) as chosen where not private.fits_attribute(variants.value, chosen.key, chosen.value))) end;
end;
comment on function private.fitting_variants(jsonb, jsonb) is
  'The variants of which all attribute filters are true at once: red in S is no red in M beside a blue in S. Null when that need not be asked, as nothing is filtered or the variants do not differ. A row, as missed_attributes.';
