/*
Imports, stock: one row per variant and place with the units that are there, held ones included, as after a count.

Promise: what differs is written by the functions of the warehouse, with a movement of reason import that names the file, so books and numbers go
together, backorders are filled and low stock is noticed. A row that says what is there already locks nothing.
Under concurrency: as adjust_stock: variants by id, places, then every slot of the variants that differ; the difference is taken again under these locks.
*/

create unlogged table private.import_stock (
  import_id uuid not null,
  row_number integer not null,
  sku text not null,
  variant_id uuid,
  kind text,
  stock_mode text,
  location_id uuid,
  on_hand integer,
  former_on_hand integer not null,
  reserved integer not null,
  primary key (import_id, row_number)
);
comment on table private.import_stock is 'Stock as a file wants it.';

create function private.stage_stock(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.import_stock (import_id, row_number, sku, variant_id, kind, stock_mode, location_id, on_hand, former_on_hand, reserved)
  select import_rows.import_id, import_rows.row_number, coalesce(import_rows.record ->> 'sku', ''), variants.id, products.kind, variants.stock_mode, locations.id,
    case when private.read_whole_number(import_rows.record ->> 'on_hand') between 0 and 999999 then (import_rows.record ->> 'on_hand')::integer end,
    coalesce(slots.on_hand, 0), coalesce(slots.reserved, 0)
  from private.import_rows
  left join public.variants on variants.sku = import_rows.record ->> 'sku'
  left join public.products on products.id = variants.product_id
  left join public.locations on locations.code = coalesce(nullif(import_rows.record ->> 'location', ''), 'main') and locations.kind <> 'allowance' and locations.deactivated_at is null
  left join lateral (
    select sum(stock_slots.available + stock_slots.reserved)::integer as on_hand, sum(stock_slots.reserved)::integer as reserved
    from public.stock_slots where stock_slots.variant_id = variants.id and stock_slots.location_id = locations.id
  ) as slots on true
  where import_rows.import_id = stage_stock.import_id;
$$;
comment on function private.stage_stock(uuid) is 'Reads the stock of a file beside what there is.';

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
    select 'sku', 'not_counted', 'This is not counted; call set_stock_mode first.' where staged.kind not in ('course', 'bundle') and staged.stock_mode = 'none'
    union all
    select 'location', 'location_not_found', 'There is no such place, or it was closed.' where staged.location_id is null
    union all
    select 'on_hand', 'invalid_value', 'on_hand is a whole number from 0 to 999999.' where staged.on_hand is null
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
comment on function private.check_import_stock(uuid) is 'Notes what is wrong with stock, in the words of the verbs of the warehouse.';

create function private.run_import_stock(import_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.stage_stock(run_import_stock.import_id);
  analyze private.import_stock;
  perform private.check_import_stock(run_import_stock.import_id);
  return jsonb_build_object('levels', private.count_changes(array(
    select case when staged.on_hand is distinct from staged.former_on_hand then 'changed' else 'unchanged' end
    from private.import_stock as staged where staged.import_id = run_import_stock.import_id)));
end
$$;
comment on function private.run_import_stock(uuid) is 'Holds a file of stock against the rules, notes findings, and answers what it would do.';

create function private.apply_import_stock(import_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_file_name text := (select imports.file_name from public.imports where imports.id = apply_import_stock.import_id);
  v_lines private.stock_line[];
  v_line private.stock_line;
begin
  v_lines := array(
    select row(staged.variant_id, staged.location_id, null, null, staged.on_hand)::private.stock_line
    from private.import_stock as staged where staged.import_id = apply_import_stock.import_id and staged.on_hand <> staged.former_on_hand
    order by staged.variant_id, staged.location_id);
  if cardinality(v_lines) = 0 then
    return;
  end if;
  perform private.open_books(v_lines);
  foreach v_line in array v_lines loop
    v_line.delta := v_line.counted - (
      select coalesce(sum(stock_slots.available + stock_slots.reserved), 0)::integer from public.stock_slots
      where stock_slots.variant_id = v_line.variant_id and stock_slots.location_id = v_line.location_id);
    if v_line.delta <> 0 then
      perform private.change_stock(v_line, v_line.delta, 'import', apply_import_stock.import_id, v_file_name);
    end if;
  end loop;
  perform private.fill_backorders(goods.variant_id), private.note_low_stock(goods.variant_id)
  from (select distinct line.variant_id from unnest(v_lines) as line order by 1) as goods;
end
$$;
comment on function private.apply_import_stock(uuid) is 'Writes the stock of a file that was found right. Refuses what adjust_stock refuses.';
