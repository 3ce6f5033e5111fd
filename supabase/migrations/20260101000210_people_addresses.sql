/*
People, addresses: where a person wants parcels.

Promise: an address is its person's own; whoever has addresses has exactly one default among them; nobody has more than the shop allows.
Under concurrency: every write of a person's addresses queues on the row of their profile; the unique index on defaults is the guarantee
should a caller forget it.
*/

create table public.addresses (
  id uuid primary key default gen_random_uuid(),
  profile_id uuid not null references public.profiles (id) on delete cascade,
  label text not null default '',
  recipient text not null,
  phone text not null,
  country text not null default 'ID',
  province text not null,
  city text not null,
  district text not null default '',
  subdistrict text not null default '',
  street text not null,
  postal_code text not null,
  default_since timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint addresses_have_a_label_of_sane_length check (length(label) <= 50),
  constraint addresses_name_who_takes_the_parcel check (length(btrim(recipient)) between 1 and 150),
  constraint addresses_have_a_phone_that_can_be_dialled check (phone ~ '^\+?[0-9][0-9 ()\-]{5,19}$'),
  constraint addresses_are_in_a_country check (country ~ '^[A-Z]{2}$'),
  constraint addresses_are_in_a_province_and_a_city check (length(btrim(province)) between 1 and 100 and length(btrim(city)) between 1 and 100),
  constraint addresses_have_districts_of_sane_length check (length(district) <= 100 and length(subdistrict) <= 100),
  constraint addresses_lead_to_a_street check (length(btrim(street)) between 1 and 500),
  constraint addresses_have_a_postal_code_of_sane_form check (
    postal_code ~ '^[A-Za-z0-9](?:[A-Za-z0-9 -]{0,10}[A-Za-z0-9])?$' and (country <> 'ID' or postal_code ~ '^[0-9]{5}$')),
  constraint addresses_fit_on_a_label check (label || recipient || province || city || district || subdistrict || street !~ '[\u0001-\u0009\u000b-\u001f\u007f]')
);
comment on table public.addresses is 'Where a person wants parcels. default_since is set on exactly one of a person''s addresses. An order keeps a copy, not a reference.';

-- the guarantee: one default per person
create unique index addresses_one_default_per_person on public.addresses (profile_id) where default_since is not null;
-- serves: my addresses
create index on public.addresses (profile_id, created_at);

create trigger _100_stamp_update before update on public.addresses for each row execute function private.tg__stamp_update();

alter table public.addresses enable row level security;
create policy select_own_or_staff on public.addresses for select to authenticated
  using (profile_id = (select auth.uid()) or (select private.has_permission('people.read')));
grant select on public.addresses to authenticated, service_role;
-- not granted: insert, update, delete. The verbs keep one default and the limit.

insert into public.settings (key, value, description) values ('max_addresses', '20', 'The most addresses one person may keep.');

-- verbs ------------------------------------------------------------------------------------------------------------------------------

create function private.lock_addresses()
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
begin
  perform from public.profiles where profiles.id = v_person_id for no key update;
  return v_person_id;
end
$$;
comment on function private.lock_addresses() is 'The signed-in caller, whose addresses nobody else changes until this transaction ends.';

