/*
Shipments: parcels of an order: what is in each, where it is, and how it got there.

Promise: a unit is in one parcel at a time, and never more units are in parcels than were bought and not given back. Where a parcel is follows from
its tracking events, whatever order they come in; it never goes back along private.status_moves.
Under concurrency: whoever changes a shipment holds its order's row first, then the shipment, then slots; should a caller forget it, the row of the
order's line, which every write of shipment_items locks before it counts, is the guarantee.
*/

insert into public.permissions (name, description) values ('shipments.deliver', 'Deliver the parcels one was given: the work of a courier.');
insert into public.role_permissions (role, permission) values ('admin', 'shipments.deliver'), ('courier', 'shipments.deliver');

insert into public.settings (key, value, description) values
  ('carriers', '{}', 'Where customers follow a parcel, by the carrier''s name: {"JNE": {"tracking_url": "https://track.example/{number}"}}.'),
  ('shipment_stuck_days', '5', 'Days without news after which staff are told of a parcel that is on its way.'),
  ('shipment_waiting_days', '3', 'Days after which staff are told of a parcel that nobody has handed over.');

create sequence private.shipment_numbers start 100001;
comment on sequence private.shipment_numbers is 'The number on the parcel. Gaps are fine.';

create table public.shipments (
  id uuid primary key default gen_random_uuid(),
  number text not null unique default 'SH-' || nextval('private.shipment_numbers'),
  order_id uuid not null references public.orders (id) on delete restrict,
  location_id uuid not null references public.locations (id) on delete restrict,
  status text not null default 'pending',
  carrier text,
  tracking_number text,
  courier_id uuid references public.profiles (id) on delete restrict,
  estimated_delivery_at timestamptz,
  returned_goods text,
  opened_at timestamptz not null default now(),
  packed_at timestamptz,
  assigned_at timestamptz,
  shipped_at timestamptz,
  delivered_at timestamptz,
  failed_at timestamptz,
  returned_at timestamptz,
  cancelled_at timestamptz,
  cancel_reason text,
  moved_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint shipments_have_a_known_status check (status in ('pending', 'picked_up', 'in_transit', 'out_for_delivery', 'delivered', 'failed', 'returned', 'cancelled')),
  constraint shipments_are_dated_when_they_leave check ((shipped_at is null) = (status in ('pending', 'cancelled'))),
  constraint shipments_are_dated_when_they_arrive check (status <> 'delivered' or delivered_at is not null),
  constraint shipments_are_dated_when_they_come_back check ((returned_at is not null) = (status = 'returned')),
  constraint shipments_say_when_they_were_cancelled check ((cancelled_at is not null) = (status = 'cancelled')),
  constraint shipments_say_what_became_of_what_came_back check (returned_goods is null or status = 'returned' and returned_goods in ('kept', 'restocked', 'written_off')),
  constraint shipments_are_assigned_at_a_time check ((assigned_at is not null) = (courier_id is not null)),
  constraint shipments_name_a_carrier_people_can_read check (length(carrier) between 1 and 100),
  constraint shipments_have_a_tracking_number_of_sane_length check (length(tracking_number) between 1 and 100)
);
comment on table public.shipments is
  'One parcel of an order, from one place. Where it goes is in private.shipment_details. returned_goods: of one that came back, whether its units wait to be sent again (kept), are on sale again or were written off; null until staff say so. moved_at: the last news of it.';
create index on public.shipments (order_id);
create index on public.shipments (location_id);
-- serves: a courier's work
create index on public.shipments (courier_id);
-- a number is one parcel's
create unique index shipments_one_per_tracking_number on public.shipments (coalesce(lower(carrier), ''), tracking_number) where tracking_number is not null and status <> 'cancelled';
-- serves: the warehouse's list, and what does not move
create index on public.shipments (status, moved_at) where status not in ('delivered', 'returned', 'cancelled');

