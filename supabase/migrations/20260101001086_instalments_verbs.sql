/*
Instalments, verbs: how a buyer takes a plan, chooses what is charged, and how finance gives the rest up. See the instalments file for the promise.
*/

create function private.instalment_document(order_id uuid)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('order_id', instalment_schedules.order_id, 'plan_id', instalment_schedules.plan_id, 'status', instalment_schedules.status,
      'payment_method_id', instalment_schedules.payment_method_id, 'currency', orders.currency, 'total_amount', orders.total_amount,
      'due_amount', private.due_amount(orders.id),
      'instalments', (
        select jsonb_agg(jsonb_build_object('id', instalments.id, 'number', instalments.number, 'amount', instalments.amount, 'due_at', instalments.due_at,
          'status', instalments.status, 'tries', instalments.tries, 'next_try_at', instalments.next_try_at, 'overdue_since', instalments.overdue_since,
          'failure_code', instalments.failure_code, 'paid_at', instalments.paid_at) order by instalments.number)
        from public.instalments where instalments.order_id = orders.id))
    from public.instalment_schedules join public.orders on orders.id = instalment_schedules.order_id
    where instalment_schedules.order_id = instalment_document.order_id);
end
$$;
comment on function private.instalment_document(uuid) is 'A schedule with its parts, as the verbs on instalments answer it; null when the order has none. Checks nothing: its callers do.';

create function private.get_instalments(order_id uuid)
returns jsonb
language plpgsql
stable
security definer -- one call, one check
set search_path = ''
as $$
declare
  v_document jsonb;
begin
  perform private.find_order(get_instalments.order_id, 'payments.read');
  v_document := private.instalment_document(get_instalments.order_id);
  if v_document is null then
    perform private.fail('instalments_not_found', 404, 'This order is not paid in instalments.', 'Call start_instalments while it is pending.');
  end if;
  return v_document;
end
$$;
comment on function private.get_instalments(uuid) is 'Does the work of public.get_instalments.';
grant execute on function private.get_instalments(uuid) to authenticated, service_role;

