/*
Alerts: what stays open too long, and who is told.

Promise: whatever waits for somebody (money that is not settled, a person's decision, work outside, jobs that failed) is a concern with an age and an
owner; one that is older than its kind allows raises one alert, mailed once to its owners. It closes by itself when what it is about is settled, and
raises another when it comes back.
Under concurrency: alerts are raised by one transaction at a time (an advisory lock); the unique index is the guarantee.
*/

insert into public.permissions (name, description) values
  ('alerts.read', 'See what stays open too long.'),
  ('alerts.write', 'Say that one looks after it.');
insert into public.role_permissions (role, permission) values
  ('admin', 'alerts.read'), ('admin', 'alerts.write'), ('auditor', 'alerts.read'), ('support', 'alerts.read'), ('support', 'alerts.write'),
  ('finance', 'alerts.read'), ('finance', 'alerts.write'), ('warehouse', 'alerts.read'), ('warehouse', 'alerts.write');

create table private.concern_kinds (
  kind text primary key,
  owner_role text not null references public.roles (name) on delete restrict,
  allowed interval not null,
  sentence text not null,
  constraint concern_kinds_are_snake_case check (kind ~ '^[a-z][a-z_]{1,40}$'),
  constraint concern_kinds_allow_a_time_that_is_not_negative check (allowed >= interval '0')
);
comment on table private.concern_kinds is 'What can stay open, whose it is, how long it may before somebody is told, and what they are told.';
create index on private.concern_kinds (owner_role);

insert into private.concern_kinds (kind, owner_role, allowed, sentence) values
  ('provider_event_failed', 'admin', '5 minutes', 'Something that the payment provider told could not be applied.'),
  ('webhooks_missing', 'admin', '1 minute', 'The payment provider''s webhooks do not arrive: what they should have told was read there instead.'),
  ('provider_event_unknown', 'finance', '0', 'The payment provider speaks of a payment that this shop does not have.'),
  ('payment_open', 'finance', '30 minutes', 'A payment is open although its time is over.'),
  ('order_in_review', 'finance', '0', 'An order waits for a decision.'),
  ('refund_pending', 'finance', '1 hour', 'A refund has not arrived.'),
  ('refund_failed', 'finance', '0', 'A refund failed.'),
  ('gift_card_returned', 'finance', '0', 'Money came back to a gift card that had ended: whoever spent it has nothing of it yet.'),
  ('proof_waiting', 'finance', '4 hours', 'A proof of payment waits to be looked at.'),
  ('shipment_stuck', 'warehouse', '0', 'A parcel is not handed over, or on its way without news, for longer than the shop allows.'),
  ('shipment_came_back', 'warehouse', '4 hours', 'A parcel came back, and nobody has said what becomes of its goods.'),
  ('stock_low', 'warehouse', '0', 'Little is left of something whose stock is watched.'),
  ('carrier_event_failed', 'admin', '5 minutes', 'Something that a carrier told could not be applied.'),
  ('carrier_event_unknown', 'warehouse', '1 day', 'A carrier speaks of a number that no parcel has.'),
  ('carrier_webhooks_missing', 'admin', '1 minute', 'A carrier''s webhooks do not arrive: what they should have told was asked for instead.'),
  ('production_waiting', 'warehouse', '2 days', 'The production system has reported nothing about an order.'),
  ('job_failed', 'admin', '0', 'A background job failed for good.'),
  ('schedule_failing', 'admin', '0', 'A job that runs by the clock keeps failing.'),
  ('events_undelivered', 'admin', '5 minutes', 'Events are not carried to the jobs that follow them: does the worker run?');

-- serves: private.find_concerns
create index on private.provider_events (received_at) where outcome = 'needs_review';
create index on public.refunds (updated_at) where status = 'failed';

create table public.alerts (
  id uuid primary key default gen_random_uuid(),
  kind text not null references private.concern_kinds (kind) on delete restrict,
  key text not null,
  subject_type text not null,
  subject_id uuid,
  subject text not null,
  since timestamptz not null,
  raised_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  acknowledged_by uuid references public.profiles (id) on delete restrict,
  note text,
  closed_at timestamptz,
  constraint alerts_are_acknowledged_with_a_sane_note check (length(note) <= 500)
);
comment on table public.alerts is 'One row each time that a concern stayed open too long. acknowledged_at: somebody looks after it; closed_at: what it was about is settled.';
-- the guarantee: one open alert per concern
create unique index alerts_one_open_per_concern on public.alerts (key) where closed_at is null;
-- serves: the list, newest first
create index on public.alerts (raised_at desc, id);
create index on public.alerts (kind);
create index on public.alerts (acknowledged_by);

create trigger _900_audit after update of acknowledged_at on public.alerts for each row execute function private.tg__audit('id');

