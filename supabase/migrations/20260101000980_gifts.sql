/*
Gifts: a seat that somebody pays for and somebody else takes.

Promise: a paid gift is a seat that waits for whoever has its code, and for nobody else; it is claimed once, or ends: its money goes back to the
buyer, or after gift_days, as the setting gift_expiry says, its seat is on sale again. The code goes by mail at deliver_at, to its recipient only.
Under concurrency: order, stock, waiting list, then gifts by id, then enrolments, as seats of organisations.
*/

insert into public.settings (key, value, description) values
  ('gift_days', '180', 'Days that a gift waits to be claimed, from its delivery.'),
  ('gift_reminder_days', '14', 'Days before a gift runs out on which its recipient is reminded.'),
  ('gift_expiry', '"refund"', 'What becomes of a gift that nobody claimed: refund (the buyer has the money back) or release (the seat is on sale again, the money stays).');

create table public.gifts (
  id uuid primary key default gen_random_uuid(),
  order_item_id uuid not null references public.order_items (id) on delete restrict,
  intake_id uuid not null references public.intakes (id) on delete restrict,
  buyer_id uuid not null references public.profiles (id) on delete restrict,
  learner_id uuid references public.profiles (id) on delete restrict,
  enrollment_id uuid references public.enrollments (id) on delete restrict,
  status text not null default 'unpaid',
  recipient_email text not null,
  recipient_name text,
  message text,
  deliver_at timestamptz,
  expires_at timestamptz,
  announced_at timestamptz,
  reminded_at timestamptz,
  claimed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint gifts_have_a_known_status check (status in ('unpaid', 'waiting', 'claimed', 'expired', 'ended')),
  constraint gifts_go_to_somebody check (recipient_email ~ '^[^@\s]+@[^@\s]+$' and length(recipient_email) <= 320),
  constraint gifts_name_their_recipient_in_a_line check (length(recipient_name) <= 200),
  constraint gifts_say_a_few_words check (length(message) <= 2000),
  constraint gifts_run_out_once_paid check (expires_at is not null or status = 'unpaid'),
  constraint gifts_are_claimed_by_a_learner check ((enrollment_id is null) = (learner_id is null) and (status <> 'claimed' or enrollment_id is not null and claimed_at is not null))
);
comment on table public.gifts is 'One unit of an order that somebody else takes. waiting: paid, and held for whoever has the code; expired: its seat was released; ended: its money went back.';
create index on public.gifts (order_item_id);
create index on public.gifts (intake_id);
-- serves: the gifts of a buyer, and row-level security
create index on public.gifts (buyer_id);
create index on public.gifts (learner_id);
create index on public.gifts (enrollment_id);
-- serves: what is to be delivered, and what runs out
create index on public.gifts (deliver_at) where status = 'waiting' and announced_at is null;
create index on public.gifts (expires_at) where status = 'waiting';

insert into private.status_moves (machine, from_status, to_status) values
  ('gift', 'unpaid', 'waiting'), ('gift', 'waiting', 'claimed'), ('gift', 'waiting', 'expired'), ('gift', 'waiting', 'ended'), ('gift', 'claimed', 'ended'),
  ('gift', 'expired', 'ended');

create trigger _100_stamp_update before update on public.gifts for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.gifts for each row when (old.status <> new.status) execute function private.tg__guard_status('gift');

alter table public.gifts enable row level security;
create policy select_own_or_staff on public.gifts for select to authenticated
  using (buyer_id = (select auth.uid()) or learner_id = (select auth.uid()) or (select private.has_permission('enrollments.read')));
grant select on public.gifts to authenticated, service_role;
-- not granted: any write. order_gifts, claim_gift and change_gift keep gifts and seats in step.

alter table private.claim_codes
  add column gift_id uuid references public.gifts (id) on delete cascade,
  add constraint claim_codes_are_for_one_thing check (num_nonnulls(invite_id, gift_id) = 1);
create index on private.claim_codes (gift_id);

-- what orders ask -----------------------------------------------------------------------------------------------------------------------

