/*
Orders, editing: other lines than were ordered, before anything left.

Promise: an edited order is priced by the one computation, holds exactly what it sells, and its history says what it was before. An unpaid order is
changed in place and asks for what is due then. Of a paid one nothing that was booked is rewritten: what goes is given back line by line, what comes
is an order of its own beside it, so invoices, credit notes and the ledger stay exact; of the money only the difference moves (the exchanging file).
Under concurrency: the order's row first, so paying, expiring, cancelling and editing queue; then every slot of what goes and what comes, in the order
everybody keeps, then waiting lists, then promotions.
*/

create table public.order_edits (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete restrict,
  supplement_id uuid references public.orders (id) on delete restrict,
  editor_id uuid references public.profiles (id) on delete restrict,
  reason text,
  before jsonb not null,
  after jsonb not null,
  edited_at timestamptz not null default clock_timestamp()
);
comment on table public.order_edits is 'What an order was before an edit and after it: {total_amount, lines}. supplement_id: the order that asks for what was added to a paid one. Append-only.';
-- serves: the history on an order page, in order
create index on public.order_edits (order_id, edited_at);
create index on public.order_edits (supplement_id);
create index on public.order_edits (editor_id);

create trigger _100_refuse_change before update or delete on public.order_edits for each row execute function private.tg__refuse_change();
create trigger _900_audit after insert on public.order_edits for each row execute function private.tg__audit('id');

alter table public.order_edits enable row level security;
create policy select_own_or_staff on public.order_edits for select to authenticated
  using ((select private.has_permission('orders.read'))
    or exists (select from public.orders where orders.id = order_edits.order_id and orders.customer_id = (select auth.uid())));
grant select on public.order_edits to authenticated, service_role;
-- not granted: insert, update, delete. edit_order writes.

insert into private.order_actions (action, status, who, permission) values
  ('edit', 'pending', 'customer', null), ('edit', 'pending', 'staff', 'orders.write'), ('edit', 'paid', 'staff', 'orders.write'),
  ('edit', 'processing', 'staff', 'orders.write'), ('edit', 'partially_refunded', 'staff', 'orders.write');

create function private.editing_allows(target public.orders)
returns boolean
language plpgsql
volatile -- stable would answer what was there before the verb that asks
security invoker
set search_path = ''
as $$
begin
  -- seats that are given out, gifts and the like are not simply lines: what they lead to hangs on them
  return target.shipped_at is null and target.purpose is null and not private.has_left(target.id)
    and not (target.status = 'pending' and exists (select from private.order_exchanges where order_exchanges.supplement_id = target.id)) and (target.status <> 'pending' or target.expires_at > now() and not exists (
    select from public.payments where payments.order_id = target.id
      and (payments.status = 'processing' or payments.status = 'pending' and private.is_under_review(payments.id))));
end
$$;
comment on function private.editing_allows(public.orders) is 'Whether nothing has left and, of an unpaid order, no payment is being processed and its hold runs.';

create function private.edit_snapshot(order_id uuid)
returns jsonb
language plpgsql
volatile -- as editing_allows
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('total_amount', orders.total_amount, 'lines', (
      select coalesce(jsonb_agg(jsonb_build_object('variant_id', order_items.variant_id, 'title', order_items.title,
        'quantity', order_items.quantity - order_items.refunded_quantity, 'unit_amount', order_items.unit_amount, 'total_amount', order_items.total_amount) order by order_items.title, order_items.id), '[]')
      from public.order_items
      where order_items.order_id = orders.id and order_items.parent_id is null and order_items.refunded_quantity < order_items.quantity))
    from public.orders where orders.id = edit_snapshot.order_id);
end
$$;
comment on function private.edit_snapshot(uuid) is 'An order as order_edits keeps it.';

