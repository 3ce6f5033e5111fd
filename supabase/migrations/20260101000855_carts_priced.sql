/*
Carts, priced: a cart as it stands now. Prices, discounts and taxes are those of the quote, so an order from the cart costs what the cart said.

Promise: what would refuse the order stands in problems with the very code; what moved since the customer last saw the cart stands in changes, once.
*/

create function private.units_in_reach(variant_id uuid)
returns bigint
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return private.sellable_units(units_in_reach.variant_id) + (
    -- holds that are due are freed by whoever comes for them
    select coalesce(sum(reservations.quantity), 0) from public.reservations
    where reservations.variant_id = units_in_reach.variant_id and reservations.status = 'held' and reservations.expires_at <= now());
end
$$;
comment on function private.units_in_reach(uuid) is 'How many units a purchase would find now; null when the variant is not counted.';

create function private.check_availability(person_id uuid, lines private.order_line[])
returns private.order_line[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_lines private.order_line[] := check_availability.lines;
  v_line private.order_line;
  v_asked private.order_line; -- with what all lines want of it together
  v_short uuid[] := array(
    select wanted.variant_id from (
      select line.variant_id, sum(line.quantity) as units from unnest(check_availability.lines) as line
      where line.counted and line.problem is null group by line.variant_id
    ) as wanted
    where wanted.units > private.units_in_reach(wanted.variant_id));
begin
  for v_index in 1 .. cardinality(v_lines) loop
    v_line := v_lines[v_index];
    continue when v_line.problem is not null;
    if v_line.intake_id is not null and check_availability.person_id is not null then
      v_line.problem := private.second_seat_problem(check_availability.person_id, v_line.intake_id);
    end if;
    if v_line.problem is null and v_line.variant_id = any (v_short) then
      v_asked := v_line;
      v_asked.quantity := (select sum(line.quantity) from unnest(check_availability.lines) as line where line.variant_id = v_line.variant_id and line.counted and line.problem is null);
      v_line.problem := private.stock_problem(check_availability.person_id, v_asked);
    end if;
    v_lines[v_index] := v_line;
  end loop;
  return v_lines;
end
$$;
comment on function private.check_availability(uuid, private.order_line[]) is
  'The lines with what stock and seats would refuse: already_enrolled, order_already_open, out_of_stock. Units of one variant are summed over lines and parts of bundles. Holds nothing, so it is true for this moment only.';

create function private.stock_problem(person_id uuid, line private.order_line)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if line.intake_id is null then
    return private.problem('out_of_stock', 409, format('There are not %s of %s left.', line.quantity, line.title), 'Lower the quantity or remove the line.', line.variant_id::text);
  end if;
  if exists (
    select from public.waitlist_entries
    where waitlist_entries.intake_id = line.intake_id and waitlist_entries.learner_id = stock_problem.person_id
      and waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at > now()
  ) then
    return null; -- a seat is held for this very person
  end if;
  return private.problem('out_of_stock', 409, format('Every seat in %s is taken.', line.title), 'Join the waiting list (join_waitlist), or choose another intake.', line.variant_id::text);
end
$$;
comment on function private.stock_problem(uuid, private.order_line) is 'out_of_stock in the words of private.hold_line, unless a seat is offered to the person.';

create function private.needs_address(lines private.order_line[])
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
begin
  foreach v_line in array needs_address.lines loop
    if v_line.kind = 'physical' then
      return true;
    end if;
  end loop;
  return false;
end
$$;
comment on function private.needs_address(private.order_line[]) is 'Whether something among these lines is sent by post.';

create function private.delivery_address(customer_id uuid, lines private.order_line[], wanted_id uuid)
returns public.addresses
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_address public.addresses;
begin
  if private.needs_address(delivery_address.lines) then
    select * into v_address from public.addresses
    where addresses.id = coalesce(delivery_address.wanted_id, private.default_address(delivery_address.customer_id));
  end if;
  return v_address;
end
$$;
comment on function private.delivery_address(uuid, private.order_line[], uuid) is 'Where the goods among these lines go: the address that is wanted, else the default one; null when nothing is sent, or there is none.';

create function private.address_problem(lines private.order_line[], address_id uuid)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if address_problem.address_id is null and private.needs_address(address_problem.lines) then
    return private.problem('address_required', 422, 'Something in this order is sent by post, and there is no address to send it to.',
      'Add an address (add_address), or send shipping_address_id.');
  end if;
  return null;
end
$$;
comment on function private.address_problem(private.order_line[], uuid) is 'address_required when goods have nowhere to go; else null.';

create function private.cart_coupon_ids(cart_id uuid)
returns uuid[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return array(
    select cart_coupons.coupon_id from public.cart_coupons where cart_coupons.cart_id = cart_coupon_ids.cart_id order by cart_coupons.added_at, cart_coupons.coupon_id);
end
$$;
comment on function private.cart_coupon_ids(uuid) is 'The coupons of a cart, in the order in which they were typed in.';

create type private.priced_cart as (cart public.carts, quote private.quote, address public.addresses);
comment on type private.priced_cart is 'A cart and what it costs now, with the address that its goods would go to.';

create function private.price_cart(cart public.carts)
returns private.priced_cart
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_priced private.priced_cart;
  v_wishes private.wish[];
  v_lines private.order_line[];
begin
  select coalesce(array_agg(row(cart_items.variant_id, cart_items.quantity)::private.wish order by cart_items.variant_id), '{}') into v_wishes
  from public.cart_items where cart_items.cart_id = cart.id;
  v_lines := private.check_availability(cart.customer_id, private.price_wishes(cart.customer_id, v_wishes, cart.currency));
  v_priced.cart := cart;
  v_priced.address := private.delivery_address(cart.customer_id, v_lines, cart.shipping_address_id);
  v_priced.quote := private.total_quote(cart.customer_id, cart.currency, v_lines, private.cart_coupon_ids(cart.id),
    (v_priced.address).country, (v_priced.address).province, (v_priced.address).postal_code, cart.shipping_method_id);
  return v_priced;
end
$$;
comment on function private.price_cart(public.carts) is 'What a cart costs now, with everything that would refuse its order: the computation of place_order.';

-- what changed -----------------------------------------------------------------------------------------------------------------------

create function private.line_problem(lines private.order_line[], variant_id uuid)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
begin
  foreach v_line in array line_problem.lines loop
    if v_line.problem is not null and coalesce(v_line.parent_variant_id, v_line.variant_id) = line_problem.variant_id then
      return v_line.problem;
    end if;
  end loop;
  return null;
end
$$;
comment on function private.line_problem(private.order_line[], uuid) is 'What is wrong with the line of this variant, or with a part of the bundle that it is.';

create function private.cart_changes(priced private.priced_cart, touched uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('code', change.code, 'variant_id', seen.variant_id, 'title', coalesce(seen.title, seen.seen_title),
      'from', change.old_value, 'to', change.new_value) order by seen.added_at, seen.variant_id), '[]')
    from (
      select cart_items.*, line.title, line.unit_amount, private.line_problem((priced.quote).lines, cart_items.variant_id) ->> 'code' as problem
      from public.cart_items join unnest((priced.quote).lines) as line on line.variant_id = cart_items.variant_id and line.parent_variant_id is null
      where cart_items.cart_id = (priced.cart).id and cart_items.variant_id is distinct from cart_changes.touched
    ) as seen
    cross join lateral (
      select 'price_changed' as code, to_jsonb(seen.seen_unit_amount) as old_value, to_jsonb(seen.unit_amount) as new_value
      where seen.seen_unit_amount <> seen.unit_amount
      union all select 'not_available', null, to_jsonb(seen.problem) where seen.problem <> coalesce(seen.seen_problem, '')
      union all select 'available_again', to_jsonb(seen.seen_problem), null where seen.problem is null and seen.seen_problem is not null
    ) as change);
