/*
Shipments, delivering: the work of the shop's own couriers.

Promise: a courier sees the parcels that were given to them and of each what they need to bring it: to whom, where, what number. No money, no order.
A parcel of somebody else is answered like one that does not exist.
Under concurrency: as for the warehouse: the order's row, then the parcel's.
*/

create function private.assign(shipment public.shipments, courier_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if assign.courier_id is not null and not exists (
    select from public.role_members join public.role_permissions on role_permissions.role = role_members.role
    where role_members.profile_id = assign.courier_id and role_permissions.permission = 'shipments.deliver'
  ) then
    perform private.fail('courier_not_found', 404, 'There is no such courier.', 'Give the person the role courier first.');
  end if;
  update public.shipments set courier_id = assign.courier_id, assigned_at = case when assign.courier_id is not null then now() end where shipments.id = shipment.id;
  perform private.emit('shipment.assigned', 'shipment', shipment.id, jsonb_strip_nulls(jsonb_build_object('order_id', shipment.order_id, 'courier_id', assign.courier_id)));
end
$$;
comment on function private.assign(public.shipments, uuid) is 'Gives a parcel to a courier. Refuses courier_not_found.';

create function private.require_courier()
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
begin
  if not private.has_permission('shipments.deliver') then
    perform private.fail('permission_denied', 403, 'Delivering needs the permission shipments.deliver.', 'Ask an admin for the role courier.');
  end if;
  return v_person_id;
end
$$;
comment on function private.require_courier() is 'The id of a courier. Refuses sign_in_required and permission_denied.';

create function private.delivery_document(shipment_id uuid)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('shipment_id', shipments.id, 'number', shipments.number, 'status', shipments.status, 'tracking_number', shipments.tracking_number,
      'estimated_delivery_at', shipments.estimated_delivery_at, 'assigned_at', shipments.assigned_at, 'delivered_at', shipments.delivered_at, 'failed_at', shipments.failed_at,
      'destination', shipment_details.destination, 'from', locations.name, 'units', (
        select sum(shipment_items.quantity - shipment_items.refunded_quantity) from public.shipment_items where shipment_items.shipment_id = shipments.id),
      'attempts', (
        select count(*) from public.tracking_events where tracking_events.shipment_id = shipments.id and tracking_events.status = 'delivery_failed'))
    from public.shipments join private.shipment_details on shipment_details.shipment_id = shipments.id join public.locations on locations.id = shipments.location_id
    where shipments.id = delivery_document.shipment_id);
end
$$;
comment on function private.delivery_document(uuid) is 'A parcel as its courier sees it. Checks nothing: its callers do.';

create function private.my_deliveries()
returns jsonb
language plpgsql
stable
security definer -- couriers may read no shipment, only what they need of theirs
set search_path = ''
as $$
declare
  v_courier_id uuid := private.require_courier();
begin
  return (
    select coalesce(jsonb_agg(private.delivery_document(shipments.id) order by shipments.estimated_delivery_at, shipments.assigned_at, shipments.number), '[]')
    from public.shipments
    where shipments.courier_id = v_courier_id and (shipments.status in ('pending', 'picked_up', 'in_transit', 'out_for_delivery', 'failed')
      or shipments.status = 'delivered' and shipments.delivered_at > now() - interval '1 day'));
end
$$;
comment on function private.my_deliveries() is 'Does the work of public.my_deliveries.';
grant execute on function private.my_deliveries() to authenticated;

create function public.my_deliveries()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.my_deliveries();
$$;
comment on function public.my_deliveries() is
  'Couriers (shipments.deliver): the parcels one was given and has not brought yet, and those of the last day: to whom, phone, address, number, how many things. Errors: sign_in_required, permission_denied.';
grant execute on function public.my_deliveries() to authenticated;

