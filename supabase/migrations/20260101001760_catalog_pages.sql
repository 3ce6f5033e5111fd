/*
Catalog, pages of a search: what fits, in its order, as few rows read as fill the page.

Promise: every product in an answer fits every filter at the moment of asking; the pages of one search give every product once while nothing changes.
Under concurrency: reads only. A product that changes between two pages may be missed or come twice, as its place changed.
*/

create function private.fitting_products(search private.catalog_search)
returns table (
  product_id uuid, created_at timestamptz, title text, amount bigint, content text, words tsvector,
  kind text, counted_variants uuid[], has_uncounted boolean, differing jsonb
)
language sql
stable
security invoker
begin atomic
  select product_search.product_id, product_search.created_at, private.title_in(product_search, fitting_products.search.locale) collate "C",
    product_prices.lowest_amount, product_search.content, product_search.words,
    product_search.kind, product_search.counted_variants, product_search.has_uncounted, product_search.differing
  from private.product_search
  left join private.product_prices on product_prices.product_id = product_search.product_id and product_prices.currency = fitting_products.search.currency
  where (product_search.status = any (fitting_products.search.statuses)
      or fitting_products.search.statuses is null and private.is_on_sale(product_search.status, product_search.publish_at, product_search.unpublish_at))
    and (fitting_products.search.words is null or fitting_products.search.alike or product_search.words @@ fitting_products.search.query)
    and (fitting_products.search.words is null or not fitting_products.search.alike or product_search.content operator(extensions.%>) fitting_products.search.words
      or product_search.content like private.search_pattern(fitting_products.search.words))
    and (fitting_products.search.tags is null or product_search.tags && fitting_products.search.tags)
    and (fitting_products.search.kinds is null or product_search.kind = any (fitting_products.search.kinds))
    and (fitting_products.search.category_ids is null or product_search.category_id = any (fitting_products.search.category_ids))
    and (fitting_products.search.facts is null or product_search.facts && fitting_products.search.facts)
    and (fitting_products.search.others is null or '{}' = (
      select missed.misses from private.missed_attributes(product_search.facts, product_search.numbers, fitting_products.search.others) as missed))
    and (fitting_products.search.attributes is null or '{}' is distinct from (
      select fitting.variant_ids from private.fitting_variants(product_search.differing, fitting_products.search.attributes) as fitting))
    and (fitting_products.search.min_amount is null or product_prices.lowest_amount >= fitting_products.search.min_amount)
    and (fitting_products.search.max_amount is null or product_prices.lowest_amount <= fitting_products.search.max_amount);
end;
comment on function private.fitting_products(private.catalog_search) is
  'The products that fit every filter but in_stock, which is asked last, and of as few as fill a page. amount is null without a price in the currency. Inlined.';

create function private.ordered_page(search private.catalog_search)
returns table (product_id uuid, key text)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on which filters there are
set jit = 'off' -- compiling takes longer than searching
as $$
begin
  return query
  select page.product_id, case search.sort when 'relevance' then page.likeness::text when 'newest' then page.created_at::text else page.title end
  from (
    select found.product_id, found.created_at, found.title, found.likeness, found.kind, found.counted_variants, found.has_uncounted, found.differing
    from (
      select fitting.*, case when search.sort = 'relevance' then extensions.word_similarity(search.words, fitting.content) end as likeness from private.fitting_products(search) as fitting
    ) as found
    where search.after_id is null or case search.sort
      when 'relevance' then found.likeness < search.after_key::real or found.likeness = search.after_key::real and found.product_id > search.after_id
      when 'newest' then (found.created_at, found.product_id) < (search.after_key::timestamptz, search.after_id)
      else (found.title, found.product_id) > (search.after_key collate "C", search.after_id) end
    order by
      case when search.sort = 'relevance' then found.likeness end desc, case when search.sort = 'newest' then found.created_at end desc,
      case when search.sort = 'title' then found.title end, case when search.sort = 'newest' then found.product_id end desc, found.product_id
    offset 0 -- in order first, so that units are looked up until the page is full and no longer
  ) as page
  where search.in_stock is null or search.in_stock = (
    select stock.in_stock from private.fitting_variants(page.differing, search.attributes) as fitting
    cross join lateral private.stock_now(page.product_id, page.kind, page.counted_variants, page.has_uncounted, fitting.variant_ids) as stock)
  limit search.max_rows + 1;
end
$$;
comment on function private.ordered_page(private.catalog_search) is 'The products of a page in their order, and one more, each with what the order goes by; by relevance those that are written alike.';