alter table public.alerts enable row level security;
create policy select_staff on public.alerts for select to authenticated using ((select private.has_permission('alerts.read')));
grant select on public.alerts to authenticated, service_role;
-- not granted: insert, update, delete. The worker raises, acknowledge_concern acknowledges.

create type private.concern as (kind text, key text, subject_type text, subject_id uuid, subject text, since timestamptz);
comment on type private.concern is 'One thing that is open: what kind, its key (one alert is open per key), what it is about, and since when.';

create function private.webhook_concerns()
returns setof private.concern
language sql
stable
security invoker
set search_path = ''
as $$
  with healed as (
    select provider_events.provider, min(provider_events.received_at) as since, max(provider_events.received_at) as last, count(*) as events
    from private.provider_events
    where provider_events.brought_by = 'reading' and provider_events.delivered_at is null and provider_events.received_at > now() - interval '3 days'
      and provider_events.outcome <> 'ignored'
      -- what was found by asking has another id than the webhook, which may have been on its way
      and not exists (
        select from private.provider_events as told
        where told.provider = provider_events.provider and told.payload #>> '{data,object,id}' = provider_events.payload #>> '{data,object,id}'
          and told.delivered_at between provider_events.received_at - interval '1 minute' and provider_events.received_at + interval '5 minutes')
      and not exists (
        select from public.alerts where alerts.key = 'webhooks:' || provider_events.provider and alerts.closed_at >= provider_events.received_at)
    group by provider_events.provider
  )
  select 'webhooks_missing', 'webhooks:' || healed.provider, 'provider', null::uuid, format('%s (%s)', healed.provider, healed.events), healed.since
  from healed
  where healed.last > now() - interval '15 minutes'
    or not exists (select from private.provider_events as told where told.provider = healed.provider and told.delivered_at > healed.last)
      and not exists (
        select from public.alerts where alerts.key = 'webhooks:' || healed.provider and alerts.closed_at is null and alerts.acknowledged_at is not null);
$$;
comment on function private.webhook_concerns() is
  'Providers whose events had to be read because no webhook brought them: one concern each, until a quarter of an hour passed without and a webhook came, or somebody has looked at it.';

