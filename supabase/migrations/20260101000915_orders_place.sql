/*
Orders, place_order: one order from a list of lines or from a cart. See the orders file for the promise and the order of locks; a cart is
locked before everything but the idempotency key, and marked as ordered in the transaction that writes the order.
*/

create function private.refuse_wrong_cart(cart public.carts)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if cart.id is null then
    perform private.fail('cart_not_found', 404, 'You have no such cart.', 'Read your cart (get_cart) and send its id.');
  end if;
  if cart.status <> 'open' then
    perform private.fail('cart_not_open', 409, 'This cart was given up or became part of another.', 'Read your cart again (get_cart).');
  end if;
  if not exists (select from public.cart_items where cart_items.cart_id = cart.id) then
    perform private.fail('cart_empty', 409, 'There is nothing in this cart.', 'Add something first (add_to_cart).');
  end if;
end
$$;
comment on function private.refuse_wrong_cart(public.carts) is 'Refuses cart_not_found, cart_not_open and cart_empty: a cart that no order can be placed from.';

create function private.place_order(lines jsonb, cart_id uuid, currency text, shipping_address_id uuid, country text, province text, shipping_method_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write orders, only place them
set search_path = ''
as $$
declare
  v_customer_id uuid := private.require_person();
  v_body jsonb := jsonb_build_object('lines', place_order.lines, 'cart_id', place_order.cart_id, 'currency', place_order.currency,
    'shipping_address_id', place_order.shipping_address_id, 'country', place_order.country, 'province', place_order.province,
    'shipping_method_id', place_order.shipping_method_id);
  v_answer jsonb := private.recall_answer(v_customer_id, place_order.idempotency_key, 'place_order', v_body);
  v_cart public.carts;
  v_currency text;
  v_wishes private.wish[];
  v_lines private.order_line[];
  v_address public.addresses;
  v_quote private.quote;
  v_order_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if place_order.cart_id is not null then
    if place_order.lines is not null then
      perform private.fail('invalid_lines', 422, 'An order is placed from lines or from a cart, not from both.', 'Leave one of lines and cart_id out.');
    end if;
    perform private.lock_cart(v_customer_id);
    select * into v_cart from public.carts where carts.id = place_order.cart_id and carts.customer_id = v_customer_id;
    if v_cart.status = 'ordered' then
      -- another click was quicker: this one answers the same order
      return private.remember_answer(v_customer_id, place_order.idempotency_key, 'place_order', v_body, private.order_document(v_cart.order_id));
    end if;
    perform private.refuse_wrong_cart(v_cart);
  end if;
  if place_order.shipping_address_id is not null then
    perform private.find_own_address(place_order.shipping_address_id);
  end if;
  if place_order.shipping_method_id is not null then
    perform private.find_shipping_method(place_order.shipping_method_id);
  end if;
  v_currency := coalesce(place_order.currency, v_cart.currency, private.setting('default_currency') #>> '{}');
  perform private.check_currency(v_currency);
  perform private.check_place(place_order.country, place_order.province);
  if v_cart.id is null then
    select array_agg(row(wish.variant_id, wish.quantity)::private.wish order by wish.variant_id) into v_wishes from private.parse_lines(place_order.lines) as wish;
  else
    select array_agg(row(cart_items.variant_id, cart_items.quantity)::private.wish order by cart_items.variant_id) into v_wishes
    from public.cart_items where cart_items.cart_id = v_cart.id;
  end if;
  v_lines := private.price_wishes(v_customer_id, v_wishes, v_currency);
  v_address := private.delivery_address(v_customer_id, v_lines, coalesce(place_order.shipping_address_id, v_cart.shipping_address_id));
  v_quote := private.total_quote(v_customer_id, v_currency, v_lines, private.cart_coupon_ids(v_cart.id),
    coalesce(v_address.country, place_order.country), case when v_address.id is null then place_order.province else v_address.province end,
    v_address.postal_code, coalesce(place_order.shipping_method_id, v_cart.shipping_method_id));
  if v_quote.problems is not null then
    perform private.refuse_problem(v_quote.problems -> 0);
  end if;
  perform private.refuse_problem(private.address_problem(v_lines, v_address.id));
  v_order_id := private.place_quote(v_customer_id, v_quote);
  if v_address.id is not null then
    update public.orders set shipping_address = private.address_snapshot(v_address.id) where orders.id = v_order_id;
  end if;
  if v_cart.id is not null then
    update public.carts set status = 'ordered', order_id = v_order_id where carts.id = v_cart.id;
  end if;
  return private.remember_answer(v_customer_id, place_order.idempotency_key, 'place_order', v_body, private.order_document(v_order_id));
end
$$;
comment on function private.place_order(jsonb, uuid, text, uuid, text, text, uuid, text) is 'Does the work of public.place_order.';
grant execute on function private.place_order(jsonb, uuid, text, uuid, text, text, uuid, text) to authenticated;

create function public.place_order(
  lines jsonb default null, cart_id uuid default null, currency text default null, shipping_address_id uuid default null,
  country text default null, province text default null, shipping_method_id uuid default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.place_order(place_order.lines, place_order.cart_id, place_order.currency, place_order.shipping_address_id,
    place_order.country, place_order.province, place_order.shipping_method_id, place_order.idempotency_key);
$$;
comment on function public.place_order(jsonb, uuid, text, uuid, text, text, uuid, text) is
  'Buys [{variant_id, quantity}], or what is in a cart (once: later calls answer the same order), in one transaction and answers the whole order. Nothing to pay: paid at once. '
  'Else pending, held until expires_at; then call the function checkout. Goods go to shipping_address_id, else the cart''s address, else the default one, by shipping_method_id, else as the cart says, else the cheapest way that delivers there. Taxes are those of that address, else of country and province, else of the shop. '
  'Currency: ISO code, default the cart''s, else from settings. Errors: invalid_lines, invalid_quantity, variant_not_found, price_missing, currency_not_supported, intake_not_open, '
  'intake_closed, intake_cancelled, prerequisite_missing, out_of_stock, promotion_used_up and the coupon_* of the cart''s codes, already_enrolled, order_already_open, cart_not_found, cart_not_open, cart_empty, address_required, address_not_found, shipping_not_available, shipping_method_not_found, shipping_method_not_available, invalid_place, idempotency_key_reused, sign_in_required.';
grant execute on function public.place_order(jsonb, uuid, text, uuid, text, text, uuid, text) to authenticated;
