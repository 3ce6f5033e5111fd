/*
Inventory: how many units of a variant there are, who holds some, and why the number changed. Seats are stock.

Promise: no unit is sold twice and none is refused while it is free; available + reserved = on hand = the sum of the movements, always.
Under concurrency: units are spread over slots (rows). A buyer takes from any unlocked slot with skip locked, so buyers of a hot variant do
not queue; only when no single free slot has enough does one lock all slots in order and walk them. The checks on stock_slots are the
guarantee: a caller that forgets every lock still cannot go below zero.
Lock order everywhere: the order or the offer, then its reservations, then slots by (variant, slot), then waiting lists by variant. The
lazy release inside a purchase skips locked reservations, so it never waits for a row that a payment holds.
*/

create table public.locations (
  id uuid primary key default gen_random_uuid(),
  code text not null unique,
  name text not null,
  constraint locations_have_a_code_of_sane_form check (code ~ '^[a-z0-9][a-z0-9-]{0,40}$')
);
comment on table public.locations is 'Where units are: a warehouse, a shop, or main, which holds all seats.';
insert into public.locations (id, code, name) values ('00000000-0000-4000-8000-000000000001', 'main', 'Main');

alter table public.locations enable row level security;
create policy select_anyone on public.locations for select to anon, authenticated using (true);
grant select on public.locations to anon, authenticated, service_role;

create function private.main_location()
returns uuid
language sql
immutable
security invoker
set search_path = ''
as $$ select '00000000-0000-4000-8000-000000000001'::uuid; $$;
comment on function private.main_location() is 'The location that holds seats and everything nobody placed elsewhere.';

create table public.stock_slots (
  variant_id uuid not null references public.variants (id) on delete cascade,
  slot integer not null,
  location_id uuid not null references public.locations (id) on delete restrict,
  available integer not null default 0,
  reserved integer not null default 0,
  primary key (variant_id, slot, location_id),
  constraint stock_slots_never_sell_what_is_not_there check (available >= 0),
  constraint stock_slots_never_hold_less_than_nothing check (reserved >= 0),
  constraint stock_slots_are_at_most_64 check (slot between 0 and 63)
) with (fillfactor = 40);
comment on table public.stock_slots is 'Units of a variant, spread over up to 64 rows so that buyers of a hot variant do not wait for each other. Read public.stock_levels.';
create index on public.stock_slots (location_id);

alter table public.stock_slots enable row level security;
create policy select_anyone on public.stock_slots for select to anon, authenticated
  using (exists (select from public.variants where variants.id = stock_slots.variant_id));
grant select on public.stock_slots to anon, authenticated, service_role;
-- not granted: any write. private.draw_units and its siblings keep the books with the numbers.

create view public.stock_levels with (security_invoker = true) as
select stock_slots.variant_id,
  sum(stock_slots.available)::bigint as available,
  sum(stock_slots.reserved)::bigint as reserved,
  sum(stock_slots.available + stock_slots.reserved)::bigint as on_hand
from public.stock_slots
group by stock_slots.variant_id;
comment on view public.stock_levels is 'Units per counted variant: available to buy, reserved by unpaid orders, on hand (both). A variant that is not counted has no row.';
grant select on public.stock_levels to anon, authenticated, service_role;

create function private.tg_stock_levels__refuse_write()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.fail('permission_denied', 403, 'Stock levels are a sum and cannot be written.', 'Change the seats of the intake.');
  return null;
end
$$;
comment on function private.tg_stock_levels__refuse_write() is 'Gives a write to the view a plain refusal; without it Postgres answers an error of its own before it looks at grants.';
create trigger _100_refuse_write instead of insert or update or delete on public.stock_levels for each row execute function private.tg_stock_levels__refuse_write();

create table public.stock_movements (
  id bigint generated always as identity primary key,
  variant_id uuid not null references public.variants (id) on delete cascade,
  location_id uuid not null, -- copied from a slot, which has the foreign key
  quantity integer not null,
  reason text not null,
  reference_id uuid,
  actor_id uuid default auth.uid(),
  moved_at timestamptz not null default now(),
  constraint stock_movements_move_something check (quantity <> 0),
  constraint stock_movements_have_a_known_reason check (reason in ('capacity', 'sale', 'return'))
);
comment on table public.stock_movements is 'Why on hand changed: capacity set, sale, return. Append-only; their sum is on hand.';
-- serves: the ledger of one variant and its reconciliation
create index on public.stock_movements (variant_id, id);
-- serves: what one order took, when it is undone
create index on public.stock_movements (reference_id) where reference_id is not null;

