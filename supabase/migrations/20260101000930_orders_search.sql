/*
Orders, search: a list of orders by what people remember of them: a part of a title, a number, a name, an e-mail or a phone.

Promise: whatever contains the words is found, newest first, in pages that new orders do not shift; when nothing contains them, what is
written alike is. What is searched stands in the file before this one.
Under concurrency: reads only.
*/

create type private.order_search as (
  words text, pattern text, digits_pattern text, alike boolean, likeness real, titles text[], variants uuid[], in_many_numbers boolean, everyone boolean, names boolean, person_id uuid, statuses text[],
  placed_from timestamptz, placed_to timestamptz, min_amount bigint, max_amount bigint, currency text, before_at timestamptz, before_id uuid, max_rows integer
);
comment on type private.order_search is 'A search that was checked: the words as compared (null: none), whose orders, who may see people, the filters, and after which order it goes on.';

create function private.check_order_search(
  q text, statuses text[], placed_from timestamptz, placed_to timestamptz, min_amount bigint, max_amount bigint, currency text, max_rows integer
)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_problem text := case
    when length(check_order_search.q) > 100 then 'The words to search for have at most 100 characters.'
    when check_order_search.max_rows not between 1 and 100 then 'A page has 1 to 100 orders.'
    when check_order_search.currency !~ '^[A-Z]{3}$' then 'A currency is an ISO 4217 code such as IDR.'
    when check_order_search.min_amount > check_order_search.max_amount then 'min_amount is more than max_amount.'
    when check_order_search.placed_from > check_order_search.placed_to then 'placed_from is after placed_to.'
    when cardinality(check_order_search.statuses) > 20 then 'There are not that many statuses.'
    when exists (
      select from unnest(check_order_search.statuses) as status
      where status is null or not exists (
        select from private.status_moves where status_moves.machine = 'order' and status in (status_moves.from_status, status_moves.to_status)
      )
    ) then 'A status of an order is one of those that orders have.'
  end;
begin
  if v_problem is not null then
    perform private.fail('invalid_search', 422, v_problem, 'Correct it, or leave it out.');
  end if;
end
$$;
comment on function private.check_order_search(text, text[], timestamptz, timestamptz, bigint, bigint, text, integer) is 'Refuses invalid_search with a sentence that says what is wrong.';

create function private.read_order_search(
  q text, statuses text[], placed_from timestamptz, placed_to timestamptz, min_amount bigint, max_amount bigint, currency text, max_rows integer
)
returns private.order_search
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_search private.order_search;
  v_digits text;
begin
  perform private.check_order_search(q, statuses, placed_from, placed_to, min_amount, max_amount, currency, max_rows);
  if private.is_service() then
    v_search.everyone := true;
    v_search.names := true;
  else
    v_search.person_id := private.require_person();
    v_search.everyone := private.has_permission('orders.read');
    v_search.names := v_search.everyone and private.has_permission('people.read');
  end if;
  v_search.words := nullif(private.search_text(read_order_search.q), '');
  v_search.pattern := private.search_pattern(v_search.words);
  -- a phone is found however its digits are grouped, and with the 0 of the country's own form
  v_digits := ltrim(regexp_replace(v_search.words, '\D', '', 'g'), '0');
  if v_search.words ~ '^[+0-9 ()-]+$' and length(v_digits) >= 5 then
    v_search.digits_pattern := private.search_pattern(v_digits);
  end if;
  v_search.alike := false;
  v_search.likeness := case when length(v_search.words) < 6 then 0.5 else 0.4 end; -- short words are alike soon
  v_search.statuses := nullif(read_order_search.statuses, '{}');
  v_search.placed_from := read_order_search.placed_from;
  v_search.placed_to := read_order_search.placed_to;
  v_search.min_amount := read_order_search.min_amount;
  v_search.max_amount := read_order_search.max_amount;
  v_search.currency := read_order_search.currency;
  v_search.max_rows := coalesce(read_order_search.max_rows, 20);
  return v_search;
end
$$;
comment on function private.read_order_search(text, text[], timestamptz, timestamptz, bigint, bigint, text, integer) is
  'A search as it was asked, checked and with the caller''s rights. Refuses invalid_search, sign_in_required, account_closed.';