create function private.make_default_address(profile_id uuid, address_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.addresses set default_since = null
  where addresses.profile_id = make_default_address.profile_id and addresses.default_since is not null and addresses.id <> make_default_address.address_id;
  update public.addresses set default_since = now() where addresses.id = make_default_address.address_id and addresses.default_since is null;
end
$$;
comment on function private.make_default_address(uuid, uuid) is 'Makes one address of a person the default in place of the one before. The caller holds the person''s addresses.';

create function private.check_address(address public.addresses)
returns public.addresses
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_problem text;
begin
  address.country := upper(btrim(address.country));
  address.postal_code := btrim(address.postal_code);
  address.recipient := btrim(address.recipient);
  v_problem := case
    when length(address.recipient) not between 1 and 150 then 'recipient must have 1 to 150 characters.'
    when address.phone !~ '^\+?[0-9][0-9 ()\-]{5,19}$' then 'phone must be a number that can be dialled, such as +62 812 3456 7890.'
    when address.country !~ '^[A-Z]{2}$' then 'country must be an ISO 3166-1 code of two letters, such as ID.'
    when length(btrim(address.province)) not between 1 and 100 then 'province must have 1 to 100 characters.'
    when length(btrim(address.city)) not between 1 and 100 then 'city must have 1 to 100 characters.'
    when length(address.district) > 100 or length(address.subdistrict) > 100 then 'district and subdistrict have at most 100 characters.'
    when length(btrim(address.street)) not between 1 and 500 then 'street must have 1 to 500 characters.'
    when address.country = 'ID' and address.postal_code !~ '^[0-9]{5}$' then 'postal_code must have five digits.'
    when address.postal_code !~ '^[A-Za-z0-9](?:[A-Za-z0-9 -]{0,10}[A-Za-z0-9])?$' then 'postal_code must have 1 to 12 letters and digits.'
    when length(address.label) > 50 then 'label has at most 50 characters.'
    when address.label || address.recipient || address.province || address.city || address.district || address.subdistrict || address.street
      ~ '[\u0001-\u0009\u000b-\u001f\u007f]' then 'An address has no control characters.'
  end;
  if v_problem is not null then
    perform private.fail('invalid_address', 422, v_problem, 'Correct it and send the address again.');
  end if;
  return address;
end
$$;
comment on function private.check_address(public.addresses) is 'The address, trimmed. Refuses invalid_address with a sentence that names the field; the table''s constraints are the guarantee.';

create function private.add_address(
  recipient text, phone text, street text, city text, province text, postal_code text, district text, subdistrict text, country text, label text,
  make_default boolean, idempotency_key text
)
returns jsonb
language plpgsql
volatile
security definer -- people may not write addresses, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(recipient, phone, street, city, province, postal_code, district, subdistrict, country, label, make_default);
  v_answer jsonb := private.recall_answer(v_person_id, add_address.idempotency_key, 'add_address', v_body);
  v_most integer := private.setting('max_addresses');
  v_address public.addresses;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_address.recipient := coalesce(add_address.recipient, '');
  v_address.phone := coalesce(add_address.phone, '');
  v_address.street := coalesce(add_address.street, '');
  v_address.city := coalesce(add_address.city, '');
  v_address.province := coalesce(add_address.province, '');
  v_address.postal_code := coalesce(add_address.postal_code, '');
  v_address.district := coalesce(add_address.district, '');
  v_address.subdistrict := coalesce(add_address.subdistrict, '');
  v_address.country := coalesce(add_address.country, 'ID');
  v_address.label := coalesce(add_address.label, '');
  v_address := private.check_address(v_address);
  perform private.lock_addresses();
  if (select count(*) from public.addresses where addresses.profile_id = v_person_id) >= v_most then
    perform private.fail('too_many_addresses', 409, format('A person keeps at most %s addresses.', v_most), 'Remove one that is not used any more, or change it.');
  end if;
  insert into public.addresses (profile_id, label, recipient, phone, country, province, city, district, subdistrict, street, postal_code)
  values (v_person_id, v_address.label, v_address.recipient, v_address.phone, v_address.country, v_address.province, v_address.city, v_address.district,
    v_address.subdistrict, v_address.street, v_address.postal_code)
  returning * into v_address;
  if add_address.make_default or not exists (
    select from public.addresses where addresses.profile_id = v_person_id and addresses.default_since is not null
  ) then
    perform private.make_default_address(v_person_id, v_address.id);
  end if;
  return private.remember_answer(v_person_id, add_address.idempotency_key, 'add_address', v_body,
    (select to_jsonb(addresses) - 'profile_id' from public.addresses where addresses.id = v_address.id));
end
$$;
comment on function private.add_address(text, text, text, text, text, text, text, text, text, text, boolean, text) is 'Does the work of public.add_address.';
grant execute on function private.add_address(text, text, text, text, text, text, text, text, text, text, boolean, text) to authenticated;

create function public.add_address(
  recipient text, phone text, street text, city text, province text, postal_code text, district text default null, subdistrict text default null,
  country text default null, label text default null, make_default boolean default false, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.add_address(add_address.recipient, add_address.phone, add_address.street, add_address.city, add_address.province, add_address.postal_code,
    add_address.district, add_address.subdistrict, add_address.country, add_address.label, add_address.make_default, add_address.idempotency_key);
$$;
comment on function public.add_address(text, text, text, text, text, text, text, text, text, text, boolean, text) is
  'Keeps an address of the caller and answers it; the first one is the default. Country: ISO 3166-1, default ID. Errors: invalid_address, too_many_addresses, idempotency_key_reused, sign_in_required.';
grant execute on function public.add_address(text, text, text, text, text, text, text, text, text, text, boolean, text) to authenticated;

create function private.change_address(
  address_id uuid, recipient text, phone text, street text, city text, province text, postal_code text, district text, subdistrict text, country text,
  label text, make_default boolean, idempotency_key text
)
returns jsonb
language plpgsql
volatile
security definer -- people may not write addresses, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(address_id, recipient, phone, street, city, province, postal_code, district, subdistrict, country, label, make_default);
  v_answer jsonb := private.recall_answer(v_person_id, change_address.idempotency_key, 'change_address', v_body);
  v_address public.addresses;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.lock_addresses();
  v_address := private.find_own_address(change_address.address_id);
  v_address.recipient := coalesce(change_address.recipient, v_address.recipient);
  v_address.phone := coalesce(change_address.phone, v_address.phone);
  v_address.street := coalesce(change_address.street, v_address.street);
  v_address.city := coalesce(change_address.city, v_address.city);
  v_address.province := coalesce(change_address.province, v_address.province);
  v_address.postal_code := coalesce(change_address.postal_code, v_address.postal_code);
  v_address.district := coalesce(change_address.district, v_address.district);
  v_address.subdistrict := coalesce(change_address.subdistrict, v_address.subdistrict);
  v_address.country := coalesce(change_address.country, v_address.country);
  v_address.label := coalesce(change_address.label, v_address.label);
  v_address := private.check_address(v_address);
  update public.addresses
  set label = v_address.label, recipient = v_address.recipient, phone = v_address.phone, country = v_address.country, province = v_address.province,
    city = v_address.city, district = v_address.district, subdistrict = v_address.subdistrict, street = v_address.street, postal_code = v_address.postal_code
  where addresses.id = v_address.id;
  if change_address.make_default then
    perform private.make_default_address(v_person_id, v_address.id);
  end if;
  return private.remember_answer(v_person_id, change_address.idempotency_key, 'change_address', v_body,
    (select to_jsonb(addresses) - 'profile_id' from public.addresses where addresses.id = v_address.id));
end
$$;
comment on function private.change_address(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) is 'Does the work of public.change_address.';
grant execute on function private.change_address(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) to authenticated;

create function public.change_address(
  address_id uuid, recipient text default null, phone text default null, street text default null, city text default null, province text default null,
  postal_code text default null, district text default null, subdistrict text default null, country text default null, label text default null,
  make_default boolean default false, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.change_address(change_address.address_id, change_address.recipient, change_address.phone, change_address.street, change_address.city,
    change_address.province, change_address.postal_code, change_address.district, change_address.subdistrict, change_address.country, change_address.label,
    change_address.make_default, change_address.idempotency_key);
$$;
comment on function public.change_address(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) is
  'Sets the given fields of an own address, or makes it the default, and answers it; what is left out or null stays. Errors: address_not_found, invalid_address, idempotency_key_reused, sign_in_required.';
grant execute on function public.change_address(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) to authenticated;

create function private.find_own_address(address_id uuid)
returns public.addresses
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_address public.addresses;
begin
  select * into v_address from public.addresses where addresses.id = find_own_address.address_id and addresses.profile_id = auth.uid();
  if v_address.id is null then
    perform private.fail('address_not_found', 404, 'You have no such address.', 'List your addresses and take one of their ids.');
  end if;
  return v_address;
end
$$;
comment on function private.find_own_address(uuid) is 'One address of the caller. "Not there" and "not yours" are one answer.';

create function private.remove_address(address_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write addresses, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(remove_address.address_id);
  v_answer jsonb := private.recall_answer(v_person_id, remove_address.idempotency_key, 'remove_address', v_body);
  v_address public.addresses;
  v_next_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.lock_addresses();
  v_address := private.find_own_address(remove_address.address_id);
  delete from public.addresses where addresses.id = v_address.id;
  if v_address.default_since is not null then
    select addresses.id into v_next_id from public.addresses where addresses.profile_id = v_person_id order by addresses.updated_at desc, addresses.id limit 1;
    perform private.make_default_address(v_person_id, v_next_id);
  end if;
  return private.remember_answer(v_person_id, remove_address.idempotency_key, 'remove_address', v_body, (
    select coalesce(jsonb_agg(to_jsonb(addresses) - 'profile_id' order by addresses.created_at, addresses.id), '[]')
    from public.addresses where addresses.profile_id = v_person_id));
end
$$;
comment on function private.remove_address(uuid, text) is 'Does the work of public.remove_address.';
grant execute on function private.remove_address(uuid, text) to authenticated;

create function public.remove_address(address_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.remove_address(remove_address.address_id, remove_address.idempotency_key);
$$;
comment on function public.remove_address(uuid, text) is
  'Removes an own address and answers those that are left; of these the one changed last becomes the default if the default went. Errors: address_not_found, idempotency_key_reused, sign_in_required.';
grant execute on function public.remove_address(uuid, text) to authenticated;

-- for the orders domain --------------------------------------------------------------------------------------------------------------

create function private.default_address(profile_id uuid)
returns uuid
language plpgsql -- in every purchase of goods: see private.request_id
stable
security invoker
set search_path = ''
as $$
begin
  return (select addresses.id from public.addresses where addresses.profile_id = default_address.profile_id and addresses.default_since is not null);
end
$$;
comment on function private.default_address(uuid) is 'The id of a person''s default address, null when they have none.';

create function private.address_snapshot(address_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select to_jsonb(addresses) - array['id', 'profile_id', 'label', 'default_since', 'created_at', 'updated_at']
    from public.addresses where addresses.id = address_snapshot.address_id);
end
$$;
comment on function private.address_snapshot(uuid) is 'An address as an order keeps it: recipient, phone, country, province, city, district, subdistrict, street, postal_code.';
