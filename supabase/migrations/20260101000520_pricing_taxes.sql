/*
Pricing, taxes: which taxes a sale carries, by place and kind of thing.

Promise: every rate that fits the place, the thing and the moment is taken, each from the same net price. An inclusive rate is contained in
the price and changes no total; an exclusive one comes on top. Each amount is rounded once, per line and rate, half away from zero, to the
minor unit; the inclusive ones of a line are rounded together and split by largest remainder.
*/

create extension if not exists btree_gist with schema extensions;

insert into public.settings (key, value, description) values
  ('default_tax_country', '"ID"', 'ISO 3166-1 code of the country whose taxes count when neither an address nor the caller names one; null: none do.');

create table public.tax_categories (
  code text primary key,
  name text not null,
  constraint tax_categories_have_a_snake_case_code check (code ~ '^[a-z][a-z0-9_]{0,40}$')
);
comment on table public.tax_categories is 'How a thing is taxed: what a rate is for and a product belongs to.';
insert into public.tax_categories (code, name) values ('standard', 'Taxed as usual'), ('reduced', 'Taxed at a reduced rate'), ('exempt', 'Not taxed');

create trigger _900_audit after insert or update or delete on public.tax_categories for each row execute function private.tg__audit('code');

alter table public.tax_categories enable row level security;
create policy select_anyone on public.tax_categories for select to anon, authenticated using (true);
create policy insert_staff on public.tax_categories for insert to authenticated with check ((select private.has_permission('taxes.write')));
create policy update_staff on public.tax_categories for update to authenticated
  using ((select private.has_permission('taxes.write'))) with check ((select private.has_permission('taxes.write')));
create policy delete_staff on public.tax_categories for delete to authenticated using ((select private.has_permission('taxes.write')));
grant select on public.tax_categories to anon, authenticated, service_role;
grant insert (code, name), update (name), delete on public.tax_categories to authenticated, service_role;

alter table public.products add column tax_category text not null default 'standard' references public.tax_categories (code) on delete restrict;
create index on public.products (tax_category);
grant insert (tax_category), update (tax_category) on public.products to authenticated, service_role;

create table public.tax_rates (
  id uuid primary key default gen_random_uuid(),
  country text not null,
  province text,
  tax_category text not null references public.tax_categories (code) on delete restrict,
  name text not null,
  basis_points integer not null,
  inclusive boolean not null,
  valid_from timestamptz not null default '-infinity',
  valid_until timestamptz not null default 'infinity',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint tax_rates_have_an_iso_country check (country ~ '^[A-Z]{2}$'),
  constraint tax_rates_name_a_province_or_none check (length(btrim(province)) between 1 and 100),
  constraint tax_rates_have_a_name_people_can_read check (length(btrim(name)) between 1 and 40),
  constraint tax_rates_are_at_most_the_price check (basis_points between 0 and 10000),
  constraint tax_rates_begin_before_they_end check (valid_until > valid_from),
  constraint tax_rates_do_not_overlap_under_one_name exclude using gist (
    country with =, (lower(coalesce(province, ''))) with =, tax_category with =, name with =, tstzrange(valid_from, valid_until) with &&)
);
comment on table public.tax_rates is
  'A tax: 1100 basis points are 11 % of the net price. Province null is the whole country. Holds from valid_from up to, not including, valid_until.';
-- serves: the taxes of a line
create index on public.tax_rates (country, tax_category);
create index on public.tax_rates (tax_category);

create trigger _100_stamp_update before update on public.tax_rates for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.tax_rates for each row execute function private.tg__audit('id');

alter table public.tax_rates enable row level security;
create policy select_anyone on public.tax_rates for select to anon, authenticated using (true);
create policy insert_staff on public.tax_rates for insert to authenticated with check ((select private.has_permission('taxes.write')));
create policy update_staff on public.tax_rates for update to authenticated
  using ((select private.has_permission('taxes.write'))) with check ((select private.has_permission('taxes.write')));
create policy delete_staff on public.tax_rates for delete to authenticated using ((select private.has_permission('taxes.write')));
grant select on public.tax_rates to anon, authenticated, service_role;
grant insert (country, province, tax_category, name, basis_points, inclusive, valid_from, valid_until) on public.tax_rates to authenticated, service_role;
grant update (country, province, tax_category, name, basis_points, inclusive, valid_from, valid_until) on public.tax_rates to authenticated, service_role;
grant delete on public.tax_rates to authenticated, service_role;