create function private.order_search_fingerprint(search private.order_search)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select left(md5(jsonb_build_array(search.words, search.person_id, search.statuses, extract(epoch from search.placed_from), extract(epoch from search.placed_to),
    search.min_amount, search.max_amount, search.currency)::text), 8);
$$;
comment on function private.order_search_fingerprint(private.order_search) is 'Tells a cursor of this search from one of another.';

create function private.continue_order_search(search private.order_search, cursor text)
returns private.order_search
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_search private.order_search := continue_order_search.search;
  v_fits boolean := continue_order_search.cursor ~ '^[ea][0-9a-f]{40}$'
    and right(continue_order_search.cursor, 8) = private.order_search_fingerprint(continue_order_search.search);
begin
  if v_fits then
    select orders.id, orders.placed_at into v_search.before_id, v_search.before_at from public.orders
    where orders.id = substr(continue_order_search.cursor, 2, 32)::uuid and (search.everyone or orders.customer_id = search.person_id);
    v_search.alike := left(continue_order_search.cursor, 1) = 'a';
  end if;
  if continue_order_search.cursor is not null and v_search.before_id is null then
    perform private.fail('invalid_cursor', 422, 'This cursor is not one that this search gave.', 'Pass next_cursor as it came, with the same words and filters; start without it.');
  end if;
  return v_search;
end
$$;
comment on function private.continue_order_search(private.order_search, text) is 'The search from after the order that the cursor names. Refuses invalid_cursor, also for an order the caller may not see.';

create function private.order_numbers_containing(words text)
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_parts text[] := regexp_match(order_numbers_containing.words, '^((?:s?l)?-)?([0-9]{1,18})$');
  v_digits text := v_parts[2];
  v_longest integer := (select length(order_numbers.last_value::text) from private.order_numbers);
  v_many numeric;
begin
  if v_parts is null then
    return case when strpos('sl-', order_numbers_containing.words) = 0 then '{}'::text[] end;
  end if;
  select sum(10.0 ^ (digits - length(v_digits)) * case when v_parts[1] is null then digits - length(v_digits) + 1 else 1 end) into v_many
  from generate_series(greatest(6, length(v_digits)), v_longest) as digits;
  if v_many > 5000 then
    return null;
  end if;
  return array(
    select 'SL-' || case when before > 0 then head::text else '' end || v_digits || case when after > 0 then lpad(tail::text, after, '0') else '' end
    from generate_series(greatest(6, length(v_digits)), v_longest) as digits,
      generate_series(0, case when v_parts[1] is null then digits - length(v_digits) else 0 end) as before,
      lateral (select digits - length(v_digits) - before as after) as rest,
      generate_series(case when before > 0 then (10 ^ (before - 1))::bigint else 0 end, case when before > 0 then (10 ^ before)::bigint - 1 else 0 end) as head,
      generate_series(0, (10 ^ after)::bigint - 1) as tail
  );
end
$$;
comment on function private.order_numbers_containing(text) is
  'Every number an order can have that contains these words, so that the index on numbers finds them: a purchase keeps no index on parts of them. Null: too many to name.';

create function private.orders_about(search private.order_search, at_most integer, filtered boolean default false)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on the words
set jit = 'off' -- compiling takes longer than searching
as $$
declare
  v_numbers text[] := private.order_numbers_containing(search.words);
begin
  return array(
    select orders.id from public.orders where orders.number = any (v_numbers)
    union all
    select order_items.order_id from public.order_items
    where order_items.variant_id = any (search.variants) and order_items.title = any (search.titles)
    union all
    select orders.id from private.customer_search join public.orders on orders.customer_id = customer_search.profile_id
    where search.names and (customer_search.content like search.pattern or customer_search.content like search.digits_pattern
      or search.alike and customer_search.content operator(extensions.%>) search.words)
      and (not orders_about.filtered
        or (search.statuses is null or orders.status = any (search.statuses))
        and (search.placed_from is null or orders.placed_at >= search.placed_from)
        and (search.placed_to is null or orders.placed_at < search.placed_to)
        and (search.min_amount is null or orders.total_amount >= search.min_amount)
        and (search.max_amount is null or orders.total_amount <= search.max_amount)
        and (search.currency is null or orders.currency = search.currency))
    limit orders_about.at_most
  );
