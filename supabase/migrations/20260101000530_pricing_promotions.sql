/*
Pricing, promotions: what is taken off an order, by itself or by a code, how often, and by whom it was used.

Promise: of the promotions that fit an order the one of highest priority is taken first (of equal ones a code before an automatic one, then the
older); one that is not combinable is taken alone. A promotion applies once per order. No limit is ever passed, in total or per person, and
what an order used is given back when it ends unpaid, is cancelled or is refunded in full.
Under concurrency: a use is counted by one guarded update of the counter's row, and checks hold the counters should a caller forget. Only a limited
promotion or coupon has a counter in total, so a sale for everybody makes nobody wait. Locks, after everything else that a purchase locks: by
promotion, of each its row, then its persons' counters, then its coupons. Whoever changes a limit waits for the uses that run (they share the row).
*/

create table public.promotions (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  kind text not null,
  status text not null default 'draft',
  automatic boolean not null default false,
  combinable boolean not null default false,
  applies_to text not null default 'everything',
  priority integer not null default 0,
  basis_points integer,
  amount bigint,
  currency text references public.currencies (code) on delete restrict,
  buy_quantity integer,
  get_quantity integer,
  minimum_amount bigint not null default 0,
  minimum_quantity integer not null default 0,
  starts_at timestamptz,
  ends_at timestamptz,
  usage_limit integer,
  per_user_limit integer,
  used_count integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint promotions_have_a_name_people_can_read check (length(btrim(name)) between 1 and 100),
  constraint promotions_are_of_a_known_kind check (kind in ('percent', 'fixed', 'free_shipping', 'buy_x_get_y')),
  constraint promotions_have_a_known_status check (status in ('draft', 'active', 'archived')),
  constraint promotions_apply_to_everything_or_a_selection check (applies_to in ('everything', 'selection')),
  constraint promotions_start_before_they_end check (ends_at > starts_at),
  constraint promotions_take_off_a_share_of_the_price check (
    (kind in ('percent', 'buy_x_get_y')) = (basis_points is not null) and basis_points between 1 and 10000),
  constraint promotions_take_off_an_amount_in_a_currency check (
    (kind = 'fixed') = (amount is not null) and amount between 1 and 1000000000000 and ((amount is not null or minimum_amount > 0) <= (currency is not null))),
  constraint promotions_say_what_one_buys_and_gets check (
    (kind = 'buy_x_get_y') = (buy_quantity is not null) and (kind = 'buy_x_get_y') = (get_quantity is not null)
    and buy_quantity between 1 and 1000 and get_quantity between 1 and 1000),
  constraint promotions_ask_for_a_sane_minimum check (minimum_amount >= 0 and minimum_quantity between 0 and 50000),
  constraint promotions_are_limited_to_a_positive_number check (usage_limit > 0 and per_user_limit > 0),
  constraint promotions_are_never_used_beyond_their_limit check (used_count >= 0 and used_count <= usage_limit)
);
comment on table public.promotions is
  'What is taken off an order. percent and buy_x_get_y: basis_points (10000 = free), fixed: amount in currency. minimum_amount is in currency too. used_count is kept while there is a usage_limit. applies_to: everything, or the selection of promotion_products and promotion_categories, which the first of them makes it.';
-- serves: the promotions that apply by themselves
create index on public.promotions (priority) where status = 'active' and automatic;
create index on public.promotions (currency);

insert into private.status_moves (machine, from_status, to_status) values
  ('promotion', 'draft', 'active'), ('promotion', 'draft', 'archived'), ('promotion', 'active', 'draft'),
  ('promotion', 'active', 'archived'), ('promotion', 'archived', 'draft'), ('promotion', 'archived', 'active');

create trigger _100_stamp_update before update on public.promotions for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.promotions for each row when (old.status <> new.status) execute function private.tg__guard_status('promotion');
-- used_count is left out: no sale takes the lock of the audit log
create trigger _900_audit after insert or delete or update of name, status, combinable, applies_to, priority, basis_points, amount, currency, buy_quantity, get_quantity,
  minimum_amount, minimum_quantity, starts_at, ends_at, usage_limit, per_user_limit on public.promotions
  for each row execute function private.tg__audit('id');

alter table public.promotions enable row level security;
create policy select_staff on public.promotions for select to authenticated using ((select private.has_permission('pricing.read')));
create policy insert_staff on public.promotions for insert to authenticated with check ((select private.has_permission('pricing.write')));
create policy update_staff on public.promotions for update to authenticated
  using ((select private.has_permission('pricing.write'))) with check ((select private.has_permission('pricing.write')));
