/*
Carts, verbs: each is one call that answers the whole cart, priced anew. See the carts file for the promise and the order of locks.
*/

create function private.answer_cart(person_id uuid, idempotency_key text, verb text, body jsonb, cart_id uuid, touched uuid default null, changes jsonb default '[]')
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_cart public.carts;
  v_priced private.priced_cart;
  v_reduced jsonb;
  v_changes jsonb := answer_cart.changes;
begin
  update public.carts
  set expires_at = private.cart_expiry(),
    order_id = case when answer_cart.verb = 'get_cart' then carts.order_id end -- whoever changes a cart that came back makes it another
  where carts.id = answer_cart.cart_id
  returning * into v_cart;
  v_priced := private.price_cart(v_cart);
  if answer_cart.touched is not null then
    perform private.refuse_problem(private.line_problem((v_priced.quote).lines, answer_cart.touched));
  end if;
  v_reduced := private.reduce_to_stock(v_priced, answer_cart.touched);
  if v_reduced <> '[]' then
    v_priced := private.price_cart(v_cart);
  end if;
  v_changes := v_changes || v_reduced || private.cart_changes(v_priced, answer_cart.touched);
  perform private.mark_seen(v_priced);
  return private.remember_answer(answer_cart.person_id, answer_cart.idempotency_key, answer_cart.verb, answer_cart.body,
    private.cart_document(v_priced, v_changes));
end
$$;
comment on function private.answer_cart(uuid, text, text, jsonb, uuid, uuid, jsonb) is
  'The end of every verb that changes a cart: keeps it for another while, prices it, refuses what is wrong with the touched line, and answers all of it. The caller holds the cart.';

