/*
Recommendations: what is bought most, what is bought by the same people, and what of it suits somebody.

Promise: one person counts once for a thing, however often they buy it; what was given back or cancelled does not count. What is not on sale, or cannot
be bought now because nothing is left, is not recommended at all. Two things are a pair only once two people bought both, so no pair rests on what
one person bought. Nobody is recommended a course or files that they have.
Under concurrency: reading orders locks none of them. One refresh runs at a time (an advisory lock that nobody waits for), in one transaction that
changes only the rows that differ, so readers see the last refresh until the next one is whole.
*/

insert into public.settings (key, value, description) values
  ('recommendation_days', '90', 'Days that a purchase counts for what is popular and what is bought together, each day a little less.');

create table private.product_popularity (
  product_id uuid primary key references public.products (id) on delete cascade,
  score bigint not null,
  constraint product_popularity_comes_from_purchases check (score > 0)
);
comment on table private.product_popularity is 'How much a product was bought lately: for each person who did, the days until their newest purchase no longer counts.';
-- serves: the most popular
create index on private.product_popularity (score desc, product_id);
-- not granted: anything. private.popular_products and its neighbours read, private.refresh_recommendations writes.

create table private.product_pairs (
  product_id uuid not null references public.products (id) on delete cascade,
  other_id uuid not null references public.products (id) on delete cascade,
  score bigint not null,
  primary key (product_id, other_id),
  constraint product_pairs_are_of_two check (product_id <> other_id),
  constraint product_pairs_come_from_purchases check (score > 0)
);
comment on table private.product_pairs is
  'What people who bought product_id bought too, the 20 that most did: for each person who bought both, the days until the older of the two no longer counts.';
create index on private.product_pairs (other_id);
-- not granted: anything, as above.

-- serves: private.recent_purchases
create index on public.orders (paid_at) where paid_at is not null;

-- the job ----------------------------------------------------------------------------------------------------------------------------

create function private.recent_purchases()
returns table (customer_id uuid, product_id uuid, points bigint)
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_days integer := least(greatest((private.setting('recommendation_days'))::integer, 1), 3650);
  v_today date := (now() at time zone 'utc')::date;
begin
  return query
  select orders.customer_id, variants.product_id, max(v_days - greatest(v_today - (orders.paid_at at time zone 'utc')::date, 0))::bigint
  from public.orders
  join public.order_items on order_items.order_id = orders.id
  join public.variants on variants.id = order_items.variant_id
  where orders.paid_at >= ((v_today - v_days + 1)::timestamp at time zone 'utc')
    and orders.status in ('paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded')
    and order_items.parent_id is null -- a bundle was chosen, not each of its parts
    and order_items.refunded_quantity < order_items.quantity
  group by 1, 2;
end
$$;
comment on function private.recent_purchases() is
  'Who bought what within recommendation_days and kept some of it, once per person and product: points are the days until the newest purchase no longer counts. By the day, so that rows change once a day at most while nobody buys.';

create function private.refresh_recommendations()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_min_people constant integer := 2; -- with one, a pair would tell what that one person bought
  v_max_pairs constant integer := 20;
  v_max_basket constant integer := 50; -- of one person the newest count for pairs: a buyer of everything is no guide, and pairs grow by the square
  v_popular integer;
  v_pairs integer;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('seatline.recommendations', 0)) then
    return 0;
  end if;
  with counted as materialized (
    select bought.product_id, sum(bought.points)::bigint as score from private.recent_purchases() as bought group by 1
  ), written as (
    insert into private.product_popularity (product_id, score) select counted.product_id, counted.score from counted
    on conflict on constraint product_popularity_pkey do update set score = excluded.score where product_popularity.score <> excluded.score
    returning 1
  ), forgotten as (
    delete from private.product_popularity where not exists (select from counted where counted.product_id = product_popularity.product_id) returning 1
  )
  select (select count(*) from written) + (select count(*) from forgotten) into v_popular;
  with baskets as materialized (
    select each.customer_id, each.product_id, each.points
    from (
      select bought.customer_id, bought.product_id, bought.points,
        row_number() over (partition by bought.customer_id order by bought.points desc, bought.product_id) as place
      from private.recent_purchases() as bought
    ) as each where each.place <= v_max_basket
  ), counted as materialized (
    select each.product_id, each.other_id, each.score
    from (
      select pairs.*, row_number() over (partition by pairs.product_id order by pairs.score desc, pairs.other_id) as place
      from (
        select one.product_id, other.product_id as other_id, sum(least(one.points, other.points))::bigint as score
        from baskets as one join baskets as other on other.customer_id = one.customer_id and other.product_id <> one.product_id
        group by 1, 2 having count(*) >= v_min_people
      ) as pairs
    ) as each where each.place <= v_max_pairs
  ), written as (
    insert into private.product_pairs (product_id, other_id, score) select counted.product_id, counted.other_id, counted.score from counted
    on conflict on constraint product_pairs_pkey do update set score = excluded.score where product_pairs.score <> excluded.score
    returning 1
  ), forgotten as (
    delete from private.product_pairs
    where not exists (select from counted where counted.product_id = product_pairs.product_id and counted.other_id = product_pairs.other_id) returning 1
  )
  select (select count(*) from written) + (select count(*) from forgotten) into v_pairs;
  return v_popular + v_pairs;
