/*
Courses: a course is a product; an intake is one run of it with seats or without a count; an enrolment is one learner's seat.

Promise: one live enrolment per learner and intake; enrolment opens and closes to the second by the database's clock; seats = units on
hand + seats taken, always.
Under concurrency: the unique index on live enrolments decides between two clicks of one learner, inventory between two learners.
*/

create table public.courses (
  product_id uuid primary key references public.products (id) on delete cascade,
  level text not null default 'beginner',
  language text not null default 'id',
  duration_minutes integer,
  is_sequential boolean not null default false,
  completion_rule text not null default 'all_lessons',
  completion_percent integer,
  has_certificate boolean not null default true,
  prerequisites_block_sale boolean not null default false,
  cancel_days_before_start integer,
  cancel_days_after_purchase integer,
  cancel_progress_percent integer not null default 100,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint courses_are_completed_by_a_known_rule check (completion_rule in ('all_lessons', 'percent', 'score')),
  constraint courses_say_how_many_percent_complete_them check ((completion_rule <> 'all_lessons') = (completion_percent is not null)),
  constraint courses_are_completed_by_a_sane_percentage check (completion_percent between 1 and 100),
  constraint courses_have_a_known_level check (level in ('beginner', 'intermediate', 'advanced')),
  constraint courses_are_held_in_a_known_language check (language in ('id', 'en')),
  constraint courses_take_some_time check (duration_minutes > 0),
  constraint courses_let_go_some_days_before_the_start check (cancel_days_before_start between 0 and 3650),
  constraint courses_let_go_some_days_after_the_purchase check (cancel_days_after_purchase between 0 and 3650),
  constraint courses_let_go_up_to_a_sane_percentage check (cancel_progress_percent between 1 and 100)
);
comment on table public.courses is 'What a product of kind course says beyond its product row. It is completed when all required lessons are, or completion_percent of them, or with that mean score. prerequisites_block_sale: nobody buys it before the courses that come first are completed. cancel_…: until when learners give a seat back themselves (cancel_enrollment); an intake may say otherwise.';

create trigger _100_stamp_update before update on public.courses for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.courses for each row execute function private.tg__audit('product_id');

alter table public.courses enable row level security;
create policy select_anyone on public.courses for select to anon, authenticated
  using (exists (select from public.products where products.id = courses.product_id));
create policy insert_staff on public.courses for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.courses for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
grant select on public.courses to anon, authenticated, service_role;
grant insert (product_id, level, language, duration_minutes, is_sequential, completion_rule, completion_percent, has_certificate,
  prerequisites_block_sale, cancel_days_before_start, cancel_days_after_purchase, cancel_progress_percent) on public.courses to authenticated, service_role;
grant update (level, language, duration_minutes, is_sequential, completion_rule, completion_percent, has_certificate,
  prerequisites_block_sale, cancel_days_before_start, cancel_days_after_purchase, cancel_progress_percent) on public.courses to authenticated, service_role;
-- not granted: delete. Deleting the draft product does it.

-- intakes ----------------------------------------------------------------------------------------------------------------------------

