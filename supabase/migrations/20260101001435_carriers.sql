/*
Carriers: what they tell of parcels by webhook, or when they are asked.

Promise: each event of a carrier's is kept once and applied once, in one transaction with its outcome. One about a number that no parcel has is kept,
shown to staff, and applied when a parcel gets the number. What a carrier says moves parcels as everything else does, never back.
Under concurrency: an event's row, then the order's, then the parcel's. Whoever gives a parcel its number holds the order first and takes only
events that ended as unknown, whose holders wait for nobody; the number's advisory lock keeps the two from missing each other.
*/

create table private.carrier_events (
  carrier text not null,
  event_id text not null,
  payload jsonb not null,
  tracking_number text not null,
  outcome text not null default 'received',
  brought_by text not null default 'webhook',
  request_id text,
  attempts integer not null default 0,
  error text,
  received_at timestamptz not null default now(),
  delivered_at timestamptz,
  processed_at timestamptz,
  primary key (carrier, event_id),
  constraint carrier_events_have_a_known_outcome check (outcome in ('received', 'applied', 'ignored', 'needs_review', 'failed')),
  constraint carrier_events_are_brought_somehow check (brought_by in ('webhook', 'reading')),
  constraint carrier_events_end_with_an_outcome check ((processed_at is not null) = (outcome in ('applied', 'ignored', 'needs_review')))
);
comment on table private.carrier_events is
  'The carriers'' inbox: {id, tracking_number, status, occurred_at, location, description}. needs_review: no parcel has the number. brought_by reading: the carrier was asked; delivered_at: its webhook came, then or later.';
-- serves: what waits for a parcel with its number
create index on private.carrier_events (lower(carrier), tracking_number) where outcome = 'needs_review';
-- serves: what the worker tries again
create index on private.carrier_events (received_at) where processed_at is null;
-- serves: private.carrier_concerns
create index on private.carrier_events (received_at) where outcome = 'needs_review' or brought_by = 'reading';

