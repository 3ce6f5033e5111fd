/*
Payments, capture: money that is only authorised at first, and taken or let go by staff.

Promise: 0 ≤ refunded ≤ captured ≤ authorised ≤ asked for. An authorised payment holds its order until authorized_until; it ends captured (wholly or
in part, the rest is let go), or cancelled: by staff, by the provider, or because its order ended or was paid otherwise.
Under concurrency: staff, provider and expiry lock the order, then the payment. What is asked of the provider is written first and sent by the
worker under a key of its own; the answer comes back as an event like any other, so a repeated or lost answer changes nothing.
*/

insert into public.settings (key, value, description) values
  ('payment_capture', '"automatic"', 'automatic: cards are charged at once. manual: they are authorised, and staff capture (capture_payment) or void.'),
  ('authorization_days', '7', 'Days that the provider keeps an authorisation; an authorised order is held as long.');

insert into private.status_moves (machine, from_status, to_status) values
  ('payment', 'pending', 'authorized'), ('payment', 'processing', 'authorized'), ('payment', 'expired', 'authorized'),
  ('payment', 'cancelled', 'authorized'), ('payment', 'failed', 'authorized'), ('payment', 'authorized', 'success'), ('payment', 'authorized', 'cancelled');

-- serves: the reconciler, for what was asked of the provider and what should have ended
create index on public.payments (authorized_until) where status = 'authorized';
create trigger _900_audit after update of capture_asked_at, void_asked_at on public.payments
  for each row when (new.status = 'authorized' and (new.capture_asked_at, new.void_asked_at) is distinct from (old.capture_asked_at, old.void_asked_at))
  execute function private.tg__audit('id');

-- hold -------------------------------------------------------------------------------------------------------------------------------

create function private.hold_order_until(order_id uuid, until timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.orders set expires_at = hold_order_until.until where orders.id = hold_order_until.order_id and orders.status = 'pending';
  update public.reservations set expires_at = hold_order_until.until
  where reservations.holder_id = hold_order_until.order_id and reservations.status = 'held';
  update public.promotion_redemptions set expires_at = hold_order_until.until
  where promotion_redemptions.order_id = hold_order_until.order_id and promotion_redemptions.given_back_at is null and promotion_redemptions.expires_at is not null;
end
$$;
comment on function private.hold_order_until(uuid, timestamptz) is 'Moves the end of an unpaid order''s hold: the order, its units, its uses of promotions. The caller holds the order''s row.';

create function private.held_until(target public.orders)
returns timestamptz
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return greatest(now(), target.placed_at + make_interval(mins => (private.setting('hold_minutes'))::integer), (
    select max(case when payments.status = 'authorized' then payments.authorized_until else payments.expires_at end)
    from public.payments where payments.order_id = target.id
      and (payments.status = 'authorized' or payments.status = 'pending' and payments.method = 'manual_transfer')));
end
$$;
comment on function private.held_until(public.orders) is 'Until when an unpaid order holds what it sells, by when it was placed and how it is being paid now.';

create function private.authorized_amount(order_id uuid)
returns bigint
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(coalesce(payments.capture_asked_amount, payments.authorized_amount)), 0)
    from public.payments where payments.order_id = authorized_amount.order_id and payments.status = 'authorized' and payments.void_asked_at is null);
end
$$;
comment on function private.authorized_amount(uuid) is 'What is authorised for an order and will be captured unless it is let go.';

-- authorise --------------------------------------------------------------------------------------------------------------------------

