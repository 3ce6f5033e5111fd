/*
Organisations: companies, schools and families that buy seats for their people.

Promise: an organisation has a manager at every moment; managers see its people and its seats, members themselves, others nothing. Whoever
joins does so by a code or an invitation of their own free will; nobody is added by hand but by staff.
Under concurrency: whoever changes who belongs to an organisation locks its row first.
*/

insert into public.permissions (name, description) values
  ('organisations.read', 'See every organisation, its people and its seats.'),
  ('organisations.write', 'Create and change organisations for customers.');
insert into public.role_permissions (role, permission) values
  ('admin', 'organisations.read'), ('admin', 'organisations.write'), ('auditor', 'organisations.read'),
  ('support', 'organisations.read'), ('support', 'organisations.write');

create table public.organisations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  billing_name text not null,
  billing_address text,
  billing_email text,
  tax_number text,
  created_by uuid references public.profiles (id) on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organisations_have_a_name_people_can_read check (length(btrim(name)) between 1 and 200),
  constraint organisations_have_a_billing_name check (length(btrim(billing_name)) between 1 and 200),
  constraint organisations_have_an_address_of_sane_length check (length(billing_address) <= 1000),
  constraint organisations_have_a_billing_email check (billing_email ~ '^[^@\s]+@[^@\s]+$' and length(billing_email) <= 320),
  constraint organisations_have_a_tax_number_of_sane_length check (length(tax_number) <= 50)
);
comment on table public.organisations is 'Who buys seats for others. Invoices of its orders are addressed to billing_name and tax_number.';
create index on public.organisations (created_by);

create trigger _100_stamp_update before update on public.organisations for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.organisations for each row execute function private.tg__audit('id');

create table public.organisation_members (
  organisation_id uuid not null references public.organisations (id) on delete cascade,
  profile_id uuid not null references public.profiles (id) on delete cascade,
  role text not null default 'member',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (organisation_id, profile_id),
  constraint organisation_members_have_a_known_role check (role in ('manager', 'member'))
);
comment on table public.organisation_members is 'Who belongs to an organisation. Managers buy and give out its seats; members hold them.';
-- serves: the organisations of a person, and row-level security
create index on public.organisation_members (profile_id);

create trigger _100_stamp_update before update on public.organisation_members for each row execute function private.tg__stamp_update();
-- whoever joins does so themselves, and would queue behind every other write of staff
create trigger _900_audit after update or delete on public.organisation_members
  for each row execute function private.tg__audit('organisation_id', 'profile_id');

create function private.own_organisations()
returns setof uuid
language sql
stable
security definer -- policies of other tables ask it, whoever reads them
set search_path = ''
as $$
  select organisation_members.organisation_id from public.organisation_members where organisation_members.profile_id = auth.uid();
$$;
comment on function private.own_organisations() is 'The organisations the caller belongs to. Ask it as id in (select private.own_organisations()), once per statement.';
grant execute on function private.own_organisations() to authenticated;

create function private.managed_organisations()
returns setof uuid
language sql
stable
security definer -- as own_organisations
set search_path = ''
as $$
  select organisation_members.organisation_id from public.organisation_members
  where organisation_members.profile_id = auth.uid() and organisation_members.role = 'manager';
$$;
comment on function private.managed_organisations() is 'The organisations the caller manages. Ask it as own_organisations.';
grant execute on function private.managed_organisations() to authenticated;

alter table public.organisations enable row level security;
create policy select_own_or_staff on public.organisations for select to authenticated
  using (id in (select private.own_organisations()) or (select private.has_permission('organisations.read')));
grant select on public.organisations to authenticated, service_role;
-- not granted: any write. The verbs keep a manager in each.

alter table public.organisation_members enable row level security;
create policy select_own_or_managers on public.organisation_members for select to authenticated
  using (profile_id = (select auth.uid()) or organisation_id in (select private.managed_organisations()) or (select private.has_permission('organisations.read')));
