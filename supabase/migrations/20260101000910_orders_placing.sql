/*
Orders, placing: from a wish to an order that holds what it sells. See the orders file for the promise and the order of locks.
*/

-- place ------------------------------------------------------------------------------------------------------------------------------

create function private.parse_lines(lines jsonb)
returns table (variant_id uuid, quantity integer)
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_most integer := private.setting('max_order_lines');
  v_hint constant text := 'Send [{"variant_id": "<uuid>", "quantity": 1}, …].';
  v_line jsonb;
begin
  if jsonb_typeof(parse_lines.lines) is distinct from 'array' or jsonb_array_length(parse_lines.lines) = 0 then
    perform private.fail('invalid_lines', 422, 'An order needs a list of at least one line.', v_hint);
  end if;
  if jsonb_array_length(parse_lines.lines) > v_most then
    perform private.fail('invalid_lines', 422, format('An order has at most %s lines.', v_most), 'Split it into several orders.');
  end if;
  for v_line in select jsonb_array_elements(parse_lines.lines) loop
    if jsonb_typeof(v_line) <> 'object' or not v_line ?& array['variant_id', 'quantity'] or v_line - array['variant_id', 'quantity'] <> '{}' then
      perform private.fail('invalid_lines', 422, 'A line has variant_id and quantity, and nothing else; prices come from the catalogue.', v_hint);
    end if;
    if coalesce(v_line ->> 'variant_id', '') !~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then
      perform private.fail('invalid_lines', 422, 'variant_id must be a UUID.', v_hint);
    end if;
    if jsonb_typeof(v_line -> 'quantity') <> 'number' or (v_line ->> 'quantity') !~ '^[1-9][0-9]{0,3}$' then
      perform private.fail('invalid_quantity', 422, 'quantity must be a whole number from 1 to 1000.', v_hint);
    end if;
  end loop;
  -- two lines of one variant are one wish: summed before stock is asked
  return query
    select (line ->> 'variant_id')::uuid, sum((line ->> 'quantity')::integer)::integer
    from jsonb_array_elements(parse_lines.lines) as line group by 1 order by 1;
end
$$;
comment on function private.parse_lines(jsonb) is 'Lines as rows, summed by variant, in the order in which stock is locked. Refuses invalid_lines and invalid_quantity.';

