/*
Pricing, quoting: the whole computation before anybody orders.

Promise: a quote is what the order would cost at this moment, to the unit, with everything that would refuse it. It holds and changes nothing.
*/

create function private.check_place(country text, province text, postal_code text default null)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if check_place.country !~ '^[A-Z]{2}$' or length(check_place.province) > 100 or length(check_place.postal_code) > 12
    or check_place.country is null and (check_place.province is not null or check_place.postal_code is not null) then
    perform private.fail('invalid_place', 422, 'A place is an ISO 3166-1 code of two capitals, with a province of at most 100 characters and a postal code of at most 12 within it.', 'Send a country such as ID, or leave all out.');
  end if;
end
$$;
comment on function private.check_place(text, text, text) is 'Refuses invalid_place.';

create function private.quote_wishes(
  lines jsonb, cart_id uuid, currency text, coupon_ids uuid[], address public.addresses, country text, province text, postal_code text, shipping_method_id uuid
)
returns private.quote
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_cart public.carts;
  v_wishes private.wish[];
  v_lines private.order_line[];
  v_address public.addresses := quote_wishes.address;
  v_coupon_ids uuid[] := quote_wishes.coupon_ids;
begin
  if (quote_wishes.lines is null) = (quote_wishes.cart_id is null) then
    perform private.fail('invalid_lines', 422, 'A quote is for lines or for a cart, not for both.', 'Send one of lines and cart_id.');
  end if;
  perform private.check_place(quote_wishes.country, quote_wishes.province, quote_wishes.postal_code);
  if quote_wishes.cart_id is null then
    select array_agg(row(wish.variant_id, wish.quantity)::private.wish order by wish.variant_id) into v_wishes from private.parse_lines(quote_wishes.lines) as wish;
  else
    select * into v_cart from public.carts where carts.id = quote_wishes.cart_id and carts.customer_id = private.require_person();
    perform private.refuse_wrong_cart(v_cart);
    select array_agg(row(cart_items.variant_id, cart_items.quantity)::private.wish order by cart_items.variant_id) into v_wishes
    from public.cart_items where cart_items.cart_id = v_cart.id;
  end if;
  v_cart.currency := coalesce(quote_wishes.currency, v_cart.currency, private.setting('default_currency') #>> '{}');
  perform private.check_currency(v_cart.currency);
  v_lines := private.price_wishes(auth.uid(), v_wishes, v_cart.currency);
  if v_cart.id is not null then
    v_coupon_ids := private.cart_coupon_ids(v_cart.id) || v_coupon_ids;
    if v_address.id is null then
      v_address := private.delivery_address(v_cart.customer_id, v_lines, v_cart.shipping_address_id);
    end if;
  end if;
  return private.total_quote(auth.uid(), v_cart.currency, private.check_availability(auth.uid(), v_lines), v_coupon_ids,
    coalesce(v_address.country, quote_wishes.country), case when v_address.id is null then quote_wishes.province else v_address.province end,
    case when v_address.id is null then quote_wishes.postal_code else v_address.postal_code end, coalesce(quote_wishes.shipping_method_id, v_cart.shipping_method_id));
end
$$;
comment on function private.quote_wishes(jsonb, uuid, text, uuid[], public.addresses, text, text, text, uuid) is
  'The quote of lines, or of a cart of the caller with its coupons, sent to this address, else to the cart''s, else to the place. Refuses as public.quote does.';

create function private.quote(
  lines jsonb, cart_id uuid, currency text, coupon_codes text[], country text, province text, postal_code text, shipping_method_id uuid
)
returns jsonb
language plpgsql
volatile
security definer -- reads promotions and counts guesses, which no client may
set search_path = ''
as $$
declare
  v_found private.found_coupon[] := private.find_coupons(quote.coupon_codes);
begin
  if v_found[cardinality(v_found)].refusal is not null then
    return v_found[cardinality(v_found)].refusal;
  end if;
  return private.quote_document(private.quote_wishes(quote.lines, quote.cart_id, quote.currency, array(select found.coupon_id from unnest(v_found) as found), null,
    quote.country, quote.province, quote.postal_code, quote.shipping_method_id));
end
$$;
comment on function private.quote(jsonb, uuid, text, text[], text, text, text, uuid) is 'Does the work of public.quote.';
grant execute on function private.quote(jsonb, uuid, text, text[], text, text, text, uuid) to anon, authenticated, service_role;

create function public.quote(
  lines jsonb default null, cart_id uuid default null, currency text default null, coupon_codes text[] default null, country text default null, province text default null,
  postal_code text default null, shipping_method_id uuid default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.quote(quote.lines, quote.cart_id, quote.currency, quote.coupon_codes, quote.country, quote.province, quote.postal_code, quote.shipping_method_id);
$$;
comment on function public.quote(jsonb, uuid, text, text[], text, text, text, uuid) is
  'What [{variant_id, quantity}] or a cart would cost now, line by line: why each price is what it is, discounts and taxes by name, sums, and in problems what place_order would refuse. Changes nothing. '
  'Taxes and shipping are those of the cart''s address, else of country, province and postal_code, else of the shop. Goods go by shipping_method_id, else as the cart says, else the cheapest way. A wrong code refuses the call and is counted, those of visitors all together; codes of one person need that person. '
  'Errors: invalid_lines, invalid_quantity, invalid_place, currency_not_supported, cart_not_found, cart_not_open, cart_empty, coupon_not_found, too_many_coupon_guesses, too_many_coupons, sign_in_required.';
grant execute on function public.quote(jsonb, uuid, text, text[], text, text, text, uuid) to anon, authenticated, service_role;
