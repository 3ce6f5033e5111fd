/*
Carts, shipping: by which method the goods in a cart are to be sent. What that costs is asked at every quote.

Promise: the method that the customer chose stays chosen, whatever else becomes cheaper; when it does not deliver any more, the cart says so.
*/

create function private.find_shipping_method(shipping_method_id uuid)
returns public.shipping_methods
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_method public.shipping_methods;
begin
  select * into v_method from public.shipping_methods
  where shipping_methods.id = find_shipping_method.shipping_method_id and shipping_methods.archived_at is null;
  if v_method.id is null then
    perform private.fail('shipping_method_not_found', 404, 'There is no such way of shipping.', 'Choose one of those that are offered (shipping_offers).');
  end if;
  return v_method;
end
$$;
comment on function private.find_shipping_method(uuid) is 'A method that is offered. Refuses shipping_method_not_found.';

create function private.set_shipping_method(shipping_method_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write carts, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(set_shipping_method.shipping_method_id);
  v_answer jsonb := private.recall_answer(v_person_id, set_shipping_method.idempotency_key, 'set_shipping_method', v_body);
  v_cart public.carts;
  v_priced private.priced_cart;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.find_shipping_method(set_shipping_method.shipping_method_id);
  v_cart := private.open_cart(v_person_id);
  update public.carts set shipping_method_id = set_shipping_method.shipping_method_id where carts.id = v_cart.id returning * into v_cart;
  v_priced := private.price_cart(v_cart);
  if (v_priced.quote).shipping #>> '{problem,code}' = 'shipping_method_not_available' then
    perform private.refuse_problem((v_priced.quote).shipping -> 'problem');
  end if;
  return private.answer_cart(v_person_id, set_shipping_method.idempotency_key, 'set_shipping_method', v_body, v_cart.id);
end
$$;
comment on function private.set_shipping_method(uuid, text) is 'Does the work of public.set_shipping_method.';
grant execute on function private.set_shipping_method(uuid, text) to authenticated;

create function public.set_shipping_method(shipping_method_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_shipping_method(set_shipping_method.shipping_method_id, set_shipping_method.idempotency_key);
$$;
comment on function public.set_shipping_method(uuid, text) is
  'Sends what is in the caller''s cart by this method instead of the cheapest that delivers; answers the cart (see get_cart). '
  'Errors: shipping_method_not_found, shipping_method_not_available, idempotency_key_reused, sign_in_required.';
grant execute on function public.set_shipping_method(uuid, text) to authenticated;
