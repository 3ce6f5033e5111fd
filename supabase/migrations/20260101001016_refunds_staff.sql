/*
Refunds, staff: what people decide about money on its way back. See the refunds file for the promise and the order of locks.

Promise: what is captured, back and on its way never exceeds what was captured, however many ask at once; a line's refund ends that line's
seat, download and units and nothing else.
*/

insert into private.status_moves (machine, from_status, to_status) values
  ('order', 'processing', 'partially_refunded'), ('order', 'shipped', 'partially_refunded'), ('order', 'delivered', 'partially_refunded'),
  ('order', 'partially_refunded', 'cancelled');

create function private.refund_document(refund_id uuid)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return (select to_jsonb(refunds) - 'provider_refund_id' from public.refunds where refunds.id = refund_document.refund_id);
end
$$;
comment on function private.refund_document(uuid) is 'A refund as the verbs on refunds answer it. Checks nothing: its callers do.';

-- refund -----------------------------------------------------------------------------------------------------------------------------

create function private.parse_refund_lines(order_id uuid, lines jsonb)
returns table (order_item_id uuid, quantity integer, amount bigint)
language plpgsql
volatile -- stable would see the items as they were before the verb that calls it
security invoker
set search_path = ''
as $$
declare
  v_hint constant text := 'Send [{"order_item_id": "<uuid>", "quantity": 1}, …], each item once, and no more than is left of it.';
begin
  if jsonb_typeof(parse_refund_lines.lines) is distinct from 'array' or jsonb_array_length(parse_refund_lines.lines) not between 1 and 1000 or exists (
    select from jsonb_array_elements(parse_refund_lines.lines) as line
    where jsonb_typeof(line) <> 'object' or line - array['order_item_id', 'quantity'] <> '{}'
      or coalesce(line ->> 'order_item_id', '') !~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
      or line ? 'quantity' and (jsonb_typeof(line -> 'quantity') <> 'number' or line ->> 'quantity' !~ '^[1-9][0-9]{0,5}$')
  ) then
    perform private.fail('invalid_lines', 422, 'Lines are a list of order items, with how many of each.', v_hint);
  end if;
  return query
    select order_items.id, wanted.quantity,
      -- shares by what is given back so far, so that the parts of a line add up to the line
      (round(order_items.total_amount::numeric * (order_items.refunded_quantity + wanted.quantity) / order_items.quantity)
        - round(order_items.total_amount::numeric * order_items.refunded_quantity / order_items.quantity))::bigint
    from jsonb_array_elements(parse_refund_lines.lines) as line
    join public.order_items on order_items.id = (line ->> 'order_item_id')::uuid
    cross join lateral (select coalesce((line ->> 'quantity')::integer, order_items.quantity - order_items.refunded_quantity) as quantity) as wanted
    where order_items.order_id = parse_refund_lines.order_id and order_items.parent_id is null
      and wanted.quantity between 1 and order_items.quantity - order_items.refunded_quantity
    order by order_items.id;
  if (select count(distinct lower(line ->> 'order_item_id')) from jsonb_array_elements(parse_refund_lines.lines) as line) <> jsonb_array_length(parse_refund_lines.lines) or (
    select count(*) from jsonb_array_elements(parse_refund_lines.lines) as line
    join public.order_items on order_items.id = (line ->> 'order_item_id')::uuid
    where order_items.order_id = parse_refund_lines.order_id and order_items.parent_id is null
      and coalesce((line ->> 'quantity')::integer, 1) <= order_items.quantity - order_items.refunded_quantity
  ) <> jsonb_array_length(parse_refund_lines.lines) then
    perform private.fail('invalid_lines', 422, 'A line is not of this order, is there twice, or has less left than that; a bundle goes back as a whole.', v_hint);
  end if;
end
$$;
comment on function private.parse_refund_lines(uuid, jsonb) is 'Lines of a refund or complaint with what each is worth: its share of discount and tax included. Refuses invalid_lines. Who gives something back holds the order''s row.';

