/*
Orders: what somebody bought, as it was when they bought it.

Promise: place_order is one transaction: validate, price, hold, order, items, enrolments, event, or nothing. Totals are the sum of the
rows. A status moves by private.status_moves only. The same idempotency key gives the same answer.
Under concurrency: locks are taken in one order (idempotency key, own due orders, stock by variant id), and none is held over a network call.
*/

create sequence private.order_numbers start 100001;
comment on sequence private.order_numbers is 'The number people see. Gaps are fine: it is not an invoice number.';

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  number text not null unique default 'SL-' || nextval('private.order_numbers'),
  customer_id uuid not null references public.profiles (id) on delete restrict,
  status text not null,
  currency text not null, -- as it was: no foreign key, so no index on three values
  subtotal_amount bigint not null,
  discount_amount bigint not null default 0,
  tax_amount bigint not null default 0,
  tax_included_amount bigint not null default 0,
  shipping_amount bigint not null default 0,
  shipping_discount_amount bigint not null default 0,
  shipping_tax_amount bigint not null default 0,
  shipping_tax_included_amount bigint not null default 0,
  shipping_refunded_amount bigint not null default 0,
  total_amount bigint not null,
  placed_at timestamptz not null default now(),
  expires_at timestamptz,
  paid_at timestamptz,
  owed_reason text,
  processing_at timestamptz,
  shipped_at timestamptz,
  delivered_at timestamptz,
  completed_at timestamptz,
  cancelled_at timestamptz,
  cancel_reason text,
  shipping_address jsonb,
  shipping_method jsonb,
  shipping_pricing jsonb,
  tax_country text,
  tax_province text,
  purpose text,
  organisation_id uuid, -- the organisations domain adds the foreign key
  updated_at timestamptz not null default now(),
  -- Every purchase reads these conditions from their text, so they are short: one constant instead of a list of them, least(…) >= 0 instead of a comparison each.
  constraint orders_have_a_known_status check (status = any (
    '{pending,paid,processing,shipped,delivered,completed,cancelled,expired,refunded,partially_refunded,needs_review}')),
  constraint orders_add_up check (total_amount = subtotal_amount - discount_amount + tax_amount + shipping_amount),
  constraint orders_never_pay_the_buyer check (
    least(subtotal_amount, discount_amount, tax_amount, shipping_amount, total_amount, tax_included_amount) >= 0
    and tax_included_amount <= subtotal_amount - discount_amount + shipping_amount),
  constraint orders_tax_shipping_within_their_taxes check (
    least(shipping_discount_amount, shipping_tax_amount, shipping_tax_included_amount) >= 0 and shipping_tax_amount <= tax_amount
    and shipping_tax_included_amount <= least(shipping_amount, tax_included_amount)),
  constraint orders_give_back_no_more_shipping_than_was_paid check (shipping_refunded_amount between 0 and shipping_amount + shipping_tax_amount),
  constraint orders_say_how_they_are_sent check (coalesce(jsonb_typeof(shipping_method) = 'object', greatest(shipping_amount, shipping_discount_amount) = 0)),
  constraint orders_expire_only_while_unpaid check (status <> 'pending' or expires_at is not null),
  constraint orders_are_dated_when_paid check (paid_at is not null or status = any ('{pending,cancelled,expired,needs_review,refunded}')),
  constraint orders_say_when_they_were_cancelled check (status <> 'cancelled' or cancelled_at is not null),
  constraint orders_arrive_after_they_left check (delivered_at is null or shipped_at is not null),
  constraint orders_go_to_one_address check (jsonb_typeof(shipping_address) = 'object'),
  constraint orders_have_a_known_purpose check (purpose = any ('{organisation,gift,renewal,transfer,gift_card}')),
  constraint orders_name_the_organisation_they_are_for check ((organisation_id is not null) = (purpose is not distinct from 'organisation'))
);
comment on table public.orders is
  'One purchase. Amounts in minor units of currency; subtotal − discount + tax + shipping = total. tax_included_amount is tax that the prices contain. Both taxes are those of the lines and of shipping (shipping_tax_amount, shipping_tax_included_amount) together. shipping_amount is what is left after free shipping (shipping_discount_amount). shipping_method: {method_id, name, carrier, min_days, max_days} as it was, shipping_pricing: why it cost that. shipping_address is the address as it was; null when nothing is sent. tax_country and tax_province: the place whose taxes it was priced with, also when it is priced anew (null: the shop''s). owed_reason says why it was delivered before it was paid in full. purpose: its seats are not simply the buyer''s own.';

