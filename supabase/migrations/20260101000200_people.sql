/*
People: profiles beside Supabase Auth, roles and permissions as rows.

Promise: whoever signs up has a profile and a welcome event in the same transaction; a role's powers are rows, so changing them is an
audited write and no deployment. The audit log has a file of its own.
Under concurrency: whoever grants or revokes a role, or deletes an account, locks what makes it right, so that one admin stays.
*/

create table public.profiles (
  id uuid primary key, -- = auth.users.id; no foreign key: when an account is deleted the orders stay and the person is blanked
  email text,
  first_name text not null default '',
  last_name text not null default '',
  phone text,
  locale text not null default 'id',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  closed_at timestamptz,
  constraint profiles_have_names_of_sane_length check (length(first_name) <= 100 and length(last_name) <= 100),
  constraint profiles_have_a_phone_that_can_be_dialled check (phone ~ '^\+?[0-9][0-9 ()\-]{5,19}$'),
  constraint profiles_speak_a_known_language check (locale in ('id', 'en')),
  constraint profiles_are_blank_once_closed check (closed_at is null or (email is null and phone is null and first_name = '' and last_name = ''))
);
comment on table public.profiles is 'One row per person who signed up. The e-mail follows Supabase Auth; the rest is the person''s own.';

-- serves: staff who look a customer up by mail
create index on public.profiles (lower(email));

create trigger _100_stamp_update before update on public.profiles for each row execute function private.tg__stamp_update();

create function private.require_person()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_person_id uuid := auth.uid();
begin
  if v_person_id is null then
    perform private.fail('sign_in_required', 401, 'This call acts for a person, and nobody is signed in.', 'Sign in and send the access token as bearer.');
  end if;
  if not exists (select from public.profiles where profiles.id = v_person_id and profiles.closed_at is null) then
    perform private.fail('account_closed', 401, 'This account was deleted.', 'Sign in with another account.');
  end if;
  return v_person_id;
end
$$;
comment on function private.require_person() is 'The id of the signed-in caller. Refuses sign_in_required, and account_closed for a token that outlived its account.';

-- roles and permissions --------------------------------------------------------------------------------------------------------------

create table public.roles (
  name text primary key,
  description text not null,
  constraint roles_are_snake_case check (name ~ '^[a-z][a-z_]{1,40}$')
);
comment on table public.roles is 'The roles of staff. Customer is what everybody signed in is, and has no row.';

create table public.permissions (
  name text primary key,
  description text not null,
  constraint permissions_are_named_domain_dot_verb check (name ~ '^[a-z_]+\.[a-z_]+$')
);
comment on table public.permissions is 'What can be allowed. Policies and functions ask private.has_permission(name).';

create table public.role_permissions (
  role text not null references public.roles (name) on delete cascade,
  permission text not null references public.permissions (name) on delete cascade,
  primary key (role, permission)
);
comment on table public.role_permissions is 'Which role may do what.';
create index on public.role_permissions (permission);

create table public.role_members (
  profile_id uuid not null references public.profiles (id) on delete cascade,
  role text not null references public.roles (name) on delete restrict,
  granted_by uuid default auth.uid(),
  granted_at timestamptz not null default now(),
  primary key (profile_id, role)
);
comment on table public.role_members is 'Who has which role. Written by grant_role and revoke_role.';
create index on public.role_members (role);

insert into public.roles (name, description) values
  ('instructor', 'Teaches: sees courses that are not published yet.'),
  ('support', 'Helps customers: sees people, orders and enrolments, changes and cancels orders.'),
  ('warehouse', 'Keeps stock, and ships orders.'),
  ('courier', 'Delivers.'),
  ('finance', 'Sees the money and gives it back.'),
  ('catalog_manager', 'Writes the catalogue: products, prices, courses, intakes.'),
  ('admin', 'May do everything.'),
  ('auditor', 'Sees everything and changes nothing.');

