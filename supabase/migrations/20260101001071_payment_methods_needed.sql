/*
Payment methods that something still needs.

Promise: nobody takes away the only saved way to pay while something was agreed to be charged to it: parts of an order that runs, a subscription that
goes on, a seat that somebody waits for. The provider's own word that a card is gone is believed all the same.
Under concurrency: the caller holds the person's row of private.provider_customers, as everything that changes their methods.
*/

create function private.refuse_needed_method(payment_method_id uuid, person_id uuid)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_needed_by text;
begin
  if exists (
    select from public.payment_methods
    where payment_methods.person_id = refuse_needed_method.person_id and payment_methods.removed_at is null and payment_methods.id <> refuse_needed_method.payment_method_id
  ) then
    return;
  end if;
  v_needed_by := case
    when exists (
      select from public.instalments join public.orders on orders.id = instalments.order_id
      where orders.customer_id = refuse_needed_method.person_id and instalments.status in ('scheduled', 'processing', 'overdue')
        and orders.status not in ('pending', 'cancelled', 'expired', 'refunded')
    ) then 'instalments'
    when exists (
      select from public.subscriptions
      where subscriptions.person_id = refuse_needed_method.person_id and subscriptions.status in ('active', 'past_due') and subscriptions.cancels_at is null
    ) then 'a subscription'
    when exists (
      select from public.waitlist_entries
      where waitlist_entries.learner_id = refuse_needed_method.person_id and waitlist_entries.status in ('waiting', 'offered') and waitlist_entries.max_amount is not null
    ) then 'a seat that is waited for'
  end;
  if v_needed_by is not null then
    perform private.fail('payment_method_needed', 409, format('This is the only saved way to pay, and %s is to be charged to it.', v_needed_by),
      'Save another one first, or end what it pays for.');
  end if;
end
$$;
comment on function private.refuse_needed_method(uuid, uuid) is 'Refuses payment_method_needed when this is the only method of a person and something was agreed to be charged to it.';
