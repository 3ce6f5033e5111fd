/*
Shipping, parcels: what is paid for sending an order when something is added to it, or given back.

Promise: sending an order and what was added to it costs what sending both at once would, and never less than was paid for it. What was paid for sending
goes back once: the check on orders is the guarantee, should a caller forget the order's lock.
*/

create function private.parcel_of(order_id uuid, gone jsonb)
returns private.parcel
language plpgsql
volatile -- stable would see the items as they were before the verb that asks
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_parcel private.parcel;
  v_goods integer;
begin
  select * into v_order from public.orders where orders.id = parcel_of.order_id;
  if v_order.shipping_method is null then
    return null;
  end if;
  select coalesce(sum(staying.units * coalesce(variants.weight_grams, 0)::bigint) filter (where order_items.kind = 'physical'), 0),
    coalesce(sum(staying.units * order_items.unit_amount), 0), count(*) filter (where order_items.kind = 'physical' and staying.units > 0)
  into v_parcel.weight_grams, v_parcel.order_amount, v_goods
  from public.order_items
  join public.variants on variants.id = order_items.variant_id
  left join public.order_items as bundles on bundles.id = order_items.parent_id
  left join jsonb_to_recordset(parcel_of.gone) as given (order_item_id uuid, quantity integer) on given.order_item_id = coalesce(bundles.id, order_items.id)
  cross join lateral (select order_items.quantity - order_items.refunded_quantity
    - coalesce(given.quantity, 0) * case when bundles.id is null then 1 else order_items.quantity / bundles.quantity end as units) as staying
  where order_items.order_id = v_order.id;
  if v_goods = 0 then
    return null;
  end if;
  -- an order that was sent elsewhere costs what its pricing says by now
  v_parcel.paid_amount := coalesce((v_order.shipping_pricing ->> 'list_amount')::bigint, v_order.shipping_amount + v_order.shipping_discount_amount);
  return v_parcel;
end
$$;
comment on function private.parcel_of(uuid, jsonb) is
  'What is left of an order''s goods once these lines are gone, with what sending it costs, free shipping not taken off; null when nothing of it is sent by a method.';

create function private.shipping_given_back(target public.orders, item_ids uuid[], quantities integer[], include_shipping boolean)
returns bigint
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_left bigint := target.shipping_amount + target.shipping_tax_amount - target.shipping_refunded_amount;
begin
  if v_left = 0 or not coalesce(include_shipping, true) then
    return 0;
  end if;
  if include_shipping then
    return v_left;
  end if;
  return (
    select case when bool_or(goods.going > 0) and bool_and(goods.staying <= 0) then v_left else 0 end
    from (
      select given.units as going, order_items.quantity - order_items.refunded_quantity - given.units as staying
      from public.order_items
      left join public.order_items as bundles on bundles.id = order_items.parent_id
      cross join lateral (
        select coalesce(sum(order_items.quantity / coalesce(bundles.quantity, order_items.quantity) * given.quantity)
          filter (where bundles.id is not null), 0) + coalesce(sum(given.quantity) filter (where bundles.id is null), 0) as units
        from unnest(shipping_given_back.item_ids, shipping_given_back.quantities) as given (item_id, quantity)
        where given.item_id = coalesce(bundles.id, order_items.id)
      ) as given
      where order_items.order_id = target.id and order_items.kind = 'physical'
    ) as goods);
end
$$;
comment on function private.shipping_given_back(public.orders, uuid[], integer[], boolean) is
  'How much of shipping, its tax on top included, goes back with these lines: all that is left when somebody says so, or when they are the last of what is sent and nobody says no; else none.';

create function private.shipping_since(before public.orders)
returns bigint
language sql
volatile -- as worth_of_items
security invoker
set search_path = ''
as $$
  select orders.shipping_refunded_amount - shipping_since.before.shipping_refunded_amount from public.orders where orders.id = shipping_since.before.id;
$$;
comment on function private.shipping_since(public.orders) is 'How much of shipping went back since the order was read.';

create function private.name_shipping(refund_ids uuid[], amount bigint)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.refunds set shipping_amount = parts.amount
  from (
    select made.id, greatest(0, least(refunds.amount, name_shipping.amount - coalesce(sum(refunds.amount) over (order by made.position rows between unbounded preceding and 1 preceding), 0))) as amount
    from unnest(name_shipping.refund_ids) with ordinality as made (id, position) join public.refunds on refunds.id = made.id
  ) as parts
  where refunds.id = parts.id and parts.amount > 0;
end
$$;
comment on function private.name_shipping(uuid[], bigint) is 'Writes into new refunds how much of them is for shipping, the first ones first. The caller holds the order.';