insert into private.status_moves (machine, from_status, to_status) values
  ('shipment', 'pending', 'picked_up'), ('shipment', 'pending', 'in_transit'), ('shipment', 'pending', 'out_for_delivery'), ('shipment', 'pending', 'failed'),
  ('shipment', 'pending', 'delivered'), ('shipment', 'pending', 'returned'), ('shipment', 'pending', 'cancelled'),
  ('shipment', 'picked_up', 'in_transit'), ('shipment', 'picked_up', 'out_for_delivery'), ('shipment', 'picked_up', 'failed'),
  ('shipment', 'picked_up', 'delivered'), ('shipment', 'picked_up', 'returned'),
  ('shipment', 'in_transit', 'out_for_delivery'), ('shipment', 'in_transit', 'failed'), ('shipment', 'in_transit', 'delivered'), ('shipment', 'in_transit', 'returned'),
  ('shipment', 'out_for_delivery', 'failed'), ('shipment', 'out_for_delivery', 'delivered'), ('shipment', 'out_for_delivery', 'returned'),
  -- tried again; a parcel that arrived may still be brought back
  ('shipment', 'failed', 'out_for_delivery'), ('shipment', 'failed', 'delivered'), ('shipment', 'failed', 'returned'), ('shipment', 'delivered', 'returned');

create trigger _100_stamp_update before update on public.shipments for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.shipments for each row when (old.status <> new.status) execute function private.tg__guard_status('shipment');
-- what people do; the worker and carriers leave tracking events. At commit, since the log has one lock and slots come before it.
create constraint trigger _900_audit after insert or update on public.shipments deferrable initially deferred
  for each row when (auth.uid() is not null) execute function private.tg__audit('id');

alter table public.shipments enable row level security;
create policy select_own_or_staff on public.shipments for select to authenticated
  using ((select private.has_permission('orders.read'))
    or exists (select from public.orders where orders.id = shipments.order_id and orders.customer_id = (select auth.uid())));
grant select on public.shipments to authenticated, service_role;
-- not granted: any write. The verbs write. Couriers read by my_deliveries, which shows no more than they need.

create table private.shipment_details (
  shipment_id uuid primary key references public.shipments (id) on delete restrict,
  destination jsonb,
  cost_amount bigint,
  cost_currency text,
  constraint shipment_details_go_to_one_address check (jsonb_typeof(destination) = 'object'),
  constraint shipment_details_cost_something_in_a_currency check (num_nulls(cost_amount, cost_currency) in (0, 2) and cost_amount >= 0)
);
comment on table private.shipment_details is
  'Of each parcel what is not for everybody who may see it: the address as it was (null: nothing is known, or its person closed the account) and what the carrier asks of the shop.';

create table public.shipment_items (
  shipment_id uuid not null references public.shipments (id) on delete restrict,
  order_item_id uuid not null references public.order_items (id) on delete restrict,
  quantity integer not null,
  refunded_quantity integer not null default 0,
  primary key (shipment_id, order_item_id),
  constraint shipment_items_hold_something check (quantity > 0),
  constraint shipment_items_give_back_no_more_than_they_hold check (refunded_quantity between 0 and quantity)
);
comment on table public.shipment_items is 'What is in a parcel. refunded_quantity: how many of them were given back after it had left.';
create index on public.shipment_items (order_item_id);

create function private.holds_units(shipment public.shipments)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$ select shipment.status <> 'cancelled' and shipment.returned_goods is distinct from 'kept'; $$;
comment on function private.holds_units(public.shipments) is 'Whether what is in a parcel cannot go into another one.';

