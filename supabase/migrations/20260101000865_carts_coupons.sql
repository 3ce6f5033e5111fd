/*
Carts, coupons: codes that a customer types into their cart. What a code is worth is asked at every quote.

Promise: a code that does nothing for the cart is refused with the reason; a wrong one is counted against guessing.
*/

create function private.apply_coupon(code text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write carts, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(apply_coupon.code);
  v_answer jsonb := private.recall_answer(v_person_id, apply_coupon.idempotency_key, 'apply_coupon', v_body);
  v_found private.found_coupon;
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_found := private.find_coupon(v_person_id, coalesce(apply_coupon.code, ''));
  if v_found.refusal is not null then
    return v_found.refusal;
  end if;
  v_cart := private.open_cart(v_person_id);
  insert into public.cart_coupons (cart_id, coupon_id) values (v_cart.id, v_found.coupon_id) on conflict do nothing;
  if cardinality(private.cart_coupon_ids(v_cart.id)) > (private.setting('max_order_coupons'))::integer then
    perform private.fail('too_many_coupons', 422, 'These are more codes than one order may use.', 'Remove one first (remove_coupon).');
  end if;
  perform private.refuse_problem(private.coupon_problem_in((private.price_cart(v_cart)).quote, v_found.coupon_id));
  return private.answer_cart(v_person_id, apply_coupon.idempotency_key, 'apply_coupon', v_body, v_cart.id);
end
$$;
comment on function private.apply_coupon(text, text) is 'Does the work of public.apply_coupon.';
grant execute on function private.apply_coupon(text, text) to authenticated;

create function private.coupon_problem_in(quote private.quote, coupon_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select problem from jsonb_array_elements(quote.problems) as problem
    where problem ->> 'code' like 'coupon\_%'
      and problem ->> 'details' = (select coupons.code from public.coupons where coupons.id = coupon_problem_in.coupon_id)
    limit 1);
end
$$;
comment on function private.coupon_problem_in(private.quote, uuid) is 'Why a coupon does nothing in a quote; null when it does something.';

create function public.apply_coupon(code text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.apply_coupon(apply_coupon.code, apply_coupon.idempotency_key);
$$;
comment on function public.apply_coupon(text, text) is
  'Adds a coupon to the caller''s cart and answers the cart (see get_cart). Errors: coupon_not_found, too_many_coupon_guesses, too_many_coupons, coupon_not_started, coupon_expired, coupon_used_up, coupon_already_used, coupon_not_applicable, coupon_not_combinable, idempotency_key_reused, sign_in_required.';
grant execute on function public.apply_coupon(text, text) to authenticated;

create function private.remove_coupon(code text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write carts, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(remove_coupon.code);
  v_answer jsonb := private.recall_answer(v_person_id, remove_coupon.idempotency_key, 'remove_coupon', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_cart := private.lock_cart(v_person_id);
  delete from public.cart_coupons using public.coupons
  where cart_coupons.cart_id = v_cart.id and coupons.id = cart_coupons.coupon_id and coupons.code = private.coupon_code(left(remove_coupon.code, 100));
  if not found then
    perform private.fail('coupon_not_in_cart', 404, 'This code is not in your cart.', 'Read your cart again (get_cart).');
  end if;
  return private.answer_cart(v_person_id, remove_coupon.idempotency_key, 'remove_coupon', v_body, v_cart.id);
end
$$;
comment on function private.remove_coupon(text, text) is 'Does the work of public.remove_coupon.';
grant execute on function private.remove_coupon(text, text) to authenticated;

create function public.remove_coupon(code text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.remove_coupon(remove_coupon.code, remove_coupon.idempotency_key);
$$;
comment on function public.remove_coupon(text, text) is
  'Takes a coupon off the caller''s cart and answers the cart (see get_cart). Errors: coupon_not_in_cart, idempotency_key_reused, sign_in_required.';
grant execute on function public.remove_coupon(text, text) to authenticated;
