/*
Courses, cancelling: a learner gives a seat back within the terms of the course or the intake.

Promise: cancellation_quote says beforehand what cancel_enrollment does. Giving one seat back ends that seat and nothing else of the order,
keeps what was learnt, gives back what the line cost, and hands the seat to the waiting list, in one transaction. A certificate whose seat is
given back or refunded is revoked, unless the setting says otherwise.
Under concurrency: the order's row is locked first, as for every refund, then the enrolment; of two clicks the second finds the seat ended.
*/

insert into public.settings (key, value, description) values
  ('refund_revokes_certificate', 'true', 'Whether a certificate is revoked when the completed seat is refunded or cancelled.');

create function private.cancellation_until(intake public.intakes, enrolled_at timestamptz, progress_percent integer)
returns timestamptz
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_course public.courses;
  v_own boolean := intake.cancel_days_before_start is not null or intake.cancel_days_after_purchase is not null;
begin
  select * into v_course from public.courses where courses.product_id = intake.product_id;
  return greatest(
    intake.starts_at - case when v_own then intake.cancel_days_before_start else v_course.cancel_days_before_start end * interval '24 hours',
    case when progress_percent < coalesce(intake.cancel_progress_percent, v_course.cancel_progress_percent)
      then enrolled_at + case when v_own then intake.cancel_days_after_purchase else v_course.cancel_days_after_purchase end * interval '24 hours' end);
end
$$;
comment on function private.cancellation_until(public.intakes, timestamptz, integer) is
  'Until when a seat can be given back: so many days before the start, or so many after the purchase while less than the percentage is done, whichever is later. The terms are the intake''s if it has any, else the course''s; null: never.';

create function private.cancellation_document(seat public.enrollments)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
declare
  v_intake public.intakes;
  v_item public.order_items;
  v_order public.orders;
  v_rest boolean;
  v_left bigint;
  v_due bigint;
  v_progress integer := coalesce((select results.progress_percent from public.results where results.enrollment_id = seat.id), 0);
  v_until timestamptz;
  v_amount bigint;
  v_reason text;
begin
  select * into v_intake from public.intakes where intakes.id = seat.intake_id;
  select * into v_item from public.order_items where order_items.id = seat.order_item_id;
  select * into v_order from public.orders where orders.id = v_item.order_id;
  -- as give_back_items counts: what is still owed for the seat is not owed any more, and does not go back
  select coalesce(sum(private.refundable_amount(payments.id)), 0) into v_left from public.payments where payments.order_id = v_order.id and payments.status in ('success', 'refunding');
  v_due := private.due_amount(v_order.id);
  v_rest := exists (select from public.order_items
    where order_items.order_id = v_order.id and order_items.id <> v_item.id and order_items.parent_id is null and order_items.refunded_quantity < order_items.quantity);
  v_amount := case when v_rest or v_due = 0 then least(greatest(0, v_item.total_amount - v_due), v_left) else v_left end;
  v_until := private.cancellation_until(v_intake, seat.enrolled_at, v_progress);
  v_reason := case
    when seat.status = 'reserved' then 'unpaid'
    when seat.status <> 'active' then 'not_active'
    when v_item.id is null or v_item.quantity <> 1 or v_item.parent_id is not null or v_order.customer_id <> seat.learner_id
      or exists (select from public.renewals where renewals.enrollment_id = seat.id and renewals.extended_to is not null and renewals.undone_at is null)
      or exists (select from public.enrollment_transfers where enrollment_transfers.new_enrollment_id = seat.id and enrollment_transfers.difference_amount <> 0)
      then 'not_bought_alone'
    when v_order.status not in ('paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded') then 'order_in_review'
    when v_item.total_amount = 0 or v_until > now() then null
    when private.cancellation_until(v_intake, seat.enrolled_at, 0) > now() then 'too_much_done'
    when v_until is null and private.cancellation_until(v_intake, seat.enrolled_at, 0) is null then 'no_terms'
    else 'too_late' end;
  return jsonb_build_object('enrollment_id', seat.id, 'intake_id', seat.intake_id, 'order_id', v_order.id, 'status', seat.status, 'allowed', v_reason is null,
    'reason', v_reason, 'until', v_until, 'progress_percent', v_progress, 'refund_amount', case when v_reason is null then v_amount else 0 end, 'currency', v_order.currency);
end
$$;
comment on function private.cancellation_document(public.enrollments) is 'Whether a learner may give this seat back, if not why, until when, and what would go back. A seat that cost nothing can always be given back.';

