/*
Inventory: how many units of a variant there are, where, who holds some, and why the number changed. Seats are stock.

Promise: no unit is sold twice and none is refused while it is free; available + reserved = on hand = the sum of the movements, for every
variant and location, always. What may be sold beyond stock lies in slots of a location of its own, so the same checks hold there.
Under concurrency: units are spread over slots (rows). A buyer takes from any unlocked slot with skip locked, so buyers of a hot variant do
not queue; only when no single free slot has enough does one lock all slots in order and walk them. The checks on stock_slots are the
guarantee: a caller that forgets every lock still cannot go below zero.
Lock order everywhere: the order, the offer or the stock hold, then its reservations, then slots by (variant, slot, location), then waiting
lists by variant. Slots of the location main come first, those of other places next, those beyond stock last. A row of public.backorders
is changed by whoever holds all slots of its variant; a mark of low stock is never waited for. The lazy release inside a purchase skips
locked reservations, so it never waits for a row that a payment holds.
*/

create table public.locations (
  id uuid primary key default gen_random_uuid(),
  code text not null unique,
  name text not null,
  kind text not null default 'place',
  priority integer not null default 100,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deactivated_at timestamptz,
  constraint locations_have_a_code_of_sane_form check (code ~ '^[a-z0-9][a-z0-9-]{0,40}$'),
  constraint locations_have_a_name_people_can_read check (length(btrim(name)) between 1 and 200),
  constraint locations_are_of_a_known_kind check (kind in ('main', 'place', 'allowance')),
  constraint locations_are_drawn_in_a_sane_order check (priority between 0 and 10000),
  constraint locations_keep_main_and_the_allowance check (kind = 'place' or deactivated_at is null)
);
comment on table public.locations is
  'Where units are. main holds all seats and is drawn first, then places by priority, smallest first; the allowance holds what may be sold beyond stock.';
create unique index locations_have_one_main on public.locations (kind) where kind = 'main';
create unique index locations_have_one_allowance on public.locations (kind) where kind = 'allowance';
insert into public.locations (id, code, name, kind, priority) values
  ('00000000-0000-4000-8000-000000000001', 'main', 'Main', 'main', 0),
  ('00000000-0000-4000-8000-000000000002', 'beyond-stock', 'Beyond stock', 'allowance', 10000);

create function private.tg_locations__keep()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  raise foreign_key_violation using message = format('%s stays: units and movements name it.', old.code), constraint = 'locations_are_closed_not_deleted';
end
$$;
comment on function private.tg_locations__keep() is 'No place is ever deleted, by its owner neither, so that slots need no foreign key: it would be asked for each of the 64 slots of everything that arrives.';

create trigger _100_keep before delete on public.locations for each row execute function private.tg_locations__keep();
create trigger _100_stamp_update before update on public.locations for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.locations for each row execute function private.tg__audit('id');

alter table public.locations enable row level security;
create policy select_anyone on public.locations for select to anon, authenticated using (true);
grant select on public.locations to anon, authenticated, service_role;
-- not granted: any write. create_location, update_location and deactivate_location look at the stock.

create function private.main_location()
returns uuid
language sql
immutable
security invoker
set search_path = ''
as $$ select '00000000-0000-4000-8000-000000000001'::uuid; $$;
comment on function private.main_location() is 'The location that holds seats and everything nobody placed elsewhere.';

create function private.allowance_location()
returns uuid
language sql
immutable
security invoker
set search_path = ''
as $$ select '00000000-0000-4000-8000-000000000002'::uuid; $$;
comment on function private.allowance_location() is 'The location whose units are promises: what may be sold beyond stock.';

create function private.first_slot(location_id uuid)
returns integer
language sql
immutable
security invoker
return case first_slot.location_id when '00000000-0000-4000-8000-000000000001'::uuid then 0 when '00000000-0000-4000-8000-000000000002'::uuid then 128 else 64 end;
comment on function private.first_slot(uuid) is 'Slots of main are 0 to 63, of other places 64 to 127, beyond stock 128 to 191: a purchase from main reads no others, and the number says what a unit is.';

