/*
Learning, assignments: files, work that is handed in, and marks.

Promise: only who teaches the course, or staff with learning.write, sees and grades a learner's work; a mark that passes completes the
lesson. Files lie in a private bucket; a row says whose they are before the first byte comes, and a link is given to whom the row is shown.
Under concurrency: handing in and grading lock the enrolment; one piece of work waits for its mark at a time (a unique index).
*/

insert into public.settings (key, value, description) values
  ('assignment_max_bytes', '20971520', 'The largest file a learner may hand in. The bucket learning has a limit of its own: 50 MiB.'),
  ('assignment_file_types', '["application/pdf", "application/zip", "text/plain", "text/markdown", "text/csv", "image/png", "image/jpeg"]', 'Types of files a learner may hand in.'),
  ('lesson_file_max_bytes', '52428800', 'The largest file a lesson may have.');

create table public.submissions (
  id uuid primary key default gen_random_uuid(),
  enrollment_id uuid not null references public.enrollments (id) on delete restrict,
  lesson_id uuid not null,
  product_id uuid not null,
  learner_id uuid not null references public.profiles (id) on delete restrict,
  number integer not null,
  max_attempts integer,
  body text not null default '',
  submitted_at timestamptz not null default now(),
  graded_at timestamptz,
  graded_by uuid references public.profiles (id) on delete restrict,
  score_percent integer,
  feedback text,
  foreign key (lesson_id, product_id) references public.lessons (id, product_id) on delete restrict,
  constraint submissions_are_numbered_once unique (enrollment_id, lesson_id, number),
  constraint submissions_stay_within_their_limit check (number between 1 and coalesce(max_attempts, 1000000)),
  constraint submissions_are_graded_wholly check (num_nulls(graded_at, score_percent) in (0, 2)),
  constraint submissions_have_a_sane_score check (score_percent between 0 and 100),
  constraint submissions_are_of_sane_length check (length(body) <= 100000 and length(feedback) <= 20000)
);
comment on table public.submissions is 'Work handed in for an assignment, and its mark once graded_at is set.';
-- the guarantee: one piece of work waits for its mark
create unique index submissions_one_ungraded on public.submissions (enrollment_id, lesson_id) where graded_at is null;
create index on public.submissions (lesson_id, product_id);
create index on public.submissions (learner_id);
create index on public.submissions (graded_by);
-- serves: what waits to be graded, oldest first
create index on public.submissions (product_id, submitted_at) where graded_at is null;

alter table public.learning_files add constraint learning_files_submission_id_fkey foreign key (submission_id) references public.submissions (id) on delete restrict;

create trigger _900_audit after update on public.submissions for each row execute function private.tg__audit('id');

alter table public.submissions enable row level security;
create policy select_own_or_teachers on public.submissions for select to authenticated
  using (learner_id = (select auth.uid()) or product_id in (select private.taught_courses()) or (select private.has_permission('enrollments.read')));
grant select on public.submissions to authenticated, service_role;
-- not granted: any write. submit_assignment and grade_submission write.

-- files ------------------------------------------------------------------------------------------------------------------------------

