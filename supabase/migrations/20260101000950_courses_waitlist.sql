/*
Courses, waiting list: who gets the next seat.

Promise: first in, first out; a seat that frees is offered in the transaction that frees it, for a limited time, then to the next; while
somebody waits no seat is on sale, so nobody jumps the queue and no seat is idle.
Under concurrency: a freed seat goes from hold to hold without ever being available (private.free_units asks private.pass_on_units). Whoever
frees holds the slot and then takes the intake's advisory lock; whoever joins takes that lock and only then looks at the stock. So either
the one who frees sees the newcomer, or the newcomer sees the seat. Nobody waits for a slot of the intake while holding its lock, and whoever
frees seats of several intakes takes all slots and then all locks first (private.lock_holds, private.lock_waitlists). An offer's row is
locked before its reservation.
*/

insert into public.settings (key, value, description) values
  ('offer_hours', '24', 'Hours an offered seat waits for the first on the waiting list before it goes to the next.');

create table public.waitlist_entries (
  id uuid primary key default gen_random_uuid(),
  position bigint generated always as identity,
  intake_id uuid not null references public.intakes (id) on delete cascade,
  learner_id uuid not null references public.profiles (id) on delete cascade,
  status text not null default 'waiting',
  offer_expires_at timestamptz,
  max_amount bigint,
  currency text references public.currencies (code) on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint waitlist_entries_have_a_known_status check (status in ('waiting', 'offered', 'accepted', 'expired', 'left', 'cancelled')),
  constraint waitlist_entries_agree_to_an_amount_in_a_currency check (num_nulls(max_amount, currency) in (0, 2) and max_amount between 1 and 1000000000000),
  constraint waitlist_entries_offer_for_a_limited_time check (status <> 'offered' or offer_expires_at is not null)
);
comment on table public.waitlist_entries is 'Who waits for a seat, in order of position. offered: a seat is held for them until offer_expires_at; enroll or place_order takes it. cancelled: the intake was. max_amount: the offer is taken by itself and charged to the learner''s default payment method, if it costs no more.';
-- the guarantee: a learner waits once per intake
create unique index waitlist_entries_one_per_learner on public.waitlist_entries (intake_id, learner_id) where status in ('waiting', 'offered');
-- serves: the next in line
create index on public.waitlist_entries (intake_id, position) where status = 'waiting';
-- serves: offers that are over
create index on public.waitlist_entries (offer_expires_at) where status = 'offered';
create index on public.waitlist_entries (intake_id);
create index on public.waitlist_entries (currency);
-- serves: the lists a learner is on
create index on public.waitlist_entries (learner_id);

insert into private.status_moves (machine, from_status, to_status) values
  ('waitlist', 'waiting', 'offered'), ('waitlist', 'waiting', 'left'), ('waitlist', 'offered', 'accepted'), ('waitlist', 'offered', 'expired'),
  ('waitlist', 'offered', 'left'), ('waitlist', 'waiting', 'cancelled'), ('waitlist', 'offered', 'cancelled');

create trigger _100_stamp_update before update on public.waitlist_entries for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.waitlist_entries for each row when (old.status <> new.status) execute function private.tg__guard_status('waitlist');

alter table public.waitlist_entries enable row level security;
create policy select_own_or_staff on public.waitlist_entries for select to authenticated
  using (learner_id = (select auth.uid()) or (select private.has_permission('enrollments.read')));
grant select on public.waitlist_entries to authenticated, service_role;
-- not granted: insert, update, delete. The verbs keep the order.

-- what inventory asks ----------------------------------------------------------------------------------------------------------------

create function private.lock_waitlist(intake_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtextextended('seatline.waitlist/' || lock_waitlist.intake_id, 0));
$$;
comment on function private.lock_waitlist(uuid) is 'One at a time: freeing a seat of this intake, or joining its waiting list.';

