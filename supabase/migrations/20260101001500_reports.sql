/*
Reports: what staff ask of the books as a whole, answered away from buyers.

Promise: a report is asked for here and counted elsewhere: the worker reads it from the replica (REPLICA_DATABASE_URL) in one look, under one snapshot, and
keeps its rows with the moment of the data (as_of). Nothing is decided from it. Asking and reading cost one row each, whatever the report has to count.
Under concurrency: asking again for what is young enough answers the report that is there, so ten people who open one page count once.
*/

insert into public.permissions (name, description) values ('reports.read', 'Ask for reports on sales, customers, courses, taxes and payments.');
insert into public.role_permissions (role, permission) values ('admin', 'reports.read'), ('auditor', 'reports.read'), ('finance', 'reports.read');

insert into public.settings (key, value, description) values
  ('report_days', '30', 'For how many days the rows of a report are kept.'),
  ('report_max_rows', '10000', 'The most rows that a report keeps.');

create table private.report_kinds (
  kind text primary key,
  permission text not null references public.permissions (name) on delete restrict,
  columns text[] not null,
  description text not null,
  constraint report_kinds_are_snake_case check (kind ~ '^[a-z][a-z_]{1,40}$'),
  constraint report_kinds_have_columns check (cardinality(columns) > 0)
);
comment on table private.report_kinds is 'What can be asked, which permission it needs, and the names of its columns in their order. Each is counted by private.report_<kind>.';
create index on private.report_kinds (permission);

create table public.reports (
  id uuid primary key default gen_random_uuid(),
  kind text not null references private.report_kinds (kind) on delete restrict,
  parameters jsonb not null,
  status text not null default 'queued',
  created_by uuid references public.profiles (id) on delete set null,
  as_of timestamptz,
  row_count integer,
  truncated boolean,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint reports_have_a_known_status check (status in ('queued', 'done')),
  constraint reports_are_known_once_done check ((status = 'done') = (num_nulls(as_of, row_count, truncated, finished_at) = 0)),
  constraint reports_take_parameters_by_name check (jsonb_typeof(parameters) = 'object')
);
comment on table public.reports is
  'A question to the books, with every parameter filled in. as_of: the moment of the data that answered it. truncated: there would have been more rows. Its background job is the row of processes with this subject_id.';
-- serves: a young report of the same question
create index on public.reports (kind, created_at desc, id desc);
create index on public.reports (created_by);

create table private.report_rows (
  report_id uuid primary key references public.reports (id) on delete cascade,
  rows jsonb not null,
  constraint report_rows_are_a_list check (jsonb_typeof(rows) = 'array')
);
comment on table private.report_rows is 'What a report found, a list of objects.';

insert into private.status_moves (machine, from_status, to_status) values ('report', 'queued', 'done');

create trigger _100_stamp_update before update on public.reports for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.reports for each row when (old.status <> new.status) execute function private.tg__guard_status('report');

create function private.readable_report_kinds()
returns text[]
language sql
stable
security definer -- policies ask it
set search_path = ''
as $$
  select coalesce(array_agg(report_kinds.kind), '{}') from private.report_kinds where private.has_permission(report_kinds.permission);
$$;
comment on function private.readable_report_kinds() is 'The kinds of reports that the caller may ask for and read, whoever asked first.';
grant execute on function private.readable_report_kinds() to authenticated;

alter table public.reports enable row level security;
create policy select_staff on public.reports for select to authenticated using (kind = any ((select private.readable_report_kinds())::text[]));
grant select on public.reports to authenticated, service_role;
-- not granted: any write. request_report asks, the worker answers.
-- not granted: anything on private.report_rows and private.report_kinds.

-- asking ---------------------------------------------------------------------------------------------------------------------------------

create type private.report_wish as (
  from_at timestamptz, to_at timestamptz, bucket text, time_zone text, currency text, max_rows integer, names text[], after_id bigint
);
comment on type private.report_wish is 'The parameters of a report, read: [from_at, to_at), cut into buckets by the calendar of time_zone.';

