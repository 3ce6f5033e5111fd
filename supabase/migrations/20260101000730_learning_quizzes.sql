/*
Learning, quizzes: questions, attempts and how they are graded.

Promise: the right answers never reach a learner who can still be tested: they lie in a private table, grading happens here, and they are
shown with a graded attempt only once it is passed or the last. Who starts an attempt keeps its questions, whatever is edited meanwhile.
Under concurrency: attempts of one learner queue behind the enrolment; the check on number and max_attempts and the unique keys are the
guarantee should a caller forget the lock. An attempt is graded once: submitted_at is set by one guarded update.
*/

insert into public.settings (key, value, description) values
  ('quiz_grace_seconds', '30', 'Seconds after the end of a timed quiz in which its answers are still taken, for slow lines.');

create table private.quizzes (
  lesson_id uuid primary key references public.lessons (id) on delete cascade,
  questions jsonb not null,
  updated_at timestamptz not null default now(),
  constraint quizzes_are_lists_of_questions check (jsonb_typeof(questions) = 'array' and jsonb_array_length(questions) between 1 and 200)
);
comment on table private.quizzes is 'The questions of a quiz with their answers: [{kind, prompt, choices, answer, points, explanation}]. Written by put_quiz.';

create table public.quiz_attempts (
  id uuid primary key default gen_random_uuid(),
  enrollment_id uuid not null references public.enrollments (id) on delete restrict,
  lesson_id uuid not null,
  product_id uuid not null,
  learner_id uuid not null references public.profiles (id) on delete restrict,
  number integer not null,
  max_attempts integer,
  started_at timestamptz not null default now(),
  due_at timestamptz,
  submitted_at timestamptz,
  answers jsonb,
  score_percent integer,
  is_passed boolean,
  foreign key (lesson_id, product_id) references public.lessons (id, product_id) on delete restrict,
  constraint quiz_attempts_are_numbered_once unique (enrollment_id, lesson_id, number),
  constraint quiz_attempts_stay_within_their_limit check (number between 1 and coalesce(max_attempts, 1000000)),
  constraint quiz_attempts_are_graded_when_submitted check (num_nulls(submitted_at, score_percent, is_passed) in (0, 3)),
  constraint quiz_attempts_have_a_sane_score check (score_percent between 0 and 100)
);
comment on table public.quiz_attempts is 'Each try at a quiz, with the learner''s answers and the score. Open until submitted_at; max_attempts is the limit when it was begun.';
-- the guarantee: one open attempt at a time
create unique index quiz_attempts_one_open on public.quiz_attempts (enrollment_id, lesson_id) where submitted_at is null;
create index on public.quiz_attempts (lesson_id, product_id);
create index on public.quiz_attempts (learner_id);

alter table public.quiz_attempts enable row level security;
create policy select_own_or_teachers on public.quiz_attempts for select to authenticated
  using (learner_id = (select auth.uid()) or product_id in (select private.taught_courses()) or (select private.has_permission('enrollments.read')));
grant select on public.quiz_attempts to authenticated, service_role;
-- not granted: any write. start_quiz and submit_quiz write.

create table private.quiz_papers (
  attempt_id uuid primary key references public.quiz_attempts (id) on delete cascade,
  questions jsonb not null
);
comment on table private.quiz_papers is 'The questions of one attempt with their answers, as they were when it was begun.';

-- questions --------------------------------------------------------------------------------------------------------------------------

create function private.question_problem(question jsonb)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_kind text := question ->> 'kind';
  v_choices jsonb := question -> 'choices';
  v_answer jsonb := question -> 'answer';
  v_count integer;
