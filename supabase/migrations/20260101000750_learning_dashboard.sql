/*
Learning, read: the learner's dashboard, the outline of a course, a lesson, and the roster of an intake. One call each.
*/

create function private.my_courses(locale text)
returns table (
  enrollment_id uuid, status text, state text, product_id uuid, slug text, title text, summary text, image_url text,
  intake_id uuid, intake_title text, starts_at timestamptz, ends_at timestamptz, time_zone text, location text,
  enrolled_at timestamptz, order_id uuid, order_number text,
  progress_percent integer, next_lesson jsonb, next_session jsonb, access_ends_at timestamptz, result text, score_percent integer, certificate_number text,
  waitlist_place bigint, offer_expires_at timestamptz
)
language plpgsql
stable
security definer -- an archived course stays on the dashboard of those who bought it
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_locale text := private.short_locale(my_courses.locale);
begin
  return query
    select seats.enrollment_id, seats.status, seats.state, products.id, products.slug, coalesce(products.translations -> v_locale ->> 'title', products.title),
      coalesce(products.translations -> v_locale ->> 'summary', products.summary), products.image_url,
      intakes.id, coalesce(intakes.translations -> v_locale ->> 'title', intakes.title), intakes.starts_at, intakes.ends_at, intakes.time_zone, intakes.location,
      seats.enrolled_at, orders.id, orders.number,
      progress.percent, (
        select jsonb_build_object('id', lessons.id, 'kind', lessons.kind, 'title', coalesce(lessons.translations -> v_locale ->> 'title', lessons.title),
          'duration_minutes', lessons.duration_minutes)
        from public.lessons where lessons.id = progress.next_lesson_id
      ), (
        select jsonb_build_object('id', intake_sessions.id, 'title', intake_sessions.title, 'starts_at', intake_sessions.starts_at, 'ends_at', intake_sessions.ends_at)
        from public.intake_sessions where intake_sessions.intake_id = intakes.id and intake_sessions.ends_at > now()
        order by intake_sessions.starts_at, intake_sessions.id limit 1
      ), seats.access_ends_at, case when results.passed_at is not null then 'passed' end, results.score_percent, certificates.number,
      seats.place, seats.offer_expires_at
    from (
      select enrollments.id as enrollment_id, enrollments.intake_id, enrollments.status, case
          when enrollments.status = 'reserved' then 'reserved'
          when enrollments.status = 'suspended' or by_subscription.lock_reason = 'suspended' then 'suspended'
          when access.ends_at <= now() or by_subscription.lock_reason = 'access_over' then 'ended'
          else 'active' end as state,
        enrollments.enrolled_at, enrollments.order_item_id, access.ends_at as access_ends_at, enrollments.created_at, null::bigint as place, null::timestamptz as offer_expires_at
      from public.enrollments
      join public.intakes as runs on runs.id = enrollments.intake_id
      -- as private.access_ends_at says it: a call for each of a hundred seats would take longer than all the rest
      cross join lateral (
        select coalesce(enrollments.access_ends_at, greatest(enrollments.enrolled_at, runs.starts_at) + runs.access_days * interval '24 hours') as ends_at
      ) as access
      left join lateral (select private.subscription_lock(enrollments.subscription_id) as lock_reason where enrollments.subscription_id is not null) as by_subscription on true
      where enrollments.learner_id = v_person_id and enrollments.status in ('reserved', 'active', 'suspended', 'completed')
      union all
      select null, entries.intake_id, entries.status, 'waiting', null, null, null, entries.created_at, case when entries.status = 'waiting' then (
          select count(*) from public.waitlist_entries
          where waitlist_entries.intake_id = entries.intake_id and waitlist_entries.status = 'waiting' and waitlist_entries.position <= entries.position) end,
        case when entries.status = 'offered' then entries.offer_expires_at end
      from private.lists_waited_on(v_person_id) as entries
    ) as seats
    join public.intakes on intakes.id = seats.intake_id
    join public.products on products.id = intakes.product_id
    left join public.order_items on order_items.id = seats.order_item_id
    left join public.orders on orders.id = order_items.order_id and orders.customer_id = v_person_id
    left join public.results on results.enrollment_id = seats.enrollment_id
    left join public.certificates on certificates.enrollment_id = seats.enrollment_id and certificates.revoked_at is null
    left join lateral (
      select (100 * count(lesson_progress.completed_at) / nullif(count(*), 0))::integer as percent,
        (array_agg(lessons.id order by course_sections.position, course_sections.id, lessons.position, lessons.id) filter (where lesson_progress.completed_at is null))[1] as next_lesson_id
      from public.lessons
      join public.course_sections on course_sections.id = lessons.section_id
      left join public.lesson_progress on lesson_progress.enrollment_id = seats.enrollment_id and lesson_progress.lesson_id = lessons.id
      where lessons.product_id = intakes.product_id and lessons.is_required and lessons.withdrawn_at is null
    ) as progress on seats.enrollment_id is not null
    order by seats.created_at desc, seats.enrollment_id, seats.intake_id;
