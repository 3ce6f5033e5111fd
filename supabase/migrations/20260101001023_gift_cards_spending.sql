/*
Gift cards, spending: what whoever has the code may do. See the gift cards file for the promise and the locks.
*/

create type private.found_gift_card as (gift_card_id uuid, refusal jsonb);
comment on type private.found_gift_card is 'The card of a code, or the answer that the verb must return at once.';

create function private.find_gift_card(person_id uuid, code text)
returns private.found_gift_card
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_found private.found_gift_card;
begin
  v_found.refusal := private.refuse_guesser(find_gift_card.person_id);
  if v_found.refusal is null then
    select gift_card_codes.gift_card_id into v_found.gift_card_id from private.gift_card_codes
    where gift_card_codes.code_hash = encode(sha256(convert_to(private.coupon_code(left(coalesce(find_gift_card.code, ''), 100)), 'UTF8')), 'hex');
    if v_found.gift_card_id is null then
      perform private.count_guess(find_gift_card.person_id);
      v_found.refusal := private.refuse_and_keep('gift_card_not_found', 404, 'This code is not valid.', 'Check its letters.');
    end if;
  end if;
  return v_found;
end
$$;
comment on function private.find_gift_card(uuid, text) is
  'The card whose code a person typed, in any case, with spaces or hyphens. A wrong one is counted: then refusal is what the verb must return (gift_card_not_found, too_many_coupon_guesses).';

create function private.gift_card_balance(code text)
returns jsonb
language plpgsql
volatile
security definer -- nobody may read codes, only ask about one they have
set search_path = ''
as $$
declare
  v_found private.found_gift_card := private.find_gift_card(private.require_person(), gift_card_balance.code);
begin
  if v_found.refusal is not null then
    return v_found.refusal;
  end if;
  return (select jsonb_build_object('hint', gift_cards.hint, 'currency_code', gift_cards.currency, 'expires_at', gift_cards.expires_at,
    'balance_amount', case when gift_cards.expires_at <= now() or gift_cards.frozen_at is not null then 0 else private.gift_card_balance_of(gift_cards.id) end)
    from public.gift_cards where gift_cards.id = v_found.gift_card_id);
end
$$;
comment on function private.gift_card_balance(text) is 'Does the work of public.gift_card_balance.';
grant execute on function private.gift_card_balance(text) to authenticated;

create function public.gift_card_balance(code text)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.gift_card_balance(gift_card_balance.code);
$$;
comment on function public.gift_card_balance(text) is
  'What is left on the card of this code: {hint, currency_code, expires_at, balance_amount}; 0 once it expired and while it is frozen. Errors: gift_card_not_found, too_many_coupon_guesses, sign_in_required.';
grant execute on function public.gift_card_balance(text) to authenticated;

