/*
Organisations, buying: a manager buys seats of intakes, N in one order, at the price of N, and every manager sees the order and its papers. See the
seats file for the promise and the order of locks.
*/

alter table public.orders add constraint orders_organisation_id_fkey foreign key (organisation_id) references public.organisations (id) on delete restrict;
-- serves: the orders of an organisation
create index on public.orders (organisation_id) where organisation_id is not null;

-- what an organisation bought is seen by all who manage it, whoever of them ordered; paying and cancelling stay with who did
alter policy select_own_or_staff on public.orders
  using (customer_id = (select auth.uid()) or (select private.has_permission('orders.read'))
    or organisation_id is not null and organisation_id in (select private.managed_organisations()));
alter policy select_own_or_staff on public.order_items
  using (exists (select from public.orders where orders.id = order_items.order_id
      and (orders.customer_id = (select auth.uid()) or orders.organisation_id is not null and orders.organisation_id in (select private.managed_organisations())))
    or (select private.has_permission('orders.read')));

create function private.quote_for_others(person_id uuid, wishes private.wish[], currency text, coupon_ids uuid[] default '{}')
returns private.quote
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_lines private.order_line[];
begin
  perform private.check_currency(quote_for_others.currency);
  v_lines := private.price_wishes(quote_for_others.person_id, quote_for_others.wishes, quote_for_others.currency);
  for v_index in 1 .. cardinality(v_lines) loop
    if v_lines[v_index].kind <> 'course' then
      v_lines[v_index].problem := private.problem('invalid_lines', 422, format('%s is no seat of a course.', v_lines[v_index].title),
        'Buy it in an order of your own (place_order).', v_lines[v_index].variant_id::text);
    elsif v_lines[v_index].problem ->> 'code' = 'invalid_quantity' and v_lines[v_index].quantity between 1 and 1000 then
      v_lines[v_index].problem := null; -- one seat each is for who sits there themselves
    end if;
    v_lines[v_index].intake_id := null; -- the buyer takes none of them: no enrolment, no offer of the waiting list
  end loop;
  return private.total_quote(quote_for_others.person_id, quote_for_others.currency, v_lines, quote_for_others.coupon_ids, null, null);
end
$$;
comment on function private.quote_for_others(uuid, private.wish[], text, uuid[]) is 'What seats cost that others than the buyer take: several of one intake, tiers by quantity, promotions and codes as for everybody.';

create function private.quote_seats(organisation_id uuid, lines jsonb, currency text, coupon_codes text[])
returns jsonb
language plpgsql
volatile
security definer -- reads promotions and counts guesses, which no client may
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_found private.found_coupon[];
  v_quote private.quote;
