-- One breach of every rule of conventions.sql, run in a transaction that is rolled back. conventions.test.ts fails for a rule that no line
-- here makes fire.
create table public.bad_parents (
  id uuid primary key,
  side text not null,
  unique (id, side)
);
create table public.bad_rows (
  id uuid primary key,
  owner_id uuid not null,
  parent_id uuid not null references public.bad_parents (id),
  parent_side text not null,
  total_amount integer not null check (total_amount > 0),
  made_at timestamp not null,
  -- led by the right column, but the second column of the key is missing in the index
  foreign key (parent_id, parent_side) references public.bad_parents (id, side) on delete cascade
);
create index on public.bad_rows (parent_id);
grant select, insert, update on public.bad_rows to authenticated;

create view public.bad_view as select * from public.bad_rows;
create view public.bad_sums as select count(*) from public.bad_rows;
create materialized view public.bad_copy as select * from public.bad_rows;
create sequence public.bad_numbers;
grant usage on sequence public.bad_numbers to authenticated;
create table private.bad_secrets (id uuid primary key);
grant select on private.bad_secrets to authenticated;

create policy bad_for_everyone on public.bad_rows for select using (owner_id = (select auth.uid()));
create policy bad_for_all_commands on public.bad_rows for all to authenticated using ((select auth.uid()) = owner_id);
create policy insert_wrong_command on public.bad_rows for update to authenticated using ((select auth.uid()) = owner_id);
-- one wrapped call hides a bare one
create policy select_half_wrapped on public.bad_rows for select to authenticated
  using (owner_id = (select auth.uid()) or parent_id = auth.uid());

create function public.bad_definer(p_id uuid) returns void language sql security definer as 'select';
grant execute on function public.bad_definer(uuid) to public;
create function public.bad_definer(p_id text) returns void language sql set search_path = '' as 'select';
create function private.bad_secret() returns void language sql set search_path = '' as 'select';
grant execute on function private.bad_secret() to authenticated;
create function private.bad_reason(reason text) returns boolean language sql set search_path = '' as 'select length(btrim(coalesce(reason, ''''))) between 1 and 500';
create function private.bad_trigger() returns trigger language plpgsql set search_path = '' as 'begin return null; end';
create trigger bad_name after insert on public.bad_rows for each row execute function private.bad_trigger();

-- the list of allowed private functions names one that is gone
drop function private.has_permission(text) cascade;