create function private.find_concerns()
returns setof private.concern
language plpgsql
stable
security invoker
set search_path = ''
set jit = 'off' -- compiling takes longer than looking
as $$
begin
  return query
    select 'provider_event_failed', 'provider_event:' || provider_events.provider || ':' || provider_events.event_id, 'provider_event', null::uuid,
      provider_events.type || ' ' || provider_events.event_id, provider_events.received_at
    from private.provider_events where provider_events.processed_at is null
    union all
    -- settled by a person who has looked: there is no row here that it could change
    select 'provider_event_unknown', 'provider_event:' || provider_events.provider || ':' || provider_events.event_id, 'provider_event', null,
      provider_events.type || ' ' || provider_events.event_id, provider_events.received_at
    from private.provider_events
    where provider_events.outcome = 'needs_review' and private.event_payment(provider_events.provider, provider_events.payload #> '{data,object}') is null
      and not exists (
        select from public.alerts where alerts.key = 'provider_event:' || provider_events.provider || ':' || provider_events.event_id and alerts.acknowledged_at is not null)
    union all
    select 'payment_open', 'payment:' || payments.id, 'order', orders.id, orders.number, coalesce(payments.expires_at, payments.created_at + interval '1 day')
    from public.payments join public.orders on orders.id = payments.order_id
    where payments.status in ('pending', 'processing') and coalesce(payments.expires_at, payments.created_at + interval '1 day') < now()
      and orders.status <> 'needs_review' and not private.is_under_review(payments.id)
    union all
    select 'order_in_review', 'order:' || orders.id, 'order', orders.id, orders.number, coalesce((
      select max(events.occurred_at) from public.events where events.subject_id = orders.id and events.name = 'order.needs_review'), orders.updated_at)
    from public.orders where orders.status = 'needs_review'
    union all
    select 'refund_pending', 'refund:' || refunds.id, 'order', orders.id, orders.number, refunds.requested_at
    from public.refunds join public.orders on orders.id = refunds.order_id where refunds.status = 'pending'
    union all
    select 'refund_failed', 'refund_failed:' || refunds.id, 'order', orders.id, orders.number, refunds.updated_at
    from public.refunds join public.payments on payments.id = refunds.payment_id join public.orders on orders.id = refunds.order_id
    where refunds.status = 'failed' and payments.status = 'refund_failed'
    union all
    -- settled by another code for the card, or by a person who has looked: money of a stolen card stays where it is
    select 'gift_card_returned', 'gift_card:' || gift_cards.id || ':' || max(gift_card_entries.id), 'gift_card', gift_cards.id, gift_cards.hint, max(gift_card_entries.created_at)
    from public.gift_cards join public.gift_card_purchases on gift_card_purchases.gift_card_id = gift_cards.id
    join public.gift_card_entries on gift_card_entries.gift_card_id = gift_cards.id and gift_card_entries.kind = 'returned'
    where gift_cards.frozen_at is not null and gift_card_purchases.status = 'voided' and private.gift_card_balance_of(gift_cards.id) > 0
    group by gift_cards.id
    having not exists (
      select from public.alerts where alerts.key = 'gift_card:' || gift_cards.id || ':' || max(gift_card_entries.id) and alerts.acknowledged_at is not null)
    union all
    select 'proof_waiting', 'proof:' || payment_proofs.id, 'order', orders.id, orders.number, payment_proofs.submitted_at
    from public.payment_proofs join public.payments on payments.id = payment_proofs.payment_id join public.orders on orders.id = payments.order_id
    where payment_proofs.status = 'submitted'
    union all
    select 'production_waiting', 'process:' || processes.id, 'process', processes.id, coalesce(orders.number, processes.task), coalesce(processes.reported_at, processes.started_at, processes.created_at)
    from public.processes left join public.orders on orders.id = processes.subject_id
    where processes.status = 'waiting' and processes.task like 'production.%'
    union all
    select 'job_failed', 'task:' || processes.task, 'process', null, format('%s (%s)', processes.task, count(*)), min(processes.finished_at)
    from public.processes where processes.status = 'failed' and processes.event_id is not null group by processes.task
    union all
    select 'schedule_failing', 'schedule:' || processes.task, 'process', null, processes.task, min(processes.finished_at)
    from public.processes
    where processes.status = 'failed' and processes.event_id is null and processes.created_at > now() - interval '1 hour'
    group by processes.task having count(*) >= 3
    union all
    select 'stock_low', 'stock_low:' || variants.id, 'variant', variants.id, coalesce(variants.sku, variants.title), low_stock_marks.low_since
    from private.low_stock_marks join public.variants on variants.id = low_stock_marks.variant_id where low_stock_marks.low_since is not null
    union all
    select 'events_undelivered', 'events', 'event', null, format('from %s on', min(events.id)), min(events.occurred_at)
    from public.events where events.relayed_at is null having count(*) > 0
    union all
    select * from private.shipment_concerns()
    union all
    select * from private.carrier_concerns()
    union all
    select * from private.webhook_concerns()
    union all
    select * from private.complaint_concerns();
end
$$;
comment on function private.find_concerns() is 'Everything that is open now, however young. Asked by the worker and by staff.';

create function private.overdue_concerns()
returns setof private.concern
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
    select concerns.* from private.find_concerns() as concerns join private.concern_kinds on concern_kinds.kind = concerns.kind
    where concerns.since <= now() - concern_kinds.allowed;
end
$$;
comment on function private.overdue_concerns() is 'What is open for longer than its kind allows.';

create function private.raise_alerts()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_overdue private.concern[];
  v_alert_id uuid;
  v_closed integer;
  v_raised integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('seatline.alerts', 0));
  v_overdue := array(select concerns::private.concern from private.overdue_concerns() as concerns);
  update public.alerts set closed_at = now()
  where alerts.closed_at is null and alerts.key not in (select concern.key from unnest(v_overdue) as concern);
  get diagnostics v_closed = row_count;
  for v_alert_id in
    insert into public.alerts (kind, key, subject_type, subject_id, subject, since)
    select concern.kind, concern.key, concern.subject_type, concern.subject_id, concern.subject, concern.since
    from unnest(v_overdue) as concern order by concern.since, concern.key
    on conflict (key) where (closed_at is null) do nothing
    returning alerts.id
  loop
    perform private.emit('alert.raised', 'alert', v_alert_id);
    v_raised := v_raised + 1;
  end loop;
  return v_raised + v_closed;
end
$$;
comment on function private.raise_alerts() is 'Raises an alert for every concern that has become too old, and closes those that are settled; answers how many of both. The worker calls it each minute.';

-- staff ------------------------------------------------------------------------------------------------------------------------------

