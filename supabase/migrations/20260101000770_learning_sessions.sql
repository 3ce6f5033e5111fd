/*
Learning, sessions: when an intake meets, who reads the link to the room, and the calendar of a learner.

Promise: the dates of an intake are for everybody who sees its course; the address of an online room is for those with an open seat and those
who teach. A calendar feed has an address of its own with 128 bits of chance, which its owner can replace; it opens nothing else.
Under concurrency: nothing is counted here. Of two calls that replace a feed's address the last one stands.
*/

create table public.intake_sessions (
  id uuid primary key default gen_random_uuid(),
  intake_id uuid not null references public.intakes (id) on delete cascade,
  title text not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  location text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint intake_sessions_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200),
  constraint intake_sessions_start_before_they_end check (ends_at > starts_at),
  constraint intake_sessions_last_a_week_at_most check (ends_at <= starts_at + interval '168 hours')
);
comment on table public.intake_sessions is 'When an intake meets: its dates are public with the course. The address of an online room is in session_links.';
-- serves: the next session of an intake, and the calendar
create index on public.intake_sessions (intake_id, starts_at);

create trigger _100_stamp_update before update on public.intake_sessions for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.intake_sessions for each row execute function private.tg__audit('id');

alter table public.intake_sessions enable row level security;
create policy select_anon on public.intake_sessions for select to anon
  using (exists (select from public.intakes where intakes.id = intake_sessions.intake_id));
create policy select_anyone on public.intake_sessions for select to authenticated
  using (exists (select from public.intakes where intakes.id = intake_sessions.intake_id) or intake_id in (select private.taught_intakes()));
create policy insert_teachers on public.intake_sessions for insert to authenticated
  with check (intake_id in (select private.taught_intakes()) or (select private.has_permission('catalog.write')));
create policy update_teachers on public.intake_sessions for update to authenticated
  using (intake_id in (select private.taught_intakes()) or (select private.has_permission('catalog.write')))
  with check (intake_id in (select private.taught_intakes()) or (select private.has_permission('catalog.write')));
create policy delete_teachers on public.intake_sessions for delete to authenticated
  using (intake_id in (select private.taught_intakes()) or (select private.has_permission('catalog.write')));
grant select on public.intake_sessions to anon, authenticated, service_role;
grant insert (intake_id, title, starts_at, ends_at, location), update (title, starts_at, ends_at, location), delete on public.intake_sessions to authenticated, service_role;

create function private.attended_sessions()
returns setof uuid
language sql
stable
security definer -- as taught_courses
set search_path = ''
as $$
  select intake_sessions.id
  from public.enrollments
  join public.intakes on intakes.id = enrollments.intake_id
  join public.intake_sessions on intake_sessions.intake_id = intakes.id
  where enrollments.learner_id = auth.uid() and enrollments.status in ('active', 'completed') and private.is_seat_open(enrollments.id, intakes.product_id);
$$;
comment on function private.attended_sessions() is 'The sessions of the intakes the caller has an open seat in. Ask it as taught_courses.';
grant execute on function private.attended_sessions() to authenticated;

create function private.taught_sessions()
returns setof uuid
language sql
stable
security definer -- as taught_courses
set search_path = ''
as $$
  select intake_sessions.id from public.intake_sessions where intake_sessions.intake_id in (select private.taught_intakes());
$$;
comment on function private.taught_sessions() is 'The sessions of the intakes the caller teaches. Ask it as taught_courses.';
grant execute on function private.taught_sessions() to authenticated;

create table public.session_links (
  session_id uuid primary key references public.intake_sessions (id) on delete cascade,
  url text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint session_links_lead_to_the_web check (url ~ '^https://' and length(url) <= 2000)
);
comment on table public.session_links is 'The address of the online room of a session: for those with an open seat, those who teach, and who writes the catalogue.';

create trigger _100_stamp_update before update on public.session_links for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.session_links for each row execute function private.tg__audit('session_id');

alter table public.session_links enable row level security;
create policy select_learners on public.session_links for select to authenticated
  using (session_id in (select private.attended_sessions()) or session_id in (select private.taught_sessions()) or (select private.has_permission('catalog.write')));
create policy insert_teachers on public.session_links for insert to authenticated
  with check (session_id in (select private.taught_sessions()) or (select private.has_permission('catalog.write')));
create policy update_teachers on public.session_links for update to authenticated
  using (session_id in (select private.taught_sessions()) or (select private.has_permission('catalog.write')))
  with check (session_id in (select private.taught_sessions()) or (select private.has_permission('catalog.write')));
create policy delete_teachers on public.session_links for delete to authenticated
  using (session_id in (select private.taught_sessions()) or (select private.has_permission('catalog.write')));
grant select on public.session_links to authenticated, service_role;
grant insert (session_id, url), update (url), delete on public.session_links to authenticated, service_role;

-- the calendar -----------------------------------------------------------------------------------------------------------------------

