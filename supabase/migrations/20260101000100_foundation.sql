/*
Foundation: the two schemas, deny by default, one way to refuse, one way to move a status, one way to answer twice.

Promise: nothing is reachable that a later line did not grant; a status moves only along the rows of private.status_moves, and every
move leaves a row in public.status_changes; the same idempotency key gives the same answer and one effect.
Under concurrency: calls with one key queue behind an advisory lock of that key and then read the stored answer; the primary key of
private.idempotency_keys is the guarantee should a caller forget the lock.
*/

create schema private;
comment on schema private is 'Definer functions that do the work, and tables no client may see. Not exposed by the API.';

-- Deny by default. The global form is the one that takes PUBLIC's execute away; the schema form undoes what hosted Supabase grants.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
revoke create on schema public from public;

-- Policies and the wrappers in public name functions in private, so every API role may look the schema up; execute is granted one by one.
grant usage on schema private to anon, authenticated, service_role;

create function private.fail(code text, status integer, message text, hint text default null, details text default null)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  raise sqlstate 'PGRST' using
    message = pg_catalog.json_build_object('code', fail.code, 'message', fail.message, 'details', fail.details, 'hint', fail.hint)::text,
    detail = pg_catalog.json_build_object('status', fail.status, 'headers', pg_catalog.json_build_object('Cache-Control', 'private, no-store'))::text;
end
$$;
comment on function private.fail(text, integer, text, text, text) is
  'The one way to refuse: a stable snake_case code, an HTTP status, a sentence, and a hint that says what to do next. Raises, so nothing is changed.';

create function private.problem(code text, status integer, message text, hint text default null, details text default null)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object('code', problem.code, 'status', problem.status, 'message', problem.message, 'hint', problem.hint, 'details', problem.details);
$$;
comment on function private.problem(text, integer, text, text, text) is 'What would refuse a call, as data: for answers that list everything that is wrong. private.refuse_problem raises it.';

