/*
Refunds: money on its way back, asked for here or made at the provider.

Promise: a refund is recorded, sent and booked once, and never gives back more than was captured; access ends when an order's money is back.
Under concurrency: every path locks the order, then the payment (private.lock_payment); the check on payments is the guarantee.
*/

create table public.refunds (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references public.payments (id) on delete restrict,
  order_id uuid not null references public.orders (id) on delete restrict,
  amount bigint not null,
  currency text not null, -- as it was: no foreign key, so no index on three values
  reason text not null,
  note text,
  destination text not null default 'payment',
  shipping_amount bigint not null default 0,
  lines jsonb not null default '[]',
  status text not null default 'pending',
  attempt integer not null default 1,
  requested_at timestamptz not null default now(),
  provider_refund_id text unique,
  failed_provider_refund_ids text[] not null default '{}',
  failure text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint refunds_give_something_back check (amount > 0),
  constraint refunds_are_for_no_more_shipping_than_they_give check (shipping_amount between 0 and amount),
  constraint refunds_have_a_known_reason check (reason in ('order_cancelled', 'order_expired', 'late_payment', 'undeliverable', 'duplicate_payment', 'by_provider', 'by_staff', 'written_off', 'gift_expired', 'dispute_lost', 'intake_cancelled', 'by_learner', 'exchange_returned', 'address_changed')),
  constraint refunds_go_to_a_known_destination check (destination in ('payment', 'store_credit', 'exchange')),
  constraint refunds_have_a_known_status check (status in ('pending', 'success', 'failed'))
);
comment on table public.refunds is 'Money on its way back. Reasons: the order was cancelled; it expired with a part paid; paid after it ended; sold out after payment; paid twice or too much; started at the provider; by staff; written off; lost in a dispute; the intake was cancelled; the learner gave the seat back; what an order was changed to was given back; it goes where sending costs less. lines: what it was for, [{order_item_id, quantity, restock}]. destination: back the way it came (payment), to the customer''s store credit, or to what the order was changed to (exchange), where it pays for that. shipping_amount: how much of amount is for shipping, tax on top included.';
create index on public.refunds (payment_id);
create index on public.refunds (order_id);
-- serves: refunds that nobody sent yet
create index on public.refunds (created_at) where status = 'pending';
-- serves: the list of refunds, newest first, keyset by (created_at, id); those that did not arrive wherever in time they are
create index on public.refunds (created_at desc, id desc);
create index on public.refunds (status, created_at desc, id desc) where status <> 'success';

insert into private.status_moves (machine, from_status, to_status) values
  ('refund', 'pending', 'success'), ('refund', 'pending', 'failed'),
  ('refund', 'success', 'failed'), ('refund', 'failed', 'success'), ('refund', 'failed', 'pending');

create trigger _100_stamp_update before update on public.refunds for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.refunds for each row when (old.status <> new.status) execute function private.tg__guard_status('refund');

create function private.tg_refunds__count_shipping()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if new.status = 'failed' then
    update public.orders set shipping_refunded_amount = greatest(0, orders.shipping_refunded_amount - new.shipping_amount) where orders.id = new.order_id;
  else
    -- tried again: what went back by another way meanwhile is not shipping any more
    select least(new.shipping_amount, orders.shipping_amount + orders.shipping_tax_amount - orders.shipping_refunded_amount) into new.shipping_amount
    from public.orders where orders.id = new.order_id;
    update public.orders set shipping_refunded_amount = orders.shipping_refunded_amount + new.shipping_amount where orders.id = new.order_id;
  end if;
  return new;
end
$$;
comment on function private.tg_refunds__count_shipping() is
  'Shipping that a refund gave back counts as given back until the refund fails, and again from the next try on. Whoever writes a refund holds its order.';
create trigger _150_count_shipping before update of status on public.refunds
  for each row when ((old.status = 'failed') <> (new.status = 'failed') and new.shipping_amount > 0) execute function private.tg_refunds__count_shipping();


alter table public.refunds enable row level security;
create policy select_own_or_staff on public.refunds for select to authenticated
  using (exists (select from public.orders where orders.id = refunds.order_id and orders.customer_id = (select auth.uid())) or (select private.has_permission('payments.read')));