create function private.report_moment(value jsonb, time_zone text)
returns timestamptz
language sql
stable
security invoker
set search_path = ''
as $$
  select case
    when jsonb_typeof(report_moment.value) <> 'string' then null
    when report_moment.value #>> '{}' ~ '^\d{4}-\d\d-\d\d$' and pg_input_is_valid(report_moment.value #>> '{}', 'timestamp')
      then (report_moment.value #>> '{}')::timestamp at time zone report_moment.time_zone
    when report_moment.value #>> '{}' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d' and pg_input_is_valid(report_moment.value #>> '{}', 'timestamptz')
      then (report_moment.value #>> '{}')::timestamptz
  end;
$$;
comment on function private.report_moment(jsonb, text) is 'A date, which begins at midnight of the time zone, or a moment, as ISO 8601; null when it is neither.';

create function private.check_report_parameters(kind text, parameters jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_buckets constant text[] := '{hour,day,week,month,year}';
  v_names constant text[] := case when check_report_parameters.kind = 'events'
    then '{from,to,time_zone,limit,names,after_id}'::text[] else '{from,to,bucket,time_zone,currency,limit}'::text[] end;
  v_zone text := coalesce(check_report_parameters.parameters ->> 'time_zone', private.setting('shop_time_zone') #>> '{}');
  v_most constant integer := private.setting('report_max_rows');
  v_unknown text;
  v_from timestamptz;
  v_to timestamptz;
  v_bucket text := coalesce(check_report_parameters.parameters ->> 'bucket', 'day');
  v_limit jsonb := coalesce(check_report_parameters.parameters -> 'limit', to_jsonb(v_most));
  v_after jsonb := check_report_parameters.parameters -> 'after_id';
begin
  select key into v_unknown from jsonb_object_keys(check_report_parameters.parameters) as key where key <> all (v_names) order by key limit 1;
  if v_unknown is not null then
    perform private.fail('invalid_report_request', 422, 'This report does not take one of the parameters.', format('It takes %s.', array_to_string(v_names, ', ')));
  end if;
  if not exists (select from pg_catalog.pg_timezone_names where pg_timezone_names.name = v_zone) then
    perform private.fail('invalid_report_request', 422, 'time_zone is no time zone.', 'Send an IANA name such as Asia/Jakarta, or leave it out.');
  end if;
  v_to := private.report_moment(coalesce(check_report_parameters.parameters -> 'to', to_jsonb((date_trunc('day', now(), v_zone) + interval '1 day'))), v_zone);
  v_from := private.report_moment(coalesce(check_report_parameters.parameters -> 'from', to_jsonb(v_to - interval '30 days')), v_zone);
  if v_from is null or v_to is null or v_from >= v_to or v_to - v_from > interval '3660 days' then
    perform private.fail('invalid_report_request', 422, 'from and to are dates or moments, from before to, at most ten years apart.', 'Send 2026-01-01 or 2026-01-01T00:00:00Z.');
  end if;
  if v_bucket <> all (v_buckets) or v_bucket = 'hour' and v_to - v_from > interval '62 days' then
    perform private.fail('invalid_report_request', 422, 'bucket is hour, day, week, month or year; hours for at most 62 days.', 'Take a larger bucket, or a shorter time.');
  end if;
  if check_report_parameters.parameters ? 'currency' and not exists (select from public.currencies where currencies.code = check_report_parameters.parameters ->> 'currency') then
    perform private.fail('invalid_report_request', 422, 'The shop does not know this currency.', 'Send a code of the table currencies, or leave it out for all.');
  end if;
  if jsonb_typeof(v_limit) <> 'number' or (v_limit #>> '{}')::numeric not between 1 and v_most or (v_limit #>> '{}')::numeric % 1 <> 0 then
    perform private.fail('invalid_report_request', 422, format('limit is a whole number from 1 to %s.', v_most), 'Send fewer, or leave it out.');
  end if;
  if v_after is not null and (jsonb_typeof(v_after) <> 'number' or (v_after #>> '{}')::numeric not between 0 and 9007199254740991 or (v_after #>> '{}')::numeric % 1 <> 0) then
    perform private.fail('invalid_report_request', 422, 'after_id is the id of an event.', 'Take the id of the last row.');
  end if;
  if check_report_parameters.parameters ? 'names' and (jsonb_typeof(check_report_parameters.parameters -> 'names') <> 'array'
    or jsonb_array_length(check_report_parameters.parameters -> 'names') > 100
    or exists (select from jsonb_array_elements(check_report_parameters.parameters -> 'names') as name where jsonb_typeof(name) <> 'string')) then
    perform private.fail('invalid_report_request', 422, 'names is a list of at most 100 names of events.', 'Send ["order.paid"], or leave it out for all.');
  end if;
  return jsonb_strip_nulls(check_report_parameters.parameters || jsonb_build_object('from', v_from, 'to', v_to, 'time_zone', v_zone, 'limit', v_limit)
    || case when check_report_parameters.kind = 'events' then '{}' else jsonb_build_object('bucket', v_bucket) end);
end
$$;
comment on function private.check_report_parameters(text, jsonb) is
  'The parameters with everything filled in: the last thirty days by day on the shop''s calendar unless said otherwise. Refuses invalid_report_request.';

create function private.require_report_permission(kind text)
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_permission text;
begin
  select report_kinds.permission into v_permission from private.report_kinds where report_kinds.kind = require_report_permission.kind;
  if v_permission is null then
    perform private.fail('invalid_report_request', 422, 'There is no such report.',
      format('Ask for one of %s.', (select string_agg(report_kinds.kind, ', ' order by report_kinds.kind) from private.report_kinds)));
  end if;
  if not (private.is_service() or private.has_permission(v_permission)) then
    perform private.fail('permission_denied', 403, format('This report needs the permission %s.', v_permission), 'Ask an admin for a role that has it.');
  end if;
  return coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
end
$$;
comment on function private.require_report_permission(text) is 'The person under whom answers are kept. Refuses invalid_report_request and permission_denied.';

create function private.request_report(kind text, parameters jsonb, max_age_seconds integer, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write these rows themselves
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_report_permission(request_report.kind);
  v_body jsonb := jsonb_build_array(request_report.kind, request_report.parameters, request_report.max_age_seconds);
  v_answer jsonb := private.recall_answer(v_person_id, request_report.idempotency_key, 'request_report', v_body);
  v_parameters jsonb;
  v_report public.reports;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if request_report.max_age_seconds not between 0 and 86400 then
    perform private.fail('invalid_report_request', 422, 'max_age_seconds is a number from 0 to 86400.', 'Leave it out for a report of its own.');
  end if;
  if jsonb_typeof(coalesce(request_report.parameters, '{}')) <> 'object' then
    perform private.fail('invalid_report_request', 422, 'parameters is an object.', 'Send {"from": "2026-01-01", "to": "2026-02-01"}.');
  end if;
  v_parameters := private.check_report_parameters(request_report.kind, jsonb_strip_nulls(coalesce(request_report.parameters, '{}')));
  if request_report.max_age_seconds > 0 then
    -- one at a time for the same question, so that those who ask together count once
    perform pg_advisory_xact_lock(hashtextextended(request_report.kind || v_parameters::text, 0));
    select * into v_report from public.reports
    where reports.kind = request_report.kind and reports.parameters = v_parameters and reports.created_at > now() - make_interval(secs => request_report.max_age_seconds)
    order by reports.created_at desc, reports.id desc limit 1;
  end if;
  if v_report.id is null then
    insert into public.reports (kind, parameters, created_by) values (request_report.kind, v_parameters, auth.uid()) returning * into v_report;
    perform private.emit('report.queued', 'report', v_report.id);
  end if;
  return private.remember_answer(v_person_id, request_report.idempotency_key, 'request_report', v_body, to_jsonb(v_report));
end
$$;
comment on function private.request_report(text, jsonb, integer, text) is 'Does the work of public.request_report.';
grant execute on function private.request_report(text, jsonb, integer, text) to authenticated, service_role;

create function public.request_report(kind text, parameters jsonb default '{}', max_age_seconds integer default 0, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.request_report(request_report.kind, request_report.parameters, request_report.max_age_seconds, request_report.idempotency_key);
$$;
comment on function public.request_report(text, jsonb, integer, text) is
  'Staff with reports.read (kind events: events.read): asks for a report of sales, orders, products, courses, customers, payments, taxes, events, or the dashboard, and answers its row; get_report has its rows once the worker counted them. '
  'parameters: from, to (dates on the calendar of time_zone, or moments; to is not included), bucket, time_zone, currency, limit; events: names, after_id. max_age_seconds: one of the same question that is no older will do. '
  'Errors: invalid_report_request, permission_denied, idempotency_key_reused.';
grant execute on function public.request_report(text, jsonb, integer, text) to authenticated, service_role;

-- reading --------------------------------------------------------------------------------------------------------------------------------

create function private.find_report(report_id uuid)
returns public.reports
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_report public.reports;
begin
  select * into v_report from public.reports
  where reports.id = find_report.report_id and (private.is_service() or reports.kind = any (private.readable_report_kinds()));
  if v_report.id is null then
    perform private.fail('report_not_found', 404, 'There is no such report, or its rows are not kept any more.', 'Ask for another one.');
  end if;
  return v_report;
end
$$;
comment on function private.find_report(uuid) is 'A report that the caller may read, whoever asked for it. Refuses report_not_found.';

create function private.get_report(report_id uuid)
returns jsonb
language plpgsql
stable
security definer -- rows and jobs are private
set search_path = ''
as $$
declare
  v_report public.reports := private.find_report(get_report.report_id);
begin
  return to_jsonb(v_report) || jsonb_build_object(
    'columns', (select report_kinds.columns from private.report_kinds where report_kinds.kind = v_report.kind),
    'rows', (select report_rows.rows from private.report_rows where report_rows.report_id = v_report.id),
    'process', (
      select jsonb_build_object('status', processes.status, 'attempts', processes.attempts, 'error', processes.error)
      from public.processes where processes.subject_id = v_report.id order by processes.created_at desc limit 1));
end
$$;
comment on function private.get_report(uuid) is 'Does the work of public.get_report.';
grant execute on function private.get_report(uuid) to authenticated, service_role;

create function public.get_report(report_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.get_report(get_report.report_id);
$$;
comment on function public.get_report(uuid) is
  'Staff who may ask for this kind: the report with its columns, its rows (null until it is done), the moment of its data (as_of), and how its background job goes. Errors: report_not_found.';
grant execute on function public.get_report(uuid) to authenticated, service_role;

create function private.sheet_cell(value jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case jsonb_typeof(sheet_cell.value)
    when 'null' then ''
    when 'string' then '"' || case when sheet_cell.value #>> '{}' ~ '^[=+@\t\r-]' then '''' else '' end || replace(sheet_cell.value #>> '{}', '"', '""') || '"'
    when 'number' then sheet_cell.value #>> '{}'
    when 'boolean' then sheet_cell.value #>> '{}'
    else '"' || replace(sheet_cell.value::text, '"', '""') || '"' end;
$$;
comment on function private.sheet_cell(jsonb) is 'A value as a cell of a CSV file, in which no text is a formula.';

create function private.report_sheet(report_id uuid)
returns text
language plpgsql
stable
security definer -- rows are private
set search_path = ''
as $$
declare
  v_report public.reports := private.find_report(report_sheet.report_id);
  v_columns text[];
begin
  if v_report.status <> 'done' then
    perform private.fail('report_not_ready', 409, 'This report is still being counted.', 'Ask again in a few seconds; get_report says how it goes.');
  end if;
  select report_kinds.columns into v_columns from private.report_kinds where report_kinds.kind = v_report.kind;
  return array_to_string(v_columns, ',') || e'\r\n' || coalesce((
    select string_agg(cells.line || e'\r\n', '' order by found.number)
    from private.report_rows cross join jsonb_array_elements(report_rows.rows) with ordinality as found (line, number)
    cross join lateral (
      select string_agg(coalesce(private.sheet_cell(found.line -> named.name), ''), ',' order by named.place) as line
      from unnest(v_columns) with ordinality as named (name, place)
    ) as cells
    where report_rows.report_id = v_report.id), '');
end
$$;
comment on function private.report_sheet(uuid) is 'Does the work of public.report_sheet.';
grant execute on function private.report_sheet(uuid) to authenticated, service_role;

create domain public."text/csv" as text;
comment on domain public."text/csv" is 'What a function answers as a CSV file: by this name PostgREST knows the media type.';

create function public.report_sheet(report_id uuid)
returns public."text/csv"
language sql
stable
security invoker
set search_path = ''
as $$
  select private.report_sheet(report_sheet.report_id);
$$;
comment on function public.report_sheet(uuid) is
  'Staff who may ask for this kind: the rows of a report as CSV, a header first, in which no text is a formula. Ask with Accept: text/csv. Errors: report_not_found, report_not_ready.';
grant execute on function public.report_sheet(uuid) to authenticated, service_role;
