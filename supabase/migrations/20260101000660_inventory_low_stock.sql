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

create function private.sweep_low_stock()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_variant_id uuid;
  v_moved integer := 0;
begin
  for v_variant_id in
    select low_stock_marks.variant_id from private.low_stock_marks
    left join lateral (
      select coalesce(sum(stock_slots.available), 0) as available from public.stock_slots
      where stock_slots.variant_id = low_stock_marks.variant_id and stock_slots.slot < 128
    ) as stock on true
    where (low_stock_marks.low_since is null) = (stock.available <= low_stock_marks.threshold)
  loop
    perform private.note_low_stock(v_variant_id);
    v_moved := v_moved + 1;
  end loop;
  return v_moved;
end
$$;
comment on function private.sweep_low_stock() is 'Moves the marks that a race left behind; returns how many. The worker calls it every minute.';

create function private.set_low_stock_threshold(variant_id uuid, threshold integer, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write the column, since slots and marks follow it
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_object('variant_id', set_low_stock_threshold.variant_id, 'threshold', set_low_stock_threshold.threshold);
  v_answer jsonb;
begin
  if not (private.is_service() or private.has_permission('inventory.write') or private.has_permission('catalog.write')) then
    perform private.fail('permission_denied', 403, 'A threshold needs the permission inventory.write or catalog.write.', 'Ask an admin for a role that has it.');
  end if;
  v_answer := private.recall_answer(v_person_id, set_low_stock_threshold.idempotency_key, 'set_low_stock_threshold', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if set_low_stock_threshold.threshold not between 0 and 1000000 then
    perform private.fail('invalid_quantity', 422, 'threshold is a whole number from 0 to 1000000, or null for none.', 'Correct threshold.');
  end if;
  perform from public.variants where variants.id = set_low_stock_threshold.variant_id for no key update;
  if not found then
    perform private.fail('variant_not_found', 404, 'There is no such variant.', 'Check the variant id.');
  end if;
  perform private.lock_stock(array[set_low_stock_threshold.variant_id]);
  update public.stock_slots set watched_at = case when set_low_stock_threshold.threshold is not null then now() end
  where stock_slots.variant_id = set_low_stock_threshold.variant_id;
  if set_low_stock_threshold.threshold is null then
    delete from private.low_stock_marks where low_stock_marks.variant_id = set_low_stock_threshold.variant_id;
  else
    insert into private.low_stock_marks (variant_id, threshold) values (set_low_stock_threshold.variant_id, set_low_stock_threshold.threshold)
    on conflict on constraint low_stock_marks_pkey do update set threshold = excluded.threshold;
    perform private.note_low_stock(set_low_stock_threshold.variant_id);
  end if;
  update public.variants set low_stock_threshold = set_low_stock_threshold.threshold where variants.id = set_low_stock_threshold.variant_id;
  return private.remember_answer(v_person_id, set_low_stock_threshold.idempotency_key, 'set_low_stock_threshold', v_body, v_body);
end
$$;
comment on function private.set_low_stock_threshold(uuid, integer, text) is 'Does the work of public.set_low_stock_threshold.';
grant execute on function private.set_low_stock_threshold(uuid, integer, text) to authenticated, service_role;

create function public.set_low_stock_threshold(variant_id uuid, threshold integer, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_low_stock_threshold(set_low_stock_threshold.variant_id, set_low_stock_threshold.threshold, set_low_stock_threshold.idempotency_key);
$$;
comment on function public.set_low_stock_threshold(uuid, integer, text) is
  'Staff (inventory.write or catalog.write) or the secret key: the warehouse has an alert when the available units fall to this number, until they rise again; null switches it off. Answers {variant_id, threshold}. '
  'Errors: permission_denied, variant_not_found, invalid_quantity, idempotency_key_reused.';
grant execute on function public.set_low_stock_threshold(uuid, integer, text) to authenticated, service_role;
