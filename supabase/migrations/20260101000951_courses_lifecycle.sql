/*
Courses, lifecycle: an intake is a draft, published, closed or cancelled, and what becomes of everybody in one that is cancelled.

Promise: from the moment cancel_intake answers, nobody takes a seat and nobody is charged for one; every learner who has not completed the
course leaves it, every line that was paid is given back once, who waits is told. Whoever completed the course keeps it.
Under concurrency: cancel_intake holds the intake's row for update and nothing else. A new enrolment, a new place on the waiting list and an
order that is paid hold it for key share and look at the status afterwards, so either they are seen here or they are refused. The rest is
wound up one order at a time, each in its own transaction under the locks of that order: a worker that dies loses nothing, and the
next one goes on with what is left.
*/

insert into public.permissions (name, description) values ('intakes.cancel', 'Cancel an intake; everybody in it is refunded.');
insert into public.role_permissions (role, permission) values ('admin', 'intakes.cancel'), ('catalog_manager', 'intakes.cancel'), ('finance', 'intakes.cancel');

create function private.intake_document(intake_id uuid)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return (
    select to_jsonb(intakes) || jsonb_build_object(
      'reserved', (select count(*) from public.enrollments where enrollments.intake_id = intakes.id and enrollments.status = 'reserved'),
      'enrolled', (select count(*) from public.enrollments where enrollments.intake_id = intakes.id and enrollments.status in ('active', 'suspended', 'completed')),
      'waiting', (select count(*) from public.waitlist_entries where waitlist_entries.intake_id = intakes.id and waitlist_entries.status in ('waiting', 'offered')))
    from public.intakes where intakes.id = intake_document.intake_id);
end
$$;
comment on function private.intake_document(uuid) is 'An intake as its staff see it: the row, and how many have a seat, an unpaid seat or a place on the waiting list. Checks nothing: its callers do.';

create function private.require_intake(intake_id uuid, permission text)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not exists (select from public.intakes where intakes.id = require_intake.intake_id)
    or not (private.is_service() or require_intake.intake_id in (select private.taught_intakes()) or private.has_permission(require_intake.permission)) then
    perform private.fail('intake_not_found', 404, 'There is no such intake.', 'Check the id, and that you teach its course.');
  end if;
  return coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
end
$$;
comment on function private.require_intake(uuid, text) is
  'Refuses intake_not_found unless the caller teaches the course or has the permission; answers who calls. "Not there" and "not yours" are one answer.';

-- publish and close ------------------------------------------------------------------------------------------------------------------

