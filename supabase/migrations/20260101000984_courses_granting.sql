/*
Courses, granting: a seat that staff give, free of charge and for a reason.

Promise: a granted seat counts like a sold one, from the offer of its learner if they have one; who granted it, to whom and why is kept for good.
Under concurrency: stock before the waiting list before the enrolment, as a purchase. Its units carry the enrolment's id where a sale has the order's.
*/

insert into public.permissions (name, description) values ('enrollments.write', 'Grant seats free of charge, end those, and move learners to another intake.');
insert into public.role_permissions (role, permission) values ('admin', 'enrollments.write'), ('support', 'enrollments.write');

create table public.seat_grants (
  enrollment_id uuid primary key references public.enrollments (id) on delete restrict,
  granted_by uuid references public.profiles (id) on delete restrict,
  reason text not null,
  withdrawn_at timestamptz,
  withdraw_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint seat_grants_say_why check (length(btrim(reason)) between 1 and 500),
  constraint seat_grants_say_why_they_ended check ((withdrawn_at is null) = (withdraw_reason is null))
);
comment on table public.seat_grants is 'Seats that staff gave free of charge: who, and why.';
create index on public.seat_grants (granted_by);

create trigger _100_stamp_update before update on public.seat_grants for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.seat_grants for each row execute function private.tg__audit('enrollment_id');

alter table public.seat_grants enable row level security;
create policy select_staff on public.seat_grants for select to authenticated using ((select private.has_permission('enrollments.read')));
grant select on public.seat_grants to authenticated, service_role;
-- not granted: any write. grant_seat and withdraw_seat keep the units in step.

create function private.require_enroller(reason text)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.require_refunder('enrollments.write', require_enroller.reason);
  return coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
end
$$;
comment on function private.require_enroller(text) is 'Refuses permission_denied and invalid_reason; answers who calls.';

create function private.check_access_dates(starts_at timestamptz, ends_at timestamptz)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if check_access_dates.ends_at <= greatest(check_access_dates.starts_at, now()) or not isfinite(coalesce(check_access_dates.starts_at, now()))
    or not isfinite(coalesce(check_access_dates.ends_at, now())) or check_access_dates.ends_at > now() + interval '100 years'
    or check_access_dates.starts_at > now() + interval '100 years' then
    perform private.fail('invalid_access_dates', 422, 'Access starts before it ends, and ends in the future.', 'Correct access_starts_at and access_ends_at.');
  end if;
end
$$;
comment on function private.check_access_dates(timestamptz, timestamptz) is 'Refuses invalid_access_dates.';

