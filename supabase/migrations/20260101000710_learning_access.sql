/*
Learning, access: which lessons are open to a learner, which are not, why, and when they will be.

Promise: one function says it (private.lesson_states); the outline shows what it says and the policy of lesson_contents obeys it, so nobody
reads a lesson by asking for it another way. Previews are open to everybody who sees the course.
Under concurrency: verbs lock the enrolment first (private.study_lesson) and then look, so what they find open stays so until they commit.
*/

create table public.learning_files (
  id uuid primary key default gen_random_uuid(),
  lesson_id uuid not null,
  product_id uuid not null,
  owner_id uuid not null references public.profiles (id) on delete restrict,
  enrollment_id uuid references public.enrollments (id) on delete restrict,
  submission_id uuid, -- the assignments file adds the foreign key
  file_name text not null,
  content_type text not null,
  bytes integer not null,
  path text not null unique generated always as (
    case when enrollment_id is null then 'lessons/' else 'submissions/' end || lesson_id::text || '/' || id::text) stored,
  arrived_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (lesson_id, product_id) references public.lessons (id, product_id) on delete cascade,
  constraint learning_files_can_be_named_with_their_lesson unique (id, lesson_id),
  constraint learning_files_have_a_name_for_a_folder check (length(file_name) between 1 and 200 and file_name !~ '[/\\[:cntrl:]]'),
  constraint learning_files_have_some_bytes check (bytes > 0),
  constraint learning_files_are_handed_in_by_learners check (submission_id is null or enrollment_id is not null and arrived_at is not null)
);
comment on table public.learning_files is 'Files of lessons (enrollment_id null) and of submissions. The bytes are under path in the private bucket learning once arrived_at is set; the function learning-upload takes them, learning-link gives them.';
create index on public.learning_files (lesson_id, product_id);
create index on public.learning_files (owner_id);
create index on public.learning_files (enrollment_id);
create index on public.learning_files (submission_id);

create trigger _300_discard_object after delete on public.learning_files for each row execute function private.tg_media__discard_object('learning');

create table public.lesson_contents (
  lesson_id uuid primary key,
  product_id uuid not null,
  body text not null default '',
  translations jsonb not null default '{}',
  video_url text,
  file_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  foreign key (lesson_id, product_id) references public.lessons (id, product_id) on delete cascade,
  foreign key (file_id, lesson_id) references public.learning_files (id, lesson_id) on delete restrict,
  constraint lesson_contents_are_of_sane_length check (length(body) <= 200000),
  constraint lesson_contents_link_videos_on_the_web check (video_url ~ '^https://' and length(video_url) <= 2000)
);
comment on table public.lesson_contents is 'What is in a lesson: Markdown, a video''s address, a file. Hidden while the lesson is locked. The questions of a quiz come from start_quiz.';
create index on public.lesson_contents (lesson_id, product_id);
create index on public.lesson_contents (file_id, lesson_id);

create function private.tg_lesson_contents__follow_lesson()
returns trigger
language plpgsql
volatile
security definer -- the policy of the content judges by the course this writes
set search_path = ''
as $$
begin
  new.product_id := (select lessons.product_id from public.lessons where lessons.id = new.lesson_id);
  if new.product_id is null then
    perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Read the outline of the course for its lessons.');
  end if;
  if exists (select from public.learning_files where learning_files.id = new.file_id and learning_files.enrollment_id is not null) then
    perform private.fail('file_not_found', 404, 'There is no such file of a lesson.', 'Send the file for this lesson first; work that was handed in is nobody else''s.');
  end if;
  return new;
end
$$;
comment on function private.tg_lesson_contents__follow_lesson() is 'Content is of the course of its lesson; whoever writes it cannot say otherwise, nor show a learner''s work as its file.';

create trigger _100_stamp_update before update on public.lesson_contents for each row execute function private.tg__stamp_update();
create trigger _110_check_translations before insert or update of translations on public.lesson_contents for each row when (new.translations <> '{}') execute function private.tg__check_translations('body');
create trigger _200_follow_lesson before insert or update of file_id on public.lesson_contents for each row execute function private.tg_lesson_contents__follow_lesson();
create trigger _900_audit after insert or update or delete on public.lesson_contents for each row execute function private.tg__audit('lesson_id');

create table public.lesson_progress (
  enrollment_id uuid not null references public.enrollments (id) on delete restrict,
  lesson_id uuid not null,
  product_id uuid not null,
  learner_id uuid not null references public.profiles (id) on delete restrict,
  score_percent integer,
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (enrollment_id, lesson_id),
  foreign key (lesson_id, product_id) references public.lessons (id, product_id) on delete restrict,
  constraint lesson_progress_has_a_sane_score check (score_percent between 0 and 100)
);
comment on table public.lesson_progress is 'How far a learner got in a lesson: the best score, and since when it is completed. Kept when the seat ends.';
create index on public.lesson_progress (lesson_id, product_id);
-- serves: row-level security of the learner and of those who teach
create index on public.lesson_progress (learner_id);

