/*
Orders, fulfilment: from paid to completed: who works on an order, when it left, when it arrived, and when nothing is left to do.

Promise: an order moves along private.status_moves, says when it moved, and each move leaves one event. Where its goods are, its parcels say (the
shipments files); what a customer waits for is mailed.
A purchase pays nothing for completion: the worker reads the event log once, days later.
Under concurrency: every step holds the order's row, so two people who ship it at once ship it once.
*/

insert into private.status_moves (machine, from_status, to_status) values
  ('order', 'paid', 'shipped'), ('order', 'partially_refunded', 'processing'), ('order', 'partially_refunded', 'shipped'), ('order', 'partially_refunded', 'delivered'),
  ('order', 'processing', 'completed'), ('order', 'partially_refunded', 'completed');

insert into private.order_actions (action, status, who, permission)
select action, status, 'staff', 'orders.fulfil' from (values
  ('start_processing', array['paid', 'partially_refunded']),
  ('mark_shipped', array['paid', 'processing', 'partially_refunded']),
  ('mark_delivered', array['shipped', 'partially_refunded']),
  ('complete', array['paid', 'processing', 'delivered', 'partially_refunded'])
) as may (action, statuses), unnest(may.statuses) as status;

insert into public.settings (key, value, description) values
  ('order_complete_days', '7', 'Days after delivery, or after payment when nothing is sent, until an order is completed by itself. Courses must have begun.');

create function private.fulfilment_allows(target public.orders, action text)
returns boolean
language plpgsql
volatile -- stable would answer what was there before the verb that asks
security invoker
set search_path = ''
as $$
declare
  v_goods constant boolean := exists (
    select from public.order_items
    where order_items.order_id = target.id and order_items.kind = 'physical' and order_items.refunded_quantity < order_items.quantity);
begin
  return case fulfilment_allows.action
    when 'start_processing' then v_goods and target.processing_at is null and target.shipped_at is null
    when 'mark_shipped' then v_goods and target.shipped_at is null
    when 'mark_delivered' then target.shipped_at is not null and target.delivered_at is null
    else (not v_goods or target.delivered_at is not null) and not exists (
      select from public.refunds where refunds.order_id = target.id and refunds.status = 'pending') end;
end
$$;
comment on function private.fulfilment_allows(public.orders, text) is
  'Whether the goods of an order allow this step: they leave once and arrive once, and an order is complete when nothing is under way, no money either.';

create function private.move_order(order_id uuid, status text, payload jsonb default '{}')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.orders
  set status = move_order.status,
    processing_at = case when move_order.status = 'processing' then now() else orders.processing_at end,
    shipped_at = case when move_order.status = 'shipped' then now() else orders.shipped_at end,
    delivered_at = case when move_order.status = 'delivered' then now() else orders.delivered_at end,
    completed_at = case when move_order.status = 'completed' then now() else orders.completed_at end
  where orders.id = move_order.order_id;
  perform private.emit('order.' || move_order.status, 'order', move_order.order_id, move_order.payload);
end
$$;
comment on function private.move_order(uuid, text, jsonb) is
  'The one way on from paid: processing, shipped, delivered, completed. Says when, leaves the event; private.status_moves refuses other moves. The caller holds the order''s row.';