create function private.check_cart_limits(cart_id uuid, variant_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_most_lines integer := private.setting('max_order_lines');
  v_most_units integer := private.setting('max_cart_quantity');
begin
  if (select count(*) from public.cart_items where cart_items.cart_id = check_cart_limits.cart_id) > v_most_lines then
    perform private.fail('cart_full', 409, format('A cart has at most %s lines.', v_most_lines), 'Order what is in it, or remove a line first.');
  end if;
  if exists (
    select from public.cart_items
    where cart_items.cart_id = check_cart_limits.cart_id and cart_items.variant_id = check_cart_limits.variant_id and cart_items.quantity > v_most_units
  ) then
    perform private.refuse_cart_quantity();
  end if;
end
$$;
comment on function private.check_cart_limits(uuid, uuid) is 'Refuses cart_full, and invalid_quantity for a line that takes more units than a cart may.';

create function private.refuse_cart_quantity()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.fail('invalid_quantity', 422, format('A cart takes from 1 to %s units of one thing.', private.setting('max_cart_quantity')),
    'Lower the quantity; remove_from_cart takes the line out.');
end
$$;
comment on function private.refuse_cart_quantity() is 'Refuses invalid_quantity.';

create function private.refuse_missing_item()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.fail('cart_item_not_found', 404, 'This is not in your cart.', 'Read your cart again (get_cart).');
end
$$;
comment on function private.refuse_missing_item() is 'Refuses cart_item_not_found.';

-- read -------------------------------------------------------------------------------------------------------------------------------

create function private.get_cart(idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write carts, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := '{}';
  v_answer jsonb := private.recall_answer(v_person_id, get_cart.idempotency_key, 'get_cart', v_body);
  v_cart public.carts;
  v_priced private.priced_cart;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if private.cart_needs_care(v_person_id) then
    v_cart := private.lock_cart(v_person_id);
  else
    select * into v_cart from public.carts where carts.customer_id = v_person_id and carts.status = 'open';
  end if;
  if v_cart.id is null then
    v_cart.customer_id := v_person_id;
    v_cart.currency := private.setting('default_currency') #>> '{}';
    return private.cart_document(private.price_cart(v_cart), '[]');
  end if;
  v_priced := private.price_cart(v_cart);
  -- most looks find what was there before, and write nothing
  if not private.cart_moved(v_priced) and v_cart.expires_at > private.cart_expiry() - interval '1 day' then
    return private.cart_document(v_priced, '[]');
  end if;
  v_cart := private.lock_cart(v_person_id);
  if v_cart.id is null then
    -- ordered in another tab at this moment
    return private.get_cart(get_cart.idempotency_key);
  end if;
  return private.answer_cart(v_person_id, get_cart.idempotency_key, 'get_cart', v_body, v_cart.id);
end
$$;
comment on function private.get_cart(text) is 'Does the work of public.get_cart.';
grant execute on function private.get_cart(text) to authenticated;

create function public.get_cart(idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.get_cart(get_cart.idempotency_key);
$$;
comment on function public.get_cart(text) is
  'The caller''s cart as it stands now: {id, currency, expires_at, lines, quote, shipping_address, coupon_codes, changes, problems}; id is null while there is none. changes: what moved since it was last answered, told once. problems: what place_order would refuse, with the same codes. Errors: sign_in_required.';
grant execute on function public.get_cart(text) to authenticated;

-- change -----------------------------------------------------------------------------------------------------------------------------

create function private.add_to_cart(variant_id uuid, quantity integer, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write carts, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_object('variant_id', add_to_cart.variant_id, 'quantity', add_to_cart.quantity);
  v_answer jsonb := private.recall_answer(v_person_id, add_to_cart.idempotency_key, 'add_to_cart', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if add_to_cart.quantity is null or add_to_cart.quantity not between 1 and 1000 then
    perform private.refuse_cart_quantity();
  end if;
  if not exists (select from public.variants where variants.id = add_to_cart.variant_id) then
    -- in the words of private.price_line, which answers so of what is hidden
    perform private.fail('variant_not_found', 404, 'One of these things is not on sale.', 'Read the catalogue again and remove it.', add_to_cart.variant_id::text);
  end if;
  v_cart := private.open_cart(v_person_id);
  insert into public.cart_items as item (cart_id, variant_id, quantity) values (v_cart.id, add_to_cart.variant_id, add_to_cart.quantity)
  on conflict on constraint cart_items_pkey do update set quantity = least(item.quantity + excluded.quantity, 1000);
  perform private.check_cart_limits(v_cart.id, add_to_cart.variant_id);
  return private.answer_cart(v_person_id, add_to_cart.idempotency_key, 'add_to_cart', v_body, v_cart.id, add_to_cart.variant_id);
end
$$;
comment on function private.add_to_cart(uuid, integer, text) is 'Does the work of public.add_to_cart.';
grant execute on function private.add_to_cart(uuid, integer, text) to authenticated;

create function public.add_to_cart(variant_id uuid, quantity integer default 1, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.add_to_cart(add_to_cart.variant_id, add_to_cart.quantity, add_to_cart.idempotency_key);
$$;
comment on function public.add_to_cart(uuid, integer, text) is
  'Puts units of a variant into the caller''s cart, on top of those that are there, and answers the cart (see get_cart). Refuses what place_order would refuse of this line. Errors: invalid_quantity, cart_full, variant_not_found, price_missing, intake_not_open, intake_closed, out_of_stock, already_enrolled, order_already_open, idempotency_key_reused, sign_in_required.';
grant execute on function public.add_to_cart(uuid, integer, text) to authenticated;

create function private.change_cart_item(variant_id uuid, quantity integer, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write carts, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_object('variant_id', change_cart_item.variant_id, 'quantity', change_cart_item.quantity);
  v_answer jsonb := private.recall_answer(v_person_id, change_cart_item.idempotency_key, 'change_cart_item', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if change_cart_item.quantity is null or change_cart_item.quantity not between 1 and 1000 then
    perform private.refuse_cart_quantity();
  end if;
  v_cart := private.lock_cart(v_person_id);
  update public.cart_items set quantity = change_cart_item.quantity
  where cart_items.cart_id = v_cart.id and cart_items.variant_id = change_cart_item.variant_id;
  if not found then
    perform private.refuse_missing_item();
  end if;
  perform private.check_cart_limits(v_cart.id, change_cart_item.variant_id);
  return private.answer_cart(v_person_id, change_cart_item.idempotency_key, 'change_cart_item', v_body, v_cart.id, change_cart_item.variant_id);
end
$$;
comment on function private.change_cart_item(uuid, integer, text) is 'Does the work of public.change_cart_item.';
grant execute on function private.change_cart_item(uuid, integer, text) to authenticated;

create function public.change_cart_item(variant_id uuid, quantity integer, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.change_cart_item(change_cart_item.variant_id, change_cart_item.quantity, change_cart_item.idempotency_key);
$$;
comment on function public.change_cart_item(uuid, integer, text) is
  'Sets how many units of a variant are in the caller''s cart and answers the cart (see get_cart). Errors: cart_item_not_found, and those of add_to_cart but cart_full.';
grant execute on function public.change_cart_item(uuid, integer, text) to authenticated;

create function private.remove_from_cart(variant_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write carts, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(remove_from_cart.variant_id);
  v_answer jsonb := private.recall_answer(v_person_id, remove_from_cart.idempotency_key, 'remove_from_cart', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_cart := private.lock_cart(v_person_id);
  delete from public.cart_items where cart_items.cart_id = v_cart.id and cart_items.variant_id = remove_from_cart.variant_id;
  if not found then
    perform private.refuse_missing_item();
  end if;
  return private.answer_cart(v_person_id, remove_from_cart.idempotency_key, 'remove_from_cart', v_body, v_cart.id);
end
$$;
comment on function private.remove_from_cart(uuid, text) is 'Does the work of public.remove_from_cart.';
grant execute on function private.remove_from_cart(uuid, text) to authenticated;

create function public.remove_from_cart(variant_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.remove_from_cart(remove_from_cart.variant_id, remove_from_cart.idempotency_key);
$$;
comment on function public.remove_from_cart(uuid, text) is
  'Takes a line out of the caller''s cart and answers the cart (see get_cart). Errors: cart_item_not_found, idempotency_key_reused, sign_in_required.';
grant execute on function public.remove_from_cart(uuid, text) to authenticated;

create function private.clear_cart(idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write carts, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := '{}';
  v_answer jsonb := private.recall_answer(v_person_id, clear_cart.idempotency_key, 'clear_cart', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_cart := private.lock_cart(v_person_id);
  if v_cart.id is null then
    return private.get_cart(null);
  end if;
  delete from public.cart_items where cart_items.cart_id = v_cart.id;
  delete from public.cart_coupons where cart_coupons.cart_id = v_cart.id;
  return private.answer_cart(v_person_id, clear_cart.idempotency_key, 'clear_cart', v_body, v_cart.id);
end
$$;
comment on function private.clear_cart(text) is 'Does the work of public.clear_cart.';
grant execute on function private.clear_cart(text) to authenticated;

create function public.clear_cart(idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.clear_cart(clear_cart.idempotency_key);
$$;
comment on function public.clear_cart(text) is
  'Empties the caller''s cart, coupons included, and answers it (see get_cart). Errors: idempotency_key_reused, sign_in_required.';
grant execute on function public.clear_cart(text) to authenticated;

create function private.set_cart_address(address_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write carts, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(set_cart_address.address_id);
  v_answer jsonb := private.recall_answer(v_person_id, set_cart_address.idempotency_key, 'set_cart_address', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.find_own_address(set_cart_address.address_id);
  v_cart := private.open_cart(v_person_id);
  update public.carts set shipping_address_id = set_cart_address.address_id where carts.id = v_cart.id;
  return private.answer_cart(v_person_id, set_cart_address.idempotency_key, 'set_cart_address', v_body, v_cart.id);
end
$$;
comment on function private.set_cart_address(uuid, text) is 'Does the work of public.set_cart_address.';
grant execute on function private.set_cart_address(uuid, text) to authenticated;

create function public.set_cart_address(address_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_cart_address(set_cart_address.address_id, set_cart_address.idempotency_key);
$$;
comment on function public.set_cart_address(uuid, text) is
  'Sends what is in the caller''s cart to this one of their addresses instead of their default one; answers the cart (see get_cart). Errors: address_not_found, idempotency_key_reused, sign_in_required.';
grant execute on function public.set_cart_address(uuid, text) to authenticated;

create function private.set_cart_currency(currency text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write carts, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(set_cart_currency.currency);
  v_answer jsonb := private.recall_answer(v_person_id, set_cart_currency.idempotency_key, 'set_cart_currency', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_currency(set_cart_currency.currency);
  v_cart := private.open_cart(v_person_id);
  update public.carts set currency = set_cart_currency.currency where carts.id = v_cart.id;
  -- amounts of two currencies are not compared
  update public.cart_items set seen_unit_amount = null where cart_items.cart_id = v_cart.id and v_cart.currency <> set_cart_currency.currency;
  return private.answer_cart(v_person_id, set_cart_currency.idempotency_key, 'set_cart_currency', v_body, v_cart.id);
end
$$;
comment on function private.set_cart_currency(text, text) is 'Does the work of public.set_cart_currency.';
grant execute on function private.set_cart_currency(text, text) to authenticated;

create function public.set_cart_currency(currency text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_cart_currency(set_cart_currency.currency, set_cart_currency.idempotency_key);
$$;
comment on function public.set_cart_currency(text, text) is
  'Prices the caller''s cart in another currency and answers it (see get_cart). Errors: currency_not_supported, idempotency_key_reused, sign_in_required.';
grant execute on function public.set_cart_currency(text, text) to authenticated;
