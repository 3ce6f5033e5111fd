/*
Pricing, discounts: what promotions take off the lines of a quote. See the promotions file for which are taken and in which order.

Promise: each promotion is computed on what the ones before it left, rounded once per line, half away from zero; a fixed amount is split over
its lines by largest remainder, so that no unit is lost; no line ever goes below zero. The limits read here only choose: redeeming decides.
*/

create function private.split_amount(amount bigint, weights bigint[])
returns bigint[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_whole numeric := 0;
  v_left bigint := split_amount.amount;
  v_parts bigint[] := '{}';
  v_remainders numeric[] := '{}';
  v_weight bigint;
  v_next integer;
begin
  foreach v_weight in array split_amount.weights loop
    v_whole := v_whole + v_weight;
  end loop;
  foreach v_weight in array split_amount.weights loop
    v_parts := v_parts || coalesce(div(split_amount.amount::numeric * v_weight, nullif(v_whole, 0)), 0)::bigint;
    v_remainders := v_remainders || coalesce(mod(split_amount.amount::numeric * v_weight, nullif(v_whole, 0)), 0);
    v_left := v_left - v_parts[cardinality(v_parts)];
  end loop;
  while v_left > 0 and v_whole > 0 loop
    v_next := 1;
    for v_index in 2 .. cardinality(v_parts) loop
      if v_remainders[v_index] > v_remainders[v_next] then
        v_next := v_index;
      end if;
    end loop;
    v_parts[v_next] := v_parts[v_next] + 1;
    v_remainders[v_next] := -1;
    v_left := v_left - 1;
  end loop;
  return v_parts;
end
$$;
comment on function private.split_amount(bigint, bigint[]) is
  'Splits an amount by weights that are not negative so that the parts add up to the unit: the units that are left go to the largest remainders, of equal ones to the first.';

create function private.promotion_covers(promotion_id uuid, product_id uuid, category_id uuid)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return exists (
      select from public.promotions where promotions.id = promotion_covers.promotion_id and promotions.applies_to = 'everything')
    or exists (
      select from public.promotion_products
      where promotion_products.promotion_id = promotion_covers.promotion_id and promotion_products.product_id = promotion_covers.product_id)
    or exists (
      select from public.promotion_categories
      where promotion_categories.promotion_id = promotion_covers.promotion_id
        and promotion_covers.category_id in (select private.category_subtree(promotion_categories.category_id)));
end
$$;
comment on function private.promotion_covers(uuid, uuid, uuid) is
  'Whether a promotion is for this product: for everything, or for it by name, or for its category or one above.';

create function private.get_units(promotion public.promotions, lines private.order_line[], covered boolean[])
returns bigint[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_units bigint[] := array_fill(0::bigint, array[cardinality(get_units.lines)]);
  v_quantity bigint := 0;
  v_left bigint;
  v_index integer;
begin
  for v_index in 1 .. cardinality(get_units.lines) loop
    if get_units.covered[v_index] then
      v_quantity := v_quantity + get_units.lines[v_index].quantity;
    end if;
  end loop;
  v_left := v_quantity / (promotion.buy_quantity + promotion.get_quantity) * promotion.get_quantity;
  for v_index in
    select position from generate_subscripts(get_units.lines, 1) as position
    where get_units.covered[position] order by get_units.lines[position].unit_amount, position
  loop
    exit when v_left = 0;
    v_units[v_index] := least(v_left, get_units.lines[v_index].quantity);
    v_left := v_left - v_units[v_index];
  end loop;
  return v_units;
end
$$;
comment on function private.get_units(public.promotions, private.order_line[], boolean[]) is
  'Buy X get Y: how many units of each line one gets. Of every X + Y covered units Y are got, and over the whole order they are the cheapest ones.';

create function private.discounts_of(promotion public.promotions, currency text, lines private.order_line[])
returns bigint[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_covered boolean[] := '{}';
  v_left bigint[] := '{}';
  v_units bigint[];
  v_discounts bigint[] := '{}';
  v_amount bigint := 0;
  v_quantity bigint := 0;
  v_sum bigint := 0;
  v_line private.order_line;
begin
  if promotion.currency <> discounts_of.currency then
    return null;
  end if;
  foreach v_line in array discounts_of.lines loop
    v_covered := v_covered || (v_line.unit_amount is not null and v_line.parent_variant_id is null and v_line.kind <> 'gift_card'
      and private.promotion_covers(promotion.id, v_line.product_id, v_line.category_id));
    v_left := v_left || case when v_covered[cardinality(v_covered)] then v_line.subtotal_amount - v_line.discount_amount else 0 end;
    if v_covered[cardinality(v_covered)] then
      v_amount := v_amount + v_line.subtotal_amount;
      v_quantity := v_quantity + v_line.quantity;
      v_sum := v_sum + v_left[cardinality(v_left)];
    end if;
  end loop;
  if v_quantity = 0 or v_amount < promotion.minimum_amount or v_quantity < promotion.minimum_quantity then
    return null;
  end if;
  if promotion.kind = 'fixed' then
    return private.split_amount(least(promotion.amount, v_sum), v_left);
  elsif promotion.kind = 'buy_x_get_y' then
    v_units := private.get_units(promotion, discounts_of.lines, v_covered);
  end if;
  for v_index in 1 .. cardinality(discounts_of.lines) loop
    v_discounts := v_discounts || case promotion.kind
      when 'percent' then round(v_left[v_index]::numeric * promotion.basis_points / 10000)::bigint
      when 'buy_x_get_y' then least(v_left[v_index],
        round(coalesce(discounts_of.lines[v_index].unit_amount, 0)::numeric * v_units[v_index] * promotion.basis_points / 10000))::bigint
      else 0 end;
  end loop;
  return v_discounts;
end
$$;
comment on function private.discounts_of(public.promotions, text, private.order_line[]) is
  'What a promotion takes off each line; null when the order does not fit it: another currency, nothing it is for, less than its minimum (of what it is for, before discounts).';

create function private.is_used_up(promotion public.promotions, coupon public.coupons, person_id uuid)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_due boolean;
begin
  if promotion.usage_limit is null and promotion.per_user_limit is null and coupon.usage_limit is null then
    return null;
  end if;
  v_due := exists (
    select from public.promotion_redemptions
    where promotion_redemptions.promotion_id = promotion.id and promotion_redemptions.given_back_at is null and promotion_redemptions.expires_at <= now());
  if promotion.used_count >= promotion.usage_limit and not v_due
    or coupon.used_count >= coupon.usage_limit and not (v_due and exists (
      select from public.promotion_redemptions
      where promotion_redemptions.coupon_id = coupon.id and promotion_redemptions.given_back_at is null and promotion_redemptions.expires_at <= now())) then
    return 'by all';
  elsif promotion.per_user_limit is not null and promotion.per_user_limit <= (
    select count(*) from public.promotion_redemptions
    where promotion_redemptions.promotion_id = promotion.id and promotion_redemptions.customer_id = is_used_up.person_id
      and promotion_redemptions.given_back_at is null and (promotion_redemptions.expires_at is null or promotion_redemptions.expires_at > now())
  ) then
    return 'by the person';
  end if;
  return null;
end
$$;
comment on function private.is_used_up(public.promotions, public.coupons, uuid) is
  'Whether a promotion or its coupon has no use left, by all or by the person, at this moment; uses that are due count as free. Null: it has.';

create function private.coupon_problem(promotion public.promotions, coupon public.coupons, person_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_used_up text;
begin
  if coupon.revoked_at is not null or promotion.status <> 'active' or coupon.customer_id <> coalesce(coupon_problem.person_id, '00000000-0000-0000-0000-000000000000') then
    return private.problem('coupon_not_found', 404, 'This code is not valid.', 'Check its letters, or remove it.', coupon.code);
  elsif promotion.starts_at > now() then
    return private.problem('coupon_not_started', 409, format('The code %s is not valid yet.', coupon.code), 'Try again when it has begun, or remove it.', coupon.code);
  elsif promotion.ends_at <= now() then
    return private.problem('coupon_expired', 409, format('The code %s is not valid any more.', coupon.code), 'Remove it.', coupon.code);
  end if;
  v_used_up := private.is_used_up(promotion, coupon, coupon_problem.person_id);
  if v_used_up = 'by all' then
    return private.problem('coupon_used_up', 409, format('The code %s is used up.', coupon.code), 'Remove it.', coupon.code);
  elsif v_used_up = 'by the person' then
    return private.problem('coupon_already_used', 409, format('You have used the code %s as often as one person may.', coupon.code), 'Remove it.', coupon.code);
  end if;
  return null;
end
$$;
comment on function private.coupon_problem(public.promotions, public.coupons, uuid) is 'Why a coupon cannot be used by this person now, whatever they buy; null: it can.';
