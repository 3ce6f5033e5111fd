/*
Provider events: the inbox of what the payment provider tells, and the one function that applies it.

Promise: one row per event; effects and "processed" are one transaction; an event that fails to apply is kept and tried again. State is
read from the object in the event, never from arrival order or timestamps, so duplicates, permutations and late events end the same.
*/

create table private.provider_events (
  provider text not null,
  event_id text not null,
  type text not null,
  payload jsonb not null,
  outcome text not null default 'received',
  error text,
  attempts integer not null default 0,
  request_id text,
  brought_by text not null default 'webhook',
  received_at timestamptz not null default now(),
  delivered_at timestamptz,
  processed_at timestamptz,
  primary key (provider, event_id),
  constraint provider_events_have_a_known_outcome check (outcome in ('received', 'applied', 'ignored', 'needs_review', 'failed')),
  constraint provider_events_are_brought_by_a_known_way check (brought_by in ('webhook', 'answer', 'reading')),
  constraint provider_events_are_dated_when_processed check ((processed_at is not null) = (outcome in ('applied', 'ignored', 'needs_review')))
);
comment on table private.provider_events is 'Every verified provider event, once, in the words that the adapters in supabase/functions/_shared/payments translate to. Payloads name customers, so no client may read them. '
  'brought_by: a webhook, the answer to a request of ours, or reading at the provider what no webhook had brought; delivered_at: when a webhook brought it, maybe later.';
