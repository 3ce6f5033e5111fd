/*
Carriers, asking: booking a parcel at a carrier, and asking where it is when no webhook says so.

Promise: a parcel is booked once per carrier, however often its job runs (its id is the carrier's idempotency key). What the carrier tells when it is
asked goes through the same inbox as its webhooks, and staff are told that those do not arrive.
Under concurrency: no lock is held while a carrier is asked; what it answers is written under the order's row.
*/

insert into public.settings (key, value, description) values
  ('carrier_ask_hours', '6', 'Hours without news after which a carrier that can be asked is asked where a parcel is.');

alter table private.shipment_details
  add column label_url text,
  add column asked_at timestamptz;

create function private.ask_to_book(shipment public.shipments, carrier text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if shipment.tracking_number is not null or coalesce(ask_to_book.carrier, shipment.carrier) is null then
    perform private.fail('shipment_not_ready', 409, 'A parcel is booked once, at a carrier that is named.', 'Send carrier; a parcel that has a tracking number is booked.');
  end if;
  perform private.set_tracking(shipment, ask_to_book.carrier, null, null);
  perform private.emit('shipment.booking_requested', 'shipment', shipment.id, jsonb_build_object('order_id', shipment.order_id));
end
$$;
comment on function private.ask_to_book(public.shipments, text) is 'Lets the worker book a parcel. Refuses shipment_not_ready.';

create function public.book_shipment(shipment_id uuid, carrier text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.work_on_shipment('book_shipment', book_shipment.shipment_id, jsonb_build_object('carrier', nullif(btrim(book_shipment.carrier), '')), book_shipment.idempotency_key);
$$;
comment on function public.book_shipment(uuid, text, text) is
  'Staff (orders.fulfil): books a parcel that has not left at its carrier, or at this one; the worker asks the carrier, and tracking number and label_url are there a moment later. Answers the shipment. '
  'Errors: permission_denied, shipment_not_found, shipment_not_ready, invalid_shipment, idempotency_key_reused.';
grant execute on function public.book_shipment(uuid, text, text) to authenticated, service_role;

create function private.booking_document(shipment_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('shipment_id', shipments.id, 'carrier', shipments.carrier, 'reference', shipments.number, 'destination', shipment_details.destination,
      'from', locations.code, 'units', (select sum(shipment_items.quantity) from public.shipment_items where shipment_items.shipment_id = shipments.id))
    from public.shipments join private.shipment_details on shipment_details.shipment_id = shipments.id join public.locations on locations.id = shipments.location_id
    where shipments.id = booking_document.shipment_id and shipments.status = 'pending' and shipments.tracking_number is null);
end
$$;
comment on function private.booking_document(uuid) is 'What a carrier is told of a parcel that is to be booked; null when it is not to be any more.';

create function private.record_booking(shipment_id uuid, tracking_number text, label_url text, estimated_delivery_at timestamptz)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_shipment public.shipments := private.hold_shipment(record_booking.shipment_id);
begin
  if v_shipment.status <> 'pending' or v_shipment.tracking_number is not null then
    return false;
  end if;
  perform private.set_tracking(v_shipment, null, left(record_booking.tracking_number, 100), record_booking.estimated_delivery_at);
  update private.shipment_details set label_url = left(record_booking.label_url, 1000) where shipment_details.shipment_id = v_shipment.id;
  perform private.emit('shipment.booked', 'shipment', v_shipment.id, jsonb_build_object('order_id', v_shipment.order_id));
  return true;
end
$$;
comment on function private.record_booking(uuid, text, text, timestamptz) is 'What the carrier answered to a booking. False when the parcel left or was cancelled meanwhile, or has a number.';

create function private.shipments_to_ask(carriers text[], max_shipments integer)
returns table (shipment_id uuid, carrier text, tracking_number text)
language sql
volatile
security invoker
set search_path = ''
as $$
  update private.shipment_details set asked_at = now()
  from (
    select shipments.id, shipments.carrier, shipments.tracking_number
    from public.shipments join private.shipment_details as details on details.shipment_id = shipments.id
    where shipments.status in ('pending', 'picked_up', 'in_transit', 'out_for_delivery', 'failed') and shipments.tracking_number is not null
      and lower(shipments.carrier) = any (shipments_to_ask.carriers)
      and greatest(shipments.moved_at, details.asked_at) <= now() - make_interval(hours => (private.setting('carrier_ask_hours'))::integer)
    order by greatest(shipments.moved_at, details.asked_at) limit shipments_to_ask.max_shipments for update of details skip locked
  ) as silent
  where shipment_details.shipment_id = silent.id
  returning silent.id, silent.carrier, silent.tracking_number;
$$;
comment on function private.shipments_to_ask(text[], integer) is 'Parcels of which nothing was heard for carrier_ask_hours, at carriers that can be asked; each again after as many hours.';

create function private.carrier_concerns()
returns setof private.concern
language sql
stable
security invoker
set search_path = ''
as $$
  select 'carrier_event_failed', 'carrier_event:' || carrier_events.carrier || ':' || carrier_events.event_id, 'carrier_event', null::uuid,
    carrier_events.carrier || ' ' || carrier_events.tracking_number, carrier_events.received_at
  from private.carrier_events where carrier_events.processed_at is null
  union all
  -- settled when a parcel gets the number, or by a person who has looked
  select 'carrier_event_unknown', 'tracking:' || lower(carrier_events.carrier) || ':' || carrier_events.tracking_number, 'carrier_event', null,
    lower(carrier_events.carrier) || ' ' || carrier_events.tracking_number, min(carrier_events.received_at)
  from private.carrier_events where carrier_events.outcome = 'needs_review'
    and not exists (select from public.alerts
      where alerts.key = 'tracking:' || lower(carrier_events.carrier) || ':' || carrier_events.tracking_number and alerts.acknowledged_at is not null)
  group by lower(carrier_events.carrier), carrier_events.tracking_number
  union all
  select 'carrier_webhooks_missing', 'carrier_webhooks:' || healed.carrier, 'carrier', null, format('%s (%s)', healed.carrier, healed.events), healed.since
  from (
    select carrier_events.carrier, min(carrier_events.received_at) as since, max(carrier_events.received_at) as last, count(*) as events
    from private.carrier_events
    where carrier_events.brought_by = 'reading' and carrier_events.delivered_at is null and carrier_events.received_at between now() - interval '3 days' and now() - interval '15 minutes'
    group by 1
  ) as healed
  where not exists (select from private.carrier_events as told where told.carrier = healed.carrier and told.delivered_at > healed.last)
    and not exists (select from public.alerts where alerts.key = 'carrier_webhooks:' || healed.carrier and alerts.closed_at is null and alerts.acknowledged_at is not null);
$$;
comment on function private.carrier_concerns() is
  'What carriers told that could not be applied, or of numbers that no parcel has, and carriers that had to be asked because their webhooks do not come.';
