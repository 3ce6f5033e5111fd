/*
Shipments, moving: where a parcel is by what was said of it, and where its order is by its parcels.

Promise: a parcel's status is a function of the set of its tracking events, so every order of arrival gives the same one, and what is said twice or
late moves nothing back. An order has left when all its goods have, and has arrived when all its parcels have.
Under concurrency: the order's row, then the parcel's.
*/

create function private.tracked_status(shipment_id uuid)
returns text
language sql
volatile -- stable would answer what was there before the event that asks
security invoker
set search_path = ''
as $$
  -- of several tries the one counts that has not failed yet; which came when is not asked
  select case
    when max(tracking_statuses.rank) = 3 and count(*) filter (where tracking_events.status = 'out_for_delivery') > count(*) filter (where tracking_events.status = 'delivery_failed') then 'out_for_delivery'
    when max(tracking_statuses.rank) = 3 then 'failed'
    else (select min(reached.shipment_status) from private.tracking_statuses as reached where reached.rank = max(tracking_statuses.rank)) end
  from public.tracking_events join private.tracking_statuses on tracking_statuses.status = tracking_events.status
  where tracking_events.shipment_id = tracked_status.shipment_id;
$$;
comment on function private.tracked_status(uuid) is 'Where a parcel is by all that was said of it: the farthest of it; tries of delivery are counted. Null when nothing was said.';

