/*
Inventory, capacity: units that come back after a sale, and units that are added or taken away.

Promise: what comes back or is added goes to whoever waits for it before anybody else can buy it.
Under concurrency: whoever changes the number of units holds every slot of the variant; whoever returns units holds the slot they go to.
*/

create function private.return_units(variant_id uuid, quantity integer, reference_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_slot public.stock_slots;
begin
  select * into v_slot from public.stock_slots
  where stock_slots.variant_id = return_units.variant_id order by stock_slots.slot, stock_slots.location_id limit 1 for update;
  if v_slot.variant_id is null then
    return;
  end if;
  insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id)
  values (return_units.variant_id, v_slot.location_id, return_units.quantity, 'return', return_units.reference_id);
  update public.stock_slots set reserved = reserved + return_units.quantity
  where stock_slots.variant_id = v_slot.variant_id and stock_slots.slot = v_slot.slot and stock_slots.location_id = v_slot.location_id;
  perform private.free_units(v_slot.variant_id, v_slot.slot, v_slot.location_id, return_units.quantity);
end
$$;
comment on function private.return_units(uuid, integer, uuid) is 'Puts sold units back on sale: a cancelled seat, a returned parcel. A variant that is not counted has nowhere to put them.';

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
  perform from public.stock_slots where stock_slots.variant_id = pass_on_free_units.variant_id
  order by stock_slots.slot, stock_slots.location_id for update;
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

create function private.change_capacity(variant_id uuid, delta integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_on_hand bigint;
  v_slots integer := 1;
  v_missing integer := -change_capacity.delta;
  v_slot public.stock_slots;
begin
  if change_capacity.delta = 0 then
    return;
  end if;
  perform from public.stock_slots where stock_slots.variant_id = change_capacity.variant_id
  order by stock_slots.slot, stock_slots.location_id for update;
  perform private.release_due_units(change_capacity.variant_id);
  if change_capacity.delta > 0 then
    select coalesce(sum(stock_slots.available + stock_slots.reserved), 0) + change_capacity.delta into v_on_hand
    from public.stock_slots where stock_slots.variant_id = change_capacity.variant_id;
    -- a power of two, so that a larger set of slots contains the smaller one; about four units each
    while v_slots < 64 and v_slots * 4 < v_on_hand loop
      v_slots := v_slots * 2;
    end loop;
    insert into public.stock_slots (variant_id, slot, location_id)
    select change_capacity.variant_id, number * (64 / v_slots), private.main_location() from generate_series(0, v_slots - 1) as number
    on conflict do nothing;
    update public.stock_slots set available = available + share.quantity
    from (
      select stock_slots.slot, stock_slots.location_id,
        change_capacity.delta / count(*) over () + case when row_number() over (order by stock_slots.slot) <= change_capacity.delta % count(*) over () then 1 else 0 end as quantity
      from public.stock_slots where stock_slots.variant_id = change_capacity.variant_id and stock_slots.location_id = private.main_location()
    ) as share
    where stock_slots.variant_id = change_capacity.variant_id and stock_slots.slot = share.slot and stock_slots.location_id = share.location_id;
    perform private.pass_on_free_units(change_capacity.variant_id);
  else
    for v_slot in
      select * from public.stock_slots where stock_slots.variant_id = change_capacity.variant_id and stock_slots.available > 0
      order by stock_slots.available desc, stock_slots.slot
    loop
      exit when v_missing = 0;
      update public.stock_slots set available = available - least(v_slot.available, v_missing)
      where stock_slots.variant_id = v_slot.variant_id and stock_slots.slot = v_slot.slot and stock_slots.location_id = v_slot.location_id;
      v_missing := v_missing - least(v_slot.available, v_missing);
    end loop;
    if v_missing > 0 then
      perform private.fail('capacity_in_use', 409, 'More units are sold or held than the new number allows.', 'Cancel some first, or choose a larger number.');
    end if;
  end if;
  insert into public.stock_movements (variant_id, location_id, quantity, reason)
  values (change_capacity.variant_id, private.main_location(), change_capacity.delta, 'capacity');
end
$$;
comment on function private.change_capacity(uuid, integer) is
  'Adds or takes away units that were never sold, spread evenly over a number of slots that grows with the quantity. Refuses capacity_in_use.';