-- serves: my orders, newest first, keyset by (placed_at, id)
create index on public.orders (customer_id, placed_at desc, id desc);
-- serves: expiry, and the lazy expiry of one customer
create index on public.orders (expires_at) where status = 'pending';

create table public.order_items (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete restrict,
  parent_id uuid references public.order_items (id) on delete restrict,
  variant_id uuid not null references public.variants (id) on delete restrict,
  kind text not null,
  sku text not null,
  title text not null,
  quantity integer not null,
  refunded_quantity integer not null default 0,
  unit_amount bigint not null,
  subtotal_amount bigint not null,
  discount_amount bigint not null default 0,
  tax_amount bigint not null default 0,
  tax_included_amount bigint not null default 0,
  total_amount bigint not null,
  pricing jsonb not null default '{}',
  snapshot jsonb not null default '{}',
  backordered_quantity integer not null default 0,
  ships_at timestamptz,
  constraint order_items_are_bought_by_the_piece check (quantity between 1 and 100000),
  constraint order_items_give_back_no_more_than_was_bought check (refunded_quantity between 0 and quantity),
  constraint order_items_add_up check (unit_amount >= 0 and subtotal_amount = unit_amount * quantity and total_amount = subtotal_amount - discount_amount + tax_amount),
  constraint order_items_take_off_no_more_than_there_is check (
    least(discount_amount, tax_amount, tax_included_amount) >= 0 and tax_included_amount <= subtotal_amount - discount_amount),
  constraint order_items_backorder_what_they_sell check (backordered_quantity between 0 and quantity),
  constraint order_items_name_a_variant_once unique nulls not distinct (order_id, variant_id, parent_id)
);
comment on table public.order_items is
  'One line, as it was when it was bought; later changes of the catalogue do not touch it. subtotal = unit × quantity; subtotal − discount + tax = total. pricing says why; empty: the base price, nothing else.';
create index on public.order_items (variant_id);
-- serves: the components of a bundle
create index on public.order_items (parent_id) where parent_id is not null;

alter table public.promotion_redemptions add constraint promotion_redemptions_order_id_fkey
  foreign key (order_id) references public.orders (id) on delete restrict;
alter table public.enrollments add constraint enrollments_order_item_id_fkey
  foreign key (order_item_id) references public.order_items (id) on delete restrict;
alter table public.carts add constraint carts_order_id_fkey
  foreign key (order_id) references public.orders (id) on delete restrict;

insert into private.status_moves (machine, from_status, to_status) values
  ('order', 'pending', 'paid'), ('order', 'pending', 'cancelled'), ('order', 'pending', 'expired'), ('order', 'pending', 'needs_review'),
  ('order', 'expired', 'paid'), ('order', 'expired', 'needs_review'), ('order', 'cancelled', 'needs_review'),
  ('order', 'paid', 'processing'), ('order', 'paid', 'completed'), ('order', 'paid', 'cancelled'), ('order', 'paid', 'refunded'),
  ('order', 'paid', 'partially_refunded'), ('order', 'paid', 'needs_review'),
  ('order', 'processing', 'shipped'), ('order', 'processing', 'cancelled'), ('order', 'processing', 'refunded'), ('order', 'processing', 'needs_review'),
  ('order', 'shipped', 'delivered'), ('order', 'shipped', 'refunded'), ('order', 'shipped', 'needs_review'),
  ('order', 'delivered', 'completed'), ('order', 'delivered', 'refunded'), ('order', 'delivered', 'needs_review'),
  ('order', 'completed', 'refunded'), ('order', 'completed', 'partially_refunded'), ('order', 'completed', 'needs_review'),
  ('order', 'refunded', 'needs_review'), ('order', 'partially_refunded', 'refunded'), ('order', 'partially_refunded', 'needs_review'),
  ('order', 'needs_review', 'paid'), ('order', 'needs_review', 'cancelled'), ('order', 'needs_review', 'refunded');

create trigger _100_stamp_update before update on public.orders for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.orders for each row when (old.status <> new.status) execute function private.tg__guard_status('order');