grant select on public.organisation_members to authenticated, service_role;
-- not granted: any write, as above.

-- what the verbs ask -----------------------------------------------------------------------------------------------------------------

create function private.find_organisation(organisation_id uuid)
returns public.organisations
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_organisation public.organisations;
begin
  select * into v_organisation from public.organisations
  where organisations.id = find_organisation.organisation_id and (organisations.id in (select private.managed_organisations())
    or private.is_service() or private.has_permission('organisations.write'));
  if v_organisation.id is null then
    perform private.fail('organisation_not_found', 404, 'There is no such organisation.', 'Check the id, and that you manage it.');
  end if;
  return v_organisation;
end
$$;
comment on function private.find_organisation(uuid) is
  'The organisation if the caller manages it, or may write every one. "Not there" and "not yours" are one answer.';

create function private.check_organisation(name text, billing_name text, billing_address text, billing_email text, tax_number text)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if not (length(btrim(coalesce(check_organisation.name, ''))) between 1 and 200 and coalesce(length(btrim(check_organisation.billing_name)), 1) between 1 and 200
    and coalesce(length(check_organisation.billing_address), 0) <= 1000 and coalesce(length(check_organisation.tax_number), 0) <= 50) then
    perform private.fail('invalid_organisation', 422, 'An organisation has a name and a billing name of 1 to 200 characters, an address of at most 1000, a tax number of at most 50.', 'Correct what is too long or missing.');
  end if;
  perform private.check_email(check_organisation.billing_email);
end
$$;
comment on function private.check_organisation(text, text, text, text, text) is 'Refuses invalid_organisation and invalid_email.';

create function private.check_email(email text)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if check_email.email !~ '^[^@\s]{1,64}@[^@\s]{1,250}$' then
    perform private.fail('invalid_email', 422, 'This is not an e-mail address.', 'Correct it.');
  end if;
end
$$;
comment on function private.check_email(text) is 'Refuses invalid_email; null is none.';

create function private.organisation_document(organisation_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('id', organisations.id, 'name', organisations.name, 'billing_name', organisations.billing_name,
      'billing_address', organisations.billing_address, 'billing_email', organisations.billing_email, 'tax_number', organisations.tax_number,
      'created_at', organisations.created_at)
    from public.organisations where organisations.id = organisation_document.organisation_id);
end
$$;
comment on function private.organisation_document(uuid) is 'An organisation as its verbs answer it.';

-- verbs ------------------------------------------------------------------------------------------------------------------------------

