/*
Carts: what a customer means to buy. A cart holds no stock and fixes no price; it is priced anew whenever it is answered.

Promise: one open cart per customer, kept for cart_days after the last touch; one order per cart, however often it is placed; a cart whose
order ended unpaid is the customer's again.
Under concurrency: every verb locks the customer's carts first, after the idempotency key and before anything else, so nothing is lost
between two tabs. The unique indexes are the guarantee: one open cart per customer, one cart per order. Ending an order touches no cart;
the cart is given back when the customer comes for it, so nobody who holds an order or stock ever waits for a cart.
*/

create table public.carts (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references public.profiles (id) on delete cascade,
  status text not null default 'open',
  currency text not null, -- checked by the verbs
  shipping_address_id uuid references public.addresses (id) on delete set null,
  shipping_method_id uuid references public.shipping_methods (id) on delete set null,
  order_id uuid, -- the orders domain adds the foreign key
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint carts_have_a_known_status check (status in ('open', 'ordered', 'abandoned')),
  constraint carts_that_are_ordered_have_an_order check (status <> 'ordered' or order_id is not null),
  constraint carts_are_of_one_order unique (order_id)
);
comment on table public.carts is
  'What a customer means to buy. Open: theirs to change until expires_at. Ordered: order_id is its order. Abandoned: nobody came back in time. An open cart with an order_id came back from that order.';

-- the guarantee: one open cart per customer
create unique index carts_one_open_per_customer on public.carts (customer_id) where status = 'open';
-- serves: the carts of a customer, also those that may come back
create index on public.carts (customer_id, expires_at);
create index on public.carts (shipping_address_id);
create index on public.carts (shipping_method_id);
-- serves: private.expire_due_carts
create index on public.carts (expires_at) where status = 'open';
-- serves: private.purge_carts
create index on public.carts (expires_at) where status = 'abandoned';

insert into private.status_moves (machine, from_status, to_status) values
  ('cart', 'open', 'ordered'), ('cart', 'open', 'abandoned'), ('cart', 'ordered', 'open'), ('cart', 'ordered', 'abandoned');

create trigger _100_stamp_update before update on public.carts for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.carts for each row when (old.status <> new.status) execute function private.tg__guard_status('cart');

alter table public.carts enable row level security;
create policy select_own_or_staff on public.carts for select to authenticated
  using (customer_id = (select auth.uid()) or (select private.has_permission('people.read')));
grant select on public.carts to authenticated, service_role;
-- not granted: insert, update, delete. The verbs lock first.

create table public.cart_items (
  cart_id uuid not null references public.carts (id) on delete cascade,
  variant_id uuid not null, -- no foreign key: what was deleted shows as gone instead of vanishing
  quantity integer not null,
  seen_title text,
  seen_unit_amount bigint,
  seen_problem text,
  added_at timestamptz not null default clock_timestamp(),
  primary key (cart_id, variant_id),
  constraint cart_items_are_bought_by_the_piece check (quantity between 1 and 1000)
);
comment on table public.cart_items is
  'One line of a cart. seen_* is what the customer was last shown of it: title, price of one in the cart''s currency, the code of what was wrong with it.';

alter table public.cart_items enable row level security;
create policy select_own_or_staff on public.cart_items for select to authenticated
  using (exists (select from public.carts where carts.id = cart_items.cart_id));
grant select on public.cart_items to authenticated, service_role;

create table public.cart_coupons (
  cart_id uuid not null references public.carts (id) on delete cascade,
  coupon_id uuid not null references public.coupons (id) on delete cascade,
  added_at timestamptz not null default clock_timestamp(),
  primary key (cart_id, coupon_id)
);
comment on table public.cart_coupons is 'A coupon that the customer typed into their cart. Whether it still counts is asked at every quote.';
create index on public.cart_coupons (coupon_id);

alter table public.cart_coupons enable row level security;
create policy select_own_or_staff on public.cart_coupons for select to authenticated
  using (exists (select from public.carts where carts.id = cart_coupons.cart_id));
grant select on public.cart_coupons to authenticated, service_role;

insert into public.settings (key, value, description) values
  ('cart_days', '30', 'Days a cart is kept after it was last touched.'),
  ('cart_purge_days', '90', 'Days a cart that was given up stays in the books before it is forgotten.'),
  ('max_cart_quantity', '100', 'The most units of one thing that a cart takes. A cart has at most max_order_lines lines.');

-- whose cart -------------------------------------------------------------------------------------------------------------------------

create function private.lock_cart(customer_id uuid)
returns public.carts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_cart public.carts;
  v_returned public.carts;
