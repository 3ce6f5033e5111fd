/*
Orders, search: a list of orders by what people remember of them: a part of a title, a number, a name, an e-mail or a phone.

Promise: whatever contains the words is found, newest first, in pages that new orders do not shift; when nothing contains them, what is
written alike is, of digits what is off by one (the slips file). Customers find their own. What is searched stands in the searched file, what filters leave in the filtering file.
Under concurrency: reads only.
*/

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
  if v_search.words ~ '^(s?l?-)?[+0-9 ()-]+$' then
    -- of digits a slip is one that is wrong, left out, one too many, or changed places with the next
    v_search.numbers_alike := private.order_numbers_alike(v_search.words);
    v_search.slip := private.digit_slips(v_digits);
    if v_search.slip is not null then
      v_search.slip_start := '%' || left(v_digits, (length(v_digits) - 1) / 2) || '%';
      v_search.slip_end := '%' || right(v_digits, (length(v_digits) - 1) / 2) || '%';
    end if;
  end if;
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
    where before > 0 or v_digits !~ '^0' -- no number begins with a zero
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
set max_parallel_workers_per_gather = 0 -- starting workers takes longer than such a search
set jit = 'off' -- and so does compiling
as $$
declare
  v_numbers text[] := private.order_numbers_containing(search.words) || case when search.alike then search.numbers_alike end;
