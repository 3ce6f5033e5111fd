/*
Pricing, quoting: the whole computation before anybody orders.

Promise: a quote is what the order would cost at this moment, to the unit, with everything that would refuse it. It holds and changes nothing.
*/

create function private.check_place(country text, province text)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if check_place.country !~ '^[A-Z]{2}$' or length(check_place.province) > 100 or check_place.country is null and check_place.province is not null then
    perform private.fail('invalid_place', 422, 'A place is an ISO 3166-1 code of two capitals, and a province of at most 100 characters within it.', 'Send a country such as ID, or leave both out.');
  end if;
end
$$;
comment on function private.check_place(text, text) is 'Refuses invalid_place.';

create function private.quote(lines jsonb, cart_id uuid, currency text, coupon_codes text[], country text, province text)
returns jsonb
language plpgsql
volatile
security definer -- reads promotions and counts guesses, which no client may
set search_path = ''
as $$
declare
  v_cart public.carts;
  v_wishes private.wish[];
  v_lines private.order_line[];
  v_address public.addresses;
  v_found private.found_coupon[];
  v_coupon_ids uuid[];
begin
  if (quote.lines is null) = (quote.cart_id is null) then
    perform private.fail('invalid_lines', 422, 'A quote is for lines or for a cart, not for both.', 'Send one of lines and cart_id.');
  end if;
  perform private.check_place(quote.country, quote.province);
  if quote.cart_id is null then
    select array_agg(row(wish.variant_id, wish.quantity)::private.wish order by wish.variant_id) into v_wishes from private.parse_lines(quote.lines) as wish;
  else
    select * into v_cart from public.carts where carts.id = quote.cart_id and carts.customer_id = private.require_person();
    perform private.refuse_wrong_cart(v_cart);
    select array_agg(row(cart_items.variant_id, cart_items.quantity)::private.wish order by cart_items.variant_id) into v_wishes
    from public.cart_items where cart_items.cart_id = v_cart.id;
  end if;
  v_cart.currency := coalesce(quote.currency, v_cart.currency, private.setting('default_currency') #>> '{}');
  perform private.check_currency(v_cart.currency);
  v_found := private.find_coupons(quote.coupon_codes);
  if v_found[cardinality(v_found)].refusal is not null then
    return v_found[cardinality(v_found)].refusal;
  end if;
  v_lines := private.price_wishes(auth.uid(), v_wishes, v_cart.currency);
  v_coupon_ids := array(select found.coupon_id from unnest(v_found) as found);
  if v_cart.id is not null then
    v_coupon_ids := private.cart_coupon_ids(v_cart.id) || v_coupon_ids;
    v_address := private.delivery_address(v_cart.customer_id, v_lines, v_cart.shipping_address_id);
  end if;
  return private.quote_document(private.total_quote(auth.uid(), v_cart.currency, private.check_availability(auth.uid(), v_lines), v_coupon_ids,
    coalesce(v_address.country, quote.country), case when v_address.id is null then quote.province else v_address.province end));
end
$$;
comment on function private.quote(jsonb, uuid, text, text[], text, text) is 'Does the work of public.quote.';
grant execute on function private.quote(jsonb, uuid, text, text[], text, text) to anon, authenticated;

create function public.quote(
  lines jsonb default null, cart_id uuid default null, currency text default null, coupon_codes text[] default null, country text default null, province text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.quote(quote.lines, quote.cart_id, quote.currency, quote.coupon_codes, quote.country, quote.province);
$$;
comment on function public.quote(jsonb, uuid, text, text[], text, text) is
  'What [{variant_id, quantity}] or a cart would cost now, line by line: why each price is what it is, discounts and taxes by name, sums, and in problems what place_order would refuse. Changes nothing. '
  'Taxes are those of the cart''s address, else of country and province, else of the shop. A wrong code refuses the call and is counted, those of visitors all together; codes of one person need that person. '
  'Errors: invalid_lines, invalid_quantity, invalid_place, currency_not_supported, cart_not_found, cart_not_open, cart_empty, coupon_not_found, too_many_coupon_guesses, too_many_coupons, sign_in_required.';
grant execute on function public.quote(jsonb, uuid, text, text[], text, text) to anon, authenticated;
