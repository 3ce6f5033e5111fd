/*
Gift cards, selling: a product of kind gift_card whose every unit becomes a card once it is paid, for somebody whom the buyer names.

Promise: one paid unit is one card, worth what it cost, issued once; before that there is none. A sale of cards is no revenue and has no tax (a voucher for
many purposes): the books owe it on gift_cards until it is spent, and the goods are taxed then. No more goes back than is left on the cards that end by
it, and what ends is off them. While a payment of the order is disputed nothing is taken from its cards.
Under concurrency: the order's row, then purchases by id, then cards by id, as every taking from a card: a refund and whoever spends wait for each other
at the card. That an effect counts once per purchase (gift_card_entries) is the guarantee that a card is issued once.
*/

insert into public.settings (key, value, description) values
  ('gift_card_days', 'null', 'Days that a gift card which was sold can be spent, from its payment; null: it never expires. Many countries say how long it must be.');

-- what orders ask -----------------------------------------------------------------------------------------------------------------------

create function private.issue_purchased_cards(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_purchase record;
  v_card_id uuid;
begin
  for v_purchase in
    select gift_card_purchases.*, order_items.unit_amount, orders.currency
    from public.gift_card_purchases
    join public.order_items on order_items.id = gift_card_purchases.order_item_id join public.orders on orders.id = order_items.order_id
    where orders.id = issue_purchased_cards.order_id and gift_card_purchases.status = 'unpaid' order by gift_card_purchases.id for update of gift_card_purchases
  loop
    v_card_id := gen_random_uuid();
    insert into public.gift_cards (id, hint, currency, amount, expires_at, recipient_name, recipient_email, message, order_item_id)
    values (v_card_id, '', v_purchase.currency, v_purchase.unit_amount,
      greatest(now(), v_purchase.deliver_at) + make_interval(days => (nullif(private.setting('gift_card_days'), 'null'))::integer),
      v_purchase.recipient_name, v_purchase.recipient_email, v_purchase.message, v_purchase.order_item_id);
    insert into public.gift_card_entries (gift_card_id, kind, amount, reference_id) values (v_card_id, 'issued', v_purchase.unit_amount, v_purchase.id);
    update public.gift_card_purchases set status = 'issued', gift_card_id = v_card_id where gift_card_purchases.id = v_purchase.id;
    perform private.emit('gift_card.issued', 'gift_card', v_card_id, jsonb_build_object('order_id', issue_purchased_cards.order_id));
  end loop;
  perform private.announce_due_gift_cards(1000, issue_purchased_cards.order_id);
end
$$;
comment on function private.issue_purchased_cards(uuid) is 'Makes the cards of an order that was just paid, each once; private.post_sale books what they are worth. The caller holds the order''s row.';

create function private.announce_due_gift_cards(max_cards integer default 100, order_id uuid default null)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_due uuid[] := array(
    select gift_card_purchases.id from public.gift_card_purchases
    where gift_card_purchases.status = 'issued' and gift_card_purchases.announced_at is null and coalesce(gift_card_purchases.deliver_at, gift_card_purchases.created_at) <= now()
      and not exists (select from public.gift_cards where gift_cards.id = gift_card_purchases.gift_card_id and gift_cards.frozen_at is not null)
      and (announce_due_gift_cards.order_id is null
        or gift_card_purchases.order_item_id in (select order_items.id from public.order_items where order_items.order_id = announce_due_gift_cards.order_id))
    order by gift_card_purchases.deliver_at nulls first, gift_card_purchases.id limit announce_due_gift_cards.max_cards for update skip locked);
  v_purchase_id uuid;
begin
  update public.gift_card_purchases set announced_at = clock_timestamp() where gift_card_purchases.id = any (v_due);
  foreach v_purchase_id in array v_due loop
    perform private.emit('gift_card.due', 'gift_card_purchase', v_purchase_id);
  end loop;
  return cardinality(v_due);
end
$$;
comment on function private.announce_due_gift_cards(integer, uuid) is 'Sends off gift cards whose time has come, but for frozen ones; returns how many. The worker calls it until 0.';

create function private.issue_purchased_code(purchase_id uuid)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_card_id uuid;
begin
  select gift_card_purchases.gift_card_id into v_card_id from public.gift_card_purchases
  where gift_card_purchases.id = issue_purchased_code.purchase_id and gift_card_purchases.status = 'issued' and gift_card_purchases.announced_at is not null for share;
  perform from public.gift_cards where gift_cards.id = v_card_id and gift_cards.frozen_at is null and (gift_cards.expires_at is null or gift_cards.expires_at > now()) for no key update;
  if not found then
    return null;
  end if;
  -- the mail before may have left although nobody wrote that down, and a mailbox keeps one of two with the same Message-ID
  return private.set_gift_card_code(v_card_id, true);
end
$$;
comment on function private.issue_purchased_code(uuid) is 'A code for the mail of a card that was bought, null when nobody can spend it now. It is in that mail and nowhere else; those of earlier tries of the mail stay good.';

create function private.lock_purchased_cards(order_item_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform from public.gift_card_purchases
  where gift_card_purchases.order_item_id = lock_purchased_cards.order_item_id and gift_card_purchases.status = 'issued' order by gift_card_purchases.id for update;
  perform from public.gift_cards where gift_cards.order_item_id = lock_purchased_cards.order_item_id order by gift_cards.id for no key update;
end
$$;
comment on function private.lock_purchased_cards(uuid) is 'Locks what was bought by a line, and then its cards: nobody takes from them until the transaction ends.';

create function private.cards_to_void(order_item_id uuid, units integer)
returns table (purchase_id uuid, gift_card_id uuid, left_amount bigint)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.lock_purchased_cards(cards_to_void.order_item_id);
  return query
    select gift_card_purchases.id, gift_card_purchases.gift_card_id, private.gift_card_balance_of(gift_card_purchases.gift_card_id)
    from public.gift_card_purchases where gift_card_purchases.order_item_id = cards_to_void.order_item_id and gift_card_purchases.status = 'issued'
    order by 3 desc, gift_card_purchases.announced_at desc nulls first, gift_card_purchases.id limit cards_to_void.units;
end
$$;
comment on function private.cards_to_void(uuid, integer) is 'Which cards of a line end when so many units go back, and what is left on each: those with the most first, of equal ones the one that nobody has yet. Holds them.';

create function private.refuse_spent_cards(order_id uuid, order_item_ids uuid[], units integer[], amount bigint)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_line record;
  v_left bigint := 0;
begin
  if not exists (select from public.orders where orders.id = refuse_spent_cards.order_id and orders.purpose = 'gift_card') then
    return;
  end if;
  -- without lines everything ends
  for v_line in
    select order_items.id, coalesce(line.units, order_items.quantity) as units
    from public.order_items left join unnest(refuse_spent_cards.order_item_ids, refuse_spent_cards.units) as line (id, units) on line.id = order_items.id
    where order_items.order_id = refuse_spent_cards.order_id and (refuse_spent_cards.order_item_ids is null or line.id is not null) order by order_items.id
  loop
    v_left := v_left + (select coalesce(sum(cards.left_amount), 0) from private.cards_to_void(v_line.id, v_line.units) as cards);
  end loop;
  if refuse_spent_cards.amount > v_left then
    perform private.fail('gift_card_spent', 409, 'These gift cards were spent, in part or wholly: no more goes back than is left on those that end.',
      'Name the lines whose cards are to end, and an amount up to what is left.', v_left::text);
  end if;
end
$$;
comment on function private.refuse_spent_cards(uuid, uuid[], integer[], bigint) is
  'Refuses gift_card_spent when more is to go back for these units (null: for the whole order) than is left on their cards; nothing for other orders. Who may spend them waits from here on. The caller holds the order''s row.';

create function private.void_purchased_cards(order_item_id uuid, units integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_card record;
begin
  for v_card in
    select cards.*, orders.id as order_id, orders.currency from private.cards_to_void(void_purchased_cards.order_item_id, void_purchased_cards.units) as cards
    join public.order_items on order_items.id = void_purchased_cards.order_item_id join public.orders on orders.id = order_items.order_id
  loop
    delete from private.gift_card_codes where gift_card_codes.gift_card_id = v_card.gift_card_id;
    update public.gift_card_purchases set status = 'voided' where gift_card_purchases.id = v_card.purchase_id;
    -- whatever comes back to it later waits for a person
    update public.gift_cards set frozen_at = coalesce(gift_cards.frozen_at, now()) where gift_cards.id = v_card.gift_card_id;
    if v_card.left_amount > 0 then
      insert into public.gift_card_entries (gift_card_id, kind, amount, reference_id) values (v_card.gift_card_id, 'voided', -v_card.left_amount, v_card.purchase_id);
      perform private.post_entries('gift_card_voided:' || v_card.purchase_id, v_card.order_id, v_card.currency,
        jsonb_build_object('gift_cards', v_card.left_amount, 'refunds', -v_card.left_amount));
    end if;
    perform private.emit('gift_card.voided', 'gift_card', v_card.gift_card_id, jsonb_build_object('amount', v_card.left_amount));
  end loop;
end
$$;
comment on function private.void_purchased_cards(uuid, integer) is
  'Ends so many cards of a line and takes what is left off them: what goes back of a sale of cards is no sale given back, so the books have it off gift_cards instead of refunds. The caller holds the order''s row and its stock.';

create function private.freeze_purchased_cards(order_id uuid, frozen boolean)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.gift_cards set frozen_at = case when freeze_purchased_cards.frozen then coalesce(gift_cards.frozen_at, now()) end
  where gift_cards.id in (
    select gift_card_purchases.gift_card_id from public.gift_card_purchases join public.order_items on order_items.id = gift_card_purchases.order_item_id
    where order_items.order_id = freeze_purchased_cards.order_id and gift_card_purchases.status = 'issued' order by 1);
$$;
comment on function private.freeze_purchased_cards(uuid, boolean) is 'Lets nothing be taken from the cards of an order while its payment is disputed, or again once that is over.';