create policy delete_staff on public.promotions for delete to authenticated
  using (status = 'draft' and (select private.has_permission('pricing.write')));
grant select on public.promotions to authenticated, service_role;
grant insert (name, kind, status, automatic, combinable, applies_to, priority, basis_points, amount, currency, buy_quantity, get_quantity, minimum_amount,
  minimum_quantity, starts_at, ends_at, usage_limit, per_user_limit) on public.promotions to authenticated, service_role;
grant update (name, status, combinable, applies_to, priority, basis_points, amount, currency, buy_quantity, get_quantity, minimum_amount, minimum_quantity,
  starts_at, ends_at, usage_limit, per_user_limit) on public.promotions to authenticated, service_role;
grant delete on public.promotions to authenticated, service_role;
-- not granted: used_count (redeeming counts), update of kind and automatic (make another promotion).

create function private.tg__select_for_promotion()
returns trigger
language plpgsql
volatile
security definer -- writes the promotion whatever the caller may change of it
set search_path = ''
as $$
begin
  update public.promotions set applies_to = 'selection' where promotions.id = new.promotion_id and promotions.applies_to = 'everything';
  return null;
end
$$;
comment on function private.tg__select_for_promotion() is 'A promotion with a product or a category is for a selection, and stays so when the last of them goes: then it is for nothing.';

create function private.tg_products__keep_what_is_promoted()
returns trigger
language plpgsql
volatile
security definer -- staff of the catalogue may not see promotions
set search_path = ''
as $$
begin
  if exists (select from public.promotion_products where promotion_products.product_id = old.id) then
    perform private.fail('product_in_use', 409, 'A promotion is for this product.', 'Take it out of the promotion first, or archive the product.', old.id::text);
  end if;
  return old;
end
$$;
comment on function private.tg_products__keep_what_is_promoted() is 'Says clearly what the foreign key enforces.';
create trigger _210_keep_what_is_promoted before delete on public.products for each row execute function private.tg_products__keep_what_is_promoted();

create table public.promotion_products (
  promotion_id uuid not null references public.promotions (id) on delete cascade,
  product_id uuid not null references public.products (id) on delete restrict, -- what an offer is for does not vanish from under it
  primary key (promotion_id, product_id)
);
comment on table public.promotion_products is 'The products a promotion is for, beside those of its categories.';
create index on public.promotion_products (product_id);

create trigger _200_select_for_promotion after insert on public.promotion_products for each row execute function private.tg__select_for_promotion();
create trigger _900_audit after insert or update or delete on public.promotion_products
  for each row execute function private.tg__audit('promotion_id', 'product_id');

alter table public.promotion_products enable row level security;
create policy select_staff on public.promotion_products for select to authenticated using ((select private.has_permission('pricing.read')));
create policy insert_staff on public.promotion_products for insert to authenticated with check ((select private.has_permission('pricing.write')));
create policy delete_staff on public.promotion_products for delete to authenticated using ((select private.has_permission('pricing.write')));
grant select on public.promotion_products to authenticated, service_role;
grant insert (promotion_id, product_id), delete on public.promotion_products to authenticated, service_role;

create table public.promotion_categories (
  promotion_id uuid not null references public.promotions (id) on delete cascade,
  category_id uuid not null references public.categories (id) on delete restrict,
  primary key (promotion_id, category_id)
);
comment on table public.promotion_categories is 'The categories a promotion is for, each with everything below it.';
create index on public.promotion_categories (category_id);

create trigger _200_select_for_promotion after insert on public.promotion_categories for each row execute function private.tg__select_for_promotion();
create trigger _900_audit after insert or update or delete on public.promotion_categories
  for each row execute function private.tg__audit('promotion_id', 'category_id');

alter table public.promotion_categories enable row level security;
create policy select_staff on public.promotion_categories for select to authenticated using ((select private.has_permission('pricing.read')));
create policy insert_staff on public.promotion_categories for insert to authenticated with check ((select private.has_permission('pricing.write')));
create policy delete_staff on public.promotion_categories for delete to authenticated using ((select private.has_permission('pricing.write')));
grant select on public.promotion_categories to authenticated, service_role;
grant insert (promotion_id, category_id), delete on public.promotion_categories to authenticated, service_role;

-- codes ------------------------------------------------------------------------------------------------------------------------------