alter table public.variants
  add column backorder_limit integer,
  add column preorder_ships_at timestamptz,
  add column low_stock_threshold integer,
  add constraint variants_say_how_much_they_sell_beyond_stock check (
    (backorder_limit is not null) = (stock_mode in ('backorder', 'preorder')) and backorder_limit between 0 and 1000000),
  add constraint variants_say_when_a_preorder_ships check ((preorder_ships_at is not null) = (stock_mode = 'preorder')),
  add constraint variants_are_low_at_a_sane_number check (low_stock_threshold between 0 and 1000000);
-- not granted: these columns. set_stock_mode and set_low_stock_threshold keep the stock in step with them.

create table public.stock_slots (
  variant_id uuid not null references public.variants (id) on delete cascade,
  slot integer not null,
  location_id uuid not null, -- of a place that is there: asked when a slot is made, and no place is deleted
  available integer not null default 0,
  reserved integer not null default 0,
  watched_at timestamptz,
  primary key (variant_id, slot, location_id),
  constraint stock_slots_never_sell_what_is_not_there check (available >= 0),
  constraint stock_slots_never_hold_less_than_nothing check (reserved >= 0),
  constraint stock_slots_are_at_most_64_each check (slot between 0 and 191)
) with (fillfactor = 40);
comment on table public.stock_slots is 'Units of a variant at a location, spread over up to 64 rows so that buyers of a hot variant do not wait for each other. Read public.stock_levels.';
-- serves: whether a place may be closed
create index on public.stock_slots (location_id) where slot between 64 and 127;

create function private.tg_stock_slots__check_location()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if new.slot / 64 <> private.first_slot(new.location_id) / 64 then
    raise check_violation using message = format('Slot %s is not one of this location.', new.slot), constraint = 'stock_slots_are_at_most_64_each';
  elsif not exists (select from public.locations where locations.id = new.location_id) then
    raise foreign_key_violation using message = 'There is no such location.', constraint = 'stock_slots_lie_in_a_location';
  end if;
  return new;
end
$$;
comment on function private.tg_stock_slots__check_location() is
  'Refuses a slot whose number is not of its location''s range (private.first_slot), or that lies nowhere. Asked when it is made, since neither ever changes: a constraint would be read by every purchase.';
create trigger _100_check_location before insert on public.stock_slots for each row
  when (new.slot >= 64 or new.location_id <> '00000000-0000-4000-8000-000000000001') execute function private.tg_stock_slots__check_location();

create function private.tg__keep_what_is_on_hand()
returns trigger
language plpgsql
volatile
security definer -- looks at stock whoever may see it, and staff of the catalogue may not write it
set search_path = ''
as $$
declare
  v_sku text;
begin
  -- whoever books units holds their variant: they are waited for, and then seen
  perform from public.variants where tg_table_name = 'products' and variants.product_id = old.id order by variants.id for update;
  select variants.sku into v_sku from public.variants join public.products on products.id = variants.product_id
  where products.kind <> 'course' and old.id = case tg_table_name when 'products' then variants.product_id else variants.id end and exists (
    select from public.stock_slots where stock_slots.variant_id = variants.id and stock_slots.slot < 128 and stock_slots.available + stock_slots.reserved > 0)
  order by variants.sku limit 1;
  if v_sku is not null then
    perform private.fail('variant_in_use', 409, format('There are units of %s on hand, and what is deleted takes its books along.', v_sku),
      'Take them off the books first (adjust_stock), or archive the product.', old.id::text);
  end if;
  return old;
end
$$;
comment on function private.tg__keep_what_is_on_hand() is 'Units leave the books by a movement that says why, never with the row that they are counted on. Seats go with their draft.';
create trigger _220_keep_what_is_on_hand before delete on public.products for each row execute function private.tg__keep_what_is_on_hand();
create trigger _220_keep_what_is_on_hand before delete on public.variants for each row execute function private.tg__keep_what_is_on_hand();

