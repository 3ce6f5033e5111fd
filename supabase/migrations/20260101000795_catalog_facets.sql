/*
Catalog, facets and suggestions: what other choices would leave of a search, the answer as shops show it, and what a search box proposes.

Promise: a facet leaves its own filter out and heeds all others, so its counts add up to what is found without that filter. Of a product whose variants
differ one variant fits all filters by attributes, and that one is in stock.
Under concurrency: reads only.
*/

create function private.counted_titles(counts jsonb, category_ids uuid[], locale text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return coalesce((
    select jsonb_object_agg(titled.key, titled.titles) from (
      select distinct on (category_attributes.key) category_attributes.key, jsonb_build_object(
        'title', coalesce(category_attributes.translations -> counted_titles.locale ->> 'title', category_attributes.title), 'unit', category_attributes.unit,
        'choices', case when category_attributes.type = 'choice' then (
          select jsonb_object_agg(counted.choice, coalesce(
            (select other.translations -> counted_titles.locale -> 'choices' ->> counted.choice from public.category_attributes as other
              where other.key = category_attributes.key and counted.choice = any (other.choices) order by other.category_id <> category_attributes.category_id, other.id limit 1),
            counted.choice))
          from jsonb_object_keys(counted_titles.counts -> category_attributes.key) as counted (choice)) end) as titles
      from public.category_attributes join public.categories on categories.id = category_attributes.category_id
      where counted_titles.counts ? category_attributes.key
      -- the same key may mean another thing in another branch: the branch that is searched goes first
      order by category_attributes.key, (category_attributes.category_id = any (counted_titles.category_ids)
        or category_attributes.id in (select schema.id from private.attribute_schema(counted_titles.category_ids[1]) as schema)) is not true,
        category_attributes.type <> 'choice', categories.depth, category_attributes.id
    ) as titled
  ), '{}');
end
$$;
comment on function private.counted_titles(jsonb, uuid[], text) is 'What the attributes and choices of a facet, {key: {choice: count}}, are called in a locale, as {key: {title, unit, choices}}.';

create function private.heeding_stock(found bigint, known bigint, there bigint, in_stock boolean, share numeric)
returns bigint
language sql
immutable
security invoker
return case when in_stock is null then found when known = found then there else greatest(1, round(found * (there + share) / (known + 1)))::bigint end;
comment on function private.heeding_stock(bigint, bigint, bigint, boolean, numeric) is
  'How many of the found fit the filter in_stock (null: not asked): counted when all are known, else estimated from those that are and, where these are few, from the share among all. Inlined.';

create function private.product_facets(search private.catalog_search)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- as private.product_page
set jit = 'off'
set work_mem = '32MB' -- a catalogue of 100 000 products fits
set enable_sort = 'off' -- the planner expects few rows and would sort many by their texts: hashing groups them in a fraction
as $$
declare
  v_few constant integer := 10000; -- units are looked up one by one
  v_sample constant integer := 4000; -- and among more for this many
  -- known before the query is planned, so that what is not asked costs nothing for each product
  v_is_open constant boolean := search.kinds is null and search.category_ids is null and search.min_amount is null and search.max_amount is null and search.attributes is null;
  v_by_variant constant boolean := exists (select from public.category_attributes where category_attributes.level = 'variant' and search.attributes ? category_attributes.key);
  v_listed text[] := array(
    select distinct category_attributes.key from public.category_attributes where category_attributes.filterable and category_attributes.type in ('choice', 'boolean'));
  v_mixed constant boolean := exists (select from public.category_attributes where category_attributes.type in ('integer', 'decimal') and category_attributes.key = any (v_listed));
  v_facets jsonb;
begin
  v_facets := (
    with found as materialized (
      select product_search.product_id, product_search.kind, product_search.category_id, case when v_mixed then product_search.facts else product_search.choices end as choices, product_prices.lowest_amount,
        case when v_by_variant or search.in_stock is not null then product_search.differing end as differing,
        case when v_is_open then '{}' else array_remove(array[
          case when product_search.kind <> all (search.kinds) then 'kind' end,
          case when search.category_ids is not null and (product_search.category_id = any (search.category_ids)) is not true then 'category' end,
          case when search.min_amount is not null and (product_prices.lowest_amount >= search.min_amount) is not true
            or search.max_amount is not null and (product_prices.lowest_amount <= search.max_amount) is not true then 'price' end
        ], null) || case when search.attributes is null then '{}' else (select missed.misses
          from private.missed_attributes(product_search.facts, product_search.numbers, search.attributes) as missed) end end as misses
      from private.product_search
      left join private.product_prices on product_prices.product_id = product_search.product_id and product_prices.currency = search.currency
      where (product_search.status = any (search.statuses)
          or search.statuses is null and private.is_on_sale(product_search.status, product_search.publish_at, product_search.unpublish_at))
        and (search.words is null or search.alike or product_search.words @@ search.query)
        and (search.words is null or not search.alike or product_search.content operator(extensions.%>) search.words or product_search.content like private.search_pattern(search.words))
        and (search.tags is null or product_search.tags && search.tags)
    ), size as materialized (
      select count(*) as found from found
    ), looked as materialized (
      -- of very many only some are looked up, the same ones every time
      select found.product_id, found.kind, found.category_id, found.choices, found.lowest_amount, found.misses, chosen.is_looked_up, case when v_by_variant or chosen.is_looked_up then found.differing end as differing
      from found cross join size
      cross join lateral (select size.found <= v_few or (uuid_hash_extended(found.product_id, 0) & 1048575) * size.found < v_sample * 1048576::bigint as is_looked_up) as chosen
      where cardinality(found.misses) <= 1
    ), variants as materialized (
      -- what is asked of a variant: the filters by attributes that it misses, and whether it is in stock
      select looked.product_id, looked.kind, looked.category_id, looked.lowest_amount, looked.misses[1] as missed_by_all, each.value as attributes, missed.misses, case when looked.is_looked_up then (
        select units.in_stock from private.product_search
        cross join lateral private.stock_now(product_search.product_id, product_search.kind, product_search.counted_variants, product_search.has_uncounted, array[each.key::uuid]) as units
        where product_search.product_id = looked.product_id) end as in_stock
      from looked
      cross join lateral jsonb_each(looked.differing) as each
      cross join lateral (
        select coalesce(array_agg('attributes.' || chosen.key), '{}') as misses from jsonb_each(search.attributes) as chosen
        where not private.fits_attribute(each.value, chosen.key, chosen.value)
      ) as missed
      where looked.differing is not null and cardinality(missed.misses) <= 1
    ), fits as (
      select looked.kind, looked.category_id, looked.choices, looked.lowest_amount, looked.misses[1] as missed,
        case when looked.is_looked_up and (search.in_stock is not null or looked.misses = '{}') then (
          select units.in_stock from private.product_search
          cross join lateral private.stock_now(product_search.product_id, product_search.kind, product_search.counted_variants, product_search.has_uncounted) as units
          where product_search.product_id = looked.product_id) end as in_stock
      from looked where looked.differing is null
      union all
      -- a product by those of its variants that fit
      select variants.kind, variants.category_id, '{}', variants.lowest_amount, variants.missed_by_all, bool_or(variants.in_stock)
      from variants where variants.misses = '{}' group by variants.product_id, 1, 2, 4, 5
      union all
      -- its choices of an attribute by those that miss no other filter
      select min(variants.kind), variants.category_id, array[said.key || '=' || said.value], variants.lowest_amount, 'attributes.' || said.key, bool_or(variants.in_stock)
      from variants cross join lateral jsonb_each_text(variants.attributes) as said
      where said.key = any (v_listed) and variants.misses <@ array['attributes.' || said.key] and coalesce(variants.missed_by_all, '') in ('', 'attributes.' || said.key)
      group by variants.product_id, variants.category_id, variants.lowest_amount, said.key, said.value
    ), groups as materialized (
      -- products that are alike in all that is counted, once: most catalogues have few kinds of them
      select fits.kind, fits.category_id, fits.choices, fits.missed, count(*) as found, count(fits.in_stock) as known,
        count(*) filter (where fits.in_stock = search.in_stock) as there, count(*) filter (where fits.in_stock) as in_stock,
        min(fits.lowest_amount) filter (where (fits.in_stock <> search.in_stock) is not true) as lowest_amount,
        max(fits.lowest_amount) filter (where (fits.in_stock <> search.in_stock) is not true) as highest_amount
      from fits group by 1, 2, 3, 4
    ), whole as materialized (
      select coalesce(sum(groups.found), 0)::bigint as found, coalesce(sum(groups.known), 0)::bigint as known, coalesce(sum(groups.there), 0)::bigint as there,
        coalesce(sum(groups.in_stock), 0) as in_stock, coalesce(sum(groups.there) / nullif(sum(groups.known), 0), 1) as share
      from groups where groups.missed is null
    ), facets as (
      select facet.name, facet.choice, private.heeding_stock(sum(facet.found)::bigint, sum(facet.known)::bigint, sum(facet.there)::bigint, search.in_stock, whole.share) as found
      from (
        select 'kind' as name, groups.kind as choice, groups.found, groups.known, groups.there from groups where groups.missed is null or groups.missed = 'kind'
        union all
        select 'category', groups.category_id::text, groups.found, groups.known, groups.there from groups
        where (groups.missed is null or groups.missed = 'category') and groups.category_id is not null
        union all
        select 'attributes.' || split_part(said.fact, '=', 1), substr(said.fact, strpos(said.fact, '=') + 1), said.found, said.known, said.there
        from (
          select fact, groups.missed, sum(groups.found) as found, sum(groups.known) as known, sum(groups.there) as there from groups cross join unnest(groups.choices) as fact group by 1, 2
        ) as said
        where split_part(said.fact, '=', 1) = any (v_listed) and (said.missed is null or said.missed = 'attributes.' || split_part(said.fact, '=', 1))
      ) as facet cross join whole
      group by 1, 2, whole.share
    )
    select jsonb_build_object(
      'total', case when whole.found > 0 then private.heeding_stock(whole.found, whole.known, whole.there, search.in_stock, whole.share) else 0 end,
      'exact', search.in_stock is null or size.found <= v_few,
      'kind', (select coalesce(jsonb_object_agg(facets.choice, facets.found), '{}') from facets where facets.name = 'kind' and facets.found > 0),
      'in_stock', (select jsonb_build_object('true', said.found, 'false', whole.found - said.found)
        from (select coalesce(round(whole.found * whole.in_stock / nullif(whole.known, 0)), 0)::bigint as found) as said),
      'in_stock_exact', size.found <= v_few,
      'price', (select jsonb_build_object('currency', search.currency, 'min', min(groups.lowest_amount), 'max', max(groups.highest_amount))
        from groups where groups.missed is null or groups.missed = 'price'),
      'category', private.roll_up_categories((select coalesce(jsonb_object_agg(facets.choice, facets.found), '{}') from facets where facets.name = 'category' and facets.found > 0), search.locale),
      'attributes', (select coalesce(jsonb_object_agg(each.key, each.choices), '{}') from (
        select substr(facets.name, 12) as key, jsonb_object_agg(facets.choice, facets.found) as choices from facets where facets.name like 'attributes.%' and facets.found > 0 group by 1) as each)
    ) from whole cross join size
  );
  return v_facets || jsonb_build_object('attribute_titles', private.counted_titles(v_facets -> 'attributes', search.category_ids, search.locale));
end
$$;
comment on function private.product_facets(private.catalog_search) is 'How many products fit, and how many each choice of a filter would leave, each filter apart from itself. Among more than 10 000 products the units of 4 000 are looked up, and what heeds them is estimated: in_stock_exact, and exact where that filter was asked for, say so.';

create function private.roll_up_categories(counts jsonb, locale text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with recursive up as (
    select categories.id, categories.parent_id, counted.value::text::bigint as found
    from jsonb_each(roll_up_categories.counts) as counted join public.categories on categories.id = counted.key::uuid
    union all
    select categories.id, categories.parent_id, up.found from up join public.categories on categories.id = up.parent_id
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', categories.id, 'parent_id', categories.parent_id, 'slug', categories.slug,
    'title', coalesce(categories.translations -> roll_up_categories.locale ->> 'title', categories.title), 'count', summed.found)
    order by categories.depth, categories.position, categories.title, categories.id), '[]')
  from (select up.id, sum(up.found)::bigint as found from up group by 1) as summed join public.categories on categories.id = summed.id;