create function private.open_concerns(kind text)
returns jsonb
language plpgsql
stable
security definer -- reads the inbox, jobs and money with one check; it tells numbers of orders, not people
set search_path = ''
as $$
begin
  if not (private.is_service() or private.has_permission('alerts.read')) then
    perform private.fail('permission_denied', 403, 'Seeing what stays open needs the permission alerts.read.', 'Ask an admin for a role that has it.');
  end if;
  if open_concerns.kind is not null and not exists (select from private.concern_kinds where concern_kinds.kind = open_concerns.kind) then
    perform private.fail('invalid_concern', 422, 'There is no such kind of concern.', 'Leave kind out to see all.');
  end if;
  return (
    select coalesce(jsonb_agg(jsonb_build_object('kind', concerns.kind, 'key', concerns.key, 'sentence', concern_kinds.sentence, 'owner_role', concern_kinds.owner_role,
        'subject_type', concerns.subject_type, 'subject_id', concerns.subject_id, 'subject', concerns.subject, 'since', concerns.since,
        'age_seconds', floor(extract(epoch from now() - concerns.since)), 'alert_id', alerts.id, 'acknowledged_at', alerts.acknowledged_at,
        'acknowledged_by', alerts.acknowledged_by, 'note', alerts.note) order by concerns.since, concerns.key), '[]')
    from private.overdue_concerns() as concerns
    join private.concern_kinds on concern_kinds.kind = concerns.kind
    left join public.alerts on alerts.key = concerns.key and alerts.closed_at is null
    where open_concerns.kind is null or concerns.kind = open_concerns.kind);
end
$$;
comment on function private.open_concerns(text) is 'Does the work of public.open_concerns.';
grant execute on function private.open_concerns(text) to authenticated, service_role;

create function public.open_concerns(kind text default null)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.open_concerns(open_concerns.kind);
$$;
comment on function public.open_concerns(text) is
  'Staff (alerts.read): what stays open for too long now, oldest first: kind, what it is about, since, age_seconds, whose it is (owner_role), and its alert with who looks after it. Errors: permission_denied, invalid_concern.';
grant execute on function public.open_concerns(text) to authenticated, service_role;

create function private.acknowledge_concern(alert_id uuid, note text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write alerts, only say that they look after one
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(acknowledge_concern.alert_id, acknowledge_concern.note);
  v_answer jsonb;
  v_alert public.alerts;
begin
  if not (private.is_service() or private.has_permission('alerts.write')) then
    perform private.fail('permission_denied', 403, 'Looking after concerns needs the permission alerts.write.', 'Ask an admin for a role that has it.');
  end if;
  v_answer := private.recall_answer(v_person_id, acknowledge_concern.idempotency_key, 'acknowledge_concern', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if length(acknowledge_concern.note) > 500 then
    perform private.fail('invalid_note', 422, 'A note has at most 500 characters.', 'Shorten it.');
  end if;
  select * into v_alert from public.alerts where alerts.id = acknowledge_concern.alert_id for update;
  if v_alert.id is null then
    perform private.fail('alert_not_found', 404, 'There is no such alert.', 'Read open_concerns for those there are.');
  end if;
  if v_alert.closed_at is not null or v_alert.acknowledged_at is not null then
    perform private.fail('alert_not_open', 409, 'Somebody looks after it, or it is settled.', 'Read it again.');
  end if;
  update public.alerts set acknowledged_at = now(), acknowledged_by = auth.uid(), note = acknowledge_concern.note
  where alerts.id = v_alert.id returning alerts.* into v_alert;
  return private.remember_answer(v_person_id, acknowledge_concern.idempotency_key, 'acknowledge_concern', v_body, to_jsonb(v_alert));
end
$$;
comment on function private.acknowledge_concern(uuid, text, text) is 'Does the work of public.acknowledge_concern.';
grant execute on function private.acknowledge_concern(uuid, text, text) to authenticated, service_role;

create function public.acknowledge_concern(alert_id uuid, note text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.acknowledge_concern(acknowledge_concern.alert_id, acknowledge_concern.note, acknowledge_concern.idempotency_key);
$$;
comment on function public.acknowledge_concern(uuid, text, text) is
  'Staff (alerts.write): one looks after this alert; it stays open until what it is about is settled. An event about an unknown payment, and money on a gift card that had ended, are settled by that. Answers the alert. '
  'Errors: permission_denied, alert_not_found, alert_not_open, invalid_note, idempotency_key_reused.';
grant execute on function public.acknowledge_concern(uuid, text, text) to authenticated, service_role;

create function private.alert_readers(alert_id uuid)
returns table (profile_id uuid, locale text)
language sql
stable
security invoker
set search_path = ''
as $$
  with owners as (
    select role_members.profile_id, role_members.role = concern_kinds.owner_role as own
    from public.alerts
    join private.concern_kinds on concern_kinds.kind = alerts.kind
    join public.role_members on role_members.role in (concern_kinds.owner_role, 'admin')
    where alerts.id = alert_readers.alert_id
  )
  select distinct profiles.id, profiles.locale
  from owners join public.profiles on profiles.id = owners.profile_id
  where profiles.email is not null and (owners.own or not exists (select from owners where owners.own))
  order by profiles.id;
$$;
comment on function private.alert_readers(uuid) is 'Who is told of an alert: whoever has the role that owns it, else the admins.';
