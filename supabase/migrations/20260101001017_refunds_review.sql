/*
Refunds, review: how an order leaves needs_review, and how a refund that failed is tried again.

Promise: a review ends in what a person decided, once, with the reason in the history; an order is fulfilled only for exactly its money,
and what is written off is booked.
*/

insert into private.status_moves (machine, from_status, to_status) values
  ('order', 'needs_review', 'processing'), ('order', 'needs_review', 'shipped'), ('order', 'needs_review', 'delivered'),
  ('order', 'needs_review', 'completed'), ('order', 'needs_review', 'partially_refunded'), ('order', 'needs_review', 'expired');

create function private.retry_refund(refund_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write refunds, only ask for another try
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := to_jsonb(retry_refund.refund_id);
  v_answer jsonb;
  v_payment public.payments;
  v_refund public.refunds;
begin
  perform private.require_refunder('payments.refund', 'another try');
  v_answer := private.recall_answer(v_person_id, retry_refund.idempotency_key, 'retry_refund', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  v_payment := private.lock_payment((select refunds.payment_id from public.refunds where refunds.id = retry_refund.refund_id));
  select * into v_refund from public.refunds where refunds.id = retry_refund.refund_id for update;
  if v_refund.id is null then
    perform private.fail('refund_not_found', 404, 'There is no such refund.', 'Read the refunds of the order.');
  end if;
  if v_refund.status <> 'failed' then
    perform private.fail('refund_not_open', 409, format('This refund is %s.', v_refund.status), 'Only one that failed is tried again.');
  end if;
  if v_refund.amount > private.refundable_amount(v_payment.id) then
    perform private.fail('refund_exceeds_payment', 409, 'That is more than is left of what was paid.', 'It went back by another way meanwhile.', private.refundable_amount(v_payment.id)::text);
  end if;
  perform private.give_reason('another try');
  update public.refunds
  set status = 'pending', attempt = refunds.attempt + 1, requested_at = now(), failure = null, provider_refund_id = null,
    failed_provider_refund_ids = array_remove(refunds.failed_provider_refund_ids || refunds.provider_refund_id, null)
  where refunds.id = v_refund.id;
  update public.payments set status = 'refunding' where payments.id = v_payment.id and payments.status <> 'refunding';
  perform private.emit('refund.requested', 'refund', v_refund.id, jsonb_build_object('attempt', v_refund.attempt + 1));
  perform private.give_reason(null);
  return private.remember_answer(v_person_id, retry_refund.idempotency_key, 'retry_refund', v_body, private.refund_document(v_refund.id));
end
$$;
comment on function private.retry_refund(uuid, text) is 'Does the work of public.retry_refund.';
grant execute on function private.retry_refund(uuid, text) to authenticated, service_role;

create function public.retry_refund(refund_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.retry_refund(retry_refund.refund_id, retry_refund.idempotency_key);
$$;
comment on function public.retry_refund(uuid, text) is
  'Staff (payments.refund): asks the provider once more for a refund that failed, and answers it. Errors: permission_denied, refund_not_found, refund_not_open, refund_exceeds_payment, idempotency_key_reused.';
grant execute on function public.retry_refund(uuid, text) to authenticated, service_role;

create function private.status_before_review(order_id uuid)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  select status_changes.from_status from public.status_changes
  where status_changes.subject_id = status_before_review.order_id and status_changes.machine = 'order' and status_changes.to_status = 'needs_review'
  order by status_changes.id desc limit 1;
$$;
comment on function private.status_before_review(uuid) is 'Where an order was when it was put before a person.';

create function private.fulfil_reviewed_order(target public.orders, before text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_kept bigint := (
    select coalesce(sum(payments.captured_amount - payments.refunded_amount - payments.exchanged_amount), 0)
    from public.payments where payments.order_id = target.id and payments.currency = target.currency);
  -- paid twice, or more than it costs: that goes back
  v_surplus bigint := greatest(0, case when fulfil_reviewed_order.before in ('pending', 'expired') then v_kept - target.total_amount else -private.receivable_amount(target.id) end);
begin
  v_kept := v_kept - v_surplus;
  if fulfil_reviewed_order.before in ('cancelled', 'refunded')
    or v_kept <> target.total_amount and not (target.owed_reason is not null and v_kept < target.total_amount) and not (fulfil_reviewed_order.before = 'partially_refunded' and v_kept between 1 and target.total_amount) then
    perform private.fail('order_not_fulfillable', 409, 'What was paid is not what this order costs, or its goods were taken back.', 'Refund it or close it; the buyer can order again.', v_kept::text);
  end if;
  update public.payments set status = 'success' where payments.order_id = target.id and payments.status = 'refund_failed' and payments.captured_amount > payments.refunded_amount;
  if fulfil_reviewed_order.before in ('pending', 'expired') then
    perform private.confirm_order(target.id);
    perform private.close_payments(target.id, 'paid');
  else
    update public.orders set status = fulfil_reviewed_order.before where orders.id = target.id;
  end if;
  perform private.give_back_unexpected(target, v_surplus);
end
$$;
comment on function private.fulfil_reviewed_order(public.orders, text) is
  'Delivers an order for exactly its money, or lets stand what was delivered; what was captured beyond goes back. Refuses order_not_fulfillable, and what confirm_order refuses. The caller holds the order''s row.';

create function private.give_back_unexpected(target public.orders, surplus bigint)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment record;
  v_rest bigint := give_back_unexpected.surplus;
begin
  for v_payment in
    select payments.id, payments.currency, private.refundable_amount(payments.id) as amount from public.payments
    where payments.order_id = target.id and payments.status = 'success'
    order by (payments.failure_code in ('captured_twice', 'amount_mismatch')) is true desc, payments.attempt desc
  loop
    if v_payment.currency <> target.currency then
      perform private.request_refund(v_payment.id, 'duplicate_payment', 'what was paid in another currency') where v_payment.amount > 0;
    elsif least(v_rest, v_payment.amount) > 0 then
      perform private.request_refund(v_payment.id, 'duplicate_payment', 'more was paid than the order costs', least(v_rest, v_payment.amount));
      v_rest := v_rest - least(v_rest, v_payment.amount);
    end if;
  end loop;
end
$$;
comment on function private.give_back_unexpected(public.orders, bigint) is 'Gives back this much of what an order captured, what nobody asked for first, and all that came in another currency. The caller holds the order and its payments.';

create function private.write_off_payments(order_id uuid, note text)
returns bigint
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment public.payments;
  v_refund public.refunds;
  v_written_off bigint := 0;
begin
  for v_payment in
    select * from public.payments where payments.order_id = write_off_payments.order_id and payments.captured_amount > payments.refunded_amount + payments.exchanged_amount order by payments.id
  loop
    insert into public.refunds (payment_id, order_id, amount, currency, reason, note, status)
    values (v_payment.id, v_payment.order_id, v_payment.captured_amount - v_payment.refunded_amount - v_payment.exchanged_amount, v_payment.currency, 'written_off', write_off_payments.note, 'success')
    returning * into v_refund;
    perform private.settle_refund(v_refund, v_payment);
    v_written_off := v_written_off + v_refund.amount;
  end loop;
  return v_written_off;
end
$$;
comment on function private.write_off_payments(uuid, text) is 'Books money that is not with the shop any more as given back: a dispute that was lost. Answers how much. The caller holds the order''s row.';

create function private.close_reviewed_order(target public.orders, before text, resolution text, reason text, restock boolean)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_money boolean;
begin
  perform private.close_payments(target.id, 'cancelled');
  perform private.take_back_rest(target.id, coalesce(close_reviewed_order.restock, not private.goods_have_left(target.id)), close_reviewed_order.reason);
  if close_reviewed_order.resolution = 'refund' then
    perform private.give_back_captures(target.id, 'by_staff', close_reviewed_order.reason);
  else
    perform private.write_off_payments(target.id, close_reviewed_order.reason);
  end if;
  v_money := exists (select from public.refunds where refunds.order_id = target.id and refunds.status in ('pending', 'success'));
  perform private.give_reason(close_reviewed_order.reason);
  update public.orders
  set status = case when close_reviewed_order.before in ('cancelled', 'expired') then close_reviewed_order.before when v_money then 'refunded' else 'cancelled' end,
    cancelled_at = case when v_money and orders.cancelled_at is null then null else coalesce(orders.cancelled_at, now()) end,
    cancel_reason = case when v_money then orders.cancel_reason else coalesce(orders.cancel_reason, close_reviewed_order.reason) end
  where orders.id = target.id;
end
$$;
comment on function private.close_reviewed_order(public.orders, text, text, text, boolean) is 'Ends what is left of an order: its goods come back, on sale again or written off (restock; null: on sale again unless they left), its money goes back or is written off. The caller holds the order''s row.';

create function private.resolve_order_review(order_id uuid, resolution text, reason text, idempotency_key text, restock boolean default null)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write orders, only decide about them
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(resolve_order_review.order_id, resolve_order_review.resolution, resolve_order_review.reason, resolve_order_review.restock);
  v_answer jsonb;
  v_order public.orders;
  v_before text;
begin
  perform private.require_refunder('payments.review', resolve_order_review.reason);
  v_answer := private.recall_answer(v_person_id, resolve_order_review.idempotency_key, 'resolve_order_review', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(resolve_order_review.resolution, '') not in ('fulfil', 'refund', 'close') then
    perform private.fail('invalid_resolution', 422, 'A review ends by fulfil, refund or close.', 'Send one of the three.');
  end if;
  select * into v_order from public.orders where orders.id = resolve_order_review.order_id for update;
  if v_order.id is null then
    perform private.fail('order_not_found', 404, 'There is no such order.', 'Check the id.');
  end if;
  if v_order.status <> 'needs_review' then
    perform private.fail('order_not_in_review', 409, format('This order is %s: nobody has to decide.', v_order.status), 'Read it again.');
  end if;
  perform from public.payments where payments.order_id = v_order.id order by payments.id for update;
  if exists (select from public.refunds where refunds.order_id = v_order.id and refunds.status = 'pending') then
    perform private.fail('refund_in_progress', 409, 'A refund of this order is on its way.', 'Wait until it has arrived or failed.');
  end if;
  if exists (select from public.disputes where disputes.order_id = v_order.id and disputes.status = 'open') then
    perform private.fail('dispute_open', 409, 'A payment of this order is disputed: the buyer''s bank decides where its money is.', 'Answer the dispute at the provider; the order moves when it is decided.');
  end if;
  if resolve_order_review.resolution = 'refund'
    and not exists (select from public.payments where payments.order_id = v_order.id and private.refundable_amount(payments.id) > 0) then
    perform private.fail('nothing_to_refund', 409, 'Nothing that was captured is left of this order.', 'Close it.');
  end if;
  -- closing books money as gone, which it is only where nobody can give it back
  if resolve_order_review.resolution = 'close' and exists (
    select from public.payments where payments.order_id = v_order.id and payments.status <> 'refund_failed' and private.refundable_amount(payments.id) > 0
  ) then
    perform private.fail('money_left', 409, 'What was paid for this order is still there: closing it would keep it.', 'Send refund; what the provider refuses to give back can be closed afterwards.');
  end if;
  v_before := private.status_before_review(v_order.id);
  perform private.give_reason(resolve_order_review.reason);
  if resolve_order_review.resolution = 'fulfil' then
    perform private.fulfil_reviewed_order(v_order, v_before);
  else
    perform private.close_reviewed_order(v_order, v_before, resolve_order_review.resolution, resolve_order_review.reason, resolve_order_review.restock);
  end if;
  perform private.emit('order.reviewed', 'order', v_order.id, jsonb_build_object('resolution', resolve_order_review.resolution));
  perform private.give_reason(null);
  return private.remember_answer(v_person_id, resolve_order_review.idempotency_key, 'resolve_order_review', v_body, private.order_document(v_order.id));
end
$$;
comment on function private.resolve_order_review(uuid, text, text, text, boolean) is 'Does the work of public.resolve_order_review.';
grant execute on function private.resolve_order_review(uuid, text, text, text, boolean) to authenticated, service_role;

create function public.resolve_order_review(order_id uuid, resolution text, reason text, idempotency_key text default null, restock boolean default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.resolve_order_review(resolve_order_review.order_id, resolve_order_review.resolution, resolve_order_review.reason, resolve_order_review.idempotency_key, resolve_order_review.restock);
$$;
comment on function public.resolve_order_review(uuid, text, text, text, boolean) is
  'Staff (payments.review): ends a review and answers the order. fulfil: deliver it, or let stand what was delivered, for exactly its money; what was captured beyond goes back. refund: everything goes back. close: goods come back, and money that cannot be given back is written off, as after a lost dispute. restock says whether the units that come back are on sale again; null: unless they had left. '
  'Errors: permission_denied, order_not_found, order_not_in_review, order_not_fulfillable, refund_in_progress, dispute_open, nothing_to_refund, money_left, out_of_stock, invalid_resolution, invalid_reason, idempotency_key_reused.';
grant execute on function public.resolve_order_review(uuid, text, text, text, boolean) to authenticated, service_role;
