/*
Shipments, opening: the parcels of a paid order, and what drops out of them again.

Promise: a paid order has one parcel per place that its goods lie in, opened once however often that is asked. What is given back before it left
is in no parcel; what is given back later is noted on the parcel. An order that ends has nothing to send.
Under concurrency: the order's row, which every one of its parcels queues on.
*/

create function private.units_left(order_id uuid)
returns table (order_item_id uuid, quantity integer)
language sql
volatile -- stable would answer what was there before the verb that asks
security invoker
set search_path = ''
as $$
  select counted.id, counted.quantity from (
    select order_items.id, order_items.quantity - order_items.refunded_quantity - coalesce((
        select sum(shipment_items.quantity - shipment_items.refunded_quantity) from public.shipment_items join public.shipments on shipments.id = shipment_items.shipment_id
        where shipment_items.order_item_id = order_items.id and private.holds_units(shipments)), 0)::integer as quantity
    from public.order_items where order_items.order_id = units_left.order_id and order_items.kind = 'physical'
  ) as counted where counted.quantity > 0 order by counted.id;
$$;
comment on function private.units_left(uuid) is 'Goods of an order that are in no parcel: bought, not given back, not in one already.';

create function private.has_left(order_id uuid)
returns boolean
language plpgsql
volatile -- as units_left
security invoker
set search_path = ''
as $$
begin
  return exists (select from public.shipments where shipments.order_id = has_left.order_id and shipments.shipped_at is not null and shipments.status <> 'returned');
end
$$;
comment on function private.has_left(uuid) is 'Whether goods of an order are away: what is away cannot be cancelled or exchanged, only given back.';

create function private.write_shipment(target public.orders, location_id uuid, order_item_ids uuid[], quantities integer[])
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_method jsonb := to_jsonb(target) -> 'shipping_method'; -- read so because the column may come later than this file
  v_days constant text := v_method ->> 'max_days';
  v_shipment_id uuid;
begin
  insert into public.shipments (order_id, location_id, carrier, estimated_delivery_at)
  values (target.id, write_shipment.location_id, left(nullif(btrim(v_method ->> 'carrier'), ''), 100),
    case when v_days ~ '^[0-9]{1,3}$' then now() + make_interval(days => v_days::integer) end)
  returning shipments.id into v_shipment_id;
  insert into private.shipment_details (shipment_id, destination) values (v_shipment_id, target.shipping_address);
  insert into public.shipment_items (shipment_id, order_item_id, quantity)
  select v_shipment_id, line.order_item_id, line.quantity
  from unnest(write_shipment.order_item_ids, write_shipment.quantities) as line (order_item_id, quantity) order by line.order_item_id;
  perform private.emit('shipment.opened', 'shipment', v_shipment_id, jsonb_build_object('order_id', target.id));
  return v_shipment_id;
end
$$;
comment on function private.write_shipment(public.orders, uuid, uuid[], integer[]) is 'Opens a parcel with these units. Refuses invalid_lines. The caller holds the order''s row.';

create function private.places_of_goods(order_id uuid)
returns table (location_id uuid, order_item_id uuid, quantity integer)
language sql
volatile -- as units_left
security invoker
set search_path = ''
as $$
  with wanted as (
    select units.order_item_id, order_items.variant_id, units.quantity,
      sum(units.quantity) over (partition by order_items.variant_id order by order_items.parent_id nulls first, order_items.id) as upto
    from private.units_left(places_of_goods.order_id) as units join public.order_items on order_items.id = units.order_item_id
  ),
  placed as (
    select taken.variant_id, taken.location_id, taken.quantity, sum(taken.quantity) over (partition by taken.variant_id order by taken.position, taken.location_id) as upto
    from (
      select stock_movements.variant_id, stock_movements.location_id, -sum(stock_movements.quantity) as quantity, private.first_slot(stock_movements.location_id) as position
      from public.stock_movements where stock_movements.reference_id = places_of_goods.order_id
      group by 1, 2 having sum(stock_movements.quantity) < 0
      union all
      -- what is not counted lies in main
      select distinct wanted.variant_id, private.main_location(), 1000000000, 1000 from wanted
    ) as taken
  )
  select placed.location_id, wanted.order_item_id, sum(least(wanted.upto, placed.upto) - greatest(wanted.upto - wanted.quantity, placed.upto - placed.quantity))::integer
  from wanted join placed on placed.variant_id = wanted.variant_id
    and least(wanted.upto, placed.upto) > greatest(wanted.upto - wanted.quantity, placed.upto - placed.quantity)
  group by 1, 2;
