/*
Pricing, quote: what an order would cost, line by line. place_order writes what the same function computes.

Promise: the parts add up to the unit. An order costs subtotal − discount + tax + shipping, each the sum of its lines; nothing is ever negative.
Shipping is what is left of its price after free shipping; tax_amount and tax_included_amount are those of the lines and of shipping together.
*/

create function private.sum_lines(currency text, lines private.order_line[])
returns private.quote
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_quote private.quote;
  v_line private.order_line;
begin
  v_quote.currency := sum_lines.currency;
  v_quote.lines := sum_lines.lines;
  v_quote.subtotal_amount := 0;
  v_quote.discount_amount := 0;
  v_quote.tax_amount := 0;
  v_quote.tax_included_amount := 0;
  v_quote.shipping_amount := 0;
  foreach v_line in array sum_lines.lines loop
    v_quote.subtotal_amount := v_quote.subtotal_amount + v_line.subtotal_amount;
    v_quote.discount_amount := v_quote.discount_amount + v_line.discount_amount;
    v_quote.tax_amount := v_quote.tax_amount + v_line.tax_amount;
    v_quote.tax_included_amount := v_quote.tax_included_amount + v_line.tax_included_amount;
    if v_line.problem is not null then
      v_quote.problems := coalesce(v_quote.problems, '[]') || v_line.problem;
    end if;
  end loop;
  v_quote.total_amount := v_quote.subtotal_amount - v_quote.discount_amount + v_quote.tax_amount;
  return v_quote;
end
$$;
comment on function private.sum_lines(text, private.order_line[]) is 'Lines as a quote: their sums and their problems.';