grant select on public.refunds to authenticated, service_role;

-- history: people see the moves of what is theirs, staff what their permissions open
create policy select_own_or_staff on public.status_changes for select to authenticated
  using (case
    when machine = 'order' then (select private.has_permission('orders.read'))
      or exists (select from public.orders where orders.id = subject_id and orders.customer_id = (select auth.uid()))
    when machine = 'enrollment' then (select private.has_permission('orders.read'))
      or exists (select from public.enrollments where enrollments.id = subject_id and enrollments.learner_id = (select auth.uid()))
    when machine = 'payment' then (select private.has_permission('payments.read')) or exists (
      select from public.payments join public.orders on orders.id = payments.order_id
      where payments.id = subject_id and orders.customer_id = (select auth.uid()))
    when machine = 'payment_proof' then (select private.has_permission('payments.read')) or exists (
      select from public.payment_proofs join public.payments on payments.id = payment_proofs.payment_id join public.orders on orders.id = payments.order_id
      where payment_proofs.id = subject_id and orders.customer_id = (select auth.uid()))
    when machine = 'gift' then (select private.has_permission('enrollments.read'))
      or exists (select from public.gifts where gifts.id = subject_id and gifts.buyer_id = (select auth.uid()))
    when machine = 'gift_card_purchase' then (select private.has_permission('payments.read'))
      or exists (select from public.gift_card_purchases where gift_card_purchases.id = subject_id and gift_card_purchases.buyer_id = (select auth.uid()))
    when machine = 'organisation_seat' then (select private.has_permission('organisations.read')) or exists (select from public.organisation_seats
      where organisation_seats.id = subject_id and organisation_seats.organisation_id in (select private.managed_organisations()))
    when machine in ('refund', 'dispute', 'instalment', 'instalment_schedule', 'subscription') then (select private.has_permission('payments.read'))
    when machine = 'process' then (select private.has_permission('processes.read'))
    when machine = 'cart' then (select private.has_permission('orders.read'))
      or exists (select from public.carts where carts.id = subject_id and carts.customer_id = (select auth.uid()))
    when machine = 'product' then (select private.has_permission('catalog.read'))
    when machine in ('draft_order', 'shipment') then (select private.has_permission('orders.read'))
    when machine = 'complaint' then (select private.has_permission('complaints.read'))
    when machine in ('price_list', 'promotion', 'instalment_plan', 'subscription_plan') then (select private.has_permission('pricing.read'))
    else false
  end);

-- refunds ----------------------------------------------------------------------------------------------------------------------------

create function private.worth_of_items(item_ids uuid[], quantities integer[])
returns bigint
language sql
volatile
security invoker
set search_path = ''
as $$
  -- shares by what is given back so far, as parse_refund_lines has them
  select coalesce(sum(round(order_items.total_amount::numeric * (order_items.refunded_quantity + given.quantity) / order_items.quantity)
    - round(order_items.total_amount::numeric * order_items.refunded_quantity / order_items.quantity)), 0)::bigint
  from unnest(worth_of_items.item_ids, worth_of_items.quantities) as given (item_id, quantity) join public.order_items on order_items.id = given.item_id;
$$;
comment on function private.worth_of_items(uuid[], integer[]) is 'What these quantities of these lines cost, discount and tax included.';

create function private.refundable_amount(payment_id uuid)
returns bigint
language plpgsql -- in every purchase: see private.request_id
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return (select payments.captured_amount - payments.refunded_amount - payments.disputed_amount - payments.exchanged_amount - coalesce((
      select sum(refunds.amount) from public.refunds where refunds.payment_id = payments.id and refunds.status = 'pending'), 0)::bigint
    from public.payments where payments.id = refundable_amount.payment_id);
end
$$;
comment on function private.refundable_amount(uuid) is 'What was captured, less what went back, what is on its way, what is disputed and what pays for something else. The caller holds the payment''s row.';

create function private.request_refund(payment_id uuid, reason text, note text, amount bigint default null, destination text default 'payment')
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_amount bigint := coalesce(request_refund.amount, private.refundable_amount(request_refund.payment_id));
  v_refund_id uuid;
