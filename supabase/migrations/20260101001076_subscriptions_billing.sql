/*
Subscriptions, billing: what the provider tells of a subscription and its invoices. See the subscriptions file for the promise.

Promise: each period that was paid is one paid order, with its payment, invoice and entries, once. What a subscription is follows from facts that
only grow (a period was paid, a payment of it failed, it was ended), never from the order in which they come; so duplicates, permutations and
late events end the same. Whether it is to end with its period is what was told last, by the provider's clock.
*/

create table private.provider_prices (
  variant_id uuid not null references public.variants (id) on delete cascade,
  currency text not null,
  amount bigint not null,
  provider_price_id text not null unique,
  primary key (variant_id, currency, amount)
);
comment on table private.provider_prices is 'The provider''s price of a plan, made when somebody first subscribes at that amount.';

create table private.provider_subscriptions (
  subscription_id uuid primary key references public.subscriptions (id) on delete restrict,
  provider_subscription_id text unique,
  session_id text unique,
  wanted_method_id uuid references public.payment_methods (id) on delete restrict,
  cancel_told_at bigint not null default 0,
  ended_as text,
  ended_at timestamptz,
  constraint provider_subscriptions_end_in_a_known_way check (ended_as in ('canceled', 'expired'))
);
comment on table private.provider_subscriptions is
  'A subscription at the provider. cancel_told_at: twice the second of the last word on its end, plus one when it said that it ends; ended_as: that it is over, which is for good.';
create index on private.provider_subscriptions (wanted_method_id);

create table private.subscription_invoices (
  provider_invoice_id text primary key,
  subscription_id uuid not null references public.subscriptions (id) on delete restrict,
  order_id uuid unique references public.orders (id) on delete restrict,
  period_started_at timestamptz not null,
  period_ends_at timestamptz not null,
  paid_at timestamptz,
  failed_at timestamptz,
  pay_url text,
  constraint subscription_invoices_bill_a_time check (period_ends_at > period_started_at)
);
comment on table private.subscription_invoices is 'The provider''s bill of one period, and the order it became once it was paid. failed_at: the first time that a try to collect it failed.';
create index on private.subscription_invoices (subscription_id, period_ends_at);