$$;
comment on function private.places_of_goods(uuid) is 'Where the goods of an order lie that are in no parcel: by the movements that sold them. What was sold beyond stock and has not come lies there, beyond stock.';

create function private.open_shipments(order_id uuid)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_place record;
  v_opened integer := 0;
begin
  select * into v_order from public.orders where orders.id = open_shipments.order_id for update;
  if v_order.status not in ('paid', 'processing', 'partially_refunded') or v_order.shipped_at is not null
    or exists (select from public.shipments where shipments.order_id = v_order.id) then
    return 0;
  end if;
  for v_place in
    select goods.location_id, array_agg(goods.order_item_id order by goods.order_item_id) as items, array_agg(goods.quantity order by goods.order_item_id) as quantities
    from private.places_of_goods(v_order.id) as goods group by goods.location_id order by private.first_slot(goods.location_id), goods.location_id
  loop
    perform private.write_shipment(v_order, v_place.location_id, v_place.items, v_place.quantities);
    v_opened := v_opened + 1;
  end loop;
  return v_opened;
end
$$;
comment on function private.open_shipments(uuid) is 'Opens the first parcels of a paid order, one per place; answers how many. An order that has or had parcels is left as it is. The worker calls it for every paid order with goods.';

-- what drops out ---------------------------------------------------------------------------------------------------------------------

