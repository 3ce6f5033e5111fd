/*
Orders, stock: what an order asks of the stock beyond single lines: the parts of bundles, and units sold beyond stock.

Promise: units of one variant are summed over plain lines and the parts of bundles before stock is asked, so two lines never share the last unit.
*/

create function private.with_parts(line private.order_line, person_id uuid)
returns private.order_line[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_part record;
  v_line private.order_line;
  v_lines private.order_line[] := array[line];
begin
  for v_part in
    select variants.id, variants.sku, variants.stock_mode, variants.weight_grams, case when variants.preorder_ships_at > now() then variants.preorder_ships_at end as ships_at, bundle_items.quantity * line.quantity as quantity, products.id as product_id, products.kind, products.slug,
      products.status, products.tax_category, intakes.id as intake_id, intakes.status as intake_status, courses.prerequisites_block_sale, intakes.enroll_opens_at, intakes.enroll_closes_at, intakes.starts_at, intakes.ends_at, intakes.time_zone,
      case when intakes.id is null or intakes.title = products.title then products.title else products.title || ' · ' || intakes.title end as title
    from public.bundle_items
    join public.variants on variants.id = bundle_items.component_variant_id
    join public.products on products.id = variants.product_id
    left join public.intakes on intakes.variant_id = variants.id
    left join public.courses on courses.product_id = intakes.product_id
    where bundle_items.bundle_variant_id = line.variant_id order by variants.id
  loop
    v_line := null;
    v_line.parent_variant_id := line.variant_id;
    v_line.variant_id := v_part.id;
    v_line.quantity := v_part.quantity;
    v_line.kind := v_part.kind;
    v_line.sku := v_part.sku;
    v_line.title := v_part.title;
    v_line.unit_amount := 0;
    v_line.base_unit_amount := 0;
    v_line.counted := v_part.stock_mode <> 'none';
    v_line.intake_id := v_part.intake_id;
    v_line.product_id := v_part.product_id;
    v_line.tax_category := v_part.tax_category;
    v_line.weight_grams := v_part.weight_grams;
    v_line.ships_at := v_part.ships_at;
    v_line.snapshot := jsonb_build_object('product_id', v_part.product_id, 'slug', v_part.slug, 'starts_at', v_part.starts_at, 'ends_at', v_part.ends_at, 'time_zone', v_part.time_zone);
    if v_part.status = 'archived' or v_part.kind = 'course' and (v_part.intake_id is null or v_part.intake_status = 'draft') then
      v_line.problem := private.problem('variant_not_found', 404, 'A part of this bundle is not sold any more.', 'Remove the bundle.', line.variant_id::text);
    elsif v_part.kind = 'course' and v_line.quantity <> 1 then
      v_line.problem := private.problem('invalid_quantity', 422, 'A learner takes one seat of an intake.', 'Set the quantity of the bundle to 1.', line.variant_id::text);
    elsif v_part.kind = 'course' then
      v_line.problem := private.enrollment_problem(v_part.intake_id, v_part.intake_status, v_part.enroll_opens_at, v_part.enroll_closes_at);
      if v_line.problem is null and v_part.prerequisites_block_sale and with_parts.person_id is not null then
        v_line.problem := private.prerequisite_problem(v_part.product_id, with_parts.person_id, v_part.id);
      end if;
    end if;
    v_lines := v_lines || private.clear_amounts(v_line);
  end loop;
  if cardinality(v_lines) = 1 then
    v_lines[1].problem := coalesce(line.problem,
      private.problem('variant_not_found', 404, 'Nothing is in this bundle.', 'Remove the bundle.', line.variant_id::text));
  end if;
  return v_lines;
end
$$;
comment on function private.with_parts(private.order_line, uuid) is
  'The line of a bundle and after it its parts, as lines that cost nothing. A part may be a draft, which is sold in the bundle only.';

create function private.needed_units(lines private.order_line[])
returns private.order_line[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
  v_last private.order_line;
  v_needed private.order_line[] := '{}';
begin
  for v_line in select line.* from unnest(needed_units.lines) as line order by line.variant_id, line.parent_variant_id nulls first loop
    if v_line.variant_id = v_last.variant_id then
      if v_line.intake_id is not null then
        perform private.fail('invalid_quantity', 422, format('%s is in this order twice, and a learner takes one seat.', v_line.title), 'Remove it, or the bundle that contains it.', v_line.variant_id::text);
      end if;
      v_last.quantity := v_last.quantity + v_line.quantity;
      v_needed[cardinality(v_needed)] := v_last;
    else
      v_needed := v_needed || v_line;
      v_last := v_line;
    end if;
  end loop;
  return v_needed;
end
$$;
comment on function private.needed_units(private.order_line[]) is
  'Lines as stock is asked for them: summed by variant over plain lines and parts of bundles, in the order in which stock is locked. Refuses invalid_quantity for a seat that is wanted twice.';

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
