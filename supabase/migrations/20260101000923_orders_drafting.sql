/*
Orders, drafting: the verbs on drafts. See the drafts file for the promise and the order of locks.
*/

create function private.draft_coupon_ids(customer_id uuid, codes text[])
returns uuid[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_code text;
  v_ids uuid[] := '{}';
  v_id uuid;
begin
  if cardinality(draft_coupon_ids.codes) > (private.setting('max_order_coupons'))::integer then
    perform private.fail('too_many_coupons', 422, 'These are more codes than one order may use.', 'Send fewer.');
  end if;
  foreach v_code in array coalesce(draft_coupon_ids.codes, '{}') loop
    select coupons.id into v_id from public.coupons join public.promotions on promotions.id = coupons.promotion_id
    where coupons.code = private.coupon_code(left(v_code, 100)) and coupons.revoked_at is null and promotions.status = 'active'
      and (coupons.customer_id is null or coupons.customer_id = draft_coupon_ids.customer_id);
    if v_id is null then
      perform private.fail('coupon_not_found', 404, 'This code is not valid for this customer.', 'Check its letters.', v_code);
    end if;
    v_ids := v_ids || v_id;
  end loop;
  return v_ids;
end
$$;
comment on function private.draft_coupon_ids(uuid, text[]) is 'The coupons of codes that staff put into a draft. Refuses coupon_not_found and too_many_coupons; staff see the coupons, so nothing is counted as a guess.';

create function private.check_draft(draft public.draft_orders)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not exists (select from public.profiles where profiles.id = draft.customer_id and profiles.closed_at is null) then
    perform private.fail('profile_not_found', 404, 'There is no such person.', 'Check the profile id.');
  end if;
  if draft.shipping_address_id is not null and not exists (
    select from public.addresses where addresses.id = draft.shipping_address_id and addresses.profile_id = draft.customer_id) then
    perform private.fail('address_not_found', 404, 'The customer has no such address.', 'Take one of their addresses.');
  end if;
  if draft.shipping_method_id is not null then
    perform private.find_shipping_method(draft.shipping_method_id);
  end if;
  if length(draft.note) > 2000 then
    perform private.fail('invalid_note', 422, 'A note has at most 2000 characters.', 'Shorten it.');
  end if;
  perform private.check_currency(draft.currency);
  perform private.check_place(draft.country, draft.province);
end
$$;
comment on function private.check_draft(public.draft_orders) is 'Refuses profile_not_found, address_not_found, shipping_method_not_found, invalid_note, currency_not_supported and invalid_place.';

create function private.create_draft_order(
  customer_id uuid, lines jsonb, currency text, shipping_address_id uuid, coupon_codes text[], country text, province text, note text, idempotency_key text,
  shipping_method_id uuid
)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write drafts, only prepare them by this rule
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(create_draft_order.customer_id, create_draft_order.lines, create_draft_order.currency, create_draft_order.shipping_address_id,
    create_draft_order.coupon_codes, create_draft_order.country, create_draft_order.province, create_draft_order.note, create_draft_order.shipping_method_id);
  v_answer jsonb;
  v_draft public.draft_orders;
begin
  perform private.require_order_writer();
  v_answer := private.recall_answer(v_person_id, create_draft_order.idempotency_key, 'create_draft_order', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  v_draft.customer_id := create_draft_order.customer_id;
  v_draft.currency := coalesce(create_draft_order.currency, private.setting('default_currency') #>> '{}');
  v_draft.shipping_address_id := create_draft_order.shipping_address_id;
  v_draft.shipping_method_id := create_draft_order.shipping_method_id;
  v_draft.country := create_draft_order.country;
  v_draft.province := create_draft_order.province;
  v_draft.note := create_draft_order.note;
  perform private.check_draft(v_draft);
  insert into public.draft_orders (customer_id, currency, shipping_address_id, shipping_method_id, country, province, coupon_ids, note, created_by)
  values (v_draft.customer_id, v_draft.currency, v_draft.shipping_address_id, v_draft.shipping_method_id, v_draft.country, v_draft.province,
    private.draft_coupon_ids(v_draft.customer_id, create_draft_order.coupon_codes), v_draft.note, auth.uid())
  returning * into v_draft;
  perform private.write_draft_lines(v_draft.id, create_draft_order.lines);
  perform private.emit('draft_order.created', 'draft_order', v_draft.id);
  return private.remember_answer(v_person_id, create_draft_order.idempotency_key, 'create_draft_order', v_body, private.draft_order_document(v_draft.id));
end
$$;
comment on function private.create_draft_order(uuid, jsonb, text, uuid, text[], text, text, text, text, uuid) is 'Does the work of public.create_draft_order.';
grant execute on function private.create_draft_order(uuid, jsonb, text, uuid, text[], text, text, text, text, uuid) to authenticated, service_role;

create function public.create_draft_order(
  customer_id uuid, lines jsonb, currency text default null, shipping_address_id uuid default null, coupon_codes text[] default null, country text default null,
  province text default null, note text default null, idempotency_key text default null, shipping_method_id uuid default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.create_draft_order(create_draft_order.customer_id, create_draft_order.lines, create_draft_order.currency, create_draft_order.shipping_address_id,
    create_draft_order.coupon_codes, create_draft_order.country, create_draft_order.province, create_draft_order.note, create_draft_order.idempotency_key, create_draft_order.shipping_method_id);
$$;
comment on function public.create_draft_order(uuid, jsonb, text, uuid, text[], text, text, text, text, uuid) is
  'Staff (orders.write): prepares an order for a customer and answers the draft with what it costs now. lines: [{variant_id, quantity, agreed_unit_amount?, agreed_reason?}]; agreeing on prices needs pricing.write. Holds nothing. '
  'Errors: permission_denied, profile_not_found, invalid_lines, invalid_quantity, invalid_agreed_price, variant_not_found, address_not_found, shipping_method_not_found, coupon_not_found, too_many_coupons, currency_not_supported, invalid_place, invalid_note, idempotency_key_reused.';
grant execute on function public.create_draft_order(uuid, jsonb, text, uuid, text[], text, text, text, text, uuid) to authenticated, service_role;

create function private.change_draft_order(draft_order_id uuid, lines jsonb, shipping_address_id uuid, coupon_codes text[], note text, idempotency_key text, shipping_method_id uuid)
returns jsonb
language plpgsql
volatile
security definer -- as create_draft_order
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(change_draft_order.draft_order_id, change_draft_order.lines, change_draft_order.shipping_address_id,
    change_draft_order.coupon_codes, change_draft_order.note, change_draft_order.shipping_method_id);
  v_answer jsonb;
  v_draft public.draft_orders;
begin
  perform private.require_order_writer();
  v_answer := private.recall_answer(v_person_id, change_draft_order.idempotency_key, 'change_draft_order', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  v_draft := private.lock_draft(change_draft_order.draft_order_id);
  v_draft.shipping_address_id := coalesce(change_draft_order.shipping_address_id, v_draft.shipping_address_id);
  v_draft.shipping_method_id := coalesce(change_draft_order.shipping_method_id, v_draft.shipping_method_id);
  v_draft.note := coalesce(change_draft_order.note, v_draft.note);
  perform private.check_draft(v_draft);
  update public.draft_orders
  set shipping_address_id = v_draft.shipping_address_id, shipping_method_id = v_draft.shipping_method_id, note = v_draft.note,
    coupon_ids = case when change_draft_order.coupon_codes is null then draft_orders.coupon_ids
      else private.draft_coupon_ids(v_draft.customer_id, change_draft_order.coupon_codes) end
  where draft_orders.id = v_draft.id;
  if change_draft_order.lines is not null then
    perform private.write_draft_lines(v_draft.id, change_draft_order.lines);
  end if;
  return private.remember_answer(v_person_id, change_draft_order.idempotency_key, 'change_draft_order', v_body, private.draft_order_document(v_draft.id));
end
$$;
comment on function private.change_draft_order(uuid, jsonb, uuid, text[], text, text, uuid) is 'Does the work of public.change_draft_order.';
grant execute on function private.change_draft_order(uuid, jsonb, uuid, text[], text, text, uuid) to authenticated, service_role;

create function public.change_draft_order(
  draft_order_id uuid, lines jsonb default null, shipping_address_id uuid default null, coupon_codes text[] default null, note text default null, idempotency_key text default null,
  shipping_method_id uuid default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.change_draft_order(change_draft_order.draft_order_id, change_draft_order.lines, change_draft_order.shipping_address_id,
    change_draft_order.coupon_codes, change_draft_order.note, change_draft_order.idempotency_key, change_draft_order.shipping_method_id);
$$;
comment on function public.change_draft_order(uuid, jsonb, uuid, text[], text, text, uuid) is
  'Staff (orders.write): changes an open draft and answers it; what is left out stays, lines and coupon_codes are written anew. '
  'Errors: draft_order_not_found, draft_order_not_open, and those of create_draft_order.';
grant execute on function public.change_draft_order(uuid, jsonb, uuid, text[], text, text, uuid) to authenticated, service_role;

create function private.cancel_draft_order(draft_order_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as create_draft_order
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := to_jsonb(cancel_draft_order.draft_order_id);
  v_answer jsonb;
  v_draft public.draft_orders;
begin
  perform private.require_order_writer();
  v_answer := private.recall_answer(v_person_id, cancel_draft_order.idempotency_key, 'cancel_draft_order', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  v_draft := private.lock_draft(cancel_draft_order.draft_order_id);
  update public.draft_orders set status = 'cancelled' where draft_orders.id = v_draft.id;
  return private.remember_answer(v_person_id, cancel_draft_order.idempotency_key, 'cancel_draft_order', v_body, private.draft_order_document(v_draft.id));
end
$$;
comment on function private.cancel_draft_order(uuid, text) is 'Does the work of public.cancel_draft_order.';
grant execute on function private.cancel_draft_order(uuid, text) to authenticated, service_role;

create function public.cancel_draft_order(draft_order_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.cancel_draft_order(cancel_draft_order.draft_order_id, cancel_draft_order.idempotency_key);
$$;
comment on function public.cancel_draft_order(uuid, text) is 'Staff (orders.write): puts a draft away and answers it. Errors: permission_denied, draft_order_not_found, draft_order_not_open, idempotency_key_reused.';
grant execute on function public.cancel_draft_order(uuid, text) to authenticated, service_role;

create function private.place_draft(draft_order_id uuid, hold_until timestamptz)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_draft public.draft_orders := private.lock_draft(place_draft.draft_order_id);
  v_until timestamptz := coalesce(place_draft.hold_until, now() + make_interval(hours => (private.setting('draft_hold_hours'))::integer));
  v_quote private.quote;
  v_address public.addresses;
  v_order_id uuid;
begin
  if not (v_until > now() and v_until <= now() + make_interval(days => (private.setting('draft_hold_max_days'))::integer)) then
    perform private.fail('invalid_hold', 422, format('An order is held for at most %s days from now.', private.setting('draft_hold_max_days') #>> '{}'), 'Choose an earlier moment that lies ahead.');
  end if;
  perform private.check_draft(v_draft);
  v_quote := private.price_draft(v_draft);
  if v_quote.problems is not null then
    perform private.refuse_problem(v_quote.problems -> 0);
  end if;
  v_address := private.delivery_address(v_draft.customer_id, v_quote.lines, v_draft.shipping_address_id);
  perform private.refuse_problem(private.address_problem(v_quote.lines, v_address.id));
  v_order_id := private.place_quote(v_draft.customer_id, v_quote, v_until);
  if v_address.id is not null then
    update public.orders set shipping_address = private.address_snapshot(v_address.id) where orders.id = v_order_id;
  end if;
  update public.draft_orders set status = 'placed', order_id = v_order_id where draft_orders.id = v_draft.id;
  perform private.emit('draft_order.placed', 'order', v_order_id, jsonb_build_object('draft_order_id', v_draft.id));
  return v_order_id;
end
$$;
comment on function private.place_draft(uuid, timestamptz) is
  'Makes an open draft the customer''s order, held until then, and answers it. The caller has asked who may. Refuses as place_order does, and invalid_hold.';

create function private.place_draft_order(draft_order_id uuid, hold_until timestamptz, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as create_draft_order
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(place_draft_order.draft_order_id, place_draft_order.hold_until);
  v_answer jsonb;
begin
  perform private.require_order_writer();
  v_answer := private.recall_answer(v_person_id, place_draft_order.idempotency_key, 'place_draft_order', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  return private.remember_answer(v_person_id, place_draft_order.idempotency_key, 'place_draft_order', v_body,
    private.order_document(private.place_draft(place_draft_order.draft_order_id, place_draft_order.hold_until)));
end
$$;
comment on function private.place_draft_order(uuid, timestamptz, text) is 'Does the work of public.place_draft_order.';
grant execute on function private.place_draft_order(uuid, timestamptz, text) to authenticated, service_role;

create function public.place_draft_order(draft_order_id uuid, hold_until timestamptz default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.place_draft_order(place_draft_order.draft_order_id, place_draft_order.hold_until, place_draft_order.idempotency_key);
$$;
comment on function public.place_draft_order(uuid, timestamptz, text) is
  'Staff (orders.write): makes a draft the customer''s order and answers it: held until hold_until (draft_hold_hours when left out, draft_hold_max_days at most), mailed to the customer, who pays it like any other; nothing to pay: paid at once. '
  'Errors: permission_denied, draft_order_not_found, draft_order_not_open, invalid_hold, and those of place_order.';
grant execute on function public.place_draft_order(uuid, timestamptz, text) to authenticated, service_role;

create function private.get_draft_order(draft_order_id uuid)
returns jsonb
language plpgsql
stable
security definer -- one call, one check
set search_path = ''
as $$
begin
  if not (private.is_service() or private.has_permission('orders.read'))
    or not exists (select from public.draft_orders where draft_orders.id = get_draft_order.draft_order_id) then
    perform private.fail('draft_order_not_found', 404, 'There is no such draft.', 'List draft_orders and take one of their ids.');
  end if;
  return private.draft_order_document(get_draft_order.draft_order_id);
end
$$;
comment on function private.get_draft_order(uuid) is 'Does the work of public.get_draft_order.';
grant execute on function private.get_draft_order(uuid) to authenticated, service_role;

create function public.get_draft_order(draft_order_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.get_draft_order(get_draft_order.draft_order_id);
$$;
comment on function public.get_draft_order(uuid) is 'Staff (orders.read): a draft with its lines and, while it is open, what it costs now with everything that would refuse it. Errors: draft_order_not_found.';
grant execute on function public.get_draft_order(uuid) to authenticated, service_role;
