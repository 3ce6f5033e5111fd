/*
People, the audit log: who wrote what, when, and what was there before.

Promise: every staff write leaves an audit row with a hash over what it says, whether a statement wrote one row or a hundred thousand. When a transaction
commits, one seal covers the hashes of all its rows and the seal before it. So a row that was altered, added or removed shows at its seal, and a seal that is
gone at the next. That the newest are missing no chain can show by itself: the worker writes the head to its log each hour, and whoever keeps one
elsewhere asks verify_audit whether it still stands.
Under concurrency: seals queue on one advisory lock, for staff writes only; no sale takes it. It is taken last, when the transaction commits, so nobody
waits for the writes of another, however many: not for an import.
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
  transaction_id xid8 not null default pg_current_xact_id(),
  hash bytea not null,
  constraint audit_log_knows_its_actions check (action in ('insert', 'update', 'delete'))
);
comment on table public.audit_log is 'Every write by staff: actor, action, table, key, before, after, request. Each row''s hash covers what it says, and a seal those of a transaction and the seal before, so a removed or altered row shows.';

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
language sql
stable
security invoker
return convert_to(json_build_array(actor_id, actor_role, action, table_name, row_key, before, after, request_id, extract(epoch from occurred_at))::text, 'UTF8');
comment on function private.audit_content(uuid, text, text, text, text, jsonb, jsonb, text, timestamptz) is 'Everything that an entry of the audit log says, as bytes. Inlined.';

create function private.audit_hash(entry public.audit_log)
returns bytea
language plpgsql -- for every row that is verified: keeps its plan
stable
security invoker
set search_path = ''
as $$
begin
  return sha256(private.audit_content(
    entry.actor_id, entry.actor_role, entry.action, entry.table_name, entry.row_key, entry.before, entry.after, entry.request_id, entry.occurred_at));
end
$$;
comment on function private.audit_hash(public.audit_log) is 'SHA-256 over everything the entry says.';

-- seals ------------------------------------------------------------------------------------------------------------------------------

create table private.audit_seals (
  id bigint generated always as identity primary key,
  transaction_id xid8 not null default pg_current_xact_id(),
  first_id bigint not null,
  last_id bigint,
  number bigint unique,
  sealed_at timestamptz,
  previous_hash bytea,
  hash bytea,
  constraint audit_seals_are_open_or_whole check (num_nulls(last_id, number, sealed_at, previous_hash, hash) in (0, 5))
);
comment on table private.audit_seals is
  'The chain: what a transaction wrote to the audit log, from first_id to last_id, and the seal before. Open while the transaction runs, so nobody else ever sees one without a number.';
-- serves: the open seal of a transaction
create unique index on private.audit_seals (transaction_id) where number is null;
-- serves: a head that somebody kept
create index on private.audit_seals (hash);
create trigger _100_refuse_change before update or delete on private.audit_seals for each row when (old.number is not null) execute function private.tg__refuse_change();

create function private.seal_hash(seal private.audit_seals)
returns bytea
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return sha256(seal.previous_hash || convert_to(jsonb_build_array(seal.number, seal.transaction_id::text, seal.first_id, seal.last_id, extract(epoch from seal.sealed_at))::text, 'UTF8') || (
    select sha256(coalesce(string_agg(audit_log.hash, '' order by audit_log.id), ''))
    from public.audit_log where audit_log.id between seal.first_id and seal.last_id and audit_log.transaction_id = seal.transaction_id));
end
$$;
comment on function private.seal_hash(private.audit_seals) is 'SHA-256 over the seal before, what the seal says, and the hashes of all that its transaction wrote.';

create function private.last_audit_seal()
returns private.audit_seals
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_seal private.audit_seals;
begin
  perform pg_advisory_xact_lock(hashtextextended('seatline.audit_log', 0));
  select * into v_seal from private.audit_seals where audit_seals.number is not null order by audit_seals.number desc limit 1;
  return v_seal;
end
$$;
comment on function private.last_audit_seal() is 'Where the chain goes on. Whoever asks is the only one to seal until their transaction ends.';

create function private.tg_audit_seals__seal()
returns trigger
language plpgsql
volatile
security definer -- runs when the transaction commits, as whoever that is
set search_path = ''
as $$
declare
  v_seal private.audit_seals := new;
  v_last private.audit_seals;
begin
  select max(audit_log.id) into v_seal.last_id from public.audit_log where audit_log.id >= new.first_id and audit_log.transaction_id = new.transaction_id;
  v_last := private.last_audit_seal();
  v_seal.number := coalesce(v_last.number, 0) + 1;
  v_seal.previous_hash := coalesce(v_last.hash, '\x00');
  v_seal.sealed_at := clock_timestamp();
  v_seal.hash := private.seal_hash(v_seal);
  update private.audit_seals
  set last_id = v_seal.last_id, number = v_seal.number, sealed_at = v_seal.sealed_at, previous_hash = v_seal.previous_hash, hash = v_seal.hash
  where audit_seals.id = new.id;
  return null;
end
$$;
comment on function private.tg_audit_seals__seal() is 'Seals what a transaction wrote, when it commits.';
create constraint trigger _200_seal after insert on private.audit_seals deferrable initially deferred for each row execute function private.tg_audit_seals__seal();

-- writing ----------------------------------------------------------------------------------------------------------------------------

create function private.audit_key("row" jsonb, columns text[])
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (select string_agg(audit_key."row" ->> named.key_column, '/' order by named.position) from unnest(audit_key.columns) with ordinality as named (key_column, position));
end
$$;
comment on function private.audit_key(jsonb, text[]) is 'The key of a row as the audit log writes it when several columns are the key.';

create function private.audit_rows(action text, table_name text, key_columns text[], befores jsonb[], afters jsonb[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_actor_id constant uuid := auth.uid();
  v_role constant text := coalesce(auth.role(), session_user::text);
  v_request_id constant text := private.request_id();
  v_now constant timestamptz := clock_timestamp();
begin
  if cardinality(audit_rows.befores) + cardinality(audit_rows.afters) = 0 then
    return;
  end if;
  with written as (
    insert into public.audit_log (actor_id, actor_role, action, table_name, row_key, before, after, request_id, occurred_at, hash)
    select v_actor_id, v_role, audit_rows.action, audit_rows.table_name, entries.row_key, entries.before, entries.after, v_request_id, v_now,
      sha256(private.audit_content(v_actor_id, v_role, audit_rows.action, audit_rows.table_name, entries.row_key, entries.before, entries.after, v_request_id, v_now))
    from (
      select pairs.number, pairs.before, pairs.after,
        case when cardinality(audit_rows.key_columns) = 1 then coalesce(pairs.after, pairs.before) ->> audit_rows.key_columns[array_lower(audit_rows.key_columns, 1)] -- those of a trigger begin at 0
          else private.audit_key(coalesce(pairs.after, pairs.before), audit_rows.key_columns) end as row_key
      from unnest(audit_rows.befores, audit_rows.afters) with ordinality as pairs (before, after, number) where pairs.before is distinct from pairs.after offset 0
    ) as entries
    order by entries.number
    returning audit_log.id
  )
  insert into private.audit_seals (first_id) select min(written.id) from written having count(*) > 0
  on conflict (transaction_id) where number is null do nothing;
end
$$;
comment on function private.audit_rows(text, text, text[], jsonb[], jsonb[]) is
  'Writes the audit rows of all that a statement changed, one for each, and opens the seal of their transaction. What a row was and what it is are at one place of the two lists; where there was or is nothing, the list is empty or has null.';

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
    perform private.audit_rows(lower(tg_op), tg_table_name, tg_argv, array[v_before], array[v_after]);
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
  perform private.audit_rows('insert', tg_table_name, tg_argv, '{}', array(select to_jsonb(changed) from changed));
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
as $$
begin
  -- both tables have a row's old and new form in the same place: Postgres notes the two together
  perform private.audit_rows('update', tg_table_name, tg_argv, array(select to_jsonb(former) from former), array(select to_jsonb(changed) from changed));
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
  select audit_log.id, 'altered' from public.audit_log where audit_log.hash <> private.audit_hash(audit_log)
  union all
  select chained.last_id, case when chained.hash <> chained.expected_hash then 'an entry of its transaction was altered, added or removed' else 'what was sealed before it is missing' end
  from (
    select audit_seals.last_id, audit_seals.hash, audit_seals.previous_hash, private.seal_hash(audit_seals) as expected_hash,
      lag(audit_seals.hash, 1, '\x00') over (order by audit_seals.number) as hash_before
    from private.audit_seals where audit_seals.number is not null
  ) as chained
  where chained.hash <> chained.expected_hash or chained.previous_hash <> chained.hash_before
  union all
  -- the caller's own are sealed when the caller commits
  select audit_log.id, 'never sealed' from public.audit_log
  where not exists (
    select from private.audit_seals where audit_seals.transaction_id = audit_log.transaction_id and audit_log.id >= audit_seals.first_id
      and (audit_log.id <= audit_seals.last_id or audit_seals.number is null));
$$;
comment on function private.audit_chain_breaks() is 'Audit rows that were altered, do not belong to their seal, or follow a seal that is gone; none means the log is whole.';

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
    select jsonb_build_object('head', encode(audit_seals.hash, 'hex'), 'audit_id', audit_seals.last_id, 'occurred_at', audit_seals.sealed_at)
    from private.audit_seals where audit_seals.number is not null order by audit_seals.number desc limit 1), '{"head": null, "audit_id": null, "occurred_at": null}');
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
  'Staff (audit.read): the newest seal of the audit log, {head, audit_id, occurred_at}, all null while it is empty. Keep head outside of the shop: verify_audit says later whether everything up to it is still there. Errors: permission_denied.';
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
  select audit_seals.id into v_found_id from private.audit_seals where audit_seals.hash = decode(verify_audit.expected_head, 'hex');
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
  'breaks: the first 100 entries that were altered, do not belong to their seal or follow one that is gone. Errors: permission_denied, invalid_audit_head.';
grant execute on function public.verify_audit(text) to authenticated, service_role;

create trigger _900_audit after insert or update or delete on public.settings for each row execute function private.tg__audit('key');
create trigger _900_audit after insert or update or delete on public.roles for each row execute function private.tg__audit('name');
create trigger _900_audit after insert or update or delete on public.role_permissions for each row execute function private.tg__audit('role', 'permission');
create trigger _900_audit after insert or update or delete on public.role_members for each row execute function private.tg__audit('profile_id', 'role');