create function private.tg_order_items__check_sums()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order_id uuid;
begin
  if tg_table_name = 'orders' then
    v_order_id := new.id;
  elsif tg_op = 'DELETE' then
    v_order_id := old.order_id;
  else
    v_order_id := new.order_id;
  end if;
  if exists (
    select from public.orders
    cross join lateral (
      select sum(order_items.subtotal_amount) as subtotal, sum(order_items.discount_amount) as discount, sum(order_items.tax_amount) as tax,
        sum(order_items.tax_included_amount) as tax_included
      from public.order_items where order_items.order_id = v_order_id
    ) as items
    where orders.id = v_order_id and (orders.subtotal_amount, orders.discount_amount, orders.tax_amount, orders.tax_included_amount)
      is distinct from (coalesce(items.subtotal, 0), coalesce(items.discount, 0), coalesce(items.tax, 0) + orders.shipping_tax_amount,
        coalesce(items.tax_included, 0) + orders.shipping_tax_included_amount)
  ) then
    perform private.fail('order_does_not_add_up', 409, 'Subtotal and discount of an order are the sums of its lines, its taxes those of its lines and of shipping.', 'Write the lines and the sums in one transaction.');
  end if;
  return null;
end
$$;
comment on function private.tg_order_items__check_sums() is 'At commit: subtotal and discount are the sums of the lines, taxes those of lines and shipping, whoever wrote them.';

create constraint trigger _300_check_sums after insert or update or delete on public.order_items
  deferrable initially deferred for each row execute function private.tg_order_items__check_sums();
create constraint trigger _300_check_sums after update of subtotal_amount, discount_amount, tax_amount, tax_included_amount, shipping_tax_amount, shipping_tax_included_amount on public.orders
  deferrable initially deferred for each row execute function private.tg_order_items__check_sums();

alter table public.orders enable row level security;
create policy select_own_or_staff on public.orders for select to authenticated
  using (customer_id = (select auth.uid()) or (select private.has_permission('orders.read')));
grant select on public.orders to authenticated, service_role;
-- not granted: insert, update, delete. place_order, cancel_order and provider events write.

alter table public.order_items enable row level security;
create policy select_own_or_staff on public.order_items for select to authenticated
  using (exists (select from public.orders where orders.id = order_items.order_id and orders.customer_id = (select auth.uid())) or (select private.has_permission('orders.read')));
grant select on public.order_items to authenticated, service_role;

-- read -------------------------------------------------------------------------------------------------------------------------------

create function private.order_money(target public.orders)
returns jsonb
language plpgsql
volatile -- as order_document
security invoker
set search_path = ''
as $$
declare
  v_due bigint;
begin
  if target.total_amount = 0 then
    return '{"due_amount": 0, "payments": [], "refunds": []}';
  end if;
  v_due := private.due_amount(target.id);
  return jsonb_build_object('due_amount', v_due,
    'payments', (
      select coalesce(jsonb_agg(private.payment_document(payments, v_due) order by payments.attempt), '[]') from public.payments where payments.order_id = target.id),
    'refunds', (
      select coalesce(jsonb_agg(jsonb_build_object('id', refunds.id, 'payment_id', refunds.payment_id, 'amount', refunds.amount,
        'currency', refunds.currency, 'status', refunds.status, 'reason', refunds.reason) order by refunds.created_at), '[]')
      from public.refunds where refunds.order_id = target.id));
end
$$;
comment on function private.order_money(public.orders) is 'What of private.order_document is about money: what is due, payments, refunds.';

create function private.order_document(order_id uuid)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_items jsonb;
  v_document jsonb;