end
$$;
comment on function private.cart_changes(private.priced_cart, uuid) is
  'What moved since the customer last saw the cart: price_changed, not_available, available_again; not for the line they changed themselves just now.';

create function private.reduce_to_stock(priced private.priced_cart, touched uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_item record;
  v_left bigint; -- for the line itself, beside what bundles in the cart take
  v_changes jsonb := '[]';
begin
  for v_item in
    select line.variant_id, line.quantity, line.title from unnest((priced.quote).lines) as line
    where line.parent_variant_id is null and line.quantity > 1 and line.variant_id is distinct from reduce_to_stock.touched
      and private.line_problem((priced.quote).lines, line.variant_id) ->> 'code' = 'out_of_stock'
  loop
    v_left := private.units_in_reach(v_item.variant_id) - (
      select coalesce(sum(part.quantity), 0) from unnest((priced.quote).lines) as part where part.variant_id = v_item.variant_id and part.parent_variant_id is not null);
    continue when v_left < 1 or v_left >= v_item.quantity;
    update public.cart_items set quantity = v_left where cart_items.cart_id = (priced.cart).id and cart_items.variant_id = v_item.variant_id;
    v_changes := v_changes || jsonb_build_object('code', 'quantity_reduced', 'variant_id', v_item.variant_id, 'title', v_item.title,
      'from', v_item.quantity, 'to', v_left);
  end loop;
  return v_changes;
end
$$;
comment on function private.reduce_to_stock(private.priced_cart, uuid) is 'Lowers quantities to what is left beside bundles of it in the cart, as long as something is left, and says which.';

create function private.cart_moved(priced private.priced_cart)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
begin
  foreach v_line in array (priced.quote).lines loop
    if v_line.problem ->> 'code' = 'out_of_stock' then
      return true; -- there may be fewer left than the cart asks for
    end if;
  end loop;
  return private.cart_changes(priced, null) <> '[]';
end
$$;
comment on function private.cart_moved(private.priced_cart) is 'Whether there is something to tell the customer or to reduce: else a look at the cart writes nothing.';

create function private.mark_seen(priced private.priced_cart)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.cart_items
  set seen_title = coalesce(shown.title, cart_items.seen_title), seen_unit_amount = coalesce(shown.unit_amount, cart_items.seen_unit_amount),
    seen_problem = shown.problem
  from (
    select line.variant_id, line.title, line.unit_amount, private.line_problem((priced.quote).lines, line.variant_id) ->> 'code' as problem
    from unnest((priced.quote).lines) as line where line.parent_variant_id is null
  ) as shown
  where cart_items.cart_id = (priced.cart).id and cart_items.variant_id = shown.variant_id
    and (coalesce(shown.title, cart_items.seen_title), coalesce(shown.unit_amount, cart_items.seen_unit_amount), shown.problem)
      is distinct from (cart_items.seen_title, cart_items.seen_unit_amount, cart_items.seen_problem);
end
$$;
comment on function private.mark_seen(private.priced_cart) is 'Remembers what the customer is shown now.';

-- the document -----------------------------------------------------------------------------------------------------------------------

create function private.cart_lines(priced private.priced_cart)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(
      private.line_document(line) - 'parent_variant_id' || jsonb_build_object(
        'title', coalesce(line.title, cart_items.seen_title), 'added_at', cart_items.added_at,
        'problem', private.line_problem((priced.quote).lines, line.variant_id),
        'components', (
          select coalesce(jsonb_agg(jsonb_build_object('variant_id', part.variant_id, 'kind', part.kind, 'sku', part.sku, 'title', part.title, 'quantity', part.quantity, 'ships_at', part.ships_at)
            order by part.title, part.variant_id), '[]')
          from unnest((priced.quote).lines) as part where part.parent_variant_id = line.variant_id))
      order by cart_items.added_at, cart_items.variant_id), '[]')
    from public.cart_items
    join unnest((priced.quote).lines) as line on line.variant_id = cart_items.variant_id and line.parent_variant_id is null
    where cart_items.cart_id = (priced.cart).id);