insert into public.permissions (name, description) values
  ('audit.read', 'See the audit log.'),
  ('catalog.read', 'See drafts and archived products.'),
  ('catalog.write', 'Write products, variants, prices, courses and intakes.'),
  ('enrollments.read', 'See every enrolment.'),
  ('events.read', 'See the event log.'),
  ('inventory.read', 'See stock of unpublished products, movements and reservations.'),
  ('inventory.write', 'Change stock.'),
  ('invoices.read', 'See every invoice and credit note.'),
  ('ledger.read', 'See the ledger.'),
  ('notifications.read', 'See every notification.'),
  ('orders.cancel', 'Cancel any order; what was paid is refunded.'),
  ('orders.fulfil', 'Process, ship, deliver and complete orders.'),
  ('orders.read', 'See every order.'),
  ('orders.write', 'Write notes to orders, change them, and prepare orders for customers.'),
  ('payments.read', 'See every payment, its proofs and its refunds.'),
  ('payments.refund', 'Give money back, and say that it was sent.'),
  ('payments.review', 'Approve and reject proofs of payment, and settle orders that need review.'),
  ('people.manage', 'Grant and revoke roles.'),
  ('people.read', 'See every profile.'),
  ('pricing.read', 'See every price list, customer group, promotion, coupon and its uses.'),
  ('pricing.write', 'Write price lists, customer groups, promotions and coupons.'),
  ('processes.read', 'See background processes.'),
  ('processes.write', 'Retry background processes.'),
  ('settings.read', 'See the shop''s settings.'),
  ('settings.write', 'Change the shop''s settings.'),
  ('taxes.write', 'Write tax categories and rates.');

insert into public.role_permissions (role, permission)
select 'admin', permissions.name from public.permissions
union all select 'auditor', permissions.name from public.permissions where permissions.name like '%.read'
union all select * from (values
  ('instructor', 'catalog.read'),
  ('support', 'people.read'), ('support', 'orders.read'), ('support', 'orders.cancel'), ('support', 'orders.write'), ('support', 'payments.read'), ('support', 'invoices.read'),
  ('support', 'enrollments.read'), ('support', 'notifications.read'), ('support', 'catalog.read'), ('support', 'processes.read'), ('support', 'pricing.read'),
  ('warehouse', 'catalog.read'), ('warehouse', 'inventory.read'), ('warehouse', 'inventory.write'), ('warehouse', 'orders.read'), ('warehouse', 'orders.fulfil'),
  ('finance', 'orders.read'), ('finance', 'payments.read'), ('finance', 'payments.refund'), ('finance', 'payments.review'), ('finance', 'invoices.read'), ('finance', 'ledger.read'), ('finance', 'people.read'),
  ('finance', 'pricing.read'), ('finance', 'taxes.write'),
  ('catalog_manager', 'catalog.read'), ('catalog_manager', 'catalog.write'), ('catalog_manager', 'inventory.read'),
  ('catalog_manager', 'pricing.read'), ('catalog_manager', 'pricing.write')
) as granted (role, permission);

create function private.has_permission(permission text)
returns boolean
language plpgsql -- in every request: see private.request_id
stable
security definer -- policies ask it for people who may not read the role tables
set search_path = ''
as $$
begin
  return exists (
    select from public.role_members
    join public.role_permissions on role_permissions.role = role_members.role
    where role_members.profile_id = auth.uid() and role_permissions.permission = has_permission.permission
  );
end
$$;
comment on function private.has_permission(text) is 'Whether one of the caller''s roles has this permission. Ask it as (select private.has_permission(…)), once per statement.';
grant execute on function private.has_permission(text) to authenticated;

create function private.my_permissions()
returns text[]
language plpgsql -- in every purchase: see private.request_id
stable
security definer -- as has_permission
set search_path = ''
as $$
begin
  return array(
    select distinct role_permissions.permission from public.role_members
    join public.role_permissions on role_permissions.role = role_members.role
    where role_members.profile_id = auth.uid());
end
$$;
comment on function private.my_permissions() is 'All permissions of the caller, for what would ask private.has_permission row by row.';

-- who sees what ----------------------------------------------------------------------------------------------------------------------

alter table public.profiles enable row level security;
create policy select_own_or_staff on public.profiles for select to authenticated
  using (id = (select auth.uid()) or (select private.has_permission('people.read')));
create policy update_own on public.profiles for update to authenticated using (id = (select auth.uid())) with check (id = (select auth.uid()));
grant select on public.profiles to authenticated, service_role;
grant update (first_name, last_name, phone, locale) on public.profiles to authenticated, service_role;
-- not granted: insert, delete (sign-up and account deletion do it), update of email (Supabase Auth does it).

alter table public.roles enable row level security;
create policy select_staff on public.roles for select to authenticated using ((select private.has_permission('people.read')));
grant select on public.roles to authenticated, service_role;

alter table public.permissions enable row level security;
create policy select_staff on public.permissions for select to authenticated using ((select private.has_permission('people.read')));
grant select on public.permissions to authenticated, service_role;