create function private.open_gifts(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.gifts
  set status = 'waiting', expires_at = greatest(now(), gifts.deliver_at) + make_interval(days => (private.setting('gift_days'))::integer)
  from public.order_items
  where order_items.order_id = open_gifts.order_id and gifts.order_item_id = order_items.id and gifts.status = 'unpaid';
  perform private.announce_due_gifts(1000, open_gifts.order_id);
end
$$;
comment on function private.open_gifts(uuid) is 'The gifts of an order that was just paid wait to be claimed from here on.';

create function private.announce_due_gifts(max_gifts integer default 100, order_id uuid default null)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_due uuid[] := array(
    select gifts.id from public.gifts
    where gifts.status = 'waiting' and gifts.announced_at is null and coalesce(gifts.deliver_at, gifts.created_at) <= now()
      and (announce_due_gifts.order_id is null or gifts.order_item_id in (select order_items.id from public.order_items where order_items.order_id = announce_due_gifts.order_id))
    order by gifts.deliver_at nulls first, gifts.id limit announce_due_gifts.max_gifts for update skip locked);
  v_gift_id uuid;
begin
  update public.gifts set announced_at = clock_timestamp() where gifts.id = any (v_due);
  foreach v_gift_id in array v_due loop
    perform private.emit('gift.due', 'gift', v_gift_id);
  end loop;
  return cardinality(v_due);
end
$$;
comment on function private.announce_due_gifts(integer, uuid) is 'Sends off gifts whose time has come; returns how many. The worker calls it until 0.';

create function private.remind_of_gifts(max_gifts integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_due uuid[] := array(
    select gifts.id from public.gifts
    where gifts.status = 'waiting' and gifts.reminded_at is null and gifts.announced_at < now() - interval '1 day'
      and gifts.expires_at between now() and now() + make_interval(days => (private.setting('gift_reminder_days'))::integer)
    order by gifts.expires_at, gifts.id limit remind_of_gifts.max_gifts for update skip locked);
  v_gift_id uuid;
begin
  update public.gifts set reminded_at = now() where gifts.id = any (v_due);
  foreach v_gift_id in array v_due loop
    perform private.emit('gift.running_out', 'gift', v_gift_id);
  end loop;
  return cardinality(v_due);
end
$$;
comment on function private.remind_of_gifts(integer) is 'Reminds the recipients of gifts that run out soon, once; returns how many. The worker calls it until 0.';

create function private.end_gifts(order_item_id uuid, units integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_left integer := end_gifts.units;
  v_whole boolean;
  v_gift public.gifts;
begin
  perform from public.gifts where gifts.order_item_id = end_gifts.order_item_id and gifts.status in ('waiting', 'claimed', 'expired') order by gifts.id for update;
  select count(*) <= v_left into v_whole
  from public.gifts where gifts.order_item_id = end_gifts.order_item_id and gifts.status in ('waiting', 'claimed', 'expired');
  for v_gift in
    select * from public.gifts where gifts.order_item_id = end_gifts.order_item_id and gifts.status in ('waiting', 'claimed', 'expired')
    order by array_position('{expired,waiting,claimed}', gifts.status), gifts.expires_at, gifts.id
  loop
    exit when v_left = 0;
    continue when v_gift.status = 'claimed' and not private.end_others_seat(v_gift.enrollment_id, v_whole);
    update public.gifts set status = 'ended' where gifts.id = v_gift.id;
    v_left := v_left - 1;
  end loop;
  if v_left > 0 and not v_whole then
    perform private.fail('seats_begun', 409, format('%s of these seats were begun: their learners keep them.', v_left), 'Give back fewer, or the whole line.', v_left::text);
  end if;
end
$$;
comment on function private.end_gifts(uuid, integer) is
  'Ends so many gifts of an order''s line: those that ran out first, then the unclaimed that run out soonest, then those nobody has begun; all when nothing is left of the line. Refuses seats_begun. The caller holds the order and its stock.';

-- running out -----------------------------------------------------------------------------------------------------------------------------

create function private.expire_due_gift()
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_gift public.gifts;
  v_order public.orders;
begin
  -- the order before its gift, as every refund does it; one that somebody works on waits for the next minute
  select orders.* into v_order from public.gifts
  join public.order_items on order_items.id = gifts.order_item_id join public.orders on orders.id = order_items.order_id
  where gifts.status = 'waiting' and gifts.expires_at <= now() and orders.status in ('paid', 'processing', 'completed', 'partially_refunded')
  order by gifts.expires_at, gifts.id limit 1 for update of orders skip locked;
  if v_order.id is null then
    return null;
  end if;
  select gifts.* into v_gift from public.gifts join public.order_items on order_items.id = gifts.order_item_id
  where order_items.order_id = v_order.id and gifts.status = 'waiting' and gifts.expires_at <= now() order by gifts.expires_at, gifts.id limit 1;
  if v_gift.id is null then
    return null; -- claimed or refunded a moment ago
  end if;
  if private.setting('gift_expiry') #>> '{}' = 'release' then
    perform private.lock_stock(array(select intakes.variant_id from public.intakes where intakes.id = v_gift.intake_id));
    perform private.lock_waitlist(v_gift.intake_id);
    update public.gifts set status = 'expired' where gifts.id = v_gift.id and gifts.status = 'waiting';
    if found then
      perform private.return_units(intakes.variant_id, 1, v_order.id) from public.intakes where intakes.id = v_gift.intake_id;
    end if;
  else
    -- of the gifts of a line that is due ones first: see private.end_gifts
    perform private.give_back_items(v_order, array[v_gift.order_item_id], array[1], 'gift_expired', 'nobody claimed the gift');
  end if;
  perform private.emit('gift.expired', 'gift', v_gift.id);
  return v_gift.id;
end
$$;
comment on function private.expire_due_gift() is 'Ends one gift that ran out unclaimed, by the setting gift_expiry, and gives its id; null when there is none. The worker calls it until null, each in its own transaction.';
