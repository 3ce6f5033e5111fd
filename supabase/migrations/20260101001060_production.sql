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
  where events.id = production_document.event_id and events.name in ('order.paid', 'order.reviewed');
  -- one push of an order: a review repeats it only if the one before found the order with a person, and so was dropped
  if exists (
    select from public.processes where processes.subject_id = v_order.id and processes.task = 'production.push-order'
      and processes.event_id < production_document.event_id and processes.status <> 'cancelled'
  ) then
    return null;
  end if;
  -- the world moved on: whatever is not on its way to the customer any more is not to be made
  if v_order.id is null or v_order.status not in ('paid', 'processing', 'partially_refunded') then
    return null;
  end if;
  -- what sending another order costs more is nothing to make; that order is told as edited
  if not exists (select from public.order_items where order_items.order_id = v_order.id) then
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
comment on function private.production_document(bigint) is 'What the production system is told of a paid order, null when the order is not to be made any more, or not now: once a review ended well it is asked again. The worker adds the process to report on.';

create function private.drop_push(process_id uuid, event_id bigint)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- whoever ends a review holds the order: its push must not be dropped behind their back
  perform from public.orders join public.events on events.subject_id = orders.id where events.id = drop_push.event_id for share of orders;
  if private.production_document(drop_push.event_id) is not null then
    return false;
  end if;
  update public.processes set status = 'cancelled', finished_at = now(), error = null
  where processes.id = drop_push.process_id and processes.status = 'running';
  return true;
end
$$;
comment on function private.drop_push(uuid, bigint) is 'Ends a push of an order that is not to be made, or not now; false when it is to be made after all: then the job tries again.';

insert into private.process_reporters (reporter, task) values ('production', 'production.tell-change');

create function private.production_change(event_id bigint)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
declare
  v_event public.events;
  v_push public.processes;
begin
  select * into v_event from public.events where events.id = production_change.event_id;
  select * into v_push from public.processes
  where processes.subject_id = v_event.subject_id and processes.task = 'production.push-order'
  order by processes.status = 'cancelled', processes.created_at desc limit 1;
  -- what was never handed over need not be taken back; the last attempt only found that nothing was to be done, one before it may have arrived
  if v_push.id is null or v_push.status = 'cancelled' and v_push.attempts <= 1 or v_push.status = 'queued' and v_push.attempts = 0
    or v_push.event_id = v_event.id then
    return null;
  end if;
  return jsonb_build_object(
    'wait', v_push.status in ('queued', 'running'), -- it may arrive there after us
    'type', v_event.name, 'effect_key', v_event.name || ':' || v_event.id, 'push_process_id', v_push.id, 'details', v_event.payload,
    'order', private.order_document(v_event.subject_id) - array['payments', 'refunds']);
end
$$;
comment on function private.production_change(bigint) is
  'What the production system is told when an order that it may have was cancelled, refunded or changed: the order as it is now, and which event it is about. Null: it never had it. wait: the push is under way, ask again.';
