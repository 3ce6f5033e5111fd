/*
Organisations, giving out: codes, invitations, claiming, assigning and taking back. See the seats file for the promise and the order of locks.

Under concurrency: a claim picks a free seat and skips those that others pick in this moment; when only such are left it waits for one, so 50
claims of N seats are N enrolments. A claim holds its invitation for share and revoking takes it for update: whichever is first, wins.
*/

insert into public.settings (key, value, description) values
  ('invite_days', '14', 'Days that a code or an invitation for seats of an organisation is good for when its manager names none.');

-- who comes in ------------------------------------------------------------------------------------------------------------------------

create function private.stop_waiting(intake_id uuid, learner_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_entry_id uuid;
begin
  loop
    begin
      perform private.lock_waitlist(stop_waiting.intake_id);
      update public.waitlist_entries set status = 'left'
      where waitlist_entries.intake_id = stop_waiting.intake_id and waitlist_entries.learner_id = stop_waiting.learner_id and waitlist_entries.status = 'waiting';
      if not exists (select from public.waitlist_entries
        where waitlist_entries.intake_id = stop_waiting.intake_id and waitlist_entries.learner_id = stop_waiting.learner_id and waitlist_entries.status = 'offered') then
        return;
      end if;
      raise sqlstate 'SL001'; -- lets go of the list: the offer and its seat are locked before it
    exception when sqlstate 'SL001' then null;
    end;
    update public.waitlist_entries set status = 'left'
    where waitlist_entries.intake_id = stop_waiting.intake_id and waitlist_entries.learner_id = stop_waiting.learner_id and waitlist_entries.status = 'offered'
    returning waitlist_entries.id into v_entry_id;
    perform private.settle_reservations(v_entry_id, 'released');
  end loop;
end
$$;
comment on function private.stop_waiting(uuid, uuid) is
  'Whoever gets a seat in another way waits for none: they leave the list, and an offer goes to the next. Holds the list from here on, so nobody joins it twice. The caller holds no seat yet.';

create function private.sit_down(intake uuid, learner uuid, order_item uuid, id uuid default gen_random_uuid())
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_enrollment_id uuid;
begin
  insert into public.enrollments (id, intake_id, learner_id, order_item_id, status, enrolled_at)
  values (sit_down.id, sit_down.intake, sit_down.learner, sit_down.order_item, 'active', now())
  on conflict (intake_id, learner_id) where (status in ('reserved', 'active', 'suspended', 'completed')) do nothing
  returning enrollments.id into v_enrollment_id;
  if v_enrollment_id is null then
    perform private.refuse_second_seat(sit_down.learner, sit_down.intake);
    -- it ended this very moment
    perform private.fail('already_enrolled', 409, 'You are enrolled in this intake already.', 'Find it among your courses.');
  end if;
  perform private.refuse_cancelled_intakes(array[sit_down.intake]);
  perform private.rest_if_overdue(v_enrollment_id);
  return v_enrollment_id;
end
$$;
comment on function private.sit_down(uuid, uuid, uuid, uuid) is 'Enrols somebody in a seat that is not bought by themselves. Refuses already_enrolled, order_already_open and intake_cancelled.';

create function private.refuse_over(intake_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if exists (select from public.intakes where intakes.id = refuse_over.intake_id and intakes.ends_at <= now()) then
    perform private.fail('intake_closed', 409, 'This intake is over.', 'Ask who gave you the seat for another intake.');
  end if;
end
$$;
comment on function private.refuse_over(uuid) is 'Refuses intake_closed: a seat that was bought in time is taken until the intake ends.';

create function private.free_due_invites(organisation_id uuid, intake_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.organisation_seats set status = 'free'
  where organisation_seats.status = 'invited' and organisation_seats.id in (
    select due.id from public.organisation_seats as due join public.organisation_invites on organisation_invites.seat_id = due.id
    where due.organisation_id = free_due_invites.organisation_id and due.intake_id = free_due_invites.intake_id and due.status = 'invited'
      and organisation_invites.expires_at <= now() and organisation_invites.revoked_at is null and organisation_invites.claimed_at is null
      and not exists (select from public.organisation_invites as later where later.seat_id = due.id and later.expires_at > now()
        and later.revoked_at is null and later.claimed_at is null)
    order by due.id for update of due skip locked);
end
$$;
comment on function private.free_due_invites(uuid, uuid) is 'Seats kept for invitations that ran out are free again: whoever looks for one does it, worker or no worker.';

create function private.pick_seat(organisation_id uuid, intake_id uuid)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_seat_id uuid;
begin
  perform private.free_due_invites(pick_seat.organisation_id, pick_seat.intake_id);
  loop
    select organisation_seats.id into v_seat_id from public.organisation_seats
    where organisation_seats.organisation_id = pick_seat.organisation_id and organisation_seats.intake_id = pick_seat.intake_id and organisation_seats.status = 'free'
    order by organisation_seats.id limit 1 for update skip locked;
    exit when v_seat_id is not null;
    if not exists (select from public.organisation_seats
      where organisation_seats.organisation_id = pick_seat.organisation_id and organisation_seats.intake_id = pick_seat.intake_id and organisation_seats.status = 'free') then
      perform private.fail('no_seats_left', 409, 'Every seat of the organisation in this intake is taken.', 'Buy more (order_seats), or take back one that nobody began (reclaim_seat).');
    end if;
    -- others take what is left in this moment: whether one of them gives it up again is known when they are through
    perform from public.organisation_seats
    where organisation_seats.organisation_id = pick_seat.organisation_id and organisation_seats.intake_id = pick_seat.intake_id and organisation_seats.status = 'free'
    order by organisation_seats.id limit 1 for update;
  end loop;
  return v_seat_id;
end
$$;
comment on function private.pick_seat(uuid, uuid) is 'Locks a free seat and gives it. Refuses no_seats_left only when there is none.';

create function private.fill_seat(seat public.organisation_seats, learner_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_enrollment_id uuid := private.sit_down(seat.intake_id, fill_seat.learner_id, seat.order_item_id);
begin
  update public.organisation_seats set status = 'assigned', learner_id = fill_seat.learner_id, enrollment_id = v_enrollment_id where organisation_seats.id = seat.id;
  perform private.emit('seat.assigned', 'organisation_seat', seat.id, jsonb_build_object('enrollment_id', v_enrollment_id));
  return private.seat_document(seat.id);
end
$$;
comment on function private.fill_seat(public.organisation_seats, uuid) is 'Makes a seat somebody''s enrolment. The caller holds the seat.';

create function private.seat_document(seat_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('id', organisation_seats.id, 'organisation_id', organisation_seats.organisation_id, 'intake_id', organisation_seats.intake_id,
      'order_item_id', organisation_seats.order_item_id, 'status', organisation_seats.status, 'learner_id', organisation_seats.learner_id,
      'enrollment_id', organisation_seats.enrollment_id)
    from public.organisation_seats where organisation_seats.id = seat_document.seat_id);
end
$$;
comment on function private.seat_document(uuid) is 'A seat of an organisation as its verbs answer it.';

-- invitations ---------------------------------------------------------------------------------------------------------------------------

create function private.invite_document(invite_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('id', organisation_invites.id, 'organisation_id', organisation_invites.organisation_id, 'intake_id', organisation_invites.intake_id,
      'seat_id', organisation_invites.seat_id, 'email', organisation_invites.email, 'expires_at', organisation_invites.expires_at,
      'claimed_at', organisation_invites.claimed_at, 'revoked_at', organisation_invites.revoked_at, 'created_at', organisation_invites.created_at)
    from public.organisation_invites where organisation_invites.id = invite_document.invite_id);
end
$$;
comment on function private.invite_document(uuid) is 'An invitation as its verbs answer it; its code is in no table.';

create function private.invite_to_seats(organisation_id uuid, intake_id uuid, email text, expires_at timestamptz, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- managers may not write invitations, only through verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(invite_to_seats.organisation_id, invite_to_seats.intake_id, invite_to_seats.email, invite_to_seats.expires_at);
  v_answer jsonb := private.recall_answer(v_person_id, invite_to_seats.idempotency_key, 'invite_to_seats', v_body);
  v_until timestamptz := coalesce(invite_to_seats.expires_at, now() + make_interval(days => (private.setting('invite_days'))::integer));
  v_seat_id uuid;
  v_invite_id uuid;
  v_code text;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.find_organisation(invite_to_seats.organisation_id);
  perform private.check_email(invite_to_seats.email);
  if v_until <= now() or v_until > now() + interval '1 year' then
    perform private.fail('invalid_expiry', 422, 'A code is good until some moment of the coming year.', 'Correct expires_at, or leave it out.');
  end if;
  if not exists (select from public.organisation_seats
    where organisation_seats.organisation_id = invite_to_seats.organisation_id and organisation_seats.intake_id = invite_to_seats.intake_id) then
    perform private.fail('intake_not_found', 404, 'The organisation has no seats in such an intake.', 'Read organisation_seats for the intakes it has seats in.');
  end if;
  if invite_to_seats.email is not null then
    v_seat_id := private.pick_seat(invite_to_seats.organisation_id, invite_to_seats.intake_id);
    update public.organisation_seats set status = 'invited' where organisation_seats.id = v_seat_id;
  end if;
  insert into public.organisation_invites (organisation_id, intake_id, seat_id, email, invited_by, expires_at)
  values (invite_to_seats.organisation_id, invite_to_seats.intake_id, v_seat_id, invite_to_seats.email, v_person_id, v_until)
  returning organisation_invites.id into v_invite_id;
  if invite_to_seats.email is null then
    v_code := private.new_claim_code();
    insert into private.claim_codes (code_hash, invite_id) values (private.claim_code_hash(v_code), v_invite_id);
  else
    perform private.emit('organisation_invite.sent', 'organisation_invite', v_invite_id);
  end if;
  return private.remember_answer(v_person_id, invite_to_seats.idempotency_key, 'invite_to_seats', v_body,
    private.invite_document(v_invite_id) || jsonb_build_object('code', v_code));
end
$$;
comment on function private.invite_to_seats(uuid, uuid, text, timestamptz, text) is 'Does the work of public.invite_to_seats.';
grant execute on function private.invite_to_seats(uuid, uuid, text, timestamptz, text) to authenticated;

create function public.invite_to_seats(
  organisation_id uuid, intake_id uuid, email text default null, expires_at timestamptz default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.invite_to_seats(invite_to_seats.organisation_id, invite_to_seats.intake_id, invite_to_seats.email,
    invite_to_seats.expires_at, invite_to_seats.idempotency_key);
$$;
comment on function public.invite_to_seats(uuid, uuid, text, timestamptz, text) is
  'A manager gives out seats. Without email: answers a code (only here; kept as a hash) that takes any free seat, for as many people as there are seats; put it into a link if you like. With email: keeps '
  'one seat and mails its own code there. Both end at expires_at (default: the setting invite_days) or by revoke_invite. Errors: organisation_not_found, intake_not_found, no_seats_left, invalid_email, '
  'invalid_expiry, idempotency_key_reused, sign_in_required.';
grant execute on function public.invite_to_seats(uuid, uuid, text, timestamptz, text) to authenticated;

create function private.revoke_invite(invite_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as invite_to_seats
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(revoke_invite.invite_id);
  v_answer jsonb := private.recall_answer(v_person_id, revoke_invite.idempotency_key, 'revoke_invite', v_body);
  v_invite public.organisation_invites;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_invite from public.organisation_invites where organisation_invites.id = revoke_invite.invite_id
    and (organisation_invites.organisation_id in (select private.managed_organisations()) or private.has_permission('organisations.write')) for update;
  if v_invite.id is null then
    perform private.fail('invite_not_found', 404, 'There is no such invitation.', 'Check the id, and that you manage the organisation.');
  end if;
  if v_invite.claimed_at is not null then
    perform private.fail('invite_ended', 409, 'This invitation was taken up.', 'Take the seat back (reclaim_seat) while nobody has begun.');
  end if;
  if v_invite.revoked_at is null then
    update public.organisation_invites set revoked_at = now() where organisation_invites.id = v_invite.id;
    update public.organisation_seats set status = 'free' where organisation_seats.id = v_invite.seat_id and organisation_seats.status = 'invited'
      and v_invite.expires_at > now(); -- else it may be kept for somebody else by now
    perform private.free_due_invites(v_invite.organisation_id, v_invite.intake_id);
  end if;
  return private.remember_answer(v_person_id, revoke_invite.idempotency_key, 'revoke_invite', v_body, private.invite_document(v_invite.id));
end
$$;
comment on function private.revoke_invite(uuid, text) is 'Does the work of public.revoke_invite.';
grant execute on function private.revoke_invite(uuid, text) to authenticated;

create function public.revoke_invite(invite_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.revoke_invite(revoke_invite.invite_id, revoke_invite.idempotency_key);
$$;
comment on function public.revoke_invite(uuid, text) is
  'A manager ends a code or an invitation; a seat that was kept for it is free again. Answers it. Errors: invite_not_found, invite_ended, idempotency_key_reused, sign_in_required.';
grant execute on function public.revoke_invite(uuid, text) to authenticated;

create function private.claim_seat(code text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- the code is the proof
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(encode(private.claim_code_hash(claim_seat.code), 'hex'));
  v_answer jsonb := private.recall_answer(v_learner_id, claim_seat.idempotency_key, 'claim_seat', v_body);
  v_invite public.organisation_invites;
  v_seat public.organisation_seats;
  v_seat_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select organisation_invites.* into v_invite from private.claim_codes join public.organisation_invites on organisation_invites.id = claim_codes.invite_id
  where claim_codes.code_hash = private.claim_code_hash(claim_seat.code);
  if v_invite.id is null then
    perform private.fail('claim_code_not_found', 404, 'There is no such code.', 'Check it letter by letter, or ask who gave it to you.');
  end if;
  perform private.stop_waiting(v_invite.intake_id, v_learner_id);
  if v_invite.seat_id is null then
    select * into v_invite from public.organisation_invites where organisation_invites.id = v_invite.id for share;
  else
    select * into v_invite from public.organisation_invites where organisation_invites.id = v_invite.id for update;
  end if;
  if v_invite.revoked_at is not null or v_invite.expires_at <= now() or v_invite.claimed_at is not null then
    perform private.fail('invite_ended', 409, 'This code is not good any more.', 'Ask who gave it to you for a new one.');
  end if;
  perform private.refuse_over(v_invite.intake_id);
  perform private.refuse_second_seat(v_learner_id, v_invite.intake_id);
  insert into public.organisation_members (organisation_id, profile_id) values (v_invite.organisation_id, v_learner_id) on conflict do nothing;
  v_seat_id := coalesce(v_invite.seat_id, private.pick_seat(v_invite.organisation_id, v_invite.intake_id));
  select * into v_seat from public.organisation_seats where organisation_seats.id = v_seat_id for update;
  if v_seat.status not in ('free', 'invited') then
    perform private.fail('invite_ended', 409, 'This code is not good any more.', 'Ask who gave it to you for a new one.');
  end if;
  update public.organisation_invites set claimed_at = now() where organisation_invites.id = v_invite.id and organisation_invites.email is not null;
  return private.remember_answer(v_learner_id, claim_seat.idempotency_key, 'claim_seat', v_body, private.fill_seat(v_seat, v_learner_id));
end
$$;
comment on function private.claim_seat(text, text) is 'Does the work of public.claim_seat.';
grant execute on function private.claim_seat(text, text) to authenticated;

create function public.claim_seat(code text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.claim_seat(claim_seat.code, claim_seat.idempotency_key);
$$;
comment on function public.claim_seat(text, text) is
  'Takes a seat of an organisation by the code of an invitation, joins the organisation, and answers {id, organisation_id, intake_id, order_item_id, status, learner_id, enrollment_id}. Errors: '
  'claim_code_not_found, invite_ended, no_seats_left, already_enrolled, order_already_open, intake_closed, idempotency_key_reused, sign_in_required.';
grant execute on function public.claim_seat(text, text) to authenticated;


-- what the worker asks --------------------------------------------------------------------------------------------------------------------

create function private.issue_invite_code(invite_id uuid)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_code text := private.new_claim_code();
begin
  perform from public.organisation_invites where organisation_invites.id = issue_invite_code.invite_id and organisation_invites.email is not null
    and organisation_invites.revoked_at is null and organisation_invites.claimed_at is null and organisation_invites.expires_at > now();
  if not found then
    return null;
  end if;
  insert into private.claim_codes (code_hash, invite_id) values (private.claim_code_hash(v_code), issue_invite_code.invite_id);
  return v_code;
end
$$;
comment on function private.issue_invite_code(uuid) is 'A code for the mail of an invitation, null when it ended. Each try of the mail gets one of its own, and each is good: only the hashes are kept.';