alter table public.role_permissions enable row level security;
create policy select_staff on public.role_permissions for select to authenticated using ((select private.has_permission('people.read')));
create policy insert_staff on public.role_permissions for insert to authenticated with check ((select private.has_permission('people.manage')));
create policy delete_staff on public.role_permissions for delete to authenticated using ((select private.has_permission('people.manage')));
grant select on public.role_permissions to authenticated, service_role;
grant insert (role, permission), delete on public.role_permissions to authenticated, service_role;

alter table public.role_members enable row level security;
create policy select_own_or_staff on public.role_members for select to authenticated
  using (profile_id = (select auth.uid()) or (select private.has_permission('people.read')));
grant select on public.role_members to authenticated, service_role;
-- not granted: insert, update, delete. grant_role and revoke_role keep the last admin.

alter table public.settings enable row level security;
create policy select_staff on public.settings for select to authenticated using ((select private.has_permission('settings.read')));
create policy update_staff on public.settings for update to authenticated
  using ((select private.has_permission('settings.write'))) with check ((select private.has_permission('settings.write')));
grant select on public.settings to authenticated, service_role;
grant update (value) on public.settings to authenticated, service_role;

alter table public.status_changes enable row level security;
-- its one policy stands in the refunds file, where the last of the tables it looks at is made
grant select on public.status_changes to authenticated, service_role;

-- accounts -> profiles ---------------------------------------------------------------------------------------------------------------

create function private.tg_users__make_profile()
returns trigger
language plpgsql
volatile
security definer -- fires as Supabase Auth's own role
set search_path = ''
as $$
begin
  insert into public.profiles (id, email, first_name, last_name, locale)
  values (
    new.id, new.email,
    left(coalesce(new.raw_user_meta_data ->> 'first_name', ''), 100),
    left(coalesce(new.raw_user_meta_data ->> 'last_name', ''), 100),
    case when new.raw_user_meta_data ->> 'locale' = 'en' then 'en' else 'id' end
  );
  insert into public.events (name, subject_type, subject_id, actor_id, correlation_id)
  values ('profile.created', 'profile', new.id, new.id, private.request_id());
  return null;
end
$$;
comment on function private.tg_users__make_profile() is 'Sign-up makes the profile and the welcome event in one transaction. Metadata is the user''s own words: cut, never trusted.';

create function private.tg_users__follow_email()
returns trigger
language plpgsql
volatile
security definer -- fires as Supabase Auth's own role
set search_path = ''
as $$
begin
  update public.profiles set email = new.email where profiles.id = new.id and profiles.closed_at is null;
  return null;
end
$$;
comment on function private.tg_users__follow_email() is 'The profile''s e-mail is the account''s.';

