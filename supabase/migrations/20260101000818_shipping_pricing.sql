/*
Shipping, pricing: what sending the physical lines of a quote costs. See the files of zones and methods for the promise.

Promise: the price goes by weight and worth (subtotal, before discounts, as minimums of promotions do) of the order at one look. Among the methods that
deliver there the one that was chosen is taken, else the cheapest, of equal ones the quickest; one that was chosen and does not deliver there is a
problem, never another price. The tax is that of the method's category, computed as a line's is; a promotion of free shipping takes off all of it.
*/

create type private.parcel as (weight_grams bigint, order_amount bigint, paid_amount bigint);
comment on type private.parcel is 'What goes along already when something is added to an order before it leaves: its weight, its worth, and what sending it costs.';

create function private.find_shipping_zone(country text, province text, postal_code text)
returns public.shipping_zones
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_zone public.shipping_zones;
begin
  select shipping_zones.* into v_zone
  from public.shipping_zone_places join public.shipping_zones on shipping_zones.id = shipping_zone_places.shipping_zone_id
  where (shipping_zone_places.country is null or shipping_zone_places.country = find_shipping_zone.country)
    and (shipping_zone_places.province is null or lower(shipping_zone_places.province) = lower(btrim(find_shipping_zone.province)))
    and (shipping_zone_places.postal_prefix is null
      or starts_with(upper(regexp_replace(find_shipping_zone.postal_code, '[ -]', '', 'g')), shipping_zone_places.postal_prefix))
  order by length(shipping_zone_places.postal_prefix) desc nulls last, shipping_zone_places.province is null, shipping_zone_places.country is null
  limit 1;
  return v_zone;
end
$$;
comment on function private.find_shipping_zone(text, text, text) is 'The zone of the most specific place that fits; null: nothing is sent there.';

create function private.shipping_offers_to(zone public.shipping_zones, currency text, parcel private.parcel)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
        'method_id', offered.id, 'name', offered.name, 'carrier', offered.carrier, 'min_days', offered.min_days, 'max_days', offered.max_days,
        'translations', offered.translations, 'tax_category', offered.tax_category, 'rate_id', offered.rate_id, 'rate_amount', offered.rate_amount,
        'free_from_amount', offered.free_from_amount, 'list_amount', offered.list_amount)
      order by offered.list_amount, offered.max_days, offered.position, offered.id), '[]')
    from (
      select shipping_methods.*, shipping_rates.id as rate_id, shipping_rates.amount as rate_amount, shipping_rates.free_from_amount,
        -- what goes along is paid for already
        greatest(0, case when parcel.order_amount >= shipping_rates.free_from_amount then 0 else shipping_rates.amount end - coalesce(parcel.paid_amount, 0)) as list_amount
      from public.shipping_rates join public.shipping_methods on shipping_methods.id = shipping_rates.shipping_method_id
      where shipping_rates.shipping_zone_id = zone.id and shipping_rates.currency = shipping_offers_to.currency and shipping_methods.archived_at is null
        and int8range(shipping_rates.from_weight_grams, shipping_rates.until_weight_grams) @> parcel.weight_grams
        and int8range(shipping_rates.from_order_amount, shipping_rates.until_order_amount) @> parcel.order_amount
    ) as offered);
end
$$;
comment on function private.shipping_offers_to(public.shipping_zones, text, private.parcel) is 'The methods that deliver such a parcel to this zone with what each costs before promotions and taxes on top, the cheapest first.';

create function private.weigh(lines private.order_line[])
returns bigint
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
  v_weight bigint := 0;
begin
  foreach v_line in array weigh.lines loop
    if v_line.kind = 'physical' then
      v_weight := v_weight + coalesce(v_line.weight_grams, 0)::bigint * greatest(v_line.quantity, 0);
    end if;
  end loop;
  return v_weight;
end
$$;
comment on function private.weigh(private.order_line[]) is 'What the physical lines weigh together, in grams; what has no weight weighs nothing.';