create function private.lock_waitlists(holder_ids uuid[], variant_ids uuid[] default '{}')
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.lock_waitlist(lists.id) from (
    select intakes.id from public.intakes
    where intakes.has_waitlist and intakes.variant_id = any (array(
      select unnest(lock_waitlists.variant_ids)
      union
      select reservations.variant_id from public.reservations
      where reservations.holder_id = any (array(select unnest(lock_waitlists.holder_ids))) and reservations.status = 'held'))
    order by intakes.variant_id
  ) as lists;
end
$$;
comment on function private.lock_waitlists(uuid[], uuid[]) is
  'For whoever ends several holds: the waiting lists of what they hold and of more variants, in the order everybody keeps. The caller has called lock_holds with the same.';

create function private.pass_on_units(variant_id uuid, slot integer, location_id uuid, quantity integer)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_intake public.intakes;
  v_entry_id uuid;
  v_charged boolean;
  v_until timestamptz;
  v_passed_on integer := 0;
begin
  select * into v_intake from public.intakes where intakes.variant_id = pass_on_units.variant_id;
  if v_intake.id is null or not v_intake.has_waitlist or v_intake.status <> 'published' or v_intake.enroll_closes_at <= now() then
    return 0;
  end if;
  perform private.lock_waitlist(v_intake.id);
  v_until := least(now() + make_interval(hours => (private.setting('offer_hours'))::integer), v_intake.enroll_closes_at);
  while v_passed_on < pass_on_units.quantity loop
    update public.waitlist_entries set status = 'offered', offer_expires_at = v_until
    where waitlist_entries.status = 'waiting' and waitlist_entries.id = (
      select next.id from public.waitlist_entries as next where next.intake_id = v_intake.id and next.status = 'waiting' order by next.position limit 1)
    returning waitlist_entries.id, waitlist_entries.max_amount is not null into v_entry_id, v_charged;
    if v_entry_id is not null then
      insert into public.reservations (holder_id, variant_id, slot, location_id, quantity, expires_at)
      values (v_entry_id, pass_on_units.variant_id, pass_on_units.slot, pass_on_units.location_id, 1, v_until);
      perform private.emit(case when v_charged then 'waitlist.due' else 'waitlist.offered' end, 'waitlist_entry', v_entry_id);
      v_passed_on := v_passed_on + 1;
    elsif not exists (select from public.waitlist_entries where waitlist_entries.intake_id = v_intake.id and waitlist_entries.status = 'waiting') then
      exit; -- otherwise the first in line left while we looked: look again
    end if;
  end loop;
  return v_passed_on;
end
$$;
comment on function private.pass_on_units(uuid, integer, uuid, integer) is
  'Of units that free in a slot, holds one for each of the next in line and says how many. The caller holds the slot and keeps its numbers.';

create function private.has_offer(intake_id uuid, learner_id uuid)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return exists (
    select from public.waitlist_entries
    where waitlist_entries.intake_id = has_offer.intake_id and waitlist_entries.learner_id = has_offer.learner_id and waitlist_entries.status = 'offered');
end
$$;
comment on function private.has_offer(uuid, uuid) is 'Whether a seat of the intake was offered to this learner; private.accept_offer says whether the offer still stands.';

create function private.accept_offer(intake_id uuid, learner_id uuid, order_id uuid, expires_at timestamptz)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_entry_id uuid;
begin
  -- locked before its reservation, as whoever declines or ends it does; never waited for, since we may hold slots that they wait for
  select waitlist_entries.id into v_entry_id from public.waitlist_entries
  where waitlist_entries.intake_id = accept_offer.intake_id and waitlist_entries.learner_id = accept_offer.learner_id
    and waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at > now()
  for update skip locked;
  if v_entry_id is null then
    return false;
  end if;
  update public.reservations set holder_id = accept_offer.order_id, expires_at = coalesce(accept_offer.expires_at, reservations.expires_at)
  where reservations.holder_id = v_entry_id and reservations.status = 'held';
  if not found then
    return false; -- it ran out by another's clock in this very moment
  end if;
  update public.waitlist_entries set status = 'accepted' where waitlist_entries.id = v_entry_id;
  if accept_offer.expires_at is null then
    perform private.settle_reservations(accept_offer.order_id, 'claimed');
  end if;
  return true;