create function private.refuse_problem(problem jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if jsonb_typeof(refuse_problem.problem) = 'object' then
    perform private.fail(refuse_problem.problem ->> 'code', (refuse_problem.problem ->> 'status')::integer, refuse_problem.problem ->> 'message',
      refuse_problem.problem ->> 'hint', refuse_problem.problem ->> 'details');
  end if;
end
$$;
comment on function private.refuse_problem(jsonb) is 'Refuses with a problem if there is one; null does nothing.';

create function private.refuse_and_keep(code text, status integer, message text, hint text default null, details text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select set_config('response.status', refuse_and_keep.status::text, true);
  select jsonb_build_object('code', refuse_and_keep.code, 'message', refuse_and_keep.message, 'details', refuse_and_keep.details, 'hint', refuse_and_keep.hint);
$$;
comment on function private.refuse_and_keep(text, integer, text, text, text) is
  'A refusal that keeps what the call has written, such as a counted guess: gives the answer with which the verb must return at once. Everything else refuses with private.fail.';

create function private.request_id()
returns text
language plpgsql -- every purchase calls it: plpgsql keeps its plan, a sql function that is not inlined is planned at every call
stable
security invoker
set search_path = ''
as $$
begin
  return left(coalesce(
    nullif(current_setting('seatline.request_id', true), ''),
    nullif(current_setting('request.headers', true), '')::json ->> 'x-request-id'
  ), 128);
end
$$;
comment on function private.request_id() is
  'The correlation id of this request: what the worker set, else the x-request-id header. It travels from request to event to job to mail.';

create function private.is_service()
returns boolean
language plpgsql -- in every request: see private.request_id
stable
security invoker
set search_path = ''
as $$
begin
  return coalesce(auth.role(), 'service_role') = 'service_role';
end
$$;
comment on function private.is_service() is
  'True for the secret key and for direct connections (worker, migrations), which carry no claims; false for every browser.';

create function private.tg__stamp_update()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function private.tg__stamp_update() is 'Sets updated_at.';

create function private.tg__refuse_change()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.fail('append_only', 409, format('Rows of %I are history: they are added, never changed or removed.', tg_table_name), 'Write a new row that corrects the old one.');
  return null;
end
$$;
comment on function private.tg__refuse_change() is 'Makes a table append-only, for its owner too.';

-- settings ---------------------------------------------------------------------------------------------------------------------------

create table public.settings (
  key text primary key,
  value jsonb not null,
  description text not null,
  updated_at timestamptz not null default now(),
  constraint settings_keys_are_snake_case check (key ~ '^[a-z][a-z0-9_]{1,62}$')
);
comment on table public.settings is 'What a shop decides for itself, one row each. Read by SQL through private.setting(key).';

create trigger _100_stamp_update before update on public.settings for each row execute function private.tg__stamp_update();

insert into public.settings (key, value, description) values
  ('shop_name', '"Seatline Academy"', 'The name in mails and on the payment page.'),
  ('default_currency', '"IDR"', 'ISO 4217 code used when a caller names none.'),
  ('hold_minutes', '35', 'Minutes a pending order holds its seats and stock. Stripe''s sessions live at least 30.'),
  ('max_order_lines', '50', 'The most lines one order may have.');

create function private.setting(key text)
returns jsonb
language plpgsql -- in every purchase: see private.request_id
stable
security definer -- callers need one value, not the table
set search_path = ''
as $$
begin
  return (select settings.value from public.settings where settings.key = setting.key);
end
$$;
comment on function private.setting(text) is 'The value of one setting, null when there is none.';

-- idempotency ------------------------------------------------------------------------------------------------------------------------

create table private.idempotency_keys (
  person_id uuid not null,
  key text not null,
  verb text not null,
  body_hash text not null,
  answer jsonb not null,
  created_at timestamptz not null default now(),
  primary key (person_id, key),
  constraint idempotency_keys_are_of_sane_length check (length(key) between 1 and 255)
);
comment on table private.idempotency_keys is
  'Answers already given, by person and key. Written in the transaction of the effect, so a refusal leaves the key free.';

-- serves: private.purge_idempotency_keys
create index on private.idempotency_keys using brin (created_at);

create function private.recall_answer(person_id uuid, key text, verb text, body jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_known private.idempotency_keys;
begin
  if recall_answer.key is null then
    return null;
  end if;
  if length(recall_answer.key) not between 1 and 255 then
    perform private.fail('invalid_idempotency_key', 422, 'An idempotency key has 1 to 255 characters.', 'Send a UUID.');
  end if;
  perform pg_advisory_xact_lock(hashtextextended(recall_answer.person_id::text || recall_answer.key, 0));
  select * into v_known from private.idempotency_keys
  where idempotency_keys.person_id = recall_answer.person_id and idempotency_keys.key = recall_answer.key;
  if not found then
    return null;
  end if;
  if v_known.verb <> recall_answer.verb or v_known.body_hash <> md5(recall_answer.body::text) then
    perform private.fail('idempotency_key_reused', 422, 'This idempotency key was used for another request.', 'Send a new key for a new request, and the same key only to repeat one.');
  end if;
  return v_known.answer;
end
$$;
comment on function private.recall_answer(uuid, text, text, jsonb) is
  'The answer already given to this person for this key, or null. Waits for a twin that is still running. Another body is refused.';

create function private.remember_answer(person_id uuid, key text, verb text, body jsonb, answer jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if remember_answer.key is not null then
    insert into private.idempotency_keys (person_id, key, verb, body_hash, answer)
    values (remember_answer.person_id, remember_answer.key, remember_answer.verb, md5(remember_answer.body::text), remember_answer.answer);
  end if;
  return remember_answer.answer;
end
$$;
comment on function private.remember_answer(uuid, text, text, jsonb, jsonb) is 'Keeps the answer for its key, when there is one, and hands it back.';

create function private.amend_answer(person_id uuid, key text, verb text, subject_id uuid, answer jsonb)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update private.idempotency_keys set answer = amend_answer.answer
  where idempotency_keys.person_id = amend_answer.person_id and idempotency_keys.key = amend_answer.key and idempotency_keys.verb = amend_answer.verb
    and idempotency_keys.answer ->> 'id' = amend_answer.subject_id::text;
$$;
comment on function private.amend_answer(uuid, text, text, uuid, jsonb) is
  'Replaces the answer kept for a key by what a later step of the same request made of it; only an answer about this subject.';

create function private.given_answer(person_id uuid, verb text, body jsonb, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- nobody reads the kept answers
set search_path = ''
as $$
begin
  return private.recall_answer(coalesce(given_answer.person_id, '00000000-0000-0000-0000-000000000000'), given_answer.idempotency_key,
    coalesce(given_answer.verb, ''), coalesce(given_answer.body, 'null'));
end
$$;
comment on function private.given_answer(uuid, text, jsonb, text) is 'Does the work of public.given_answer.';
grant execute on function private.given_answer(uuid, text, jsonb, text) to service_role;

create function public.given_answer(person_id uuid, verb text, body jsonb, idempotency_key text)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.given_answer(given_answer.person_id, given_answer.verb, given_answer.body, given_answer.idempotency_key);
$$;
comment on function public.given_answer(uuid, text, jsonb, text) is
  'Secret key only: what this person was answered for this key by a verb that takes who asks as person_id; null when nothing was. A function asks it before it does what cannot be undone. Errors: invalid_idempotency_key, idempotency_key_reused.';
grant execute on function public.given_answer(uuid, text, jsonb, text) to service_role;

create function private.purge_idempotency_keys(older_than interval default '30 days')
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_purged integer;
begin
  delete from private.idempotency_keys where idempotency_keys.created_at < now() - purge_idempotency_keys.older_than;
  get diagnostics v_purged = row_count;
  return v_purged;
end
$$;
comment on function private.purge_idempotency_keys(interval) is 'Forgets answers older than the interval; returns how many. The worker calls it daily.';

-- status machines --------------------------------------------------------------------------------------------------------------------

create table private.status_moves (
  machine text not null,
  from_status text not null,
  to_status text not null,
  primary key (machine, from_status, to_status)
);
comment on table private.status_moves is 'Every allowed move of every status, as rows. How a row is born is up to the one verb that makes it.';

create table public.status_changes (
  id bigint generated always as identity primary key,
  machine text not null,
  subject_id uuid not null,
  from_status text not null,
  to_status text not null,
  reason text,
  actor_id uuid,
  request_id text,
  changed_at timestamptz not null default now()
);
comment on table public.status_changes is 'History of every status: who moved what from where to where, why and when. Append-only. Birth is in the row itself.';

-- serves: the history on an order page, in order
create index on public.status_changes (subject_id, id);

create trigger _100_refuse_change before update or delete on public.status_changes for each row execute function private.tg__refuse_change();

create function private.tg__guard_status()
returns trigger
language plpgsql
volatile
security definer -- writes history that no client may write
set search_path = ''
as $$
begin
  if not exists (
    select from private.status_moves
    where status_moves.machine = tg_argv[0] and status_moves.from_status = old.status and status_moves.to_status = new.status
  ) then
    perform private.fail('illegal_status_move', 409, format('%s cannot go from %s to %s.', initcap(tg_argv[0]), old.status, new.status), 'Read it again: it may have moved on meanwhile.');
  end if;
  insert into public.status_changes (machine, subject_id, from_status, to_status, reason, actor_id, request_id)
  values (tg_argv[0], new.id, old.status, new.status, nullif(current_setting('seatline.reason', true), ''), auth.uid(), private.request_id());
  return null;
end
$$;
comment on function private.tg__guard_status() is
  'After a status changed: refuses a move that private.status_moves (machine = first trigger argument) does not have, and writes history.';

create function private.give_reason(reason text)
returns void
language plpgsql -- in every purchase: see private.request_id
volatile
security invoker
set search_path = ''
as $$
begin
  perform set_config('seatline.reason', coalesce(left(give_reason.reason, 500), ''), true);
end
$$;
comment on function private.give_reason(text) is 'The reason that the status changes of this transaction carry from here on.';