create function private.pay_with_gift_card(order_id uuid, code text, amount bigint, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write payments, only pay their own order
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(pay_with_gift_card.order_id, pay_with_gift_card.code, pay_with_gift_card.amount);
  v_answer jsonb := private.recall_answer(v_person_id, pay_with_gift_card.idempotency_key, 'pay_with_gift_card', v_body);
  v_found private.found_gift_card;
  v_order public.orders;
  v_card public.gift_cards;
  v_balance bigint;
  v_payment public.payments;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.find_order(pay_with_gift_card.order_id, 'nobody.else');
  v_found := private.find_gift_card(v_person_id, pay_with_gift_card.code);
  if v_found.refusal is not null then
    return v_found.refusal;
  end if;
  select * into v_order from public.orders where orders.id = pay_with_gift_card.order_id for update;
  perform private.require_money(v_order);
  select * into v_card from public.gift_cards where gift_cards.id = v_found.gift_card_id;
  if v_card.currency <> v_order.currency then
    perform private.fail('gift_card_wrong_currency', 409, 'This gift card is of another currency than the order.', 'Spend it on another order.', v_card.currency);
  end if;
  if v_card.expires_at <= now() then
    perform private.fail('gift_card_expired', 409, 'This gift card has expired.', 'Ask the shop.');
  end if;
  v_balance := private.gift_card_balance_of(v_card.id);
  if v_balance < coalesce(pay_with_gift_card.amount, least(1, private.payable_amount(v_order, pay_with_gift_card.amount))) then
    perform private.fail('gift_card_insufficient', 409, 'There is not that much on this gift card.', 'Name a smaller amount, or leave it out.', v_balance::text);
  end if;
  v_payment := private.open_payment(v_order.id, 'gift_card', coalesce(pay_with_gift_card.amount, least(v_balance, private.payable_amount(v_order, null))));
  update public.payments set gift_card_id = v_card.id where payments.id = v_payment.id;
  perform private.settle_payment(v_payment.id, v_payment.amount, v_payment.currency, null);
  insert into public.gift_card_entries (gift_card_id, kind, amount, reference_id) values (v_card.id, 'spent', -v_payment.amount, v_payment.id);
  select * into v_payment from public.payments where payments.id = v_payment.id;
  return private.remember_answer(v_person_id, pay_with_gift_card.idempotency_key, 'pay_with_gift_card', v_body, jsonb_build_object(
    'order', private.order_document(v_order.id), 'payment', private.payment_document(v_payment), 'balance_amount', private.gift_card_balance_of(v_card.id)));
end
$$;
comment on function private.pay_with_gift_card(uuid, text, bigint, text) is 'Does the work of public.pay_with_gift_card.';
grant execute on function private.pay_with_gift_card(uuid, text, bigint, text) to authenticated;

create function public.pay_with_gift_card(order_id uuid, code text, amount bigint default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.pay_with_gift_card(pay_with_gift_card.order_id, pay_with_gift_card.code, pay_with_gift_card.amount, pay_with_gift_card.idempotency_key);
$$;
comment on function public.pay_with_gift_card(uuid, text, bigint, text) is
  'Pays the caller''s own order, or a part of it, with a gift card, at once (amount null: as much as is on it and due), and answers {order, payment, balance_amount}. What is left is paid otherwise; refunds go back to the card. '
  'Errors: order_not_found, order_not_payable, order_expired, payment_in_progress, invalid_payment_amount, amount_exceeds_due, gift_card_not_found, gift_card_expired, gift_card_frozen, gift_card_wrong_currency, gift_card_insufficient, money_required, '
  'too_many_coupon_guesses, idempotency_key_reused, sign_in_required.';
grant execute on function public.pay_with_gift_card(uuid, text, bigint, text) to authenticated;

create function private.redeem_gift_card(code text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write store credit, only turn a card into it
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(redeem_gift_card.code);
  v_answer jsonb := private.recall_answer(v_person_id, redeem_gift_card.idempotency_key, 'redeem_gift_card', v_body);
  v_found private.found_gift_card;
  v_card public.gift_cards;
  v_amount bigint;
  v_reference_id uuid := gen_random_uuid();
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_found := private.find_gift_card(v_person_id, redeem_gift_card.code);
  if v_found.refusal is not null then
    return v_found.refusal;
  end if;
  select * into v_card from public.gift_cards where gift_cards.id = v_found.gift_card_id for no key update;
  v_amount := private.gift_card_balance_of(v_card.id);
  if v_amount <= 0 then
    perform private.fail('gift_card_insufficient', 409, 'There is nothing left on this gift card.', 'It was spent or redeemed.', '0');
  end if;
  insert into public.gift_card_entries (gift_card_id, kind, amount, reference_id) values (v_card.id, 'redeemed', -v_amount, v_reference_id);
  perform private.post_entries('gift_card_redeemed:' || v_reference_id, null, v_card.currency, jsonb_build_object('gift_cards', v_amount, 'store_credit', -v_amount));
  perform private.add_store_credit(v_person_id, v_card.currency, 'redeemed', v_amount, v_reference_id, null);
  return private.remember_answer(v_person_id, redeem_gift_card.idempotency_key, 'redeem_gift_card', v_body, jsonb_build_object(
    'currency_code', v_card.currency, 'redeemed_amount', v_amount, 'balance_amount', private.store_credit_balance(v_person_id, v_card.currency)));
end
$$;
comment on function private.redeem_gift_card(text, text) is 'Does the work of public.redeem_gift_card.';
grant execute on function private.redeem_gift_card(text, text) to authenticated;

create function public.redeem_gift_card(code text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.redeem_gift_card(redeem_gift_card.code, redeem_gift_card.idempotency_key);
$$;
comment on function public.redeem_gift_card(text, text) is
  'Turns what is left on a card into the caller''s own store credit: {currency_code, redeemed_amount, balance_amount}. Errors: gift_card_not_found, gift_card_expired, gift_card_frozen, gift_card_insufficient, too_many_coupon_guesses, idempotency_key_reused, sign_in_required.';
grant execute on function public.redeem_gift_card(text, text) to authenticated;

create function private.expire_gift_cards(max_cards integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_card public.gift_cards;
  v_amount bigint;
  v_reference_id uuid;
  v_expired integer := 0;
begin
  for v_card in
    select * from public.gift_cards where gift_cards.expires_at <= now() and gift_cards.expired_at is null
    order by gift_cards.expires_at limit expire_gift_cards.max_cards for update skip locked
  loop
    v_amount := private.gift_card_balance_of(v_card.id);
    v_reference_id := gen_random_uuid();
    update public.gift_cards set expired_at = now() where gift_cards.id = v_card.id;
    v_expired := v_expired + 1;
    continue when v_amount = 0;
    insert into public.gift_card_entries (gift_card_id, kind, amount, reference_id) values (v_card.id, 'expired', -v_amount, v_reference_id);
    perform private.post_entries('gift_card_expired:' || v_reference_id, null, v_card.currency, jsonb_build_object('gift_cards', v_amount, 'gift_cards_expired', -v_amount));
    perform private.emit('gift_card.expired', 'gift_card', v_card.id, jsonb_build_object('amount', v_amount));
  end loop;
  return v_expired;
end
$$;
comment on function private.expire_gift_cards(integer) is 'Takes what is left from cards that are due, skipping those in use; returns how many. The worker calls it each hour; nobody can spend them before either.';
