/*
Learning, progress: who decides that a lesson, and with it a course, is completed.

Promise: text, video and file are completed by complete_lesson, quizzes by their score, assignments by their mark, and never by a client's
word alone: the lesson must be open to the learner at that moment. A course is completed once, by its rule, and says so in one event.
Under concurrency: whatever changes progress locks the enrolment first (private.study_lesson, private.assess_enrollment), so that of two
last lessons one sees the other. The status machine is the guarantee: active moves to completed once.
*/

create table public.results (
  enrollment_id uuid primary key references public.enrollments (id) on delete restrict,
  product_id uuid not null references public.courses (product_id) on delete restrict,
  learner_id uuid not null references public.profiles (id) on delete restrict,
  progress_percent integer,
  score_percent integer,
  passed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint results_are_of_sane_size check (progress_percent between 0 and 100 and score_percent between 0 and 100)
);
comment on table public.results is
  'What a learner reached in a course, as of their last step: completed required lessons of all, the mean of the best scores of required quizzes and assignments (untried count 0), and since when the course is passed.';
create index on public.results (product_id);
-- serves: a learner's results, and row-level security
create index on public.results (learner_id);

create trigger _100_stamp_update before update on public.results for each row execute function private.tg__stamp_update();

alter table public.results enable row level security;
create policy select_own_or_teachers on public.results for select to authenticated
  using (learner_id = (select auth.uid()) or product_id in (select private.taught_courses()) or (select private.has_permission('enrollments.read')));
grant select on public.results to authenticated, service_role;
-- not granted: any write. private.assess_enrollment writes.

-- one step ---------------------------------------------------------------------------------------------------------------------------

create function private.refuse_locked(state private.lesson_state)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if state.lock_reason is null then
    return;
  end if;
  perform private.fail('lesson_locked', 409, case state.lock_reason
      when 'unpaid' then 'The order of this seat is not paid yet.'
      when 'suspended' then 'This seat is suspended.'
      when 'access_over' then 'The time to learn in this course is over.'
      when 'not_started' then 'This intake has not started yet.'
      when 'prerequisites' then 'Another course must be completed first.'
      when 'not_yet' then 'This lesson opens later.'
      when 'previous_lesson' then 'The lessons of this course open one after the other.'
      else 'This lesson is for those who have a seat in the course.' end,
    'details says the reason, when it opens, and which lesson comes first.',
    json_build_object('reason', state.lock_reason, 'opens_at', state.opens_at, 'waits_for', state.waits_for)::text);
end
$$;
comment on function private.refuse_locked(private.lesson_state) is 'Refuses lesson_locked with the reason; returns when the lesson is open.';

create function private.study_lesson(lesson_id uuid, learner_id uuid, kinds text[])
returns public.enrollments
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_lesson public.lessons;
  v_enrollment public.enrollments;
  v_state private.lesson_state;
begin
  select lessons.* into v_lesson from public.lessons join public.products on products.id = lessons.product_id
  where lessons.id = study_lesson.lesson_id and lessons.withdrawn_at is null
    and (private.is_on_sale(products.status, products.publish_at, products.unpublish_at)
      or private.enrollment_in(lessons.product_id, study_lesson.learner_id) is not null);
  if v_lesson.id is null then
    perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Read the outline of the course for its lessons.');
  end if;
  if v_lesson.kind <> all (study_lesson.kinds) then
    perform private.fail('lesson_of_other_kind', 409, 'A lesson of this kind is not completed that way.',
      'Text, video and file: complete_lesson. Quiz: start_quiz and submit_quiz. Assignment: submit_assignment.', v_lesson.kind);
  end if;
  select * into v_enrollment from public.enrollments
  where enrollments.id = (select private.enrollment_in(v_lesson.product_id, study_lesson.learner_id)) for update; -- asked once, not of every row
  select * into v_state from private.lesson_states(v_lesson.product_id, v_enrollment.id) as states where states.lesson_id = v_lesson.id;
  if v_enrollment.id is null then
    v_state.lock_reason := 'not_enrolled'; -- a preview is open to read; it is completed by those who have a seat
  end if;
  perform private.refuse_locked(v_state);
  return v_enrollment;
end
$$;
comment on function private.study_lesson(uuid, uuid, text[]) is
  'Before a learner works on a lesson: it exists, is of these kinds and open; locks and gives the enrolment. Refuses lesson_not_found, lesson_of_other_kind, lesson_locked.';

create function private.record_progress(enrollment_id uuid, lesson_id uuid, score_percent integer, is_passed boolean)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into public.lesson_progress as kept (enrollment_id, lesson_id, product_id, learner_id, score_percent, completed_at)
  select enrollments.id, lessons.id, lessons.product_id, enrollments.learner_id, record_progress.score_percent, case when record_progress.is_passed then now() end
  from public.enrollments, public.lessons
  where enrollments.id = record_progress.enrollment_id and lessons.id = record_progress.lesson_id
  on conflict on constraint lesson_progress_pkey do update set
    score_percent = greatest(kept.score_percent, excluded.score_percent), completed_at = coalesce(kept.completed_at, excluded.completed_at);