begin
  perform private.find_organisation(quote_seats.organisation_id);
  v_found := private.find_coupons(quote_seats.coupon_codes);
  if v_found[cardinality(v_found)].refusal is not null then
    return v_found[cardinality(v_found)].refusal;
  end if;
  v_quote := private.quote_for_others(v_person_id,
    array(select row(wish.variant_id, wish.quantity)::private.wish from private.parse_lines(quote_seats.lines) as wish order by wish.variant_id),
    coalesce(quote_seats.currency, private.setting('default_currency') #>> '{}'), array(select found.coupon_id from unnest(v_found) as found));
  v_quote.lines := private.check_availability(v_person_id, v_quote.lines);
  -- those of codes stay, those of lines are looked at again
  v_quote.problems := (
    select jsonb_agg(found.problem) from (
      select line.problem from unnest(v_quote.lines) as line where line.problem is not null
      union
      select problem from jsonb_array_elements(v_quote.problems) as problem
    ) as found);
  return private.quote_document(v_quote);
end
$$;
comment on function private.quote_seats(uuid, jsonb, text, text[]) is 'Does the work of public.quote_seats.';
grant execute on function private.quote_seats(uuid, jsonb, text, text[]) to authenticated;

create function public.quote_seats(organisation_id uuid, lines jsonb, currency text default null, coupon_codes text[] default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.quote_seats(quote_seats.organisation_id, quote_seats.lines, quote_seats.currency, quote_seats.coupon_codes);
$$;
comment on function public.quote_seats(uuid, jsonb, text, text[]) is
  'What seats [{variant_id, quantity}] for an organisation would cost now, as quote answers it, with the price from that quantity on and what codes take off. Changes nothing; a wrong code is counted. Errors: organisation_not_found, '
  'invalid_lines, invalid_quantity, currency_not_supported, coupon_not_found, too_many_coupon_guesses, too_many_coupons, sign_in_required.';
grant execute on function public.quote_seats(uuid, jsonb, text, text[]) to authenticated;

create function private.order_seats(organisation_id uuid, lines jsonb, currency text, coupon_codes text[], idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write orders, only place them
set search_path = ''
as $$
declare
  v_customer_id uuid := private.require_person();
  v_body jsonb := jsonb_build_object('organisation_id', order_seats.organisation_id, 'lines', order_seats.lines, 'currency', order_seats.currency,
    'coupon_codes', order_seats.coupon_codes);
  v_answer jsonb := private.recall_answer(v_customer_id, order_seats.idempotency_key, 'order_seats', v_body);
  v_found private.found_coupon[];
  v_order_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.find_organisation(order_seats.organisation_id);
  v_found := private.find_coupons(order_seats.coupon_codes);
  if v_found[cardinality(v_found)].refusal is not null then
    return v_found[cardinality(v_found)].refusal;
  end if;
  v_order_id := private.place_for_others(v_customer_id,
    array(select row(wish.variant_id, wish.quantity)::private.wish from private.parse_lines(order_seats.lines) as wish order by wish.variant_id), order_seats.currency,
    array(select found.coupon_id from unnest(v_found) as found));
  update public.orders set purpose = 'organisation', organisation_id = order_seats.organisation_id where orders.id = v_order_id;
  if exists (select from public.orders where orders.id = v_order_id and orders.status = 'paid') then
    perform private.open_seats(v_order_id);
  end if;
  return private.remember_answer(v_customer_id, order_seats.idempotency_key, 'order_seats', v_body, private.order_document(v_order_id));
end
$$;
comment on function private.order_seats(uuid, jsonb, text, text[], text) is 'Does the work of public.order_seats.';
grant execute on function private.order_seats(uuid, jsonb, text, text[], text) to authenticated;

create function public.order_seats(
  organisation_id uuid, lines jsonb, currency text default null, coupon_codes text[] default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.order_seats(order_seats.organisation_id, order_seats.lines, order_seats.currency, order_seats.coupon_codes, order_seats.idempotency_key);
$$;
comment on function public.order_seats(uuid, jsonb, text, text[], text) is
  'A manager buys seats [{variant_id, quantity}] for the organisation in one order and answers it, pending like one of place_order; once it is paid, or at once when there is nothing to pay, each unit is '
  'a free seat of the organisation. The invoice is addressed to the organisation; all who manage it see the order and the invoice. Errors: organisation_not_found, invalid_lines, invalid_quantity, variant_not_found, price_missing, '
  'currency_not_supported, intake_not_open, intake_closed, out_of_stock, promotion_used_up, coupon_not_found, coupon_not_applicable, too_many_coupon_guesses, too_many_coupons, '
  'idempotency_key_reused, sign_in_required.';
grant execute on function public.order_seats(uuid, jsonb, text, text[], text) to authenticated;

create function private.place_for_others(person_id uuid, wishes private.wish[], currency text, coupon_ids uuid[] default '{}')
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_quote private.quote := private.quote_for_others(place_for_others.person_id, place_for_others.wishes,
    coalesce(place_for_others.currency, private.setting('default_currency') #>> '{}'), place_for_others.coupon_ids);
begin
  if v_quote.problems is not null then
    perform private.refuse_problem(v_quote.problems -> 0);
  end if;
  return private.place_quote(place_for_others.person_id, v_quote);
end
$$;
comment on function private.place_for_others(uuid, private.wish[], text, uuid[]) is 'Places an order of seats that others take; the caller says for whom.';

-- who sees how far their people are ------------------------------------------------------------------------------------------------------

create function private.organisation_progress(organisation_id uuid)
returns table (
  seat_id uuid, intake_id uuid, title text, intake_title text, learner_id uuid, first_name text, last_name text, email text,
  state text, enrolled_at timestamptz, progress_percent integer, passed_at timestamptz
)
language plpgsql
stable
security definer -- managers see how far their people are, and nothing of what they answered
set search_path = ''
as $$
begin
  perform private.find_organisation(organisation_progress.organisation_id);
  return query
    select organisation_seats.id, intakes.id, products.title, intakes.title, profiles.id, profiles.first_name, profiles.last_name, profiles.email,
      case when enrollments.status = 'completed' then 'completed' when private.has_begun(enrollments.id) then 'started' else 'assigned' end,
      enrollments.enrolled_at, results.progress_percent, results.passed_at
    from public.organisation_seats
    join public.organisation_members on organisation_members.organisation_id = organisation_seats.organisation_id and organisation_members.profile_id = organisation_seats.learner_id
    join public.profiles on profiles.id = organisation_seats.learner_id
    join public.enrollments on enrollments.id = organisation_seats.enrollment_id
    join public.intakes on intakes.id = organisation_seats.intake_id
    join public.products on products.id = intakes.product_id
    left join public.results on results.enrollment_id = enrollments.id
    where organisation_seats.organisation_id = organisation_progress.organisation_id and organisation_seats.status = 'assigned'
    order by products.title, intakes.title, profiles.last_name, profiles.first_name, organisation_seats.id;
end
$$;
comment on function private.organisation_progress(uuid) is 'Does the work of public.organisation_progress.';
grant execute on function private.organisation_progress(uuid) to authenticated, service_role;

create function public.organisation_progress(organisation_id uuid)
returns table (seat_id uuid, intake_id uuid, title text, intake_title text, learner_id uuid, first_name text, last_name text, email text, state text, enrolled_at timestamptz, progress_percent integer, passed_at timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.organisation_progress(organisation_progress.organisation_id);
$$;
comment on function public.organisation_progress(uuid) is
  'Its managers, or staff (organisations.write): how far each of its people is who holds one of its seats; state is assigned, started or completed. Whoever left the organisation is not in it. Errors: '
  'organisation_not_found.';
grant execute on function public.organisation_progress(uuid) to authenticated, service_role;