create table public.intakes (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.courses (product_id) on delete cascade,
  variant_id uuid not null unique references public.variants (id) on delete cascade,
  title text not null,
  translations jsonb not null default '{}',
  seats integer,
  enroll_opens_at timestamptz not null default now(),
  enroll_closes_at timestamptz,
  starts_at timestamptz,
  ends_at timestamptz,
  time_zone text not null default 'Asia/Jakarta',
  location text,
  access_days integer,
  has_waitlist boolean not null default true,
  min_seats integer,
  decide_at timestamptz,
  auto_cancel boolean not null default false,
  decided_at timestamptz,
  cancel_days_before_start integer,
  cancel_days_after_purchase integer,
  cancel_progress_percent integer,
  status text not null default 'published',
  cancelled_at timestamptz,
  cancel_reason text,
  wound_up_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint intakes_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200),
  constraint intakes_have_seats_or_are_not_counted check (seats between 0 and 1000000),
  constraint intakes_open_before_they_close check (enroll_closes_at > enroll_opens_at),
  constraint intakes_start_before_they_end check (ends_at > starts_at),
  constraint intakes_give_access_for_some_days check (access_days between 1 and 36500),
  constraint intakes_need_a_number_that_fits check (min_seats between 1 and 1000000 and min_seats <= seats),
  constraint intakes_decide_about_a_minimum check (min_seats is not null or decide_at is null),
  constraint intakes_decide_before_they_start check (decide_at <= starts_at),
  constraint intakes_let_go_some_days_before_the_start check (cancel_days_before_start between 0 and 3650),
  constraint intakes_let_go_some_days_after_the_purchase check (cancel_days_after_purchase between 0 and 3650),
  constraint intakes_let_go_up_to_a_sane_percentage check (cancel_progress_percent between 1 and 100),
  constraint intakes_have_a_known_status check (status in ('draft', 'published', 'closed', 'cancelled')),
  constraint intakes_say_why_they_were_cancelled check (num_nulls(cancelled_at, cancel_reason) = case when status = 'cancelled' then 0 else 2 end),
  constraint intakes_are_wound_up_once_cancelled check (wound_up_at is null or status = 'cancelled')
);
comment on table public.intakes is 'One run of a course. Seats null is not counted. Enrolment is open from enroll_opens_at up to, not including, enroll_closes_at (null: no end). Lessons stay open for access_days from the enrolment, or from the start if that is later (null: for good). draft: nobody sees it; closed: it takes nobody more; wound_up_at: everybody who was in it has left and the money is on its way. With fewer than min_seats learners at decide_at it is cancelled if auto_cancel, else staff are told. cancel_…: as in courses, where null.';
create index on public.intakes (product_id, starts_at);
-- serves: the worker, which decides what is due
create index on public.intakes (decide_at) where decided_at is null;
-- serves: the worker, which winds up what was cancelled
create index on public.intakes (id) where status = 'cancelled' and wound_up_at is null;

insert into private.status_moves (machine, from_status, to_status) values
  ('intake', 'draft', 'published'), ('intake', 'draft', 'cancelled'), ('intake', 'published', 'closed'), ('intake', 'closed', 'published'),
  ('intake', 'published', 'cancelled'), ('intake', 'closed', 'cancelled');

create trigger _100_stamp_update before update on public.intakes for each row execute function private.tg__stamp_update();
create trigger _110_check_translations before insert or update of translations on public.intakes for each row when (new.translations <> '{}') execute function private.tg__check_translations('title');
create trigger _200_guard_status after update of status on public.intakes for each row when (old.status <> new.status) execute function private.tg__guard_status('intake');
create trigger _900_audit after insert or update or delete on public.intakes for each row execute function private.tg__audit('id');

alter table public.intakes enable row level security;
create policy select_anyone on public.intakes for select to anon
  using (status <> 'draft' and exists (select from public.products where products.id = intakes.product_id));
-- the policy of those who are signed in stands in the curriculum file, where those who teach are known
create policy insert_staff on public.intakes for insert to authenticated
  with check ((select private.has_permission('catalog.write')) and status in ('draft', 'published'));
create policy update_staff on public.intakes for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
grant select on public.intakes to anon, authenticated, service_role;
grant insert (product_id, title, translations, seats, enroll_opens_at, enroll_closes_at, starts_at, ends_at, time_zone, location, access_days, has_waitlist, status,
  min_seats, decide_at, auto_cancel, cancel_days_before_start, cancel_days_after_purchase, cancel_progress_percent) on public.intakes to authenticated, service_role;
grant update (title, translations, seats, enroll_opens_at, enroll_closes_at, starts_at, ends_at, time_zone, location, access_days, has_waitlist,
  min_seats, decide_at, auto_cancel, cancel_days_before_start, cancel_days_after_purchase, cancel_progress_percent) on public.intakes to authenticated, service_role;
-- not granted: variant_id (made here), update of status (publish_intake, close_intake, cancel_intake), delete (an intake people enrolled in is history).

-- enrollments ------------------------------------------------------------------------------------------------------------------------