end
$$;
comment on function private.accept_offer(uuid, uuid, uuid, timestamptz) is 'Hands the seat that is held for a learner over to their order: held until expires_at, or sold when there is nothing to pay. False when no offer stands.';

create function private.expire_due_offers(max_offers integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_due uuid[] := array(
    select waitlist_entries.id from public.waitlist_entries
    where waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at <= now()
    order by waitlist_entries.offer_expires_at, waitlist_entries.position limit expire_due_offers.max_offers for update skip locked
  );
  v_entry_id uuid;
begin
  perform private.lock_holds(v_due);
  perform private.lock_waitlists(v_due);
  foreach v_entry_id in array v_due loop
    update public.waitlist_entries set status = 'expired' where waitlist_entries.id = v_entry_id;
    perform private.settle_reservations(v_entry_id, 'released');
  end loop;
  return cardinality(v_due);
end
$$;
comment on function private.expire_due_offers(integer) is 'Ends offers nobody took; each seat goes to the next in line. Returns how many. The worker calls it until 0.';

-- changes of the intake --------------------------------------------------------------------------------------------------------------

create function private.tg_intakes__follow_waitlist()
returns trigger
language plpgsql
volatile
security definer -- staff write the intake; its waiting list follows
set search_path = ''
as $$
begin
  if new.has_waitlist and new.seats is not null then
    if new.status = 'published' then
      perform private.pass_on_free_units(new.variant_id);
    end if;
    return null;
  end if;
  perform private.lock_waitlist(new.id);
  update public.waitlist_entries set status = 'left' where waitlist_entries.intake_id = new.id and waitlist_entries.status = 'waiting';
  return null;
end
$$;
comment on function private.tg_intakes__follow_waitlist() is
  'Seats that lay free while enrolment was closed go to whoever waits once it is open again. Without a list, or without a count of seats, nobody waits; offers stand until they end.';

create trigger _400_follow_waitlist after update of has_waitlist, enroll_closes_at, seats, status on public.intakes for each row
  when (new.status <> old.status or new.has_waitlist <> old.has_waitlist or new.enroll_closes_at is distinct from old.enroll_closes_at or (new.seats is null) <> (old.seats is null))
  execute function private.tg_intakes__follow_waitlist();

create function private.tg_profiles__leave_waitlists()
returns trigger
language plpgsql
volatile
security definer -- fires as Supabase Auth's own role
set search_path = ''
as $$
begin
  -- an offer that stands keeps its end: ending it here would take locks of stock while holding the account
  update public.waitlist_entries set status = 'left' where waitlist_entries.learner_id = new.id and waitlist_entries.status = 'waiting';
  return null;
end
$$;
comment on function private.tg_profiles__leave_waitlists() is 'A closed account waits for nothing, so no seat is offered to nobody.';
create trigger _200_leave_waitlists after update of closed_at on public.profiles for each row when (new.closed_at is not null and old.closed_at is null)
  execute function private.tg_profiles__leave_waitlists();

-- verbs ------------------------------------------------------------------------------------------------------------------------------

create function private.waitlist_document(entry public.waitlist_entries)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object('id', entry.id, 'intake_id', entry.intake_id, 'status', entry.status, 'offer_expires_at', entry.offer_expires_at,
    'max_amount', entry.max_amount, 'currency', entry.currency, 'created_at', entry.created_at,
    'place', case when entry.status = 'waiting' then (
      select count(*) from public.waitlist_entries
      where waitlist_entries.intake_id = entry.intake_id and waitlist_entries.status = 'waiting' and waitlist_entries.position <= entry.position) end);
end
$$;
comment on function private.waitlist_document(public.waitlist_entries) is 'An entry as its learner sees it; place 1 is next.';

create function private.clear_due_holds(intake public.intakes, learner_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_entry_id uuid;
begin
  update public.waitlist_entries set status = 'expired'
  where waitlist_entries.intake_id = intake.id and waitlist_entries.learner_id = clear_due_holds.learner_id
    and waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at <= now()
  returning waitlist_entries.id into v_entry_id;
  if v_entry_id is not null then
    perform private.settle_reservations(v_entry_id, 'released');
  end if;
  if exists (select from public.reservations
    where reservations.variant_id = intake.variant_id and reservations.status = 'held' and reservations.expires_at <= now()) then
    perform private.lock_stock(array[intake.variant_id]);
    perform private.release_due_units(intake.variant_id);
  end if;
end
$$;
comment on function private.clear_due_holds(public.intakes, uuid) is 'Before somebody joins: ends their own old offer, and passes on what is due in this intake, worker or no worker.';

create function private.check_waitable(intake_id uuid, learner_id uuid)
returns void
language plpgsql
volatile -- looks again after the lock was waited for
security invoker
set search_path = ''
as $$
declare
  v_found record;
begin
  -- one statement, so one moment: a seat that the learner took is either still free in it or already theirs
  select intakes.has_waitlist,
    intakes.seats is null or exists (select from public.stock_slots where stock_slots.variant_id = intakes.variant_id and stock_slots.available > 0) as seat_free,
    exists (select from public.enrollments where enrollments.intake_id = intakes.id and enrollments.learner_id = check_waitable.learner_id
      and enrollments.status in ('reserved', 'active', 'suspended', 'completed')) as enrolled,
    exists (select from public.waitlist_entries where waitlist_entries.intake_id = intakes.id and waitlist_entries.learner_id = check_waitable.learner_id
      and waitlist_entries.status in ('waiting', 'offered')) as waiting
  into v_found from public.intakes where intakes.id = check_waitable.intake_id;
  if not v_found.has_waitlist then
    perform private.fail('no_waitlist', 409, 'This intake keeps no waiting list.', 'Choose another intake of the course.');
  end if;
  if v_found.enrolled then
    perform private.fail('already_enrolled', 409, 'You have a seat in this intake already.', 'Find it among your courses.');
  end if;
  if v_found.waiting then
    perform private.fail('already_waiting', 409, 'You are on this waiting list already.', 'Read my_waitlist for your place.');
  end if;
  if v_found.seat_free then
    perform private.fail('seats_available', 409, 'There are seats left: nobody has to wait.', 'Call enroll or place_order.');
  end if;
end
$$;
comment on function private.check_waitable(uuid, uuid) is
  'Refuses no_waitlist, already_enrolled, already_waiting and seats_available. The caller holds the waiting list, so what is true here stays true until the newcomer stands in it.';

create function private.join_waitlist(intake_id uuid, idempotency_key text, auto_charge boolean, max_amount bigint, currency text)
returns jsonb
language plpgsql
volatile
security definer -- learners may not write the list, only join it
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(join_waitlist.intake_id, join_waitlist.auto_charge, join_waitlist.max_amount, join_waitlist.currency);
  v_answer jsonb := private.recall_answer(v_learner_id, join_waitlist.idempotency_key, 'join_waitlist', v_body);
  v_currency text := case when join_waitlist.auto_charge then coalesce(join_waitlist.currency, private.setting('default_currency') #>> '{}') end;
  v_intake public.intakes;
  v_entry public.waitlist_entries;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select intakes.* into v_intake from public.intakes
  join public.products on products.id = intakes.product_id
  where intakes.id = join_waitlist.intake_id and intakes.status <> 'draft' and private.is_on_sale(products.status, products.publish_at, products.unpublish_at);
  if v_intake.id is null then
    perform private.fail('intake_not_found', 404, 'There is no such intake.', 'Read the course again for its intakes.');
  end if;
  perform private.refuse_problem(private.enrollment_problem(v_intake.id, v_intake.status, v_intake.enroll_opens_at, v_intake.enroll_closes_at));
  if join_waitlist.auto_charge then
    perform private.check_auto_charge(v_learner_id, join_waitlist.max_amount, v_currency);
  end if;
  perform private.clear_due_holds(v_intake, v_learner_id);
  perform private.lock_waitlist(v_intake.id);
  perform private.check_waitable(v_intake.id, v_learner_id);
  insert into public.waitlist_entries (intake_id, learner_id, max_amount, currency)
  values (v_intake.id, v_learner_id, case when join_waitlist.auto_charge then join_waitlist.max_amount end, v_currency) returning * into v_entry;
  perform private.refuse_cancelled_intakes(array[v_intake.id]);
  return private.remember_answer(v_learner_id, join_waitlist.idempotency_key, 'join_waitlist', v_body, private.waitlist_document(v_entry));
end
$$;
comment on function private.join_waitlist(uuid, text, boolean, bigint, text) is 'Does the work of public.join_waitlist.';
grant execute on function private.join_waitlist(uuid, text, boolean, bigint, text) to authenticated;

create function public.join_waitlist(
  intake_id uuid, idempotency_key text default null, auto_charge boolean default false, max_amount bigint default null, currency text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.join_waitlist(join_waitlist.intake_id, join_waitlist.idempotency_key, join_waitlist.auto_charge, join_waitlist.max_amount, join_waitlist.currency);
$$;
comment on function public.join_waitlist(uuid, text, boolean, bigint, text) is
  'Waits for a seat of a full intake and answers {id, intake_id, status, place, offer_expires_at, max_amount, currency, created_at}. When a seat frees it is held for the first in line, who takes it with enroll or place_order. '
  'With auto_charge it is ordered for them and charged to their default saved payment method, if it then costs no more than max_amount (currency: default from settings); otherwise it stays an offer. '
  'Errors: intake_not_found, intake_not_open, intake_closed, intake_cancelled, no_waitlist, seats_available, already_enrolled, already_waiting, invalid_max_amount, payment_method_not_found, currency_not_supported, idempotency_key_reused, sign_in_required.';
grant execute on function public.join_waitlist(uuid, text, boolean, bigint, text) to authenticated;

create function private.leave_waitlist(intake_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- learners may not write the list, only leave it
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(leave_waitlist.intake_id);
  v_answer jsonb := private.recall_answer(v_learner_id, leave_waitlist.idempotency_key, 'leave_waitlist', v_body);
  v_entry public.waitlist_entries;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  update public.waitlist_entries set status = 'left'
  where waitlist_entries.intake_id = leave_waitlist.intake_id and waitlist_entries.learner_id = v_learner_id and waitlist_entries.status in ('waiting', 'offered')
  returning * into v_entry;
  if v_entry.id is null then
    perform private.fail('not_waiting', 404, 'You are not on this waiting list.', 'Read my_waitlist for the lists you are on.');
  end if;
  perform private.settle_reservations(v_entry.id, 'released');
  return private.remember_answer(v_learner_id, leave_waitlist.idempotency_key, 'leave_waitlist', v_body, private.waitlist_document(v_entry));
end
$$;
comment on function private.leave_waitlist(uuid, text) is 'Does the work of public.leave_waitlist.';
grant execute on function private.leave_waitlist(uuid, text) to authenticated;

create function public.leave_waitlist(intake_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.leave_waitlist(leave_waitlist.intake_id, leave_waitlist.idempotency_key);
$$;
comment on function public.leave_waitlist(uuid, text) is
  'Leaves a waiting list, or declines the offered seat, which goes to the next in line. Answers the entry. Errors: not_waiting, idempotency_key_reused, sign_in_required.';
grant execute on function public.leave_waitlist(uuid, text) to authenticated;
