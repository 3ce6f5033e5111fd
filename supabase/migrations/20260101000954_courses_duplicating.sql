/*
Courses, duplicating: the next run of a course from an earlier one.

Promise: everything moves by the same distance on the wall clock of the intake's time zone, so a class at seven stays at seven when the clocks
change in between. The copy is a draft: nobody sees it before publish_intake.
Under concurrency: nothing is shared with the original, which is only read.
*/

create function private.move_time(moment timestamptz, from_start timestamptz, to_start timestamptz, time_zone text)
returns timestamptz
language sql
stable
security invoker
set search_path = ''
as $$
  select (moment at time zone move_time.time_zone + (to_start at time zone move_time.time_zone - from_start at time zone move_time.time_zone)) at time zone move_time.time_zone;
$$;
comment on function private.move_time(timestamptz, timestamptz, timestamptz, text) is 'The moment as far after to_start as it is after from_start, counted on the wall clock of a time zone.';

create function private.copy_intake(original public.intakes, title text, from_start timestamptz, to_start timestamptz)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_copy public.intakes;
begin
  insert into public.intakes (product_id, title, translations, seats, enroll_opens_at, enroll_closes_at, starts_at, ends_at, time_zone, location, access_days, has_waitlist,
    min_seats, decide_at, auto_cancel, cancel_days_before_start, cancel_days_after_purchase, cancel_progress_percent, status)
  values (original.product_id, copy_intake.title, case when copy_intake.title = original.title then original.translations else '{}' end, original.seats,
    coalesce(private.move_time(original.enroll_opens_at, from_start, to_start, original.time_zone), original.enroll_opens_at),
    coalesce(private.move_time(original.enroll_closes_at, from_start, to_start, original.time_zone), original.enroll_closes_at),
    case when original.starts_at is not null then to_start end,
    private.move_time(original.ends_at, from_start, to_start, original.time_zone),
    original.time_zone, original.location, original.access_days, original.has_waitlist, original.min_seats,
    private.move_time(original.decide_at, from_start, to_start, original.time_zone),
    original.auto_cancel, original.cancel_days_before_start, original.cancel_days_after_purchase, original.cancel_progress_percent, 'draft')
  returning * into v_copy;
  insert into public.prices (variant_id, currency, amount)
  select v_copy.variant_id, prices.currency, prices.amount from public.prices where prices.variant_id = original.variant_id;
  insert into public.price_list_prices (price_list_id, variant_id, currency, min_quantity, amount)
  select price_list_prices.price_list_id, v_copy.variant_id, price_list_prices.currency, price_list_prices.min_quantity, price_list_prices.amount
  from public.price_list_prices join public.price_lists on price_lists.id = price_list_prices.price_list_id
  where price_list_prices.variant_id = original.variant_id and price_lists.status <> 'archived' and (price_lists.ends_at is null or price_lists.ends_at > now());
  insert into public.intake_sessions (intake_id, title, starts_at, ends_at, location)
  select v_copy.id, intake_sessions.title, private.move_time(intake_sessions.starts_at, from_start, to_start, original.time_zone),
    private.move_time(intake_sessions.ends_at, from_start, to_start, original.time_zone), intake_sessions.location
  from public.intake_sessions where intake_sessions.intake_id = original.id;
  return v_copy.id;
end
$$;
comment on function private.copy_intake(public.intakes, text, timestamptz, timestamptz) is
  'A draft like this intake, with its prices (those of lists that are over left out) and its sessions; what hangs on people, and the addresses of rooms, stay behind.';

create function private.duplicate_intake(intake_id uuid, starts_at timestamptz, title text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- prices of lists are copied by who may write intakes
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(duplicate_intake.intake_id, duplicate_intake.starts_at, duplicate_intake.title);
  v_answer jsonb;
  v_original public.intakes;
  v_from timestamptz;
begin
  if not (private.is_service() or private.has_permission('catalog.write')) then
    perform private.fail('permission_denied', 403, 'This needs the permission catalog.write.', 'Ask an admin for a role that has it.');
  end if;
  v_answer := private.recall_answer(v_person_id, duplicate_intake.idempotency_key, 'duplicate_intake', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_original from public.intakes where intakes.id = duplicate_intake.intake_id;
  if v_original.id is null then
    perform private.fail('intake_not_found', 404, 'There is no such intake.', 'Check the id.');
  end if;
  v_from := coalesce(v_original.starts_at, (select min(intake_sessions.starts_at) from public.intake_sessions where intake_sessions.intake_id = v_original.id));
  if v_from is not null and duplicate_intake.starts_at is null then
    perform private.fail('invalid_intake', 422, 'The copy of an intake with dates needs a start.', 'Send starts_at.');
  end if;
  if duplicate_intake.starts_at not between '2000-01-01' and '2200-01-01' or length(btrim(duplicate_intake.title)) not between 1 and 200 then
    perform private.fail('invalid_intake', 422, 'A start lies between the years 2000 and 2200, and a title has 1 to 200 characters.', 'Correct it.');
  end if;
  return private.remember_answer(v_person_id, duplicate_intake.idempotency_key, 'duplicate_intake', v_body,
    private.intake_document(private.copy_intake(v_original, coalesce(duplicate_intake.title, v_original.title), v_from, duplicate_intake.starts_at)));
end
$$;
comment on function private.duplicate_intake(uuid, timestamptz, text, text) is 'Does the work of public.duplicate_intake.';
grant execute on function private.duplicate_intake(uuid, timestamptz, text, text) to authenticated, service_role;

create function public.duplicate_intake(intake_id uuid, starts_at timestamptz default null, title text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.duplicate_intake(duplicate_intake.intake_id, duplicate_intake.starts_at, duplicate_intake.title, duplicate_intake.idempotency_key);
$$;
comment on function public.duplicate_intake(uuid, timestamptz, text, text) is
  'Staff (catalog.write): a draft like this intake, that begins at starts_at (of one without a start: its first session does): seats, minimum, terms, prices and sessions, every date moved by the same distance on the clock of its time zone. '
  'Answers it as publish_intake does. Errors: permission_denied, intake_not_found, invalid_intake, idempotency_key_reused.';
grant execute on function public.duplicate_intake(uuid, timestamptz, text, text) to authenticated, service_role;
