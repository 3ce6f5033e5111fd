/*
Production: what is handed to the system that makes or delivers what was sold.

Promise: while an endpoint is configured, every paid order reaches it at least once, under one effect key, and how it stands is one row of
processes. The worker sends it; the answer and what is reported later move that row along private.status_moves only.
*/

insert into private.process_reporters (reporter, task) values ('production', 'production.push-order');

create function private.production_document(event_id bigint)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_customer public.profiles;
begin
  select orders.* into v_order from public.events join public.orders on orders.id = events.subject_id
  where events.id = production_document.event_id and events.name = 'order.paid';
  -- the world moved on: whatever is not on its way to the customer any more is not to be made
  if v_order.id is null or v_order.status not in ('paid', 'processing', 'partially_refunded') then
    return null;
  end if;
  select * into v_customer from public.profiles where profiles.id = v_order.customer_id;
  return jsonb_build_object(
    'type', 'order.paid', 'effect_key', 'order.paid:' || v_order.id,
    'order', private.order_document(v_order.id) - array['payments', 'refunds'],
    'customer', jsonb_build_object('id', v_customer.id, 'name', btrim(v_customer.first_name || ' ' || v_customer.last_name), 'email', v_customer.email,
      'phone', v_customer.phone, 'locale', v_customer.locale));
end
$$;
comment on function private.production_document(bigint) is 'What the production system is told of a paid order, null when the order is not to be made any more. The worker adds the process to report on.';
