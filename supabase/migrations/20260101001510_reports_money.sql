/*
Reports, money: sales, payments and taxes over time.

Promise: sales are what the ledger says, so that a report and the books never differ; taxes are what invoices say less what credit notes give back. Money is
in minor units, one row per currency; currencies are never added up.
*/

create function private.report_buckets(wish private.report_wish)
returns setof timestamptz
language sql
stable
security invoker
set search_path = ''
as $$
  select generate_series(date_trunc(wish.bucket, wish.from_at, wish.time_zone), wish.to_at - interval '1 microsecond', ('1 ' || wish.bucket)::interval, wish.time_zone);
$$;
comment on function private.report_buckets(private.report_wish) is 'When each bucket of a report begins, on the calendar of its time zone, empty ones too.';

create function private.report_sales(wish private.report_wish)
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with moved as (
    select date_trunc(wish.bucket, ledger_transactions.posted_at, wish.time_zone) as starts_at, ledger_entries.currency, 0 as orders,
      coalesce(sum(-ledger_entries.amount) filter (where ledger_entries.account = 'revenue'), 0) as revenue,
      coalesce(sum(ledger_entries.amount) filter (where ledger_entries.account = 'discounts'), 0) as discounts,
      coalesce(sum(-ledger_entries.amount) filter (where ledger_entries.account = 'shipping'), 0) as shipping,
      coalesce(sum(ledger_entries.amount) filter (where ledger_entries.account = 'refunds'), 0) as refunds,
      coalesce(sum(-ledger_entries.amount) filter (where ledger_entries.account = 'tax_payable'), 0) as tax
    from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
    where ledger_transactions.posted_at >= wish.from_at and ledger_transactions.posted_at < wish.to_at
      and ledger_entries.account in ('revenue', 'discounts', 'shipping', 'refunds', 'tax_payable')
      and (wish.currency is null or ledger_entries.currency = wish.currency)
    group by 1, 2
  ), sold as (
    select date_trunc(wish.bucket, orders.paid_at, wish.time_zone) as starts_at, orders.currency, count(*) as orders
    from public.orders
    where orders.paid_at >= wish.from_at and orders.paid_at < wish.to_at and (wish.currency is null or orders.currency = wish.currency)
    group by 1, 2
  ), shown as (
    select distinct currency from moved union select distinct currency from sold
  )
  select jsonb_build_object('starts_at', bucket.starts_at, 'currency', shown.currency, 'orders', coalesce(sold.orders, 0), 'revenue_amount', coalesce(moved.revenue, 0),
    'discount_amount', coalesce(moved.discounts, 0), 'shipping_amount', coalesce(moved.shipping, 0), 'refund_amount', coalesce(moved.refunds, 0),
    'net_amount', coalesce(moved.revenue - moved.discounts + moved.shipping - moved.refunds, 0), 'tax_amount', coalesce(moved.tax, 0))
  from private.report_buckets(wish) as bucket (starts_at) cross join shown
  left join moved on moved.starts_at = bucket.starts_at and moved.currency = shown.currency
  left join sold on sold.starts_at = bucket.starts_at and sold.currency = shown.currency
  order by bucket.starts_at, shown.currency;
$$;
comment on function private.report_sales(private.report_wish) is
  'Sales as the ledger has them, by when they were booked: revenue − discounts + shipping − refunds = net, without the tax, which stands beside it. orders: paid for the first time then.';

create function private.report_payments(wish private.report_wish)
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with asked as (
    select date_trunc(wish.bucket, payments.created_at, wish.time_zone) as starts_at, payments.provider, payments.method, payments.currency, payments.status,
      payments.captured_amount, payments.refunded_amount, payments.disputed_amount
    from public.payments
    where payments.created_at >= wish.from_at and payments.created_at < wish.to_at and (wish.currency is null or payments.currency = wish.currency)
  )
  select jsonb_build_object('starts_at', starts_at, 'provider', provider, 'method', method, 'currency', currency, 'payments', count(*),
    'captured', count(*) filter (where captured_amount > 0), 'failed', count(*) filter (where status = 'failed'),
    'unfinished', count(*) filter (where captured_amount = 0 and status <> 'failed'),
    'captured_amount', sum(captured_amount), 'refunded_amount', sum(refunded_amount), 'disputed_amount', sum(disputed_amount))
  from asked
  group by starts_at, provider, method, currency
  order by starts_at, provider, method, currency;
$$;
comment on function private.report_payments(private.report_wish) is
  'Payments by when they were begun, provider and method: how many brought money, failed, or were given up, and what was captured, given back and disputed of them until now.';

create function private.report_taxes(wish private.report_wish)
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with issued as (
    select invoices.*, date_trunc(wish.bucket, invoices.issued_at, wish.time_zone) as starts_at, case invoices.kind when 'invoice' then 1 else -1 end as sign
    from public.invoices
    where invoices.issued_at >= wish.from_at and invoices.issued_at < wish.to_at and (wish.currency is null or invoices.currency = wish.currency)
  ), charged as (
    select issued.starts_at, issued.currency, issued.sign, invoice_lines.taxes,
      invoice_lines.subtotal_amount - invoice_lines.discount_amount - invoice_lines.tax_included_amount as taxable_amount
    from issued join public.invoice_lines on invoice_lines.invoice_id = issued.id
    union all
    select issued.starts_at, issued.currency, issued.sign, issued.shipping_taxes, issued.shipping_amount - issued.shipping_tax_included_amount from issued
  ), taxed as (
    select charged.starts_at, charged.currency, charged.sign, charged.taxable_amount, tax.name, tax.basis_points, tax.inclusive, tax.amount
    from charged cross join lateral jsonb_to_recordset(charged.taxes) as tax (name text, basis_points integer, inclusive boolean, amount bigint)
  )
  select jsonb_build_object('starts_at', starts_at, 'name', name, 'basis_points', basis_points, 'inclusive', inclusive, 'currency', currency,
    'taxable_amount', sum(sign * taxable_amount), 'tax_amount', sum(sign * amount))
  from taxed
  group by starts_at, name, basis_points, inclusive, currency
  order by starts_at, name, basis_points, currency;
$$;
comment on function private.report_taxes(private.report_wish) is
  'Taxes by when their invoice or credit note was issued, name and rate: what was taxed, shipping included, without the tax, and the tax. Credit notes count against it.';

insert into private.report_kinds (kind, permission, columns, description) values
  ('sales', 'reports.read', '{starts_at,currency,orders,revenue_amount,discount_amount,shipping_amount,refund_amount,net_amount,tax_amount}', 'Sales over time, as the ledger has them.'),
  ('payments', 'reports.read', '{starts_at,provider,method,currency,payments,captured,failed,unfinished,captured_amount,refunded_amount,disputed_amount}', 'Payments by provider and method.'),
  ('taxes', 'reports.read', '{starts_at,name,basis_points,inclusive,currency,taxable_amount,tax_amount}', 'Taxes by rate, from invoices and credit notes.');
