/*
Imports, stock: one row per variant and place with the units that are there, held ones included, as after a count, and with how the variant is counted.

Promise: what differs is written with the books: a movement of reason import that names the file; backorders are filled and low stock is noticed. How a
variant is counted changes by the function of set_stock_mode. A row that says what is there already locks nothing.
Under concurrency: as adjust_stock: variants by id, places, then every slot of the variants that differ; the difference is taken again under these locks.
All slots are locked in one statement, in the order everybody keeps: the variants are held, so nobody adds slots meanwhile.
*/

create unlogged table private.import_stock (
  import_id uuid not null,
  row_number integer not null,
  record jsonb not null,
  variant_id uuid,
  kind text,
  location_id uuid,
  on_hand integer,
  former_on_hand integer not null,
  reserved integer not null,
  delta integer not null default 0,
  stock_mode text,
  backorder_limit bigint,
  ships_at timestamptz,
  former_mode text,
  former_limit integer,
  former_ships_at timestamptz,
  primary key (import_id, row_number)
);
comment on table private.import_stock is 'Stock as a file wants it; delta is what on_hand differs by once all slots are held.';

create function private.stage_stock(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  with slots as materialized (
    select stock_slots.variant_id, stock_slots.location_id, sum(stock_slots.available + stock_slots.reserved)::integer as on_hand, sum(stock_slots.reserved)::integer as reserved
    from public.stock_slots
    where stock_slots.variant_id in (
      select variants.id from private.import_rows join public.variants on variants.sku = import_rows.record ->> 'sku' where import_rows.import_id = stage_stock.import_id)
    group by 1, 2
  ), read as (
    select import_rows.row_number, import_rows.record, variants.id as variant_id, products.kind, variants.stock_mode as former_mode, variants.backorder_limit as former_limit,
      variants.preorder_ships_at as former_ships_at, coalesce(nullif(import_rows.record ->> 'stock_mode', ''), variants.stock_mode) as stock_mode,
      coalesce(nullif(import_rows.record ->> 'location', ''), 'main') as location,
      case when private.read_whole_number(import_rows.record ->> 'on_hand') between 0 and 999999 then (import_rows.record ->> 'on_hand')::integer end as on_hand
    from private.import_rows
    left join public.variants on variants.sku = import_rows.record ->> 'sku'
    left join public.products on products.id = variants.product_id
    where import_rows.import_id = stage_stock.import_id
  )
  insert into private.import_stock (import_id, row_number, record, variant_id, kind, location_id, on_hand, former_on_hand, reserved, stock_mode, backorder_limit, ships_at,
    former_mode, former_limit, former_ships_at)
  select stage_stock.import_id, read.row_number, read.record, read.variant_id, read.kind, locations.id, read.on_hand, coalesce(slots.on_hand, 0), coalesce(slots.reserved, 0), read.stock_mode,
    case when read.record ? 'backorder_limit' then private.read_whole_number(read.record ->> 'backorder_limit')
      when read.stock_mode in ('backorder', 'preorder') then read.former_limit end,
    case when read.record ? 'ships_at' then private.read_time(read.record ->> 'ships_at') when read.stock_mode = 'preorder' then read.former_ships_at end,
    read.former_mode, read.former_limit, read.former_ships_at
  from read
  left join public.locations on locations.code = read.location and locations.kind <> 'allowance' and locations.deactivated_at is null
  left join slots on slots.variant_id = read.variant_id and slots.location_id = locations.id;
$$;
comment on function private.stage_stock(uuid) is 'Reads the stock of a file beside what there is.';

create function private.changes_mode(staged private.import_stock)
returns boolean
language sql
immutable
security invoker
return (staged.stock_mode, staged.backorder_limit, staged.ships_at) is distinct from (staged.former_mode, staged.former_limit::bigint, staged.former_ships_at);
comment on function private.changes_mode(private.import_stock) is 'Whether a row wants its variant to be counted in another way.';

create function private.check_import_stock(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  select check_import_stock.import_id, staged.row_number, problems.name, problems.code, problems.message
  from private.import_stock as staged
  cross join lateral (
    select 'sku', 'variant_not_found', 'There is no variant with this SKU.' where staged.variant_id is null
    union all
    select 'sku', 'seats_follow_the_intake', 'The seats of a course are as many as its intake says.' where staged.kind = 'course'
    union all
    select 'sku', 'bundle_has_no_stock', 'A bundle has no stock of its own.' where staged.kind = 'bundle'
    union all
    select 'sku', 'not_counted', 'This is not counted; give it another stock_mode.' where staged.kind not in ('course', 'bundle') and staged.stock_mode = 'none' and staged.on_hand > 0
    union all
    select 'location', 'location_not_found', 'There is no such place, or it was closed.' where staged.location_id is null
    union all
    select 'on_hand', 'invalid_value', 'on_hand is a whole number from 0 to 999999.'
    where staged.on_hand is null and not (coalesce(staged.stock_mode, '') = 'none' and staged.record ->> 'on_hand' = '')
    union all
    select 'on_hand', 'out_of_stock', format('%s units in this place are held for orders.', staged.reserved) where staged.on_hand < staged.reserved
  ) as problems (name, code, message)
  where staged.import_id = check_import_stock.import_id
  union all
  select check_import_stock.import_id, twice.row_number, 'sku', 'double_row', format('Row %s is of the same variant and place.', twice.first_row)
  from (
    select staged.row_number, min(staged.row_number) over (partition by staged.variant_id, staged.location_id) as first_row
    from private.import_stock as staged where staged.import_id = check_import_stock.import_id and staged.variant_id is not null
  ) as twice
  where twice.row_number > twice.first_row;
$$;
comment on function private.check_import_stock(uuid) is 'Notes what is wrong with the units of a file, in the words of the verbs of the warehouse.';

create function private.check_import_modes(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  select check_import_modes.import_id, staged.row_number, problems.name, problems.code, problems.message
  from private.import_stock as staged
  cross join lateral (
    select 'stock_mode', 'invalid_stock_mode', 'A stock mode is none, tracked, backorder or preorder.' where staged.stock_mode not in ('none', 'tracked', 'backorder', 'preorder')
    union all
    select 'backorder_limit', 'invalid_stock_mode', 'backorder_limit is a whole number from 0 to 1000000 in the modes backorder and preorder, and empty in others.'
    where staged.stock_mode in ('backorder', 'preorder') and coalesce(staged.backorder_limit, -1) not between 0 and 1000000
      or staged.stock_mode in ('none', 'tracked') and staged.record ->> 'backorder_limit' <> ''
    union all
    select 'ships_at', 'invalid_stock_mode', 'ships_at is a day or a moment in the mode preorder, and empty in others.'
    where staged.stock_mode = 'preorder' and staged.ships_at is null or staged.stock_mode in ('none', 'tracked', 'backorder') and staged.record ->> 'ships_at' <> ''
    union all
    select 'stock_mode', 'stock_mode_in_use', 'An unpaid order contains this, and it was not counted when it was placed.'
    where staged.former_mode = 'none' and staged.stock_mode <> 'none' and private.is_in_an_open_order(staged.variant_id)
    union all
    select 'stock_mode', 'stock_mode_in_use', 'There are units on hand, and what is not counted has none.'
    where staged.former_mode <> 'none' and staged.stock_mode = 'none' and exists (
      select from public.stock_slots
      where stock_slots.variant_id = staged.variant_id and stock_slots.slot < 128 and stock_slots.available + stock_slots.reserved > 0 and not exists (
        select from private.import_stock as emptied
        where emptied.import_id = staged.import_id and emptied.variant_id = staged.variant_id and emptied.location_id = stock_slots.location_id and emptied.on_hand = 0))
    union all
    select 'backorder_limit', 'stock_mode_in_use', 'More units are sold or held beyond stock than the new limit allows.'
    where coalesce(staged.backorder_limit, 0) < (
      select staged.former_limit - coalesce(sum(stock_slots.available), 0) from public.stock_slots where stock_slots.variant_id = staged.variant_id and stock_slots.slot >= 128)
  ) as problems (name, code, message)
  where staged.import_id = check_import_modes.import_id and staged.kind not in ('course', 'bundle') and private.changes_mode(staged)
  union all
  select check_import_modes.import_id, max(staged.row_number), 'stock_mode', 'conflicting_rows', 'The rows of one variant count it in different ways.'
  from private.import_stock as staged where staged.import_id = check_import_modes.import_id and staged.variant_id is not null
  group by staged.variant_id having count(*) > 1 and count(distinct (staged.stock_mode, staged.backorder_limit, staged.ships_at)) > 1;
$$;
comment on function private.check_import_modes(uuid) is 'Notes what is wrong with how a file wants variants to be counted, in the words of set_stock_mode.';

create function private.run_import_stock(import_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_changes jsonb;
begin
  perform private.stage_stock(run_import_stock.import_id);
  analyze private.import_stock (import_id, row_number, variant_id, location_id);
  perform private.check_import_stock(run_import_stock.import_id);
  perform private.check_import_modes(run_import_stock.import_id);
  v_changes := jsonb_build_object('levels', private.count_changes(array(
    select case when staged.on_hand <> staged.former_on_hand then 'changed' else 'unchanged' end
    from private.import_stock as staged where staged.import_id = run_import_stock.import_id)));
  if (select imports.columns && '{stock_mode,backorder_limit,ships_at}' from public.imports where imports.id = run_import_stock.import_id) then
    v_changes := v_changes || jsonb_build_object('modes', private.count_changes(array(
      select case when bool_or(private.changes_mode(staged)) then 'changed' else 'unchanged' end
      from private.import_stock as staged where staged.import_id = run_import_stock.import_id group by staged.variant_id)));
  end if;
  return v_changes;
end
$$;
comment on function private.run_import_stock(uuid) is 'Holds a file of stock against the rules, notes findings, and answers what it would do.';

create function private.lock_import_stock(import_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_variant_ids constant uuid[] := array(
    select distinct staged.variant_id from private.import_stock as staged
    where staged.import_id = lock_import_stock.import_id and (staged.on_hand <> staged.former_on_hand or private.changes_mode(staged)));
begin
  if exists (
    select from private.import_stock as staged
    where staged.import_id = lock_import_stock.import_id and staged.former_mode = 'none' and staged.stock_mode <> 'none'
  ) then
    perform from public.variants where variants.id = any (v_variant_ids) order by variants.id for update; -- as refuse_while_promised, at once
  else
    perform from public.variants where variants.id = any (v_variant_ids) order by variants.id for no key update;
  end if;
  perform private.hold_locations(array(
    select distinct staged.location_id from private.import_stock as staged
    where staged.import_id = lock_import_stock.import_id and staged.on_hand <> staged.former_on_hand));
  perform from public.stock_slots where stock_slots.variant_id = any (v_variant_ids)
  order by stock_slots.variant_id, stock_slots.slot, stock_slots.location_id for update;
  perform private.release_due_units(due.variant_id) from (
    select distinct reservations.variant_id from public.reservations
    where reservations.variant_id = any (v_variant_ids) and reservations.status = 'held' and reservations.expires_at <= now() order by 1
  ) as due;
end
$$;
comment on function private.lock_import_stock(uuid) is 'What open_books does, for the variants of a file that differ: locks them and their slots, keeps the places open, frees what is due.';

create function private.write_import_modes(import_id uuid, counted boolean)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_wanted record;
  v_variant public.variants;
begin
  for v_wanted in
    select distinct staged.variant_id, staged.stock_mode, staged.backorder_limit::integer as backorder_limit, staged.ships_at from private.import_stock as staged
    where staged.import_id = write_import_modes.import_id and private.changes_mode(staged) and (staged.stock_mode <> 'none') = write_import_modes.counted order by 1
  loop
    select * into v_variant from public.variants where variants.id = v_wanted.variant_id;
    perform private.change_stock_mode(v_variant, v_wanted.stock_mode, v_wanted.backorder_limit, v_wanted.ships_at);
  end loop;
end
$$;
comment on function private.write_import_modes(uuid, boolean) is 'Counts the variants of a file as it says: those that are counted before their units are written, those that are not any more afterwards.';

create function private.write_import_units(import_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_short text;
begin
  update public.stock_slots set available = stock_slots.available - least(stock_slots.available, ordered.wanted - ordered.before)
  from (
    select slots.variant_id, slots.slot, slots.location_id, -staged.delta as wanted, coalesce(sum(slots.available) over (
      partition by slots.variant_id, slots.location_id order by slots.available desc, slots.slot rows between unbounded preceding and 1 preceding), 0) as before
    from private.import_stock as staged
    join public.stock_slots as slots on slots.variant_id = staged.variant_id and slots.location_id = staged.location_id and slots.available > 0
    where staged.import_id = write_import_units.import_id and staged.delta < 0
  ) as ordered
  where stock_slots.variant_id = ordered.variant_id and stock_slots.slot = ordered.slot and stock_slots.location_id = ordered.location_id and ordered.before < ordered.wanted;
  -- as private.add_units: slot 0 of main as well, whatever the place, and a place's units over its slots and those that so many units want
  insert into public.stock_slots (variant_id, slot, location_id, watched_at)
  select distinct staged.variant_id, 0, private.main_location(), case when low_stock_marks.variant_id is not null then now() end
  from private.import_stock as staged left join private.low_stock_marks on low_stock_marks.variant_id = staged.variant_id
  where staged.import_id = write_import_units.import_id and staged.delta > 0 and staged.location_id <> private.main_location()
  on conflict do nothing;
  insert into public.stock_slots (variant_id, slot, location_id, available, watched_at)
  select places.variant_id, share.slot, places.location_id, places.delta / cardinality(places.slots) + case when share.number <= places.delta % cardinality(places.slots) then 1 else 0 end,
    case when places.watched then now() end
  from (
    select staged.variant_id, staged.location_id, staged.delta, low_stock_marks.variant_id is not null as watched, array(
      select private.first_slot(staged.location_id) + number * (64 / private.slots_for(staged.on_hand)) from generate_series(0, private.slots_for(staged.on_hand) - 1) as number
      union
      select unnest(known.slots) order by 1) as slots
    from private.import_stock as staged
    left join (
      select stock_slots.variant_id, stock_slots.location_id, array_agg(stock_slots.slot) as slots from public.stock_slots
      where stock_slots.variant_id in (select staged.variant_id from private.import_stock as staged where staged.import_id = write_import_units.import_id and staged.delta > 0) group by 1, 2
    ) as known on known.variant_id = staged.variant_id and known.location_id = staged.location_id
    left join private.low_stock_marks on low_stock_marks.variant_id = staged.variant_id
    where staged.import_id = write_import_units.import_id and staged.delta > 0
    order by staged.variant_id, staged.location_id
  ) as places
  cross join lateral unnest(places.slots) with ordinality as share (slot, number)
  on conflict on constraint stock_slots_pkey do update set available = stock_slots.available + excluded.available where excluded.available > 0;
  -- what was not there to be taken shows now: the units that are there are not those that were counted
  select min(staged.record ->> 'sku') into v_short
  from private.import_stock as staged
  left join public.stock_slots on stock_slots.variant_id = staged.variant_id and stock_slots.location_id = staged.location_id
  where staged.import_id = write_import_units.import_id and staged.delta < 0
  group by staged.row_number, staged.on_hand having coalesce(sum(stock_slots.available + stock_slots.reserved), 0) <> staged.on_hand limit 1;
  if v_short is not null then
    perform private.fail('out_of_stock', 409, 'There are not so many free units in this place: others are held for orders, or not there.', 'Take fewer, or from another place.', v_short);
  end if;
end
$$;
comment on function private.write_import_units(uuid) is 'Takes units away and puts them on sale as take_units and add_units do, for all rows of a file at once. The caller holds every slot. Refuses out_of_stock.';

create function private.apply_import_stock(import_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_file_name constant text := (select imports.file_name from public.imports where imports.id = apply_import_stock.import_id);
begin
  perform private.lock_import_stock(apply_import_stock.import_id);
  perform private.write_import_modes(apply_import_stock.import_id, true);
  update private.import_stock as staged set delta = counted.on_hand - counted.there
  from (
    select wanted.row_number, wanted.on_hand, coalesce(sum(stock_slots.available + stock_slots.reserved), 0)::integer as there
    from private.import_stock as wanted
    left join public.stock_slots on stock_slots.variant_id = wanted.variant_id and stock_slots.location_id = wanted.location_id
    where wanted.import_id = apply_import_stock.import_id and wanted.on_hand <> wanted.former_on_hand group by wanted.row_number, wanted.on_hand
  ) as counted
  where staged.import_id = apply_import_stock.import_id and staged.row_number = counted.row_number;
  perform private.write_import_units(apply_import_stock.import_id);
  insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id, note)
  select staged.variant_id, staged.location_id, staged.delta, 'import', apply_import_stock.import_id, v_file_name
  from private.import_stock as staged where staged.import_id = apply_import_stock.import_id and staged.delta <> 0 order by staged.row_number;
  perform private.write_import_modes(apply_import_stock.import_id, false);
  perform private.fill_backorders(goods.variant_id) from (
    select distinct staged.variant_id from private.import_stock as staged
    where staged.import_id = apply_import_stock.import_id and (staged.delta <> 0 or private.changes_mode(staged))
      and exists (select from public.backorders where backorders.variant_id = staged.variant_id and backorders.open_quantity > 0) order by 1
  ) as goods;
  perform private.note_low_stock(goods.variant_id) from (
    select distinct staged.variant_id from private.import_stock as staged join private.low_stock_marks on low_stock_marks.variant_id = staged.variant_id
    where staged.import_id = apply_import_stock.import_id and staged.delta <> 0 order by 1
  ) as goods;
end
$$;
comment on function private.apply_import_stock(uuid) is 'Writes the stock of a file that was found right. Refuses what adjust_stock and set_stock_mode refuse.';
