/*
Shipments, staff: the verbs of the warehouse as the API has them. See the verbs file for the steps, the promise and the order of locks.
*/

create function private.work_on_shipment(action text, shipment_id uuid, facts jsonb, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write shipments, only say what became of them
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_shipper();
  v_facts constant jsonb := private.said_facts(work_on_shipment.facts);
  v_body jsonb := jsonb_build_array(work_on_shipment.shipment_id, v_facts);
  v_answer jsonb := private.recall_answer(v_person_id, work_on_shipment.idempotency_key, work_on_shipment.action, v_body);
  v_shipment public.shipments;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_shipment_facts(v_facts);
  v_shipment := private.hold_shipment(work_on_shipment.shipment_id);
  perform private.require_shipment_step(v_shipment, work_on_shipment.action);
  case work_on_shipment.action
    when 'pack_shipment' then perform private.pack(v_shipment);
    when 'split_shipment' then v_shipment.id := private.split_off(v_shipment, work_on_shipment.facts -> 'lines');
    when 'cancel_shipment' then
      perform private.give_reason(v_facts ->> 'reason');
      perform private.end_shipment(v_shipment.id, v_facts ->> 'reason');
      perform private.follow_shipments(v_shipment.order_id);
      perform private.give_reason(null);
    when 'add_tracking_number' then
      perform private.set_tracking(v_shipment, v_facts ->> 'carrier', v_facts ->> 'tracking_number', (v_facts ->> 'estimated_delivery_at')::timestamptz);
    when 'book_shipment' then perform private.ask_to_book(v_shipment, v_facts ->> 'carrier');
    when 'hand_over_shipment' then
      perform private.note_cost(v_shipment, (v_facts ->> 'cost_amount')::bigint);
      perform private.send_off(v_shipment, v_facts ->> 'carrier', v_facts ->> 'tracking_number', (v_facts ->> 'estimated_delivery_at')::timestamptz);
    when 'mark_shipment_returned' then perform private.take_back_shipment(v_shipment, v_facts ->> 'goods', v_facts ->> 'reason');
    when 'assign_courier' then perform private.assign(v_shipment, (v_facts ->> 'courier_id')::uuid);
    when 'record_tracking_event' then perform private.record_by_hand(v_shipment, v_facts);
  end case;
  return private.remember_answer(v_person_id, work_on_shipment.idempotency_key, work_on_shipment.action, v_body, private.shipment_document(v_shipment.id, true));
end
$$;
comment on function private.work_on_shipment(text, uuid, jsonb, text) is 'Does the work of the verbs by which staff work on one parcel.';
grant execute on function private.work_on_shipment(text, uuid, jsonb, text) to authenticated, service_role;

create function private.note_cost(shipment public.shipments, cost_amount bigint)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update private.shipment_details set cost_amount = note_cost.cost_amount, cost_currency = (select orders.currency from public.orders where orders.id = shipment.order_id)
  where shipment_details.shipment_id = shipment.id and note_cost.cost_amount is not null;
$$;
comment on function private.note_cost(public.shipments, bigint) is 'What the carrier asks of the shop for a parcel, in the currency of its order.';

create function private.record_by_hand(shipment public.shipments, facts jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_occurred_at constant timestamptz := coalesce((facts ->> 'occurred_at')::timestamptz, now());
begin
  if not exists (select from private.tracking_statuses where tracking_statuses.status = facts ->> 'status') or v_occurred_at not between now() - interval '1 year' and now() + interval '5 minutes' then
    perform private.fail('invalid_tracking_event', 422, 'That cannot be said of a parcel: its status is not known, or it has not happened yet.', 'Send one of the statuses of docs/shipments.md, and when it happened.');
  end if;
  perform private.add_tracking_event(shipment.id, facts ->> 'status', 'shop', facts ->> 'location', facts ->> 'description', v_occurred_at);
end
$$;
comment on function private.record_by_hand(public.shipments, jsonb) is 'What staff heard of a parcel on its way. Refuses invalid_tracking_event.';

create function public.pack_shipment(shipment_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.work_on_shipment('pack_shipment', pack_shipment.shipment_id, '{}', pack_shipment.idempotency_key);
$$;
comment on function public.pack_shipment(uuid, text) is
  'Staff (orders.fulfil): a parcel is packed; its order is being processed from now on. Answers the shipment. Errors: permission_denied, shipment_not_found, shipment_not_ready, idempotency_key_reused.';
grant execute on function public.pack_shipment(uuid, text) to authenticated, service_role;

create function public.split_shipment(shipment_id uuid, lines jsonb, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.work_on_shipment('split_shipment', split_shipment.shipment_id, jsonb_build_object('lines', split_shipment.lines), split_shipment.idempotency_key);
$$;
comment on function public.split_shipment(uuid, jsonb, text) is
  'Staff (orders.fulfil): lines [{order_item_id, quantity}] of a parcel that has not left go into one of their own. Answers the new shipment. '
  'Errors: permission_denied, shipment_not_found, shipment_not_ready, invalid_lines, idempotency_key_reused.';
grant execute on function public.split_shipment(uuid, jsonb, text) to authenticated, service_role;

create function public.cancel_shipment(shipment_id uuid, reason text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.work_on_shipment('cancel_shipment', cancel_shipment.shipment_id, jsonb_build_object('reason', cancel_shipment.reason), cancel_shipment.idempotency_key);
$$;
comment on function public.cancel_shipment(uuid, text, text) is
  'Staff (orders.fulfil): a parcel that has not left is not sent; what was in it can go into another one (create_shipment). Answers the shipment. '
  'Errors: permission_denied, shipment_not_found, shipment_not_ready, invalid_reason, idempotency_key_reused.';
grant execute on function public.cancel_shipment(uuid, text, text) to authenticated, service_role;

create function public.add_tracking_number(
  shipment_id uuid, tracking_number text, carrier text default null, estimated_delivery_at timestamptz default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.work_on_shipment('add_tracking_number', add_tracking_number.shipment_id, jsonb_build_object('carrier', add_tracking_number.carrier,
    'tracking_number', add_tracking_number.tracking_number, 'estimated_delivery_at', add_tracking_number.estimated_delivery_at), add_tracking_number.idempotency_key);
$$;
comment on function public.add_tracking_number(uuid, text, text, timestamptz, text) is
  'Staff (orders.fulfil): names a parcel''s carrier and number, or corrects them; what the carrier told of the number before is applied then. Answers the shipment. '
  'Errors: permission_denied, shipment_not_found, shipment_not_ready, invalid_shipment, tracking_number_taken, idempotency_key_reused.';
grant execute on function public.add_tracking_number(uuid, text, text, timestamptz, text) to authenticated, service_role;

create function public.hand_over_shipment(
  shipment_id uuid, carrier text default null, tracking_number text default null, estimated_delivery_at timestamptz default null, cost_amount bigint default null,
  idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.work_on_shipment('hand_over_shipment', hand_over_shipment.shipment_id, jsonb_build_object('carrier', hand_over_shipment.carrier,
    'tracking_number', hand_over_shipment.tracking_number, 'estimated_delivery_at', hand_over_shipment.estimated_delivery_at,
    'cost_amount', hand_over_shipment.cost_amount), hand_over_shipment.idempotency_key);
$$;
comment on function public.hand_over_shipment(uuid, text, text, timestamptz, bigint, text) is
  'Staff (orders.fulfil): a parcel has left; its customer gets a mail. Its order is shipped once all its goods have left. cost_amount: what the carrier asks for. Answers the shipment. '
  'Errors: permission_denied, shipment_not_found, shipment_not_ready, invalid_shipment, tracking_number_taken, idempotency_key_reused.';
grant execute on function public.hand_over_shipment(uuid, text, text, timestamptz, bigint, text) to authenticated, service_role;

create function public.mark_shipment_returned(shipment_id uuid, goods text, reason text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.work_on_shipment('mark_shipment_returned', mark_shipment_returned.shipment_id,
    jsonb_build_object('goods', mark_shipment_returned.goods, 'reason', mark_shipment_returned.reason), mark_shipment_returned.idempotency_key);
$$;
comment on function public.mark_shipment_returned(uuid, text, text, text) is
  'Staff (orders.fulfil): a parcel came back, and what becomes of its goods: kept to be sent again, restocked, or written_off. The money is given back by refund_order, which takes no unit back twice. Answers the shipment. '
  'Errors: permission_denied, shipment_not_found, shipment_not_ready, invalid_shipment, invalid_reason, idempotency_key_reused.';
grant execute on function public.mark_shipment_returned(uuid, text, text, text) to authenticated, service_role;

create function public.record_tracking_event(
  shipment_id uuid, status text, location text default null, description text default null, occurred_at timestamptz default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.work_on_shipment('record_tracking_event', record_tracking_event.shipment_id, jsonb_build_object('status', record_tracking_event.status,
    'location', record_tracking_event.location, 'description', record_tracking_event.description,
    'occurred_at', record_tracking_event.occurred_at), record_tracking_event.idempotency_key);
$$;
comment on function public.record_tracking_event(uuid, text, text, text, timestamptz, text) is
  'Staff (orders.fulfil): what was heard of a parcel: order_received, packing, picked_up, arrived_facility, departed_facility, out_for_delivery, delivery_failed, delivered or returned_to_sender. '
  'Its customer reads it. Answers the shipment. Errors: permission_denied, shipment_not_found, shipment_not_ready, invalid_tracking_event, idempotency_key_reused.';
grant execute on function public.record_tracking_event(uuid, text, text, text, timestamptz, text) to authenticated, service_role;

create function public.assign_courier(shipment_id uuid, courier_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.work_on_shipment('assign_courier', assign_courier.shipment_id, jsonb_build_object('courier_id', assign_courier.courier_id), assign_courier.idempotency_key);
$$;
comment on function public.assign_courier(uuid, uuid, text) is
  'Staff (orders.fulfil): gives a parcel to one of the shop''s couriers, or to another one; null takes it away. Answers the shipment. '
  'Errors: permission_denied, shipment_not_found, shipment_not_ready, courier_not_found, idempotency_key_reused.';
grant execute on function public.assign_courier(uuid, uuid, text) to authenticated, service_role;

-- open -------------------------------------------------------------------------------------------------------------------------------

create function private.create_shipment(order_id uuid, lines jsonb, location_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write shipments, only ask for them
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_shipper();
  v_body jsonb := jsonb_build_array(create_shipment.order_id, create_shipment.lines, create_shipment.location_id);
  v_answer jsonb := private.recall_answer(v_person_id, create_shipment.idempotency_key, 'create_shipment', v_body);
  v_location_id uuid := coalesce(create_shipment.location_id, private.main_location());
  v_order public.orders;
  v_ids uuid[];
  v_quantities integer[];
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if create_shipment.lines is not null then
    perform private.parse_shipment_lines(create_shipment.lines);
  end if;
  select * into v_order from public.orders where orders.id = create_shipment.order_id for update;
  if v_order.id is null then
    perform private.fail('order_not_found', 404, 'There is no such order.', 'Check the id.');
  end if;
  perform private.hold_locations(array[v_location_id]);
  if v_order.status not in ('paid', 'processing', 'shipped', 'delivered', 'partially_refunded') then
    perform private.fail('order_not_ready', 409, format('Nothing of an order that is %s is sent.', v_order.status), 'Read it again.');
  end if;
  select array_agg(units.order_item_id), array_agg(units.quantity) into v_ids, v_quantities from private.units_left(v_order.id) as units;
  if v_ids is null then
    perform private.fail('nothing_to_ship', 409, 'All goods of this order are in parcels already.', 'Read order_shipments; split_shipment divides a parcel that has not left.');
  end if;
  if create_shipment.lines is not null then
    select array_agg(parsed.order_item_id), array_agg(coalesce(parsed.quantity, units.quantity, 1)) into v_ids, v_quantities
    from private.parse_shipment_lines(create_shipment.lines) as parsed left join private.units_left(v_order.id) as units on units.order_item_id = parsed.order_item_id;
  end if;
  if exists (select from unnest(v_ids) as wanted where not exists (select from public.order_items where order_items.id = wanted and order_items.order_id = v_order.id)) then
    perform private.fail('invalid_lines', 422, 'A line is not of this order.', 'Send items of the order.');
  end if;
  return private.remember_answer(v_person_id, create_shipment.idempotency_key, 'create_shipment', v_body,
    private.shipment_document(private.write_shipment(v_order, v_location_id, v_ids, v_quantities), true));
end
$$;
comment on function private.create_shipment(uuid, jsonb, uuid, text) is 'Does the work of public.create_shipment.';
grant execute on function private.create_shipment(uuid, jsonb, uuid, text) to authenticated, service_role;

create function public.create_shipment(order_id uuid, lines jsonb default null, location_id uuid default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.create_shipment(create_shipment.order_id, create_shipment.lines, create_shipment.location_id, create_shipment.idempotency_key);
$$;
comment on function public.create_shipment(uuid, jsonb, uuid, text) is
  'Staff (orders.fulfil): a parcel of goods of an order that are in none: lines [{order_item_id, quantity}], or all. location_id: where it is packed, the main place when left out. Answers the shipment. '
  'Errors: permission_denied, order_not_found, location_not_found, order_not_ready, nothing_to_ship, invalid_lines, idempotency_key_reused.';
grant execute on function public.create_shipment(uuid, jsonb, uuid, text) to authenticated, service_role;
