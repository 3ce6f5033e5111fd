/*
Orders, undoing: a paid order that is cancelled, and what of its goods comes back.

Promise: access ends and units go back on sale in the transaction that gives the money back; what was captured is refunded once, and each refund says how
much of it is shipping.
Under concurrency: the caller holds the order's row; then slots, waiting lists, payments.
*/

create function private.undo_order(order_id uuid, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_shipping bigint := (select orders.shipping_amount + orders.shipping_tax_amount - orders.shipping_refunded_amount from public.orders where orders.id = undo_order.order_id);
begin
  perform private.refuse_spent_cards(undo_order.order_id, null, null, private.kept_amount(undo_order.order_id));
  perform private.give_reason(undo_order.reason);
  update public.orders
  set status = 'cancelled', cancelled_at = now(), cancel_reason = undo_order.reason, shipping_refunded_amount = orders.shipping_amount + orders.shipping_tax_amount
  where orders.id = undo_order.order_id;
  perform private.take_back_goods(undo_order.order_id);
  perform private.give_back_promotions(array[undo_order.order_id]);
  perform private.emit('order.cancelled', 'order', undo_order.order_id);
  perform private.give_back_captures(undo_order.order_id, 'order_cancelled', undo_order.reason);
  perform private.name_shipping(array(select refunds.id from public.refunds where refunds.order_id = undo_order.order_id and refunds.reason = 'order_cancelled' order by refunds.amount desc), v_shipping);
  perform private.give_reason(null);
end
$$;
comment on function private.undo_order(uuid, text) is 'Cancels a paid order: access ends, units go back on sale, what was captured is refunded. Refuses gift_card_spent. The caller holds the order''s row.';

create function private.goods_have_left(order_id uuid)
returns boolean
language plpgsql
volatile -- stable would answer what was there before the verb that asks
security invoker
set search_path = ''
as $$
begin
  if exists (select from public.shipments where shipments.order_id = goods_have_left.order_id and shipments.shipped_at is not null) then
    -- one that came back is where staff said
    return exists (
      select from public.shipments where shipments.order_id = goods_have_left.order_id and shipments.shipped_at is not null and shipments.returned_goods is null);
  end if;
  return exists (select from public.orders where orders.id = goods_have_left.order_id and orders.shipped_at is not null);
end
$$;
comment on function private.goods_have_left(uuid) is 'Whether goods of an order left the house, be it one parcel of several. Then its goods are on sale again only when somebody says that they are here.';

create function private.take_back_goods(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_sold uuid[];
  v_places bigint;
begin
  select coalesce(array_agg(sold.variant_id), '{}'), coalesce(sum(sold.places), 0) into v_sold, v_places
  from (
    select stock_movements.variant_id, count(distinct stock_movements.location_id) + count(*) filter (where stock_movements.location_id <> private.main_location()) as places
    from public.stock_movements where stock_movements.reference_id = take_back_goods.order_id
    group by stock_movements.variant_id having sum(stock_movements.quantity) < 0
  ) as sold;
  if v_places > 1 then
    perform private.lock_holds(array[take_back_goods.order_id], v_sold); -- every slot before the first waiting list
    perform private.lock_waitlists(array[take_back_goods.order_id], v_sold);
  end if;
  perform private.settle_reservations(take_back_goods.order_id, 'released');
  perform private.return_sold_units(take_back_goods.order_id, sold.variant_id, sold.quantity,
    sold.kind <> 'physical' or not private.goods_have_left(take_back_goods.order_id), 'the goods had left')
  from (
    select stock_movements.variant_id, products.kind, -sum(stock_movements.quantity)::integer as quantity
    from public.stock_movements join public.variants on variants.id = stock_movements.variant_id join public.products on products.id = variants.product_id
    where stock_movements.reference_id = take_back_goods.order_id
    group by stock_movements.variant_id, products.kind having sum(stock_movements.quantity) < 0 order by stock_movements.variant_id
  ) as sold;
  if exists (select from public.orders where orders.id = take_back_goods.order_id and orders.purpose is not null) then
    perform private.end_seats_for_others(take_back_goods.order_id, array_agg(order_items.id), array_agg(order_items.quantity))
    from public.order_items where order_items.order_id = take_back_goods.order_id;
  end if;
  perform private.end_enrollments(array(select order_items.id from public.order_items where order_items.order_id = take_back_goods.order_id), 'cancelled');
  perform private.end_downloads(array(select order_items.id from public.order_items where order_items.order_id = take_back_goods.order_id));
end
$$;
comment on function private.take_back_goods(uuid) is 'Ends the enrolments and downloads of a paid order, frees what it still holds and takes back what it took from stock: on sale again, or written off when it had left. Exactly what its movements say, so twice does nothing.';