create function private.fulfil_goods(target public.orders, action text, status text, facts jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if fulfil_goods.action = 'mark_shipped' then
    perform private.ship_all(target, facts ->> 'carrier', facts ->> 'tracking_number');
  elsif fulfil_goods.action = 'mark_delivered' and exists (select from public.shipments where shipments.order_id = target.id and private.holds_units(shipments)) then
    perform private.deliver_all(target);
  else
    perform private.move_order(target.id, fulfil_goods.status, jsonb_strip_nulls(fulfil_goods.facts));
  end if;
  if fulfil_goods.action = 'mark_delivered' and not exists (select from public.orders where orders.id = target.id and orders.delivered_at is not null) then
    perform private.fail('order_not_ready', 409, 'A parcel of this order has not left, or came back.', 'Read order_shipments; send it again, or give its goods back.');
  end if;
end
$$;
comment on function private.fulfil_goods(public.orders, text, text, jsonb) is 'Moves an order one step on: by its parcels where goods leave or arrive. The caller holds its row.';

create function private.fulfil_order(action text, order_id uuid, facts jsonb, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write orders, only say what became of them
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(fulfil_order.action, fulfil_order.order_id, fulfil_order.facts);
  v_status constant text := case fulfil_order.action
    when 'start_processing' then 'processing' when 'mark_shipped' then 'shipped' when 'mark_delivered' then 'delivered' else 'completed' end;
  v_answer jsonb;
  v_order public.orders;
begin
  if not (private.is_service() or private.has_permission('orders.fulfil')) then
    perform private.fail('permission_denied', 403, 'Fulfilling orders needs the permission orders.fulfil.', 'Ask an admin for a role that has it.');
  end if;
  v_answer := private.recall_answer(v_person_id, fulfil_order.idempotency_key, fulfil_order.action, v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if length(fulfil_order.facts ->> 'carrier') > 100 or length(fulfil_order.facts ->> 'tracking_number') > 100 then
    perform private.fail('invalid_shipment', 422, 'A carrier and a tracking number have at most 100 characters each.', 'Shorten them, or leave them out.');
  end if;
  select * into v_order from public.orders where orders.id = fulfil_order.order_id for update;
  if v_order.id is null then
    perform private.fail('order_not_found', 404, 'There is no such order.', 'Check the id.');
  end if;
  if not private.order_allows(v_order, case fulfil_order.action when 'complete_order' then 'complete' else fulfil_order.action end, 'staff') then
    perform private.fail('order_not_ready', 409, format('An order that is %s cannot become %s now.', v_order.status, v_status),
      'Read it again: actions says what it allows. Goods leave once and arrive once, and an order without goods is never shipped.');
  end if;
  perform private.fulfil_goods(v_order, fulfil_order.action, v_status, fulfil_order.facts);
  return private.remember_answer(v_person_id, fulfil_order.idempotency_key, fulfil_order.action, v_body, private.order_document(v_order.id));
end
$$;
comment on function private.fulfil_order(text, uuid, jsonb, text) is 'Does the work of public.start_processing, mark_shipped, mark_delivered and complete_order.';
grant execute on function private.fulfil_order(text, uuid, jsonb, text) to authenticated, service_role;

create function public.start_processing(order_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.fulfil_order('start_processing', start_processing.order_id, '{}', start_processing.idempotency_key);
$$;
comment on function public.start_processing(uuid, text) is
  'Staff (orders.fulfil): somebody works on a paid order now, so its customer cannot cancel it any more. Answers the order. Errors: permission_denied, order_not_found, order_not_ready, idempotency_key_reused.';
grant execute on function public.start_processing(uuid, text) to authenticated, service_role;

create function public.mark_shipped(order_id uuid, carrier text default null, tracking_number text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.fulfil_order('mark_shipped', mark_shipped.order_id, jsonb_build_object('carrier', nullif(btrim(mark_shipped.carrier), ''),
    'tracking_number', nullif(btrim(mark_shipped.tracking_number), '')), mark_shipped.idempotency_key);
$$;
comment on function public.mark_shipped(uuid, text, text, text) is
  'Staff (orders.fulfil): the goods of an order have left; its customer gets a mail with carrier and tracking number. Answers the order. '
  'Errors: permission_denied, order_not_found, order_not_ready, invalid_shipment, idempotency_key_reused.';
grant execute on function public.mark_shipped(uuid, text, text, text) to authenticated, service_role;

create function public.mark_delivered(order_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.fulfil_order('mark_delivered', mark_delivered.order_id, '{}', mark_delivered.idempotency_key);
$$;
comment on function public.mark_delivered(uuid, text) is
  'Staff (orders.fulfil): the goods of an order have arrived; its customer gets a mail, and order_complete_days later it completes by itself. Answers the order. '
  'Errors: permission_denied, order_not_found, order_not_ready, idempotency_key_reused.';
grant execute on function public.mark_delivered(uuid, text) to authenticated, service_role;

create function public.complete_order(order_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.fulfil_order('complete_order', complete_order.order_id, '{}', complete_order.idempotency_key);
$$;
comment on function public.complete_order(uuid, text) is
  'Staff (orders.fulfil): nothing is left to do for an order; most complete by themselves. Answers the order. Errors: permission_denied, order_not_found, order_not_ready, idempotency_key_reused.';
grant execute on function public.complete_order(uuid, text) to authenticated, service_role;

-- complete by itself -----------------------------------------------------------------------------------------------------------------

create table private.order_completions (
  order_id uuid primary key references public.orders (id) on delete cascade,
  due_at timestamptz not null
);
comment on table private.order_completions is 'Orders to look at for completion, and when. Filled from the event log by the worker, order_complete_days after the event; no purchase writes it.';
-- serves: private.complete_due_orders
create index on private.order_completions (due_at);

create table private.order_completion_progress (
  only_row boolean primary key default true,
  last_event_id bigint not null default 0,
  constraint order_completion_progress_is_one_row check (only_row)
);
comment on table private.order_completion_progress is 'Up to which event the log was read for completions.';
insert into private.order_completion_progress default values;

create function private.note_completions(max_events integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_from bigint;
  v_to bigint;
begin
  select order_completion_progress.last_event_id into v_from from private.order_completion_progress for update skip locked;
  if v_from is null then
    return; -- another worker reads
  end if;
  -- old enough that nothing before it is still being written
  select max(read.id) into v_to from (
    select events.id, bool_and(events.occurred_at <= now() - make_interval(days => greatest(1, (private.setting('order_complete_days'))::integer)))
      over (order by events.id) as old
    from (select * from public.events where events.id > v_from order by events.id limit note_completions.max_events) as events
  ) as read where read.old;
  if v_to is null then
    return;
  end if;
  insert into private.order_completions (order_id, due_at)
  select distinct events.subject_id, now() from public.events
  where events.id > v_from and events.id <= v_to and events.name in ('order.paid', 'order.delivered', 'order.reviewed', 'order.refunded')
  on conflict on constraint order_completions_pkey do nothing;
  update private.order_completion_progress set last_event_id = v_to;
end
$$;
comment on function private.note_completions(integer) is 'Reads on in the event log and notes the orders to look at.';

create function private.complete_due_orders(max_orders integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_due record;
  v_order public.orders;
  v_begins_at timestamptz;
  v_completed integer := 0;
begin
  perform private.note_completions(5000);
  for v_due in
    select order_completions.order_id from private.order_completions where order_completions.due_at <= now()
    order by order_completions.due_at limit complete_due_orders.max_orders for update skip locked
  loop
    select * into v_order from public.orders where orders.id = v_due.order_id for update;
    select max(intakes.starts_at) into v_begins_at
    from public.order_items join public.enrollments on enrollments.order_item_id = order_items.id join public.intakes on intakes.id = enrollments.intake_id
    where order_items.order_id = v_due.order_id and enrollments.status in ('reserved', 'active', 'suspended');
    if v_begins_at > now() and v_order.status in ('paid', 'processing', 'delivered', 'partially_refunded') then
      update private.order_completions set due_at = v_begins_at where order_completions.order_id = v_due.order_id;
      continue;
    end if;
    if exists (select from public.refunds where refunds.order_id = v_due.order_id and refunds.status = 'pending') then
      update private.order_completions set due_at = now() + interval '1 day' where order_completions.order_id = v_due.order_id;
      continue;
    end if;
    -- what still waits for goods comes again when they have arrived
    delete from private.order_completions where order_completions.order_id = v_due.order_id;
    if private.order_allows(v_order, 'complete', 'staff') then
      perform private.give_reason('nothing is left to do');
      perform private.move_order(v_order.id, 'completed');
      perform private.give_reason(null);
      v_completed := v_completed + 1;
    end if;
  end loop;
  return v_completed;
end
$$;
comment on function private.complete_due_orders(integer) is
  'Completes orders of which nothing is left to do: delivered, or nothing to deliver, courses begun, no refund under way. Answers how many. The worker calls it until 0.';