create function private.calendar_of(person_id uuid, starts_from timestamptz, starts_before timestamptz)
returns setof jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return query
    select jsonb_build_object('session_id', intake_sessions.id, 'title', intake_sessions.title, 'starts_at', intake_sessions.starts_at,
      'ends_at', intake_sessions.ends_at, 'time_zone', intakes.time_zone, 'location', coalesce(intake_sessions.location, intakes.location),
      'url', coalesce(session_links.url, intake_links.url), 'intake_id', intakes.id, 'intake_title', intakes.title, 'product_id', products.id, 'slug', products.slug,
      'course_title', products.title, 'updated_at', greatest(intake_sessions.updated_at, session_links.updated_at, intake_links.updated_at))
    from public.enrollments
    join public.intakes on intakes.id = enrollments.intake_id
    join public.products on products.id = intakes.product_id
    join public.intake_sessions on intake_sessions.intake_id = intakes.id
    left join public.session_links on session_links.session_id = intake_sessions.id
    left join public.intake_links on intake_links.intake_id = intakes.id
    where enrollments.learner_id = calendar_of.person_id and enrollments.status in ('active', 'completed') and private.is_seat_open(enrollments.id, intakes.product_id)
      and intake_sessions.ends_at > calendar_of.starts_from and intake_sessions.starts_at < calendar_of.starts_before
    order by intake_sessions.starts_at, intake_sessions.id
    limit 1000;
end
$$;
comment on function private.calendar_of(uuid, timestamptz, timestamptz) is 'The sessions of a learner''s open seats that touch a stretch of time, 1000 at most.';

create function private.my_calendar(starts_from timestamptz, starts_before timestamptz)
returns setof jsonb
language plpgsql
stable
security definer -- an archived course stays in the calendar of those who bought it
set search_path = ''
as $$
begin
  return query select private.calendar_of(private.require_person(), coalesce(my_calendar.starts_from, now()), coalesce(my_calendar.starts_before, 'infinity'));
end
$$;
comment on function private.my_calendar(timestamptz, timestamptz) is 'Does the work of public.my_calendar.';
grant execute on function private.my_calendar(timestamptz, timestamptz) to authenticated;

create function public.my_calendar(starts_from timestamptz default null, starts_before timestamptz default null)
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.my_calendar(my_calendar.starts_from, my_calendar.starts_before);
$$;
comment on function public.my_calendar(timestamptz, timestamptz) is
  'The sessions of the caller''s open seats, soonest first, from now on unless said otherwise: {session_id, title, starts_at, ends_at, time_zone, location, url, intake_id, intake_title, product_id, slug, course_title}. Errors: sign_in_required.';
grant execute on function public.my_calendar(timestamptz, timestamptz) to authenticated;

-- the feed ---------------------------------------------------------------------------------------------------------------------------

create table private.calendar_feeds (
  person_id uuid primary key references public.profiles (id) on delete cascade,
  token_hash bytea not null unique,
  created_at timestamptz not null default now()
);
comment on table private.calendar_feeds is 'Who has a calendar feed, and the SHA-256 of the token in its address.';

create function private.renew_calendar_link(calendar text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- the tokens lie where no client reaches
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(renew_calendar_link.calendar);
  v_answer jsonb := private.recall_answer(v_person_id, renew_calendar_link.idempotency_key, 'renew_calendar_link', v_body);
  v_token text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if renew_calendar_link.calendar is distinct from 'sessions' then
    perform private.fail('calendar_not_found', 404, 'There is no such calendar.', 'The one there is is called sessions.');
  end if;
  insert into private.calendar_feeds (person_id, token_hash) values (v_person_id, sha256(convert_to(v_token, 'UTF8')))
  on conflict on constraint calendar_feeds_pkey do update set token_hash = excluded.token_hash, created_at = now();
  return private.remember_answer(v_person_id, renew_calendar_link.idempotency_key, 'renew_calendar_link', v_body,
    jsonb_build_object('path', '/functions/v1/calendar-feed?token=' || v_token));
end
$$;
comment on function private.renew_calendar_link(text, text) is 'Does the work of public.renew_calendar_link.';
grant execute on function private.renew_calendar_link(text, text) to authenticated;

create function public.renew_calendar_link(calendar text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.renew_calendar_link(renew_calendar_link.calendar, renew_calendar_link.idempotency_key);
$$;
comment on function public.renew_calendar_link(text, text) is
  'Gives the caller a new private address of a calendar (sessions) as {path}, behind the API''s own address, for calendar programs; the one before ends. Keep it: it is shown once. Errors: calendar_not_found, idempotency_key_reused, sign_in_required.';
grant execute on function public.renew_calendar_link(text, text) to authenticated;

create function private.calendar_feed(token text)
returns jsonb
language plpgsql
stable
security definer -- the token is the proof
set search_path = ''
as $$
declare
  v_person_id uuid := (
    select calendar_feeds.person_id from private.calendar_feeds join public.profiles on profiles.id = calendar_feeds.person_id and profiles.closed_at is null
    where calendar_feeds.token_hash = sha256(convert_to(coalesce(calendar_feed.token, ''), 'UTF8')));
begin
  if v_person_id is null then
    perform private.fail('calendar_not_found', 404, 'There is no such calendar.', 'Ask for a new address with renew_calendar_link.');
  end if;
  return jsonb_build_object('name', private.setting('shop_name') #>> '{}',
    'sessions', coalesce((select jsonb_agg(session) from private.calendar_of(v_person_id, now() - interval '90 days', now() + interval '730 days') as session), '[]'));
end
$$;
comment on function private.calendar_feed(text) is 'Does the work of public.calendar_feed.';
grant execute on function private.calendar_feed(text) to service_role;

create function public.calendar_feed(token text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.calendar_feed(calendar_feed.token);
$$;
comment on function public.calendar_feed(text) is 'The secret key only, for the function calendar-feed: what a feed shows, as {name, sessions}. Errors: calendar_not_found.';
grant execute on function public.calendar_feed(text) to service_role;