end
$$;
comment on function private.refresh_recommendations() is
  'Counts anew what is popular and what is bought together, and answers how many rows changed. 0 as well when another refresh runs: nobody waits for it. The worker calls it every 15 minutes.';

-- what may be shown ------------------------------------------------------------------------------------------------------------------

create function private.products_to_recommend()
returns table (product_id uuid, kind text, category_id uuid, created_at timestamptz)
language sql
stable
security invoker
begin atomic
  select product_search.product_id, product_search.kind, product_search.category_id, product_search.created_at
  from private.product_search
  where private.is_on_sale(product_search.status, product_search.publish_at, product_search.unpublish_at)
    and exists (select from private.stock_now(product_search.product_id, product_search.kind, product_search.counted_variants, product_search.has_uncounted) as stock
      where stock.in_stock);
end;
comment on function private.products_to_recommend() is 'What is on sale and can be bought now. Inlined.';

create function private.fill_with_popular(chosen uuid[], excluded uuid[], kind text, category_ids uuid[], max_rows integer)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on the category
as $$
declare
  v_ids uuid[] := coalesce(fill_with_popular.chosen, '{}');
begin
  v_ids := v_ids || array(
    select shown.product_id from private.product_popularity join private.products_to_recommend() as shown using (product_id)
    where shown.product_id <> all (v_ids || fill_with_popular.excluded)
      and (fill_with_popular.kind is null or shown.kind = fill_with_popular.kind)
      and (fill_with_popular.category_ids is null or shown.category_id = any (fill_with_popular.category_ids))
    order by product_popularity.score desc, product_popularity.product_id
    limit greatest(fill_with_popular.max_rows - cardinality(v_ids), 0));
  return v_ids || array(
    select shown.product_id from private.products_to_recommend() as shown
    where shown.product_id <> all (v_ids || fill_with_popular.excluded)
      and (fill_with_popular.kind is null or shown.kind = fill_with_popular.kind)
      and (fill_with_popular.category_ids is null or shown.category_id = any (fill_with_popular.category_ids))
    order by shown.created_at desc, shown.product_id desc
    limit greatest(fill_with_popular.max_rows - cardinality(v_ids), 0));
end
$$;
comment on function private.fill_with_popular(uuid[], uuid[], text, uuid[], integer) is
  'What was chosen, then what is popular, then the newest, up to max_rows: of a kind and of these categories (null: any), without what is excluded.';

