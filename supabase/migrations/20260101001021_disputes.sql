/*
Disputes: money that a buyer's bank takes back through the provider, until it is decided whose it is.

Promise: what is disputed is not given back as well; the money leaves cash once, comes back once when the dispute is won, and is booked once
as a loss when it is lost. Seats and downloads rest meanwhile (setting dispute_suspends_access), and work again or end with it.
Under concurrency: events lock the order, then the payment, as refunds do; a decision is final, so late and repeated events change nothing.
*/

insert into public.settings (key, value, description) values
  ('dispute_suspends_access', 'true', 'Whether seats and downloads of an order rest while its payment is disputed: true or false.');
insert into public.ledger_accounts (code, name, kind) values
  ('disputed', 'Withdrawn by the provider until a dispute is decided', 'asset'),
  ('dispute_losses', 'Lost in disputes', 'expense'),
  ('fees', 'Fees of the provider', 'expense');

create table public.disputes (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references public.payments (id) on delete restrict,
  order_id uuid not null references public.orders (id) on delete restrict,
  provider text not null,
  provider_dispute_id text not null,
  status text not null,
  reason text,
  currency text not null, -- as it was: no foreign key, so no index on three values
  amount bigint not null,
  held_amount bigint not null default 0,
  fee_amount bigint not null default 0,
  respond_by timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  decided_at timestamptz,
  constraint disputes_are_recorded_once unique (provider, provider_dispute_id),
  constraint disputes_have_a_known_status check (status in ('inquiry', 'open', 'won', 'lost', 'closed')),
  constraint disputes_are_about_money check (amount > 0),
  constraint disputes_hold_no_more_than_they_are_about check (held_amount between 0 and amount),
  constraint disputes_are_dated_when_decided check ((decided_at is not null) = (status in ('won', 'lost', 'closed')))
);
comment on table public.disputes is
  'A payment that the buyer''s bank questions. inquiry: no money moved yet; closed: none will. open: amount is withdrawn until won or lost. held_amount is the part of it that the payment still kept; for staff only.';
create index on public.disputes (payment_id);
create index on public.disputes (order_id);
-- serves: what staff must answer
create index on public.disputes (created_at, id) where status in ('inquiry', 'open');

insert into private.status_moves (machine, from_status, to_status) values
  ('dispute', 'inquiry', 'open'), ('dispute', 'inquiry', 'closed'), ('dispute', 'inquiry', 'won'), ('dispute', 'inquiry', 'lost'),
  ('dispute', 'open', 'won'), ('dispute', 'open', 'lost'), ('dispute', 'open', 'closed');

create trigger _100_stamp_update before update on public.disputes for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.disputes for each row when (old.status <> new.status) execute function private.tg__guard_status('dispute');

alter table public.disputes enable row level security;
create policy select_staff on public.disputes for select to authenticated using ((select private.has_permission('payments.read')));
grant select on public.disputes to authenticated, service_role;
-- not granted: any write, and no row to buyers. Provider events write.

-- access -----------------------------------------------------------------------------------------------------------------------------

