/*
Notifications: what was said to whom, on which channel, and whether it arrived.

Promise: one notification per effect: effect_key is unique, so a listener that runs twice finds its row. Between the mail server's
acceptance and the mark lies the one gap where a crash sends again, with the same Message-ID.
*/

create table public.notifications (
  id uuid primary key default gen_random_uuid(),
  profile_id uuid references public.profiles (id) on delete cascade,
  type text not null,
  channel text not null,
  effect_key text not null unique,
  recipient text not null,
  subject text not null,
  content text not null,
  status text not null default 'pending',
  error text,
  correlation_id text,
  read_at timestamptz,
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint notifications_are_of_a_known_type check (type in ('welcome', 'order_confirmation', 'payment_failed', 'refund', 'invoice', 'promotion', 'seat_offer', 'proof_rejected', 'certificate', 'grade', 'dispute', 'seat_invite', 'intake_cancelled', 'intake_alert', 'intake_message', 'gift', 'gift_card', 'access_ending', 'order_shipped', 'order_delivered', 'order_out_for_delivery', 'order_delivery_failed', 'payment_request', 'alert', 'instalment_due_soon', 'instalment_failed', 'subscription_past_due', 'complaint_opened', 'complaint_answered', 'complaint_ended')),
  constraint notifications_use_a_known_channel check (channel in ('email', 'sms', 'push', 'whatsapp')),
  constraint notifications_have_a_known_status check (status in ('pending', 'sent', 'failed')),
  constraint notifications_are_dated_once_sent check ((sent_at is not null) = (status = 'sent'))
);
comment on table public.notifications is 'Messages to people, one row per channel. The person reads their own and marks them read. Without profile_id: to an address that need not be a customer''s.';
-- serves: my notifications, newest first
create index on public.notifications (profile_id, created_at desc);

insert into private.status_moves (machine, from_status, to_status) values
  ('notification', 'pending', 'sent'), ('notification', 'pending', 'failed'), ('notification', 'failed', 'sent'),
  ('notification', 'failed', 'pending');

create trigger _100_stamp_update before update on public.notifications for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.notifications for each row when (old.status <> new.status) execute function private.tg__guard_status('notification');

alter table public.notifications enable row level security;
create policy select_own_or_staff on public.notifications for select to authenticated
  using (profile_id = (select auth.uid()) or (select private.has_permission('notifications.read')));
create policy update_own on public.notifications for update to authenticated using (profile_id = (select auth.uid())) with check (profile_id = (select auth.uid()));
grant select on public.notifications to authenticated, service_role;
grant update (read_at) on public.notifications to authenticated;
-- not granted: insert, delete, update of anything but read_at. The worker writes.

create function private.queue_notification(profile_id uuid, type text, channel text, effect_key text, subject text, content text)
returns table (notification_id uuid, status text, recipient text)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.notifications (profile_id, type, channel, effect_key, recipient, subject, content, correlation_id)
  select profiles.id, queue_notification.type, queue_notification.channel, queue_notification.effect_key, profiles.email,
    queue_notification.subject, queue_notification.content, private.request_id()
  from public.profiles where profiles.id = queue_notification.profile_id and profiles.email is not null
  on conflict on constraint notifications_effect_key_key do nothing;
  return query
    select notifications.id, notifications.status, notifications.recipient from public.notifications
    where notifications.effect_key = queue_notification.effect_key;
end
$$;
comment on function private.queue_notification(uuid, text, text, text, text, text) is
  'The notification of this effect, written now or before. No row: the person has no address any more.';

create function private.queue_mail_to(address text, type text, effect_key text, subject text, content text)
returns table (notification_id uuid, status text, recipient text)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.notifications (type, channel, effect_key, recipient, subject, content, correlation_id)
  values (queue_mail_to.type, 'email', queue_mail_to.effect_key, queue_mail_to.address, queue_mail_to.subject, queue_mail_to.content, private.request_id())
  on conflict on constraint notifications_effect_key_key do nothing;
  return query
    select notifications.id, notifications.status, notifications.recipient from public.notifications where notifications.effect_key = queue_mail_to.effect_key;
end
$$;
comment on function private.queue_mail_to(text, text, text, text, text) is 'As queue_notification, to an address that somebody gave: the recipient of an invitation or a gift.';

create function private.mark_notification(notification_id uuid, status text, error text default null)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.notifications
  set status = mark_notification.status, error = mark_notification.error, sent_at = case when mark_notification.status = 'sent' then now() end
  where notifications.id = mark_notification.notification_id and notifications.status <> 'sent';
$$;
comment on function private.mark_notification(uuid, text, text) is 'Keeps how sending ended: sent or failed. Sent is final.';
