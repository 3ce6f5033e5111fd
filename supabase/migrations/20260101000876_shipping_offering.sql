/*
Shipping, offering: what it would cost to send lines or a cart to a place, before anybody orders.

Promise: an offer is what the quote, and so the order, says of shipping when it is chosen at this moment. It holds and changes nothing.
*/

create function private.shipping_offers(
  lines jsonb, cart_id uuid, address_id uuid, currency text, country text, province text, postal_code text, shipping_method_id uuid
)
returns jsonb
language plpgsql
volatile
security definer -- reads promotions, which no client may
set search_path = ''
as $$
declare
  v_address public.addresses;
  v_quote private.quote;
begin
  if shipping_offers.address_id is not null then
    perform private.require_person();
    v_address := private.find_own_address(shipping_offers.address_id);
  end if;
  v_quote := private.quote_wishes(shipping_offers.lines, shipping_offers.cart_id, shipping_offers.currency, '{}', v_address, shipping_offers.country,
    shipping_offers.province, shipping_offers.postal_code, shipping_offers.shipping_method_id);
  return jsonb_build_object('currency', v_quote.currency, 'needed', private.needs_address(v_quote.lines), 'shipping', private.shipping_document(v_quote),
    'problem', nullif(v_quote.shipping -> 'problem', 'null'));
end
$$;
comment on function private.shipping_offers(jsonb, uuid, uuid, text, text, text, text, uuid) is 'Does the work of public.shipping_offers.';
grant execute on function private.shipping_offers(jsonb, uuid, uuid, text, text, text, text, uuid) to anon, authenticated, service_role;

create function public.shipping_offers(
  lines jsonb default null, cart_id uuid default null, address_id uuid default null, currency text default null, country text default null,
  province text default null, postal_code text default null, shipping_method_id uuid default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.shipping_offers(shipping_offers.lines, shipping_offers.cart_id, shipping_offers.address_id, shipping_offers.currency, shipping_offers.country,
    shipping_offers.province, shipping_offers.postal_code, shipping_offers.shipping_method_id);
$$;
comment on function public.shipping_offers(jsonb, uuid, uuid, text, text, text, text, uuid) is
  'How [{variant_id, quantity}] or a cart can be sent to one of the caller''s addresses, else to country, province and postal_code, else to the cart''s address, else within the shop''s country: {currency, needed, shipping, problem}. '
  'shipping: every method that delivers there with price, tax, days and why, and the one that is taken (shipping_method_id, else the cart''s, else the cheapest); null when nothing is sent or sending is free in this shop. '
  'problem: what place_order would refuse. Changes nothing. Errors: invalid_lines, invalid_quantity, invalid_place, currency_not_supported, cart_not_found, cart_not_open, cart_empty, address_not_found, sign_in_required.';
grant execute on function public.shipping_offers(jsonb, uuid, uuid, text, text, text, text, uuid) to anon, authenticated, service_role;
