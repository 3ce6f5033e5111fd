/*
Courses, transfer: a learner moves to another intake, and pays or gets back the difference.

Promise: the new seat is taken and the old one freed in one transaction, or neither; progress stays where the course stays; the learner has one
seat at every moment. What costs more waits, with the new seat held, for its order to be paid.
Under concurrency: the order by which the seat was bought, then the stock of both intakes in the order everybody keeps, then both waiting lists,
then the enrolment. The units of the new seat carry the old order, so whatever ends that order frees the seat where its learner is.
*/

insert into public.settings (key, value, description) values
  ('transfer_days', '7', 'Days before the start of an intake up to which learners move to another by themselves; without a start, until they have begun.');

create table public.enrollment_transfers (
  id uuid primary key default gen_random_uuid(),
  enrollment_id uuid not null references public.enrollments (id) on delete restrict,
  new_enrollment_id uuid references public.enrollments (id) on delete restrict,
  learner_id uuid not null references public.profiles (id) on delete restrict,
  from_intake_id uuid not null references public.intakes (id) on delete restrict,
  to_intake_id uuid not null references public.intakes (id) on delete restrict,
  order_id uuid references public.orders (id) on delete restrict,
  reason text,
  difference_amount bigint not null,
  currency text not null, -- as it was: no foreign key, so no index on three values
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint enrollment_transfers_go_somewhere_else check (from_intake_id <> to_intake_id),
  constraint enrollment_transfers_end_in_a_seat check ((completed_at is null) = (new_enrollment_id is null)),
  constraint enrollment_transfers_wait_for_money_only check (completed_at is not null or order_id is not null),
  constraint enrollment_transfers_say_why_in_few_words check (length(reason) <= 500)
);
comment on table public.enrollment_transfers is 'Moves of a learner to another intake. difference_amount: more than 0 is collected by order_id, less than 0 goes back. new_enrollment_id is the same seat when the course is the same.';
create index on public.enrollment_transfers (enrollment_id);
create index on public.enrollment_transfers (new_enrollment_id);
create index on public.enrollment_transfers (learner_id);
create index on public.enrollment_transfers (from_intake_id);
create index on public.enrollment_transfers (to_intake_id);
create unique index enrollment_transfers_have_an_order_each on public.enrollment_transfers (order_id);

create trigger _100_stamp_update before update on public.enrollment_transfers for each row execute function private.tg__stamp_update();

alter table public.enrollment_transfers enable row level security;
create policy select_own_or_staff on public.enrollment_transfers for select to authenticated
  using (learner_id = (select auth.uid()) or (select private.has_permission('enrollments.read')));
grant select on public.enrollment_transfers to authenticated, service_role;
-- not granted: any write. transfer_enrollment and payments write.

-- one move ----------------------------------------------------------------------------------------------------------------------------------

