/*
Instalments, changing: what becomes of the parts when the order changes, and of a seat that is taken while one is overdue. See the instalments file for
the promise.

An unpaid order is split anew. Of a confirmed one what goes is taken off what is owed before anything that was paid goes back, and off the parts from the
last one on; what comes is an order of its own and asks for its own money, as after every edit.
*/

create function private.covered_by_payments(order_id uuid)
returns bigint
language plpgsql
volatile -- as instalment_start
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(sum(instalments.amount), 0) - private.due_amount(covered_by_payments.order_id)
    from public.instalments where instalments.order_id = covered_by_payments.order_id and instalments.status not in ('cancelled', 'written_off'));
end
$$;
comment on function private.covered_by_payments(uuid) is 'How much of the parts of an order is paid: what they ask for, less what is due. The caller holds the order''s row.';

create function private.lower_instalments(order_id uuid, amount bigint)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_part public.instalments;
  v_rest bigint := lower_instalments.amount;
begin
  for v_part in
    select instalments.* from public.instalments join public.instalment_schedules on instalment_schedules.order_id = instalments.order_id
    where instalments.order_id = lower_instalments.order_id and instalment_schedules.status = 'running' and instalments.status in ('scheduled', 'processing', 'overdue', 'failed')
    order by instalments.number desc
  loop
    exit when v_rest = 0;
    if v_part.amount <= v_rest then
      update public.instalments set status = 'cancelled', next_try_at = null where instalments.id = v_part.id;
    else
      update public.instalments set amount = instalments.amount - v_rest where instalments.id = v_part.id;
    end if;
    v_rest := v_rest - least(v_rest, v_part.amount);
  end loop;
end
$$;
comment on function private.lower_instalments(uuid, bigint) is
  'Takes so much off the parts that are not paid yet, the last one first, so that what is due next stays as it was agreed; a part of which nothing is left is cancelled. The caller holds the order''s row and has lowered what is due.';

create function private.propose_instalments(target public.orders, plan public.instalment_plans)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_amounts bigint[] := private.instalment_amounts(target.total_amount, plan.count, plan.first_basis_points);
begin
  delete from public.instalments where instalments.order_id = target.id;
  if 0 >= any (v_amounts) or target.purpose = 'gift_card' or exists (
    select from public.order_items join public.variants on variants.id = order_items.variant_id
    where order_items.order_id = target.id and order_items.parent_id is null and variants.product_id <> plan.product_id
  ) then
    delete from public.instalment_schedules where instalment_schedules.order_id = target.id;
    return false;
  end if;
  insert into public.instalment_schedules (order_id, plan_id) values (target.id, plan.id)
  on conflict on constraint instalment_schedules_order_id_key do update set plan_id = excluded.plan_id;
  insert into public.instalments (order_id, number, amount, due_at)
  select target.id, part.number, part.amount, now() + ('1 ' || plan.period)::interval * (part.number - 1)
  from unnest(v_amounts) with ordinality as part (amount, number);
  return true;
end
$$;
comment on function private.propose_instalments(public.orders, public.instalment_plans) is
  'An unpaid order is to be paid in the parts of this plan, and of no other; false when the plan is for another product, a part would be nothing, or gift cards are bought: then it is paid as a whole. The caller holds the order''s row.';

create function private.propose_instalments_again(target public.orders)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_plan public.instalment_plans;
begin
  select instalment_plans.* into v_plan from public.instalment_schedules join public.instalment_plans on instalment_plans.id = instalment_schedules.plan_id
  where instalment_schedules.order_id = target.id and instalment_schedules.status = 'proposed';
  if v_plan.id is not null then
    perform private.propose_instalments(target, v_plan);
  end if;
end
$$;
comment on function private.propose_instalments_again(public.orders) is 'An unpaid order that costs something else now is paid in parts of that, if it was to be paid in parts. The caller holds the order''s row.';

create function private.rest_if_overdue(enrollment_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- whoever is moving the part just now decides, and nobody waits: a payment that comes after us finds the seat at rest
  perform from public.enrollments
  join public.order_items on order_items.id = enrollments.order_item_id
  join public.instalments on instalments.order_id = order_items.order_id
  where enrollments.id = rest_if_overdue.enrollment_id and instalments.status in ('processing', 'overdue', 'failed')
    and instalments.overdue_since + make_interval(days => private.setting('instalment_grace_days')::integer) <= now()
  for share of instalments skip locked;
  if found then
    perform private.give_reason('instalments');
    update public.enrollments set status = 'suspended' where enrollments.id = rest_if_overdue.enrollment_id and enrollments.status = 'active';
    perform private.give_reason(null);
  end if;
end
$$;
comment on function private.rest_if_overdue(uuid) is 'A seat that somebody takes of an order of which a part is overdue beyond the grace rests from that moment, as the others of it do.';