create function private.recommended_cards(product_ids uuid[], locale text, currency text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_currency text := coalesce(recommended_cards.currency, private.setting('default_currency') #>> '{}');
begin
  if not exists (select from public.currencies where currencies.code = v_currency and currencies.retired_at is null) then
    perform private.fail('currency_not_supported', 422, 'This shop does not sell in that currency.', 'Read the currencies table for the ones it does.');
  end if;
  return jsonb_build_object('data', private.product_cards(recommended_cards.product_ids, private.short_locale(recommended_cards.locale), v_currency));
end
$$;
comment on function private.recommended_cards(uuid[], text, text) is '{data}: these products as private.product_cards shows them. Refuses currency_not_supported.';

-- popular ----------------------------------------------------------------------------------------------------------------------------

create function private.popular_products(kind text, category text, locale text, currency text, max_rows integer)
returns jsonb
language plpgsql
stable
security definer -- counts of everybody's purchases, and products past row-level security with one check of its own
set search_path = ''
as $$
begin
  return private.recommended_cards(private.fill_with_popular('{}', '{}', popular_products.kind,
    case when popular_products.category is not null then private.categories_in(popular_products.category) end,
    least(greatest(coalesce(popular_products.max_rows, 12), 1), 50)), popular_products.locale, popular_products.currency);
end
$$;
comment on function private.popular_products(text, text, text, text, integer) is 'Does the work of public.popular_products.';
grant execute on function private.popular_products(text, text, text, text, integer) to anon, authenticated, service_role;

create function public.popular_products(
  kind text default null, category text default null, locale text default null, currency text default null, max_rows integer default 12
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.popular_products(popular_products.kind, popular_products.category, popular_products.locale, popular_products.currency, popular_products.max_rows);
$$;
comment on function public.popular_products(text, text, text, text, integer) is
  'What most people bought lately, as {data} with products as list_products shows them, at most 50: newer purchases count more, then come the newest products. Of a kind, in a category (its slug) '
  'and below it. What is sold out or full is left out. Errors: category_not_found, currency_not_supported.';
grant execute on function public.popular_products(text, text, text, text, integer) to anon, authenticated, service_role;

-- similar ----------------------------------------------------------------------------------------------------------------------------

create function private.alike_products(product_id uuid, max_rows integer)
returns table (other_id uuid)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on how common its tags are
as $$
declare
  v_max_compared constant integer := 300; -- of each reason the newest: a category may hold the whole shop
  v_self private.product_search;
begin
  select * into v_self from private.product_search where product_search.product_id = alike_products.product_id;
  return query
  with compared as (
    (select search.product_id from private.product_search as search where search.category_id = v_self.category_id
      order by search.created_at desc, search.product_id desc limit v_max_compared)
    union
    (select search.product_id from private.product_search as search where search.tags && v_self.tags
      order by search.created_at desc, search.product_id desc limit v_max_compared)
    union
    (select search.product_id from private.product_search as search where search.facts && v_self.facts
      order by search.created_at desc, search.product_id desc limit v_max_compared)
  )
  select search.product_id
  from compared join private.product_search as search using (product_id) join private.products_to_recommend() as shown using (product_id)
  where search.product_id <> alike_products.product_id
  order by (search.category_id is not distinct from v_self.category_id and v_self.category_id is not null)::integer * 2
    + (select count(*) from unnest(search.tags) as tag where tag = any (v_self.tags))
    + (select count(*) from unnest(search.facts) as fact where fact = any (v_self.facts)) desc, search.created_at desc, search.product_id desc
  limit alike_products.max_rows;
end
$$;
comment on function private.alike_products(uuid, integer) is
  'What has the category (counts as two), tags or attributes of a product, whatever shares most first, then the newest. Compares the newest 300 of each.';

create function private.similar_products(product_id uuid, locale text, currency text, max_rows integer)
returns jsonb
language plpgsql
stable
security definer -- as private.popular_products
set search_path = ''
as $$
declare
  v_rows integer := least(greatest(coalesce(similar_products.max_rows, 12), 1), 50);
  v_product constant public.products := private.readable_product(similar_products.product_id, null);
  v_ids uuid[];
begin
  v_ids := array(
    select product_pairs.other_id from private.product_pairs join private.products_to_recommend() as shown on shown.product_id = product_pairs.other_id
    where product_pairs.product_id = v_product.id
    order by product_pairs.score desc, product_pairs.other_id limit v_rows);
  v_ids := v_ids || array(
    select alike.other_id from private.alike_products(v_product.id, v_rows * 2) with ordinality as alike (other_id, place)
    where alike.other_id <> all (v_ids) order by alike.place limit v_rows - cardinality(v_ids));
  if v_product.category_id is not null then
    v_ids := private.fill_with_popular(v_ids, array[v_product.id], null, array(select private.category_subtree(v_product.category_id)), v_rows);
  end if;
  return private.recommended_cards(v_ids, similar_products.locale, similar_products.currency);
end
$$;
comment on function private.similar_products(uuid, text, text, integer) is 'Does the work of public.similar_products.';
grant execute on function private.similar_products(uuid, text, text, integer) to anon, authenticated, service_role;

create function public.similar_products(product_id uuid, locale text default null, currency text default null, max_rows integer default 12)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.similar_products(similar_products.product_id, similar_products.locale, similar_products.currency, similar_products.max_rows);
$$;
comment on function public.similar_products(uuid, text, text, integer) is
  'What goes with a product, as {data} with products as list_products shows them, at most 50 and never itself: what the same people bought, then what shares its category, tags or attributes, then '
  'what is popular or new in its category and below it. What is sold out or full is left out. Errors: product_not_found, currency_not_supported.';
grant execute on function public.similar_products(uuid, text, text, integer) to anon, authenticated, service_role;

insert into private.cached_reads (path, settings_prefix) values ('/rpc/popular_products', 'catalog'), ('/rpc/similar_products', 'catalog');

-- for somebody -----------------------------------------------------------------------------------------------------------------------

create function private.owned_products(person_id uuid)
returns uuid[]
language sql
stable
security invoker
set search_path = ''
as $$
  select array(
    select intakes.product_id from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
    where enrollments.learner_id = owned_products.person_id and enrollments.status in ('reserved', 'active', 'suspended', 'completed')
    union
    select variants.product_id
    from public.orders join public.order_items on order_items.order_id = orders.id join public.variants on variants.id = order_items.variant_id
    where orders.customer_id = owned_products.person_id and orders.purpose is null and order_items.kind in ('course', 'digital')
      and orders.status not in ('cancelled', 'expired', 'refunded') and order_items.refunded_quantity < order_items.quantity
    union
    select variants.product_id
    from public.carts join public.cart_items on cart_items.cart_id = carts.id join public.variants on variants.id = cart_items.variant_id
    where carts.customer_id = owned_products.person_id and carts.status = 'open' and carts.expires_at > now()
  );
$$;
comment on function private.owned_products(uuid) is 'Courses and files that a person has or has ordered for themselves, by a bundle or a gift too, and everything in their cart.';

create function private.recommended_products(kind text, locale text, currency text, max_rows integer)
returns jsonb
language plpgsql
stable
security definer -- as private.popular_products
set search_path = ''
as $$
declare
  v_max_seeds constant integer := 50;
  v_person_id uuid := private.require_person();
  v_rows integer := least(greatest(coalesce(recommended_products.max_rows, 12), 1), 50);
  v_owned uuid[] := private.owned_products(v_person_id);
  v_seeds uuid[];
  v_ids uuid[];
begin
  v_seeds := v_owned || array(
    select variants.product_id
    from public.orders join public.order_items on order_items.order_id = orders.id join public.variants on variants.id = order_items.variant_id
    where orders.customer_id = v_person_id and orders.paid_at is not null and orders.status not in ('cancelled', 'expired', 'refunded')
      and order_items.refunded_quantity < order_items.quantity
    order by orders.placed_at desc, order_items.id limit v_max_seeds);
  v_ids := array(
    select product_pairs.other_id from private.product_pairs join private.products_to_recommend() as shown on shown.product_id = product_pairs.other_id
    where product_pairs.product_id = any (v_seeds) and product_pairs.other_id <> all (v_owned)
      and (recommended_products.kind is null or shown.kind = recommended_products.kind)
    group by product_pairs.other_id order by sum(product_pairs.score) desc, product_pairs.other_id limit v_rows);
  return private.recommended_cards(private.fill_with_popular(v_ids, v_owned, recommended_products.kind, null, v_rows),
    recommended_products.locale, recommended_products.currency);
end
$$;
comment on function private.recommended_products(text, text, text, integer) is 'Does the work of public.recommended_products.';
grant execute on function private.recommended_products(text, text, text, integer) to authenticated, service_role;

create function public.recommended_products(kind text default null, locale text default null, currency text default null, max_rows integer default 12)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.recommended_products(recommended_products.kind, recommended_products.locale, recommended_products.currency, recommended_products.max_rows);
$$;
comment on function public.recommended_products(text, text, text, integer) is
  'What suits the caller, as {data} with products as list_products shows them, at most 50: what people bought who bought what the caller bought or has in the cart, then what is popular, then the newest. '
  'Never a course or files that the caller has, nor what lies in the cart; what is sold out or full is left out. Errors: sign_in_required, account_closed, currency_not_supported.';
grant execute on function public.recommended_products(text, text, text, integer) to authenticated, service_role;