-- serves: the retry of what failed
create index on private.provider_events (received_at) where processed_at is null;
-- serves: whether webhooks arrive
create index on private.provider_events (provider, delivered_at);
-- serves: private.webhook_concerns
create index on private.provider_events (received_at) where brought_by = 'reading' and delivered_at is null;
-- serves: refunds and disputes that overtook their capture
create index on private.provider_events ((payload #>> '{data,object,payment_intent}')) where outcome = 'ignored';

create function private.event_payment(provider text, object jsonb)
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_named text := object #>> '{metadata,payment_id}';
  v_payment_id uuid;
begin
  if v_named ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then
    select payments.id into v_payment_id from public.payments where payments.id = v_named::uuid and payments.provider = event_payment.provider;
  end if;
  if v_payment_id is null then
    select payments.id into v_payment_id from public.payments
    where payments.provider = event_payment.provider
      and (payments.session_id = object ->> 'id' or payments.provider_payment_id = coalesce(object ->> 'payment_intent', object ->> 'id')) limit 1;
  end if;
  return v_payment_id;
end
$$;
comment on function private.event_payment(text, jsonb) is 'The payment an object of the provider belongs to: by our id in its metadata, else by the provider''s ids. Null: not ours, or another provider''s.';

create function private.apply_session(session jsonb, type text, payment_id uuid)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if session ->> 'client_reference_id' is distinct from (select payments.order_id::text from public.payments where payments.id = apply_session.payment_id) then
    return private.flag_order((select payments.order_id from public.payments where payments.id = apply_session.payment_id), 'a session names another order than its payment');
  end if;
  return case
    -- authorised, and captured later, maybe less: the intent says how much
    when session ->> 'payment_status' = 'paid' and exists (
      select from public.payments where payments.id = apply_session.payment_id and payments.capture_method = 'manual') then 'ignored'
    when session ->> 'payment_status' = 'paid' then private.settle_payment(apply_session.payment_id,
      (session ->> 'amount_total')::bigint, session ->> 'currency', session ->> 'payment_intent')
    when apply_session.type = 'checkout.session.async_payment_failed' then private.fail_payment(apply_session.payment_id, 'failed', 'payment_failed', 'The provider could not collect the payment.')
    when session ->> 'status' = 'expired' then private.fail_payment(apply_session.payment_id, 'expired', null, null)
    when session ->> 'status' = 'complete' then private.process_payment(apply_session.payment_id)
    else 'ignored'
  end;
end
$$;
comment on function private.apply_session(jsonb, text, uuid) is 'Applies what a Checkout Session says of itself, whatever event brought it.';

create function private.apply_payment_intent(intent jsonb, payment_id uuid)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select case intent ->> 'status'
    when 'succeeded' then private.settle_payment(apply_payment_intent.payment_id, (intent ->> 'amount_received')::bigint, intent ->> 'currency', intent ->> 'id')
    when 'requires_capture' then private.authorize_payment(apply_payment_intent.payment_id, (intent ->> 'amount_capturable')::bigint, intent ->> 'currency', intent ->> 'id')
    when 'processing' then private.process_payment(apply_payment_intent.payment_id)
    when 'canceled' then private.fail_payment(apply_payment_intent.payment_id, 'cancelled', null, null)
    -- a declined try: the page stays open and the buyer may try again
    when 'requires_payment_method' then private.fail_payment(apply_payment_intent.payment_id, null,
      coalesce(intent #>> '{last_payment_error,decline_code}', intent #>> '{last_payment_error,code}'), intent #>> '{last_payment_error,message}')
    else 'ignored'
  end;
$$;
comment on function private.apply_payment_intent(jsonb, uuid) is 'Applies what a PaymentIntent says of itself.';

create function private.apply_refund(refund jsonb, payment_id uuid)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ours text := refund #>> '{metadata,refund_id}';
  v_status text := case refund ->> 'status' when 'succeeded' then 'success' when 'failed' then 'failed' when 'canceled' then 'failed' else 'pending' end;
begin
  if v_ours ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then
    if not exists (
      select from public.refunds where refunds.id = v_ours::uuid and refunds.payment_id = apply_refund.payment_id
        and refunds.amount = (refund ->> 'amount')::bigint and refunds.currency = upper(refund ->> 'currency')
    ) then
      return private.flag_order((select payments.order_id from public.payments where payments.id = apply_refund.payment_id),
        'the provider refunded something else than was asked for');
    end if;
    return private.record_refund_result(v_ours::uuid, refund ->> 'id', v_status, refund ->> 'failure_reason');
  end if;
  if v_status = 'pending' then
    return 'ignored';
  end if;
  return private.adopt_refund(apply_refund.payment_id, refund ->> 'id', (refund ->> 'amount')::bigint, refund ->> 'currency', v_status, refund ->> 'failure_reason');
end
$$;
comment on function private.apply_refund(jsonb, uuid) is 'Applies what a refund says of itself; one without our id was made at the provider.';

create function private.apply_overtaken_events(provider text, payment_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_event_id text;
begin
  for v_event_id in
    update private.provider_events set outcome = 'received', processed_at = null
    from public.payments
    where payments.id = apply_overtaken_events.payment_id and provider_events.provider = apply_overtaken_events.provider
      and provider_events.outcome = 'ignored' and provider_events.payload #>> '{data,object,payment_intent}' = payments.provider_payment_id
      and (provider_events.type like 'refund.%' or provider_events.type like 'charge.%')
    returning provider_events.event_id
  loop
    perform private.apply_provider_event(apply_overtaken_events.provider, v_event_id);
  end loop;
end
$$;
comment on function private.apply_overtaken_events(text, uuid) is
  'Refunds and disputes name only the capture. One that came before it was ignored as not ours, and is applied once the capture is known.';

create function private.apply_provider_event(provider text, event_id text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_event private.provider_events;
  v_object jsonb;
  v_payment_id uuid;
  v_order_id uuid;
  v_outcome text := 'ignored';
begin
  select * into v_event from private.provider_events
  where provider_events.provider = apply_provider_event.provider and provider_events.event_id = apply_provider_event.event_id for update;
  if v_event.processed_at is not null then
    return 'duplicate';
  end if;
  v_object := v_event.payload #> '{data,object}';
  -- a refund and the capture it belongs to must not miss each other: whoever comes second sees what the first one wrote
  perform pg_advisory_xact_lock(hashtextextended('seatline.capture ' || coalesce(v_object ->> 'payment_intent', v_object ->> 'id', ''), 0));
  v_payment_id := private.event_payment(v_event.provider, v_object);
  select payments.order_id into v_order_id from public.payments where payments.id = v_payment_id;
  perform private.give_reason(v_event.type);
  if v_event.type like 'customer.subscription.%' or v_event.type like 'invoice.%' or v_object ->> 'mode' = 'subscription' then
    v_outcome := private.apply_subscription_event(v_event.payload);
  elsif v_event.type = 'invoice_payment.paid' then
    v_outcome := private.apply_invoice_payment(v_object);
  elsif v_object #>> '{metadata,order_id}' <> v_order_id::text then
    v_outcome := private.flag_order(v_order_id, 'the provider names another order than the payment''s');
  elsif v_payment_id is not null then
    v_outcome := case
      when v_event.type like 'checkout.session.%' then private.apply_session(v_object, v_event.type, v_payment_id)
      when v_event.type like 'payment\_intent.%' then private.apply_payment_intent(v_object, v_payment_id)
      when v_event.type like 'refund.%' or v_event.type = 'charge.refund.updated' then private.apply_refund(v_object, v_payment_id)
      when v_event.type like 'charge.dispute.%' then private.apply_dispute(v_object, v_payment_id)
      else 'ignored'
    end;
    if v_outcome in ('applied', 'needs_review') and (v_event.type like 'checkout.session.%' or v_event.type like 'payment\_intent.%') then
      perform private.apply_overtaken_events(v_event.provider, payments.id) from public.payments where payments.provider = v_event.provider and payments.provider_payment_id = coalesce(v_object ->> 'payment_intent', v_object ->> 'id');
    end if;
  elsif v_event.type like 'payment\_method.%' then
    v_outcome := private.apply_payment_method(v_event.payload);
  elsif v_object #>> '{metadata,payment_id}' is not null then
    v_outcome := 'needs_review'; -- it says it is ours and is not: another environment, or a lie
  end if;
  update private.provider_events set outcome = v_outcome, processed_at = now(), attempts = provider_events.attempts + 1, error = null
  where provider_events.provider = v_event.provider and provider_events.event_id = v_event.event_id;
  perform private.give_reason(null);
  return v_outcome;
end
$$;
comment on function private.apply_provider_event(text, text) is
  'Applies one inbox row: its effects and its outcome are one transaction. Answers applied, ignored, needs_review or duplicate.';

create function private.try_provider_event(provider text, event_id text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
set lock_timeout = '2s' -- the provider waits for an answer; a busy order is tried again by the worker
as $$
begin
  return private.apply_provider_event(try_provider_event.provider, try_provider_event.event_id);
exception when others then
  update private.provider_events set outcome = 'failed', attempts = provider_events.attempts + 1, error = left(sqlstate || ' ' || sqlerrm, 2000)
  where provider_events.provider = try_provider_event.provider and provider_events.event_id = try_provider_event.event_id;
  return 'failed';
end
$$;
comment on function private.try_provider_event(text, text) is 'apply_provider_event that keeps the event and the error when it fails: all effects are undone, the inbox row stays.';

create function private.check_provider_event(event_id text, type text, payload jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if coalesce(length(check_provider_event.event_id), 0) not between 1 and 255 or coalesce(length(check_provider_event.type), 0) not between 1 and 255
    or jsonb_typeof(check_provider_event.payload #> '{data,object}') is distinct from 'object' then
    perform private.fail('invalid_provider_event', 422, 'A provider event has an id, a type and data.object.', 'Pass the provider''s event as it came.');
  end if;
end
$$;
comment on function private.check_provider_event(text, text, jsonb) is 'Refuses invalid_provider_event unless it is an event that the inbox can hold.';

create function private.note_deliveries(provider text, event_ids text[])
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update private.provider_events set delivered_at = now()
  where (provider_events.provider, provider_events.event_id) in (
    select late.provider, late.event_id from private.provider_events as late
    where late.provider = note_deliveries.provider and late.event_id = any (note_deliveries.event_ids) and late.delivered_at is null for update skip locked);
$$;
comment on function private.note_deliveries(text, text[]) is 'Notes that webhooks brought events which were read before. It waits for nobody: whoever holds a row applies it.';

create function private.receive_provider_event(provider text, event_id text, type text, payload jsonb, brought_by text default 'webhook')
returns jsonb
language plpgsql
volatile
security definer -- the service role may not write the inbox
set search_path = ''
as $$
begin
  perform private.check_provider_event(receive_provider_event.event_id, receive_provider_event.type, receive_provider_event.payload);
  insert into private.provider_events (provider, event_id, type, payload, request_id, brought_by, delivered_at)
  values (receive_provider_event.provider, receive_provider_event.event_id, receive_provider_event.type, receive_provider_event.payload, private.request_id(),
    receive_provider_event.brought_by, case when receive_provider_event.brought_by = 'webhook' then now() end)
  on conflict do nothing;
  if not found and receive_provider_event.brought_by = 'webhook' then
    perform private.note_deliveries(receive_provider_event.provider, array[receive_provider_event.event_id]);
  end if;
  return jsonb_build_object('event_id', receive_provider_event.event_id,
    'outcome', private.try_provider_event(receive_provider_event.provider, receive_provider_event.event_id));
end
$$;
comment on function private.receive_provider_event(text, text, text, jsonb, text) is
  'Does the work of public.receive_provider_event. The worker says what brought the event, when it was no webhook: answer or reading.';
grant execute on function private.receive_provider_event(text, text, text, jsonb, text) to service_role;

create function public.receive_provider_event(provider text, event_id text, type text, payload jsonb)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.receive_provider_event(receive_provider_event.provider, receive_provider_event.event_id, receive_provider_event.type, receive_provider_event.payload);
$$;
comment on function public.receive_provider_event(text, text, text, jsonb) is
  'Secret key only: takes a verified event into the inbox and applies it. {event_id, outcome}: applied, ignored, needs_review, duplicate, or failed (kept, the worker tries again). Errors: invalid_provider_event.';
grant execute on function public.receive_provider_event(text, text, text, jsonb) to service_role;

-- a crowd of deliveries: kept first, applied behind the answers -----------------------------------------------------------------------

create function private.take_provider_events(provider text, events jsonb)
returns jsonb
language plpgsql
volatile
security definer -- the service role may not write the inbox
set search_path = ''
as $$
declare
  v_taken text[];
begin
  if jsonb_typeof(take_provider_events.events) is distinct from 'array' or jsonb_array_length(take_provider_events.events) not between 1 and 1000 then
    perform private.fail('invalid_provider_event', 422, 'Events come as an array of 1 to 1000.', 'Pass [{event, request_id}].');
  end if;
  perform private.check_provider_event(delivery #>> '{event,id}', delivery #>> '{event,type}', delivery -> 'event')
  from jsonb_array_elements(take_provider_events.events) as delivery;
  with taken as (
    insert into private.provider_events (provider, event_id, type, payload, request_id, delivered_at)
    select take_provider_events.provider, delivery #>> '{event,id}', delivery #>> '{event,type}', delivery -> 'event', delivery ->> 'request_id', now()
    from jsonb_array_elements(take_provider_events.events) as delivery order by delivery #>> '{event,id}' -- two crowds with the same events wait for each other in one order
    on conflict do nothing returning provider_events.event_id
  )
  select coalesce(array_agg(taken.event_id), '{}') into v_taken from taken;
  if cardinality(v_taken) < jsonb_array_length(take_provider_events.events) then
    perform private.note_deliveries(take_provider_events.provider, array(
      select delivery #>> '{event,id}' from jsonb_array_elements(take_provider_events.events) as delivery));
  end if;
  return jsonb_build_object('taken', to_jsonb(v_taken));
end
$$;
comment on function private.take_provider_events(text, jsonb) is 'Does the work of public.take_provider_events.';
grant execute on function private.take_provider_events(text, jsonb) to service_role;

create function public.take_provider_events(provider text, events jsonb)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.take_provider_events(take_provider_events.provider, take_provider_events.events);
$$;
comment on function public.take_provider_events(text, jsonb) is
  'Secret key only: keeps verified events, [{event, request_id}], in the inbox without applying them; whoever took them applies each by receive_provider_event, and the worker what is left. '
  '{taken}: the ids of those that were new. Errors: invalid_provider_event.';
grant execute on function public.take_provider_events(text, jsonb) to service_role;

create function private.untried_provider_events(max_events integer)
returns table (provider text, event_id text, request_id text, due boolean)
language sql
stable
security invoker
set search_path = ''
as $$
  select provider_events.provider, provider_events.event_id, provider_events.request_id, provider_events.received_at < now() - interval '5 seconds'
  from private.provider_events where provider_events.processed_at is null and provider_events.attempts = 0
  order by provider_events.received_at limit untried_provider_events.max_events;
$$;
comment on function private.untried_provider_events(integer) is 'What was taken into the inbox and nobody has tried, oldest first; due once whoever took it has left it for five seconds. The worker looks every second.';

create function private.try_taken_event(provider text, event_id text, request_id text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform from private.provider_events
  where provider_events.provider = try_taken_event.provider and provider_events.event_id = try_taken_event.event_id
    and provider_events.processed_at is null and provider_events.attempts = 0 for update skip locked;
  if not found then
    return null;
  end if;
  perform set_config('seatline.request_id', try_taken_event.request_id, true);
  return private.try_provider_event(try_taken_event.provider, try_taken_event.event_id);
end
$$;
comment on function private.try_taken_event(text, text, text) is
  'try_provider_event of one that nobody has tried, under the request id that brought it; null when somebody else has it or had it. It waits for nobody, so several can work through the inbox.';

create function private.apply_pending_provider_events(max_events integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_event private.provider_events;
  v_applied integer := 0;
begin
  for v_event in
    select * from private.provider_events
    where provider_events.processed_at is null and provider_events.attempts < 20 and provider_events.received_at < now() - interval '5 seconds'
    order by provider_events.received_at limit apply_pending_provider_events.max_events for update skip locked
  loop
    v_applied := v_applied + (private.try_provider_event(v_event.provider, v_event.event_id) <> 'failed')::integer;
  end loop;
  return v_applied;
end
$$;
comment on function private.apply_pending_provider_events(integer) is 'Tries again what failed to apply, up to 20 times each; returns how many got through. What still fails shows as a violated invariant.';

-- read what no webhook brought -------------------------------------------------------------------------------------------------------

create table private.provider_readings (
  provider text primary key,
  read_until timestamptz not null
);
comment on table private.provider_readings is 'Up to when each provider''s own list of events was read, by the worker.';

create function private.provider_reading(provider text)
returns table (since timestamptz, began_at timestamptz)
language sql
volatile
security invoker
set search_path = ''
as $$
  -- a provider may list an event some minutes after it happened; of three days ago it knows all that it will
  select coalesce((select provider_readings.read_until - interval '15 minutes' from private.provider_readings
    where provider_readings.provider = provider_reading.provider), clock_timestamp() - interval '3 days'), clock_timestamp();
$$;
comment on function private.provider_reading(text) is 'From when on to read a provider''s events now, and what to give finish_provider_reading when all of them were read.';

create function private.finish_provider_reading(provider text, read_until timestamptz)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.provider_readings (provider, read_until) values (finish_provider_reading.provider, finish_provider_reading.read_until)
  on conflict on constraint provider_readings_pkey do update set read_until = greatest(provider_readings.read_until, excluded.read_until);
$$;
comment on function private.finish_provider_reading(text, timestamptz) is 'Notes that every event up to then was read.';

create function private.missing_provider_events(provider text, event_ids text[])
returns setof text
language sql
stable
security invoker
set search_path = ''
as $$
  select event.id from unnest(missing_provider_events.event_ids) as event (id)
  where not exists (select from private.provider_events where provider_events.provider = missing_provider_events.provider and provider_events.event_id = event.id);
$$;
comment on function private.missing_provider_events(text, text[]) is 'Those of these events that never came into the inbox.';
