/*
Courses, renewal: how long the lessons of a seat stay open, and how that time is bought longer.

Promise: time that is bought before the end is added to the end, after it to now; a refund takes it back. Having the seat never stands in the way
of renewing it. Who is about to lose access hears of it once.
Under concurrency: two renewals of one seat both lock its enrolment when they are paid, so each adds to what the other left.
*/

insert into public.settings (key, value, description) values
  ('access_reminder_days', '7', 'Days before the lessons of a seat close on which its learner is told.');

alter table public.courses
  add column renewal_days integer,
  add column renewal_variant_id uuid references public.variants (id) on delete restrict,
  add constraint courses_are_renewed_for_some_days check (renewal_days between 1 and 36500),
  add constraint courses_sell_what_renews_them check (renewal_days is null or renewal_variant_id is not null);
create index on public.courses (renewal_variant_id);
-- not granted: these columns. set_course_renewal makes what is sold.

create table public.renewals (
  order_item_id uuid primary key references public.order_items (id) on delete restrict,
  enrollment_id uuid not null references public.enrollments (id) on delete restrict,
  learner_id uuid not null references public.profiles (id) on delete restrict,
  days integer not null,
  extended_from timestamptz,
  extended_to timestamptz,
  undone_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint renewals_are_of_some_days check (days between 1 and 36500),
  constraint renewals_extend_forward check (extended_to > extended_from and (extended_to is null) = (extended_from is null)),
  constraint renewals_are_undone_once_done check (undone_at is null or extended_to is not null)
);
comment on table public.renewals is 'Time that was bought for a seat: from the old end, or from the payment when that was over. extended_to null: not paid yet.';
create index on public.renewals (enrollment_id);
create index on public.renewals (learner_id);

create trigger _100_stamp_update before update on public.renewals for each row execute function private.tg__stamp_update();

alter table public.renewals enable row level security;
create policy select_own_or_staff on public.renewals for select to authenticated
  using (learner_id = (select auth.uid()) or (select private.has_permission('enrollments.read')));
grant select on public.renewals to authenticated, service_role;
-- not granted: any write. renew_access and payments write.

create function private.seat_ends_at(enrollment_id uuid)
returns timestamptz
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.access_ends_at(enrollments.enrolled_at, intakes.starts_at, intakes.access_days, enrollments.access_ends_at)
  from public.enrollments join public.intakes on intakes.id = enrollments.intake_id where enrollments.id = seat_ends_at.enrollment_id;
$$;
comment on function private.seat_ends_at(uuid) is 'Until when the lessons of this seat are open; null: for good.';