create trigger _100_stamp_update before update on public.lesson_progress for each row execute function private.tg__stamp_update();

alter table public.lesson_progress enable row level security;
create policy select_own_or_teachers on public.lesson_progress for select to authenticated
  using (learner_id = (select auth.uid()) or product_id in (select private.taught_courses()) or (select private.has_permission('enrollments.read')));
grant select on public.lesson_progress to authenticated, service_role;
-- not granted: any write. Verbs decide what is completed.

-- what is open -----------------------------------------------------------------------------------------------------------------------

create function private.enrollment_in(product_id uuid, learner_id uuid)
returns uuid
language plpgsql
volatile -- verbs ask it after they waited for a lock
security invoker
set search_path = ''
as $$
begin
  return (
    select enrollments.id from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
    where enrollments.learner_id = enrollment_in.learner_id and intakes.product_id = enrollment_in.product_id
      and enrollments.status in ('reserved', 'active', 'suspended', 'completed')
    -- a seat that opens later takes nothing from one that is open
    order by case when count(*) over () > 1 then private.course_lock(enrollments.id, enrollment_in.product_id) <> '' end,
      array_position(array['active', 'completed', 'suspended', 'reserved'], enrollments.status), enrollments.enrolled_at desc, enrollments.id
    limit 1);
end
$$;
comment on function private.enrollment_in(uuid, uuid) is 'The seat by which somebody learns in a course: one that is open before one that is not, then the active, the latest; null when they have none.';

create function private.access_ends_at(enrolled_at timestamptz, starts_at timestamptz, access_days integer, set_to timestamptz)
returns timestamptz
language sql
stable
security invoker
set search_path = ''
as $$
  select coalesce(access_ends_at.set_to, greatest(access_ends_at.enrolled_at, access_ends_at.starts_at) + access_ends_at.access_days * interval '24 hours');
$$;
comment on function private.access_ends_at(timestamptz, timestamptz, integer, timestamptz) is 'Until when the lessons of a seat are open: what was set for it (granted, renewed), else the days of its intake; null: for good.';

create function private.course_lock(enrollment_id uuid, product_id uuid)
returns text
language plpgsql
volatile -- as enrollment_in
security invoker
set search_path = ''
as $$
begin
  return coalesce((
    select case
      when enrollments.status = 'reserved' then 'unpaid'
      when enrollments.status = 'suspended' then 'suspended'
      when enrollments.status in ('cancelled', 'expired') then 'not_enrolled'
      -- a subscription opens to the second, whatever the enrolment says yet
      when private.subscription_lock(enrollments.subscription_id) <> '' then private.subscription_lock(enrollments.subscription_id)
      when private.access_ends_at(enrollments.enrolled_at, intakes.starts_at, intakes.access_days, enrollments.access_ends_at) <= now() then 'access_over'
      when greatest(intakes.starts_at, enrollments.access_starts_at) > now() then 'not_started'
      when exists (
        select from public.course_prerequisites
        where course_prerequisites.product_id = course_lock.product_id and not exists (
          select from public.enrollments as earlier join public.intakes as earlier_intakes on earlier_intakes.id = earlier.intake_id
          where earlier.learner_id = enrollments.learner_id and earlier.status = 'completed'
            and earlier_intakes.product_id = course_prerequisites.required_product_id)
      ) then 'prerequisites'
      else '' end
    from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
    where enrollments.id = course_lock.enrollment_id
  ), 'not_enrolled');
end
$$;
comment on function private.course_lock(uuid, uuid) is 'Why no lesson of the course is open by this seat (null: no seat): a word, or an empty one when nothing keeps them all shut.';

create function private.is_seat_open(enrollment_id uuid, product_id uuid)
returns boolean
language plpgsql
volatile -- as enrollment_in
security invoker
set search_path = ''
as $$
begin
  return private.course_lock(is_seat_open.enrollment_id, is_seat_open.product_id) in ('', 'not_started', 'prerequisites');
end
$$;
comment on function private.is_seat_open(uuid, uuid) is 'Whether a seat is paid and its access not over: its holder is told where the class meets, before its lessons open, too.';

create type private.lesson_state as (
  lesson_id uuid, section_id uuid, ordinal integer, lock_reason text, opens_at timestamptz, waits_for uuid, completed_at timestamptz, score_percent integer
);
comment on type private.lesson_state is 'One lesson as one learner finds it: lock_reason null is open; waits_for is the lesson to complete first.';

