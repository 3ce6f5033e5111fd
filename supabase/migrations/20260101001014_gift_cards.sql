/*
Gift cards: money in a code. Whoever has the code may spend it, in parts, or turn it into store credit of their own.

Promise: a code has 80 random bits, is shown once and kept as a hash; guessing is limited as it is for coupons, by the same count. A balance is the sum
of rows that are only ever added, and never below zero; the books owe exactly what is on the cards (account gift_cards) until a card expires.
Under concurrency: whoever takes from a card locks its row first (the trigger does), and sums what is there then; whoever gives back locks
nothing but an expired card. Cards are the last locks of a transaction, before store credit.
*/

create table public.gift_cards (
  id uuid primary key default gen_random_uuid(),
  hint text not null,
  currency text not null, -- as it was: no foreign key, so no index on three values
  amount bigint not null,
  expires_at timestamptz,
  expired_at timestamptz,
  frozen_at timestamptz,
  recipient_name text,
  recipient_email text,
  message text,
  order_item_id uuid references public.order_items (id) on delete restrict,
  created_at timestamptz not null default now(),
  constraint gift_cards_are_worth_something check (amount > 0),
  constraint gift_cards_expire_by_a_date check (expired_at is null or expires_at is not null),
  constraint gift_cards_carry_short_texts check (length(recipient_name) <= 200 and length(recipient_email) <= 320 and length(message) <= 2000)
);
comment on table public.gift_cards is 'A gift card; hint is the end of its code, which nobody can read. amount is what it was issued with, its balance the sum of its entries. order_item_id: the line that sold it, null when staff issued it. While frozen_at is set nothing is taken from it.';
create index on public.gift_cards (order_item_id) where order_item_id is not null;
-- serves: private.find_concerns
create index on public.gift_cards (id) where frozen_at is not null;
-- serves: what is to expire
create index on public.gift_cards (expires_at) where expired_at is null;

create table private.gift_card_codes (
  code_hash text primary key,
  gift_card_id uuid not null references public.gift_cards (id) on delete cascade
);
comment on table private.gift_card_codes is 'The SHA-256 of each code that opens a card: of one, or of each mail that may have left for a card that was bought.';
-- serves: what ends with a card
create index on private.gift_card_codes (gift_card_id);

create table public.gift_card_entries (
  id bigint generated always as identity primary key,
  gift_card_id uuid not null references public.gift_cards (id) on delete restrict,
  kind text not null,
  amount bigint not null,
  reference_id uuid not null,
  created_at timestamptz not null default now(),
  constraint gift_card_entries_have_a_known_kind check (kind in ('issued', 'spent', 'returned', 'redeemed', 'expired', 'voided')),
  constraint gift_card_entries_go_one_way check (amount <> 0 and (amount < 0) = (kind in ('spent', 'redeemed', 'expired', 'voided'))),
  constraint gift_card_entries_count_each_effect_once unique (kind, reference_id)
);
comment on table public.gift_card_entries is 'One change of a card in minor units: issued (reference_id of one that was bought: its purchase), spent (the payment), returned (the refund), redeemed into store credit, expired, voided (the purchase).';
-- serves: balances
create index on public.gift_card_entries (gift_card_id) include (amount);

-- what was bought: see the selling file
create table public.gift_card_purchases (
  id uuid primary key default gen_random_uuid(),
  order_item_id uuid not null references public.order_items (id) on delete restrict,
  buyer_id uuid not null references public.profiles (id) on delete restrict,
  gift_card_id uuid unique references public.gift_cards (id) on delete restrict,
  status text not null default 'unpaid',
  recipient_email text not null,
  recipient_name text,
  message text,
  deliver_at timestamptz,
  announced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint gift_card_purchases_have_a_known_status check (status in ('unpaid', 'issued', 'voided')),
  constraint gift_card_purchases_have_a_card_once_paid check ((gift_card_id is null) = (status = 'unpaid')),
  constraint gift_card_purchases_go_to_somebody check (recipient_email ~ '^[^@\s]+@[^@\s]+$' and length(recipient_email) <= 320),
  constraint gift_card_purchases_name_their_recipient_in_a_line check (length(recipient_name) <= 200),
  constraint gift_card_purchases_say_a_few_words check (length(message) <= 2000)
);
comment on table public.gift_card_purchases is 'One unit of an order that becomes a gift card. issued: paid, its code is mailed to its recipient at deliver_at; voided: its money went back. The card itself is for staff, its code for its recipient.';
create index on public.gift_card_purchases (order_item_id);
-- serves: the cards that somebody bought, and row-level security
create index on public.gift_card_purchases (buyer_id);
-- serves: what is to be delivered
create index on public.gift_card_purchases (deliver_at) where status = 'issued' and announced_at is null;

