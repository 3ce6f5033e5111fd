/*
Organisations, seats: what an organisation bought, who sits there, and the invitations by which people come.

Promise: an order of N units is N seats once it is paid: free, invited (kept for an e-mail address), assigned (somebody's enrolment) or ended
(refunded). A seat that nobody began to learn on can be taken back; a part refund takes free seats first and never one that was begun.
Under concurrency: order, stock, waiting list, then seats by id, then enrolments. Whoever ends seats of an order locks all of them before the
first enrolment; a learner's step locks the enrolment alone, so what private.has_begun says under that lock stays true.
*/

create table public.organisation_seats (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references public.organisations (id) on delete restrict,
  order_item_id uuid not null references public.order_items (id) on delete restrict,
  intake_id uuid not null references public.intakes (id) on delete restrict,
  learner_id uuid references public.profiles (id) on delete restrict,
  enrollment_id uuid references public.enrollments (id) on delete restrict,
  status text not null default 'free',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organisation_seats_have_a_known_status check (status in ('free', 'invited', 'assigned', 'ended')),
  constraint organisation_seats_are_assigned_to_a_learner check ((enrollment_id is null) = (learner_id is null) and (status <> 'assigned' or enrollment_id is not null)),
  constraint organisation_seats_are_empty_until_assigned check (status not in ('free', 'invited') or enrollment_id is null)
);
comment on table public.organisation_seats is 'One unit of a paid order for an organisation. assigned: enrollment_id is the seat of learner_id; ended: it went back.';
create index on public.organisation_seats (organisation_id, intake_id, status);
create index on public.organisation_seats (order_item_id);
create index on public.organisation_seats (intake_id);
create index on public.organisation_seats (learner_id);
create index on public.organisation_seats (enrollment_id);
create unique index organisation_seats_have_one_enrollment_each on public.organisation_seats (enrollment_id) where status = 'assigned';

insert into private.status_moves (machine, from_status, to_status) values
  ('organisation_seat', 'free', 'invited'), ('organisation_seat', 'free', 'assigned'), ('organisation_seat', 'free', 'ended'),
  ('organisation_seat', 'invited', 'free'), ('organisation_seat', 'invited', 'assigned'), ('organisation_seat', 'invited', 'ended'),
  ('organisation_seat', 'assigned', 'free'), ('organisation_seat', 'assigned', 'ended');

create trigger _100_stamp_update before update on public.organisation_seats for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.organisation_seats for each row when (old.status <> new.status) execute function private.tg__guard_status('organisation_seat');

alter table public.organisation_seats enable row level security;
create policy select_own_or_managers on public.organisation_seats for select to authenticated
  using (learner_id = (select auth.uid()) or organisation_id in (select private.managed_organisations()) or (select private.has_permission('organisations.read')));
grant select on public.organisation_seats to authenticated, service_role;
-- not granted: any write. The verbs keep seats and enrolments in step.

create table public.organisation_invites (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references public.organisations (id) on delete cascade,
  intake_id uuid not null references public.intakes (id) on delete restrict,
  seat_id uuid references public.organisation_seats (id) on delete restrict,
  email text,
  invited_by uuid references public.profiles (id) on delete restrict,
  expires_at timestamptz not null,
  claimed_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organisation_invites_by_mail_keep_a_seat check ((email is null) = (seat_id is null)),
  constraint organisation_invites_by_mail_are_claimed_once check (claimed_at is null or email is not null)
);
comment on table public.organisation_invites is 'A code for the seats of an organisation in an intake until expires_at. Without email it takes any free seat, for as many as there are; with email it keeps seat_id for whoever has that mail.';
create index on public.organisation_invites (organisation_id);
create index on public.organisation_invites (intake_id);
create index on public.organisation_invites (invited_by);
create index on public.organisation_invites (seat_id);

create trigger _100_stamp_update before update on public.organisation_invites for each row execute function private.tg__stamp_update();

alter table public.organisation_invites enable row level security;
create policy select_managers on public.organisation_invites for select to authenticated
  using (organisation_id in (select private.managed_organisations()) or (select private.has_permission('organisations.read')));
grant select on public.organisation_invites to authenticated, service_role;
-- not granted: any write. invite_to_seats and revoke_invite do.

create table private.claim_codes (
  code_hash bytea primary key,
  invite_id uuid references public.organisation_invites (id) on delete cascade,
  created_at timestamptz not null default now()
);
comment on table private.claim_codes is 'SHA-256 of the codes by which somebody takes a seat that another has paid. One invitation may have several: each mail carries one of its own.';
create index on private.claim_codes (invite_id);

create function private.new_claim_code()
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  -- 96 bits that nobody guesses, in groups that a person can type
  select upper(regexp_replace(left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 24), '(.{4})(?=.)', '\1-', 'g'));
$$;
comment on function private.new_claim_code() is 'A secret such as 4F0C-91AB-….';

create function private.claim_code_hash(code text)
returns bytea
language sql
immutable
security invoker
set search_path = ''
as $$
  select sha256(convert_to(upper(regexp_replace(left(coalesce(claim_code_hash.code, ''), 100), '[^0-9A-Fa-f]', '', 'g')), 'UTF8'));
