/*
Pricing, lists: prices beside the base price, for a time (a sale), from a quantity on (a tier) or for a group of customers.

Promise: a unit costs the lowest of the prices that apply to this person, this quantity and this moment by the database's clock; of equal
ones the plainest counts (base, sale, tier, group). So lists may overlap in any way and there is one answer. What a group pays is seen by
its members and by staff, by nobody else.
*/

create table public.customer_groups (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint customer_groups_have_a_name_people_can_read check (length(btrim(name)) between 1 and 100)
);
comment on table public.customer_groups is 'People who have prices of their own: schools, resellers, members.';

create trigger _100_stamp_update before update on public.customer_groups for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.customer_groups for each row execute function private.tg__audit('id');

create table public.customer_group_members (
  customer_group_id uuid not null references public.customer_groups (id) on delete cascade,
  profile_id uuid not null references public.profiles (id) on delete cascade,
  added_at timestamptz not null default now(),
  primary key (customer_group_id, profile_id)
);
comment on table public.customer_group_members is 'Who is in which group.';
create index on public.customer_group_members (profile_id);

create trigger _900_audit after insert or update or delete on public.customer_group_members
  for each row execute function private.tg__audit('customer_group_id', 'profile_id');

alter table public.customer_group_members enable row level security;
create policy select_own_or_staff on public.customer_group_members for select to authenticated
  using (profile_id = (select auth.uid()) or (select private.has_permission('pricing.read')));
create policy insert_staff on public.customer_group_members for insert to authenticated with check ((select private.has_permission('pricing.write')));
create policy delete_staff on public.customer_group_members for delete to authenticated using ((select private.has_permission('pricing.write')));
grant select on public.customer_group_members to authenticated, service_role;
grant insert (customer_group_id, profile_id), delete on public.customer_group_members to authenticated, service_role;

alter table public.customer_groups enable row level security;
create policy select_own_or_staff on public.customer_groups for select to authenticated
  using (exists (
    select from public.customer_group_members
    where customer_group_members.customer_group_id = customer_groups.id and customer_group_members.profile_id = (select auth.uid()))
    or (select private.has_permission('pricing.read')));
create policy insert_staff on public.customer_groups for insert to authenticated with check ((select private.has_permission('pricing.write')));
create policy update_staff on public.customer_groups for update to authenticated
  using ((select private.has_permission('pricing.write'))) with check ((select private.has_permission('pricing.write')));
create policy delete_staff on public.customer_groups for delete to authenticated using ((select private.has_permission('pricing.write')));
grant select on public.customer_groups to authenticated, service_role;
grant insert (name), update (name), delete on public.customer_groups to authenticated, service_role;

-- lists ------------------------------------------------------------------------------------------------------------------------------

create table public.price_lists (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  status text not null default 'draft',
  starts_at timestamptz,
  ends_at timestamptz,
  customer_group_id uuid references public.customer_groups (id) on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint price_lists_have_a_name_people_can_read check (length(btrim(name)) between 1 and 100),
  constraint price_lists_have_a_known_status check (status in ('draft', 'active', 'archived')),
  constraint price_lists_start_before_they_end check (ends_at > starts_at)
);
comment on table public.price_lists is
  'Prices that apply while status is active, from starts_at up to, not including, ends_at (null: no limit), to the group''s members or, without a group, to everybody. Buyers read the name.';
create index on public.price_lists (customer_group_id);

insert into private.status_moves (machine, from_status, to_status) values
  ('price_list', 'draft', 'active'), ('price_list', 'draft', 'archived'), ('price_list', 'active', 'draft'),
  ('price_list', 'active', 'archived'), ('price_list', 'archived', 'draft'), ('price_list', 'archived', 'active');

create trigger _100_stamp_update before update on public.price_lists for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.price_lists for each row when (old.status <> new.status) execute function private.tg__guard_status('price_list');
create trigger _900_audit after insert or update or delete on public.price_lists for each row execute function private.tg__audit('id');

alter table public.price_lists enable row level security;
create policy select_current on public.price_lists for select to anon
  using (status = 'active' and customer_group_id is null and (starts_at is null or starts_at <= now()) and (ends_at is null or ends_at > now()));
create policy select_current_or_staff on public.price_lists for select to authenticated
  using (status = 'active' and (starts_at is null or starts_at <= now()) and (ends_at is null or ends_at > now())
    and (customer_group_id is null or customer_group_id in (
      select customer_group_members.customer_group_id from public.customer_group_members where customer_group_members.profile_id = (select auth.uid())))
    or (select private.has_permission('pricing.read')));
create policy insert_staff on public.price_lists for insert to authenticated with check ((select private.has_permission('pricing.write')));
create policy update_staff on public.price_lists for update to authenticated
  using ((select private.has_permission('pricing.write'))) with check ((select private.has_permission('pricing.write')));
create policy delete_staff on public.price_lists for delete to authenticated
  using (status = 'draft' and (select private.has_permission('pricing.write')));
