/*
Reports, running: the dashboard, the event log as it is, and what the worker asks of the replica and writes to the primary.

Promise: whatever runs on the replica only reads. The rows of a report and the moment they are of are taken in one transaction there; they are kept with the
report in one transaction here, once.
*/

create function private.report_dashboard(wish private.report_wish)
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with spans (name, from_at, to_at) as (
    select span.name, date_subtract(today.starts_at, make_interval(days => span.first_day), wish.time_zone),
      coalesce(date_subtract(today.starts_at, make_interval(days => span.last_day), wish.time_zone), 'infinity')
    from (select date_trunc('day', now(), wish.time_zone) as starts_at) as today
    cross join (values ('today', 0, null), ('yesterday', 1, 0), ('last_7_days', 6, null), ('previous_7_days', 13, 6), ('last_30_days', 29, null), ('previous_30_days', 59, 29)) as span (name, first_day, last_day)
  ), sums as (
    select spans.name, sold.currency, 'net_sales' as metric, sold.amount as value
    from spans cross join lateral (
      select ledger_entries.currency, sum(-ledger_entries.amount) as amount
      from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
      where ledger_transactions.posted_at >= spans.from_at and ledger_transactions.posted_at < spans.to_at and ledger_entries.account in ('revenue', 'discounts', 'shipping', 'refunds')
        and (wish.currency is null or ledger_entries.currency = wish.currency)
      group by ledger_entries.currency
    ) as sold
    union all
    select spans.name, bought.currency, 'paid_orders', bought.orders
    from spans cross join lateral (
      select orders.currency, count(*) as orders from public.orders
      where orders.paid_at >= spans.from_at and orders.paid_at < spans.to_at and (wish.currency is null or orders.currency = wish.currency) group by orders.currency
    ) as bought
    union all
    select spans.name, null, 'sign_ups', (select count(*) from public.profiles where profiles.created_at >= spans.from_at and profiles.created_at < spans.to_at) from spans
    union all
    select spans.name, null, 'enrolments', (select count(*) from public.enrollments where enrollments.enrolled_at >= spans.from_at and enrollments.enrolled_at < spans.to_at) from spans
    union all
    select 'now', null, waiting.metric, waiting.value
    from (
      select 'orders_in_review', (select count(*) from public.orders where orders.status = 'needs_review')
      union all select 'orders_to_send', (select count(*) from public.orders where orders.status in ('paid', 'processing')
        and exists (select from public.order_items where order_items.order_id = orders.id and order_items.kind = 'physical' and order_items.refunded_quantity < order_items.quantity))
      union all select 'refunds_pending', (select count(*) from public.refunds where refunds.status = 'pending')
      union all select 'open_alerts', (select count(*) from public.alerts where alerts.closed_at is null)
      union all select 'waiting_for_seats', (select count(*) from public.waitlist_entries where waitlist_entries.status = 'waiting')
    ) as waiting (metric, value)
  )
  select jsonb_build_object('metric', metric, 'currency', currency, 'now', sum(value) filter (where name = 'now'),
    'today', coalesce(sum(value) filter (where name = 'today'), nothing), 'yesterday', coalesce(sum(value) filter (where name = 'yesterday'), nothing),
    'last_7_days', coalesce(sum(value) filter (where name = 'last_7_days'), nothing), 'previous_7_days', coalesce(sum(value) filter (where name = 'previous_7_days'), nothing),
    'last_30_days', coalesce(sum(value) filter (where name = 'last_30_days'), nothing), 'previous_30_days', coalesce(sum(value) filter (where name = 'previous_30_days'), nothing))
  from (select sums.*, case when sums.name <> 'now' then 0 end as nothing from sums) as sums
  group by metric, currency, nothing
  order by metric, currency;
$$;
comment on function private.report_dashboard(private.report_wish) is
  'One row per figure: what waits now, and what happened today, yesterday, in the last 7 and 30 days and in as many before. Sales in minor units, net of discounts and refunds, without tax. from and to are not looked at.';

