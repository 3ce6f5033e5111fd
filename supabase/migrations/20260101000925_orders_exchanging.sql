/*
Orders, exchanging: an edit of a paid order that takes something out and puts something in. Documents are gross, money is net.

Promise: what goes is given back by its lines and what comes is a sale of its own (the supplement), each with its document and its taxes; of the money
only the difference moves. What stays pays for the supplement by a payment named exchange. Costs the supplement more, then nothing happens to the order
until the difference is paid: its units are held meanwhile, and when they expire the order is as it was.
Books: what leaves an order is credited to exchanged, what arrives debits it, so that it holds nothing between transactions. When a supplement gives
back what came by exchange, the money returns to the payment that it came from and goes back the way that one was paid.
Under concurrency: a supplement is locked before the order that it was exchanged for, as its payments do. Who holds the order never waits for a
supplement: one that somebody works on is left alone, and finds the order changed when its turn comes.
*/

create table private.order_exchanges (
  supplement_id uuid primary key references public.orders (id) on delete restrict,
  order_id uuid not null references public.orders (id) on delete restrict,
  amount bigint not null,
  item_ids uuid[] not null,
  quantities integer[] not null,
  reason text not null,
  settled_at timestamptz,
  constraint order_exchanges_are_between_two_orders check (supplement_id <> order_id),
  constraint order_exchanges_take_no_money check (amount >= 0),
  constraint order_exchanges_name_what_goes check (cardinality(item_ids) = cardinality(quantities))
);
comment on table private.order_exchanges is 'What goes from an order, and how much of its money stays and pays for the supplement instead. settled_at null: it happens once the rest of the supplement is paid.';
-- serves: the exchanges of an order, the open one among them
create index on private.order_exchanges (order_id);

create function private.pending_exchange(order_id uuid)
returns bigint
language plpgsql
volatile -- as kept_amount: stable would answer what was there before the verb that asks
security invoker
set search_path = ''
as $$
begin
  return coalesce((
    select order_exchanges.amount from private.order_exchanges join public.orders on orders.id = order_exchanges.supplement_id
    where order_exchanges.supplement_id = pending_exchange.order_id and order_exchanges.settled_at is null and orders.status = 'pending'), 0);
end
$$;
comment on function private.pending_exchange(uuid) is 'How much of an unpaid supplement is paid by what its order gives up, once the rest is paid; 0 for every other order.';

create function private.exchange_money(exchange private.order_exchanges, lines jsonb, before public.orders)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment record;
  v_rest bigint := exchange.amount;
  v_part bigint;
  v_tax bigint;
  v_refund_id uuid;
  v_exchange_id uuid;
begin
  for v_payment in
    select payments.id, payments.currency, private.refundable_amount(payments.id) as amount from public.payments
    where payments.order_id = exchange.order_id and payments.status in ('success', 'refunding')
    order by private.refundable_amount(payments.id) desc, payments.attempt
  loop
    exit when v_rest = 0 or v_payment.amount <= 0;
    v_part := least(v_rest, v_payment.amount);
    v_tax := private.tax_given_back(exchange.order_id, v_part);
    insert into public.refunds (payment_id, order_id, amount, currency, reason, note, destination, status, lines)
    values (v_payment.id, exchange.order_id, v_part, v_payment.currency, 'by_staff', exchange.reason, 'exchange', 'success',
      case when v_rest = exchange.amount then exchange_money.lines else '[]' end)
    returning refunds.id into v_refund_id;
    update public.payments set exchanged_amount = payments.exchanged_amount + v_part where payments.id = v_payment.id;
    perform private.post_entries('refund:' || v_refund_id, exchange.order_id, v_payment.currency,
      jsonb_build_object('refunds', v_part - v_tax, 'tax_payable', v_tax, 'exchanged', -v_part));
    perform private.emit('refund.succeeded', 'refund', v_refund_id);
    insert into public.payments (order_id, attempt, provider, method, status, currency, amount, authorized_amount, captured_amount, origin_id, settled_at)
    select exchange.supplement_id, coalesce(max(payments.attempt), 0) + 1, 'exchange', 'exchange', 'success', v_payment.currency, v_part, v_part, v_part, v_payment.id, now()
    from public.payments where payments.order_id = exchange.supplement_id
    returning payments.id into v_exchange_id;
    perform private.post_entries('capture:' || v_exchange_id, exchange.supplement_id, v_payment.currency, jsonb_build_object('exchanged', v_part, 'receivable', -v_part));
    perform private.emit('payment.succeeded', 'payment', v_exchange_id);
    -- what no refund names yet of the shipping that went back just now
    perform private.name_shipping(array[v_refund_id], least(private.shipping_since(exchange_money.before), (
      select orders.shipping_refunded_amount - coalesce(sum(refunds.shipping_amount) filter (where refunds.status <> 'failed'), 0)::bigint
      from public.orders left join public.refunds on refunds.order_id = orders.id where orders.id = exchange.order_id group by orders.id)));
    v_rest := v_rest - v_part;
  end loop;
  if v_rest > 0 then
    perform private.fail('refund_exceeds_payment', 409, 'Less is left of what was paid than is to stay.', 'Read the order''s payments and refunds.');
  end if;
