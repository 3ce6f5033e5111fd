/*
Payment methods: cards that people keep with the provider, and charges of them while nobody is at the screen.

Promise: a method belongs to one person and is shown by brand and last digits only; the provider's ids never leave the private schema. What is
kept and what was taken away follows the provider's objects, in whatever order its events come. An order is charged by one open attempt.
Under concurrency: everything that changes a person's methods queues on their row of private.provider_customers; a charge is an attempt like
any other (private.open_payment locks the order), born as processing, so that no second way to pay begins while it is on its way.
*/

insert into private.status_moves (machine, from_status, to_status) values ('payment', 'processing', 'cancelled');

create table private.provider_customers (
  person_id uuid not null references public.profiles (id) on delete cascade,
  provider text not null default 'stripe',
  provider_customer_id text,
  saving_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (person_id, provider),
  constraint provider_customers_belong_to_one_person unique (provider, provider_customer_id)
);
comment on table private.provider_customers is 'Who a person is at the provider. saving_at: when they last began to save a method, so that the reconciler knows whom to ask about.';

create table public.payment_methods (
  id uuid primary key default gen_random_uuid(),
  person_id uuid not null references public.profiles (id) on delete cascade,
  kind text not null,
  brand text not null,
  last4 text,
  exp_month integer,
  exp_year integer,
  default_since timestamptz,
  removed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint payment_methods_say_what_they_are check (length(kind) between 1 and 50 and length(brand) between 1 and 50),
  constraint payment_methods_show_four_digits_at_most check (last4 ~ '^[0-9a-zA-Z]{1,4}$'),
  constraint payment_methods_end_in_a_month check (exp_month between 1 and 12 and exp_year between 2000 and 2200),
  constraint payment_methods_are_not_chosen_once_removed check (default_since is null or removed_at is null)
);
comment on table public.payment_methods is 'A card or the like that a person keeps with the provider. default_since is set on one of those that are there; removed_at is for good.';

-- the guarantee: one default per person
create unique index payment_methods_one_default_per_person on public.payment_methods (person_id) where default_since is not null;
-- serves: my methods
create index on public.payment_methods (person_id, created_at desc);

create trigger _100_stamp_update before update on public.payment_methods for each row execute function private.tg__stamp_update();

alter table public.payment_methods enable row level security;
create policy select_own_or_staff on public.payment_methods for select to authenticated
  using (person_id = (select auth.uid()) or (select private.has_permission('payments.read')));
grant select on public.payment_methods to authenticated, service_role;
-- not granted: any write. The provider's events and the verbs write.

create table private.provider_methods (
  payment_method_id uuid primary key references public.payment_methods (id) on delete cascade,
  provider text not null,
  provider_method_id text not null,
  constraint provider_methods_are_one_method unique (provider, provider_method_id)
);
comment on table private.provider_methods is 'What a method is called at the provider.';

create table private.saved_charges (
  payment_id uuid primary key references public.payments (id) on delete restrict,
  payment_method_id uuid not null references public.payment_methods (id) on delete restrict,
  reason text not null,
  created_at timestamptz not null default now()
);
comment on table private.saved_charges is 'Which method an attempt of method saved_method charges, and who asked: by_customer, waitlist, instalment and so on.';
create index on private.saved_charges (payment_method_id);

-- save -------------------------------------------------------------------------------------------------------------------------------