create function private.report_events(wish private.report_wish)
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object('id', events.id, 'name', events.name, 'subject_type', events.subject_type, 'subject_id', events.subject_id, 'actor_id', events.actor_id,
    'correlation_id', events.correlation_id, 'occurred_at', events.occurred_at, 'payload', events.payload)
  from public.events
  where events.id > coalesce(wish.after_id, 0) and events.occurred_at >= wish.from_at and events.occurred_at < wish.to_at and (wish.names is null or events.name = any (wish.names))
  order by events.id
  limit wish.max_rows + 1;
$$;
comment on function private.report_events(private.report_wish) is 'The event log as it is, oldest first, from after_id on.';

insert into private.report_kinds (kind, permission, columns, description) values
  ('dashboard', 'reports.read', '{metric,currency,now,today,yesterday,last_7_days,previous_7_days,last_30_days,previous_30_days}', 'What an owner looks at first.'),
  ('events', 'events.read', '{id,name,subject_type,subject_id,actor_id,correlation_id,occurred_at,payload}', 'The event log, raw.');

create function private.data_as_of()
returns timestamptz
language sql
volatile
security invoker
set search_path = ''
as $$
  select case
    when not pg_is_in_recovery() then clock_timestamp()
    when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() and exists (select from pg_catalog.pg_stat_get_wal_receiver() as receiver where receiver.pid is not null) then clock_timestamp()
    else pg_last_xact_replay_timestamp() end;
$$;
comment on function private.data_as_of() is
  'The moment that the data of this server is of: now on a primary, and on a replica that is connected and has replayed what it received; else the last commit it replayed.';

create function private.count_report(kind text, parameters jsonb)
returns setof jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_wish private.report_wish;
begin
  v_wish.from_at := count_report.parameters ->> 'from';
  v_wish.to_at := count_report.parameters ->> 'to';
  v_wish.bucket := count_report.parameters ->> 'bucket';
  v_wish.time_zone := count_report.parameters ->> 'time_zone';
  v_wish.currency := count_report.parameters ->> 'currency';
  v_wish.max_rows := count_report.parameters ->> 'limit';
  v_wish.after_id := count_report.parameters ->> 'after_id';
  if count_report.parameters ? 'names' then
    v_wish.names := array(select jsonb_array_elements_text(count_report.parameters -> 'names'));
  end if;
  case count_report.kind
    when 'sales' then return query select * from private.report_sales(v_wish);
    when 'payments' then return query select * from private.report_payments(v_wish);
    when 'taxes' then return query select * from private.report_taxes(v_wish);
    when 'orders' then return query select * from private.report_orders(v_wish);
    when 'products' then return query select * from private.report_products(v_wish);
    when 'courses' then return query select * from private.report_courses(v_wish);
    when 'customers' then return query select * from private.report_customers(v_wish);
    when 'dashboard' then return query select * from private.report_dashboard(v_wish);
    when 'events' then return query select * from private.report_events(v_wish);
  end case;
end
$$;
comment on function private.count_report(text, jsonb) is 'The rows of a report, one more than its limit where there are more. The worker asks the replica for it; it writes nothing.';

create function private.finish_report(report_id uuid, as_of timestamptz, rows jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_most integer;
begin
  update public.reports
  set status = 'done', as_of = finish_report.as_of, finished_at = now(), row_count = least(jsonb_array_length(finish_report.rows), (reports.parameters ->> 'limit')::integer),
    truncated = jsonb_array_length(finish_report.rows) > (reports.parameters ->> 'limit')::integer
  where reports.id = finish_report.report_id and reports.status = 'queued'
  returning (reports.parameters ->> 'limit')::integer into v_most;
  if found then
    insert into private.report_rows (report_id, rows)
    select finish_report.report_id, coalesce(jsonb_agg(found.line order by found.number), '[]')
    from jsonb_array_elements(finish_report.rows) with ordinality as found (line, number) where found.number <= v_most;
  end if;
end
$$;
comment on function private.finish_report(uuid, timestamptz, jsonb) is 'Keeps what a report found, up to its limit; the first answer counts.';

create function private.discard_old_reports()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_discarded integer;
begin
  delete from public.reports where reports.created_at < now() - make_interval(days => private.setting('report_days')::integer);
  get diagnostics v_discarded = row_count;
  return v_discarded;
end
$$;
comment on function private.discard_old_reports() is 'Drops reports older than report_days with their rows; returns how many. The worker calls it nightly.';