create function private.authorize_payment(payment_id uuid, amount bigint, currency text, provider_payment_id text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment public.payments := private.lock_payment(authorize_payment.payment_id);
  v_order public.orders;
  v_late boolean;
begin
  if v_payment.status not in ('pending', 'processing', 'expired', 'cancelled', 'failed') or v_payment.status = 'cancelled' and v_payment.authorized_until is not null then
    return 'ignored'; -- known already, and what was let go stays so
  end if;
  if authorize_payment.amount is distinct from v_payment.amount or upper(authorize_payment.currency) is distinct from v_payment.currency then
    update public.payments set failure_code = 'amount_mismatch',
      failure_message = format('The provider authorised %s %s.', authorize_payment.amount, upper(authorize_payment.currency))
    where payments.id = v_payment.id;
    return private.flag_order(v_payment.order_id, 'the provider authorised another amount than the order asks for');
  end if;
  select * into v_order from public.orders where orders.id = v_payment.order_id;
  v_late := v_payment.amount > private.due_amount(v_order.id) - private.authorized_amount(v_order.id);
  update public.payments
  set status = 'authorized', authorized_amount = authorize_payment.amount, provider_payment_id = authorize_payment.provider_payment_id,
    authorized_until = now() + make_interval(days => (private.setting('authorization_days'))::integer), failure_code = null, failure_message = null
  where payments.id = v_payment.id returning payments.* into v_payment;
  perform private.emit('payment.authorized', 'payment', v_payment.id);
  if v_late then
    perform private.ask_void(v_payment.id, 'the order does not need this authorisation');
  elsif v_order.status = 'pending' then
    perform private.hold_order_until(v_order.id, greatest(v_order.expires_at, v_payment.authorized_until));
    perform private.close_payments_beyond_due(v_order.id);
  end if;
  return 'applied';
end
$$;
comment on function private.authorize_payment(uuid, bigint, text, text) is
  'The provider holds the money for us: the order is held as long. What comes for an order that ended or is covered is let go at once.';

create function private.ask_void(payment_id uuid, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.payments set void_asked_at = now(), void_reason = ask_void.reason where payments.id = ask_void.payment_id;
  perform private.emit('payment.void_requested', 'payment', ask_void.payment_id);
end
$$;
comment on function private.ask_void(uuid, text) is 'Lets an authorisation go; the worker tells the provider, whose answer ends the payment.';

create function private.void_authorizations(order_id uuid, reason text)
returns void
language plpgsql -- in every purchase: see private.request_id
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.ask_void(payments.id, void_authorizations.reason)
  from public.payments
  where payments.order_id = void_authorizations.order_id and payments.status = 'authorized' and payments.capture_asked_at is null and payments.void_asked_at is null;
end
$$;
comment on function private.void_authorizations(uuid, text) is 'Lets go what is authorised for an order that ended or was paid otherwise. What is being captured comes as a capture, and goes back.';

create function private.end_authorization(payment public.payments)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
begin
  update public.payments set status = 'cancelled', settled_at = now() where payments.id = payment.id;
  select * into v_order from public.orders where orders.id = payment.order_id;
  if v_order.status = 'pending' then
    perform private.hold_order_until(v_order.id, private.held_until(v_order));
  end if;
  perform private.emit('payment.voided', 'payment', payment.id);
end
$$;
comment on function private.end_authorization(public.payments) is 'The provider let an authorisation go: the payment ends, and the order''s hold is what it would be without it. The caller holds the order''s row.';

-- staff ------------------------------------------------------------------------------------------------------------------------------

create function private.find_authorized_payment(payment_id uuid)
returns public.payments
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment public.payments := private.lock_payment(find_authorized_payment.payment_id);
begin
  if v_payment.id is null then
    perform private.fail('payment_not_found', 404, 'There is no such payment.', 'Read the payments of the order.');
  end if;
  if v_payment.status <> 'authorized' then
    perform private.fail('payment_not_authorized', 409, format('This payment is %s: there is nothing to capture or to void.', v_payment.status), 'Read it again.');
  end if;
  if v_payment.capture_asked_at is not null or v_payment.void_asked_at is not null then
    perform private.fail('capture_in_progress', 409, 'The provider was already asked to capture or void this payment.', 'Wait for its answer: the payment changes by itself.');
  end if;
  return v_payment;
end
$$;
comment on function private.find_authorized_payment(uuid) is 'An authorised payment of which nothing was asked yet, locked behind its order. Refuses payment_not_found, payment_not_authorized, capture_in_progress.';

create function private.capture_payment(payment_id uuid, amount bigint, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write payments, only ask for their capture
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(capture_payment.payment_id, capture_payment.amount);
  v_answer jsonb;
  v_payment public.payments;
begin
  perform private.require_refunder('payments.review', 'capture');
  v_answer := private.recall_answer(v_person_id, capture_payment.idempotency_key, 'capture_payment', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  v_payment := private.find_authorized_payment(capture_payment.payment_id);
  if capture_payment.amount <= 0 or capture_payment.amount > v_payment.authorized_amount then
    perform private.fail('invalid_payment_amount', 422, 'A capture takes more than nothing and at most what was authorised.', 'Leave amount out to take all of it.', v_payment.authorized_amount::text);
  end if;
  update public.payments set capture_asked_at = now(), capture_asked_amount = coalesce(capture_payment.amount, payments.authorized_amount)
  where payments.id = v_payment.id returning payments.* into v_payment;
  perform private.emit('payment.capture_requested', 'payment', v_payment.id);
  return private.remember_answer(v_person_id, capture_payment.idempotency_key, 'capture_payment', v_body, private.payment_document(v_payment));
end
$$;
comment on function private.capture_payment(uuid, bigint, text) is 'Does the work of public.capture_payment.';
grant execute on function private.capture_payment(uuid, bigint, text) to authenticated, service_role;

create function public.capture_payment(payment_id uuid, amount bigint default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.capture_payment(capture_payment.payment_id, capture_payment.amount, capture_payment.idempotency_key);
$$;
comment on function public.capture_payment(uuid, bigint, text) is
  'Staff (payments.review): takes an authorised payment, or a part of it (what is not taken is let go and stays due), and answers the payment. The provider is asked by the worker; its answer pays the order. '
  'Errors: permission_denied, payment_not_found, payment_not_authorized, capture_in_progress, invalid_payment_amount, idempotency_key_reused.';
grant execute on function public.capture_payment(uuid, bigint, text) to authenticated, service_role;

create function private.void_payment(payment_id uuid, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write payments, only let them go
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(void_payment.payment_id, void_payment.reason);
  v_answer jsonb;
  v_payment public.payments;
begin
  perform private.require_refunder('payments.review', void_payment.reason);
  v_answer := private.recall_answer(v_person_id, void_payment.idempotency_key, 'void_payment', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  v_payment := private.find_authorized_payment(void_payment.payment_id);
  perform private.ask_void(v_payment.id, void_payment.reason);
  select * into v_payment from public.payments where payments.id = v_payment.id;
  return private.remember_answer(v_person_id, void_payment.idempotency_key, 'void_payment', v_body, private.payment_document(v_payment));
end
$$;
comment on function private.void_payment(uuid, text, text) is 'Does the work of public.void_payment.';
grant execute on function private.void_payment(uuid, text, text) to authenticated, service_role;

create function public.void_payment(payment_id uuid, reason text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.void_payment(void_payment.payment_id, void_payment.reason, void_payment.idempotency_key);
$$;
comment on function public.void_payment(uuid, text, text) is
  'Staff (payments.review): lets an authorised payment go and answers it; nothing is charged. The provider is asked by the worker; its answer cancels the payment, and the order holds no longer than it would have. '
  'Errors: permission_denied, payment_not_found, payment_not_authorized, capture_in_progress, invalid_reason, idempotency_key_reused.';
grant execute on function public.void_payment(uuid, text, text) to authenticated, service_role;

create function private.refuse_capture(payment_id uuid, failure text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment public.payments := private.lock_payment(refuse_capture.payment_id);
begin
  update public.payments
  set capture_asked_at = null, capture_asked_amount = null, void_asked_at = null, void_reason = null,
    failure_code = 'capture_refused', failure_message = left(refuse_capture.failure, 500)
  where payments.id = v_payment.id and payments.status = 'authorized';
  if found then
    perform private.flag_order(v_payment.order_id, 'the provider refused to capture or void a payment');
  end if;
end
$$;
comment on function private.refuse_capture(uuid, text) is 'The provider said no and still holds the money: staff may ask again, and the order goes before a person.';
