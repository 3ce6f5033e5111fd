/*
Payments: attempts to pay an order. What the provider tells is in the provider_events file, what goes back in the refunds file.

Promise: only a verified provider event or a retrieved provider object moves money state. Every captured payment ends as a paid order, a
refund, or needs_review with the order named: sold out after payment, paid after expiry or cancellation, paid twice are designed states.
Under concurrency: browser, webhook, reconciler and staff lock the order first, then its payments, so they queue; whoever comes second
finds the state moved on and does nothing.
*/

create table public.payments (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete restrict,
  attempt integer not null,
  provider text not null default 'stripe',
  method text not null default 'checkout',
  status text not null default 'pending',
  currency text not null, -- as it was: no foreign key, so no index on three values
  amount bigint not null,
  capture_method text not null default 'automatic',
  authorized_amount bigint not null default 0,
  captured_amount bigint not null default 0,
  refunded_amount bigint not null default 0,
  disputed_amount bigint not null default 0,
  exchanged_amount bigint not null default 0,
  origin_id uuid references public.payments (id) on delete restrict,
  session_id text unique,
  provider_payment_id text,
  reference text,
  checkout_url text,
  expires_at timestamptz,
  failure_code text,
  failure_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  settled_at timestamptz,
  authorized_until timestamptz,
  capture_asked_at timestamptz,
  capture_asked_amount bigint,
  void_asked_at timestamptz,
  void_reason text,
  constraint payments_are_numbered_per_order unique (order_id, attempt),
  constraint payments_have_a_known_status check (status in ('pending', 'processing', 'authorized', 'success', 'failed', 'expired', 'cancelled', 'refunding', 'refunded', 'refund_failed')),
  constraint payments_have_a_known_provider check (provider in ('stripe', 'ewallet', 'manual_transfer', 'store_credit', 'gift_card', 'exchange', 'cash', 'other')),
  constraint payments_have_a_known_method check (method in ('checkout', 'payment_intent', 'saved_method', 'subscription', 'ewallet', 'manual_transfer', 'store_credit', 'gift_card', 'exchange', 'cash', 'other')),
  constraint payments_are_by_stripe_or_named_by_their_method check ((provider = 'stripe') = (method in ('checkout', 'payment_intent', 'saved_method', 'subscription')) and provider in ('stripe', method)),
  constraint payments_pay_something check (amount > 0),
  constraint payments_give_back_no_more_than_they_took check (refunded_amount >= 0 and disputed_amount >= 0 and refunded_amount + disputed_amount <= captured_amount
    and (captured_amount <= amount or failure_code is not distinct from 'amount_mismatch')),
  constraint payments_exchange_no_more_than_they_took check (exchanged_amount between 0 and captured_amount),
  constraint payments_by_exchange_name_where_they_come_from check ((provider = 'exchange') = (origin_id is not null)),
  constraint payments_have_a_known_capture_method check (capture_method in ('automatic', 'manual')),
  constraint payments_capture_no_more_than_was_authorized check (authorized_amount between 0 and amount and (capture_method = 'automatic' or captured_amount <= authorized_amount or failure_code is not distinct from 'amount_mismatch')),
  constraint payments_are_authorized_for_a_time check (status <> 'authorized' or authorized_amount > 0 and authorized_until is not null and provider_payment_id is not null),
  constraint payments_ask_the_provider_for_one_thing check (num_nonnulls(capture_asked_at, void_asked_at) <= 1
    and (capture_asked_at is null) = (capture_asked_amount is null) and capture_asked_amount between 1 and authorized_amount),
  constraint payments_took_money_when_they_succeeded check ((captured_amount > 0) = (status in ('success', 'refunding', 'refunded', 'refund_failed')))
);
comment on table public.payments is
  'One attempt to pay an order, in minor units. disputed_amount is with the buyer''s bank until it decides. exchanged_amount pays for what another order was changed to, by payments whose origin_id is this one. checkout_url is the provider''s page while the attempt is open; session_id the provider''s session or intent; a manual_transfer has no provider: staff approve its proof. capture_method manual: authorised first, captured by staff.';

-- the guarantee: one open attempt per order, so fifty clicks share it
create unique index payments_one_open_per_order on public.payments (order_id) where status in ('pending', 'processing');
-- the guarantee: a capture settles one payment
create unique index payments_one_per_provider_payment on public.payments (provider, provider_payment_id);
create index on public.payments (origin_id) where origin_id is not null;
-- serves: the reconciler
create index on public.payments (created_at) where status in ('pending', 'processing');

