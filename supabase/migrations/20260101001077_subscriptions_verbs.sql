/*
Subscriptions, verbs: how a person subscribes, opens courses, cancels and resumes. What they ask for shows at once and is told to the provider by
the worker; what became of it the provider says. See the subscriptions file for the promise.
*/

create function private.subscription_document(subscription public.subscriptions)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object('id', subscription.id, 'plan_id', subscription.plan_id,
    'title', (select subscription_plans.title from public.subscription_plans where subscription_plans.id = subscription.plan_id),
    'period', (select subscription_plans.period from public.subscription_plans where subscription_plans.id = subscription.plan_id),
    'status', subscription.status, 'lock_reason', nullif(private.subscription_lock(subscription.id), ''), 'currency', subscription.currency, 'amount', subscription.amount,
    'period_started_at', subscription.period_started_at, 'period_ends_at', subscription.period_ends_at, 'past_due_since', subscription.past_due_since,
    'cancels_at', subscription.cancels_at, 'ended_at', subscription.ended_at, 'checkout_url', subscription.checkout_url,
    'pay_url', (select subscription_invoices.pay_url from private.subscription_invoices
      where subscription_invoices.subscription_id = subscription.id and subscription_invoices.paid_at is null order by subscription_invoices.period_ends_at desc limit 1),
    'created_at', subscription.created_at);
end
$$;
comment on function private.subscription_document(public.subscriptions) is 'A subscription as its verbs answer it. lock_reason null: what it opens is open now; pay_url: the provider''s page for a renewal that failed.';

create function private.my_subscriptions()
returns setof jsonb
language plpgsql
stable
security definer -- what is owed is in the private schema
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
begin
  return query
    select private.subscription_document(subscriptions) from public.subscriptions
    where subscriptions.person_id = v_person_id order by subscriptions.created_at desc, subscriptions.id;
end
$$;
comment on function private.my_subscriptions() is 'Does the work of public.my_subscriptions.';
grant execute on function private.my_subscriptions() to authenticated;

create function public.my_subscriptions()
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.my_subscriptions();
$$;
comment on function public.my_subscriptions() is 'The caller''s subscriptions, newest first. Errors: sign_in_required.';
grant execute on function public.my_subscriptions() to authenticated;

create function private.subscription_offers()
returns setof jsonb
language sql
stable
security definer -- the prices of plans belong to products that are never on sale
set search_path = ''
as $$
  select jsonb_build_object('id', subscription_plans.id, 'title', subscription_plans.title, 'summary', subscription_plans.summary, 'period', subscription_plans.period,
    'prices', coalesce((
      select jsonb_agg(jsonb_build_object('currency', prices.currency, 'amount', line.subtotal_amount + line.tax_amount) order by prices.currency)
      from public.prices cross join lateral private.plan_line(subscription_plans.id, prices.amount) as line
      where prices.variant_id = subscription_plans.variant_id and prices.amount > 0), '[]'),
    'opens', coalesce((
      select jsonb_agg(jsonb_build_object('product_id', subscription_plan_scopes.product_id, 'category_id', subscription_plan_scopes.category_id,
        'collection_id', subscription_plan_scopes.collection_id) order by subscription_plan_scopes.id)
      from public.subscription_plan_scopes where subscription_plan_scopes.plan_id = subscription_plans.id), '[]'))
  from public.subscription_plans where subscription_plans.status = 'active' order by subscription_plans.title, subscription_plans.id;
$$;
comment on function private.subscription_offers() is 'Does the work of public.subscription_offers.';
grant execute on function private.subscription_offers() to anon, authenticated, service_role;

create function public.subscription_offers()
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.subscription_offers();
$$;
comment on function public.subscription_offers() is 'The plans that can be subscribed to, with what a period costs per currency (taxes included) and what they open.';
grant execute on function public.subscription_offers() to anon, authenticated, service_role;

-- subscribe ----------------------------------------------------------------------------------------------------------------------------

