/*
Orders, address: another place for an order to go to, before anything of it has left.

Promise: what leaves goes to the address that the order shows, and costs what sending it there costs. An unpaid order is priced anew in place. Of a paid
one nothing that was booked is rewritten: cheaper shipping goes back, dearer shipping is an order of its own beside it, and the order keeps its address
until that is paid; goods that are taxed otherwise there are given back and sold anew for what they cost, as an edit does. A place that nothing delivers to
is refused, and changes nothing. A place in the same zone costs the same.
Under concurrency: the order's row first, as for everything that leaves, so an address changes before the goods leave or not at all. Parcels take theirs
under that row; one whose carrier was asked for a label keeps the order where it is.
*/

insert into private.order_actions (action, status, who, permission)
select 'change_address', status, who, case who when 'staff' then 'orders.write' end
from unnest(array['pending', 'paid', 'processing', 'partially_refunded']) as status, unnest(array['customer', 'staff']) as who;

alter table private.order_exchanges add column shipping_address jsonb, add column shipping_plan jsonb,
  add constraint order_exchanges_move_an_order_or_its_lines check (shipping_address is null or jsonb_typeof(shipping_address) = 'object' and amount = 0 and item_ids = '{}');
comment on column private.order_exchanges.shipping_address is 'Where the order goes once the supplement, which is for dearer shipping, is paid; null: lines are exchanged. shipping_plan: how it is sent there.';

create function private.address_change_allows(target public.orders)
returns boolean
language plpgsql
volatile -- as editing_allows
security invoker
set search_path = ''
as $$
begin
  return private.editing_allows(target)
    and exists (select from public.order_items where order_items.order_id = target.id and order_items.kind = 'physical' and order_items.refunded_quantity < order_items.quantity)
    and not exists (
      select from public.shipments where shipments.order_id = target.id and shipments.status = 'pending' and (shipments.tracking_number is not null
        or exists (select from public.events where events.subject_id = shipments.id and events.name = 'shipment.booking_requested')));
end
$$;
comment on function private.address_change_allows(public.orders) is 'Whether something of an order is still to be sent, nothing has left, and no carrier was asked for a label.';