create function private.second_seat_problem(learner_id uuid, intake_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_status text;
  v_open public.orders;
begin
  select enrollments.status into v_status from public.enrollments
  where enrollments.learner_id = second_seat_problem.learner_id and enrollments.intake_id = second_seat_problem.intake_id
    and enrollments.status in ('reserved', 'active', 'suspended', 'completed');
  if v_status is null then
    return null;
  end if;
  if v_status = 'reserved' then
    select orders.* into v_open
    from public.enrollments
    join public.order_items on order_items.id = enrollments.order_item_id
    join public.orders on orders.id = order_items.order_id
    where enrollments.learner_id = second_seat_problem.learner_id and enrollments.intake_id = second_seat_problem.intake_id and enrollments.status = 'reserved';
    return private.problem('order_already_open', 409, format('Order %s already holds this seat for you.', v_open.number), 'Pay that order or cancel it.', v_open.id::text);
  end if;
  return private.problem('already_enrolled', 409, 'You are enrolled in this intake already.', 'Find it among your courses.');
end
$$;
comment on function private.second_seat_problem(uuid, uuid) is
  'already_enrolled, or order_already_open with the caller''s own order id in details, when the learner has a live seat in the intake; else null.';

create function private.refuse_second_seat(learner_id uuid, intake_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.refuse_problem(private.second_seat_problem(refuse_second_seat.learner_id, refuse_second_seat.intake_id));
end
$$;
comment on function private.refuse_second_seat(uuid, uuid) is 'Refuses with private.second_seat_problem, if there is one.';

create function private.refuse_sold_out(person_id uuid, line private.order_line)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if line.kind = 'course' then
    -- the last seat may be the buyer's own: then it is not sold out, it is theirs
    perform private.refuse_second_seat(refuse_sold_out.person_id, line.intake_id);
    perform private.fail('out_of_stock', 409, format('Every seat in %s is taken.', line.title), 'Join the waiting list (join_waitlist), or choose another intake.', line.variant_id::text);
  end if;
  perform private.fail('out_of_stock', 409, format('There are not %s of %s left.', line.quantity, line.title), 'Lower the quantity or remove the line.', line.variant_id::text);
end
$$;
comment on function private.refuse_sold_out(uuid, private.order_line) is 'Refuses out_of_stock, or the reason of refuse_second_seat when the last seat is the buyer''s own.';

create function private.hold_line(order_id uuid, person_id uuid, line private.order_line, expires_at timestamptz)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_counted boolean := line.counted;
  v_beyond integer := 0;
begin
  if not v_counted then
    -- it may have begun to be counted since the line was priced; from here on it cannot
    perform from public.variants where variants.id = line.variant_id and variants.stock_mode = 'none' for key share;
    v_counted := not found;
  end if;
  if v_counted and not (line.intake_id is not null
    and private.accept_offer(line.intake_id, hold_line.person_id, hold_line.order_id, hold_line.expires_at)) then
    if hold_line.expires_at is null then
      v_beyond := private.sell_units(line.variant_id, line.quantity, hold_line.order_id);
    else
      v_beyond := private.reserve_units(hold_line.order_id, line.variant_id, line.quantity, hold_line.expires_at);
    end if;
    -- looking for a seat frees holds that are due, and what was freed may just have been offered to this very person
    if v_beyond is null and line.intake_id is not null
      and private.accept_offer(line.intake_id, hold_line.person_id, hold_line.order_id, hold_line.expires_at) then
      v_beyond := 0;
    end if;
  end if;
  if v_beyond is null then
    perform private.refuse_sold_out(hold_line.person_id, line);
  end if;
  return v_beyond;
end
$$;
comment on function private.hold_line(uuid, uuid, private.order_line, timestamptz) is
  'Takes the line''s units, from the waiting list''s offer if the person has one: held until expires_at, or sold at once when there is nothing to pay. Says how many lie beyond stock. '
  'Refuses out_of_stock, or the reason of refuse_second_seat when the last seat is the buyer''s own.';

create function private.open_enrollments(order_id uuid, person_id uuid, lines private.order_line[], item_ids uuid[], first_status text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_intake_id uuid;
  v_taken uuid[] := '{}';
begin
  for v_index in 1 .. cardinality(open_enrollments.lines) loop
    v_intake_id := (open_enrollments.lines[v_index]).intake_id;
    continue when v_intake_id is null;
    insert into public.enrollments (intake_id, learner_id, order_item_id, status, enrolled_at)
    values (v_intake_id, open_enrollments.person_id, open_enrollments.item_ids[v_index], open_enrollments.first_status,
      case when open_enrollments.first_status = 'active' then now() end)
    on conflict (intake_id, learner_id) where (status in ('reserved', 'active', 'suspended', 'completed')) do nothing;
    v_taken := v_taken || v_intake_id;
    continue when found;
    perform private.refuse_second_seat(open_enrollments.person_id, v_intake_id);
    -- it ended this very moment
    perform private.fail('already_enrolled', 409, 'You are enrolled in this intake already.', 'Find it among your courses.');
  end loop;
  if v_taken <> '{}' then
    perform private.refuse_cancelled_intakes(v_taken);
  end if;
end
$$;
comment on function private.open_enrollments(uuid, uuid, private.order_line[], uuid[], text) is
  'Gives the learner the seats of an order''s course lines; item_ids are the lines'' order items. Refuses already_enrolled, intake_cancelled, or order_already_open with the caller''s own order id in details.';

create function private.expire_own_due_orders(customer_id uuid, lines private.order_line[])
returns uuid[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_due uuid[] := array(
    select orders.id from public.orders
    where orders.customer_id = expire_own_due_orders.customer_id and orders.status = 'pending' and orders.expires_at <= now()
    order by orders.id for update skip locked
  );
  v_order_id uuid;
begin
  if v_due = '{}' then
    return v_due;
  end if;
  perform private.lock_holds(v_due, array(select line.variant_id from unnest(expire_own_due_orders.lines) as line));
  perform private.lock_waitlists(v_due, array(select line.variant_id from unnest(expire_own_due_orders.lines) as line));
  foreach v_order_id in array v_due loop
    perform private.end_order(v_order_id, 'expired', 'hold ended');
  end loop;
  return v_due;
end
$$;
comment on function private.expire_own_due_orders(uuid, private.order_line[]) is
  'A buyer''s own due hold never stands in the way of the next try, worker or no worker. Locks the stock of the lines too, since it may hold other stock already. Answers the orders, whose promotions redeem_promotions gives back.';

create function private.write_items(order_id uuid, lines private.order_line[])
returns uuid[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
  v_item_id uuid;
  v_item_ids uuid[] := '{}';
  v_parent_id uuid;
begin
  -- one insert per line: orders are short, and a plan over an array costs several times what it saves
  foreach v_line in array write_items.lines loop
    v_item_id := gen_random_uuid();
    v_item_ids := v_item_ids || v_item_id;
    if v_line.parent_variant_id is null then
      v_parent_id := v_item_id; -- the components of a bundle follow its line
    end if;
    insert into public.order_items (id, order_id, parent_id, variant_id, kind, sku, title, quantity, unit_amount, subtotal_amount, discount_amount,
      tax_amount, tax_included_amount, total_amount, pricing, snapshot)
    values (v_item_id, write_items.order_id, case when v_line.parent_variant_id is not null then v_parent_id end, v_line.variant_id, v_line.kind, v_line.sku,
      v_line.title, v_line.quantity, v_line.unit_amount, v_line.subtotal_amount, v_line.discount_amount, v_line.tax_amount, v_line.tax_included_amount,
      v_line.subtotal_amount - v_line.discount_amount + v_line.tax_amount, private.line_pricing(v_line), v_line.snapshot);
  end loop;
  return v_item_ids;
end
$$;
comment on function private.write_items(uuid, private.order_line[]) is 'Writes the lines of an order and gives the ids of the items, in the order of the lines.';

create function private.write_order(customer_id uuid, quote private.quote, order_id uuid, expires_at timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_free constant boolean := write_order.expires_at is null;
  v_line private.order_line;
begin
  insert into public.orders (id, customer_id, status, currency, subtotal_amount, discount_amount, tax_amount, tax_included_amount, shipping_amount,
    total_amount, expires_at, paid_at, tax_country, tax_province, shipping_discount_amount, shipping_tax_amount, shipping_tax_included_amount, shipping_method, shipping_pricing)
  values (write_order.order_id, write_order.customer_id, case when v_free then 'paid' else 'pending' end, quote.currency, quote.subtotal_amount,
    quote.discount_amount, quote.tax_amount, quote.tax_included_amount, quote.shipping_amount, quote.total_amount,
    write_order.expires_at, case when v_free then now() end, quote.tax_country, quote.tax_province,
    coalesce((quote.shipping ->> 'discount_amount')::bigint, 0), coalesce((quote.shipping ->> 'tax_amount')::bigint, 0),
    coalesce((quote.shipping ->> 'tax_included_amount')::bigint, 0),
    case when quote.shipping is not null then private.shipping_snapshot(quote.shipping) end,
    case when quote.shipping is not null then private.shipping_pricing(quote.shipping) end);
  perform private.open_enrollments(write_order.order_id, write_order.customer_id, quote.lines, private.write_items(write_order.order_id, quote.lines),
    case when v_free then 'active' else 'reserved' end);
  if v_free then
    foreach v_line in array quote.lines loop
      if v_line.kind <> 'course' then
        perform private.grant_downloads(write_order.order_id);
        exit;
      end if;
    end loop;
  end if;
  perform private.emit_each(case when v_free then array['order.placed', 'order.paid'] else array['order.placed'] end, 'order', write_order.order_id);
end
$$;
comment on function private.write_order(uuid, private.quote, uuid, timestamptz) is
  'Writes an order whose units are taken: order, items, enrolments, downloads, events. Without expires_at there is nothing to pay and it is born paid.';

create function private.place_quote(customer_id uuid, quote private.quote, hold_until timestamptz default null)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order_id uuid := gen_random_uuid();
  v_expires_at timestamptz;
  v_line private.order_line;
  v_needed private.order_line[] := quote.lines;
  v_beyond integer := 0;
  v_expired uuid[];
begin
  if quote.total_amount > 0 then
    v_expires_at := coalesce(place_quote.hold_until, now() + make_interval(mins => (private.setting('hold_minutes'))::integer));
  end if;
  v_expired := private.expire_own_due_orders(place_quote.customer_id, quote.lines);
  foreach v_line in array quote.lines loop
    if v_line.kind = 'bundle' then
      v_needed := private.needed_units(quote.lines);
      exit;
    end if;
  end loop;
  foreach v_line in array v_needed loop
    v_beyond := v_beyond + private.hold_line(v_order_id, place_quote.customer_id, v_line, v_expires_at);
  end loop;
  perform private.write_order(place_quote.customer_id, quote, v_order_id, v_expires_at);
  if v_beyond > 0 then
    perform private.note_backorders(v_order_id);
  end if;
  if quote.discounts is not null or v_expired <> '{}' then
    perform private.redeem_promotions(v_order_id, place_quote.customer_id, quote, v_expires_at, v_expired);
  end if;
  return v_order_id;
end
$$;
comment on function private.place_quote(uuid, private.quote, timestamptz) is
  'Holds the units of a quote without problems, until hold_until or for hold_minutes, then writes the order as it was quoted and uses its promotions; answers its id.';

-- enroll -----------------------------------------------------------------------------------------------------------------------------

create function private.enroll(intake_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write orders, only place them
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(enroll.intake_id);
  v_answer jsonb := private.recall_answer(v_learner_id, enroll.idempotency_key, 'enroll', v_body);
  v_default_currency text;
  v_variant_id uuid;
  v_currency text;
  v_has_seats boolean;
  v_line private.order_line;
  v_order jsonb;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  -- the free price if there is one, else the default currency's, else any: it only words the refusal
  select intakes.variant_id, prices.currency, defaults.value #>> '{}',
    exists (select from public.stock_slots where stock_slots.variant_id = intakes.variant_id and stock_slots.available > 0)
  into v_variant_id, v_currency, v_default_currency, v_has_seats
  from public.intakes
  left join public.settings as defaults on defaults.key = 'default_currency'
  left join public.prices on prices.variant_id = intakes.variant_id
  where intakes.id = enroll.intake_id
  order by prices.amount > 0, prices.currency = defaults.value #>> '{}' desc limit 1;
  if v_variant_id is not null then
    v_line := private.price_line(v_variant_id, 1, coalesce(v_currency, v_default_currency), v_learner_id);
  end if;
  -- one that is hidden is answered as one that is not there
  if v_variant_id is null or v_line.problem ->> 'code' = 'variant_not_found' then
    perform private.fail('intake_not_found', 404, 'There is no such intake.', 'Read the course again for its intakes.');
  end if;
  perform private.refuse_problem(v_line.problem);
  if v_line.unit_amount > 0 then
    perform private.fail('payment_required', 402, format('%s is not free.', v_line.title), 'Use place_order, then the function checkout.', v_variant_id::text);
  end if;
  if v_line.counted and not v_has_seats and private.is_sold_out(v_variant_id, 1) and not private.has_offer(enroll.intake_id, v_learner_id) then
    perform private.refuse_sold_out(v_learner_id, v_line); -- a rush ends here, before any stock is locked or anything written
  end if;
  v_order := private.order_document(private.place_quote(v_learner_id, private.sum_lines(v_currency, array[v_line])));
  return private.remember_answer(v_learner_id, enroll.idempotency_key, 'enroll', v_body,
    jsonb_build_object('enrollment', v_order #> '{items,0,enrollment}', 'order', v_order));
end
$$;
comment on function private.enroll(uuid, text) is 'Does the work of public.enroll.';
grant execute on function private.enroll(uuid, text) to authenticated;

create function public.enroll(intake_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.enroll(enroll.intake_id, enroll.idempotency_key);
$$;
comment on function public.enroll(uuid, text) is
  'Takes one free seat in one call and answers {enrollment, order}. Errors: intake_not_found, payment_required, price_missing, intake_not_open, intake_closed, intake_cancelled, prerequisite_missing, out_of_stock, already_enrolled, idempotency_key_reused, sign_in_required.';
grant execute on function public.enroll(uuid, text) to authenticated;
