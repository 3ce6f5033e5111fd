/*
Shipping, methods: how parcels travel, and what each costs where.

Promise: for one zone, method, currency, weight and worth of an order there is one price or none: the bands of a rate never overlap.
Under concurrency: the exclusion constraint is the guarantee; two people who write overlapping bands at once get one band and one refusal.
*/

create table public.shipping_methods (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  carrier text not null default '',
  min_days integer not null,
  max_days integer not null,
  tax_category text not null default 'standard' references public.tax_categories (code) on delete restrict,
  position integer not null default 0,
  translations jsonb not null default '{}',
  archived_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint shipping_methods_have_a_name_people_can_read check (length(btrim(name)) between 1 and 100),
  constraint shipping_methods_have_a_carrier_of_sane_length check (length(carrier) <= 100),
  constraint shipping_methods_arrive_in_a_sane_time check (min_days between 0 and 365 and max_days between min_days and 365)
);
comment on table public.shipping_methods is
  'A way of sending parcels, with the days it takes. translations: {locale: {name}}. archived_at: it is offered no more; orders keep what they were sent by. While no method is offered at all, sending costs nothing.';
create index on public.shipping_methods (tax_category);

create trigger _100_stamp_update before update on public.shipping_methods for each row execute function private.tg__stamp_update();
create trigger _110_check_translations before insert or update of translations on public.shipping_methods
  for each row execute function private.tg__check_translations('name');
create trigger _900_audit after insert or update or delete on public.shipping_methods for each row execute function private.tg__audit('id');

alter table public.shipping_methods enable row level security;
create policy select_anyone on public.shipping_methods for select to anon using (archived_at is null);
create policy select_offered_or_staff on public.shipping_methods for select to authenticated
  using (archived_at is null or (select private.has_permission('shipping.manage')));
create policy insert_staff on public.shipping_methods for insert to authenticated with check ((select private.has_permission('shipping.manage')));
create policy update_staff on public.shipping_methods for update to authenticated
  using ((select private.has_permission('shipping.manage'))) with check ((select private.has_permission('shipping.manage')));
create policy delete_staff on public.shipping_methods for delete to authenticated using ((select private.has_permission('shipping.manage')));
grant select on public.shipping_methods to anon, authenticated, service_role;
grant insert (name, carrier, min_days, max_days, tax_category, position, translations) on public.shipping_methods to authenticated, service_role;
grant update (name, carrier, min_days, max_days, tax_category, position, translations, archived_at) on public.shipping_methods to authenticated, service_role;
grant delete on public.shipping_methods to authenticated, service_role;

create table public.shipping_rates (
  id uuid primary key default gen_random_uuid(),
  shipping_zone_id uuid not null references public.shipping_zones (id) on delete cascade,
  shipping_method_id uuid not null references public.shipping_methods (id) on delete cascade,
  currency text not null references public.currencies (code) on delete restrict,
  amount bigint not null,
  from_weight_grams bigint not null default 0,
  until_weight_grams bigint,
  from_order_amount bigint not null default 0,
  until_order_amount bigint,
  free_from_amount bigint,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint shipping_rates_have_a_sane_price check (amount between 0 and 1000000000000),
  constraint shipping_rates_are_free_from_a_sane_amount check (free_from_amount between 0 and 1000000000000000),
  constraint shipping_rates_begin_before_they_end check (from_weight_grams between 0 and 1000000000000 and until_weight_grams > from_weight_grams
    and until_weight_grams <= 1000000000000 and from_order_amount between 0 and 1000000000000000 and until_order_amount > from_order_amount
    and until_order_amount <= 1000000000000000),
  constraint shipping_rates_do_not_overlap exclude using gist (
    shipping_zone_id with =, shipping_method_id with =, currency with =,
    int8range(from_weight_grams, until_weight_grams) with &&, int8range(from_order_amount, until_order_amount) with &&)
);
comment on table public.shipping_rates is
  'What a method costs to a zone, in minor units of currency, for parcels and orders in its band: from each bound up to, not including, the other; null: without end. free_from_amount: from this worth of the order on it costs nothing.';
-- serves: the rates of a zone, and the foreign key
create index on public.shipping_rates (shipping_zone_id, currency);
create index on public.shipping_rates (shipping_method_id);
create index on public.shipping_rates (currency);

create trigger _100_stamp_update before update on public.shipping_rates for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.shipping_rates for each row execute function private.tg__audit('id');

alter table public.shipping_rates enable row level security;
create policy select_anyone on public.shipping_rates for select to anon, authenticated using (true);
create policy insert_staff on public.shipping_rates for insert to authenticated with check ((select private.has_permission('shipping.manage')));
create policy update_staff on public.shipping_rates for update to authenticated
  using ((select private.has_permission('shipping.manage'))) with check ((select private.has_permission('shipping.manage')));
create policy delete_staff on public.shipping_rates for delete to authenticated using ((select private.has_permission('shipping.manage')));
grant select on public.shipping_rates to anon, authenticated, service_role;
grant insert (shipping_zone_id, shipping_method_id, currency, amount, from_weight_grams, until_weight_grams, from_order_amount, until_order_amount, free_from_amount)
  on public.shipping_rates to authenticated, service_role;
grant update (amount, from_weight_grams, until_weight_grams, from_order_amount, until_order_amount, free_from_amount) on public.shipping_rates to authenticated, service_role;
grant delete on public.shipping_rates to authenticated, service_role;
-- not granted: update of zone, method and currency (write another rate).
