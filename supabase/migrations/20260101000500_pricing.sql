/*
Pricing: what a variant costs in a currency. Amounts are bigint minor units, as many as the currency has (IDR and USD: 2). Staff add others (add_currency).

Promise: a buyer never names a price; place_order reads it here, in the transaction that sells.
*/

create table public.currencies (
  code text primary key,
  name text not null,
  minor_units integer not null,
  retired_at timestamptz,
  constraint currencies_have_a_name_people_can_read check (length(btrim(name)) between 1 and 100),
  constraint currencies_have_an_iso_code check (code ~ '^[A-Z]{3}$'),
  constraint currencies_have_sane_minor_units check (minor_units between 0 and 3)
);
comment on table public.currencies is 'The currencies a shop sells in; minor_units as Stripe counts them. retired_at: nothing new is priced or ordered in it; what was stays.';

insert into public.currencies (code, name, minor_units) values ('IDR', 'Indonesian rupiah', 2), ('USD', 'US dollar', 2);

create trigger _900_audit after insert or update or delete on public.currencies for each row execute function private.tg__audit('code');

alter table public.currencies enable row level security;
create policy select_anyone on public.currencies for select to anon, authenticated using (true);
grant select on public.currencies to anon, authenticated, service_role;
-- not granted: insert, update, delete. add_currency and retire_currency write.

create table public.prices (
  id uuid primary key default gen_random_uuid(),
  variant_id uuid not null references public.variants (id) on delete cascade,
  currency text not null references public.currencies (code) on delete restrict,
  amount bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint prices_are_one_per_currency unique (variant_id, currency),
  constraint prices_are_between_nothing_and_ten_billion check (amount between 0 and 1000000000000)
);
comment on table public.prices is 'What one unit of a variant costs, in minor units of the currency. No row: not sold in that currency.';
create index on public.prices (currency);

create trigger _100_stamp_update before update on public.prices for each row execute function private.tg__stamp_update();
create trigger _900_audit after delete on public.prices for each row execute function private.tg__audit('id');
create trigger _900_audit_added after insert on public.prices referencing new table as changed for each statement execute function private.tg__audit_added('id');
create trigger _900_audit_changed after update on public.prices referencing old table as former new table as changed
  for each statement execute function private.tg__audit_changed('id');

alter table public.prices enable row level security;
create policy select_anyone on public.prices for select to anon, authenticated
  using (exists (select from public.variants where variants.id = prices.variant_id));
create policy insert_staff on public.prices for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.prices for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.prices for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.prices to anon, authenticated, service_role;
grant insert (variant_id, currency, amount) on public.prices to authenticated, service_role;
grant update (amount) on public.prices to authenticated, service_role;
grant delete on public.prices to authenticated, service_role;