create function private.start_saving_method(idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write who they are at the provider
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_answer jsonb := private.recall_answer(v_person_id, start_saving_method.idempotency_key, 'start_saving_method', 'null');
begin
  if v_answer is not null then
    return v_answer;
  end if;
  insert into private.provider_customers (person_id, saving_at) values (v_person_id, now())
  on conflict on constraint provider_customers_pkey do update set saving_at = now();
  return private.remember_answer(v_person_id, start_saving_method.idempotency_key, 'start_saving_method', 'null', (
    select jsonb_build_object('person_id', profiles.id, 'email', profiles.email, 'name', btrim(profiles.first_name || ' ' || profiles.last_name))
    from public.profiles where profiles.id = v_person_id));
end
$$;
comment on function private.start_saving_method(text) is 'Does the work of public.start_saving_method.';
grant execute on function private.start_saving_method(text) to authenticated;

create function public.start_saving_method(idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_saving_method(start_saving_method.idempotency_key);
$$;
comment on function public.start_saving_method(text) is
  'The caller is about to save a way to pay with the provider: {person_id, email, name}. The functions that open the provider''s page or fields call it. Errors: idempotency_key_reused, sign_in_required.';
grant execute on function public.start_saving_method(text) to authenticated;

create function private.provider_customer(person_id uuid, provider_customer_id text)
returns jsonb
language plpgsql
volatile
security definer -- the service role may not write the private tables either
set search_path = ''
as $$
declare
  v_known text;
begin
  if not exists (select from public.profiles where profiles.id = provider_customer.person_id) then
    perform private.fail('profile_not_found', 404, 'There is no such person.', 'Pass the person_id of start_saving_method.');
  end if;
  if length(provider_customer.provider_customer_id) not between 1 and 255 then
    perform private.fail('invalid_provider_customer', 422, 'The provider''s id of a customer has 1 to 255 characters.', 'Pass it as the provider gave it.');
  end if;
  insert into private.provider_customers (person_id) values (provider_customer.person_id) on conflict on constraint provider_customers_pkey do nothing;
  update private.provider_customers set provider_customer_id = coalesce(provider_customers.provider_customer_id, provider_customer.provider_customer_id)
  where provider_customers.person_id = provider_customer.person_id and provider_customers.provider = 'stripe'
  returning provider_customers.provider_customer_id into v_known;
  return jsonb_build_object('provider_customer_id', v_known);
exception when unique_violation then
  perform private.fail('invalid_provider_customer', 422, 'This customer of the provider is somebody else''s.', 'Make a new one at the provider.');
  return null;
end
$$;
comment on function private.provider_customer(uuid, text) is 'Does the work of public.provider_customer.';
grant execute on function private.provider_customer(uuid, text) to service_role;

create function public.provider_customer(person_id uuid, provider_customer_id text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.provider_customer(provider_customer.person_id, provider_customer.provider_customer_id);
$$;
comment on function public.provider_customer(uuid, text) is
  'Secret key only: who a person is at the provider, {provider_customer_id}, null when not known; with an id it is remembered unless another was first. Errors: profile_not_found, invalid_provider_customer.';
grant execute on function public.provider_customer(uuid, text) to service_role;

-- what the provider tells --------------------------------------------------------------------------------------------------------------

create function private.choose_default_method(person_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.payment_methods set default_since = now()
  where payment_methods.id = (
    select newest.id from public.payment_methods as newest
    where newest.person_id = choose_default_method.person_id and newest.removed_at is null order by newest.created_at desc, newest.id limit 1
  ) and not exists (
    select from public.payment_methods as chosen where chosen.person_id = choose_default_method.person_id and chosen.default_since is not null);
$$;
comment on function private.choose_default_method(uuid) is 'Makes the newest method the default of a person who has none. The caller holds the person''s provider customer.';

create function private.apply_payment_method(event jsonb)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_method jsonb := event #> '{data,object}';
  v_card jsonb := coalesce(v_method -> 'card', '{}');
  v_removed constant boolean := v_method ->> 'customer' is null;
  v_person_id uuid;
  v_id uuid;
begin
  select provider_customers.person_id into v_person_id from private.provider_customers
  where provider_customers.provider = 'stripe'
    and provider_customers.provider_customer_id = coalesce(v_method ->> 'customer', event #>> '{data,previous_attributes,customer}') for update;
  if v_person_id is null then
    return 'ignored'; -- a customer of somebody else's system
  end if;
  select provider_methods.payment_method_id into v_id from private.provider_methods
  where provider_methods.provider = 'stripe' and provider_methods.provider_method_id = v_method ->> 'id';
  if v_id is null then
    insert into public.payment_methods (person_id, kind, brand, last4, exp_month, exp_year, removed_at)
    values (v_person_id, v_method ->> 'type', coalesce(v_card ->> 'brand', v_method ->> 'type'), v_card ->> 'last4',
      (v_card ->> 'exp_month')::integer, (v_card ->> 'exp_year')::integer, case when v_removed then now() end)
    returning payment_methods.id into v_id;
    insert into private.provider_methods (payment_method_id, provider, provider_method_id) values (v_id, 'stripe', v_method ->> 'id');
  elsif v_removed then
    update public.payment_methods set removed_at = now(), default_since = null where payment_methods.id = v_id and payment_methods.removed_at is null;
  else
    -- a method that was taken away never comes back: what says otherwise is older
    update public.payment_methods set brand = coalesce(v_card ->> 'brand', payment_methods.brand), last4 = coalesce(v_card ->> 'last4', payment_methods.last4),
      exp_month = coalesce((v_card ->> 'exp_month')::integer, payment_methods.exp_month), exp_year = coalesce((v_card ->> 'exp_year')::integer, payment_methods.exp_year)
    where payment_methods.id = v_id and payment_methods.removed_at is null;
  end if;
  perform private.choose_default_method(v_person_id);
  return 'applied';
end
$$;
comment on function private.apply_payment_method(jsonb) is
  'Applies what a payment method says of itself: kept for a customer of ours, changed, or taken away, which is for good. The first one kept is the default.';

create function private.customers_saving(older_than interval default '2 minutes')
returns table (person_id uuid, provider text, provider_customer_id text)
language sql
stable
security invoker
set search_path = ''
as $$
  select provider_customers.person_id, provider_customers.provider, provider_customers.provider_customer_id from private.provider_customers
  where provider_customers.provider_customer_id is not null and provider_customers.saving_at between now() - interval '1 day' and now() - customers_saving.older_than
    and not exists (
      select from public.payment_methods where payment_methods.person_id = provider_customers.person_id and payment_methods.created_at >= provider_customers.saving_at)
  order by provider_customers.saving_at limit 200;
$$;
comment on function private.customers_saving(interval) is 'People who began to save a method within the day and of whom no new one is known: the reconciler asks the provider about theirs.';

-- own methods --------------------------------------------------------------------------------------------------------------------------

create function private.own_method(payment_method_id uuid, person_id uuid)
returns public.payment_methods
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_method public.payment_methods;
begin
  perform from private.provider_customers where provider_customers.person_id = own_method.person_id for update;
  select * into v_method from public.payment_methods
  where payment_methods.id = own_method.payment_method_id and payment_methods.person_id = own_method.person_id and payment_methods.removed_at is null;
  if v_method.id is null then
    perform private.fail('payment_method_not_found', 404, 'There is no such saved way to pay.', 'Read the table payment_methods for those that are kept.');
  end if;
  return v_method;
end
$$;
comment on function private.own_method(uuid, uuid) is 'A method that this person keeps; nobody else changes their methods until the transaction ends. Refuses payment_method_not_found.';

create function private.own_methods(person_id uuid)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', payment_methods.id, 'kind', payment_methods.kind, 'brand', payment_methods.brand, 'last4', payment_methods.last4,
    'exp_month', payment_methods.exp_month, 'exp_year', payment_methods.exp_year, 'default_since', payment_methods.default_since, 'created_at', payment_methods.created_at)
    order by payment_methods.default_since nulls last, payment_methods.created_at desc, payment_methods.id), '[]')
  from public.payment_methods where payment_methods.person_id = own_methods.person_id and payment_methods.removed_at is null;
$$;
comment on function private.own_methods(uuid) is 'The methods a person keeps, the default first, as the verbs on them answer.';

create function private.set_default_payment_method(payment_method_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write methods, only choose among their own
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(set_default_payment_method.payment_method_id);
  v_answer jsonb := private.recall_answer(v_person_id, set_default_payment_method.idempotency_key, 'set_default_payment_method', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.own_method(set_default_payment_method.payment_method_id, v_person_id);
  update public.payment_methods set default_since = null
  where payment_methods.person_id = v_person_id and payment_methods.default_since is not null and payment_methods.id <> set_default_payment_method.payment_method_id;
  update public.payment_methods set default_since = coalesce(payment_methods.default_since, now())
  where payment_methods.id = set_default_payment_method.payment_method_id;
  return private.remember_answer(v_person_id, set_default_payment_method.idempotency_key, 'set_default_payment_method', v_body, private.own_methods(v_person_id));
end
$$;
comment on function private.set_default_payment_method(uuid, text) is 'Does the work of public.set_default_payment_method.';
grant execute on function private.set_default_payment_method(uuid, text) to authenticated;

create function public.set_default_payment_method(payment_method_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.set_default_payment_method(set_default_payment_method.payment_method_id, set_default_payment_method.idempotency_key);
$$;
comment on function public.set_default_payment_method(uuid, text) is
  'Makes one of the caller''s saved ways to pay the default and answers all of them. Errors: payment_method_not_found, idempotency_key_reused, sign_in_required.';
grant execute on function public.set_default_payment_method(uuid, text) to authenticated;

create function private.remove_payment_method(payment_method_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write methods, only take their own away
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(remove_payment_method.payment_method_id);
  v_answer jsonb := private.recall_answer(v_person_id, remove_payment_method.idempotency_key, 'remove_payment_method', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.own_method(remove_payment_method.payment_method_id, v_person_id);
  perform private.refuse_needed_method(remove_payment_method.payment_method_id, v_person_id);
  update public.payment_methods set removed_at = now(), default_since = null where payment_methods.id = remove_payment_method.payment_method_id;
  perform private.choose_default_method(v_person_id);
  perform private.emit('payment_method.removed', 'payment_method', remove_payment_method.payment_method_id);
  return private.remember_answer(v_person_id, remove_payment_method.idempotency_key, 'remove_payment_method', v_body, private.own_methods(v_person_id));
end
$$;
comment on function private.remove_payment_method(uuid, text) is 'Does the work of public.remove_payment_method.';
grant execute on function private.remove_payment_method(uuid, text) to authenticated;

create function public.remove_payment_method(payment_method_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.remove_payment_method(remove_payment_method.payment_method_id, remove_payment_method.idempotency_key);
$$;
comment on function public.remove_payment_method(uuid, text) is
  'Takes one of the caller''s saved ways to pay away, here at once and at the provider by the worker, and answers those that are left. Errors: payment_method_not_found, payment_method_needed, idempotency_key_reused, sign_in_required.';
grant execute on function public.remove_payment_method(uuid, text) to authenticated;

-- charge -------------------------------------------------------------------------------------------------------------------------------

create function private.charge_order(order_id uuid, payment_method_id uuid, reason text, amount bigint default null)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_customer_id uuid := (select orders.customer_id from public.orders where orders.id = charge_order.order_id);
  v_payment public.payments := private.open_payment(charge_order.order_id, 'saved_method', charge_order.amount);
  v_method_id uuid;
begin
  select payment_methods.id into v_method_id from public.payment_methods
  where payment_methods.person_id = v_customer_id and payment_methods.removed_at is null
    and (payment_methods.id = charge_order.payment_method_id or charge_order.payment_method_id is null and payment_methods.default_since is not null);
  if v_method_id is null then
    perform private.fail('payment_method_not_found', 404, 'There is no such saved way to pay.', 'Save one with the provider first, or pay the order by the function checkout.');
  end if;
  perform private.request_charge(v_payment.id, v_method_id, charge_order.reason);
  return v_payment.id;
end
$$;
comment on function private.charge_order(uuid, uuid, text, bigint) is
  'Opens an attempt that charges a saved method of the order''s customer (null: the default one) with this much (null: what is due) and asks the worker to do it; answers the payment, which ends as success or failed like any other. '
  'reason says why nobody is at the screen: waitlist, instalment, by_customer. Refuses payment_method_not_found and what private.open_payment refuses: payment_in_progress when a charge is on its way.';

create function private.request_charge(payment_id uuid, payment_method_id uuid, reason text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into private.saved_charges (payment_id, payment_method_id, reason)
  values (request_charge.payment_id, request_charge.payment_method_id, request_charge.reason);
  update public.payments set status = 'processing' where payments.id = request_charge.payment_id;
  perform private.emit('payment.charge_requested', 'payment', request_charge.payment_id);
end
$$;
comment on function private.request_charge(uuid, uuid, text) is 'Hands an attempt that was just opened to the worker, with the method to charge. The caller holds the order''s row.';

create function private.charge_to_make(payment_id uuid)
returns table (
  order_id uuid, number text, customer_id uuid, amount bigint, currency text, is_owed boolean, provider text, provider_customer_id text, provider_method_id text, is_old boolean
)
language sql
stable
security invoker
set search_path = ''
as $$
  select orders.id, orders.number, orders.customer_id, payments.amount, payments.currency,
    orders.status not in ('cancelled', 'expired', 'refunded', 'needs_review') and payment_methods.removed_at is null,
    provider_methods.provider, provider_customers.provider_customer_id, provider_methods.provider_method_id, payments.created_at < now() - interval '20 hours'
  from public.payments
  join public.orders on orders.id = payments.order_id
  join private.saved_charges on saved_charges.payment_id = payments.id
  join public.payment_methods on payment_methods.id = saved_charges.payment_method_id
  join private.provider_methods on provider_methods.payment_method_id = payment_methods.id
  join private.provider_customers on provider_customers.person_id = payment_methods.person_id and provider_customers.provider = provider_methods.provider
  where payments.id = charge_to_make.payment_id and payments.status = 'processing';
$$;
comment on function private.charge_to_make(uuid) is
  'What the worker needs to charge an attempt; no row when it has a result. is_owed: nobody ended the order or took the method away meanwhile. is_old: the provider may have forgotten its idempotency key.';

create function private.pay_with_saved_method(order_id uuid, payment_method_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write payments, only start one for their own order
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(pay_with_saved_method.order_id, pay_with_saved_method.payment_method_id);
  v_answer jsonb := private.recall_answer(v_person_id, pay_with_saved_method.idempotency_key, 'pay_with_saved_method', v_body);
  v_order public.orders;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_order := private.find_order(pay_with_saved_method.order_id, 'nobody.else');
  perform private.charge_order(v_order.id, pay_with_saved_method.payment_method_id, 'by_customer');
  return private.remember_answer(v_person_id, pay_with_saved_method.idempotency_key, 'pay_with_saved_method', v_body, private.order_document(v_order.id));
end
$$;
comment on function private.pay_with_saved_method(uuid, uuid, text) is 'Does the work of public.pay_with_saved_method.';
grant execute on function private.pay_with_saved_method(uuid, uuid, text) to authenticated;

create function public.pay_with_saved_method(order_id uuid, payment_method_id uuid default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.pay_with_saved_method(pay_with_saved_method.order_id, pay_with_saved_method.payment_method_id, pay_with_saved_method.idempotency_key);
$$;
comment on function public.pay_with_saved_method(uuid, uuid, text) is
  'Charges a saved way to pay (the default one unless named) for the caller''s own pending order and answers the order; read it until it is paid, or its payment failed. '
  'Errors: order_not_found, payment_method_not_found, order_not_payable, order_expired, payment_in_progress, idempotency_key_reused, sign_in_required.';
grant execute on function public.pay_with_saved_method(uuid, uuid, text) to authenticated;
