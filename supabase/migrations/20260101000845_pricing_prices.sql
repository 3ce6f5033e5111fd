/*
Pricing, prices: what units of many things cost the caller, and why. Reads only; a group's price is told to its members.
*/

create function private.price_tiers(variant_id uuid, currency text, person_id uuid, base_amount bigint)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('min_quantity', steps.min_quantity, 'amount', steps.amount, 'reason', steps.reason) order by steps.min_quantity), '[]')
  from (
    select thresholds.min_quantity, (thresholds.price).amount, (thresholds.price).reason,
      min((thresholds.price).amount) over (order by thresholds.min_quantity rows between unbounded preceding and 1 preceding) as amount_before
    from (
      select quantities.min_quantity, private.best_list_price(price_tiers.variant_id, quantities.min_quantity, price_tiers.currency, price_tiers.person_id, price_tiers.base_amount) as price
      from (
        select distinct price_list_prices.min_quantity from public.price_list_prices
        where price_list_prices.variant_id = price_tiers.variant_id and price_list_prices.currency = price_tiers.currency
      ) as quantities
    ) as thresholds
  ) as steps
  where steps.amount < coalesce(steps.amount_before, price_tiers.base_amount) and steps.min_quantity > 1;
$$;
comment on function private.price_tiers(uuid, text, uuid, bigint) is 'From which quantities a unit costs this person less, and how much.';

create function private.variant_prices(variant_ids uuid[], currency text, quantity integer)
returns jsonb
language plpgsql
stable
security definer -- reads lists of groups, and gives a person only those of their own
set search_path = ''
as $$
declare
  v_currency text := coalesce(variant_prices.currency, private.setting('default_currency') #>> '{}');
  v_quantity integer := coalesce(variant_prices.quantity, 1);
  v_person_id uuid := auth.uid();
  v_sees_all boolean := private.is_service() or v_person_id is not null and private.has_permission('catalog.read');
begin
  if coalesce(cardinality(variant_prices.variant_ids), 0) not between 1 and 200 then
    perform private.fail('invalid_variants', 422, 'Prices are read for 1 to 200 variants at once.', 'Send a list of their ids.');
  end if;
  if v_quantity not between 1 and 1000 then
    perform private.fail('invalid_quantity', 422, 'One order takes from 1 to 1000 units of one thing.', 'Correct the quantity.');
  end if;
  perform private.check_currency(v_currency);
  return jsonb_build_object('currency', v_currency, 'quantity', v_quantity, 'prices', (
    select coalesce(jsonb_agg(jsonb_build_object('variant_id', prices.variant_id, 'amount', coalesce((best.price).amount, prices.amount), 'base_amount', prices.amount,
      'reason', coalesce((best.price).reason, '{"kind": "base"}'), 'tiers', private.price_tiers(prices.variant_id, v_currency, v_person_id, prices.amount))
      order by array_position(variant_prices.variant_ids, prices.variant_id)), '[]')
    from public.prices
    join public.variants on variants.id = prices.variant_id
    join public.products on products.id = variants.product_id
    cross join lateral (select private.best_list_price(prices.variant_id, v_quantity, v_currency, v_person_id, prices.amount) as price) as best
    where prices.variant_id = any (variant_prices.variant_ids) and prices.currency = v_currency
      and (private.is_on_sale(products.status, products.publish_at, products.unpublish_at) or v_sees_all)));
end
$$;
comment on function private.variant_prices(uuid[], text, integer) is 'Does the work of public.variant_prices.';
grant execute on function private.variant_prices(uuid[], text, integer) to anon, authenticated, service_role;

create function public.variant_prices(variant_ids uuid[], currency text default null, quantity integer default 1)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.variant_prices(variant_prices.variant_ids, variant_prices.currency, variant_prices.quantity);
$$;
comment on function public.variant_prices(uuid[], text, integer) is
  'What one unit of each variant costs the caller now in this quantity: {currency, quantity, prices: [{variant_id, amount, base_amount, reason, tiers}]}. reason: kind base, sale, tier or group, name, min_quantity, until; '
  'tiers: from which quantity on a unit costs less. Variants that are not on sale, or not in this currency, have no row. Errors: invalid_variants, invalid_quantity, currency_not_supported.';
grant execute on function public.variant_prices(uuid[], text, integer) to anon, authenticated, service_role;

insert into private.cached_reads (path, settings_prefix) values ('/rpc/variant_prices', 'catalog');
