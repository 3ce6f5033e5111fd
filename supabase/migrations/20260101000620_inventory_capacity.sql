/*
Inventory, capacity: units that come back after a sale, and units that are added or taken away.

Promise: what comes back or is added goes to whoever waits for it before anybody else can buy it.
Under concurrency: whoever changes the number of units holds every slot of the variant; whoever returns units holds the slot they go to.
Staff who write stock of goods lock the variants first, by id (private.lock_goods): a variant may have no slot yet that could be held.
*/

create function private.return_units(variant_id uuid, quantity integer, reference_id uuid, location_id uuid default private.main_location())
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_slot public.stock_slots;
  v_location_id uuid := return_units.location_id;
begin
  if v_location_id <> private.main_location() then
    -- kept open while units go there
    perform from public.locations where locations.id = v_location_id and locations.deactivated_at is null for share;
    if not found then
      v_location_id := private.main_location();
      insert into public.stock_slots (variant_id, slot, location_id) values (return_units.variant_id, 0, v_location_id) on conflict do nothing;
    end if;
  end if;
  select * into v_slot from public.stock_slots
  where stock_slots.variant_id = return_units.variant_id and stock_slots.location_id = v_location_id
  order by stock_slots.slot limit 1 for update;
  if v_slot.variant_id is null then
    return;
  end if;
  insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id)
  values (return_units.variant_id, v_slot.location_id, return_units.quantity, 'return', return_units.reference_id);
  if v_slot.slot >= 128 then
    update public.backorders set open_quantity = backorders.open_quantity - return_units.quantity
    where backorders.holder_id = return_units.reference_id and backorders.variant_id = return_units.variant_id;
  end if;
  update public.stock_slots set reserved = reserved + return_units.quantity
  where stock_slots.variant_id = v_slot.variant_id and stock_slots.slot = v_slot.slot and stock_slots.location_id = v_slot.location_id;
  perform private.free_units(v_slot.variant_id, v_slot.slot, v_slot.location_id, return_units.quantity);
end
$$;
comment on function private.return_units(uuid, integer, uuid, uuid) is
  'Puts sold units back on sale where they came from, or in main when that place was closed: a cancelled seat, a returned parcel. A variant that is not counted has nowhere to put them.';

create function private.pass_on_free_units(variant_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_slot public.stock_slots;
  v_passed_on integer;
begin
  perform private.lock_stock(array[pass_on_free_units.variant_id]);
  for v_slot in
    select * from public.stock_slots where stock_slots.variant_id = pass_on_free_units.variant_id and stock_slots.available > 0
    order by stock_slots.slot, stock_slots.location_id
  loop
    v_passed_on := private.pass_on_units(v_slot.variant_id, v_slot.slot, v_slot.location_id, v_slot.available);
    exit when v_passed_on = 0;
    update public.stock_slots set available = available - v_passed_on, reserved = reserved + v_passed_on
    where stock_slots.variant_id = v_slot.variant_id and stock_slots.slot = v_slot.slot and stock_slots.location_id = v_slot.location_id;
  end loop;
end
$$;
comment on function private.pass_on_free_units(uuid) is 'Gives units that are on sale to whoever waits for them: after seats were added, or a closed intake with a waiting list opened again.';

create function private.slots_for(on_hand bigint)
returns integer
language sql
immutable
security invoker
return case when on_hand <= 4 then 1 when on_hand <= 8 then 2 when on_hand <= 16 then 4 when on_hand <= 32 then 8 when on_hand <= 64 then 16 when on_hand <= 128 then 32 else 64 end;
comment on function private.slots_for(bigint) is
  'Over how many slots so many units of one place are spread: about four each, and a power of two, so that a larger set of slots contains the smaller one.';

create function private.add_units(variant_id uuid, location_id uuid, quantity integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_first integer := private.first_slot(add_units.location_id);
  v_on_hand bigint;
  v_slots integer;
begin
  select coalesce(sum(stock_slots.available + stock_slots.reserved), 0) + add_units.quantity into v_on_hand
  from public.stock_slots where stock_slots.variant_id = add_units.variant_id and stock_slots.location_id = add_units.location_id;
  v_slots := private.slots_for(v_on_hand);
  insert into public.stock_slots (variant_id, slot, location_id, available, watched_at)
  select add_units.variant_id, share.slot, share.location_id, share.quantity,
    (select now() from private.low_stock_marks where low_stock_marks.variant_id = add_units.variant_id)
  from (
    select places.slot, places.location_id,
      add_units.quantity / count(*) over () + case when row_number() over (order by places.slot) <= add_units.quantity % count(*) over () then 1 else 0 end as quantity
    from (
      select v_first + number * (64 / v_slots), add_units.location_id from generate_series(0, v_slots - 1) as number
      union select stock_slots.slot, stock_slots.location_id from public.stock_slots
      where stock_slots.variant_id = add_units.variant_id and stock_slots.location_id = add_units.location_id
    ) as places (slot, location_id)
    -- slot 0 of main as well, whatever the place: private.lock_stock begins there
    union all select 0, private.main_location(), 0 where v_first > 0
  ) as share
  on conflict on constraint stock_slots_pkey do update set available = stock_slots.available + excluded.available where excluded.available > 0;
end
$$;
comment on function private.add_units(uuid, uuid, integer) is
  'Puts units on sale at a location, spread evenly over a number of slots that grows with the quantity. The caller holds every slot of the variant and writes the movement.';

create function private.take_units(variant_id uuid, location_id uuid, quantity integer)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_missing integer := take_units.quantity;
  v_slot public.stock_slots;
begin
  for v_slot in
    select * from public.stock_slots
    where stock_slots.variant_id = take_units.variant_id and stock_slots.location_id = take_units.location_id and stock_slots.available > 0
    order by stock_slots.available desc, stock_slots.slot
  loop
    exit when v_missing = 0;
    update public.stock_slots set available = available - least(v_slot.available, v_missing)
    where stock_slots.variant_id = v_slot.variant_id and stock_slots.slot = v_slot.slot and stock_slots.location_id = v_slot.location_id;
    v_missing := v_missing - least(v_slot.available, v_missing);
  end loop;
  return v_missing;
end
$$;
comment on function private.take_units(uuid, uuid, integer) is
  'Takes units that are on sale away from a location and says how many were missing. The caller holds every slot of the variant and writes the movement.';

create function private.change_capacity(variant_id uuid, delta integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if change_capacity.delta = 0 then
    return;
  end if;
  perform private.lock_stock(array[change_capacity.variant_id]);
  perform private.release_due_units(change_capacity.variant_id);
  if change_capacity.delta > 0 then
    perform private.add_units(change_capacity.variant_id, private.main_location(), change_capacity.delta);
    perform private.pass_on_free_units(change_capacity.variant_id);
  elsif private.take_units(change_capacity.variant_id, private.main_location(), -change_capacity.delta) > 0 then
    perform private.fail('capacity_in_use', 409, 'More units are sold or held than the new number allows.', 'Cancel some first, or choose a larger number.');
  end if;
  insert into public.stock_movements (variant_id, location_id, quantity, reason)
  values (change_capacity.variant_id, private.main_location(), change_capacity.delta, 'capacity');
  perform private.note_low_stock(change_capacity.variant_id);
end
$$;
comment on function private.change_capacity(uuid, integer) is 'Adds or takes away seats that were never sold. Refuses capacity_in_use.';