create function private.release_units(holder_id uuid, variant_id uuid, quantity integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_left integer := release_units.quantity;
  v_held public.reservations;
begin
  -- what lies beyond stock first
  for v_held in
    select * from public.reservations
    where reservations.holder_id = release_units.holder_id and reservations.variant_id = release_units.variant_id and reservations.status = 'held'
    order by reservations.slot desc, reservations.id
  loop
    exit when v_left = 0;
    if v_held.quantity <= v_left then
      update public.reservations set status = 'released' where reservations.id = v_held.id;
    else
      update public.reservations set quantity = reservations.quantity - v_left where reservations.id = v_held.id;
    end if;
    perform private.free_units(v_held.variant_id, v_held.slot, v_held.location_id, least(v_held.quantity, v_left));
    v_left := v_left - least(v_held.quantity, v_left);
  end loop;
end
$$;
comment on function private.release_units(uuid, uuid, integer) is 'Frees so many of the units that a holder holds of a variant. The caller has locked the holds, every slot of the variant and its waiting list.';

create function private.hold_difference(target public.orders, lines private.order_line[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
  v_needed private.order_line[] := private.needed_units(hold_difference.lines);
  v_held integer;
  v_variant_id uuid;
begin
  for v_variant_id in
    select distinct reservations.variant_id from public.reservations where reservations.holder_id = target.id and reservations.status = 'held' order by 1
  loop
    v_held := private.held_units(target.id, v_variant_id);
    perform private.release_units(target.id, v_variant_id, v_held - least(v_held, coalesce((
      select sum(line.quantity) from unnest(v_needed) as line where line.variant_id = v_variant_id), 0)::integer));
  end loop;
  foreach v_line in array v_needed loop
    v_held := private.held_units(target.id, v_line.variant_id);
    continue when v_line.counted and v_held = v_line.quantity;
    if v_line.counted then
      v_line.quantity := v_line.quantity - v_held;
    end if;
    perform private.hold_line(target.id, target.customer_id, v_line, target.expires_at);
  end loop;
end
$$;
comment on function private.hold_difference(public.orders, private.order_line[]) is 'Lets an unpaid order hold what these lines need and nothing else: what it holds already stays its own. Refuses out_of_stock. The caller holds every slot of both.';

create function private.rewrite_items(target public.orders, lines private.order_line[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_seats uuid[] := array(
    select enrollments.id from public.enrollments join public.order_items on order_items.id = enrollments.order_item_id where order_items.order_id = target.id);
  v_item_ids uuid[];
  v_new_lines private.order_line[] := '{}';
  v_new_ids uuid[] := '{}';
begin
  update public.enrollments set order_item_id = null where enrollments.id = any (v_seats);
  delete from public.order_items where order_items.order_id = target.id and order_items.parent_id is not null;
  delete from public.order_items where order_items.order_id = target.id;
  v_item_ids := private.write_items(target.id, rewrite_items.lines);
  for v_index in 1 .. cardinality(v_item_ids) loop
    continue when (rewrite_items.lines[v_index]).intake_id is null;
    update public.enrollments set order_item_id = v_item_ids[v_index]
    where enrollments.id = any (v_seats) and enrollments.intake_id = (rewrite_items.lines[v_index]).intake_id and enrollments.status = 'reserved';
    if not found then
      v_new_lines := v_new_lines || rewrite_items.lines[v_index];
      v_new_ids := v_new_ids || v_item_ids[v_index];
    end if;
  end loop;
  -- never more than reserved: nobody learned by it, and its line is gone
  delete from public.enrollments where enrollments.id = any (v_seats) and enrollments.order_item_id is null;
  perform private.open_enrollments(target.id, target.customer_id, v_new_lines, v_new_ids, 'reserved');
end
$$;
comment on function private.rewrite_items(public.orders, private.order_line[]) is 'Writes the lines of an unpaid order anew; seats that stay keep their enrolment, seats that go lose it.';

create function private.price_edit(target public.orders, wishes private.wish[])
returns private.order_line[]
language plpgsql
volatile -- as editing_allows
security invoker
set search_path = ''
as $$
declare
  v_lines private.order_line[] := private.price_wishes(target.customer_id, price_edit.wishes, target.currency);
  v_line private.order_line;
  v_agreed bigint;
begin
  for v_index in 1 .. cardinality(v_lines) loop
    v_line := v_lines[v_index];
    select order_items.unit_amount into v_agreed from public.order_items
    where order_items.order_id = target.id and order_items.variant_id = v_line.variant_id and order_items.parent_id is null
      and order_items.pricing #>> '{price_reason,kind}' = 'agreed';
    continue when v_agreed is null or v_line.parent_variant_id is not null or v_line.title is null;
    v_line.unit_amount := v_agreed;
    v_line.base_unit_amount := coalesce(v_line.base_unit_amount, v_agreed);
    v_line.price_reason := '{"kind": "agreed"}';
    if v_line.problem ->> 'code' = 'price_missing' then
      v_line.problem := null;
    end if;
    v_lines[v_index] := private.clear_amounts(v_line);
  end loop;
  return v_lines;
end
$$;
comment on function private.price_edit(public.orders, private.wish[]) is 'What is wanted now as priced lines; a price that was agreed stands.';

create function private.quote_edit(target public.orders, lines private.order_line[], coupon_ids uuid[], along private.parcel)
returns private.quote
language plpgsql
volatile -- as editing_allows
security invoker
set search_path = ''
as $$
declare
  v_method_id uuid := (target.shipping_method ->> 'method_id')::uuid;
  v_quote private.quote;
begin
  loop
    v_quote := private.total_quote(target.customer_id, target.currency, quote_edit.lines, quote_edit.coupon_ids, coalesce(target.shipping_address ->> 'country', target.tax_country),
      case when target.shipping_address is null then target.tax_province else target.shipping_address ->> 'province' end, target.shipping_address ->> 'postal_code', v_method_id, quote_edit.along);
    -- who edits chooses no way of shipping: where the one of the order does not deliver what it is now, the cheapest does
    exit when v_method_id is null or v_quote.shipping #>> '{problem,code}' is distinct from 'shipping_method_not_available';
    v_method_id := null;
  end loop;
  return v_quote;
end
$$;
comment on function private.quote_edit(public.orders, private.order_line[], uuid[], private.parcel) is 'What these lines cost as lines of this order, or beside it in the same parcel: its customer, place and way of shipping.';

create function private.edit_unpaid_order(target public.orders, wishes private.wish[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_lines private.order_line[] := private.price_edit(target, edit_unpaid_order.wishes);
  v_variants uuid[] := array(select line.variant_id from unnest(v_lines) as line
    union select order_items.variant_id from public.order_items where order_items.order_id = target.id);
  v_coupons uuid[] := array(select promotion_redemptions.coupon_id from public.promotion_redemptions
    where promotion_redemptions.order_id = target.id and promotion_redemptions.given_back_at is null and promotion_redemptions.coupon_id is not null);
  v_address public.addresses;
  v_quote private.quote;
  v_kept bigint;
begin
  perform private.lock_holds(array[target.id], v_variants);
  perform private.lock_waitlists(array[target.id], v_variants);
  -- its own uses are free for itself, and what it used before is in order_edits, not among what a payment claims
  perform private.give_back_promotions(array[target.id]);
  delete from public.promotion_redemptions where promotion_redemptions.order_id = target.id;
  if target.shipping_address is null then
    v_address := private.delivery_address(target.customer_id, v_lines, null);
    perform private.refuse_problem(private.address_problem(v_lines, v_address.id));
    target.shipping_address := private.address_snapshot(v_address.id);
  end if;
  v_quote := private.quote_edit(target, v_lines, v_coupons, null);
  if v_quote.problems is not null then
    perform private.refuse_problem(v_quote.problems -> 0);
  end if;
  perform private.close_payments(target.id, 'cancelled');
  perform private.hold_difference(target, v_quote.lines);
  perform private.rewrite_items(target, v_quote.lines);
  update public.orders
  set subtotal_amount = v_quote.subtotal_amount, discount_amount = v_quote.discount_amount, tax_amount = v_quote.tax_amount,
    tax_included_amount = v_quote.tax_included_amount, shipping_amount = v_quote.shipping_amount, total_amount = v_quote.total_amount,
    shipping_discount_amount = coalesce((v_quote.shipping ->> 'discount_amount')::bigint, 0), shipping_tax_amount = coalesce((v_quote.shipping ->> 'tax_amount')::bigint, 0),
    shipping_tax_included_amount = coalesce((v_quote.shipping ->> 'tax_included_amount')::bigint, 0), shipping_method = private.shipping_snapshot(v_quote.shipping),
    shipping_pricing = case when v_quote.shipping is not null then private.shipping_pricing(v_quote.shipping) end,
    shipping_address = target.shipping_address, tax_country = v_quote.tax_country, tax_province = v_quote.tax_province
  where orders.id = target.id returning orders.* into target;
  perform private.note_backorders(target.id);
  perform private.redeem_promotions(target.id, target.customer_id, v_quote, target.expires_at, '{}');
  perform private.propose_instalments_again(target);
  v_kept := private.kept_amount(target.id);
  if target.total_amount = 0 and v_kept = 0 then
    perform private.confirm_order(target.id);
  elsif v_kept >= coalesce(private.instalment_start(target.id), target.total_amount) then
    -- parts that were paid cover it now, or its first instalment
    perform private.deliver_covered_order(target, (
      select payments.id from public.payments where payments.order_id = target.id and private.refundable_amount(payments.id) > 0
      order by private.refundable_amount(payments.id) desc limit 1), v_kept - target.total_amount);
    perform private.settle_instalments(target.id);
  end if;
end
$$;
comment on function private.edit_unpaid_order(public.orders, private.wish[]) is
  'Changes an unpaid order in place: priced anew with its coupons, holding what it sells now until the same moment; an open attempt to pay is closed. The caller holds the order''s row.';

create function private.edit_paid_order(target public.orders, wishes private.wish[], reason text)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_gone jsonb;
  v_added private.wish[];
  v_lines private.order_line[];
  v_waiting uuid[] := private.lock_waiting_supplements(target.id);
  v_variants uuid[];
  v_quote private.quote;
  v_address public.addresses;
  v_supplement_id uuid;
begin
  select jsonb_agg(jsonb_build_object('order_item_id', had.id, 'quantity', had.quantity - coalesce(wish.quantity, 0)) order by had.id)
    filter (where had.quantity > coalesce(wish.quantity, 0)),
    array_agg(row(wish.variant_id, wish.quantity - coalesce(had.quantity, 0))::private.wish order by wish.variant_id) filter (where wish.quantity > coalesce(had.quantity, 0))
  into v_gone, v_added
  from unnest(edit_paid_order.wishes) as wish
  full join (
    select order_items.id, order_items.variant_id, order_items.quantity - order_items.refunded_quantity as quantity from public.order_items
    where order_items.order_id = target.id and order_items.parent_id is null and order_items.refunded_quantity < order_items.quantity
  ) as had on had.variant_id = wish.variant_id;
  if v_added is not null then
    v_lines := private.price_edit(target, v_added);
  end if;
  v_variants := array(select line.variant_id from unnest(v_lines) as line
    union select order_items.variant_id from public.order_items where order_items.order_id = target.id);
  perform private.lock_holds(v_waiting || target.id, v_variants);
  perform private.lock_waitlists(v_waiting || target.id, v_variants);
  -- what was agreed before and not paid yet is not wanted any more
  perform private.end_order(waiting.id, 'cancelled', edit_paid_order.reason) from unnest(v_waiting) as waiting (id);
  perform private.give_back_promotions(v_waiting);
  -- of an order with money owed there is nothing to exchange: what goes is not owed any more, and what was paid beyond goes back
  if v_gone is not null and (v_added is null or private.due_amount(target.id) > 0) then
    perform private.refund_order(target.id, v_gone, null, edit_paid_order.reason, true, null);
    v_gone := null;
  end if;
  if v_added is null then
    return null;
  end if;
  if target.shipping_address is null then
    v_address := private.delivery_address(target.customer_id, v_lines, null);
    perform private.refuse_problem(private.address_problem(v_lines, v_address.id));
    target.shipping_address := private.address_snapshot(v_address.id);
  end if;
  v_quote := private.quote_edit(target, v_lines, '{}', private.parcel_of(target.id, v_gone));
  if v_quote.problems is not null then
    perform private.refuse_problem(v_quote.problems -> 0);
  end if;
  if v_gone is not null then
    perform private.require_refunder('payments.refund', edit_paid_order.reason);
    v_supplement_id := private.exchange_items(target, v_gone, v_quote, v_lines, edit_paid_order.reason);
  else
    v_supplement_id := private.place_supplement(target, v_quote, v_lines);
  end if;
  perform private.emit('order.supplemented', 'order', v_supplement_id, jsonb_build_object('order_id', target.id));
  return v_supplement_id;
end
$$;
comment on function private.edit_paid_order(public.orders, private.wish[], text) is
  'Gives back line by line what goes, and places what comes as an order of its own, with only the difference to move; answers that one. Giving back needs payments.refund. The caller holds the order''s row.';

create function private.edit_order(order_id uuid, lines jsonb, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write orders, only edit them by this rule
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(edit_order.order_id, edit_order.lines, edit_order.reason);
  v_answer jsonb := private.recall_answer(v_person_id, edit_order.idempotency_key, 'edit_order', v_body);
  v_staff boolean := private.is_service() or private.has_permission('orders.write');
  v_order public.orders;
  v_wishes private.wish[];
  v_before jsonb;
  v_supplement_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.find_order(edit_order.order_id, 'orders.write');
  if length(edit_order.reason) > 500 or v_staff and private.said(edit_order.reason) is null then
    perform private.fail('invalid_reason', 422, 'Staff say why they change an order, in at most 500 characters; its customer reads it.', 'Send a reason.');
  end if;
  select array_agg(row(wish.variant_id, wish.quantity)::private.wish order by wish.variant_id) into v_wishes from private.parse_lines(edit_order.lines) as wish;
  select * into v_order from public.orders where orders.id = edit_order.order_id for update;
  if not (v_staff and private.order_allows(v_order, 'edit', 'staff') or v_order.customer_id = auth.uid() and private.order_allows(v_order, 'edit', 'customer')) then
    perform private.fail('order_not_editable', 409, format('An order that is %s cannot be changed now.', v_order.status),
      'Read it again: it ended, left, or is being paid. Customers change unpaid orders; the shop changes paid ones.');
  end if;
  v_before := private.edit_snapshot(v_order.id);
  perform private.give_reason(edit_order.reason);
  if v_order.status = 'pending' then
    perform private.edit_unpaid_order(v_order, v_wishes);
  else
    v_supplement_id := private.edit_paid_order(v_order, v_wishes, edit_order.reason);
  end if;
  insert into public.order_edits (order_id, supplement_id, editor_id, reason, before, after)
  values (v_order.id, v_supplement_id, auth.uid(), edit_order.reason, v_before, private.edit_snapshot(v_order.id));
  perform private.emit('order.edited', 'order', v_order.id, jsonb_strip_nulls(jsonb_build_object('supplement_id', v_supplement_id)));
  perform private.give_reason(null);
  return private.remember_answer(v_person_id, edit_order.idempotency_key, 'edit_order', v_body, jsonb_build_object(
    'order', private.order_document(v_order.id), 'supplement', case when v_supplement_id is not null then private.order_document(v_supplement_id) end));
end
$$;
comment on function private.edit_order(uuid, jsonb, text, text) is 'Does the work of public.edit_order.';
grant execute on function private.edit_order(uuid, jsonb, text, text) to authenticated, service_role;

create function public.edit_order(order_id uuid, lines jsonb, reason text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.edit_order(edit_order.order_id, edit_order.lines, edit_order.reason, edit_order.idempotency_key);
$$;
comment on function public.edit_order(uuid, jsonb, text, text) is
  'Changes what an order consists of to lines [{variant_id, quantity}], before anything left, and answers {order, supplement}. Unpaid (its customer, or staff with orders.write): in place, priced anew with its coupons, its items get new ids, '
  'an open attempt to pay is closed. Paid (staff): what goes is given back line by line (payments.refund), what comes is an order of its own (supplement), and only the difference moves: paid by what goes it is paid at once and the rest goes back; '
  'costing more, it asks for the difference (due_amount), and the order stays as it is until that is paid. '
  'Errors: order_not_found, order_not_editable, invalid_reason, permission_denied, those of refund_order and those of place_order.';
grant execute on function public.edit_order(uuid, jsonb, text, text) to authenticated, service_role;