create function private.tg_shipment_items__check_units()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_left integer;
begin
  -- in a statement of its own: what the next one counts is all that others have committed
  perform from public.order_items where order_items.id = new.order_item_id for update;
  select order_items.quantity - order_items.refunded_quantity - coalesce((
    select sum(shipment_items.quantity - shipment_items.refunded_quantity) from public.shipment_items join public.shipments on shipments.id = shipment_items.shipment_id
    where shipment_items.order_item_id = new.order_item_id and shipment_items.shipment_id <> new.shipment_id and private.holds_units(shipments)), 0) into v_left
  from public.order_items join public.shipments on shipments.order_id = order_items.order_id
  where order_items.id = new.order_item_id and order_items.kind = 'physical' and shipments.id = new.shipment_id;
  if v_left is null or new.quantity - new.refunded_quantity > v_left then
    perform private.fail('invalid_lines', 422, 'A parcel takes goods of its order, and no more than are left to send.', 'Read order_shipments for what is in which parcel.', new.order_item_id::text);
  end if;
  return new;
end
$$;
comment on function private.tg_shipment_items__check_units() is 'Refuses invalid_lines when more units would be in parcels than were bought and not given back. Holds the order''s line, so two who want the same units queue.';
create trigger _100_check_units before insert on public.shipment_items for each row execute function private.tg_shipment_items__check_units();
create trigger _110_check_units before update on public.shipment_items for each row
  when (new.quantity - new.refunded_quantity > old.quantity - old.refunded_quantity) execute function private.tg_shipment_items__check_units();

alter table public.shipment_items enable row level security;
create policy select_own_or_staff on public.shipment_items for select to authenticated
  using ((select private.has_permission('orders.read')) or exists (
    select from public.shipments join public.orders on orders.id = shipments.order_id
    where shipments.id = shipment_items.shipment_id and orders.customer_id = (select auth.uid())));
grant select on public.shipment_items to authenticated, service_role;

-- tracking ---------------------------------------------------------------------------------------------------------------------------

create table private.tracking_statuses (
  status text primary key,
  shipment_status text not null,
  rank integer not null
);
comment on table private.tracking_statuses is 'What can be said of a parcel on its way, where it is then, and how far that is.';
insert into private.tracking_statuses (status, shipment_status, rank) values
  ('order_received', 'pending', 0), ('packing', 'pending', 0), ('picked_up', 'picked_up', 1), ('arrived_facility', 'in_transit', 2), ('departed_facility', 'in_transit', 2),
  ('out_for_delivery', 'out_for_delivery', 3), ('delivery_failed', 'failed', 3), ('delivered', 'delivered', 4), ('returned_to_sender', 'returned', 5);

create table public.tracking_events (
  id bigint generated always as identity primary key,
  shipment_id uuid not null references public.shipments (id) on delete restrict,
  status text not null,
  location text,
  description text,
  source text not null,
  carrier text,
  carrier_event_id text,
  actor_id uuid default auth.uid(),
  occurred_at timestamptz not null default now(),
  recorded_at timestamptz not null default now(),
  constraint tracking_events_have_a_known_status check (status in ('order_received', 'packing', 'picked_up', 'arrived_facility', 'departed_facility',
    'out_for_delivery', 'delivery_failed', 'delivered', 'returned_to_sender')),
  constraint tracking_events_come_from_somebody check (source in ('shop', 'courier', 'carrier')),
  constraint tracking_events_name_the_carrier_they_come_from check ((source = 'carrier') = (carrier_event_id is not null and carrier is not null)),
  constraint tracking_events_name_a_place_people_can_read check (length(location) between 1 and 200),
  constraint tracking_events_say_little check (length(description) between 1 and 500),
  constraint tracking_events_come_once unique (carrier, carrier_event_id)
);
comment on table public.tracking_events is 'What was said of a parcel: by the shop, its courier, or the carrier, once per event of the carrier''s. Append-only.';
-- serves: the history of one parcel
create index on public.tracking_events (shipment_id, id);
create trigger _100_refuse_change before update or delete on public.tracking_events for each row execute function private.tg__refuse_change();

alter table public.tracking_events enable row level security;
create policy select_own_or_staff on public.tracking_events for select to authenticated
  using ((select private.has_permission('orders.read')) or exists (
    select from public.shipments join public.orders on orders.id = shipments.order_id
    where shipments.id = tracking_events.shipment_id and orders.customer_id = (select auth.uid())));
grant select on public.tracking_events to authenticated, service_role;