create function private.take_unit(intake public.intakes, learner_id uuid, reference_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
begin
  v_line.variant_id := intake.variant_id;
  v_line.quantity := 1;
  v_line.kind := 'course';
  v_line.title := intake.title;
  v_line.counted := intake.seats is not null;
  v_line.intake_id := intake.id;
  perform private.hold_line(take_unit.reference_id, take_unit.learner_id, v_line, null);
end
$$;
comment on function private.take_unit(public.intakes, uuid, uuid) is 'Takes one seat of an intake at once, from the learner''s own offer if they have one. Refuses out_of_stock, already_enrolled and order_already_open.';

create function private.grant_seat(intake_id uuid, profile_id uuid, reason text, access_starts_at timestamptz, access_ends_at timestamptz, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write enrolments, only grant them
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_enroller(grant_seat.reason);
  v_body jsonb := jsonb_build_array(grant_seat.intake_id, grant_seat.profile_id, grant_seat.reason, grant_seat.access_starts_at, grant_seat.access_ends_at);
  v_answer jsonb := private.recall_answer(v_person_id, grant_seat.idempotency_key, 'grant_seat', v_body);
  v_intake public.intakes;
  v_enrollment_id uuid := gen_random_uuid();
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_access_dates(grant_seat.access_starts_at, grant_seat.access_ends_at);
  select * into v_intake from public.intakes where intakes.id = grant_seat.intake_id;
  if v_intake.id is null then
    perform private.fail('intake_not_found', 404, 'There is no such intake.', 'Check the id.');
  end if;
  if not exists (select from public.profiles where profiles.id = grant_seat.profile_id and profiles.closed_at is null) then
    perform private.fail('profile_not_found', 404, 'There is no such person.', 'Check the profile id.');
  end if;
  perform private.refuse_second_seat(grant_seat.profile_id, v_intake.id);
  perform private.take_unit(v_intake, grant_seat.profile_id, v_enrollment_id);
  perform private.stop_waiting(v_intake.id, grant_seat.profile_id);
  v_enrollment_id := private.sit_down(v_intake.id, grant_seat.profile_id, null, v_enrollment_id);
  update public.enrollments set access_starts_at = grant_seat.access_starts_at, access_ends_at = grant_seat.access_ends_at where enrollments.id = v_enrollment_id;
  insert into public.seat_grants (enrollment_id, granted_by, reason) values (v_enrollment_id, auth.uid(), grant_seat.reason);
  perform private.emit('seat.granted', 'enrollment', v_enrollment_id);
  return private.remember_answer(v_person_id, grant_seat.idempotency_key, 'grant_seat', v_body, private.granted_seat_document(v_enrollment_id));
end
$$;
comment on function private.grant_seat(uuid, uuid, text, timestamptz, timestamptz, text) is 'Does the work of public.grant_seat.';
grant execute on function private.grant_seat(uuid, uuid, text, timestamptz, timestamptz, text) to authenticated, service_role;

create function public.grant_seat(
  intake_id uuid, profile_id uuid, reason text, access_starts_at timestamptz default null, access_ends_at timestamptz default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.grant_seat(grant_seat.intake_id, grant_seat.profile_id, grant_seat.reason, grant_seat.access_starts_at,
    grant_seat.access_ends_at, grant_seat.idempotency_key);
$$;
comment on function public.grant_seat(uuid, uuid, text, timestamptz, timestamptz, text) is
  'Staff (enrollments.write): gives somebody a seat free of charge, open or closed for enrolment, and answers it. It counts a seat. Access may start and end at times of its own. Errors: '
  'permission_denied, invalid_reason, invalid_access_dates, intake_not_found, intake_cancelled, profile_not_found, out_of_stock, already_enrolled, order_already_open, idempotency_key_reused.';
grant execute on function public.grant_seat(uuid, uuid, text, timestamptz, timestamptz, text) to authenticated, service_role;

create function private.granted_seat_document(enrollment_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('id', enrollments.id, 'intake_id', enrollments.intake_id, 'learner_id', enrollments.learner_id, 'status', enrollments.status,
      'enrolled_at', enrollments.enrolled_at, 'access_starts_at', enrollments.access_starts_at, 'access_ends_at', enrollments.access_ends_at,
      'reason', seat_grants.reason, 'withdraw_reason', seat_grants.withdraw_reason)
    from public.enrollments join public.seat_grants on seat_grants.enrollment_id = enrollments.id where enrollments.id = granted_seat_document.enrollment_id);
end
$$;
comment on function private.granted_seat_document(uuid) is 'A granted seat as its verbs answer it.';

create function private.withdraw_seat(enrollment_id uuid, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as grant_seat
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_enroller(withdraw_seat.reason);
  v_body jsonb := jsonb_build_array(withdraw_seat.enrollment_id, withdraw_seat.reason);
  v_answer jsonb := private.recall_answer(v_person_id, withdraw_seat.idempotency_key, 'withdraw_seat', v_body);
  v_variant_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select intakes.variant_id into v_variant_id
  from public.seat_grants join public.enrollments on enrollments.id = seat_grants.enrollment_id join public.intakes on intakes.id = enrollments.intake_id
  where seat_grants.enrollment_id = withdraw_seat.enrollment_id;
  if v_variant_id is null then
    perform private.fail('seat_not_found', 404, 'No such seat was granted.', 'A seat that was paid is ended by refund_order.');
  end if;
  -- stock and waiting list before the enrolment, as everybody
  perform private.lock_holds('{}', array[v_variant_id]);
  perform private.lock_waitlists('{}', array[v_variant_id]);
  perform private.give_reason(withdraw_seat.reason);
  update public.enrollments set status = 'cancelled', ended_at = now()
  where enrollments.id = withdraw_seat.enrollment_id and enrollments.order_item_id is null and enrollments.status in ('active', 'suspended', 'completed');
  if not found then
    perform private.fail('seat_ended', 409, 'This seat has ended already.', 'Read the roster.');
  end if;
  update public.seat_grants set withdrawn_at = now(), withdraw_reason = withdraw_seat.reason where seat_grants.enrollment_id = withdraw_seat.enrollment_id;
  perform private.return_units(v_variant_id, 1, withdraw_seat.enrollment_id);
  perform private.give_reason(null);
  return private.remember_answer(v_person_id, withdraw_seat.idempotency_key, 'withdraw_seat', v_body, private.granted_seat_document(withdraw_seat.enrollment_id));
end
$$;
comment on function private.withdraw_seat(uuid, text, text) is 'Does the work of public.withdraw_seat.';
grant execute on function private.withdraw_seat(uuid, text, text) to authenticated, service_role;

create function public.withdraw_seat(enrollment_id uuid, reason text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.withdraw_seat(withdraw_seat.enrollment_id, withdraw_seat.reason, withdraw_seat.idempotency_key);
$$;
comment on function public.withdraw_seat(uuid, text, text) is
  'Staff (enrollments.write): ends a seat that was granted; it is free for the next. Answers it. Errors: permission_denied, invalid_reason, seat_not_found, seat_ended, idempotency_key_reused.';
grant execute on function public.withdraw_seat(uuid, text, text) to authenticated, service_role;
