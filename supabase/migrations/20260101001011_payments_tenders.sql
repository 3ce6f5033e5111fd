/*
Payments, tenders: an order paid in parts, by several methods, or delivered before it is paid in full.

Promise: due_amount is the one number that says what is still to pay; an attempt never asks for more, and all open attempts together do not
either. An order is paid when what was captured covers its total, or when somebody answers for the rest (owed_reason). Too much goes back, and so
does every part when the order ends unpaid.
Books: the sale debits receivable with the whole total, once; each capture credits it. A part that comes before the sale is owed to the buyer
(receivable below zero) until the sale is booked or the part is given back; a sale that ends with money owed is booked back (released).
Under concurrency: whoever opens, captures, confirms or ends holds the order's row, so what is due is read by one at a time.
*/

-- count ------------------------------------------------------------------------------------------------------------------------------

create function private.kept_amount(order_id uuid)
returns bigint
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  -- a refund that somebody overtook at the provider asks for more than is left
  return (
    select coalesce(sum(greatest(0, private.refundable_amount(payments.id))), 0)
    from public.payments
    where payments.order_id = kept_amount.order_id and payments.captured_amount > 0
      -- what came in another currency pays nothing here
      and payments.currency = (select orders.currency from public.orders where orders.id = kept_amount.order_id));
end
$$;
comment on function private.kept_amount(uuid) is 'What an order captured, less what went back and what is on its way.';

create function private.receivable_amount(order_id uuid, currency text default null)
returns bigint
language plpgsql
volatile -- as kept_amount
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(ledger_entries.amount), 0)
    from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
    where ledger_transactions.order_id = receivable_amount.order_id and ledger_entries.account = 'receivable'
      and ledger_entries.currency = coalesce(receivable_amount.currency, (select orders.currency from public.orders where orders.id = receivable_amount.order_id)));
end
$$;
comment on function private.receivable_amount(uuid, text) is 'What the books say that an order''s customer owes, in its currency unless another is named; below zero: what is owed to them.';

create function private.due_amount(order_id uuid)
returns bigint
language plpgsql
volatile -- as kept_amount
security invoker
set search_path = ''
as $$
declare
  v_order record;
begin
  select orders.status, orders.total_amount, orders.owed_reason into v_order from public.orders where orders.id = due_amount.order_id;
  return greatest(0, case
    when v_order.status = 'pending' then v_order.total_amount - private.kept_amount(due_amount.order_id) - private.pending_exchange(due_amount.order_id)
    when v_order.owed_reason is not null and v_order.status not in ('cancelled', 'expired', 'refunded', 'needs_review')
      then private.receivable_amount(due_amount.order_id)
    else 0
  end);
end
$$;
comment on function private.due_amount(uuid) is 'What is still to pay of an order: of a pending one what was not captured and is not exchanged for, of one that was delivered before it was paid in full (owed_reason) what is receivable, else 0.';

create function private.payable_amount(target public.orders, amount bigint)
returns bigint
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_due bigint := private.due_amount(target.id);
  v_authorized bigint := private.authorized_amount(target.id);
begin
  if v_due > 0 and v_due <= v_authorized then
    perform private.fail('payment_in_progress', 409, 'What is due is authorised already.', 'Wait for the shop to capture it.');
  end if;
  v_due := v_due - v_authorized;
  if v_due = 0 then
    perform private.fail('order_not_payable', 409, format('Order %s is %s: there is nothing to pay.', target.number, target.status), 'Read the order; place a new one if it ended.');
  end if;
  if target.status = 'pending' and target.expires_at <= now() then
    perform private.fail('order_expired', 409, format('The hold of order %s has ended.', target.number), 'Place a new order.');
  end if;
  if payable_amount.amount <= 0 then
    perform private.fail('invalid_payment_amount', 422, 'A payment has an amount above 0, in minor units.', 'Leave amount out to pay what is due.');
  end if;
  if payable_amount.amount > v_due then
    perform private.fail('amount_exceeds_due', 409, 'That is more than is due.', 'Leave amount out to pay what is due.', v_due::text);
  end if;
  return coalesce(payable_amount.amount, v_due);
end
$$;
comment on function private.payable_amount(public.orders, bigint) is
  'What an attempt to pay this order asks for: the amount, or all that is due and not authorised. Refuses payment_in_progress, order_not_payable, order_expired, invalid_payment_amount, amount_exceeds_due. The caller holds the order''s row.';