create function private.suspend_access(order_id uuid, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_items uuid[] := array(select order_items.id from public.order_items where order_items.order_id = suspend_access.order_id);
begin
  perform private.give_reason(suspend_access.reason);
  update public.enrollments set status = 'suspended' where enrollments.order_item_id = any (v_items) and enrollments.status = 'active';
  update public.downloads set suspended_at = now()
  where downloads.order_item_id = any (v_items) and downloads.ended_at is null and downloads.suspended_at is null;
  perform private.give_reason(null);
end
$$;
comment on function private.suspend_access(uuid, text) is 'Lets the seats and downloads of an order rest, with the reason in their history. A completed course stays completed. The caller holds the order''s row.';

create function private.restore_access(order_id uuid, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_items uuid[] := array(select order_items.id from public.order_items where order_items.order_id = restore_access.order_id);
begin
  update public.enrollments set status = 'active'
  where enrollments.order_item_id = any (v_items) and enrollments.status = 'suspended' and restore_access.reason = (
    select status_changes.reason from public.status_changes
    where status_changes.subject_id = enrollments.id and status_changes.machine = 'enrollment' and status_changes.to_status = 'suspended'
    order by status_changes.id desc limit 1);
  update public.downloads set suspended_at = null where downloads.order_item_id = any (v_items) and downloads.suspended_at is not null;
end
$$;
comment on function private.restore_access(uuid, text) is 'Ends what suspend_access began for this reason; a seat that rests for another one stays so. The caller holds the order''s row.';

-- money ------------------------------------------------------------------------------------------------------------------------------

create function private.hold_disputed(dispute_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_dispute public.disputes;
begin
  update public.disputes set status = 'open', held_amount = (
    -- a bank may take back what a refund gave back already: then the payment keeps less than is withdrawn
    select least(disputes.amount, payments.captured_amount - payments.refunded_amount - payments.disputed_amount)
    from public.payments where payments.id = disputes.payment_id)
  where disputes.id = hold_disputed.dispute_id
  returning * into v_dispute;
  update public.payments set disputed_amount = payments.disputed_amount + v_dispute.held_amount where payments.id = v_dispute.payment_id;
  perform private.post_entries('dispute:' || v_dispute.id, v_dispute.order_id, v_dispute.currency,
    jsonb_build_object('disputed', v_dispute.amount, private.cash_account(v_dispute.provider), -v_dispute.amount));
end
$$;
comment on function private.hold_disputed(uuid) is 'Opens a dispute: the money leaves cash, and what the payment keeps of it cannot be refunded. The caller holds order and payment.';

create function private.yield_to_refund(payment_id uuid, kept_amount bigint)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_dispute public.disputes;
  v_excess bigint := (select payments.disputed_amount from public.payments where payments.id = yield_to_refund.payment_id) - yield_to_refund.kept_amount;
begin
  for v_dispute in
    select * from public.disputes where disputes.payment_id = yield_to_refund.payment_id and disputes.status = 'open' order by disputes.id
  loop
    exit when v_excess <= 0;
    update public.disputes set held_amount = disputes.held_amount - least(disputes.held_amount, v_excess) where disputes.id = v_dispute.id;
    update public.payments set disputed_amount = payments.disputed_amount - least(v_dispute.held_amount, v_excess) where payments.id = yield_to_refund.payment_id;
    v_excess := v_excess - least(v_dispute.held_amount, v_excess);
  end loop;
end
$$;
comment on function private.yield_to_refund(uuid, bigint) is
  'A refund that the provider made although the money is disputed is booked: the dispute then holds only what the payment keeps. We never ask for one.';

create function private.book_dispute_fees(dispute_id uuid, movements jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_dispute public.disputes;
begin
  select * into v_dispute from public.disputes where disputes.id = book_dispute_fees.dispute_id;
  perform private.post_entries('dispute_fee:' || v_dispute.id || ':' || (movement ->> 'id'), v_dispute.order_id, upper(movement ->> 'currency'),
    jsonb_build_object('fees', (movement ->> 'fee')::bigint, private.cash_account(v_dispute.provider), -(movement ->> 'fee')::bigint))
  from jsonb_array_elements(case jsonb_typeof(book_dispute_fees.movements) when 'array' then book_dispute_fees.movements else '[]' end) as movement
  where jsonb_typeof(movement) = 'object' and movement ->> 'id' is not null and movement ->> 'currency' is not null and coalesce((movement ->> 'fee')::bigint, 0) <> 0;
  update public.disputes set fee_amount = coalesce((
    select sum(ledger_entries.amount) from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
    where ledger_transactions.order_id = v_dispute.order_id and ledger_transactions.effect_key like 'dispute\_fee:' || v_dispute.id || ':%'
      and ledger_entries.account = 'fees' and ledger_entries.currency = v_dispute.currency), 0)
  where disputes.id = v_dispute.id;
end
$$;
comment on function private.book_dispute_fees(uuid, jsonb) is 'Books the fee of each movement of money that the provider names, once by the movement''s id. fee_amount counts those in the payment''s currency.';

-- decide -----------------------------------------------------------------------------------------------------------------------------

create function private.win_dispute(dispute public.disputes, status text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.disputes set status = win_dispute.status, held_amount = 0, decided_at = now() where disputes.id = dispute.id;
  if dispute.status = 'open' then
    update public.payments set disputed_amount = payments.disputed_amount - dispute.held_amount where payments.id = dispute.payment_id;
    perform private.post_entries('dispute_won:' || dispute.id, dispute.order_id, dispute.currency,
      jsonb_build_object(private.cash_account(dispute.provider), dispute.amount, 'disputed', -dispute.amount));
  end if;
end
$$;
comment on function private.win_dispute(public.disputes, text) is 'Ends a dispute as won or closed: what was withdrawn came back. The dispute is given as it was before; the caller holds order and payment.';

create function private.lose_dispute(dispute public.disputes)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  -- money that never became a sale is not lost: it only clears what is owed to the customer
  v_owed bigint := -private.receivable_amount(dispute.order_id, dispute.currency);
  v_cleared bigint := greatest(0, least(dispute.amount, v_owed));
begin
  update public.disputes set status = 'lost', decided_at = now() where disputes.id = dispute.id;
  perform private.post_entries('dispute_lost:' || dispute.id, dispute.order_id, dispute.currency, jsonb_build_object(
    'receivable', v_cleared, 'dispute_losses', dispute.amount - v_cleared, 'disputed', -dispute.amount));
  if dispute.held_amount > 0 then
    insert into public.refunds (payment_id, order_id, amount, currency, reason, status)
    values (dispute.payment_id, dispute.order_id, dispute.held_amount, dispute.currency, 'dispute_lost', 'success');
    update public.payments
    set disputed_amount = payments.disputed_amount - dispute.held_amount, refunded_amount = payments.refunded_amount + dispute.held_amount,
      status = case when payments.captured_amount = payments.refunded_amount + dispute.held_amount then 'refunded' else payments.status end
    where payments.id = dispute.payment_id;
  end if;
end
$$;
comment on function private.lose_dispute(public.disputes) is
  'The money is with the buyer for good: what the payment kept of it counts as given back, and the loss is booked. Tax stays owed. The dispute is given as it was before; the caller holds order and payment.';

create function private.end_dispute_review(order_id uuid, status text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_dispute_reason constant text := 'the customer disputes the payment';
  v_order public.orders;
  v_before text := private.status_before_review(end_dispute_review.order_id);
  v_back bigint;
  v_kept bigint;
begin
  select * into v_order from public.orders where orders.id = end_dispute_review.order_id;
  select sum(payments.refunded_amount), sum(payments.captured_amount - payments.refunded_amount - payments.exchanged_amount) into v_back, v_kept
  from public.payments where payments.order_id = v_order.id;
  if exists (select from public.disputes where disputes.order_id = v_order.id and disputes.status = 'open') then
    return; -- the last one decides
  end if;
  if v_kept > 0 then
    perform private.restore_access(v_order.id, v_dispute_reason);
    perform private.freeze_purchased_cards(v_order.id, false);
  end if;
  if v_order.status <> 'needs_review' or v_before = 'pending' or v_dispute_reason is distinct from (
    select status_changes.reason from public.status_changes
    where status_changes.subject_id = v_order.id and status_changes.machine = 'order' and status_changes.to_status = 'needs_review'
    order by status_changes.id desc limit 1
  ) or exists (select from public.payments where payments.order_id = v_order.id and payments.status = 'refund_failed') then
    return; -- a person decides about something else
  end if;
  perform private.give_reason('the dispute was ' || end_dispute_review.status);
  if v_before in ('cancelled', 'expired', 'refunded') then
    update public.orders set status = v_before where orders.id = v_order.id;
    perform private.give_back_captures(v_order.id, 'late_payment', format('paid after the order was %s', v_before));
  elsif v_kept = 0 then
    perform private.take_back_rest(v_order.id, not private.goods_have_left(v_order.id), 'the dispute was ' || end_dispute_review.status);
    perform private.give_reason('the dispute was ' || end_dispute_review.status);
    update public.orders set status = 'refunded', shipping_refunded_amount = orders.shipping_amount + orders.shipping_tax_amount where orders.id = v_order.id;
  else
    update public.orders set status = case when v_back > 0 and v_kept < v_order.total_amount then 'partially_refunded' else v_before end where orders.id = v_order.id;
    -- what is on its way back as paid twice is owed to the buyer too, and must not go back twice
    perform private.give_back_unexpected(v_order, greatest(0, -private.receivable_amount(v_order.id) - coalesce((
      select sum(refunds.amount) from public.refunds where refunds.order_id = v_order.id and refunds.status = 'pending' and refunds.reason = 'duplicate_payment'), 0)::bigint));
  end if;
  perform private.emit('order.reviewed', 'order', v_order.id, jsonb_build_object('resolution', 'dispute_' || end_dispute_review.status));
  perform private.give_reason(null);
end
$$;
comment on function private.end_dispute_review(uuid, text) is
  'After a dispute: the order is what it was, or has lost its money and ends, or a part of it, by the dispute or by a refund meanwhile; what was captured beyond its due while a person had it goes back. Only what a dispute put before a person leaves the review by itself. The caller holds the order''s row.';

create function private.review_supplements(dispute_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_dispute public.disputes;
  v_supplement_id uuid;
begin
  select * into v_dispute from public.disputes where disputes.id = review_supplements.dispute_id and disputes.status = 'lost';
  if not exists (
    select from public.payments
    where payments.id = v_dispute.payment_id and payments.captured_amount - payments.refunded_amount - payments.disputed_amount - payments.exchanged_amount < 0
  ) then
    return;
  end if;
  for v_supplement_id in
    with recursive beside as (
      select order_exchanges.supplement_id, 1 as distance from private.order_exchanges
      where order_exchanges.order_id = v_dispute.order_id and order_exchanges.settled_at is not null
      union all
      select order_exchanges.supplement_id, beside.distance + 1 from beside
      join private.order_exchanges on order_exchanges.order_id = beside.supplement_id and order_exchanges.settled_at is not null
    )
    select beside.supplement_id from beside
    where exists (
      select from public.payments
      where payments.order_id = beside.supplement_id and payments.provider = 'exchange' and payments.captured_amount > payments.refunded_amount + payments.exchanged_amount)
    order by beside.distance desc, beside.supplement_id -- a supplement is locked before the order that it was exchanged for
  loop
    perform private.flag_order(v_supplement_id, 'the bank took back the payment that pays for it');
  end loop;
end
$$;
comment on function private.review_supplements(uuid) is
  'After a lost dispute: what a payment paid for beside its own order, by edits, comes before a person once the bank took more than its own order kept of it. '
  'In a transaction of its own, since those orders are locked before the one that is disputed.';

create function private.dispute_status(provider_status text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when dispute_status.provider_status in ('warning_needs_response', 'warning_under_review') then 'inquiry'
    when dispute_status.provider_status in ('needs_response', 'under_review') then 'open'
    when dispute_status.provider_status in ('won', 'lost') then dispute_status.provider_status
    when dispute_status.provider_status in ('warning_closed', 'prevented') then 'closed'
  end;
$$;
comment on function private.dispute_status(text) is 'Our word for the provider''s; null for one that we do not know.';

create function private.apply_dispute(dispute jsonb, payment_id uuid)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment public.payments := private.lock_payment(apply_dispute.payment_id);
  v_status text := private.dispute_status(dispute ->> 'status');
  v_amount bigint := (dispute ->> 'amount')::bigint;
  v_before public.disputes;
  v_answer text := 'ignored';
begin
  select * into v_before from public.disputes
  where disputes.provider = v_payment.provider and disputes.provider_dispute_id = dispute ->> 'id' for update;
  if v_status is null then
    return private.flag_order(v_payment.order_id, 'the provider says of a dispute what we do not know');
  elsif coalesce(v_amount, 0) not between 1 and v_payment.captured_amount or upper(dispute ->> 'currency') is distinct from v_payment.currency
    or v_before.id is not null and (v_before.payment_id, v_before.amount) is distinct from (v_payment.id, v_amount) then
    return private.flag_order(v_payment.order_id, 'the provider disputes something else than was captured');
  end if;
  if v_before.id is null then
    insert into public.disputes (payment_id, order_id, provider, provider_dispute_id, status, reason, currency, amount)
    values (v_payment.id, v_payment.order_id, v_payment.provider, dispute ->> 'id', 'inquiry', left(dispute ->> 'reason', 200), v_payment.currency, v_amount)
    returning * into v_before;
    if v_status = 'inquiry' then
      perform private.emit('dispute.inquired', 'dispute', v_before.id);
      v_answer := 'applied';
    end if;
  end if;
  perform private.book_dispute_fees(v_before.id, dispute -> 'balance_transactions');
  update public.disputes set respond_by = to_timestamp((dispute #>> '{evidence_details,due_by}')::bigint)
  where disputes.id = v_before.id and disputes.respond_by is distinct from to_timestamp((dispute #>> '{evidence_details,due_by}')::bigint);
  if v_before.status in ('won', 'lost', 'closed') and v_status in ('won', 'lost') and v_status <> v_before.status then
    return private.flag_order(v_payment.order_id, 'the provider decided a dispute twice');
  elsif v_before.status in ('won', 'lost', 'closed') or v_status in ('inquiry', v_before.status) then
    return v_answer; -- decided is final: what comes now is old, or the same again
  end if;
  perform private.move_dispute(v_before, v_status);
  return 'applied';
end
$$;
comment on function private.apply_dispute(jsonb, uuid) is 'Applies what a dispute says of itself, whatever event brought it: recorded once, moved forward, fees booked. One of another amount or payment is put before a person.';

create function private.move_dispute(dispute public.disputes, status text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- one that we hear of when it is lost was withdrawn before
  if move_dispute.status = 'open' or move_dispute.status = 'lost' and dispute.status = 'inquiry' then
    perform private.hold_disputed(dispute.id);
    select * into dispute from public.disputes where disputes.id = dispute.id;
    perform private.flag_order(dispute.order_id, 'the customer disputes the payment');
    perform private.freeze_purchased_cards(dispute.order_id, true);
    if private.setting('dispute_suspends_access') is distinct from 'false' then
      perform private.suspend_access(dispute.order_id, 'the customer disputes the payment');
    end if;
    perform private.emit('dispute.opened', 'dispute', dispute.id);
  end if;
  if move_dispute.status = 'lost' then
    perform private.lose_dispute(dispute);
  elsif move_dispute.status in ('won', 'closed') then
    perform private.win_dispute(dispute, move_dispute.status);
  end if;
  if move_dispute.status <> 'open' then
    perform private.emit('dispute.' || move_dispute.status, 'dispute', dispute.id);
    perform private.end_dispute_review(dispute.order_id, move_dispute.status);
  end if;
end
$$;
comment on function private.move_dispute(public.disputes, text) is 'Moves a dispute that is not decided, with its money, access and review. The caller holds order and payment.';
