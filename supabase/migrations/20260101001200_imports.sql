/*
Imports: products, prices and stock that staff bring and take as CSV.

Promise: a file is applied as a whole, once, or not at all; a dry run says what it would do and writes nothing. Whatever is wrong is told by row
and column, the first thousand of it word for word. What an import writes passes the same constraints, triggers and functions as what is written
by hand, is audited under the name of whoever started it, and needs that person's permission again at the moment of writing.
Under concurrency: a run of an import has a number. Whoever starts a run takes the next one and throws away what an earlier run had staged; a run
that was overtaken finds that out under the lock of the import's row, which the one who applies holds. Imports apply one after the other.
*/

insert into public.settings (key, value, description) values
  ('import_max_rows', '200000', 'The most rows that a CSV file of an import may have.'),
  ('import_max_bytes', '52428800', 'The most bytes that a CSV file of an import may have; the bucket takes 50 MB.'),
  ('import_days', '30', 'For how many days files and reports of imports and exports are kept.');

create table public.imports (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  dry_run boolean not null,
  file_name text not null,
  path text not null unique generated always as ('imports/' || id) stored,
  status text not null default 'uploading',
  created_by uuid references public.profiles (id) on delete restrict,
  byte_size bigint,
  columns text[],
  run integer not null default 0,
  progress integer not null default 0,
  row_count integer not null default 0,
  error_count integer not null default 0,
  result jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint imports_are_of_a_known_kind check (kind in ('products', 'prices', 'stock')),
  constraint imports_have_a_known_status check (status in ('uploading', 'queued', 'running', 'done', 'refused')),
  constraint imports_have_a_file_with_a_name check (file_name ~ '^[^/\\[:cntrl:]]{1,200}$'),
  constraint imports_count_progress_in_percent check (progress between 0 and 100),
  constraint imports_end_when_they_are_done check ((finished_at is not null) = (status in ('done', 'refused'))),
  constraint imports_tell_what_they_did check ((result is not null) = (status = 'done'))
);
comment on table public.imports is
  'A CSV file that staff bring. done: applied, or with dry_run looked through, result says what was or would be created, changed and left; refused: nothing was written, import_errors says why. '
  'Its background job is the row of processes with this subject_id.';
-- serves: the newest imports, and the tidying up of old ones
create index on public.imports (created_at desc, id desc);
create index on public.imports (created_by);

insert into private.status_moves (machine, from_status, to_status) values
  ('import', 'uploading', 'queued'), ('import', 'queued', 'running'), ('import', 'running', 'done'), ('import', 'running', 'refused');

create trigger _100_stamp_update before update on public.imports for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.imports for each row when (old.status <> new.status) execute function private.tg__guard_status('import');
create trigger _300_discard_object after delete on public.imports for each row execute function private.tg_media__discard_object('imports');

alter table public.imports enable row level security;
create policy select_staff on public.imports for select to authenticated using (
  kind = 'products' and (select private.has_permission('catalog.write')) or kind = 'prices' and (select private.has_permission('pricing.write'))
  or kind = 'stock' and (select private.has_permission('inventory.write')) or (select private.has_permission('audit.read')));
grant select on public.imports to authenticated, service_role;
-- not granted: any write. start_import makes the row, the worker moves it.

create table public.import_errors (
  id bigint generated always as identity primary key,
  import_id uuid not null references public.imports (id) on delete cascade,
  row_number integer,
  column_name text,
  code text not null,
  message text not null
);
comment on table public.import_errors is
  'The first thousand things that are wrong with a file, by row: row_number as a spreadsheet counts (the header is 1; null: the whole file), the column, a stable code, a sentence.';
-- serves: the report of an import, in order
create index on public.import_errors (import_id, id);

alter table public.import_errors enable row level security;
create policy select_staff on public.import_errors for select to authenticated
  using (exists (select from public.imports where imports.id = import_errors.import_id));
grant select on public.import_errors to authenticated, service_role;
-- not granted: any write. Only a run writes.

-- what a run works on: thrown away when it ends, and by Postgres after a crash, which the run then notices ------------------------------------

-- no foreign keys: nobody deletes an import that runs, and looking for it at each of a hundred thousand rows takes longer than reading them
create unlogged table private.import_rows (
  import_id uuid not null,
  row_number integer not null,
  record jsonb not null,
  primary key (import_id, row_number)
);
comment on table private.import_rows is 'The rows of a file as {column: cell}.';

create unlogged table private.import_findings (
  id bigint generated always as identity primary key,
  import_id uuid not null,
  row_number integer,
  column_name text,
  code text not null,
  message text not null
);
comment on table private.import_findings is 'Everything that a run found wrong, before the first thousand of it become import_errors.';
create index on private.import_findings (import_id, row_number);

-- permissions ------------------------------------------------------------------------------------------------------------------------------

create function private.require_import_permission(kind text, writes boolean)
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_needed text[] := case require_import_permission.kind
    when 'products' then '{catalog.write}' when 'prices' then '{catalog.write,pricing.write}' when 'stock' then '{inventory.write}' end;
  v_permission text;
begin
  if v_needed is null then
    perform private.fail('invalid_import', 422, 'A file is of products, prices or stock.', 'Send kind as one of products, prices and stock.');
  end if;
  if not require_import_permission.writes then
    v_needed := case require_import_permission.kind when 'products' then '{catalog.read}' when 'prices' then '{pricing.read}' else '{inventory.read}' end;
  end if;
  foreach v_permission in array v_needed loop
    if not (private.is_service() or private.has_permission(v_permission)) then
      perform private.fail('permission_denied', 403, format('This needs the permission %s.', v_permission), 'Ask an admin for a role that has it.');
    end if;
  end loop;
  return coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
