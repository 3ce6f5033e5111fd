/*
Inventory, modes: what may be sold beyond stock, and who gets the goods when they come.

Promise: a variant in mode backorder or preorder sells at most backorder_limit units beyond stock. Every such unit is written down as a row of
public.backorders; goods that arrive fill the oldest first, and each filled unit may be sold beyond stock again, exactly.
Under concurrency: what may be sold beyond stock are units like others, in slots of the location beyond-stock, so no unit of it is sold twice.
A sale from there and the goods that fill it meet at those slots: whoever fills holds all of them.
*/

create function private.promise_units(holder_id uuid, variant_id uuid, quantity integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.backorders as promised (holder_id, variant_id, quantity, open_quantity, ships_at)
  select promise_units.holder_id, variants.id, promise_units.quantity, promise_units.quantity, variants.preorder_ships_at
  from public.variants where variants.id = promise_units.variant_id
  on conflict on constraint backorders_pkey do update
  set quantity = promised.quantity + excluded.quantity, open_quantity = promised.open_quantity + excluded.quantity;
end
$$;
comment on function private.promise_units(uuid, uuid, integer) is 'Writes down units that were sold beyond stock. The caller holds the slot they came from.';

create function private.fill_backorders(variant_id uuid, slot integer default null, location_id uuid default null)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_shelf public.stock_slots;
  v_waiting public.backorders;
  v_quantity integer;
  v_filled integer := 0;
begin
  for v_waiting in
    select * from public.backorders where backorders.variant_id = fill_backorders.variant_id and backorders.open_quantity > 0 order by backorders.number
  loop
    while v_waiting.open_quantity > 0 loop
      select * into v_shelf from public.stock_slots
      where stock_slots.variant_id = fill_backorders.variant_id and stock_slots.slot < 128 and stock_slots.available > 0
        and (fill_backorders.slot is null or stock_slots.slot = fill_backorders.slot and stock_slots.location_id = fill_backorders.location_id)
      order by stock_slots.slot, stock_slots.location_id limit 1;
      if v_shelf.variant_id is null then
        return v_filled;
      end if;
      v_quantity := least(v_waiting.open_quantity, v_shelf.available);
      v_waiting.open_quantity := v_waiting.open_quantity - v_quantity;
      v_filled := v_filled + v_quantity;
      perform private.move_beyond_stock(v_shelf, v_waiting.holder_id, v_quantity);
    end loop;
    perform private.emit('backorder.filled', 'variant', v_waiting.variant_id, jsonb_build_object('holder_id', v_waiting.holder_id));
  end loop;
  return v_filled;
end
$$;
comment on function private.fill_backorders(uuid, integer, uuid) is
  'Gives units on the shelf, or in one slot of it, to who bought beyond stock, oldest first; says how many. The caller holds that slot, or all, and all slots beyond stock.';

create function private.move_beyond_stock(shelf public.stock_slots, holder_id uuid, quantity integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.stock_slots set available = available - move_beyond_stock.quantity
  where stock_slots.variant_id = shelf.variant_id and stock_slots.slot = shelf.slot and stock_slots.location_id = shelf.location_id;
  update public.stock_slots set available = stock_slots.available + move_beyond_stock.quantity
  from (
    select lowest.slot from public.stock_slots as lowest where lowest.variant_id = shelf.variant_id and lowest.slot >= 128 order by lowest.available, lowest.slot limit 1
  ) as emptiest
  where stock_slots.variant_id = shelf.variant_id and stock_slots.slot = emptiest.slot and stock_slots.location_id = private.allowance_location();
  update public.backorders set open_quantity = backorders.open_quantity - move_beyond_stock.quantity
  where backorders.holder_id = move_beyond_stock.holder_id and backorders.variant_id = shelf.variant_id;
  insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id) values
    (shelf.variant_id, shelf.location_id, -move_beyond_stock.quantity, 'backorder', move_beyond_stock.holder_id),
    (shelf.variant_id, private.allowance_location(), move_beyond_stock.quantity, 'backorder', move_beyond_stock.holder_id);
end
$$;
comment on function private.move_beyond_stock(public.stock_slots, uuid, integer) is 'Units of one slot of the shelf go to one who waits for them; as many may be sold beyond stock again.';

create function private.fill_waiting_backorders()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_variant_id uuid;
  v_filled integer := 0;
begin
  for v_variant_id in
    select distinct backorders.variant_id from public.backorders
    where backorders.open_quantity > 0 and exists (
      select from public.stock_slots where stock_slots.variant_id = backorders.variant_id and stock_slots.slot < 128 and stock_slots.available > 0)
    order by 1
  loop
    perform private.lock_stock(array[v_variant_id]);
    v_filled := v_filled + private.fill_backorders(v_variant_id);
  end loop;
  return v_filled;
end
$$;
comment on function private.fill_waiting_backorders() is 'Gives units that lie on the shelf to who bought beyond stock, where the two missed each other; says how many. The worker calls it every minute.';

-- how many can be bought ---------------------------------------------------------------------------------------------------------------

create function private.sellable_units(variant_id uuid)
returns bigint
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security definer -- what is in a bundle decides, even where the parts are not on sale by themselves
set search_path = ''
as $$
declare
  v_mode text;
  v_kind text;
begin
  select variants.stock_mode, products.kind into v_mode, v_kind
  from public.variants join public.products on products.id = variants.product_id where variants.id = sellable_units.variant_id;
  if v_kind = 'bundle' then
    return (
      select min(private.sellable_units(bundle_items.component_variant_id) / bundle_items.quantity)
      from public.bundle_items where bundle_items.bundle_variant_id = sellable_units.variant_id
      having count(*) > 0
      union all select 0 where not exists (select from public.bundle_items where bundle_items.bundle_variant_id = sellable_units.variant_id));
  end if;
  if v_mode = 'none' then
    return null;
  end if;
  return (select coalesce(sum(stock_slots.available), 0) from public.stock_slots where stock_slots.variant_id = sellable_units.variant_id
    and (stock_slots.slot < 128 or private.sells_beyond_stock(stock_slots.variant_id)));
end
$$;
comment on function private.sellable_units(uuid) is
  'How many units can be bought now, those beyond stock included; of a bundle the least over its parts, 0 while it has none. Null: not counted.';

-- verbs --------------------------------------------------------------------------------------------------------------------------------

create function private.set_allowance(variant_id uuid, delta integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_missing integer := 0;
begin
  if set_allowance.delta > 0 then
    perform private.add_units(set_allowance.variant_id, private.allowance_location(), set_allowance.delta);
  elsif set_allowance.delta < 0 then
    v_missing := private.take_units(set_allowance.variant_id, private.allowance_location(), -set_allowance.delta);
  else
    return;
  end if;
  if v_missing > 0 then
    perform private.fail('stock_mode_in_use', 409, format('%s units beyond the new limit are sold or held.', v_missing), 'Receive goods first, or choose a larger limit.');
  end if;
  insert into public.stock_movements (variant_id, location_id, quantity, reason)
  values (set_allowance.variant_id, private.allowance_location(), set_allowance.delta, 'capacity');
end
$$;
comment on function private.set_allowance(uuid, integer) is 'Changes how many units may be sold beyond stock. The caller holds every slot. Refuses stock_mode_in_use.';

create function private.check_stock_mode(mode text, backorder_limit integer, ships_at timestamptz)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_beyond boolean := coalesce(check_stock_mode.mode, '') in ('backorder', 'preorder');
begin
  if coalesce(check_stock_mode.mode, '') not in ('none', 'tracked', 'backorder', 'preorder') then
    perform private.fail('invalid_stock_mode', 422, 'A stock mode is none, tracked, backorder or preorder.', 'Correct mode.');
  end if;
  if v_beyond and coalesce(check_stock_mode.backorder_limit, -1) not between 0 and 1000000 or not v_beyond and check_stock_mode.backorder_limit is not null then
    perform private.fail('invalid_stock_mode', 422, 'backorder_limit is a whole number from 0 to 1000000 in the modes backorder and preorder, and absent in others.', 'Correct backorder_limit.');
  end if;
  if (check_stock_mode.mode = 'preorder') <> (check_stock_mode.ships_at is not null) then
    perform private.fail('invalid_stock_mode', 422, 'ships_at goes with the mode preorder, and with no other.', 'Correct ships_at.');
  end if;
  if check_stock_mode.ships_at <= now() then
    perform private.fail('invalid_stock_mode', 422, 'ships_at has passed: from then on only what is there is sold.', 'Name a moment to come, or choose tracked.');
  end if;
end
$$;
comment on function private.check_stock_mode(text, integer, timestamptz) is 'Refuses invalid_stock_mode when the three do not go together, or the day has passed.';

create function private.refuse_while_promised(variant public.variants, mode text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if variant.stock_mode = 'none' and refuse_while_promised.mode <> 'none' then
    -- waits for buyers who found it uncounted; those who come later look again, in private.hold_line, and find it counted
    perform from public.variants where variants.id = variant.id for update;
    if private.is_in_an_open_order(variant.id) then
      perform private.fail('stock_mode_in_use', 409, 'An unpaid order contains this, and it was not counted when it was placed.', 'Wait until it is paid or has expired, or cancel it.');
    end if;
  elsif variant.stock_mode <> 'none' and refuse_while_promised.mode = 'none' and exists (
    select from public.stock_slots where stock_slots.variant_id = variant.id and stock_slots.slot < 128 and stock_slots.available + stock_slots.reserved > 0
  ) then
    perform private.fail('stock_mode_in_use', 409, 'There are units on hand, and what is not counted has none.', 'Take them off the books with adjust_stock first.');
  end if;
end
$$;
comment on function private.refuse_while_promised(public.variants, text) is 'Refuses stock_mode_in_use when counting would begin under an unpaid order, or end while units are on hand. The caller holds every slot.';

create function private.change_stock_mode(variant public.variants, mode text, backorder_limit integer, ships_at timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.refuse_while_promised(variant, change_stock_mode.mode);
  perform private.set_allowance(variant.id, coalesce(change_stock_mode.backorder_limit, 0) - coalesce(variant.backorder_limit, 0));
  update public.variants set stock_mode = change_stock_mode.mode, backorder_limit = change_stock_mode.backorder_limit, preorder_ships_at = change_stock_mode.ships_at
  where variants.id = variant.id;
end
$$;
comment on function private.change_stock_mode(public.variants, text, integer, timestamptz) is
  'Counts a variant in another way. The caller has checked that the three go together, and holds the variant and every slot. Refuses stock_mode_in_use.';

create function private.set_stock_mode(variant_id uuid, mode text, backorder_limit integer, ships_at timestamptz, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write stock, only through verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('variant_id', set_stock_mode.variant_id, 'mode', set_stock_mode.mode, 'backorder_limit', set_stock_mode.backorder_limit, 'ships_at', set_stock_mode.ships_at);
  v_answer jsonb := private.recall_answer(v_person_id, set_stock_mode.idempotency_key, 'set_stock_mode', v_body);
  v_variant public.variants;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_stock_mode(set_stock_mode.mode, set_stock_mode.backorder_limit, set_stock_mode.ships_at);
  perform private.lock_goods(array[set_stock_mode.variant_id], false);
  perform private.lock_stock(array[set_stock_mode.variant_id]);
  select * into v_variant from public.variants where variants.id = set_stock_mode.variant_id;
  perform private.change_stock_mode(v_variant, set_stock_mode.mode, set_stock_mode.backorder_limit, set_stock_mode.ships_at);
  return private.remember_answer(v_person_id, set_stock_mode.idempotency_key, 'set_stock_mode', v_body, jsonb_build_object(
    'variant_id', v_variant.id, 'mode', set_stock_mode.mode, 'backorder_limit', set_stock_mode.backorder_limit, 'ships_at', set_stock_mode.ships_at,
    'sellable', private.sellable_units(v_variant.id)));
end
$$;
comment on function private.set_stock_mode(uuid, text, integer, timestamptz, text) is 'Does the work of public.set_stock_mode.';
grant execute on function private.set_stock_mode(uuid, text, integer, timestamptz, text) to authenticated, service_role;

create function public.set_stock_mode(
  variant_id uuid, mode text, backorder_limit integer default null, ships_at timestamptz default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_stock_mode(set_stock_mode.variant_id, set_stock_mode.mode, set_stock_mode.backorder_limit, set_stock_mode.ships_at, set_stock_mode.idempotency_key);
$$;
comment on function public.set_stock_mode(uuid, text, integer, timestamptz, text) is
  'Staff (inventory.write) or the secret key: how a variant is counted. none; tracked; backorder with a limit; preorder with a limit and the day it ships, from when on only what is there is sold. Answers {variant_id, mode, backorder_limit, ships_at, sellable}. '
  'Errors: permission_denied, invalid_stock_mode, variant_not_found, seats_follow_the_intake, bundle_has_no_stock, stock_mode_in_use, idempotency_key_reused.';
grant execute on function public.set_stock_mode(uuid, text, integer, timestamptz, text) to authenticated, service_role;
