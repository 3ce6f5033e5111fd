/*
Pricing, quote: what an order would cost, line by line. place_order writes what the same function computes.

Promise: the parts add up to the unit. An order costs subtotal − discount + tax + shipping, each the sum of its lines; nothing is ever negative.
Shipping is 0 until that domain exists; a promotion of free shipping is named and takes nothing off.
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
    v_lines := v_lines || case when v_line.kind = 'bundle' then private.with_parts(v_line) else array[v_line] end;
  end loop;
  return v_lines;
end
$$;
comment on function private.price_wishes(uuid, private.wish[], text) is 'What somebody wants as priced lines, in the order of the wishes; the components of a bundle follow its line.';

create function private.total_quote(person_id uuid, currency text, lines private.order_line[], coupon_ids uuid[], country text, province text)
returns private.quote
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return private.sum_lines(total_quote.currency, total_quote.lines);
end
$$;
comment on function private.total_quote(uuid, text, private.order_line[], uuid[], text, text) is 'Priced lines as a quote: promotions by themselves and by coupon, taxes of the place, sums, and everything that would refuse the order.';

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
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object('variant_id', line.variant_id, 'parent_variant_id', line.parent_variant_id, 'product_id', line.product_id, 'kind', line.kind,
    'sku', line.sku, 'title', line.title, 'intake_id', line.intake_id, 'quantity', line.quantity, 'unit_amount', line.unit_amount,
    'base_unit_amount', line.base_unit_amount, 'price_reason', case when line.unit_amount is not null then coalesce(line.price_reason, '{"kind": "base"}') end,
    'subtotal_amount', line.subtotal_amount, 'discount_amount', line.discount_amount, 'tax_amount', line.tax_amount,
    'tax_included_amount', line.tax_included_amount, 'total_amount', line.subtotal_amount - line.discount_amount + line.tax_amount,
    'discounts', coalesce(line.discounts, '[]'), 'taxes', coalesce(line.taxes, '[]'), 'problem', line.problem);
$$;
comment on function private.line_document(private.order_line) is 'A line of a quote as clients read it.';

create function private.quote_document(quote private.quote)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object('currency', quote.currency,
    'lines', coalesce((
      select jsonb_agg(private.line_document(quote.lines[position]) order by position) from generate_subscripts(quote.lines, 1) as position), '[]'),
    'subtotal_amount', quote.subtotal_amount, 'discount_amount', quote.discount_amount, 'tax_amount', quote.tax_amount,
    'tax_included_amount', quote.tax_included_amount, 'shipping_amount', quote.shipping_amount, 'total_amount', quote.total_amount,
    'discounts', coalesce(quote.discounts, '[]'), 'taxes', coalesce(quote.taxes, '[]'), 'problems', coalesce(quote.problems, '[]'));
$$;
comment on function private.quote_document(private.quote) is 'A quote as clients read it, for public.quote and the cart.';