end
$$;
comment on function private.require_import_permission(text, boolean) is
  'The person under whom answers are kept. An import needs what writing by hand needs, an export what reading needs. Refuses invalid_import and permission_denied.';

-- verbs of staff -----------------------------------------------------------------------------------------------------------------------------

create function private.start_import(kind text, file_name text, dry_run boolean, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write these rows themselves
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_import_permission(start_import.kind, true);
  v_body jsonb := jsonb_build_object('kind', start_import.kind, 'file_name', start_import.file_name, 'dry_run', start_import.dry_run);
  v_answer jsonb := private.recall_answer(v_person_id, start_import.idempotency_key, 'start_import', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(start_import.file_name, '') !~ '^[^/\\[:cntrl:]]{1,200}$' then
    perform private.fail('invalid_import', 422, 'A file has a name of 1 to 200 characters.', 'Send something like products.csv.');
  end if;
  insert into public.imports (kind, file_name, dry_run, created_by)
  values (start_import.kind, start_import.file_name, coalesce(start_import.dry_run, true), auth.uid())
  returning jsonb_build_object('id', imports.id, 'kind', imports.kind, 'dry_run', imports.dry_run, 'status', imports.status, 'path', imports.path) into v_answer;
  return private.remember_answer(v_person_id, start_import.idempotency_key, 'start_import', v_body, v_answer);
end
$$;
comment on function private.start_import(text, text, boolean, text) is 'Does the work of public.start_import.';
grant execute on function private.start_import(text, text, boolean, text) to authenticated, service_role;

create function public.start_import(kind text, file_name text, dry_run boolean default true, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_import(start_import.kind, start_import.file_name, start_import.dry_run, start_import.idempotency_key);
$$;
comment on function public.start_import(text, text, boolean, text) is
  'Staff (products: catalog.write; prices: catalog.write and pricing.write; stock: inventory.write): makes the row of an import and answers {id, kind, dry_run, status, path}. The function import-upload calls it and signs. '
  'Errors: permission_denied, invalid_import, idempotency_key_reused.';
grant execute on function public.start_import(text, text, boolean, text) to authenticated, service_role;

create function private.find_import(import_id uuid)
returns jsonb
language plpgsql
stable
security definer -- shows the job to staff who may not see other jobs
set search_path = ''
as $$
declare
  v_import public.imports;
begin
  select * into v_import from public.imports where imports.id = find_import.import_id;
  if v_import.id is null or not (private.is_service() or private.has_permission('audit.read') or private.has_permission(
    case v_import.kind when 'products' then 'catalog.write' when 'prices' then 'pricing.write' else 'inventory.write' end)) then
    perform private.fail('import_not_found', 404, 'There is no such import, or it is not for you to see.', 'Check the id.');
  end if;
  return to_jsonb(v_import) - 'run' || jsonb_build_object(
    'process', (
      select jsonb_build_object('id', processes.id, 'status', processes.status, 'attempts', processes.attempts, 'error', processes.error)
      from public.processes where processes.subject_id = v_import.id order by processes.created_at desc limit 1),
    'errors', (
      select coalesce(jsonb_agg(jsonb_build_object('row_number', import_errors.row_number, 'column_name', import_errors.column_name,
        'code', import_errors.code, 'message', import_errors.message) order by import_errors.id), '[]')
      from public.import_errors where import_errors.import_id = v_import.id));
end
$$;
comment on function private.find_import(uuid) is 'Does the work of public.find_import.';
grant execute on function private.find_import(uuid) to authenticated, service_role;

create function public.find_import(import_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.find_import(find_import.import_id);
$$;
comment on function public.find_import(uuid) is
  'Staff who may import that kind, or read the audit log: the row of an import with its job {id, status, attempts, error} and the errors that were kept. Errors: import_not_found.';
grant execute on function public.find_import(uuid) to authenticated, service_role;

create function private.queue_import(import_id uuid, byte_size bigint, person_id uuid default null, idempotency_key text default null)
returns jsonb
language plpgsql
volatile
security definer -- the service role may not write these rows either
set search_path = ''
as $$
declare
  v_limit bigint := private.setting('import_max_bytes')::bigint;
  v_person_id uuid := coalesce(queue_import.person_id, '00000000-0000-0000-0000-000000000000');
  v_body jsonb := to_jsonb(queue_import.import_id);
  v_answer jsonb := private.recall_answer(v_person_id, queue_import.idempotency_key, 'queue_import', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(queue_import.byte_size, 0) not between 1 and v_limit then
    perform private.fail('file_too_large', 413, format('A file of an import has 1 to %s bytes.', v_limit),
      case when queue_import.byte_size > v_limit then 'Split it into several.' else 'Send a header and the rows below it.' end);
  end if;
  update public.imports set status = 'queued', byte_size = queue_import.byte_size
  where imports.id = queue_import.import_id and imports.status = 'uploading';
  if found then
    perform private.emit('import.queued', 'import', queue_import.import_id);
  end if;
  return private.remember_answer(v_person_id, queue_import.idempotency_key, 'queue_import', v_body, private.find_import(queue_import.import_id));
end
$$;
comment on function private.queue_import(uuid, bigint, uuid, text) is 'Does the work of public.queue_import.';
grant execute on function private.queue_import(uuid, bigint, uuid, text) to service_role;

create function public.queue_import(import_id uuid, byte_size bigint, person_id uuid default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.queue_import(queue_import.import_id, queue_import.byte_size, queue_import.person_id, queue_import.idempotency_key);
$$;
comment on function public.queue_import(uuid, bigint, uuid, text) is
  'Secret key only: the file of an import has arrived, with so many bytes, as the function import-upload found out; a second time changes nothing. Answers the import. Errors: import_not_found, file_too_large.';
grant execute on function public.queue_import(uuid, bigint, uuid, text) to service_role;
