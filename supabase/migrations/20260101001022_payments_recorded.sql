/*
Payments, recorded: money that reached the shop by hand, in the till or by a way of its own, written down by staff.

Promise: what is recorded counts once, pays the order in the same transaction, and stands in the audit log with its reference. Refunds of it wait for
staff (record_transfer_refund): no provider sends them.
*/

create trigger _900_audit_recorded after update of reference on public.payments
  for each row when (new.provider in ('cash', 'other') and new.reference is distinct from old.reference) execute function private.tg__audit('id');

create function private.record_payment(order_id uuid, method text, amount bigint, reference text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write payments, only record them
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(record_payment.order_id, record_payment.method, record_payment.amount, record_payment.reference);
  v_answer jsonb;
  v_payment public.payments;
begin
  perform private.require_refunder('payments.review', record_payment.reference);
  v_answer := private.recall_answer(v_person_id, record_payment.idempotency_key, 'record_payment', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(record_payment.method, '') not in ('cash', 'other') then
    perform private.fail('invalid_payment_method', 422, 'What is recorded by hand came in cash or otherwise (other).', 'Send cash or other; for bank transfers approve the proof.');
  end if;
  if not exists (select from public.orders where orders.id = record_payment.order_id) then
    perform private.fail('order_not_found', 404, 'There is no such order.', 'Check the id.');
  end if;
  v_payment := private.open_payment(record_payment.order_id, record_payment.method, record_payment.amount);
  update public.payments set reference = private.said(record_payment.reference) where payments.id = v_payment.id;
  perform private.give_reason(record_payment.reference);
  perform private.settle_payment(v_payment.id, v_payment.amount, v_payment.currency, null);
  perform private.give_reason(null);
  select * into v_payment from public.payments where payments.id = v_payment.id;
  return private.remember_answer(v_person_id, record_payment.idempotency_key, 'record_payment', v_body,
    jsonb_build_object('order', private.order_document(v_payment.order_id), 'payment', private.payment_document(v_payment)));
end
$$;
comment on function private.record_payment(uuid, text, bigint, text, text) is 'Does the work of public.record_payment.';
grant execute on function private.record_payment(uuid, text, bigint, text, text) to authenticated, service_role;

create function public.record_payment(order_id uuid, method text, amount bigint default null, reference text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.record_payment(record_payment.order_id, record_payment.method, record_payment.amount, record_payment.reference, record_payment.idempotency_key);
$$;
comment on function public.record_payment(uuid, text, bigint, text, text) is
  'Staff (payments.review): money for an order came in cash or otherwise (method cash or other), all that is due or amount of it, with a reference such as the receipt''s number. Answers {order, payment}; the order is paid when nothing is due any more. '
  'Errors: permission_denied, order_not_found, order_not_payable, order_expired, payment_in_progress, invalid_payment_method, invalid_payment_amount, amount_exceeds_due, invalid_reason, idempotency_key_reused.';
grant execute on function public.record_payment(uuid, text, bigint, text, text) to authenticated, service_role;

-- give back ----------------------------------------------------------------------------------------------------------------------------

create function private.record_transfer_refund(refund_id uuid, reference text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write refunds, only say that one was sent
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(record_transfer_refund.refund_id, record_transfer_refund.reference);
  v_answer jsonb := private.recall_answer(v_person_id, record_transfer_refund.idempotency_key, 'record_transfer_refund', v_body);
  v_payment public.payments;
  v_status text;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if not (private.is_service() or private.has_permission('payments.refund')) then
    perform private.fail('permission_denied', 403, 'Giving money back needs the permission payments.refund.', 'Ask an admin for a role that has it.');
  end if;
  if private.said(record_transfer_refund.reference) is null or length(record_transfer_refund.reference) > 200 then
    perform private.fail('invalid_reason', 422, 'The bank''s reference of the transfer has 1 to 200 characters.', 'Copy it from the bank''s receipt.');
  end if;
  v_payment := private.lock_payment((select refunds.payment_id from public.refunds where refunds.id = record_transfer_refund.refund_id));
  select refunds.status into v_status from public.refunds where refunds.id = record_transfer_refund.refund_id for update;
  if v_status is null then
    perform private.fail('refund_not_found', 404, 'There is no such refund.', 'Read the refunds of the order.');
  end if;
  if v_payment.provider not in ('manual_transfer', 'cash', 'other') or v_status <> 'pending' then
    perform private.fail('refund_not_open', 409, 'This refund does not wait for a transfer by hand.', 'Read it again: it was sent, or the provider sends it.');
  end if;
  perform private.give_reason(record_transfer_refund.reference);
  perform private.record_refund_result(record_transfer_refund.refund_id, 'transfer_' || record_transfer_refund.refund_id, 'success');
  perform private.give_reason(null);
  return private.remember_answer(v_person_id, record_transfer_refund.idempotency_key, 'record_transfer_refund', v_body,
    private.refund_document(record_transfer_refund.refund_id));
end
$$;
comment on function private.record_transfer_refund(uuid, text, text) is 'Does the work of public.record_transfer_refund.';
grant execute on function private.record_transfer_refund(uuid, text, text) to authenticated, service_role;

create function public.record_transfer_refund(refund_id uuid, reference text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.record_transfer_refund(record_transfer_refund.refund_id, record_transfer_refund.reference, record_transfer_refund.idempotency_key);
$$;
comment on function public.record_transfer_refund(uuid, text, text) is
  'Staff (payments.refund): the money of a payment that came by transfer or by hand was sent or handed back, under this reference. No provider does that. '
  'Errors: permission_denied, refund_not_found, refund_not_open, invalid_reason, idempotency_key_reused.';
grant execute on function public.record_transfer_refund(uuid, text, text) to authenticated, service_role;
