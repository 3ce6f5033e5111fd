/*
Orders, filtering: what the filters of a search leave of all orders, or of some.

Promise: exact, newest first, and quick without trusting an estimate: of a million orders the slowest question reads one index once. The planner cannot
know whether an amount is in every month or in one long ago, so it is not asked: what is rare is counted, up to a limit, and then collected.
Under concurrency: reads only.
*/

create type private.order_search as (
  words text, pattern text, digits_pattern text, alike boolean, likeness real, slip text, slip_start text, slip_end text, numbers_alike text[], titles text[], variants uuid[], in_many_numbers boolean, everyone boolean, names boolean, person_id uuid, statuses text[],
  placed_from timestamptz, placed_to timestamptz, min_amount bigint, max_amount bigint, currency text, before_at timestamptz, before_id uuid, max_rows integer
);
comment on type private.order_search is 'A search that was checked: the words as compared (null: none), for digits what they are when one of them is a slip (slip, and of what is found by it how it starts or ends; numbers_alike), whose orders, who may see people, the filters, and after which order it goes on.';

create function private.order_currencies()
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_currencies text[] := '{}';
  v_next text;
begin
  loop
    select min(orders.currency) into v_next from public.orders where v_currencies = '{}' or orders.currency > v_currencies[cardinality(v_currencies)];
    exit when v_next is null;
    v_currencies := v_currencies || v_next;
  end loop;
  return v_currencies;
end
$$;
comment on function private.order_currencies() is 'The currencies that orders have, by one look into the index for each.';

create function private.filtered_orders(search private.order_search, at_most integer)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on which filters there are
set max_parallel_workers_per_gather = 0 -- starting workers takes longer than such a search
set jit = 'off' -- and so does compiling
as $$
declare
  v_few constant integer := 20000;
  v_currencies text[] := array[search.currency];
begin
  -- rare amounts: all of them are sorted, wherever they lie in time
  if search.everyone and (search.min_amount is not null or search.max_amount is not null or search.currency is not null) then
    if search.currency is null then
      v_currencies := private.order_currencies();
    end if;
    if (
      select count(*) from (
        select from public.orders where orders.currency = any (v_currencies)
          and orders.total_amount between coalesce(search.min_amount, 0) and coalesce(search.max_amount, 9223372036854775807) limit v_few
      ) as counted
    ) < v_few then
      return array(
        with rare as materialized (
          select orders.id, orders.placed_at, orders.status from public.orders where orders.currency = any (v_currencies)
            and orders.total_amount between coalesce(search.min_amount, 0) and coalesce(search.max_amount, 9223372036854775807)
        )
        select rare.id from rare
        where (search.statuses is null or rare.status = any (search.statuses))
          and (search.placed_from is null or rare.placed_at >= search.placed_from)
          and (search.placed_to is null or rare.placed_at < search.placed_to)
          and (search.before_id is null or (rare.placed_at, rare.id) < (search.before_at, search.before_id))
        order by rare.placed_at desc, rare.id desc limit filtered_orders.at_most
      );
    end if;
  end if;
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
    order by orders.placed_at desc, orders.id desc limit filtered_orders.at_most
  );
end
$$;
comment on function private.filtered_orders(private.order_search, integer) is
  'The newest orders that the filters leave, whatever the words. Every filter is answered from an index alone: rare amounts and currencies from their own, the rest newest first from the one that has all filters in it.';

create function private.filter_orders(search private.order_search, among uuid[], at_most integer)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on which filters there are
set max_parallel_workers_per_gather = 0
set jit = 'off'
as $$
begin
  return array(
    select orders.id from public.orders
    where orders.id = any (filter_orders.among) and (search.everyone or orders.customer_id = search.person_id)
      and (search.statuses is null or orders.status = any (search.statuses))
      and (search.placed_from is null or orders.placed_at >= search.placed_from)
      and (search.placed_to is null or orders.placed_at < search.placed_to)
      and (search.min_amount is null or orders.total_amount >= search.min_amount)
      and (search.max_amount is null or orders.total_amount <= search.max_amount)
      and (search.currency is null or orders.currency = search.currency)
      and (search.before_id is null or (orders.placed_at, orders.id) < (search.before_at, search.before_id))
    order by orders.placed_at desc, orders.id desc limit filter_orders.at_most
  );
end
$$;
comment on function private.filter_orders(private.order_search, uuid[], integer) is 'Of these orders those that the filters leave, newest first.';