create function private.cancellation_quote(enrollment_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- what is left of a payment is not for every client to compute
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_seat public.enrollments;
begin
  select * into v_seat from public.enrollments where enrollments.id = cancellation_quote.enrollment_id and enrollments.learner_id = v_learner_id;
  if v_seat.id is null then
    perform private.fail('enrollment_not_found', 404, 'You have no such seat.', 'Read my_courses for your enrolments.');
  end if;
  return private.cancellation_document(v_seat);
end
$$;
comment on function private.cancellation_quote(uuid) is 'Does the work of public.cancellation_quote.';
grant execute on function private.cancellation_quote(uuid) to authenticated;

create function public.cancellation_quote(enrollment_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.cancellation_quote(cancellation_quote.enrollment_id);
$$;
comment on function public.cancellation_quote(uuid) is
  'What cancel_enrollment would do with the caller''s seat: {enrollment_id, intake_id, order_id, status, allowed, reason, until, progress_percent, refund_amount, currency}. reason: unpaid (cancel the order), not_active, '
  'not_bought_alone, order_in_review, no_terms, too_late, too_much_done. Errors: enrollment_not_found, sign_in_required.';
grant execute on function public.cancellation_quote(uuid) to authenticated;

create function private.cancel_enrollment(enrollment_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- learners may not write enrolments or refunds, only give a seat back
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(cancel_enrollment.enrollment_id);
  v_answer jsonb := private.recall_answer(v_learner_id, cancel_enrollment.idempotency_key, 'cancel_enrollment', v_body);
  v_order public.orders;
  v_seat public.enrollments;
  v_terms jsonb;
  v_refund_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select orders.* into v_order from public.enrollments
  join public.order_items on order_items.id = enrollments.order_item_id join public.orders on orders.id = order_items.order_id
  where enrollments.id = cancel_enrollment.enrollment_id and enrollments.learner_id = v_learner_id for update of orders;
  select * into v_seat from public.enrollments
  where enrollments.id = cancel_enrollment.enrollment_id and enrollments.learner_id = v_learner_id for update;
  if v_seat.id is null then
    perform private.fail('enrollment_not_found', 404, 'You have no such seat.', 'Read my_courses for your enrolments.');
  end if;
  v_terms := private.cancellation_document(v_seat);
  if not (v_terms ->> 'allowed')::boolean then
    perform private.fail('cancellation_not_allowed', 409, 'This seat cannot be given back any more, or not this way.',
      case when v_terms ->> 'reason' = 'unpaid' then 'Cancel the order (cancel_order).' else 'Ask the school.' end, v_terms ->> 'reason');
  end if;
  v_refund_id := private.give_back_items(v_order, array[v_seat.order_item_id], array[1], 'by_learner', 'the learner gave the seat back');
  perform private.emit('enrollment.cancelled', 'enrollment', v_seat.id, jsonb_build_object('intake_id', v_seat.intake_id, 'refund_id', v_refund_id));
  select * into v_seat from public.enrollments where enrollments.id = v_seat.id;
  return private.remember_answer(v_learner_id, cancel_enrollment.idempotency_key, 'cancel_enrollment', v_body, v_terms || jsonb_build_object(
    'status', v_seat.status, 'refund', private.refund_document(v_refund_id)));
end
$$;
comment on function private.cancel_enrollment(uuid, text) is 'Does the work of public.cancel_enrollment.';
grant execute on function private.cancel_enrollment(uuid, text) to authenticated;

create function public.cancel_enrollment(enrollment_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.cancel_enrollment(cancel_enrollment.enrollment_id, cancel_enrollment.idempotency_key);
$$;
comment on function public.cancel_enrollment(uuid, text) is
  'Gives the caller''s seat back within its terms and answers what cancellation_quote says, with the refund (null when it cost nothing). What was learnt is kept; the rest of the order stays; the seat goes to the waiting list. '
  'Errors: enrollment_not_found, cancellation_not_allowed (details: the reason), idempotency_key_reused, sign_in_required.';
grant execute on function public.cancel_enrollment(uuid, text) to authenticated;

-- certificates of seats that ended ----------------------------------------------------------------------------------------------------

create function private.tg_enrollments__revoke_certificate()
returns trigger
language plpgsql
volatile
security invoker -- only verbs write enrolments
set search_path = ''
as $$
begin
  if (private.setting('refund_revokes_certificate'))::boolean then
    update public.certificates set revoked_at = now(), revoked_by = (select profiles.id from public.profiles where profiles.id = auth.uid()),
      revoke_reason = coalesce(nullif(current_setting('seatline.reason', true), ''), 'the seat was cancelled')
    where certificates.enrollment_id = new.id and certificates.revoked_at is null;
  end if;
  return null;
end
$$;
comment on function private.tg_enrollments__revoke_certificate() is 'Whoever gets the money back, or loses the seat, loses the certificate; the setting refund_revokes_certificate switches it off.';
create trigger _300_revoke_certificate after update of status on public.enrollments for each row
  when (old.status = 'completed' and new.status = 'cancelled') execute function private.tg_enrollments__revoke_certificate();
