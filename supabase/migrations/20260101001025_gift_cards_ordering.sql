/*
Gift cards, ordering: how they are bought, and how their buyer corrects to whom one goes. See the selling file for the promise and the locks.
*/

create function private.order_gift_cards(lines jsonb, currency text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write orders, only place them
set search_path = ''
as $$
declare
  v_customer_id uuid := private.require_person();
  v_body jsonb := jsonb_build_object('lines', order_gift_cards.lines, 'currency', order_gift_cards.currency);
  v_answer jsonb := private.recall_answer(v_customer_id, order_gift_cards.idempotency_key, 'order_gift_cards', v_body);
  v_currency text := coalesce(order_gift_cards.currency, private.setting('default_currency') #>> '{}');
  v_gifts private.gift_wish[];
  v_lines private.order_line[];
  v_quote private.quote;
  v_order_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_gifts := private.parse_gifts(order_gift_cards.lines);
  perform private.check_currency(v_currency);
  v_lines := private.price_wishes(v_customer_id, array(
    select row(gift.variant_id, count(*)::integer)::private.wish from unnest(v_gifts) as gift group by gift.variant_id order by gift.variant_id), v_currency);
  for v_index in 1 .. cardinality(v_lines) loop
    if v_lines[v_index].kind <> 'gift_card' then
      v_lines[v_index].problem := private.problem('invalid_lines', 422, format('%s is no gift card.', v_lines[v_index].title), 'Buy it in an order of its own (place_order).', v_lines[v_index].variant_id::text);
    elsif v_lines[v_index].problem ->> 'code' = 'gift_card_ordered_alone' then
      v_lines[v_index].problem := case when v_lines[v_index].unit_amount = 0 then
        private.problem('price_missing', 422, format('%s is worth nothing in %s.', v_lines[v_index].title, v_currency), 'Choose another one.', v_lines[v_index].variant_id::text) end;
    end if;
  end loop;
  v_quote := private.total_quote(v_customer_id, v_currency, v_lines, '{}', null, null);
  if v_quote.problems is not null then
    perform private.refuse_problem(v_quote.problems -> 0);
  end if;
  v_order_id := private.place_quote(v_customer_id, v_quote);
  update public.orders set purpose = 'gift_card' where orders.id = v_order_id;
  insert into public.gift_card_purchases (order_item_id, buyer_id, recipient_email, recipient_name, message, deliver_at)
  select order_items.id, v_customer_id, gift.recipient_email, gift.recipient_name, gift.message, gift.deliver_at
  from unnest(v_gifts) as gift
  join public.order_items on order_items.order_id = v_order_id and order_items.variant_id = gift.variant_id;
  return private.remember_answer(v_customer_id, order_gift_cards.idempotency_key, 'order_gift_cards', v_body, private.order_document(v_order_id));
end
$$;
comment on function private.order_gift_cards(jsonb, text, text) is 'Does the work of public.order_gift_cards.';
grant execute on function private.order_gift_cards(jsonb, text, text) to authenticated;

create function public.order_gift_cards(lines jsonb, currency text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.order_gift_cards(order_gift_cards.lines, order_gift_cards.currency, order_gift_cards.idempotency_key);
$$;
comment on function public.order_gift_cards(jsonb, text, text) is
  'Buys gift cards, one per line [{variant_id, gift: {recipient_email, recipient_name?, message?, deliver_at?}}] (variants of products of kind gift_card), and answers the order, pending like one of place_order. Once it is paid each is a card '
  'worth its price, and its code is mailed to its recipient at deliver_at; who wants to give it by hand names themselves. No promotion, list price or tax applies, and it is paid with money: not with gift cards, store credit or in instalments. '
  'Errors: invalid_lines, invalid_email, invalid_gift, variant_not_found, price_missing, currency_not_supported, invalid_quantity, out_of_stock, idempotency_key_reused, sign_in_required.';
grant execute on function public.order_gift_cards(jsonb, text, text) to authenticated;

create function private.require_money(target public.orders)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- else the end of a card's time could be put off for ever, and one that was stolen turned into new ones
  if target.purpose = 'gift_card' then
    perform private.fail('money_required', 409, 'Gift cards are bought with money, not with gift cards or store credit.', 'Pay by another method.');
  end if;
end
$$;
comment on function private.require_money(public.orders) is 'Refuses money_required for an order of gift cards: what every way to pay asks that takes no money.';

create function private.change_gift_card_purchase(purchase_id uuid, recipient_email text, recipient_name text, message text, deliver_at timestamptz, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write purchases, only say where they go
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(change_gift_card_purchase.purchase_id, change_gift_card_purchase.recipient_email, change_gift_card_purchase.recipient_name,
    change_gift_card_purchase.message, change_gift_card_purchase.deliver_at);
  v_answer jsonb := private.recall_answer(v_person_id, change_gift_card_purchase.idempotency_key, 'change_gift_card_purchase', v_body);
  v_purchase public.gift_card_purchases;
  v_card public.gift_cards;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_purchase from public.gift_card_purchases
  where gift_card_purchases.id = change_gift_card_purchase.purchase_id and gift_card_purchases.buyer_id = v_person_id for update;
  if v_purchase.id is null then
    perform private.fail('gift_card_not_found', 404, 'You bought no such gift card.', 'Read your gift_card_purchases.');
  end if;
  select * into v_card from public.gift_cards where gift_cards.id = v_purchase.gift_card_id for no key update;
  if v_purchase.status = 'voided' or private.gift_card_balance_of(v_card.id) <> v_card.amount then
    perform private.fail('gift_card_spent', 409, 'This gift card was spent, redeemed, refunded or has expired: nothing can be changed.', 'Buy another one.');
  elsif v_card.frozen_at is not null then
    perform private.fail('gift_card_frozen', 409, 'This gift card rests while its payment is disputed.', 'Wait for the end of the dispute.');
  end if;
  perform private.check_gift(row(null, coalesce(change_gift_card_purchase.recipient_email, v_purchase.recipient_email), change_gift_card_purchase.recipient_name,
    change_gift_card_purchase.message, change_gift_card_purchase.deliver_at)::private.gift_wish);
  update public.gift_card_purchases
  set recipient_email = coalesce(change_gift_card_purchase.recipient_email, gift_card_purchases.recipient_email),
    recipient_name = coalesce(change_gift_card_purchase.recipient_name, gift_card_purchases.recipient_name),
    message = coalesce(change_gift_card_purchase.message, gift_card_purchases.message),
    deliver_at = coalesce(change_gift_card_purchase.deliver_at, gift_card_purchases.deliver_at), announced_at = null
  where gift_card_purchases.id = v_purchase.id returning * into v_purchase;
  if v_card.id is not null then
    -- whoever had the old mail has nothing any more
    delete from private.gift_card_codes where gift_card_codes.gift_card_id = v_card.id;
    update public.gift_cards set hint = '', recipient_email = v_purchase.recipient_email, recipient_name = v_purchase.recipient_name, message = v_purchase.message
    where gift_cards.id = v_card.id;
    perform private.announce_due_gift_cards(1000, order_items.order_id) from public.order_items where order_items.id = v_purchase.order_item_id;
  end if;
  return private.remember_answer(v_person_id, change_gift_card_purchase.idempotency_key, 'change_gift_card_purchase', v_body, (
    select to_jsonb(gift_card_purchases) - array['gift_card_id', 'updated_at'] from public.gift_card_purchases where gift_card_purchases.id = v_purchase.id));
end
$$;
comment on function private.change_gift_card_purchase(uuid, text, text, text, timestamptz, text) is 'Does the work of public.change_gift_card_purchase.';
grant execute on function private.change_gift_card_purchase(uuid, text, text, text, timestamptz, text) to authenticated;

create function public.change_gift_card_purchase(
  purchase_id uuid, recipient_email text default null, recipient_name text default null, message text default null, deliver_at timestamptz default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.change_gift_card_purchase(change_gift_card_purchase.purchase_id, change_gift_card_purchase.recipient_email, change_gift_card_purchase.recipient_name,
    change_gift_card_purchase.message, change_gift_card_purchase.deliver_at, change_gift_card_purchase.idempotency_key);
$$;
comment on function public.change_gift_card_purchase(uuid, text, text, text, timestamptz, text) is
  'The buyer corrects to whom a card goes of which nothing was spent; what is left out stays. A code that was mailed is worth nothing any more, and a new one is mailed: at once, or at deliver_at. Answers the purchase. '
  'Errors: gift_card_not_found, gift_card_spent, gift_card_frozen, invalid_email, invalid_gift, idempotency_key_reused, sign_in_required.';
grant execute on function public.change_gift_card_purchase(uuid, text, text, text, timestamptz, text) to authenticated;
