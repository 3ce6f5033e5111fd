/*
Instalments: an order paid in 2 to 12 parts. Plans, schedules and how they move are here; what people ask for is in the verbs file.

Promise: the parts add up to the order to the unit, also when it is edited: what is not owed any more is taken off the last parts first, and what was paid
beyond what is left goes back. The first part, paid at the screen, confirms the order; the rest stays receivable, and what is
paid of it, by whomever and however, covers the parts in their order. A part that falls due is charged once to the buyer's saved method, and tried
again on the days of instalment_retry_days; while one is overdue beyond its grace the seats that the order gave, prolonged or moved are suspended,
those that others hold too, and the payment that covers it restores them in its own transaction. An order that ends takes the rest with it.
Under concurrency: whoever moves a part holds its order's row; the one open attempt per order is the guarantee that two workers charge once.
*/

insert into public.settings (key, value, description) values
  ('instalment_reminder_days', '3', 'Days before an instalment is due that its buyer gets a mail.'),
  ('instalment_retry_days', '[3, 8, 15]', 'Days after an instalment was due on which a charge that failed is tried again.'),
  ('instalment_grace_days', '3', 'Days that an overdue instalment leaves the courses of its order open.');

insert into public.ledger_accounts (code, name, kind) values ('bad_debts', 'Owed by customers and given up', 'expense');

create table public.instalment_plans (
  id uuid primary key default gen_random_uuid(),
  title text not null,
  product_id uuid references public.products (id) on delete cascade,
  count integer not null,
  period text not null default 'month',
  first_basis_points integer,
  status text not null default 'draft',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint instalment_plans_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200),
  constraint instalment_plans_have_two_to_twelve_parts check (count between 2 and 12),
  constraint instalment_plans_are_due_by_week_or_month check (period in ('week', 'month')),
  constraint instalment_plans_begin_with_a_sane_share check (first_basis_points between 1 and 9999),
  constraint instalment_plans_have_a_known_status check (status in ('draft', 'active', 'archived'))
);
comment on table public.instalment_plans is
  'How an order may be paid in parts: count of them, one each period. first_basis_points is the share of the first part (null: all are equal). product_id: only orders of this product alone; null: any order.';
create index on public.instalment_plans (product_id);

insert into private.status_moves (machine, from_status, to_status) values
  ('instalment_plan', 'draft', 'active'), ('instalment_plan', 'active', 'archived'), ('instalment_plan', 'archived', 'active');

create trigger _100_stamp_update before update on public.instalment_plans for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.instalment_plans for each row when (old.status <> new.status) execute function private.tg__guard_status('instalment_plan');
create trigger _900_audit after insert or update or delete on public.instalment_plans for each row execute function private.tg__audit('id');

alter table public.instalment_plans enable row level security;
create policy select_active on public.instalment_plans for select to anon using (status = 'active');
create policy select_active_or_staff on public.instalment_plans for select to authenticated using (status = 'active' or (select private.has_permission('pricing.read')));
create policy insert_staff on public.instalment_plans for insert to authenticated with check ((select private.has_permission('pricing.write')));
create policy update_staff on public.instalment_plans for update to authenticated
  using ((select private.has_permission('pricing.write'))) with check ((select private.has_permission('pricing.write')));
grant select on public.instalment_plans to anon, authenticated, service_role;
insert into private.cached_reads (path, settings_prefix) values ('/instalment_plans', 'catalog');
grant insert (title, product_id, count, period, first_basis_points, status), update (title, product_id, count, period, first_basis_points, status)
  on public.instalment_plans to authenticated, service_role;
-- not granted: delete (schedules name their plan).

create table public.instalment_schedules (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null unique references public.orders (id) on delete restrict,
  plan_id uuid not null references public.instalment_plans (id) on delete restrict,
  payment_method_id uuid references public.payment_methods (id) on delete restrict,
  status text not null default 'proposed',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint instalment_schedules_have_a_known_status check (status in ('proposed', 'running', 'completed', 'cancelled', 'written_off'))
);
comment on table public.instalment_schedules is
  'That an order is paid in parts. proposed until the first part is paid; payment_method_id is charged when a part falls due, null: the buyer''s default at that time.';