create function private.plan_shipping(goods private.parcel, currency text, country text, province text, postal_code text, method_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_zone public.shipping_zones;
  v_offers jsonb := '[]';
  v_chosen jsonb;
  v_problem jsonb;
begin
  if not exists (select from public.shipping_methods where shipping_methods.archived_at is null) then
    return null;
  end if;
  v_zone := private.find_shipping_zone(plan_shipping.country, plan_shipping.province, plan_shipping.postal_code);
  if v_zone.id is not null then
    v_offers := private.shipping_offers_to(v_zone, plan_shipping.currency, goods);
  end if;
  v_chosen := case when plan_shipping.method_id is null then v_offers -> 0
    else (select offer from jsonb_array_elements(v_offers) as offer where offer ->> 'method_id' = plan_shipping.method_id::text) end;
  if v_offers = '[]' then
    v_problem := private.problem('shipping_not_available', 422, case when v_zone.id is null then 'The shop sends nothing to this place.'
      else format('Nothing delivers this order to %s: no rate in %s is for its weight and its worth.', v_zone.name, plan_shipping.currency) end,
      case when v_zone.id is null then 'Choose another address, or remove what is sent by post.' else 'Change the order or its currency, or ask the shop.' end,
      concat_ws(' ', plan_shipping.country, plan_shipping.province, plan_shipping.postal_code));
  elsif v_chosen is null then
    v_problem := private.problem('shipping_method_not_available', 409, 'The chosen way of shipping does not deliver this order there.',
      'Choose one of those that are offered (shipping_offers).', plan_shipping.method_id::text);
  end if;
  return jsonb_build_object('zone', v_zone.name, 'weight_grams', goods.weight_grams, 'order_amount', goods.order_amount,
    'offers', v_offers, 'chosen', v_chosen, 'problem', v_problem);
end
$$;
comment on function private.plan_shipping(private.parcel, text, text, text, text, uuid) is
  'How a parcel gets to a place: {zone, weight_grams, order_amount, offers, chosen, problem}; null while the shop offers no method at all, and sending costs nothing.';

create function private.shipping_line(chosen jsonb)
returns private.order_line
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
begin
  v_line.quantity := 1;
  v_line.unit_amount := (shipping_line.chosen ->> 'list_amount')::bigint;
  v_line.tax_category := shipping_line.chosen ->> 'tax_category';
  return private.clear_amounts(v_line);
end
$$;
comment on function private.shipping_line(jsonb) is 'An offer as a line, so that it is taxed as lines are.';

create function private.add_shipping(quote private.quote, plan jsonb, line private.order_line)
returns private.quote
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if plan -> 'problem' <> 'null' then
    quote.problems := coalesce(quote.problems, '[]') || (plan -> 'problem');
  end if;
  quote.shipping_amount := coalesce(line.subtotal_amount - line.discount_amount, 0);
  quote.tax_amount := quote.tax_amount + coalesce(line.tax_amount, 0);
  quote.tax_included_amount := quote.tax_included_amount + coalesce(line.tax_included_amount, 0);
  quote.total_amount := quote.total_amount + quote.shipping_amount + coalesce(line.tax_amount, 0);
  quote.shipping := plan || jsonb_build_object('list_amount', coalesce(line.subtotal_amount, 0), 'discount_amount', coalesce(line.discount_amount, 0),
    'amount', quote.shipping_amount, 'tax_amount', coalesce(line.tax_amount, 0), 'tax_included_amount', coalesce(line.tax_included_amount, 0),
    'taxes', coalesce(line.taxes, '[]'));
  return quote;
end
$$;
comment on function private.add_shipping(private.quote, jsonb, private.order_line) is 'The quote with what sending costs, its taxes among those of the quote.';

create function private.shipping_snapshot(shipping jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select case when shipping_snapshot.shipping -> 'chosen' <> 'null' then jsonb_build_object('method_id', shipping_snapshot.shipping #> '{chosen,method_id}',
    'name', shipping_snapshot.shipping #> '{chosen,name}', 'carrier', shipping_snapshot.shipping #> '{chosen,carrier}',
    'min_days', shipping_snapshot.shipping #> '{chosen,min_days}', 'max_days', shipping_snapshot.shipping #> '{chosen,max_days}') end;
$$;
comment on function private.shipping_snapshot(jsonb) is 'The method of a quote as an order keeps it: {method_id, name, carrier, min_days, max_days}; null when there is none.';

create function private.shipping_pricing(shipping jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object('zone', shipping_pricing.shipping -> 'zone', 'weight_grams', shipping_pricing.shipping -> 'weight_grams',
    'order_amount', shipping_pricing.shipping -> 'order_amount', 'rate_amount', shipping_pricing.shipping #> '{chosen,rate_amount}',
    'free_from_amount', shipping_pricing.shipping #> '{chosen,free_from_amount}', 'list_amount', shipping_pricing.shipping -> 'list_amount',
    'taxes', shipping_pricing.shipping -> 'taxes');
$$;
comment on function private.shipping_pricing(jsonb) is 'Why sending costs what it costs, as orders.shipping_pricing keeps it.';

create function private.shipping_document(quote private.quote)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_free boolean := coalesce(quote.discounts @> '[{"kind": "free_shipping"}]', false);
  v_offer jsonb;
  v_line private.order_line;
  v_offers jsonb := '[]';
begin
  if quote.shipping is null then
    return null;
  end if;
  for v_offer in select jsonb_array_elements(quote.shipping -> 'offers') loop
    v_line := private.shipping_line(v_offer);
    if v_free then
      v_line.discount_amount := v_line.subtotal_amount;
    end if;
    v_line := private.tax_line(v_line, quote.tax_country, quote.tax_province);
    v_offers := v_offers || (v_offer - array['tax_category', 'rate_id'] || jsonb_build_object('discount_amount', v_line.discount_amount,
      'amount', v_line.subtotal_amount - v_line.discount_amount, 'tax_amount', v_line.tax_amount, 'tax_included_amount', v_line.tax_included_amount,
      'total_amount', v_line.subtotal_amount - v_line.discount_amount + v_line.tax_amount, 'chosen', v_offer -> 'method_id' = quote.shipping #> '{chosen,method_id}'));
  end loop;
  return quote.shipping - array['chosen', 'problem'] || jsonb_build_object('method', private.shipping_snapshot(quote.shipping), 'offers', v_offers);
end
$$;
comment on function private.shipping_document(private.quote) is
  'How the goods of a quote are sent, as clients read it: the method and what it costs, why, and every offer with what it would cost; null when nothing is sent, or sending costs nothing in this shop.';