create table public.enrollments (
  id uuid primary key default gen_random_uuid(),
  intake_id uuid not null references public.intakes (id) on delete restrict,
  learner_id uuid not null references public.profiles (id) on delete restrict,
  order_item_id uuid, -- the orders domain adds the foreign key
  subscription_id uuid, -- the subscriptions domain adds it
  status text not null,
  enrolled_at timestamptz,
  ended_at timestamptz,
  access_starts_at timestamptz,
  access_ends_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint enrollments_start_access_before_it_ends check (access_ends_at > access_starts_at),
  constraint enrollments_have_a_known_status check (status = any ('{reserved,active,suspended,completed,cancelled,expired}')), -- one constant: every purchase reads it
  constraint enrollments_are_dated_once_active check (enrolled_at is not null or status = any ('{reserved,cancelled,expired}')),
  constraint enrollments_end_when_they_are_over check ((ended_at is not null) = (status = any ('{cancelled,expired}')))
);
comment on table public.enrollments is 'A learner''s seat in an intake: reserved while the order is unpaid, active once it is. Made by place_order and enroll, or by what a subscription opens.';

-- the guarantee: one live seat per learner and intake
create unique index enrollments_one_live_per_learner on public.enrollments (intake_id, learner_id)
  where status in ('reserved', 'active', 'suspended', 'completed');
-- serves: the roster, and the foreign key
create index on public.enrollments (intake_id);
-- serves: the dashboard
create index on public.enrollments (learner_id, created_at desc);
-- serves: the enrolments of an order
create index on public.enrollments (order_item_id);

insert into private.status_moves (machine, from_status, to_status) values
  ('enrollment', 'reserved', 'active'), ('enrollment', 'reserved', 'cancelled'), ('enrollment', 'reserved', 'expired'),
  ('enrollment', 'active', 'suspended'), ('enrollment', 'active', 'completed'), ('enrollment', 'active', 'cancelled'),
  ('enrollment', 'suspended', 'active'), ('enrollment', 'suspended', 'cancelled'), ('enrollment', 'completed', 'cancelled'),
  ('enrollment', 'expired', 'active'); -- paid after the hold ended, and the seat was still there

create trigger _100_stamp_update before update on public.enrollments for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.enrollments for each row when (old.status <> new.status) execute function private.tg__guard_status('enrollment');

alter table public.enrollments enable row level security;
-- its policy stands in the curriculum file, where those who teach are known
grant select on public.enrollments to authenticated, service_role;
-- not granted: insert, update, delete. The verbs keep seats and enrolments in step.

-- an intake brings its variant and its seats -------------------------------------------------------------------------------------------

create function private.tg_intakes__make_variant()
returns trigger
language plpgsql
volatile
security definer -- staff write the intake; its variant follows
set search_path = ''
as $$
begin
  begin
    perform now() at time zone new.time_zone;
  exception when invalid_parameter_value then
    perform private.fail('invalid_time_zone', 422, 'This time zone is not known.', 'Use an IANA name such as Asia/Jakarta.');
  end;
  if tg_op = 'INSERT' and new.variant_id is null then
    insert into public.variants (product_id, sku, title, stock_mode)
    values (new.product_id, 'SEAT-' || upper(left(replace(new.id::text, '-', ''), 12)), new.title, case when new.seats is null then 'none' else 'tracked' end)
    returning variants.id into new.variant_id;
  end if;
  return new;
end
$$;
comment on function private.tg_intakes__make_variant() is 'Checks the time zone and makes the variant that sells this intake''s seats.';

create function private.tg_intakes__follow_seats()
returns trigger
language plpgsql
volatile
security definer -- staff write the number of seats; inventory follows
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform private.change_capacity(new.variant_id, coalesce(new.seats, 0));
    return null;
  end if;
  update public.variants set title = new.title where variants.id = new.variant_id and variants.title <> new.title;
  if new.seats is not distinct from old.seats then
    return null;
  end if;
  if (new.seats is null) <> (old.seats is null) then
    if old.seats is null then
      -- waits for buyers who found it uncounted; those who come later look again, in private.hold_line, and find it counted
      perform from public.variants where variants.id = new.variant_id for update;
    end if;
    if exists (select from public.enrollments where enrollments.intake_id = new.id) then
      perform private.fail('seat_mode_fixed', 409, 'Somebody has enrolled, so this intake stays counted or uncounted as it is.', 'Open another intake.');
    end if;
    update public.variants set stock_mode = case when new.seats is null then 'none' else 'tracked' end where variants.id = new.variant_id;
  end if;
  perform private.change_capacity(new.variant_id, coalesce(new.seats, 0) - coalesce(old.seats, 0));
  return null;
