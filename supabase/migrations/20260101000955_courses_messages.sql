/*
Courses, messages: what those who teach write to everybody in an intake.

Promise: a message goes once to each of its audience at the moment it was sent, in the language and words it was written in, through the same
mail as every other notification; how many a day is limited per intake.
Under concurrency: who sends holds the intake's row, so that two of them count the same messages. One event per person is written with the
message, so a worker that dies leaves the rest to the next, and the notification of each is unique.
*/

insert into public.settings (key, value, description) values
  ('intake_messages_per_day', '5', 'How many messages are sent to the learners of one intake in 24 hours.');
insert into public.permissions (name, description) values ('intakes.message', 'Write to the learners of every intake.');
insert into public.role_permissions (role, permission) values ('admin', 'intakes.message'), ('catalog_manager', 'intakes.message'), ('support', 'intakes.message');

create table public.intake_messages (
  id uuid primary key default gen_random_uuid(),
  intake_id uuid not null references public.intakes (id) on delete cascade,
  sender_id uuid references public.profiles (id) on delete restrict,
  audience text not null,
  subject text not null,
  body text not null,
  recipients integer not null default 0,
  created_at timestamptz not null default now(),
  constraint intake_messages_go_to_a_known_audience check (audience in ('active', 'waiting', 'all')),
  constraint intake_messages_have_a_subject check (length(btrim(subject)) between 1 and 200 and subject !~ '[[:cntrl:]]'),
  constraint intake_messages_have_a_body check (length(btrim(body)) between 1 and 10000)
);
comment on table public.intake_messages is 'What was written to an intake: to those with a seat (active), on the waiting list (waiting), or both (all), as they were then. Written by message_intake.';
-- serves: how many were sent today
create index on public.intake_messages (intake_id, created_at);
create index on public.intake_messages (sender_id);

create trigger _900_audit after insert on public.intake_messages for each row execute function private.tg__audit('id');

alter table public.intake_messages enable row level security;
create policy select_teachers on public.intake_messages for select to authenticated
  using (intake_id in (select private.taught_intakes()) or (select private.has_permission('intakes.message')));
grant select on public.intake_messages to authenticated, service_role;
-- not granted: any write. message_intake writes.

create function private.address_message(message public.intake_messages)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_people integer;
begin
  insert into public.events (name, subject_type, subject_id, payload, actor_id, correlation_id)
  select 'intake_message.sent', 'intake_message', message.id, jsonb_build_object('profile_id', audience.learner_id), auth.uid(), private.request_id()
  from (
    select enrollments.learner_id from public.enrollments
    where enrollments.intake_id = message.intake_id and enrollments.status in ('active', 'suspended', 'completed') and message.audience in ('active', 'all')
    union
    select waitlist_entries.learner_id from public.waitlist_entries
    where waitlist_entries.intake_id = message.intake_id and waitlist_entries.status in ('waiting', 'offered') and message.audience in ('waiting', 'all')
  ) as audience
  join public.profiles on profiles.id = audience.learner_id and profiles.closed_at is null
  order by audience.learner_id;
  get diagnostics v_people = row_count;
  return v_people;
end
$$;
comment on function private.address_message(public.intake_messages) is 'One event for each person of a message''s audience; how many.';

create function private.message_intake(intake_id uuid, subject text, body text, audience text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- those who teach may not write events, only a message
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_intake(message_intake.intake_id, 'intakes.message');
  v_body jsonb := jsonb_build_array(message_intake.intake_id, message_intake.subject, message_intake.body, message_intake.audience);
  v_answer jsonb := private.recall_answer(v_person_id, message_intake.idempotency_key, 'message_intake', v_body);
  v_message public.intake_messages;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(message_intake.audience, '') not in ('active', 'waiting', 'all') or private.said(message_intake.subject) is null or length(message_intake.subject) > 200
    or message_intake.subject ~ '[[:cntrl:]]' or private.said(message_intake.body) is null or length(message_intake.body) > 10000 then
    perform private.fail('invalid_message', 422, 'A message has a subject of one line and at most 200 characters, a text of at most 10000, and an audience: active, waiting or all.', 'Correct it.');
  end if;
  perform from public.intakes where intakes.id = message_intake.intake_id for no key update;
  if (select count(*) from public.intake_messages where intake_messages.intake_id = message_intake.intake_id and intake_messages.created_at > now() - interval '24 hours')
    >= (private.setting('intake_messages_per_day'))::integer then
    perform private.fail('too_many_messages', 429, 'This intake was written to often enough for a day.', 'Wait until tomorrow, or put more into one message.');
  end if;
  insert into public.intake_messages (intake_id, sender_id, audience, subject, body)
  values (message_intake.intake_id, auth.uid(), message_intake.audience, private.said(message_intake.subject), private.said(message_intake.body)) returning * into v_message;
  update public.intake_messages set recipients = private.address_message(v_message) where intake_messages.id = v_message.id returning * into v_message;
  return private.remember_answer(v_person_id, message_intake.idempotency_key, 'message_intake', v_body, to_jsonb(v_message));
end
$$;
comment on function private.message_intake(uuid, text, text, text, text) is 'Does the work of public.message_intake.';
grant execute on function private.message_intake(uuid, text, text, text, text) to authenticated, service_role;

create function public.message_intake(intake_id uuid, subject text, body text, audience text default 'active', idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.message_intake(message_intake.intake_id, message_intake.subject, message_intake.body, message_intake.audience, message_intake.idempotency_key);
$$;
comment on function public.message_intake(uuid, text, text, text, text) is
  'Who teaches the course, or staff with intakes.message: writes to everybody who has a seat (active, the default), waits for one (waiting), or both (all), once each, by mail. Answers the message with the number of its recipients. '
  'Errors: intake_not_found, invalid_message, too_many_messages, idempotency_key_reused.';
grant execute on function public.message_intake(uuid, text, text, text, text) to authenticated, service_role;
