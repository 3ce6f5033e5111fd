/*
Orders, stock: what an order asks of the stock beyond single lines: the parts of bundles, and units sold beyond stock.

Promise: units of one variant are summed over plain lines and the parts of bundles before stock is asked, so two lines never share the last unit.
*/

create function private.note_backorders(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_beyond record;
  v_item record;
begin
  update public.order_items set backordered_quantity = 0, ships_at = null
  where order_items.order_id = note_backorders.order_id and order_items.backordered_quantity > 0;
  for v_beyond in
    select taken.variant_id, sum(taken.quantity)::integer as quantity, min(variants.preorder_ships_at) as ships_at
    from (
      select reservations.variant_id, reservations.quantity from public.reservations
      where reservations.holder_id = note_backorders.order_id and reservations.status = 'held' and reservations.slot >= 128
      union all
      select backorders.variant_id, backorders.quantity from public.backorders where backorders.holder_id = note_backorders.order_id
    ) as taken join public.variants on variants.id = taken.variant_id group by taken.variant_id
  loop
    for v_item in
      select order_items.id, order_items.quantity from public.order_items
      where order_items.order_id = note_backorders.order_id and order_items.variant_id = v_beyond.variant_id order by order_items.id
    loop
      update public.order_items set backordered_quantity = least(v_item.quantity, v_beyond.quantity), ships_at = v_beyond.ships_at where order_items.id = v_item.id;
      v_beyond.quantity := v_beyond.quantity - least(v_item.quantity, v_beyond.quantity);
      exit when v_beyond.quantity = 0;
    end loop;
  end loop;
end
$$;
comment on function private.note_backorders(uuid) is 'Writes into an order''s items how many of their units were taken beyond stock, and when those ship.';

create function private.is_in_an_open_order(variant_id uuid)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return exists (
    select from public.order_items join public.orders on orders.id = order_items.order_id
    where order_items.variant_id = is_in_an_open_order.variant_id and orders.status = 'pending');
end
$$;
comment on function private.is_in_an_open_order(uuid) is 'Whether somebody has ordered this and not paid yet: asked before its way of counting changes.';
