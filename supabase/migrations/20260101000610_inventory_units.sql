/*
Inventory, units: drawn, held, sold and freed. See the inventory file for the promise and the order of locks.

Real units are drawn first: main, then places by priority; what lies beyond stock only when no real unit is left. Whoever draws units beyond
stock and whoever frees real ones may miss each other in the same moment; then a unit lies on the shelf that somebody waits for, until the
next units arrive or private.fill_waiting_backorders runs (the worker, every minute). Nothing is ever sold twice by it.
*/

create type private.drawn_slot as (slot integer, location_id uuid, quantity integer);
comment on type private.drawn_slot is 'How many units came from which slot.';

create function private.is_sold_out(variant_id uuid, quantity integer)
returns boolean
language plpgsql
volatile -- looks again after each wait
security invoker
set search_path = ''
as $$
begin
  -- one statement, one snapshot: a unit that goes from a hold that is due onto the shelf meanwhile is seen in one of the two places
  return (
    select coalesce(sum(stock_slots.available), 0) from public.stock_slots
    where stock_slots.variant_id = is_sold_out.variant_id and stock_slots.available > 0
      and (stock_slots.slot < 128 or private.sells_beyond_stock(is_sold_out.variant_id))
  ) < is_sold_out.quantity and not exists (
    select from public.reservations
    where reservations.variant_id = is_sold_out.variant_id and reservations.status = 'held' and reservations.expires_at <= now()
  );
end
$$;
comment on function private.is_sold_out(uuid, integer) is
  'Whether that many units are neither free nor held by a hold that is due. A snapshot, without any lock: units that a running purchase took still count as free in it, so it is never said too early.';

create function private.draw_units(variant_id uuid, quantity integer, reserve boolean)
returns setof private.drawn_slot
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_start integer := floor(random() * 64);
  v_reserved integer := case when draw_units.reserve then draw_units.quantity else 0 end;
  v_drawn private.drawn_slot;
  v_watched_at timestamptz;
begin
  -- Two looks at main without waiting, from a random slot upwards and then below it. The pick is materialised: a plan that runs it twice would take
  -- twice. A slot that another buyer changed while we looked stays locked by us although we do not take it. The block lets go of such slots before
  -- slots are locked in order; without it two buyers at the edge wait for each other in a circle.
  begin
    with pick as materialized (
      select stock_slots.slot, stock_slots.location_id from public.stock_slots
      where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot between v_start and 63 and stock_slots.available >= draw_units.quantity
      order by stock_slots.slot limit 1 for update skip locked
    )
    update public.stock_slots set available = available - draw_units.quantity, reserved = reserved + v_reserved
    from pick where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot = pick.slot and stock_slots.location_id = pick.location_id
    returning stock_slots.slot, stock_slots.location_id, draw_units.quantity, stock_slots.watched_at into v_drawn.slot, v_drawn.location_id, v_drawn.quantity, v_watched_at;
    if not found and private.is_sold_out(draw_units.variant_id, draw_units.quantity) then
      return; -- most of a sold-out crowd is answered here
    end if;
    if v_drawn.slot is null and v_start > 0 then
      with pick as materialized (
        select stock_slots.slot, stock_slots.location_id from public.stock_slots
        where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot < v_start and stock_slots.available >= draw_units.quantity
        order by stock_slots.slot limit 1 for update skip locked
      )
      update public.stock_slots set available = available - draw_units.quantity, reserved = reserved + v_reserved
      from pick where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot = pick.slot and stock_slots.location_id = pick.location_id
      returning stock_slots.slot, stock_slots.location_id, draw_units.quantity, stock_slots.watched_at into v_drawn.slot, v_drawn.location_id, v_drawn.quantity, v_watched_at;
    end if;
    if v_drawn.slot is null then
      select * into v_drawn from private.draw_units_elsewhere(draw_units.variant_id, draw_units.quantity, v_reserved, v_start);
      v_watched_at := now(); -- perhaps: the mark itself is asked
    end if;
    if v_drawn.slot is not null then
      return next v_drawn;
      if v_watched_at is not null then
        perform private.note_low_stock(draw_units.variant_id);
      end if;
      return;
    end if;
    raise sqlstate 'SL001';
  exception when sqlstate 'SL001' then null;
  end;
  return query select * from private.draw_units_in_order(draw_units.variant_id, draw_units.quantity, draw_units.reserve);
  if found then
    perform private.note_low_stock(draw_units.variant_id);
  end if;
end
$$;
comment on function private.draw_units(uuid, integer, boolean) is
  'Takes units off available (into reserved when asked) and says from which slots; no rows when there are not enough. Waits only at the edge.';

create function private.draw_units_elsewhere(variant_id uuid, quantity integer, reserved integer, start integer)
returns private.drawn_slot
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_location record;
  v_drawn private.drawn_slot;
