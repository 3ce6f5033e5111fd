/*
Pricing, lines: one wish, priced by the catalogue and checked; what is wrong with it is said, not raised, so that one answer lists it all.
The cart, the quote and the order price by the same function.
*/

create type private.wish as (variant_id uuid, quantity integer);
comment on type private.wish is 'What somebody wants, summed by variant.';

create type private.order_line as (
  variant_id uuid, quantity integer, kind text, sku text, title text, unit_amount bigint, counted boolean, intake_id uuid, snapshot jsonb,
  product_id uuid, category_id uuid, tax_category text, base_unit_amount bigint, price_reason jsonb,
  subtotal_amount bigint, discount_amount bigint, tax_amount bigint, tax_included_amount bigint, discounts jsonb, taxes jsonb,
  parent_variant_id uuid, problem jsonb, weight_grams integer, ships_at timestamptz
);
comment on type private.order_line is
  'A line on its way into an order. tax_amount comes on top, tax_included_amount is contained in the price; parent_variant_id: the component of a bundle, unit_amount 0; problem: what would refuse it; ships_at: the day of a preorder.';

create type private.quote as (
  currency text, lines private.order_line[], subtotal_amount bigint, discount_amount bigint, tax_amount bigint, tax_included_amount bigint,
  shipping_amount bigint, total_amount bigint, discounts jsonb, taxes jsonb, problems jsonb,
  tax_country text, tax_province text, shipping jsonb
);
comment on type private.quote is 'A whole computation: lines and their sums, discounts and taxes by name, and everything that would refuse the order. tax_country and tax_province: the place whose taxes it has (null: nobody named one). shipping: how its goods are sent (private.plan_shipping) and what that costs; null when nothing is, or it costs nothing in this shop.';

create function private.price_line(variant_id uuid, quantity integer, currency text, person_id uuid)
returns private.order_line
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
  v_list private.list_price;
  v_opens_at timestamptz;
  v_closes_at timestamptz;
  v_status text;
  v_ordered boolean;
  v_on_sale boolean;