create function private.create_organisation(name text, billing_name text, billing_address text, billing_email text, tax_number text, manager_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write organisations, only found one
set search_path = ''
as $$
declare
  v_person_id uuid := case when private.is_service() then '00000000-0000-0000-0000-000000000000' else private.require_person() end;
  v_body jsonb := jsonb_build_array(create_organisation.name, create_organisation.billing_name, create_organisation.billing_address,
    create_organisation.billing_email, create_organisation.tax_number, create_organisation.manager_id);
  v_answer jsonb := private.recall_answer(v_person_id, create_organisation.idempotency_key, 'create_organisation', v_body);
  v_manager_id uuid := coalesce(create_organisation.manager_id, auth.uid());
  v_organisation_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_organisation(create_organisation.name, create_organisation.billing_name, create_organisation.billing_address,
    create_organisation.billing_email, create_organisation.tax_number);
  if v_manager_id is distinct from auth.uid() and not (private.is_service() or private.has_permission('organisations.write')) then
    perform private.fail('permission_denied', 403, 'Founding an organisation for somebody else needs the permission organisations.write.', 'Leave manager_id out.');
  end if;
  -- locked, so that an account which is being deleted is waited for and then found closed
  if not exists (select from public.profiles where profiles.id = v_manager_id and profiles.closed_at is null for share) then
    perform private.fail('profile_not_found', 404, 'There is no such person.', 'Check manager_id.');
  end if;
  insert into public.organisations (name, billing_name, billing_address, billing_email, tax_number, created_by)
  values (btrim(create_organisation.name), btrim(coalesce(create_organisation.billing_name, create_organisation.name)), create_organisation.billing_address,
    create_organisation.billing_email, create_organisation.tax_number, auth.uid())
  returning organisations.id into v_organisation_id;
  insert into public.organisation_members (organisation_id, profile_id, role) values (v_organisation_id, v_manager_id, 'manager');
  return private.remember_answer(v_person_id, create_organisation.idempotency_key, 'create_organisation', v_body, private.organisation_document(v_organisation_id));
end
$$;
comment on function private.create_organisation(text, text, text, text, text, uuid, text) is 'Does the work of public.create_organisation.';
grant execute on function private.create_organisation(text, text, text, text, text, uuid, text) to authenticated, service_role;

create function public.create_organisation(
  name text, billing_name text default null, billing_address text default null, billing_email text default null, tax_number text default null, manager_id uuid default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.create_organisation(create_organisation.name, create_organisation.billing_name, create_organisation.billing_address,
    create_organisation.billing_email, create_organisation.tax_number, create_organisation.manager_id, create_organisation.idempotency_key);
$$;
comment on function public.create_organisation(text, text, text, text, text, uuid, text) is
  'Founds an organisation with the caller as its manager and answers it; staff (organisations.write) may name another manager. billing_name is the name when left out. Errors: invalid_organisation, '
  'invalid_email, permission_denied, profile_not_found, idempotency_key_reused, sign_in_required.';
grant execute on function public.create_organisation(text, text, text, text, text, uuid, text) to authenticated, service_role;

create function private.update_organisation(organisation_id uuid, name text, billing_name text, billing_address text, billing_email text, tax_number text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- managers may not write the table, only what is theirs
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(update_organisation.organisation_id, update_organisation.name, update_organisation.billing_name,
    update_organisation.billing_address, update_organisation.billing_email, update_organisation.tax_number);
  v_answer jsonb := private.recall_answer(v_person_id, update_organisation.idempotency_key, 'update_organisation', v_body);
  v_organisation public.organisations;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_organisation := private.find_organisation(update_organisation.organisation_id);
  perform private.check_organisation(coalesce(update_organisation.name, v_organisation.name), coalesce(update_organisation.billing_name, v_organisation.billing_name),
    update_organisation.billing_address, update_organisation.billing_email, update_organisation.tax_number);
  update public.organisations
  set name = coalesce(btrim(update_organisation.name), organisations.name), billing_name = coalesce(btrim(update_organisation.billing_name), organisations.billing_name),
    billing_address = coalesce(update_organisation.billing_address, organisations.billing_address),
    billing_email = coalesce(update_organisation.billing_email, organisations.billing_email),
    tax_number = coalesce(update_organisation.tax_number, organisations.tax_number)
  where organisations.id = v_organisation.id;
  return private.remember_answer(v_person_id, update_organisation.idempotency_key, 'update_organisation', v_body, private.organisation_document(v_organisation.id));
end
$$;
comment on function private.update_organisation(uuid, text, text, text, text, text, text) is 'Does the work of public.update_organisation.';
grant execute on function private.update_organisation(uuid, text, text, text, text, text, text) to authenticated, service_role;

create function public.update_organisation(
  organisation_id uuid, name text default null, billing_name text default null, billing_address text default null, billing_email text default null, tax_number text default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.update_organisation(update_organisation.organisation_id, update_organisation.name, update_organisation.billing_name,
    update_organisation.billing_address, update_organisation.billing_email, update_organisation.tax_number, update_organisation.idempotency_key);
$$;
comment on function public.update_organisation(uuid, text, text, text, text, text, text) is
  'Its managers, or staff (organisations.write): changes an organisation and answers it; what is left out stays. Invoices that are issued stay as they were. Errors: organisation_not_found, '
  'invalid_organisation, invalid_email, idempotency_key_reused.';
grant execute on function public.update_organisation(uuid, text, text, text, text, text, text) to authenticated, service_role;

create function private.set_organisation_role(organisation_id uuid, profile_id uuid, role text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- managers may not write who belongs, only through verbs
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(set_organisation_role.organisation_id, set_organisation_role.profile_id, set_organisation_role.role);
  v_answer jsonb := private.recall_answer(v_person_id, set_organisation_role.idempotency_key, 'set_organisation_role', v_body);
  v_organisation public.organisations;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_organisation := private.find_organisation(set_organisation_role.organisation_id);
  if coalesce(set_organisation_role.role, '') not in ('manager', 'member') then
    perform private.fail('invalid_role', 422, 'Somebody is a manager or a member of an organisation.', 'Send one of the two.');
  end if;
  perform from public.organisations where organisations.id = v_organisation.id for update;
  update public.organisation_members set role = set_organisation_role.role
  where organisation_members.organisation_id = v_organisation.id and organisation_members.profile_id = set_organisation_role.profile_id;
  if not found then
    perform private.fail('member_not_found', 404, 'This person does not belong to the organisation.', 'Invite them (invite_to_seats); they join by claiming a seat.');
  end if;
  perform private.keep_a_manager(v_organisation.id);
  return private.remember_answer(v_person_id, set_organisation_role.idempotency_key, 'set_organisation_role', v_body,
    jsonb_build_object('organisation_id', v_organisation.id, 'profile_id', set_organisation_role.profile_id, 'role', set_organisation_role.role));
end
$$;
comment on function private.set_organisation_role(uuid, uuid, text, text) is 'Does the work of public.set_organisation_role.';
grant execute on function private.set_organisation_role(uuid, uuid, text, text) to authenticated, service_role;

create function public.set_organisation_role(organisation_id uuid, profile_id uuid, role text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_organisation_role(set_organisation_role.organisation_id, set_organisation_role.profile_id, set_organisation_role.role,
    set_organisation_role.idempotency_key);
$$;
comment on function public.set_organisation_role(uuid, uuid, text, text) is
  'Its managers, or staff (organisations.write): makes one of its people manager or member. Errors: organisation_not_found, member_not_found, last_manager, invalid_role, idempotency_key_reused.';
grant execute on function public.set_organisation_role(uuid, uuid, text, text) to authenticated, service_role;

create function private.keep_a_manager(organisation_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not exists (select from public.organisation_members
    where organisation_members.organisation_id = keep_a_manager.organisation_id and organisation_members.role = 'manager') then
    perform private.fail('last_manager', 409, 'An organisation keeps one manager at least.', 'Make somebody else manager first.');
  end if;
end
$$;
comment on function private.keep_a_manager(uuid) is 'Refuses last_manager. The caller holds the organisation''s row.';

create function private.organisation_people(organisation_id uuid)
returns table (profile_id uuid, role text, first_name text, last_name text, email text, joined_at timestamptz)
language plpgsql
stable
security definer -- managers see the names of their people and of nobody else
set search_path = ''
as $$
begin
  perform private.find_organisation(organisation_people.organisation_id);
  return query
    select profiles.id, organisation_members.role, profiles.first_name, profiles.last_name, profiles.email, organisation_members.created_at
    from public.organisation_members join public.profiles on profiles.id = organisation_members.profile_id
    where organisation_members.organisation_id = organisation_people.organisation_id
    order by profiles.last_name, profiles.first_name, profiles.id;
end
$$;
comment on function private.organisation_people(uuid) is 'Does the work of public.organisation_people.';
grant execute on function private.organisation_people(uuid) to authenticated, service_role;

create function public.organisation_people(organisation_id uuid)
returns table (profile_id uuid, role text, first_name text, last_name text, email text, joined_at timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.organisation_people(organisation_people.organisation_id);
$$;
comment on function public.organisation_people(uuid) is
  'Its managers, or staff (organisations.write): who belongs to an organisation, by name. Errors: organisation_not_found.';
grant execute on function public.organisation_people(uuid) to authenticated, service_role;
