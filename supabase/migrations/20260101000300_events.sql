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
  correlation_id text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz not null default now(),
  constraint processes_run_once_per_event unique (task, event_id),
  constraint processes_have_a_known_status check (status in ('queued', 'running', 'done', 'failed', 'cancelled')),
  constraint processes_end_when_they_are_done check ((finished_at is not null) = (status in ('done', 'failed', 'cancelled'))),
  constraint processes_count_attempts_upwards check (attempts >= 0)
);
comment on table public.processes is 'One row per background job: what it is for, how often it was tried, how it ended. Same id from request to mail in correlation_id.';

create index on public.processes (event_id);
-- serves: an operator's list of what failed or is running
create index on public.processes (status, created_at) where status in ('queued', 'running', 'failed');
-- serves: what ran for one order
create index on public.processes (subject_id);

insert into private.status_moves (machine, from_status, to_status) values
  ('process', 'queued', 'running'), ('process', 'queued', 'cancelled'), ('process', 'queued', 'failed'),
  ('process', 'running', 'done'), ('process', 'running', 'failed'), ('process', 'running', 'queued'), ('process', 'failed', 'queued'),
  ('process', 'failed', 'running');

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
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.processes
  set status = 'running', attempts = processes.attempts + 1, started_at = now(), finished_at = null, error = null
  where processes.id = start_process.process_id and processes.status in ('queued', 'failed');
  if found then
    return true;
  end if;
  -- a run whose worker died is taken up again; a finished or cancelled one is not
  update public.processes set attempts = processes.attempts + 1, started_at = now()
  where processes.id = start_process.process_id and processes.status = 'running';
  return found;
end
$$;
comment on function private.start_process(uuid) is 'Marks one more attempt; false when the process is done or cancelled, and the job should return quietly.';

create function private.finish_process(process_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.processes set status = 'done', finished_at = now(), error = null
  where processes.id = finish_process.process_id and processes.status = 'running';
$$;
comment on function private.finish_process(uuid) is 'Marks a running process done; called in the transaction of its effect where the effect is in the database.';

create function private.fail_process(process_id uuid, error text, final boolean default false)
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
  where processes.id = fail_process.process_id and processes.status = 'running';
$$;
comment on function private.fail_process(uuid, text, boolean) is 'Keeps why an attempt failed: back to queued for the next one, or failed when it was the last.';

create function private.retry_process(process_id uuid)
returns public.processes
language plpgsql
volatile
security definer -- staff may ask for a retry, not write the row
set search_path = ''
as $$
declare
  v_process public.processes;
begin
  if not (private.is_service() or private.has_permission('processes.write')) then
    perform private.fail('permission_denied', 403, 'Retrying a process needs the permission processes.write.', 'Ask an admin for a role that has it.');
  end if;
  update public.processes set status = 'queued', finished_at = null, error = null
  where processes.id = retry_process.process_id and processes.status = 'failed'
  returning processes.* into v_process;
  if not found then
    perform private.fail('process_not_retryable', 409, 'Only a failed process can be retried.', 'Read its status first.');
  end if;
  perform private.emit('process.retried', 'process', v_process.id, jsonb_build_object('task', v_process.task, 'process_id', v_process.id));
  return v_process;
end
$$;
comment on function private.retry_process(uuid) is 'Does the work of public.retry_process.';
grant execute on function private.retry_process(uuid) to authenticated, service_role;

create function public.retry_process(process_id uuid)
returns public.processes
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.retry_process(retry_process.process_id);
$$;
comment on function public.retry_process(uuid) is
  'Staff (processes.write): queues a failed process again and answers it. Errors: permission_denied, process_not_retryable.';
grant execute on function public.retry_process(uuid) to authenticated, service_role;
