/*
Learning, attendance: who was there.

Promise: those who teach note it for the learners of their own intakes; a learner sees their own.
Under concurrency: one row per session and learner; of two notes the later one stands.
*/

create table public.attendances (
  session_id uuid not null references public.intake_sessions (id) on delete restrict,
  enrollment_id uuid not null references public.enrollments (id) on delete restrict,
  intake_id uuid not null references public.intakes (id) on delete restrict,
  learner_id uuid not null references public.profiles (id) on delete restrict,
  status text not null,
  noted_by uuid references public.profiles (id) on delete restrict,
  noted_at timestamptz not null default now(),
  primary key (session_id, enrollment_id),
  constraint attendances_have_a_known_status check (status in ('present', 'late', 'absent', 'excused'))
);
comment on table public.attendances is 'Who was at a session, as those who teach noted it. Written by note_attendance.';
create index on public.attendances (enrollment_id);
create index on public.attendances (intake_id);
create index on public.attendances (learner_id);
create index on public.attendances (noted_by);

create trigger _900_audit after insert or update or delete on public.attendances for each row execute function private.tg__audit('session_id', 'enrollment_id');

alter table public.attendances enable row level security;
create policy select_own_or_teachers on public.attendances for select to authenticated
  using (learner_id = (select auth.uid()) or intake_id in (select private.taught_intakes()) or (select private.has_permission('enrollments.read')));
grant select on public.attendances to authenticated, service_role;
-- not granted: any write. note_attendance writes.

create function private.note_attendance(session_id uuid, notes jsonb, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- those who teach may not write the rows, only note
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(note_attendance.session_id, note_attendance.notes);
  v_answer jsonb := private.recall_answer(v_person_id, note_attendance.idempotency_key, 'note_attendance', v_body);
  v_intake_id uuid;
  v_noted integer;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select intake_sessions.intake_id into v_intake_id from public.intake_sessions
  where intake_sessions.id = note_attendance.session_id
    and (intake_sessions.id in (select private.taught_sessions()) or private.has_permission('learning.write'));
  if v_intake_id is null then
    perform private.fail('intake_session_not_found', 404, 'There is no such session.', 'Check the id, and that you teach its course.');
  end if;
  if coalesce(jsonb_typeof(note_attendance.notes), '') <> 'object' or pg_column_size(note_attendance.notes) > 500000
    or exists (select from jsonb_each(note_attendance.notes) as note
      where jsonb_typeof(note.value) <> 'string' or note.value #>> '{}' not in ('present', 'late', 'absent', 'excused'))
  then
    perform private.fail('invalid_attendance', 422, 'Attendance is an object of enrolment to present, late, absent or excused.', 'Correct the notes.');
  end if;
  insert into public.attendances as kept (session_id, enrollment_id, intake_id, learner_id, status, noted_by)
  select note_attendance.session_id, enrollments.id, v_intake_id, enrollments.learner_id, note.value, v_person_id
  from jsonb_each_text(note_attendance.notes) as note
  join public.enrollments on enrollments.id::text = note.key and enrollments.intake_id = v_intake_id and enrollments.status in ('active', 'suspended', 'completed')
  order by enrollments.id -- those who note at once wait for each other in one order
  on conflict on constraint attendances_pkey do update set status = excluded.status, noted_by = excluded.noted_by, noted_at = now();
  get diagnostics v_noted = row_count;
  if v_noted <> (select count(*) from jsonb_object_keys(note_attendance.notes)) then
    perform private.fail('invalid_attendance', 422, 'Somebody in the notes has no seat in this intake.', 'Take the enrolments from the roster.');
  end if;
  return private.remember_answer(v_person_id, note_attendance.idempotency_key, 'note_attendance', v_body,
    jsonb_build_object('session_id', note_attendance.session_id, 'noted', v_noted));
end
$$;
comment on function private.note_attendance(uuid, jsonb, text) is 'Does the work of public.note_attendance.';
grant execute on function private.note_attendance(uuid, jsonb, text) to authenticated;

create function public.note_attendance(session_id uuid, notes jsonb, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.note_attendance(note_attendance.session_id, note_attendance.notes, note_attendance.idempotency_key);
$$;
comment on function public.note_attendance(uuid, jsonb, text) is
  'Who teaches the course (or learning.write): notes who was at a session, {enrollment_id: present|late|absent|excused}, all or nothing, and answers {session_id, noted}; noting again corrects. '
  'Errors: intake_session_not_found, invalid_attendance, idempotency_key_reused, sign_in_required.';
grant execute on function public.note_attendance(uuid, jsonb, text) to authenticated;
