/*
Carts, merge: what a visitor chose before signing in joins the cart they have.

Promise: quantities add up to the most a cart takes, a seat stays one; the same key merges once, so a retry never doubles. What finds no place is told.
*/

create function private.merge_lines(cart_id uuid, lines jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_most_lines integer := private.setting('max_order_lines');
  v_most_units integer := private.setting('max_cart_quantity');
  v_lines integer := (select count(*) from public.cart_items where cart_items.cart_id = merge_lines.cart_id);
  v_wish record;
  v_merged integer;
  v_changes jsonb := '[]';
begin
  for v_wish in
    select wish.variant_id, wish.quantity, products.kind, cart_items.quantity as present,
      case when private.is_on_sale(products.status, products.publish_at, products.unpublish_at) then products.title end as title
    from private.parse_lines(merge_lines.lines) as wish
    left join public.variants on variants.id = wish.variant_id
    left join public.products on products.id = variants.product_id
    left join public.cart_items on cart_items.cart_id = merge_lines.cart_id and cart_items.variant_id = wish.variant_id
    order by wish.variant_id
  loop
    if v_wish.kind is null then
      -- deleted meanwhile, or never there: no line is made of it; one that is in the cart already says so itself
      v_changes := v_changes || case when v_wish.present is null then
        jsonb_build_array(jsonb_build_object('code', 'not_available', 'variant_id', v_wish.variant_id, 'title', null, 'from', null, 'to', 'variant_not_found')) else '[]' end;
      continue;
    elsif v_wish.present is null and v_lines >= v_most_lines then
      v_changes := v_changes || jsonb_build_object('code', 'not_merged', 'variant_id', v_wish.variant_id, 'title', v_wish.title, 'from', v_wish.quantity, 'to', 0);
      continue;
    end if;
    v_lines := v_lines + case when v_wish.present is null then 1 else 0 end;
    v_merged := private.merged_quantity(coalesce(v_wish.present, 0), v_wish.quantity, v_wish.kind, v_most_units);
    if v_wish.kind <> 'course' and v_merged < coalesce(v_wish.present, 0) + v_wish.quantity then
      v_changes := v_changes || jsonb_build_object('code', 'quantity_reduced', 'variant_id', v_wish.variant_id, 'title', v_wish.title,
        'from', coalesce(v_wish.present, 0) + v_wish.quantity, 'to', v_merged);
    end if;
    insert into public.cart_items as item (cart_id, variant_id, quantity)
    values (merge_lines.cart_id, v_wish.variant_id, v_merged)
    on conflict on constraint cart_items_pkey do update set quantity = v_merged;
  end loop;
  return v_changes;
end
$$;
comment on function private.merge_lines(uuid, jsonb) is 'Adds lines to a cart as far as it has room; answers, as changes, which are of nothing that exists, which found no room and which found less than they wanted. The caller holds the cart. Refuses invalid_lines and invalid_quantity.';

create function private.merged_quantity(present integer, added integer, kind text, most integer)
returns integer
language sql
immutable
security invoker
set search_path = ''
as $$
  select case when merged_quantity.kind = 'course' then 1
    else greatest(merged_quantity.present, least(merged_quantity.present + merged_quantity.added, merged_quantity.most)) end;
$$;
comment on function private.merged_quantity(integer, integer, text, integer) is 'Two wishes for one thing as one: their sum up to the most a cart takes; one seat of a course.';

create function private.merge_cart(lines jsonb, currency text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write carts, only through the verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_object('lines', merge_cart.lines, 'currency', merge_cart.currency);
  v_answer jsonb := private.recall_answer(v_person_id, merge_cart.idempotency_key, 'merge_cart', v_body);
  v_cart public.carts;
  v_changes jsonb;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if merge_cart.currency is not null then
    perform private.check_currency(merge_cart.currency);
  end if;
  v_cart := private.open_cart(v_person_id);
  if merge_cart.currency <> v_cart.currency and not exists (select from public.cart_items where cart_items.cart_id = v_cart.id) then
    update public.carts set currency = merge_cart.currency where carts.id = v_cart.id; -- an empty cart has no currency of its own yet
  end if;
  v_changes := private.merge_lines(v_cart.id, merge_cart.lines);
  return private.answer_cart(v_person_id, merge_cart.idempotency_key, 'merge_cart', v_body, v_cart.id, null, v_changes);
end
$$;
comment on function private.merge_cart(jsonb, text, text) is 'Does the work of public.merge_cart.';
grant execute on function private.merge_cart(jsonb, text, text) to authenticated;

create function public.merge_cart(lines jsonb, currency text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.merge_cart(merge_cart.lines, merge_cart.currency, merge_cart.idempotency_key);
$$;
comment on function public.merge_cart(jsonb, text, text) is
  'Adds what a visitor chose before signing in, [{variant_id, quantity}], to the caller''s cart and answers the cart (see get_cart). Quantities add up to the most a cart takes; what cannot be bought stands in problems, and changes tells what found no place. Send the same idempotency_key until an answer came: it merges once. Errors: invalid_lines, invalid_quantity, currency_not_supported, idempotency_key_reused, sign_in_required.';
grant execute on function public.merge_cart(jsonb, text, text) to authenticated;