create function private.apply_renewals(order_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_renewal record;
  v_from timestamptz;
begin
  for v_renewal in
    select renewals.order_item_id, renewals.enrollment_id, renewals.days
    from public.renewals join public.order_items on order_items.id = renewals.order_item_id
    where order_items.order_id = apply_renewals.order_id and renewals.extended_to is null order by renewals.enrollment_id
  loop
    perform from public.enrollments where enrollments.id = v_renewal.enrollment_id and enrollments.status in ('active', 'suspended', 'completed') for update;
    if not found then
      perform private.fail('seat_ended', 409, 'This seat ended before its renewal was paid.', 'The money goes back.');
    end if;
    v_from := greatest(private.seat_ends_at(v_renewal.enrollment_id), now());
    update public.enrollments set access_ends_at = v_from + v_renewal.days * interval '24 hours' where enrollments.id = v_renewal.enrollment_id;
    update public.renewals set extended_from = v_from, extended_to = v_from + v_renewal.days * interval '24 hours' where renewals.order_item_id = v_renewal.order_item_id;
    perform private.emit('access.renewed', 'enrollment', v_renewal.enrollment_id);
  end loop;
end
$$;
comment on function private.apply_renewals(uuid) is 'Adds the time of an order that was just paid. Refuses seat_ended; the caller then refunds.';

create function private.undo_renewal(order_item_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_renewal public.renewals;
begin
  select * into v_renewal from public.renewals where renewals.order_item_id = undo_renewal.order_item_id and renewals.extended_to is not null and renewals.undone_at is null;
  if v_renewal.order_item_id is null then
    return;
  end if;
  perform from public.enrollments where enrollments.id = v_renewal.enrollment_id for update;
  update public.renewals set undone_at = now() where renewals.order_item_id = v_renewal.order_item_id and renewals.undone_at is null;
  if found then
    update public.enrollments set access_ends_at = enrollments.access_ends_at - v_renewal.days * interval '24 hours' where enrollments.id = v_renewal.enrollment_id;
  end if;
end
$$;
comment on function private.undo_renewal(uuid) is 'Takes back the time of a renewal that was refunded, once; a later renewal keeps its own.';

-- what is sold ----------------------------------------------------------------------------------------------------------------------------

create function private.set_course_renewal(product_id uuid, days integer, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- makes a thing for sale beside the course
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(set_course_renewal.product_id, set_course_renewal.days);
  v_answer jsonb;
  v_course record;
  v_renewal_id uuid;
begin
  if not (private.is_service() or private.has_permission('catalog.write')) then
    perform private.fail('permission_denied', 403, 'This needs the permission catalog.write.', 'Ask an admin for a role that has it.');
  end if;
  v_answer := private.recall_answer(v_person_id, set_course_renewal.idempotency_key, 'set_course_renewal', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if set_course_renewal.days not between 1 and 36500 then
    perform private.fail('invalid_days', 422, 'A renewal is for 1 to 36500 days; null ends its sale.', 'Correct days.');
  end if;
  select courses.renewal_variant_id, products.title, products.slug, products.tax_category into v_course
  from public.courses join public.products on products.id = courses.product_id where courses.product_id = set_course_renewal.product_id for update of courses;
  if not found then
    perform private.fail('course_not_found', 404, 'There is no such course.', 'Check the id.');
  end if;
  if v_course.renewal_variant_id is null then
    -- a draft of its own: no page shows it, no cart takes it, and its prices and taxes are kept like those of every product
    insert into public.products (kind, slug, title, status, tax_category)
    values ('digital', left(v_course.slug, 80) || '-renewal-' || left(set_course_renewal.product_id::text, 8), left(v_course.title, 180) || ' · Renewal', 'draft', v_course.tax_category)
    returning products.id into v_renewal_id;
    insert into public.variants (product_id, sku, title) values (v_renewal_id, 'RENEW-' || upper(left(replace(v_renewal_id::text, '-', ''), 12)), left(v_course.title, 180) || ' · Renewal')
    returning variants.id into v_course.renewal_variant_id;
  end if;
  update public.courses set renewal_days = set_course_renewal.days, renewal_variant_id = v_course.renewal_variant_id
  where courses.product_id = set_course_renewal.product_id;
  return private.remember_answer(v_person_id, set_course_renewal.idempotency_key, 'set_course_renewal', v_body,
    jsonb_build_object('product_id', set_course_renewal.product_id, 'renewal_days', set_course_renewal.days, 'renewal_variant_id', v_course.renewal_variant_id));
end
$$;
comment on function private.set_course_renewal(uuid, integer, text) is 'Does the work of public.set_course_renewal.';
grant execute on function private.set_course_renewal(uuid, integer, text) to authenticated, service_role;

create function public.set_course_renewal(product_id uuid, days integer, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_course_renewal(set_course_renewal.product_id, set_course_renewal.days, set_course_renewal.idempotency_key);
$$;
comment on function public.set_course_renewal(uuid, integer, text) is
  'Staff (catalog.write): sells longer access to a course, so many days at a time, or ends that with null. Answers {product_id, renewal_days, renewal_variant_id}; its price is that of the variant (table '
  'prices). Errors: permission_denied, invalid_days, course_not_found, idempotency_key_reused.';
grant execute on function public.set_course_renewal(uuid, integer, text) to authenticated, service_role;

create function private.renewal_line(enrollment_id uuid, person_id uuid, currency text)
returns private.order_line
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_line private.order_line;
  v_list private.list_price;
begin
  select variants.id, 1, products.kind, variants.sku, variants.title, prices.amount, false, jsonb_build_object('product_id', courses.product_id, 'enrollment_id', enrollments.id),
    products.id, products.category_id, products.tax_category
  into v_line.variant_id, v_line.quantity, v_line.kind, v_line.sku, v_line.title, v_line.unit_amount, v_line.counted, v_line.snapshot,
    v_line.product_id, v_line.category_id, v_line.tax_category
  from public.enrollments
  join public.intakes on intakes.id = enrollments.intake_id
  join public.courses on courses.product_id = intakes.product_id and courses.renewal_days is not null
  join public.variants on variants.id = courses.renewal_variant_id
  join public.products on products.id = variants.product_id
  left join public.prices on prices.variant_id = variants.id and prices.currency = renewal_line.currency
  where enrollments.id = renewal_line.enrollment_id;
  if v_line.variant_id is null then
    perform private.fail('renewal_not_sold', 409, 'Access to this course cannot be bought longer.', 'Enrol in another intake.');
  end if;
  if v_line.unit_amount is null then
    perform private.fail('price_missing', 422, format('%s is not sold in %s.', v_line.title, renewal_line.currency), 'Choose a currency that has a price.', v_line.variant_id::text);
  end if;
  v_line.base_unit_amount := v_line.unit_amount;
  if v_line.unit_amount > 0 then
    v_list := private.best_list_price(v_line.variant_id, 1, renewal_line.currency, renewal_line.person_id, v_line.unit_amount);
    v_line.unit_amount := coalesce(v_list.amount, v_line.unit_amount);
    v_line.price_reason := v_list.reason;
  end if;
  return private.clear_amounts(v_line);
end
$$;
comment on function private.renewal_line(uuid, uuid, text) is 'What renews a seat, as a line of an order. Refuses renewal_not_sold and price_missing.';

create function private.renewal_quote(enrollment_id uuid, currency text)
returns private.quote
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_enrollment public.enrollments;
  v_currency text := coalesce(renewal_quote.currency, private.setting('default_currency') #>> '{}');
begin
  select * into v_enrollment from public.enrollments where enrollments.id = renewal_quote.enrollment_id and enrollments.learner_id = v_person_id;
  if v_enrollment.id is null then
    perform private.fail('enrollment_not_found', 404, 'You have no such seat.', 'Read my_courses.');
  end if;
  perform private.check_currency(v_currency);
  if v_enrollment.status not in ('active', 'completed') then
    perform private.fail('enrollment_not_renewable', 409, format('This seat is %s.', v_enrollment.status), 'Pay what is open first, or enrol again.');
  end if;
  if private.seat_ends_at(v_enrollment.id) is null then
    perform private.fail('access_unlimited', 409, 'The lessons of this seat are open for good.', 'There is nothing to renew.');
  end if;
  return private.total_quote(v_person_id, v_currency, array[private.renewal_line(v_enrollment.id, v_person_id, v_currency)], '{}', null, null);
end
$$;
comment on function private.renewal_quote(uuid, text) is 'What the caller''s own seat costs to renew. Refuses enrollment_not_found, enrollment_not_renewable, access_unlimited, renewal_not_sold, price_missing.';

create function private.quote_renewal(enrollment_id uuid, currency text)
returns jsonb
language plpgsql
volatile
security definer -- what renews a course is no public product
set search_path = ''
as $$
declare
  v_quote private.quote := private.renewal_quote(quote_renewal.enrollment_id, quote_renewal.currency);
  v_end timestamptz := private.seat_ends_at(quote_renewal.enrollment_id);
begin
  return (
    select jsonb_build_object('enrollment_id', quote_renewal.enrollment_id, 'days', courses.renewal_days, 'access_ends_at', v_end,
      'renewed_until', greatest(v_end, now()) + courses.renewal_days * interval '24 hours', 'quote', private.quote_document(v_quote))
    from public.enrollments join public.intakes on intakes.id = enrollments.intake_id join public.courses on courses.product_id = intakes.product_id
    where enrollments.id = quote_renewal.enrollment_id);
end
$$;
comment on function private.quote_renewal(uuid, text) is 'Does the work of public.quote_renewal.';
grant execute on function private.quote_renewal(uuid, text) to authenticated;

create function public.quote_renewal(enrollment_id uuid, currency text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.quote_renewal(quote_renewal.enrollment_id, quote_renewal.currency);
$$;
comment on function public.quote_renewal(uuid, text) is
  'What longer access to one''s own seat costs now, and until when it would last: {enrollment_id, days, access_ends_at, renewed_until, quote}. Changes nothing. Errors: enrollment_not_found, '
  'enrollment_not_renewable, access_unlimited, renewal_not_sold, price_missing, currency_not_supported, sign_in_required.';
grant execute on function public.quote_renewal(uuid, text) to authenticated;

create function private.renew_access(enrollment_id uuid, currency text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write orders, only place them
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(renew_access.enrollment_id, renew_access.currency);
  v_answer jsonb := private.recall_answer(v_person_id, renew_access.idempotency_key, 'renew_access', v_body);
  v_quote private.quote;
  v_order_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_quote := private.renewal_quote(renew_access.enrollment_id, renew_access.currency);
  if v_quote.problems is not null then
    perform private.refuse_problem(v_quote.problems -> 0);
  end if;
  v_order_id := private.place_quote(v_person_id, v_quote);
  update public.orders set purpose = 'renewal' where orders.id = v_order_id;
  insert into public.renewals (order_item_id, enrollment_id, learner_id, days)
  select order_items.id, enrollments.id, v_person_id, courses.renewal_days
  from public.order_items, public.enrollments join public.intakes on intakes.id = enrollments.intake_id join public.courses on courses.product_id = intakes.product_id
  where order_items.order_id = v_order_id and enrollments.id = renew_access.enrollment_id;
  if exists (select from public.orders where orders.id = v_order_id and orders.status = 'paid') then
    perform private.open_seats(v_order_id);
  end if;
  return private.remember_answer(v_person_id, renew_access.idempotency_key, 'renew_access', v_body, private.order_document(v_order_id));
end
$$;
comment on function private.renew_access(uuid, text, text) is 'Does the work of public.renew_access.';
grant execute on function private.renew_access(uuid, text, text) to authenticated;

create function public.renew_access(enrollment_id uuid, currency text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.renew_access(renew_access.enrollment_id, renew_access.currency, renew_access.idempotency_key);
$$;
comment on function public.renew_access(uuid, text, text) is
  'Buys longer access to one''s own seat and answers the order, pending like one of place_order. Once it is paid the time is added to the end, or to now when that is over. Errors: those of '
  'quote_renewal, promotion_used_up and idempotency_key_reused.';
grant execute on function public.renew_access(uuid, text, text) to authenticated;

-- the end is near --------------------------------------------------------------------------------------------------------------------------

create table private.access_reminders (
  enrollment_id uuid not null references public.enrollments (id) on delete cascade,
  ends_at timestamptz not null,
  reminded_at timestamptz not null default now(),
  primary key (enrollment_id, ends_at)
);
comment on table private.access_reminders is 'Which end of which seat its learner was reminded of; one that moved is told again.';

create function private.remind_of_access_ends(max_seats integer default 100)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_until timestamptz := now() + make_interval(days => (private.setting('access_reminder_days'))::integer);
  v_seat record;
  v_told integer := 0;
begin
  for v_seat in
    select enrollments.id, ends.at from public.enrollments
    join public.intakes on intakes.id = enrollments.intake_id and (intakes.access_days is not null or enrollments.access_ends_at is not null)
    cross join lateral (
      select private.access_ends_at(enrollments.enrolled_at, intakes.starts_at, intakes.access_days, enrollments.access_ends_at) as at offset 0
    ) as ends
    where enrollments.status in ('active', 'completed') and ends.at > now() and ends.at <= v_until
      and not exists (select from private.access_reminders where access_reminders.enrollment_id = enrollments.id and access_reminders.ends_at = ends.at)
    order by ends.at, enrollments.id limit remind_of_access_ends.max_seats
  loop
    insert into private.access_reminders (enrollment_id, ends_at) values (v_seat.id, v_seat.at) on conflict do nothing;
    if found then
      perform private.emit('access.ending', 'enrollment', v_seat.id);
      v_told := v_told + 1;
    end if;
  end loop;
  return v_told;
end
$$;
comment on function private.remind_of_access_ends(integer) is 'Tells learners whose lessons close soon, once for each end; returns how many. The worker calls it daily until 0.';
