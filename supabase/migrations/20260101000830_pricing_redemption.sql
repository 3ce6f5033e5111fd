/*
Pricing, redemption: uses of promotions by orders. See the promotions file for the promise and the locks.
*/

create function private.redeem_promotions(order_id uuid, customer_id uuid, quote private.quote, expires_at timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if quote.discounts is null then
    return;
  end if;
end
$$;
comment on function private.redeem_promotions(uuid, uuid, private.quote, timestamptz) is
  'Uses the promotions of a quote for an order that is written: the last thing a purchase locks. Until expires_at while it is unpaid, for good without.';

create function private.give_back_promotions(order_ids uuid[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
end
$$;
comment on function private.give_back_promotions(uuid[]) is 'Gives back what orders used that ended unpaid, were cancelled or refunded in full; twice does nothing.';

create function private.claim_promotions(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
end
$$;
comment on function private.claim_promotions(uuid) is 'Keeps for good what a paid order used, and uses again what was given back meanwhile. Refuses when somebody else took the last use.';