create function private.priced_page(search private.catalog_search)
returns table (product_id uuid, key text)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- as private.ordered_page
set jit = 'off'
as $$
declare
  v_unpriced constant boolean := coalesce(search.after_key = 'none', false);
  v_rows integer := 0;
begin
  -- those with a price by its index; those without one follow, and have no index to come by
  if not v_unpriced then
    return query
    select page.product_id, page.amount::text
    from (
      select fitting.product_id, fitting.amount, fitting.kind, fitting.counted_variants, fitting.has_uncounted, fitting.differing from private.fitting_products(search) as fitting
      where fitting.amount is not null and (search.after_id is null or case search.sort
        when 'price_asc' then (fitting.amount, fitting.product_id) > (search.after_key::bigint, search.after_id)
        else fitting.amount <= search.after_key::bigint and (fitting.amount < search.after_key::bigint or fitting.product_id > search.after_id) end)
      order by case when search.sort = 'price_asc' then fitting.amount end, case when search.sort = 'price_desc' then fitting.amount end desc, fitting.product_id
      offset 0 -- as private.ordered_page
    ) as page
    where search.in_stock is null or search.in_stock = (
      select stock.in_stock from private.fitting_variants(page.differing, search.attributes) as fitting
      cross join lateral private.stock_now(page.product_id, page.kind, page.counted_variants, page.has_uncounted, fitting.variant_ids) as stock)
    limit search.max_rows + 1;
    get diagnostics v_rows = row_count;
  end if;
  if v_rows > search.max_rows or search.min_amount is not null or search.max_amount is not null then
    return;
  end if;
  return query
  select page.product_id, 'none'
  from (
    select fitting.product_id, fitting.kind, fitting.counted_variants, fitting.has_uncounted, fitting.differing from private.fitting_products(search) as fitting
    where fitting.amount is null and (not v_unpriced or fitting.product_id > search.after_id) order by fitting.product_id offset 0
  ) as page
  where search.in_stock is null or search.in_stock = (
    select stock.in_stock from private.fitting_variants(page.differing, search.attributes) as fitting
    cross join lateral private.stock_now(page.product_id, page.kind, page.counted_variants, page.has_uncounted, fitting.variant_ids) as stock)
  limit search.max_rows + 1 - v_rows;
end
$$;
comment on function private.priced_page(private.catalog_search) is 'A page by price, and one more; those without a price in the currency come last.';

create function private.ranked_page(search private.catalog_search)
returns table (product_id uuid, key text)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- as private.ordered_page
set jit = 'off'
set work_mem = '32MB' -- what is ranked is sorted twice
as $$
declare
  v_ranked constant integer := 10000;
  v_rows integer := 0;
  v_rest private.catalog_search := search;
begin
  v_rest.sort := 'newest';
  if search.after_key not like 'older %' or search.after_key is null then
    return query
    select page.product_id, page.likeness::text
    from (
      select newest.*, ts_rank(newest.words, search.query, 1) as likeness from (
        select fitting.product_id, fitting.words, fitting.kind, fitting.counted_variants, fitting.has_uncounted, fitting.differing
        from private.fitting_products(search) as fitting order by fitting.created_at desc, fitting.product_id desc limit v_ranked
      ) as newest
      order by likeness desc, newest.product_id offset 0
    ) as page
    where (search.after_id is null or page.likeness < search.after_key::real or page.likeness = search.after_key::real and page.product_id > search.after_id)
      and (search.in_stock is null or search.in_stock = (
        select stock.in_stock from private.fitting_variants(page.differing, search.attributes) as fitting
        cross join lateral private.stock_now(page.product_id, page.kind, page.counted_variants, page.has_uncounted, fitting.variant_ids) as stock))
    limit search.max_rows + 1;
    get diagnostics v_rows = row_count;
    if v_rows > search.max_rows then
      return;
    end if;
    select fitting.created_at::text, fitting.product_id into v_rest.after_key, v_rest.after_id
    from private.fitting_products(search) as fitting order by fitting.created_at desc, fitting.product_id desc offset v_ranked - 1 limit 1;
    if v_rest.after_id is null then
      return;
    end if;
  else
    v_rest.after_key := substr(search.after_key, 7);
  end if;
  v_rest.max_rows := search.max_rows - v_rows;
  return query select rest.product_id, 'older ' || rest.key from private.ordered_page(v_rest) as rest;
end
$$;
comment on function private.ranked_page(private.catalog_search) is
  'A page by relevance: the newest 10 000 that have the words by rank, then the rest newest first. Ranking reads every text, so without an end a page of a word that all products have would cost the whole catalogue.';