create function private.check_upload(file_name text, content_type text, bytes integer, max_bytes integer, content_types jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if coalesce(length(file_name), 0) not between 1 and 200 or file_name ~ '[/\\[:cntrl:]]' then
    perform private.fail('invalid_file', 422, 'A file needs a name of 1 to 200 characters without slashes.', 'Send the name alone, without its folder.');
  end if;
  if coalesce(bytes, 0) not between 1 and max_bytes then
    perform private.fail('invalid_file', 422, 'The file is empty or too large.', 'Make it smaller.', json_build_object('max_bytes', max_bytes)::text);
  end if;
  if coalesce(content_type, '') !~ '^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}$' or not coalesce(content_types ? content_type, true) then
    perform private.fail('invalid_file', 422, 'Files of this type are not taken.', 'Send one of the types that details names.', content_types::text);
  end if;
end
$$;
comment on function private.check_upload(text, text, integer, integer, jsonb) is 'Refuses invalid_file: its name, its size, its type (content_types null: any).';

create function private.prepare_upload(lesson_id uuid, file_name text, content_type text, bytes integer, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- clients may not write the rows of files
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(prepare_upload.lesson_id, prepare_upload.file_name, prepare_upload.content_type, prepare_upload.bytes);
  v_answer jsonb := private.recall_answer(v_person_id, prepare_upload.idempotency_key, 'prepare_upload', v_body);
  v_lesson public.lessons;
  v_enrollment public.enrollments;
  v_file public.learning_files;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_lesson from public.lessons where lessons.id = prepare_upload.lesson_id;
  if v_lesson.product_id in (select private.taught_courses()) or private.has_permission('catalog.write') then
    if v_lesson.id is null then
      perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Read the outline of the course for its lessons.');
    end if;
    perform private.check_upload(prepare_upload.file_name, prepare_upload.content_type, prepare_upload.bytes, (private.setting('lesson_file_max_bytes'))::integer, null);
  else
    v_enrollment := private.study_lesson(prepare_upload.lesson_id, v_person_id, array['assignment']);
    perform private.check_upload(prepare_upload.file_name, prepare_upload.content_type, prepare_upload.bytes,
      (private.setting('assignment_max_bytes'))::integer, private.setting('assignment_file_types'));
    if (select count(*) from public.learning_files where learning_files.enrollment_id = v_enrollment.id
      and learning_files.lesson_id = v_lesson.id and learning_files.submission_id is null) >= 20 then
      perform private.fail('too_many_files', 409, 'Twenty files wait to be handed in already.', 'Hand some of them in first.');
    end if;
  end if;
  insert into public.learning_files (lesson_id, product_id, owner_id, enrollment_id, file_name, content_type, bytes)
  values (v_lesson.id, v_lesson.product_id, v_person_id, v_enrollment.id, prepare_upload.file_name, prepare_upload.content_type, prepare_upload.bytes)
  returning * into v_file;
  return private.remember_answer(v_person_id, prepare_upload.idempotency_key, 'prepare_upload', v_body,
    jsonb_build_object('file_id', v_file.id, 'path', v_file.path));
end
$$;
comment on function private.prepare_upload(uuid, text, text, integer, text) is 'Does the work of public.prepare_upload.';
grant execute on function private.prepare_upload(uuid, text, text, integer, text) to authenticated;

create function public.prepare_upload(lesson_id uuid, file_name text, content_type text, bytes integer, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.prepare_upload(prepare_upload.lesson_id, prepare_upload.file_name, prepare_upload.content_type, prepare_upload.bytes, prepare_upload.idempotency_key);
$$;
comment on function public.prepare_upload(uuid, text, text, integer, text) is
  'Makes room for a file, of a lesson by who teaches it or of an open assignment by its learner, and answers {file_id, path}; the function learning-upload gives the address to send it to. '
  'Errors: lesson_not_found, lesson_of_other_kind, lesson_locked, invalid_file, too_many_files, idempotency_key_reused, sign_in_required.';
grant execute on function public.prepare_upload(uuid, text, text, integer, text) to authenticated;

create function private.receive_learning_file(file_id uuid, content_type text, bytes integer, person_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- only the secret key says what arrived
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(receive_learning_file.person_id, '00000000-0000-0000-0000-000000000000');
  v_body jsonb := to_jsonb(receive_learning_file.file_id);
  v_answer jsonb := private.recall_answer(v_person_id, receive_learning_file.idempotency_key, 'receive_learning_file', v_body);
  v_file public.learning_files;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_file from public.learning_files where learning_files.id = receive_learning_file.file_id for update;
  if v_file.id is null then
    perform private.fail('file_not_found', 404, 'There is no such file.', 'Start the upload again.');
  end if;
  if v_file.arrived_at is null then
    -- text has no first bytes by which it is known
    v_file.content_type := coalesce(receive_learning_file.content_type, substring(v_file.content_type from '^text/.*'), 'application/octet-stream');
    perform private.check_upload(v_file.file_name, v_file.content_type, receive_learning_file.bytes,
      (private.setting(case when v_file.enrollment_id is null then 'lesson_file_max_bytes' else 'assignment_max_bytes' end))::integer,
      case when v_file.enrollment_id is not null then private.setting('assignment_file_types') end);
    update public.learning_files set content_type = v_file.content_type, bytes = receive_learning_file.bytes, arrived_at = now()
    where learning_files.id = v_file.id returning * into v_file;
  end if;
  return private.remember_answer(v_person_id, receive_learning_file.idempotency_key, 'receive_learning_file', v_body,
    jsonb_build_object('id', v_file.id, 'file_name', v_file.file_name, 'content_type', v_file.content_type, 'bytes', v_file.bytes));
end
$$;
comment on function private.receive_learning_file(uuid, text, integer, uuid, text) is 'Does the work of public.receive_learning_file.';
grant execute on function private.receive_learning_file(uuid, text, integer, uuid, text) to service_role;

create function public.receive_learning_file(file_id uuid, content_type text, bytes integer, person_id uuid default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.receive_learning_file(receive_learning_file.file_id, receive_learning_file.content_type, receive_learning_file.bytes, receive_learning_file.person_id, receive_learning_file.idempotency_key);
$$;
comment on function public.receive_learning_file(uuid, text, integer, uuid, text) is
  'The secret key only, for the function learning-upload: the bytes of a file have arrived, and this is what they are (content_type null: unknown). Errors: file_not_found, invalid_file.';
grant execute on function public.receive_learning_file(uuid, text, integer, uuid, text) to service_role;

-- work -------------------------------------------------------------------------------------------------------------------------------

create function private.submission_document(submission public.submissions)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return to_jsonb(submission) - '{product_id,graded_by}'::text[] || jsonb_build_object('files', coalesce((
    select jsonb_agg(jsonb_build_object('id', learning_files.id, 'file_name', learning_files.file_name,
      'content_type', learning_files.content_type, 'bytes', learning_files.bytes) order by learning_files.file_name, learning_files.id)
    from public.learning_files where learning_files.submission_id = submission.id), '[]'));
end
$$;
comment on function private.submission_document(public.submissions) is 'A submission with its files, as the verbs answer it.';

create function private.submit_assignment(lesson_id uuid, body text, file_ids uuid[], idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- learners may not write submissions, only hand in
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(submit_assignment.lesson_id, submit_assignment.body, to_jsonb(submit_assignment.file_ids));
  v_answer jsonb := private.recall_answer(v_learner_id, submit_assignment.idempotency_key, 'submit_assignment', v_body);
  v_enrollment public.enrollments;
  v_submission public.submissions;
  v_files integer := coalesce(cardinality(submit_assignment.file_ids), 0);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_enrollment := private.study_lesson(submit_assignment.lesson_id, v_learner_id, array['assignment']);
  if v_files > 20 or length(submit_assignment.body) > 100000 or v_files = 0 and private.said(submit_assignment.body) is null then
    perform private.fail('invalid_submission', 422, 'Work is text of at most 100000 characters, or 1 to 20 files, or both.', 'Write something or name a file.');
  end if;
  v_submission := private.open_submission(v_enrollment, submit_assignment.lesson_id, coalesce(submit_assignment.body, ''));
  update public.learning_files set submission_id = v_submission.id
  where learning_files.id = any (submit_assignment.file_ids) and learning_files.enrollment_id = v_enrollment.id
    and learning_files.lesson_id = v_submission.lesson_id and learning_files.submission_id is null and learning_files.arrived_at is not null;
  if (select count(*) from public.learning_files where learning_files.submission_id = v_submission.id) <> v_files then
    perform private.fail('file_not_found', 404, 'A file has not arrived, or was handed in already.', 'Send the file again and name the new one.');
  end if;
  perform private.emit('assignment.submitted', 'submission', v_submission.id);
  return private.remember_answer(v_learner_id, submit_assignment.idempotency_key, 'submit_assignment', v_body, private.submission_document(v_submission));
end
$$;
comment on function private.submit_assignment(uuid, text, uuid[], text) is 'Does the work of public.submit_assignment.';
grant execute on function private.submit_assignment(uuid, text, uuid[], text) to authenticated;

create function private.open_submission(enrollment public.enrollments, lesson_id uuid, body text)
returns public.submissions
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_lesson public.lessons;
  v_before record;
  v_submission public.submissions;
begin
  select * into v_lesson from public.lessons where lessons.id = open_submission.lesson_id;
  select count(*) as count, count(*) filter (where submissions.graded_at is null) as waiting into v_before from public.submissions
  where submissions.enrollment_id = enrollment.id and submissions.lesson_id = v_lesson.id;
  if v_before.waiting > 0 then
    perform private.fail('submission_waits', 409, 'Your work waits for its mark.', 'Hand in again once it is graded.');
  end if;
  if v_before.count >= v_lesson.max_attempts then
    perform private.fail('attempts_used_up', 409, 'All attempts at this are used.', 'Ask those who teach the course.', v_lesson.max_attempts::text);
  end if;
  insert into public.submissions (enrollment_id, lesson_id, product_id, learner_id, number, max_attempts, body)
  values (enrollment.id, v_lesson.id, v_lesson.product_id, enrollment.learner_id, v_before.count + 1, v_lesson.max_attempts, open_submission.body)
  returning * into v_submission;
  return v_submission;
end
$$;
comment on function private.open_submission(public.enrollments, uuid, text) is 'Writes the next piece of work. Refuses submission_waits and attempts_used_up. The caller has locked the enrolment.';

create function public.submit_assignment(lesson_id uuid, body text default null, file_ids uuid[] default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.submit_assignment(submit_assignment.lesson_id, submit_assignment.body, submit_assignment.file_ids, submit_assignment.idempotency_key);
$$;
comment on function public.submit_assignment(uuid, text, uuid[], text) is
  'Hands in work for an open assignment, text or files or both, and answers it with its files. '
  'Errors: lesson_not_found, lesson_of_other_kind, lesson_locked, invalid_submission, submission_waits, attempts_used_up, file_not_found, idempotency_key_reused, sign_in_required.';
grant execute on function public.submit_assignment(uuid, text, uuid[], text) to authenticated;

create function private.grade_submission(submission_id uuid, score_percent integer, feedback text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- those who teach may not write submissions, only grade them
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(grade_submission.submission_id, grade_submission.score_percent, grade_submission.feedback);
  v_answer jsonb := private.recall_answer(v_person_id, grade_submission.idempotency_key, 'grade_submission', v_body);
  v_submission public.submissions;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_submission from public.submissions where submissions.id = grade_submission.submission_id
    and submissions.learner_id <> v_person_id -- nobody marks their own work
    and (submissions.product_id in (select private.taught_courses()) or private.has_permission('learning.write'));
  if v_submission.id is null then
    perform private.fail('submission_not_found', 404, 'There is no such work.', 'Check the id, and that you teach its course.');
  end if;
  if coalesce(grade_submission.score_percent, -1) not between 0 and 100 or length(grade_submission.feedback) > 20000 then
    perform private.fail('invalid_mark', 422, 'A mark is a whole number from 0 to 100, feedback at most 20000 characters.', 'Correct the mark.');
  end if;
  perform from public.enrollments where enrollments.id = v_submission.enrollment_id for update;
  update public.submissions set graded_at = now(), graded_by = v_person_id, score_percent = grade_submission.score_percent, feedback = grade_submission.feedback
  where submissions.id = v_submission.id and submissions.graded_at is null
  returning * into v_submission;
  if v_submission.id is null then
    perform private.fail('already_graded', 409, 'This work has its mark.', 'Marks stay; the learner may hand in again.');
  end if;
  perform private.record_progress(v_submission.enrollment_id, v_submission.lesson_id, v_submission.score_percent,
    v_submission.score_percent >= (select lessons.pass_percent from public.lessons where lessons.id = v_submission.lesson_id));
  perform private.assess_enrollment(v_submission.enrollment_id);
  perform private.emit('assignment.graded', 'submission', v_submission.id);
  return private.remember_answer(v_person_id, grade_submission.idempotency_key, 'grade_submission', v_body, private.submission_document(v_submission));
end
$$;
comment on function private.grade_submission(uuid, integer, text, text) is 'Does the work of public.grade_submission.';
grant execute on function private.grade_submission(uuid, integer, text, text) to authenticated;

create function public.grade_submission(submission_id uuid, score_percent integer, feedback text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.grade_submission(grade_submission.submission_id, grade_submission.score_percent, grade_submission.feedback, grade_submission.idempotency_key);
$$;
comment on function public.grade_submission(uuid, integer, text, text) is
  'Who teaches the course (or learning.write): gives work its mark and answers it. A mark of at least pass_percent completes the lesson. '
  'Errors: submission_not_found, invalid_mark, already_graded, idempotency_key_reused, sign_in_required.';
grant execute on function public.grade_submission(uuid, integer, text, text) to authenticated;