create table public.coupons (
  id uuid primary key default gen_random_uuid(),
  promotion_id uuid not null references public.promotions (id) on delete cascade,
  code text not null unique,
  customer_id uuid references public.profiles (id) on delete cascade,
  usage_limit integer,
  used_count integer not null default 0,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint coupons_are_written_in_capitals_and_digits check (code ~ '^[A-Z0-9]{4,40}$'),
  constraint coupons_are_limited_to_a_positive_number check (usage_limit > 0),
  constraint coupons_are_never_used_beyond_their_limit check (used_count >= 0 and used_count <= usage_limit)
);
comment on table public.coupons is
  'A code that opens a promotion: for everybody who knows it, or for one customer. Kept in capitals and digits; typed in any case, with spaces and hyphens. used_count is kept while there is a usage_limit.';
create index on public.coupons (promotion_id);
create index on public.coupons (customer_id);

create function private.coupon_code(typed text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select upper(regexp_replace(coupon_code.typed, '[\s-]', '', 'g'));
$$;
comment on function private.coupon_code(text) is 'A code as it is kept: capitals, without spaces and hyphens.';

create function private.tg_coupons__write_code()
returns trigger
language plpgsql
volatile
security definer -- staff write codes as people read them
set search_path = ''
as $$
begin
  new.code := private.coupon_code(new.code);
  return new;
end
$$;
comment on function private.tg_coupons__write_code() is 'A code may be written as people read it: spring-24.';
create trigger _050_write_code before insert on public.coupons for each row execute function private.tg_coupons__write_code();

create trigger _100_stamp_update before update on public.coupons for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or delete or update of usage_limit, revoked_at on public.coupons for each row execute function private.tg__audit('id');

alter table public.coupons enable row level security;
create policy select_own_or_staff on public.coupons for select to authenticated
  using (customer_id = (select auth.uid()) and revoked_at is null or (select private.has_permission('pricing.read')));
create policy insert_staff on public.coupons for insert to authenticated with check ((select private.has_permission('pricing.write')));
create policy update_staff on public.coupons for update to authenticated
  using ((select private.has_permission('pricing.write'))) with check ((select private.has_permission('pricing.write')));
grant select on public.coupons to authenticated, service_role;
grant insert (promotion_id, code, customer_id, usage_limit) on public.coupons to authenticated, service_role;
grant update (usage_limit, revoked_at) on public.coupons to authenticated, service_role;
-- not granted: used_count (redeeming counts), delete (a code that was used is history: revoke it).

-- uses -------------------------------------------------------------------------------------------------------------------------------

create table public.promotion_redemptions (
  id uuid primary key default gen_random_uuid(),
  promotion_id uuid not null references public.promotions (id) on delete restrict,
  coupon_id uuid references public.coupons (id) on delete restrict,
  order_id uuid not null, -- the orders domain adds the foreign key
  customer_id uuid not null references public.profiles (id) on delete restrict,
  amount bigint not null,
  currency text not null, -- as it was: no foreign key, so no index on three values
  redeemed_at timestamptz not null default now(),
  expires_at timestamptz,
  given_back_at timestamptz,
  constraint promotion_redemptions_take_off_something_or_nothing check (amount >= 0)
);
comment on table public.promotion_redemptions is
  'One use of a promotion by an order, and what it took off. expires_at: the order is not paid, and from then on others may take the use. given_back_at: the order ended, so the use does not count.';
-- the guarantee: a promotion counts once per order
create unique index promotion_redemptions_one_per_order on public.promotion_redemptions (order_id, promotion_id) where given_back_at is null;
create index on public.promotion_redemptions (order_id);
-- serves: uses that are due
create index on public.promotion_redemptions (promotion_id, expires_at) where given_back_at is null and expires_at is not null;
create index on public.promotion_redemptions (promotion_id);
create index on public.promotion_redemptions (coupon_id);
-- serves: how often a person uses a promotion, and their own uses
create index on public.promotion_redemptions (customer_id, promotion_id);

alter table public.promotion_redemptions enable row level security;
create policy select_own_or_staff on public.promotion_redemptions for select to authenticated
  using (customer_id = (select auth.uid()) or (select private.has_permission('pricing.read')));
grant select on public.promotion_redemptions to authenticated, service_role;
-- not granted: insert, update, delete. Orders redeem and give back.

create table private.promotion_uses (
  promotion_id uuid not null references public.promotions (id) on delete cascade,
  customer_id uuid not null references public.profiles (id) on delete cascade,
  used_count integer not null,
  primary key (promotion_id, customer_id),
  constraint promotion_uses_are_never_less_than_none check (used_count >= 0)
);
comment on table private.promotion_uses is 'How often each person uses each promotion at present: the counter behind per_user_limit.';
create index on private.promotion_uses (customer_id);