create function private.end_shipment(shipment_id uuid, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.shipments set status = 'cancelled', cancelled_at = now(), cancel_reason = left(end_shipment.reason, 500), moved_at = now()
  where shipments.id = end_shipment.shipment_id;
  perform private.emit('shipment.cancelled', 'shipment', end_shipment.shipment_id, (
    select jsonb_build_object('order_id', shipments.order_id) from public.shipments where shipments.id = end_shipment.shipment_id));
end
$$;
comment on function private.end_shipment(uuid, text) is 'Cancels a parcel that has not left. The caller holds its order''s row.';

create function private.came_back(order_item_id uuid)
returns integer
language sql
volatile -- as units_left
security invoker
set search_path = ''
as $$
  select coalesce(sum(shipment_items.quantity - shipment_items.refunded_quantity), 0)::integer
  from public.shipment_items join public.shipments on shipments.id = shipment_items.shipment_id
  where shipment_items.order_item_id = came_back.order_item_id and shipments.returned_goods in ('restocked', 'written_off');
$$;
comment on function private.came_back(uuid) is 'How many units of a line were taken back into stock, or written off, with a parcel that came back, and are not given back yet.';

create function private.take_out_of_shipments(order_item_id uuid, quantity integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_item record;
  v_left integer := take_out_of_shipments.quantity;
  v_units integer;
begin
  for v_item in
    select shipments.id, shipments.status, shipment_items.quantity - shipment_items.refunded_quantity as units,
      not exists (select from public.shipment_items as other where other.shipment_id = shipments.id and other.order_item_id <> take_out_of_shipments.order_item_id) as alone
    from public.shipment_items join public.shipments on shipments.id = shipment_items.shipment_id
    where shipment_items.order_item_id = take_out_of_shipments.order_item_id and private.holds_units(shipments) and shipment_items.quantity > shipment_items.refunded_quantity
    -- what is here before what is on its way, and that before what has arrived
    order by shipments.returned_goods is null, case shipments.status when 'returned' then 0 when 'pending' then 1 when 'delivered' then 3 else 2 end, shipments.opened_at desc, shipments.id
  loop
    v_units := least(v_left, v_item.units);
    exit when v_units = 0;
    if v_item.status <> 'pending' then
      update public.shipment_items set refunded_quantity = shipment_items.refunded_quantity + v_units
      where shipment_items.shipment_id = v_item.id and shipment_items.order_item_id = take_out_of_shipments.order_item_id;
    elsif v_units = v_item.units and v_item.alone then
      perform private.end_shipment(v_item.id, 'everything in it was given back');
    elsif v_units = v_item.units then
      delete from public.shipment_items where shipment_items.shipment_id = v_item.id and shipment_items.order_item_id = take_out_of_shipments.order_item_id;
    else
      update public.shipment_items set quantity = shipment_items.quantity - v_units
      where shipment_items.shipment_id = v_item.id and shipment_items.order_item_id = take_out_of_shipments.order_item_id;
    end if;
    v_left := v_left - v_units;
  end loop;
end
$$;
comment on function private.take_out_of_shipments(uuid, integer) is
  'Takes units of a line out of parcels that have not left, and notes on those that have that they were given back. The caller holds the order''s row.';

create function private.tg_order_items__trim_shipments()
returns trigger
language plpgsql
volatile
security definer -- whoever gives back may not write parcels
set search_path = ''
as $$
declare
  v_over integer;
begin
  select coalesce(sum(shipment_items.quantity - shipment_items.refunded_quantity), 0) - (new.quantity - new.refunded_quantity) into v_over
  from public.shipment_items join public.shipments on shipments.id = shipment_items.shipment_id
  where shipment_items.order_item_id = new.id and private.holds_units(shipments);
  -- what came back goes first, so that its units are not taken back into stock twice
  v_over := greatest(v_over, least(private.came_back(new.id), new.refunded_quantity - old.refunded_quantity));
  if v_over > 0 then
    perform private.take_out_of_shipments(new.id, v_over);
  end if;
  perform private.follow_shipments(new.order_id);
  return null;
end
$$;
comment on function private.tg_order_items__trim_shipments() is 'Units that are given back leave their parcels in the same transaction.';
create trigger _500_trim_shipments after update of quantity, refunded_quantity on public.order_items for each row
  when (new.kind = 'physical' and new.quantity - new.refunded_quantity < old.quantity - old.refunded_quantity) execute function private.tg_order_items__trim_shipments();

create function private.tg_orders__end_shipments()
returns trigger
language plpgsql
volatile
security definer -- whoever cancels may not write parcels
set search_path = ''
as $$
declare
  v_shipment_id uuid;
begin
  for v_shipment_id in
    select shipments.id from public.shipments where shipments.order_id = new.id and shipments.status = 'pending' order by shipments.id for update
  loop
    perform private.end_shipment(v_shipment_id, format('the order was %s', new.status));
  end loop;
  return null;
end
$$;
comment on function private.tg_orders__end_shipments() is 'An order that ended sends nothing more.';
create trigger _600_end_shipments after update of status on public.orders for each row
  when (old.status <> new.status and new.status in ('cancelled', 'refunded')) execute function private.tg_orders__end_shipments();

create function private.tg_orders__follow_shipments()
returns trigger
language plpgsql
volatile
security definer -- whoever reviews may not write parcels
set search_path = ''
as $$
begin
  perform private.follow_shipments(new.id);
  return null;
end
$$;
comment on function private.tg_orders__follow_shipments() is 'An order that nobody has to decide about any more is where its parcels are.';
create trigger _610_follow_shipments after update of status on public.orders for each row
  when (old.status = 'needs_review' and new.status in ('paid', 'processing', 'shipped', 'partially_refunded')) execute function private.tg_orders__follow_shipments();