end
$$;
comment on function private.my_courses(text) is 'Does the work of public.my_courses.';
grant execute on function private.my_courses(text) to authenticated;

create function public.my_courses(locale text default null)
returns table (
  enrollment_id uuid, status text, state text, product_id uuid, slug text, title text, summary text, image_url text,
  intake_id uuid, intake_title text, starts_at timestamptz, ends_at timestamptz, time_zone text, location text,
  enrolled_at timestamptz, order_id uuid, order_number text,
  progress_percent integer, next_lesson jsonb, next_session jsonb, access_ends_at timestamptz, result text, score_percent integer, certificate_number text,
  waitlist_place bigint, offer_expires_at timestamptz
)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.my_courses(my_courses.locale);
$$;
comment on function public.my_courses(text) is
  'The caller''s dashboard, newest first: every course with a live enrolment or a place on its waiting list. state: waiting (status waiting or offered: waitlist_place, offer_expires_at; no enrollment_id), reserved (unpaid), active, suspended, ended (access is over). '
  'progress_percent counts required lessons and is null where there are none; next_lesson {id, kind, title, duration_minutes} is the first of them that is not completed; next_session {id, title, starts_at, ends_at} is the next that is not over. '
  'Texts are those of locale where they are translated. Errors: sign_in_required.';
grant execute on function public.my_courses(text) to authenticated;

-- outline ----------------------------------------------------------------------------------------------------------------------------

create function private.outline_sections(product_id uuid, enrollment_id uuid, locale text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', course_sections.id, 'title', coalesce(course_sections.translations -> outline_sections.locale ->> 'title', course_sections.title), 'lessons', coalesce(listed.lessons, '[]'))
      order by course_sections.position, course_sections.id), '[]')
    from public.course_sections
    left join (
      select lessons.section_id, jsonb_agg(jsonb_build_object(
        'id', lessons.id, 'kind', lessons.kind, 'title', coalesce(lessons.translations -> outline_sections.locale ->> 'title', lessons.title),
        'duration_minutes', lessons.duration_minutes, 'is_required', lessons.is_required, 'is_preview', lessons.is_preview, 'pass_percent', lessons.pass_percent,
        'max_attempts', lessons.max_attempts, 'time_limit_minutes', lessons.time_limit_minutes,
        'lock_reason', states.lock_reason, 'opens_at', states.opens_at, 'waits_for', states.waits_for,
        'completed_at', states.completed_at, 'score_percent', states.score_percent) order by states.ordinal) as lessons
      from private.lesson_states(outline_sections.product_id, outline_sections.enrollment_id) as states
      join public.lessons on lessons.id = states.lesson_id
      group by lessons.section_id
    ) as listed on listed.section_id = course_sections.id
    where course_sections.product_id = outline_sections.product_id);
end
$$;
comment on function private.outline_sections(uuid, uuid, text) is 'The sections of a course with their lessons as they are by this seat (null: no seat).';

create function private.course_outline(product_id uuid, locale text)
returns jsonb
language plpgsql
stable
security definer -- the outline is for everyone who sees the course, and a learner sees an archived one too
set search_path = ''
as $$
declare
  v_locale text := private.short_locale(course_outline.locale);
  v_enrollment_id uuid := private.enrollment_in(course_outline.product_id, auth.uid());
  v_answer jsonb;
