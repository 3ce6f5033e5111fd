/*
Learning, quiz attempts: how a quiz is begun, handed in and graded. See the quizzes file for the promise.
*/

create function private.attempt_document(attempt public.quiz_attempts)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  -- answers are shown when they can help nobody any more: passed, or no attempt left
  v_open_book boolean := attempt.submitted_at is not null and (attempt.is_passed or attempt.number >= attempt.max_attempts);
begin
  return to_jsonb(attempt) - '{product_id,learner_id}'::text[] || (
    select jsonb_build_object('questions', jsonb_agg(
      case when v_open_book then question.item else question.item - '{answer,explanation}'::text[] end
        || case when attempt.submitted_at is null then '{}'
          else jsonb_build_object('is_right', private.is_right_answer(question.item, attempt.answers -> (question.place - 1)::integer)) end
      order by question.place))
    from private.quiz_papers cross join lateral jsonb_array_elements(quiz_papers.questions) with ordinality as question (item, place)
    where quiz_papers.attempt_id = attempt.id);
end
$$;
comment on function private.attempt_document(public.quiz_attempts) is 'An attempt with its questions: without answers while it is open; then with what was right, and with the answers once they can help nobody.';

create function private.is_right_answer(question jsonb, answer jsonb)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select coalesce(case question ->> 'kind'
    when 'single' then answer = question -> 'answer'
    when 'multiple' then jsonb_typeof(answer) = 'array' and answer @> (question -> 'answer') and answer <@ (question -> 'answer')
    else jsonb_typeof(answer) = 'string' and exists (
      select from jsonb_array_elements_text(question -> 'answer') as accepted
      where lower(btrim(regexp_replace(accepted, '\s+', ' ', 'g'))) = lower(btrim(regexp_replace(left(answer #>> '{}', 5000), '\s+', ' ', 'g'))))
    end, false);
$$;
comment on function private.is_right_answer(jsonb, jsonb) is 'single: the place of the choice; multiple: exactly these places; text: one of the accepted, whatever the case and the spaces.';

create function private.close_overdue_attempt(enrollment_id uuid, lesson_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.quiz_attempts set submitted_at = now(), answers = '[]', score_percent = 0, is_passed = false
  where quiz_attempts.enrollment_id = close_overdue_attempt.enrollment_id and quiz_attempts.lesson_id = close_overdue_attempt.lesson_id
    and quiz_attempts.submitted_at is null
    and quiz_attempts.due_at + make_interval(secs => (private.setting('quiz_grace_seconds'))::integer) < now();
$$;
comment on function private.close_overdue_attempt(uuid, uuid) is 'An attempt whose time is over and that was never handed in counts, with nothing right.';

create function private.start_quiz(lesson_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- reads questions no client may read, and gives them without answers
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(start_quiz.lesson_id);
  v_answer jsonb := private.recall_answer(v_learner_id, start_quiz.idempotency_key, 'start_quiz', v_body);
  v_enrollment public.enrollments;
  v_lesson public.lessons;
  v_attempt public.quiz_attempts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_enrollment := private.study_lesson(start_quiz.lesson_id, v_learner_id, array['quiz']);
  select * into v_lesson from public.lessons where lessons.id = start_quiz.lesson_id;
  perform private.close_overdue_attempt(v_enrollment.id, v_lesson.id);
  select * into v_attempt from public.quiz_attempts
  where quiz_attempts.enrollment_id = v_enrollment.id and quiz_attempts.lesson_id = v_lesson.id and quiz_attempts.submitted_at is null;
  if v_attempt.id is null then
    v_attempt := private.open_attempt(v_enrollment, v_lesson);
  end if;
  return private.remember_answer(v_learner_id, start_quiz.idempotency_key, 'start_quiz', v_body, private.attempt_document(v_attempt));
end
$$;
comment on function private.start_quiz(uuid, text) is 'Does the work of public.start_quiz.';
grant execute on function private.start_quiz(uuid, text) to authenticated;

create function private.open_attempt(enrollment public.enrollments, lesson public.lessons)
returns public.quiz_attempts
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_used integer := (select count(*) from public.quiz_attempts where quiz_attempts.enrollment_id = enrollment.id and quiz_attempts.lesson_id = lesson.id);
  v_attempt public.quiz_attempts;
begin
  if v_used >= lesson.max_attempts then
    perform private.fail('attempts_used_up', 409, 'All attempts at this are used.', 'Ask those who teach the course.', lesson.max_attempts::text);
  end if;
  if not exists (select from private.quizzes where quizzes.lesson_id = lesson.id) then
    perform private.fail('quiz_not_ready', 409, 'This quiz has no questions yet.', 'Come back later.');
  end if;
  insert into public.quiz_attempts (enrollment_id, lesson_id, product_id, learner_id, number, max_attempts, due_at)
  values (enrollment.id, lesson.id, lesson.product_id, enrollment.learner_id, v_used + 1, lesson.max_attempts,
    now() + make_interval(mins => lesson.time_limit_minutes))
  returning * into v_attempt;
  insert into private.quiz_papers (attempt_id, questions) select v_attempt.id, quizzes.questions from private.quizzes where quizzes.lesson_id = lesson.id;
  return v_attempt;
end
$$;
comment on function private.open_attempt(public.enrollments, public.lessons) is 'Begins the next attempt with a copy of the questions. Refuses attempts_used_up and quiz_not_ready. The caller has locked the enrolment.';

create function public.start_quiz(lesson_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_quiz(start_quiz.lesson_id, start_quiz.idempotency_key);
$$;
comment on function public.start_quiz(uuid, text) is
  'Begins an attempt at an open quiz, or answers the one that runs: {id, enrollment_id, lesson_id, number, max_attempts, started_at, due_at, questions}, the questions without answers. '
  'Errors: lesson_not_found, lesson_of_other_kind, lesson_locked, attempts_used_up, quiz_not_ready, idempotency_key_reused, sign_in_required.';
grant execute on function public.start_quiz(uuid, text) to authenticated;

create function private.submit_quiz(attempt_id uuid, answers jsonb, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- compares with answers no client may read
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(submit_quiz.attempt_id, submit_quiz.answers);
  v_answer jsonb := private.recall_answer(v_learner_id, submit_quiz.idempotency_key, 'submit_quiz', v_body);
  v_attempt public.quiz_attempts;
  v_enrollment public.enrollments;
  v_score integer;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_attempt from public.quiz_attempts where quiz_attempts.id = submit_quiz.attempt_id and quiz_attempts.learner_id = v_learner_id;
  if v_attempt.id is null then
    perform private.fail('attempt_not_found', 404, 'There is no such attempt.', 'Start the quiz again.');
  end if;
  v_enrollment := private.study_lesson(v_attempt.lesson_id, v_learner_id, array['quiz']);
  if v_enrollment.id <> v_attempt.enrollment_id then
    perform private.fail('attempt_over', 409, 'This attempt belongs to a seat you learn by no longer.', 'Start the quiz again.');
  end if;
  perform private.check_answers(v_attempt, submit_quiz.answers);
  select round(100.0 * sum(points) filter (where private.is_right_answer(item, submit_quiz.answers -> place::integer)) / sum(points)) into v_score
  from (
    select question.item, question.place - 1 as place, coalesce((question.item ->> 'points')::integer, 1) as points
    from private.quiz_papers cross join lateral jsonb_array_elements(quiz_papers.questions) with ordinality as question (item, place)
    where quiz_papers.attempt_id = v_attempt.id
  ) as asked;
  update public.quiz_attempts set submitted_at = now(), answers = submit_quiz.answers, score_percent = coalesce(v_score, 0),
    is_passed = coalesce(v_score, 0) >= (select lessons.pass_percent from public.lessons where lessons.id = v_attempt.lesson_id)
  where quiz_attempts.id = v_attempt.id and quiz_attempts.submitted_at is null
  returning * into v_attempt;
  if v_attempt.id is null then
    perform private.fail('attempt_over', 409, 'This attempt was handed in already.', 'Start the next one.');
  end if;
  perform private.record_progress(v_attempt.enrollment_id, v_attempt.lesson_id, v_attempt.score_percent, v_attempt.is_passed);
  return private.remember_answer(v_learner_id, submit_quiz.idempotency_key, 'submit_quiz', v_body, private.attempt_document(v_attempt)
    || jsonb_build_object('progress', private.progress_document(private.assess_enrollment(v_attempt.enrollment_id), v_attempt.lesson_id)));
end
$$;
comment on function private.submit_quiz(uuid, jsonb, text) is 'Does the work of public.submit_quiz.';
grant execute on function private.submit_quiz(uuid, jsonb, text) to authenticated;

create function private.check_answers(attempt public.quiz_attempts, answers jsonb)
returns void
language plpgsql
volatile -- looks again after the enrolment was waited for
security invoker
set search_path = ''
as $$
begin
  if exists (select from public.quiz_attempts where quiz_attempts.id = attempt.id and quiz_attempts.submitted_at is not null) then
    perform private.fail('attempt_over', 409, 'This attempt was handed in already.', 'Start the next one.');
  end if;
  if attempt.due_at + make_interval(secs => (private.setting('quiz_grace_seconds'))::integer) < now() then
    perform private.fail('quiz_time_over', 409, 'The time of this attempt is over.', 'Start the next one, if there is one left.', attempt.due_at::text);
  end if;
  if coalesce(jsonb_typeof(answers), '') <> 'array' or pg_column_size(answers) > 200000
    or jsonb_array_length(answers) <> (select jsonb_array_length(quiz_papers.questions) from private.quiz_papers where quiz_papers.attempt_id = attempt.id)
  then
    perform private.fail('invalid_answers', 422, 'Answers are a list with one entry per question.', 'Send null for a question that is left out.');
  end if;
end
$$;
comment on function private.check_answers(public.quiz_attempts, jsonb) is 'Refuses attempt_over, quiz_time_over and invalid_answers.';

create function public.submit_quiz(attempt_id uuid, answers jsonb, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.submit_quiz(submit_quiz.attempt_id, submit_quiz.answers, submit_quiz.idempotency_key);
$$;
comment on function public.submit_quiz(uuid, jsonb, text) is
  'Hands an attempt in and answers it graded, with what was right and the course''s progress. answers: one entry per question in order, a choice''s place, a list of places, a text, or null. '
  'Errors: attempt_not_found, attempt_over, quiz_time_over, invalid_answers, lesson_locked, idempotency_key_reused, sign_in_required.';
grant execute on function public.submit_quiz(uuid, jsonb, text) to authenticated;
