/*
Subscriptions: access to a part of the catalogue for as long as a period is paid. Plans and rights are here; what the provider bills is in the
billing file, what people ask for in the verbs file.

Promise: a subscription opens the uncounted intakes of its plan's courses while it is paid, to the second by the database's clock: beyond the
grace after a failed payment they are suspended, at the end they are over, and what was learned is kept. It never takes a counted seat.
Under concurrency: everything that moves a subscription locks its row first, then the order it writes; the unique index on live ones is the
guarantee of one subscription per person and plan.
*/

insert into public.settings (key, value, description) values
  ('subscription_grace_days', '3', 'Days that a subscription stays open after a payment of it failed, or while the provider''s word of a renewal is late.');

create table public.subscription_plans (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null unique references public.products (id) on delete restrict,
  variant_id uuid not null unique references public.variants (id) on delete restrict,
  title text not null,
  summary text not null default '',
  period text not null,
  status text not null default 'draft',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint subscription_plans_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200 and length(summary) <= 500),
  constraint subscription_plans_are_paid_by_month_or_year check (period in ('month', 'year')),
  constraint subscription_plans_have_a_known_status check (status in ('draft', 'active', 'archived'))
);
comment on table public.subscription_plans is
  'What can be subscribed to, paid by period. Its prices are those of variant_id, per currency, taxes included; product_id stands behind invoices and reports and is never on sale by itself.';

insert into private.status_moves (machine, from_status, to_status) values
  ('subscription_plan', 'draft', 'active'), ('subscription_plan', 'active', 'archived'), ('subscription_plan', 'archived', 'active');

create function private.tg_subscription_plans__make_product()
returns trigger
language plpgsql
volatile
security definer -- staff write the plan; what is billed follows
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' then
    update public.products set title = new.title where products.id = new.product_id and products.title <> new.title;
    return new;
  end if;
  insert into public.products (kind, slug, title) values ('digital', 'plan-' || replace(new.id::text, '-', ''), new.title) returning products.id into new.product_id;
  insert into public.variants (product_id, sku, title, stock_mode)
  values (new.product_id, 'PLAN-' || upper(left(replace(new.id::text, '-', ''), 12)), new.title, 'none') returning variants.id into new.variant_id;
  return new;
end
$$;
comment on function private.tg_subscription_plans__make_product() is 'Makes the product and the variant that the orders of a plan name.';

create function private.tg_products__keep_plans_off_sale()
returns trigger
language plpgsql
volatile
security definer -- whoever publishes may not see plans
set search_path = ''
as $$
begin
  if exists (select from public.subscription_plans where subscription_plans.product_id = new.id) then
    perform private.fail('plan_not_for_sale', 409, 'This product stands for a subscription plan and is not sold by itself.', 'Make the plan active instead.');
  end if;
  return new;
end
$$;
comment on function private.tg_products__keep_plans_off_sale() is 'A plan is subscribed to, not bought: its product is never published.';

create trigger _150_keep_plans_off_sale before update of status on public.products for each row when (new.status = 'published' and old.status <> 'published') execute function private.tg_products__keep_plans_off_sale();
create trigger _050_make_product before insert or update of title on public.subscription_plans for each row execute function private.tg_subscription_plans__make_product();
create trigger _100_stamp_update before update on public.subscription_plans for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.subscription_plans for each row when (old.status <> new.status) execute function private.tg__guard_status('subscription_plan');
create trigger _900_audit after insert or update or delete on public.subscription_plans for each row execute function private.tg__audit('id');