create index on public.instalment_schedules (plan_id);
create index on public.instalment_schedules (payment_method_id);

create table public.instalments (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.instalment_schedules (order_id) on delete cascade,
  number integer not null,
  amount bigint not null,
  due_at timestamptz not null,
  status text not null default 'scheduled',
  tries integer not null default 0,
  next_try_at timestamptz,
  overdue_since timestamptz,
  failure_code text,
  payment_id uuid references public.payments (id) on delete restrict,
  reminded_at timestamptz,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint instalments_are_numbered_per_order unique (order_id, number),
  constraint instalments_are_one_of_twelve check (number between 1 and 12),
  constraint instalments_pay_something check (amount > 0),
  constraint instalments_have_a_known_status check (status in ('scheduled', 'processing', 'overdue', 'failed', 'paid', 'cancelled', 'written_off')),
  constraint instalments_are_dated_when_paid check ((paid_at is not null) = (status = 'paid')),
  constraint instalments_are_dated_when_overdue check (overdue_since is not null or status not in ('overdue', 'failed'))
);
comment on table public.instalments is
  'One part of an order''s price. scheduled; processing: being charged (payment_id); overdue: a charge failed and next_try_at says when the next one is; failed: no more tries, the buyer pays it at the screen.';
-- serves: what falls due, and its reminders
create index on public.instalments (due_at) where status in ('scheduled', 'overdue');
create index on public.instalments (payment_id);

insert into private.status_moves (machine, from_status, to_status) values
  ('instalment_schedule', 'proposed', 'running'), ('instalment_schedule', 'proposed', 'completed'), ('instalment_schedule', 'proposed', 'cancelled'),
  ('instalment_schedule', 'running', 'completed'), ('instalment_schedule', 'running', 'cancelled'), ('instalment_schedule', 'running', 'written_off'),
  ('instalment_schedule', 'completed', 'cancelled'), ('instalment_schedule', 'written_off', 'cancelled'),
  ('instalment', 'scheduled', 'processing'), ('instalment', 'scheduled', 'overdue'), ('instalment', 'scheduled', 'paid'), ('instalment', 'scheduled', 'cancelled'),
  ('instalment', 'scheduled', 'written_off'), ('instalment', 'processing', 'paid'), ('instalment', 'processing', 'overdue'), ('instalment', 'processing', 'failed'),
  ('instalment', 'processing', 'cancelled'), ('instalment', 'processing', 'written_off'), ('instalment', 'overdue', 'processing'), ('instalment', 'overdue', 'failed'),
  ('instalment', 'overdue', 'paid'), ('instalment', 'overdue', 'cancelled'), ('instalment', 'overdue', 'written_off'), ('instalment', 'failed', 'paid'),
  ('instalment', 'failed', 'cancelled'), ('instalment', 'failed', 'written_off'), ('instalment', 'scheduled', 'failed');

create trigger _100_stamp_update before update on public.instalment_schedules for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.instalment_schedules for each row when (old.status <> new.status) execute function private.tg__guard_status('instalment_schedule');
create trigger _100_stamp_update before update on public.instalments for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.instalments for each row when (old.status <> new.status) execute function private.tg__guard_status('instalment');

alter table public.instalment_schedules enable row level security;
create policy select_own_or_staff on public.instalment_schedules for select to authenticated
  using (exists (select from public.orders where orders.id = instalment_schedules.order_id and orders.customer_id = (select auth.uid())) or (select private.has_permission('payments.read')));
grant select on public.instalment_schedules to authenticated, service_role;
alter table public.instalments enable row level security;
create policy select_own_or_staff on public.instalments for select to authenticated
  using (exists (select from public.orders where orders.id = instalments.order_id and orders.customer_id = (select auth.uid())) or (select private.has_permission('payments.read')));