grant select on public.price_lists to anon, authenticated, service_role;
grant insert (name, status, starts_at, ends_at, customer_group_id) on public.price_lists to authenticated, service_role;
grant update (name, status, starts_at, ends_at, customer_group_id) on public.price_lists to authenticated, service_role;
grant delete on public.price_lists to authenticated, service_role;

create table public.price_list_prices (
  price_list_id uuid not null references public.price_lists (id) on delete cascade,
  variant_id uuid not null references public.variants (id) on delete cascade,
  currency text not null references public.currencies (code) on delete restrict,
  min_quantity integer not null default 1,
  amount bigint not null,
  updated_at timestamptz not null default now(),
  primary key (price_list_id, variant_id, currency, min_quantity),
  constraint price_list_prices_begin_at_a_quantity_one_can_buy check (min_quantity between 1 and 1000),
  constraint price_list_prices_are_between_nothing_and_ten_billion check (amount between 0 and 1000000000000)
);
comment on table public.price_list_prices is 'What one unit costs on this list from min_quantity units of it in one order on. Counts only where it is below the base price.';
-- serves: the price of one line
create index on public.price_list_prices (variant_id, currency, min_quantity);
create index on public.price_list_prices (currency);

create trigger _100_stamp_update before update on public.price_list_prices for each row execute function private.tg__stamp_update();
create trigger _900_audit after delete on public.price_list_prices for each row execute function private.tg__audit('price_list_id', 'variant_id', 'currency', 'min_quantity');
create trigger _900_audit_added after insert on public.price_list_prices referencing new table as changed for each statement execute function private.tg__audit_added('price_list_id', 'variant_id', 'currency', 'min_quantity');
create trigger _900_audit_changed after update on public.price_list_prices referencing old table as former new table as changed
  for each statement execute function private.tg__audit_changed('price_list_id', 'variant_id', 'currency', 'min_quantity');

alter table public.price_list_prices enable row level security;
create policy select_anyone on public.price_list_prices for select to anon, authenticated
  using (exists (select from public.price_lists where price_lists.id = price_list_prices.price_list_id)
    and exists (select from public.variants where variants.id = price_list_prices.variant_id));
create policy insert_staff on public.price_list_prices for insert to authenticated with check ((select private.has_permission('pricing.write')));
create policy update_staff on public.price_list_prices for update to authenticated
  using ((select private.has_permission('pricing.write'))) with check ((select private.has_permission('pricing.write')));
create policy delete_staff on public.price_list_prices for delete to authenticated using ((select private.has_permission('pricing.write')));
grant select on public.price_list_prices to anon, authenticated, service_role;
grant insert (price_list_id, variant_id, currency, min_quantity, amount) on public.price_list_prices to authenticated, service_role;
grant update (amount) on public.price_list_prices to authenticated, service_role;
grant delete on public.price_list_prices to authenticated, service_role;

-- which price counts -----------------------------------------------------------------------------------------------------------------

create type private.list_price as (amount bigint, reason jsonb);
comment on type private.list_price is 'A price below the base price, and why: {kind, price_list_id, name, min_quantity, until}.';

create function private.best_list_price(variant_id uuid, quantity integer, currency text, person_id uuid, base_amount bigint)
returns private.list_price
language plpgsql -- in every purchase that costs something: keeps its plan
stable
security invoker
set search_path = ''
as $$
declare
  v_price private.list_price;
begin
  select price_list_prices.amount, jsonb_build_object(
      'kind', case when price_lists.customer_group_id is not null then 'group' when price_list_prices.min_quantity > 1 then 'tier' else 'sale' end,
      'price_list_id', price_lists.id, 'name', price_lists.name, 'min_quantity', price_list_prices.min_quantity, 'until', price_lists.ends_at)
  into v_price.amount, v_price.reason
  from public.price_list_prices
  join public.price_lists on price_lists.id = price_list_prices.price_list_id
  where price_list_prices.variant_id = best_list_price.variant_id and price_list_prices.currency = best_list_price.currency
    and price_list_prices.min_quantity <= best_list_price.quantity and price_list_prices.amount < best_list_price.base_amount
    and price_lists.status = 'active' and (price_lists.starts_at is null or price_lists.starts_at <= now())
    and (price_lists.ends_at is null or price_lists.ends_at > now())
    and (price_lists.customer_group_id is null or exists (
      select from public.customer_group_members
      where customer_group_members.customer_group_id = price_lists.customer_group_id and customer_group_members.profile_id = best_list_price.person_id))
  order by price_list_prices.amount, price_lists.customer_group_id is not null, price_list_prices.min_quantity, price_lists.created_at, price_lists.id
  limit 1;
  if v_price.amount is not null and exists (
    -- it costs what it is worth
    select from public.variants join public.products on products.id = variants.product_id where variants.id = best_list_price.variant_id and products.kind = 'gift_card'
  ) then
    return null;
  end if;
  return v_price;
end
$$;
comment on function private.best_list_price(uuid, integer, text, uuid, bigint) is
  'The lowest list price below the base price for this person, quantity and moment; nulls when the base price counts. Of equal ones: for everybody before a group''s, the smaller quantity, the older list.';
