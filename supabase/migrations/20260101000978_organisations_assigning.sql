/*
Organisations, by hand: a manager assigns seats and takes them back, people leave. See the seats file for the promise and the order of locks:
who belongs to the organisation is locked before its seats.
*/

create function private.find_seat(seat_id uuid)
returns public.organisation_seats
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_seat public.organisation_seats;
begin
  select * into v_seat from public.organisation_seats
  where organisation_seats.id = find_seat.seat_id
    and (organisation_seats.organisation_id in (select private.managed_organisations()) or private.has_permission('organisations.write'));
  if v_seat.id is null then
    perform private.fail('seat_not_found', 404, 'There is no such seat.', 'Check the id, and that you manage the organisation.');
  end if;
  return v_seat;
end
$$;
comment on function private.find_seat(uuid) is 'The seat, if the caller manages its organisation or may write every one. Refuses seat_not_found.';

create function private.assign_seat(seat_id uuid, profile_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- managers may not write seats, only through verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(assign_seat.seat_id, assign_seat.profile_id);
  v_answer jsonb := private.recall_answer(v_person_id, assign_seat.idempotency_key, 'assign_seat', v_body);
  v_seat public.organisation_seats;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_seat := private.find_seat(assign_seat.seat_id);
  -- before the seat, as whoever leaves does it; once locked, they stay until we are through
  if not exists (select from public.organisation_members
    where organisation_members.organisation_id = v_seat.organisation_id and organisation_members.profile_id = assign_seat.profile_id) then
    perform private.fail('member_not_found', 404, 'This person does not belong to the organisation.', 'Invite them (invite_to_seats); they join by claiming a seat.');
  end if;
  perform private.stop_waiting(v_seat.intake_id, assign_seat.profile_id);
  perform from public.organisation_members
  where organisation_members.organisation_id = v_seat.organisation_id and organisation_members.profile_id = assign_seat.profile_id for share;
  select * into v_seat from public.organisation_seats where organisation_seats.id = v_seat.id for update;
  if v_seat.status <> 'free' then
    perform private.fail('seat_not_free', 409, format('This seat is %s.', v_seat.status), 'Choose a free one, revoke its invitation (revoke_invite) or take it back (reclaim_seat).');
  end if;
  perform private.refuse_over(v_seat.intake_id);
  return private.remember_answer(v_person_id, assign_seat.idempotency_key, 'assign_seat', v_body, private.fill_seat(v_seat, assign_seat.profile_id));
end
$$;
comment on function private.assign_seat(uuid, uuid, text) is 'Does the work of public.assign_seat.';
grant execute on function private.assign_seat(uuid, uuid, text) to authenticated;

create function public.assign_seat(seat_id uuid, profile_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.assign_seat(assign_seat.seat_id, assign_seat.profile_id, assign_seat.idempotency_key);
$$;
comment on function public.assign_seat(uuid, uuid, text) is
  'A manager gives a free seat to one of the organisation''s people, who is enrolled at once; answers the seat as claim_seat does. Errors: seat_not_found, member_not_found, seat_not_free, '
  'already_enrolled, order_already_open, intake_closed, idempotency_key_reused, sign_in_required.';
grant execute on function public.assign_seat(uuid, uuid, text) to authenticated;

create function private.vacate_seat(seat public.organisation_seats)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform from public.enrollments where enrollments.id = seat.enrollment_id for update;
  if private.has_begun(seat.enrollment_id) then
    return false;
  end if;
  perform private.end_seat_enrollment(seat.enrollment_id);
  update public.organisation_seats set status = 'free', learner_id = null, enrollment_id = null where organisation_seats.id = seat.id;
  perform private.emit('seat.reclaimed', 'organisation_seat', seat.id, jsonb_build_object('enrollment_id', seat.enrollment_id));
  return true;
end
$$;
comment on function private.vacate_seat(public.organisation_seats) is 'Frees an assigned seat that nobody began on; false when somebody did. The caller holds the seat.';

create function private.reclaim_seat(seat_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as assign_seat
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(reclaim_seat.seat_id);
  v_answer jsonb := private.recall_answer(v_person_id, reclaim_seat.idempotency_key, 'reclaim_seat', v_body);
  v_seat public.organisation_seats;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_seat := private.find_seat(reclaim_seat.seat_id);
  select * into v_seat from public.organisation_seats where organisation_seats.id = v_seat.id for update;
  if v_seat.status <> 'assigned' then
    perform private.fail('seat_not_assigned', 409, format('This seat is %s: nobody sits there.', v_seat.status), 'An invitation is ended with revoke_invite.');
  end if;
  if not private.vacate_seat(v_seat) then
    perform private.fail('seat_begun', 409, 'Its learner has begun the course and keeps the seat.', 'Buy another seat (order_seats).');
  end if;
  return private.remember_answer(v_person_id, reclaim_seat.idempotency_key, 'reclaim_seat', v_body, private.seat_document(v_seat.id));
end
$$;
comment on function private.reclaim_seat(uuid, text) is 'Does the work of public.reclaim_seat.';
grant execute on function private.reclaim_seat(uuid, text) to authenticated;

create function public.reclaim_seat(seat_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.reclaim_seat(reclaim_seat.seat_id, reclaim_seat.idempotency_key);
$$;
comment on function public.reclaim_seat(uuid, text) is
  'A manager takes a seat back whose learner has not begun the course: the enrolment ends, the seat is free for another. Answers the seat as claim_seat does. Errors: seat_not_found, seat_not_assigned, '
  'seat_begun, idempotency_key_reused, sign_in_required.';
grant execute on function public.reclaim_seat(uuid, text) to authenticated;

create function private.remove_organisation_member(organisation_id uuid, profile_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as set_organisation_role
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(remove_organisation_member.organisation_id, remove_organisation_member.profile_id);
  v_answer jsonb := private.recall_answer(v_person_id, remove_organisation_member.idempotency_key, 'remove_organisation_member', v_body);
  v_seat public.organisation_seats;
  v_kept integer := 0;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  -- oneself, or by a manager
  if not (coalesce(remove_organisation_member.profile_id = v_person_id, false) and remove_organisation_member.organisation_id in (select private.own_organisations())) then
    perform private.find_organisation(remove_organisation_member.organisation_id);
  end if;
  perform from public.organisations where organisations.id = remove_organisation_member.organisation_id for update;
  delete from public.organisation_members
  where organisation_members.organisation_id = remove_organisation_member.organisation_id and organisation_members.profile_id = remove_organisation_member.profile_id;
  if not found then
    perform private.fail('member_not_found', 404, 'This person does not belong to the organisation.', 'Read organisation_people.');
  end if;
  perform private.keep_a_manager(remove_organisation_member.organisation_id);
  for v_seat in
    select * from public.organisation_seats
    where organisation_seats.organisation_id = remove_organisation_member.organisation_id and organisation_seats.learner_id = remove_organisation_member.profile_id
      and organisation_seats.status = 'assigned' order by organisation_seats.id for update
  loop
    if not private.vacate_seat(v_seat) then
      v_kept := v_kept + 1;
    end if;
  end loop;
  return private.remember_answer(v_person_id, remove_organisation_member.idempotency_key, 'remove_organisation_member', v_body,
    jsonb_build_object('organisation_id', remove_organisation_member.organisation_id, 'profile_id', remove_organisation_member.profile_id, 'seats_kept', v_kept));
end
$$;
comment on function private.remove_organisation_member(uuid, uuid, text) is 'Does the work of public.remove_organisation_member.';
grant execute on function private.remove_organisation_member(uuid, uuid, text) to authenticated;

create function public.remove_organisation_member(organisation_id uuid, profile_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.remove_organisation_member(remove_organisation_member.organisation_id, remove_organisation_member.profile_id,
    remove_organisation_member.idempotency_key);
$$;
comment on function public.remove_organisation_member(uuid, uuid, text) is
  'A manager lets somebody go, or a member leaves: seats they had not begun are free again, those they had begun stay theirs (seats_kept), and the organisation sees nothing more of them. Errors: '
  'organisation_not_found, member_not_found, last_manager, idempotency_key_reused, sign_in_required.';
grant execute on function public.remove_organisation_member(uuid, uuid, text) to authenticated;