grant select on public.instalments to authenticated, service_role;
-- not granted: any write on both. The verbs, captures and the clock write.

-- move ---------------------------------------------------------------------------------------------------------------------------------

create function private.instalment_amounts(total bigint, count integer, first_basis_points integer)
returns bigint[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_first bigint := round(instalment_amounts.total::numeric * instalment_amounts.first_basis_points / 10000);
begin
  if v_first is null then
    return private.split_amount(instalment_amounts.total, array_fill(1::bigint, array[instalment_amounts.count]));
  end if;
  return v_first || private.split_amount(instalment_amounts.total - v_first, array_fill(1::bigint, array[instalment_amounts.count - 1]));
end
$$;
comment on function private.instalment_amounts(bigint, integer, integer) is 'A total in parts that add up to it to the unit: the first by its share if one is given, the others equal but for the units that are left.';

create function private.instalment_start(order_id uuid)
returns bigint
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return (
    select instalments.amount from public.instalments join public.instalment_schedules on instalment_schedules.order_id = instalments.order_id
    where instalments.order_id = instalment_start.order_id and instalments.number = 1 and instalment_schedules.status = 'proposed');
end
$$;
comment on function private.instalment_start(uuid) is 'How much confirms an order that is to be paid in parts: the first of them; null when it is paid as a whole.';

create function private.seats_of_order(order_id uuid)
returns setof uuid
language plpgsql
volatile -- as instalment_start
security invoker
rows 10
set search_path = ''
as $$
begin
  return query
    select enrollments.id from public.order_items join public.enrollments on enrollments.order_item_id = order_items.id where order_items.order_id = seats_of_order.order_id
    union
    select renewals.enrollment_id from public.order_items join public.renewals on renewals.order_item_id = order_items.id
    where order_items.order_id = seats_of_order.order_id and renewals.extended_to is not null and renewals.undone_at is null
    union
    select enrollment_transfers.new_enrollment_id from public.enrollment_transfers
    where enrollment_transfers.order_id = seats_of_order.order_id and enrollment_transfers.new_enrollment_id is not null;
end
$$;
comment on function private.seats_of_order(uuid) is 'The enrolments that an order gave, of whomever, and those that it prolonged or moved.';

create function private.is_seat_overdue(enrollment_id uuid)
returns boolean
language plpgsql
volatile -- as instalment_start
security invoker
set search_path = ''
as $$
begin
  return exists (
    select from public.instalments
    where instalments.status in ('processing', 'overdue', 'failed')
      and instalments.overdue_since + make_interval(days => private.setting('instalment_grace_days')::integer) <= now()
      and instalments.order_id in (
        select order_items.order_id from public.enrollments join public.order_items on order_items.id = enrollments.order_item_id where enrollments.id = is_seat_overdue.enrollment_id
        union
        select order_items.order_id from public.renewals join public.order_items on order_items.id = renewals.order_item_id
        where renewals.enrollment_id = is_seat_overdue.enrollment_id and renewals.extended_to is not null and renewals.undone_at is null
        union
        select enrollment_transfers.order_id from public.enrollment_transfers where enrollment_transfers.new_enrollment_id = is_seat_overdue.enrollment_id));
end
$$;
comment on function private.is_seat_overdue(uuid) is 'Whether a part of an order that gave, prolonged or moved this seat is overdue beyond the grace.';

create function private.follow_instalments(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_seats uuid[] := array(select private.seats_of_order(follow_instalments.order_id));
begin
  perform private.give_reason('instalments');
  update public.enrollments set status = 'suspended'
  where enrollments.id = any (v_seats) and enrollments.status = 'active' and private.is_seat_overdue(enrollments.id);
  -- a seat that rests for another reason (a dispute) stays so
  update public.enrollments set status = 'active'
  where enrollments.id = any (v_seats) and enrollments.status = 'suspended' and not private.is_seat_overdue(enrollments.id) and 'instalments' = (
    select status_changes.reason from public.status_changes
    where status_changes.subject_id = enrollments.id and status_changes.machine = 'enrollment' and status_changes.to_status = 'suspended'
    order by status_changes.id desc limit 1);
  perform private.give_reason(null);
end
$$;
comment on function private.follow_instalments(uuid) is 'Suspends the seats of an order of which a part is overdue beyond the grace, and restores them when none of any is. The caller holds the order''s row.';

create function private.settle_instalments(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_schedule public.instalment_schedules;
  v_plan_period interval;
  v_due bigint;
  v_covered bigint;
  v_id uuid;
begin
  select * into v_schedule from public.instalment_schedules where instalment_schedules.order_id = settle_instalments.order_id;
  if v_schedule.order_id is null or v_schedule.status not in ('proposed', 'running')
    or (select orders.paid_at is null or orders.status in ('cancelled', 'refunded', 'needs_review') from public.orders where orders.id = v_schedule.order_id) then
    return;
  end if;
  v_due := private.due_amount(v_schedule.order_id);
  v_covered := private.covered_by_payments(v_schedule.order_id);
  if v_schedule.status = 'proposed' and v_due > 0 then
    -- the order is confirmed: from now on the parts are due
    select ('1 ' || instalment_plans.period)::interval into v_plan_period from public.instalment_plans where instalment_plans.id = v_schedule.plan_id;
    update public.instalment_schedules set status = 'running' where instalment_schedules.order_id = v_schedule.order_id;
    update public.instalments set due_at = now() + v_plan_period * (instalments.number - 1) where instalments.order_id = v_schedule.order_id;
  end if;
  for v_id in
    update public.instalments set status = 'paid', paid_at = now(), next_try_at = null
    from (
      select parts.id, sum(parts.amount) over (order by parts.number) as up_to from public.instalments as parts
      where parts.order_id = v_schedule.order_id and parts.status <> 'cancelled'
    ) as summed
    where instalments.id = summed.id and instalments.status not in ('paid', 'cancelled', 'written_off') and (summed.up_to <= v_covered or v_due = 0)
    returning instalments.id
  loop
    perform private.emit('instalment.paid', 'instalment', v_id);
  end loop;
  if v_due = 0 then
    update public.instalment_schedules set status = 'completed' where instalment_schedules.order_id = v_schedule.order_id;
  end if;
  perform private.follow_instalments(v_schedule.order_id);
end
$$;
comment on function private.settle_instalments(uuid) is
  'After a capture, and when less is owed: what was paid covers the parts in their order; the last one completes the schedule, and enrolments are restored when nothing is overdue any more. The caller holds the order''s row.';

create function private.note_failed_instalment(payment_id uuid, failure_code text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_days constant jsonb := private.setting('instalment_retry_days');
  v_part public.instalments;
begin
  select * into v_part from public.instalments where instalments.payment_id = note_failed_instalment.payment_id and instalments.status = 'processing';
  if v_part.id is null then
    return;
  end if;
  update public.instalments
  set status = case when v_part.tries > jsonb_array_length(v_days) then 'failed' else 'overdue' end, failure_code = note_failed_instalment.failure_code,
    overdue_since = coalesce(instalments.overdue_since, now()),
    next_try_at = instalments.due_at + make_interval(days => (v_days ->> (v_part.tries - 1))::integer)
  where instalments.id = v_part.id;
  perform private.emit('instalment.failed', 'instalment', v_part.id, jsonb_build_object('try', v_part.tries));
  perform private.follow_instalments(v_part.order_id);
end
$$;
comment on function private.note_failed_instalment(uuid, text) is 'A charge of a part came to nothing: it is overdue until the next day of instalment_retry_days, failed after the last one. The caller holds the order''s row.';

create function private.charge_instalment(part public.instalments, payment_method_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_payment_id uuid;
  v_missing bigint := (select sum(instalments.amount) from public.instalments where instalments.order_id = part.order_id and instalments.number <= part.number)
    - private.covered_by_payments(part.order_id);
begin
  begin
    v_payment_id := private.charge_order(part.order_id, charge_instalment.payment_method_id, 'instalment', least(v_missing, private.due_amount(part.order_id)));
  exception when sqlstate 'PGRST' then
    -- nothing to charge it to: as a charge that failed, without an attempt
    update public.instalments set status = 'overdue', failure_code = 'no_payment_method', overdue_since = coalesce(instalments.overdue_since, now()),
      next_try_at = now() + interval '1 day'
    where instalments.id = part.id;
    if part.status <> 'overdue' then
      perform private.emit('instalment.failed', 'instalment', part.id, jsonb_build_object('try', 0));
    end if;
    perform private.follow_instalments(part.order_id);
    return;
  end;
  update public.instalments set status = 'processing', tries = instalments.tries + 1, payment_id = v_payment_id, next_try_at = null where instalments.id = part.id;
end
$$;
comment on function private.charge_instalment(public.instalments, uuid) is
  'Has the worker charge what is missing of a part that is due; without a method it is overdue and looked at daily. The caller holds the order''s row, and no attempt of it is open.';

create function private.run_instalments(max_orders integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_reminder constant interval := make_interval(days => private.setting('instalment_reminder_days')::integer);
  v_grace constant interval := make_interval(days => private.setting('instalment_grace_days')::integer);
  v_order_id uuid;
  v_part public.instalments;
  v_moved integer := 0;
begin
  for v_order_id in
    select orders.id from public.orders join public.instalment_schedules on instalment_schedules.order_id = orders.id
    where instalment_schedules.status = 'running' and orders.status not in ('cancelled', 'refunded', 'needs_review') and exists (
      select from public.instalments where instalments.order_id = orders.id and instalments.status in ('scheduled', 'processing', 'overdue', 'failed')
        and (instalments.status = 'scheduled' and instalments.reminded_at is null and instalments.due_at - v_reminder <= now()
          or instalments.status in ('scheduled', 'overdue') and coalesce(instalments.next_try_at, instalments.due_at) <= now() and not exists (
            select from public.payments where payments.order_id = orders.id and payments.status in ('pending', 'processing'))
          -- also a seat that somebody claimed since, of an organisation or a gift
          or instalments.overdue_since + v_grace <= now() and exists (
            select from private.seats_of_order(orders.id) as seat join public.enrollments on enrollments.id = seat where enrollments.status = 'active')))
    order by orders.id limit run_instalments.max_orders for update of orders skip locked
  loop
    for v_part in
      update public.instalments set reminded_at = now()
      where instalments.order_id = v_order_id and instalments.status = 'scheduled' and instalments.reminded_at is null and instalments.due_at - v_reminder <= now()
      returning *
    loop
      perform private.emit('instalment.due_soon', 'instalment', v_part.id);
    end loop;
    select * into v_part from public.instalments
    where instalments.order_id = v_order_id and instalments.status in ('scheduled', 'overdue') and coalesce(instalments.next_try_at, instalments.due_at) <= now()
    order by instalments.number limit 1;
    if v_part.id is not null and not exists (select from public.payments where payments.order_id = v_order_id and payments.status in ('pending', 'processing')) then
      perform private.charge_instalment(v_part, (select instalment_schedules.payment_method_id from public.instalment_schedules where instalment_schedules.order_id = v_order_id));
    end if;
    perform private.follow_instalments(v_order_id);
    v_moved := v_moved + 1;
  end loop;
  return v_moved;
end
$$;
comment on function private.run_instalments(integer) is
  'By the clock: reminds, charges the oldest part that is due of each order where nobody is paying just now, and suspends what is overdue beyond the grace; returns how many orders it looked at.';