insert into private.status_moves (machine, from_status, to_status) values
  ('gift_card_purchase', 'unpaid', 'issued'), ('gift_card_purchase', 'issued', 'voided');

create trigger _100_stamp_update before update on public.gift_card_purchases for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.gift_card_purchases
  for each row when (old.status <> new.status) execute function private.tg__guard_status('gift_card_purchase');

alter table public.gift_card_purchases enable row level security;
create policy select_own_or_staff on public.gift_card_purchases for select to authenticated
  using (buyer_id = (select auth.uid()) or (select private.has_permission('payments.read')));
grant select on public.gift_card_purchases to authenticated, service_role;
-- not granted: any write. order_gift_cards and change_gift_card_purchase write, and payments and refunds of their orders.

alter table public.payments add column gift_card_id uuid references public.gift_cards (id) on delete restrict,
  add constraint payments_by_gift_card_name_it check (case when provider = 'gift_card' then gift_card_id is not null or status = 'pending' else gift_card_id is null end);
create index on public.payments (gift_card_id) where gift_card_id is not null;

create function private.gift_card_balance_of(gift_card_id uuid)
returns bigint
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return (select coalesce(sum(gift_card_entries.amount), 0) from public.gift_card_entries where gift_card_entries.gift_card_id = gift_card_balance_of.gift_card_id);
end
$$;
comment on function private.gift_card_balance_of(uuid) is 'What is left on a card.';

create function private.tg_gift_card_entries__guard_balance()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_expires_at timestamptz;
  v_frozen_at timestamptz;
  v_balance bigint;
begin
  select gift_cards.expires_at, gift_cards.frozen_at into v_expires_at, v_frozen_at from public.gift_cards where gift_cards.id = new.gift_card_id for no key update;
  v_balance := private.gift_card_balance_of(new.gift_card_id);
  if new.kind in ('spent', 'redeemed') and v_frozen_at is not null then
    perform private.fail('gift_card_frozen', 409, 'This gift card rests while its payment is disputed.', 'Pay by another method, or try again later.');
  end if;
  if new.kind in ('spent', 'redeemed') and v_expires_at <= now() then
    perform private.fail('gift_card_expired', 409, 'This gift card has expired.', 'Ask the shop.');
  end if;
  if v_balance + new.amount < 0 then
    perform private.fail('gift_card_insufficient', 409, 'There is not that much on this gift card.', 'Name a smaller amount, or leave it out.', v_balance::text);
  end if;
  return new;
end
$$;
comment on function private.tg_gift_card_entries__guard_balance() is 'Before money is taken from a card: one at a time per card, never more than there is, and not after it expired or while it is frozen.';

create trigger _100_guard_balance before insert on public.gift_card_entries
  for each row when (new.amount < 0) execute function private.tg_gift_card_entries__guard_balance();
create trigger _200_refuse_change before update or delete on public.gift_card_entries for each row execute function private.tg__refuse_change();
-- those that are bought come with their order, and no purchase waits for the chain
create trigger _900_audit after insert on public.gift_cards for each row when (new.order_item_id is null) execute function private.tg__audit('id');

alter table public.gift_cards enable row level security;
create policy select_staff on public.gift_cards for select to authenticated using ((select private.has_permission('payments.read')));
grant select on public.gift_cards to authenticated, service_role;
alter table public.gift_card_entries enable row level security;
create policy select_staff on public.gift_card_entries for select to authenticated using ((select private.has_permission('payments.read')));
grant select on public.gift_card_entries to authenticated, service_role;
-- not granted: any write. The verbs below and refunds add. Nobody reads private.gift_card_codes.

