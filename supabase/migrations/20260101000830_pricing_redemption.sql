/*
Pricing, redemption: uses of promotions by orders. See the promotions file for the promise and the order of locks.
A use of an unpaid order is due when the order's hold ends: from then on whoever needs it takes it, worker or no worker; an order that is
paid late uses again, or is refunded like one that sold out.
*/

create function private.uncount_uses(promotion_id uuid, customer_ids uuid[], coupon_ids uuid[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- limited or not: whoever sets a limit at this moment counts before us or after us. Purchases of what has no limit only share the row.
  perform from public.promotions where promotions.id = uncount_uses.promotion_id for no key update;
  update public.promotions set used_count = promotions.used_count - cardinality(uncount_uses.customer_ids)
  where promotions.id = uncount_uses.promotion_id and promotions.usage_limit is not null;
  perform from private.promotion_uses
  where promotion_uses.promotion_id = uncount_uses.promotion_id and promotion_uses.customer_id = any (uncount_uses.customer_ids)
  order by promotion_uses.customer_id for update;
  update private.promotion_uses set used_count = promotion_uses.used_count - given.uses
  from (select customer_id, count(*) as uses from unnest(uncount_uses.customer_ids) as customer_id group by 1) as given
  where promotion_uses.promotion_id = uncount_uses.promotion_id and promotion_uses.customer_id = given.customer_id;
  perform from public.coupons where coupons.id = any (uncount_uses.coupon_ids) order by coupons.id for no key update;
  update public.coupons set used_count = coupons.used_count - given.uses
  from (select coupon_id, count(*) as uses from unnest(uncount_uses.coupon_ids) as coupon_id group by 1) as given
  where coupons.id = given.coupon_id and coupons.usage_limit is not null;
end
$$;
comment on function private.uncount_uses(uuid, uuid[], uuid[]) is 'Counts back uses of one promotion that were just given back, one customer and coupon (or null) each.';

create function private.release_due_uses(promotion_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_customer_ids uuid[];
  v_coupon_ids uuid[];
begin
  if not exists (
    select from public.promotion_redemptions
    where promotion_redemptions.promotion_id = release_due_uses.promotion_id and promotion_redemptions.given_back_at is null
      and promotion_redemptions.expires_at <= now()
  ) then
    return;
  end if;
  perform from public.promotions where promotions.id = release_due_uses.promotion_id for no key update;
  with due as materialized (
    select promotion_redemptions.id from public.promotion_redemptions
    where promotion_redemptions.promotion_id = release_due_uses.promotion_id and promotion_redemptions.given_back_at is null
      and promotion_redemptions.expires_at <= now()
    for update skip locked
  ), released as (
    update public.promotion_redemptions set given_back_at = now() from due where promotion_redemptions.id = due.id
    returning promotion_redemptions.customer_id, promotion_redemptions.coupon_id
  )
  select array_agg(released.customer_id), array_agg(released.coupon_id) into v_customer_ids, v_coupon_ids from released;
  if v_customer_ids is not null then
    perform private.uncount_uses(release_due_uses.promotion_id, v_customer_ids, v_coupon_ids);
  end if;
end
$$;
comment on function private.release_due_uses(uuid) is 'Gives back uses of one promotion whose time is over; one that a payment has locked is left to it. One at a time, so that none is released twice.';

create function private.count_use(promotion_id uuid, coupon_id uuid, customer_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_promotion public.promotions;
  v_coupon public.coupons;
begin
  for v_try in 1 .. 2 loop
    update public.promotions set used_count = promotions.used_count + 1
    where promotions.id = count_use.promotion_id and promotions.used_count < promotions.usage_limit
    returning * into v_promotion;
    exit when found;
    -- shared until we commit: whoever gives it a limit meanwhile waits, and then counts this use
    select * into v_promotion from public.promotions where promotions.id = count_use.promotion_id for key share;
    exit when v_promotion.usage_limit is null;
    if v_promotion.used_count >= v_promotion.usage_limit then
      perform private.refuse_use('by all', v_promotion.name, count_use.coupon_id);
    end if;
    -- else it got its limit while we looked
  end loop;
  insert into private.promotion_uses as uses (promotion_id, customer_id, used_count) values (count_use.promotion_id, count_use.customer_id, 1)
  on conflict on constraint promotion_uses_pkey do update set used_count = uses.used_count + 1
  where uses.used_count < v_promotion.per_user_limit or v_promotion.per_user_limit is null;
  if not found then
    perform private.refuse_use('by the person', v_promotion.name, count_use.coupon_id);
  end if;
  for v_try in 1 .. 2 loop
    exit when count_use.coupon_id is null;
    update public.coupons set used_count = coupons.used_count + 1
    where coupons.id = count_use.coupon_id and coupons.used_count < coupons.usage_limit;
    exit when found;
    select * into v_coupon from public.coupons where coupons.id = count_use.coupon_id for key share;
    exit when v_coupon.usage_limit is null;
    if v_coupon.used_count >= v_coupon.usage_limit then
      perform private.refuse_use('by all', v_promotion.name, count_use.coupon_id);
    end if;
  end loop;
end
$$;
comment on function private.count_use(uuid, uuid, uuid) is 'Counts one use, each limit by one guarded statement. Refuses coupon_used_up, coupon_already_used, or promotion_used_up for one that applies by itself.';

create function private.refuse_use(used_up text, name text, coupon_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_code text := (select coupons.code from public.coupons where coupons.id = refuse_use.coupon_id);
begin
  if v_code is null then
    perform private.fail('promotion_used_up', 409, format('%s has just been used up.', refuse_use.name), 'Ask for the price again and show it: it is higher now.');
  elsif refuse_use.used_up = 'by the person' then
    perform private.fail('coupon_already_used', 409, format('You have used the code %s as often as one person may.', v_code), 'Remove it.', v_code);
  end if;
  perform private.fail('coupon_used_up', 409, format('The code %s is used up.', v_code), 'Remove it.', v_code);
end
$$;
comment on function private.refuse_use(text, text, uuid) is 'Refuses a use that somebody else, or the person in another tab, took first.';

create function private.use_promotion(promotion_id uuid, coupon_id uuid, order_id uuid, customer_id uuid, amount bigint, currency text, expires_at timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.release_due_uses(use_promotion.promotion_id);
  perform private.count_use(use_promotion.promotion_id, use_promotion.coupon_id, use_promotion.customer_id);
  insert into public.promotion_redemptions (promotion_id, coupon_id, order_id, customer_id, amount, currency, expires_at)
  values (use_promotion.promotion_id, use_promotion.coupon_id, use_promotion.order_id, use_promotion.customer_id, use_promotion.amount,
    use_promotion.currency, use_promotion.expires_at);
end
$$;
comment on function private.use_promotion(uuid, uuid, uuid, uuid, bigint, text, timestamptz) is 'One use of a promotion by an order, counted and written down.';

create function private.give_back_uses(order_ids uuid[], promotion_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_customer_ids uuid[];
  v_coupon_ids uuid[];
begin
  with given_back as (
    update public.promotion_redemptions set given_back_at = now()
    where promotion_redemptions.order_id = any (give_back_uses.order_ids) and promotion_redemptions.promotion_id = give_back_uses.promotion_id
      and promotion_redemptions.given_back_at is null
    returning promotion_redemptions.customer_id, promotion_redemptions.coupon_id
  )
  select array_agg(given_back.customer_id), array_agg(given_back.coupon_id) into v_customer_ids, v_coupon_ids from given_back;
  if v_customer_ids is not null then
    perform private.uncount_uses(give_back_uses.promotion_id, v_customer_ids, v_coupon_ids);
  end if;
end
$$;
comment on function private.give_back_uses(uuid[], uuid) is 'Gives back what orders that ended used of one promotion.';

create function private.give_back_promotions(order_ids uuid[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_promotion_id uuid;
begin
  for v_promotion_id in
    select distinct promotion_redemptions.promotion_id from public.promotion_redemptions
    where promotion_redemptions.order_id = any (give_back_promotions.order_ids) and promotion_redemptions.given_back_at is null order by 1
  loop
    perform private.give_back_uses(give_back_promotions.order_ids, v_promotion_id);
  end loop;
end
$$;
comment on function private.give_back_promotions(uuid[]) is
  'Gives back what orders used that ended unpaid, were cancelled or refunded in full; twice does nothing. The caller holds the orders and waits for no stock afterwards.';

create function private.redeem_promotions(order_id uuid, customer_id uuid, quote private.quote, expires_at timestamptz, ended_order_ids uuid[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_used record;
begin
  if quote.discounts is null and redeem_promotions.ended_order_ids = '{}' then
    return;
  end if;
  for v_used in
    select coalesce(given.promotion_id, (used.use ->> 'promotion_id')::uuid) as promotion_id, used.use
    from jsonb_array_elements(quote.discounts) as used (use)
    full join (
      select distinct promotion_redemptions.promotion_id from public.promotion_redemptions
      where promotion_redemptions.order_id = any (redeem_promotions.ended_order_ids) and promotion_redemptions.given_back_at is null
    ) as given on given.promotion_id = (used.use ->> 'promotion_id')::uuid
    order by 1
  loop
    perform private.give_back_uses(redeem_promotions.ended_order_ids, v_used.promotion_id);
    if v_used.use is not null then
      perform private.use_promotion(v_used.promotion_id, (v_used.use ->> 'coupon_id')::uuid, redeem_promotions.order_id,
        redeem_promotions.customer_id, (v_used.use ->> 'amount')::bigint, quote.currency, redeem_promotions.expires_at);
    end if;
  end loop;
end
$$;
comment on function private.redeem_promotions(uuid, uuid, private.quote, timestamptz, uuid[]) is
  'Uses the promotions of a quote for an order that is written, and gives back those of the buyer''s orders that just ended: the last thing a purchase locks. '
  'Until expires_at while the order is unpaid, for good without. Refuses as private.count_use does.';

create function private.claim_promotions(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_lost public.promotion_redemptions;
begin
  if not exists (select from public.promotion_redemptions where promotion_redemptions.order_id = claim_promotions.order_id) then
    return;
  end if;
  update public.promotion_redemptions set expires_at = null
  where promotion_redemptions.order_id = claim_promotions.order_id and promotion_redemptions.given_back_at is null;
  for v_lost in
    select distinct on (promotion_redemptions.promotion_id) promotion_redemptions.* from public.promotion_redemptions
    where promotion_redemptions.order_id = claim_promotions.order_id and not exists (
      select from public.promotion_redemptions as kept
      where kept.order_id = claim_promotions.order_id and kept.promotion_id = promotion_redemptions.promotion_id and kept.given_back_at is null)
    order by promotion_redemptions.promotion_id, promotion_redemptions.redeemed_at desc
  loop
    perform private.use_promotion(v_lost.promotion_id, v_lost.coupon_id, v_lost.order_id, v_lost.customer_id, v_lost.amount, v_lost.currency, null);
  end loop;
end
$$;
comment on function private.claim_promotions(uuid) is
  'Keeps for good what a paid order used, and uses again what was given back while its hold was over. Refuses when somebody else took the last use; the caller then refunds. The caller holds the order.';

-- limits that change ---------------------------------------------------------------------------------------------------------------------

create function private.tg__recount_uses()
returns trigger
language plpgsql
volatile
security definer -- counts uses of everybody
set search_path = ''
as $$
begin
  -- waits for every use that is being counted, and keeps new ones waiting: what is counted here is all
  if tg_table_name = 'promotions' then
    perform from public.promotions where promotions.id = new.id for update;
    if new.per_user_limit < (select max(promotion_uses.used_count) from private.promotion_uses where promotion_uses.promotion_id = new.id) then
      perform private.fail('limit_in_use', 409, 'Somebody has used this more often than the new limit allows.', 'Choose a larger number, or end the promotion.');
    end if;
    new.used_count := (select count(*) from public.promotion_redemptions where promotion_redemptions.promotion_id = new.id and promotion_redemptions.given_back_at is null);
  else
    perform from public.coupons where coupons.id = new.id for update;
    new.used_count := (select count(*) from public.promotion_redemptions where promotion_redemptions.coupon_id = new.id and promotion_redemptions.given_back_at is null);
  end if;
  if new.usage_limit is null then
    new.used_count := 0;
  elsif new.usage_limit < new.used_count then
    perform private.fail('limit_in_use', 409, 'This has been used more often than the new limit allows.', 'Choose a larger number, or end the promotion.');
  end if;
  return new;
end
$$;
comment on function private.tg__recount_uses() is 'A limit that is set or changed counts the uses there are; one below them is refused.';
create trigger _300_recount_uses before update of usage_limit, per_user_limit on public.promotions for each row
  when (old.usage_limit is distinct from new.usage_limit or old.per_user_limit is distinct from new.per_user_limit) execute function private.tg__recount_uses();
create trigger _300_recount_uses before update of usage_limit on public.coupons for each row
  when (old.usage_limit is distinct from new.usage_limit) execute function private.tg__recount_uses();