create function private.event_subscription(object jsonb)
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_details jsonb := object #> '{parent,subscription_details}';
  v_named text := coalesce(object #>> '{metadata,subscription_id}', v_details #>> '{metadata,subscription_id}');
  v_id uuid;
begin
  if v_named ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then
    select subscriptions.id into v_id from public.subscriptions where subscriptions.id = v_named::uuid;
  end if;
  if v_id is null then
    select provider_subscriptions.subscription_id into v_id from private.provider_subscriptions
    where provider_subscriptions.provider_subscription_id = coalesce(v_details ->> 'subscription', object ->> 'subscription', object ->> 'id')
      or provider_subscriptions.session_id = object ->> 'id' limit 1;
  end if;
  return v_id;
end
$$;
comment on function private.event_subscription(jsonb) is 'The subscription an object of the provider belongs to: by our id in its metadata, else by the provider''s ids. Null: not ours.';

create function private.apply_subscription_event(event jsonb)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_object jsonb := event #> '{data,object}';
  v_id uuid := private.event_subscription(v_object);
  v_told_at timestamptz := coalesce(to_timestamp((event ->> 'created')::bigint), now());
  v_known private.provider_subscriptions;
  v_outcome text;
begin
  if v_id is null then
    return case when coalesce(v_object #>> '{metadata,subscription_id}', v_object #>> '{parent,subscription_details,metadata,subscription_id}') is null then 'ignored' else 'needs_review' end;
  end if;
  perform from public.subscriptions where subscriptions.id = v_id for update;
  insert into private.provider_subscriptions (subscription_id) values (v_id) on conflict on constraint provider_subscriptions_pkey do nothing;
  update private.provider_subscriptions
  set provider_subscription_id = coalesce(provider_subscriptions.provider_subscription_id, v_object #>> '{parent,subscription_details,subscription}',
    case when v_object ->> 'object' = 'subscription' then v_object ->> 'id' else v_object ->> 'subscription' end)
  where provider_subscriptions.subscription_id = v_id returning * into v_known;
  if v_known.provider_subscription_id <> coalesce(v_object #>> '{parent,subscription_details,subscription}', v_object ->> 'subscription',
    case when v_object ->> 'object' = 'subscription' then v_object ->> 'id' end) then
    return 'needs_review'; -- two subscriptions at the provider for one of ours
  end if;
  v_outcome := case v_object ->> 'object'
    when 'invoice' then private.apply_subscription_invoice(v_id, v_object, v_told_at)
    when 'subscription' then private.apply_subscription(v_id, v_object, v_told_at)
    else private.apply_subscription_page(v_id, v_object) end;
  perform private.settle_subscription(v_id);
  return v_outcome;
end
$$;
comment on function private.apply_subscription_event(jsonb) is 'Notes what a session, a subscription or an invoice says of itself, and then what the subscription is by all that is known.';

create function private.apply_subscription_page(subscription_id uuid, session jsonb)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if session ->> 'status' <> 'expired' then
    return 'applied'; -- that it was paid its invoice says
  end if;
  update private.provider_subscriptions set ended_as = coalesce(provider_subscriptions.ended_as, 'expired'), ended_at = coalesce(provider_subscriptions.ended_at, now())
  where provider_subscriptions.subscription_id = apply_subscription_page.subscription_id;
  return 'applied';
end
$$;
comment on function private.apply_subscription_page(uuid, jsonb) is 'The page where a subscription is begun says that it closed unpaid, or whose it became.';

create function private.apply_subscription(subscription_id uuid, object jsonb, told_at timestamptz)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ends_at timestamptz := to_timestamp(coalesce((object ->> 'cancel_at')::bigint,
    case when (object ->> 'cancel_at_period_end')::boolean then coalesce(object #>> '{items,data,0,current_period_end}', object ->> 'current_period_end')::bigint end));
  v_word bigint := extract(epoch from apply_subscription.told_at)::bigint * 2 + (v_ends_at is not null)::integer;
begin
  if object ->> 'status' in ('canceled', 'incomplete_expired') then
    update private.provider_subscriptions
    set ended_as = case when object ->> 'status' = 'canceled' then 'canceled' else coalesce(provider_subscriptions.ended_as, 'expired') end,
      ended_at = coalesce(to_timestamp((object ->> 'ended_at')::bigint), provider_subscriptions.ended_at, apply_subscription.told_at)
    where provider_subscriptions.subscription_id = apply_subscription.subscription_id;
    return 'applied';
  end if;
  update private.provider_subscriptions set cancel_told_at = v_word
  where provider_subscriptions.subscription_id = apply_subscription.subscription_id and provider_subscriptions.cancel_told_at < v_word;
  if found then
    update public.subscriptions set cancels_at = v_ends_at where subscriptions.id = apply_subscription.subscription_id;
  end if;
  return 'applied';
end
$$;
comment on function private.apply_subscription(uuid, jsonb, timestamptz) is 'Notes that a subscription is over, or whether it is to end with its period: of two words the later counts, of the same second the one that ends it.';

create function private.apply_subscription_invoice(subscription_id uuid, invoice jsonb, told_at timestamptz)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_subscription public.subscriptions;
  v_period jsonb := invoice #> '{lines,data,0,period}';
  v_paid constant boolean := invoice ->> 'status' = 'paid';
  v_bill private.subscription_invoices;
begin
  select * into v_subscription from public.subscriptions where subscriptions.id = apply_subscription_invoice.subscription_id;
  if upper(invoice ->> 'currency') is distinct from v_subscription.currency then
    return 'needs_review';
  end if;
  if v_period is null or not v_paid and not (invoice ->> 'status' = 'open' and (invoice ->> 'attempted')::boolean) then
    return 'ignored'; -- a draft, or one that nobody tried to collect yet
  end if;
  insert into private.subscription_invoices (provider_invoice_id, subscription_id, period_started_at, period_ends_at)
  values (invoice ->> 'id', v_subscription.id, to_timestamp((v_period ->> 'start')::bigint), to_timestamp((v_period ->> 'end')::bigint))
  on conflict on constraint subscription_invoices_pkey do nothing;
  update private.subscription_invoices
  set pay_url = coalesce(invoice ->> 'hosted_invoice_url', subscription_invoices.pay_url),
    paid_at = coalesce(subscription_invoices.paid_at, case when v_paid then coalesce(to_timestamp((invoice #>> '{status_transitions,paid_at}')::bigint), apply_subscription_invoice.told_at) end),
    failed_at = case when v_paid then subscription_invoices.failed_at else least(subscription_invoices.failed_at, apply_subscription_invoice.told_at) end
  where subscription_invoices.provider_invoice_id = invoice ->> 'id' and subscription_invoices.subscription_id = v_subscription.id
  returning * into v_bill;
  if v_paid and v_bill.order_id is null and (invoice ->> 'amount_paid')::bigint > 0 then
    perform private.bill_subscription(v_subscription, v_bill, (invoice ->> 'amount_paid')::bigint, coalesce(
      invoice #>> '{payments,data,0,payment,payment_intent}', invoice ->> 'payment_intent', private.told_invoice_intent(v_bill.provider_invoice_id)));
  end if;
  update public.payments set provider_payment_id = invoice #>> '{payments,data,0,payment,payment_intent}'
  where payments.order_id = v_bill.order_id and payments.provider_payment_id is null and invoice #>> '{payments,data,0,payment,payment_intent}' is not null;
  return 'applied';
end
$$;
comment on function private.apply_subscription_invoice(uuid, jsonb, timestamptz) is 'Notes that a period was paid, which makes its order, or that collecting it failed.';

create function private.told_invoice_intent(provider_invoice_id text)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select provider_events.payload #>> '{data,object,payment,payment_intent}' from private.provider_events
  where provider_events.type = 'invoice_payment.paid' and provider_events.payload #>> '{data,object,invoice}' = told_invoice_intent.provider_invoice_id limit 1;
$$;
comment on function private.told_invoice_intent(text) is 'The capture behind an invoice, if its own event told of it before.';

create function private.apply_invoice_payment(invoice_payment jsonb)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment_id uuid;
begin
  update public.payments set provider_payment_id = invoice_payment #>> '{payment,payment_intent}'
  where payments.session_id = invoice_payment ->> 'invoice' and payments.method = 'subscription' and payments.provider_payment_id is null
  returning payments.id into v_payment_id;
  if v_payment_id is null then
    return 'ignored';
  end if;
  perform private.apply_overtaken_events('stripe', v_payment_id);
  return 'applied';
end
$$;
comment on function private.apply_invoice_payment(jsonb) is 'Notes which capture paid a period, so that it can be given back; one that comes before its invoice is found by it.';
-- serves: the capture of an invoice that was told before it
create index on private.provider_events ((payload #>> '{data,object,invoice}')) where type = 'invoice_payment.paid';

create function private.plan_line(plan_id uuid, unit_amount bigint)
returns private.order_line
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
begin
  select variants.id, 1, products.kind, variants.sku, subscription_plans.title, plan_line.unit_amount, plan_line.unit_amount, false, products.id, products.tax_category,
    jsonb_build_object('product_id', products.id, 'slug', products.slug, 'plan_id', subscription_plans.id)
  into v_line.variant_id, v_line.quantity, v_line.kind, v_line.sku, v_line.title, v_line.unit_amount, v_line.base_unit_amount, v_line.counted, v_line.product_id, v_line.tax_category,
    v_line.snapshot
  from public.subscription_plans
  join public.variants on variants.id = subscription_plans.variant_id
  join public.products on products.id = subscription_plans.product_id
  where subscription_plans.id = plan_line.plan_id;
  return private.tax_line(private.clear_amounts(v_line), private.setting('default_tax_country') #>> '{}', null);
end
$$;
comment on function private.plan_line(uuid, bigint) is 'One period of a plan as a line at this price, with the taxes of the shop''s country.';

create function private.bill_subscription(subscription public.subscriptions, bill private.subscription_invoices, paid_amount bigint, provider_payment_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_zone constant text := private.setting('shop_time_zone') #>> '{}';
  v_line private.order_line := private.plan_line(subscription.plan_id, subscription.unit_amount);
  v_order_id uuid := gen_random_uuid();
  v_payment_id uuid;
begin
  if v_line.subtotal_amount + v_line.tax_amount <> bill_subscription.paid_amount then
    -- what was paid is what it cost: taxes that would come on top of it are not in it
    v_line := private.plan_line(subscription.plan_id, bill_subscription.paid_amount);
    v_line.tax_amount := 0;
    v_line.taxes := (select jsonb_agg(tax) from jsonb_array_elements(v_line.taxes) as tax where (tax ->> 'inclusive')::boolean);
  end if;
  v_line.title := left(format('%s · %s – %s', v_line.title, to_char(bill.period_started_at at time zone v_zone, 'YYYY-MM-DD'), to_char(bill.period_ends_at at time zone v_zone, 'YYYY-MM-DD')), 300);
  v_line.snapshot := v_line.snapshot || jsonb_build_object('subscription_id', subscription.id, 'period_started_at', bill.period_started_at, 'period_ends_at', bill.period_ends_at);
  perform private.write_order(subscription.person_id, private.sum_lines(subscription.currency, array[v_line]), v_order_id, now() + interval '1 hour');
  update private.subscription_invoices set order_id = v_order_id where subscription_invoices.provider_invoice_id = bill.provider_invoice_id;
  insert into public.payments (order_id, attempt, provider, method, currency, amount, session_id)
  values (v_order_id, 1, 'stripe', 'subscription', subscription.currency, bill_subscription.paid_amount, bill.provider_invoice_id)
  returning payments.id into v_payment_id;
  perform private.settle_payment(v_payment_id, bill_subscription.paid_amount, subscription.currency, bill_subscription.provider_payment_id);
  if bill_subscription.paid_amount <> subscription.amount then
    perform private.flag_order(v_order_id, 'the provider billed another amount than the subscription costs');
  end if;
  if bill_subscription.provider_payment_id is not null then
    perform private.apply_overtaken_events('stripe', v_payment_id);
  end if;
end
$$;
comment on function private.bill_subscription(public.subscriptions, private.subscription_invoices, bigint, text) is
  'Writes the order of a period that was paid, with its payment, by the same functions as any other sale. Another amount than agreed goes before a person. The caller holds the subscription''s row.';

create function private.yield_subscription(subscription public.subscriptions, status text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_other public.subscriptions;
  v_order_id uuid;
begin
  select * into v_other from public.subscriptions
  where subscriptions.person_id = subscription.person_id and subscriptions.plan_id = subscription.plan_id and subscriptions.id <> subscription.id
    and subscriptions.status in ('incomplete', 'active', 'past_due') for update;
  if v_other.id is null then
    return yield_subscription.status;
  end if;
  if v_other.status = 'incomplete' then
    -- the one that was paid counts: the newer page is closed, and if that one is paid as well it yields in its turn
    insert into private.provider_subscriptions (subscription_id, ended_as, ended_at) values (v_other.id, 'expired', now())
    on conflict on constraint provider_subscriptions_pkey do update set ended_as = 'expired', ended_at = now();
    update public.subscriptions set status = 'expired', ended_at = now(), checkout_url = null where subscriptions.id = v_other.id;
    perform private.emit('subscription.change_requested', 'subscription', v_other.id);
    return yield_subscription.status;
  end if;
  update private.provider_subscriptions set ended_as = 'canceled', ended_at = now() where provider_subscriptions.subscription_id = subscription.id;
  perform private.emit('subscription.change_requested', 'subscription', subscription.id);
  for v_order_id in
    select orders.id from private.subscription_invoices join public.orders on orders.id = subscription_invoices.order_id
    where subscription_invoices.subscription_id = subscription.id and orders.status in ('paid', 'completed') order by orders.id for update of orders
  loop
    perform private.undo_order(v_order_id, 'paid on a page that had expired, beside a subscription to the same plan');
  end loop;
  return 'canceled';
end
$$;
comment on function private.yield_subscription(public.subscriptions, text) is
  'A subscription that comes to life beside another of the same person and plan. One that waits to be paid gives way; beside one that is paid this one ends, at the provider too, and its money goes back.';

create function private.settle_subscription(subscription_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_before public.subscriptions;
  v_known private.provider_subscriptions;
  v_paid private.subscription_invoices;
  v_failed_at timestamptz;
  v_status text;
begin
  select * into v_before from public.subscriptions where subscriptions.id = settle_subscription.subscription_id;
  select * into v_known from private.provider_subscriptions where provider_subscriptions.subscription_id = v_before.id;
  select * into v_paid from private.subscription_invoices
  where subscription_invoices.subscription_id = v_before.id and subscription_invoices.paid_at is not null order by subscription_invoices.period_ends_at desc limit 1;
  select min(subscription_invoices.failed_at) into v_failed_at from private.subscription_invoices
  where subscription_invoices.subscription_id = v_before.id and subscription_invoices.paid_at is null and subscription_invoices.period_ends_at > v_paid.period_ends_at;
  v_status := case
    when v_known.ended_as = 'canceled' then 'canceled'
    when v_paid.provider_invoice_id is not null then case when v_failed_at is null then 'active' else 'past_due' end
    else coalesce(v_known.ended_as, case when v_before.status = 'expired' then 'expired' else 'incomplete' end) end;
  if v_status in ('active', 'past_due') and v_before.status not in ('active', 'past_due') then
    v_status := private.yield_subscription(v_before, v_status);
    select * into v_known from private.provider_subscriptions where provider_subscriptions.subscription_id = v_before.id;
  end if;
  update public.subscriptions
  set status = v_status, period_started_at = v_paid.period_started_at, period_ends_at = v_paid.period_ends_at,
    past_due_since = case when v_status = 'past_due' then v_failed_at end,
    ended_at = case when v_status in ('canceled', 'expired') then coalesce(v_known.ended_at, now()) end,
    checkout_url = case when v_status = 'incomplete' then subscriptions.checkout_url end
  where subscriptions.id = v_before.id;
  if v_status <> v_before.status then
    perform private.emit('subscription.' || v_status, 'subscription', v_before.id);
  end if;
  perform private.follow_subscription(v_before.id);
end
$$;
comment on function private.settle_subscription(uuid) is 'What a subscription is by all that is known of it; emits its move and brings its enrolments in step. The caller holds its row.';

create function private.subscriptions_to_ask(max_rows integer default 100)
returns table (provider_subscription_id text, session_id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select provider_subscriptions.provider_subscription_id, provider_subscriptions.session_id
  from public.subscriptions join private.provider_subscriptions on provider_subscriptions.subscription_id = subscriptions.id
  where subscriptions.status = 'past_due'
    or subscriptions.status = 'active' and (subscriptions.period_ends_at <= now() or subscriptions.cancels_at <= now() or subscriptions.updated_at > now() - interval '20 minutes')
    or subscriptions.status = 'incomplete' and subscriptions.created_at < now() - interval '2 minutes'
    or subscriptions.status in ('canceled', 'expired') and subscriptions.updated_at > now() - interval '20 minutes'
  order by subscriptions.updated_at limit subscriptions_to_ask.max_rows;
$$;
comment on function private.subscriptions_to_ask(integer) is 'Subscriptions of which the provider may have told something that was lost: due, failed, begun, ended or changed lately.';
