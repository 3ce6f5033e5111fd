/*
Refunds, staff: what people decide about money on its way back. See the refunds file for the promise and the order of locks.
*/

create function private.refund_document(refund_id uuid)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return (select to_jsonb(refunds) - 'provider_refund_id' from public.refunds where refunds.id = refund_document.refund_id);
end
$$;
comment on function private.refund_document(uuid) is 'A refund as the verbs on refunds answer it. Checks nothing: its callers do.';

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
  if length(btrim(coalesce(record_transfer_refund.reference, ''))) not between 1 and 200 then
    perform private.fail('invalid_reason', 422, 'The bank''s reference of the transfer has 1 to 200 characters.', 'Copy it from the bank''s receipt.');
  end if;
  v_payment := private.lock_payment((select refunds.payment_id from public.refunds where refunds.id = record_transfer_refund.refund_id));
  select refunds.status into v_status from public.refunds where refunds.id = record_transfer_refund.refund_id for update;
  if v_status is null then
    perform private.fail('refund_not_found', 404, 'There is no such refund.', 'Read the refunds of the order.');
  end if;
  if v_payment.provider <> 'manual_transfer' or v_status <> 'pending' then
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
  'Staff (payments.refund): the money of a payment that came by transfer was sent back by the bank, under this reference. No provider does that. '
  'Errors: permission_denied, refund_not_found, refund_not_open, invalid_reason, idempotency_key_reused.';
grant execute on function public.record_transfer_refund(uuid, text, text) to authenticated, service_role;
