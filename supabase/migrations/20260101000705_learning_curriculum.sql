/*
Learning, curriculum: what a course consists of, who teaches it, and which courses must come first.

Promise: whoever sees a course sees its outline; what is in a lesson lies in another table (the next file), so a locked lesson is hidden by
the database. Who teaches a course writes its curriculum, sees its learners and grades them; of other courses nothing.
Under concurrency: a lesson somebody has begun is never deleted (foreign keys restrict), but withdrawn. Prerequisites are written one at a
time, so that two of them cannot close a circle together.
*/

insert into public.permissions (name, description) values
  ('learning.write', 'Grade the work of every course, and revoke certificates.');
insert into public.role_permissions (role, permission) values ('admin', 'learning.write');

create table public.course_instructors (
  product_id uuid not null references public.courses (product_id) on delete cascade,
  profile_id uuid not null references public.profiles (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (product_id, profile_id)
);
comment on table public.course_instructors is 'Who teaches which course. It needs no role; the role instructor lets them see drafts beside.';
-- serves: private.taught_courses, and the foreign key
create index on public.course_instructors (profile_id);

create trigger _900_audit after insert or update or delete on public.course_instructors for each row execute function private.tg__audit('product_id', 'profile_id');

alter table public.course_instructors enable row level security;
create policy select_own_or_staff on public.course_instructors for select to authenticated
  using (profile_id = (select auth.uid()) or (select private.has_permission('catalog.read')));
create policy insert_staff on public.course_instructors for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.course_instructors for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.course_instructors to authenticated, service_role;
grant insert (product_id, profile_id), delete on public.course_instructors to authenticated, service_role;

create function private.taught_courses()
returns setof uuid
language sql
stable
security definer -- policies of other tables ask it, whoever reads them
set search_path = ''
as $$
  select course_instructors.product_id from public.course_instructors where course_instructors.profile_id = auth.uid();
$$;
comment on function private.taught_courses() is 'The courses the caller teaches. Ask it as product_id in (select private.taught_courses()), once per statement.';
grant execute on function private.taught_courses() to authenticated;

create function private.studied_courses()
returns setof uuid
language sql
stable
security definer -- as taught_courses
set search_path = ''
as $$
  select intakes.product_id from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
  where enrollments.learner_id = auth.uid() and enrollments.status in ('reserved', 'active', 'suspended', 'completed');
$$;
comment on function private.studied_courses() is 'The courses the caller has a live seat in. Ask it as taught_courses.';
grant execute on function private.studied_courses() to authenticated;

create function private.taught_intakes()
returns setof uuid
language sql
stable
security definer -- as taught_courses
set search_path = ''
as $$
  select intakes.id from public.course_instructors join public.intakes on intakes.product_id = course_instructors.product_id
  where course_instructors.profile_id = auth.uid();
$$;
comment on function private.taught_intakes() is 'The intakes of the courses the caller teaches. Ask it as taught_courses.';
grant execute on function private.taught_intakes() to authenticated;

create policy select_published_or_staff on public.intakes for select to authenticated
  using (exists (select from public.products where products.id = intakes.product_id)
    and (status <> 'draft' or (select private.has_permission('catalog.read')) or product_id in (select private.taught_courses())));

create policy select_own_or_staff on public.enrollments for select to authenticated
  using (learner_id = (select auth.uid()) or intake_id in (select private.taught_intakes()) or (select private.has_permission('enrollments.read')));

-- prerequisites ----------------------------------------------------------------------------------------------------------------------

create table public.course_prerequisites (
  product_id uuid not null references public.courses (product_id) on delete cascade,
  required_product_id uuid not null references public.courses (product_id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (product_id, required_product_id),
  constraint course_prerequisites_are_other_courses check (product_id <> required_product_id)
);
comment on table public.course_prerequisites is 'Which courses must be completed before the lessons of this one open. A seat can be bought before that, unless courses.prerequisites_block_sale.';
create index on public.course_prerequisites (required_product_id);

create function private.tg_course_prerequisites__refuse_circle()
returns trigger
language plpgsql
volatile
security definer -- looks at courses the writer may not see
set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('seatline.course_prerequisites', 0));
  if exists (
    with recursive needed (product_id) as (
      select new.required_product_id
      union
      select course_prerequisites.required_product_id
      from needed join public.course_prerequisites on course_prerequisites.product_id = needed.product_id
    )
    select from needed where needed.product_id = new.product_id
  ) then
    perform private.fail('prerequisite_circle', 409, 'That course needs this one, so neither could ever be begun.', 'Remove the other prerequisite first.');
  end if;
  return new;
end
$$;
comment on function private.tg_course_prerequisites__refuse_circle() is 'Refuses a prerequisite that, over however many courses, needs itself.';

create trigger _200_refuse_circle before insert on public.course_prerequisites for each row execute function private.tg_course_prerequisites__refuse_circle();
create trigger _900_audit after insert or update or delete on public.course_prerequisites for each row execute function private.tg__audit('product_id', 'required_product_id');

alter table public.course_prerequisites enable row level security;
create policy select_anyone on public.course_prerequisites for select to anon, authenticated
  using (exists (select from public.products where products.id = course_prerequisites.product_id));
create policy insert_staff on public.course_prerequisites for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.course_prerequisites for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.course_prerequisites to anon, authenticated, service_role;
grant insert (product_id, required_product_id), delete on public.course_prerequisites to authenticated, service_role;

create function private.prerequisite_problem(product_id uuid, person_id uuid, variant_id uuid)
returns jsonb
language plpgsql -- in every purchase of a course that asks for it
stable
security invoker
set search_path = ''
as $$
declare
  v_missing jsonb;
begin
  select jsonb_agg(jsonb_build_object('product_id', products.id, 'slug', products.slug, 'title', products.title) order by products.title, products.id) into v_missing
  from public.course_prerequisites join public.products on products.id = course_prerequisites.required_product_id
  where course_prerequisites.product_id = prerequisite_problem.product_id and not exists (
    select from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
    where enrollments.learner_id = prerequisite_problem.person_id and enrollments.status = 'completed' and intakes.product_id = products.id);
  if v_missing is null then
    return null;
  end if;
  return private.problem('prerequisite_missing', 409, format('%s must be completed first.', v_missing #>> '{0,title}'), 'Complete it, or choose another course.',
    jsonb_build_object('variant_id', prerequisite_problem.variant_id, 'missing', v_missing)::text);
end
$$;
comment on function private.prerequisite_problem(uuid, uuid, uuid) is 'prerequisite_missing, with the courses that are missing in details, when this person has not completed all courses that come first; else null.';

-- sections ---------------------------------------------------------------------------------------------------------------------------

create table public.course_sections (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.courses (product_id) on delete cascade,
  title text not null,
  translations jsonb not null default '{}',
  position integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint course_sections_can_be_named_with_their_course unique (id, product_id),
  constraint course_sections_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200)
);
comment on table public.course_sections is 'The chapters of a course, in order of position.';
create index on public.course_sections (product_id, position, id);

create trigger _100_stamp_update before update on public.course_sections for each row execute function private.tg__stamp_update();
create trigger _110_check_translations before insert or update of translations on public.course_sections for each row when (new.translations <> '{}') execute function private.tg__check_translations('title');
create trigger _900_audit after insert or update or delete on public.course_sections for each row execute function private.tg__audit('id');

alter table public.course_sections enable row level security;
create policy select_anon on public.course_sections for select to anon
  using (exists (select from public.products where products.id = course_sections.product_id));
create policy select_anyone on public.course_sections for select to authenticated
  using (exists (select from public.products where products.id = course_sections.product_id)
    or product_id in (select private.studied_courses()) or product_id in (select private.taught_courses()));
create policy insert_teachers on public.course_sections for insert to authenticated
  with check (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')));
create policy update_teachers on public.course_sections for update to authenticated
  using (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')))
  with check (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')));
create policy delete_teachers on public.course_sections for delete to authenticated
  using (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')));
grant select on public.course_sections to anon, authenticated, service_role;
grant insert (product_id, title, translations, position), update (title, translations, position), delete on public.course_sections to authenticated, service_role;

-- lessons ----------------------------------------------------------------------------------------------------------------------------

create table public.lessons (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null,
  section_id uuid not null,
  kind text not null,
  title text not null,
  translations jsonb not null default '{}',
  position integer not null default 0,
  duration_minutes integer,
  is_required boolean not null default true,
  is_preview boolean not null default false,
  opens_at timestamptz,
  opens_after_days integer,
  pass_percent integer,
  max_attempts integer,
  time_limit_minutes integer,
  withdrawn_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  foreign key (section_id, product_id) references public.course_sections (id, product_id) on delete cascade,
  constraint lessons_can_be_named_with_their_course unique (id, product_id),
  constraint lessons_are_of_a_known_kind check (kind in ('video', 'text', 'file', 'quiz', 'assignment')),
  constraint lessons_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200),
  constraint lessons_take_some_time check (duration_minutes > 0),
  constraint lessons_open_after_some_days check (opens_after_days between 0 and 3650),
  constraint lessons_preview_what_is_not_graded check (not is_preview or kind in ('video', 'text', 'file')),
  constraint lessons_are_passed_when_they_are_graded check ((kind in ('quiz', 'assignment')) = (pass_percent is not null)),
  constraint lessons_are_passed_with_a_sane_percentage check (pass_percent between 0 and 100),
  constraint lessons_limit_only_graded_attempts check (max_attempts is null or kind in ('quiz', 'assignment') and max_attempts between 1 and 1000),
  constraint lessons_limit_only_the_time_of_quizzes check (time_limit_minutes is null or kind = 'quiz' and time_limit_minutes between 1 and 1440)
);
comment on table public.lessons is
  'The outline of a course: everyone who sees the course sees it. Opens at opens_at and opens_after_days after the enrolment or the start of the intake, whichever is last. What is in a lesson is in lesson_contents.';
create index on public.lessons (section_id, product_id);
-- serves: the outline and the progress of one course
create index on public.lessons (product_id);

create function private.tg_lessons__follow_section()
returns trigger
language plpgsql
volatile
security definer -- the policy of the lesson judges by the course this writes
set search_path = ''
as $$
begin
  new.product_id := (select course_sections.product_id from public.course_sections where course_sections.id = new.section_id);
  if new.product_id is null then
    perform private.fail('section_not_found', 404, 'There is no such section.', 'Read the course again for its sections.');
  end if;
  return new;
end
$$;
comment on function private.tg_lessons__follow_section() is 'A lesson is of the course of its section; whoever writes it cannot say otherwise.';

create trigger _100_stamp_update before update on public.lessons for each row execute function private.tg__stamp_update();
create trigger _110_check_translations before insert or update of translations on public.lessons for each row when (new.translations <> '{}') execute function private.tg__check_translations('title');
create trigger _200_follow_section before insert on public.lessons for each row execute function private.tg_lessons__follow_section();
create trigger _900_audit after insert or update or delete on public.lessons for each row execute function private.tg__audit('id');

alter table public.lessons enable row level security;
create policy select_anon on public.lessons for select to anon
  using (exists (select from public.products where products.id = lessons.product_id));
create policy select_anyone on public.lessons for select to authenticated
  using (exists (select from public.products where products.id = lessons.product_id)
    or product_id in (select private.studied_courses()) or product_id in (select private.taught_courses()));
create policy insert_teachers on public.lessons for insert to authenticated
  with check (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')));
create policy update_teachers on public.lessons for update to authenticated
  using (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')))
  with check (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')));
create policy delete_teachers on public.lessons for delete to authenticated
  using (product_id in (select private.taught_courses()) or (select private.has_permission('catalog.write')));
grant select on public.lessons to anon, authenticated, service_role;
grant insert (section_id, kind, title, translations, position, duration_minutes, is_required, is_preview, opens_at, opens_after_days, pass_percent, max_attempts, time_limit_minutes, withdrawn_at)
  on public.lessons to authenticated, service_role;
grant update (section_id, title, translations, position, duration_minutes, is_required, is_preview, opens_at, opens_after_days, pass_percent, max_attempts, time_limit_minutes, withdrawn_at)
  on public.lessons to authenticated, service_role;
grant delete on public.lessons to authenticated, service_role;
-- not granted: kind of a lesson that is there; make another one and withdraw this.