create function private.read_order_address(customer_id uuid, shipping_address_id uuid, address jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_asked constant text[] := array['recipient', 'phone', 'country', 'province', 'city', 'district', 'subdistrict', 'street', 'postal_code'];
  v_needed constant text[] := array['recipient', 'phone', 'country', 'province', 'city', 'street', 'postal_code'];
  v_address public.addresses;
begin
  if (read_order_address.shipping_address_id is null) = (read_order_address.address is null) then
    perform private.fail('invalid_address', 422, 'An order goes to one of its customer''s addresses, or to one that is written out.', 'Send shipping_address_id or address, not both.');
  end if;
  if read_order_address.address is not null then
    if jsonb_typeof(read_order_address.address) <> 'object' or read_order_address.address - v_asked <> '{}' or not read_order_address.address ?& v_needed
      or exists (select from jsonb_each(read_order_address.address) as field where jsonb_typeof(field.value) <> 'string' and (field.value <> 'null' or field.key = any (v_needed))) then
      perform private.fail('invalid_address', 422, 'An address is an object of texts: recipient, phone, country, province, city, street, postal_code; district and subdistrict may be left out.',
        'Correct it and send the address again.');
    end if;
    v_address := private.check_address(jsonb_populate_record(null::public.addresses, jsonb_build_object('district', '', 'subdistrict', '') || jsonb_strip_nulls(read_order_address.address)));
    return (select jsonb_object_agg(field, to_jsonb(v_address) -> field) from unnest(v_asked) as field);
  end if;
  select * into v_address from public.addresses where addresses.id = read_order_address.shipping_address_id and addresses.profile_id = read_order_address.customer_id;
  if v_address.id is null then
    perform private.fail('address_not_found', 404, 'The order''s customer has no such address.', 'List their addresses and take one of their ids.');
  end if;
  return private.address_snapshot(v_address.id);
end
$$;
comment on function private.read_order_address(uuid, uuid, jsonb) is 'An address of this customer, or one that is written out, as an order keeps it. Refuses invalid_address, address_not_found.';

-- what it costs there ----------------------------------------------------------------------------------------------------------------

create function private.plan_move(target public.orders, address jsonb)
returns jsonb
language plpgsql
volatile -- as editing_allows
security invoker
set search_path = ''
as $$
declare
  v_method_id uuid := (target.shipping_method ->> 'method_id')::uuid;
  v_goods private.parcel := private.parcel_of(target.id, null);
  v_plan jsonb;
begin
  loop
    v_plan := private.plan_shipping(row(coalesce(v_goods.weight_grams, 0), coalesce(v_goods.order_amount, 0), null)::private.parcel, target.currency,
      address ->> 'country', address ->> 'province', address ->> 'postal_code', v_method_id);
    -- who moves an order chooses no way of shipping: where the one of the order does not deliver, the cheapest does
    exit when v_method_id is null or v_plan #>> '{problem,code}' is distinct from 'shipping_method_not_available';
    v_method_id := null;
  end loop;
  -- one that is sent for nothing, from before the shop asked for shipping, only has to go somewhere that is served
  if v_plan -> 'problem' <> 'null' and (target.shipping_method is not null or v_plan -> 'zone' = 'null') then
    perform private.refuse_problem(v_plan -> 'problem');
  end if;
  return v_plan;
end
$$;
comment on function private.plan_move(public.orders, jsonb) is 'How what is left of an order''s goods is sent to this address, as private.plan_shipping; null while the shop offers no method. Refuses shipping_not_available.';

create function private.dearer_by(target public.orders, plan jsonb)
returns bigint
language plpgsql
volatile -- as editing_allows
security invoker
set search_path = ''
as $$
begin
  if target.shipping_method is null or dearer_by.plan is null or target.shipping_discount_amount > 0 or dearer_by.plan ->> 'zone' = target.shipping_pricing ->> 'zone' then
    return 0;
  end if;
  return (dearer_by.plan #>> '{chosen,list_amount}')::bigint - (private.parcel_of(target.id, null)).paid_amount;
end
$$;
comment on function private.dearer_by(public.orders, jsonb) is 'How much more sending a paid order costs by this plan than was paid, before taxes on top; below zero: less. The same zone costs the same, and free shipping stays free.';

create function private.rates_there(tax_category text, country text, province text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_array(rate.name, rate.basis_points, rate.inclusive) order by rate.name, rate.basis_points, rate.inclusive), '[]')
  from unnest(private.tax_rates_at(rates_there.tax_category, coalesce(rates_there.country, private.setting('default_tax_country') #>> '{}'), rates_there.province)) as rate;
$$;
comment on function private.rates_there(text, text, text) is 'The taxes of a category at a place, now, to be compared with those of another place.';

create function private.taxed_alike(target public.orders, address jsonb)
returns boolean
language plpgsql
volatile -- as editing_allows
security invoker
set search_path = ''
as $$
begin
  return not exists (
    select from (
      select products.tax_category from public.order_items
      join public.variants on variants.id = order_items.variant_id join public.products on products.id = variants.product_id
      where order_items.order_id = target.id and order_items.kind in ('physical', 'bundle') and order_items.refunded_quantity < order_items.quantity
      union
      select shipping_methods.tax_category from public.shipping_methods where shipping_methods.id = (target.shipping_method ->> 'method_id')::uuid and target.shipping_amount > 0
    ) as taxed
    where private.rates_there(taxed.tax_category, target.tax_country, target.tax_province) <> private.rates_there(taxed.tax_category, address ->> 'country', address ->> 'province'));
end
$$;
comment on function private.taxed_alike(public.orders, jsonb) is 'Whether what an order sends is taxed at this address as where it was to go.';

-- an order that is paid --------------------------------------------------------------------------------------------------------------

create function private.send_elsewhere(target public.orders, address jsonb, plan jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.orders
  set shipping_address = send_elsewhere.address,
    shipping_method = case when target.shipping_method is not null then coalesce(private.shipping_snapshot(send_elsewhere.plan), target.shipping_method) end,
    -- why sending it costs what it costs by now; its taxes stay those that were paid
    shipping_pricing = case when target.shipping_method is null or send_elsewhere.plan is null or send_elsewhere.plan ->> 'zone' = target.shipping_pricing ->> 'zone' then target.shipping_pricing
      else private.shipping_pricing(send_elsewhere.plan || jsonb_build_object('list_amount', send_elsewhere.plan #> '{chosen,list_amount}', 'taxes', target.shipping_pricing -> 'taxes')) end
  where orders.id = target.id;
  update private.shipment_details set destination = send_elsewhere.address
  from public.shipments where shipments.id = shipment_details.shipment_id and shipments.order_id = target.id and shipments.status = 'pending';
end
$$;
comment on function private.send_elsewhere(public.orders, jsonb, jsonb) is 'Sends an order and its parcels to this address. The caller holds its row and has seen to the money.';

create function private.give_back_shipping(target public.orders, amount bigint, reason text)
returns bigint
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_amount bigint := least(give_back_shipping.amount, target.shipping_amount + target.shipping_tax_amount - target.shipping_refunded_amount);
  v_owed bigint;
  v_left bigint;
  v_refund_ids uuid[];
begin
  perform from public.payments where payments.order_id = target.id order by payments.id for update;
  select coalesce(sum(private.refundable_amount(payments.id)), 0) into v_left from public.payments where payments.order_id = target.id and payments.status in ('success', 'refunding');
  v_owed := least(v_amount, private.due_amount(target.id));
  v_amount := least(v_amount - v_owed, v_left);
  if v_amount + v_owed <= 0 then
    return 0;
  end if;
  perform private.give_reason(give_back_shipping.reason);
  -- of what was not paid yet nothing goes back: it is not owed any more
  if v_owed > 0 then
    perform private.release_owed(target.id, v_owed, format('released:%s:shipping:%s', target.id, target.shipping_refunded_amount));
  end if;
  update public.orders
  set status = case when v_amount = v_left and v_amount > 0 and not exists (select from public.order_items where order_items.order_id = orders.id) then 'refunded' else 'partially_refunded' end,
    shipping_refunded_amount = orders.shipping_refunded_amount + v_amount + v_owed
  where orders.id = target.id;
  if v_amount > 0 then
    v_refund_ids := private.refund_across(target.id, v_amount, 'address_changed', give_back_shipping.reason);
    perform private.name_shipping(v_refund_ids, v_amount);
    perform private.emit('order.refunded', 'order', target.id, jsonb_build_object('refund_id', v_refund_ids[1], 'whole', false));
  end if;
  if v_owed > 0 then
    perform private.lower_instalments(target.id, v_owed);
    perform private.settle_instalments(target.id);
  end if;
  perform private.give_reason(null);
  return v_amount + v_owed;
end
$$;
comment on function private.give_back_shipping(public.orders, bigint, text) is
  'Gives back this much of what an order asks for shipping, tax on top included, as far as there is so much; answers how much. The caller holds the order''s row.';

create function private.make_cheaper(target public.orders, amount bigint, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_asked public.orders;
  v_left bigint := make_cheaper.amount;
begin
  -- what a former move asked for goes first, the last one first. They are paid: whoever holds one does not come for the order that we hold.
  for v_asked in
    select orders.* from private.order_exchanges join public.orders on orders.id = order_exchanges.supplement_id
    where order_exchanges.order_id = target.id and order_exchanges.settled_at is not null and order_exchanges.shipping_address is not null and orders.status in ('paid', 'completed', 'partially_refunded')
    order by order_exchanges.settled_at desc, orders.id for update of orders
  loop
    v_left := v_left - private.give_back_shipping(v_asked, v_left, make_cheaper.reason) where v_left > 0;
  end loop;
  perform private.give_back_shipping(target, v_left, make_cheaper.reason) where v_left > 0;
end
$$;
comment on function private.make_cheaper(public.orders, bigint, text) is 'Gives back what sending an order costs less, from what former moves asked for and from the order. The caller holds the order''s row.';

create function private.ask_for_shipping(target public.orders, address jsonb, plan jsonb, amount bigint, reason text)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_quote private.quote := private.sum_lines(target.currency, '{}');
  v_plan jsonb := jsonb_set(ask_for_shipping.plan, '{chosen,list_amount}', to_jsonb(ask_for_shipping.amount));
  v_line private.order_line := private.tax_line(private.shipping_line(v_plan -> 'chosen'), coalesce(address ->> 'country', private.setting('default_tax_country') #>> '{}'), address ->> 'province');
  v_supplement_id uuid;
begin
  v_quote.tax_country := address ->> 'country';
  v_quote.tax_province := address ->> 'province';
  v_quote.taxes := private.sum_taxes(array[v_line]);
  v_supplement_id := private.place_supplement(target, private.add_shipping(v_quote, v_plan, v_line), '{}');
  update public.orders set shipping_address = ask_for_shipping.address where orders.id = v_supplement_id;
  insert into private.order_exchanges (supplement_id, order_id, amount, item_ids, quantities, reason, shipping_address, shipping_plan)
  values (v_supplement_id, target.id, 0, '{}', '{}', ask_for_shipping.reason, ask_for_shipping.address, ask_for_shipping.plan);
  return v_supplement_id;
end
$$;
comment on function private.ask_for_shipping(public.orders, jsonb, jsonb, bigint, text) is
  'Places an order without lines beside a paid one, for what sending it to this address costs more; once it is paid the order moves (settle_exchange). Answers it.';

create function private.resell_goods(target public.orders, address jsonb, plan jsonb, reason text)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_country constant text := address ->> 'country';
  v_items public.order_items[] := array(
    select order_items from public.order_items
    where order_items.order_id = target.id and order_items.parent_id is null and order_items.refunded_quantity < order_items.quantity
      and (order_items.kind = 'physical' or exists (select from public.order_items as parts where parts.parent_id = order_items.id and parts.kind = 'physical'))
    order by order_items.variant_id);
  v_lines private.order_line[];
  v_line private.order_line;
  v_item public.order_items;
  v_shipped private.order_line;
  v_quote private.quote;
  v_variants uuid[];
begin
  if exists (select from unnest(v_items) as item join public.order_items as parts on parts.parent_id = item.id where parts.kind = 'course') then
    perform private.fail('order_not_editable', 409, 'What is sent is taxed otherwise there, and is part of a bundle with a course.', 'Give the bundle back and sell it anew.');
  end if;
  v_lines := private.price_edit(target, array(select row(item.variant_id, item.quantity - item.refunded_quantity)::private.wish from unnest(v_items) as item));
  for v_index in 1 .. cardinality(v_lines) loop
    v_line := v_lines[v_index];
    if v_line.parent_variant_id is null and v_line.title is not null then
      select item.* into v_item from unnest(v_items) as item where item.variant_id = v_line.variant_id;
      -- for what each piece cost after discounts, which stay with the order that used them
      v_line.unit_amount := (v_item.subtotal_amount - v_item.discount_amount) / v_item.quantity;
      v_line.price_reason := '{"kind": "agreed"}';
      if v_line.problem ->> 'code' = 'price_missing' then
        v_line.problem := null;
      end if;
      v_line := private.clear_amounts(v_line);
    end if;
    v_lines[v_index] := private.tax_line(v_line, v_country, address ->> 'province');
  end loop;
  v_variants := array(select line.variant_id from unnest(v_lines) as line);
  perform private.lock_holds(array[target.id], v_variants);
  perform private.lock_waitlists(array[target.id], v_variants);
  v_quote := private.sum_lines(target.currency, v_lines);
  v_quote.tax_country := v_country;
  v_quote.tax_province := address ->> 'province';
  if resell_goods.plan is not null and target.shipping_method is not null then
    if target.shipping_discount_amount > 0 then
      resell_goods.plan := jsonb_set(resell_goods.plan, '{chosen,list_amount}', '0'); -- free shipping stays free
    end if;
    v_shipped := private.tax_line(private.shipping_line(resell_goods.plan -> 'chosen'), v_country, address ->> 'province');
    v_quote.taxes := private.sum_taxes(v_lines || v_shipped);
    v_quote := private.add_shipping(v_quote, resell_goods.plan, v_shipped);
  else
    v_quote.taxes := private.sum_taxes(v_lines);
  end if;
  if v_quote.problems is not null then
    perform private.refuse_problem(v_quote.problems -> 0);
  end if;
  target.shipping_address := resell_goods.address;
  return private.exchange_items(target, (
    select jsonb_agg(jsonb_build_object('order_item_id', item.id, 'quantity', item.quantity - item.refunded_quantity) order by item.id) from unnest(v_items) as item),
    v_quote, v_lines, resell_goods.reason);
end
$$;
comment on function private.resell_goods(public.orders, jsonb, jsonb, text) is
  'Exchanges what is left of a paid order''s goods for the same at another address, where they are taxed otherwise: for what they cost, with the taxes and the shipping of that place. Answers the order that has them. The caller holds the order''s row.';

create function private.move_paid_order(target public.orders, address jsonb, reason text)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_waiting uuid[] := private.lock_waiting_supplements(target.id);
  v_plan jsonb := private.plan_move(target, move_paid_order.address);
  v_dearer bigint := private.dearer_by(target, v_plan);
begin
  if exists (select from private.order_exchanges where order_exchanges.supplement_id = any (v_waiting) and order_exchanges.shipping_address is null) then
    perform private.fail('order_not_editable', 409, 'What this order is changed to waits for its payment.', 'Pay or cancel that first.');
  end if;
  perform private.end_order(waiting.id, 'cancelled', move_paid_order.reason) from unnest(v_waiting) as waiting (id);
  if not private.taxed_alike(target, move_paid_order.address) then
    return private.resell_goods(target, move_paid_order.address, v_plan, move_paid_order.reason);
  end if;
  if v_dearer > 0 then
    return private.ask_for_shipping(target, move_paid_order.address, v_plan, v_dearer, move_paid_order.reason);
  end if;
  if v_dearer < 0 and target.shipping_amount > 0 then
    perform private.make_cheaper(target, round(-v_dearer::numeric * (target.shipping_amount + target.shipping_tax_amount) / target.shipping_amount)::bigint, move_paid_order.reason);
  end if;
  perform private.send_elsewhere(target, move_paid_order.address, v_plan);
  return null;
end
$$;
comment on function private.move_paid_order(public.orders, jsonb, text) is
  'Sends a paid order to another address: at once when that costs the same or less, else once the supplement is paid, which it answers; where its goods are taxed otherwise they are sold anew. The caller holds the order''s row.';

create function private.change_order_address(order_id uuid, shipping_address_id uuid, address jsonb, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write orders, only change them by this rule
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(change_order_address.order_id, change_order_address.shipping_address_id, change_order_address.address, change_order_address.reason);
  v_answer jsonb := private.recall_answer(v_person_id, change_order_address.idempotency_key, 'change_order_address', v_body);
  v_staff boolean := private.is_service() or private.has_permission('orders.write');
  v_reason text := coalesce(private.said(change_order_address.reason), 'another address');
  v_order public.orders;
  v_before jsonb;
  v_address jsonb;
  v_supplement_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_order := private.find_order(change_order_address.order_id, 'orders.write');
  if length(change_order_address.reason) > 500 or v_staff and v_order.customer_id is distinct from auth.uid() and private.said(change_order_address.reason) is null then
    perform private.fail('invalid_reason', 422, 'Staff say why they change an order, in at most 500 characters; its customer reads it.', 'Send a reason.');
  end if;
  v_address := private.read_order_address(v_order.customer_id, change_order_address.shipping_address_id, change_order_address.address);
  select * into v_order from public.orders where orders.id = change_order_address.order_id for update;
  if not private.order_allows(v_order, 'change_address', case when v_staff then 'staff' else 'customer' end) then
    perform private.fail('order_not_editable', 409, format('An order that is %s cannot go elsewhere now.', v_order.status),
      'Read it again: it ended, left, has its label, is being paid, or sends nothing.');
  end if;
  v_before := private.edit_snapshot(v_order.id) || jsonb_build_object('shipping_address', v_order.shipping_address);
  perform private.give_reason(v_reason);
  if v_order.status = 'pending' then
    v_order.shipping_address := v_address;
    perform private.edit_unpaid_order(v_order, array(
      select row(order_items.variant_id, order_items.quantity)::private.wish from public.order_items
      where order_items.order_id = v_order.id and order_items.parent_id is null order by order_items.variant_id));
  else
    v_supplement_id := private.move_paid_order(v_order, v_address, v_reason);
  end if;
  if exists (select from public.orders where orders.id = v_supplement_id and orders.status = 'pending') then
    perform private.emit('order.supplemented', 'order', v_supplement_id, jsonb_build_object('order_id', v_order.id));
  end if;
  insert into public.order_edits (order_id, supplement_id, editor_id, reason, before, after)
  select v_order.id, v_supplement_id, auth.uid(), v_reason, v_before, private.edit_snapshot(v_order.id) || jsonb_build_object('shipping_address', orders.shipping_address)
  from public.orders where orders.id = v_order.id;
  perform private.emit('order.edited', 'order', v_order.id, jsonb_strip_nulls(jsonb_build_object('supplement_id', v_supplement_id)));
  perform private.give_reason(null);
  return private.remember_answer(v_person_id, change_order_address.idempotency_key, 'change_order_address', v_body, jsonb_build_object(
    'order', private.order_document(v_order.id), 'supplement', case when v_supplement_id is not null then private.order_document(v_supplement_id) end));
end
$$;
comment on function private.change_order_address(uuid, uuid, jsonb, text, text) is 'Does the work of public.change_order_address.';
grant execute on function private.change_order_address(uuid, uuid, jsonb, text, text) to authenticated, service_role;

create function public.change_order_address(order_id uuid, shipping_address_id uuid default null, address jsonb default null, reason text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.change_order_address(change_order_address.order_id, change_order_address.shipping_address_id, change_order_address.address, change_order_address.reason,
    change_order_address.idempotency_key);
$$;
comment on function public.change_order_address(uuid, uuid, jsonb, text, text) is
  'Sends an order elsewhere while nothing of it has left, and answers {order, supplement}: its customer, or staff with orders.write, who say why. To an address of its customer (shipping_address_id) or one that is written out (address). '
  'Unpaid: in place, priced anew, an open attempt to pay is closed. Paid: what sending costs less goes back; what it costs more is an order beside it (supplement, due_amount), and the order goes where it went until that is paid; '
  'goods that are taxed otherwise there are given back and sold anew for what they cost, in the supplement. Errors: order_not_found, order_not_editable, address_not_found, invalid_address, invalid_reason, shipping_not_available, out_of_stock, idempotency_key_reused.';
grant execute on function public.change_order_address(uuid, uuid, jsonb, text, text) to authenticated, service_role;