-- what nobody asked for --------------------------------------------------------------------------------------------------------------

create function private.keep_unexpected_capture(payment public.payments, amount bigint, currency text, provider_payment_id text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_twice constant boolean := payment.captured_amount > 0;
  v_id uuid := case when v_twice then gen_random_uuid() else payment.id end;
  v_currency constant text := upper(keep_unexpected_capture.currency);
begin
  if coalesce(keep_unexpected_capture.amount, 0) <= 0 or coalesce(v_currency, '') !~ '^[A-Z]{3}$' then
    return; -- no money at all
  end if;
  if v_twice then
    insert into public.payments (id, order_id, attempt, provider, method, status, currency, amount, captured_amount, provider_payment_id, settled_at, failure_code)
    select v_id, payment.order_id, max(payments.attempt) + 1, payment.provider, payment.method, 'success', v_currency, keep_unexpected_capture.amount,
      keep_unexpected_capture.amount, keep_unexpected_capture.provider_payment_id, now(), 'captured_twice'
    from public.payments where payments.order_id = payment.order_id;
  else
    if payment.method = 'saved_method' then
      perform private.note_failed_instalment(payment.id, 'amount_mismatch');
    end if;
    update public.payments
    set status = 'success', currency = v_currency, captured_amount = keep_unexpected_capture.amount, settled_at = now(), failure_code = 'amount_mismatch',
      failure_message = format('The provider took %s %s.', keep_unexpected_capture.amount, v_currency),
      provider_payment_id = coalesce(keep_unexpected_capture.provider_payment_id, payments.provider_payment_id)
    where payments.id = v_id;
  end if;
  perform private.post_entries('capture:' || v_id, payment.order_id, v_currency,
    jsonb_build_object(private.cash_account(payment.provider), keep_unexpected_capture.amount, 'receivable', -keep_unexpected_capture.amount));
end
$$;
comment on function private.keep_unexpected_capture(public.payments, bigint, text, text) is
  'Books a capture that nobody asked for so, of another amount or the second of one attempt (a payment of its own): it is there, owed to the buyer, and can go back. The order is not paid by it; a person decides. The caller holds order and payment.';

create function private.correct_capture(payment public.payments, amount bigint, currency text)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_asked constant text := (select orders.currency from public.orders where orders.id = payment.order_id);
begin
  if payment.failure_code is distinct from 'amount_mismatch' or (correct_capture.amount, upper(correct_capture.currency)) is distinct from (payment.amount, v_asked)
    or exists (select from public.refunds where refunds.payment_id = payment.id) or exists (select from public.disputes where disputes.payment_id = payment.id) then
    return 'ignored';
  end if;
  perform private.post_entries('capture_taken_back:' || payment.id, payment.order_id, payment.currency,
    jsonb_build_object(private.cash_account(payment.provider), -payment.captured_amount, 'receivable', payment.captured_amount));
  perform private.post_entries('capture_corrected:' || payment.id, payment.order_id, v_asked,
    jsonb_build_object(private.cash_account(payment.provider), payment.amount, 'receivable', -payment.amount));
  update public.payments
  set captured_amount = payments.amount, currency = v_asked, authorized_amount = case payments.capture_method when 'manual' then payments.amount else payments.authorized_amount end,
    failure_code = null, failure_message = null
  where payments.id = payment.id;
  perform private.emit('payment.succeeded', 'payment', payment.id);
  return 'applied';
end
$$;
comment on function private.correct_capture(public.payments, bigint, text) is
  'The provider says of a capture that was booked as another amount that it is what was asked for: booked so, once; a person still decides about the order. Everything else about a known capture is ignored.';

-- become paid ------------------------------------------------------------------------------------------------------------------------

create function private.confirm_order(order_id uuid, owed_reason text default null)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_item record;
  v_retaken boolean := false;
  v_purpose text;
  v_intakes uuid[] := array(
    select intakes.id from public.order_items join public.intakes on intakes.variant_id = order_items.variant_id
    where order_items.order_id = confirm_order.order_id);
begin
  if v_intakes <> '{}' then
    perform from public.intakes where intakes.id = any (array(select unnest(v_intakes))) order by intakes.id for key share;
    perform private.refuse_cancelled_intakes(v_intakes);
  end if;
  select orders.purpose into v_purpose from public.orders where orders.id = confirm_order.order_id;
  if v_purpose = 'transfer' then
    perform private.lock_transfer(confirm_order.order_id);
  end if;
  -- from here on nobody releases what is still held, so what is missing now is all that will be
  perform from public.reservations where reservations.holder_id = confirm_order.order_id and reservations.status = 'held' order by reservations.id for update;
  -- what was released before is taken again, if it is still there
  for v_item in
    select lines.variant_id, lines.title, lines.missing, array_agg(lines.variant_id) over () as variant_ids
    from (
      select order_items.variant_id, min(order_items.title) as title,
        sum(order_items.quantity)::integer - private.held_units(confirm_order.order_id, order_items.variant_id) as missing
      from public.order_items join public.variants on variants.id = order_items.variant_id
      where order_items.order_id = confirm_order.order_id and variants.stock_mode <> 'none'
      group by order_items.variant_id
    ) as lines
    where lines.missing > 0 order by lines.variant_id
  loop
    perform private.lock_holds(array[confirm_order.order_id], v_item.variant_ids);
    if private.reserve_units(confirm_order.order_id, v_item.variant_id, v_item.missing, now() + interval '1 minute') is null then
      perform private.fail('out_of_stock', 409, format('%s sold out before the payment came.', v_item.title), 'The money goes back.');
    end if;
    v_retaken := true;
  end loop;
  if v_retaken then
    perform private.note_backorders(confirm_order.order_id);
  end if;
  perform private.settle_reservations(confirm_order.order_id, 'claimed');
  update public.orders set status = 'paid', paid_at = now(), owed_reason = confirm_order.owed_reason where orders.id = confirm_order.order_id;
  if v_purpose is not null then
    perform private.open_seats(confirm_order.order_id);
  end if;
  perform private.activate_enrollments(array(select order_items.id from public.order_items where order_items.order_id = confirm_order.order_id));
  perform private.grant_downloads(confirm_order.order_id);
  perform private.post_sale(confirm_order.order_id);
  perform private.claim_promotions(confirm_order.order_id);
  perform private.emit('order.paid', 'order', confirm_order.order_id);
end
$$;
comment on function private.confirm_order(uuid, text) is
  'Turns holds into sales, opens the courses, books the sale. With owed_reason (who answers for the rest: "instalments", …) the order may be paid in part or not at all: what is not captured stays receivable and due, '
  'and each later capture lowers it. Refuses when something is no longer there; the caller, who holds the order''s row, then refunds.';

create function private.close_payments_beyond_due(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if private.authorized_amount(close_payments_beyond_due.order_id) > private.due_amount(close_payments_beyond_due.order_id) then
    perform private.void_authorizations(close_payments_beyond_due.order_id, 'more was authorised than is due');
  end if;
  if exists (
    select from public.payments where payments.order_id = close_payments_beyond_due.order_id and payments.status = 'pending'
    having sum(payments.amount) > private.due_amount(close_payments_beyond_due.order_id) - private.authorized_amount(close_payments_beyond_due.order_id)
  ) then
    perform private.close_payments(close_payments_beyond_due.order_id, 'replaced');
  end if;
end
$$;
comment on function private.close_payments_beyond_due(uuid) is 'Closes the open attempt, and lets go what is authorised, when it is more than is due: whoever lowers what is due calls it. The caller holds the order''s row.';

create function private.give_back_surplus(order_id uuid, payment_id uuid, surplus bigint, note text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_amount bigint := least(give_back_surplus.surplus, private.refundable_amount(give_back_surplus.payment_id));
begin
  if v_amount > 0 then
    perform private.request_refund(give_back_surplus.payment_id, 'duplicate_payment', give_back_surplus.note, v_amount);
  end if;
  perform private.close_payments_beyond_due(give_back_surplus.order_id);
end
$$;
comment on function private.give_back_surplus(uuid, uuid, bigint, text) is 'Gives back what a capture brought beyond what was due, if anything, and closes an attempt that would bring more.';

create function private.deliver_paid_order(order_id uuid, payment_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_surplus bigint;
  v_kept bigint := private.kept_amount(deliver_paid_order.order_id) + private.pending_exchange(deliver_paid_order.order_id);
begin
  select * into v_order from public.orders where orders.id = deliver_paid_order.order_id;
  if v_order.status = 'needs_review' then
    return; -- its owner decides
  elsif v_order.status = 'cancelled' then
    perform private.request_refund(deliver_paid_order.payment_id, 'late_payment', 'paid after the order was cancelled');
  elsif v_order.status not in ('pending', 'expired') then
    -- what is on its way back as paid twice is owed to the buyer too, and must not go back twice
    select -private.receivable_amount(v_order.id) - coalesce(sum(refunds.amount), 0) into v_surplus
    from public.refunds where refunds.order_id = v_order.id and refunds.status = 'pending' and refunds.reason = 'duplicate_payment';
    perform private.give_back_surplus(v_order.id, deliver_paid_order.payment_id, v_surplus, 'the order was paid already');
  elsif v_kept >= v_order.total_amount or v_order.status = 'pending' and v_kept >= private.instalment_start(v_order.id) then
    perform private.deliver_covered_order(v_order, deliver_paid_order.payment_id, v_kept - v_order.total_amount);
  elsif v_order.status = 'expired' then
    perform private.request_refund(deliver_paid_order.payment_id, 'late_payment', 'a part was paid after the order expired');
  else
    perform private.close_payments_beyond_due(v_order.id); -- a part: the order waits for the rest
  end if;
  perform private.settle_instalments(v_order.id);
end
$$;
comment on function private.deliver_paid_order(uuid, uuid) is
  'What a capture leads to: a paid order if its total is covered and it can be delivered, a smaller due_amount if it is a part, else a refund. Never nothing.';

create function private.deliver_covered_order(target public.orders, payment_id uuid, surplus bigint)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  begin
    perform private.settle_exchange(target.id);
    -- the first instalment confirms with the rest still owed
    perform private.confirm_order(target.id, case when deliver_covered_order.surplus < 0 then 'instalments' end);
  exception when sqlstate 'PGRST' or unique_violation then
    -- everything they did is undone; the money goes back, whatever brought it
    perform private.give_back_captures(target.id, case when target.status = 'pending' then 'undeliverable' else 'late_payment' end, 'what was ordered is no longer available');
    if target.status = 'pending' then
      perform private.end_order(target.id, 'cancelled', 'sold out before the payment came');
      perform private.give_back_promotions(array[target.id]);
    end if;
    perform private.close_payments(target.id, 'paid');
    return;
  end;
  perform private.close_payments(target.id, 'paid');
  perform private.give_back_surplus(target.id, deliver_covered_order.payment_id, deliver_covered_order.surplus, 'more was paid than the order costs');
end
$$;
comment on function private.deliver_covered_order(public.orders, uuid, bigint) is 'Delivers an order whose total, or whose first instalment (surplus below 0), was captured, the last of it by this payment, and gives back the surplus; or gives everything back. The caller holds the order''s row.';

-- end with money owed ----------------------------------------------------------------------------------------------------------------

create function private.write_back(order_id uuid, effect_key text, entries jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if exists (select from public.ledger_transactions where ledger_transactions.effect_key = write_back.effect_key) then
    return;
  end if;
  perform private.post_entries(write_back.effect_key, write_back.order_id, (select orders.currency from public.orders where orders.id = write_back.order_id), write_back.entries);
  perform private.emit('receivable.written_back', 'ledger_transaction', ledger_transactions.id, jsonb_build_object('order_id', write_back.order_id))
  from public.ledger_transactions where ledger_transactions.effect_key = write_back.effect_key;
end
$$;
comment on function private.write_back(uuid, text, jsonb) is
  'Books that a customer owes less without having paid, once per effect key, and tells it: the worker credits the invoice with it. The caller holds the order''s row.';

create function private.tg_orders__end_owing()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_owed bigint := private.receivable_amount(new.id);
  v_tax bigint;
begin
  perform private.close_payments(new.id, new.status);
  if v_owed > 0 then
    v_tax := private.tax_given_back(new.id, v_owed);
    perform private.write_back(new.id, 'released:' || new.id,
      jsonb_build_object('receivable', -v_owed, 'refunds', v_owed - v_tax, 'tax_payable', v_tax));
  end if;
  return null;
end
$$;
comment on function private.tg_orders__end_owing() is 'An order that ends owes nothing any more: its open attempt is closed; what was sold and never paid is booked back, with its share of the tax.';

create trigger _400_end_owing after update of status on public.orders
  for each row when (new.owed_reason is not null and new.status in ('cancelled', 'refunded')) execute function private.tg_orders__end_owing();