create function private.open_subscription(person_id uuid, plan_id uuid, currency text)
returns public.subscriptions
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_currency text := coalesce(open_subscription.currency, private.setting('default_currency') #>> '{}');
  v_plan public.subscription_plans;
  v_unit_amount bigint;
  v_line private.order_line;
  v_open public.subscriptions;
begin
  perform pg_advisory_xact_lock(hashtextextended('seatline.subscriptions ' || open_subscription.person_id, 0));
  select * into v_plan from public.subscription_plans where subscription_plans.id = open_subscription.plan_id and subscription_plans.status = 'active';
  if v_plan.id is null then
    perform private.fail('plan_not_found', 404, 'There is no such plan.', 'Read subscription_offers for those that there are.');
  end if;
  perform private.check_currency(v_currency);
  select * into v_open from public.subscriptions
  where subscriptions.person_id = open_subscription.person_id and subscriptions.plan_id = v_plan.id and subscriptions.status in ('incomplete', 'active', 'past_due') for update;
  if v_open.status in ('active', 'past_due') then
    perform private.fail('already_subscribed', 409, 'You have a subscription to this plan.', 'Find it in my_subscriptions; resume it if it is to end.', v_open.id::text);
  elsif v_open.checkout_expires_at <= now() or v_open.currency <> v_currency then
    update public.subscriptions set status = 'expired', ended_at = now(), checkout_url = null where subscriptions.id = v_open.id;
    perform private.emit('subscription.change_requested', 'subscription', v_open.id);
    v_open := null;
  end if;
  if v_open.id is null then
    select prices.amount into v_unit_amount from public.prices where prices.variant_id = v_plan.variant_id and prices.currency = v_currency and prices.amount > 0;
    if v_unit_amount is null then
      perform private.fail('price_missing', 422, format('%s is not sold in %s.', v_plan.title, v_currency), 'Choose a currency that has a price.', v_plan.variant_id::text);
    end if;
    v_line := private.plan_line(v_plan.id, v_unit_amount);
    insert into public.subscriptions (person_id, plan_id, currency, unit_amount, amount)
    values (open_subscription.person_id, v_plan.id, v_currency, v_unit_amount, v_unit_amount + v_line.tax_amount) returning * into v_open;
  end if;
  return v_open;
end
$$;
comment on function private.open_subscription(uuid, uuid, text) is
  'The subscription of a person to a plan that waits to be paid, made when there is none; one in another currency or whose page ended is expired. Refuses plan_not_found, already_subscribed, price_missing and currency_not_supported.';

create function private.start_subscription(plan_id uuid, currency text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write subscriptions, only begin one
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(start_subscription.plan_id, start_subscription.currency);
  v_answer jsonb := private.recall_answer(v_person_id, start_subscription.idempotency_key, 'start_subscription', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  return private.remember_answer(v_person_id, start_subscription.idempotency_key, 'start_subscription', v_body,
    private.subscription_document(private.open_subscription(v_person_id, start_subscription.plan_id, start_subscription.currency)));
end
$$;
comment on function private.start_subscription(uuid, text, text) is 'Does the work of public.start_subscription.';
grant execute on function private.start_subscription(uuid, text, text) to authenticated;

create function public.start_subscription(plan_id uuid, currency text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_subscription(start_subscription.plan_id, start_subscription.currency, start_subscription.idempotency_key);
$$;
comment on function public.start_subscription(uuid, text, text) is
  'Begins a subscription of the caller, or answers the one that waits to be paid. The function start-subscription calls it and opens the page where it is paid. '
  'Errors: plan_not_found, already_subscribed, price_missing, currency_not_supported, idempotency_key_reused, sign_in_required.';
grant execute on function public.start_subscription(uuid, text, text) to authenticated;

create function private.attach_subscription(
  subscription_id uuid, provider_price_id text, session_id text, url text, expires_at timestamptz, idempotency_key text default null
)
returns jsonb
language plpgsql
volatile
security definer -- the service role may not write the private tables either
set search_path = ''
as $$
declare
  v_subscription public.subscriptions;
  v_plan public.subscription_plans;
begin
  select * into v_subscription from public.subscriptions where subscriptions.id = attach_subscription.subscription_id for update;
  if v_subscription.id is null then
    perform private.fail('subscription_not_found', 404, 'There is no such subscription.', 'Start it first.');
  end if;
  if greatest(length(attach_subscription.provider_price_id), length(attach_subscription.session_id)) > 255 or length(attach_subscription.url) > 2000
    or least(length(attach_subscription.provider_price_id), length(attach_subscription.session_id)) = 0 then
    perform private.fail('invalid_provider_id', 422, 'An id of the provider has 1 to 255 characters.', 'Pass it as the provider gave it.');
  end if;
  select * into v_plan from public.subscription_plans where subscription_plans.id = v_subscription.plan_id;
  if attach_subscription.provider_price_id is not null then
    insert into private.provider_prices (variant_id, currency, amount, provider_price_id)
    values (v_plan.variant_id, v_subscription.currency, v_subscription.amount, attach_subscription.provider_price_id) on conflict do nothing;
  end if;
  if attach_subscription.session_id is not null and v_subscription.status = 'incomplete' then
    insert into private.provider_subscriptions (subscription_id, session_id) values (v_subscription.id, attach_subscription.session_id)
    on conflict on constraint provider_subscriptions_pkey do update set session_id = excluded.session_id;
    update public.subscriptions set checkout_url = attach_subscription.url, checkout_expires_at = attach_subscription.expires_at
    where subscriptions.id = v_subscription.id returning * into v_subscription;
    -- the request that began with this key is answered with the page
    perform private.amend_answer(v_subscription.person_id, attach_subscription.idempotency_key, 'start_subscription', v_subscription.id,
      private.subscription_document(v_subscription));
  end if;
  return jsonb_build_object('subscription', private.subscription_document(v_subscription), 'period', v_plan.period, 'title', v_plan.title,
    'provider_price_id', (select provider_prices.provider_price_id from private.provider_prices
      where provider_prices.variant_id = v_plan.variant_id and provider_prices.currency = v_subscription.currency and provider_prices.amount = v_subscription.amount));
end
$$;
comment on function private.attach_subscription(uuid, text, text, text, timestamptz, text) is 'Does the work of public.attach_subscription.';
grant execute on function private.attach_subscription(uuid, text, text, text, timestamptz, text) to service_role;

create function public.attach_subscription(
  subscription_id uuid, provider_price_id text default null, session_id text default null, url text default null, expires_at timestamptz default null,
  idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.attach_subscription(attach_subscription.subscription_id, attach_subscription.provider_price_id, attach_subscription.session_id,
    attach_subscription.url, attach_subscription.expires_at, attach_subscription.idempotency_key);
$$;
comment on function public.attach_subscription(uuid, text, text, text, timestamptz, text) is
  'Secret key only: what is known of a subscription for opening its page, {subscription, title, period, provider_price_id}; remembers the provider''s price and session that are given, and the page for the key that start_subscription had. Errors: subscription_not_found, invalid_provider_id.';
grant execute on function public.attach_subscription(uuid, text, text, text, timestamptz, text) to service_role;

-- change -------------------------------------------------------------------------------------------------------------------------------

create function private.own_subscription(subscription_id uuid)
returns public.subscriptions
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_subscription public.subscriptions;
begin
  select * into v_subscription from public.subscriptions where subscriptions.id = own_subscription.subscription_id
    and (subscriptions.person_id = auth.uid() or private.is_service() or private.has_permission('orders.cancel')) for update;
  if v_subscription.id is null then
    perform private.fail('subscription_not_found', 404, 'There is no such subscription.', 'Read my_subscriptions for yours.');
  end if;
  if v_subscription.status not in ('incomplete', 'active', 'past_due') then
    perform private.fail('subscription_ended', 409, format('This subscription is %s.', v_subscription.status), 'Start a new one.');
  end if;
  return v_subscription;
end
$$;
comment on function private.own_subscription(uuid) is 'A live subscription of the caller, or of anybody for staff with orders.cancel, locked. Refuses subscription_not_found, subscription_ended.';

create function private.change_subscription(subscription_id uuid, verb text, at_period_end boolean, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write subscriptions, only ask for a change of their own
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(change_subscription.subscription_id, change_subscription.at_period_end);
  v_answer jsonb := private.recall_answer(v_person_id, change_subscription.idempotency_key, change_subscription.verb, v_body);
  v_subscription public.subscriptions;
  v_ends_at timestamptz;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_subscription := private.own_subscription(change_subscription.subscription_id);
  insert into private.provider_subscriptions (subscription_id) values (v_subscription.id) on conflict on constraint provider_subscriptions_pkey do nothing;
  if change_subscription.verb = 'cancel_subscription' and (v_subscription.status = 'incomplete' or not coalesce(change_subscription.at_period_end, true)) then
    update private.provider_subscriptions set ended_as = 'canceled', ended_at = now() where provider_subscriptions.subscription_id = v_subscription.id;
    perform private.settle_subscription(v_subscription.id);
  else
    v_ends_at := case when change_subscription.verb = 'cancel_subscription' then v_subscription.period_ends_at end;
    if v_ends_at is null and v_subscription.cancels_at <= now() then
      perform private.fail('subscription_ended', 409, 'This subscription has ended.', 'Start a new one.');
    end if;
    -- what is asked for here is the last word until the provider has a later one
    update private.provider_subscriptions set cancel_told_at = extract(epoch from now())::bigint * 2 + (v_ends_at is not null)::integer
    where provider_subscriptions.subscription_id = v_subscription.id;
    update public.subscriptions set cancels_at = v_ends_at where subscriptions.id = v_subscription.id;
    perform private.follow_subscription(v_subscription.id);
  end if;
  perform private.emit('subscription.change_requested', 'subscription', v_subscription.id);
  select * into v_subscription from public.subscriptions where subscriptions.id = v_subscription.id;
  return private.remember_answer(v_person_id, change_subscription.idempotency_key, change_subscription.verb, v_body, private.subscription_document(v_subscription));
end
$$;
comment on function private.change_subscription(uuid, text, boolean, text) is 'Does the work of public.cancel_subscription and public.resume_subscription.';
grant execute on function private.change_subscription(uuid, text, boolean, text) to authenticated, service_role;

create function public.cancel_subscription(subscription_id uuid, at_period_end boolean default true, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.change_subscription(cancel_subscription.subscription_id, 'cancel_subscription', cancel_subscription.at_period_end, cancel_subscription.idempotency_key);
$$;
comment on function public.cancel_subscription(uuid, boolean, text) is
  'Ends the caller''s own subscription (staff with orders.cancel: anybody''s) with its period, or at once; what was paid is not given back by itself. Answers it. Errors: subscription_not_found, subscription_ended, idempotency_key_reused.';
grant execute on function public.cancel_subscription(uuid, boolean, text) to authenticated, service_role;

create function public.resume_subscription(subscription_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.change_subscription(resume_subscription.subscription_id, 'resume_subscription', null, resume_subscription.idempotency_key);
$$;
comment on function public.resume_subscription(uuid, text) is 'Lets a subscription that was to end with its period go on, and answers it. Errors: subscription_not_found, subscription_ended, idempotency_key_reused.';
grant execute on function public.resume_subscription(uuid, text) to authenticated, service_role;

create function private.set_subscription_method(subscription_id uuid, payment_method_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write subscriptions, only choose among their own methods
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(set_subscription_method.subscription_id, set_subscription_method.payment_method_id);
  v_answer jsonb := private.recall_answer(v_person_id, set_subscription_method.idempotency_key, 'set_subscription_method', v_body);
  v_subscription public.subscriptions;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_subscription := private.own_subscription(set_subscription_method.subscription_id);
  perform private.own_method(set_subscription_method.payment_method_id, v_subscription.person_id);
  update private.provider_subscriptions set wanted_method_id = set_subscription_method.payment_method_id where provider_subscriptions.subscription_id = v_subscription.id;
  perform private.emit('subscription.change_requested', 'subscription', v_subscription.id);
  return private.remember_answer(v_person_id, set_subscription_method.idempotency_key, 'set_subscription_method', v_body, private.subscription_document(v_subscription));
end
$$;
comment on function private.set_subscription_method(uuid, uuid, text) is 'Does the work of public.set_subscription_method.';
grant execute on function private.set_subscription_method(uuid, uuid, text) to authenticated;

create function public.set_subscription_method(subscription_id uuid, payment_method_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_subscription_method(set_subscription_method.subscription_id, set_subscription_method.payment_method_id, set_subscription_method.idempotency_key);
$$;
comment on function public.set_subscription_method(uuid, uuid, text) is
  'Which of the caller''s saved methods pays a subscription from now on; a renewal that failed is tried with it at once. Errors: subscription_not_found, subscription_ended, payment_method_not_found, idempotency_key_reused, sign_in_required.';
grant execute on function public.set_subscription_method(uuid, uuid, text) to authenticated;

-- open a course -------------------------------------------------------------------------------------------------------------------------

create function private.enroll_by_subscription(intake_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- learners may not write enrolments, only take what their subscription opens
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(enroll_by_subscription.intake_id);
  v_answer jsonb := private.recall_answer(v_learner_id, enroll_by_subscription.idempotency_key, 'enroll_by_subscription', v_body);
  v_intake public.intakes;
  v_subscription_id uuid;
  v_enrollment public.enrollments;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select intakes.* into v_intake from public.intakes join public.products on products.id = intakes.product_id
  where intakes.id = enroll_by_subscription.intake_id and private.is_on_sale(products.status, products.publish_at, products.unpublish_at)
  for key share of intakes; -- whoever cancels the intake waits for us, or we see that it was
  if v_intake.id is null then
    perform private.fail('intake_not_found', 404, 'There is no such intake.', 'Read the course again for its intakes.');
  end if;
  select subscriptions.id into v_subscription_id from public.subscriptions
  where subscriptions.person_id = v_learner_id and subscriptions.status in ('active', 'past_due') and private.subscription_lock(subscriptions.id) = ''
    and private.plan_opens(subscriptions.plan_id, v_intake.product_id)
  order by subscriptions.period_ends_at desc limit 1 for update;
  if v_subscription_id is null or v_intake.seats is not null or v_intake.starts_at is not null then
    perform private.fail('not_in_subscription', 402, 'No subscription of yours opens this intake.', 'Subscriptions open self-paced intakes without a count of seats; buy this one with place_order.', v_intake.id::text);
  end if;
  perform private.refuse_problem(private.enrollment_problem(v_intake.id, v_intake.status, v_intake.enroll_opens_at, v_intake.enroll_closes_at));
  perform private.refuse_second_seat(v_learner_id, v_intake.id);
  update public.enrollments set status = 'active', ended_at = null, subscription_id = v_subscription_id
  where enrollments.id = (
    select earlier.id from public.enrollments as earlier
    where earlier.learner_id = v_learner_id and earlier.intake_id = v_intake.id and earlier.status = 'cancelled' and earlier.subscription_id is not null
    order by earlier.ended_at desc limit 1 for update)
  returning * into v_enrollment;
  if v_enrollment.id is null then
    insert into public.enrollments (intake_id, learner_id, subscription_id, status, enrolled_at) values (v_intake.id, v_learner_id, v_subscription_id, 'active', now())
    on conflict do nothing returning * into v_enrollment; -- the one index that says no is that of live seats
  end if;
  if v_enrollment.id is null then
    perform private.fail('already_enrolled', 409, 'You are enrolled in this intake already.', 'Find it among your courses.');
  end if;
  return private.remember_answer(v_learner_id, enroll_by_subscription.idempotency_key, 'enroll_by_subscription', v_body,
    jsonb_build_object('id', v_enrollment.id, 'intake_id', v_enrollment.intake_id, 'status', v_enrollment.status, 'enrolled_at', v_enrollment.enrolled_at, 'subscription_id', v_subscription_id));
end
$$;
comment on function private.enroll_by_subscription(uuid, text) is 'Does the work of public.enroll_by_subscription.';
grant execute on function private.enroll_by_subscription(uuid, text) to authenticated;

create function public.enroll_by_subscription(intake_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.enroll_by_subscription(enroll_by_subscription.intake_id, enroll_by_subscription.idempotency_key);
$$;
comment on function public.enroll_by_subscription(uuid, text) is
  'Opens a self-paced, uncounted intake by the caller''s subscription and answers the enrolment; what was learned in it before goes on. '
  'Errors: intake_not_found, not_in_subscription, intake_not_open, intake_closed, intake_cancelled, already_enrolled, order_already_open, idempotency_key_reused, sign_in_required.';
grant execute on function public.enroll_by_subscription(uuid, text) to authenticated;