create function private.lock_transfer(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_variants uuid[] := array(
    select intakes.variant_id from public.enrollment_transfers join public.intakes on intakes.id in (enrollment_transfers.from_intake_id, enrollment_transfers.to_intake_id)
    where enrollment_transfers.order_id = lock_transfer.order_id);
begin
  perform from public.orders where orders.id in (
    select order_items.order_id from public.enrollment_transfers join public.enrollments on enrollments.id = enrollment_transfers.enrollment_id
    join public.order_items on order_items.id = enrollments.order_item_id where enrollment_transfers.order_id = lock_transfer.order_id) for update;
  perform private.lock_holds(array[lock_transfer.order_id], v_variants);
  perform private.lock_waitlists(array[lock_transfer.order_id], v_variants);
end
$$;
comment on function private.lock_transfer(uuid) is 'Before an order of a move is confirmed: the order of the seat, and the stock and waiting lists of both intakes.';

create function private.move_enrollment(enrollment public.enrollments, target public.intakes)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_old public.intakes;
  v_id uuid := enrollment.id;
  v_sold_by uuid := coalesce((select order_items.order_id from public.order_items where order_items.id = enrollment.order_item_id), enrollment.id);
begin
  select * into v_old from public.intakes where intakes.id = enrollment.intake_id;
  perform private.return_units(v_old.variant_id, 1, v_sold_by);
  perform private.stop_waiting(target.id, enrollment.learner_id);
  if v_old.product_id = target.product_id then
    begin
      update public.enrollments set intake_id = target.id where enrollments.id = enrollment.id;
    exception when unique_violation then
      perform private.fail('already_enrolled', 409, 'The learner has a seat in that intake already.', 'Find it among their courses.');
    end;
  else
    update public.enrollments set status = 'cancelled', ended_at = now() where enrollments.id = enrollment.id;
    v_id := private.sit_down(target.id, enrollment.learner_id, enrollment.order_item_id);
  end if;
  perform private.refuse_cancelled_intakes(array[target.id]);
  perform private.emit('enrollment.transferred', 'enrollment', v_id, jsonb_build_object('from_intake_id', v_old.id, 'to_intake_id', target.id));
  return v_id;
end
$$;
comment on function private.move_enrollment(public.enrollments, public.intakes) is
  'Moves a learner whose new unit is taken already: the old one goes to who waits for it, else on sale. Same course: the same seat with its progress. The caller holds the enrolment and all stock of both.';

create function private.complete_transfer(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_transfer public.enrollment_transfers;
  v_enrollment public.enrollments;
  v_target public.intakes;
  v_sold_by uuid;
begin
  select * into v_transfer from public.enrollment_transfers
  where enrollment_transfers.order_id = complete_transfer.order_id and enrollment_transfers.completed_at is null for update;
  select * into v_enrollment from public.enrollments where enrollments.id = v_transfer.enrollment_id for update;
  if v_transfer.id is null or v_enrollment.status <> 'active' or v_enrollment.intake_id <> v_transfer.from_intake_id then
    perform private.fail('seat_ended', 409, 'The seat ended or moved before the difference was paid.', 'The money goes back.');
  end if;
  select * into v_target from public.intakes where intakes.id = v_transfer.to_intake_id;
  select order_items.order_id into v_sold_by from public.order_items where order_items.id = v_enrollment.order_item_id;
  if v_target.seats is not null then
    -- the unit that this order held belongs to the order of the seat from here on
    insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id) values
      (v_target.variant_id, private.main_location(), 1, 'return', complete_transfer.order_id),
      (v_target.variant_id, private.main_location(), -1, 'sale', v_sold_by);
  end if;
  update public.enrollment_transfers set completed_at = now(), new_enrollment_id = private.move_enrollment(v_enrollment, v_target)
  where enrollment_transfers.id = v_transfer.id;
end
$$;
comment on function private.complete_transfer(uuid) is 'Moves a learner whose difference was just paid. Refuses seat_ended and already_enrolled; the caller then refunds.';

-- asking --------------------------------------------------------------------------------------------------------------------------------------

create function private.find_transferable(enrollment_id uuid, by_staff boolean)
returns public.enrollments
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_enrollment public.enrollments;
  v_intake public.intakes;
  v_item public.order_items;
begin
  select * into v_enrollment from public.enrollments
  where enrollments.id = find_transferable.enrollment_id and (find_transferable.by_staff or enrollments.learner_id = auth.uid());
  if v_enrollment.id is null then
    perform private.fail('enrollment_not_found', 404, 'There is no such seat.', 'Read my_courses, or the roster.');
  end if;
  select * into v_item from public.order_items where order_items.id = v_enrollment.order_item_id;
  if v_enrollment.status <> 'active' or v_item.parent_id is not null or v_enrollment.subscription_id is not null
    or exists (select from public.orders where orders.id = v_item.order_id and (orders.purpose is not null or orders.owed_reason is not null
      or orders.status not in ('paid', 'processing', 'completed', 'partially_refunded'))) then
    perform private.fail('enrollment_not_transferable', 409, 'Only an active seat that was bought by itself and is paid moves to another intake; not one of a bundle, an organisation, a gift or a subscription.', 'Give it back and enrol anew.');
  end if;
  select * into v_intake from public.intakes where intakes.id = v_enrollment.intake_id;
  if not find_transferable.by_staff and (v_intake.starts_at <= now() + make_interval(days => (private.setting('transfer_days'))::integer)
    or v_intake.starts_at is null and private.has_begun(v_enrollment.id)) then
    perform private.fail('transfer_too_late', 409, 'It is too late to move to another intake by yourself.', 'Ask the shop.');
  end if;
  return v_enrollment;
end
$$;
comment on function private.find_transferable(uuid, boolean) is 'A seat that may be moved by the caller: their own within the time of transfer_days, or any for staff. Refuses enrollment_not_found, enrollment_not_transferable, transfer_too_late.';

create function private.transfer_quote(enrollment public.enrollments, target public.intakes, by_staff boolean)
returns private.quote
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_item public.order_items;
  v_currency text;
  v_country text;
  v_province text;
  v_line private.order_line;
  v_quote private.quote;
begin
  select * into v_item from public.order_items where order_items.id = enrollment.order_item_id;
  -- the place whose taxes the seat was bought with
  select orders.currency, orders.tax_country, orders.tax_province into v_currency, v_country, v_province from public.orders where orders.id = v_item.order_id;
  v_currency := coalesce(v_currency, private.setting('default_currency') #>> '{}');
  v_line := private.price_line(target.variant_id, 1, v_currency, enrollment.learner_id);
  if not (transfer_quote.by_staff and v_line.problem ->> 'code' in ('intake_not_open', 'intake_closed')) then
    perform private.refuse_problem(v_line.problem);
  end if;
  v_line.problem := null;
  v_line.intake_id := null; -- the seat moves by private.move_enrollment
  v_line.title := left('→ ' || v_line.title, 500);
  v_quote := private.total_quote(enrollment.learner_id, v_currency, array[v_line], '{}', v_country, v_province);
  if v_item.id is null then
    v_quote.total_amount := 0; -- granted seats stay free
    return v_quote;
  end if;
  v_line.unit_amount := v_quote.subtotal_amount - v_quote.discount_amount - (v_item.subtotal_amount - v_item.discount_amount);
  if v_line.unit_amount <= 0 then
    v_quote.total_amount := least(0, v_quote.total_amount - v_item.total_amount);
    return v_quote;
  end if;
  v_line.price_reason := jsonb_build_object('kind', 'transfer', 'enrollment_id', enrollment.id);
  v_line := private.clear_amounts(v_line);
  v_country := v_quote.tax_country;
  v_line := private.tax_line(v_line, v_country, v_province);
  v_quote := private.sum_lines(v_currency, array[v_line]);
  v_quote.tax_country := v_country;
  v_quote.tax_province := v_province;
  v_quote.taxes := private.sum_taxes(array[v_line]);
  return v_quote;
end
$$;
comment on function private.transfer_quote(public.enrollments, public.intakes, boolean) is
  'What a move costs: total_amount more than 0 is to be paid, and the quote is that of its order; less than 0 goes back. Refuses what price_line finds wrong with the new intake.';

create function private.refund_difference(target public.orders, amount bigint, note text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment record;
  v_rest bigint := refund_difference.amount;
begin
  for v_payment in
    select payments.id, private.refundable_amount(payments.id) as amount from public.payments
    where payments.order_id = target.id and payments.status in ('success', 'refunding') order by private.refundable_amount(payments.id) desc, payments.attempt
  loop
    exit when v_rest = 0 or v_payment.amount <= 0;
    perform private.request_refund(v_payment.id, 'by_staff', refund_difference.note, least(v_rest, v_payment.amount));
    v_rest := v_rest - least(v_rest, v_payment.amount);
  end loop;
  if v_rest < refund_difference.amount then
    update public.orders set status = 'partially_refunded' where orders.id = target.id and orders.status <> 'partially_refunded';
  end if;
end
$$;
comment on function private.refund_difference(public.orders, bigint, text) is 'Gives back what a cheaper intake costs less, as far as it was paid and is still there. The caller holds the order and its payments.';

create function private.transfer_now(enrollment public.enrollments, target public.intakes, difference bigint, reason text)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_enrollment public.enrollments;
  v_variants uuid[] := array(select intakes.variant_id from public.intakes where intakes.id in (enrollment.intake_id, target.id));
begin
  select orders.* into v_order from public.order_items join public.orders on orders.id = order_items.order_id where order_items.id = enrollment.order_item_id for update of orders;
  perform from public.payments where payments.order_id = v_order.id order by payments.id for update;
  perform private.lock_holds('{}', v_variants);
  perform private.take_unit(target, enrollment.learner_id, coalesce(v_order.id, enrollment.id));
  perform private.lock_waitlists('{}', v_variants);
  select * into v_enrollment from public.enrollments where enrollments.id = enrollment.id for update;
  if v_enrollment.status <> 'active' or v_enrollment.intake_id <> enrollment.intake_id then
    perform private.fail('enrollment_not_transferable', 409, 'This seat ended or moved a moment ago.', 'Read it again.');
  end if;
  if transfer_now.difference < 0 and v_order.id is not null then
    perform private.refund_difference(v_order, -transfer_now.difference, coalesce(transfer_now.reason, 'moved to a cheaper intake'));
  end if;
  return private.move_enrollment(v_enrollment, target);
end
$$;
comment on function private.transfer_now(public.enrollments, public.intakes, bigint, text) is 'Takes the new seat and frees the old one. Refuses out_of_stock, already_enrolled, enrollment_not_transferable.';

create function private.transfer_enrollment(enrollment_id uuid, to_intake_id uuid, reason text, waive_difference boolean, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- learners and staff may not write enrolments, only move them
set search_path = ''
as $$
declare
  v_by_staff boolean := private.is_service() or private.has_permission('enrollments.write');
  v_person_id uuid := case when private.is_service() then '00000000-0000-0000-0000-000000000000' else private.require_person() end;
  v_body jsonb := jsonb_build_array(transfer_enrollment.enrollment_id, transfer_enrollment.to_intake_id, transfer_enrollment.reason, transfer_enrollment.waive_difference);
  v_answer jsonb := private.recall_answer(v_person_id, transfer_enrollment.idempotency_key, 'transfer_enrollment', v_body);
  v_enrollment public.enrollments;
  v_target public.intakes;
  v_quote private.quote;
  v_order_id uuid;
  v_new_id uuid;
  v_transfer_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if length(transfer_enrollment.reason) > 500 then
    perform private.fail('invalid_reason', 422, 'A reason has at most 500 characters.', 'Shorten it.');
  end if;
  v_enrollment := private.find_transferable(transfer_enrollment.enrollment_id, v_by_staff);
  -- one that is hidden is answered as one that is not there
  select intakes.* into v_target from public.intakes join public.products on products.id = intakes.product_id
  where intakes.id = transfer_enrollment.to_intake_id and intakes.id <> v_enrollment.intake_id
    and intakes.status <> 'draft' and private.is_on_sale(products.status, products.publish_at, products.unpublish_at);
  if v_target.id is null then
    perform private.fail('intake_not_found', 404, 'There is no such other intake.', 'Read the course again for its intakes.');
  end if;
  if not v_by_staff and v_enrollment.order_item_id is null
    and v_target.product_id <> (select intakes.product_id from public.intakes where intakes.id = v_enrollment.intake_id) then
    perform private.fail('enrollment_not_transferable', 409, 'A seat that was granted stays free within its course; another course is not what was granted.', 'Ask the shop.');
  end if;
  perform private.refuse_second_seat(v_enrollment.learner_id, v_target.id);
  v_quote := private.transfer_quote(v_enrollment, v_target, v_by_staff);
  if v_by_staff and transfer_enrollment.waive_difference then
    v_quote.total_amount := 0;
  end if;
  if v_quote.total_amount > 0 then
    v_order_id := private.place_quote(v_enrollment.learner_id, v_quote);
    update public.orders set purpose = 'transfer' where orders.id = v_order_id;
  else
    v_new_id := private.transfer_now(v_enrollment, v_target, v_quote.total_amount, transfer_enrollment.reason);
  end if;
  insert into public.enrollment_transfers (enrollment_id, new_enrollment_id, learner_id, from_intake_id, to_intake_id, order_id, reason, difference_amount, currency, completed_at)
  values (v_enrollment.id, v_new_id, v_enrollment.learner_id, v_enrollment.intake_id, v_target.id, v_order_id, transfer_enrollment.reason, v_quote.total_amount,
    v_quote.currency, case when v_new_id is not null then now() end)
  returning enrollment_transfers.id into v_transfer_id;
  return private.remember_answer(v_person_id, transfer_enrollment.idempotency_key, 'transfer_enrollment', v_body,
    (select to_jsonb(enrollment_transfers) - array['updated_at'] from public.enrollment_transfers where enrollment_transfers.id = v_transfer_id)
      || jsonb_build_object('order', case when v_order_id is not null then private.order_document(v_order_id) end));
end
$$;
comment on function private.transfer_enrollment(uuid, uuid, text, boolean, text) is 'Does the work of public.transfer_enrollment.';
grant execute on function private.transfer_enrollment(uuid, uuid, text, boolean, text) to authenticated, service_role;

create function public.transfer_enrollment(
  enrollment_id uuid, to_intake_id uuid, reason text default null, waive_difference boolean default false, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.transfer_enrollment(transfer_enrollment.enrollment_id, transfer_enrollment.to_intake_id, transfer_enrollment.reason,
    transfer_enrollment.waive_difference, transfer_enrollment.idempotency_key);
$$;
comment on function public.transfer_enrollment(uuid, uuid, text, boolean, text) is
  'Moves a seat to another intake: the learner up to transfer_days before the start, staff (enrollments.write) at any time. What costs the same moves at once, with its progress when the course is the '
  'same; what costs less gives the difference back; what costs more answers an order that holds the new seat and moves the learner once it is paid. Staff may waive the difference. Errors: '
  'enrollment_not_found, enrollment_not_transferable, transfer_too_late, intake_not_found, intake_not_open, intake_closed, intake_cancelled, price_missing, out_of_stock, '
  'already_enrolled, order_already_open, invalid_reason, idempotency_key_reused, sign_in_required.';
grant execute on function public.transfer_enrollment(uuid, uuid, text, boolean, text) to authenticated, service_role;