begin
  if not exists (select from public.stock_slots where stock_slots.variant_id = draw_units_elsewhere.variant_id and stock_slots.slot >= 64) then
    return null;
  end if;
  for v_location in
    select locations.id, locations.kind from public.locations
    where locations.kind <> 'main' and locations.id in (
      select stock_slots.location_id from public.stock_slots
      where stock_slots.variant_id = draw_units_elsewhere.variant_id and stock_slots.slot >= 64 and stock_slots.available >= draw_units_elsewhere.quantity)
    order by locations.kind = 'allowance', locations.priority, locations.id
  loop
    -- a snapshot: a real unit that is being freed in this moment may be missed, see the head of this file
    exit when v_location.kind = 'allowance' and (private.has_real_units(draw_units_elsewhere.variant_id) or not private.sells_beyond_stock(draw_units_elsewhere.variant_id));
    with pick as materialized (
      select stock_slots.slot from public.stock_slots
      where stock_slots.variant_id = draw_units_elsewhere.variant_id and stock_slots.location_id = v_location.id and stock_slots.slot >= 64
        and stock_slots.available >= draw_units_elsewhere.quantity
      order by stock_slots.slot % 64 < draw_units_elsewhere.start, stock_slots.slot limit 1 for update skip locked
    )
    update public.stock_slots set available = stock_slots.available - draw_units_elsewhere.quantity, reserved = stock_slots.reserved + draw_units_elsewhere.reserved
    from pick where stock_slots.variant_id = draw_units_elsewhere.variant_id and stock_slots.slot = pick.slot and stock_slots.location_id = v_location.id
    returning stock_slots.slot, stock_slots.location_id, draw_units_elsewhere.quantity into v_drawn;
    exit when v_drawn.slot is not null;
  end loop;
  return v_drawn;
end
$$;
comment on function private.draw_units_elsewhere(uuid, integer, integer, integer) is
  'Takes units from one free slot of a place other than main, by priority, or beyond stock when nothing real is left; null when there is none.';

create function private.has_real_units(variant_id uuid)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return exists (select from public.stock_slots where stock_slots.variant_id = has_real_units.variant_id and stock_slots.slot < 128 and stock_slots.available > 0)
    or exists (select from public.reservations
      where reservations.variant_id = has_real_units.variant_id and reservations.status = 'held' and reservations.expires_at <= now() and reservations.slot < 128);
end
$$;
comment on function private.has_real_units(uuid) is 'Whether a unit lies on a shelf, or is held by a hold that is due.';

create function private.sells_beyond_stock(variant_id uuid)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return not exists (
    select from public.variants
    where variants.id = sells_beyond_stock.variant_id and variants.stock_mode = 'preorder' and variants.preorder_ships_at <= now());
end
$$;
comment on function private.sells_beyond_stock(uuid) is 'False once the day has come on which a preorder ships: from then on only what is there is sold. Asked where units beyond stock would be drawn, and nowhere else.';

create function private.draw_units_in_order(variant_id uuid, quantity integer, reserve boolean)
returns setof private.drawn_slot
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_missing integer := draw_units_in_order.quantity;
  v_end constant integer := case when private.sells_beyond_stock(draw_units_in_order.variant_id) then 192 else 128 end; -- slots from here on are not drawn from
  v_free bigint;
  v_real bigint;
  v_drawn private.drawn_slot;
begin
  if private.is_sold_out(draw_units_in_order.variant_id, v_missing) then
    return;
  end if;
  perform private.lock_stock(array[draw_units_in_order.variant_id]);
  select coalesce(sum(stock_slots.available) filter (where stock_slots.slot < 128), 0) into v_real
  from public.stock_slots where stock_slots.variant_id = draw_units_in_order.variant_id;
  if v_real < v_missing then
    perform private.release_due_units(draw_units_in_order.variant_id);
  end if;
  select coalesce(sum(stock_slots.available), 0) into v_free
  from public.stock_slots where stock_slots.variant_id = draw_units_in_order.variant_id and stock_slots.slot < v_end;
  if v_free < v_missing then
    return;
  end if;
  for v_drawn in
    select stock_slots.slot, stock_slots.location_id, stock_slots.available
    from public.stock_slots left join public.locations on stock_slots.slot >= 64 and locations.id = stock_slots.location_id
    where stock_slots.variant_id = draw_units_in_order.variant_id and stock_slots.available > 0 and stock_slots.slot < v_end
    order by stock_slots.slot >= 128, locations.priority nulls first, stock_slots.location_id, stock_slots.available desc, stock_slots.slot
  loop
    v_drawn.quantity := least(v_drawn.quantity, v_missing);
    update public.stock_slots
    set available = available - v_drawn.quantity, reserved = reserved + case when draw_units_in_order.reserve then v_drawn.quantity else 0 end
    where stock_slots.variant_id = draw_units_in_order.variant_id and stock_slots.slot = v_drawn.slot and stock_slots.location_id = v_drawn.location_id;
    return next v_drawn;
    v_missing := v_missing - v_drawn.quantity;
    exit when v_missing = 0;
  end loop;