end
$$;
comment on function private.tg_intakes__follow_seats() is 'Keeps the units of the intake''s variant equal to its seats; refuses to take away what is sold or held.';

create trigger _200_make_variant before insert or update of time_zone on public.intakes for each row execute function private.tg_intakes__make_variant();
create trigger _300_follow_seats after insert or update of seats, title on public.intakes for each row execute function private.tg_intakes__follow_seats();

-- verbs for the orders domain -----------------------------------------------------------------------------------------------------------

create function private.enrollment_problem(intake_id uuid, status text, opens_at timestamptz, closes_at timestamptz)
returns jsonb
language plpgsql -- in every purchase: see private.request_id
stable
security invoker
set search_path = ''
as $$
begin
  if enrollment_problem.status = 'cancelled' then
    return private.problem('intake_cancelled', 409, 'This intake was cancelled.', 'Choose another intake of the course.', enrollment_problem.intake_id::text);
  elsif enrollment_problem.status = 'published' and enrollment_problem.opens_at > now() then
    return private.problem('intake_not_open', 409, 'Enrolment in this intake has not opened yet.', 'Try again when it opens.',
      json_build_object('intake_id', enrollment_problem.intake_id, 'opens_at', enrollment_problem.opens_at)::text);
  elsif enrollment_problem.status = 'closed' or enrollment_problem.closes_at <= now() then
    return private.problem('intake_closed', 409, 'Enrolment in this intake has closed.', 'Choose another intake of the course.',
      json_build_object('intake_id', enrollment_problem.intake_id, 'closed_at', enrollment_problem.closes_at)::text);
  end if;
  return null;
end
$$;
comment on function private.enrollment_problem(uuid, text, timestamptz, timestamptz) is 'intake_cancelled, intake_closed, or intake_not_open by the database''s clock, as a problem; null when enrolment is open.';

create function private.refuse_cancelled_intakes(intake_ids uuid[])
returns void
language plpgsql
volatile -- looks again after a lock was waited for
security invoker
set search_path = ''
as $$
declare
  v_intake_id uuid;
begin
  -- one by one: the plan for a list depends on its length and is made anew each time
  foreach v_intake_id in array refuse_cancelled_intakes.intake_ids loop
    if exists (select from public.intakes where intakes.id = v_intake_id and intakes.status = 'cancelled') then
      perform private.fail('intake_cancelled', 409, 'This intake was cancelled.', 'Choose another intake of the course.');
    end if;
  end loop;
end
$$;
comment on function private.refuse_cancelled_intakes(uuid[]) is
  'Refuses intake_cancelled. The caller holds the intakes'' rows for key share (as a new enrolment does by its foreign key), for which cancel_intake waits: so either it sees the newcomer, or the newcomer is refused here.';

create function private.end_enrollments(order_item_ids uuid[], status text)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ended integer;
begin
  update public.enrollments set status = end_enrollments.status, ended_at = now()
  where enrollments.order_item_id = any (end_enrollments.order_item_ids)
    and (end_enrollments.status = 'cancelled' and enrollments.status in ('reserved', 'active', 'suspended', 'completed') or enrollments.status = 'reserved');
  get diagnostics v_ended = row_count;
  return v_ended;
end
$$;
comment on function private.end_enrollments(uuid[], text) is 'Ends the seats that these order items gave: cancelled ends any live one, expired only those not paid yet.';

create function private.activate_enrollments(order_item_ids uuid[])
returns void
language plpgsql -- in every purchase: see private.request_id
volatile
security invoker
set search_path = ''
as $$
begin
  -- a plan for the list itself would depend on its length and be made anew each time
  update public.enrollments set status = 'active', enrolled_at = now(), ended_at = null
  where enrollments.order_item_id = any (array(select unnest(activate_enrollments.order_item_ids))) and enrollments.status in ('reserved', 'expired');
end
$$;
comment on function private.activate_enrollments(uuid[]) is 'Opens the courses of a paid order. The unique index refuses a learner who got another live seat meanwhile.';