end
$$;
comment on function private.orders_about(private.order_search, integer, boolean) is
  'Orders that have to do with the words, whoever''s and whatever the filters say; all but those with a number of which private.order_numbers_containing could not name all. filtered: of people only what the filters leave, so that all of a common name are neither kept nor sorted.';

create function private.newest_orders(search private.order_search, among uuid[], since timestamptz)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on which filters there are
set jit = 'off' -- compiling takes longer than searching
as $$
begin
  return array(
    select orders.id from public.orders
    where (search.everyone or orders.customer_id = search.person_id)
      and (search.statuses is null or orders.status = any (search.statuses))
      and (search.placed_from is null or orders.placed_at >= search.placed_from)
      and (search.placed_to is null or orders.placed_at < search.placed_to)
      and (search.min_amount is null or orders.total_amount >= search.min_amount)
      and (search.max_amount is null or orders.total_amount <= search.max_amount)
      and (search.currency is null or orders.currency = search.currency)
      and (search.before_id is null or (orders.placed_at, orders.id) < (search.before_at, search.before_id))
      and (newest_orders.since is null or orders.placed_at >= newest_orders.since)
      and (search.pattern is null
        or newest_orders.among is not null and orders.id = any (newest_orders.among)
        or (newest_orders.among is null or search.in_many_numbers) and orders.number like upper(search.pattern)
        -- scalar on purpose: as exists (…) the planner may read a whole table to hash it
        or newest_orders.among is null and search.titles <> '{}' and (
          select bool_or(order_items.title = any (search.titles)) from public.order_items where order_items.order_id = orders.id)
        or newest_orders.among is null and search.names and (
          select customer_search.content like search.pattern or customer_search.content like search.digits_pattern
            or search.alike and extensions.word_similarity(search.words, customer_search.content) >= search.likeness
          from private.customer_search where customer_search.profile_id = orders.customer_id))
    order by orders.placed_at desc, orders.id desc limit search.max_rows + 1
  );
end
$$;
comment on function private.newest_orders(private.order_search, uuid[], timestamptz) is
  'The newest orders of a search, one more than its page holds: among these ids, or else, looking at each order placed since then, those that contain the words.';

create function private.match_titles(search private.order_search)
returns private.order_search
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on the words
as $$
declare
  v_search private.order_search := match_titles.search;
begin
  v_search.in_many_numbers := private.order_numbers_containing(v_search.words) is null;
  select coalesce(array_agg(distinct sold_titles.title), '{}'), coalesce(array_agg(distinct sold_titles.variant_id), '{}')
  into v_search.titles, v_search.variants
  from private.sold_titles
  where sold_titles.content like v_search.pattern or v_search.alike and sold_titles.content operator(extensions.%>) v_search.words;
  return v_search;
end
$$;
comment on function private.match_titles(private.order_search) is 'Adds to a search the titles that fit its words, and the variants that were sold under them.';

create function private.find_orders(search private.order_search)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on which filters there are
as $$
declare
  v_rare constant integer := 2000;
  v_search private.order_search;
  v_about uuid[];
  v_since timestamptz;
  v_newest uuid[];
begin
  if search.pattern is null then
    return private.newest_orders(search, null, null);
  end if;
  perform set_config('pg_trgm.word_similarity_threshold', search.likeness::text, true);
  v_search := private.match_titles(search);
  if not search.everyone then
    return private.newest_orders(v_search, null, null);
  end if;
  -- rare words: collect what they are about and sort
  v_about := private.orders_about(v_search, v_rare);
  if cardinality(v_about) < v_rare and not v_search.in_many_numbers then
    return private.newest_orders(v_search, v_about, null);
  end if;
  -- common words: the newest orders hold a page of them, unless what they are about is over
  select orders.placed_at into v_since from public.orders
  where (search.before_id is null or (orders.placed_at, orders.id) < (search.before_at, search.before_id))
    and (search.statuses is null or orders.status = any (search.statuses))
    and (search.placed_to is null or orders.placed_at < search.placed_to)
  order by orders.placed_at desc, orders.id desc offset v_rare limit 1;
  v_newest := private.newest_orders(v_search, null, v_since);
  if v_since is null or v_since < search.placed_from or cardinality(v_newest) > search.max_rows then
    return v_newest;
  end if;
  return private.newest_orders(v_search, private.orders_about(v_search, null, true), null);