begin
  perform from public.carts
  where carts.customer_id = lock_cart.customer_id and (carts.status = 'open' or carts.status = 'ordered' and carts.expires_at > now())
  order by carts.id for update;
  -- locked here as well: another tab may have made it since the line above looked
  select * into v_cart from public.carts where carts.customer_id = lock_cart.customer_id and carts.status = 'open' for update;
  if v_cart.expires_at <= now() then
    update public.carts set status = 'abandoned' where carts.id = v_cart.id;
    v_cart := null;
  elsif v_cart.order_id is not null and exists (select from public.orders where orders.id = v_cart.order_id and orders.paid_at is not null) then
    -- the payment came after all, and nobody has touched the cart since it came back
    update public.carts set status = 'ordered' where carts.id = v_cart.id;
    v_cart := null;
  end if;
  for v_returned in
    select carts.* from public.carts join public.orders on orders.id = carts.order_id
    where carts.customer_id = lock_cart.customer_id and carts.status = 'ordered' and carts.expires_at > now()
      and orders.status in ('expired', 'cancelled') and orders.paid_at is null
    order by carts.updated_at
  loop
    v_cart := private.give_back_cart(v_returned, v_cart);
  end loop;
  return v_cart;
end
$$;
comment on function private.lock_cart(uuid) is
  'The customer''s open cart, or null: locked, with what came back from orders that ended unpaid, and gone when its time is over. First of all locks but the idempotency key.';

create function private.give_back_cart(returned public.carts, open_cart public.carts)
returns public.carts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_cart public.carts := give_back_cart.open_cart;
begin
  if v_cart.id is null then
    update public.carts set status = 'open' where carts.id = (give_back_cart.returned).id returning * into v_cart;
    return v_cart;
  end if;
  -- whoever filled a new cart meanwhile may have put the same things into it: they are not wanted twice
  insert into public.cart_items as item (cart_id, variant_id, quantity)
  select v_cart.id, cart_items.variant_id, cart_items.quantity from public.cart_items where cart_items.cart_id = (give_back_cart.returned).id
  on conflict on constraint cart_items_pkey do update set quantity = greatest(item.quantity, excluded.quantity);
  update public.carts set status = 'abandoned' where carts.id = (give_back_cart.returned).id;
  return v_cart;
end
$$;
comment on function private.give_back_cart(public.carts, public.carts) is 'A cart whose order ended unpaid: open again, or merged into the one that is open. The caller holds both.';

create function private.cart_needs_care(customer_id uuid)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return exists (
    select from public.carts left join public.orders on orders.id = carts.order_id
    where carts.customer_id = cart_needs_care.customer_id and (
      carts.status = 'open' and (carts.expires_at <= now() or orders.paid_at is not null)
      or carts.status = 'ordered' and carts.expires_at > now() and orders.status in ('expired', 'cancelled') and orders.paid_at is null));
end
$$;
comment on function private.cart_needs_care(uuid) is 'Whether private.lock_cart would change anything: who only looks need not lock.';

create function private.open_cart(person_id uuid)
returns public.carts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_cart public.carts;
begin
  loop
    v_cart := private.lock_cart(open_cart.person_id);
    if v_cart.id is null then
      insert into public.carts (customer_id, currency, expires_at)
      values (open_cart.person_id, private.setting('default_currency') #>> '{}', private.cart_expiry())
      on conflict (customer_id) where (status = 'open') do nothing
      returning * into v_cart;
    end if;
    -- null again: another tab made it in this moment
    exit when v_cart.id is not null;
  end loop;
  return v_cart;
end
$$;
comment on function private.open_cart(uuid) is 'The customer''s open cart, locked; made when there is none.';

create function private.cart_expiry()
returns timestamptz
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return now() + make_interval(days => (private.setting('cart_days'))::integer);
end
$$;
comment on function private.cart_expiry() is 'Until when a cart that is touched now is kept.';

create function private.expire_due_carts(max_carts integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_expired integer;
begin
  with due as materialized (
    select carts.id from public.carts where carts.status = 'open' and carts.expires_at <= now()
    order by carts.expires_at limit expire_due_carts.max_carts for update skip locked
  )
  update public.carts set status = 'abandoned' from due where carts.id = due.id;
  get diagnostics v_expired = row_count;
  return v_expired;
end
$$;
comment on function private.expire_due_carts(integer) is 'Gives up carts that nobody touched for cart_days, oldest first; returns how many. The worker calls it until 0.';

create function private.purge_carts(max_carts integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_purged integer;
begin
  with due as materialized (
    select carts.id from public.carts
    where carts.status = 'abandoned' and carts.expires_at < now() - make_interval(days => (private.setting('cart_purge_days'))::integer)
    order by carts.expires_at limit purge_carts.max_carts for update skip locked
  )
  delete from public.carts using due where carts.id = due.id;
  get diagnostics v_purged = row_count;
  return v_purged;
end
$$;
comment on function private.purge_carts(integer) is 'Forgets carts that were given up cart_purge_days ago or earlier, oldest first; returns how many. The worker calls it until 0.';
