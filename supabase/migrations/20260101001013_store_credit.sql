/*
Store credit: money that the shop owes to a person and that they may spend here, one account per person and currency.

Promise: a balance is the sum of rows that are only ever added, and never below zero; each grant, payment and refund counts once; the books owe
exactly what people have (account store_credit).
Under concurrency: whoever takes from an account locks its row first (the trigger does), and sums what is there then; whoever adds to it locks
nothing. Accounts are the last locks of a transaction, so nobody waits for stock with one in hand.
*/

create table public.store_credit_accounts (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references public.profiles (id) on delete restrict,
  currency text not null, -- as it was: no foreign key, so no index on three values
  created_at timestamptz not null default now(),
  constraint store_credit_accounts_one_per_person_and_currency unique (person_id, currency)
);
comment on table public.store_credit_accounts is 'A person''s store credit in one currency. The balance is the sum of its entries (my_store_credit).';

create table public.store_credit_entries (
  id bigint generated always as identity primary key,
  account_id uuid not null references public.store_credit_accounts (id) on delete restrict,
  kind text not null,
  amount bigint not null,
  reference_id uuid not null,
  reason text,
  created_at timestamptz not null default now(),
  constraint store_credit_entries_have_a_known_kind check (kind in ('granted', 'taken_back', 'spent', 'returned', 'refunded', 'redeemed')),
  constraint store_credit_entries_go_one_way check (amount <> 0 and (amount < 0) = (kind in ('taken_back', 'spent'))),
  constraint store_credit_entries_count_each_effect_once unique (kind, reference_id)
);
comment on table public.store_credit_entries is
  'One change of store credit in minor units: granted or taken back by staff, spent (reference_id: the payment), returned or refunded (the refund), redeemed (the gift card''s entry).';
-- serves: balances
create index on public.store_credit_entries (account_id) include (amount);

create function private.tg_store_credit_entries__guard_balance()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_balance bigint;
begin
  perform from public.store_credit_accounts where store_credit_accounts.id = new.account_id for no key update;
  v_balance := (select coalesce(sum(store_credit_entries.amount), 0) from public.store_credit_entries where store_credit_entries.account_id = new.account_id);
  if v_balance + new.amount < 0 then
    perform private.fail('store_credit_insufficient', 409, 'There is not that much store credit.', 'Name a smaller amount, or leave it out.', v_balance::text);
  end if;
  return new;
end
$$;
comment on function private.tg_store_credit_entries__guard_balance() is 'Before store credit is taken: one at a time per account, and never more than there is.';

create trigger _100_guard_balance before insert on public.store_credit_entries
  for each row when (new.amount < 0) execute function private.tg_store_credit_entries__guard_balance();
create trigger _200_refuse_change before update or delete on public.store_credit_entries for each row execute function private.tg__refuse_change();
create trigger _900_audit after insert on public.store_credit_entries
  for each row when (new.kind in ('granted', 'taken_back')) execute function private.tg__audit('id');

alter table public.store_credit_accounts enable row level security;
create policy select_own_or_staff on public.store_credit_accounts for select to authenticated
  using (person_id = (select auth.uid()) or (select private.has_permission('payments.read')));
grant select on public.store_credit_accounts to authenticated, service_role;
alter table public.store_credit_entries enable row level security;
create policy select_own_or_staff on public.store_credit_entries for select to authenticated
  using (exists (select from public.store_credit_accounts where store_credit_accounts.id = account_id and store_credit_accounts.person_id = (select auth.uid()))
    or (select private.has_permission('payments.read')));
grant select on public.store_credit_entries to authenticated, service_role;
-- not granted: any write. The verbs below and refunds add.

-- add and count ----------------------------------------------------------------------------------------------------------------------