begin
  insert into public.refunds (payment_id, order_id, amount, currency, reason, note, destination)
  select payments.id, payments.order_id, v_amount, payments.currency, request_refund.reason, request_refund.note, request_refund.destination
  from public.payments where payments.id = request_refund.payment_id
  returning refunds.id into v_refund_id;
  update public.payments set status = 'refunding' where payments.id = request_refund.payment_id;
  perform private.emit('refund.requested', 'refund', v_refund_id);
  -- what stays in the house needs nobody to send it
  if request_refund.destination = 'store_credit' or exists (
    select from public.payments where payments.id = request_refund.payment_id and payments.provider in ('store_credit', 'gift_card', 'exchange')
  ) then
    perform private.record_refund_result(v_refund_id, 'internal_' || v_refund_id, 'success');
  end if;
  return v_refund_id;
end
$$;
comment on function private.request_refund(uuid, text, text, bigint, text) is 'Gives back this much of a captured payment, or what is left of it: the worker sends it to the provider, store credit and gift cards have it at once. The caller has looked at refundable_amount.';

create function private.give_back_captures(order_id uuid, reason text, note text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.request_refund(payments.id, give_back_captures.reason, give_back_captures.note)
  from public.payments
  where payments.order_id = give_back_captures.order_id and payments.status in ('success', 'refunding', 'refund_failed') and private.refundable_amount(payments.id) > 0;
$$;
comment on function private.give_back_captures(uuid, text, text) is 'Gives back everything an order captured that is not on its way back yet.';

create function private.record_refund_result(refund_id uuid, provider_refund_id text, status text, failure text default null)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment public.payments := private.lock_payment((select refunds.payment_id from public.refunds where refunds.id = record_refund_result.refund_id));
  v_refund public.refunds;
begin
  select * into v_refund from public.refunds where refunds.id = record_refund_result.refund_id for update;
  if v_refund.id is null or v_refund.reason in ('written_off', 'dispute_lost') or record_refund_result.provider_refund_id = any (v_refund.failed_provider_refund_ids)
    or v_refund.status <> 'failed' and v_refund.provider_refund_id <> coalesce(record_refund_result.provider_refund_id, '')
    or v_refund.status = 'failed' and v_refund.provider_refund_id = record_refund_result.provider_refund_id then
    return 'ignored'; -- not here; nothing that a provider was asked for; about another try than the one that counts; failed, which is for good: only a new try may succeed
  end if;
  if record_refund_result.status = 'success' and v_refund.status <> 'success' and v_refund.amount > v_payment.captured_amount - v_payment.refunded_amount then
    return private.flag_order(v_payment.order_id, 'the provider refunded more than was captured');
  end if;
  update public.refunds set provider_refund_id = coalesce(record_refund_result.provider_refund_id, refunds.provider_refund_id) where refunds.id = v_refund.id;
  if record_refund_result.status = v_refund.status or v_refund.status = 'success' and record_refund_result.status = 'pending' then
    return 'ignored';
  end if;
  update public.refunds set status = record_refund_result.status, failure = record_refund_result.failure where refunds.id = v_refund.id;
  if record_refund_result.status = 'success' then
    perform private.settle_refund(v_refund, v_payment);
  elsif record_refund_result.status = 'failed' then
    perform private.fail_refund(v_refund, v_payment);
  else
    update public.payments set status = 'refunding' where payments.id = v_payment.id and payments.status = 'refund_failed';
  end if;
  return 'applied';
end
$$;
comment on function private.record_refund_result(uuid, text, text, text) is
  'What the provider says of a refund: pending, success or failed. A success may still fail when the bank sends it back; a failed try stays failed. Anything known already is ignored.';

create function private.fail_refund(refund public.refunds, payment public.payments)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if refund.status = 'success' then
    update public.payments set refunded_amount = payments.refunded_amount - refund.amount, status = 'refund_failed' where payments.id = payment.id;
    perform private.post_entries(private.refund_effect_key('refund_failed', refund.id), refund.order_id, refund.currency, (
      select jsonb_object_agg(ledger_entries.account, -ledger_entries.amount)
      from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
      where ledger_transactions.effect_key = private.refund_effect_key('refund', refund.id)));
  else
    update public.payments set status = 'refund_failed' where payments.id = payment.id and payments.status = 'refunding';
  end if;
  perform private.emit('refund.failed', 'refund', refund.id);
  perform private.flag_order(refund.order_id, 'a refund failed at the provider');
end
$$;
comment on function private.fail_refund(public.refunds, public.payments) is
  'Money that did not arrive: what was booked is booked back, and the order goes before a person. The refund is given as it was before.';

create function private.refund_effect_key(effect text, refund_id uuid)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
  select refund_effect_key.effect || ':' || refund_effect_key.refund_id || coalesce(':' || nullif(count(*), 0) + 1, '')
  from public.refunds join public.ledger_transactions on ledger_transactions.order_id = refunds.order_id -- which has an index
  where refunds.id = refund_effect_key.refund_id and ledger_transactions.effect_key like 'refund\_failed:' || refund_effect_key.refund_id || '%';
$$;
comment on function private.refund_effect_key(text, uuid) is 'refund:<id> for the first booking of a refund, refund:<id>:2 once the first one was booked back.';

create function private.tax_given_back(order_id uuid, amount bigint)
returns bigint
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_before bigint;
  v_tax_before bigint;
begin
  select * into v_order from public.orders where orders.id = tax_given_back.order_id;
  if v_order.tax_amount + v_order.tax_included_amount = 0 or tax_given_back.amount = 0 then
    return 0;
  end if;
  select coalesce(sum(ledger_entries.amount), 0), coalesce(sum(ledger_entries.amount) filter (where ledger_entries.account = 'tax_payable'), 0)
  into v_before, v_tax_before
  from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
  where ledger_transactions.order_id = v_order.id and ledger_entries.account in ('refunds', 'tax_payable')
    and split_part(ledger_transactions.effect_key, ':', 1) in ('refund', 'refund_failed', 'released');
  -- the whole so far, less what went back before: several parts give back what one refund would, to the unit
  return round((v_order.tax_amount + v_order.tax_included_amount)::numeric * (v_before + tax_given_back.amount) / v_order.total_amount) - v_tax_before;
end
$$;
comment on function private.tax_given_back(uuid, bigint) is 'How much of a sale''s refund is tax that the shop does not owe any more.';

create function private.settle_refund(refund public.refunds, payment public.payments)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_rest bigint := payment.captured_amount - payment.refunded_amount - refund.amount;
  v_open boolean := exists (select from public.refunds where refunds.payment_id = payment.id and refunds.status = 'pending');
  -- money that never became a sale (paid late, paid twice) only clears what is owed to the customer; a sale given back is a contra sale
  v_owed bigint := -private.receivable_amount(refund.order_id, refund.currency);
  v_cleared bigint := greatest(0, least(refund.amount, v_owed));
  v_tax bigint := private.tax_given_back(refund.order_id, refund.amount - v_cleared);
  v_order_status text;
  v_kept bigint;
begin
  if payment.disputed_amount > v_rest then
    perform private.yield_to_refund(payment.id, v_rest);
  end if;
  update public.payments
  set refunded_amount = payments.refunded_amount + refund.amount,
    status = case when v_rest = 0 then 'refunded' when v_open then payments.status else 'success' end
  where payments.id = payment.id;
  perform private.post_entries(private.refund_effect_key('refund', refund.id), refund.order_id, refund.currency, jsonb_build_object(
    'receivable', v_cleared, 'refunds', refund.amount - v_cleared - v_tax, 'tax_payable', v_tax,
    case refund.destination when 'store_credit' then 'store_credit' else private.cash_account(payment.provider) end, -refund.amount));
  perform private.keep_refund_in_house(refund, payment);
  perform private.emit('refund.succeeded', 'refund', refund.id);
  v_kept := private.kept_amount(refund.order_id);
  select orders.status into v_order_status from public.orders where orders.id = refund.order_id;
  -- one of two payments given back leaves an order that the other one still pays
  if refund.reason <> 'by_provider' or v_kept >= (select orders.total_amount from public.orders where orders.id = refund.order_id) or exists (
    -- the order moves when the bank has decided
    select from public.disputes where disputes.order_id = refund.order_id and disputes.status = 'open'
  ) then
    return;
  end if;
  if v_kept = 0 and v_order_status in ('paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded', 'needs_review') then
    perform private.name_shipping(array[refund.id], orders.shipping_amount + orders.shipping_tax_amount - orders.shipping_refunded_amount) from public.orders where orders.id = refund.order_id;
    update public.orders set status = 'refunded', shipping_refunded_amount = orders.shipping_amount + orders.shipping_tax_amount where orders.id = refund.order_id;
    perform private.take_back_goods(refund.order_id);
    perform private.give_back_promotions(array[refund.order_id]);
  elsif v_order_status in ('paid', 'processing', 'shipped', 'delivered', 'completed') then
    update public.orders set status = 'partially_refunded' where orders.id = refund.order_id;
  else
    return;
  end if;
  perform private.emit('order.refunded', 'order', refund.order_id, jsonb_build_object('refund_id', refund.id, 'whole', v_rest = 0));
end
$$;
comment on function private.settle_refund(public.refunds, public.payments) is
  'Books money that went back. One that was started at the provider also moves the order: all back means refunded and access ends, some back means partially refunded.';

create function private.keep_refund_in_house(refund public.refunds, payment public.payments)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if refund.destination = 'store_credit' or payment.provider = 'store_credit' then
    perform private.add_store_credit((select orders.customer_id from public.orders where orders.id = refund.order_id), refund.currency,
      case when payment.provider = 'store_credit' then 'returned' else 'refunded' end, refund.amount, refund.id, refund.note);
  elsif payment.provider = 'gift_card' then
    perform private.return_to_gift_card(payment.gift_card_id, refund.amount, refund.id);
  elsif payment.provider = 'exchange' then
    perform private.return_exchange(payment.origin_id, refund.id, refund.amount, refund.note);
  end if;
end
$$;
comment on function private.keep_refund_in_house(public.refunds, public.payments) is 'Puts a refund that the books have already on the account or card that it goes to, or on its way back from the payment that it came from.';

create function private.adopt_refund(payment_id uuid, provider_refund_id text, amount bigint, currency text, status text, failure text default null)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment public.payments := private.lock_payment(adopt_refund.payment_id);
  v_refund public.refunds;
begin
  -- known; or done by hand at the provider when it was about to be sent: it is that refund, and the worker finds it done
  select refunds.* into v_refund from public.refunds
  where refunds.provider_refund_id = adopt_refund.provider_refund_id
    or refunds.payment_id = v_payment.id and refunds.status = 'pending' and refunds.provider_refund_id is null and adopt_refund.status = 'success'
      and refunds.amount = adopt_refund.amount and refunds.currency = upper(adopt_refund.currency)
  order by refunds.provider_refund_id nulls last limit 1;
  if v_refund.id is null and adopt_refund.status = 'success' then
    -- given up as lost, and given back at the provider after all: it is that money
    update public.refunds set provider_refund_id = adopt_refund.provider_refund_id
    where refunds.id = (
      select written.id from public.refunds as written
      where written.payment_id = v_payment.id and written.reason = 'written_off' and written.provider_refund_id is null
        and written.amount = adopt_refund.amount and written.currency = upper(adopt_refund.currency) limit 1);
    if found then
      return 'applied';
    end if;
  end if;
  if v_refund.id is not null then
    return private.record_refund_result(v_refund.id, adopt_refund.provider_refund_id, adopt_refund.status, adopt_refund.failure);
  end if;
  if upper(adopt_refund.currency) <> v_payment.currency or adopt_refund.amount > v_payment.captured_amount - v_payment.refunded_amount - v_payment.exchanged_amount then
    return private.flag_order(v_payment.order_id, 'the provider refunded more than was captured');
  end if;
  insert into public.refunds (payment_id, order_id, amount, currency, reason, status, provider_refund_id, failure)
  values (v_payment.id, v_payment.order_id, adopt_refund.amount, v_payment.currency, 'by_provider', adopt_refund.status, adopt_refund.provider_refund_id, adopt_refund.failure)
  returning * into v_refund;
  -- one that failed is kept so that a late word of its success is known to be old
  if adopt_refund.status = 'success' then
    perform private.settle_refund(v_refund, v_payment);
  end if;
  return 'applied';
end
$$;
comment on function private.adopt_refund(uuid, text, bigint, text, text, text) is 'A refund that somebody made at the provider, not here: recorded and booked like any other.';
