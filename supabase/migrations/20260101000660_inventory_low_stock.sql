/*
Inventory, low stock: a word to the shop when little is left, once per crossing.

Promise: stock.low is emitted once when the available units of a variant fall to its threshold, and again only after they rose above it.
Under concurrency: one row per watched variant is the state; whoever changes it holds it, and nobody ever waits for it: who finds it locked
passes by. Two purchases that cross together may each see too much left; the worker's sweep looks again every minute. Slots of variants
that nobody watches say so themselves (watched_at is null), so a purchase of those asks nothing more.
*/

create table private.low_stock_marks (
  variant_id uuid primary key references public.variants (id) on delete cascade,
  threshold integer not null,
  low_since timestamptz
);
comment on table private.low_stock_marks is 'Variants with a threshold, and since when they are low: null while there is enough.';

create function private.note_low_stock(variant_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_mark record;
begin
  with watched as materialized (
    select low_stock_marks.variant_id from private.low_stock_marks where low_stock_marks.variant_id = note_low_stock.variant_id for update skip locked
  ), stock as (
    select coalesce(sum(stock_slots.available), 0) as available from public.stock_slots
    where stock_slots.variant_id = note_low_stock.variant_id and stock_slots.slot < 128
  )
  update private.low_stock_marks set low_since = case when stock.available <= low_stock_marks.threshold then now() end
  from watched, stock
  where low_stock_marks.variant_id = watched.variant_id and (low_stock_marks.low_since is null) = (stock.available <= low_stock_marks.threshold)
  returning low_stock_marks.low_since, low_stock_marks.threshold, stock.available into v_mark;
  if v_mark.low_since is not null then
    perform private.emit('stock.low', 'variant', note_low_stock.variant_id, jsonb_build_object('available', v_mark.available, 'threshold', v_mark.threshold));
  end if;
end
$$;
comment on function private.note_low_stock(uuid) is 'Moves the mark of a watched variant when its stock crossed the threshold, and emits stock.low on the way down. Never waits.';
