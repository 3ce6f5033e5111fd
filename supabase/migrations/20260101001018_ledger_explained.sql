/*
Ledger, explained: what finance asks of it. Nothing is written here.

Promise: balances are the sums of the entries, and every unit that an order moved is named, with what is not explained said as a number.
*/

create function public.ledger_balance(currency text default null, until timestamptz default null)
returns table (account text, name text, kind text, currency_code text, balance_amount bigint)
language sql
stable
security invoker -- who may not read the ledger sums nothing
set search_path = ''
as $$
  select ledger_accounts.code, ledger_accounts.name, ledger_accounts.kind, ledger_entries.currency, sum(ledger_entries.amount)::bigint
  from public.ledger_entries
  join public.ledger_accounts on ledger_accounts.code = ledger_entries.account
  join public.ledger_transactions on ledger_transactions.id = ledger_entries.transaction_id
  where (ledger_balance.currency is null or ledger_entries.currency = ledger_balance.currency)
    and (ledger_balance.until is null or ledger_transactions.posted_at < ledger_balance.until)
  group by ledger_accounts.code, ledger_accounts.name, ledger_accounts.kind, ledger_entries.currency
  order by ledger_entries.currency, ledger_accounts.kind, ledger_accounts.code;
$$;
comment on function public.ledger_balance(text, timestamptz) is
  'Staff (ledger.read): what each account holds per currency, in minor units, debit positive, of all that was posted before until. Nobody else gets a row.';
grant execute on function public.ledger_balance(text, timestamptz) to authenticated, service_role;

create function private.explain_order_money(order_id uuid)
returns jsonb
language plpgsql
stable
security definer -- one call, one check, instead of row-level security on six tables
set search_path = ''
as $$
declare
  v_order public.orders;
  v_entries jsonb;
  v_balances jsonb;
  v_cash bigint;
  v_kept bigint;
  v_on_its_way bigint;
  v_disputes jsonb;
  v_beyond bigint;
begin
  if not (private.is_service() or private.has_permission('ledger.read')) then
    perform private.fail('permission_denied', 403, 'Explaining money needs the permission ledger.read.', 'Ask an admin for a role that has it.');
  end if;
  select * into v_order from public.orders where orders.id = explain_order_money.order_id;
  if v_order.id is null then
    perform private.fail('order_not_found', 404, 'There is no such order.', 'Check the id.');
  end if;
  with entries as (
    select ledger_transactions.posted_at, ledger_transactions.effect_key, ledger_entries.id, ledger_entries.account, ledger_entries.currency, ledger_entries.amount
    from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
    where ledger_transactions.order_id = v_order.id
  )
  select coalesce(jsonb_agg(jsonb_build_object('posted_at', entries.posted_at, 'effect', split_part(entries.effect_key, ':', 1),
      'effect_key', entries.effect_key, 'account', entries.account, 'currency', entries.currency, 'amount', entries.amount) order by entries.id), '[]'),
    coalesce((select jsonb_object_agg(summed.account, summed.amount) from (
      select entries.account, sum(entries.amount) as amount from entries where entries.currency = v_order.currency group by entries.account having sum(entries.amount) <> 0) as summed), '{}'),
    coalesce(sum(entries.amount) filter (where entries.account in ('cash_in_transit', 'bank', 'cash', 'store_credit', 'gift_cards', 'exchanged', 'disputed', 'fees') and entries.currency = v_order.currency
      -- cards that were sold are no payment
      and not (entries.account = 'gift_cards' and split_part(entries.effect_key, ':', 1) in ('sale', 'gift_card_voided'))), 0)
  into v_entries, v_balances, v_cash from entries;
  select coalesce(sum(payments.captured_amount - payments.refunded_amount - payments.exchanged_amount), 0) into v_kept from public.payments where payments.order_id = v_order.id and payments.currency = v_order.currency;
  select coalesce(sum(refunds.amount), 0) into v_on_its_way from public.refunds where refunds.order_id = v_order.id and refunds.status = 'pending';
  -- a bank may take back more than a payment still kept
  select coalesce(jsonb_agg(jsonb_build_object('id', disputes.id, 'payment_id', disputes.payment_id, 'status', disputes.status, 'amount', disputes.amount,
      'fee_amount', disputes.fee_amount, 'respond_by', disputes.respond_by) order by disputes.created_at, disputes.id), '[]'),
    coalesce(sum(disputes.amount - disputes.held_amount) filter (where disputes.status = 'lost'), 0)
  into v_disputes, v_beyond from public.disputes where disputes.order_id = v_order.id;
  return jsonb_build_object(
    'order_id', v_order.id, 'number', v_order.number, 'status', v_order.status, 'currency', v_order.currency,
    'subtotal_amount', v_order.subtotal_amount, 'discount_amount', v_order.discount_amount, 'tax_amount', v_order.tax_amount,
    'tax_included_amount', v_order.tax_included_amount, 'shipping_amount', v_order.shipping_amount, 'total_amount', v_order.total_amount,
    'shipping_discount_amount', v_order.shipping_discount_amount, 'shipping_tax_amount', v_order.shipping_tax_amount,
    'shipping_tax_included_amount', v_order.shipping_tax_included_amount, 'shipping_refunded_amount', v_order.shipping_refunded_amount,
    'payments', (select coalesce(jsonb_agg(jsonb_build_object('id', payments.id, 'attempt', payments.attempt, 'method', payments.method, 'status', payments.status,
      'captured_amount', payments.captured_amount, 'refunded_amount', payments.refunded_amount, 'exchanged_amount', payments.exchanged_amount) order by payments.attempt), '[]')
      from public.payments where payments.order_id = v_order.id),
    'refunds', (select coalesce(jsonb_agg(jsonb_build_object('id', refunds.id, 'payment_id', refunds.payment_id, 'amount', refunds.amount,
      'status', refunds.status, 'reason', refunds.reason, 'note', refunds.note) order by refunds.created_at, refunds.id), '[]')
      from public.refunds where refunds.order_id = v_order.id),
    'disputes', v_disputes, 'entries', v_entries, 'balances', v_balances,
    'kept_amount', v_kept, 'returning_amount', v_on_its_way,
    -- owed by the customer when positive, owed to them when negative
    'owed_amount', coalesce((v_balances ->> 'receivable')::bigint, 0),
    'unexplained_amount', v_kept - v_cash - v_beyond);
end
$$;
comment on function private.explain_order_money(uuid) is 'Does the work of public.explain_order_money.';
grant execute on function private.explain_order_money(uuid) to authenticated, service_role;

create function public.explain_order_money(order_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.explain_order_money(explain_order_money.order_id);
$$;
comment on function public.explain_order_money(uuid) is
  'Staff (ledger.read): every unit that an order moved: what it costs, payments, refunds, disputes, each entry, the balance of each account, what is kept, on its way back (returning_amount), owed, and unexplained_amount, which is 0 when payments and ledger agree. Errors: permission_denied, order_not_found.';
grant execute on function public.explain_order_money(uuid) to authenticated, service_role;
