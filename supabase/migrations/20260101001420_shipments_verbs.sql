/*
Shipments, verbs: what the warehouse does with parcels: pack, split, hand over, cancel, take back.

Promise: one call does all or nothing, and the same idempotency key gives the same answer and one effect.
Under concurrency: the order's row first; every step asks under it whether the parcel still allows it.
*/

create function private.require_shipper()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if not (private.is_service() or private.has_permission('orders.fulfil')) then
    perform private.fail('permission_denied', 403, 'Working on shipments needs the permission orders.fulfil.', 'Ask an admin for a role that has it.');
  end if;
  return coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
end
$$;
comment on function private.require_shipper() is 'The id of whoever may send goods, zeros for the secret key. Refuses permission_denied.';

create function private.said_facts(facts jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(fact.key, fact.said), '{}') from (
    select given.key, case jsonb_typeof(given.value) when 'string' then to_jsonb(private.said(given.value #>> '{}')) else given.value end as said
    from jsonb_each(said_facts.facts) as given
  ) as fact where fact.said is not null and fact.said <> 'null';
$$;
comment on function private.said_facts(jsonb) is 'What a verb was given: words without white around them, and nothing of what says nothing.';

create function private.check_shipment_facts(facts jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if length(facts ->> 'carrier') > 100 or length(facts ->> 'tracking_number') > 100 then
    perform private.fail('invalid_shipment', 422, 'A carrier and a tracking number have at most 100 characters each.', 'Shorten them, or leave them out.');
  end if;
  if (facts ->> 'estimated_delivery_at')::timestamptz not between now() - interval '1 year' and now() + interval '1 year' then
    perform private.fail('invalid_shipment', 422, 'A parcel arrives within a year.', 'Correct estimated_delivery_at, or leave it out.');
  end if;
  if (facts ->> 'cost_amount')::bigint not between 0 and 1000000000000 then
    perform private.fail('invalid_shipment', 422, 'What a carrier asks for is 0 or more, in minor units.', 'Correct cost_amount, or leave it out.');
  end if;
  if length(facts ->> 'location') > 200 or length(facts ->> 'description') > 500 then
    perform private.fail('invalid_tracking_event', 422, 'A place has at most 200 characters, what is said of it 500.', 'Shorten them, or leave them out.');
  end if;
  if length(facts ->> 'reason') > 500 then
    perform private.fail('invalid_reason', 422, 'A reason has at most 500 characters.', 'Shorten it.');
  end if;
end
$$;
comment on function private.check_shipment_facts(jsonb) is 'Refuses invalid_shipment, invalid_tracking_event and invalid_reason: what is too long, or out of every range.';

create function private.hold_shipment(shipment_id uuid)
returns public.shipments
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_shipment public.shipments;
begin
  perform from public.orders
  where orders.id = (select shipments.order_id from public.shipments where shipments.id = hold_shipment.shipment_id) for update;
  select * into v_shipment from public.shipments where shipments.id = hold_shipment.shipment_id for update;
  if v_shipment.id is null then
    perform private.fail('shipment_not_found', 404, 'There is no such shipment.', 'Read order_shipments for those of an order.');
  end if;
  return v_shipment;
end
$$;
comment on function private.hold_shipment(uuid) is 'A parcel, its order''s row held and then its own. Refuses shipment_not_found.';

create function private.shipment_allows(shipment public.shipments, action text)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order text := (select orders.status from public.orders where orders.id = shipment.order_id);
begin
  return case
    when shipment_allows.action in ('pack_shipment', 'hand_over_shipment', 'pick_up_delivery', 'book_shipment') and shipment.status = 'pending'
      then v_order in ('paid', 'processing', 'shipped', 'delivered', 'partially_refunded') and (shipment_allows.action <> 'pack_shipment' or shipment.packed_at is null)
    when shipment_allows.action in ('cancel_shipment', 'split_shipment') then shipment.status = 'pending'
    when shipment_allows.action = 'pick_up_delivery' then shipment.status in ('picked_up', 'in_transit', 'failed')
    when shipment_allows.action in ('add_tracking_number', 'assign_courier') then shipment.status not in ('delivered', 'returned', 'cancelled')
    when shipment_allows.action = 'report_delivery' then shipment.status in ('picked_up', 'in_transit', 'out_for_delivery', 'failed')
    when shipment_allows.action = 'mark_shipment_returned' then shipment.status not in ('pending', 'cancelled') and shipment.returned_goods is null
    when shipment_allows.action = 'record_tracking_event' then shipment.status <> 'cancelled' and (shipment.status <> 'pending'
      or v_order in ('paid', 'processing', 'shipped', 'delivered', 'partially_refunded'))
    else false end;
end
$$;
comment on function private.shipment_allows(public.shipments, text) is 'Whether a parcel, and its order, are where this can be done. The verbs ask it under the order''s lock.';

create function private.require_shipment_step(shipment public.shipments, action text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not private.shipment_allows(shipment, require_shipment_step.action) then
    perform private.fail('shipment_not_ready', 409, format('A shipment that is %s does not allow this now.', shipment.status),
      'Read it and its order again: parcels leave once, of paid orders, and come back once.');
  end if;
end
$$;
comment on function private.require_shipment_step(public.shipments, text) is 'Refuses shipment_not_ready.';

-- steps ------------------------------------------------------------------------------------------------------------------------------

create function private.pack(shipment public.shipments)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.shipments set packed_at = now() where shipments.id = shipment.id;
  perform private.add_tracking_event(shipment.id, 'packing', 'shop');
  perform private.emit('shipment.packed', 'shipment', shipment.id, jsonb_build_object('order_id', shipment.order_id));
  if exists (select from public.orders where orders.id = shipment.order_id and orders.status = 'paid' and orders.processing_at is null) then
    perform private.move_order(shipment.order_id, 'processing');
  end if;
end
$$;
comment on function private.pack(public.shipments) is 'A parcel is packed, so somebody works on its order.';

create function private.split_off(shipment public.shipments, lines jsonb)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_line record;
  v_ids uuid[] := '{}';
  v_quantities integer[] := '{}';
begin
  select * into v_order from public.orders where orders.id = shipment.order_id;
  for v_line in
    select parsed.order_item_id, parsed.quantity, shipment_items.quantity as there
    from private.parse_shipment_lines(split_off.lines) as parsed
    left join public.shipment_items on shipment_items.shipment_id = shipment.id and shipment_items.order_item_id = parsed.order_item_id order by parsed.order_item_id
  loop
    if v_line.there is null or coalesce(v_line.quantity, v_line.there) > v_line.there then
      perform private.fail('invalid_lines', 422, 'That is not in this parcel, or less of it.', 'Read order_shipments for what is in it.', v_line.order_item_id::text);
    end if;
    v_ids := v_ids || v_line.order_item_id;
    v_quantities := v_quantities || coalesce(v_line.quantity, v_line.there);
  end loop;
  if (select sum(shipment_items.quantity) from public.shipment_items where shipment_items.shipment_id = shipment.id) = (select sum(part) from unnest(v_quantities) as part) then
    perform private.fail('invalid_lines', 422, 'Nothing would be left in this parcel.', 'Name less than all that is in it.');
  end if;
  delete from public.shipment_items using unnest(v_ids, v_quantities) as part (order_item_id, quantity)
  where shipment_items.shipment_id = shipment.id and shipment_items.order_item_id = part.order_item_id and shipment_items.quantity = part.quantity;
  update public.shipment_items set quantity = shipment_items.quantity - part.quantity
  from unnest(v_ids, v_quantities) as part (order_item_id, quantity)
  where shipment_items.shipment_id = shipment.id and shipment_items.order_item_id = part.order_item_id;
  return private.write_shipment(v_order, shipment.location_id, v_ids, v_quantities);
end
$$;
comment on function private.split_off(public.shipments, jsonb) is 'Puts a part of a parcel into one of its own, from the same place, and answers that. Refuses invalid_lines.';

create function private.parse_shipment_lines(lines jsonb)
returns table (order_item_id uuid, quantity integer)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if jsonb_typeof(parse_shipment_lines.lines) is distinct from 'array' or jsonb_array_length(parse_shipment_lines.lines) not between 1 and 1000 or exists (
    select from jsonb_array_elements(parse_shipment_lines.lines) as line
    where jsonb_typeof(line) <> 'object' or line - array['order_item_id', 'quantity'] <> '{}'
      or coalesce(line ->> 'order_item_id', '') !~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
      or line ? 'quantity' and (jsonb_typeof(line -> 'quantity') <> 'number' or line ->> 'quantity' !~ '^[1-9][0-9]{0,5}$')
  ) or (select count(distinct lower(line ->> 'order_item_id')) < count(*) from jsonb_array_elements(parse_shipment_lines.lines) as line) then
    perform private.fail('invalid_lines', 422, 'Lines are a list of items of the order, each once.', 'Send [{"order_item_id": "<uuid>", "quantity": 1}, …].');
  end if;
  return query select (line ->> 'order_item_id')::uuid, (line ->> 'quantity')::integer from jsonb_array_elements(parse_shipment_lines.lines) as line;
end
$$;
comment on function private.parse_shipment_lines(jsonb) is 'Lines of a parcel; without a quantity all that there is. Refuses invalid_lines.';

create function private.take_back_shipment(shipment public.shipments, goods text, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_variants uuid[];
begin
  if coalesce(take_back_shipment.goods, '') not in ('kept', 'restocked', 'written_off') then
    perform private.fail('invalid_shipment', 422, 'What came back waits to be sent again (kept), is on sale again (restocked) or cannot be sold (written_off).', 'Send one of the three as goods.');
  end if;
  perform private.give_reason(take_back_shipment.reason);
  if shipment.status <> 'returned' then
    perform private.add_tracking_event(shipment.id, 'returned_to_sender', 'shop', null, take_back_shipment.reason);
  end if;
  if take_back_shipment.goods <> 'kept' then
    select array_agg(distinct order_items.variant_id) into v_variants
    from public.shipment_items join public.order_items on order_items.id = shipment_items.order_item_id where shipment_items.shipment_id = shipment.id;
    perform private.lock_holds(array[shipment.order_id], v_variants);
    perform private.lock_waitlists(array[shipment.order_id], v_variants);
    perform private.return_sold_units(shipment.order_id, came.variant_id, came.units, take_back_shipment.goods = 'restocked', take_back_shipment.reason)
    from (
      select order_items.variant_id, sum(shipment_items.quantity - shipment_items.refunded_quantity)::integer as units
      from public.shipment_items join public.order_items on order_items.id = shipment_items.order_item_id
      where shipment_items.shipment_id = shipment.id group by 1 order by 1
    ) as came where came.units > 0;
  end if;
  update public.shipments set returned_goods = take_back_shipment.goods where shipments.id = shipment.id;
  perform private.follow_shipments(shipment.order_id);
  perform private.give_reason(null);
end
$$;
comment on function private.take_back_shipment(public.shipments, text, text) is
  'A parcel came back. Its units are to be sent again, on sale again, or written off; what was given back of it before was taken back then. The money is another matter.';