$$;
comment on function private.roll_up_categories(jsonb, text) is 'Counts of categories with those of everything below them, from the top down.';

create function private.found_cards(product_ids uuid[], search private.catalog_search)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(card.value || jsonb_build_object('status', product_search.status, 'in_stock', stock.in_stock) order by card.place), '[]')
    from jsonb_array_elements(private.product_cards(found_cards.product_ids, search.locale, search.currency)) with ordinality as card (value, place)
    join private.product_search on product_search.product_id = (card.value ->> 'id')::uuid
    cross join lateral private.fitting_variants(product_search.differing, search.attributes) as fitting
    cross join lateral private.stock_now(product_search.product_id, product_search.kind, product_search.counted_variants, product_search.has_uncounted, fitting.variant_ids) as stock
  );
end
$$;
comment on function private.found_cards(uuid[], private.catalog_search) is 'private.product_cards, each with its status and whether it is in stock, of its variants those that fit the filters by attributes.';

-- verbs ------------------------------------------------------------------------------------------------------------------------------

create function private.has_words(query tsquery, statuses text[])
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
set enable_seqscan = 'off' -- the planner would bet on an early hit, and read everything when there is none
as $$
begin
  return exists (
    select from private.product_search
    where product_search.words @@ has_words.query and (product_search.status = any (has_words.statuses)
      or has_words.statuses is null and private.is_on_sale(product_search.status, product_search.publish_at, product_search.unpublish_at)));
