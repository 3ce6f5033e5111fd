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
  update public.payments set reference = btrim(record_payment.reference) where payments.id = v_payment.id;
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
