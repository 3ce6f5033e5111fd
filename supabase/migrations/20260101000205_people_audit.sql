/*
People, the audit log: who wrote what, when, and what was there before.

Promise: every staff write leaves an audit row that is chained by hash to the one before, whether a statement wrote one row or a hundred thousand.
A row that was altered or removed shows at the one after it. That the newest are missing no chain can show by itself: the worker writes the head to
its log each hour, and whoever keeps one elsewhere asks verify_audit whether it still stands.
Under concurrency: audit rows queue on one advisory lock, for staff writes only; no sale takes it.
*/

create table public.audit_log (
  id bigint generated always as identity primary key,
  actor_id uuid,
  actor_role text not null,
  action text not null,
  table_name text not null,
  row_key text not null,
  before jsonb,
  after jsonb,
  request_id text,
  occurred_at timestamptz not null default now(),
  previous_hash bytea not null,
  hash bytea not null,
  constraint audit_log_knows_its_actions check (action in ('insert', 'update', 'delete'))
);
comment on table public.audit_log is 'Every write by staff: actor, action, table, key, before, after, request. Each row''s hash covers the row before it, so a removed or altered row shows.';

-- serves: the history of one row
create index on public.audit_log (table_name, row_key, id);
-- serves: what one person did
create index on public.audit_log (actor_id, id);

create trigger _100_refuse_change before update or delete on public.audit_log for each row execute function private.tg__refuse_change();

alter table public.audit_log enable row level security;
create policy select_staff on public.audit_log for select to authenticated using ((select private.has_permission('audit.read')));
grant select on public.audit_log to authenticated, service_role;

create function private.audit_content(
  actor_id uuid, actor_role text, action text, table_name text, row_key text, before jsonb, after jsonb, request_id text, occurred_at timestamptz)
returns bytea
language plpgsql -- for every audited row: keeps its plan
stable
security invoker
set search_path = ''
as $$
begin
  return convert_to(jsonb_build_array(actor_id, actor_role, action, table_name, row_key, before, after, request_id, extract(epoch from occurred_at))::text, 'UTF8');
end
$$;
comment on function private.audit_content(uuid, text, text, text, text, jsonb, jsonb, text, timestamptz) is 'Everything that an entry of the audit log says, as bytes.';

create function private.next_audit_hash(hash bytea, first_hash bytea, content bytea)
returns bytea
language plpgsql -- as audit_content
immutable
security invoker
set search_path = ''
as $$
begin
  return sha256(coalesce(hash, first_hash) || content);
end
$$;
comment on function private.next_audit_hash(bytea, bytea, bytea) is 'One link of the chain: SHA-256 over the hash before, which for the first of several rows is first_hash, and what the entry says.';

create aggregate private.audit_chain(first_hash bytea, content bytea) (sfunc = private.next_audit_hash, stype = bytea);
comment on aggregate private.audit_chain(bytea, bytea) is 'The chain of several rows that one statement wrote, as a window over them.';

create function private.audit_hash(entry public.audit_log)
returns bytea
language plpgsql -- as audit_content
stable
security invoker
set search_path = ''
as $$
begin
  return private.next_audit_hash(null, entry.previous_hash, private.audit_content(
    entry.actor_id, entry.actor_role, entry.action, entry.table_name, entry.row_key, entry.before, entry.after, entry.request_id, entry.occurred_at));
end
$$;
comment on function private.audit_hash(public.audit_log) is 'SHA-256 over the previous hash and everything the entry says.';

create function private.last_audit_hash()
returns bytea
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('seatline.audit_log', 0));
  return coalesce((select audit_log.hash from public.audit_log order by audit_log.id desc limit 1), '\x00');
end
$$;
comment on function private.last_audit_hash() is 'Where the chain goes on. Whoever asks is the only one to write until their transaction ends.';

create function private.audit_key("row" jsonb, columns text[])
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if cardinality(audit_key.columns) = 1 then
    return audit_key."row" ->> audit_key.columns[array_lower(audit_key.columns, 1)]; -- those of a trigger begin at 0
  end if;
  return (select string_agg(audit_key."row" ->> named.key_column, '/' order by named.position) from unnest(audit_key.columns) with ordinality as named (key_column, position));