end
$$;
comment on function private.has_words(tsquery, text[]) is 'Whether anything on sale, or in these statuses, has the words.';

create function private.continue_catalog_search(search private.catalog_search, cursor text)
returns private.catalog_search
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_search private.catalog_search := continue_catalog_search.search;
  v_parts jsonb;
begin
  if continue_catalog_search.cursor is null then
    v_search.alike := v_search.words is not null and (v_search.query is null or not private.has_words(v_search.query, v_search.statuses));
    return v_search;
  end if;
  begin
    v_parts := convert_from(decode(translate(continue_catalog_search.cursor, '-_', '+/'), 'base64'), 'utf8')::jsonb;
    v_search.after_key := v_parts ->> 1;
    v_search.after_id := (v_parts ->> 2)::uuid;
    v_search.alike := v_parts ->> 3 = 'alike';
    if v_search.sort = 'newest' then perform v_search.after_key::timestamptz; end if;
    if v_search.sort = 'relevance' and v_search.after_key like 'older %' then perform substr(v_search.after_key, 7)::timestamptz;
    elsif v_search.sort = 'relevance' then perform v_search.after_key::real; end if;
    if v_search.sort in ('price_asc', 'price_desc') and v_search.after_key <> 'none' then perform v_search.after_key::bigint; end if;
  exception when others then
    v_search.after_id := null;
  end;
  if v_search.after_id is null or v_search.after_key is null or v_search.alike is null or v_parts ->> 0 is distinct from v_search.asked then
    perform private.fail('invalid_cursor', 422, 'This cursor is not one that this search gave.', 'Pass next_cursor as it came, with the same words, filters and sort; start without it.');
  end if;
  return v_search;