create function public.get_instalments(order_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.get_instalments(get_instalments.order_id);
$$;
comment on function public.get_instalments(uuid) is 'The parts that an order is paid in: own, or any for staff with payments.read. Errors: order_not_found, instalments_not_found.';
grant execute on function public.get_instalments(uuid) to authenticated, service_role;

create function private.start_instalments(order_id uuid, plan_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write schedules, only take a plan for their own order
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(start_instalments.order_id, start_instalments.plan_id);
  v_answer jsonb := private.recall_answer(v_person_id, start_instalments.idempotency_key, 'start_instalments', v_body);
  v_order public.orders;
  v_plan public.instalment_plans;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.find_order(start_instalments.order_id, 'nobody.else');
  select * into v_order from public.orders where orders.id = start_instalments.order_id for update;
  perform private.payable_amount(v_order, null);
  if v_order.status <> 'pending' or private.kept_amount(v_order.id) + private.pending_exchange(v_order.id) > 0 then
    perform private.fail('order_not_payable', 409, 'A part of this order was paid already.', 'Pay what is due of it.');
  end if;
  select * into v_plan from public.instalment_plans where instalment_plans.id = start_instalments.plan_id and instalment_plans.status = 'active';
  if v_plan.id is null or not private.propose_instalments(v_order, v_plan) then
    perform private.fail('instalments_not_offered', 409, 'This order cannot be paid by that plan.', 'Read instalment_plans: some are for one product alone; very small orders have no parts.');
  end if;
  return private.remember_answer(v_person_id, start_instalments.idempotency_key, 'start_instalments', v_body, private.instalment_document(v_order.id));
end
$$;
comment on function private.start_instalments(uuid, uuid, text) is 'Does the work of public.start_instalments.';
grant execute on function private.start_instalments(uuid, uuid, text) to authenticated;

create function public.start_instalments(order_id uuid, plan_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_instalments(start_instalments.order_id, start_instalments.plan_id, start_instalments.idempotency_key);
$$;
comment on function public.start_instalments(uuid, uuid, text) is
  'The caller''s own pending order is to be paid by this plan: answers its parts. Pay the first one (amount of the function checkout, with save_method): that confirms the order. '
  'Paying all at once is as good. Called again before that, another plan counts. Errors: order_not_found, order_not_payable, order_expired, instalments_not_offered, idempotency_key_reused, sign_in_required.';
grant execute on function public.start_instalments(uuid, uuid, text) to authenticated;

create function private.set_instalment_method(order_id uuid, payment_method_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write schedules, only choose among their own methods
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(set_instalment_method.order_id, set_instalment_method.payment_method_id);
  v_answer jsonb := private.recall_answer(v_person_id, set_instalment_method.idempotency_key, 'set_instalment_method', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.find_order(set_instalment_method.order_id, 'nobody.else');
  perform from public.orders where orders.id = set_instalment_method.order_id for update;
  if set_instalment_method.payment_method_id is not null then
    perform private.own_method(set_instalment_method.payment_method_id, v_person_id);
  end if;
  update public.instalment_schedules set payment_method_id = set_instalment_method.payment_method_id
  where instalment_schedules.order_id = set_instalment_method.order_id and instalment_schedules.status in ('proposed', 'running');
  if not found then
    perform private.fail('instalments_not_found', 404, 'No part of this order is still to be charged.', 'Read get_instalments.');
  end if;
  -- another card is a reason to try at once
  update public.instalments set next_try_at = now() where instalments.order_id = set_instalment_method.order_id and instalments.status = 'overdue';
  return private.remember_answer(v_person_id, set_instalment_method.idempotency_key, 'set_instalment_method', v_body, private.instalment_document(set_instalment_method.order_id));
end
$$;
comment on function private.set_instalment_method(uuid, uuid, text) is 'Does the work of public.set_instalment_method.';
grant execute on function private.set_instalment_method(uuid, uuid, text) to authenticated;

create function public.set_instalment_method(order_id uuid, payment_method_id uuid default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_instalment_method(set_instalment_method.order_id, set_instalment_method.payment_method_id, set_instalment_method.idempotency_key);
$$;
comment on function public.set_instalment_method(uuid, uuid, text) is
  'Which of the caller''s saved methods is charged for the rest of an order (null: the default one at that time); what is overdue is tried again at once. '
  'Errors: order_not_found, instalments_not_found, payment_method_not_found, idempotency_key_reused, sign_in_required.';
grant execute on function public.set_instalment_method(uuid, uuid, text) to authenticated;

create function private.write_off_instalments(order_id uuid, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write the ledger, only give a debt up
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(write_off_instalments.order_id, write_off_instalments.reason);
  v_answer jsonb;
  v_order public.orders;
begin
  perform private.require_refunder('payments.refund', write_off_instalments.reason);
  v_answer := private.recall_answer(v_person_id, write_off_instalments.idempotency_key, 'write_off_instalments', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_order from public.orders where orders.id = write_off_instalments.order_id for update;
  if v_order.id is null then
    perform private.fail('order_not_found', 404, 'There is no such order.', 'Check the id.');
  end if;
  if exists (select from public.payments where payments.order_id = v_order.id and payments.status = 'processing') then
    perform private.fail('payment_in_progress', 409, 'A payment for this order is being processed.', 'Wait for it: the order changes by itself.');
  end if;
  perform private.give_reason(write_off_instalments.reason);
  update public.instalment_schedules set status = 'written_off' where instalment_schedules.order_id = v_order.id and instalment_schedules.status = 'running';
  if not found then
    perform private.fail('instalments_not_found', 404, 'No part of this order is still to be paid.', 'Read get_instalments.');
  end if;
  update public.instalments set status = 'written_off', next_try_at = null where instalments.order_id = v_order.id and instalments.status <> 'paid';
  perform private.write_back(v_order.id, 'written_off:' || v_order.id,
    jsonb_build_object('bad_debts', private.due_amount(v_order.id), 'receivable', -private.due_amount(v_order.id)));
  perform private.close_payments(v_order.id, 'paid');
  perform private.follow_instalments(v_order.id);
  perform private.give_reason(null);
  return private.remember_answer(v_person_id, write_off_instalments.idempotency_key, 'write_off_instalments', v_body, private.instalment_document(v_order.id));
end
$$;
comment on function private.write_off_instalments(uuid, text, text) is 'Does the work of public.write_off_instalments.';
grant execute on function private.write_off_instalments(uuid, text, text) to authenticated, service_role;

create function public.write_off_instalments(order_id uuid, reason text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.write_off_instalments(write_off_instalments.order_id, write_off_instalments.reason, write_off_instalments.idempotency_key);
$$;
comment on function public.write_off_instalments(uuid, text, text) is
  'Staff (payments.refund): what is still owed of an order is given up and booked as a bad debt, with a credit note that takes no tax off; nothing is charged any more, and its courses stay open. To end them as well, cancel the order instead. '
  'Errors: permission_denied, order_not_found, instalments_not_found, payment_in_progress, invalid_reason, idempotency_key_reused.';
grant execute on function public.write_off_instalments(uuid, text, text) to authenticated, service_role;

create function private.written_off_amount(order_id uuid)
returns bigint
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(sum(ledger_entries.amount), 0)::bigint
  from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
  where ledger_transactions.order_id = written_off_amount.order_id and ledger_entries.account = 'bad_debts';
$$;
comment on function private.written_off_amount(uuid) is 'What was owed of an order and given up.';

-- the end of an order ------------------------------------------------------------------------------------------------------------------

create function private.tg_orders__stop_instalments()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.instalments set status = 'cancelled', next_try_at = null
  where instalments.order_id = new.id and instalments.status in ('scheduled', 'processing', 'overdue', 'failed');
  update public.instalment_schedules set status = 'cancelled' where instalment_schedules.order_id = new.id and instalment_schedules.status <> 'cancelled';
  return null;
end
$$;
comment on function private.tg_orders__stop_instalments() is 'An order that was cancelled or given back is owed nothing more: the parts that are left are not charged.';

create trigger _450_stop_instalments after update of status on public.orders
  for each row when (new.owed_reason is not null and new.status in ('cancelled', 'refunded')) execute function private.tg_orders__stop_instalments();