create function private.return_to_gift_card(gift_card_id uuid, amount bigint, refund_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.gift_card_entries (gift_card_id, kind, amount, reference_id)
  values (return_to_gift_card.gift_card_id, 'returned', return_to_gift_card.amount, return_to_gift_card.refund_id);
  -- money that comes back after the card's end can be spent for a while
  update public.gift_cards set expires_at = now() + interval '30 days', expired_at = null
  where gift_cards.id = return_to_gift_card.gift_card_id and gift_cards.expires_at < now() + interval '1 day';
end
$$;
comment on function private.return_to_gift_card(uuid, bigint, uuid) is 'Puts a refund back on the card that paid.';

-- issue ------------------------------------------------------------------------------------------------------------------------------

create function private.set_gift_card_code(gift_card_id uuid, keeps_older boolean default false)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_code text := private.random_code(16);
begin
  if not set_gift_card_code.keeps_older then
    delete from private.gift_card_codes where gift_card_codes.gift_card_id = set_gift_card_code.gift_card_id;
  end if;
  insert into private.gift_card_codes (gift_card_id, code_hash) values (set_gift_card_code.gift_card_id, encode(sha256(convert_to(v_code, 'UTF8')), 'hex'));
  update public.gift_cards set hint = right(v_code, 4) where gift_cards.id = set_gift_card_code.gift_card_id;
  return rtrim(regexp_replace(v_code, '(.{4})', '\1-', 'g'), '-');
end
$$;
comment on function private.set_gift_card_code(uuid, boolean) is 'Gives a card a new code and answers it, for this once; unless it keeps older ones they are worth nothing any more. The caller holds the card.';

create function private.gift_card_document(gift_card_id uuid, code text default null)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (select to_jsonb(gift_cards) - 'expired_at' || jsonb_build_object('balance_amount', private.gift_card_balance_of(gift_cards.id), 'code', gift_card_document.code)
    from public.gift_cards where gift_cards.id = gift_card_document.gift_card_id);
end
$$;
comment on function private.gift_card_document(uuid, text) is 'A card as staff see it; code only in the answer that made it.';

create function private.issue_gift_card(amount bigint, currency text, reason text, expires_at timestamptz, recipient_name text, recipient_email text, message text, paid_by text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write gift cards, only issue them
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(issue_gift_card.amount, issue_gift_card.currency, issue_gift_card.reason, issue_gift_card.expires_at,
    issue_gift_card.recipient_name, issue_gift_card.recipient_email, issue_gift_card.message, issue_gift_card.paid_by);
  v_answer jsonb;
  v_id uuid := gen_random_uuid();
begin
  perform private.require_refunder('payments.refund', issue_gift_card.reason);
  v_answer := private.recall_answer(v_person_id, issue_gift_card.idempotency_key, 'issue_gift_card', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(issue_gift_card.amount, 0) not between 1 and 1000000000000000 then
    perform private.fail('invalid_payment_amount', 422, 'A gift card is issued for more than 0 and up to 10^15 minor units.', 'Correct the amount.');
  end if;
  perform private.check_currency(issue_gift_card.currency);
  if issue_gift_card.expires_at <= now() or coalesce(issue_gift_card.paid_by, 'cash') not in ('cash', 'other') or length(issue_gift_card.recipient_name) > 200
    or length(issue_gift_card.recipient_email) > 320 or length(issue_gift_card.message) > 1000 then
    perform private.fail('invalid_gift_card', 422, 'A gift card expires later than now or never, was paid in cash, otherwise (other) or not at all, and has a name of at most 200 characters, an e-mail of 320 and a message of 1000.', 'Correct it.');
  end if;
  insert into public.gift_cards (id, hint, currency, amount, expires_at, recipient_name, recipient_email, message)
  values (v_id, '', issue_gift_card.currency, issue_gift_card.amount, issue_gift_card.expires_at, issue_gift_card.recipient_name, issue_gift_card.recipient_email, issue_gift_card.message);
  insert into public.gift_card_entries (gift_card_id, kind, amount, reference_id) values (v_id, 'issued', issue_gift_card.amount, v_id);
  perform private.post_entries('gift_card:' || v_id, null, issue_gift_card.currency, jsonb_build_object(
    case issue_gift_card.paid_by when 'cash' then 'cash' when 'other' then 'bank' else 'credit_given' end, issue_gift_card.amount, 'gift_cards', -issue_gift_card.amount));
  perform private.emit('gift_card.issued', 'gift_card', v_id, jsonb_build_object('reason', issue_gift_card.reason));
  v_answer := private.gift_card_document(v_id, private.set_gift_card_code(v_id));
  -- kept without the code, which is nowhere but in this answer
  perform private.remember_answer(v_person_id, issue_gift_card.idempotency_key, 'issue_gift_card', v_body, private.gift_card_document(v_id));
  return v_answer;
end
$$;
comment on function private.issue_gift_card(bigint, text, text, timestamptz, text, text, text, text, text) is 'Does the work of public.issue_gift_card.';
grant execute on function private.issue_gift_card(bigint, text, text, timestamptz, text, text, text, text, text) to authenticated, service_role;

create function public.issue_gift_card(
  amount bigint, currency text, reason text, expires_at timestamptz default null, recipient_name text default null, recipient_email text default null,
  message text default null, paid_by text default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.issue_gift_card(issue_gift_card.amount, issue_gift_card.currency, issue_gift_card.reason, issue_gift_card.expires_at, issue_gift_card.recipient_name,
    issue_gift_card.recipient_email, issue_gift_card.message, issue_gift_card.paid_by, issue_gift_card.idempotency_key);
$$;
comment on function public.issue_gift_card(bigint, text, text, timestamptz, text, text, text, text, text) is
  'Staff (payments.refund): makes a gift card and answers it with its code, this once; a repeated call answers code null (renew_gift_card_code makes another). paid_by: cash or other; null when it is given away. '
  'Errors: permission_denied, currency_not_supported, invalid_payment_amount, invalid_gift_card, invalid_reason, idempotency_key_reused.';
grant execute on function public.issue_gift_card(bigint, text, text, timestamptz, text, text, text, text, text) to authenticated, service_role;

create function private.renew_gift_card_code(gift_card_id uuid, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write codes, only have new ones made
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(renew_gift_card_code.gift_card_id, renew_gift_card_code.reason);
  v_answer jsonb;
begin
  perform private.require_refunder('payments.refund', renew_gift_card_code.reason);
  v_answer := private.recall_answer(v_person_id, renew_gift_card_code.idempotency_key, 'renew_gift_card_code', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  perform from public.gift_cards where gift_cards.id = renew_gift_card_code.gift_card_id for no key update;
  if not found then
    perform private.fail('gift_card_not_found', 404, 'There is no such gift card.', 'Check the id.');
  end if;
  -- of one that ended with its sale: what came back to it may be spent again
  update public.gift_cards set frozen_at = null
  where gift_cards.id = renew_gift_card_code.gift_card_id and private.gift_card_balance_of(gift_cards.id) > 0 and exists (
    select from public.gift_card_purchases where gift_card_purchases.gift_card_id = gift_cards.id and gift_card_purchases.status = 'voided');
  perform private.emit('gift_card.renewed', 'gift_card', renew_gift_card_code.gift_card_id, jsonb_build_object('reason', renew_gift_card_code.reason));
  v_answer := private.gift_card_document(renew_gift_card_code.gift_card_id, private.set_gift_card_code(renew_gift_card_code.gift_card_id));
  -- kept without the code, which is nowhere but in this answer
  perform private.remember_answer(v_person_id, renew_gift_card_code.idempotency_key, 'renew_gift_card_code', v_body,
    private.gift_card_document(renew_gift_card_code.gift_card_id));
  return v_answer;
end
$$;
comment on function private.renew_gift_card_code(uuid, text, text) is 'Does the work of public.renew_gift_card_code.';
grant execute on function private.renew_gift_card_code(uuid, text, text) to authenticated, service_role;

create function public.renew_gift_card_code(gift_card_id uuid, reason text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.renew_gift_card_code(renew_gift_card_code.gift_card_id, renew_gift_card_code.reason, renew_gift_card_code.idempotency_key);
$$;
comment on function public.renew_gift_card_code(uuid, text, text) is
  'Staff (payments.refund): gives a card whose code was lost or got about another one, and answers the card with it, this once; a repeated call answers code null. One that ended with its sale works again for what came back to it. Errors: permission_denied, gift_card_not_found, invalid_reason, idempotency_key_reused.';
grant execute on function public.renew_gift_card_code(uuid, text, text) to authenticated, service_role;