create function private.move_shipment(shipment public.shipments, status text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.shipments
  set status = move_shipment.status, shipped_at = coalesce(shipments.shipped_at, now()),
    delivered_at = case when move_shipment.status = 'delivered' then now() else shipments.delivered_at end,
    failed_at = case when move_shipment.status = 'failed' then now() else shipments.failed_at end,
    returned_at = case when move_shipment.status = 'returned' then now() else shipments.returned_at end
  where shipments.id = shipment.id;
  perform private.emit('shipment.' || move_shipment.status, 'shipment', shipment.id,
    jsonb_build_object('order_id', shipment.order_id, 'left', shipment.shipped_at is null));
  if move_shipment.status in ('delivered', 'returned') then
    perform private.forget_destinations(orders.customer_id) from public.orders join public.profiles on profiles.id = orders.customer_id
    where orders.id = shipment.order_id and profiles.closed_at is not null;
  end if;
end
$$;
comment on function private.move_shipment(public.shipments, text) is
  'The one way on for a parcel: says when, leaves the event; private.status_moves refuses other moves. The parcel is given as it was before; the caller holds its order''s row.';

create function private.forget_destinations(customer_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update private.shipment_details set destination = null
  from public.shipments join public.orders on orders.id = shipments.order_id
  where shipments.id = shipment_details.shipment_id and orders.customer_id = forget_destinations.customer_id and shipment_details.destination is not null
    and shipments.status in ('delivered', 'returned', 'cancelled');
$$;
comment on function private.forget_destinations(uuid) is 'Whoever closed the account lives nowhere: addresses go, but of parcels that are on their way, which lose them when they end.';

create function private.shipments_say(order_id uuid)
returns text
language plpgsql
volatile -- as tracked_status
security invoker
set search_path = ''
as $$
declare
  v_open boolean;
  v_under_way boolean;
  v_arrived boolean;
begin
  select bool_or(shipments.status = 'pending'), bool_or(shipments.status <> 'delivered'), bool_or(shipments.delivered_at is not null)
  into v_open, v_under_way, v_arrived
  from public.shipments
  where shipments.order_id = shipments_say.order_id and private.holds_units(shipments) and exists (
    select from public.shipment_items where shipment_items.shipment_id = shipments.id and shipment_items.quantity > shipment_items.refunded_quantity);
  if v_open is not false or exists (select from private.units_left(shipments_say.order_id)) then
    return null;
  end if;
  return case when v_under_way then 'shipped' when v_arrived then 'delivered' end;
end
$$;
comment on function private.shipments_say(uuid) is
  'Where an order is by its parcels: shipped when all its goods have left, delivered when all have arrived, else null. What was given back does not count.';

create function private.follow_shipments(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_said text;
  v_shipment public.shipments;
begin
  select * into v_shipment from public.shipments where shipments.order_id = follow_shipments.order_id and shipments.shipped_at is not null
  order by shipments.shipped_at desc, shipments.id limit 1;
  if v_shipment.id is null then
    return;
  end if;
  v_said := private.shipments_say(follow_shipments.order_id);
  select * into v_order from public.orders where orders.id = follow_shipments.order_id;
  if v_said is not null and v_order.shipped_at is null and v_order.status in ('paid', 'processing', 'partially_refunded') then
    perform private.move_order(v_order.id, 'shipped', jsonb_strip_nulls(jsonb_build_object('carrier', v_shipment.carrier, 'tracking_number', v_shipment.tracking_number)));
  elsif v_order.status = 'paid' and v_order.shipped_at is null then
    perform private.move_order(v_order.id, 'processing'); -- a part has left: its customer cannot cancel it any more
  end if;
  select * into v_order from public.orders where orders.id = follow_shipments.order_id;
  if v_said = 'delivered' and v_order.delivered_at is null and v_order.status in ('shipped', 'partially_refunded') then
    perform private.move_order(v_order.id, 'delivered');
  end if;
end
$$;
comment on function private.follow_shipments(uuid) is 'Moves an order to where its parcels are, as far as it may go there. The caller holds its row.';

create function private.add_tracking_event(
  shipment_id uuid, status text, source text, location text default null, description text default null, occurred_at timestamptz default now(),
  carrier text default null, carrier_event_id text default null
)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_shipment public.shipments;
  v_target text;
begin
  select * into v_shipment from public.shipments where shipments.id = add_tracking_event.shipment_id for update;
  insert into public.tracking_events (shipment_id, status, source, location, description, occurred_at, carrier, carrier_event_id)
  values (v_shipment.id, add_tracking_event.status, add_tracking_event.source, add_tracking_event.location, add_tracking_event.description,
    add_tracking_event.occurred_at, add_tracking_event.carrier, add_tracking_event.carrier_event_id)
  on conflict on constraint tracking_events_come_once do nothing;
  if not found then
    return 'ignored';
  end if;
  update public.shipments set moved_at = now() where shipments.id = v_shipment.id;
  v_target := private.tracked_status(v_shipment.id);
  if v_target = v_shipment.status or v_target = 'pending' or not exists (
    select from private.status_moves
    where status_moves.machine = 'shipment' and status_moves.from_status = v_shipment.status and status_moves.to_status = v_target
  ) then
    return 'applied'; -- known, and it moves nothing
  end if;
  perform private.move_shipment(v_shipment, v_target);
  perform private.follow_shipments(v_shipment.order_id);
  return 'applied';
end
$$;
comment on function private.add_tracking_event(uuid, text, text, text, text, timestamptz, text, text) is
  'Writes what was said of a parcel and moves it, and its order, to where it is then. The same event of a carrier''s is ignored. The caller holds the order''s row, and a parcel that is not cancelled.';

create function private.send_off(shipment public.shipments, carrier text, tracking_number text, estimated_delivery_at timestamptz, source text default 'shop')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.set_tracking(shipment, send_off.carrier, send_off.tracking_number, send_off.estimated_delivery_at);
  perform private.add_tracking_event(shipment.id, 'picked_up', send_off.source);
end
$$;
comment on function private.send_off(public.shipments, text, text, timestamptz, text) is 'Hands a parcel over. What is null stays as it is. The caller holds the order''s row.';

create function private.set_tracking(shipment public.shipments, carrier text, tracking_number text, estimated_delivery_at timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_carrier constant text := coalesce(set_tracking.carrier, shipment.carrier);
  v_number constant text := coalesce(set_tracking.tracking_number, shipment.tracking_number);
begin
  if v_number is not null then
    -- whoever else wants the number, and the carrier who speaks of it, comes before or after us
    perform pg_advisory_xact_lock(private.tracking_lock(v_carrier, v_number));
    if exists (
      select from public.shipments
      where shipments.tracking_number = v_number and lower(coalesce(shipments.carrier, '')) = lower(coalesce(v_carrier, ''))
        and shipments.status <> 'cancelled' and shipments.id <> shipment.id
    ) then
      perform private.fail('tracking_number_taken', 409, 'Another parcel has this tracking number.', 'Check the number; each parcel has one of its own.', v_number);
    end if;
  end if;
  update public.shipments
  set carrier = v_carrier, tracking_number = v_number, estimated_delivery_at = coalesce(set_tracking.estimated_delivery_at, shipments.estimated_delivery_at)
  where shipments.id = shipment.id;
  if v_number is not null then
    perform private.apply_waiting_carrier_events(shipment.id);
  end if;
end
$$;
comment on function private.set_tracking(public.shipments, text, text, timestamptz) is
  'Says who carries a parcel, under which number, until when; what the carrier told of the number before is applied. What is null stays. Refuses tracking_number_taken.';

-- the short way: all that is left of an order ----------------------------------------------------------------------------------------

create function private.ship_all(target public.orders, carrier text, tracking_number text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_shipment public.shipments;
  v_first uuid;
begin
  perform private.open_shipments(target.id);
  perform private.write_shipment(target, private.main_location(), units.items, units.quantities)
  from (select array_agg(units_left.order_item_id) as items, array_agg(units_left.quantity) as quantities from private.units_left(target.id)) as units where units.items is not null;
  for v_shipment in
    select * from public.shipments where shipments.order_id = target.id and shipments.status = 'pending' order by shipments.opened_at, shipments.number for update
  loop
    if ship_all.tracking_number is not null and v_first is not null then
      perform private.merge_shipment(v_shipment.id, v_first); -- one number is one parcel
    end if;
    v_first := coalesce(v_first, v_shipment.id);
  end loop;
  for v_shipment in
    select * from public.shipments where shipments.order_id = target.id and shipments.status = 'pending' order by shipments.opened_at, shipments.number
  loop
    perform private.send_off(v_shipment, ship_all.carrier, ship_all.tracking_number, null);
  end loop;
end
$$;
comment on function private.ship_all(public.orders, text, text) is
  'All that is left of an order leaves: its parcels are handed over, as one when a tracking number says so. The caller holds the order''s row.';

create function private.merge_shipment(shipment_id uuid, into_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_items jsonb := (
    select jsonb_agg(to_jsonb(shipment_items)) from public.shipment_items where shipment_items.shipment_id = merge_shipment.shipment_id);
begin
  perform private.end_shipment(merge_shipment.shipment_id, (
    select format('sent together with %s', shipments.number) from public.shipments where shipments.id = merge_shipment.into_id));
  insert into public.shipment_items (shipment_id, order_item_id, quantity)
  select merge_shipment.into_id, (item ->> 'order_item_id')::uuid, (item ->> 'quantity')::integer from jsonb_array_elements(v_items) as item order by 2
  on conflict on constraint shipment_items_pkey do update set quantity = shipment_items.quantity + excluded.quantity;
end
$$;
comment on function private.merge_shipment(uuid, uuid) is 'Puts what is in a parcel that has not left into another one of its order. The caller holds the order''s row.';

create function private.deliver_all(target public.orders)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_shipment_id uuid;
begin
  for v_shipment_id in
    select shipments.id from public.shipments
    where shipments.order_id = target.id and shipments.status in ('picked_up', 'in_transit', 'out_for_delivery', 'failed') order by shipments.id
  loop
    perform private.add_tracking_event(v_shipment_id, 'delivered', 'shop');
  end loop;
end
$$;
comment on function private.deliver_all(public.orders) is 'Everything of an order that is on its way has arrived. The caller holds the order''s row.';
