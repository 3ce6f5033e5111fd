/*
Ledger, payouts: what a provider sent to the shop's bank account, and what it kept as its fee.

Promise: a payout is booked once per reference, out of what the provider holds, to the unit; never more than that. One that was written down wrongly is
taken back, not changed.
Under concurrency: payouts queue on one advisory lock, so two of them never share the same money; no sale takes it.
*/

create table public.payouts (
  id uuid primary key default gen_random_uuid(),
  provider text not null,
  currency text not null, -- as it was: no foreign key
  amount bigint not null,
  fee_amount bigint not null default 0,
  reference text not null,
  recorded_by uuid references public.profiles (id) on delete restrict,
  recorded_at timestamptz not null default now(),
  cancelled_at timestamptz,
  cancel_reason text,
  constraint payouts_come_from_a_known_provider check (provider in ('stripe', 'ewallet')),
  constraint payouts_have_a_currency check (currency ~ '^[A-Z]{3}$'),
  constraint payouts_bring_something_and_cost_no_less_than_nothing check (amount > 0 and fee_amount >= 0),
  constraint payouts_are_named_by_a_sane_reference check (length(reference) between 1 and 500),
  constraint payouts_say_why_they_were_cancelled check ((cancelled_at is null) = (cancel_reason is null))
);
comment on table public.payouts is 'What a provider sent to the shop''s bank account (amount) and kept as its fee, in minor units. reference: as on the bank statement. cancelled_at: it was written down wrongly and is booked back.';
-- the guarantee: one payout per reference
create unique index payouts_one_per_reference on public.payouts (provider, reference) where cancelled_at is null;
create index on public.payouts (recorded_by);
-- serves: the list, newest first
create index on public.payouts (recorded_at desc, id);

create trigger _900_audit after insert or update on public.payouts for each row execute function private.tg__audit('id');

alter table public.payouts enable row level security;
create policy select_staff on public.payouts for select to authenticated using ((select private.has_permission('ledger.read')));
grant select on public.payouts to authenticated, service_role;
-- not granted: any write. record_payout and cancel_payout write.