end
$$;
comment on function private.exchange_money(private.order_exchanges, jsonb, public.orders) is
  'Books so much of an order''s payments as given back and as paid for its supplement, without moving it. before: the order before that. The caller holds both orders and has taken back what the lines say.';

create function private.settle_exchange(supplement_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_exchange private.order_exchanges;
  v_order public.orders;
  v_variants uuid[];
begin
  select * into v_exchange from private.order_exchanges where order_exchanges.supplement_id = settle_exchange.supplement_id and order_exchanges.settled_at is null;
  if v_exchange.supplement_id is null then
    return;
  end if;
  select * into v_order from public.orders where orders.id = v_exchange.order_id for update;
  if not private.order_allows(v_order, 'edit', 'staff') then
    perform private.fail('order_not_editable', 409, 'The order that this one changes has left or ended.', 'The money goes back.');
  end if;
  if v_exchange.shipping_address is not null then
    if not private.order_allows(v_order, 'change_address', 'staff') then
      perform private.fail('order_not_editable', 409, 'A carrier has the label of what was to go elsewhere.', 'The money goes back.');
    end if;
    update private.order_exchanges set settled_at = now() where order_exchanges.supplement_id = v_exchange.supplement_id;
    perform private.send_elsewhere(v_order, v_exchange.shipping_address, v_exchange.shipping_plan);
    perform private.emit('order.edited', 'order', v_order.id, jsonb_build_object('supplement_id', v_exchange.supplement_id));
    return;
  end if;
  v_variants := array(select order_items.variant_id from public.order_items where order_items.order_id in (v_exchange.order_id, v_exchange.supplement_id));
  perform private.lock_holds(array[v_exchange.order_id, v_exchange.supplement_id], v_variants);
  perform private.lock_waitlists(array[v_exchange.order_id, v_exchange.supplement_id], v_variants);
  update private.order_exchanges set settled_at = now() where order_exchanges.supplement_id = v_exchange.supplement_id;
  perform private.exchange_money(v_exchange, private.take_exchanged(v_order, v_exchange), v_order);
  perform private.emit('order.edited', 'order', v_order.id, jsonb_build_object('supplement_id', v_exchange.supplement_id));
end
$$;
comment on function private.settle_exchange(uuid) is
  'Lets an exchange happen when the difference was paid; does nothing for other orders. Refuses when the order has left, ended or has less left; the caller, who holds the supplement, then gives back what was paid.';

create function private.take_exchanged(target public.orders, exchange private.order_exchanges)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if exists (
    select from unnest(exchange.item_ids, exchange.quantities) as gone (item_id, quantity)
    where not exists (select from public.order_items where order_items.id = gone.item_id and order_items.quantity - order_items.refunded_quantity >= gone.quantity)
  ) then
    perform private.fail('order_not_editable', 409, 'Of what was to go less is left by now.', 'Read the order again.');
  end if;
  if private.give_back_items(target, exchange.item_ids, exchange.quantities, 'by_staff', exchange.reason, exchange.amount) is not null then
    return '[]';
  end if;
  return (
    select jsonb_agg(jsonb_build_object('order_item_id', gone.item_id, 'quantity', gone.quantity, 'restock', true))
    from unnest(exchange.item_ids, exchange.quantities) as gone (item_id, quantity));
end
$$;
comment on function private.take_exchanged(public.orders, private.order_exchanges) is
  'Takes back what goes and gives back its money but what stays; answers the lines that the refund of what stays is for, none when another one says them. The caller holds the order and every slot of both.';

create function private.lock_waiting_supplements(order_id uuid)
returns uuid[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_waiting uuid[] := array(
    select orders.id from private.order_exchanges join public.orders on orders.id = order_exchanges.supplement_id
    where order_exchanges.order_id = lock_waiting_supplements.order_id and order_exchanges.settled_at is null and orders.status = 'pending'
    order by orders.id for update of orders skip locked);
begin
  -- who pays one holds it and comes for the order that we hold: waiting for each other would end neither
  if exists (
    select from private.order_exchanges join public.orders on orders.id = order_exchanges.supplement_id
    where order_exchanges.order_id = lock_waiting_supplements.order_id and order_exchanges.settled_at is null and orders.status = 'pending' and orders.id <> all (v_waiting)
  ) then
    perform private.fail('order_not_editable', 409, 'What this order is changed to is being paid.', 'Read it again in a moment.');
  end if;
  return v_waiting;
end
$$;
comment on function private.lock_waiting_supplements(uuid) is 'The supplements of an order that wait for their difference, locked. Refuses order_not_editable when somebody works on one.';

create function private.place_supplement(target public.orders, quote private.quote, goods private.order_line[])
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_supplement_id uuid := private.place_quote(target.customer_id, quote, now() + make_interval(hours => (private.setting('draft_hold_hours'))::integer));
begin
  update public.orders set shipping_address = target.shipping_address where orders.id = v_supplement_id and private.needs_address(place_supplement.goods);
  return v_supplement_id;
end
$$;
comment on function private.place_supplement(public.orders, private.quote, private.order_line[]) is 'Places what comes into a paid order as an order beside it, held for draft_hold_hours.';

create function private.exchange_items(target public.orders, gone jsonb, quote private.quote, goods private.order_line[], reason text)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_exchange private.order_exchanges;
  v_lines jsonb;
  v_left bigint;
begin
  select array_agg((line ->> 'order_item_id')::uuid), array_agg((line ->> 'quantity')::integer) into v_exchange.item_ids, v_exchange.quantities
  from jsonb_array_elements(exchange_items.gone) as line;
  perform from public.payments where payments.order_id = target.id order by payments.id for update;
  select coalesce(sum(private.refundable_amount(payments.id)), 0) into v_left
  from public.payments where payments.order_id = target.id and payments.status in ('success', 'refunding');
  v_exchange.order_id := target.id;
  v_exchange.reason := exchange_items.reason;
  v_exchange.amount := least(private.worth_of_items(v_exchange.item_ids, v_exchange.quantities)
    + private.shipping_given_back(target, v_exchange.item_ids, v_exchange.quantities, null), v_left);
  if quote.total_amount > v_exchange.amount then
    v_exchange.supplement_id := private.place_supplement(target, quote, exchange_items.goods);
    insert into private.order_exchanges select v_exchange.*;
    return v_exchange.supplement_id;
  end if;
  -- paid by what goes: it happens now. What goes first: it may be the last of what comes
  v_exchange.amount := quote.total_amount;
  v_exchange.settled_at := now();
  v_lines := private.take_exchanged(target, v_exchange);
  v_exchange.supplement_id := private.place_supplement(target, quote, exchange_items.goods);
  insert into private.order_exchanges select v_exchange.*;
  if quote.total_amount > 0 then
    perform private.exchange_money(v_exchange, v_lines, target);
    perform private.confirm_order(v_exchange.supplement_id);
  end if;
  return v_exchange.supplement_id;
end
$$;
comment on function private.exchange_items(public.orders, jsonb, private.quote, private.order_line[], text) is
  'Exchanges lines of a paid order for a quote: at once when they pay for it, the rest goes back; else the supplement waits for the difference and nothing else happens. Answers it. The caller holds the order and every slot of both.';

create function private.return_exchange(origin_id uuid, refund_id uuid, amount bigint, note text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order_id uuid;
  v_currency text;
  v_left bigint;
  v_lost bigint;
begin
  perform private.lock_payment(return_exchange.origin_id);
  update public.payments set exchanged_amount = payments.exchanged_amount - return_exchange.amount where payments.id = return_exchange.origin_id
  returning payments.order_id, payments.currency into v_order_id, v_currency;
  -- from here on it is owed to the customer, until it is back
  perform private.post_entries('exchange_returned:' || return_exchange.refund_id, v_order_id, v_currency,
    jsonb_build_object('exchanged', return_exchange.amount, 'receivable', -return_exchange.amount));
  -- what a bank or somebody at the provider took meanwhile the customer has already
  v_left := least(return_exchange.amount, greatest(0, private.refundable_amount(return_exchange.origin_id)));
  v_lost := least(return_exchange.amount - v_left, (
    select coalesce(sum(ledger_entries.amount), 0)
    from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
    where ledger_transactions.order_id = v_order_id and ledger_entries.account = 'dispute_losses' and ledger_entries.currency = v_currency));
  if v_lost > 0 then
    perform private.post_entries('exchange_lost:' || return_exchange.refund_id, v_order_id, v_currency,
      jsonb_build_object('receivable', v_lost, 'dispute_losses', -v_lost));
  end if;
  if v_left > 0 then
    perform private.request_refund(return_exchange.origin_id, 'exchange_returned', return_exchange.note, v_left);
  end if;
end
$$;
comment on function private.return_exchange(uuid, uuid, bigint, text) is
  'Money that a supplement gives back and that came by exchange: it returns to the payment it came from and goes back the way that one was paid. The caller holds the supplement.';

create function private.tg_orders__end_exchanges()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- due now: the worker frees what it holds. One that is being paid finds the order as it is by then.
  update public.orders set expires_at = now()
  where orders.id in (
    select waiting.id from private.order_exchanges join public.orders as waiting on waiting.id = order_exchanges.supplement_id
    where order_exchanges.order_id = new.id and order_exchanges.settled_at is null and waiting.status = 'pending' for update of waiting skip locked);
  return null;
end
$$;
comment on function private.tg_orders__end_exchanges() is 'An order that left or ended is exchanged for nothing any more: a supplement that waits for its difference expires.';

create trigger _500_end_exchanges after update of status on public.orders
  for each row when (new.status in ('shipped', 'cancelled', 'refunded')) execute function private.tg_orders__end_exchanges();