end
$$;
comment on function private.continue_catalog_search(private.catalog_search, text) is
  'The search from after the product that the cursor names; without one it decides whether to look for what is written alike, which is when nothing on sale has the words. Refuses invalid_cursor.';

create function private.search_products(q text, filters jsonb, sort text, currency text, locale text, cursor text, max_rows integer, with_facets boolean)
returns jsonb
language plpgsql
stable
security definer -- reads the search, and past row-level security with one check of its own
set search_path = ''
as $$
declare
  v_search private.catalog_search := private.continue_catalog_search(private.read_catalog_search(q, filters, sort, currency, locale, max_rows), search_products.cursor);
  v_ids uuid[];
  v_keys text[];
  v_facets jsonb;
  v_is_ranked constant boolean := v_search.sort = 'relevance' and not v_search.alike;
  v_is_priced constant boolean := v_search.sort in ('price_asc', 'price_desc');
begin
  perform set_config('pg_trgm.word_similarity_threshold', coalesce(v_search.likeness, 0.5)::text, true);
  select array_agg(page.product_id order by page.place), array_agg(page.key order by page.place) into v_ids, v_keys
  from (
    select ranked.product_id, ranked.key, row_number() over () as place from private.ranked_page(v_search) as ranked where v_is_ranked
    union all
    select ordered.product_id, ordered.key, row_number() over () from private.ordered_page(v_search) as ordered where not v_is_ranked and not v_is_priced
    union all
    select priced.product_id, priced.key, row_number() over () from private.priced_page(v_search) as priced where v_is_priced
  ) as page;
  if search_products.cursor is null and search_products.with_facets then
    v_facets := private.product_facets(v_search);
  end if;
  return jsonb_build_object(
    'data', private.found_cards(v_ids[:v_search.max_rows], v_search),
    'next_cursor', case when cardinality(v_ids) > v_search.max_rows then translate(encode(convert_to(jsonb_build_array(
      v_search.asked, v_keys[v_search.max_rows], v_ids[v_search.max_rows], case when v_search.alike then 'alike' else 'words' end)::text, 'utf8'), 'base64'), E'+/\n', '-_') end,
    'total', v_facets -> 'total',
    'facets', v_facets - 'total',
    'alike', v_search.alike);
