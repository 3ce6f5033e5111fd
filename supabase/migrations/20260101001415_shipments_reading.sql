/*
Shipments, reading: what customers and staff see of parcels.

Promise: a customer sees their own parcels and what was said of them; what a parcel costs, who brings it and where it lay is for staff.
Under concurrency: reads only.
*/

create function private.tracking_url(carrier text, tracking_number text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_url constant text := (
    select known.value ->> 'tracking_url' from jsonb_each(case jsonb_typeof(private.setting('carriers')) when 'object' then private.setting('carriers') else '{}' end) as known
    where lower(known.key) = lower(tracking_url.carrier) and jsonb_typeof(known.value) = 'object' limit 1);
begin
  -- what would have to be escaped is no tracking number that a page takes
  return case when v_url ~ '^https?://' and tracking_url.tracking_number ~ '^[A-Za-z0-9._-]+$' then replace(v_url, '{number}', tracking_url.tracking_number) end;
end
$$;
comment on function private.tracking_url(text, text) is 'Where a parcel is followed on the carrier''s page, by the setting carriers; null when the shop named none.';

create function private.shipment_document(shipment_id uuid, staff boolean)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
declare
  v_shipment public.shipments;
  v_details private.shipment_details;
  v_document jsonb;
begin
  select * into v_shipment from public.shipments where shipments.id = shipment_document.shipment_id;
  select * into v_details from private.shipment_details where shipment_details.shipment_id = v_shipment.id;
  v_document := jsonb_build_object('id', v_shipment.id, 'number', v_shipment.number, 'order_id', v_shipment.order_id, 'status', v_shipment.status,
    'carrier', v_shipment.carrier, 'tracking_number', v_shipment.tracking_number, 'tracking_url', private.tracking_url(v_shipment.carrier, v_shipment.tracking_number),
    'estimated_delivery_at', v_shipment.estimated_delivery_at, 'opened_at', v_shipment.opened_at, 'packed_at', v_shipment.packed_at, 'shipped_at', v_shipment.shipped_at,
    'delivered_at', v_shipment.delivered_at, 'failed_at', v_shipment.failed_at, 'returned_at', v_shipment.returned_at, 'cancelled_at', v_shipment.cancelled_at,
    'cancel_reason', v_shipment.cancel_reason, 'destination', v_details.destination,
    'items', (
      select coalesce(jsonb_agg(jsonb_build_object('order_item_id', order_items.id, 'variant_id', order_items.variant_id, 'sku', order_items.sku, 'title', order_items.title,
        'quantity', shipment_items.quantity, 'refunded_quantity', shipment_items.refunded_quantity) order by order_items.title, order_items.id), '[]')
      from public.shipment_items join public.order_items on order_items.id = shipment_items.order_item_id where shipment_items.shipment_id = v_shipment.id),
    'events', (
      select coalesce(jsonb_agg(jsonb_build_object('status', tracking_events.status, 'location', tracking_events.location, 'description', tracking_events.description,
        'source', tracking_events.source, 'occurred_at', tracking_events.occurred_at) order by tracking_events.occurred_at, tracking_events.id), '[]')
      from public.tracking_events where tracking_events.shipment_id = v_shipment.id));
  if not shipment_document.staff then
    return v_document;
  end if;
  return v_document || jsonb_build_object('location_id', v_shipment.location_id, 'returned_goods', v_shipment.returned_goods, 'assigned_at', v_shipment.assigned_at,
    'label_url', v_details.label_url, 'cost_amount', v_details.cost_amount, 'cost_currency', v_details.cost_currency, 'courier', (
      select jsonb_build_object('id', profiles.id, 'name', btrim(profiles.first_name || ' ' || profiles.last_name)) from public.profiles where profiles.id = v_shipment.courier_id));
end
$$;
comment on function private.shipment_document(uuid, boolean) is 'A parcel as every verb answers it; for staff with what it costs, who brings it and where it lay. Checks nothing: its callers do.';

create function private.order_shipments(order_id uuid)
returns jsonb
language plpgsql
stable
security definer -- one check instead of row-level security on five tables
set search_path = ''
as $$
declare
  v_order public.orders := private.find_order(order_shipments.order_id, 'orders.read');
  v_staff boolean := private.is_service() or private.has_permission('orders.read');
begin
  return (
    select coalesce(jsonb_agg(private.shipment_document(shipments.id, v_staff) order by shipments.opened_at, shipments.number), '[]')
    from public.shipments where shipments.order_id = v_order.id);
end
$$;
comment on function private.order_shipments(uuid) is 'Does the work of public.order_shipments.';
grant execute on function private.order_shipments(uuid) to authenticated, service_role;

create function public.order_shipments(order_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.order_shipments(order_shipments.order_id);
$$;
comment on function public.order_shipments(uuid) is
  'The parcels of an order, own, of an organisation one manages, or any for staff with orders.read: what is in each, where it is, carrier, tracking number and page, and what was said of it. Errors: order_not_found.';
grant execute on function public.order_shipments(uuid) to authenticated, service_role;
