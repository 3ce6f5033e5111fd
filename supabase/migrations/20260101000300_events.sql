/*
Events: the transactional log that everything after a sale hangs on, and the processes that show each background job.

Promise: an event exists exactly when its cause was committed. No notify in the hot path (it serialises commits): the relay polls.
Under concurrency: relays take batches with skip locked and send the jobs in the same transaction that sets relayed_at.
*/

create table public.events (
  id bigint generated always as identity primary key,
  name text not null,
  subject_type text not null,
  subject_id uuid not null,
  payload jsonb not null default '{}',
  actor_id uuid,
  correlation_id text,
  occurred_at timestamptz not null default now(),
  relayed_at timestamptz,
  constraint events_are_named_subject_dot_verb check (name ~ '^[a-z_]+\.[a-z_]+$')
);
comment on table public.events is 'What happened, in the transaction in which it happened. Payloads hold ids, never personal data.';

-- serves: the relay's batch and the oldest-event metric
create index on public.events (id) where relayed_at is null;
-- serves: everything that happened to one order
create index on public.events (subject_id, id);

create function private.emit(name text, subject_type text, subject_id uuid, payload jsonb default '{}')
returns void
language plpgsql -- in every purchase: see private.request_id
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.events (name, subject_type, subject_id, payload, actor_id, correlation_id)
  values (emit.name, emit.subject_type, emit.subject_id, emit.payload, auth.uid(), private.request_id());
end
$$;
comment on function private.emit(text, text, uuid, jsonb) is 'Adds one event to the log of this transaction.';