alter table public.stock_slots enable row level security;
create policy select_anyone on public.stock_slots for select to anon, authenticated
  using (exists (select from public.variants where variants.id = stock_slots.variant_id));
grant select on public.stock_slots to anon, authenticated, service_role;
-- not granted: any write. private.draw_units and its siblings keep the books with the numbers.

create view public.stock_levels with (security_invoker = true) as
select stock_slots.variant_id,
  coalesce(sum(stock_slots.available) filter (where stock_slots.slot < 128), 0)::bigint as available,
  coalesce(sum(stock_slots.reserved) filter (where stock_slots.slot < 128), 0)::bigint as reserved,
  coalesce(sum(stock_slots.available + stock_slots.reserved) filter (where stock_slots.slot < 128), 0)::bigint as on_hand,
  coalesce(sum(stock_slots.available) filter (where stock_slots.slot < 128 or not exists (
    select from public.variants where variants.id = stock_slots.variant_id and variants.stock_mode = 'preorder' and variants.preorder_ships_at <= now())), 0)::bigint as sellable,
  coalesce((select variants.backorder_limit from public.variants where variants.id = stock_slots.variant_id), 0)
    - coalesce(sum(stock_slots.available + stock_slots.reserved) filter (where stock_slots.slot >= 128), 0)::bigint as backordered
from public.stock_slots
group by stock_slots.variant_id;
comment on view public.stock_levels is 'Units per counted variant at all locations: available, reserved by unpaid orders, on hand (both); sellable adds what may be sold beyond stock, '
  'backordered is what was sold beyond it and not received yet. A variant that is not counted has no row, and neither has one of which nothing was ever there: units_available of product_document tells the two apart.';
grant select on public.stock_levels to anon, authenticated, service_role;

create function private.tg_stock_levels__refuse_write()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.fail('permission_denied', 403, 'Stock levels are a sum and cannot be written.', 'Use adjust_stock for goods; change the seats of an intake.');
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
  note varchar(500),
  actor_id uuid default auth.uid(),
  moved_at timestamptz not null default now(),
  constraint stock_movements_move_something check (quantity <> 0),
  -- one constant instead of a list of them: every purchase reads this, and a list costs several times as much
  constraint stock_movements_have_a_known_reason check (reason = any (
    '{capacity,sale,return,backorder,transfer,deduction,receipt,count,damage,loss,found,correction,supplier_return,own_use,import}'))
);
comment on table public.stock_movements is 'Why on hand changed, by variant and location. Append-only; their sum is on hand. backorder moves a unit from the shelf to who bought it before it came.';
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
  -- a variant that nobody bought and of which nothing is left may be deleted, and takes its movements with it
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
  holder_id uuid not null, -- the order, the offer of a waiting list or a stock hold; inventory does not know which, so no foreign key
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

-- beyond stock -----------------------------------------------------------------------------------------------------------------------

create table public.backorders (
  holder_id uuid not null,
  variant_id uuid not null references public.variants (id) on delete restrict,
  number bigint generated always as identity,
  quantity integer not null,
  open_quantity integer not null,
  ships_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (holder_id, variant_id),
  constraint backorders_are_of_something check (quantity > 0),
  constraint backorders_are_filled_at_most_once check (open_quantity between 0 and quantity)
);
comment on table public.backorders is 'What an order bought beyond stock, and how much of it has not come yet. Goods that arrive fill the oldest first, by number.';
-- serves: what arrives next goes to the oldest
create index on public.backorders (variant_id, number) where open_quantity > 0;
create index on public.backorders (variant_id);

alter table public.backorders enable row level security;
create policy select_staff on public.backorders for select to authenticated using ((select private.has_permission('inventory.read')));
grant select on public.backorders to authenticated, service_role;