begin
  return array(
    select orders.id from public.orders where orders.number = any (v_numbers)
    union all
    select order_items.order_id from public.order_items
    where order_items.variant_id = any (search.variants) and order_items.title = any (search.titles)
    union all
    select orders.id from private.customer_search join public.orders on orders.customer_id = customer_search.profile_id
    where search.names and (customer_search.content like search.pattern or customer_search.content like search.digits_pattern
      or search.alike and search.numbers_alike is null and customer_search.content operator(extensions.%>) search.words
      -- whatever the slip is, the start or the end is as it was typed
      or search.alike and customer_search.content like search.slip_start and regexp_like(customer_search.content, search.slip)
      or search.alike and customer_search.content like search.slip_end and regexp_like(customer_search.content, search.slip))
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

create function private.orders_with_words(search private.order_search, among uuid[], at_most integer)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on the words
set max_parallel_workers_per_gather = 0
set jit = 'off'
as $$
begin
  return array(
    select orders.id from unnest(orders_with_words.among) as looked_at (id) join public.orders on orders.id = looked_at.id
    where orders.number like upper(search.pattern) or search.alike and orders.number = any (search.numbers_alike)
      -- scalar on purpose: as exists (…) the planner may read a whole table to hash it
      or search.titles <> '{}' and (
        select bool_or(order_items.title = any (search.titles)) from public.order_items where order_items.order_id = orders.id)
      or search.names and (
        select customer_search.content like search.pattern or customer_search.content like search.digits_pattern
          or search.alike and case when search.numbers_alike is null then extensions.word_similarity(search.words, customer_search.content) >= search.likeness
            else (customer_search.content like search.slip_start or customer_search.content like search.slip_end) and regexp_like(customer_search.content, search.slip) end
        from private.customer_search where customer_search.profile_id = orders.customer_id)
      -- one's own: by one's e-mail and phone all, by whom it was sent to those that were
      or not search.everyone and (
        (select private.contains_words(search, profiles.email, profiles.phone) from public.profiles where profiles.id = search.person_id)
        or private.contains_words(search, orders.shipping_address ->> 'recipient', orders.shipping_address ->> 'phone'))
    order by orders.placed_at desc, orders.id desc limit orders_with_words.at_most
  );
end
$$;
comment on function private.orders_with_words(private.order_search, uuid[], integer) is 'Of these orders those that contain the words, newest first, found by looking at each.';

create function private.match_titles(search private.order_search)
returns private.order_search
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on the words
set max_parallel_workers_per_gather = 0
as $$
declare
  v_search private.order_search := match_titles.search;
begin
  v_search.in_many_numbers := private.order_numbers_containing(v_search.words) is null;
  select coalesce(array_agg(distinct named.title), '{}'), coalesce(array_agg(distinct named.variant_id), '{}')
  into v_search.titles, v_search.variants
  from (
    select called.variant_id, called.title from private.variants_called(v_search.pattern, v_search.words, case when v_search.alike and v_search.numbers_alike is null then v_search.likeness end) as called
    union all
    select sold_titles.variant_id, sold_titles.title from private.sold_titles
    where sold_titles.content like v_search.pattern or v_search.alike and v_search.numbers_alike is null and sold_titles.content operator(extensions.%>) v_search.words
  ) as named;
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
as $$
declare
  v_first constant integer := 200;
  v_window constant integer := 2000;
  v_rare constant integer := 20000;
  v_page constant integer := search.max_rows + 1;
  v_search private.order_search;
  v_newest uuid[];
  v_found uuid[];
  v_about uuid[];
begin
  if search.pattern is null then
    return private.filtered_orders(search, v_page);
  end if;
  perform set_config('pg_trgm.word_similarity_threshold', search.likeness::text, true);
  v_search := private.match_titles(search);
  -- filters first: what they leave is few, or the newest of it hold a page of common words, mostly the very newest
  v_newest := private.filtered_orders(v_search, v_window);
  v_found := private.orders_with_words(v_search, v_newest[:v_first], v_page);
  if cardinality(v_found) < v_page then
    v_found := v_found || private.orders_with_words(v_search, v_newest[v_first + 1:], v_page - cardinality(v_found));
  end if;
  if cardinality(v_newest) < v_window or cardinality(v_found) = v_page then
    return v_found;
  end if;
  -- then words that fewer than every fiftieth order has: all of these, and the filters on them. Whom one's own orders went to stands in the orders alone.
  if search.everyone and not v_search.in_many_numbers then
    v_about := private.orders_about(v_search, v_rare);
    if cardinality(v_about) < v_rare then
      return private.filter_orders(v_search, v_about, v_page);
    end if;
  end if;
  -- neither is rare, and yet the newest hold no page: a row of digits is spread over all numbers, other words had their time
  if not search.everyone or v_search.in_many_numbers then
    while cardinality(v_newest) > 0 and cardinality(v_found) < v_page loop
      select orders.placed_at, orders.id into v_search.before_at, v_search.before_id from public.orders where orders.id = v_newest[cardinality(v_newest)];
      v_newest := private.filtered_orders(v_search, 5 * v_window);
      v_found := v_found || private.orders_with_words(v_search, v_newest, v_page - cardinality(v_found));
    end loop;
    return v_found;
  end if;
  return private.filter_orders(search, private.orders_about(v_search, null, true), v_page);
end
$$;
comment on function private.find_orders(private.order_search) is
  'The ids of a page and of one order more, newest first. Whatever is rarest is taken first, and none of the steps trusts an estimate: the newest 2000 that the filters leave are looked at one by one; '
  'if they hold no page and there are more, words of fewer than 20000 orders are collected and filtered; only words that are common and whose time is over are collected at any length.';

create function private.is_anywhere(search private.order_search)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on the words
set max_parallel_workers_per_gather = 0
set jit = 'off'
as $$
begin
  return (private.match_titles(search)).titles <> '{}'
    or search.names and exists (
      select from private.customer_search where customer_search.content like search.pattern or customer_search.content like search.digits_pattern);
end
$$;
comment on function private.is_anywhere(private.order_search) is 'Whether a title or, for who may see names, a person contains the words: then they are no slip, and filters may well leave nothing of them.';

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
  -- what nothing contains is a slip, unless it is somebody's or something's name
  if v_ids = '{}' and search_orders.cursor is null and (v_search.numbers_alike is null and length(v_search.words) >= 4 or v_search.slip is not null or v_search.numbers_alike <> '{}')
    and not (v_search.everyone and private.is_anywhere(v_search)) then
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
  'Orders newest first as {data, next_cursor}: own, or all for staff with orders.read. q is a part of a number, a title, a recipient, e-mail or phone (staff: with people.read, and of a name); '
  'case and accents do not matter, and when nothing contains q, what is written alike is found: of a number or a phone what is off by one digit. placed_from is included, placed_to is not. Errors: invalid_search, invalid_cursor, sign_in_required.';
grant execute on function public.search_orders(text, text[], timestamptz, timestamptz, bigint, bigint, text, text, integer) to authenticated, service_role;