create function private.deliver_shipment(action text, shipment_id uuid, facts jsonb, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- couriers may not write shipments, only say what became of theirs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_courier();
  v_facts constant jsonb := private.said_facts(deliver_shipment.facts);
  v_body jsonb := jsonb_build_array(deliver_shipment.shipment_id, v_facts);
  v_answer jsonb := private.recall_answer(v_person_id, deliver_shipment.idempotency_key, deliver_shipment.action, v_body);
  v_shipment public.shipments;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_shipment_facts(v_facts);
  if not exists (select from public.shipments where shipments.id = deliver_shipment.shipment_id and shipments.courier_id = v_person_id) then
    perform private.fail('shipment_not_found', 404, 'There is no such shipment among yours.', 'Read my_deliveries.');
  end if;
  v_shipment := private.hold_shipment(deliver_shipment.shipment_id);
  if v_shipment.courier_id is distinct from v_person_id then
    perform private.fail('shipment_not_found', 404, 'There is no such shipment among yours.', 'Read my_deliveries.'); -- given to another one meanwhile
  end if;
  perform private.require_shipment_step(v_shipment, deliver_shipment.action);
  if deliver_shipment.action = 'pick_up_delivery' then
    perform private.add_tracking_event(v_shipment.id, 'out_for_delivery', 'courier');
  elsif coalesce(v_facts ->> 'outcome', '') not in ('delivered', 'failed') then
    perform private.fail('invalid_tracking_event', 422, 'A delivery ends as delivered or failed.', 'Send one of the two as outcome.');
  else
    perform private.add_tracking_event(v_shipment.id, case v_facts ->> 'outcome' when 'failed' then 'delivery_failed' else 'delivered' end, 'courier',
      v_facts ->> 'location', v_facts ->> 'description');
  end if;
  return private.remember_answer(v_person_id, deliver_shipment.idempotency_key, deliver_shipment.action, v_body, private.delivery_document(v_shipment.id));
end
$$;
comment on function private.deliver_shipment(text, uuid, jsonb, text) is 'Does the work of public.pick_up_delivery and report_delivery.';
grant execute on function private.deliver_shipment(text, uuid, jsonb, text) to authenticated;

create function public.pick_up_delivery(shipment_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.deliver_shipment('pick_up_delivery', pick_up_delivery.shipment_id, '{}', pick_up_delivery.idempotency_key);
$$;
comment on function public.pick_up_delivery(uuid, text) is
  'Couriers (shipments.deliver): one has this parcel and is on the way, the first time or again; its customer gets a mail. Answers the delivery. '
  'Errors: sign_in_required, permission_denied, shipment_not_found, shipment_not_ready, idempotency_key_reused.';
grant execute on function public.pick_up_delivery(uuid, text) to authenticated;

create function public.report_delivery(shipment_id uuid, outcome text, note text default null, location text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.deliver_shipment('report_delivery', report_delivery.shipment_id, jsonb_build_object('outcome', report_delivery.outcome,
    'description', report_delivery.note, 'location', report_delivery.location), report_delivery.idempotency_key);
$$;
comment on function public.report_delivery(uuid, text, text, text, text) is
  'Couriers (shipments.deliver): how bringing it ended: delivered, or failed with a note that its customer reads. Answers the delivery. '
  'Errors: sign_in_required, permission_denied, shipment_not_found, shipment_not_ready, invalid_tracking_event, idempotency_key_reused.';
grant execute on function public.report_delivery(uuid, text, text, text, text) to authenticated;

-- what does not move -----------------------------------------------------------------------------------------------------------------

create function private.shipment_concerns()
returns setof private.concern
language sql
stable
security invoker
set search_path = ''
as $$
  select 'shipment_stuck', 'shipment:' || shipments.id, 'order', orders.id, shipments.number || ' ' || orders.number, shipments.moved_at
  from public.shipments join public.orders on orders.id = shipments.order_id
  where shipments.status in ('picked_up', 'in_transit', 'out_for_delivery', 'failed')
      and shipments.moved_at <= now() - make_interval(days => (private.setting('shipment_stuck_days'))::integer)
    or shipments.status = 'pending' and shipments.location_id <> private.allowance_location() and orders.status in ('paid', 'processing', 'shipped', 'delivered', 'partially_refunded')
      and shipments.moved_at <= now() - make_interval(days => (private.setting('shipment_waiting_days'))::integer)
  union all
  select 'shipment_came_back', 'shipment_back:' || shipments.id, 'order', orders.id, shipments.number || ' ' || orders.number, shipments.returned_at
  from public.shipments join public.orders on orders.id = shipments.order_id
  where shipments.status = 'returned' and shipments.returned_goods is null;
$$;
comment on function private.shipment_concerns() is
  'Parcels of which nothing was heard for shipment_stuck_days, or that nobody handed over for shipment_waiting_days (goods that have not come are waited for), and those that came back and lie there.';
-- serves: private.shipment_concerns
create index on public.shipments (returned_at) where status = 'returned' and returned_goods is null;