begin
  select variants.id, price_line.quantity, products.kind, variants.sku,
    case when intakes.id is null or intakes.title = products.title then products.title else products.title || ' · ' || intakes.title end,
    prices.amount, variants.stock_mode <> 'none', intakes.id,
    jsonb_build_object('product_id', products.id, 'slug', products.slug, 'image_url', products.image_url, 'starts_at', intakes.starts_at, 'ends_at', intakes.ends_at, 'time_zone', intakes.time_zone),
    products.id, products.category_id, products.tax_category, variants.weight_grams, case when variants.preorder_ships_at > now() then variants.preorder_ships_at end,
    intakes.status, courses.prerequisites_block_sale, intakes.enroll_opens_at, intakes.enroll_closes_at, private.is_on_sale(products.status, products.publish_at, products.unpublish_at)
  into v_line.variant_id, v_line.quantity, v_line.kind, v_line.sku, v_line.title, v_line.unit_amount, v_line.counted, v_line.intake_id, v_line.snapshot,
    v_line.product_id, v_line.category_id, v_line.tax_category, v_line.weight_grams, v_line.ships_at, v_status, v_ordered, v_opens_at, v_closes_at, v_on_sale
  from public.variants
  join public.products on products.id = variants.product_id
  left join public.intakes on intakes.variant_id = variants.id
  left join public.courses on courses.product_id = intakes.product_id
  left join public.prices on prices.variant_id = variants.id and prices.currency = price_line.currency
  where variants.id = price_line.variant_id;
  if v_on_sale is not true or v_line.kind = 'course' and v_line.intake_id is null or v_status = 'draft' then
    -- nothing of a thing that is not on sale shows
    v_line := null;
    v_line.variant_id := price_line.variant_id;
    v_line.quantity := price_line.quantity;
    v_line.problem := private.problem('variant_not_found', 404, 'One of these things is not on sale.', 'Read the catalogue again and remove it.', price_line.variant_id::text);
  elsif price_line.quantity not between 1 and 1000 then
    v_line.problem := private.problem('invalid_quantity', 422, 'One order takes from 1 to 1000 units of one thing.', 'Lower the quantity.', price_line.variant_id::text);
  elsif v_line.unit_amount is null then
    v_line.problem := private.problem('price_missing', 422, format('%s is not sold in %s.', v_line.title, price_line.currency), 'Choose a currency that has a price.', price_line.variant_id::text);
  elsif v_line.kind = 'course' then
    v_line.problem := private.enrollment_problem(v_line.intake_id, v_status, v_opens_at, v_closes_at);
    if v_line.problem is null and price_line.quantity <> 1 then
      v_line.problem := private.problem('invalid_quantity', 422, 'A learner takes one seat of an intake.', 'Set the quantity to 1.', price_line.variant_id::text);
    elsif v_line.problem is null and v_ordered and price_line.person_id is not null then
      v_line.problem := private.prerequisite_problem(v_line.product_id, price_line.person_id, v_line.variant_id);
    end if;
  elsif v_line.kind = 'gift_card' then
    v_line.problem := private.problem('gift_card_ordered_alone', 422, format('%s is a gift card: it says to whom it goes, and is ordered by itself.', v_line.title),
      'Call order_gift_cards.', price_line.variant_id::text);
  end if;
  v_line.base_unit_amount := v_line.unit_amount;
  if v_line.unit_amount > 0 then
    v_list := private.best_list_price(price_line.variant_id, price_line.quantity, price_line.currency, price_line.person_id, v_line.unit_amount);
    v_line.unit_amount := coalesce(v_list.amount, v_line.unit_amount);
    v_line.price_reason := v_list.reason;
  end if;
  v_line.subtotal_amount := coalesce(v_line.unit_amount * v_line.quantity, 0); -- what has no price counts nothing
  v_line.discount_amount := 0;
  v_line.tax_amount := 0;
  v_line.tax_included_amount := 0;
  return v_line;
end
$$;
comment on function private.price_line(uuid, integer, text, uuid) is
  'One line, priced for this person and checked; nothing is raised. Problems: variant_not_found, invalid_quantity, price_missing, intake_not_open, intake_closed, intake_cancelled, prerequisite_missing, gift_card_ordered_alone. Without price_reason the base price counts.';

create function private.clear_amounts(line private.order_line)
returns private.order_line
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  line.subtotal_amount := coalesce(line.unit_amount * line.quantity, 0);
  line.discount_amount := 0;
  line.tax_amount := 0;
  line.tax_included_amount := 0;
  return line;
end
$$;
comment on function private.clear_amounts(private.order_line) is 'The line with its subtotal, before discounts and taxes, as private.price_line gives it; one that has no price counts nothing.';

create function private.line_pricing(line private.order_line)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if line.price_reason is null and line.discounts is null and line.taxes is null then
    return '{}';
  end if;
  return jsonb_build_object('base_unit_amount', line.base_unit_amount, 'price_reason', coalesce(line.price_reason, '{"kind": "base"}'),
    'discounts', coalesce(line.discounts, '[]'), 'taxes', coalesce(line.taxes, '[]'));
end
$$;
comment on function private.line_pricing(private.order_line) is 'Why a line costs what it costs, as order_items.pricing keeps it.';

create function private.check_currency(currency text)
returns void
language plpgsql -- in every purchase: see private.request_id
stable
security invoker
set search_path = ''
as $$
begin
  if not exists (select from public.currencies where currencies.code = check_currency.currency and currencies.retired_at is null) then
    perform private.fail('currency_not_supported', 422, 'This shop does not sell in that currency.', 'Read the currencies table for the ones it does.');
  end if;
end
$$;
comment on function private.check_currency(text) is 'Refuses currency_not_supported.';