$$;
comment on function private.record_progress(uuid, uuid, integer, boolean) is 'Keeps the best score and the first completion. The caller has locked the enrolment and assesses it afterwards.';

create function private.assess_enrollment(enrollment_id uuid)
returns public.results
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_enrollment public.enrollments;
  v_course public.courses;
  v_lessons record;
  v_result public.results;
begin
  select * into v_enrollment from public.enrollments where enrollments.id = assess_enrollment.enrollment_id for update;
  select courses.* into v_course from public.courses join public.intakes on intakes.product_id = courses.product_id where intakes.id = v_enrollment.intake_id;
  select count(*) > 0 and count(*) = count(lesson_progress.completed_at) as are_complete,
    100 * count(lesson_progress.completed_at) / nullif(count(*), 0) as progress_percent,
    round(avg(coalesce(lesson_progress.score_percent, 0)) filter (where lessons.pass_percent is not null)) as score_percent
  into v_lessons
  from public.lessons left join public.lesson_progress on lesson_progress.lesson_id = lessons.id and lesson_progress.enrollment_id = v_enrollment.id
  where lessons.product_id = v_course.product_id and lessons.withdrawn_at is null and lessons.is_required;
  insert into public.results as kept (enrollment_id, product_id, learner_id, progress_percent, score_percent, passed_at)
  values (v_enrollment.id, v_course.product_id, v_enrollment.learner_id, v_lessons.progress_percent, v_lessons.score_percent,
    case when v_enrollment.status = 'active' and case v_course.completion_rule
      when 'percent' then v_lessons.progress_percent >= v_course.completion_percent
      when 'score' then v_lessons.score_percent >= v_course.completion_percent
      else v_lessons.are_complete end then now() end)
  on conflict on constraint results_pkey do update set
    progress_percent = excluded.progress_percent, score_percent = excluded.score_percent, passed_at = coalesce(kept.passed_at, excluded.passed_at)
  returning * into v_result;
  if v_result.passed_at is not null and v_enrollment.status = 'active' then
    update public.enrollments set status = 'completed' where enrollments.id = v_enrollment.id and enrollments.status = 'active';
    if found then
      perform private.emit('course.completed', 'enrollment', v_enrollment.id);
    end if;
  end if;
  return v_result;
end
$$;
comment on function private.assess_enrollment(uuid) is 'Counts the result anew and, when the course''s rule is met, completes the enrolment, once.';

-- the verb ---------------------------------------------------------------------------------------------------------------------------

create function private.complete_lesson(lesson_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- learners may not write their progress, only ask for it
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(complete_lesson.lesson_id);
  v_answer jsonb := private.recall_answer(v_learner_id, complete_lesson.idempotency_key, 'complete_lesson', v_body);
  v_enrollment public.enrollments;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_enrollment := private.study_lesson(complete_lesson.lesson_id, v_learner_id, array['video', 'text', 'file']);
  perform private.record_progress(v_enrollment.id, complete_lesson.lesson_id, null, true);
  return private.remember_answer(v_learner_id, complete_lesson.idempotency_key, 'complete_lesson', v_body,
    private.progress_document(private.assess_enrollment(v_enrollment.id), complete_lesson.lesson_id));
end
$$;
comment on function private.complete_lesson(uuid, text) is 'Does the work of public.complete_lesson.';
grant execute on function private.complete_lesson(uuid, text) to authenticated;

create function private.progress_document(result public.results, lesson_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('enrollment_id', result.enrollment_id, 'status', enrollments.status, 'lesson_id', lesson_progress.lesson_id,
      'completed_at', lesson_progress.completed_at, 'lesson_score_percent', lesson_progress.score_percent,
      'progress_percent', result.progress_percent, 'score_percent', result.score_percent, 'passed_at', result.passed_at)
    from public.enrollments join public.lesson_progress on lesson_progress.enrollment_id = enrollments.id
    where enrollments.id = result.enrollment_id and lesson_progress.lesson_id = progress_document.lesson_id);
end
$$;
comment on function private.progress_document(public.results, uuid) is 'What a step in a lesson answers: the lesson''s state and the course''s.';

create function public.complete_lesson(lesson_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.complete_lesson(complete_lesson.lesson_id, complete_lesson.idempotency_key);
$$;
comment on function public.complete_lesson(uuid, text) is
  'Completes an open video, text or file lesson and answers {enrollment_id, status, lesson_id, completed_at, lesson_score_percent, progress_percent, score_percent, passed_at}; the last step of a course completes it. '
  'Errors: lesson_not_found, lesson_of_other_kind, lesson_locked, idempotency_key_reused, sign_in_required.';
grant execute on function public.complete_lesson(uuid, text) to authenticated;