alter table public.subscription_plans enable row level security;
create policy select_active on public.subscription_plans for select to anon using (status = 'active');
create policy select_active_or_staff on public.subscription_plans for select to authenticated using (status = 'active' or (select private.has_permission('catalog.read')));
create policy insert_staff on public.subscription_plans for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.subscription_plans for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
grant select on public.subscription_plans to anon, authenticated, service_role;
grant insert (title, summary, period, status), update (title, summary, status) on public.subscription_plans to authenticated, service_role;
-- not granted: period once it is made (the provider's price has it), delete (its orders are history).

create table public.subscription_plan_scopes (
  id uuid primary key default gen_random_uuid(),
  plan_id uuid not null references public.subscription_plans (id) on delete cascade,
  product_id uuid references public.products (id) on delete cascade,
  category_id uuid references public.categories (id) on delete cascade,
  collection_id uuid references public.collections (id) on delete cascade,
  constraint subscription_plan_scopes_name_one_thing check (num_nonnulls(product_id, category_id, collection_id) = 1),
  constraint subscription_plan_scopes_are_named_once unique nulls not distinct (plan_id, product_id, category_id, collection_id)
);
comment on table public.subscription_plan_scopes is 'What a plan opens: a course, the courses of a category with everything below it, or those of a collection.';
create index on public.subscription_plan_scopes (product_id);
create index on public.subscription_plan_scopes (category_id);
create index on public.subscription_plan_scopes (collection_id);
create trigger _900_audit after insert or update or delete on public.subscription_plan_scopes for each row execute function private.tg__audit('id');

alter table public.subscription_plan_scopes enable row level security;
create policy select_anyone on public.subscription_plan_scopes for select to anon, authenticated
  using (exists (select from public.subscription_plans where subscription_plans.id = subscription_plan_scopes.plan_id));
create policy insert_staff on public.subscription_plan_scopes for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.subscription_plan_scopes for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.subscription_plan_scopes to anon, authenticated, service_role;
insert into private.cached_reads (path, settings_prefix) values ('/subscription_plans', 'catalog'), ('/subscription_plan_scopes', 'catalog');
grant insert (plan_id, product_id, category_id, collection_id), delete on public.subscription_plan_scopes to authenticated, service_role;
-- not granted: update. A scope is taken away and another one added.

-- subscriptions ------------------------------------------------------------------------------------------------------------------------

create table public.subscriptions (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references public.profiles (id) on delete restrict,
  plan_id uuid not null references public.subscription_plans (id) on delete restrict,
  status text not null default 'incomplete',
  currency text not null, -- as it was: no foreign key, so no index on three values
  unit_amount bigint not null,
  amount bigint not null,
  period_started_at timestamptz,
  period_ends_at timestamptz,
  past_due_since timestamptz,
  cancels_at timestamptz,
  ended_at timestamptz,
  checkout_url text,
  checkout_expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint subscriptions_have_a_known_status check (status in ('incomplete', 'active', 'past_due', 'canceled', 'expired')),
  constraint subscriptions_cost_something check (unit_amount > 0 and amount >= unit_amount),
  constraint subscriptions_are_paid_for_a_time check (period_ends_at > period_started_at),
  constraint subscriptions_know_their_period_once_paid check (status not in ('active', 'past_due') or period_ends_at is not null),
  constraint subscriptions_are_dated_while_due check ((status = 'past_due') = (past_due_since is not null)),
  constraint subscriptions_are_dated_when_over check ((ended_at is not null) = (status in ('canceled', 'expired')))
);
comment on table public.subscriptions is
  'One person''s subscription to a plan: amount is what each period costs. incomplete: not paid yet; past_due: a renewal failed and is tried again; cancels_at: ends then; expired: never paid.';

-- the guarantee: one live subscription per person and plan
create unique index subscriptions_one_live_per_person on public.subscriptions (person_id, plan_id) where status in ('incomplete', 'active', 'past_due');
-- serves: my subscriptions
create index on public.subscriptions (person_id, created_at desc);
create index on public.subscriptions (plan_id);
-- serves: the reconciler and what the clock ends
create index on public.subscriptions (period_ends_at) where status in ('incomplete', 'active', 'past_due');

insert into private.status_moves (machine, from_status, to_status) values
  ('subscription', 'incomplete', 'active'), ('subscription', 'incomplete', 'past_due'), ('subscription', 'expired', 'past_due'), ('subscription', 'incomplete', 'expired'), ('subscription', 'incomplete', 'canceled'),
  ('subscription', 'expired', 'active'), ('subscription', 'expired', 'canceled'), -- paid in the last second
  ('subscription', 'active', 'past_due'), ('subscription', 'active', 'canceled'),
  ('subscription', 'past_due', 'active'), ('subscription', 'past_due', 'canceled'),
  ('enrollment', 'cancelled', 'active'); -- subscribed again: what was learned goes on

create trigger _100_stamp_update before update on public.subscriptions for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.subscriptions for each row when (old.status <> new.status) execute function private.tg__guard_status('subscription');

alter table public.subscriptions enable row level security;
create policy select_own_or_staff on public.subscriptions for select to authenticated
  using (person_id = (select auth.uid()) or (select private.has_permission('payments.read')));
grant select on public.subscriptions to authenticated, service_role;
-- not granted: any write. The verbs and the provider's events write.

alter table public.enrollments add constraint enrollments_subscription_id_fkey
  foreign key (subscription_id) references public.subscriptions (id) on delete restrict;
alter table public.enrollments add constraint enrollments_come_from_one_thing check (order_item_id is null or subscription_id is null);
-- serves: what a subscription opens
create index on public.enrollments (subscription_id) where subscription_id is not null;

-- access -------------------------------------------------------------------------------------------------------------------------------

create function private.subscription_lock(subscription_id uuid)
returns text
language plpgsql
volatile -- verbs ask it after they waited for a lock
security invoker
set search_path = ''
as $$
declare
  v_grace constant interval := make_interval(days => private.setting('subscription_grace_days')::integer);
begin
  return (
    select case
      when subscriptions.status not in ('active', 'past_due') or subscriptions.cancels_at <= now() then 'access_over'
      when coalesce(subscriptions.past_due_since, subscriptions.period_ends_at) + v_grace <= now() then 'suspended'
      else '' end
    from public.subscriptions where subscriptions.id = subscription_lock.subscription_id);
end
$$;
comment on function private.subscription_lock(uuid) is 'Why nothing is open by this subscription now: suspended (a payment failed, and the grace is over), access_over; empty when it is open.';

create function private.follow_subscription(subscription_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_lock text := private.subscription_lock(follow_subscription.subscription_id);
begin
  perform private.give_reason('subscription');
  if v_lock = '' then
    update public.enrollments set status = 'active' where enrollments.subscription_id = follow_subscription.subscription_id and enrollments.status = 'suspended';
  elsif v_lock = 'suspended' then
    update public.enrollments set status = 'suspended' where enrollments.subscription_id = follow_subscription.subscription_id and enrollments.status = 'active';
  else
    update public.enrollments set status = 'cancelled', ended_at = now()
    where enrollments.subscription_id = follow_subscription.subscription_id and enrollments.status in ('active', 'suspended');
  end if;
  perform private.give_reason(null);
end
$$;
comment on function private.follow_subscription(uuid) is
  'Brings the enrolments of a subscription in step with it: open, suspended or ended. A completed course stays completed; its lessons follow private.subscription_lock. The caller holds the subscription''s row.';

create function private.follow_due_subscriptions(max_rows integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_id uuid;
  v_followed integer := 0;
begin
  for v_id in
    select subscriptions.id from public.subscriptions
    where subscriptions.status in ('active', 'past_due') and exists (
      select from public.enrollments where enrollments.subscription_id = subscriptions.id and enrollments.status in ('active', 'suspended')
        and (enrollments.status = 'active') is distinct from (private.subscription_lock(subscriptions.id) = ''))
      and (subscriptions.period_ends_at <= now() or subscriptions.past_due_since is not null or subscriptions.cancels_at <= now())
    order by subscriptions.period_ends_at limit follow_due_subscriptions.max_rows for update skip locked
  loop
    perform private.follow_subscription(v_id);
    v_followed := v_followed + 1;
  end loop;
  return v_followed;
end
$$;
comment on function private.follow_due_subscriptions(integer) is 'Suspends and ends what the clock decided since; returns how many subscriptions. Lessons were shut to the second before it came.';

create function private.plan_opens(plan_id uuid, product_id uuid)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_collection public.collections;
  v_in boolean;
begin
  if exists (
    select from public.subscription_plan_scopes
    where subscription_plan_scopes.plan_id = plan_opens.plan_id and (subscription_plan_scopes.product_id = plan_opens.product_id
      or subscription_plan_scopes.category_id is not null and (select products.category_id from public.products where products.id = plan_opens.product_id)
        in (select private.category_subtree(subscription_plan_scopes.category_id)))
  ) then
    return true;
  end if;
  for v_collection in
    select collections.* from public.subscription_plan_scopes join public.collections on collections.id = subscription_plan_scopes.collection_id
    where subscription_plan_scopes.plan_id = plan_opens.plan_id
  loop
    execute format('select exists (select from public.products where products.id = $1 and (%s))', private.collection_condition(v_collection))
      into v_in using plan_opens.product_id;
    if v_in or exists (
      select from public.collection_members where collection_members.collection_id = v_collection.id and collection_members.product_id = plan_opens.product_id
    ) then
      return true;
    end if;
  end loop;
  return false;
end
$$;
comment on function private.plan_opens(uuid, uuid) is 'Whether a course is in what a plan opens, as its categories and collections are now.';