create function private.return_sold_units(order_id uuid, variant_id uuid, quantity integer, restock boolean, refund_note text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_left integer := return_sold_units.quantity;
  v_sold record;
  v_units integer;
begin
  for v_sold in
    select stock_movements.location_id, -sum(stock_movements.quantity)::integer as quantity
    from public.stock_movements
    where stock_movements.reference_id = return_sold_units.order_id and stock_movements.variant_id = return_sold_units.variant_id
    group by stock_movements.location_id having sum(stock_movements.quantity) < 0
    order by private.first_slot(stock_movements.location_id) desc
  loop
    v_units := least(v_left, v_sold.quantity);
    exit when v_units = 0;
    -- what never came cannot be damaged
    if return_sold_units.restock or private.first_slot(v_sold.location_id) >= 128 then
      perform private.return_units(return_sold_units.variant_id, v_units, return_sold_units.order_id, v_sold.location_id);
    else
      insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id, note) values
        (return_sold_units.variant_id, v_sold.location_id, v_units, 'return', return_sold_units.order_id, return_sold_units.refund_note),
        (return_sold_units.variant_id, v_sold.location_id, -v_units, 'damage', null, return_sold_units.refund_note);
    end if;
    v_left := v_left - v_units;
  end loop;
end
$$;
comment on function private.return_sold_units(uuid, uuid, integer, boolean, text) is
  'Takes back what an order has of a variant: on sale again, or written off as it comes in. No more than its movements say. The caller has locked the slots.';

