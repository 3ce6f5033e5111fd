/*
Imports, runs: what the worker calls. It starts a run, hands the rows over as it reads them, and then asks once for everything else.

Promise: a worker that dies leaves staged rows and nothing else; the next run throws them away. The last call is one transaction: findings or the whole
file. What a trigger or a constraint refuses there all the same is told like a finding; what is no refusal (a deadlock, a lost connection) is tried again.
*/

create function private.forget_staged(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  delete from private.import_rows where import_rows.import_id = forget_staged.import_id;
  delete from private.import_findings where import_findings.import_id = forget_staged.import_id;
  delete from private.import_products where import_products.import_id = forget_staged.import_id;
  delete from private.import_variants where import_variants.import_id = forget_staged.import_id;
  delete from private.import_prices where import_prices.import_id = forget_staged.import_id;
  delete from private.import_stock where import_stock.import_id = forget_staged.import_id;
$$;
comment on function private.forget_staged(uuid) is 'Throws away what runs of an import have staged. The caller holds its row.';

create function private.start_import_run(import_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_import public.imports;
begin
  update public.imports set status = 'running', run = imports.run + 1, progress = 0, row_count = 0, columns = null
  where imports.id = start_import_run.import_id and imports.status in ('queued', 'running') returning * into v_import;
  if v_import.id is null then
    return null;
  end if;
  perform private.forget_staged(v_import.id);
  return jsonb_build_object('run', v_import.run, 'path', v_import.path, 'writes_words', v_import.kind = 'products' and not v_import.dry_run, 'byte_size', v_import.byte_size,
    'max_rows', private.setting('import_max_rows'), 'max_bytes', private.setting('import_max_bytes'));
end
$$;
comment on function private.start_import_run(uuid) is 'Begins a run of an import that has arrived and is not finished, and overtakes any other; null when there is nothing to do.';

create function private.load_import_rows(import_id uuid, run integer, columns text[], rows jsonb, findings jsonb, progress integer)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_loaded integer := jsonb_array_length(load_import_rows.rows);
begin
  update public.imports
  set columns = coalesce(load_import_rows.columns, imports.columns), row_count = imports.row_count + v_loaded, progress = load_import_rows.progress
  where imports.id = load_import_rows.import_id and imports.run = load_import_rows.run and imports.status = 'running';
  if not found then
    return false;
  end if;
  insert into private.import_rows (import_id, row_number, record)
  select load_import_rows.import_id, loaded.row_number, loaded.record from jsonb_to_recordset(load_import_rows.rows) as loaded (row_number integer, record jsonb);
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  select load_import_rows.import_id, found.row_number, found.column_name, found.code, found.message
  from jsonb_to_recordset(load_import_rows.findings) as found (row_number integer, column_name text, code text, message text);
  update public.processes set progress = load_import_rows.progress
  where processes.subject_id = load_import_rows.import_id and processes.status = 'running';
  return true;
end
$$;
comment on function private.load_import_rows(uuid, integer, text[], jsonb, jsonb, integer) is
  'Stages rows [{row_number, record}] and what the reader found wrong; false when this run was overtaken or has ended, and should end.';

create function private.end_import(import_id uuid, result jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_findings integer;
begin
  insert into public.import_errors (import_id, row_number, column_name, code, message)
  select import_findings.import_id, import_findings.row_number, import_findings.column_name, import_findings.code, left(import_findings.message, 500)
  from private.import_findings where import_findings.import_id = end_import.import_id
  order by import_findings.row_number nulls first, import_findings.column_name, import_findings.code limit 1000;
  select count(*)::integer into v_findings from private.import_findings where import_findings.import_id = end_import.import_id;
  update public.imports
  set status = case v_findings when 0 then 'done' else 'refused' end, error_count = v_findings, progress = 100, finished_at = now(),
    result = case v_findings when 0 then end_import.result end
  where imports.id = end_import.import_id;
  update public.processes set progress = 100 where processes.subject_id = end_import.import_id and processes.status = 'running';
  perform private.emit('import.ended', 'import', end_import.import_id, jsonb_build_object('errors', v_findings));
  perform private.forget_staged(end_import.import_id);
end
$$;
comment on function private.end_import(uuid, jsonb) is 'Ends an import: refused when a run found anything, else done with this result.';

create function private.apply_import(import public.imports)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_claims constant text := coalesce(current_setting('request.jwt.claims', true), '');
  v_refusal jsonb;
begin
  -- as whoever started it: for the audit log, for movements, and for a permission that may be gone by now
  if import.created_by is not null then
    perform set_config('request.jwt.claims', jsonb_build_object('sub', import.created_by, 'role', 'authenticated')::text, true);
  end if;
  begin
    perform private.require_import_permission(import.kind, true);
    case import.kind
      when 'products' then perform private.apply_import_products(import.id);
      when 'prices' then perform private.apply_import_prices(import.id);
      when 'stock' then perform private.apply_import_stock(import.id);
    end case;
  exception
    when sqlstate 'PGRST' then
      v_refusal := sqlerrm::jsonb;
      perform private.note_finding(import.id, null, null, v_refusal ->> 'code', concat_ws(' ', v_refusal ->> 'message', v_refusal ->> 'details'));
    when integrity_constraint_violation or data_exception then
      perform private.note_finding(import.id, null, null, 'invalid_value', sqlerrm);
  end;
  perform set_config('request.jwt.claims', v_claims, true), set_config('seatline.importing', '', true);
end
$$;
comment on function private.apply_import(public.imports) is 'Writes a file that was found right, all of it; what is refused there all the same is noted, and then nothing of it was written.';

create function private.run_import(import_id uuid, run integer)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
set jit = 'off' -- compiling takes longer than the statements do
set work_mem = '64MB'
set max_parallel_workers_per_gather = 1 -- words are made by a process beside this one, and buyers keep the rest
set min_parallel_table_scan_size = '1MB' -- for a few thousand products, too
set gin_pending_list_limit = '256MB' -- what a file brings into the indexes of words goes there sorted and at once, not every 4 MB
set maintenance_work_mem = '128MB' -- as much of it at a time
as $$
declare
  v_import public.imports;
  v_result jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('seatline.imports', 0));
  select * into v_import from public.imports
  where imports.id = run_import.import_id and imports.run = run_import.run and imports.status = 'running' for no key update;
  if v_import.id is null then
    return null;
  end if;
  if v_import.row_count <> (select count(*) from private.import_rows where import_rows.import_id = v_import.id) then
    raise exception 'staged rows of import % are gone, as after a crash of Postgres: run it again', v_import.id;
  end if;
  analyze private.import_rows (import_id, row_number);
  if v_import.columns is not null then
    perform private.check_import_header(v_import.id);
  end if;
  if not private.has_findings(v_import.id) then
    v_result := case v_import.kind
      when 'products' then private.run_import_products(v_import.id)
      when 'prices' then private.run_import_prices(v_import.id)
      else private.run_import_stock(v_import.id) end;
  end if;
  if not v_import.dry_run and not private.has_findings(v_import.id) then
    perform private.apply_import(v_import);
  end if;
  perform private.end_import(v_import.id, v_result);
  return v_result;
end
$$;
comment on function private.run_import(uuid, integer) is
  'Holds the staged rows of a run against the rules and, unless it is a dry run or something is wrong, writes them: all in the caller''s transaction. Null when the run was overtaken.';

create function private.has_findings(import_id uuid)
returns boolean
language sql
volatile
security invoker
set search_path = ''
as $$
  select exists (select from private.import_findings where import_findings.import_id = has_findings.import_id);
$$;
comment on function private.has_findings(uuid) is 'Whether anything was found wrong with a file so far.';

create function private.discard_old_files()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_kept constant interval := make_interval(days => private.setting('import_days')::integer);
  v_imports integer;
  v_exports integer;
begin
  delete from public.imports
  where imports.status = 'uploading' and imports.created_at < now() - interval '1 day' or imports.status in ('done', 'refused') and imports.finished_at < now() - v_kept;
  get diagnostics v_imports = row_count;
  delete from public.exports where exports.created_at < now() - v_kept;
  get diagnostics v_exports = row_count;
  return v_imports + v_exports;
end
$$;
comment on function private.discard_old_files() is
  'Drops imports that never arrived, and imports and exports older than import_days, with their files; returns how many. The worker calls it nightly. What they wrote is in the audit log.';