create function private.record_payout(amount bigint, currency text, reference text, fee_amount bigint, provider text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write the ledger, only say what arrived
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(record_payout.amount, record_payout.currency, record_payout.reference, record_payout.fee_amount, record_payout.provider);
  v_most constant bigint := 1000000000000000;
  v_answer jsonb;
  v_there bigint;
  v_payout public.payouts;
begin
  perform private.require_refunder('payments.review', record_payout.reference);
  v_answer := private.recall_answer(v_person_id, record_payout.idempotency_key, 'record_payout', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(record_payout.amount, 0) not between 1 and v_most or coalesce(record_payout.fee_amount, 0) not between 0 and v_most
    or coalesce(record_payout.currency, '') !~ '^[A-Z]{3}$' or coalesce(record_payout.provider, '') not in ('stripe', 'ewallet') then
    perform private.fail('invalid_payout', 422, 'A payout has an amount above 0 and a fee of 0 or more in minor units, a currency, and comes from stripe or ewallet.', 'Copy them from the provider''s statement.');
  end if;
  perform pg_advisory_xact_lock(hashtextextended('seatline.payouts', 0));
  if exists (
    select from public.payouts where payouts.provider = record_payout.provider and payouts.reference = private.said(record_payout.reference) and payouts.cancelled_at is null
  ) then
    perform private.fail('payout_recorded', 409, 'A payout with this reference is recorded already.', 'Read payouts; cancel it if it was written down wrongly.');
  end if;
  select coalesce(sum(ledger_entries.amount), 0) into v_there
  from public.ledger_entries where ledger_entries.account = 'cash_in_transit' and ledger_entries.currency = record_payout.currency;
  if record_payout.amount + coalesce(record_payout.fee_amount, 0) > v_there then
    perform private.fail('payout_exceeds_transit', 409, 'The providers hold less than that for the shop.', 'Read ledger_balance: cash_in_transit is what was captured and not paid out yet.', v_there::text);
  end if;
  insert into public.payouts (provider, currency, amount, fee_amount, reference, recorded_by)
  values (record_payout.provider, record_payout.currency, record_payout.amount, coalesce(record_payout.fee_amount, 0), private.said(record_payout.reference), auth.uid())
  returning payouts.* into v_payout;
  perform private.post_entries('payout:' || v_payout.id, null, v_payout.currency,
    jsonb_build_object('bank', v_payout.amount, 'fees', v_payout.fee_amount, 'cash_in_transit', -v_payout.amount - v_payout.fee_amount));
  perform private.emit('payout.recorded', 'payout', v_payout.id);
  return private.remember_answer(v_person_id, record_payout.idempotency_key, 'record_payout', v_body, to_jsonb(v_payout));
end
$$;
comment on function private.record_payout(bigint, text, text, bigint, text, text) is 'Does the work of public.record_payout.';
grant execute on function private.record_payout(bigint, text, text, bigint, text, text) to authenticated, service_role;

create function public.record_payout(
  amount bigint, currency text, reference text, fee_amount bigint default 0, provider text default 'stripe', idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.record_payout(record_payout.amount, record_payout.currency, record_payout.reference, record_payout.fee_amount, record_payout.provider, record_payout.idempotency_key);
$$;
comment on function public.record_payout(bigint, text, text, bigint, text, text) is
  'Staff (payments.review): amount arrived in the shop''s bank account from a provider (stripe, ewallet), which kept fee_amount; reference as on the statement. Booked out of cash_in_transit to bank and fees. Answers the payout. '
  'Errors: permission_denied, invalid_payout, payout_exceeds_transit, payout_recorded, invalid_reason, idempotency_key_reused.';
grant execute on function public.record_payout(bigint, text, text, bigint, text, text) to authenticated, service_role;

create function private.cancel_payout(payout_id uuid, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write the ledger, only take back what they said
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(cancel_payout.payout_id, cancel_payout.reason);
  v_answer jsonb;
  v_payout public.payouts;
begin
  perform private.require_refunder('payments.review', cancel_payout.reason);
  v_answer := private.recall_answer(v_person_id, cancel_payout.idempotency_key, 'cancel_payout', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_payout from public.payouts where payouts.id = cancel_payout.payout_id for update;
  if v_payout.id is null then
    perform private.fail('payout_not_found', 404, 'There is no such payout.', 'Read payouts for those there are.');
  end if;
  if v_payout.cancelled_at is not null then
    perform private.fail('payout_not_open', 409, 'This payout is cancelled already.', 'Record the right one.');
  end if;
  update public.payouts set cancelled_at = now(), cancel_reason = private.said(cancel_payout.reason) where payouts.id = v_payout.id returning payouts.* into v_payout;
  perform private.post_entries('payout_cancelled:' || v_payout.id, null, v_payout.currency,
    jsonb_build_object('bank', -v_payout.amount, 'fees', -v_payout.fee_amount, 'cash_in_transit', v_payout.amount + v_payout.fee_amount));
  perform private.emit('payout.cancelled', 'payout', v_payout.id);
  return private.remember_answer(v_person_id, cancel_payout.idempotency_key, 'cancel_payout', v_body, to_jsonb(v_payout));
end
$$;
comment on function private.cancel_payout(uuid, text, text) is 'Does the work of public.cancel_payout.';
grant execute on function private.cancel_payout(uuid, text, text) to authenticated, service_role;

create function public.cancel_payout(payout_id uuid, reason text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.cancel_payout(cancel_payout.payout_id, cancel_payout.reason, cancel_payout.idempotency_key);
$$;
comment on function public.cancel_payout(uuid, text, text) is
  'Staff (payments.review): a payout was written down wrongly: it is booked back, and its reference may be recorded again. Answers the payout. '
  'Errors: permission_denied, payout_not_found, payout_not_open, invalid_reason, idempotency_key_reused.';
grant execute on function public.cancel_payout(uuid, text, text) to authenticated, service_role;
