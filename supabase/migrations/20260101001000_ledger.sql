/*
Ledger: where every unit of money is, in double entry.

Promise: every transaction balances per currency, is written once per effect, and never changes. An amount is a debit when positive, a
credit when negative. receivable is a clearing account: it returns to zero when every order is settled.
*/

create table public.ledger_accounts (
  code text primary key,
  name text not null,
  kind text not null,
  constraint ledger_accounts_are_of_a_known_kind check (kind in ('asset', 'liability', 'income', 'expense'))
);
comment on table public.ledger_accounts is 'The chart of accounts.';

insert into public.ledger_accounts (code, name, kind) values
  ('cash_in_transit', 'Captured by the provider, not paid out yet', 'asset'),
  ('bank', 'In the shop''s own bank account', 'asset'),
  ('receivable', 'Owed by customers (negative: owed to them)', 'asset'),
  ('revenue', 'Sales', 'income'),
  ('discounts', 'Discounts given', 'income'),
  ('shipping', 'Shipping charged', 'income'),
  ('refunds', 'Sales given back', 'income'),
  ('tax_payable', 'Tax collected', 'liability'),
  ('cash', 'In the shop''s own till', 'asset'),
  ('store_credit', 'Store credit that people may spend', 'liability'),
  ('gift_cards', 'On gift cards that are not spent yet', 'liability'),
  ('exchanged', 'Between an order and what it was changed to (always zero in all)', 'asset'),
  ('gift_cards_expired', 'Left on gift cards that expired', 'income'),
  ('credit_given', 'Store credit and gift cards given away', 'expense');

create table public.ledger_transactions (
  id uuid primary key default gen_random_uuid(),
  effect_key text not null unique,
  order_id uuid references public.orders (id) on delete restrict,
  posted_at timestamptz not null default now()
);
comment on table public.ledger_transactions is 'One effect on money, posted once: the key names it (sale:<order>, capture:<payment>, refund:<refund>). Without an order: store credit and gift cards that come or go by themselves.';
create index on public.ledger_transactions (order_id);

create table public.ledger_entries (
  id bigint generated always as identity primary key,
  transaction_id uuid not null references public.ledger_transactions (id) on delete restrict,
  account text not null references public.ledger_accounts (code) on delete restrict,
  currency text not null, -- as it was: no foreign key, so no index on three values
  amount bigint not null,
  constraint ledger_entries_move_something check (amount <> 0)
);
comment on table public.ledger_entries is 'One side of a transaction, in minor units: debit positive, credit negative.';
create index on public.ledger_entries (transaction_id);
-- serves: balances
create index on public.ledger_entries (account, currency) include (amount);

create function private.tg_ledger_entries__check_balance()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if exists (
    select from public.ledger_entries where ledger_entries.transaction_id = new.transaction_id
    group by ledger_entries.currency having sum(ledger_entries.amount) <> 0
  ) then
    perform private.fail('ledger_does_not_balance', 409, 'Debits and credits of a transaction must be equal in each currency.', 'Post all sides in one transaction.');
  end if;
  return null;
end
$$;
comment on function private.tg_ledger_entries__check_balance() is 'At commit: every transaction balances in every currency.';

create constraint trigger _100_check_balance after insert on public.ledger_entries
  deferrable initially deferred for each row execute function private.tg_ledger_entries__check_balance();
create trigger _200_refuse_change before update or delete on public.ledger_entries for each row execute function private.tg__refuse_change();
create trigger _200_refuse_change before update or delete on public.ledger_transactions for each row execute function private.tg__refuse_change();

alter table public.ledger_accounts enable row level security;
create policy select_staff on public.ledger_accounts for select to authenticated using ((select private.has_permission('ledger.read')));
grant select on public.ledger_accounts to authenticated, service_role;
alter table public.ledger_transactions enable row level security;
create policy select_staff on public.ledger_transactions for select to authenticated using ((select private.has_permission('ledger.read')));
grant select on public.ledger_transactions to authenticated, service_role;
alter table public.ledger_entries enable row level security;
create policy select_staff on public.ledger_entries for select to authenticated using ((select private.has_permission('ledger.read')));
grant select on public.ledger_entries to authenticated, service_role;
-- not granted: any write. private.post_entries writes.

create function private.post_entries(effect_key text, order_id uuid, currency text, entries jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_transaction_id uuid;
begin
  insert into public.ledger_transactions (effect_key, order_id) values (post_entries.effect_key, post_entries.order_id)
  on conflict on constraint ledger_transactions_effect_key_key do nothing returning ledger_transactions.id into v_transaction_id;
  insert into public.ledger_entries (transaction_id, account, currency, amount)
  select v_transaction_id, entry.key, post_entries.currency, entry.value::bigint
  from jsonb_each_text(post_entries.entries) as entry
  where v_transaction_id is not null and entry.value::bigint <> 0;
end
$$;
comment on function private.post_entries(text, uuid, text, jsonb) is 'Posts {account: amount} once per effect key; a second time does nothing.';

create function private.post_sale(order_id uuid)
returns void
language plpgsql -- in every purchase: see private.request_id
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.post_entries('sale:' || orders.id, orders.id, orders.currency, jsonb_build_object(
    'receivable', orders.total_amount,
    -- gift cards are owed until they are spent, and are neither discounted nor taxed
    case orders.purpose when 'gift_card' then 'gift_cards' else 'revenue' end, -(orders.subtotal_amount - orders.tax_included_amount + orders.shipping_tax_included_amount),
    'discounts', orders.discount_amount,
    'tax_payable', -(orders.tax_amount + orders.tax_included_amount), 'shipping', -(orders.shipping_amount - orders.shipping_tax_included_amount)))
  from public.orders where orders.id = post_sale.order_id and orders.total_amount > 0;
end
$$;
comment on function private.post_sale(uuid) is 'Books an order when it is paid. Tax is never revenue: what the prices contain is taken out of it, what comes on top is beside it.';
