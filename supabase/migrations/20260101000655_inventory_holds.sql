/*
Inventory, holds: units that another system or the warehouse keeps for a while, and then delivers or gives back.

Promise: a hold takes all its lines or none, ends once, and what it took is free again when it is due, worker or no worker.
Under concurrency: whoever ends a hold locks its row, then its reservations, then the slots, like an order.
*/

create table public.stock_holds (
  id uuid primary key default gen_random_uuid(),
  status text not null default 'held',
  note text,
  expires_at timestamptz not null,
  held_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint stock_holds_have_a_known_status check (status in ('held', 'released', 'deducted', 'expired')),
  constraint stock_holds_have_a_note_of_sane_length check (length(note) <= 500)
);
comment on table public.stock_holds is 'Units held without an order, by reserve_stock, until expires_at by the database''s clock. What it holds is in reservations, by holder_id.';
-- serves: holds that are due
create index on public.stock_holds (expires_at) where status = 'held';

insert into private.status_moves (machine, from_status, to_status) values
  ('stock_hold', 'held', 'released'), ('stock_hold', 'held', 'deducted'), ('stock_hold', 'held', 'expired');
create trigger _100_stamp_update before update on public.stock_holds for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.stock_holds for each row when (old.status <> new.status) execute function private.tg__guard_status('stock_hold');

alter table public.stock_holds enable row level security;
create policy select_staff on public.stock_holds for select to authenticated using ((select private.has_permission('inventory.read')));
grant select on public.stock_holds to authenticated, service_role;
-- not granted: any write. reserve_stock, release_stock and deduct_stock keep the units in step.

create function private.stock_hold_document(hold_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('id', stock_holds.id, 'status', stock_holds.status, 'note', stock_holds.note, 'expires_at', stock_holds.expires_at, 'lines', (
      select jsonb_agg(jsonb_build_object('variant_id', taken.variant_id, 'quantity', taken.quantity, 'beyond_stock', taken.beyond) order by taken.variant_id)
      from (
        select reservations.variant_id, sum(reservations.quantity) as quantity, coalesce(sum(reservations.quantity) filter (where reservations.slot >= 128), 0) as beyond
        from public.reservations where reservations.holder_id = stock_holds.id group by reservations.variant_id
      ) as taken))
    from public.stock_holds where stock_holds.id = stock_hold_document.hold_id);
end
$$;
comment on function private.stock_hold_document(uuid) is 'A hold and what it took, as its verbs answer it.';

