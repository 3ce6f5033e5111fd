/*
Imports, prices: one row per price. Without a price list it is the base price of a currency, with one a price of that list from min_quantity on.
A list is named by its name, or by its id where two share one; starts_at and ends_at, where they are columns, are the window of the list.

Promise: prices are added and changed, never taken away. Lists are made by hand, since a list for a group of customers is more than a name.
*/

create unlogged table private.import_prices (
  import_id uuid not null,
  row_number integer not null,
  record jsonb not null,
  variant_id uuid,
  currency text not null,
  price_list_id uuid,
  lists integer not null,
  min_quantity integer not null,
  amount bigint,
  former_amount bigint,
  starts_at timestamptz,
  ends_at timestamptz,
  primary key (import_id, row_number)
);
comment on table private.import_prices is 'Prices as a file wants them; lists is how many price lists the name means.';

create function private.stage_prices(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  with lists as materialized (
    select named.name, count(*)::integer as lists, (array_agg(named.id))[1] as id from (
      select price_lists.name, price_lists.id from public.price_lists union all select price_lists.id::text, price_lists.id from public.price_lists
    ) as named group by named.name
  ), read as materialized (
    select import_rows.row_number, import_rows.record, variants.id as variant_id, upper(btrim(import_rows.record ->> 'currency')) as currency, lists.id as price_list_id,
      case when coalesce(import_rows.record ->> 'price_list', '') = '' then 1 else coalesce(lists.lists, 0) end as lists,
      case when coalesce(import_rows.record ->> 'min_quantity', '') = '' then 1 else coalesce(private.read_whole_number(import_rows.record ->> 'min_quantity'), 0) end as min_quantity,
      private.read_whole_number(import_rows.record ->> 'amount') as amount
    from private.import_rows
    left join public.variants on variants.sku = import_rows.record ->> 'sku'
    left join lists on lists.name = import_rows.record ->> 'price_list'
    where import_rows.import_id = stage_prices.import_id
  )
  insert into private.import_prices (import_id, row_number, record, variant_id, currency, price_list_id, lists, min_quantity, amount, former_amount, starts_at, ends_at)
  select stage_prices.import_id, read.row_number, read.record, read.variant_id, coalesce(read.currency, ''), read.price_list_id, read.lists,
    least(greatest(read.min_quantity, 0), 2147483647)::integer, read.amount,
    case when coalesce(read.record ->> 'price_list', '') = '' then prices.amount else price_list_prices.amount end,
    case when read.record ? 'starts_at' then private.read_time(read.record ->> 'starts_at') else price_lists.starts_at end,
    case when read.record ? 'ends_at' then private.read_time(read.record ->> 'ends_at') else price_lists.ends_at end
  from read
  left join public.prices on prices.variant_id = read.variant_id and prices.currency = read.currency
  left join public.price_list_prices on price_list_prices.price_list_id = read.price_list_id and price_list_prices.variant_id = read.variant_id
    and price_list_prices.currency = read.currency and price_list_prices.min_quantity = read.min_quantity
  left join public.price_lists on price_lists.id = read.price_list_id;
$$;
comment on function private.stage_prices(uuid) is 'Reads the prices of a file beside what there is.';

create function private.check_import_prices(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  select check_import_prices.import_id, staged.row_number, problems.name, problems.code, problems.message
  from private.import_prices as staged
  cross join lateral (
    select 'sku', 'variant_not_found', 'There is no variant with this SKU.' where staged.variant_id is null
    union all
    select 'currency', 'currency_not_found', 'The shop does not know this currency.' where not exists (select from public.currencies where currencies.code = staged.currency)
    union all
    select 'price_list', 'price_list_not_found', 'There is no price list with this name or id.' where staged.lists = 0
    union all
    select 'price_list', 'price_list_ambiguous', 'Several price lists have this name; write the id of one.' where staged.lists > 1
    union all
    select 'amount', 'invalid_value', 'An amount is a whole number of minor units, without thousands or currency.' where staged.amount is null
    union all
    select 'min_quantity', 'invalid_value', 'Only prices of a price list begin at a quantity.' where staged.price_list_id is null and staged.lists = 1 and staged.min_quantity <> 1
    union all
    select times.name, 'invalid_value', 'A moment is written as 2026-01-31T09:00:00Z, a day as 2026-01-31.'
    from (values ('starts_at'), ('ends_at')) as times (name) where staged.record ->> times.name <> '' and private.read_time(staged.record ->> times.name) is null
    union all
    select 'starts_at', 'invalid_value', 'A base price has no window; put it into a price list.'
    where staged.lists = 1 and staged.price_list_id is null and (staged.starts_at is not null or staged.ends_at is not null)
    union all
    select 'ends_at', 'invalid_value', 'Price lists start before they end.' where staged.ends_at <= staged.starts_at
  ) as problems (name, code, message)
  where staged.import_id = check_import_prices.import_id
  union all
  select check_import_prices.import_id, twice.row_number, 'sku', 'double_row', format('Row %s is of the same price.', twice.first_row)
  from (
    select staged.row_number, min(staged.row_number) over (partition by staged.variant_id, staged.currency, staged.price_list_id, staged.min_quantity) as first_row
    from private.import_prices as staged where staged.import_id = check_import_prices.import_id and staged.variant_id is not null and staged.lists = 1
  ) as twice
  where twice.row_number > twice.first_row
  union all
  select check_import_prices.import_id, max(staged.row_number), 'starts_at', 'conflicting_rows', 'The rows of one price list give it different windows.'
  from private.import_prices as staged where staged.import_id = check_import_prices.import_id and staged.price_list_id is not null
  group by staged.price_list_id having count(distinct (staged.starts_at, staged.ends_at)) > 1;
$$;
comment on function private.check_import_prices(uuid) is 'Notes what is wrong with prices beside their constraints.';

create function private.run_import_prices(import_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- prices of a list are written under its lock, so that two files cannot give it two windows
  perform from public.price_lists
  where price_lists.name in (select import_rows.record ->> 'price_list' from private.import_rows where import_rows.import_id = run_import_prices.import_id)
    or price_lists.id::text in (select import_rows.record ->> 'price_list' from private.import_rows where import_rows.import_id = run_import_prices.import_id)
  order by price_lists.id for no key update;
  perform private.stage_prices(run_import_prices.import_id);
  analyze private.import_prices;
  perform private.check_import_prices(run_import_prices.import_id);
  perform private.find_broken_constraints(run_import_prices.import_id, 'private.import_prices', 'public.price_list_prices', '{}');
  return jsonb_build_object('prices', private.count_changes(array(
    select case when staged.former_amount is null then 'created' when staged.former_amount <> staged.amount then 'changed' else 'unchanged' end
    from private.import_prices as staged where staged.import_id = run_import_prices.import_id)));
end
$$;
comment on function private.run_import_prices(uuid) is 'Holds a file of prices against the rules, notes findings, and answers what it would do.';

create function private.apply_import_prices(import_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.price_lists set starts_at = staged.starts_at, ends_at = staged.ends_at
  from (
    select distinct import_prices.price_list_id, import_prices.starts_at, import_prices.ends_at from private.import_prices
    where import_prices.import_id = apply_import_prices.import_id and import_prices.price_list_id is not null
  ) as staged
  where price_lists.id = staged.price_list_id and (price_lists.starts_at, price_lists.ends_at) is distinct from (staged.starts_at, staged.ends_at);
  insert into public.prices (variant_id, currency, amount)
  select staged.variant_id, staged.currency, staged.amount from private.import_prices as staged
  where staged.import_id = apply_import_prices.import_id and staged.price_list_id is null and staged.amount is distinct from staged.former_amount
  order by staged.variant_id, staged.currency
  on conflict on constraint prices_are_one_per_currency do update set amount = excluded.amount;
  insert into public.price_list_prices (price_list_id, variant_id, currency, min_quantity, amount)
  select staged.price_list_id, staged.variant_id, staged.currency, staged.min_quantity, staged.amount from private.import_prices as staged
  where staged.import_id = apply_import_prices.import_id and staged.price_list_id is not null and staged.amount is distinct from staged.former_amount
  order by staged.price_list_id, staged.variant_id, staged.currency, staged.min_quantity
  on conflict on constraint price_list_prices_pkey do update set amount = excluded.amount;
end
$$;
comment on function private.apply_import_prices(uuid) is 'Writes the prices of a file that was found right.';