begin
  select * into v_order from public.orders where orders.id = order_document.order_id;
  select coalesce(jsonb_agg(jsonb_build_object(
      'id', order_items.id, 'variant_id', order_items.variant_id, 'kind', order_items.kind, 'sku', order_items.sku, 'title', order_items.title,
      'parent_id', order_items.parent_id, 'quantity', order_items.quantity, 'refunded_quantity', order_items.refunded_quantity, 'unit_amount', order_items.unit_amount,
      'subtotal_amount', order_items.subtotal_amount, 'discount_amount', order_items.discount_amount, 'tax_amount', order_items.tax_amount,
      'tax_included_amount', order_items.tax_included_amount, 'total_amount', order_items.total_amount, 'pricing', order_items.pricing,
      'backordered_quantity', order_items.backordered_quantity, 'ships_at', order_items.ships_at,
      'enrollment', case when enrollments.id is not null then jsonb_build_object(
        'id', enrollments.id, 'intake_id', enrollments.intake_id, 'status', enrollments.status, 'enrolled_at', enrollments.enrolled_at) end
    ) order by order_items.title, order_items.id), '[]') into v_items
  from public.order_items left join public.enrollments on enrollments.order_item_id = order_items.id and v_order.purpose is null
    and not exists (select from public.enrollment_transfers where enrollment_transfers.enrollment_id = enrollments.id and enrollment_transfers.new_enrollment_id <> enrollments.id)
  where order_items.order_id = order_document.order_id;
  v_document := jsonb_build_object(
    'id', v_order.id, 'number', v_order.number, 'status', v_order.status, 'currency', v_order.currency,
    'subtotal_amount', v_order.subtotal_amount, 'discount_amount', v_order.discount_amount, 'tax_amount', v_order.tax_amount,
    'tax_included_amount', v_order.tax_included_amount, 'shipping_amount', v_order.shipping_amount, 'total_amount', v_order.total_amount,
    'shipping_discount_amount', v_order.shipping_discount_amount, 'shipping_tax_amount', v_order.shipping_tax_amount,
    'shipping_tax_included_amount', v_order.shipping_tax_included_amount, 'shipping_refunded_amount', v_order.shipping_refunded_amount,
    'shipping_method', v_order.shipping_method, 'shipping_pricing', v_order.shipping_pricing,
    'placed_at', v_order.placed_at, 'expires_at', v_order.expires_at, 'paid_at', v_order.paid_at,
    'processing_at', v_order.processing_at, 'shipped_at', v_order.shipped_at, 'delivered_at', v_order.delivered_at, 'completed_at', v_order.completed_at,
    'cancelled_at', v_order.cancelled_at, 'cancel_reason', v_order.cancel_reason, 'shipping_address', v_order.shipping_address,
    'tax_country', v_order.tax_country, 'tax_province', v_order.tax_province, 'purpose', v_order.purpose, 'organisation_id', v_order.organisation_id,
    'items', v_items, 'due_amount', 0, 'payments', '[]'::jsonb, 'refunds', '[]'::jsonb);
  if v_order.total_amount > 0 then
    v_document := v_document || private.order_money(v_order); -- joining two objects takes as long as making one: not for what is free
  end if;
  return v_document;
end
$$;
comment on function private.order_document(uuid) is 'An order as every verb on orders answers it; get_order adds what else a page shows. Checks nothing: its callers do.';

create function private.find_order(order_id uuid, staff_permission text)
returns public.orders
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
begin
  select * into v_order from public.orders where orders.id = find_order.order_id;
  if v_order.id is not null
    and (v_order.customer_id is not distinct from auth.uid() or private.is_service() or private.has_permission(find_order.staff_permission)) then
    return v_order;
  end if;
  -- who manages an organisation reads what it bought, and no more
  if find_order.staff_permission in ('orders.read', 'invoices.read') and v_order.organisation_id is not null
    and v_order.organisation_id in (select private.managed_organisations()) then
    return v_order;
  end if;
  perform private.fail('order_not_found', 404, 'There is no such order.', 'Check the id, and that you are signed in as the person who placed it.');
end
$$;
comment on function private.find_order(uuid, text) is 'The order if it is the caller''s own, or the caller has the permission. "Not there" and "not yours" are one answer.';

-- end --------------------------------------------------------------------------------------------------------------------------------