end
$$;
comment on function private.audit_key(jsonb, text[]) is 'The key of a row as the audit log writes it.';

create type private.audited_row as (before jsonb, after jsonb);
comment on type private.audited_row is 'What a row was and what it is; null where there was or is none.';

create function private.audit_rows(action text, table_name text, key_columns text[], audited private.audited_row[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_head bytea;
  v_actor_id constant uuid := auth.uid();
  v_role constant text := coalesce(auth.role(), session_user::text);
  v_request_id constant text := private.request_id();
  v_now timestamptz;
begin
  if cardinality(audit_rows.audited) = 0 then
    return;
  end if;
  v_head := private.last_audit_hash();
  v_now := clock_timestamp();
  insert into public.audit_log (actor_id, actor_role, action, table_name, row_key, before, after, request_id, occurred_at, previous_hash, hash)
  select v_actor_id, v_role, audit_rows.action, audit_rows.table_name, chained.row_key, chained.before, chained.after, v_request_id, v_now,
    coalesce(lag(chained.hash) over (order by chained.number), v_head), chained.hash
  from (
    select entries.*, private.audit_chain(v_head, private.audit_content(
        v_actor_id, v_role, audit_rows.action, audit_rows.table_name, entries.row_key, entries.before, entries.after, v_request_id, v_now))
      over (order by entries.number rows unbounded preceding) as hash
    from (
      select pairs.number, pairs.before, pairs.after, private.audit_key(coalesce(pairs.after, pairs.before), audit_rows.key_columns) as row_key
      from unnest(audit_rows.audited) with ordinality as pairs (before, after, number)
      offset 0
    ) as entries
  ) as chained
  order by chained.number;
end
$$;
comment on function private.audit_rows(text, text, text[], private.audited_row[]) is 'Writes the audit rows of all that a statement wrote, one for each, chained in one pass.';

create function private.tg__audit()
returns trigger
language plpgsql
volatile
security definer -- writes a log that no client may write
set search_path = ''
as $$
declare
  v_before constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_after constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
begin
  if v_before is distinct from v_after then
    perform private.audit_rows(lower(tg_op), tg_table_name, tg_argv, array[row(v_before, v_after)::private.audited_row]);
  end if;
  return null;
end
$$;
comment on function private.tg__audit() is 'Writes the audit row of an insert, update or delete; the trigger''s arguments name the key columns.';

create function private.tg__audit_added()
returns trigger
language plpgsql
volatile
security definer -- writes a log that no client may write
set search_path = ''
as $$
begin
  perform private.audit_rows('insert', tg_table_name, tg_argv, array(select row(null, to_jsonb(changed))::private.audited_row from changed));
  return null;
end
$$;
comment on function private.tg__audit_added() is 'Audits all that a statement inserted; for tables that imports fill. The trigger''s arguments name the key columns.';

create function private.tg__audit_changed()
returns trigger
language plpgsql
volatile
security definer -- writes a log that no client may write
set search_path = ''
set enable_nestloop = 'off' -- a plan that was made for a statement of one row would compare all of an import with all
as $$
begin
  perform private.audit_rows('update', tg_table_name, tg_argv, array(
    -- both tables have a row's old and new form in the same place: Postgres notes the two together
    select row(earlier.before, later.after)::private.audited_row
    from (select row_number() over () as number, to_jsonb(former) as before from former) as earlier
    join (select row_number() over () as number, to_jsonb(changed) as after from changed) as later on later.number = earlier.number
    where earlier.before <> later.after
    order by earlier.number));
  return null;
end
$$;
comment on function private.tg__audit_changed() is 'Audits all that a statement changed; for tables that imports fill. The trigger''s arguments name the key columns.';

create function private.audit_chain_breaks()
returns table (audit_id bigint, problem text)
language sql
stable
security invoker
set search_path = ''
as $$
  select chained.id,
    case when chained.hash <> chained.expected_hash then 'altered' else 'a row before it is missing' end
  from (
    select audit_log.id, audit_log.hash, audit_log.previous_hash, private.audit_hash(audit_log) as expected_hash,
      lag(audit_log.hash, 1, '\x00') over (order by audit_log.id) as hash_before
    from public.audit_log
  ) as chained
  where chained.hash <> chained.expected_hash or chained.previous_hash <> chained.hash_before;
$$;
comment on function private.audit_chain_breaks() is 'Audit rows that were altered or whose predecessor is gone; none means the log is whole.';

create function private.audit_head()
returns jsonb
language plpgsql
stable
security definer -- the worker and auditors ask it; it tells a hash and a number, no row
set search_path = ''
as $$
begin
  if not (private.is_service() or private.has_permission('audit.read')) then
    perform private.fail('permission_denied', 403, 'The audit log needs the permission audit.read.', 'Ask an admin for a role that has it.');
  end if;
  return coalesce((
    select jsonb_build_object('head', encode(audit_log.hash, 'hex'), 'audit_id', audit_log.id, 'occurred_at', audit_log.occurred_at)
    from public.audit_log order by audit_log.id desc limit 1), '{"head": null, "audit_id": null, "occurred_at": null}');
end
$$;
comment on function private.audit_head() is 'Does the work of public.audit_head. The worker writes it to its log each hour.';
grant execute on function private.audit_head() to authenticated, service_role;

create function public.audit_head()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.audit_head();
$$;
comment on function public.audit_head() is
  'Staff (audit.read): the newest link of the audit log, {head, audit_id, occurred_at}, all null while it is empty. Keep head outside of the shop: verify_audit says later whether everything up to it is still there. Errors: permission_denied.';
grant execute on function public.audit_head() to authenticated, service_role;

create function private.verify_audit(expected_head text)
returns jsonb
language plpgsql
stable
security definer -- as audit_head
set search_path = ''
as $$
declare
  v_head constant jsonb := private.audit_head();
  v_found_id bigint;
  v_breaks jsonb;
begin
  if verify_audit.expected_head !~ '^[0-9a-fA-F]{64}$' then
    perform private.fail('invalid_audit_head', 422, 'The head of an audit log is 64 hexadecimal digits.', 'Send head as audit_head answered it, or leave it out.');
  end if;
  select audit_log.id into v_found_id from public.audit_log where audit_log.hash = decode(verify_audit.expected_head, 'hex');
  select jsonb_agg(to_jsonb(broken)) into v_breaks from (select * from private.audit_chain_breaks() limit 100) as broken;
  return v_head || jsonb_build_object('expected_head', lower(verify_audit.expected_head), 'found', case when verify_audit.expected_head is not null then v_found_id is not null end,
    'whole', v_breaks is null and (verify_audit.expected_head is null or v_found_id is not null), 'breaks', coalesce(v_breaks, '[]'));
end
$$;
comment on function private.verify_audit(text) is 'Does the work of public.verify_audit.';
grant execute on function private.verify_audit(text) to authenticated, service_role;

create function public.verify_audit(expected_head text default null)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.verify_audit(verify_audit.expected_head);
$$;
comment on function public.verify_audit(text) is
  'Staff (audit.read): reads the whole audit log and answers {whole, breaks, found, expected_head, head, audit_id, occurred_at}. found: a head that somebody kept is still in it; false: entries were cut off or all was written anew since. '
  'breaks: the first 100 entries that were altered or follow one that is gone. Errors: permission_denied, invalid_audit_head.';
grant execute on function public.verify_audit(text) to authenticated, service_role;

create trigger _900_audit after insert or update or delete on public.settings for each row execute function private.tg__audit('key');
create trigger _900_audit after insert or update or delete on public.roles for each row execute function private.tg__audit('name');
create trigger _900_audit after insert or update or delete on public.role_permissions for each row execute function private.tg__audit('role', 'permission');
create trigger _900_audit after insert or update or delete on public.role_members for each row execute function private.tg__audit('profile_id', 'role');