create function private.add_store_credit(person_id uuid, currency text, kind text, amount bigint, reference_id uuid, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.store_credit_accounts (person_id, currency) values (add_store_credit.person_id, add_store_credit.currency)
  on conflict on constraint store_credit_accounts_one_per_person_and_currency do nothing;
  insert into public.store_credit_entries (account_id, kind, amount, reference_id, reason)
  select store_credit_accounts.id, add_store_credit.kind, add_store_credit.amount, add_store_credit.reference_id, add_store_credit.reason
  from public.store_credit_accounts
  where store_credit_accounts.person_id = add_store_credit.person_id and store_credit_accounts.currency = add_store_credit.currency;
  perform private.emit('store_credit.' || add_store_credit.kind, 'profile', add_store_credit.person_id,
    jsonb_build_object('amount', add_store_credit.amount, 'currency', add_store_credit.currency));
end
$$;
comment on function private.add_store_credit(uuid, text, text, bigint, uuid, text) is
  'Changes a person''s store credit, once per kind and reference; books nothing. Refuses store_credit_insufficient. Call it last: whoever takes holds the account until the transaction ends.';

create function private.store_credit_balance(person_id uuid, currency text)
returns bigint
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(store_credit_entries.amount), 0)
    from public.store_credit_accounts join public.store_credit_entries on store_credit_entries.account_id = store_credit_accounts.id
    where store_credit_accounts.person_id = store_credit_balance.person_id and store_credit_accounts.currency = store_credit_balance.currency);
end
$$;
comment on function private.store_credit_balance(uuid, text) is 'What a person has in one currency.';

create function public.my_store_credit()
returns table (currency_code text, balance_amount bigint)
language sql
stable
security invoker -- row-level security shows own accounts; staff see all, hence the condition
set search_path = ''
as $$
  select store_credit_accounts.currency, coalesce(sum(store_credit_entries.amount), 0)::bigint
  from public.store_credit_accounts left join public.store_credit_entries on store_credit_entries.account_id = store_credit_accounts.id
  where store_credit_accounts.person_id = auth.uid()
  group by store_credit_accounts.currency order by store_credit_accounts.currency;
$$;
comment on function public.my_store_credit() is 'The caller''s own store credit per currency, in minor units; currencies without any are left out.';
grant execute on function public.my_store_credit() to authenticated;

-- grant ------------------------------------------------------------------------------------------------------------------------------