$$;
comment on function private.claim_code_hash(text) is 'What is kept of a code, however it was typed.';

create function private.has_begun(enrollment_id uuid)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return exists (select from public.lesson_progress where lesson_progress.enrollment_id = has_begun.enrollment_id)
    or exists (select from public.quiz_attempts where quiz_attempts.enrollment_id = has_begun.enrollment_id)
    or exists (select from public.submissions where submissions.enrollment_id = has_begun.enrollment_id);
end
$$;
comment on function private.has_begun(uuid) is 'Whether somebody has taken a step in the course by this seat. True for as long as the caller holds the enrolment''s row.';

create function private.open_seats(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.organisation_seats (organisation_id, order_item_id, intake_id)
  select orders.organisation_id, order_items.id, intakes.id
  from public.orders
  join public.order_items on order_items.order_id = orders.id
  join public.intakes on intakes.variant_id = order_items.variant_id
  cross join generate_series(1, order_items.quantity)
  where orders.id = open_seats.order_id and orders.purpose = 'organisation';
  perform private.open_gifts(orders.id) from public.orders where orders.id = open_seats.order_id and orders.purpose = 'gift';
  perform private.apply_renewals(orders.id) from public.orders where orders.id = open_seats.order_id and orders.purpose = 'renewal';
  perform private.complete_transfer(orders.id) from public.orders where orders.id = open_seats.order_id and orders.purpose = 'transfer';
  perform private.issue_purchased_cards(orders.id) from public.orders where orders.id = open_seats.order_id and orders.purpose = 'gift_card';
end
$$;
comment on function private.open_seats(uuid) is 'What an order with a purpose gives once it is paid: seats of an organisation, gifts that wait, longer access, another intake, gift cards.';

create function private.end_seat_enrollment(enrollment_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.enrollments set status = 'cancelled', ended_at = now()
  where enrollments.id = end_seat_enrollment.enrollment_id and enrollments.status in ('active', 'suspended', 'completed');
$$;
comment on function private.end_seat_enrollment(uuid) is 'Ends a seat that somebody else paid; its unit stays with who paid. The caller holds the organisation''s seat or the gift.';

create function private.end_others_seat(enrollment_id uuid, whole boolean)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_enrollment public.enrollments;
begin
  select * into v_enrollment from public.enrollments where enrollments.id = end_others_seat.enrollment_id for update;
  if not end_others_seat.whole and private.has_begun(v_enrollment.id) and (v_enrollment.status = 'completed'
    or not exists (select from public.intakes where intakes.id = v_enrollment.intake_id and intakes.status = 'cancelled')) then
    return false;
  end if;
  perform private.end_seat_enrollment(v_enrollment.id);
  return true;
end
$$;
comment on function private.end_others_seat(uuid, boolean) is
  'Ends somebody''s enrolment because its payer has the money back; false when it was begun and only a part of the line goes back. In a cancelled intake only what was completed stays.';

create function private.end_organisation_seats(order_item_id uuid, units integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_left integer := end_organisation_seats.units;
  v_whole boolean;
  v_seat public.organisation_seats;
begin
  perform from public.organisation_seats
  where organisation_seats.order_item_id = end_organisation_seats.order_item_id and organisation_seats.status <> 'ended' order by organisation_seats.id for update;
  select count(*) <= v_left into v_whole from public.organisation_seats
  where organisation_seats.order_item_id = end_organisation_seats.order_item_id and organisation_seats.status <> 'ended';
  for v_seat in
    select * from public.organisation_seats
    where organisation_seats.order_item_id = end_organisation_seats.order_item_id and organisation_seats.status <> 'ended'
    order by array_position('{free,invited,assigned}', organisation_seats.status), organisation_seats.id
  loop
    exit when v_left = 0;
    continue when v_seat.status = 'assigned' and not private.end_others_seat(v_seat.enrollment_id, v_whole);
    update public.organisation_seats set status = 'ended' where organisation_seats.id = v_seat.id;
    v_left := v_left - 1;
  end loop;
  if v_left > 0 and not v_whole then
    perform private.fail('seats_begun', 409, format('%s of these seats were begun: their learners keep them.', v_left), 'Give back fewer, or the whole line.', v_left::text);
  end if;
end
$$;
comment on function private.end_organisation_seats(uuid, integer) is
  'Ends so many seats of an order''s line: free ones first, then invited, then those nobody has begun (of a cancelled intake: completed); all of them when nothing is left of the line. Refuses seats_begun. The caller holds the order and its stock.';

create function private.end_seats_for_others(order_id uuid, order_item_ids uuid[], units integer[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_line record;
begin
  for v_line in
    select line.id, line.units from unnest(end_seats_for_others.order_item_ids, end_seats_for_others.units) as line (id, units) order by line.id
  loop
    perform private.end_organisation_seats(v_line.id, v_line.units);
    perform private.end_gifts(v_line.id, v_line.units);
    perform private.undo_renewal(v_line.id);
    perform private.void_purchased_cards(v_line.id, v_line.units);
  end loop;
end
$$;
comment on function private.end_seats_for_others(uuid, uuid[], integer[]) is 'What a refund asks of an order whose units are seats of others or gift cards, line by line.';