insert into private.status_moves (machine, from_status, to_status) values
  ('payment', 'pending', 'processing'), ('payment', 'pending', 'success'), ('payment', 'pending', 'failed'),
  ('payment', 'pending', 'expired'), ('payment', 'pending', 'cancelled'), ('payment', 'processing', 'success'), ('payment', 'processing', 'failed'),
  ('payment', 'processing', 'expired'), ('payment', 'failed', 'success'), ('payment', 'expired', 'success'), ('payment', 'cancelled', 'success'),
  ('payment', 'success', 'refunding'), ('payment', 'success', 'refunded'), ('payment', 'refunding', 'refunded'), ('payment', 'refunding', 'success'),
  ('payment', 'refunding', 'refund_failed'), ('payment', 'refund_failed', 'refunding'), ('payment', 'refund_failed', 'refunded'),
  ('payment', 'refund_failed', 'success'), ('payment', 'refunded', 'refund_failed'), ('payment', 'success', 'refund_failed');

create trigger _100_stamp_update before update on public.payments for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.payments for each row when (old.status <> new.status) execute function private.tg__guard_status('payment');

alter table public.payments enable row level security;
create policy select_own_or_staff on public.payments for select to authenticated
  using (exists (select from public.orders where orders.id = payments.order_id and orders.customer_id = (select auth.uid())) or (select private.has_permission('payments.read')));
grant select on public.payments to authenticated, service_role;
-- not granted: insert, update, delete. start_payment opens, provider events move.

-- open -------------------------------------------------------------------------------------------------------------------------------

create function private.payment_document(payment public.payments, due_amount bigint default null)
returns jsonb
language plpgsql
volatile -- stable would answer what was due before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object('id', payment.id, 'order_id', payment.order_id, 'attempt', payment.attempt, 'provider', payment.provider,
    'method', payment.method, 'status', payment.status, 'amount', payment.amount, 'currency', payment.currency, 'reference', payment.reference, 'capture_method', payment.capture_method,
    'authorized_amount', payment.authorized_amount, 'authorized_until', payment.authorized_until, 'captured_amount', payment.captured_amount,
    'refunded_amount', payment.refunded_amount, 'due_amount', coalesce(payment_document.due_amount, private.due_amount(payment.order_id)), 'checkout_url', payment.checkout_url,
    'expires_at', payment.expires_at, 'failure_code', payment.failure_code, 'failure_message', payment.failure_message);
end
$$;
comment on function private.payment_document(public.payments, bigint) is 'A payment as its buyer sees it; due_amount is what its order still asks for, counted unless the caller knows it.';

create function private.open_payment(order_id uuid, method text, amount bigint default null)
returns public.payments
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_payment public.payments;
  v_amount bigint;
begin
  select * into v_order from public.orders where orders.id = open_payment.order_id for update;
  v_amount := private.payable_amount(v_order, open_payment.amount);
  select * into v_payment from public.payments where payments.order_id = v_order.id and payments.status in ('pending', 'processing');
  if v_payment.status = 'processing' or (v_payment.method, v_payment.amount) <> (open_payment.method, v_amount) and private.is_under_review(v_payment.id) then
    perform private.fail('payment_in_progress', 409, 'A payment for this order is being processed.', 'Wait for it: the order changes by itself.');
  end if;
  if v_payment.expires_at <= now() then
    update public.payments set status = 'expired' where payments.id = v_payment.id;
    v_payment.id := null;
  elsif (v_payment.method, v_payment.amount) <> (open_payment.method, v_amount) then
    -- the buyer chose another way or another part: the first one is closed, and what still comes by it counts for the order or is given back
    perform private.close_payments(v_order.id, 'replaced');
    v_payment.id := null;
  end if;
  if v_payment.id is null then
    insert into public.payments (order_id, attempt, provider, method, currency, amount, capture_method)
    select v_order.id, coalesce(max(payments.attempt), 0) + 1, case when open_payment.method in ('checkout', 'payment_intent', 'saved_method') then 'stripe' else open_payment.method end,
      open_payment.method, v_order.currency, v_amount,
      case when open_payment.method in ('checkout', 'payment_intent') then private.setting('payment_capture') #>> '{}' else 'automatic' end
    from public.payments where payments.order_id = v_order.id
    returning * into v_payment;
  end if;
  return v_payment;