end
$$;
comment on function private.search_products(text, jsonb, text, text, text, text, integer, boolean) is 'Does the work of public.search_products.';
grant execute on function private.search_products(text, jsonb, text, text, text, text, integer, boolean) to anon, authenticated, service_role;

create function public.search_products(
  q text default null, filters jsonb default null, sort text default null, currency text default null, locale text default null, cursor text default null,
  max_rows integer default 20, with_facets boolean default true
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.search_products(search_products.q, search_products.filters, search_products.sort, search_products.currency, search_products.locale, search_products.cursor,
    search_products.max_rows, search_products.with_facets);
$$;
comment on function public.search_products(text, jsonb, text, text, text, text, integer, boolean) is
  'Products on sale as {data, next_cursor, total, facets, alike}. q: words of title, tags, SKU, summary or description in any form; when nothing on sale has them, what is written alike. '
  'filters: {kind, category (with what is below), tags (any), in_stock, price: {min, max}, attributes: {key: value, [values] or {min, max}}, status (staff)}; price, in filter, facet and sort, is the '
  'lowest base price in the currency. sort: relevance, newest, price_asc, price_desc, title. total and facets come with the first page. Errors: invalid_search, invalid_cursor, currency_not_supported, permission_denied.';
grant execute on function public.search_products(text, jsonb, text, text, text, text, integer, boolean) to anon, authenticated, service_role;

create function private.suggested_products(words text, likeness real, locale text, max_rows integer)
returns table (product_id uuid, rank real)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on the words
set jit = 'off'
set enable_seqscan = 'off' -- as private.has_words
as $$
declare
  v_begins text := substr(private.search_pattern(suggested_products.words), 2);
  v_ids uuid[];
begin
  -- titles that begin so; then, with three letters, those with a word that does; then what is written alike
  v_ids := array(
    select begun.product_id from (
      (select product_search.title, product_search.product_id from private.product_search
        where product_search.title like v_begins and private.is_on_sale(product_search.status, product_search.publish_at, product_search.unpublish_at)
        order by 1, 2 limit max_rows * 3)
      union
      (select private.title_in(product_search, suggested_products.locale) collate "C", product_search.product_id
        from private.product_search
        where private.title_in(product_search, suggested_products.locale) collate "C" like v_begins
          and private.is_on_sale(product_search.status, product_search.publish_at, product_search.unpublish_at)
        order by 1, 2 limit max_rows * 3)
    ) as begun
    order by begun.title, begun.product_id limit max_rows * 3);
  return query select each.id, (3 - each.place / 1000.0)::real from unnest(v_ids) with ordinality as each (id, place);
  if length(suggested_products.words) < 3 or cardinality(v_ids) >= max_rows * 3 then
    return;
  end if;
  return query
  select product_search.product_id, 2.0::real from private.product_search
  where product_search.content like '% ' || v_begins and private.is_on_sale(product_search.status, product_search.publish_at, product_search.unpublish_at)
    and (product_search.title like '% ' || v_begins or private.title_in(product_search, suggested_products.locale) like '% ' || v_begins) limit max_rows * 3;
  if found then
    return;
  end if;
  if v_ids = '{}' then
    perform set_config('pg_trgm.word_similarity_threshold', likeness::text, true);
    return query
    select alike.product_id, alike.likeness from (
      select product_search.product_id, greatest(extensions.word_similarity(suggested_products.words, product_search.title),
        case when private.title_in(product_search, suggested_products.locale) <> product_search.title
          then extensions.word_similarity(suggested_products.words, private.title_in(product_search, suggested_products.locale)) end) as likeness
      from private.product_search
      where product_search.content operator(extensions.%>) suggested_products.words and private.is_on_sale(product_search.status, product_search.publish_at, product_search.unpublish_at)
    ) as alike
    where alike.likeness >= suggested_products.likeness
    order by 2 desc, 1 limit max_rows * 3;
  end if;
end
$$;
comment on function private.suggested_products(text, real, text, integer) is 'Products on sale for what was typed so far; one may come more than once, under several titles.';

create function private.suggest_products(q text, locale text, max_rows integer)
returns jsonb
language plpgsql
stable
security definer -- as private.search_products
set search_path = ''
as $$
declare
  v_words text := nullif(private.search_text(q), '');
  v_locale text := private.short_locale(suggest_products.locale);
  v_likeness real := case when length(v_words) < 6 then 0.5 else 0.4 end;
begin
  perform private.refuse_search(case
    when length(q) > 100 then 'The words to search for have at most 100 characters.'
    when max_rows not between 1 and 10 then 'At most 10 suggestions are given.'
  end);
  return (
    select coalesce(jsonb_agg(best.suggestion order by best.rank desc, best.suggestion ->> 'title', best.suggestion ->> 'id'), '[]')
    from (
      select each.suggestion, each.rank, max(each.rank) over () as top from (
        select jsonb_build_object('type', 'product', 'id', products.id, 'kind', products.kind, 'slug', products.slug, 'image_url', products.image_url,
          'title', coalesce(products.translations -> v_locale ->> 'title', products.title)) as suggestion, max(suggested.rank) as rank
        from private.suggested_products(v_words, v_likeness, v_locale, coalesce(suggest_products.max_rows, 10)) as suggested
        join public.products on products.id = suggested.product_id group by products.id
        union all
        select jsonb_build_object('type', 'category', 'id', named.id, 'kind', null, 'slug', named.slug, 'image_url', null, 'title', named.title),
          case when named.content like substr(private.search_pattern(v_words), 2) then 4 when named.content like '% ' || substr(private.search_pattern(v_words), 2) then 2.5
            else extensions.word_similarity(v_words, named.content) end
        from (
          select categories.id, categories.slug, coalesce(categories.translations -> v_locale ->> 'title', categories.title) as title,
            private.search_text(coalesce(categories.translations -> v_locale ->> 'title', categories.title)) as content
          from public.categories
        ) as named
        where ' ' || named.content like '% ' || substr(private.search_pattern(v_words), 2) or length(v_words) >= 3 and extensions.word_similarity(v_words, named.content) >= v_likeness
      ) as each
      order by each.rank desc, each.suggestion ->> 'title', each.suggestion ->> 'id' limit coalesce(suggest_products.max_rows, 10)
    ) as best
    where best.rank >= 2 or best.top < 2 -- what is alike only when nothing begins so
  );
end
$$;
comment on function private.suggest_products(text, text, integer) is 'Does the work of public.suggest_products.';
grant execute on function private.suggest_products(text, text, integer) to anon, authenticated, service_role;

create function public.suggest_products(q text, locale text default null, max_rows integer default 10)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.suggest_products(suggest_products.q, suggest_products.locale, suggest_products.max_rows);
$$;
comment on function public.suggest_products(text, text, integer) is
  'What a search box proposes for the letters typed so far, at most 10: [{type: product or category, id, kind, slug, title, image_url}]. Titles that begin so, then words that do, then what is written alike. Errors: invalid_search.';
grant execute on function public.suggest_products(text, text, integer) to anon, authenticated, service_role;

insert into private.cached_reads (path, settings_prefix) values ('/rpc/search_products', 'catalog'), ('/rpc/suggest_products', 'catalog');
