/*
Courses, minimum: an intake that takes place only if enough learners are in it, and the link to its online room.

Promise: at decide_at, by the database's clock, an intake with fewer learners than min_seats is cancelled (with everything that cancel_intake
does) or put before its staff, once. Everybody sees whether it is guaranteed. The link is for those with an open seat and those who teach.
Under concurrency: the decision holds the intake's row for update, as cancel_intake does, and counts afterwards: a seat that is being taken is
counted or refused.
*/

create function private.is_filled(intake public.intakes)
returns boolean
language plpgsql
volatile -- the decision counts after it waited for a lock
security definer -- everybody sees whether, nobody sees who
set search_path = ''
as $$
begin
  return (
    select count(*) >= intake.min_seats
    from (
      select from public.enrollments
      where enrollments.intake_id = intake.id and enrollments.status in ('active', 'suspended', 'completed') limit intake.min_seats
    ) as learners);
end
$$;
comment on function private.is_filled(public.intakes) is 'Whether as many learners as it needs have a seat; null when it needs no number of them.';
grant execute on function private.is_filled(public.intakes) to anon, authenticated, service_role;

create function public.guaranteed(public.intakes)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
  select case when $1.status = 'cancelled' then false when $1.min_seats is not null then private.is_filled($1) end;
$$;
comment on function public.guaranteed(public.intakes) is 'A field of intakes: whether enough learners are in it (min_seats) for it to take place; null when it needs no number of them.';
grant execute on function public.guaranteed(public.intakes) to anon, authenticated, service_role;

create function private.tg_intakes__decide_again()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  new.decided_at := null;
  return new;
end
$$;
comment on function private.tg_intakes__decide_again() is 'Another day or another number is decided anew.';
create trigger _250_decide_again before update of min_seats, decide_at on public.intakes for each row
  when (new.min_seats is distinct from old.min_seats or new.decide_at is distinct from old.decide_at)
  execute function private.tg_intakes__decide_again();

create function private.decide_next_intake()
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_intake public.intakes;
begin
  select * into v_intake from public.intakes
  where intakes.decide_at <= now() and intakes.decided_at is null and intakes.status in ('published', 'closed')
  order by intakes.decide_at, intakes.id limit 1 for update;
  if v_intake.id is null then
    return false;
  end if;
  update public.intakes set decided_at = now() where intakes.id = v_intake.id;
  if private.is_filled(v_intake) then
    perform private.emit('intake.guaranteed', 'intake', v_intake.id);
  elsif v_intake.auto_cancel then
    perform private.cancel_intake_row(v_intake, format('fewer than %s learners', v_intake.min_seats));
  else
    perform private.emit('intake.below_minimum', 'intake', v_intake.id, jsonb_build_object('profile_id', staff.profile_id))
    from (
      select course_instructors.profile_id from public.course_instructors where course_instructors.product_id = v_intake.product_id
      union
      select role_members.profile_id from public.role_members join public.role_permissions on role_permissions.role = role_members.role
      where role_permissions.permission = 'intakes.cancel'
    ) as staff;
  end if;
  return true;
end
$$;
comment on function private.decide_next_intake() is
  'Decides about the next intake whose day has come: guaranteed, cancelled for too few learners, or an event for each who teaches it or may cancel it. False when none is due. The worker calls it until then.';

-- the link to an online room ---------------------------------------------------------------------------------------------------------

create function private.attended_intakes()
returns setof uuid
language sql
stable
security definer -- as taught_courses
set search_path = ''
as $$
  select enrollments.intake_id from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
  where enrollments.learner_id = auth.uid() and enrollments.status in ('active', 'completed') and private.is_seat_open(enrollments.id, intakes.product_id);
$$;
comment on function private.attended_intakes() is 'The intakes the caller has an open seat in. Ask it as taught_courses.';
grant execute on function private.attended_intakes() to authenticated;

create table public.intake_links (
  intake_id uuid primary key references public.intakes (id) on delete cascade,
  url text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint intake_links_lead_to_the_web check (url ~ '^https://' and length(url) <= 2000)
);
comment on table public.intake_links is 'The address of the online room of an intake, for sessions that have none of their own: for those with an open seat, those who teach, and who writes the catalogue.';

create trigger _100_stamp_update before update on public.intake_links for each row execute function private.tg__stamp_update();
create trigger _900_audit after insert or update or delete on public.intake_links for each row execute function private.tg__audit('intake_id');

alter table public.intake_links enable row level security;
create policy select_learners on public.intake_links for select to authenticated
  using (intake_id in (select private.attended_intakes()) or intake_id in (select private.taught_intakes()) or (select private.has_permission('catalog.write')));
create policy insert_teachers on public.intake_links for insert to authenticated
  with check (intake_id in (select private.taught_intakes()) or (select private.has_permission('catalog.write')));
create policy update_teachers on public.intake_links for update to authenticated
  using (intake_id in (select private.taught_intakes()) or (select private.has_permission('catalog.write')))
  with check (intake_id in (select private.taught_intakes()) or (select private.has_permission('catalog.write')));
create policy delete_teachers on public.intake_links for delete to authenticated
  using (intake_id in (select private.taught_intakes()) or (select private.has_permission('catalog.write')));
grant select on public.intake_links to authenticated, service_role;
grant insert (intake_id, url), update (url), delete on public.intake_links to authenticated, service_role;