create function private.grant_store_credit(person_id uuid, amount bigint, currency text, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write store credit, only grant it
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(grant_store_credit.person_id, grant_store_credit.amount, grant_store_credit.currency, grant_store_credit.reason);
  v_answer jsonb;
  v_reference_id uuid := gen_random_uuid();
begin
  perform private.require_refunder('payments.refund', grant_store_credit.reason);
  v_answer := private.recall_answer(v_person_id, grant_store_credit.idempotency_key, 'grant_store_credit', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(grant_store_credit.amount, 0) = 0 or grant_store_credit.amount not between -1000000000000000 and 1000000000000000 then
    perform private.fail('invalid_payment_amount', 422, 'Store credit is granted, or taken back (below 0), in minor units, up to 10^15 at once.', 'Correct the amount.');
  end if;
  perform private.check_currency(grant_store_credit.currency);
  if not exists (select from public.profiles where profiles.id = grant_store_credit.person_id and profiles.closed_at is null) then
    perform private.fail('profile_not_found', 404, 'There is no such person.', 'Check the profile id.');
  end if;
  perform private.post_entries('credit_given:' || v_reference_id, null, grant_store_credit.currency,
    jsonb_build_object('credit_given', grant_store_credit.amount, 'store_credit', -grant_store_credit.amount));
  perform private.add_store_credit(grant_store_credit.person_id, grant_store_credit.currency,
    case when grant_store_credit.amount > 0 then 'granted' else 'taken_back' end, grant_store_credit.amount, v_reference_id, grant_store_credit.reason);
  return private.remember_answer(v_person_id, grant_store_credit.idempotency_key, 'grant_store_credit', v_body, jsonb_build_object(
    'person_id', grant_store_credit.person_id, 'currency_code', grant_store_credit.currency,
    'balance_amount', private.store_credit_balance(grant_store_credit.person_id, grant_store_credit.currency)));
end
$$;
comment on function private.grant_store_credit(uuid, bigint, text, text, text) is 'Does the work of public.grant_store_credit.';
grant execute on function private.grant_store_credit(uuid, bigint, text, text, text) to authenticated, service_role;

create function public.grant_store_credit(person_id uuid, amount bigint, currency text, reason text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.grant_store_credit(grant_store_credit.person_id, grant_store_credit.amount, grant_store_credit.currency, grant_store_credit.reason, grant_store_credit.idempotency_key);
$$;
comment on function public.grant_store_credit(uuid, bigint, text, text, text) is
  'Staff (payments.refund): gives a person store credit, or takes it back (amount below 0), and answers {person_id, currency_code, balance_amount}. '
  'Errors: permission_denied, profile_not_found, currency_not_supported, invalid_payment_amount, invalid_reason, store_credit_insufficient, idempotency_key_reused.';
grant execute on function public.grant_store_credit(uuid, bigint, text, text, text) to authenticated, service_role;

-- pay --------------------------------------------------------------------------------------------------------------------------------

create function private.pay_with_store_credit(order_id uuid, amount bigint, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write payments, only pay their own order
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(pay_with_store_credit.order_id, pay_with_store_credit.amount);
  v_answer jsonb := private.recall_answer(v_person_id, pay_with_store_credit.idempotency_key, 'pay_with_store_credit', v_body);
  v_order public.orders;
  v_balance bigint;
  v_payment public.payments;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.find_order(pay_with_store_credit.order_id, 'nobody.else');
  select * into v_order from public.orders where orders.id = pay_with_store_credit.order_id for update;
  perform private.require_money(v_order);
  v_balance := private.store_credit_balance(v_person_id, v_order.currency);
  -- what is due is refused first: whoever has nothing to pay need not hear of their balance
  if v_balance < coalesce(pay_with_store_credit.amount, least(1, private.payable_amount(v_order, pay_with_store_credit.amount))) then
    perform private.fail('store_credit_insufficient', 409, 'There is not that much store credit.', 'Name a smaller amount, or leave it out.', v_balance::text);
  end if;
  v_payment := private.open_payment(v_order.id, 'store_credit', coalesce(pay_with_store_credit.amount, least(v_balance, private.payable_amount(v_order, null))));
  perform private.settle_payment(v_payment.id, v_payment.amount, v_payment.currency, null);
  perform private.add_store_credit(v_person_id, v_order.currency, 'spent', -v_payment.amount, v_payment.id, null);
  select * into v_payment from public.payments where payments.id = v_payment.id;
  return private.remember_answer(v_person_id, pay_with_store_credit.idempotency_key, 'pay_with_store_credit', v_body, jsonb_build_object(
    'order', private.order_document(v_order.id), 'payment', private.payment_document(v_payment), 'balance_amount', private.store_credit_balance(v_person_id, v_order.currency)));
end
$$;
comment on function private.pay_with_store_credit(uuid, bigint, text) is 'Does the work of public.pay_with_store_credit.';
grant execute on function private.pay_with_store_credit(uuid, bigint, text) to authenticated;

create function public.pay_with_store_credit(order_id uuid, amount bigint default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.pay_with_store_credit(pay_with_store_credit.order_id, pay_with_store_credit.amount, pay_with_store_credit.idempotency_key);
$$;
comment on function public.pay_with_store_credit(uuid, bigint, text) is
  'Pays the caller''s own order, or a part of it, with their store credit, at once (amount null: as much as there is and is due), and answers {order, payment, balance_amount}. What is left is paid otherwise; when the order ends, the credit comes back. '
  'Errors: order_not_found, order_not_payable, order_expired, payment_in_progress, invalid_payment_amount, amount_exceeds_due, store_credit_insufficient, money_required, idempotency_key_reused, sign_in_required.';
grant execute on function public.pay_with_store_credit(uuid, bigint, text) to authenticated;