create function private.tg_stock_movements__refuse_change()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- a variant nobody bought may be deleted, and takes its movements with it
  if tg_op = 'DELETE' and not exists (select from public.variants where variants.id = old.variant_id) then
    return old;
  end if;
  perform private.fail('append_only', 409, 'Stock movements are history: they are added, never changed or removed.', 'Add a movement that corrects the old one.');
  return null;
end
$$;
comment on function private.tg_stock_movements__refuse_change() is 'Movements are append-only while their variant exists.';
create trigger _100_refuse_change before update or delete on public.stock_movements for each row execute function private.tg_stock_movements__refuse_change();

alter table public.stock_movements enable row level security;
create policy select_staff on public.stock_movements for select to authenticated using ((select private.has_permission('inventory.read')));
grant select on public.stock_movements to authenticated, service_role;

create table public.reservations (
  id bigint generated always as identity primary key,
  holder_id uuid not null, -- the order, or the offer of a waiting list; inventory knows neither, so no foreign key
  variant_id uuid not null references public.variants (id) on delete restrict,
  slot integer not null,
  location_id uuid not null, -- copied from a slot, which has the foreign key
  quantity integer not null,
  status text not null default 'held',
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint reservations_hold_something check (quantity > 0),
  constraint reservations_have_a_known_status check (status in ('held', 'claimed', 'released'))
);
comment on table public.reservations is 'Units held for an order that is not paid yet, or offered to whoever waited for them, until expires_at by the database''s clock.';
-- serves: claim and release of one holder
create index on public.reservations (holder_id);
-- serves: the lazy release of what is due for one variant
create index on public.reservations (variant_id, expires_at) where status = 'held';
create index on public.reservations (variant_id);

alter table public.reservations enable row level security;
create policy select_staff on public.reservations for select to authenticated using ((select private.has_permission('inventory.read')));
grant select on public.reservations to authenticated, service_role;

-- verbs ------------------------------------------------------------------------------------------------------------------------------

create type private.drawn_slot as (slot integer, location_id uuid, quantity integer);
comment on type private.drawn_slot is 'How many units came from which slot.';

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
begin
  -- Two looks without waiting, from a random slot upwards and then below it. The pick is materialised: a plan that runs it twice would take twice.
  -- A slot that another buyer changed while we looked stays locked by us although we do not take it. The block lets go of such slots before slots
  -- are locked in order; without it two buyers at the edge wait for each other in a circle.
  begin
    with pick as materialized (
      select stock_slots.slot, stock_slots.location_id from public.stock_slots
      where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot >= v_start and stock_slots.available >= draw_units.quantity
      order by stock_slots.slot limit 1 for update skip locked
    )
    update public.stock_slots set available = available - draw_units.quantity, reserved = reserved + v_reserved
    from pick where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot = pick.slot and stock_slots.location_id = pick.location_id
    returning stock_slots.slot, stock_slots.location_id, draw_units.quantity into v_drawn;
    if found then
      return next v_drawn;
      return;
    end if;
    if v_start > 0 then
      with pick as materialized (
        select stock_slots.slot, stock_slots.location_id from public.stock_slots
        where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot < v_start and stock_slots.available >= draw_units.quantity
        order by stock_slots.slot limit 1 for update skip locked
      )
      update public.stock_slots set available = available - draw_units.quantity, reserved = reserved + v_reserved
      from pick where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot = pick.slot and stock_slots.location_id = pick.location_id
      returning stock_slots.slot, stock_slots.location_id, draw_units.quantity into v_drawn;
      if found then
        return next v_drawn;
        return;
      end if;
    end if;
    raise sqlstate 'SL001';
  exception when sqlstate 'SL001' then null;
  end;
  return query select * from private.draw_units_in_order(draw_units.variant_id, draw_units.quantity, draw_units.reserve);
end
$$;
comment on function private.draw_units(uuid, integer, boolean) is
  'Takes units off available (into reserved when asked) and says from which slots; no rows when there are not enough. Waits only at the edge.';

create function private.draw_units_in_order(variant_id uuid, quantity integer, reserve boolean)
returns setof private.drawn_slot
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_missing integer := draw_units_in_order.quantity;
  v_free bigint;
  v_drawn private.drawn_slot;