create function private.check_carrier_event(carrier text, event jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if coalesce(length(check_carrier_event.carrier), 0) not between 1 and 100 or jsonb_typeof(check_carrier_event.event) is distinct from 'object'
    or coalesce(length(check_carrier_event.event ->> 'id'), 0) not between 1 and 200 or coalesce(length(check_carrier_event.event ->> 'tracking_number'), 0) not between 1 and 100
    or coalesce(length(check_carrier_event.event ->> 'location'), 0) > 200 or coalesce(length(check_carrier_event.event ->> 'description'), 0) > 500
    or coalesce(check_carrier_event.event ->> 'occurred_at', '') !~ '^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-][01][0-9]:[0-5][0-9])$'
    or not pg_input_is_valid(check_carrier_event.event ->> 'occurred_at', 'timestamptz')
    or not exists (select from private.tracking_statuses where tracking_statuses.status = check_carrier_event.event ->> 'status') then
    perform private.fail('invalid_carrier_event', 422, 'A carrier''s event has an id, a tracking number, a status that is known and when it happened; a place and words are short.',
      'Send {id, tracking_number, status, occurred_at, location?, description?}; docs/shipments.md has the statuses.');
  end if;
end
$$;
comment on function private.check_carrier_event(text, jsonb) is 'Refuses invalid_carrier_event unless it is an event that the inbox can hold.';

create function private.shipment_of(carrier text, tracking_number text)
returns public.shipments
language sql
volatile -- stable would answer what was there before the event that asks
security invoker
set search_path = ''
as $$
  select shipments.* from public.shipments
  where coalesce(lower(shipments.carrier), '') = lower(shipment_of.carrier) and shipments.tracking_number = shipment_of.tracking_number and shipments.status <> 'cancelled';
$$;
comment on function private.shipment_of(text, text) is 'The parcel that has this number at this carrier.';

create function private.apply_carrier_event(carrier text, event_id text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_event private.carrier_events;
  v_shipment public.shipments;
  v_outcome text := 'needs_review';
begin
  select * into v_event from private.carrier_events
  where carrier_events.carrier = apply_carrier_event.carrier and carrier_events.event_id = apply_carrier_event.event_id for update;
  if v_event.processed_at is not null then
    return 'duplicate';
  end if;
  v_shipment := private.shipment_of(v_event.carrier, v_event.tracking_number);
  if v_shipment.id is null then
    perform pg_advisory_xact_lock(private.tracking_lock(v_event.carrier, v_event.tracking_number));
    v_shipment := private.shipment_of(v_event.carrier, v_event.tracking_number);
    if v_shipment.id is not null then
      return 'received'; -- it has just got its number; under this lock we may not wait for its order, so the worker applies it
    end if;
  else
    v_outcome := private.tell_shipment(v_shipment, v_event);
  end if;
  update private.carrier_events set outcome = v_outcome, processed_at = now(), attempts = carrier_events.attempts + 1, error = null
  where carrier_events.carrier = v_event.carrier and carrier_events.event_id = v_event.event_id;
  return v_outcome;
end
$$;
comment on function private.apply_carrier_event(text, text) is
  'Applies one inbox row: its effects and its outcome are one transaction. Answers applied, ignored, needs_review, duplicate, or received when the worker has to.';

create function private.tell_shipment(shipment public.shipments, event private.carrier_events)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_shipment public.shipments := private.hold_shipment(shipment.id);
  v_outcome text;
begin
  -- looked at again: before the order was held it may have been cancelled, or have got another number
  if v_shipment.status = 'cancelled' or v_shipment.tracking_number is distinct from event.tracking_number
    or v_shipment.status = 'pending' and not private.shipment_allows(v_shipment, 'record_tracking_event') then
    return 'needs_review';
  end if;
  perform private.give_reason('told by ' || event.carrier);
  v_outcome := private.add_tracking_event(v_shipment.id, event.payload ->> 'status', 'carrier', nullif(btrim(event.payload ->> 'location'), ''),
    nullif(btrim(event.payload ->> 'description'), ''), least((event.payload ->> 'occurred_at')::timestamptz, now()), event.carrier, event.event_id);
  perform private.give_reason(null);
  return v_outcome;
end
$$;
comment on function private.tell_shipment(public.shipments, private.carrier_events) is 'What a carrier said, said to its parcel. A time to come is now. needs_review: the parcel was cancelled, or its order sends nothing.';

create function private.try_carrier_event(carrier text, event_id text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
set lock_timeout = '2s' -- the carrier waits for an answer; a busy order is tried again by the worker
as $$
begin
  return private.apply_carrier_event(try_carrier_event.carrier, try_carrier_event.event_id);
exception when others then
  update private.carrier_events set outcome = 'failed', attempts = carrier_events.attempts + 1, error = left(sqlstate || ' ' || sqlerrm, 2000)
  where carrier_events.carrier = try_carrier_event.carrier and carrier_events.event_id = try_carrier_event.event_id;
  return 'failed';
end
$$;
comment on function private.try_carrier_event(text, text) is 'apply_carrier_event that keeps the event and the error when it fails: all effects are undone, the inbox row stays.';

create function private.receive_carrier_event(carrier text, event jsonb, brought_by text default 'webhook')
returns jsonb
language plpgsql
volatile
security definer -- the service role may not write the inbox
set search_path = ''
as $$
begin
  perform private.check_carrier_event(receive_carrier_event.carrier, receive_carrier_event.event);
  insert into private.carrier_events (carrier, event_id, payload, tracking_number, brought_by, request_id, delivered_at)
  values (receive_carrier_event.carrier, receive_carrier_event.event ->> 'id', receive_carrier_event.event, receive_carrier_event.event ->> 'tracking_number',
    receive_carrier_event.brought_by, private.request_id(), case when receive_carrier_event.brought_by = 'webhook' then now() end)
  on conflict do nothing;
  if not found and receive_carrier_event.brought_by = 'webhook' then
    update private.carrier_events set delivered_at = now()
    where (carrier_events.carrier, carrier_events.event_id) in (
      select late.carrier, late.event_id from private.carrier_events as late
      where late.carrier = receive_carrier_event.carrier and late.event_id = receive_carrier_event.event ->> 'id' and late.delivered_at is null for update skip locked);
  end if;
  return jsonb_build_object('event_id', receive_carrier_event.event ->> 'id',
    'outcome', private.try_carrier_event(receive_carrier_event.carrier, receive_carrier_event.event ->> 'id'));
end
$$;
comment on function private.receive_carrier_event(text, jsonb, text) is 'Does the work of public.receive_carrier_event. The worker says that it read the event, when no webhook brought it.';
grant execute on function private.receive_carrier_event(text, jsonb, text) to service_role;

create function public.receive_carrier_event(carrier text, event jsonb)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.receive_carrier_event(receive_carrier_event.carrier, receive_carrier_event.event);
$$;
comment on function public.receive_carrier_event(text, jsonb) is
  'Secret key only: takes a verified event of a carrier into the inbox and applies it. {event_id, outcome}: applied, ignored, needs_review (no parcel has the number), duplicate, received or failed (kept, the worker tries again). '
  'Errors: invalid_carrier_event.';
grant execute on function public.receive_carrier_event(text, jsonb) to service_role;

create function private.apply_waiting_carrier_events(shipment_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_shipment public.shipments;
  v_event private.carrier_events;
begin
  select * into v_shipment from public.shipments where shipments.id = apply_waiting_carrier_events.shipment_id;
  for v_event in
    select * from private.carrier_events
    where lower(carrier_events.carrier) = coalesce(lower(v_shipment.carrier), '') and carrier_events.tracking_number = v_shipment.tracking_number and carrier_events.outcome = 'needs_review'
    -- waits for whoever brings a copy just now, who waits for nobody; skipped, the event would wait for ever
    order by carrier_events.received_at, carrier_events.event_id for update
  loop
    update private.carrier_events set outcome = private.tell_shipment(v_shipment, v_event), processed_at = now()
    where carrier_events.carrier = v_event.carrier and carrier_events.event_id = v_event.event_id;
  end loop;
end
$$;
comment on function private.apply_waiting_carrier_events(uuid) is 'What a carrier told of a number before a parcel had it. The caller holds the order''s row and the number''s lock.';

create function private.tracking_lock(carrier text, tracking_number text)
returns bigint
language sql
immutable
security invoker
set search_path = ''
as $$ select hashtextextended('seatline.tracking ' || lower(coalesce(tracking_lock.carrier, '')) || ' ' || tracking_lock.tracking_number, 0); $$;
comment on function private.tracking_lock(text, text) is 'The advisory lock of a number at a carrier: whoever gives it to a parcel, and whoever finds no parcel with it, holds it.';

create function private.apply_pending_carrier_events(max_events integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_event private.carrier_events;
  v_applied integer := 0;
begin
  for v_event in
    select * from private.carrier_events
    where carrier_events.processed_at is null and carrier_events.attempts < 20 and carrier_events.received_at < now() - interval '5 seconds'
    order by carrier_events.received_at limit apply_pending_carrier_events.max_events for update skip locked
  loop
    if private.try_carrier_event(v_event.carrier, v_event.event_id) not in ('failed', 'received') then
      v_applied := v_applied + 1;
    end if;
  end loop;
  return v_applied;
end
$$;
comment on function private.apply_pending_carrier_events(integer) is 'Tries again what failed to apply, up to 20 times each; returns how many got through. What still fails shows as a violated invariant.';