create function private.lesson_states(product_id uuid, enrollment_id uuid)
returns setof private.lesson_state
language plpgsql
volatile -- as enrollment_in
security invoker
set search_path = ''
as $$
declare
  v_lock text := private.course_lock(lesson_states.enrollment_id, lesson_states.product_id);
begin
  return query
    select found.id, found.section_id, found.ordinal,
      case
        when found.is_preview then null
        when v_lock <> '' then v_lock
        when found.completed_at is not null then null
        when found.due_at > now() then 'not_yet'
        when found.is_sequential and found.ordinal > found.first_missing then 'previous_lesson' end,
      case when not found.is_preview and v_lock in ('', 'not_started') and greatest(found.due_at, found.starts_at) > now() then greatest(found.due_at, found.starts_at) end,
      case when not found.is_preview and v_lock = '' and found.completed_at is null and found.is_sequential and found.ordinal > found.first_missing
        then (array_agg(found.id) filter (where found.ordinal = found.first_missing) over ())[1] end,
      found.completed_at, found.score_percent
    from (
      select listed.*, min(listed.ordinal) filter (where listed.is_required and listed.completed_at is null) over () as first_missing
      from (
        select lessons.id, lessons.section_id, lessons.is_preview, lessons.is_required, courses.is_sequential, seat.starts_at,
          greatest(lessons.opens_at, greatest(seat.enrolled_at, seat.starts_at) + lessons.opens_after_days * interval '24 hours') as due_at,
          lesson_progress.completed_at, lesson_progress.score_percent,
          (row_number() over (order by course_sections.position, course_sections.id, lessons.position, lessons.id))::integer as ordinal
        from public.lessons
        join public.course_sections on course_sections.id = lessons.section_id
        join public.courses on courses.product_id = lessons.product_id
        left join (
          select enrollments.id, enrollments.enrolled_at, greatest(intakes.starts_at, enrollments.access_starts_at) as starts_at
          from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
        ) as seat on seat.id = lesson_states.enrollment_id
        left join public.lesson_progress on lesson_progress.enrollment_id = lesson_states.enrollment_id and lesson_progress.lesson_id = lessons.id
        where lessons.product_id = lesson_states.product_id and lessons.withdrawn_at is null
      ) as listed
    ) as found
    order by found.ordinal;
end
$$;
comment on function private.lesson_states(uuid, uuid) is
  'Every lesson of a course in order, as it is by this seat (null: no seat). lock_reason: not_enrolled, unpaid, suspended, access_over, not_started, prerequisites, not_yet, previous_lesson.';

create function private.is_lesson_open(lesson_id uuid, product_id uuid)
returns boolean
language plpgsql
volatile -- as enrollment_in
security definer -- a policy asks it, and it looks at what the learner may not see
cost 10000 -- asked last, for lessons of the learner's own courses only
set search_path = ''
as $$
begin
  return exists (
    select from private.lesson_states(is_lesson_open.product_id, private.enrollment_in(is_lesson_open.product_id, auth.uid())) as states
    where states.lesson_id = is_lesson_open.lesson_id and states.lock_reason is null);
end
$$;
comment on function private.is_lesson_open(uuid, uuid) is 'Whether this lesson of this course is open to the caller as a learner.';
grant execute on function private.is_lesson_open(uuid, uuid) to authenticated;

alter table public.lesson_contents enable row level security;
create policy select_previews on public.lesson_contents for select to anon
  using (exists (select from public.lessons where lessons.id = lesson_contents.lesson_id and lessons.is_preview and lessons.withdrawn_at is null));
create policy select_open on public.lesson_contents for select to authenticated
  using (exists (select from public.lessons where lessons.id = lesson_contents.lesson_id and lessons.is_preview and lessons.withdrawn_at is null)
    or product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write'))
    or product_id in (select private.studied_courses()) and private.is_lesson_open(lesson_id, product_id));
create policy insert_teachers on public.lesson_contents for insert to authenticated
  with check (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')));
create policy update_teachers on public.lesson_contents for update to authenticated
  using (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')))
  with check (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')));
create policy delete_teachers on public.lesson_contents for delete to authenticated
  using (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')));
grant select on public.lesson_contents to anon, authenticated, service_role;
grant insert (lesson_id, body, translations, video_url, file_id), update (body, translations, video_url, file_id), delete on public.lesson_contents to authenticated, service_role;

alter table public.learning_files enable row level security;
create policy select_own_or_open on public.learning_files for select to authenticated
  using (owner_id = (select auth.uid()) or product_id in (select private.taught_courses()) or (select private.has_permission('enrollments.read'))
    -- never somebody's work, whatever a lesson names as its file
    or enrollment_id is null and exists (select from public.lesson_contents where lesson_contents.file_id = learning_files.id));
grant select on public.learning_files to authenticated, service_role;
-- not granted: any write. prepare_upload makes the row before the bytes come, receive_learning_file looks at what came.