create function private.keep_an_admin(profile_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- two admins who remove each other must not leave none
  perform from public.role_members where role_members.role = 'admin' order by role_members.profile_id for update;
  if not exists (select from public.role_members where role_members.role = 'admin' and role_members.profile_id <> keep_an_admin.profile_id) then
    perform private.fail('last_admin', 409, 'The shop must keep one admin.', 'Make another person admin first.');
  end if;
end
$$;
comment on function private.keep_an_admin(uuid) is 'Refuses last_admin when nobody else is admin; until the transaction ends nobody else stops being one. Asked before an admin''s role is taken or their account deleted.';

create function private.tg_users__close_profile()
returns trigger
language plpgsql
volatile
security definer -- fires as Supabase Auth's own role
set search_path = ''
as $$
begin
  -- the profile first: a role that is being granted holds it, and is then seen here
  update public.profiles set email = null, phone = null, first_name = '', last_name = '', closed_at = now() where profiles.id = old.id;
  if exists (select from public.role_members where role_members.profile_id = old.id and role_members.role = 'admin') then
    perform private.keep_an_admin(old.id);
  end if;
  delete from public.role_members where role_members.profile_id = old.id;
  delete from public.addresses where addresses.profile_id = old.id;
  perform private.forget_destinations(old.id);
  return null;
end
$$;
comment on function private.tg_users__close_profile() is 'A deleted account leaves its orders and an empty profile, and no addresses or roles: the books stay, the person goes. That of the last admin stays (last_admin).';

create trigger _100_make_profile after insert on auth.users for each row execute function private.tg_users__make_profile();
create trigger _200_follow_email after update of email on auth.users for each row execute function private.tg_users__follow_email();
create trigger _300_close_profile after delete on auth.users for each row execute function private.tg_users__close_profile();

-- verbs ------------------------------------------------------------------------------------------------------------------------------

create function private.grant_role(profile_id uuid, role text, idempotency_key text)
returns setof public.role_members
language plpgsql
volatile
security definer -- role_members is written here only
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(grant_role.profile_id, grant_role.role);
  v_answer jsonb;
begin
  if not (private.is_service() or private.has_permission('people.manage')) then
    perform private.fail('permission_denied', 403, 'Granting roles needs the permission people.manage.', 'Ask an admin.');
  end if;
  v_answer := private.recall_answer(v_person_id, grant_role.idempotency_key, 'grant_role', v_body);
  if v_answer is not null then
    return query select * from jsonb_populate_recordset(null::public.role_members, v_answer);
    return;
  end if;
  if not exists (select from public.roles where roles.name = grant_role.role) then
    perform private.fail('role_not_found', 404, 'There is no such role.', 'List the roles and take one of their names.');
  end if;
  -- locked, so that an account which is being deleted is waited for and then found closed
  if not exists (select from public.profiles where profiles.id = grant_role.profile_id and profiles.closed_at is null for share) then
    perform private.fail('profile_not_found', 404, 'There is no such person.', 'Check the profile id.');
  end if;
  insert into public.role_members (profile_id, role) values (grant_role.profile_id, grant_role.role) on conflict do nothing;
  select coalesce(jsonb_agg(to_jsonb(role_members)), '[]') into v_answer from public.role_members where role_members.profile_id = grant_role.profile_id;
  perform private.remember_answer(v_person_id, grant_role.idempotency_key, 'grant_role', v_body, v_answer);
  return query select * from jsonb_populate_recordset(null::public.role_members, v_answer);
end
$$;
comment on function private.grant_role(uuid, text, text) is 'Does the work of public.grant_role.';
grant execute on function private.grant_role(uuid, text, text) to authenticated, service_role;

create function public.grant_role(profile_id uuid, role text, idempotency_key text default null)
returns setof public.role_members
language sql
volatile
security invoker
set search_path = ''
as $$
  select * from private.grant_role(grant_role.profile_id, grant_role.role, grant_role.idempotency_key);
$$;
comment on function public.grant_role(uuid, text, text) is
  'Staff (people.manage): gives a person a role and answers all their roles. Errors: permission_denied, role_not_found, profile_not_found, idempotency_key_reused.';
grant execute on function public.grant_role(uuid, text, text) to authenticated, service_role;

create function private.revoke_role(profile_id uuid, role text, idempotency_key text)
returns setof public.role_members
language plpgsql
volatile
security definer -- role_members is written here only
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(revoke_role.profile_id, revoke_role.role);
  v_answer jsonb;
begin
  if not (private.is_service() or private.has_permission('people.manage')) then
    perform private.fail('permission_denied', 403, 'Revoking roles needs the permission people.manage.', 'Ask an admin.');
  end if;
  v_answer := private.recall_answer(v_person_id, revoke_role.idempotency_key, 'revoke_role', v_body);
  if v_answer is not null then
    return query select * from jsonb_populate_recordset(null::public.role_members, v_answer);
    return;
  end if;
  if revoke_role.role = 'admin' then
    perform private.keep_an_admin(revoke_role.profile_id);
  end if;
  delete from public.role_members where role_members.profile_id = revoke_role.profile_id and role_members.role = revoke_role.role;
  select coalesce(jsonb_agg(to_jsonb(role_members)), '[]') into v_answer from public.role_members where role_members.profile_id = revoke_role.profile_id;
  perform private.remember_answer(v_person_id, revoke_role.idempotency_key, 'revoke_role', v_body, v_answer);
  return query select * from jsonb_populate_recordset(null::public.role_members, v_answer);
end
$$;
comment on function private.revoke_role(uuid, text, text) is 'Does the work of public.revoke_role.';
grant execute on function private.revoke_role(uuid, text, text) to authenticated, service_role;

create function public.revoke_role(profile_id uuid, role text, idempotency_key text default null)
returns setof public.role_members
language sql
volatile
security invoker
set search_path = ''
as $$
  select * from private.revoke_role(revoke_role.profile_id, revoke_role.role, revoke_role.idempotency_key);
$$;
comment on function public.revoke_role(uuid, text, text) is
  'Staff (people.manage): takes a role away and answers the roles that are left. Errors: permission_denied, last_admin, idempotency_key_reused.';
grant execute on function public.revoke_role(uuid, text, text) to authenticated, service_role;
