/*
Reports, shop: orders, products, courses and customers.

Promise: an order belongs to the time it was placed in, a product's units to the time their order was paid in. What was refunded since is told beside it and
never taken off silently. A bundle counts as itself; its parts are not counted again.
*/

create function private.report_orders(wish private.report_wish)
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with placed as (
    select date_trunc(wish.bucket, orders.placed_at, wish.time_zone) as starts_at, orders.currency, count(*) as orders,
      count(*) filter (where orders.paid_at is not null) as paid, count(*) filter (where orders.status = 'pending') as pending,
      count(*) filter (where orders.status = 'cancelled') as cancelled, count(*) filter (where orders.status = 'expired') as expired,
      count(*) filter (where orders.status in ('refunded', 'partially_refunded')) as refunded,
      coalesce(sum(orders.total_amount) filter (where orders.paid_at is not null), 0) as paid_amount
    from public.orders
    where orders.placed_at >= wish.from_at and orders.placed_at < wish.to_at and (wish.currency is null or orders.currency = wish.currency)
    group by 1, 2
  )
  select jsonb_build_object('starts_at', bucket.starts_at, 'currency', shown.currency, 'orders', coalesce(placed.orders, 0), 'paid', coalesce(placed.paid, 0),
    'pending', coalesce(placed.pending, 0), 'cancelled', coalesce(placed.cancelled, 0), 'expired', coalesce(placed.expired, 0), 'refunded', coalesce(placed.refunded, 0),
    'paid_amount', coalesce(placed.paid_amount, 0), 'average_amount', round(placed.paid_amount / nullif(placed.paid, 0)))
  from private.report_buckets(wish) as bucket (starts_at) cross join (select distinct currency from placed) as shown
  left join placed on placed.starts_at = bucket.starts_at and placed.currency = shown.currency
  order by bucket.starts_at, shown.currency;
$$;
comment on function private.report_orders(private.report_wish) is
  'Orders by when they were placed, and what became of them until now; paid: ever. average_amount: of the paid ones, null where there are none.';

create function private.report_products(wish private.report_wish)
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with sold as (
    select order_items.variant_id, orders.currency, count(*) as orders, sum(order_items.quantity) as units, sum(order_items.refunded_quantity) as refunded_units,
      sum(order_items.subtotal_amount - order_items.discount_amount - order_items.tax_included_amount) as net_amount
    from public.orders join public.order_items on order_items.order_id = orders.id
    where orders.paid_at >= wish.from_at and orders.paid_at < wish.to_at and order_items.parent_id is null and (wish.currency is null or orders.currency = wish.currency)
    group by order_items.variant_id, orders.currency
  )
  select jsonb_build_object('variant_id', sold.variant_id, 'product_id', variants.product_id, 'sku', variants.sku, 'title', products.title, 'variant_title', variants.title, 'kind', products.kind,
    'currency', sold.currency, 'orders', sold.orders, 'units', sold.units, 'refunded_units', sold.refunded_units, 'net_amount', sold.net_amount)
  from sold join public.variants on variants.id = sold.variant_id join public.products on products.id = variants.product_id
  order by sold.currency, sold.net_amount desc, sold.variant_id
  limit wish.max_rows + 1;
$$;
comment on function private.report_products(private.report_wish) is
  'What sold in orders paid in that time, by what it brought: net_amount after discounts and without tax, before refunds; refunded_units of its units went back since. Parts of bundles are not counted.';

create function private.report_courses(wish private.report_wish)
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with learners as (
    select enrollments.intake_id, count(*) as enrolled, count(*) filter (where enrollments.status = 'active') as active,
      count(*) filter (where results.passed_at is not null) as completed,
      count(*) filter (where enrollments.status not in ('active', 'completed', 'reserved', 'suspended')) as ended,
      round(avg(coalesce(results.progress_percent, 0))) as progress_percent, round(avg(results.score_percent)) as score_percent
    from public.enrollments left join public.results on results.enrollment_id = enrollments.id
    where enrollments.enrolled_at >= wish.from_at and enrollments.enrolled_at < wish.to_at
    group by enrollments.intake_id
  )
  select jsonb_build_object('intake_id', intakes.id, 'product_id', intakes.product_id, 'title', products.title, 'intake_title', intakes.title, 'status', intakes.status,
    'starts_at', intakes.starts_at, 'seats', intakes.seats, 'enrolled', learners.enrolled, 'active', learners.active, 'completed', learners.completed, 'ended', learners.ended,
    'completed_percent', round(100.0 * learners.completed / learners.enrolled), 'progress_percent', learners.progress_percent, 'score_percent', learners.score_percent,
    'waiting', (select count(*) from public.waitlist_entries where waitlist_entries.intake_id = intakes.id and waitlist_entries.status = 'waiting'))
  from learners join public.intakes on intakes.id = learners.intake_id join public.products on products.id = intakes.product_id
  order by learners.enrolled desc, intakes.id
  limit wish.max_rows + 1;
$$;
comment on function private.report_courses(private.report_wish) is
  'Intakes by how many took a seat in that time: how many learn, completed or lost it (ended) until now, their mean progress and score in percent, and who waits.';

create function private.report_customers(wish private.report_wish)
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with signed_up as (
    select date_trunc(wish.bucket, profiles.created_at, wish.time_zone) as starts_at, count(*) as people
    from public.profiles where profiles.created_at >= wish.from_at and profiles.created_at < wish.to_at group by 1
  ), first_paid as (
    select orders.customer_id, min(orders.paid_at) as paid_at from public.orders where orders.paid_at < wish.to_at group by orders.customer_id
  ), bought as (
    select date_trunc(wish.bucket, orders.paid_at, wish.time_zone) as starts_at, count(distinct orders.customer_id) as buyers,
      count(distinct orders.customer_id) filter (where first_paid.paid_at >= date_trunc(wish.bucket, orders.paid_at, wish.time_zone)) as first_time
    from public.orders join first_paid on first_paid.customer_id = orders.customer_id
    where orders.paid_at >= wish.from_at and orders.paid_at < wish.to_at
    group by 1
  )
  select jsonb_build_object('starts_at', bucket.starts_at, 'signed_up', coalesce(signed_up.people, 0), 'buyers', coalesce(bought.buyers, 0),
    'first_time_buyers', coalesce(bought.first_time, 0), 'returning_buyers', coalesce(bought.buyers - bought.first_time, 0))
  from private.report_buckets(wish) as bucket (starts_at)
  left join signed_up on signed_up.starts_at = bucket.starts_at
  left join bought on bought.starts_at = bucket.starts_at
  order by bucket.starts_at;
$$;
comment on function private.report_customers(private.report_wish) is
  'How many signed up, how many different people had an order paid, and for how many of those it was the first ever. currency is not looked at.';

insert into private.report_kinds (kind, permission, columns, description) values
  ('orders', 'reports.read', '{starts_at,currency,orders,paid,pending,cancelled,expired,refunded,paid_amount,average_amount}', 'Orders over time, and what became of them.'),
  ('products', 'reports.read', '{variant_id,product_id,sku,title,variant_title,kind,currency,orders,units,refunded_units,net_amount}', 'What sold best.'),
  ('courses', 'reports.read', '{intake_id,product_id,title,intake_title,status,starts_at,seats,enrolled,active,completed,ended,completed_percent,progress_percent,score_percent,waiting}', 'How full intakes are and how their learners do.'),
  ('customers', 'reports.read', '{starts_at,signed_up,buyers,first_time_buyers,returning_buyers}', 'Who signed up, bought, and came back.');