create function private.move_intake(intake_id uuid, status text, verb text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- those who teach may not write intakes, only open and close them
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_intake(move_intake.intake_id, 'catalog.write');
  v_body jsonb := to_jsonb(move_intake.intake_id);
  v_answer jsonb := private.recall_answer(v_person_id, move_intake.idempotency_key, move_intake.verb, v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform from public.intakes where intakes.id = move_intake.intake_id for no key update;
  perform private.refuse_cancelled_intakes(array[move_intake.intake_id]);
  -- any other move that is not allowed is refused by private.status_moves
  update public.intakes set status = move_intake.status where intakes.id = move_intake.intake_id and intakes.status <> move_intake.status;
  if found then
    perform private.emit('intake.' || move_intake.status, 'intake', move_intake.intake_id);
  end if;
  return private.remember_answer(v_person_id, move_intake.idempotency_key, move_intake.verb, v_body, private.intake_document(move_intake.intake_id));
end
$$;
comment on function private.move_intake(uuid, text, text, text) is 'Does the work of public.publish_intake and public.close_intake.';

create function private.publish_intake(intake_id uuid, idempotency_key text)
returns jsonb
language sql
volatile
security definer -- as move_intake
set search_path = ''
as $$
  select private.move_intake(publish_intake.intake_id, 'published', 'publish_intake', publish_intake.idempotency_key);
$$;
comment on function private.publish_intake(uuid, text) is 'Does the work of public.publish_intake.';
grant execute on function private.publish_intake(uuid, text) to authenticated, service_role;

create function public.publish_intake(intake_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.publish_intake(publish_intake.intake_id, publish_intake.idempotency_key);
$$;
comment on function public.publish_intake(uuid, text) is
  'Who teaches the course, or staff with catalog.write: everybody sees a draft, or a closed intake takes learners again; free seats go to its waiting list first. Answers the intake with reserved, enrolled and waiting. '
  'Errors: intake_not_found, intake_cancelled, illegal_status_move, idempotency_key_reused.';
grant execute on function public.publish_intake(uuid, text) to authenticated, service_role;

create function private.close_intake(intake_id uuid, idempotency_key text)
returns jsonb
language sql
volatile
security definer -- as move_intake
set search_path = ''
as $$
  select private.move_intake(close_intake.intake_id, 'closed', 'close_intake', close_intake.idempotency_key);
$$;
comment on function private.close_intake(uuid, text) is 'Does the work of public.close_intake.';
grant execute on function private.close_intake(uuid, text) to authenticated, service_role;

create function public.close_intake(intake_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.close_intake(close_intake.intake_id, close_intake.idempotency_key);
$$;
comment on function public.close_intake(uuid, text) is
  'Who teaches the course, or staff with catalog.write: the intake takes nobody more, offers no seat to its waiting list, and goes on for those who are in it; unpaid orders may still be paid. Answers it as publish_intake does. '
  'Errors: intake_not_found, intake_cancelled, illegal_status_move, idempotency_key_reused.';
grant execute on function public.close_intake(uuid, text) to authenticated, service_role;

-- cancel -----------------------------------------------------------------------------------------------------------------------------

create function private.cancel_intake_row(intake public.intakes, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.give_reason(cancel_intake_row.reason);
  update public.intakes set status = 'cancelled', cancelled_at = now(), cancel_reason = cancel_intake_row.reason where intakes.id = intake.id;
  perform private.emit('intake.cancelled', 'intake', intake.id);
  perform private.give_reason(null);
end
$$;
comment on function private.cancel_intake_row(public.intakes, text) is 'Ends the sale of an intake for good. The caller holds its row for update; the worker winds it up.';

create function private.cancel_intake(intake_id uuid, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write the status, only cancel
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(cancel_intake.intake_id, cancel_intake.reason);
  v_answer jsonb;
  v_intake public.intakes;
begin
  perform private.require_refunder('intakes.cancel', cancel_intake.reason);
  v_answer := private.recall_answer(v_person_id, cancel_intake.idempotency_key, 'cancel_intake', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_intake from public.intakes where intakes.id = cancel_intake.intake_id for update;
  if v_intake.id is null then
    perform private.fail('intake_not_found', 404, 'There is no such intake.', 'Check the id.');
  end if;
  if v_intake.status <> 'cancelled' then
    if v_intake.ends_at <= now() then
      perform private.fail('intake_over', 409, 'This intake is over, so there is nothing to cancel.', 'Refund single orders (refund_order).');
    end if;
    perform private.cancel_intake_row(v_intake, cancel_intake.reason);
  end if;
  return private.remember_answer(v_person_id, cancel_intake.idempotency_key, 'cancel_intake', v_body, private.intake_document(v_intake.id));
end
$$;
comment on function private.cancel_intake(uuid, text, text) is 'Does the work of public.cancel_intake.';
grant execute on function private.cancel_intake(uuid, text, text) to authenticated, service_role;

create function public.cancel_intake(intake_id uuid, reason text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.cancel_intake(cancel_intake.intake_id, cancel_intake.reason, cancel_intake.idempotency_key);
$$;
comment on function public.cancel_intake(uuid, text, text) is
  'Staff (intakes.cancel): ends an intake for good, at once. The worker then ends every seat that was not completed and every place on the waiting list, cancels unpaid orders with a seat in it, gives back what was paid for it, '
  'and writes to everybody; wound_up_at says when it is through. Learners read the reason. Answers the intake with reserved, enrolled and waiting. Errors: permission_denied, intake_not_found, intake_over, invalid_reason, idempotency_key_reused.';
grant execute on function public.cancel_intake(uuid, text, text) to authenticated, service_role;

-- wind up ----------------------------------------------------------------------------------------------------------------------------

create function private.items_to_give_back(intake public.intakes)
returns table (order_id uuid, item_id uuid, quantity integer)
language plpgsql
volatile -- as intake_document
security invoker
set search_path = ''
as $$
begin
  return query
    -- a bundle goes back as a whole; of seats that were bought together stay those that were completed, or moved to another intake
    select sold.order_id, coalesce(sold.parent_id, sold.id), max(case when sold.parent_id is null then sold.quantity - sold.refunded_quantity - kept.seats
      else (select bundles.quantity - bundles.refunded_quantity from public.order_items as bundles where bundles.id = sold.parent_id) end)::integer
    from (
      select order_items.* from public.order_items where order_items.variant_id = intake.variant_id
      union
      select order_items.* from public.enrollments join public.order_items on order_items.id = enrollments.order_item_id
      where enrollments.intake_id = intake.id and enrollments.status in ('reserved', 'active', 'suspended')
      union
      -- time that was bought for a seat that ends, or just ended, with the intake
      select order_items.* from public.enrollments join public.renewals on renewals.enrollment_id = enrollments.id and renewals.undone_at is null
      join public.order_items on order_items.id = renewals.order_item_id
      where enrollments.intake_id = intake.id and (enrollments.status in ('reserved', 'active', 'suspended')
        or enrollments.status = 'cancelled' and enrollments.ended_at >= intake.cancelled_at)
    ) as sold
    join public.orders on orders.id = sold.order_id
    cross join lateral (
      select count(*) as seats from public.enrollments
      where enrollments.order_item_id = sold.id and (enrollments.status = 'completed'
        or enrollments.intake_id <> intake.id and enrollments.status in ('reserved', 'active', 'suspended'))
    ) as kept
    where orders.status not in ('cancelled', 'expired', 'refunded') and sold.refunded_quantity < sold.quantity
      and sold.quantity - sold.refunded_quantity > kept.seats
    group by 1, 2;
end
$$;
comment on function private.items_to_give_back(public.intakes) is 'The lines by which somebody has a seat in a cancelled intake, and how much of each goes back. Those of orders that need review wait for what a person decides.';

create function private.wind_up_steps(max_steps integer default 100)
returns table (step text, intake_id uuid, subject_id uuid)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_intake public.intakes;
begin
  for v_intake in select * from public.intakes where intakes.status = 'cancelled' and intakes.wound_up_at is null order by intakes.cancelled_at, intakes.id loop
    return query
      select 'order', v_intake.id, lines.order_id from private.items_to_give_back(v_intake) as lines
      join public.orders on orders.id = lines.order_id and orders.status <> 'needs_review'
      group by lines.order_id order by lines.order_id limit wind_up_steps.max_steps;
    return query
      select 'seat', v_intake.id, enrollments.id from public.enrollments
      where enrollments.intake_id = v_intake.id and enrollments.status in ('reserved', 'active', 'suspended') and enrollments.order_item_id is null
      order by enrollments.id limit wind_up_steps.max_steps;
    return query
      select 'waitlist', v_intake.id, waitlist_entries.id from public.waitlist_entries
      where waitlist_entries.intake_id = v_intake.id and waitlist_entries.status in ('waiting', 'offered')
      order by waitlist_entries.position limit wind_up_steps.max_steps;
  end loop;
end
$$;
comment on function private.wind_up_steps(integer) is 'What is left to do for cancelled intakes, some of it: private.wind_up does one of them.';

create function private.end_seats(intake public.intakes, enrollment_ids uuid[], refund_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_enrollment_id uuid;
begin
  update public.enrollments set status = 'cancelled', ended_at = now()
  where enrollments.id = any (end_seats.enrollment_ids) and enrollments.status in ('reserved', 'active', 'suspended');
  foreach v_enrollment_id in array end_seats.enrollment_ids loop
    perform private.emit('enrollment.cancelled', 'enrollment', v_enrollment_id, jsonb_build_object('intake_id', intake.id, 'refund_id', end_seats.refund_id));
  end loop;
end
$$;
comment on function private.end_seats(public.intakes, uuid[], uuid) is 'Ends these seats, if taking back their lines has not yet, and says so to whoever listens.';

create function private.wind_up_order(intake public.intakes, order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_ids uuid[];
  v_quantities integer[];
  v_seats uuid[];
  v_refund_id uuid;
begin
  select * into v_order from public.orders where orders.id = wind_up_order.order_id for update;
  select array_agg(lines.item_id order by lines.item_id), array_agg(lines.quantity order by lines.item_id) into v_ids, v_quantities
  from private.items_to_give_back(intake) as lines where lines.order_id = v_order.id;
  if v_ids is null or v_order.status = 'needs_review' then
    return; -- another worker was here, or a person looks at it
  end if;
  v_seats := array(
    select enrollments.id from public.enrollments join public.order_items on order_items.id = enrollments.order_item_id
    where enrollments.intake_id = intake.id and enrollments.status in ('reserved', 'active', 'suspended') and order_items.order_id = v_order.id);
  if v_order.status = 'pending' then
    -- as a whole: a payment for all of it may be on its way. The buyer's cart comes back and can be ordered without this seat.
    perform private.end_order(v_order.id, 'cancelled', 'the intake was cancelled');
    perform private.give_back_promotions(array[v_order.id]);
  else
    v_refund_id := private.give_back_items(v_order, v_ids, v_quantities, 'intake_cancelled', 'the intake was cancelled');
  end if;
  perform private.end_seats(intake, v_seats, v_refund_id);
end
$$;
comment on function private.wind_up_order(public.intakes, uuid) is 'Takes a cancelled intake out of one order: an unpaid order ends, of a paid one its lines are given back.';

create function private.wind_up(step text, intake_id uuid, subject_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_intake public.intakes;
begin
  select * into v_intake from public.intakes where intakes.id = wind_up.intake_id and intakes.status = 'cancelled' and intakes.wound_up_at is null;
  if v_intake.id is null then
    return;
  elsif wind_up.step = 'order' then
    perform private.wind_up_order(v_intake, wind_up.subject_id);
  elsif wind_up.step = 'seat' then
    perform private.lock_holds('{}', array[v_intake.variant_id]);
    perform private.lock_waitlists('{}', array[v_intake.variant_id]);
    perform from public.enrollments where enrollments.id = wind_up.subject_id and enrollments.status in ('reserved', 'active', 'suspended') for update;
    if found then
      perform private.return_units(v_intake.variant_id, 1, wind_up.subject_id);
      perform private.end_seats(v_intake, array[wind_up.subject_id], null);
    end if;
  else
    update public.waitlist_entries set status = 'cancelled'
    where waitlist_entries.id = wind_up.subject_id and waitlist_entries.status in ('waiting', 'offered');
    if found then
      perform private.settle_reservations(wind_up.subject_id, 'released');
      perform private.emit('waitlist.cancelled', 'waitlist_entry', wind_up.subject_id);
    end if;
  end if;
end
$$;
comment on function private.wind_up(text, uuid, uuid) is 'One step of private.wind_up_steps, in a transaction of its own. Twice does nothing.';

create function private.finish_wind_ups()
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_finished integer;
begin
  update public.intakes set wound_up_at = now()
  where intakes.status = 'cancelled' and intakes.wound_up_at is null
    and not exists (select from private.items_to_give_back(intakes))
    and not exists (select from public.enrollments where enrollments.intake_id = intakes.id and enrollments.status in ('reserved', 'active', 'suspended'))
    and not exists (select from public.waitlist_entries where waitlist_entries.intake_id = intakes.id and waitlist_entries.status in ('waiting', 'offered'));
  get diagnostics v_finished = row_count;
  return v_finished;
end
$$;
comment on function private.finish_wind_ups() is 'Marks the cancelled intakes that nobody is in any more; how many.';