begin
  select jsonb_build_object(
    'product_id', products.id, 'slug', products.slug, 'title', coalesce(products.translations -> v_locale ->> 'title', products.title),
    'is_sequential', courses.is_sequential, 'completion_rule', courses.completion_rule, 'completion_percent', courses.completion_percent,
    'has_certificate', courses.has_certificate,
    'lock_reason', nullif(private.course_lock(v_enrollment_id, products.id), ''),
    'enrollment', (
      select jsonb_build_object('id', enrollments.id, 'intake_id', enrollments.intake_id, 'status', enrollments.status, 'enrolled_at', enrollments.enrolled_at,
        'access_ends_at', private.access_ends_at(enrollments.enrolled_at, intakes.starts_at, intakes.access_days, enrollments.access_ends_at),
        'progress_percent', results.progress_percent, 'score_percent', results.score_percent, 'passed_at', results.passed_at)
      from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
      left join public.results on results.enrollment_id = enrollments.id
      where enrollments.id = v_enrollment_id),
    'prerequisites', (
      select coalesce(jsonb_agg(jsonb_build_object('product_id', required.id, 'slug', required.slug,
        'title', coalesce(required.translations -> v_locale ->> 'title', required.title)) order by required.title, required.id), '[]')
      from public.course_prerequisites join public.products as required on required.id = course_prerequisites.required_product_id
      where course_prerequisites.product_id = products.id and private.is_on_sale(required.status, required.publish_at, required.unpublish_at)),
    'sections', private.outline_sections(products.id, v_enrollment_id, v_locale))
  into v_answer
  from public.products join public.courses on courses.product_id = products.id
  where products.id = course_outline.product_id
    and (private.is_on_sale(products.status, products.publish_at, products.unpublish_at) or v_enrollment_id is not null
      or products.id in (select private.taught_courses()) or private.has_permission('catalog.read'));
  if v_answer is null then
    perform private.fail('course_not_found', 404, 'There is no such course.', 'List the courses and take an id from there.');
  end if;
  return v_answer;
end
$$;
comment on function private.course_outline(uuid, text) is 'Does the work of public.course_outline.';
grant execute on function private.course_outline(uuid, text) to anon, authenticated;

create function public.course_outline(product_id uuid, locale text default null)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.course_outline(course_outline.product_id, course_outline.locale);
$$;
comment on function public.course_outline(uuid, text) is
  'A course as a page shows it, to anyone: its rule, prerequisites, the caller''s seat, and sections with lessons: what is open (lock_reason null), why not (not_enrolled, unpaid, suspended, access_over, not_started, '
  'prerequisites, not_yet, previous_lesson), when it opens and what waits_for it, what is completed. Texts are those of locale where they are translated. Errors: course_not_found.';
grant execute on function public.course_outline(uuid, text) to anon, authenticated;

-- lesson -----------------------------------------------------------------------------------------------------------------------------

create function private.lesson_document(lesson_id uuid, locale text)
returns jsonb
language plpgsql
stable
security definer -- says of a locked lesson why it is, which its rows, being hidden, cannot
set search_path = ''
as $$
declare
  v_locale text := private.short_locale(lesson_document.locale);
  v_lesson public.lessons;
  v_writes boolean;
  v_state private.lesson_state;
begin
  select * into v_lesson from public.lessons where lessons.id = lesson_document.lesson_id;
  v_writes := v_lesson.product_id in (select private.taught_courses()) or private.has_permission('catalog.write');
  select * into v_state from private.lesson_states(v_lesson.product_id, private.enrollment_in(v_lesson.product_id, auth.uid())) as states where states.lesson_id = v_lesson.id;
  if v_lesson.id is null or not v_writes and (v_state.lesson_id is null or not exists (
    select from public.products where products.id = v_lesson.product_id
      and (private.is_on_sale(products.status, products.publish_at, products.unpublish_at) or v_lesson.product_id in (select private.studied_courses())))) then
    perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Read the outline of the course for its lessons.');
  end if;
  if not v_writes then
    perform private.refuse_locked(v_state);
  end if;
  return (
    select jsonb_build_object('lesson_id', v_lesson.id, 'product_id', v_lesson.product_id, 'kind', v_lesson.kind,
      'title', coalesce(v_lesson.translations -> v_locale ->> 'title', v_lesson.title), 'duration_minutes', v_lesson.duration_minutes,
      'body', coalesce(lesson_contents.translations -> v_locale ->> 'body', lesson_contents.body, ''), 'video_url', lesson_contents.video_url,
      'file_id', learning_files.id,
      'file', case when learning_files.id is not null then jsonb_build_object('id', learning_files.id, 'file_name', learning_files.file_name,
        'content_type', learning_files.content_type, 'bytes', learning_files.bytes) end,
      'completed_at', v_state.completed_at, 'score_percent', v_state.score_percent)
    from (select v_lesson.id) as wanted
    left join public.lesson_contents on lesson_contents.lesson_id = wanted.id
    left join public.learning_files on learning_files.id = lesson_contents.file_id and learning_files.enrollment_id is null and learning_files.arrived_at is not null);