create function private.end_order(order_id uuid, status text, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.give_reason(end_order.reason);
  update public.orders
  set status = end_order.status, cancelled_at = case when end_order.status = 'cancelled' then now() end,
    cancel_reason = case when end_order.status = 'cancelled' then end_order.reason end
  where orders.id = end_order.order_id;
  -- stock before enrolments, as buyers take them: the other way round a buyer who waits for the enrolment and has the slot stops us both
  perform private.settle_reservations(end_order.order_id, 'released');
  perform private.end_enrollments(array(select order_items.id from public.order_items where order_items.order_id = end_order.order_id), end_order.status);
  perform private.close_payments(end_order.order_id, end_order.status);
  perform private.give_back_captures(end_order.order_id, case end_order.status when 'cancelled' then 'order_cancelled' else 'order_expired' end, end_order.reason);
  perform private.emit('order.' || end_order.status, 'order', end_order.order_id);
  perform private.give_reason(null);
end
$$;
comment on function private.end_order(uuid, text, text) is 'Ends an unpaid order as cancelled or expired: its holds are free, its reserved seats end, and what was paid of it goes back. The caller holds the order''s row, and gives back its promotions once it waits for no more stock.';

create function private.expire_due_orders(max_orders integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_due uuid[] := array(
    select orders.id from public.orders where orders.status = 'pending' and orders.expires_at <= now()
    order by orders.expires_at limit expire_due_orders.max_orders for update skip locked
  );
  v_order_id uuid;
begin
  perform private.lock_holds(v_due);
  perform private.lock_waitlists(v_due);
  foreach v_order_id in array v_due loop
    perform private.end_order(v_order_id, 'expired', 'hold ended');
  end loop;
  perform private.give_back_promotions(v_due);
  return cardinality(v_due);
end
$$;
comment on function private.expire_due_orders(integer) is 'Expires pending orders that are due, oldest first, skipping those a payment is working on; returns how many. The worker calls it until 0.';

create function private.cancel_order(order_id uuid, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write orders, only cancel their own
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_object('order_id', cancel_order.order_id, 'reason', cancel_order.reason);
  v_answer jsonb := private.recall_answer(v_person_id, cancel_order.idempotency_key, 'cancel_order', v_body);
  v_order public.orders;
  v_by_staff boolean;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if length(cancel_order.reason) > 500 then
    perform private.fail('invalid_reason', 422, 'A reason has at most 500 characters.', 'Shorten it.');
  end if;
  perform private.find_order(cancel_order.order_id, 'orders.cancel');
  select * into v_order from public.orders where orders.id = cancel_order.order_id for update;
  v_by_staff := private.is_service() or private.has_permission('orders.cancel');
  -- one's own order needs no reason, as far as its customer may go; who acts for the shop says why, and the customer reads it
  if v_by_staff and private.said(cancel_order.reason) is null and not (v_order.customer_id is not distinct from auth.uid()
    and (v_order.status = 'pending' or private.order_allows(v_order, 'cancel', 'customer'))) then
    perform private.fail('invalid_reason', 422, 'Staff say why they cancel an order, in at most 500 characters; its customer reads it.', 'Send a reason.');
  end if;
  if v_order.status = 'pending' then
    perform private.end_order(v_order.id, 'cancelled', coalesce(private.said(cancel_order.reason), 'cancelled by the customer'));
    perform private.give_back_promotions(array[v_order.id]);
  elsif v_by_staff and private.order_allows(v_order, 'cancel', 'staff') or v_order.customer_id = auth.uid() and private.order_allows(v_order, 'cancel', 'customer') then
    perform private.undo_order(v_order.id, coalesce(private.said(cancel_order.reason), 'cancelled by the customer'));
  else
    perform private.fail('order_not_cancellable', 409, format('An order that is %s cannot be cancelled this way.', v_order.status),
      case when v_order.status in ('paid', 'processing') then 'Ask the shop: staff can cancel it and give the money back.' else 'Read the order again.' end);
  end if;
  return private.remember_answer(v_person_id, cancel_order.idempotency_key, 'cancel_order', v_body, private.order_document(v_order.id));
end
$$;
comment on function private.cancel_order(uuid, text, text) is 'Does the work of public.cancel_order.';
grant execute on function private.cancel_order(uuid, text, text) to authenticated, service_role;

create function public.cancel_order(order_id uuid, reason text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.cancel_order(cancel_order.order_id, cancel_order.reason, cancel_order.idempotency_key);
$$;
comment on function public.cancel_order(uuid, text, text) is
  'Cancels an order and answers it; what was paid goes back. The customer: while unpaid, when nothing was paid, or within customer_cancel_hours of paying while nobody works on it and nothing of it was used. '
  'Staff with orders.cancel: until it is shipped, with a reason. Errors: order_not_found, order_not_cancellable, invalid_reason, idempotency_key_reused.';
grant execute on function public.cancel_order(uuid, text, text) to authenticated, service_role;