create function private.emit_each(names text[], subject_type text, subject_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_actor_id uuid := auth.uid();
  v_request_id text := private.request_id();
begin
  insert into public.events (name, subject_type, subject_id, actor_id, correlation_id)
  select unnest(emit_each.names), emit_each.subject_type, emit_each.subject_id, v_actor_id, v_request_id;
end
$$;
comment on function private.emit_each(text[], text, uuid) is 'Adds several events about one subject, in this order, in one statement: what a purchase needs.';

alter table public.events enable row level security;
create policy select_staff on public.events for select to authenticated using ((select private.has_permission('events.read')));
grant select on public.events to authenticated, service_role;
-- not granted: insert, update, delete. Only private.emit writes, only the relay marks.

-- processes --------------------------------------------------------------------------------------------------------------------------

create table public.processes (
  id uuid primary key default gen_random_uuid(),
  task text not null,
  event_id bigint references public.events (id) on delete restrict,
  subject_type text not null,
  subject_id uuid,
  status text not null default 'queued',
  attempts integer not null default 0,
  error text,
  message text,
  progress integer,
  correlation_id text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  reported_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz not null default now(),
  constraint processes_run_once_per_event unique (task, event_id),
  constraint processes_have_a_known_status check (status in ('queued', 'running', 'waiting', 'done', 'failed', 'cancelled')),
  constraint processes_count_progress_in_percent check (progress between 0 and 100),
  constraint processes_end_when_they_are_done check ((finished_at is not null) = (status in ('done', 'failed', 'cancelled'))),
  constraint processes_count_attempts_upwards check (attempts >= 0)
);
comment on table public.processes is
  'One row per background job: what it is for, how often it was tried, how it ended; waiting means that a system outside has it and reports. Same id from request to mail in correlation_id.';

create index on public.processes (event_id);
-- serves: an operator's list of what failed or is running
create index on public.processes (status, created_at) where status in ('queued', 'running', 'waiting', 'failed');
-- serves: what ran for one order
create index on public.processes (subject_id);

insert into private.status_moves (machine, from_status, to_status) values
  ('process', 'queued', 'running'), ('process', 'queued', 'cancelled'), ('process', 'queued', 'failed'),
  ('process', 'running', 'done'), ('process', 'running', 'failed'), ('process', 'running', 'queued'), ('process', 'running', 'cancelled'), ('process', 'failed', 'queued'),
  ('process', 'failed', 'running'),
  -- handed to a system outside, which may report before our own attempt has heard its answer
  ('process', 'running', 'waiting'), ('process', 'queued', 'waiting'), ('process', 'waiting', 'done'),
  ('process', 'waiting', 'failed');

create trigger _100_stamp_update before update on public.processes for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.processes for each row when (old.status <> new.status) execute function private.tg__guard_status('process');

alter table public.processes enable row level security;
create policy select_staff on public.processes for select to authenticated using ((select private.has_permission('processes.read')));
grant select on public.processes to authenticated, service_role;
-- not granted: insert, update, delete. The verbs below write.

create function private.queue_process(task text, event_id bigint, subject_type text, subject_id uuid, correlation_id text default null)
returns uuid
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into public.processes (task, event_id, subject_type, subject_id, correlation_id)
  values (queue_process.task, queue_process.event_id, queue_process.subject_type, queue_process.subject_id, queue_process.correlation_id)
  on conflict on constraint processes_run_once_per_event do update set task = excluded.task
  returning processes.id;
$$;
comment on function private.queue_process(text, bigint, text, uuid, text) is
  'Registers a job in the relay''s transaction; the same task of the same event is one process, however often it is relayed.';

create function private.start_process(process_id uuid)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_attempt integer;
begin
  update public.processes
  set status = 'running', attempts = processes.attempts + 1, started_at = now(), finished_at = null, error = null
  where processes.id = start_process.process_id
    and (processes.status = 'queued' or processes.status = 'failed' and processes.reported_at is null)
  returning processes.attempts into v_attempt;
  if found then
    return v_attempt;
  end if;
  -- a run whose worker died, or seemed to, is taken up again; a finished or cancelled one is not
  update public.processes set attempts = processes.attempts + 1, started_at = now()
  where processes.id = start_process.process_id and processes.status = 'running'
  returning processes.attempts into v_attempt;
  return v_attempt;
end
$$;
comment on function private.start_process(uuid) is
  'Marks one more attempt and gives its number, by which it says how it ended; null when the process is done, cancelled, in other hands or was reported failed from there: then the job should return quietly.';

create function private.finish_process(process_id uuid, message text default null, attempt integer default null)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.processes set status = 'done', finished_at = now(), error = null, message = left(finish_process.message, 500)
  where processes.id = finish_process.process_id and processes.status = 'running' and processes.attempts = coalesce(finish_process.attempt, processes.attempts);
$$;
comment on function private.finish_process(uuid, text, integer) is
  'Marks a running process done; called in the transaction of its effect where the effect is in the database. An attempt that another overtook marks nothing.';

create function private.hand_over_process(process_id uuid, message text default null, attempt integer default null)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.processes set status = 'waiting', error = null, message = left(hand_over_process.message, 500)
  where processes.id = hand_over_process.process_id and processes.status = 'running' and processes.attempts = coalesce(hand_over_process.attempt, processes.attempts);
$$;
comment on function private.hand_over_process(uuid, text, integer) is 'A system outside has taken the work and will report by update_process. One that has reported already is left as it says.';

create function private.fail_process(process_id uuid, error text, final boolean default false, attempt integer default null)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.processes
  set status = case when fail_process.final then 'failed' else 'queued' end,
    finished_at = case when fail_process.final then now() end,
    error = left(fail_process.error, 2000)
  where processes.id = fail_process.process_id and processes.status = 'running' and processes.attempts = coalesce(fail_process.attempt, processes.attempts);
$$;
comment on function private.fail_process(uuid, text, boolean, integer) is
  'Keeps why an attempt failed: back to queued for the next one, or failed when it was the last. An attempt that another overtook says nothing.';

create function private.retry_process(process_id uuid, idempotency_key text)
returns public.processes
language plpgsql
volatile
security definer -- staff may ask for a retry, not write the row
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := to_jsonb(retry_process.process_id);
  v_answer jsonb;
  v_process public.processes;
begin
  if not (private.is_service() or private.has_permission('processes.write')) then
    perform private.fail('permission_denied', 403, 'Retrying a process needs the permission processes.write.', 'Ask an admin for a role that has it.');
  end if;
  v_answer := private.recall_answer(v_person_id, retry_process.idempotency_key, 'retry_process', v_body);
  if v_answer is not null then
    return jsonb_populate_record(null::public.processes, v_answer);
  end if;
  update public.processes set status = 'queued', finished_at = null, error = null, message = null, progress = null, reported_at = null
  where processes.id = retry_process.process_id and processes.status = 'failed'
  returning processes.* into v_process;
  if not found then
    perform private.fail('process_not_retryable', 409, 'Only a failed process can be retried.', 'Read its status first.');
  end if;
  perform private.emit('process.retried', 'process', v_process.id, jsonb_build_object('task', v_process.task, 'process_id', v_process.id));
  perform private.remember_answer(v_person_id, retry_process.idempotency_key, 'retry_process', v_body, to_jsonb(v_process));
  return v_process;
end
$$;
comment on function private.retry_process(uuid, text) is 'Does the work of public.retry_process.';
grant execute on function private.retry_process(uuid, text) to authenticated, service_role;

create function public.retry_process(process_id uuid, idempotency_key text default null)
returns public.processes
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.retry_process(retry_process.process_id, retry_process.idempotency_key);
$$;
comment on function public.retry_process(uuid, text) is
  'Staff (processes.write): queues a failed process again and answers it. Errors: permission_denied, process_not_retryable, idempotency_key_reused.';
grant execute on function public.retry_process(uuid, text) to authenticated, service_role;

-- reports ----------------------------------------------------------------------------------------------------------------------------

create table private.process_reporters (
  reporter text not null,
  task text not null,
  primary key (reporter, task),
  constraint process_reporters_are_snake_case check (reporter ~ '^[a-z][a-z_]{1,40}$')
);
comment on table private.process_reporters is 'Which system outside may report on the processes of which task. Its secret is in the environment of the function process-update.';

create function private.update_process(process_id uuid, status text, message text, progress integer, reporter text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- reporters and staff may say how it stands, not write the row
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_key text := coalesce(update_process.reporter || ' ', '') || update_process.idempotency_key; -- reporters share no keys
  v_body jsonb := jsonb_build_array(update_process.process_id, update_process.status, update_process.message, update_process.progress);
  v_answer jsonb;
  v_process public.processes;
begin
  if not (private.is_service() or private.has_permission('processes.write')) then
    perform private.fail('permission_denied', 403, 'Reporting on a process needs the permission processes.write.', 'Ask an admin for a role that has it.');
  end if;
  v_answer := private.recall_answer(v_person_id, v_key, 'update_process', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(update_process.status, '') not in ('waiting', 'done', 'failed') or update_process.progress not between 0 and 100 or length(update_process.message) > 500 then
    perform private.fail('invalid_report', 422, 'A report says waiting, done or failed, a progress from 0 to 100, and at most 500 characters.', 'Correct it and send it again.');
  end if;
  select processes.* into v_process from public.processes
  where processes.id = update_process.process_id and exists (
    select from private.process_reporters
    where process_reporters.task = processes.task and process_reporters.reporter = coalesce(update_process.reporter, process_reporters.reporter)
  ) for update;
  if v_process.id is null then
    perform private.fail('process_not_found', 404, 'There is no such process to report on.', 'Send the process_id that came with the work.');
  end if;
  -- said before, in other words: an end is told once
  if not (v_process.status = update_process.status and v_process.status in ('done', 'failed')) then
    perform private.give_reason(update_process.message);
    -- its answer to our push was lost, but it has the work
    update public.processes set status = 'waiting' where processes.id = v_process.id and processes.status = 'queued';
    update public.processes
    set status = update_process.status, message = coalesce(update_process.message, processes.message),
      progress = case when update_process.status = 'done' then 100 else coalesce(update_process.progress, processes.progress) end,
      error = case when update_process.status = 'failed' then coalesce(update_process.message, 'reported as failed') end,
      reported_at = now(), finished_at = case when update_process.status in ('done', 'failed') then now() end
    where processes.id = v_process.id returning processes.* into v_process;
    perform private.give_reason(null);
  end if;
  return private.remember_answer(v_person_id, v_key, 'update_process', v_body, jsonb_build_object('id', v_process.id, 'task', v_process.task,
    'status', v_process.status, 'message', v_process.message, 'progress', v_process.progress, 'reported_at', v_process.reported_at));
end
$$;
comment on function private.update_process(uuid, text, text, integer, text, text) is 'Does the work of public.update_process. Which moves are allowed is said by private.status_moves.';
grant execute on function private.update_process(uuid, text, text, integer, text, text) to authenticated, service_role;

create function public.update_process(
  process_id uuid, status text, message text default null, progress integer default null, reporter text default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.update_process(update_process.process_id, update_process.status, update_process.message, update_process.progress, update_process.reporter, update_process.idempotency_key);
$$;
comment on function public.update_process(uuid, text, text, integer, text, text) is
  'Says how work stands that a system outside has: waiting (with progress), done or failed. That system calls the function process-update, which names it as reporter; staff (processes.write) may say it by hand. '
  'Errors: permission_denied, process_not_found, invalid_report, illegal_status_move, idempotency_key_reused.';
grant execute on function public.update_process(uuid, text, text, integer, text, text) to authenticated, service_role;