create function private.reserve_stock(lines jsonb, minutes integer, note text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write stock, only through verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('lines', reserve_stock.lines, 'minutes', reserve_stock.minutes, 'note', reserve_stock.note);
  v_answer jsonb := private.recall_answer(v_person_id, reserve_stock.idempotency_key, 'reserve_stock', v_body);
  v_hold public.stock_holds;
  v_lines private.stock_line[];
  v_line private.stock_line;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_lines := private.parse_stock_lines(reserve_stock.lines, '{quantity}', false);
  perform private.check_stock_note(reserve_stock.note);
  if reserve_stock.minutes not between 1 and 10080 then
    perform private.fail('invalid_hold_time', 422, 'minutes is a whole number from 1 to 10080, a week.', 'Correct minutes.');
  end if;
  perform private.check_goods(array(select line.variant_id from unnest(v_lines) as line));
  insert into public.stock_holds (note, expires_at, held_by)
  values (reserve_stock.note, now() + make_interval(mins => coalesce(reserve_stock.minutes, (private.setting('hold_minutes'))::integer)), auth.uid())
  returning * into v_hold;
  foreach v_line in array v_lines loop
    if private.reserve_units(v_hold.id, v_line.variant_id, v_line.quantity, v_hold.expires_at) is null then
      perform private.fail('out_of_stock', 409, format('There are not %s of one of these left.', v_line.quantity), 'Lower the quantity or remove the line.', v_line.variant_id::text);
    end if;
  end loop;
  return private.remember_answer(v_person_id, reserve_stock.idempotency_key, 'reserve_stock', v_body, private.stock_hold_document(v_hold.id));
end
$$;
comment on function private.reserve_stock(jsonb, integer, text, text) is 'Does the work of public.reserve_stock.';
grant execute on function private.reserve_stock(jsonb, integer, text, text) to authenticated, service_role;

create function public.reserve_stock(lines jsonb, minutes integer default null, note text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.reserve_stock(reserve_stock.lines, reserve_stock.minutes, reserve_stock.note, reserve_stock.idempotency_key);
$$;
comment on function public.reserve_stock(jsonb, integer, text, text) is
  'Staff (inventory.write) or the secret key: holds [{variant_id, quantity}], all or none, for some minutes (default: the setting hold_minutes). Answers {id, status, note, expires_at, lines: [{variant_id, quantity, beyond_stock}]}. '
  'Errors: permission_denied, invalid_lines, invalid_quantity, invalid_reason, invalid_hold_time, variant_not_found, seats_follow_the_intake, bundle_has_no_stock, not_counted, out_of_stock, idempotency_key_reused.';
grant execute on function public.reserve_stock(jsonb, integer, text, text) to authenticated, service_role;

create function private.end_stock_hold(hold_id uuid, status text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_hold public.stock_holds;
begin
  select * into v_hold from public.stock_holds where stock_holds.id = end_stock_hold.hold_id for update;
  if v_hold.id is null then
    perform private.fail('hold_not_found', 404, 'There is no such hold.', 'Check the id that reserve_stock answered.');
  end if;
  -- whoever found the shelf empty may have released what is due; then nothing of it is delivered
  perform private.lock_holds(array[v_hold.id]);
  if v_hold.status <> 'held' or end_stock_hold.status = 'deducted' and (v_hold.expires_at <= now() or exists (
    select from public.reservations where reservations.holder_id = v_hold.id and reservations.status <> 'held')) then
    perform private.fail('hold_ended', 409, format('This hold is over: %s.', case when v_hold.status = 'held' then 'its time has ended' else v_hold.status end), 'Reserve again.');
  end if;
  update public.stock_holds set status = end_stock_hold.status where stock_holds.id = v_hold.id;
  perform private.settle_reservations(v_hold.id, case when end_stock_hold.status = 'deducted' then 'claimed' else 'released' end);
end
$$;
comment on function private.end_stock_hold(uuid, text) is 'Ends a hold: released, expired, or deducted, which is a sale outside the shop. Refuses hold_not_found and hold_ended.';

create function private.release_stock(hold_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write stock, only through verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := to_jsonb(release_stock.hold_id);
  v_answer jsonb := private.recall_answer(v_person_id, release_stock.idempotency_key, 'release_stock', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.end_stock_hold(release_stock.hold_id, 'released');
  return private.remember_answer(v_person_id, release_stock.idempotency_key, 'release_stock', v_body, private.stock_hold_document(release_stock.hold_id));
end
$$;
comment on function private.release_stock(uuid, text) is 'Does the work of public.release_stock.';
grant execute on function private.release_stock(uuid, text) to authenticated, service_role;

create function public.release_stock(hold_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.release_stock(release_stock.hold_id, release_stock.idempotency_key);
$$;
comment on function public.release_stock(uuid, text) is
  'Staff (inventory.write) or the secret key: ends a hold, its units are free again. Answers it. Errors: permission_denied, hold_not_found, hold_ended, idempotency_key_reused.';
grant execute on function public.release_stock(uuid, text) to authenticated, service_role;

create function private.deduct_stock(hold_id uuid, lines jsonb, note text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write stock, only through verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('hold_id', deduct_stock.hold_id, 'lines', deduct_stock.lines, 'note', deduct_stock.note);
  v_answer jsonb := private.recall_answer(v_person_id, deduct_stock.idempotency_key, 'deduct_stock', v_body);
  v_lines private.stock_line[];
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_stock_note(deduct_stock.note);
  if (deduct_stock.hold_id is null) = (deduct_stock.lines is null) then
    perform private.fail('invalid_lines', 422, 'Either a hold is delivered or lines are.', 'Send hold_id or lines.');
  end if;
  if deduct_stock.hold_id is not null then
    perform private.end_stock_hold(deduct_stock.hold_id, 'deducted');
    return private.remember_answer(v_person_id, deduct_stock.idempotency_key, 'deduct_stock', v_body, private.stock_hold_document(deduct_stock.hold_id));
  end if;
  v_lines := private.parse_stock_lines(deduct_stock.lines, '{quantity}', true);
  perform private.open_books(v_lines);
  perform private.change_stock(line, -line.quantity, 'deduction', null, deduct_stock.note) from unnest(v_lines) as line;
  return private.remember_answer(v_person_id, deduct_stock.idempotency_key, 'deduct_stock', v_body, private.close_books(v_lines));
end
$$;
comment on function private.deduct_stock(uuid, jsonb, text, text) is 'Does the work of public.deduct_stock.';
grant execute on function private.deduct_stock(uuid, jsonb, text, text) to authenticated, service_role;

create function public.deduct_stock(hold_id uuid default null, lines jsonb default null, note text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.deduct_stock(deduct_stock.hold_id, deduct_stock.lines, deduct_stock.note, deduct_stock.idempotency_key);
$$;
comment on function public.deduct_stock(uuid, jsonb, text, text) is
  'Staff (inventory.write) or the secret key: units left the house outside the shop. Of a hold, answering it; or free ones, [{variant_id, quantity, location_id?}], all or none, answering {filled, levels}. '
  'Errors: permission_denied, hold_not_found, hold_ended, and those of adjust_stock.';
grant execute on function public.deduct_stock(uuid, jsonb, text, text) to authenticated, service_role;

create function private.expire_due_stock_holds(max_holds integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_due uuid[] := array(
    select stock_holds.id from public.stock_holds where stock_holds.status = 'held' and stock_holds.expires_at <= now()
    order by stock_holds.expires_at limit expire_due_stock_holds.max_holds for update skip locked
  );
  v_hold_id uuid;
begin
  perform private.lock_holds(v_due);
  foreach v_hold_id in array v_due loop
    perform private.end_stock_hold(v_hold_id, 'expired');
  end loop;
  return cardinality(v_due);
end
$$;
comment on function private.expire_due_stock_holds(integer) is 'Ends holds that are due, oldest first; returns how many. The worker calls it until 0.';