create function private.price_wishes(person_id uuid, wishes private.wish[], currency text)
returns private.order_line[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_wish private.wish;
  v_line private.order_line;
  v_lines private.order_line[] := '{}';
begin
  foreach v_wish in array price_wishes.wishes loop
    v_line := private.price_line(v_wish.variant_id, v_wish.quantity, price_wishes.currency, price_wishes.person_id);
    v_lines := v_lines || case when v_line.kind = 'bundle' then private.with_parts(v_line, price_wishes.person_id) else array[v_line] end;
  end loop;
  return v_lines;
end
$$;
comment on function private.price_wishes(uuid, private.wish[], text) is 'What somebody wants as priced lines, in the order of the wishes; the components of a bundle follow its line.';

create type private.promoted as (lines private.order_line[], shipping_amount bigint, discounts jsonb, problems jsonb);
comment on type private.promoted is 'Lines and the price of shipping after promotions, which promotions they were, and the coupons that could not be used.';

create function private.apply_promotion(promoted private.promoted, promotion public.promotions, coupon public.coupons, line_discounts bigint[])
returns private.promoted
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_lines private.order_line[] := promoted.lines;
  v_sum bigint := 0;
begin
  for v_index in 1 .. cardinality(v_lines) loop
    continue when line_discounts[v_index] = 0;
    v_sum := v_sum + line_discounts[v_index];
    v_lines[v_index].discount_amount := v_lines[v_index].discount_amount + line_discounts[v_index];
    v_lines[v_index].discounts := coalesce(v_lines[v_index].discounts, '[]')
      || jsonb_build_object('promotion_id', promotion.id, 'name', promotion.name, 'code', coupon.code, 'amount', line_discounts[v_index]);
  end loop;
  promoted.lines := v_lines;
  if promotion.kind = 'free_shipping' then
    v_sum := promoted.shipping_amount;
    promoted.shipping_amount := 0;
  end if;
  promoted.discounts := coalesce(promoted.discounts, '[]')
    || jsonb_build_object('promotion_id', promotion.id, 'coupon_id', coupon.id, 'name', promotion.name, 'code', coupon.code, 'kind', promotion.kind, 'amount', v_sum);
  return promoted;
end
$$;
comment on function private.apply_promotion(private.promoted, public.promotions, public.coupons, bigint[]) is 'Takes a promotion''s discounts off the lines, or all that is left of shipping, and names it.';

create function private.apply_promotions(person_id uuid, currency text, lines private.order_line[], coupon_ids uuid[], shipping_amount bigint)
returns private.promoted
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_promoted private.promoted;
  v_candidate record;
  v_problem jsonb;
  v_discounts bigint[];
  v_used uuid[] := '{}';
  v_alone boolean := false;
begin
  v_promoted.lines := apply_promotions.lines;
  v_promoted.shipping_amount := apply_promotions.shipping_amount;
  for v_candidate in
    select offered.promotion, offered.coupon from (
      select promotions as promotion, null::public.coupons as coupon from public.promotions
      where promotions.status = 'active' and promotions.automatic
        and (promotions.starts_at is null or promotions.starts_at <= now()) and (promotions.ends_at is null or promotions.ends_at > now())
      union all
      select promotions, coupons from public.coupons join public.promotions on promotions.id = coupons.promotion_id
      where coupons.id = any (apply_promotions.coupon_ids)
    ) as offered
    order by (offered.promotion).priority desc, (offered.coupon).id is null, (offered.promotion).created_at, (offered.promotion).id, (offered.coupon).id
  loop
    v_discounts := null;
    v_problem := null;
    if (v_candidate.coupon).id is null then
      continue when v_alone or v_used <> '{}' and not (v_candidate.promotion).combinable or (v_candidate.promotion).id = any (v_used)
        or private.is_used_up(v_candidate.promotion, null, apply_promotions.person_id) is not null;
    else
      v_problem := private.coupon_problem(v_candidate.promotion, v_candidate.coupon, apply_promotions.person_id);
    end if;
    if v_problem is null then
      v_discounts := private.discounts_of(v_candidate.promotion, apply_promotions.currency, v_promoted.lines);
      if 0 = all (v_discounts) and ((v_candidate.promotion).kind <> 'free_shipping' or v_promoted.shipping_amount = 0) then
        v_discounts := null;
      end if;
    end if;
    if (v_candidate.coupon).id is not null and v_problem is null then
      v_problem := case
        when v_discounts is null then private.problem('coupon_not_applicable', 422, format('The code %s does not fit this order.', (v_candidate.coupon).code),
          'Check what it is for and its minimum, or remove it.', (v_candidate.coupon).code)
        when v_alone or v_used <> '{}' and not (v_candidate.promotion).combinable or (v_candidate.promotion).id = any (v_used) then
          private.problem('coupon_not_combinable', 409, format('The code %s cannot be used together with another offer in this order.', (v_candidate.coupon).code),
            'Remove it, or the other code.', (v_candidate.coupon).code)
      end;
    end if;
    if v_problem is not null then
      v_promoted.problems := coalesce(v_promoted.problems, '[]') || v_problem;
    elsif v_discounts is not null then
      v_promoted := private.apply_promotion(v_promoted, v_candidate.promotion, v_candidate.coupon, v_discounts);
      v_used := v_used || (v_candidate.promotion).id;
      v_alone := v_alone or not (v_candidate.promotion).combinable;
    end if;
  end loop;
  return v_promoted;
end
$$;
comment on function private.apply_promotions(uuid, text, private.order_line[], uuid[], bigint) is
  'Takes off what promotions give, in their order; one that would take off nothing does not fit; a coupon that cannot be used is a problem, an automatic promotion that does not fit is left out.';

create function private.total_quote(
  person_id uuid, currency text, lines private.order_line[], coupon_ids uuid[], country text, province text,
  postal_code text default null, shipping_method_id uuid default null, along private.parcel default null
)
returns private.quote
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_quote private.quote := private.sum_lines(total_quote.currency, total_quote.lines);
  v_promoted private.promoted;
  v_country text;
  v_taxed boolean;
  v_lines private.order_line[];
  v_shipping jsonb;
  v_shipped private.order_line;
begin
  v_quote.tax_country := total_quote.country;
  v_quote.tax_province := total_quote.province;
  if private.needs_address(total_quote.lines) then
    v_country := coalesce(total_quote.country, private.setting('default_tax_country') #>> '{}');
    v_shipping := private.plan_shipping(
      row(private.weigh(total_quote.lines) + coalesce(along.weight_grams, 0), v_quote.subtotal_amount + coalesce(along.order_amount, 0), along.paid_amount)::private.parcel,
      total_quote.currency, v_country, total_quote.province, total_quote.postal_code, total_quote.shipping_method_id);
    v_shipped := private.shipping_line(v_shipping -> 'chosen');
  end if;
  -- most calls end here: where there is nothing to pay there is nothing to take off and nothing to tax
  if v_quote.subtotal_amount = 0 and coalesce(cardinality(total_quote.coupon_ids), 0) = 0 and v_shipping is null then
    return v_quote;
  end if;
  v_promoted := private.apply_promotions(total_quote.person_id, total_quote.currency, total_quote.lines, total_quote.coupon_ids, coalesce(v_shipped.subtotal_amount, 0));
  v_country := coalesce(total_quote.country, private.setting('default_tax_country') #>> '{}');
  v_taxed := exists (select from public.tax_rates where tax_rates.country = v_country);
  if v_promoted.discounts is not null or v_taxed then
    v_lines := v_promoted.lines;
    if v_taxed then
      for v_index in 1 .. cardinality(v_lines) loop
        v_lines[v_index] := private.tax_line(v_lines[v_index], v_country, total_quote.province);
      end loop;
    end if;
    v_quote := private.sum_lines(total_quote.currency, v_lines);
    v_quote.discounts := v_promoted.discounts;
    v_quote.tax_province := total_quote.province;
    if v_taxed then
      v_quote.taxes := private.sum_taxes(v_lines);
    end if;
  end if;
  v_quote.tax_country := v_country;
  if v_shipping is not null then
    v_shipped.discount_amount := v_shipped.subtotal_amount - v_promoted.shipping_amount;
    if v_taxed then
      v_shipped := private.tax_line(v_shipped, v_country, total_quote.province);
      v_quote.taxes := private.sum_taxes(v_lines || v_shipped);
    end if;
    v_quote := private.add_shipping(v_quote, v_shipping, v_shipped);
  end if;
  if v_promoted.problems is not null then
    v_quote.problems := coalesce(v_quote.problems, '[]') || v_promoted.problems;
  end if;
  return v_quote;
end
$$;
comment on function private.total_quote(uuid, text, private.order_line[], uuid[], text, text, text, uuid, private.parcel) is
  'Priced lines as a quote: promotions by themselves and by coupon, shipping and taxes of the place (country, else the setting default_tax_country), sums, and everything that would refuse the order. '
  'shipping_method_id: the chosen way of shipping, else the cheapest; along: what goes in the same parcel already.';

create function private.compute_quote(person_id uuid, wishes private.wish[], currency text, coupon_ids uuid[] default '{}', country text default null, province text default null)
returns private.quote
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return private.total_quote(compute_quote.person_id, compute_quote.currency,
    private.price_wishes(compute_quote.person_id, compute_quote.wishes, compute_quote.currency), compute_quote.coupon_ids, compute_quote.country, compute_quote.province);
end
$$;
comment on function private.compute_quote(uuid, private.wish[], text, uuid[], text, text) is
  'The one computation behind quote, cart and order (which chooses its address between the two steps). Raises nothing about lines: problems instead.';

create function private.line_document(line private.order_line)
returns jsonb
language plpgsql -- several times in every look at a cart: keeps its plan
immutable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object('variant_id', line.variant_id, 'parent_variant_id', line.parent_variant_id, 'product_id', line.product_id, 'kind', line.kind,
    'sku', line.sku, 'title', line.title, 'slug', line.snapshot ->> 'slug', 'image_url', line.snapshot ->> 'image_url', 'intake_id', line.intake_id, 'quantity', line.quantity, 'unit_amount', line.unit_amount,
    'base_unit_amount', line.base_unit_amount, 'price_reason', case when line.unit_amount is not null then coalesce(line.price_reason, '{"kind": "base"}') end,
    'subtotal_amount', line.subtotal_amount, 'discount_amount', line.discount_amount, 'tax_amount', line.tax_amount,
    'tax_included_amount', line.tax_included_amount, 'total_amount', line.subtotal_amount - line.discount_amount + line.tax_amount,
    'discounts', coalesce(line.discounts, '[]'), 'taxes', coalesce(line.taxes, '[]'), 'ships_at', line.ships_at, 'problem', line.problem);
end
$$;
comment on function private.line_document(private.order_line) is 'A line of a quote as clients read it.';

create function private.quote_document(quote private.quote)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select jsonb_build_object('currency', quote.currency,
    'lines', coalesce((
      select jsonb_agg(private.line_document(quote.lines[position]) order by position) from generate_subscripts(quote.lines, 1) as position), '[]'),
    'subtotal_amount', quote.subtotal_amount, 'discount_amount', quote.discount_amount, 'tax_amount', quote.tax_amount,
    'tax_included_amount', quote.tax_included_amount, 'shipping_amount', quote.shipping_amount, 'total_amount', quote.total_amount,
    'shipping', private.shipping_document(quote), 'discounts', coalesce(quote.discounts, '[]'), 'taxes', coalesce(quote.taxes, '[]'), 'problems', coalesce(quote.problems, '[]'));
$$;
comment on function private.quote_document(private.quote) is 'A quote as clients read it, for public.quote and the cart.';