end
$$;
comment on function private.find_orders(private.order_search) is 'The ids of a page and of one order more, newest first.';

create function private.order_search_rows(order_ids uuid[], names boolean)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
      'id', orders.id, 'number', orders.number, 'status', orders.status, 'currency', orders.currency, 'total_amount', orders.total_amount,
      'placed_at', orders.placed_at,
      'customer_name', case when order_search_rows.names then btrim(profiles.first_name || ' ' || profiles.last_name) end,
      'customer_email', case when order_search_rows.names then profiles.email end,
      'item_titles', items.titles, 'item_count', items.units
    ) order by orders.placed_at desc, orders.id desc), '[]')
  from public.orders
  join public.profiles on profiles.id = orders.customer_id
  cross join lateral (
    select coalesce(jsonb_agg(order_items.title order by order_items.title, order_items.id), '[]') as titles, coalesce(sum(order_items.quantity), 0) as units
    from public.order_items where order_items.order_id = orders.id
  ) as items
  where orders.id = any (order_search_rows.order_ids);
$$;
comment on function private.order_search_rows(uuid[], boolean) is 'What a list shows of these orders, newest first; who bought only when names are to be seen.';

create function private.search_orders(
  q text, statuses text[], placed_from timestamptz, placed_to timestamptz, min_amount bigint, max_amount bigint, currency text, cursor text, max_rows integer
)
returns jsonb
language plpgsql
stable
security definer -- reads across people and titles with one check instead of row-level security on five tables
set search_path = ''
as $$
declare
  v_search private.order_search := private.continue_order_search(
    private.read_order_search(q, statuses, placed_from, placed_to, min_amount, max_amount, currency, max_rows), search_orders.cursor);
  v_ids uuid[] := private.find_orders(v_search);
  v_last uuid;
begin
  -- A number that is off by a digit is another number; a word that is off by a letter is a slip.
  if v_ids = '{}' and search_orders.cursor is null and length(v_search.words) >= 4 and v_search.words !~ '^[0-9 +()-]+$' then
    v_search.alike := true;
    v_ids := private.find_orders(v_search);
  end if;
  if cardinality(v_ids) > v_search.max_rows then
    v_last := v_ids[v_search.max_rows];
  end if;
  return jsonb_build_object(
    'data', private.order_search_rows(v_ids[:v_search.max_rows], v_search.names),
    'next_cursor', case when v_search.alike then 'a' else 'e' end || replace(v_last::text, '-', '') || private.order_search_fingerprint(v_search));
end
$$;
comment on function private.search_orders(text, text[], timestamptz, timestamptz, bigint, bigint, text, text, integer) is 'Does the work of public.search_orders.';
grant execute on function private.search_orders(text, text[], timestamptz, timestamptz, bigint, bigint, text, text, integer) to authenticated, service_role;

create function public.search_orders(
  q text default null, statuses text[] default null, placed_from timestamptz default null, placed_to timestamptz default null, min_amount bigint default null,
  max_amount bigint default null, currency text default null, cursor text default null, max_rows integer default 20
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.search_orders(search_orders.q, search_orders.statuses, search_orders.placed_from, search_orders.placed_to, search_orders.min_amount,
    search_orders.max_amount, search_orders.currency, search_orders.cursor, search_orders.max_rows);
$$;
comment on function public.search_orders(text, text[], timestamptz, timestamptz, bigint, bigint, text, text, integer) is
  'Orders newest first as {data, next_cursor}: own, or all for staff with orders.read. q is a part of a number or a title, for staff with people.read also of a name, e-mail or phone; '
  'case and accents do not matter, and when nothing contains q, what is written alike is found. placed_from is included, placed_to is not. Errors: invalid_search, invalid_cursor, sign_in_required.';
grant execute on function public.search_orders(text, text[], timestamptz, timestamptz, bigint, bigint, text, text, integer) to authenticated, service_role;