begin
  if jsonb_typeof(question) is distinct from 'object' then return 'is not an object'; end if;
  if v_kind is null or v_kind not in ('single', 'multiple', 'text') then return 'kind must be single, multiple or text'; end if;
  if jsonb_typeof(question -> 'prompt') is distinct from 'string' or length(btrim(question ->> 'prompt')) not between 1 and 5000 then
    return 'prompt must be text of 1 to 5000 characters';
  end if;
  if question ? 'points' and (question -> 'points' #>> '{}') !~ '^[1-9][0-9]?$' then return 'points must be 1 to 99'; end if;
  if question ? 'explanation' and (jsonb_typeof(question -> 'explanation') <> 'string' or length(question ->> 'explanation') > 5000) then
    return 'explanation must be text of at most 5000 characters';
  end if;
  if v_kind = 'text' then
    if not jsonb_path_exists(coalesce(v_answer, 'null'), 'strict $ ? (@.type() == "array" && @.size() > 0 && @.size() <= 20)')
      or jsonb_path_exists(v_answer, '$[*] ? (@.type() != "string")') then return 'answer must be a list of the accepted texts'; end if;
    return null;
  end if;
  if not jsonb_path_exists(coalesce(v_choices, 'null'), 'strict $ ? (@.type() == "array" && @.size() >= 2 && @.size() <= 20)')
    or jsonb_path_exists(v_choices, '$[*] ? (@.type() != "string" || @ == "")') then return 'choices must be 2 to 20 texts'; end if;
  v_count := jsonb_array_length(v_choices);
  if v_kind = 'single' then
    v_answer := jsonb_build_array(v_answer);
  end if;
  if jsonb_typeof(v_answer) is distinct from 'array' or jsonb_array_length(v_answer) not between 1 and v_count
    or exists (select from jsonb_array_elements(v_answer) as chosen
      where jsonb_typeof(chosen) <> 'number' or chosen #>> '{}' !~ '^[0-9]{1,2}$' or (chosen #>> '{}')::integer >= v_count) then
    return 'answer must name choices by their place, from 0';
  end if;
  return null;
end
$$;
comment on function private.question_problem(jsonb) is 'What is wrong with a question of put_quiz; null: nothing.';

create function private.require_teacher(product_id uuid)
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
begin
  if not (require_teacher.product_id in (select private.taught_courses()) or private.has_permission('catalog.write')) then
    perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Check the id, and that you teach its course.');
  end if;
  return v_person_id;
end
$$;
comment on function private.require_teacher(uuid) is 'The caller, who must teach this course or write the catalogue; others get the answer that fits a lesson that is not there.';

create function private.put_quiz(lesson_id uuid, questions jsonb, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- the questions lie where no client reaches
set search_path = ''
as $$
declare
  v_lesson public.lessons;
  v_person_id uuid;
  v_body jsonb := jsonb_build_array(put_quiz.lesson_id, put_quiz.questions);
  v_answer jsonb;
  v_problem text;
begin
  select * into v_lesson from public.lessons where lessons.id = put_quiz.lesson_id and lessons.kind = 'quiz';
  v_person_id := private.require_teacher(coalesce(v_lesson.product_id, gen_random_uuid()));
  v_answer := private.recall_answer(v_person_id, put_quiz.idempotency_key, 'put_quiz', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if v_lesson.id is null then
    perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Make a lesson of kind quiz first.');
  end if;
  if coalesce(jsonb_typeof(put_quiz.questions), '') <> 'array' or jsonb_array_length(put_quiz.questions) not between 1 and 200 then
    perform private.fail('invalid_quiz', 422, 'A quiz is a list of 1 to 200 questions.', 'Send an array of {kind, prompt, choices, answer}.');
  end if;
  select format('Question %s: %s.', question.place, private.question_problem(question.item)) into v_problem
  from jsonb_array_elements(put_quiz.questions) with ordinality as question (item, place)
  where private.question_problem(question.item) is not null order by question.place limit 1;
  if v_problem is not null then
    perform private.fail('invalid_quiz', 422, 'A question cannot be asked like that.', 'Correct the question that details names.', v_problem);
  end if;
  insert into private.quizzes (lesson_id, questions) values (v_lesson.id, put_quiz.questions)
  on conflict on constraint quizzes_pkey do update set questions = excluded.questions, updated_at = now();
  return private.remember_answer(v_person_id, put_quiz.idempotency_key, 'put_quiz', v_body,
    jsonb_build_object('lesson_id', v_lesson.id, 'questions', put_quiz.questions));
end
$$;
comment on function private.put_quiz(uuid, jsonb, text) is 'Does the work of public.put_quiz.';
grant execute on function private.put_quiz(uuid, jsonb, text) to authenticated;

create function public.put_quiz(lesson_id uuid, questions jsonb, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.put_quiz(put_quiz.lesson_id, put_quiz.questions, put_quiz.idempotency_key);
$$;
comment on function public.put_quiz(uuid, jsonb, text) is
  'Who teaches the course: sets the questions of a quiz, [{kind: single|multiple|text, prompt, choices, answer, points?, explanation?}]; attempts that are running keep theirs. '
  'Errors: lesson_not_found, invalid_quiz, idempotency_key_reused, sign_in_required.';
grant execute on function public.put_quiz(uuid, jsonb, text) to authenticated;

create function private.quiz_questions(lesson_id uuid)
returns jsonb
language plpgsql
stable
security definer -- as put_quiz
set search_path = ''
as $$
declare
  v_product_id uuid := (select lessons.product_id from public.lessons where lessons.id = quiz_questions.lesson_id and lessons.kind = 'quiz');
begin
  perform private.require_teacher(coalesce(v_product_id, gen_random_uuid()));
  if v_product_id is null then
    perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Take the id of a lesson of kind quiz.');
  end if;
  return coalesce((select quizzes.questions from private.quizzes where quizzes.lesson_id = quiz_questions.lesson_id), '[]');
end
$$;
comment on function private.quiz_questions(uuid) is 'Does the work of public.quiz_questions.';
grant execute on function private.quiz_questions(uuid) to authenticated;

create function public.quiz_questions(lesson_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.quiz_questions(quiz_questions.lesson_id);
$$;
comment on function public.quiz_questions(uuid) is 'Who teaches the course: the questions of a quiz with their answers, to edit them. Errors: lesson_not_found, sign_in_required.';
grant execute on function public.quiz_questions(uuid) to authenticated;