end
$$;
comment on function private.cart_lines(private.priced_cart) is 'The lines of a cart as a client shows them, oldest first; what is in a bundle stands in components.';

create function private.cart_sums(quote private.quote)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object('subtotal_amount', quote.subtotal_amount, 'discount_amount', quote.discount_amount, 'tax_amount', quote.tax_amount,
    'tax_included_amount', quote.tax_included_amount, 'shipping_amount', quote.shipping_amount, 'total_amount', quote.total_amount,
    'shipping', private.shipping_document(quote), 'discounts', coalesce(quote.discounts, '[]'), 'taxes', coalesce(quote.taxes, '[]'));
end
$$;
comment on function private.cart_sums(private.quote) is 'What a cart costs: private.quote_document without the lines, which a cart has itself, and the problems, of which it has more.';

create function private.cart_document(priced private.priced_cart, changes jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_lines jsonb := private.cart_lines(priced);
  v_problems jsonb := coalesce((priced.quote).problems, '[]') || coalesce(private.address_problem((priced.quote).lines, (priced.address).id), '[]');
begin
  if v_lines = '[]' then
    v_problems := jsonb_build_array(private.problem('cart_empty', 409, 'There is nothing in this cart.', 'Add something first (add_to_cart).'));
  end if;
  return jsonb_build_object(
    'id', (priced.cart).id, 'currency', (priced.cart).currency, 'expires_at', (priced.cart).expires_at,
    'lines', v_lines, 'quote', private.cart_sums(priced.quote),
    'shipping_address', private.address_snapshot((priced.address).id) || jsonb_build_object('id', (priced.address).id),
    'coupon_codes', (
      select coalesce(jsonb_agg(coupons.code order by cart_coupons.added_at, coupons.code), '[]')
      from public.cart_coupons join public.coupons on coupons.id = cart_coupons.coupon_id where cart_coupons.cart_id = (priced.cart).id),
    'changes', cart_document.changes, 'problems', v_problems);
end
$$;
comment on function private.cart_document(private.priced_cart, jsonb) is 'A cart as every verb answers it. What stands in problems would refuse its order, with the same codes.';
