/*
Courses, charging: a seat that frees is ordered for the first in line and charged to the payment method they keep.

Promise: what is charged is what the seat costs at that moment, never more than was agreed on joining; if it costs more, cannot be ordered or
no method is there any more, it stays an offer like any other, and so it does when the charge is declined: the order can be paid by hand until
the offer would have ended, then the seat goes to the next.
Under concurrency: the seat is held for the entry since it was freed, and goes over to the order as when its learner takes it
(private.accept_offer): of two workers, or a worker and the learner, one gets it. Nothing is locked while the provider is asked.
*/

create function private.check_auto_charge(person_id uuid, max_amount bigint, currency text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.check_currency(check_auto_charge.currency);
  if check_auto_charge.max_amount is null or check_auto_charge.max_amount not between 1 and 1000000000000 then
    perform private.fail('invalid_max_amount', 422, 'To be charged by itself a seat needs the most that it may cost, in minor units.', 'Send max_amount.');
  end if;
  if not exists (select from public.payment_methods where payment_methods.person_id = check_auto_charge.person_id and payment_methods.default_since is not null) then
    perform private.fail('payment_method_not_found', 404, 'There is no saved way to pay.', 'Save one with the provider first, or join without auto_charge.');
  end if;
end
$$;
comment on function private.check_auto_charge(uuid, bigint, text) is 'Refuses currency_not_supported, invalid_max_amount and payment_method_not_found.';

create function private.order_offered_seat(entry public.waitlist_entries)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_wish private.wish;
  v_quote private.quote;
  v_order_id uuid;
begin
  v_wish := (select row(intakes.variant_id, 1)::private.wish from public.intakes where intakes.id = entry.intake_id);
  v_quote := private.total_quote(entry.learner_id, entry.currency, private.price_wishes(entry.learner_id, array[v_wish], entry.currency), '{}', null, null);
  if v_quote.problems is not null or v_quote.total_amount > entry.max_amount then
    return null;
  end if;
  v_order_id := private.place_quote(entry.learner_id, v_quote);
  if v_quote.total_amount > 0 then
    -- a decline leaves them the time that the offer had
    update public.orders set expires_at = greatest(orders.expires_at, entry.offer_expires_at) where orders.id = v_order_id;
    update public.reservations set expires_at = greatest(reservations.expires_at, entry.offer_expires_at)
    where reservations.holder_id = v_order_id and reservations.status = 'held';
    update public.promotion_redemptions set expires_at = greatest(promotion_redemptions.expires_at, entry.offer_expires_at)
    where promotion_redemptions.order_id = v_order_id and promotion_redemptions.expires_at is not null;
    perform private.charge_order(v_order_id, null, 'waitlist');
  end if;
  return v_order_id;
end
$$;
comment on function private.order_offered_seat(public.waitlist_entries) is 'Orders the seat that is held for an entry and asks for its charge; null when it would cost more than agreed or cannot be bought. May refuse as place_order does.';

create function private.take_due_offer(entry_id uuid)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_entry public.waitlist_entries;
  v_order_id uuid;
begin
  select * into v_entry from public.waitlist_entries
  where waitlist_entries.id = take_due_offer.entry_id and waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at > now();
  if v_entry.max_amount is null then
    return null; -- taken, declined or over
  end if;
  begin
    v_order_id := private.order_offered_seat(v_entry);
  exception when sqlstate 'PGRST' or unique_violation then
    v_order_id := null;
  end;
  if v_order_id is null then
    perform private.emit('waitlist.offered', 'waitlist_entry', v_entry.id);
  end if;
  return v_order_id;
end
$$;
comment on function private.take_due_offer(uuid) is 'Takes an offer for a learner who agreed to be charged, or makes it an offer like any other; answers the order. The worker calls it after waitlist.due. Twice does nothing.';