end
$$;
comment on function private.lesson_document(uuid, text) is 'Does the work of public.lesson_document.';
grant execute on function private.lesson_document(uuid, text) to anon, authenticated;

create function public.lesson_document(lesson_id uuid, locale text default null)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.lesson_document(lesson_document.lesson_id, lesson_document.locale);
$$;
comment on function public.lesson_document(uuid, text) is
  'What is in a lesson that is open to the caller, and for visitors in a preview: {lesson_id, product_id, kind, title, duration_minutes, body, video_url, file_id, file {id, file_name, content_type, bytes}, completed_at, score_percent}. '
  'A locked one is refused with why, when it opens and which lesson comes first, in details. Errors: lesson_not_found, lesson_locked.';
grant execute on function public.lesson_document(uuid, text) to anon, authenticated;

-- roster -----------------------------------------------------------------------------------------------------------------------------

create function private.sheet_text(value text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if sheet_text.value ~ '^[=+@\t\r-]' and nullif(current_setting('request.headers', true), '')::jsonb ->> 'accept' like '%text/csv%' then
    return '''' || sheet_text.value;
  end if;
  return sheet_text.value;
end
$$;
comment on function private.sheet_text(text) is 'What a person wrote, on its way into an answer that may be a sheet (Accept: text/csv): there an apostrophe keeps it from being read as a formula.';

create function private.roster(intake_id uuid, statuses text[], search text, progress_below integer)
returns table (
  enrollment_id uuid, learner_id uuid, first_name text, last_name text, email text, status text, enrolled_at timestamptz,
  progress_percent integer, score_percent integer, passed_at timestamptz, certificate_number text, ungraded bigint
)
language plpgsql
stable
security definer -- those who teach see the names of their learners and of nobody else
set search_path = ''
as $$
begin
  if not (roster.intake_id in (select private.taught_intakes()) or private.has_permission('enrollments.read')
    and exists (select from public.intakes where intakes.id = roster.intake_id)) then
    perform private.fail('intake_not_found', 404, 'There is no such intake.', 'Check the id, and that you teach its course.');
  end if;
  return query
    select enrollments.id, profiles.id, private.sheet_text(profiles.first_name), private.sheet_text(profiles.last_name), private.sheet_text(profiles.email), enrollments.status, enrollments.enrolled_at,
      results.progress_percent, results.score_percent, results.passed_at, certificates.number,
      (select count(*) from public.submissions where submissions.enrollment_id = enrollments.id and submissions.graded_at is null)
    from public.enrollments
    join public.profiles on profiles.id = enrollments.learner_id
    left join public.results on results.enrollment_id = enrollments.id
    left join public.certificates on certificates.enrollment_id = enrollments.id and certificates.revoked_at is null
    where enrollments.intake_id = roster.intake_id
      and (roster.statuses is null or enrollments.status = any (roster.statuses))
      and (roster.search is null or strpos(lower(concat_ws(' ', profiles.first_name, profiles.last_name, profiles.email)), lower(btrim(roster.search))) > 0)
      and (roster.progress_below is null or coalesce(results.progress_percent, 0) < roster.progress_below)
    order by profiles.last_name, profiles.first_name, enrollments.id;
end
$$;
comment on function private.roster(uuid, text[], text, integer) is 'Does the work of public.roster.';
grant execute on function private.roster(uuid, text[], text, integer) to authenticated;

create function public.roster(intake_id uuid, statuses text[] default null, search text default null, progress_below integer default null)
returns table (
  enrollment_id uuid, learner_id uuid, first_name text, last_name text, email text, status text, enrolled_at timestamptz,
  progress_percent integer, score_percent integer, passed_at timestamptz, certificate_number text, ungraded bigint
)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.roster(roster.intake_id, roster.statuses, roster.search, roster.progress_below);
$$;
comment on function public.roster(uuid, text[], text, integer) is
  'Who teaches the course, or staff with enrollments.read: everybody in an intake, by name, with progress, result and work that waits for its mark: of some statuses, with a text in name or e-mail, with less progress than that. '
  'Filter it like a table, too; Accept: text/csv gives a sheet, in which no name is a formula. '
  'Errors: intake_not_found, sign_in_required.';
grant execute on function public.roster(uuid, text[], text, integer) to authenticated;