begin
  -- A snapshot answers most of the sold-out crowd without a lock: units that a running purchase took still count as free in it.
  select coalesce(sum(stock_slots.available), 0) into v_free from public.stock_slots where stock_slots.variant_id = draw_units_in_order.variant_id;
  if v_free < v_missing and not exists (
    select from public.reservations
    where reservations.variant_id = draw_units_in_order.variant_id and reservations.status = 'held' and reservations.expires_at <= now()
  ) then
    return;
  end if;
  perform from public.stock_slots where stock_slots.variant_id = draw_units_in_order.variant_id
  order by stock_slots.slot, stock_slots.location_id for update;
  select coalesce(sum(stock_slots.available), 0) into v_free from public.stock_slots where stock_slots.variant_id = draw_units_in_order.variant_id;
  if v_free < v_missing then
    perform private.release_due_units(draw_units_in_order.variant_id);
    select coalesce(sum(stock_slots.available), 0) into v_free from public.stock_slots where stock_slots.variant_id = draw_units_in_order.variant_id;
  end if;
  if v_free < v_missing then
    return;
  end if;
  for v_drawn in
    select stock_slots.slot, stock_slots.location_id, stock_slots.available from public.stock_slots
    where stock_slots.variant_id = draw_units_in_order.variant_id and stock_slots.available > 0
    order by stock_slots.available desc, stock_slots.slot
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
  'The edge of stock: locks every slot of the variant in order, frees holds that are due, and walks. Exact, and slow only where it must be.';

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
begin
  update public.stock_slots
  set reserved = reserved - free_units.quantity + v_passed_on, available = available + free_units.quantity - v_passed_on
  where stock_slots.variant_id = free_units.variant_id and stock_slots.slot = free_units.slot and stock_slots.location_id = free_units.location_id;
end
$$;
comment on function private.free_units(uuid, integer, uuid, integer) is 'Ends a hold on units of one slot: to whoever waits for them, else back on sale. The caller holds the slot and has ended the reservation.';

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
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.reservations (holder_id, variant_id, slot, location_id, quantity, expires_at)
  select reserve_units.holder_id, reserve_units.variant_id, drawn.slot, drawn.location_id, drawn.quantity, reserve_units.expires_at
  from private.draw_units(reserve_units.variant_id, reserve_units.quantity, true) as drawn;
  return found;
end
$$;
comment on function private.reserve_units(uuid, uuid, integer, timestamptz) is 'Holds units for a holder until expires_at; false when there are not enough.';

create function private.sell_units(variant_id uuid, quantity integer, reference_id uuid)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id)
  select sell_units.variant_id, drawn.location_id, -drawn.quantity, 'sale', sell_units.reference_id
  from private.draw_units(sell_units.variant_id, sell_units.quantity, false) as drawn;
  return found;
end
$$;
comment on function private.sell_units(uuid, integer, uuid) is 'Sells units at once, without a hold; false when there are not enough.';

create function private.lock_holds(holder_ids uuid[], variant_ids uuid[] default '{}')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform from public.reservations
  where reservations.holder_id = any (lock_holds.holder_ids) and reservations.status = 'held' order by reservations.id for update;
  perform from public.stock_slots join (
    select reservations.variant_id, reservations.slot, reservations.location_id from public.reservations
    where reservations.holder_id = any (lock_holds.holder_ids) and reservations.status = 'held'
    union
    select stock_slots.variant_id, stock_slots.slot, stock_slots.location_id from public.stock_slots where stock_slots.variant_id = any (lock_holds.variant_ids)
  ) as wanted using (variant_id, slot, location_id)
  order by stock_slots.variant_id, stock_slots.slot, stock_slots.location_id for update of stock_slots;
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
    end if;
  end loop;
end
$$;
comment on function private.settle_reservations(uuid, text) is
  'Ends every hold of a holder: claimed (the units are sold) or released (they are free again). What was released before stays so.';

create function private.held_units(holder_id uuid, variant_id uuid)
returns integer
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(sum(reservations.quantity), 0)::integer from public.reservations
  where reservations.holder_id = held_units.holder_id and reservations.variant_id = held_units.variant_id and reservations.status = 'held';
$$;
comment on function private.held_units(uuid, uuid) is 'How many units of a variant a holder still holds.';