end
$$;
comment on function private.draw_units_in_order(uuid, integer, boolean) is
  'The edge of stock: locks every slot of the variant in order, frees holds that are due, and walks: main, places by priority, beyond stock. Exact, and slow only where it must be.';

create function private.free_units(variant_id uuid, slot integer, location_id uuid, quantity integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  -- a seat that somebody waits for goes from hold to hold: it is never on sale in between, so nobody can jump the queue
  v_passed_on integer := private.pass_on_units(free_units.variant_id, free_units.slot, free_units.location_id, free_units.quantity);
  v_watched_at timestamptz;
begin
  update public.stock_slots
  set reserved = reserved - free_units.quantity + v_passed_on, available = available + free_units.quantity - v_passed_on
  where stock_slots.variant_id = free_units.variant_id and stock_slots.slot = free_units.slot and stock_slots.location_id = free_units.location_id
  returning stock_slots.watched_at into v_watched_at;
  if free_units.slot < 128 and exists (select from public.backorders where backorders.variant_id = free_units.variant_id and backorders.open_quantity > 0) then
    perform from public.stock_slots where stock_slots.variant_id = free_units.variant_id and stock_slots.slot >= 128 order by stock_slots.slot for update;
    perform private.fill_backorders(free_units.variant_id, free_units.slot, free_units.location_id);
  end if;
  if v_watched_at is not null then
    perform private.note_low_stock(free_units.variant_id);
  end if;
end
$$;
comment on function private.free_units(uuid, integer, uuid, integer) is
  'Ends a hold on units of one slot: to whoever waits for them, else back on sale. The caller holds the slot, and those beyond stock when it frees several variants, and has ended the reservation.';

create function private.release_due_units(variant_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_freed private.drawn_slot;
begin
  for v_freed in
    with due as materialized (
      select reservations.id from public.reservations
      where reservations.variant_id = release_due_units.variant_id and reservations.status = 'held' and reservations.expires_at <= now()
      for update skip locked
    ), released as (
      update public.reservations set status = 'released' from due where reservations.id = due.id
      returning reservations.slot, reservations.location_id, reservations.quantity
    )
    select released.slot, released.location_id, sum(released.quantity)::integer from released group by 1, 2 order by 1, 2
  loop
    perform private.free_units(release_due_units.variant_id, v_freed.slot, v_freed.location_id, v_freed.quantity);
  end loop;
end
$$;
comment on function private.release_due_units(uuid) is 'Frees what is due for one variant. The caller holds the variant''s slots; a reservation that a payment has locked is left to it.';

create function private.reserve_units(holder_id uuid, variant_id uuid, quantity integer, expires_at timestamptz)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_drawn private.drawn_slot;
  v_beyond integer;
begin
  for v_drawn in select * from private.draw_units(reserve_units.variant_id, reserve_units.quantity, true) loop
    insert into public.reservations (holder_id, variant_id, slot, location_id, quantity, expires_at)
    values (reserve_units.holder_id, reserve_units.variant_id, v_drawn.slot, v_drawn.location_id, v_drawn.quantity, reserve_units.expires_at);
    v_beyond := coalesce(v_beyond, 0) + case when v_drawn.slot >= 128 then v_drawn.quantity else 0 end;
  end loop;
  return v_beyond;
end
$$;
comment on function private.reserve_units(uuid, uuid, integer, timestamptz) is
  'Holds units for a holder until expires_at and says how many of them lie beyond stock; null when there are not enough.';

create function private.sell_units(variant_id uuid, quantity integer, reference_id uuid)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_drawn private.drawn_slot;
  v_beyond integer;
begin
  for v_drawn in select * from private.draw_units(sell_units.variant_id, sell_units.quantity, false) loop
    insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id)
    values (sell_units.variant_id, v_drawn.location_id, -v_drawn.quantity, 'sale', sell_units.reference_id);
    v_beyond := coalesce(v_beyond, 0);
    if v_drawn.slot >= 128 then
      perform private.promise_units(sell_units.reference_id, sell_units.variant_id, v_drawn.quantity);
      v_beyond := v_beyond + v_drawn.quantity;
    end if;
  end loop;
  return v_beyond;
end
$$;
comment on function private.sell_units(uuid, integer, uuid) is
  'Sells units at once, without a hold, and says how many of them lie beyond stock; null when there are not enough.';

create function private.lock_stock(variant_ids uuid[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_variant_id uuid;
begin
  for v_variant_id in select distinct wanted from unnest(lock_stock.variant_ids) as wanted order by 1 loop
    -- slot 0 first, in a statement of its own: whoever adds slots holds it, so what the next statement sees is all there is
    perform from public.stock_slots where stock_slots.variant_id = v_variant_id and stock_slots.slot = 0 for update;
    perform from public.stock_slots where stock_slots.variant_id = v_variant_id order by stock_slots.slot, stock_slots.location_id for update;
  end loop;
end
$$;
comment on function private.lock_stock(uuid[]) is 'Every slot of these variants, in the order everybody keeps. While they are held, no other slot of them appears.';

create function private.lock_holds(holder_ids uuid[], variant_ids uuid[] default '{}')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_wanted record;
begin
  -- as a subquery: a plan for the list itself would depend on its length and be made anew each time
  perform from public.reservations
  where reservations.holder_id = any (array(select unnest(lock_holds.holder_ids))) and reservations.status = 'held' order by reservations.id for update;
  for v_wanted in
    select touched.variant_id, bool_or(touched.entirely) as entirely, array_agg(touched.slot) as slots, array_agg(touched.location_id) as location_ids
    from (
      -- who bought beyond stock takes what lies on the shelf by now
      select reservations.variant_id, reservations.slot >= 128, reservations.slot, reservations.location_id from public.reservations
      where reservations.holder_id = any (array(select unnest(lock_holds.holder_ids))) and reservations.status = 'held'
      union all
      select wanted, true, null, null from unnest(lock_holds.variant_ids) as wanted
    ) as touched (variant_id, entirely, slot, location_id)
    group by touched.variant_id order by touched.variant_id
  loop
    if v_wanted.entirely then
      perform private.lock_stock(array[v_wanted.variant_id]);
    else
      -- and those beyond stock: a unit that frees may go to who waits there
      perform from public.stock_slots
      where stock_slots.variant_id = v_wanted.variant_id and (stock_slots.slot >= 128 or (stock_slots.slot, stock_slots.location_id) in (
        select held.slot, held.location_id from unnest(v_wanted.slots, v_wanted.location_ids) as held (slot, location_id)))
      order by stock_slots.slot, stock_slots.location_id for update;
    end if;
  end loop;
end
$$;
comment on function private.lock_holds(uuid[], uuid[]) is
  'For whoever ends several holds, or ends holds and then takes units: locks the holds, then their slots and all slots of the variants to take, in the order everybody keeps. Who frees several goes on with lock_waitlists.';

create function private.settle_reservations(holder_id uuid, outcome text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_settled record;
  v_beyond uuid[] := '{}';
  v_variant_id uuid;
begin
  perform private.lock_holds(array[settle_reservations.holder_id]);
  if settle_reservations.outcome = 'claimed' then
    insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id)
    select reservations.variant_id, reservations.location_id, -reservations.quantity, 'sale', settle_reservations.holder_id
    from public.reservations where reservations.holder_id = settle_reservations.holder_id and reservations.status = 'held';
  end if;
  for v_settled in
    with settled as (
      update public.reservations set status = settle_reservations.outcome
      where reservations.holder_id = settle_reservations.holder_id and reservations.status = 'held'
      returning reservations.variant_id, reservations.slot, reservations.location_id, reservations.quantity
    )
    select settled.variant_id, settled.slot, settled.location_id, sum(settled.quantity)::integer as quantity
    from settled group by 1, 2, 3 order by 1, 2, 3
  loop
    if settle_reservations.outcome = 'released' then
      perform private.free_units(v_settled.variant_id, v_settled.slot, v_settled.location_id, v_settled.quantity);
    else
      update public.stock_slots set reserved = reserved - v_settled.quantity
      where stock_slots.variant_id = v_settled.variant_id and stock_slots.slot = v_settled.slot and stock_slots.location_id = v_settled.location_id;
      if v_settled.slot >= 128 then
        perform private.promise_units(settle_reservations.holder_id, v_settled.variant_id, v_settled.quantity);
        v_beyond := v_beyond || v_settled.variant_id;
      end if;
    end if;
  end loop;
  foreach v_variant_id in array v_beyond loop
    perform private.fill_backorders(v_variant_id); -- goods may have come while the order was unpaid
  end loop;
end
$$;
comment on function private.settle_reservations(uuid, text) is
  'Ends every hold of a holder: claimed (the units are sold) or released (they are free again). What was released before stays so.';

create function private.held_units(holder_id uuid, variant_id uuid)
returns integer
language plpgsql -- in every purchase: see private.request_id
stable
security invoker
set search_path = ''
as $$
begin
  return (select coalesce(sum(reservations.quantity), 0) from public.reservations
    where reservations.holder_id = held_units.holder_id and reservations.variant_id = held_units.variant_id and reservations.status = 'held');
end
$$;
comment on function private.held_units(uuid, uuid) is 'How many units of a variant a holder still holds.';
