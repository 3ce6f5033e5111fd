/*
Shipping, zones: where parcels go, and what a thing weighs.

Promise: a place belongs to at most one zone, and of the zones that fit an address the most specific one decides: postal code before province,
province before country, country before everywhere. Only physical goods are ever sent, weighed and paid for.
Under concurrency: an order is priced from one look at zones, methods and rates; what staff change meanwhile counts for the next one.
*/

insert into public.permissions (name, description) values ('shipping.manage', 'Write shipping zones, methods and rates.');
insert into public.role_permissions (role, permission) values ('admin', 'shipping.manage'), ('warehouse', 'shipping.manage');

alter table public.variants add column weight_grams integer;
alter table public.variants add constraint variants_weigh_a_sane_amount check (weight_grams between 0 and 100000000);
grant insert (weight_grams), update (weight_grams) on public.variants to authenticated, service_role;

create table public.shipping_zones (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint shipping_zones_have_a_name_people_can_read check (length(btrim(name)) between 1 and 100)
);
comment on table public.shipping_zones is 'Places to which parcels cost the same. A zone without places is never met.';

create trigger _100_stamp_update before update on public.shipping_zones for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.shipping_zones for each row execute function private.tg__audit('id');

alter table public.shipping_zones enable row level security;
create policy select_anyone on public.shipping_zones for select to anon, authenticated using (true);
create policy insert_staff on public.shipping_zones for insert to authenticated with check ((select private.has_permission('shipping.manage')));
create policy update_staff on public.shipping_zones for update to authenticated
  using ((select private.has_permission('shipping.manage'))) with check ((select private.has_permission('shipping.manage')));
create policy delete_staff on public.shipping_zones for delete to authenticated using ((select private.has_permission('shipping.manage')));
grant select on public.shipping_zones to anon, authenticated, service_role;
grant insert (name), update (name), delete on public.shipping_zones to authenticated, service_role;

create table public.shipping_zone_places (
  id uuid primary key default gen_random_uuid(),
  shipping_zone_id uuid not null references public.shipping_zones (id) on delete cascade,
  country text,
  province text,
  postal_prefix text,
  created_at timestamptz not null default now(),
  constraint shipping_zone_places_have_an_iso_country check (country ~ '^[A-Z]{2}$'),
  constraint shipping_zone_places_name_a_province_or_none check (length(province) between 1 and 100 and province = btrim(province)),
  constraint shipping_zone_places_begin_a_postal_code_or_none check (postal_prefix ~ '^[A-Z0-9]{1,12}$'),
  constraint shipping_zone_places_lie_in_a_country check (country is not null or province is null and postal_prefix is null)
);
comment on table public.shipping_zone_places is
  'A place of a zone: a country, a province in it, postal codes that begin so (capitals and digits, nothing between), or both. All three null: everywhere that no other place names.';
create index on public.shipping_zone_places (shipping_zone_id);
-- the guarantee: a place belongs to one zone; serves: private.find_shipping_zone
create unique index shipping_zone_places_belong_to_one_zone on public.shipping_zone_places (country, lower(province), postal_prefix) nulls not distinct;

create trigger _900_audit after insert or update or delete on public.shipping_zone_places for each row execute function private.tg__audit('id');

alter table public.shipping_zone_places enable row level security;
create policy select_anyone on public.shipping_zone_places for select to anon, authenticated using (true);
create policy insert_staff on public.shipping_zone_places for insert to authenticated with check ((select private.has_permission('shipping.manage')));
create policy delete_staff on public.shipping_zone_places for delete to authenticated using ((select private.has_permission('shipping.manage')));
grant select on public.shipping_zone_places to anon, authenticated, service_role;
grant insert (shipping_zone_id, country, province, postal_prefix), delete on public.shipping_zone_places to authenticated, service_role;
-- not granted: update. A place that moves is taken out of one zone and put into another.