create function private.take_back_lines(order_id uuid, order_item_ids uuid[], quantities integer[], restock boolean, note text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_lines jsonb;
  v_variants uuid[];
  v_touched uuid[];
  v_units integer[];
  v_ended uuid[];
begin
  -- the components of a bundle go with it
  with given as (select * from unnest(take_back_lines.order_item_ids, take_back_lines.quantities) as given (order_item_id, quantity)),
  touched as (
    update public.order_items
    set refunded_quantity = order_items.refunded_quantity + order_items.quantity / bundles.quantity * given.quantity
    from given join public.order_items as bundles on bundles.id = given.order_item_id
    where order_items.order_id = take_back_lines.order_id and (order_items.id = bundles.id or order_items.parent_id = bundles.id)
    returning order_items.id, coalesce((
        -- a learner who moved gives back the seat where they are
        select intakes.variant_id from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
        where enrollments.order_item_id = order_items.id and order_items.quantity = 1 and enrollments.status in ('active', 'suspended', 'completed') limit 1
      ), order_items.variant_id) as variant_id, order_items.kind, order_items.quantity / bundles.quantity * given.quantity as units,
      order_items.refunded_quantity = order_items.quantity as whole
  )
  -- what came back with a parcel was taken back then
  select jsonb_agg(jsonb_build_object('variant_id', touched.variant_id, 'units', touched.units - least(touched.units, private.came_back(touched.id)),
      'restock', take_back_lines.restock or touched.kind = 'course')),
    array_agg(touched.variant_id), array_agg(touched.id), array_agg(touched.units), array_agg(touched.id) filter (where touched.whole)
  into v_lines, v_variants, v_touched, v_units, v_ended from touched;
  perform private.lock_holds(array[take_back_lines.order_id], v_variants); -- every slot before the first waiting list
  perform private.lock_waitlists(array[take_back_lines.order_id], v_variants);
  perform private.return_sold_units(take_back_lines.order_id, line.variant_id, line.units, line.restock, take_back_lines.note)
  from (
    select (line ->> 'variant_id')::uuid as variant_id, sum((line ->> 'units')::integer)::integer as units, bool_and((line ->> 'restock')::boolean) as restock
    from jsonb_array_elements(v_lines) as line group by 1 order by 1
  ) as line;
  if exists (select from public.orders where orders.id = take_back_lines.order_id and orders.purpose is not null) then
    perform private.end_seats_for_others(take_back_lines.order_id, v_touched, v_units);
  end if;
  perform private.end_enrollments(v_ended, 'cancelled');
  perform private.end_downloads(v_ended);
  perform private.reduce_downloads(v_touched, v_units);
end
$$;
comment on function private.take_back_lines(uuid, uuid[], integer[], boolean, text) is
  'Takes back these quantities of these lines: their units, and seat and download of a line of which nothing is left. A seat is always free again. The caller holds the order''s row.';

create function private.take_back_rest(order_id uuid, restock boolean, note text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ids uuid[];
  v_quantities integer[];
begin
  select array_agg(order_items.id order by order_items.id), array_agg(order_items.quantity - order_items.refunded_quantity order by order_items.id)
  into v_ids, v_quantities
  from public.order_items
  where order_items.order_id = take_back_rest.order_id and order_items.parent_id is null and order_items.refunded_quantity < order_items.quantity;
  if v_ids is not null then
    perform private.take_back_lines(take_back_rest.order_id, v_ids, v_quantities, take_back_rest.restock, take_back_rest.note);
  end if;
  -- what it still holds, and what an earlier end of the order left
  perform private.take_back_goods(take_back_rest.order_id);
  perform private.give_back_promotions(array[take_back_rest.order_id]);
end
$$;
comment on function private.take_back_rest(uuid, boolean, text) is 'Takes back everything that is left of an order, and its uses of promotions. The caller holds the order''s row.';

create function private.refund_across(order_id uuid, amount bigint, reason text, note text, destination text default 'payment')
returns uuid[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment record;
  v_rest bigint := refund_across.amount;
  v_refund_ids uuid[] := '{}';
begin
  for v_payment in
    select payments.id, private.refundable_amount(payments.id) as amount
    from public.payments where payments.order_id = refund_across.order_id and payments.status in ('success', 'refunding')
    order by private.refundable_amount(payments.id) desc, payments.attempt
  loop
    exit when v_rest = 0 or v_payment.amount = 0; -- as few refunds as will do
    v_refund_ids := v_refund_ids || private.request_refund(v_payment.id, refund_across.reason, refund_across.note, least(v_rest, v_payment.amount), refund_across.destination);
    v_rest := v_rest - least(v_rest, v_payment.amount);
  end loop;
  return v_refund_ids;
end
$$;
comment on function private.refund_across(uuid, bigint, text, text, text) is 'Gives this much back from an order''s payments, the largest first; answers the refunds. The caller holds the order and its payments and has looked at what is left.';

create function private.release_owed(order_id uuid, amount bigint, effect_key text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_tax bigint := private.tax_given_back(release_owed.order_id, release_owed.amount);
begin
  perform private.write_back(release_owed.order_id, release_owed.effect_key,
    jsonb_build_object('receivable', -release_owed.amount, 'refunds', release_owed.amount - v_tax, 'tax_payable', v_tax));
  perform private.close_payments_beyond_due(release_owed.order_id);
end
$$;
comment on function private.release_owed(uuid, bigint, text) is 'Books back what was sold and never paid, so that it is not due any more. The caller holds the order''s row.';

create function private.release_key(order_id uuid, order_item_id uuid)
returns text
language sql
volatile -- as worth_of_items
security invoker
set search_path = ''
as $$
  select format('released:%s:%s:%s', release_key.order_id, order_items.id, order_items.refunded_quantity) from public.order_items where order_items.id = release_key.order_item_id;
$$;
comment on function private.release_key(uuid, uuid) is 'The effect key of what is not owed any more because lines go back, this one the first of them, which has not gone yet.';

create function private.give_back_items(target public.orders, item_ids uuid[], quantities integer[], refund_reason text, note text, exchanged bigint default 0)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_shipping bigint := private.shipping_given_back(target, give_back_items.item_ids, give_back_items.quantities, null);
  v_worth bigint := private.worth_of_items(give_back_items.item_ids, give_back_items.quantities) + v_shipping;
  v_due bigint := private.due_amount(target.id);
  v_left bigint;
  v_rest boolean;
  v_owed bigint := 0;
  v_refund_ids uuid[] := '{}';
begin
  perform from public.payments where payments.order_id = target.id order by payments.id for update;
  select coalesce(sum(private.refundable_amount(payments.id)), 0) into v_left from public.payments where payments.order_id = target.id and payments.status in ('success', 'refunding');
  select exists (
    select from public.order_items left join unnest(give_back_items.item_ids, give_back_items.quantities) as given (item_id, quantity) on given.item_id = order_items.id
    where order_items.order_id = target.id and order_items.parent_id is null and order_items.refunded_quantity + coalesce(given.quantity, 0) < order_items.quantity
  ) into v_rest;
  if not v_rest and v_left = 0 and target.status = 'paid' then
    perform private.undo_order(target.id, give_back_items.note);
    return null;
  end if;
  -- of what was not paid yet nothing goes back: it is not owed any more
  if v_rest then
    v_owed := least(v_worth, v_due);
  end if;
  v_worth := case when v_rest or v_due = 0 then least(v_worth - v_owed, v_left) else v_left end;
  if give_back_items.exchanged > v_worth then
    perform private.fail('refund_exceeds_payment', 409, 'Less is left of what was paid than is to stay.', 'Read the order''s payments and refunds.');
  end if;
  perform private.give_reason(give_back_items.note);
  if v_owed > 0 then
    perform private.release_owed(target.id, v_owed, private.release_key(target.id, give_back_items.item_ids[1]));
  end if;
  if not v_rest and v_worth = v_left and v_left > 0 then
    update public.orders set status = 'refunded', shipping_refunded_amount = orders.shipping_amount + orders.shipping_tax_amount where orders.id = target.id;
    perform private.take_back_rest(target.id, not private.goods_have_left(target.id), give_back_items.note);
  else
    if v_worth + v_owed > 0 then
      update public.orders set status = 'partially_refunded', shipping_refunded_amount = orders.shipping_refunded_amount + v_shipping where orders.id = target.id;
    end if;
    perform private.take_back_lines(target.id, give_back_items.item_ids, give_back_items.quantities, true, give_back_items.note);
  end if;
  if v_worth > give_back_items.exchanged then
    v_refund_ids := private.refund_across(target.id, v_worth - give_back_items.exchanged, give_back_items.refund_reason, give_back_items.note);
    perform private.name_shipping(v_refund_ids, private.shipping_since(target));
    update public.refunds set lines = (
      select jsonb_agg(jsonb_build_object('order_item_id', given.item_id, 'quantity', given.quantity, 'restock', true))
      from unnest(give_back_items.item_ids, give_back_items.quantities) as given (item_id, quantity))
    where refunds.id = v_refund_ids[1];
    perform private.emit('order.refunded', 'order', target.id, jsonb_build_object('refund_id', v_refund_ids[1], 'whole', not v_rest and v_worth = v_left));
  end if;
  if v_owed > 0 then
    perform private.lower_instalments(target.id, v_owed);
    perform private.settle_instalments(target.id);
  end if;
  perform private.give_reason(null);
  return v_refund_ids[1];
end
$$;
comment on function private.give_back_items(public.orders, uuid[], integer[], text, text, bigint) is
  'Takes these quantities of these lines back and gives back what they cost, as far as it was paid and is still there; answers the first refund, null when there was nothing to give back. exchanged: so much of it stays, and the caller books where. '
  'What else the order has stays, the free included. The caller holds the order''s row, which is paid for or owed.';

create function private.require_refunder(permission text, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not (private.is_service() or private.has_permission(require_refunder.permission)) then
    perform private.fail('permission_denied', 403, format('This needs the permission %s.', require_refunder.permission), 'Ask an admin for a role that has it.');
  end if;
  if private.said(require_refunder.reason) is null or length(require_refunder.reason) > 500 then
    perform private.fail('invalid_reason', 422, 'A reason of at most 500 characters is asked for; it stays in the history.', 'Say why.');
  end if;
end
$$;
comment on function private.require_refunder(text, text) is 'Refuses permission_denied and invalid_reason: what every verb asks by which staff move money.';

create function private.refund_order(order_id uuid, lines jsonb, amount bigint, reason text, restock boolean, idempotency_key text, destination text default 'payment', include_shipping boolean default null)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write refunds, only ask for them
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(refund_order.order_id, refund_order.lines, refund_order.amount, refund_order.reason, refund_order.restock, refund_order.destination, refund_order.include_shipping);
  v_answer jsonb;
  v_order public.orders;
  v_left bigint;
  v_ids uuid[];
  v_quantities integer[];
  v_amount bigint;
  v_due bigint;
  v_owed bigint := 0;
  v_shipping bigint := 0;
  v_restock boolean;
  v_refund_ids uuid[] := '{}';
begin
  perform private.require_refunder('payments.refund', refund_order.reason);
  v_answer := private.recall_answer(v_person_id, refund_order.idempotency_key, 'refund_order', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(refund_order.destination, '') not in ('payment', 'store_credit') then
    perform private.fail('invalid_refund_destination', 422, 'A refund goes back the way it came (payment) or to the customer''s store credit (store_credit).', 'Send one of the two.');
  end if;
  select * into v_order from public.orders where orders.id = refund_order.order_id for update;
  if v_order.id is null then
    perform private.fail('order_not_found', 404, 'There is no such order.', 'Check the id.');
  end if;
  if v_order.status not in ('paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded') then
    perform private.fail('order_not_refundable', 409, format('An order that is %s cannot be refunded this way.', v_order.status),
      case when v_order.status = 'needs_review' then 'Call resolve_order_review.' else 'Read the order again.' end);
  end if;
  perform from public.payments where payments.order_id = v_order.id order by payments.id for update;
  select sum(private.refundable_amount(payments.id)) into v_left
  from public.payments where payments.order_id = v_order.id and payments.status in ('success', 'refunding');
  if refund_order.lines is not null then
    select array_agg(parsed.order_item_id), array_agg(parsed.quantity), sum(parsed.amount) into v_ids, v_quantities, v_amount
    from private.parse_refund_lines(v_order.id, refund_order.lines) as parsed;
  end if;
  v_left := coalesce(v_left, 0);
  if refund_order.lines is not null and refund_order.amount is null then
    v_due := private.due_amount(v_order.id);
    v_shipping := private.shipping_given_back(v_order, v_ids, v_quantities, refund_order.include_shipping);
    if refund_order.include_shipping is null then
      v_shipping := greatest(0, least(v_shipping, v_left + v_due - v_amount)); -- by itself it takes no more than there is
    end if;
    v_amount := v_amount + v_shipping;
    -- of what was not paid yet nothing goes back: it is not owed any more
    v_owed := least(v_amount, v_due);
  end if;
  v_amount := coalesce(refund_order.amount, v_amount - v_owed, v_left);
  if v_amount + v_owed <= 0 or v_left + v_owed <= 0 then
    perform private.fail('nothing_to_refund', 409, 'Nothing was paid for this, or it is on its way back already.', 'Read the order''s payments and refunds.');
  end if;
  if v_amount > v_left then
    perform private.fail('refund_exceeds_payment', 409, 'That is more than is left of what was paid.', 'Name a smaller amount.', v_left::text);
  end if;
  v_restock := coalesce(refund_order.restock, not private.goods_have_left(v_order.id));
  if v_ids is not null or v_amount = v_left then
    perform private.refuse_spent_cards(v_order.id, case when v_amount < v_left then v_ids end, v_quantities, v_amount);
  end if;
  perform private.give_reason(refund_order.reason);
  if v_owed > 0 then
    perform private.release_owed(v_order.id, v_owed, private.release_key(v_order.id, v_ids[1]));
  end if;
  update public.orders
  set status = case when v_amount = v_left then 'refunded' else 'partially_refunded' end,
    shipping_refunded_amount = case when v_amount = v_left then orders.shipping_amount + orders.shipping_tax_amount else orders.shipping_refunded_amount + v_shipping end
  where orders.id = v_order.id;
  if v_amount = v_left then
    perform private.take_back_rest(v_order.id, v_restock, refund_order.reason);
  elsif v_ids is not null then
    perform private.take_back_lines(v_order.id, v_ids, v_quantities, v_restock, refund_order.reason);
  end if;
  v_refund_ids := private.refund_across(v_order.id, v_amount, 'by_staff', refund_order.reason, refund_order.destination);
  perform private.name_shipping(v_refund_ids, private.shipping_since(v_order));
  update public.refunds set lines = coalesce((
    select jsonb_agg(jsonb_build_object('order_item_id', line.id, 'quantity', line.quantity, 'restock', v_restock))
    from unnest(v_ids, v_quantities) as line (id, quantity)), '[]')
  where refunds.id = v_refund_ids[1];
  if v_owed > 0 then
    perform private.lower_instalments(v_order.id, v_owed);
    perform private.settle_instalments(v_order.id);
  end if;
  perform private.emit('order.refunded', 'order', v_order.id, jsonb_build_object('refund_id', v_refund_ids[1], 'whole', v_amount = v_left));
  perform private.give_reason(null);
  return private.remember_answer(v_person_id, refund_order.idempotency_key, 'refund_order', v_body,
    jsonb_build_object('refund', private.refund_document(v_refund_ids[1]), 'refunds', (
      select coalesce(jsonb_agg(private.refund_document(made.id) order by made.position), '[]') from unnest(v_refund_ids) with ordinality as made (id, position)),
      'order', private.order_document(v_order.id)));
end
$$;
comment on function private.refund_order(uuid, jsonb, bigint, text, boolean, text, text, boolean) is 'Does the work of public.refund_order.';
grant execute on function private.refund_order(uuid, jsonb, bigint, text, boolean, text, text, boolean) to authenticated, service_role;

create function public.refund_order(
  order_id uuid, lines jsonb default null, amount bigint default null, reason text default null, restock boolean default null, idempotency_key text default null,
  destination text default 'payment', include_shipping boolean default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.refund_order(refund_order.order_id, refund_order.lines, refund_order.amount, refund_order.reason, refund_order.restock, refund_order.idempotency_key, refund_order.destination,
    refund_order.include_shipping);
$$;
comment on function public.refund_order(uuid, jsonb, bigint, text, boolean, text, text, boolean) is
  'Staff (payments.refund): gives money back and answers {refund, refunds, order}: one refund, or one per payment when no single one has enough; refund is the first, null when only less is owed. Neither lines nor amount: all that is left, and everything bought ends. lines [{order_item_id, quantity}]: what they cost, and they alone end; what is not paid yet is not owed any more before anything goes back; '
  'restock says whether their units are on sale again; null: unless they had left. amount alone: money only; with lines: instead of what they cost. destination: payment, the way it came, or store_credit, which the customer has at once. '
  'Shipping goes back with the last of what is sent; include_shipping true: with these lines already, false: not with them. '
  'Errors: permission_denied, order_not_found, order_not_refundable, nothing_to_refund, refund_exceeds_payment, invalid_lines, invalid_reason, invalid_refund_destination, gift_card_spent, idempotency_key_reused.';
grant execute on function public.refund_order(uuid, jsonb, bigint, text, boolean, text, text, boolean) to authenticated, service_role;