end
$$;
comment on function private.open_payment(uuid, text, bigint) is
  'The open attempt to pay this much of an order (null: what is due) by this method, made when there is none; an open one by another method or of another amount is closed. Locks the order. Refuses what payable_amount refuses, and payment_in_progress.';

create function private.start_payment(order_id uuid, method text, amount bigint, save_method boolean default false, idempotency_key text default null)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write payments, only start one for their own order
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(start_payment.order_id, start_payment.method, start_payment.amount, coalesce(start_payment.save_method, false));
  v_answer jsonb := private.recall_answer(v_person_id, start_payment.idempotency_key, 'start_payment', v_body);
  v_order public.orders;
  v_payment public.payments;
begin
  if v_answer is not null then
    -- the page that was opened since is part of what the caller was told
    return coalesce((select v_answer || jsonb_build_object('session_id', payments.session_id,
      'payment', v_answer -> 'payment' || jsonb_build_object('checkout_url', payments.checkout_url, 'expires_at', payments.expires_at))
      from public.payments where payments.id = (v_answer #>> '{payment,id}')::uuid), v_answer);
  end if;
  v_order := private.find_order(start_payment.order_id, 'nobody.else');
  if coalesce(start_payment.method, '') not in ('checkout', 'payment_intent', 'ewallet') then
    perform private.fail('invalid_payment_method', 422, 'A payment is started by checkout, payment_intent or ewallet.', 'For bank transfers call start_transfer.');
  end if;
  v_payment := private.open_payment(v_order.id, start_payment.method, start_payment.amount);
  return private.remember_answer(v_person_id, start_payment.idempotency_key, 'start_payment', v_body, jsonb_build_object(
    'order', private.order_document(v_order.id), 'payment', private.payment_document(v_payment),
    'session_id', v_payment.session_id, 'customer', (select jsonb_build_object('email', profiles.email, 'name', btrim(profiles.first_name || ' ' || profiles.last_name))
      from public.profiles where profiles.id = v_order.customer_id)));
end
$$;
comment on function private.start_payment(uuid, text, bigint, boolean, text) is 'Does the work of public.start_payment.';
grant execute on function private.start_payment(uuid, text, bigint, boolean, text) to authenticated;

create function public.start_payment(
  order_id uuid, method text default 'checkout', amount bigint default null, save_method boolean default false, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_payment(start_payment.order_id, start_payment.method, start_payment.amount, start_payment.save_method, start_payment.idempotency_key);
$$;
comment on function public.start_payment(uuid, text, bigint, boolean, text) is
  'Opens an attempt to pay the caller''s own order, or a part of it (amount; null: what is still due), or answers the one that is open: {order, payment, session_id, customer}. '
  'The functions checkout and create-payment-intent call it; the same call again changes nothing, the same key answers the same attempt. save_method: the page is to keep the way to pay. '
  'Errors: order_not_found, order_not_payable, order_expired, payment_in_progress, invalid_payment_method, invalid_payment_amount, amount_exceeds_due, idempotency_key_reused, sign_in_required.';
grant execute on function public.start_payment(uuid, text, bigint, boolean, text) to authenticated;

create function private.attach_payment_session(payment_id uuid, session_id text, url text, expires_at timestamptz)
returns jsonb
language plpgsql
volatile
security definer -- the service role may not write payments either
set search_path = ''
as $$
declare
  v_payment public.payments;
begin
  update public.payments
  set session_id = attach_payment_session.session_id, checkout_url = attach_payment_session.url, expires_at = attach_payment_session.expires_at
  where payments.id = attach_payment_session.payment_id
    and (payments.session_id is null or payments.session_id = attach_payment_session.session_id)
  returning * into v_payment;
  if v_payment.id is null then
    if exists (select from public.payments where payments.id = attach_payment_session.payment_id) then
      perform private.fail('payment_session_conflict', 409, 'This attempt has another session already.', 'Use that one: start the payment again.');
    end if;
    perform private.fail('payment_not_found', 404, 'There is no such payment.', 'Start the payment first.');
  end if;
  return private.payment_document(v_payment);
end
$$;
comment on function private.attach_payment_session(uuid, text, text, timestamptz) is 'Does the work of public.attach_payment_session.';
grant execute on function private.attach_payment_session(uuid, text, text, timestamptz) to service_role;

create function public.attach_payment_session(payment_id uuid, session_id text, url text, expires_at timestamptz)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.attach_payment_session(attach_payment_session.payment_id, attach_payment_session.session_id, attach_payment_session.url, attach_payment_session.expires_at);
$$;
comment on function public.attach_payment_session(uuid, text, text, timestamptz) is
  'Secret key only: remembers the provider''s session of an attempt; the same one twice is fine. Errors: payment_not_found, payment_session_conflict.';
grant execute on function public.attach_payment_session(uuid, text, text, timestamptz) to service_role;

create function private.close_payments(order_id uuid, order_status text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment_id uuid;
begin
  for v_payment_id in
    update public.payments set status = case when close_payments.order_status = 'expired' then 'expired' else 'cancelled' end
    where payments.order_id = close_payments.order_id and payments.status = 'pending'
    returning payments.id
  loop
    perform private.emit('payment.cancelled', 'payment', v_payment_id);
  end loop;
  if close_payments.order_status <> 'replaced' then
    perform private.void_authorizations(close_payments.order_id, 'the order is ' || close_payments.order_status);
  end if;
end
$$;
comment on function private.close_payments(uuid, text) is 'Closes the open attempt of an order that ended or was paid otherwise; the worker then closes the provider''s page. What is authorised is let go, unless the attempt was only replaced. One that is being processed is left to its outcome.';

-- settle -----------------------------------------------------------------------------------------------------------------------------

create function private.lock_payment(payment_id uuid)
returns public.payments
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment public.payments;
begin
  perform from public.orders where orders.id = (select payments.order_id from public.payments where payments.id = lock_payment.payment_id) for update;
  select * into v_payment from public.payments where payments.id = lock_payment.payment_id for update;
  return v_payment;
end
$$;
comment on function private.lock_payment(uuid) is 'Locks the order, then the payment: the one order of locks for every path that moves money.';

create function private.cash_account(provider text)
returns text
language plpgsql -- in every purchase: see private.request_id
immutable
security invoker
set search_path = ''
as $$
begin
  return case cash_account.provider
    when 'manual_transfer' then 'bank' when 'other' then 'bank' when 'cash' then 'cash'
    when 'store_credit' then 'store_credit' when 'gift_card' then 'gift_cards' when 'exchange' then 'exchanged' else 'cash_in_transit' end;
end
$$;
comment on function private.cash_account(text) is 'The account that the money of a provider''s captures is in.';

create function private.settle_payment(payment_id uuid, amount bigint, currency text, provider_payment_id text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment public.payments := private.lock_payment(settle_payment.payment_id);
begin
  if v_payment.status in ('success', 'refunding', 'refunded', 'refund_failed')
    and v_payment.provider_payment_id is not distinct from coalesce(settle_payment.provider_payment_id, v_payment.provider_payment_id) then
    return private.correct_capture(v_payment, settle_payment.amount, settle_payment.currency);
  elsif exists (
    select from public.payments where payments.order_id = v_payment.order_id and payments.provider = v_payment.provider
      and payments.provider_payment_id = settle_payment.provider_payment_id and payments.failure_code = 'captured_twice'
  ) then
    return 'ignored';
  elsif exists (
    select from public.payments where payments.provider = v_payment.provider
      and payments.provider_payment_id = settle_payment.provider_payment_id and payments.id <> v_payment.id
  ) then
    return private.flag_order(v_payment.order_id, 'one capture was reported for two payments');
  elsif v_payment.status in ('success', 'refunding', 'refunded', 'refund_failed') then
    perform private.keep_unexpected_capture(v_payment, settle_payment.amount, settle_payment.currency, settle_payment.provider_payment_id);
    return private.flag_order(v_payment.order_id, 'one attempt was captured twice by the provider');
  end if;
  if settle_payment.amount <> v_payment.amount and not (v_payment.capture_method = 'manual' and settle_payment.amount between 1 and v_payment.amount)
    or upper(settle_payment.currency) <> v_payment.currency then
    perform private.keep_unexpected_capture(v_payment, settle_payment.amount, settle_payment.currency, settle_payment.provider_payment_id);
    return private.flag_order(v_payment.order_id, 'the provider captured another amount than the order asks for');
  end if;
  update public.payments
  set status = 'success', captured_amount = settle_payment.amount, authorized_amount = greatest(payments.authorized_amount, settle_payment.amount), settled_at = now(), failure_code = null, failure_message = null,
    provider_payment_id = coalesce(settle_payment.provider_payment_id, payments.provider_payment_id)
  where payments.id = v_payment.id;
  perform private.post_entries('capture:' || v_payment.id, v_payment.order_id, v_payment.currency,
    jsonb_build_object(private.cash_account(v_payment.provider), settle_payment.amount, 'receivable', -settle_payment.amount));
  perform private.emit('payment.succeeded', 'payment', v_payment.id);
  perform private.deliver_paid_order(v_payment.order_id, v_payment.id);
  return 'applied';
end
$$;
comment on function private.settle_payment(uuid, bigint, text, text) is
  'A capture that the provider confirmed: books it, and delivers, waits for the rest, or refunds. Answers applied, ignored (known already) or needs_review (another amount, captured twice: booked too, so that it can go back).';

create function private.flag_order(order_id uuid, reason text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.give_reason(flag_order.reason);
  update public.orders set status = 'needs_review' where orders.id = flag_order.order_id and exists (
    select from private.status_moves where status_moves.machine = 'order' and status_moves.from_status = orders.status and status_moves.to_status = 'needs_review');
  if found then
    perform private.emit('order.needs_review', 'order', flag_order.order_id, jsonb_build_object('reason', flag_order.reason));
  end if;
  perform private.give_reason(null);
  return 'needs_review';
end
$$;
comment on function private.flag_order(uuid, text) is 'Puts an order before a person, with the reason in its history; answers needs_review.';

create function private.fail_payment(payment_id uuid, status text, failure_code text, failure_message text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment public.payments := private.lock_payment(fail_payment.payment_id);
  -- an intent that was being processed and asks for another method came to nothing, and so did the charge of a saved one; a page says so by its session
  v_status text := coalesce(fail_payment.status,
    case when v_payment.method in ('payment_intent', 'saved_method') and v_payment.status = 'processing' then 'failed' end);
begin
  if v_payment.status = 'authorized' and v_status = 'cancelled' then
    perform private.end_authorization(v_payment);
    return 'applied';
  elsif v_payment.status not in ('pending', 'processing') or v_payment.method = 'checkout' and v_payment.status = 'pending' and v_status = 'cancelled' then
    return 'ignored'; -- known; or the intent of a page that says itself when it ends
  end if;
  update public.payments
  set status = coalesce(v_status, payments.status), failure_code = coalesce(fail_payment.failure_code, payments.failure_code),
    failure_message = coalesce(left(fail_payment.failure_message, 500), payments.failure_message),
    settled_at = case when v_status is not null then now() end
  where payments.id = v_payment.id;
  if v_status = 'failed' then
    perform private.emit('payment.failed', 'payment', v_payment.id);
  end if;
  if v_status is not null and v_payment.method = 'saved_method' then
    perform private.note_failed_instalment(v_payment.id, coalesce(fail_payment.failure_code, 'not_charged'));
  end if;
  return 'applied';
end
$$;
comment on function private.fail_payment(uuid, text, text, text) is
  'Ends an open attempt as failed, expired or cancelled; with status null it only notes a declined try while the provider''s page stays open. The order stays payable until its hold ends.';

create function private.process_payment(payment_id uuid)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment public.payments := private.lock_payment(process_payment.payment_id);
begin
  if v_payment.status <> 'pending' then
    return 'ignored';
  end if;
  update public.payments set status = 'processing' where payments.id = v_payment.id;
  return 'applied';
end
$$;
comment on function private.process_payment(uuid) is 'The buyer is done and the provider is not: a wallet or transfer that takes its time.';

create function private.open_payments(older_than interval default '2 minutes', max_rows integer default 50)
returns setof public.payments
language sql
stable
security invoker
set search_path = ''
as $$
  select payments.* from public.payments
  where payments.created_at < now() - open_payments.older_than
    and (payments.status in ('pending', 'processing')
      or payments.status = 'authorized' and (coalesce(payments.capture_asked_at, payments.void_asked_at) < now() - open_payments.older_than or payments.authorized_until < now())
      -- a page closed lately may have been paid in its last second
      or payments.status in ('expired', 'cancelled', 'failed') and payments.updated_at > now() - interval '1 hour'
      -- who told of another amount than was asked for may have been wrong: private.correct_capture
      or payments.failure_code = 'amount_mismatch' and payments.updated_at > now() - interval '1 hour')
    and payments.session_id is not null
  order by payments.updated_at limit open_payments.max_rows;
$$;
comment on function private.open_payments(interval, integer) is 'Attempts to ask the provider about: open ones, also of an order that waits for a person, and of the last hour those that ended, in case their last event was lost, or were told to be of another amount.';
